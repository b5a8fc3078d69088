//! What the README's commands call: `cargo xtask setup | serve | test | dist | module | bench`.
//!
//! This crate fetches or builds every tool that a browser build needs, keeps
//! them in the user's cache folder, and then runs them. It is compiled before
//! anything else can happen, so it depends on next to nothing.

mod args;
mod bench;
mod cache;
mod csp;
mod dev;
mod dist;
mod failure;
mod fingerprint;
mod module;
mod serve;
mod shell;
mod slim;
mod stamp;
mod test;
mod texts;
mod tidy;
mod tools;
mod ui;
mod wasm_std;

use args::Command;
use failure::Result;
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let command = match args::parse(&words) {
        Ok(command) => command,
        Err(message) => {
            eprintln!("error: {message}\n\nTry `cargo xtask --help`.");
            return ExitCode::from(2);
        }
    };
    match run(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::Help => {
            print!("{}", args::HELP);
            Ok(())
        }
        Command::Setup => tools::set_up_everything(),
        Command::Serve { port, dev: false } => serve::run(port),
        Command::Serve { port, dev: true } => dev::run(port),
        Command::Test { only } => test::run(&only),
        Command::Dist => dist::run(),
        Command::Module => module::run(),
        Command::Bench => bench::run(),
    }
}
