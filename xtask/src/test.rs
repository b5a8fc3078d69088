//! `cargo xtask test`: every check of the project, one stage after the other.
//!
//! A stage that fails does not stop those that do not need it, so that one run
//! shows everything that is wrong.

use crate::failure::{Doing, Failure, Result};
use crate::tools::{self, Browser, WasmTools};
use crate::{cache, dist, module, shell, tidy, ui};
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

/// The names of all stages, in the order in which they run.
pub const STAGE_NAMES: [&str; 12] = [
    "fmt",
    "clippy",
    "tidy",
    "native",
    "sweep",
    "wasm-node",
    "wasm-browser",
    "module",
    "page",
    "e2e",
    "doc",
    "licences",
];

/// One stage.
struct Stage {
    name: &'static str,
    title: &'static str,
    /// A stage without which this one says nothing.
    needs: Option<&'static str>,
    run: fn() -> Result<()>,
}

const fn stage(
    name: &'static str,
    title: &'static str,
    needs: Option<&'static str>,
    run: fn() -> Result<()>,
) -> Stage {
    Stage { name, title, needs, run }
}

const STAGES: [Stage; STAGE_NAMES.len()] = [
    stage("fmt", "formatting of the sources", None, fmt),
    stage("clippy", "clippy, where a warning is an error", None, clippy),
    stage("tidy", "house rules", None, tidy::run),
    stage("native", "tests on this computer", None, native),
    stage("sweep", "random worlds in which everything fails, until all was reached", None, sweep),
    stage("wasm-node", "tests in wasm, under Node", None, wasm_node),
    stage("wasm-browser", "tests in wasm, in a headless browser", None, wasm_browser),
    stage("module", "the JavaScript module", None, module),
    stage("page", "build of the page", None, page),
    stage("e2e", "the page as its users meet it", Some("page"), e2e),
    stage("doc", "documentation, where a warning is an error", None, doc),
    stage("licences", "licences and sources of dependencies", None, licences),
];

/// How long to wait for the advisory database before going without.
const ADVISORY_LIMIT: Duration = Duration::from_secs(60);

/// How a stage ended.
enum Outcome {
    Passed(Duration),
    Failed(Duration),
    Skipped(&'static str),
}

/// Runs all stages, or the ones named, and fails if one of them did.
pub fn run(only: &[String]) -> Result<()> {
    let wanted = |stage: &&Stage| only.is_empty() || only.iter().any(|name| name == stage.name);
    let mut outcomes: Vec<(&Stage, Outcome)> = Vec::new();
    for stage in STAGES.iter().filter(wanted) {
        println!("\n=== {}: {}", stage.name, stage.title);
        let broken = stage.needs.filter(|need| {
            outcomes
                .iter()
                .any(|(other, outcome)| other.name == *need && !matches!(outcome, Outcome::Passed(_)))
        });
        outcomes.push((stage, run_one(stage, broken)));
    }
    summarise(&outcomes)
}

fn run_one(stage: &Stage, broken: Option<&'static str>) -> Outcome {
    if let Some(need) = broken {
        println!("skipped, since `{need}` failed");
        return Outcome::Skipped(need);
    }
    let begun = Instant::now();
    match (stage.run)() {
        Ok(()) => Outcome::Passed(begun.elapsed()),
        Err(failure) => {
            println!("{failure}");
            Outcome::Failed(begun.elapsed())
        }
    }
}

fn summarise(outcomes: &[(&Stage, Outcome)]) -> Result<()> {
    println!("\n=== summary");
    let mut counts = [0; 3];
    for (stage, outcome) in outcomes {
        let (slot, text) = match outcome {
            Outcome::Passed(took) => (0, format!("passed   {:>12}", ui::seconds(*took))),
            Outcome::Failed(took) => (1, format!("FAILED   {:>12}", ui::seconds(*took))),
            Outcome::Skipped(need) => (2, format!("skipped  {need} failed")),
        };
        counts[slot] += 1;
        println!("  {:<13} {text}", stage.name);
    }
    let [passed, failed, skipped] = counts;
    let skipped_text = if skipped == 0 { String::new() } else { format!(", {skipped} skipped") };
    println!("stages: {passed} passed, {failed} failed{skipped_text}");
    if failed == 0 { Ok(()) } else { Err(Failure::new("not every stage passed, see above")) }
}

fn cargo(words: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(cache::repo()).args(words).env("CARGO_TERM_PROGRESS_WHEN", "never");
    command
}

fn fmt() -> Result<()> {
    shell::run(&mut cargo(&["fmt", "--all", "--check"])).map_err(|failure| failure.remedy("cargo fmt --all"))
}

fn clippy() -> Result<()> {
    shell::run(&mut cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--",
        "-D",
        "warnings",
    ]))
}

fn native() -> Result<()> {
    shell::run(&mut cargo(&["test", "--workspace"]))
}

/// The engine's own assertions are on in this profile.
fn sweep() -> Result<()> {
    shell::run(&mut cargo(&[
        "run",
        "--profile",
        "sweep",
        "--package",
        "mirrorline",
        "--",
        "sweep",
        "--seeds",
        "0..1000000",
        "--events",
        "20000000",
        "--all-reached",
        "--out",
        "target/failing-seeds",
    ]))
}

