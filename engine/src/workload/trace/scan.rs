//! One pass over a trace, chunk by chunk: checks every line, and learns what a replay has to know beforehand.

use crate::fact::IoKind;
use crate::workload::trace::error::{TraceError, TraceProblem};
use crate::workload::trace::fio::{FioParser, TraceOp};
use crate::workload::trace::lines::Lines;
use crate::workload::trace::mapping::{FileShape, Mapping, MappingConfig};
use crate::workload::trace::summary::{FileSummary, TraceSummary};
use std::sync::Arc;

/// A request in blocks: 24 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredOp {
    /// Nanoseconds since the beginning of the recording.
    pub at_ns: u64,
    /// The first block within the file.
    pub first: u64,
    pub blocks: u32,
    /// The file's number, and in the lowest bit 1 for a write.
    file_and_io: u32,
}

impl StoredOp {
    /// The request in blocks of `block_size` bytes; what covers a block in part covers it whole.
    #[must_use]
    pub fn new(op: TraceOp, block_size: u32) -> StoredOp {
        let size = u64::from(block_size.max(1));
        let first = op.offset / size;
        let end = (op.offset + u64::from(op.length)).div_ceil(size);
        StoredOp {
            at_ns: op.at_ns,
            first,
            // The parser bounds lengths, so that this fits by far.
            blocks: u32::try_from(end - first).unwrap_or(u32::MAX),
            file_and_io: op.file << 1 | u32::from(op.io == IoKind::Write),
        }
    }

    #[must_use]
    pub fn file(&self) -> u32 {
        self.file_and_io >> 1
    }

    #[must_use]
    pub fn io(&self) -> IoKind {
        if self.file_and_io & 1 == 1 { IoKind::Write } else { IoKind::Read }
    }
}

/// A pass in progress. Feed it with [`Scan::push`], then [`Scan::finish`].
#[derive(Clone, Debug)]
pub struct Scan {
    block_size: u32,
    parser: FioParser,
    lines: Lines,
    summary: TraceSummary,
    shapes: Vec<FileShape>,
    kept: Option<Vec<StoredOp>>,
}

/// A trace that has been read once, from the first line to the last, without a defect.
#[derive(Clone, Debug)]
pub struct Trace {
    pub summary: Arc<TraceSummary>,
    /// Bytes of a block in everything here.
    pub block_size: u32,
    shapes: Arc<[FileShape]>,
    /// The requests; empty when the scan did not keep them.
    pub ops: Arc<[StoredOp]>,
}

impl Scan {
    /// A pass that keeps nothing but the summary.
    #[must_use]
    pub fn new(block_size: u32) -> Scan {
        Scan {
            block_size,
            parser: FioParser::default(),
            lines: Lines::default(),
            summary: TraceSummary::default(),
            shapes: Vec::new(),
            kept: None,
        }
    }

    /// A pass that keeps the requests too, at 24 bytes each.
    #[must_use]
    pub fn keeping(block_size: u32) -> Scan {
        Scan { kept: Some(Vec::new()), ..Scan::new(block_size) }
    }

    /// Takes the next bytes of the trace, cut anywhere.
    ///
    /// # Errors
    /// The first defect. Nothing sensible follows an error.
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), TraceError> {
        self.summary.bytes += chunk.len() as u64;
        let mut rest = chunk;
        while !rest.is_empty() {
            let taken = match self.lines.take(rest) {
                Ok(taken) => taken,
                Err(problem) => return Err(self.parser.broken_line(self.lines.unfinished(), problem)),
            };
            if let Some(line) = taken.line
                && let Some(op) = self.parser.line(line)?
            {
                let stored = StoredOp::new(op, self.block_size);
                note(&mut self.summary, &mut self.shapes, op, stored, self.block_size);
                if let Some(kept) = &mut self.kept {
                    kept.push(stored);
                }
            }
            rest = &rest[taken.used..];
        }
        Ok(())
    }

    /// Requests found so far.
    #[must_use]
    pub fn requests(&self) -> u64 {
        let counts = self.parser.counts();
        counts.reads + counts.writes
    }

    /// The trace is over.
    ///
    /// # Errors
    /// It was empty, was cut off, or holds nothing to replay.
    pub fn finish(mut self) -> Result<Trace, TraceError> {
        self.parser.end(self.lines.unfinished())?;
        if self.requests() == 0 {
            return Err(self.parser.error_here(TraceProblem::NoRequests));
        }
        let counts = self.parser.counts();
        let summary = &mut self.summary;
        summary.count(counts);
        summary.version = self.parser.version().unwrap_or(0);
        summary.lines = self.parser.lines();
        summary.timed = summary.span_ns > 0;
        summary.files.resize(self.parser.files().len(), FileSummary::default());
        for (file, parsed) in summary.files.iter_mut().zip(self.parser.files()) {
            file.name.clone_from(&parsed.name);
            file.declared = parsed.declared;
        }
        self.shapes.resize(summary.files.len(), FileShape::new(self.block_size));
        Ok(Trace {
            summary: Arc::new(self.summary),
            block_size: self.block_size,
            shapes: self.shapes.into(),
            ops: self.kept.unwrap_or_default().into(),
        })
    }
}

