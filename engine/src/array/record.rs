//! The disk record that decides who may serve, changed only by compare-and-swap (protocol §5, step 2).

use crate::compact::Coder;
use crate::ids::ControllerId;

/// Who serves: both, or one alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordMode {
    Dual,
    Solo(ControllerId),
}

/// What stands on the array about the two controllers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Record {
    /// Raised at every takeover and at every return to two controllers.
    pub epoch: u32,
    pub mode: RecordMode,
    /// The one that serves alone may hold what is nowhere else: dirty lines, or knowledge of wrong parity.
    pub pinned: bool,
    /// In DUAL the session in which the partner was rebuilt, 0 at first: a partner of another session of the same epoch
    /// does not count (M12).
    pub session: u32,
}

impl Record {
    /// Both controllers are new.
    pub const FIRST: Record = Record { epoch: 1, mode: RecordMode::Dual, pinned: false, session: 0 };

    #[must_use]
    pub fn solo(epoch: u32, at: ControllerId, pinned: bool) -> Record {
        Record { epoch, mode: RecordMode::Solo(at), pinned, session: 0 }
    }

    pub(crate) fn code(&mut self, c: &mut Coder) {
        c.number32(&mut self.epoch);
        c.number32(&mut self.session);
        let mut mode = match self.mode {
            RecordMode::Dual => 0,
            RecordMode::Solo(at) => 1 + c.under.controller(at).index() as u8,
        } << 1
            | u8::from(self.pinned);
        c.byte(&mut mode);
        if !c.reading {
            return;
        }
        self.pinned = mode & 1 == 1;
        self.mode = match mode >> 1 {
            0 => RecordMode::Dual,
            at => RecordMode::Solo(ControllerId::BOTH[usize::from(at) - 1]),
        };
    }

    #[must_use]
    pub fn dual(epoch: u32, session: u32) -> Record {
        Record { epoch, mode: RecordMode::Dual, pinned: false, session }
    }
}

impl std::fmt::Display for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.mode {
            RecordMode::Dual => write!(f, "epoch {} DUAL", self.epoch),
            RecordMode::Solo(at) => {
                write!(f, "epoch {} SOLO_{at}{}", self.epoch, if self.pinned { " pinned" } else { "" })
            }
        }
    }
}
