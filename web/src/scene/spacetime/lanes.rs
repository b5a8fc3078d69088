//! Which lanes there are, in which order, and how high each lies.

use super::acts::Place;
use super::{Lane, Lens};
use crate::language::{speak, tr};
use mirrorline_engine::config::Config;
use mirrorline_engine::explain::{EventLog, names};
use mirrorline_engine::ids::{ControllerId, HostId};
use mirrorline_engine::sim::EventKind;

/// More hosts than this share one lane.
const HOSTS_MAX: u8 = 6;
/// Requests are looked at this far into the run to see which controller a host turns to. All of a run's beginning is
/// recorded before it is shown, so lanes do not change places later.
const LOOK_AT: u64 = 2_048;
/// Up to this width names are short.
const NARROW: u32 = 480;

/// Room for the axis and the flags, from above; for the time of now, from below.
const AXIS: i32 = 26;
const FOOT: i32 = 34;

/// Where everything is.
pub struct Plan {
    pub lanes: Vec<Lane>,
    /// The lane of each host; all the same when they share one.
    hosts: Vec<usize>,
    pub shared: bool,
    controllers: [usize; 2],
    array: usize,
    /// The height of a disk's row below the array's lane.
    pub row: i32,
    disks: u8,
    pub top: i32,
    pub bottom: i32,
    /// The middle of the row of flags.
    pub flags: i32,
}

impl Plan {
    pub fn index(&self, place: Place) -> usize {
        match place {
            Place::Host(host) => self.hosts.get(usize::from(host.0)).copied().unwrap_or(0),
            Place::Controller(id) => self.controllers[id.index()],
            Place::Array => self.array,
        }
    }

    pub fn y(&self, place: Place) -> i32 {
        self.lanes[self.index(place)].y
    }

    /// The middle of a disk's row; the last one is the record's.
    pub fn row_y(&self, disk: Option<u8>) -> i32 {
        let row = i32::from(disk.unwrap_or(self.disks));
        self.lanes[self.array].y + 4 + row * self.row + self.row / 2
    }
}

/// For each host, the controller that it turns to most.
fn sides(log: &EventLog, config: &Config) -> Vec<ControllerId> {
    let mut asked = vec![[0_u32; 2]; usize::from(config.hosts)];
    for index in 0..LOOK_AT.min(log.len()) {
        if let Some(EventKind::HostArrives { host, at, .. }) = log.get(index).map(|entry| entry.kind)
            && let Some(counts) = asked.get_mut(usize::from(host.0))
        {
            counts[at.index()] += 1;
        }
    }
    asked.iter().map(|[a, b]| if b > a { ControllerId::B } else { ControllerId::A }).collect()
}

pub fn plan(log: &EventLog, config: &Config, lens: &Lens) -> Plan {
    let narrow = lens.width <= NARROW;
    let shared = config.hosts > HOSTS_MAX;
    let lane = |name: String, controller: bool| Lane { name, y: 0, controller };
    let host = |id: u8| {
        let name = if narrow { format!("H{}", id + 1) } else { speak(names::host(HostId(id))) };
        lane(name, false)
    };
    let mut lanes: Vec<Lane> = Vec::new();
    let mut hosts = vec![0; usize::from(config.hosts)];
    let sides = sides(log, config);
    let mut side = |lanes: &mut Vec<Lane>, of: ControllerId| {
        for (id, _) in sides.iter().enumerate().filter(|(_, side)| **side == of && !shared) {
            hosts[id] = lanes.len();
            lanes.push(host(id as u8));
        }
    };
    if shared {
        lanes.push(lane(tr("Hosts").into(), false));
    }
    side(&mut lanes, ControllerId::A);
    let a = lanes.len();
    lanes.push(lane("A".into(), true));
    lanes.push(lane("B".into(), true));
    side(&mut lanes, ControllerId::B);
    let array = lanes.len();
    lanes.push(lane(if narrow { tr("Disks") } else { tr("Array") }.into(), false));

    let height = lens.height as i32;
    let rows = i32::from(config.raid.disks) + 1;
    let row = (height / 5 / rows).clamp(3, 9);
    let flags = AXIS + lens.label / 2 + 2;
    let top = flags + lens.label / 2 + 12;
    let bottom = (height - FOOT).max(top + 40);
    let last = bottom - rows * row - 6;
    // Tenths: the link's gap is the widest, since most is said there.
    let gap = |index: usize| match (lanes[index].controller, lanes[index + 1].controller) {
        (true, true) => 18,
        (false, false) if index + 1 == array => 7,
        (false, false) => 6,
        _ if index + 1 == array => 8,
        _ => 10,
    };
    let gaps: Vec<i32> = (0..array).map(gap).collect();
    let all: i32 = gaps.iter().sum();
    let mut before = 0;
    for (index, lane) in lanes.iter_mut().enumerate() {
        lane.y = top + (last - top) * before / all.max(1);
        before += gaps.get(index).copied().unwrap_or(0);
    }
    Plan {
        lanes,
        hosts,
        shared,
        controllers: [a, a + 1],
        array,
        row,
        disks: config.raid.disks,
        top,
        bottom,
        flags,
    }
}

/// With a capital at its beginning.
pub fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}
