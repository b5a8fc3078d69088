//! The bugs that can be planted, one a rule: each breaks the protocol at one place, where the code asks for it by
//! name. A config names at most one ([`Config::bug`](crate::config::Config::bug)); without, every rule is kept.
//!
//! All but one lead to a broken invariant, and the explorer finds the shortest way there; `promote-consistent` is
//! harmless, and shows that the explorer is silent when it should be.

use crate::digest::Digest;
use crate::mark;
use serde::{Deserialize, Serialize};

/// A rule that is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bug {
    AckBeforeMeta,
    MirrorInPlace,
    ForgetFlushedMirror,
    NoFence,
    ReadPending,
    RecycleEarly,
    ThroughKeepsMirror,
    KeepOldMemory,
    SwitchEarly,
    LookWithoutLock,
    DiskBeforeFnAck,
    PromoteConsistent,
    GrantHandsValid,
    QueueWriteThrough,
    TrustUnpinned,
    TrustAfterPowerLoss,
    CloseRecoveryEarly,
    KeepCopies,
    SwitchWhileWriting,
    TellNoSlots,
    KeepForeignSlot,
    RehomeAnyTime,
    AwaitResyncDone,
    SkipConsistent,
    SkipReuse,
    GrantDuringFlush,
    ConsistentIgnoresSeq,
    OwnerDecides,
    ClearAllAtCAck,
    ContinueFlush,
    RestartAtOnce,
    TwoParityWriters,
    BothGoFirst,
}

/// What there is to say of a bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Planted {
    #[serde(skip)]
    pub bug: Bug,
    pub name: &'static str,
    /// What the controllers do wrong.
    pub breaks: &'static str,
    /// Where the rule stands in the protocol.
    pub rule: &'static str,
    pub harmless: bool,
    /// The named world in which it is found soonest.
    pub world: &'static str,
}

const fn planted(
    bug: Bug,
    name: &'static str,
    breaks: &'static str,
    rule: &'static str,
    world: &'static str,
) -> Planted {
    Planted { bug, name, breaks, rule, harmless: matches!(bug, Bug::PromoteConsistent), world }
}

