//! Text to scenario.

use crate::fact::IoKind;
use crate::ids::{HostId, Lun};
use crate::scenario::error::{ScenarioError, did_you_mean};
use crate::scenario::words::{Word, Words};
use crate::scenario::{FORMAT_VERSION, Feed, Scenario, faults, settings, units};
use crate::sim::TIME_MAX_NS;
use crate::sim::op::{HostOp, TimedOp};
use crate::sim::{Command, CommandError, Fault, TimedFault};
use crate::workload::generator::{Generator, GeneratorConfig};
use std::collections::BTreeMap;

/// A title is a line on the screen, and so is an about.
const TEXT_CHARS_MAX: usize = 400;

/// What has been read so far.
#[derive(Default)]
struct Draft {
    scenario: Scenario,
    /// The line of each setting, to name it in errors.
    seen: BTreeMap<&'static str, u64>,
    /// Requests and faults, with their lines.
    requests: Vec<(u64, TimedOp)>,
    faults: Vec<(u64, TimedFault)>,
    /// The line and the time of the last of either.
    last: Option<(u64, u64)>,
    workload: Option<GeneratorConfig>,
}

pub fn parse(text: &str) -> Result<Scenario, ScenarioError> {
    // Some editors begin a file with a byte-order mark, which nobody sees.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = (1..).zip(text.lines()).filter(|(_, line)| {
        let line = line.trim_start();
        !line.is_empty() && !line.starts_with('#')
    });
    header(lines.next())?;
    let mut draft = Draft::default();
    for (number, line) in lines {
        draft.line(number, line)?;
    }
    draft.finish()
}

/// One line that begins with `at`, as a command.
pub fn command(line: &str) -> Result<Command, ScenarioError> {
    let mut draft = Draft::default();
    let mut words = Words::new(1, line);
    let at = words.one_of("the line's first word", &["at"])?;
    draft.happening(&mut words)?;
    let request = draft.requests.first().map(|(_, timed)| Command::Submit(*timed));
    match (request, draft.faults.as_slice()) {
        (Some(request), []) => Ok(request),
        (None, [(_, fault)]) => Ok(Command::Fault(*fault)),
        _ => Err(words.error(at, "this is more than one command", "name the direction")),
    }
}

fn header(first: Option<(u64, &str)>) -> Result<(), ScenarioError> {
    let wanted = format!("mirrorline scenario {FORMAT_VERSION}");
    let remedy = format!("the first line must be `{wanted}`");
    let Some((number, line)) = first else {
        return Err(ScenarioError { line: 1, column: 1, problem: "the scenario is empty".into(), remedy });
    };
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        ["mirrorline", "scenario", version] if version.parse() == Ok(FORMAT_VERSION) => Ok(()),
        ["mirrorline", "scenario", version] => Err(ScenarioError {
            line: number,
            column: 1,
            problem: format!("version {version} of the scenario format is not known"),
            remedy: format!("this program reads version {FORMAT_VERSION}; a newer one may read yours"),
        }),
        _ => Err(ScenarioError {
            line: number,
            column: 1,
            problem: "this is not a scenario: its first line does not say so".into(),
            remedy,
        }),
    }
}

impl Draft {
    fn line(&mut self, number: u64, line: &str) -> Result<(), ScenarioError> {
        let mut words = Words::new(number, line);
        let key_word = words.need("a setting", "begin the line with a word")?;
        if key_word.text == "at" {
            return self.happening(&mut words);
        }
        let Some(key) = settings::KEYS.into_iter().find(|key| *key == key_word.text) else {
            let mut known = settings::KEYS.to_vec();
            known.push("at");
            let problem = format!("no setting is called '{}'", key_word.text);
            return Err(words.error(key_word, problem, did_you_mean(key_word.text, &known)));
        };
        match self.seen.insert(key, number) {
            Some(earlier) if key != "lun" => {
                let problem = format!("{key} has already been set in line {earlier}");
                return Err(words.error(key_word, problem, "delete one of the two lines"));
            }
            // The first LUN that is named replaces the default ones.
            None if key == "lun" => self.scenario.config.luns.clear(),
            _ => {}
        }
        self.setting(key, key_word, &mut words, line)
    }

