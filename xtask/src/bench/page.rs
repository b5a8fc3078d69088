//! The page as its users meet it: how big it is, how soon it moves, what a frame and a seek cost.

use super::native::{explorer_on_one_core, figures_of, ratio, trace};
use super::{Figure, ONE_CORE, WARM_SERVE, WORKER, WORKER_RATIO};
use crate::failure::{Doing, Failure, Result};
use crate::tools::{self, Browser};
use crate::{cache, dist};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

/// Builds what is measured, before the first measurement.
pub fn prepare() -> Result<()> {
    dist::ensure()?;
    tools::install_modules()
}

/// Everything in dist/.
pub fn size() -> Result<Vec<Figure>> {
    figures_of(&mut node("page-size.mjs"))
}

/// From the request of the page until something on its stage moves.
pub fn first_movement() -> Result<Vec<Figure>> {
    in_browser("first movement", "first-movement.mjs")
}

/// Script on the main thread per frame while it plays.
pub fn frames() -> Result<Vec<Figure>> {
    in_browser("script per frame while playing", "frames.mjs")
}

/// From a press until what came of it is painted, while it plays.
pub fn interaction() -> Result<Vec<Figure>> {
    in_browser("interaction to next paint while playing", "interaction.mjs")
}

/// From a press on the scrubber until the page shows that event.
pub fn seek() -> Result<Vec<Figure>> {
    in_browser("seek in the page", "seek.mjs")
}

/// What it takes while it plays on and on.
pub fn memory() -> Result<Vec<Figure>> {
    in_browser("memory while playing", "memory.mjs")
}

/// The steady world in the page’s worker, natively on one core, and their ratio.
pub fn explorer() -> Result<Vec<Figure>> {
    let mut figures = in_browser("explorer in the page’s worker", "explorer.mjs")?;
    figures.push(explorer_on_one_core()?);
    figures.extend(ratio(&figures, WORKER, ONE_CORE, WORKER_RATIO));
    Ok(figures)
}

/// What Lighthouse says of it.
pub fn lighthouse() -> Result<Vec<Figure>> {
    let folder = tools::lighthouse()?;
    with_browser("Lighthouse", |browser| {
        figures_of(
            node("lighthouse.mjs").env("MIRRORLINE_BROWSER", browser).env("MIRRORLINE_LIGHTHOUSE", &folder),
        )
    })
}

/// A second `serve`, with nothing changed, until it answers.
pub fn warm_serve() -> Result<Vec<Figure>> {
    let program = std::env::current_exe().doing(|| "find this program".into())?;
    let begun = Instant::now();
    let mut child = Command::new(program)
        .args(["serve", "--port", "38180"])
        .stdout(Stdio::piped())
        .spawn()
        .doing(|| "start `serve`".into())?;
    let answered = wait_for_answer(&mut child);
    let took = begun.elapsed();
    // It serves until it is stopped, and so it is.
    let _ = child.kill();
    let _ = child.wait();
    answered?;
    Ok(vec![Figure::new(WARM_SERVE, took.as_secs_f64(), "s")])
}

/// A script that drives a browser through the trace.
fn in_browser(name: &str, script: &str) -> Result<Vec<Figure>> {
    with_browser(name, |browser| {
        figures_of(node(script).env("MIRRORLINE_BROWSER", browser).env("MIRRORLINE_TRACE", trace()?))
    })
}

/// Without a browser there is no figure, and nothing is broken.
fn with_browser(name: &str, measure: impl FnOnce(&Path) -> Result<Vec<Figure>>) -> Result<Vec<Figure>> {
    match Browser::ensure() {
        Ok(browser) => measure(&browser.program),
        Err(failure) => {
            let why = failure.to_string().replace('\n', ";");
            Ok(vec![Figure { name: name.into(), value: Err(why), unit: String::new() }])
        }
    }
}

fn node(script: &str) -> Command {
    let mut command = Command::new("node");
    command
        .current_dir(cache::repo().join("e2e"))
        .arg(format!("bench/{script}"))
        .env("MIRRORLINE_DIST", cache::repo().join("dist"));
    command
}

fn wait_for_answer(child: &mut Child) -> Result<()> {
    let pipe = child.stdout.take().expect("standard output was asked for");
    let address = BufReader::new(pipe)
        .lines()
        .map_while(|line| line.ok())
        .find_map(|line| Some(line.split_once("http://")?.1.split('/').next()?.to_string()))
        .ok_or_else(|| Failure::new("`serve` ended without printing an address"))?;
    let mut stream = TcpStream::connect(&address).doing(|| format!("connect to {address}"))?;
    stream.write_all(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n").doing(|| format!("ask {address}"))?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).doing(|| format!("read from {address}"))?;
    if answer.contains(" 200 ") {
        Ok(())
    } else {
        Err(Failure::new(format!("{address} answered: {}", answer.lines().next().unwrap_or(""))))
    }
}