/// All of them, in the order of [`Bug::ALL`].
pub const PLANTED: [Planted; 33] = [
    planted(
        Bug::AckBeforeMeta,
        "ack-before-meta",
        mark!("the host hears \"done\" when META is sent, before the mirror has acknowledged it"),
        mark!("rule 1"),
        "steady",
    ),
    planted(
        Bug::MirrorInPlace,
        "mirror-in-place",
        mark!("DATA goes into the slot that the mirror is in, not into a fresh one"),
        mark!("rule 1"),
        "steady",
    ),
    planted(
        Bug::ForgetFlushedMirror,
        "forget-flushed-mirror",
        mark!("at a takeover a mirror whose flush was announced is thrown away"),
        mark!("section 5.2, claims 12 and 26"),
        "crash-in-flush",
    ),
    planted(
        Bug::NoFence,
        "no-fence",
        mark!("whoever wins the record serves at once, without cutting its peer off"),
        mark!("section 5.2, step 2"),
        "hung-peer",
    ),
    planted(
        Bug::ReadPending,
        "read-pending",
        mark!("a read sees a write before it is committed"),
        mark!("rule 1, C4"),
        "steady",
    ),
    planted(
        Bug::RecycleEarly,
        "recycle-early",
        mark!("the old mirror slot is free when META is sent, not when it is acknowledged"),
        mark!("rule 1"),
        "steady",
    ),
    planted(
        Bug::ThroughKeepsMirror,
        "through-keeps-mirror",
        mark!("a write-through does not drop the mirror first"),
        mark!("rule 6"),
        "battery",
    ),
    planted(
        Bug::KeepOldMemory,
        "keep-old-memory",
        mark!("a controller whose memory is of an old epoch joins without clearing it"),
        mark!("section 7, step 1"),
        "power-and-hang",
    ),
    planted(
        Bug::SwitchEarly,
        "switch-early",
        mark!("the record says DUAL before every dirty line has a copy"),
        mark!("section 7, step 3"),
        "failback-two",
    ),
    planted(
        Bug::LookWithoutLock,
        "look-without-lock",
        mark!("a patrol mends a stripe while its line is written: two writers of one parity"),
        mark!("section 5.4"),
        "scrub",
    ),
    planted(
        Bug::DiskBeforeFnAck,
        "disk-before-fn-ack",
        mark!("the disks are written before the mirror knows of the flush"),
        mark!("rule 4"),
        "steady",
    ),
    planted(
        Bug::PromoteConsistent,
        "promote-consistent",
        mark!("at a takeover a mirror that is the same as disk is written back all the same"),
        mark!("section 5.2, claims 13 and 27"),
        "crash",
    ),
    planted(
        Bug::GrantHandsValid,
        "grant-hands-valid",
        mark!("the new owner takes every block of its slot for valid, as the old owner's may have been"),
        mark!("R1"),
        "tight",
    ),
    planted(
        Bug::QueueWriteThrough,
        "queue-write-through",
        mark!("at a takeover a write-through in progress goes back into the queue"),
        mark!("R3"),
        "battery-crash",
    ),
    planted(
        Bug::TrustUnpinned,
        "trust-unpinned",
        mark!("whoever takes over an unpinned record trusts all parity"),
        mark!("R4"),
        "second-crash",
    ),
    planted(
        Bug::TrustAfterPowerLoss,
        "trust-after-power-loss",
        mark!("after a power failure only announced flushes make a stripe suspect"),
        mark!("R5"),
        "power-and-crash",
    ),
    planted(
        Bug::CloseRecoveryEarly,
        "close-recovery-early",
        mark!("a recovery ends before everything that was recovered is on disk"),
        mark!("R6"),
        "power-loss",
    ),
    planted(
        Bug::KeepCopies,
        "keep-copies",
        mark!("a line that was copied to the replacement is flushed, and the copy is not dropped"),
        mark!("R7"),
        "failback",
    ),
    planted(
        Bug::SwitchWhileWriting,
        "switch-while-writing",
        mark!("the record says DUAL while a line is written alone"),
        mark!("R8"),
        "failback",
    ),
    planted(
        Bug::TellNoSlots,
        "tell-no-slots",
        mark!("RESYNC_DONE does not name the free slots"),
        mark!("R9"),
        "failback",
    ),
    planted(
        Bug::KeepForeignSlot,
        "keep-foreign-slot",
        mark!("CONSISTENT with drop does not name the slot that is home to the peer"),
        mark!("R10"),
        "battery",
    ),
    planted(
        Bug::RehomeAnyTime,
        "rehome-any-time",
        mark!("a LUN goes home while a write of it is being mirrored"),
        mark!("R11"),
        "rehome",
    ),
    planted(
        Bug::AwaitResyncDone,
        "await-resync-done",
        mark!("the replacement counts when RESYNC_DONE comes, whatever the record says"),
        mark!("R12"),
        "second-crash",
    ),
    planted(
        Bug::SkipConsistent,
        "skip-consistent",
        mark!("the mirror is not told that the flush is over"),
        mark!("rule 4, claims 13 and 27"),
        "steady",
    ),
    planted(
        Bug::SkipReuse,
        "skip-reuse",
        mark!("a line is given up without a word to the peer"),
        mark!("rule 5, claims 14 and 28"),
        "two-keys",
    ),
    planted(
        Bug::GrantDuringFlush,
        "grant-during-flush",
        mark!("ownership is granted while the line is being flushed"),
        mark!("rule 3"),
        "steady",
    ),
    planted(
        Bug::ConsistentIgnoresSeq,
        "consistent-ignores-seq",
        mark!("CONSISTENT clears also blocks that were written after the flush had begun"),
        mark!("R13"),
        "overlap",
    ),
    planted(
        Bug::OwnerDecides,
        "owner-decides",
        mark!("which blocks are clean on both sides is decided when CONSISTENT is sent, not when it comes"),
        mark!("R13"),
        "overlap",
    ),
    planted(
        Bug::ClearAllAtCAck,
        "clear-all-at-c-ack",
        mark!("C_ACK makes every block of the line clean, also those written after the flush had begun"),
        mark!("R13"),
        "overlap",
    ),
    planted(
        Bug::ContinueFlush,
        "continue-flush",
        mark!("at a takeover a flush that a write has overlapped goes on, and is not started over"),
        mark!("R13"),
        "overlap",
    ),
    planted(
        Bug::RestartAtOnce,
        "restart-at-once",
        mark!("at a takeover a flush is started over while disk commands of the first start are under way"),
        mark!("R13"),
        "overlap",
    ),
    planted(
        Bug::TwoParityWriters,
        "two-parity-writers",
        mark!(
            "two lines of one stripe are written at the same time: each computes the parity without the other"
        ),
        mark!("section 14"),
        "shared-stripe",
    ),
    planted(
        Bug::BothGoFirst,
        "both-go-first",
        mark!("when both controllers have announced a write of one stripe, each lets the other one go first"),
        mark!("section 14"),
        "shared-stripe",
    ),
];

