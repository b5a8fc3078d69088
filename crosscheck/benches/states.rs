//! Unique states a second, the explorer and stateright on the same model in the same run, one figure a line:
//! `name<TAB>value<TAB>unit`. Each is the best of several runs, since noise on a machine only ever adds time.

use mirrorline_crosscheck::model::World;
use mirrorline_engine::explore::{Search, worlds::WORLDS};
use stateright::{Checker, Model};
use std::time::Instant;

#[path = "../../cli/src/check/explore.rs"]
mod explore;

const RUNS: usize = 5;
const WORLD: &str = "steady";

fn main() {
    // `cargo test --benches` starts it without this.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(2);
    let world = World::named(WORLD);
    let explore = || explore::explore(world.model(), 10_000_000, threads, &|| false);
    let ours = best(|| explore().unique_states());
    println!("explorer, {WORLD} world, {threads} threads, native\t{ours:.0}\tunique states/s");
    let theirs =
        best(|| World::named(WORLD).checker().threads(threads).spawn_bfs().join().unique_state_count());
    println!("stateright, the same model, {threads} threads, native\t{theirs:.0}\tunique states/s");
    println!("explorer to stateright\t{:.2}\ttimes", ours / theirs);
    let bytes = |search: &Search| search.bytes() as f64 / search.unique_states() as f64;
    println!("memory of the explorer, {WORLD} world\t{:.1}\tbytes a state", bytes(&explore()));
    for large in WORLDS.iter().filter(|world| world.large) {
        let world = World::named(large.name);
        let start = Instant::now();
        let search = explore::explore(world.model(), 5_000_000, threads, &|| false);
        let seconds = start.elapsed().as_secs_f64();
        assert_eq!(search.found(), None, "{} keeps every rule", large.name);
        let name = large.name;
        if search.is_complete() {
            println!("states of the world {name}\t{}\tunique states", search.unique_states());
            println!("exhausting the world {name}\t{seconds:.1}\ts");
            println!("memory of the explorer, {name} world\t{:.1}\tbytes a state", bytes(&search));
        } else {
            // A bound was met: the figure says how far it came.
            println!("states of the world {name}, not exhausted\t{}\tunique states", search.unique_states());
        }
    }
}

/// The highest rate of several runs.
fn best(mut run: impl FnMut() -> usize) -> f64 {
    let rate = |start: Instant, states: usize| states as f64 / start.elapsed().as_secs_f64();
    (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            let states = run();
            rate(start, states)
        })
        .fold(0.0, f64::max)
}
