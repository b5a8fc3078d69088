//! A link: a scenario, what was done to it and when, one instant, and how it is looked at, as a few dozen characters.
//!
//! `m2.` and, in base64: four bytes that tell a damaged link from a whole one, one that says whether the rest is
//! compressed, and the rest, lines of text: the engine's version, the built-in scenario's name (or nothing), the
//! instant, the view, the deeds; then, if it is no built-in one, the scenario.

use super::base64;
use super::instant::Deed;
use super::recording::RecordingError;
use crate::scenario::{Feed, Scenario, library};
use crate::sim::EventId;

/// What can be shared of a recording.
#[derive(Clone, Debug)]
pub struct Link {
    pub scenario: Scenario,
    /// What was done from outside, and after how many events; in order.
    pub deeds: Vec<(u64, Deed)>,
    /// Events that have happened.
    pub position: u64,
    /// How the page looked at it; the engine makes nothing of it. One line, at most [`VIEW_CHARS_MAX`] characters.
    pub view: String,
}

const PREFIX: &str = "m2.";
/// Links above this size are refused before anything is made of them.
const CHARS_MAX: usize = 1 << 20;
/// What a link may unpack to.
const TEXT_BYTES_MAX: usize = 1 << 22;
/// Longer views are cut off.
pub const VIEW_CHARS_MAX: usize = 80;

const PLAIN: u8 = 0;
const PACKED: u8 = 1;

impl Link {
    /// As text that needs no escaping in an address.
    ///
    /// # Errors
    /// A recording made from a trace has no link, nor has one whose scenario is too long.
    pub fn encode(&self) -> Result<String, RecordingError> {
        if matches!(self.scenario.feed, Feed::Trace(_)) {
            return Err(RecordingError::NoLink);
        }
        let text = self.to_text();
        let packed = lz4_flex::block::compress_prepend_size(text.as_bytes());
        let (kind, body) =
            if packed.len() < text.len() { (PACKED, packed) } else { (PLAIN, text.into_bytes()) };
        let body = [&[kind], body.as_slice()].concat();
        let link = format!("{PREFIX}{}", base64::encode(&[check_word(&body).as_slice(), &body].concat()));
        if link.len() > CHARS_MAX { Err(RecordingError::NoLink) } else { Ok(link) }
    }

    fn to_text(&self) -> String {
        let scenario = self.scenario.to_text();
        let builtin = library::position_of(&scenario).map(|index| &library::LIBRARY[index]);
        let view: String = self.view.chars().filter(|c| !c.is_control()).take(VIEW_CHARS_MAX).collect();
        let mut lines = vec![
            crate::VERSION.to_owned(),
            builtin.map_or_else(String::new, |builtin| builtin.name.to_owned()),
            self.position.to_string(),
            view,
        ];
        lines.extend(self.deeds.iter().map(|(position, deed)| match deed {
            Deed::Command(command) => format!("{position} {}", crate::scenario::write_command(command)),
            Deed::Take(id) => format!("{position} take {}", id.0),
        }));
        lines.push(String::new());
        if builtin.is_none() {
            lines.push(scenario);
        }
        lines.join("\n")
    }

    /// Reads a link, which may come from anybody. Whether its deeds fit their scenario is not known before they are done.
    ///
    /// # Errors
    /// A damaged link, one of another version, or one whose scenario cannot be read.
    pub fn decode(link: &str) -> Result<Link, RecordingError> {
        let link = link.trim();
        let Some(packed) = link.strip_prefix(PREFIX) else {
            let newer = link.strip_prefix('m').and_then(|rest| rest.split_once('.')?.0.parse::<u32>().ok());
            return Err(match newer {
                Some(_) => RecordingError::BadLink("it is of another kind than this Mirrorline makes"),
                None => RecordingError::BadLink("it does not begin with “m2.”"),
            });
        };
        if packed.len() > CHARS_MAX {
            return Err(RecordingError::BadLink("it is longer than 1 MiB"));
        }
        let all = base64::decode(packed).ok_or(RecordingError::BadLink(
            "it has characters that no link has, so it may not have been copied whole",
        ))?;
        let damaged = || RecordingError::BadLink("it is damaged or cut off; copy it once more");
        let (check, body) = all.split_at_checked(4).ok_or_else(damaged)?;
        if check != check_word(body) {
            return Err(damaged());
        }
        let (kind, body) = body.split_first().ok_or_else(damaged)?;
        let bytes = match *kind {
            PLAIN => body.to_vec(),
            PACKED => unpack(body).ok_or_else(damaged)?,
            _ => return Err(damaged()),
        };
        Link::from_text(&String::from_utf8(bytes).map_err(|_| damaged())?)
    }

