//! The invariants by name (protocol §8), and what is reported when one is broken.

use crate::text::Text;
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
pub enum Invariant {
    SingleOwner,
    AckedTwice,
    SurviveOne,
    NoStalePromote,
    ReadLinearizable,
    ConsistentOnDisk,
    SlotPartition,
    HashAgree,
    ParityKnown,
    Fenced,
    SeqMonotone,
    NoDeadlock,
    Quiescence,
}

impl Invariant {
    pub const ALL: [Invariant; 13] = [
        Invariant::SingleOwner,
        Invariant::AckedTwice,
        Invariant::SurviveOne,
        Invariant::NoStalePromote,
        Invariant::ReadLinearizable,
        Invariant::ConsistentOnDisk,
        Invariant::SlotPartition,
        Invariant::HashAgree,
        Invariant::ParityKnown,
        Invariant::Fenced,
        Invariant::SeqMonotone,
        Invariant::NoDeadlock,
        Invariant::Quiescence,
    ];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Invariant::SingleOwner => "SINGLE-OWNER",
            Invariant::AckedTwice => "ACKED-TWICE",
            Invariant::SurviveOne => "SURVIVE-ONE",
            Invariant::NoStalePromote => "NO-STALE-PROMOTE",
            Invariant::ReadLinearizable => "READ-LINEARIZABLE",
            Invariant::ConsistentOnDisk => "CONSISTENT-ON-DISK",
            Invariant::SlotPartition => "SLOT-PARTITION",
            Invariant::HashAgree => "HASH-AGREE",
            Invariant::ParityKnown => "PARITY-KNOWN",
            Invariant::Fenced => "FENCED",
            Invariant::SeqMonotone => "SEQ-MONOTONE",
            Invariant::NoDeadlock => "NO-DEADLOCK",
            Invariant::Quiescence => "QUIESCENCE",
        }
    }
}

/// An invariant that does not hold, and where.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Violation {
    pub invariant: Invariant,
    /// How many events had happened.
    pub after_events: u64,
    /// Which line, which slot, which values.
    pub what: Text,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} after event {}: {}", self.invariant.name(), self.after_events, self.what)
    }
}