    fn setting(
        &mut self,
        key: &str,
        key_word: Word<'_>,
        words: &mut Words<'_>,
        line: &str,
    ) -> Result<(), ScenarioError> {
        let scenario = &mut self.scenario;
        if settings::world_setting(key, words, &mut scenario.config)? {
            return Ok(());
        }
        match key {
            "lun" => return settings::lun(words, &mut scenario.config.luns),
            "title" | "about" => {
                let rest = line.trim_start().strip_prefix(key).unwrap_or_default().trim();
                if rest.chars().count() > TEXT_CHARS_MAX {
                    let problem = format!("{key} has more than {TEXT_CHARS_MAX} characters");
                    return Err(words.error(key_word, problem, "shorten it to what fits a screen"));
                }
                if key == "title" {
                    scenario.title = rest.into();
                } else {
                    scenario.about = rest.into();
                }
                return Ok(());
            }
            "seed" => scenario.seed = words.number("seed", "", 0, u64::MAX)?,
            "pacing" => scenario.pacing = settings::pacing(words)?,
            "order" => scenario.order = settings::order(words)?.into(),
            "bug" => {
                let (bug, seal) = settings::bug(words)?;
                (scenario.config.bug, scenario.seal) = (Some(bug), seal);
            }
            "end" => scenario.end_ns = Some(words.time("end")?),
            _ => self.workload = Some(settings::workload(words)?),
        }
        words.end()
    }

    /// `at 10us host 1 writes blocks 0:42..45 via A`, or `at 5ms crash A`.
    fn happening(&mut self, words: &mut Words<'_>) -> Result<(), ScenarioError> {
        let at = words.here();
        let at_ns = words.time("at")?;
        if at_ns > TIME_MAX_NS {
            let problem = format!("{} is too late", at.text);
            return Err(words.error(at, problem, "virtual time ends after 146 years"));
        }
        if let Some((line, earlier_ns)) = self.last.filter(|(_, earlier_ns)| *earlier_ns > at_ns) {
            let problem = format!("{} is before line {line}'s {}", at.text, units::format_ns(earlier_ns));
            return Err(words.error(at, problem, "put the lines in order of time"));
        }
        self.last = Some((words.line, at_ns));
        let known: Vec<&str> = std::iter::once("host").chain(Fault::NAMES).collect();
        match words.one_of("something that can happen", &known)?.text {
            "host" => self.request(at_ns, words),
            fault => {
                let line = words.line;
                let faults = faults::parse(fault, words)?;
                self.faults.extend(faults.into_iter().map(|fault| (line, TimedFault { at_ns, fault })));
                Ok(())
            }
        }
    }

    fn request(&mut self, at_ns: u64, words: &mut Words<'_>) -> Result<(), ScenarioError> {
        let host = HostId((words.number("the host's number", "", 1, 256)? - 1) as u8);
        let io = match words.one_of("what a host does", &["writes", "reads"])?.text {
            "writes" => IoKind::Write,
            _ => IoKind::Read,
        };
        words.one_of("what a host asks for", &["block", "blocks"])?;
        let (lun, lbn, blocks) = place(words)?;
        words.one_of("the path's word", &["via"])?;
        let via = settings::controller(words, "a controller")?;
        words.end()?;
        self.requests.push((words.line, TimedOp { at_ns, op: HostOp { host, via, io, lun, lbn, blocks } }));
        Ok(())
    }

