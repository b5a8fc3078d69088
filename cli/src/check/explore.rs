//! A search on several threads: each expands parts of a level; the parts are taken in by one, in order.

use mirrorline_engine::explore::{Batch, Model, Scratch, Search};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Parts that each thread expands between two times that they are taken in.
const PARTS_AT_ONCE: usize = 16;

/// Explores until everything has been seen, a rule is broken, there are too many states, or it is to stop.
pub fn explore(model: &Model, max_states: usize, threads: usize, stop: &dyn Fn() -> bool) -> Search {
    let mut search = Search::new(model, max_states);
    let mut scratches: Vec<Scratch> = (0..threads.max(1)).map(|_| model.scratch()).collect();
    loop {
        let (parts, mut next) = (search.parts(), 0);
        while next < parts {
            let end = parts.min(next + scratches.len() * PARTS_AT_ONCE);
            for batch in expand(&search, next, end, &mut scratches) {
                if !search.absorb(&batch) {
                    return search;
                }
            }
            if stop() {
                return search;
            }
            next = end;
        }
        if !search.next_level() {
            return search;
        }
    }
}

/// Parts of a level, in order.
fn expand(search: &Search, first: usize, end: usize, scratches: &mut [Scratch]) -> Vec<Batch> {
    let next = AtomicUsize::new(first);
    let work = |scratch: &mut Scratch| {
        let mut done = Vec::new();
        loop {
            let part = next.fetch_add(1, Ordering::Relaxed);
            if part >= end {
                return done;
            }
            done.push((part, search.expand(part, scratch)));
        }
    };
    let (own, others) = scratches.split_first_mut().expect("there is at least one");
    let mut done: Vec<(usize, Batch)> = std::thread::scope(|scope| {
        let others: Vec<_> = if end - first == 1 {
            Vec::new()
        } else {
            others.iter_mut().map(|scratch| scope.spawn(|| work(scratch))).collect()
        };
        let mut done = work(own);
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(part, _)| *part);
    done.into_iter().map(|(_, batch)| batch).collect()
}
