//! A trace file on its way to the stage: read piece by piece, shown, and then made into a scenario.

use crate::language::{say, speak, tr};
use crate::scene::model::{LoadFailure, TracePreview};
use crate::scene::words::time_text;
use mirrorline_engine::config::Config;
use mirrorline_engine::explain::names;
use mirrorline_engine::fact::IoKind;
use mirrorline_engine::scenario::{Feed, Scenario};
use mirrorline_engine::sim::{Pacing, Source};
use mirrorline_engine::workload::Paths;
use mirrorline_engine::workload::trace::replay::with_luns;
use mirrorline_engine::workload::trace::{
    MappingConfig, Router, Scan, Trace, TraceError, TraceProblem, TraceSource,
};
use mirrorline_engine::{mark, text};
use std::sync::Arc;

/// Requests that a preview shows.
const SHOWN: usize = 3;
/// Requests on their way at once, when a trace has no times.
const DEPTH: u32 = 4;
/// A trace with more requests than this is more telling with a bigger cache.
const SMALL_REQUESTS_MAX: u64 = 5_000;

/// How big the caches are that a trace is played with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheSize {
    /// 12 own lines and 9 lent ones a side: every slot can be read.
    Small,
    /// 170 own lines and 130 lent ones: as many as a big window shows in full detail.
    ThreeHundred,
    /// 1,000 own and 1,000 lent.
    Thousand,
    /// 10,000 own and 10,000 lent.
    TenThousand,
    /// A million own and a million lent.
    Million,
}

impl CacheSize {
    pub const ALL: [CacheSize; 5] = [
        CacheSize::Small,
        CacheSize::ThreeHundred,
        CacheSize::Thousand,
        CacheSize::TenThousand,
        CacheSize::Million,
    ];

    /// Own lines and lent ones, of each controller.
    #[must_use]
    pub fn lines(self) -> (u32, u32) {
        match self {
            CacheSize::Small => (12, 9),
            CacheSize::ThreeHundred => (170, 130),
            CacheSize::Thousand => (1_000, 1_000),
            CacheSize::TenThousand => (10_000, 10_000),
            CacheSize::Million => (1_000_000, 1_000_000),
        }
    }

    /// For a button.
    #[must_use]
    pub fn words(self) -> &'static str {
        tr(match self {
            CacheSize::Small => mark!("12 lines"),
            CacheSize::ThreeHundred => mark!("300 lines"),
            CacheSize::Thousand => mark!("1,000 lines"),
            CacheSize::TenThousand => mark!("10,000 lines"),
            CacheSize::Million => mark!("1,000,000 lines"),
        })
    }

    /// What suits a trace of so many requests.
    #[must_use]
    pub fn for_requests(requests: u64) -> CacheSize {
        if requests <= SMALL_REQUESTS_MAX { CacheSize::Small } else { CacheSize::Thousand }
    }
}

/// A trace that is being read.
pub struct TraceReader {
    name: String,
    scan: Scan,
}

impl TraceReader {
    #[must_use]
    pub fn new(name: &str) -> TraceReader {
        TraceReader { name: name.to_owned(), scan: Scan::keeping(Config::default().block_size) }
    }

    /// Takes the next bytes of the file, cut anywhere.
    ///
    /// # Errors
    /// The first defect: what, where, and what to do.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), LoadFailure> {
        self.scan.push(piece).map_err(|error| failure(&self.name, &error))
    }

    /// The file is over.
    ///
    /// # Errors
    /// It was empty, was cut off, or holds nothing to play.
    pub fn finish(self) -> Result<OpenedTrace, LoadFailure> {
        let trace = self.scan.finish().map_err(|error| failure(&self.name, &error))?;
        let mut opened = OpenedTrace { preview: TracePreview::default(), trace };
        opened.preview = opened.describe(&self.name);
        Ok(opened)
    }
}

fn failure(name: &str, error: &TraceError) -> LoadFailure {
    let sentence = |text: &str| {
        let mut letters = text.chars();
        let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
        format!("{first}{}.", letters.as_str())
    };
    let whole = matches!(
        error.problem,
        TraceProblem::Empty | TraceProblem::NoRequests | TraceProblem::Compressed { .. }
    );
    LoadFailure {
        what: sentence(&error.problem.to_string()),
        place: if whole {
            name.to_owned()
        } else {
            say!(
                "{name}, line {line}, column {column}",
                name = name.to_owned(),
                line = error.line,
                column = error.column
            )
        },
        remedy: sentence(error.problem.remedy()),
    }
}

/// A trace that has been read without a defect.
#[derive(Clone, Debug)]
pub struct OpenedTrace {
    pub preview: TracePreview,
    trace: Trace,
}

impl PartialEq for OpenedTrace {
    fn eq(&self, other: &OpenedTrace) -> bool {
        Arc::ptr_eq(&self.trace.ops, &other.trace.ops)
    }
}

impl OpenedTrace {
    /// Reads and writes.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.trace.summary.requests()
    }

    fn describe(&self, name: &str) -> TracePreview {
        let summary = &self.trace.summary;
        let mut source = self.source();
        let first = std::iter::from_fn(|| source.next_op()).take(SHOWN).map(|timed| {
            let op = timed.op;
            let place = format!("{}:{}", op.lun.0, op.lbn);
            let blocks = names::count(op.blocks as usize, mark!("{n} block"), mark!("{n} blocks"));
            let told = match op.io {
                IoKind::Write => text!("write {place}, {blocks}", place, blocks),
                IoKind::Read => text!("read {place}, {blocks}", place, blocks),
            };
            match summary.timed {
                true => say!("{told}, at {time}", told, time = time_text(timed.at_ns)),
                false => speak(told),
            }
        });
        TracePreview {
            name: name.to_owned(),
            bytes: summary.bytes,
            format: say!("fio iolog, version {version}", version = summary.version),
            reads: summary.reads,
            writes: summary.writes,
            bytes_read: summary.read_bytes,
            bytes_written: summary.written_bytes,
            duration_ns: summary.timed.then_some(summary.span_ns),
            first: first.collect(),
            remarks: summary.remarks().into_iter().map(|remark| format!("{remark}.")).collect(),
        }
    }

    fn source(&self) -> TraceSource {
        let mapping = Arc::new(self.trace.mapping(&MappingConfig::default()));
        let hosts = Config::default().hosts;
        TraceSource::new(&self.trace, Router::new(mapping, Paths::TRACE_DEFAULT, hosts, 1), 1)
    }

    /// The trace as a scenario, with caches of a size.
    #[must_use]
    pub fn scenario(&self, size: CacheSize) -> Scenario {
        let (lines, lent) = size.lines();
        let mapping = self.trace.mapping(&MappingConfig::default());
        Scenario {
            title: self.preview.name.clone(),
            config: with_luns(Config { lines, lent, ..Config::default() }, &mapping),
            pacing: if self.trace.summary.timed { Pacing::AsTimed } else { Pacing::Closed { depth: DEPTH } },
            feed: Feed::Trace(self.source()),
            ..Scenario::default()
        }
    }
}
