//! Faults as lines of a scenario: `at 5ms crash A`. Reading and writing stand side by side, since one must undo the
//! other.

use crate::ids::{ControllerId, HostId};
use crate::scenario::error::ScenarioError;
use crate::scenario::units::format_ns;
use crate::scenario::words::Words;
use crate::scenario::{settings, units};
use crate::sim::TIME_MAX_NS;
use crate::sim::{Fault, TimedFault};

/// What stands behind `at TIME`, the name of a fault first: most lines are one fault. `cut-link` and its like without
/// `to` mean both directions and are two.
pub fn parse(name: &str, words: &mut Words<'_>) -> Result<Vec<Fault>, ScenarioError> {
    let faults = match name {
        "crash" => vec![Fault::Crash { at: controller(words)? }],
        "restart" => vec![Fault::Restart { at: controller(words)? }],
        "hang" => vec![Fault::Hang { at: controller(words)? }],
        "resume" => vec![Fault::Resume { at: controller(words)? }],
        "power-loss" => vec![Fault::PowerLoss],
        "power-back" => vec![Fault::PowerBack],
        "battery-fails" => vec![Fault::BatteryFails { at: controller(words)? }],
        "battery-good" => vec![Fault::BatteryGood { at: controller(words)? }],
        "cut-link" => directions(words)?.into_iter().map(|to| Fault::CutLink { to }).collect(),
        "mend-link" => directions(words)?.into_iter().map(|to| Fault::MendLink { to }).collect(),
        "slow-link" => {
            let directions = directions(words)?;
            let factor = factor(words)?;
            directions.into_iter().map(|to| Fault::SlowLink { to, factor }).collect()
        }
        "fence-stuck" => vec![Fault::FenceStuck],
        "fence-works" => vec![Fault::FenceWorks],
        "disk-fails" => vec![Fault::DiskFails { disk: disk(words)? }],
        "disk-replaced" => vec![Fault::DiskReplaced { disk: disk(words)? }],
        "disk-pulled" => vec![Fault::DiskPulled { disk: disk(words)? }],
        "disk-returned" => vec![Fault::DiskReturned { disk: disk(words)? }],
        "disk-slow" => vec![Fault::DiskSlow { disk: disk(words)?, factor: factor(words)? }],
        "sector-error" => {
            words.one_of("the word before the disk", &["disk"])?;
            let disk = disk(words)?;
            words.one_of("the word before the stripe", &["stripe"])?;
            vec![Fault::SectorError { disk, stripe: words.number("the stripe", "", 0, u64::MAX)? }]
        }
        "path-cut" => {
            let (host, via) = path(words)?;
            vec![Fault::PathCut { host, via }]
        }
        "path-mended" => {
            let (host, via) = path(words)?;
            vec![Fault::PathMended { host, via }]
        }
        "scrub" => vec![Fault::Scrub],
        "drop-message" => {
            let (to, skip) = message(words)?;
            vec![Fault::DropMessage { to, skip }]
        }
        "duplicate-message" => {
            let (to, skip) = message(words)?;
            vec![Fault::DuplicateMessage { to, skip }]
        }
        "delay-message" => {
            let (to, skip) = message(words)?;
            words.one_of("the word before the delay", &["by"])?;
            let (at, by_ns) = (words.here(), words.time("the delay")?);
            if by_ns > TIME_MAX_NS {
                return Err(words.error(at, "the delay is too long", units::TIME_FORM));
            }
            vec![Fault::DelayMessage { to, skip, by_ns }]
        }
        "swap-messages" => {
            let (to, skip) = message(words)?;
            vec![Fault::SwapMessages { to, skip }]
        }
        other => unreachable!("'{other}' was found in Fault::NAMES, and each of them has its arm"),
    };
    words.end()?;
    Ok(faults)
}

fn controller(words: &mut Words<'_>) -> Result<ControllerId, ScenarioError> {
    settings::controller(words, "a controller")
}

/// `to A`, or nothing for both.
fn directions(words: &mut Words<'_>) -> Result<Vec<ControllerId>, ScenarioError> {
    if words.peek().is_none_or(|word| word.text == "factor") {
        return Ok(ControllerId::BOTH.to_vec());
    }
    Ok(vec![towards(words)?])
}

fn towards(words: &mut Words<'_>) -> Result<ControllerId, ScenarioError> {
    words.one_of("the direction's word", &["to"])?;
    controller(words)
}

fn disk(words: &mut Words<'_>) -> Result<u8, ScenarioError> {
    Ok(words.number("the disk's number", "", 0, 255)? as u8)
}

fn factor(words: &mut Words<'_>) -> Result<u16, ScenarioError> {
    words.one_of("the word before the factor", &["factor"])?;
    Ok(words.number("the factor", "", 1, 65_535)? as u16)
}

/// `host 1 via A`
fn path(words: &mut Words<'_>) -> Result<(HostId, ControllerId), ScenarioError> {
    words.one_of("the word before the host", &["host"])?;
    let host = HostId((words.number("the host's number", "", 1, 256)? - 1) as u8);
    words.one_of("the path's word", &["via"])?;
    Ok((host, controller(words)?))
}

/// `to A` or `to A skip 2`
fn message(words: &mut Words<'_>) -> Result<(ControllerId, u8), ScenarioError> {
    let to = towards(words)?;
    let mut skip = 0;
    if words.peek().is_some_and(|word| word.text == "skip") {
        words.take();
        skip = words.number("the messages to skip", "", 0, 255)? as u8;
    }
    Ok((to, skip))
}

/// The line of one fault.
pub fn write(timed: &TimedFault) -> String {
    let details = match timed.fault {
        Fault::Crash { at }
        | Fault::Restart { at }
        | Fault::Hang { at }
        | Fault::Resume { at }
        | Fault::BatteryFails { at }
        | Fault::BatteryGood { at } => format!(" {at}"),
        Fault::PowerLoss | Fault::PowerBack | Fault::FenceStuck | Fault::FenceWorks | Fault::Scrub => {
            String::new()
        }
        Fault::CutLink { to } | Fault::MendLink { to } => format!(" to {to}"),
        Fault::SlowLink { to, factor } => format!(" to {to} factor {factor}"),
        Fault::DiskFails { disk }
        | Fault::DiskReplaced { disk }
        | Fault::DiskPulled { disk }
        | Fault::DiskReturned { disk } => format!(" {disk}"),
        Fault::DiskSlow { disk, factor } => format!(" {disk} factor {factor}"),
        Fault::SectorError { disk, stripe } => format!(" disk {disk} stripe {stripe}"),
        Fault::PathCut { host, via } | Fault::PathMended { host, via } => {
            format!(" host {} via {via}", u32::from(host.0) + 1)
        }
        Fault::DropMessage { to, skip }
        | Fault::DuplicateMessage { to, skip }
        | Fault::SwapMessages { to, skip } => format!(" to {to} skip {skip}"),
        Fault::DelayMessage { to, skip, by_ns } => format!(" to {to} skip {skip} by {}", format_ns(by_ns)),
    };
    format!("at {} {}{details}", format_ns(timed.at_ns), timed.fault.name())
}
