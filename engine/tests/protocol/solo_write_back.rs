//! The policy that a controller alone answers writes from its own memory (protocol §5): UNSAFE, and only where it is
//! asked for.

use crate::failures::{mode, small};
use crate::support::{Stage, key};
use mirrorline_engine::array::Record;
use mirrorline_engine::config::{Config, DiskProfile, FailoverConfig, FlushPolicy, LunConfig};
use mirrorline_engine::controller::Mode;
use mirrorline_engine::fact::{IoKind, Unobserved};
use mirrorline_engine::ids::ControllerId::{A, B};
use mirrorline_engine::ids::{HostId, Lun};
use mirrorline_engine::rng::Random;
use mirrorline_engine::sim::{Command, Fault, HostOp, Seed, TimedFault, TimedOp, World};

/// UNSAFE, and only where it is asked for: alone, a write is answered from one memory. The record pins that memory
/// before, so that nobody else serves while it is gone.
#[test]
fn the_record_is_pinned_before_a_write_is_answered() {
    let failover = FailoverConfig { solo_write_back: true, ..FailoverConfig::default() };
    let mut stage = Stage::new(Config { failover, ..small() });
    stage.fault(Fault::Crash { at: A });
    stage.until("nothing is held alone", |w| w.array().record() == Record::solo(2, B, false));
    let mut seq = 0;
    for _ in 0..3 {
        stage.write(B, 0, 40).until_answered();
        assert_eq!(stage.world.array().record(), Record::solo(2, B, true));
        let line = stage.line(B, key(0, 40));
        assert!(!line.dirty.is_empty() && line.seq > seq, "{line:?}");
        seq = line.seq;
    }
    stage.until_quiet();
    assert_eq!(stage.world.array().record(), Record::solo(2, B, false));
}

/// However many wait for the record to be pinned, and for one line.
#[test]
fn thousands_of_writes_to_one_line_are_answered_one_after_the_other() {
    const WRITES: u32 = 60_000;
    let failover = FailoverConfig { solo_write_back: true, ..FailoverConfig::default() };
    let mut world = World::new(Config { failover, ..small() }, Seed(1)).expect("it is sound");
    let crash = Fault::Crash { at: A };
    world.apply(Command::Fault(TimedFault { at_ns: 0, fault: crash })).expect("it fits");
    while mode(&world, B) != Mode::Solo && world.step(&mut Unobserved).is_some() {}
    let op = HostOp { host: HostId(0), via: B, io: IoKind::Write, lun: Lun(0), lbn: 40, blocks: 1 };
    for _ in 0..WRITES {
        world.apply(Command::Submit(TimedOp { at_ns: 0, op })).expect("it fits");
    }
    while world.outstanding() > 0 && world.step(&mut Unobserved).is_some() {}
    let line = world.controller(B).line(key(0, 40)).expect("it is dirty");
    assert_eq!(line.seq, u64::from(WRITES));
}

/// Alone with little room, while a replacement comes and dies before everything has been copied, again and again: what
/// is begun when its copies are forgotten may give up the records of other lines.
#[test]
fn a_replacement_may_die_at_any_moment() {
    // In three of them the moment is the worst one.
    for seed in 300..800 {
        let random = &mut Random::new(seed, 1);
        let lun = |default_owner| LunConfig { blocks: 40, default_owner };
        let config = Config {
            lines: 1 + random.below(3) as u32,
            lent: 3 + random.below(3) as u32,
            luns: vec![lun(A), lun(B)],
            flush: FlushPolicy { depth: 1, ..Config::default().flush },
            disk: DiskProfile::Ssd {
                read_ns: 85_000,
                write_ns: 200_000,
                megabytes_per_s: 3_200,
                parallel: 1,
            },
            failover: FailoverConfig { solo_write_back: true, boot_ns: 100_000, ..FailoverConfig::default() },
            ..Config::default()
        };
        let mut stage = Stage::new(config);
        let mut at_ns = 0;
        for _ in 0..200 {
            at_ns += random.below(100_000);
            let op = HostOp {
                host: HostId(random.below(2) as u8),
                via: if at_ns < 1_000_000 { A } else { B },
                io: if random.percent(33) { IoKind::Read } else { IoKind::Write },
                lun: Lun(random.below(2) as u16),
                lbn: random.below(40),
                blocks: 1,
            };
            stage.world.apply(Command::Submit(TimedOp { at_ns, op })).expect("it fits");
        }
        let mut at_ns = 1_000_000;
        for _ in 0..8 {
            for (fault, shortest, longest) in
                [(Fault::Crash { at: A }, 200_000, 800_000), (Fault::Restart { at: A }, 150_000, 1_650_000)]
            {
                stage.world.apply(Command::Fault(TimedFault { at_ns, fault })).expect("it fits");
                at_ns += shortest + random.below(longest - shortest);
            }
        }
        stage.until_quiet();
    }
}
