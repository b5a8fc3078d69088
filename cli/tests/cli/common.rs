//! The real program, run as a user runs it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs `mirrorline` in the workspace's root.
pub fn mirrorline(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mirrorline")).args(args).current_dir(root()).output().unwrap()
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The JSON object of the last line.
pub fn last_json(output: &Output) -> serde_json::Value {
    serde_json::from_str(stdout(output).lines().last().unwrap()).unwrap()
}

/// A file of this content that goes away with the guard.
pub struct Scratch(pub PathBuf);

impl Scratch {
    pub fn new(name: &str, content: &[u8]) -> Scratch {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}", std::process::id()));
        std::fs::write(&path, content).unwrap();
        Scratch(path)
    }

    pub fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The program must refuse: exit code 2, nothing that looks like a result, no panic, and this message.
pub fn assert_refused(args: &[&str], message: &str) {
    let output = mirrorline(args);
    let stderr = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(2), "{args:?}: {stderr}");
    assert!(stderr.contains(message), "{args:?}\n  got  {stderr}\n  want {message}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    assert!(!stdout(&output).contains("digest"), "{args:?} printed a result all the same");
}
