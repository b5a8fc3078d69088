//! Narration and story, in the page's types.

use crate::language::{say, speak, tr, tr_any};
use crate::scene::model::{Chip, Headline, Story, StoryStep};
use mirrorline_engine::explain;
use mirrorline_engine::mark;

pub fn headline(narration: explain::Narration, overlap: bool) -> Headline {
    let about = |rule| if overlap && rule == "Rule 4" { about_overlap() } else { about_rule(rule) };
    let rule = narration.rule.map(|rule| Chip { text: rule_name(rule), about: about(rule).into() });
    // One claim is enough beside a sentence; the first one listed is the one that the sentence is about.
    let claim = narration.claims.first().map(|claim| Chip {
        text: say!("Claim {number}", number = claim),
        about: about_claim(*claim).into(),
    });
    Headline {
        what: speak(narration.headline),
        why: speak(narration.detail),
        matters: narration.importance >= 3,
        chips: rule.into_iter().chain(claim).collect(),
    }
}

pub fn story(story: explain::Story) -> Story {
    let step = |step: explain::Step| StoryStep { text: speak(step.text), state: step.state };
    Story { title: speak(story.title), steps: story.steps.into_iter().map(step).collect() }
}

/// Rules have numbers; invariants have names, and keep them in every language.
fn rule_name(rule: &str) -> String {
    match rule.rsplit_once(' ') {
        Some(("Rule", number)) => say!("Rule {number}", number = number.to_owned()),
        _ => tr_any(rule),
    }
}

/// Rule 4 in the variant in which writes overlap a flush.
fn about_overlap() -> &'static str {
    tr(
        "A flush is announced, written, and declared consistent. In this variant writes may come meanwhile; what they change stays dirty.",
    )
}

fn about_rule(rule: &str) -> &'static str {
    tr(match rule {
        "Rule 1" => mark!(
            "A write at the owner: DATA into a fresh mirror slot, then META; committed on META_ACK, and not before.",
        ),
        "Rule 2" => mark!("A write at the other controller asks for ownership first."),
        "Rule 3" => {
            mark!("Ownership is granted between two pieces of work: by swapping roles, or empty-handed.")
        }
        "Rule 4" => mark!(
            "A flush is announced, written, and declared consistent; until then the line takes no other work.",
        ),
        "Rule 5" => mark!("A clean line is given up on both sides; its slots go home."),
        "Rule 6" => mark!(
            "Without a free slot a write waits, and at last goes straight to disk. It is never held only once.",
        ),
        "Rule 7" => mark!("Only the owner answers reads: from its cache, else from disk."),
        "ACKED-TWICE" => {
            mark!("Invariant: what a host was told is done, and is not on disk, is held by both controllers.")
        }
        "SINGLE-OWNER" => {
            mark!("Invariant: every line has exactly one owner, or its ownership is on its way.")
        }
        "CONSISTENT-ON-DISK" => {
            mark!("Invariant: what is called clean equals the disk, and its parity is right.")
        }
        "SLOT-PARTITION" => mark!("Invariant: no slot is both free and used, and none is used twice."),
        _ => mark!("A rule of the protocol."),
    })
}

fn about_claim(claim: u8) -> &'static str {
    tr(match claim {
        1 => mark!(
            "Choose a mirror line in the other controller, copy the data there, then send its metadata."
        ),
        3 => mark!("The metadata: LUN, block number, dirty map and cache identifier."),
        4 => mark!("The mirror’s address stands in the owner’s hash table."),
        5 => mark!("The mirror’s address stands in the owner’s write-back queue."),
        6 => mark!("Each controller manages a list of free mirror slots in the other’s cache."),
        7 => mark!("A message asks the other controller for the ownership of a line."),
        8 => mark!("Ownership is granted, and the data that follows is mirrored the other way round."),
        9 => mark!("After the transfer, a message with the metadata."),
        10 => mark!("The controllers switch the ownership of lines."),
        12 => mark!("Before a flush the mirror’s controller is told that its copy is temporarily invalid."),
        13 => mark!(
            "After the flush it is told that the copy equals the disk and need not be written at a failover.",
        ),
        14 => mark!("Both controllers are told that a flushed line may be used again."),
        _ => mark!("A claim of the published method."),
    })
}
