//! fio's iologs, versions 2 and 3, line by line.
//!
//! The format is that of "Trace file format" in fio's HOWTO. Version 3 puts a time before each line. Its unit is not
//! given there: it is microseconds, by fio's own writer (`utime_since_now` in iolog.c), and a log of a job with
//! `runtime=6` indeed ends at about 6,000,000. Version 2 has no times, only the action `wait`, in microseconds; waits
//! below 100 are left out, as the HOWTO says.
//!
//! Where this reader is milder than the HOWTO: a file need not have been added and opened before it is used (tools
//! that convert other traces often leave that out; such files are counted), blank lines and line ends with a carriage
//! return are passed over, and a time that falls is taken for the time before it (fio does the same).

use crate::fact::IoKind;
use crate::sim::TIME_MAX_NS;
use crate::workload::trace::error::{TraceError, TraceProblem};
use std::collections::BTreeMap;

/// More files than this are refused; each costs memory in the mapping.
pub const FILES_MAX: u64 = 4096;
/// The longest read or write, in bytes: 256 MiB, far above what storage commands carry.
pub const LENGTH_MAX: u64 = 1 << 28;
/// A file ends at 1 PiB at the latest; more than that in blocks would not fit the array.
const OFFSET_MAX: u64 = 1 << 50;
/// The last microsecond that can be simulated.
const TIME_MAX_US: u64 = TIME_MAX_NS / 1_000;
/// Waits below this many microseconds are not waited for.
const WAIT_MIN_US: u64 = 100;

/// A read or write of a trace, as it was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceOp {
    /// Nanoseconds since the beginning of the recording; never falls from one request to the next.
    pub at_ns: u64,
    /// Which file, by the order of first use, from 0.
    pub file: u32,
    pub io: IoKind,
    /// In bytes.
    pub offset: u64,
    /// In bytes, 1 to [`LENGTH_MAX`].
    pub length: u32,
}

/// How often each action has come up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct ActionCounts {
    pub reads: u64,
    pub writes: u64,
    /// `sync`, `datasync` and their like: passed over, since what is acknowledged here is already safe.
    pub syncs: u64,
    /// Passed over: the array knows no trim.
    pub trims: u64,
    /// Honoured in version 2, passed over in version 3 (as fio does).
    pub waits: u64,
    /// `add`, `open` and `close`.
    pub file_actions: u64,
    /// Times that fell and were taken for the time before.
    pub times_fell: u64,
}

/// A file of the trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceFile {
    pub name: String,
    /// It was added or opened before its first read or write.
    pub declared: bool,
}

/// The parser: lines in, requests out. It allocates when a new file appears, and not otherwise.
#[derive(Clone, Debug, Default)]
pub struct FioParser {
    version: Option<u8>,
    /// Lines handled so far.
    line: u64,
    clock_us: u64,
    counts: ActionCounts,
    files: Vec<TraceFile>,
    by_name: BTreeMap<Box<[u8]>, u32>,
    /// The last file used: most lines name it again.
    last_name: Vec<u8>,
    last_file: u32,
}

/// A field of a line: where it begins, and its bytes.
#[derive(Clone, Copy, Default)]
struct Field<'a> {
    at: usize,
    bytes: &'a [u8],
}

/// Version 3 has five fields at most.
const FIELDS_MAX: usize = 5;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Io(IoKind),
    Trim,
    Sync,
    Wait,
    File,
}