fn wasm_node() -> Result<()> {
    let tools = WasmTools::for_tests()?;
    tools::need_node()?;
    wasm_tests(&tools, |name| !name.starts_with("browser"), |_| ())
}

fn wasm_browser() -> Result<()> {
    let tools = WasmTools::for_tests()?;
    let browser = Browser::ensure()?;
    let with_driver = |command: &mut Command| {
        command.env("CHROMEDRIVER", &browser.driver).env("WASM_BINDGEN_TEST_TIMEOUT", "120");
    };
    wasm_tests(&tools, |name| name.starts_with("browser"), with_driver)
}

/// Runs those test files of web/tests that `choose` takes. Files whose names
/// begin with `browser` need a document; all others run under Node.
fn wasm_tests(
    tools: &WasmTools,
    choose: impl Fn(&str) -> bool,
    prepare: impl Fn(&mut Command),
) -> Result<()> {
    let mut command = tools.command("cargo");
    command
        .args(["test", "--package", "mirrorline-web", "--target", "wasm32-unknown-unknown"])
        .env("CARGO_TERM_PROGRESS_WHEN", "never")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner");
    let mut chosen = 0;
    for file in files_in("web/tests", ".rs")? {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().to_string();
        if choose(&name) {
            chosen += 1;
            command.args(["--test", &name]);
        }
    }
    if chosen == 0 {
        return Err(Failure::new("web/tests has no test file for this stage"));
    }
    prepare(&mut command);
    shell::run(&mut command)
}

/// The module's types, its errors, its digests here and there, and the example as somebody's own project.
fn module() -> Result<()> {
    let module = module::ensure()?;
    let browser = Browser::ensure()?;
    tools::install_modules()?;
    shell::run(&mut cargo(&["build", "--quiet", "--package", "mirrorline"]))?;
    let mut tests = node_tests("e2e/module")?;
    shell::run(
        tests
            .env("MIRRORLINE_MODULE", &module)
            .env("MIRRORLINE_PROGRAM", cache::target().join("debug/mirrorline"))
            .env("MIRRORLINE_BROWSER", browser.program),
    )?;
    let example = module::lay_out_example(&module)?;
    shell::run(Command::new("node").current_dir(example).args(["--test", "--test-reporter=spec"]))
}

fn page() -> Result<()> {
    dist::ensure().map(|_| ())
}

fn e2e() -> Result<()> {
    let dist = dist::ensure()?;
    let browser = Browser::ensure()?;
    tools::install_modules()?;
    let mut command = node_tests("e2e/tests")?;
    shell::run(command.env("MIRRORLINE_DIST", dist).env("MIRRORLINE_BROWSER", browser.program))
}

/// The tests of a folder, under Node.
fn node_tests(folder: &str) -> Result<Command> {
    let mut command = Command::new("node");
    command
        .current_dir(cache::repo().join("e2e"))
        // One browser at a time: two would slow each other into timeouts.
        .args(["--test", "--test-concurrency=1", "--test-reporter=spec"])
        .args(files_in(folder, ".test.mjs")?);
    Ok(command)
}

fn doc() -> Result<()> {
    let mut command =
        cargo(&["doc", "--workspace", "--all-features", "--no-deps", "--document-private-items"]);
    shell::run(command.env("RUSTDOCFLAGS", "-D warnings"))
}

fn licences() -> Result<()> {
    let mut command = tools::cargo_deny()?;
    shell::run(command.args(["--offline", "check", "bans", "licenses", "sources"]))?;
    advisories()
}

/// Known vulnerabilities are a matter of a database on the internet. Where it
/// cannot be reached, the stage says so, and passes without.
fn advisories() -> Result<()> {
    let mut command = tools::cargo_deny()?;
    command.args(["check", "advisories"]);
    match shell::step("advisories: known vulnerabilities of dependencies", &mut command, ADVISORY_LIMIT) {
        Err(failure) if could_not_reach(&failure.to_string()) => {
            println!("advisories were not checked: their database cannot be reached from here");
            Ok(())
        }
        result => result,
    }
}

fn could_not_reach(text: &str) -> bool {
    text.contains("failed to fetch advisory database") || text.contains("was stopped after")
}

/// The files of a folder of the repository with this ending, sorted.
fn files_in(folder: &str, ending: &str) -> Result<Vec<PathBuf>> {
    let path = cache::repo().join(folder);
    let entries = std::fs::read_dir(&path).doing(|| format!("read the folder {}", path.display()))?;
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_on_the_command_line_are_those_of_the_stages() {
        for (stage, name) in STAGES.iter().zip(STAGE_NAMES) {
            assert_eq!(stage.name, name);
        }
    }

    #[test]
    fn a_failed_stage_fails_the_run_and_a_skipped_one_is_counted() {
        let stage = |name| STAGES.iter().find(|stage| stage.name == name).expect("it is a stage");
        let failed = (stage("page"), Outcome::Failed(Duration::ZERO));
        let skipped = (stage("e2e"), Outcome::Skipped("page"));
        assert!(summarise(&[failed, skipped]).is_err());
        assert!(summarise(&[(&STAGES[0], Outcome::Passed(Duration::ZERO))]).is_ok());
    }
}