    fn finish(mut self) -> Result<Scenario, ScenarioError> {
        let config = &self.scenario.config;
        if let Err(error) = config.check() {
            let line = self.seen.get(settings::key_of_field(error.field)).copied().unwrap_or(1);
            let remedy = "change it to what the message asks for".into();
            return Err(ScenarioError { line, column: 1, problem: error.to_string(), remedy });
        }
        self.check_requests()?;
        self.check_faults()?;
        let workload_line = self.seen.get("workload").copied().unwrap_or(1);
        let at_workload = |problem: String, remedy: &str| {
            Err(ScenarioError { line: workload_line, column: 1, problem, remedy: remedy.into() })
        };
        self.scenario.feed = match self.workload {
            Some(_) if !self.requests.is_empty() => {
                let problem = "a scenario has requests or a workload, not both".into();
                return at_workload(problem, "delete this line or the `at ... host` lines");
            }
            Some(workload) => {
                if let Err(error) = Generator::new(&workload, config, self.scenario.seed) {
                    return at_workload(error.to_string(), "change this line or the LUNs");
                }
                Feed::Generated(workload)
            }
            None => Feed::Script(self.requests.into_iter().map(|(_, timed)| timed).collect()),
        };
        self.scenario.faults = self.faults.into_iter().map(|(_, timed)| timed).collect();
        Ok(self.scenario)
    }

    fn check_faults(&self) -> Result<(), ScenarioError> {
        let config = &self.scenario.config;
        for (line, timed) in &self.faults {
            let Err(error) = timed.fault.check(config) else { continue };
            let remedy = match error {
                CommandError::NoSuchHost { .. } => "take another host, or set `hosts` higher",
                CommandError::NoSuchDisk { .. } => "take another disk, or set `disks` higher",
                _ => "change this line or the LUNs",
            };
            let (problem, remedy) = (error.to_string(), remedy.into());
            return Err(ScenarioError { line: *line, column: 1, problem, remedy });
        }
        Ok(())
    }

    /// Requests are checked against the world when all of it is known, wherever their lines stand.
    fn check_requests(&self) -> Result<(), ScenarioError> {
        let config = &self.scenario.config;
        for (line, TimedOp { op, .. }) in &self.requests {
            let wrong = |problem: String, remedy: String| {
                Err(ScenarioError { line: *line, column: 1, problem, remedy })
            };
            if op.host.0 >= config.hosts {
                let problem = format!("there is no host {}", u32::from(op.host.0) + 1);
                return wrong(problem, format!("this world has {}; set `hosts` higher", config.hosts));
            }
            let Some(lun) = config.luns.get(usize::from(op.lun.0)) else {
                let problem = format!("there is no LUN {}", op.lun.0);
                return wrong(problem, format!("this world has {}, counted from 0", config.luns.len()));
            };
            let end = op.lbn.checked_add(u64::from(op.blocks));
            if end.is_none_or(|end| end > lun.blocks) {
                let problem = format!("the request lies beyond LUN {}", op.lun.0);
                return wrong(problem, format!("it has {} blocks, counted from 0", lun.blocks));
            }
        }
        Ok(())
    }
}

/// `0:42` or `0:8..11`: LUN, first block, and how many blocks.
fn place(words: &mut Words<'_>) -> Result<(Lun, u64, u32), ScenarioError> {
    const FORM: &str = "write LUN:block, as in 0:42, or LUN:first..last, as in 0:8..11";
    /// More than the longest request of a trace.
    const BLOCKS_MAX: u64 = 1 << 20;
    let word = words.need("a block", FORM)?;
    let no_place = || words.error(word, format!("'{}' names no block", word.text), FORM);
    let (lun, range) = word.text.split_once(':').ok_or_else(no_place)?;
    let (first, last) = range.split_once("..").unwrap_or((range, range));
    let number =
        |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u64>().ok()).flatten();
    let (Some(lun), Some(first), Some(last)) = (number(lun), number(first), number(last)) else {
        return Err(no_place());
    };
    let lun = u16::try_from(lun).map_err(|_| no_place())?;
    match last.checked_sub(first) {
        None => Err(words.error(word, format!("{last} comes before {first}"), "put the first block first")),
        Some(more) if more >= BLOCKS_MAX => {
            Err(words.error(word, "the request is too long", format!("take at most {BLOCKS_MAX} blocks")))
        }
        Some(more) => Ok((Lun(lun), first, more as u32 + 1)),
    }
}