impl Bug {
    /// Every bug, as [`PLANTED`] lists them.
    pub const ALL: [Bug; PLANTED.len()] = {
        let mut all = [Bug::AckBeforeMeta; PLANTED.len()];
        let mut n = 0;
        while n < all.len() {
            all[n] = PLANTED[n].bug;
            n += 1;
        }
        all
    };

    #[must_use]
    pub fn planted(self) -> &'static Planted {
        &PLANTED[self as usize]
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        self.planted().name
    }

    /// Whether it breaks a rule of the variant in which writes overlap a flush (R13).
    #[must_use]
    pub fn is_of_overlap(self) -> bool {
        matches!(
            self,
            Bug::ConsistentIgnoresSeq
                | Bug::OwnerDecides
                | Bug::ClearAllAtCAck
                | Bug::ContinueFlush
                | Bug::RestartAtOnce
        )
    }

    /// Whether it breaks a rule of the variant in which lines share a stripe.
    #[must_use]
    pub fn is_of_shared_stripes(self) -> bool {
        matches!(self, Bug::TwoParityWriters | Bug::BothGoFirst)
    }

    #[must_use]
    pub fn find(name: &str) -> Option<Bug> {
        PLANTED.iter().find(|planted| planted.name == name).map(|planted| planted.bug)
    }

    /// The bug under a seal: 16 hexadecimal digits that do not show which one it is, and that are others with another
    /// salt. No secret, since whoever has this program can try all bugs; a curtain.
    #[must_use]
    pub fn sealed(self, salt: u32) -> String {
        format!("{salt:08x}{:08x}", self.mark_of(salt))
    }

    /// The bug under a seal, and the salt; nothing when there is none of these.
    #[must_use]
    pub fn unsealed(seal: &str) -> Option<(Bug, u32)> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if seal.len() != 16 || !seal.bytes().all(is_digit) {
            return None;
        }
        let [salt, mark] = [&seal[..8], &seal[8..]].map(|half| u32::from_str_radix(half, 16));
        let (salt, mark) = (salt.ok()?, mark.ok()?);
        Bug::ALL.into_iter().find(|bug| bug.mark_of(salt) == mark).map(|bug| (bug, salt))
    }

    /// Made of the name, so that a seal keeps its meaning when the list grows.
    fn mark_of(self, salt: u32) -> u32 {
        let mut digest = Digest::default();
        digest.word(u64::from(salt));
        digest.bytes(self.name().as_bytes());
        (digest.value() >> 32) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_the_order_of_the_names() {
        for (n, planted) in PLANTED.iter().enumerate() {
            assert_eq!(planted.bug as usize, n, "{}", planted.name);
            assert_eq!(Bug::find(planted.name), Some(planted.bug));
            assert_eq!(serde_name(planted.bug), planted.name);
        }
        assert_eq!(PLANTED.iter().filter(|planted| planted.harmless).count(), 1);
    }

    #[test]
    fn a_seal_gives_its_bug_back_and_shows_nothing_of_it() {
        for bug in Bug::ALL {
            for salt in [0, 1, 77, u32::MAX] {
                assert_eq!(Bug::unsealed(&bug.sealed(salt)), Some((bug, salt)));
            }
            assert_ne!(bug.sealed(1)[8..], bug.sealed(2)[8..], "one seal tells nothing of another");
        }
        assert_eq!(Bug::NoFence.sealed(77), "0000004d6472c032", "it is the same in every version");
        for wrong in [
            "",
            "no-fence",
            "0000004d",
            "0000004d00000000",
            "+000004d00000000",
            "0000004D00000000",
            "0000004d000000000",
        ] {
            assert_eq!(Bug::unsealed(wrong), None, "{wrong}");
        }
        assert_eq!(Bug::unsealed("ööööööööö"), None);
    }

    fn serde_name(bug: Bug) -> String {
        // `AckBeforeMeta` as serde writes it.
        let mut name = String::new();
        for c in format!("{bug:?}").chars() {
            if c.is_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.push(c.to_ascii_lowercase());
        }
        name
    }
}
