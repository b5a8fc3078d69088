//! What a trace contains, in the numbers that a preview shows.

use crate::workload::trace::fio::ActionCounts;
use serde::Serialize;

/// The result of one pass over a trace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TraceSummary {
    /// The iolog's version: 2 or 3.
    pub version: u8,
    /// Lines, with the header.
    pub lines: u64,
    /// Bytes of the trace itself.
    pub bytes: u64,
    pub files: Vec<FileSummary>,
    pub reads: u64,
    pub writes: u64,
    /// Bytes that the recorded reads asked for.
    pub read_bytes: u64,
    pub written_bytes: u64,
    /// Bytes of the longest request.
    pub longest_bytes: u32,
    /// Requests that do not begin and end on a block's border, and are widened to whole blocks.
    pub unaligned: u64,
    /// Time of the last request, in nanoseconds since the beginning of the recording.
    pub span_ns: u64,
    /// Whether the trace says when its requests were sent. Version 2 without `wait` does not.
    pub timed: bool,
    /// Passed over: `sync` and its like.
    pub syncs: u64,
    /// Passed over: `trim`.
    pub trims: u64,
    /// `wait`: honoured in version 2, passed over in version 3.
    pub waits: u64,
    /// Times that fell back; each was taken for the time before it.
    pub times_fell: u64,
}

/// One file of a trace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileSummary {
    pub name: String,
    pub reads: u64,
    pub writes: u64,
    /// Where the furthest request ends, in bytes.
    pub end_bytes: u64,
    /// It was added or opened before use, as fio wants it.
    pub declared: bool,
}

impl TraceSummary {
    /// Reads and writes.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.reads + self.writes
    }

    /// Takes over what the parser has counted.
    pub(super) fn count(&mut self, counts: ActionCounts) {
        self.reads = counts.reads;
        self.writes = counts.writes;
        self.syncs = counts.syncs;
        self.trims = counts.trims;
        self.waits = counts.waits;
        self.times_fell = counts.times_fell;
    }

    /// What was passed over or changed, in words; empty when the trace is replayed to the letter.
    #[must_use]
    pub fn remarks(&self) -> Vec<String> {
        let undeclared = self.files.iter().filter(|file| !file.declared).count() as u64;
        let waits = if self.version == 2 { 0 } else { self.waits };
        let all = [
            (self.syncs, "sync passed over: an acknowledged write is safe here already"),
            (self.trims, "trim passed over: the array knows no trim"),
            (waits, "wait passed over: version 3 has times instead"),
            (self.times_fell, "time fell back and was taken for the time before it"),
            (self.unaligned, "request widened to whole blocks"),
            (undeclared, "file used without having been added or opened"),
        ];
        all.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} × {what}")).collect()
    }
}
