//! Trace files: the checking pass with its progress, and the replaying pass.

use crate::errors::Failure;
use crate::output::progress_bar;
use mirrorline_engine::sim::{Source, TimedOp};
use mirrorline_engine::workload::trace::mapping::Misplaced;
use mirrorline_engine::workload::trace::{Reader, Router, Scan, StoredOp, Trace, TraceError, TraceProblem};
use std::cell::RefCell;
use std::fs::File;
use std::io::{BufReader, Read};
use std::rc::Rc;

/// Bytes read at once.
const CHUNK_BYTES: usize = 1 << 16;
/// Traces up to this size are kept in memory, at 24 bytes a request, which a line is never shorter than by much.
const KEPT_BYTES_MAX: u64 = 1 << 27;

/// Where a trace lies.
pub struct TraceFile {
    /// As the user wrote it, for messages.
    pub name: String,
}

impl TraceFile {
    fn open(&self) -> Result<File, Failure> {
        File::open(&self.name).map_err(|error| self.unreadable(&error))
    }

    fn unreadable(&self, error: &std::io::Error) -> Failure {
        Failure::BadInput(format!("{}: cannot be read: {error}; give the path of a trace file", self.name))
    }

    /// Reads the whole trace once: checks each line, and keeps the requests when the file is small enough.
    pub fn scan(&self, block_size: u32) -> Result<Trace, Failure> {
        let mut file = self.open()?;
        let size = file.metadata().map_or(0, |metadata| metadata.len());
        let keep = size <= KEPT_BYTES_MAX;
        let mut scan = if keep { Scan::keeping(block_size) } else { Scan::new(block_size) };
        let bar = progress_bar(size, "checking the trace", "{bytes} of {total_bytes}");
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            let count = match file.read(&mut chunk) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.unreadable(&error)),
            };
            scan.push(&chunk[..count]).map_err(|error| Failure::in_file(&self.name, error))?;
            bar.inc(count as u64);
        }
        bar.finish_and_clear();
        scan.finish().map_err(|error| Failure::in_file(&self.name, error))
    }

    /// Reads the trace a second time, to name the line of the first request that lies outside the LUNs. Only needed
    /// when the user has fixed their size.
    pub fn check_places(&self, block_size: u32, mut router: Router) -> Result<(), Failure> {
        let mut reader = Reader::new(BufReader::with_capacity(CHUNK_BYTES, self.open()?));
        let in_file = |error: TraceError| Failure::in_file(&self.name, error);
        while let Some(op) = reader.next_op().map_err(in_file)? {
            if let Err(misplaced) = router.route(StoredOp::new(op, block_size), 0) {
                return Err(in_file(reader.parser().error_here(problem_of(misplaced))));
            }
        }
        Ok(())
    }

    /// The requests, read anew from the file in each of `repeat` passes.
    pub fn stream(&self, trace: &Trace, router: Router, repeat: u64) -> Result<Stream, Failure> {
        let failed = Rc::new(RefCell::new(None));
        Ok(Stream {
            name: self.name.clone(),
            reader: Reader::new(BufReader::with_capacity(CHUNK_BYTES, self.open()?)),
            router,
            block_size: trace.block_size,
            period_ns: trace.period_ns(),
            later_ns: 0,
            passes_left: repeat,
            failed,
        })
    }
}

fn problem_of(misplaced: Misplaced) -> TraceProblem {
    match misplaced {
        Misplaced::BeyondLun { lun, end, blocks } => TraceProblem::BeyondLun { lun: lun.0, end, blocks },
        Misplaced::NotInTrace => TraceProblem::Io { message: "it has changed since it was checked".into() },
    }
}

/// A trace replayed straight from its file, in bounded memory.
pub struct Stream {
    name: String,
    reader: Reader<BufReader<File>>,
    router: Router,
    block_size: u32,
    period_ns: u64,
    later_ns: u64,
    passes_left: u64,
    failed: Failed,
}

/// Why a stream ended early, to be looked at when the run is over.
pub type Failed = Rc<RefCell<Option<TraceError>>>;

impl Stream {
    pub fn failed(&self) -> Failed {
        self.failed.clone()
    }

    fn try_next(&mut self) -> Result<Option<TimedOp>, TraceError> {
        while self.passes_left > 0 {
            if let Some(op) = self.reader.next_op()? {
                let stored = StoredOp::new(op, self.block_size);
                let routed = self.router.route(stored, self.later_ns);
                return routed.map_err(|misplaced| self.reader.parser().error_here(problem_of(misplaced)));
            }
            self.passes_left -= 1;
            self.later_ns = self.later_ns.saturating_add(self.period_ns);
            if self.passes_left > 0 {
                let file = File::open(&self.name).map_err(|error| {
                    let problem = TraceProblem::Io { message: error.to_string() };
                    TraceError { line: 1, column: 1, problem }
                })?;
                self.reader = Reader::new(BufReader::with_capacity(CHUNK_BYTES, file));
            }
        }
        Ok(None)
    }
}

impl Source for Stream {
    fn next_op(&mut self) -> Option<TimedOp> {
        self.try_next().unwrap_or_else(|error| {
            self.passes_left = 0;
            *self.failed.borrow_mut() = Some(error);
            None
        })
    }
}
