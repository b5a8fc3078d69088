//! The engine alone: natively, and the same replay in the JavaScript module.

use super::{CHECKS_SCALING, Figure, ONE_CORE, SCALING, WASM_RATIO};
use crate::failure::{Failure, Result};
use crate::{cache, module, shell, tools};
use std::path::{Path, PathBuf};
use std::process::Command;

const NATIVE: &str = "replay of the trace, 4096 lines, native";
const WASM: &str = "replay of the trace, 4096 lines, wasm";

/// Where a trace long enough for figures may lie beside the repository.
const LONG_TRACE: &str = "../shared/data/fio-oltp-8k.iolog";
/// The one that users get; too short for some figures.
const SAMPLE: &str = "static/samples/oltp.iolog";

/// The trace that is replayed: what `MIRRORLINE_TRACE` names, else the longest one that is there.
pub fn trace() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("MIRRORLINE_TRACE").map(PathBuf::from) {
        return std::path::absolute(&named).ok().filter(|path| path.is_file()).ok_or_else(|| {
            Failure::new(format!("MIRRORLINE_TRACE names no file: {}", named.display()))
                .remedy("name a fio iolog, or leave the variable out")
        });
    }
    let long = cache::repo().join(LONG_TRACE);
    Ok(if long.is_file() { long } else { cache::repo().join(SAMPLE) })
}

/// Native figures, the wasm one, and their ratio.
pub fn engine_and_module() -> Result<Vec<Figure>> {
    let trace = trace()?;
    println!("\nwith the trace {}:", trace.display());
    let mut figures = native(&trace)?;
    figures.extend(scaling(&figures, "cost of an I/O", SCALING));
    figures.extend(scaling(&figures, "cost of all checks", CHECKS_SCALING));
    figures.extend(wasm(&trace)?);
    figures.extend(ratio(&figures, WASM, NATIVE, WASM_RATIO));
    Ok(figures)
}

fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(cache::repo()).args(args);
    command
}

fn native(trace: &Path) -> Result<Vec<Figure>> {
    let args = ["bench", "--quiet", "--package", "mirrorline", "--bench", "figures", "--"];
    figures_of(cargo(&args).arg(trace))
}

/// The explorer beside stateright.
pub fn explorer() -> Result<Vec<Figure>> {
    figures_of(&mut cargo(&["bench", "--quiet", "--package", "mirrorline-crosscheck", "--bench", "states"]))
}

/// What the page’s worker is held against: the same search on one thread, the best of three.
pub fn explorer_on_one_core() -> Result<Figure> {
    let program = ["run", "--quiet", "--release", "--package", "mirrorline", "--"];
    let search = ["check", "--world", "steady", "--threads", "1", "--json"];
    let mut best = 0.0_f64;
    for _ in 0..3 {
        best = best.max(rate_of(&shell::spoken(cargo(&program).args(search))?)?);
    }
    Ok(Figure::new(ONE_CORE, best, "unique states/s"))
}

/// The rate in what `mirrorline check --json` prints.
fn rate_of(printed: &str) -> Result<f64> {
    let after = printed.rsplit_once("\"unique_states_per_s\":").map(|(_, after)| after);
    let number = after.and_then(|after| after.split([',', '}']).next());
    number
        .and_then(|number| number.trim().parse().ok())
        .ok_or_else(|| Failure::new(format!("`mirrorline check --json` printed no rate, but: {printed}")))
}

fn wasm(trace: &Path) -> Result<Vec<Figure>> {
    tools::need_node()?;
    let module = module::ensure()?;
    let mut command = Command::new("node");
    command
        .current_dir(cache::repo().join("e2e"))
        .arg("bench/replay.mjs")
        .env("MIRRORLINE_MODULE", module)
        .env("MIRRORLINE_TRACE", trace);
    figures_of(&mut command)
}

/// The figures that a program prints. What it says besides stays in view.
pub fn figures_of(command: &mut Command) -> Result<Vec<Figure>> {
    let text = shell::spoken(command)?;
    let figures = Figure::read_all(&text);
    if figures.is_empty() {
        return Err(Failure::new(format!("`{}` printed no figure", shell::show(command))));
    }
    Ok(figures)
}

fn value_of(figures: &[Figure], name: &str) -> Option<f64> {
    figures.iter().find(|figure| figure.name.starts_with(name))?.value.clone().ok()
}

/// How much of one figure another one is.
pub fn ratio(figures: &[Figure], part: &str, whole: &str, name: &str) -> Option<Figure> {
    let ratio = value_of(figures, part)? / value_of(figures, whole)?;
    Some(Figure::new(name, ratio, "of native"))
}

/// How far a cost, whose figures' names begin so, depends on the size of the cache alone.
fn scaling(figures: &[Figure], cost: &str, name: &str) -> Option<Figure> {
    let costs = figures
        .iter()
        .filter(|figure| figure.name.starts_with(cost))
        .filter_map(|figure| figure.value.clone().ok());
    let (least, most) = costs.fold((f64::MAX, 0.0_f64), |(least, most), ns| (least.min(ns), most.max(ns)));
    (most > 0.0).then(|| Figure::new(name, most / least, "times"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_made_of_what_was_measured() {
        let figures = Figure::read_all(
            "replay of the trace, 4096 lines, native\t200\tI/Os/s\n\
             replay of the trace, 4096 lines, wasm under Node\t150\tI/Os/s\n\
             cost of an I/O, 1000 lines\t500\tns\ncost of an I/O, 10000 lines\t550\tns\n",
        );
        assert_eq!(
            ratio(&figures, WASM, NATIVE, WASM_RATIO).and_then(|figure| figure.value.ok()),
            Some(0.75)
        );
        assert_eq!(
            scaling(&figures, "cost of an I/O", SCALING).and_then(|figure| figure.value.ok()),
            Some(1.1)
        );
        assert_eq!(ratio(&[], WASM, NATIVE, WASM_RATIO), None);
        assert_eq!(scaling(&[], "cost of an I/O", SCALING), None);
    }

    #[test]
    fn the_rate_of_a_search_stands_in_its_last_line() {
        let printed = "steady: 3 writes and a read\n{\"world\":\"steady\",\"unique_states_per_s\":2500.5}\n";
        assert_eq!(rate_of(printed).ok(), Some(2500.5));
        assert!(rate_of("no world of that name\n").is_err());
    }
}
