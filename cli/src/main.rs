//! The program `mirrorline`: a thin shell around the engine.

use clap::Parser;

/// Two active-active storage controllers with mirrored write-back caches, simulated.
#[derive(Parser)]
#[command(version, about)]
struct Args {}

fn main() {
    let Args {} = Args::parse();
    println!("engine {}", mirrorline_engine::VERSION);
}
