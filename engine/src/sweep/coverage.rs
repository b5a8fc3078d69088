//! What a sweep has seen: which states, messages and modes, and which fault in which situation.

use crate::controller::Mode;
use crate::fact::{Fact, Observer};
use crate::ids::ControllerId;
use crate::message::MessageKind;
use crate::sim::Fault;
use crate::state::{FlushStep, LineState};

/// Line states, with their steps.
const STATES: usize = LineState::COUNT * 4;
/// Situations: the modes of both controllers.
const PAIRS: usize = Mode::COUNT * Mode::COUNT;

/// How often each thing was seen. Sums of two sweeps are the sums of their counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    states: Vec<u64>,
    messages: Vec<u64>,
    modes: Vec<u64>,
    /// Of each fault, the situations that it met.
    met: Vec<u64>,
    /// The modes at this instant of the run that is watched.
    now: [Mode; 2],
}

impl Default for Coverage {
    fn default() -> Coverage {
        Coverage {
            states: vec![0; STATES],
            messages: vec![0; MessageKind::COUNT],
            modes: vec![0; Mode::COUNT],
            met: vec![0; PAIRS * Fault::COUNT],
            now: [Mode::Dual; 2],
        }
    }
}

fn state_number(state: LineState) -> usize {
    let step = match state {
        LineState::OF(step) | LineState::OW(step) | LineState::SF(step) | LineState::SW(step) => {
            step as usize
        }
        _ => 0,
    };
    state.number() * 4 + step
}

/// Every line state that there is, each with its steps.
fn all_states() -> impl Iterator<Item = LineState> {
    const STEPS: [FlushStep; 4] = [FlushStep::Notify, FlushStep::Disk, FlushStep::Parity, FlushStep::Confirm];
    use LineState::{M0, MD, MF, MK, OC, OD, OF, OK, OP, OR, OW, OX, SC, SD, SF, SW};
    let plain = [OC, OP, OD, OK, OX, OR, M0, MD, MF, MK, SC, SD];
    let stepped = STEPS.into_iter().flat_map(|step| [OF(step), OW(step), SF(step), SW(step)]);
    plain.into_iter().chain(stepped).filter(|state| {
        // Nobody is told before an alone controller writes, nor after it has written through (protocol §2).
        !matches!(state, SF(FlushStep::Notify) | SW(FlushStep::Notify | FlushStep::Confirm))
    })
}

/// `OF-notify`, or just `OD`.
fn state_name(state: LineState) -> String {
    let step = match state {
        LineState::OF(step) | LineState::OW(step) | LineState::SF(step) | LineState::SW(step) => step,
        _ => return state.code().to_owned(),
    };
    let step = match step {
        FlushStep::Notify => "notify",
        FlushStep::Disk => "disk",
        FlushStep::Parity => "parity",
        FlushStep::Confirm => "confirm",
    };
    format!("{}-{step}", state.code())
}

impl Coverage {
    /// A new run begins.
    pub fn begin(&mut self) {
        self.now = [Mode::Dual; 2];
    }

    /// Adds what another sweep has seen.
    pub fn add(&mut self, other: &Coverage) {
        for (mine, others) in [
            (&mut self.states, &other.states),
            (&mut self.messages, &other.messages),
            (&mut self.modes, &other.modes),
            (&mut self.met, &other.met),
        ] {
            mine.iter_mut().zip(others).for_each(|(mine, other)| *mine += other);
        }
    }

    /// Each line state with its step, and how often a line came into it.
    pub fn line_states(&self) -> impl Iterator<Item = (String, u64)> {
        all_states().map(|state| (state_name(state), self.states[state_number(state)]))
    }

    /// Each kind of message, and how often it was sent.
    pub fn messages(&self) -> impl Iterator<Item = (&'static str, u64)> {
        MessageKind::ALL.into_iter().map(|kind| (kind.name(), self.messages[kind as usize]))
    }

    /// Each mode, and how often a controller came into it.
    pub fn modes(&self) -> impl Iterator<Item = (&'static str, u64)> {
        Mode::ALL.into_iter().map(|mode| (mode.name(), self.modes[mode as usize]))
    }

    /// Each situation that a fault met, and how often: mode of the one that it hit, mode of the other, fault. Of a
    /// fault that hits neither, the modes stand in the order of [`Mode::ALL`].
    pub fn met(&self) -> impl Iterator<Item = ((Mode, Mode, &'static str), u64)> {
        self.met.iter().enumerate().filter(|(_, count)| **count > 0).map(|(at, count)| {
            let (pair, fault) = (at / Fault::COUNT, at % Fault::COUNT);
            let modes = (Mode::ALL[pair / Mode::COUNT], Mode::ALL[pair % Mode::COUNT]);
            ((modes.0, modes.1, Fault::NAMES[fault]), *count)
        })
    }

    fn fault(&mut self, fault: Fault) {
        let [a, b] = self.now;
        let (hit, other) = match fault.target() {
            Some(ControllerId::A) => (a, b),
            Some(ControllerId::B) => (b, a),
            None => (a.min(b), a.max(b)),
        };
        let pair = hit as usize * Mode::COUNT + other as usize;
        self.met[pair * Fault::COUNT + fault.number()] += 1;
    }
}

impl Observer for Coverage {
    fn fact(&mut self, fact: Fact) {
        match fact {
            Fact::LineState { to: Some(state), .. } => self.states[state_number(state)] += 1,
            Fact::Sent { message, .. } | Fact::SessionSent { message, .. } => {
                self.messages[message as usize] += 1;
            }
            Fact::Mode { at, to, .. } => {
                self.modes[to as usize] += 1;
                self.now[at.index()] = to;
            }
            Fact::Fault { fault } => self.fault(fault),
            _ => {}
        }
    }
}
