//! What the ledger says: of a block, and of the whole.

use super::situation::Failure;
use crate::ids::ControllerId;
use crate::text::Text;
use crate::{mark, text};

/// How safe everything is that hosts were told is safe; the worse, the greater.
///
/// - **Safe**: every such block survives any one next failure, and nothing that should be there twice is missing.
/// - **Degraded**: the next failure of a controller, of the link or of power loses nothing, but some redundancy is
///   missing: a controller, a battery, a disk. With a disk missing, the failure of a second one is not counted: that
///   there is one copy of everything on disk is what *degraded* says.
/// - **At risk**: some block would be lost by one next failure: of a controller, of the link, of power, or, while all
///   disks are there, of one disk.
/// - **Lost**: some block will not be read again, whatever is mended: no copy is left, or the record names a memory
///   that is gone, and the system refuses to serve (protocol G5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Safety {
    #[default]
    Safe,
    Degraded,
    AtRisk,
    Lost,
}

impl Safety {
    pub const COUNT: usize = 4;

    /// As the screen says it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Safety::Safe => mark!("safe"),
            Safety::Degraded => mark!("degraded"),
            Safety::AtRisk => mark!("at risk"),
            Safety::Lost => mark!("lost"),
        }
    }

    /// What that means, in one sentence.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Safety::Safe => "Every acknowledged block survives any one failure.",
            Safety::Degraded => {
                "Every acknowledged block is safe at the moment, but some redundancy is missing."
            }
            Safety::AtRisk => "One more failure would lose an acknowledged block.",
            Safety::Lost => "An acknowledged block cannot be read any more.",
        }
    }
}

/// Whether a block can be read now, and after each failure that may come next, once everything else is mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Survival {
    pub now: bool,
    pub a_dies: bool,
    pub b_dies: bool,
    pub link_cut: bool,
    /// With the batteries as they are.
    pub power_loss: bool,
    /// Whichever disk it is.
    pub one_disk: bool,
}

impl Survival {
    /// From the failures, by their numbers, that would lose the block.
    #[must_use]
    pub fn of(lost_by: u32) -> Survival {
        let survives = |failure: Failure| lost_by >> failure.number() & 1 == 0;
        Survival {
            now: survives(Failure::None),
            a_dies: survives(Failure::Dies(ControllerId::A)),
            b_dies: survives(Failure::Dies(ControllerId::B)),
            link_cut: survives(Failure::LinkCut),
            power_loss: survives(Failure::PowerLoss),
            one_disk: lost_by >> Failure::Disk(0).number() == 0,
        }
    }

    /// One sentence without a full stop, to stand behind the block's name: “survives …”, “would be lost if …”.
    #[must_use]
    pub fn words(self) -> Text {
        if !self.now {
            return text!("cannot be read any more");
        }
        let losers = [
            (self.a_dies, text!("A died")),
            (self.b_dies, text!("B died")),
            (self.link_cut, text!("the link were cut")),
            (self.power_loss, text!("power failed")),
            (self.one_disk, text!("one more disk failed")),
        ];
        let mut losers = losers.into_iter().filter(|(safe, _)| !safe).map(|(_, what)| what);
        let Some(last) = losers.next_back() else { return text!("survives any one failure") };
        match losers.reduce(|some, next| text!("{some}, {next}", some, next)) {
            None => text!("would be lost if {last}", last),
            Some(some) => text!("would be lost if {some} or {last}", some, last),
        }
    }
}
