//! Lines out of chunks of bytes, in bounded memory: a line is handed on where it lies, and only one that crosses two
//! chunks is copied. A line without end is refused after 4 KiB, not collected.

use crate::workload::trace::error::{TraceError, TraceProblem};
use crate::workload::trace::fio::{FioParser, TraceOp};
use std::io::BufRead;

/// The longest line: fio itself reads an iolog through a buffer of this size.
pub const LINE_BYTES_MAX: usize = 4096;

/// Cuts chunks into lines.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    /// The beginning of a line whose end has not come yet.
    carry: Vec<u8>,
    /// The carried line has been handed out and can go.
    spent: bool,
}

/// What [`Lines::take`] found.
pub struct Taken<'a> {
    /// Bytes of the chunk that are done with.
    pub used: usize,
    /// A whole line without its line end, if there is one yet.
    pub line: Option<&'a [u8]>,
}

impl Lines {
    /// Takes the next line off `chunk`. With `line: None` the whole chunk has been taken and more is wanted.
    ///
    /// # Errors
    /// [`TraceProblem::LineTooLong`], with `used` of no meaning.
    pub fn take<'a>(&'a mut self, chunk: &'a [u8]) -> Result<Taken<'a>, TraceProblem> {
        if self.spent {
            self.carry.clear();
            self.spent = false;
        }
        let end = line_end(chunk);
        let part = &chunk[..end.unwrap_or(chunk.len())];
        if self.carry.len() + part.len() > LINE_BYTES_MAX {
            // Enough of it is kept to say what kind of file this is.
            self.carry.extend_from_slice(&part[..part.len().min(LINE_BYTES_MAX)]);
            return Err(TraceProblem::LineTooLong);
        }
        let used = part.len() + usize::from(end.is_some());
        if end.is_some() && self.carry.is_empty() {
            return Ok(Taken { used, line: Some(part) });
        }
        self.carry.extend_from_slice(part);
        if end.is_none() {
            return Ok(Taken { used, line: None });
        }
        self.spent = true;
        Ok(Taken { used, line: Some(&self.carry) })
    }

    /// What is left of an unfinished line; empty when the last line was whole.
    #[must_use]
    pub fn unfinished(&self) -> &[u8] {
        if self.spent { &[] } else { &self.carry }
    }
}

/// Where the first line break is, eight bytes at a time: half of the time of a scan would go here otherwise.
fn line_end(chunk: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let (words, rest) = chunk.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        // A byte that was a line break is zero now; a borrow sets the top bit of the lowest zero byte.
        let word = u64::from_le_bytes(*word) ^ (ONES * u64::from(b'\n'));
        let zero = word.wrapping_sub(ONES) & !word & ONES << 7;
        if zero != 0 {
            return Some(index * 8 + (zero.trailing_zeros() / 8) as usize);
        }
    }
    let tail = rest.iter().position(|&byte| byte == b'\n')?;
    Some(words.len() * 8 + tail)
}

/// A trace read request by request from anything buffered, natively from a file.
#[derive(Debug)]
pub struct Reader<R> {
    input: R,
    lines: Lines,
    parser: FioParser,
    bytes: u64,
}

impl<R: BufRead> Reader<R> {
    /// A reader from the first byte of a trace on.
    #[must_use]
    pub fn new(input: R) -> Reader<R> {
        Reader { input, lines: Lines::default(), parser: FioParser::default(), bytes: 0 }
    }

    /// The next read or write; `None` at the end of a whole trace.
    ///
    /// # Errors
    /// The first defect, or the input's failure. Nothing sensible follows an error.
    pub fn next_op(&mut self) -> Result<Option<TraceOp>, TraceError> {
        loop {
            let chunk = match self.input.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    return Err(self.parser.error_on_next(TraceProblem::Io { message: error.to_string() }));
                }
            };
            if chunk.is_empty() {
                self.parser.end(self.lines.unfinished())?;
                return Ok(None);
            }
            let taken = match self.lines.take(chunk) {
                Ok(taken) => taken,
                Err(problem) => return Err(self.parser.broken_line(self.lines.unfinished(), problem)),
            };
            let parsed = taken.line.map_or(Ok(None), |line| self.parser.line(line));
            let used = taken.used;
            self.input.consume(used);
            self.bytes += used as u64;
            if let Some(op) = parsed? {
                return Ok(Some(op));
            }
        }
    }

    /// Bytes read so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The parser, with its line number and counts.
    #[must_use]
    pub fn parser(&self) -> &FioParser {
        &self.parser
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(chunks: &[&str]) -> Vec<String> {
        let mut lines = Lines::default();
        let mut all = Vec::new();
        for chunk in chunks {
            let mut rest = chunk.as_bytes();
            while !rest.is_empty() {
                let taken = lines.take(rest).unwrap();
                if let Some(line) = taken.line {
                    all.push(String::from_utf8(line.to_vec()).unwrap());
                }
                rest = &rest[taken.used..];
            }
        }
        if !lines.unfinished().is_empty() {
            all.push("…".into());
        }
        all
    }

    #[test]
    fn chunks_may_cut_lines_anywhere() {
        assert_eq!(split(&["one\ntwo\n"]), ["one", "two"]);
        assert_eq!(split(&["on", "e", "\n", "\ntw", "o\nthree"]), ["one", "", "two", "…"]);
        assert_eq!(split(&[]), [""; 0]);
    }

    #[test]
    fn the_first_line_break_is_found_wherever_it_is() {
        for length in 0..40 {
            let mut chunk = vec![0x0bu8; length];
            assert_eq!(line_end(&chunk), None);
            for at in (0..length).rev() {
                chunk[at] = b'\n';
                assert_eq!(line_end(&chunk), Some(at));
            }
        }
    }

    #[test]
    fn a_line_without_end_is_refused_before_it_is_collected() {
        let mut lines = Lines::default();
        let chunk = [b'x'; 1000];
        let taken = (0..10).map_while(|_| lines.take(&chunk).ok().map(|t| t.used)).count();
        assert_eq!(taken, 4);
        assert!(lines.carry.capacity() <= 3 * LINE_BYTES_MAX);
    }
}
