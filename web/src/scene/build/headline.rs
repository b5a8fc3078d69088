//! Narration and story, in the page's types.

use crate::scene::model::{Chip, Headline, StepState, Story, StoryStep};
use mirrorline_engine::explain;

pub fn headline(narration: explain::Narration) -> Headline {
    let rule = narration.rule.map(|rule| Chip { text: rule.into(), about: about_rule(rule).into() });
    // One claim is enough beside a sentence; the first one listed is the one that the sentence is about.
    let claim = narration
        .claims
        .first()
        .map(|claim| Chip { text: format!("Claim {claim}"), about: about_claim(*claim).into() });
    Headline {
        what: narration.headline,
        why: narration.detail,
        chips: rule.into_iter().chain(claim).collect(),
    }
}

pub fn story(story: explain::Story) -> Story {
    let step = |step: explain::Step| StoryStep {
        text: step.text,
        state: match step.state {
            explain::StepState::Done => StepState::Done,
            explain::StepState::Now => StepState::Now,
            explain::StepState::Next => StepState::Next,
        },
    };
    Story { title: story.title, steps: story.steps.into_iter().map(step).collect() }
}

fn about_rule(rule: &str) -> &'static str {
    match rule {
        "Rule 1" => {
            "A write at the owner: DATA into a fresh mirror slot, then META; committed on META_ACK, and not before."
        }
        "Rule 2" => "A write at the other controller asks for ownership first.",
        "Rule 3" => "Ownership is granted between two pieces of work: by swapping roles, or empty-handed.",
        "Rule 4" => {
            "A flush is announced, written, and declared consistent; until then the line takes no other work."
        }
        "Rule 5" => "A clean line is given up on both sides; its slots go home.",
        "Rule 6" => {
            "Without a free slot a write waits, and at last goes straight to disk. It is never held only once."
        }
        "Rule 7" => "Only the owner answers reads: from its cache, else from disk.",
        "ACKED-TWICE" => {
            "Invariant: what a host was told is done, and is not on disk, is held by both controllers."
        }
        "SINGLE-OWNER" => "Invariant: every line has exactly one owner, or its ownership is on its way.",
        "CONSISTENT-ON-DISK" => "Invariant: what is called clean equals the disk, and its parity is right.",
        "SLOT-PARTITION" => "Invariant: no slot is both free and used, and none is used twice.",
        _ => "A rule of the protocol.",
    }
}

fn about_claim(claim: u8) -> &'static str {
    match claim {
        1 => "Choose a mirror line in the other controller, copy the data there, then send its metadata.",
        3 => "The metadata: LUN, block number, dirty map and cache identifier.",
        4 => "The mirror’s address stands in the owner’s hash table.",
        5 => "The mirror’s address stands in the owner’s write-back queue.",
        6 => "Each controller manages a list of free mirror slots in the other’s cache.",
        7 => "A message asks the other controller for the ownership of a line.",
        8 => "Ownership is granted, and the data that follows is mirrored the other way round.",
        9 => "After the transfer, a message with the metadata.",
        10 => "The controllers switch the ownership of lines.",
        12 => "Before a flush the mirror’s controller is told that its copy is temporarily invalid.",
        13 => {
            "After the flush it is told that the copy equals the disk and need not be written at a failover."
        }
        14 => "Both controllers are told that a flushed line may be used again.",
        _ => "A claim of the published method.",
    }
}
