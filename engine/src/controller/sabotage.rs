//! Ways to break a controller on purpose, so that tests can show that each check is able to fail.

use super::Controller;
use super::line::Line;
use crate::ids::{LineKey, Slot};
use crate::slab::NONE;
use crate::state::LineState;

impl Controller {
    /// Any change to a line's record.
    pub(crate) fn tamper_line(&mut self, key: LineKey, change: impl FnOnce(&mut Line)) {
        let at = self.table.find(key).expect("the test tampers with a line that is there");
        change(&mut self.table[at]);
    }

    pub(crate) fn tamper_state(&mut self, key: LineKey, state: LineState) {
        self.tamper_line(key, |line| line.state = Some(state));
    }

    /// Another value in a block of the line's slot.
    pub(crate) fn tamper_block(&mut self, key: LineKey, block: u32, value: u64) {
        let slot =
            self.line(key).and_then(|line| line.loc).expect("the test tampers with a line that has a slot");
        self.memory.tamper(slot, block, value);
    }

    /// Another mode, though nothing has led to it.
    pub(crate) fn tamper_mode(&mut self, mode: super::Mode) {
        self.standing.mode = mode;
    }

    /// A free slot is forgotten.
    pub(crate) fn lose_slot(&mut self) -> Slot {
        self.memory.local_free.take().expect("the test loses a slot that is free")
    }

    /// A host write in progress is forgotten: its host never hears of it.
    pub(crate) fn forget_operation(&mut self, key: LineKey) {
        let at = self.table.find(key).expect("the test forgets a write that is under way");
        self.table[at].op = NONE;
        self.table[at].state = Some(LineState::OC);
    }
}