fn note(
    summary: &mut TraceSummary,
    shapes: &mut Vec<FileShape>,
    op: TraceOp,
    stored: StoredOp,
    block_size: u32,
) {
    let index = op.file as usize;
    while shapes.len() <= index {
        shapes.push(FileShape::new(block_size));
        summary.files.push(FileSummary::default());
    }
    shapes[index].record(stored.first, stored.blocks);
    let length = u64::from(op.length);
    let file = &mut summary.files[index];
    file.end_bytes = file.end_bytes.max(op.offset + length);
    match op.io {
        IoKind::Read => {
            file.reads += 1;
            summary.read_bytes += length;
        }
        IoKind::Write => {
            file.writes += 1;
            summary.written_bytes += length;
        }
    }
    summary.longest_bytes = summary.longest_bytes.max(op.length);
    summary.span_ns = op.at_ns;
    let whole = u64::from(stored.blocks) * u64::from(block_size);
    summary.unaligned += u64::from(whole != length);
}

impl Trace {
    /// Deals the trace's files to LUNs.
    #[must_use]
    pub fn mapping(&self, config: &MappingConfig) -> Mapping {
        Mapping::new(&self.shapes, config)
    }

    /// What a second run of the trace begins later than the first: its span and one mean gap.
    #[must_use]
    pub fn period_ns(&self) -> u64 {
        let requests = self.summary.requests().max(1);
        self.summary.span_ns.saturating_add(self.summary.span_ns / requests)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "fio version 3 iolog\n0 a add\n0 a open\n5 a write 4096 4096\n9 b read 100 4096\n\
                         12 a sync 0 0\n14 a trim 0 4096\n20 a read 8192 8192\n21 a close\n";

    #[test]
    fn the_summary_says_what_is_in_a_trace() {
        let mut scan = Scan::keeping(4096);
        scan.push(SMALL.as_bytes()).unwrap();
        let trace = scan.finish().unwrap();
        let s = &*trace.summary;
        assert_eq!((s.version, s.lines, s.bytes), (3, 9, SMALL.len() as u64));
        assert_eq!((s.reads, s.writes, s.syncs, s.trims, s.unaligned), (2, 1, 1, 1, 1));
        assert_eq!((s.read_bytes, s.written_bytes, s.longest_bytes), (12_288, 4_096, 8_192));
        assert_eq!((s.span_ns, s.timed), (20_000, true));
        let files: Vec<_> = s.files.iter().map(|f| (f.name.as_str(), f.end_bytes, f.declared)).collect();
        assert_eq!(files, [("a", 16_384, true), ("b", 4_196, false)]);
        let ops: Vec<_> =
            trace.ops.iter().map(|op| (op.at_ns, op.file(), op.io(), op.first, op.blocks)).collect();
        assert_eq!(
            ops,
            [
                (5_000, 0, IoKind::Write, 1, 1),
                (9_000, 1, IoKind::Read, 0, 2),
                (20_000, 0, IoKind::Read, 2, 2)
            ]
        );
        assert_eq!(s.remarks().len(), 4, "{:?}", s.remarks());
        assert_eq!(size_of::<StoredOp>(), 24);
    }

    #[test]
    fn chunks_cut_anywhere_give_the_same_trace() {
        for size in 1..40 {
            let mut scan = Scan::keeping(4096);
            for chunk in SMALL.as_bytes().chunks(size) {
                scan.push(chunk).unwrap();
            }
            let trace = scan.finish().unwrap();
            assert_eq!((trace.summary.requests(), trace.ops.len()), (3, 3), "chunks of {size}");
        }
    }

    #[test]
    fn a_trace_without_requests_is_refused() {
        let mut scan = Scan::new(4096);
        scan.push(b"fio version 3 iolog\n0 a add\n").unwrap();
        assert_eq!(scan.finish().unwrap_err().problem, TraceProblem::NoRequests);
    }
}
