//! `cargo xtask bench`: every figure that this project quotes, measured anew.
//!
//! A figure is one function in `FIGURES`. It prints one line each, in the form
//! `name: value unit (target ...)`, so that texts can be held against it.

use crate::failure::{Doing, Failure, Result};
use crate::tools::{self, Browser};
use crate::{cache, dist, shell};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Instant;

/// What is measured, in this order. A new figure is a new function here.
const FIGURES: [(&str, Measure); 3] = [
    ("page size", page_size),
    ("first movement", first_movement),
    ("warm start of `cargo xtask serve`", warm_serve),
];

/// How a figure is measured.
type Measure = fn() -> Result<Figure>;

/// A measured value.
struct Figure {
    value: f64,
    unit: &'static str,
    target: &'static str,
}

/// Prints every figure. One that cannot be measured fails the run at its end.
pub fn run() -> Result<()> {
    dist::ensure()?;
    println!();
    let mut missing = 0;
    for (name, measure) in FIGURES {
        match measure() {
            Ok(figure) => {
                println!("{name}: {:.1} {} (target {})", figure.value, figure.unit, figure.target);
            }
            Err(failure) => {
                missing += 1;
                println!("{name}: not measured\n{failure}");
            }
        }
    }
    if missing == 0 { Ok(()) } else { Err(Failure::new(format!("figures not measured: {missing}"))) }
}

/// Everything in dist/, as a server with brotli would send it.
fn page_size() -> Result<Figure> {
    Ok(Figure {
        value: number_from_node("page-size.mjs")? / 1024.0,
        unit: "KiB brotli",
        target: "at most 1024",
    })
}

/// From the request of the page until something on it moves.
fn first_movement() -> Result<Figure> {
    tools::install_modules()?;
    Ok(Figure { value: number_from_node("first-movement.mjs")?, unit: "ms", target: "at most 3000" })
}

/// Runs a script of e2e/ that prints one number.
fn number_from_node(script: &str) -> Result<f64> {
    tools::need_node()?;
    let mut command = Command::new("node");
    command
        .current_dir(cache::repo().join("e2e"))
        .arg(script)
        .env("MIRRORLINE_DIST", cache::repo().join("dist"));
    if let Ok(browser) = Browser::ensure() {
        command.env("MIRRORLINE_BROWSER", browser.program);
    }
    let shown = shell::show(&command);
    let output = command.output().doing(|| format!("start `{shown}`"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().map_err(|_| {
        let said = String::from_utf8_lossy(&output.stderr);
        Failure::new(format!("`{shown}` printed no number: {}", said.trim()))
    })
}

/// A second `serve`, with nothing changed, until it answers.
fn warm_serve() -> Result<Figure> {
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
    Ok(Figure { value: took.as_secs_f64(), unit: "s", target: "at most 5" })
}

fn wait_for_answer(child: &mut std::process::Child) -> Result<()> {
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
