//! System packages of Debian-like systems. They are installed only by root;
//! anybody else is told the command, and nothing here ever calls sudo.

use crate::failure::{Failure, Result};
use crate::shell;
use crate::ui::Step;
use std::process::Command;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(10 * 60);

/// Installs packages in one run, so that versions of packages that belong
/// together match.
pub fn install(packages: &[&str], why: &str, cost: &str) -> Result<()> {
    let list = packages.join(" ");
    if shell::find("apt-get").is_none() {
        return Err(Failure::new(format!("{why}: this needs {list}"))
            .remedy("install them with your system's package manager"));
    }
    let by_hand = format!("as root, run: apt-get update && apt-get install -y {list}");
    if !is_root() {
        return Err(Failure::new(format!("{why}: this needs {list}")).remedy(by_hand));
    }
    let mut step = Step::begin(format!("{list}: {why} (Debian packages, {cost})"));
    // The lists may be empty, as they are in many container images. An update
    // that fails may still leave lists that serve.
    let _ = shell::watch(&mut step, apt().arg("update"), LIMIT);
    let mut command = apt();
    command.args(["install", "-y", "--no-install-recommends"]).args(packages);
    match shell::watch(&mut step, &mut command, LIMIT) {
        Ok(()) => {
            step.done();
            Ok(())
        }
        Err(failure) => {
            step.failed();
            Err(failure.remedy(by_hand))
        }
    }
}

fn apt() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn is_root() -> bool {
    shell::output(Command::new("id").arg("-u")).as_deref() == Some("0")
}
