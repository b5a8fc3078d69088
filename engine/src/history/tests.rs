use super::keyframes::{COUNT_MAX, Keyframes};
use super::{Timeline, Witness};
use crate::config::Config;
use crate::digest::mix;
use crate::fact::{Fact, IoKind, Observer, Unobserved};
use crate::ids::{ControllerId, HostId, Lun};
use crate::sim::{Command, Fault, HostOp, Pacing, Run, Seed, Source, TimedFault, TimedOp, World};

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
fn a_glance_sees_what_a_seek_shows_and_leaves_the_view_where_it_is() {
    let mut timeline = Timeline::new(run());
    timeline.extend(1_500);
    timeline.seek(700);
    let crash = Fault::Crash { at: ControllerId::A };
    let at_ns = timeline.world().now_ns();
    timeline.apply(Command::Fault(TimedFault { at_ns, fault: crash })).expect("a live controller can die");
    timeline.extend(1_500);
    let mut z = 11;
    for _ in 0..100 {
        z = mix(z);
        let here = timeline.seek(z % (timeline.len() + 1));
        for goal in [(z >> 20) % (timeline.len() + 1), here, 699, 700, 701, u64::MAX] {
            let before = timeline.world().digest();
            let seen = timeline.glance(goal, World::digest);
            assert_eq!((timeline.position(), timeline.world().digest()), (here, before));
            let mut other = timeline.clone();
            other.seek(goal);
            assert_eq!(seen, other.world().digest(), "from {here} at {goal}");
        }
    }
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
fn keyframes_that_are_too_many_go_one_at_a_time() {
    let mut keyframes = Keyframes::new(0);
    for position in 1..100_000u64 {
        let before = keyframes.len();
        keyframes.offer(position, 1, &position);
        assert!(keyframes.len() >= before, "more than one went at {position}");
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

fn crash() -> Command {
    Command::Fault(TimedFault { at_ns: 0, fault: Fault::Crash { at: ControllerId::A } })
}

/// The digest after every event.
fn digests(timeline: &mut Timeline<Mixed>) -> Vec<u64> {
    while timeline.extend(1000) == 1000 {}
    (0..=timeline.len())
        .map(|position| {
            timeline.seek(position);
            timeline.world().digest()
        })
        .collect()
}

#[test]
fn a_command_at_an_instant_makes_another_future_and_going_anywhere_shows_that_one() {
    let mut timeline = Timeline::new(run());
    let before = digests(&mut timeline);
    timeline.seek(1_000);
    timeline.apply(crash()).expect("there is a controller A");
    assert_eq!((timeline.position(), timeline.len(), timeline.is_complete()), (1_000, 1_000, false));
    assert_eq!(timeline.time_of(1_000), None, "what came after is forgotten");
    let after = digests(&mut timeline);
    assert_eq!(after[..1_000], before[..1_000]);
    assert_ne!(after.last(), before.last());
    for position in [1_001, 1_000, 999, after.len() as u64 - 1, 64, 1_000] {
        timeline.seek(position);
        assert_eq!(timeline.world().digest(), after[position as usize], "at {position}");
    }
    assert!(!timeline.world().controller(ControllerId::A).mode().serves() || timeline.position() <= 1_000);
}

#[test]
fn undoing_gives_back_every_bit_of_what_was_there_and_of_deeds_that_were_overwritten() {
    let mut timeline = Timeline::new(run());
    let first = digests(&mut timeline);
    timeline.seek(2_000);
    timeline.apply(crash()).expect("there is a controller A");
    let (one, with_one) = (timeline.deeds().to_vec(), digests(&mut timeline));
    timeline.seek(500);
    timeline.apply(crash()).expect("there is a controller A");
    assert_eq!(timeline.deeds().len(), 1, "the later deed went with its future");
    digests(&mut timeline);
    assert_eq!(timeline.replace_deeds(one), 500);
    assert_eq!(timeline.position(), 500);
    assert_eq!(digests(&mut timeline), with_one);
    assert_eq!(timeline.replace_deeds(Vec::new()), 2_000);
    assert_eq!(digests(&mut timeline), first);
}

/// Counts what it is told.
#[derive(Clone, Debug, Default, PartialEq)]
struct Count {
    facts: u64,
    events: u64,
}

impl Observer for Count {
    fn fact(&mut self, _fact: Fact) {
        self.facts += 1;
    }
}

impl Witness for Count {
    fn after_event(&mut self, world: &World) {
        self.events += 1;
        assert_eq!(self.events, world.events());
    }

    fn approximate_bytes(&self) -> usize {
        16
    }
}

#[test]
fn a_witness_knows_at_every_instant_what_came_before_and_nothing_more() {
    let mut timeline = Timeline::witnessed(run(), Count::default());
    let mut seen = vec![Count::default()];
    while timeline.extend_watched(1000, |_, witness, _| seen.push(witness.clone())) == 1000 {}
    for position in [700, 3, 0, 64, 63, timeline.len(), 1_500] {
        timeline.seek(position);
        assert_eq!(*timeline.witness(), seen[position as usize], "at {position}");
    }
    assert_eq!(timeline.frontier_witness(), &seen[seen.len() - 1]);
}