impl FioParser {
    /// Takes the next line, without its line end.
    ///
    /// # Errors
    /// What is wrong with the line. The parser can go on with the next line, but a trace with a defect is better
    /// refused than replayed in part.
    pub fn line(&mut self, line: &[u8]) -> Result<Option<TraceOp>, TraceError> {
        self.line += 1;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let Some(version) = self.version else {
            self.version = Some(self.header(line)?);
            return Ok(None);
        };
        if let Some(op) = self.plain_line(line, version) {
            return Ok(Some(op));
        }
        let (fields, count) = split(line);
        if count == 0 {
            return Ok(None);
        }
        let timed = usize::from(version == 3);
        if count < timed + 2 || count > FIELDS_MAX {
            return Err(self.field_count(line, fields[0], count, version, None));
        }
        let action_field = fields[timed + 1];
        let Some(action) = action_of(action_field.bytes) else {
            self.refuse_binary(line)?;
            return Err(
                self.error(action_field, TraceProblem::UnknownAction { action: text(action_field.bytes) })
            );
        };
        let numbers = count - timed - 2;
        let fits = match action {
            Action::File => numbers == 0,
            Action::Sync => numbers == 0 || numbers == 2,
            Action::Io(_) | Action::Trim | Action::Wait => numbers == 2,
        };
        if !fits {
            return Err(self.field_count(line, action_field, count, version, Some(action)));
        }
        if timed == 1 {
            let at_us = self.number(fields[0], "timestamp", TIME_MAX_US)?;
            self.counts.times_fell += u64::from(at_us < self.clock_us);
            self.clock_us = self.clock_us.max(at_us);
        }
        let name = fields[timed];
        let io = match action {
            Action::Io(io) => io,
            other => {
                self.other_action(line, other, name, fields[timed + 2], version)?;
                return Ok(None);
            }
        };
        let offset = self.number(fields[timed + 2], "offset", OFFSET_MAX)?;
        let length = self.number(fields[timed + 3], "length", LENGTH_MAX)?;
        if length == 0 {
            return Err(self.error(fields[timed + 3], TraceProblem::LengthZero));
        }
        if offset + length > OFFSET_MAX {
            let (field, text) = ("offset", text(fields[timed + 2].bytes));
            let problem = TraceProblem::PastRange { field, text, max: OFFSET_MAX - length };
            return Err(self.error(fields[timed + 2], problem));
        }
        let file = self.file(line, name, false)?;
        match io {
            IoKind::Read => self.counts.reads += 1,
            IoKind::Write => self.counts.writes += 1,
        }
        Ok(Some(TraceOp { at_ns: self.clock_us * 1_000, file, io, offset, length: length as u32 }))
    }

    /// The shortcut for the line that nearly all lines are: a sound read or write of the file used last, as fio
    /// itself spaces it. Whatever is odd about a line is left to the long way.
    fn plain_line(&mut self, line: &[u8], version: u8) -> Option<TraceOp> {
        let (at_us, rest) = if version == 3 { plain_number(line)? } else { (self.clock_us, line) };
        let rest = if version == 3 { rest.strip_prefix(b" ")? } else { rest };
        if self.files.is_empty() {
            return None;
        }
        let rest = rest.strip_prefix(self.last_name.as_slice())?;
        let (io, rest) = match rest.strip_prefix(b" read ") {
            Some(rest) => (IoKind::Read, rest),
            None => (IoKind::Write, rest.strip_prefix(b" write ")?),
        };
        let (offset, rest) = plain_number(rest)?;
        let (length, rest) = plain_number(rest.strip_prefix(b" ")?)?;
        let sound = rest.is_empty()
            && at_us <= TIME_MAX_US
            && (1..=LENGTH_MAX).contains(&length)
            && offset + length <= OFFSET_MAX;
        if !sound {
            return None;
        }
        self.counts.times_fell += u64::from(at_us < self.clock_us);
        self.clock_us = self.clock_us.max(at_us);
        match io {
            IoKind::Read => self.counts.reads += 1,
            IoKind::Write => self.counts.writes += 1,
        }
        Some(TraceOp {
            at_ns: self.clock_us * 1_000,
            file: self.last_file,
            io,
            offset,
            length: length as u32,
        })
    }

    /// Says that the trace is over. `unfinished` holds what has come without a line end.
    ///
    /// # Errors
    /// The trace is empty, or cut off.
    pub fn end(&self, unfinished: &[u8]) -> Result<(), TraceError> {
        if !unfinished.is_empty() {
            return Err(self.broken_line(unfinished, TraceProblem::Truncated));
        }
        if self.line == 0 {
            return Err(self.error_on_next(TraceProblem::Empty));
        }
        Ok(())
    }

    /// An error of a line that never became whole. Of a file that is no text, the kind is said instead.
    #[must_use]
    pub fn broken_line(&self, beginning: &[u8], problem: TraceProblem) -> TraceError {
        match self.header(beginning) {
            Err(error) if self.version.is_none() && error.problem.is_of_no_text() => {
                TraceError { line: self.line + 1, ..error }
            }
            _ => self.error_on_next(problem),
        }
    }

