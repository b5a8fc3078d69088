//! How the program fails, and with which exit code.

use std::io::{self, Write};
use std::process::ExitCode;

/// Why a command ended early.
#[derive(Debug)]
pub enum Failure {
    /// What the user gave cannot be used. The text says where, what, and what to do.
    BadInput(String),
    /// The output could not be written.
    Output(io::Error),
}

/// What a command found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Fine,
    /// An invariant of the protocol did not hold.
    Violated,
}

pub type Outcome = Result<Verdict, Failure>;

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Failure {
        Failure::Output(error)
    }
}

impl Failure {
    /// Bad input in a file: `FILE:LINE:COLUMN: what; what to do`, where the error has line and column already.
    pub fn in_file(file: &str, error: impl std::fmt::Display) -> Failure {
        Failure::BadInput(format!("{file}:{error}"))
    }
}

/// 0 fine, 1 a violation was found, 2 bad input.
pub fn exit_code(outcome: Outcome) -> ExitCode {
    let message = match outcome {
        Ok(Verdict::Fine) => return ExitCode::SUCCESS,
        Ok(Verdict::Violated) => return ExitCode::from(1),
        // Whoever reads has seen enough (`| head`): that is no failure.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => return ExitCode::SUCCESS,
        Err(Failure::Output(error)) => format!("the output cannot be written: {error}; is the disk full?"),
        Err(Failure::BadInput(message)) => message,
    };
    // Where not even the error can be written, the exit code still says it.
    let _ = writeln!(io::stderr(), "error: {message}");
    ExitCode::from(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_outcome_has_its_exit_code() {
        assert_eq!(exit_code(Ok(Verdict::Fine)), ExitCode::SUCCESS);
        assert_eq!(exit_code(Ok(Verdict::Violated)), ExitCode::from(1));
        assert_eq!(exit_code(Err(Failure::BadInput("a test".into()))), ExitCode::from(2));
        let full = io::Error::from(io::ErrorKind::StorageFull);
        assert_eq!(exit_code(Err(full.into())), ExitCode::from(2));
        let closed = io::Error::from(io::ErrorKind::BrokenPipe);
        assert_eq!(exit_code(Err(closed.into())), ExitCode::SUCCESS);
    }
}
