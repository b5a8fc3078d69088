//! A sweep on several threads. Results are taken in the order of seeds, so that they do not depend on the threads.

use super::failing::{Failing, Seen, try_seed};
use super::range::SeedRange;
use super::result::SweepResult;
use crate::interrupt;
use crate::output::progress_bar;
use mirrorline_engine::sweep::Variant;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;

/// How far a thread may be ahead of the slowest one, in seeds. Their results wait in memory.
const AHEAD_MAX: u64 = 512;

/// What is to be done.
pub struct Campaign {
    pub piece: SeedRange,
    pub variant: Option<Variant>,
    pub events: u64,
    pub keep_going: bool,
    pub shrink_events: u64,
    pub threads: usize,
}

impl Campaign {
    /// Runs until the seeds or the events are used up, to the first violation, or until Ctrl-C.
    pub fn run(&self) -> (SweepResult, Vec<Failing>) {
        let mut result = SweepResult::new(self.piece, self.variant, self.threads);
        let mut failures = Vec::new();
        let bar = progress_bar(self.piece.last - self.piece.first, "sweeping", "{pos} of {len} seeds");
        let next = AtomicU64::new(self.piece.first);
        let taken = AtomicU64::new(self.piece.first);
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let (sender, receiver) = mpsc::channel::<Seen>();
            for _ in 0..self.threads {
                let sender = sender.clone();
                scope.spawn(|| self.work(&next, &taken, &stop, sender));
            }
            drop(sender);
            let mut waiting: BTreeMap<u64, Seen> = BTreeMap::new();
            'all: for seen in receiver {
                waiting.insert(seen.seed, seen);
                while let Some(seen) = waiting.remove(&result.next_seed) {
                    let over = self.take(seen, &mut result, &mut failures);
                    taken.store(result.next_seed, Ordering::Relaxed);
                    bar.set_position(result.next_seed - self.piece.first);
                    bar.set_message(format!("{} events, {} violations", result.events, failures.len()));
                    if over {
                        break 'all;
                    }
                }
            }
            stop.store(true, Ordering::Relaxed);
        });
        bar.finish_and_clear();
        (result, failures)
    }

    /// One thread: takes one seed after the other.
    fn work(&self, next: &AtomicU64, taken: &AtomicU64, stop: &AtomicBool, sender: mpsc::Sender<Seen>) {
        while !stop.load(Ordering::Relaxed) && !interrupt::asked() {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= self.piece.last {
                return;
            }
            while seed - taken.load(Ordering::Relaxed) > AHEAD_MAX {
                if stop.load(Ordering::Relaxed) || interrupt::asked() {
                    return;
                }
                std::thread::sleep(Duration::from_millis(1));
            }
            if sender.send(try_seed(seed, self.variant, self.shrink_events)).is_err() {
                return;
            }
        }
    }

    /// The next seed's result. Says whether it is the last one wanted.
    fn take(&self, seen: Seen, result: &mut SweepResult, failures: &mut Vec<Failing>) -> bool {
        result.add(&seen);
        let fails = seen.failing.is_some();
        failures.extend(seen.failing);
        (fails && !self.keep_going) || result.events >= self.events
    }
}
