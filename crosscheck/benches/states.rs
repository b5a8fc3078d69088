//! Unique states a second, the explorer and stateright on the same model in the same run, one figure a line:
//! `name<TAB>value<TAB>unit`. Each is the best of several runs, since noise on a machine only ever adds time.

use mirrorline_crosscheck::model::World;
use mirrorline_engine::bug::Bug;
use mirrorline_engine::explore::{
    Search,
    worlds::{NamedWorld, WORLDS},
};
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
    println!("bugs found as without symmetries, battery and both-sides worlds\t{}\truns", verdicts(threads));
    println!("worlds of which stateright finds as many states\t{}\tworlds", agreeing(threads));
    for large in WORLDS.iter().filter(|world| world.large) {
        let world = World::named(large.name);
        let start = Instant::now();
        let search = explore::explore(world.model(), 5_000_000, threads, &|| false);
        let seconds = start.elapsed().as_secs_f64();
        assert_eq!(search.found(), None, "{} keeps every rule", large.name);
        let name = large.name;
        if search.is_complete() {
            let folded = world.model().clone().with_symmetries();
            if !folded.symmetries().is_empty() {
                let folded = explore::explore(&folded, 5_000_000, threads, &|| false);
                assert_eq!(folded.plain_states(), search.unique_states() as u64, "{name}");
                println!(
                    "states of the world {name}, with symmetries\t{}\tunique states",
                    folded.unique_states()
                );
            }
            println!("states of the world {name}\t{}\tunique states", search.unique_states());
            println!("exhausting the world {name}\t{seconds:.1}\ts");
            println!("memory of the explorer, {name} world\t{:.1}\tbytes a state", bytes(&search));
        } else {
            // A bound was met: the figure says how far it came.
            println!("states of the world {name}, not exhausted\t{}\tunique states", search.unique_states());
        }
    }
}

/// Of how many worlds stateright finds as many states: of all that the tests exhaust. The tests themselves compare those
/// that are small. One that differs ends the bench.
fn agreeing(threads: usize) -> usize {
    let worlds = WORLDS.iter().filter(|world| !world.large);
    worlds
        .map(|NamedWorld { name, .. }| {
            let world = World::named(name);
            let search = explore::explore(world.model(), 5_000_000, threads, &|| false);
            assert!(search.is_complete(), "{name}");
            let checker = world.checker().threads(threads).spawn_bfs().join();
            assert_eq!(checker.unique_state_count(), search.unique_states(), "{name}");
            checker.assert_properties();
        })
        .count()
}

/// With every bug planted in worlds that are too large for the tests: how many break the same rule after as many steps,
/// or nothing, whether symmetries are used or not. Others end the bench.
fn verdicts(threads: usize) -> usize {
    let mut same = 0;
    for name in ["battery", "both-sides"] {
        for bug in Bug::ALL {
            let world = World::with_bug(name, Some(bug));
            let (plain, folded) = (world.model(), world.model().clone().with_symmetries());
            let verdict = |model| {
                let search = explore::explore(model, 5_000_000, threads, &|| false);
                search
                    .found()
                    .or_else(|| search.stuck())
                    .map(|found| (found.violation.invariant, found.path.len()))
            };
            assert_eq!(verdict(&folded), verdict(plain), "{} in {name}", bug.name());
            same += 1;
        }
    }
    same
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
