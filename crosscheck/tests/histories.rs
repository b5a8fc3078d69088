//! Thousands of histories of one block, right ones and broken ones, before two judges: the engine's check, which follows
//! a history fact by fact and forgets what cannot matter any more, and stateright's tester, which keeps all of it and
//! searches for an order.
//!
//! Stateright knows linearizability. Strict linearizability asks that a write whose controller stopped took effect before
//! that instant or never: so it is that one of the histories is linearizable in which each such write either ended at
//! that instant or was never begun.

use mirrorline_engine::check::Linearizability;
use mirrorline_engine::digest::mix;
use mirrorline_engine::fact::{Fact, IoKind, Observer, ReadSource};
use mirrorline_engine::ids::{ControllerId, HostId};
use stateright::semantics::register::{Register, RegisterOp, RegisterRet};
use stateright::semantics::{ConsistencyTester, LinearizabilityTester};

/// One step of a history. Operations have numbers from 1; a write writes its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Begin {
        op: u64,
        io: IoKind,
        at: ControllerId,
    },
    Acknowledge {
        op: u64,
    },
    Return {
        op: u64,
        value: u64,
    },
    /// The controller stops; what is under way there does not end.
    Stop {
        at: ControllerId,
    },
}

/// Numbers drawn from a seed.
struct Drawn {
    seed: u64,
    n: u64,
}

