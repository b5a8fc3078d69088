//! Running other programs: quietly with progress, or in full view.

use crate::cache;
use crate::failure::{Doing, Failure, Result};
use crate::ui::Step;
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// How many last lines of a failed program are repeated to the user.
const TAIL_LINES: usize = 25;

/// How often progress is looked at.
const TICK: Duration = Duration::from_millis(200);

/// Runs a program in full view. Its failure is the error.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = show(command);
    let status = command.status().doing(|| format!("start `{shown}`"))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("`{shown}` ended with {status}"))) }
}

/// Runs a short program and returns what it printed on standard output, or
/// nothing if it is missing or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_string())
}

/// Runs a program and returns what it printed on standard output; what it says on standard error is in view.
pub fn spoken(command: &mut Command) -> Result<String> {
    let shown = show(command);
    let output = command.stderr(Stdio::inherit()).output().doing(|| format!("start `{shown}`"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).to_string())
    } else {
        Err(Failure::new(format!("`{shown}` ended with {}", output.status)))
    }
}

/// Runs a long program as one step: its output goes to a log file, its last
/// line is shown as progress, and `limit` ends it if it hangs.
pub fn step(line: &str, command: &mut Command, limit: Duration) -> Result<()> {
    let mut step = Step::begin(line);
    match watch(&mut step, command, limit) {
        Ok(()) => {
            step.done();
            Ok(())
        }
        Err(failure) => {
            step.failed();
            Err(failure)
        }
    }
}

/// The middle of `step`, for steps made of more than one program.
pub fn watch(step: &mut Step, command: &mut Command, limit: Duration) -> Result<()> {
    let shown = show(command);
    let log_path = log_path(command)?;
    let log = std::fs::File::create(&log_path).doing(|| format!("create the log {}", log_path.display()))?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .doing(|| format!("start `{shown}`"))?;

    let heard = Arc::new(Mutex::new(Heard { log, tail: VecDeque::new() }));
    let readers = [
        child.stdout.take().map(|pipe| listen(pipe, &heard)),
        child.stderr.take().map(|pipe| listen(pipe, &heard)),
    ];
    let ended = wait(&mut child, step, &heard, limit, &shown);
    for reader in readers.into_iter().flatten() {
        // A reader only ends early by a panic, which has been printed already.
        let _ = reader.join();
    }
    let status = ended?;
    if status.success() {
        return Ok(());
    }
    let tail = lock(&heard).tail.iter().cloned().collect::<Vec<_>>().join("\n    ");
    Err(Failure::new(format!(
        "`{shown}` ended with {status}\n    {tail}\n  full log: {}",
        log_path.display()
    )))
}

fn wait(
    child: &mut Child,
    step: &mut Step,
    heard: &Mutex<Heard>,
    limit: Duration,
    shown: &str,
) -> Result<std::process::ExitStatus> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().doing(|| format!("wait for `{shown}`"))? {
            return Ok(status);
        }
        if begun.elapsed() > limit {
            // It may have ended in between; either way it is gone afterwards.
            let _ = child.kill();
            let _ = child.wait();
            return Err(Failure::new(format!("`{shown}` was stopped after {} s", limit.as_secs())));
        }
        let news = lock(heard).tail.back().cloned().unwrap_or_default();
        step.tick(news.trim());
        thread::sleep(TICK);
    }
}

/// What a watched program has said.
struct Heard {
    log: std::fs::File,
    tail: VecDeque<String>,
}

fn listen(pipe: impl Read + Send + 'static, heard: &Arc<Mutex<Heard>>) -> thread::JoinHandle<()> {
    let heard = Arc::clone(heard);
    thread::spawn(move || {
        for line in BufReader::new(pipe).split(b'\n').map_while(|line| line.ok()) {
            let line = String::from_utf8_lossy(&line).trim_end().to_string();
            let mut heard = lock(&heard);
            // The log is a convenience: a full disk will show elsewhere.
            let _ = writeln!(heard.log, "{line}");
            if line.is_empty() {
                continue;
            }
            heard.tail.push_back(line);
            if heard.tail.len() > TAIL_LINES {
                heard.tail.pop_front();
            }
        }
    })
}

fn lock(heard: &Mutex<Heard>) -> std::sync::MutexGuard<'_, Heard> {
    heard.lock().expect("no reader panics while it holds the lock")
}

/// Logs lie in the target folder, one per program and first word.
fn log_path(command: &Command) -> Result<PathBuf> {
    let folder = cache::target().join("xtask-logs");
    cache::make_folder(&folder)?;
    let program =
        Path::new(command.get_program()).file_stem().unwrap_or_default().to_string_lossy().to_string();
    let words: Vec<String> = command
        .get_args()
        .take(2)
        .map(|word| word.to_string_lossy().to_string())
        .filter(|word| word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
        .collect();
    Ok(folder.join(format!("{program}-{}.log", words.join("-"))))
}

/// The command line as a person would type it.
pub fn show(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Where a program lies on PATH.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_fails_is_quoted() {
        let failure = step(
            "test: a failing program",
            Command::new("sh").args(["-c", "echo out of cheese >&2; exit 3"]),
            Duration::from_secs(10),
        )
        .expect_err("it exits with 3");
        assert!(failure.to_string().contains("out of cheese"), "{failure}");
    }

    #[test]
    fn a_program_that_hangs_is_stopped() {
        let failure =
            step("test: a hanging program", Command::new("sleep").arg("60"), Duration::from_millis(300))
                .expect_err("it is stopped");
        assert!(failure.to_string().contains("stopped"), "{failure}");
    }
}
