//! A recording goes anywhere, forks, and survives being sent as a link.

use mirrorline_engine::fact::{IoKind, Unobserved};
use mirrorline_engine::history::{Recording, RecordingError};
use mirrorline_engine::ids::{ControllerId, HostId, Lun};
use mirrorline_engine::scenario::library;
use mirrorline_engine::sim::{Command, CommandError, Fault, HostOp, TimedFault, TimedOp};

fn recording(name: &str) -> Recording {
    Recording::new(library::find(name).expect("it is built in").scenario()).expect("it is sound")
}

fn write(lbn: u64) -> Command {
    let (host, via) = (HostId(0), ControllerId::B);
    Command::Submit(TimedOp {
        at_ns: 0,
        op: HostOp { host, via, io: IoKind::Write, lun: Lun(0), lbn, blocks: 1 },
    })
}

#[test]
fn back_and_forth_is_the_same_place() {
    let mut recording = recording("busy-hour");
    recording.seek(u64::MAX);
    let (end, digest) = (recording.position(), recording.world().digest());
    assert!(end > 300, "{end} events");
    for position in [0, 1, end / 2, 64, 65, end - 1] {
        assert_eq!(recording.seek(position), position);
    }
    recording.seek(u64::MAX);
    assert_eq!((recording.position(), recording.world().digest()), (end, digest));
}

#[test]
fn a_command_in_the_past_makes_another_future() {
    let mut recording = recording("busy-hour");
    recording.seek(200);
    let before = recording.world().digest();
    recording.seek(100);
    recording.apply(write(3)).expect("it fits");
    recording.seek(200);
    let other = recording.world().digest();
    assert_ne!(before, other);
    recording.seek(50);
    recording.seek(200);
    assert_eq!(recording.world().digest(), other, "the command is done again each time");
}

#[test]
fn an_instant_has_the_commands_that_were_done_there_however_it_is_reached() {
    let mut recording = recording("reads");
    recording.seek(30);
    recording.apply(write(3)).expect("it fits");
    let digest = recording.world().digest();
    recording.seek(60);
    recording.seek(30);
    assert_eq!(recording.world().digest(), digest, "from later");
    recording.seek(0);
    recording.seek(30);
    assert_eq!(recording.world().digest(), digest, "from before");
    recording.seek(0);
    recording.apply(write(7)).expect("it fits");
    recording.seek(20);
    recording.seek(0);
    let opened = Recording::from_link(&recording.link().expect("it has a link")).expect("the link is whole");
    assert_eq!(opened.world().digest(), recording.world().digest(), "a link holds them too");
}

#[test]
fn a_link_brings_back_the_very_instant() {
    let mut recording = recording("ownership");
    recording.seek(20);
    recording.apply(write(5)).expect("it fits");
    let pending = recording.world().pending();
    let last = pending.last().expect("something is pending").id;
    recording.take(last).expect("it is pending");
    recording.seek(30);
    let fault = Fault::CutLink { to: ControllerId::A };
    recording.apply(Command::Fault(TimedFault { at_ns: 0, fault })).expect("it fits");
    recording.seek(40);
    let link = recording.link().expect("it has a link");
    let opened = Recording::from_link(&link).expect("the link is whole");
    assert_eq!(
        (opened.position(), opened.world().digest()),
        (recording.position(), recording.world().digest())
    );
}

#[test]
fn damaged_links_are_refused_in_words() {
    let link = recording("reads").link().expect("it has a link");
    let mut damaged = link.clone();
    damaged.replace_range(20..21, if &link[20..21] == "A" { "B" } else { "A" });
    for bad in ["", "hello", "m1.", "m2.!!!!", &link[..link.len() / 2], &damaged] {
        assert!(matches!(Recording::from_link(bad), Err(RecordingError::BadLink(_))), "{bad}");
    }
}

#[test]
fn what_cannot_be_done_changes_nothing() {
    let mut recording = recording("reads");
    recording.seek(10);
    let digest = recording.world().digest();
    let refused = recording.apply(write(1 << 40));
    assert!(matches!(refused, Err(RecordingError::Command(CommandError::BeyondLun { .. }))), "{refused:?}");
    assert!(matches!(
        recording.take(mirrorline_engine::sim::EventId(999_999)),
        Err(RecordingError::NotPending(_))
    ));
    assert_eq!(recording.world().digest(), digest);
}

#[test]
fn facts_of_the_past_can_be_asked_for() {
    let mut recording = recording("safe-write");
    recording.seek(30);
    let told = recording.facts(10, 20);
    assert_eq!(told.iter().map(|(event, _)| event.index).collect::<Vec<_>>(), (10..20).collect::<Vec<_>>());
    assert!(told.iter().any(|(_, facts)| !facts.is_empty()));
    assert_eq!(recording.facts(25, 1_000).len(), 5, "only what has happened");
    assert!(recording.violations().is_empty());
    while recording.step(&mut Unobserved).is_some() {}
    assert!(recording.violations().is_empty());
}