impl Drawn {
    fn below(&mut self, bound: usize) -> usize {
        self.n += 1;
        (mix(self.seed << 16 ^ self.n) % bound as u64) as usize
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

#[derive(Clone, Copy)]
struct UnderWay {
    op: u64,
    io: IoKind,
    at: ControllerId,
    /// What a read has seen, what a write has left; set when the operation takes effect.
    effect: Option<u64>,
}

/// What a real register might do, with an error now and then: each operation takes effect at one instant between its
/// begin and its end; one whose controller stops, before that or never.
fn history(seed: u64, operations: u64) -> Vec<Step> {
    let mut drawn = Drawn { seed, n: 0 };
    let broken = drawn.one_in(2);
    let (mut steps, mut value, mut begun) = (Vec::new(), 0, 0);
    let mut under_way: Vec<UnderWay> = Vec::new();
    // Writes that take effect though their controller has stopped: zombies.
    let mut late: Vec<u64> = Vec::new();
    while begun < operations || !under_way.is_empty() {
        if !late.is_empty() && drawn.one_in(3) {
            value = late.remove(0);
        }
        let choice = drawn.below(10);
        if choice < 4 && begun < operations && under_way.len() < 4 {
            begun += 1;
            let io = if drawn.one_in(2) { IoKind::Read } else { IoKind::Write };
            let at = if drawn.one_in(2) { ControllerId::A } else { ControllerId::B };
            under_way.push(UnderWay { op: begun, io, at, effect: None });
            steps.push(Step::Begin { op: begun, io, at });
        } else if choice == 4 && drawn.one_in(3) {
            let at = if drawn.one_in(2) { ControllerId::A } else { ControllerId::B };
            if broken {
                let writes = under_way.iter().filter(|one| one.at == at && one.io == IoKind::Write);
                late.extend(writes.filter(|write| write.effect.is_none()).map(|write| write.op));
            }
            under_way.retain(|one| one.at != at);
            steps.push(Step::Stop { at });
        } else if !under_way.is_empty() {
            let which = drawn.below(under_way.len());
            let one = &mut under_way[which];
            let Some(effect) = one.effect else {
                if one.io == IoKind::Write {
                    value = one.op;
                }
                one.effect = Some(value);
                continue;
            };
            let one = under_way.swap_remove(which);
            steps.push(match one.io {
                IoKind::Write => Step::Acknowledge { op: one.op },
                IoKind::Read if broken && drawn.one_in(4) => {
                    Step::Return { op: one.op, value: drawn.below(begun as usize + 1) as u64 }
                }
                IoKind::Read => Step::Return { op: one.op, value: effect },
            });
        }
    }
    steps
}

/// The engine's verdict. When it does not `hear_stops`, it knows linearizability only.
fn engine_accepts(steps: &[Step], hear_stops: bool) -> bool {
    let mut check = Linearizability::default();
    let host = HostId(0);
    let mut began = Vec::new();
    for step in steps {
        match *step {
            Step::Begin { op, io, at } => {
                began.push((op, at));
                check.fact(Fact::HostArrived { op, host, at, io, lun: 0, lbn: 7, blocks: 1 });
            }
            Step::Acknowledge { op } => {
                let at = at_of(&began, op);
                check.fact(Fact::HostReplied { op, host, at, io: IoKind::Write });
            }
            Step::Return { op, value } => {
                let at = at_of(&began, op);
                check.fact(Fact::BlockRead { op, at, lun: 0, lbn: 7, value, from: ReadSource::Cache });
                check.fact(Fact::HostReplied { op, host, at, io: IoKind::Read });
            }
            Step::Stop { at } if hear_stops => check.fact(Fact::Abandoned { at }),
            Step::Stop { .. } => {}
        }
    }
    check.take_violations(0).is_empty()
}

fn at_of(began: &[(u64, ControllerId)], op: u64) -> ControllerId {
    began.iter().find(|(of, _)| *of == op).expect("what ends has begun").1
}

/// Stateright's verdict.
fn stateright_accepts(steps: &[Step]) -> bool {
    let stopped = stopped_writes(steps);
    (0..1_u32 << stopped.len()).any(|choice| {
        let took_effect = |op| {
            let which = stopped.iter().position(|write| *write == op);
            which.map(|which| choice >> which & 1 == 1)
        };
        is_linearizable(steps, took_effect)
    })
}

/// Writes that their controller's stop has cut off.
fn stopped_writes(steps: &[Step]) -> Vec<u64> {
    let ended = |op: u64| {
        steps.iter().any(
            |step| matches!(*step, Step::Acknowledge { op: of } | Step::Return { op: of, .. } if of == op),
        )
    };
    let writes = steps.iter().filter_map(|step| match *step {
        Step::Begin { op, io: IoKind::Write, .. } => Some(op),
        _ => None,
    });
    writes.filter(|op| !ended(*op)).collect()
}

/// `took_effect`: of a write that was cut off whether it did, and then it ended when its controller stopped.
fn is_linearizable(steps: &[Step], took_effect: impl Fn(u64) -> Option<bool>) -> bool {
    // Each operation is a thread of its own.
    let mut tester = LinearizabilityTester::new(Register(0_u64));
    let mut under_way: Vec<(u64, IoKind, ControllerId)> = Vec::new();
    for step in steps {
        match *step {
            Step::Begin { op, io: IoKind::Write, at } => {
                if took_effect(op) == Some(false) {
                    continue;
                }
                tester.on_invoke(op, RegisterOp::Write(op)).expect("the history is well formed");
                under_way.push((op, IoKind::Write, at));
            }
            Step::Begin { op, io: IoKind::Read, at } => {
                tester.on_invoke(op, RegisterOp::Read).expect("the history is well formed");
                under_way.push((op, IoKind::Read, at));
            }
            Step::Acknowledge { op } => {
                tester.on_return(op, RegisterRet::WriteOk).expect("the history is well formed");
                under_way.retain(|(of, ..)| *of != op);
            }
            Step::Return { op, value } => {
                tester.on_return(op, RegisterRet::ReadOk(value)).expect("the history is well formed");
                under_way.retain(|(of, ..)| *of != op);
            }
            Step::Stop { at } => {
                for (op, io, _) in under_way.iter().filter(|(_, _, of)| *of == at) {
                    if *io == IoKind::Write {
                        tester.on_return(*op, RegisterRet::WriteOk).expect("the history is well formed");
                    }
                }
                under_way.retain(|(_, _, of)| *of != at);
            }
        }
    }
    tester.is_consistent()
}

/// How many histories each verdict got.
#[derive(Debug, Default)]
struct Verdicts {
    right: u32,
    wrong: u32,
    with_a_stop: u32,
}

fn compare(seeds: std::ops::Range<u64>, operations: u64) -> Verdicts {
    let mut verdicts = Verdicts::default();
    for seed in seeds {
        let steps = history(seed, operations);
        let accepted = engine_accepts(&steps, true);
        assert_eq!(accepted, stateright_accepts(&steps), "engine, stateright; seed {seed}: {steps:#?}");
        if accepted {
            verdicts.right += 1;
        } else {
            verdicts.wrong += 1;
        }
        verdicts.with_a_stop += u32::from(!stopped_writes(&steps).is_empty());
    }
    verdicts
}

#[test]
fn both_judges_say_the_same_of_short_histories() {
    let verdicts = compare(0..6_000, 6);
    assert!(verdicts.right > 1_000 && verdicts.wrong > 500 && verdicts.with_a_stop > 1_000, "{verdicts:?}");
}

#[test]
fn both_judges_say_the_same_of_longer_histories() {
    let verdicts = compare(100_000..102_000, 9);
    assert!(verdicts.right > 300 && verdicts.wrong > 300 && verdicts.with_a_stop > 300, "{verdicts:?}");
}

#[test]
fn a_judge_that_does_not_hear_of_stops_is_found_out() {
    let differ = |seed: &u64| {
        let steps = history(*seed, 6);
        engine_accepts(&steps, false) != stateright_accepts(&steps)
    };
    assert!((0..6_000).filter(differ).count() > 10, "linearizability alone accepts more");
}
