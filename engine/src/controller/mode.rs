//! The modes of a controller as a whole (protocol §2 and §5 to §7).

use crate::mark;

/// What a controller is doing, beside its lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
pub enum Mode {
    /// Both serve, each mirrors into the other.
    Dual,
    /// Suspects its peer: no answers, no messages, until the record has decided.
    Frozen,
    /// Has won the record and awaits the fence.
    Won,
    /// Handles what its peer had sent before the fence.
    Drain,
    /// Serves alone.
    Solo,
    /// Serves alone and rebuilds a partner.
    SoloJoin,
    /// Is being rebuilt by the survivor.
    Joining,
    /// Cold boot with both memories: writes everything back before anybody is served.
    Recover,
    /// The other side of a recovery: keeps its memory untouched until the record has changed.
    Recalled,
    /// Has started and does not know yet who serves.
    Boot,
    /// Has lost the record, or was fenced: answers nothing, serves nothing, until it is restarted.
    Halted,
    /// Refuses to serve: the only memory that was up to date is gone. Unavailable rather than stale (protocol G5).
    Refused,
    /// Without power.
    Down,
}

impl Mode {
    pub const COUNT: usize = 13;

    pub const ALL: [Mode; Mode::COUNT] = [
        Mode::Dual,
        Mode::Frozen,
        Mode::Won,
        Mode::Drain,
        Mode::Solo,
        Mode::SoloJoin,
        Mode::Joining,
        Mode::Recover,
        Mode::Recalled,
        Mode::Boot,
        Mode::Halted,
        Mode::Refused,
        Mode::Down,
    ];

    /// Whether hosts are served.
    #[must_use]
    pub fn serves(self) -> bool {
        matches!(self, Mode::Dual | Mode::Solo | Mode::SoloJoin)
    }

    /// Whether messages about lines are handled as they come.
    #[must_use]
    pub fn talks(self) -> bool {
        matches!(self, Mode::Dual | Mode::SoloJoin | Mode::Joining | Mode::Recover | Mode::Recalled)
    }

    /// Whether this controller owns every line, having no partner that counts.
    #[must_use]
    pub fn is_alone(self) -> bool {
        matches!(self, Mode::Solo | Mode::SoloJoin | Mode::Recover)
    }

    /// As the protocol writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Mode::Dual => "DUAL",
            Mode::Frozen => "FROZEN",
            Mode::Won => "WON",
            Mode::Drain => "DRAIN",
            Mode::Solo => "SOLO",
            Mode::SoloJoin => "SOLO+JOIN",
            Mode::Joining => "JOINING",
            Mode::Recover => "RECOVER",
            Mode::Recalled => "RECALLED",
            Mode::Boot => "BOOT",
            Mode::Halted => "HALTED",
            Mode::Refused => "REFUSED",
            Mode::Down => "DOWN",
        }
    }

    /// What the name stands for, in a few words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Mode::Dual => mark!("serves, mirrored by its peer"),
            Mode::Frozen => mark!("suspects its peer and holds still"),
            Mode::Won => mark!("won the record, waits for the fence"),
            Mode::Drain => mark!("handles the peer's last messages"),
            Mode::Solo => mark!("serves alone"),
            Mode::SoloJoin => mark!("serves alone, rebuilds its partner"),
            Mode::Joining => mark!("is being rebuilt by its partner"),
            Mode::Recover => mark!("writes everything back after a power loss"),
            Mode::Recalled => mark!("keeps its memory while the other recovers"),
            Mode::Boot => mark!("starts, asks who serves"),
            Mode::Halted => mark!("halted: it was fenced or lost the record"),
            Mode::Refused => mark!("refuses to serve: the newest data was lost"),
            Mode::Down => mark!("without power"),
        }
    }
}