    fn from_text(text: &str) -> Result<Link, RecordingError> {
        let incomplete = || RecordingError::BadLink("a part of it is missing");
        let (version, rest) = text.split_once('\n').ok_or_else(incomplete)?;
        if version != crate::VERSION {
            let made_by = version.chars().filter(|c| !c.is_control()).take(20).collect();
            return Err(RecordingError::OtherVersion { made_by, here: crate::VERSION });
        }
        let (builtin, rest) = rest.split_once('\n').ok_or_else(incomplete)?;
        let (position, rest) = rest.split_once('\n').ok_or_else(incomplete)?;
        let (view, mut rest) = rest.split_once('\n').ok_or_else(incomplete)?;
        let position = position.parse().map_err(|_| RecordingError::BadLink("it names no instant"))?;
        let mut deeds: Vec<(u64, Deed)> = Vec::new();
        loop {
            let (line, left) = rest.split_once('\n').unwrap_or((rest, ""));
            rest = left;
            if line.is_empty() {
                break;
            }
            let deed = read_deed(line)?;
            if deeds.last().is_some_and(|last| last.0 > deed.0) {
                return Err(RecordingError::BadLink("what was done stands in no order of time"));
            }
            deeds.push(deed);
        }
        let scenario = if builtin.is_empty() {
            Scenario::parse(rest)?
        } else {
            library::find(builtin)
                .ok_or(RecordingError::BadLink("it names a scenario that is not built in here"))?
                .scenario()
        };
        let view = view.chars().take(VIEW_CHARS_MAX).collect();
        Ok(Link { scenario, deeds, position, view })
    }
}

/// `147 at 18ms crash A`, or `147 take 33`.
fn read_deed(line: &str) -> Result<(u64, Deed), RecordingError> {
    let wrong = || RecordingError::BadLink("it holds something that cannot be done");
    let (position, what) = line.split_once(' ').ok_or_else(wrong)?;
    let position = position.parse().map_err(|_| wrong())?;
    let deed = match what.strip_prefix("take ") {
        Some(id) => Deed::Take(EventId(id.parse().map_err(|_| wrong())?)),
        None => Deed::Command(crate::scenario::read_command(what).map_err(|_| wrong())?),
    };
    Ok((position, deed))
}

/// Nothing when it is damaged, or would become too long.
fn unpack(body: &[u8]) -> Option<Vec<u8>> {
    let size = u32::from_le_bytes(*body.first_chunk::<4>()?);
    if size as usize > TEXT_BYTES_MAX {
        return None;
    }
    lz4_flex::block::decompress_size_prepended(body).ok()
}

/// Four bytes that tell a damaged link from a whole one.
fn check_word(bytes: &[u8]) -> [u8; 4] {
    let mut digest = crate::digest::Digest::default();
    digest.bytes(bytes);
    (digest.value() as u32).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::IoKind;
    use crate::ids::{ControllerId, HostId, Lun};
    use crate::sim::{Command, Fault, HostOp, TimedFault, TimedOp};

    fn deeds() -> Vec<(u64, Deed)> {
        let fault = |at_ns, fault| Deed::Command(Command::Fault(TimedFault { at_ns, fault }));
        let op = HostOp {
            host: HostId(0),
            via: ControllerId::B,
            io: IoKind::Write,
            lun: Lun(0),
            lbn: 8,
            blocks: 2,
        };
        vec![
            (3, fault(18_420, Fault::Crash { at: ControllerId::A })),
            (3, fault(18_421, Fault::SlowLink { to: ControllerId::B, factor: 9 })),
            (40, Deed::Command(Command::Submit(TimedOp { at_ns: 99, op }))),
            (41, Deed::Take(EventId(77))),
        ]
    }

    fn link(name: &str) -> Link {
        let scenario = library::find(name).unwrap().scenario();
        Link { scenario, deeds: deeds(), position: 147, view: "speed -2".into() }
    }

    #[test]
    fn what_a_link_was_made_of_comes_back() {
        let mut other = link("owner-dies");
        other.scenario.seed = 77;
        for made in [link("owner-dies"), other] {
            let read = Link::decode(&made.encode().unwrap()).unwrap();
            assert_eq!(read.scenario.to_text(), made.scenario.to_text());
            assert_eq!((read.deeds, read.position, read.view), (made.deeds, 147, made.view));
        }
    }

    #[test]
    fn a_link_is_short() {
        let none = Link { deeds: Vec::new(), view: String::new(), ..link("safe-write") };
        assert!(none.encode().unwrap().len() < 60, "{}", none.encode().unwrap());
        let one = Link { deeds: deeds()[..1].to_vec(), view: String::new(), ..link("safe-write") };
        assert!(one.encode().unwrap().len() < 100, "{}", one.encode().unwrap());
    }

    #[test]
    fn a_damaged_link_is_refused_whatever_is_wrong_with_it() {
        let whole = link("owner-dies").encode().unwrap();
        assert!(Link::decode(&format!(" {whole}\n")).is_ok());
        for at in 0..whole.len() {
            let mut bytes = whole.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            assert!(Link::decode(std::str::from_utf8(&bytes).unwrap()).is_err(), "character {at}");
            assert!(Link::decode(&whole[..at]).is_err(), "cut off at {at}");
        }
        let said = |text: &str| Link::decode(text).unwrap_err().to_string();
        assert!(said("m3.AAAA").contains("another kind"));
        assert!(said("hello").contains("m2."));
    }

    #[test]
    fn a_link_that_claims_to_be_huge_is_refused_before_it_is_unpacked() {
        let body = [&[PACKED], u32::MAX.to_le_bytes().as_slice(), &[0; 8]].concat();
        let text = format!("{PREFIX}{}", base64::encode(&[check_word(&body).as_slice(), &body].concat()));
        assert!(Link::decode(&text).is_err());
    }

    #[test]
    fn another_version_is_named() {
        let text = link("owner-dies").to_text().replacen(crate::VERSION, "9.9.9", 1);
        let error = Link::from_text(&text).unwrap_err();
        assert!(matches!(error, RecordingError::OtherVersion { .. }), "{error}");
    }
}
