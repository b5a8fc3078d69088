//! What can be wrong with a trace: where, what, and what to do about it.

use std::fmt;

/// A defect of a trace. Lines and columns are counted from 1, columns in bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {problem}; {}", problem.remedy())]
pub struct TraceError {
    pub line: u64,
    pub column: u64,
    pub problem: TraceProblem,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TraceProblem {
    /// Not a single byte.
    Empty,
    /// The first line is not an iolog's.
    NoHeader,
    /// The first line names a version that nobody here knows.
    UnknownVersion {
        version: String,
    },
    /// A packed file.
    Compressed {
        by: &'static str,
    },
    /// A byte that no text holds.
    Binary {
        byte: u8,
    },
    /// A line longer than [`crate::workload::trace::lines::LINE_BYTES_MAX`].
    LineTooLong,
    /// The last line has no line end.
    Truncated,
    /// Too few or too many fields.
    FieldCount {
        found: u64,
        expected: &'static str,
    },
    UnknownAction {
        action: String,
    },
    NotANumber {
        field: &'static str,
        text: String,
    },
    Negative {
        field: &'static str,
        text: String,
    },
    PastRange {
        field: &'static str,
        text: String,
        max: u64,
    },
    /// A read or write of no bytes.
    LengthZero,
    TooManyFiles {
        max: u64,
    },
    /// The request lies outside the LUN, whose size somebody has fixed.
    BeyondLun {
        lun: u16,
        end: u64,
        blocks: u64,
    },
    /// Nothing to replay.
    NoRequests,
    /// The trace could not be read, or changed while it was.
    Io {
        message: String,
    },
}

impl fmt::Display for TraceProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TraceProblem::Empty => write!(f, "the file is empty"),
            TraceProblem::NoHeader => write!(f, "this is not a fio iolog: its first line does not say so"),
            TraceProblem::UnknownVersion { version } => write!(f, "iolog version '{version}' is not known"),
            TraceProblem::Compressed { by } => write!(f, "the file is packed with {by}"),
            TraceProblem::Binary { byte } => write!(f, "byte 0x{byte:02x} does not belong in a text file"),
            TraceProblem::LineTooLong => write!(f, "the line is longer than 4096 bytes"),
            TraceProblem::Truncated => {
                write!(f, "the last line has no line end, so it may have been cut off")
            }
            TraceProblem::FieldCount { found, expected } => {
                write!(f, "{found} fields where `{expected}` is expected")
            }
            TraceProblem::UnknownAction { action } => write!(f, "no action is called '{action}'"),
            TraceProblem::NotANumber { field, text } => write!(f, "the {field} '{text}' is not a number"),
            TraceProblem::Negative { field, text } => write!(f, "the {field} {text} is negative"),
            TraceProblem::PastRange { field, text, max } => {
                write!(f, "the {field} {text} is past the largest allowed, {max}")
            }
            TraceProblem::LengthZero => write!(f, "a read or write of 0 bytes"),
            TraceProblem::TooManyFiles { max } => write!(f, "the trace uses more than {max} files"),
            TraceProblem::BeyondLun { lun, end, blocks } => {
                write!(f, "the request ends at block {end} of LUN {lun}, which has {blocks} blocks")
            }
            TraceProblem::NoRequests => write!(f, "the trace holds no read and no write"),
            TraceProblem::Io { message } => write!(f, "the trace cannot be read: {message}"),
        }
    }
}

impl TraceProblem {
    /// Whether the file is of another kind altogether.
    pub(super) fn is_of_no_text(&self) -> bool {
        matches!(self, TraceProblem::Compressed { .. } | TraceProblem::Binary { .. })
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            TraceProblem::Empty => "record one with fio's write_iolog option",
            TraceProblem::NoHeader => "the first line must be `fio version 2 iolog` or `fio version 3 iolog`",
            TraceProblem::UnknownVersion { .. } => "record it again with a fio that writes version 2 or 3",
            TraceProblem::Compressed { .. } => "unpack it first",
            TraceProblem::Binary { .. } => {
                "take a text iolog; fio turns a blktrace into one with write_iolog"
            }
            TraceProblem::LineTooLong => "an iolog has one short action a line; is this the right file?",
            TraceProblem::Truncated => "delete that line, or end it with a line break if it is whole",
            TraceProblem::FieldCount { .. } => "mend or delete the line (file names cannot contain blanks)",
            TraceProblem::UnknownAction { .. } => {
                "the actions are add, open, close, read, write, sync, datasync, trim and wait"
            }
            TraceProblem::NotANumber { .. } => "write it in decimal digits",
            TraceProblem::Negative { .. } => "times, offsets and lengths begin at 0",
            TraceProblem::PastRange { .. } => "mend or delete the line",
            TraceProblem::LengthZero => "delete the line, or give it a length in bytes",
            TraceProblem::TooManyFiles { .. } => "split the trace by files",
            TraceProblem::BeyondLun { .. } => "leave the LUN size out, or choose a larger one",
            TraceProblem::NoRequests => "record a job that reads or writes",
            TraceProblem::Io { .. } => "check that the file is there, readable, and not being written to",
        }
    }
}