    /// An error at the beginning of the line that would come next.
    #[must_use]
    pub fn error_on_next(&self, problem: TraceProblem) -> TraceError {
        TraceError { line: self.line + 1, column: 1, problem }
    }

    /// An error of the line handled last as a whole.
    #[must_use]
    pub fn error_here(&self, problem: TraceProblem) -> TraceError {
        TraceError { line: self.line.max(1), column: 1, problem }
    }

    /// 2 or 3, once the header has been read.
    #[must_use]
    pub fn version(&self) -> Option<u8> {
        self.version
    }

    /// Lines handled so far.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.line
    }

    #[must_use]
    pub fn counts(&self) -> ActionCounts {
        self.counts
    }

    /// The files so far, by number.
    #[must_use]
    pub fn files(&self) -> &[TraceFile] {
        &self.files
    }

    fn header(&self, line: &[u8]) -> Result<u8, TraceError> {
        let packed: [(&[u8], &'static str); 3] =
            [(b"\x1f\x8b", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"), (b"\xfd7zXZ", "xz")];
        if let Some((_, by)) = packed.iter().find(|(magic, _)| line.starts_with(magic)) {
            return Err(self.error_here(TraceProblem::Compressed { by }));
        }
        self.refuse_binary(line)?;
        let line = line.trim_ascii_end();
        // Some editors begin a file with a byte-order mark, which nobody sees.
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        let version = line.strip_prefix(b"fio version ").and_then(|rest| rest.strip_suffix(b" iolog"));
        match version {
            Some(b"2") => Ok(2),
            Some(b"3") => Ok(3),
            Some(other) => {
                let field = Field { at: b"fio version ".len(), bytes: other };
                Err(self.error(field, TraceProblem::UnknownVersion { version: text(other) }))
            }
            None => Err(self.error_here(TraceProblem::NoHeader)),
        }
    }

    fn other_action(
        &mut self,
        line: &[u8],
        action: Action,
        name: Field<'_>,
        first_number: Field<'_>,
        version: u8,
    ) -> Result<(), TraceError> {
        match action {
            Action::File => {
                self.file(line, name, true)?;
                self.counts.file_actions += 1;
            }
            Action::Wait => {
                let wait_us = self.number(first_number, "wait", TIME_MAX_US)?;
                self.counts.waits += 1;
                if version == 2 && wait_us >= WAIT_MIN_US {
                    let clock_us = self.clock_us.saturating_add(wait_us);
                    if clock_us > TIME_MAX_US {
                        let text = text(first_number.bytes);
                        let problem = TraceProblem::PastRange { field: "wait", text, max: TIME_MAX_US };
                        return Err(self.error(first_number, problem));
                    }
                    self.clock_us = clock_us;
                }
            }
            Action::Trim => self.counts.trims += 1,
            Action::Sync | Action::Io(_) => self.counts.syncs += 1,
        }
        Ok(())
    }

    /// The number of the file of that name, a new one if need be.
    fn file(&mut self, line: &[u8], name: Field<'_>, declared: bool) -> Result<u32, TraceError> {
        if !self.files.is_empty() && self.last_name == name.bytes {
            return Ok(self.last_file);
        }
        let file = match self.by_name.get(name.bytes) {
            Some(&file) => file,
            None => {
                self.refuse_binary(line)?;
                if self.files.len() as u64 >= FILES_MAX {
                    return Err(self.error(name, TraceProblem::TooManyFiles { max: FILES_MAX }));
                }
                let file = self.files.len() as u32;
                self.files.push(TraceFile { name: text(name.bytes), declared });
                self.by_name.insert(name.bytes.into(), file);
                file
            }
        };
        self.last_name.clear();
        self.last_name.extend_from_slice(name.bytes);
        self.last_file = file;
        Ok(file)
    }

    fn number(&self, field: Field<'_>, name: &'static str, max: u64) -> Result<u64, TraceError> {
        let mut value = 0u64;
        for &byte in field.bytes {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return Err(self.bad_number(field, name, max));
            }
            match value.checked_mul(10).and_then(|tens| tens.checked_add(u64::from(digit))) {
                Some(next) => value = next,
                None => return Err(self.bad_number(field, name, max)),
            }
        }
        if value > max { Err(self.bad_number(field, name, max)) } else { Ok(value) }
    }

    #[cold]
    fn bad_number(&self, field: Field<'_>, name: &'static str, max: u64) -> TraceError {
        let control = field.bytes.iter().find(|byte| is_control(**byte));
        let digits = field.bytes.strip_prefix(b"-").unwrap_or(field.bytes);
        let all_digits = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
        let text = text(field.bytes);
        let problem = match control {
            Some(&byte) => TraceProblem::Binary { byte },
            None if !all_digits => TraceProblem::NotANumber { field: name, text },
            None if digits.len() < field.bytes.len() => TraceProblem::Negative { field: name, text },
            None => TraceProblem::PastRange { field: name, text, max },
        };
        self.error(field, problem)
    }

    #[cold]
    fn field_count(
        &self,
        line: &[u8],
        at: Field<'_>,
        count: usize,
        version: u8,
        action: Option<Action>,
    ) -> TraceError {
        if let Err(binary) = self.refuse_binary(line) {
            return binary;
        }
        let expected = match (version, action) {
            (3, Some(Action::File)) => "timestamp filename action",
            (3, Some(_)) => "timestamp filename action offset length",
            (3, None) => "timestamp filename action [offset length]",
            (_, Some(Action::File)) => "filename action",
            (_, Some(_)) => "filename action offset length",
            (_, None) => "filename action [offset length]",
        };
        self.error(at, TraceProblem::FieldCount { found: count as u64, expected })
    }

    /// Refuses a line with control characters. Only asked when something is odd or new about a line anyway.
    fn refuse_binary(&self, line: &[u8]) -> Result<(), TraceError> {
        match line.iter().position(|&byte| is_control(byte)) {
            Some(at) => Err(self.error(Field { at, bytes: &[] }, TraceProblem::Binary { byte: line[at] })),
            None => Ok(()),
        }
    }

    fn error(&self, field: Field<'_>, problem: TraceProblem) -> TraceError {
        TraceError { line: self.line, column: field.at as u64 + 1, problem }
    }
}

fn is_control(byte: u8) -> bool {
    byte < b' ' && byte != b'\t' || byte == 0x7f
}

/// At most the first [`FIELDS_MAX`] fields, and how many there are.
fn split(line: &[u8]) -> ([Field<'_>; FIELDS_MAX], usize) {
    let mut fields = [Field::default(); FIELDS_MAX];
    let mut count = 0;
    let mut at = 0;
    loop {
        while at < line.len() && is_blank(line[at]) {
            at += 1;
        }
        if at == line.len() {
            return (fields, count);
        }
        let start = at;
        while at < line.len() && !is_blank(line[at]) {
            at += 1;
        }
        if let Some(field) = fields.get_mut(count) {
            *field = Field { at: start, bytes: &line[start..at] };
        }
        count += 1;
    }
}

/// A number of 1 to 18 digits, which cannot overflow, and what follows it.
fn plain_number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return (1..=18).contains(&at).then(|| (value, &bytes[at..]));
        }
        value = value * 10 + u64::from(digit);
        if at == 18 {
            return None;
        }
    }
    (1..=18).contains(&bytes.len()).then_some((value, &[]))
}

fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

fn action_of(word: &[u8]) -> Option<Action> {
    match word {
        b"read" => Some(Action::Io(IoKind::Read)),
        b"write" => Some(Action::Io(IoKind::Write)),
        b"trim" => Some(Action::Trim),
        b"sync" | b"datasync" | b"sync_file_range" | b"syncfs" => Some(Action::Sync),
        b"wait" => Some(Action::Wait),
        b"add" | b"open" | b"close" => Some(Action::File),
        _ => None,
    }
}

/// Bytes for an error message or a file's name: readable, and not endless.
fn text(bytes: &[u8]) -> String {
    const SHOWN: usize = 200;
    let shown = &bytes[..bytes.len().min(SHOWN)];
    let mut text = String::from_utf8_lossy(shown).into_owned();
    if bytes.len() > SHOWN {
        text.push('…');
    }
    text
}

#[cfg(test)]
#[path = "fio_tests.rs"]
mod tests;
