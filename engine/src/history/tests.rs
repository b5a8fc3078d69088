use super::Timeline;
use super::keyframes::{COUNT_MAX, Keyframes};
use crate::config::Config;
use crate::digest::mix;
use crate::fact::{IoKind, Unobserved};
use crate::ids::{ControllerId, HostId, Lun};
use crate::sim::{HostOp, Pacing, Run, Seed, Source, TimedOp, World};

/// Some mixed requests, drawn from a number.
#[derive(Clone, Debug)]
struct Mixed(u64);

impl Source for Mixed {
    fn next_op(&mut self) -> Option<TimedOp> {
        if self.0 == 800 {
            return None;
        }
        self.0 += 1;
        let z = mix(self.0);
        let io = if z.is_multiple_of(2) { IoKind::Read } else { IoKind::Write };
        let via = if z >> 8 & 3 == 0 { ControllerId::A } else { ControllerId::B };
        let op = HostOp { host: HostId(0), via, io, lun: Lun(0), lbn: (z >> 20) % 150, blocks: 2 };
        Some(TimedOp { at_ns: self.0 * 4_000, op })
    }
}

fn run() -> Run<Mixed> {
    let world = World::new(Config::default(), Seed(1)).expect("the default config is sound");
    Run::new(world, Mixed(0), Pacing::AsTimed)
}

#[test]
fn seeking_anywhere_gives_the_state_that_stepping_gave() {
    let mut digests = Vec::new();
    let mut straight = run();
    loop {
        digests.push(straight.world().digest());
        if straight.step(&mut Unobserved).is_none() {
            break;
        }
    }
    let mut timeline = Timeline::new(run());
    while timeline.extend(1000) == 1000 {}
    assert!(timeline.is_complete());
    assert_eq!(timeline.len() + 1, digests.len() as u64);
    assert!(timeline.len() > 4_000, "{} events", timeline.len());
    let mut z = 7;
    for n in 0..300 {
        z = mix(z);
        let goal = if n % 10 == 0 { timeline.position().saturating_sub(1) } else { z % (timeline.len() + 1) };
        assert_eq!(timeline.seek(goal), goal);
        assert_eq!(timeline.world().digest(), digests[goal as usize], "at {goal}");
        assert_eq!(timeline.moment().event.map(|event| event.index + 1), (goal > 0).then_some(goal));
    }
    assert_eq!(timeline.seek(u64::MAX), timeline.len(), "past the end is the end");
}

#[test]
fn keyframes_thin_out_when_there_are_many() {
    let mut timeline = Timeline::new(run());
    while timeline.extend(1000) == 1000 {}
    let count = timeline.keyframe_count() as u64;
    assert!(count <= COUNT_MAX as u64);
    let spacing = timeline.keyframes.spacing();
    assert!(count >= timeline.len() / spacing, "{count} keyframes, one every {spacing} events");
    let middle = timeline.len() / 2 + 1;
    assert_eq!(timeline.seek(middle), middle);
}

#[test]
fn many_keyframes_are_halved_until_they_fit() {
    let mut keyframes = Keyframes::new(0);
    for position in 1..100_000u64 {
        keyframes.offer(position, 1, &position);
    }
    assert!((COUNT_MAX / 2..=COUNT_MAX).contains(&keyframes.len()), "{}", keyframes.len());
    for position in [1, 63, 64, 5_000, 77_777, 99_999] {
        let (at, frame) = keyframes.before(position);
        assert_eq!(at, *frame);
        assert!(at <= position && position - at <= keyframes.spacing());
    }
    let big = 20 << 20;
    let mut few = Keyframes::new(0);
    for position in 1..100_000u64 {
        few.offer(position, big, &position);
    }
    assert!(few.len() <= 4, "memory bounds them too");
}
