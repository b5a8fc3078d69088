//! What the run's gauges say, sampled while it is recorded: enough for a chart, however long the run is.

use mirrorline_engine::ids::ControllerId;
use mirrorline_engine::sim::World;

/// Samples kept; when there would be more, every other one goes.
const SAMPLES_MAX: usize = 1_024;

/// One look at the gauges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gauges {
    /// Lines in both write-back queues.
    pub dirty: u32,
    /// Mirror slots that the two may still fill.
    pub free: u32,
    /// Requests of hosts that are not answered.
    pub waiting: u32,
    /// Disk commands given and not carried out.
    pub disk: u32,
    /// Since the start: reads, writes, reads that the cache answered alone, messages sent.
    pub reads: u64,
    pub writes: u64,
    pub hits: u64,
    pub messages: u64,
    /// Of the last answers: the latency that half of them, and 99 of a hundred, do not exceed. In nanoseconds.
    pub median_ns: u64,
    pub p99_ns: u64,
}

impl Gauges {
    #[must_use]
    pub fn of(world: &World, latencies: &Latencies) -> Gauges {
        let [median_ns, p99_ns] = latencies.percentiles();
        let both = ControllerId::BOTH.map(|at| world.controller(at));
        let counters = world.counters();
        Gauges {
            dirty: both.iter().map(|controller| controller.queue().len()).sum(),
            free: both.iter().map(|controller| controller.memory().mirror_free.len()).sum(),
            waiting: world.outstanding() as u32,
            disk: world.disk_commands_under_way() as u32,
            reads: counters.reads,
            writes: counters.writes,
            hits: counters.read_hits,
            messages: counters.messages.iter().sum(),
            median_ns,
            p99_ns,
        }
    }
}

/// Answers that a percentile is taken of.
const RECENT: usize = 128;

/// How long hosts waited for their answers, in nanoseconds, in the order in which these came.
#[derive(Clone, Debug, Default)]
pub struct Latencies(Vec<u64>);

impl Latencies {
    pub fn push(&mut self, latency_ns: u64) {
        self.0.push(latency_ns);
    }

    /// Another future begins after so many answers.
    pub fn truncate(&mut self, answers: usize) {
        self.0.truncate(answers);
    }

    /// Of the last answers the median and the 99th percentile; 0 before the first answer.
    fn percentiles(&self) -> [u64; 2] {
        let recent = &self.0[self.0.len().saturating_sub(RECENT)..];
        // Sorted by insertion: the standard library's sorting would be bigger than all of this.
        let mut sorted: Vec<u64> = Vec::with_capacity(RECENT);
        for latency_ns in recent {
            let at = sorted.partition_point(|it| it <= latency_ns);
            sorted.insert(at, *latency_ns);
        }
        [500, 990].map(|permille| {
            let rank = (sorted.len() * permille).div_ceil(1000);
            rank.checked_sub(1).map_or(0, |at| sorted[at])
        })
    }
}

/// Samples of a run, evenly spread over its events.
#[derive(Clone, Debug)]
pub struct Samples {
    /// Events between two samples.
    stride: u64,
    /// After how many events, and what the gauges said.
    all: Vec<(u64, Gauges)>,
}

impl Default for Samples {
    fn default() -> Samples {
        Samples { stride: 1, all: Vec::new() }
    }
}

impl Samples {
    /// What the gauges say after so many events; called for each number of events in turn. They are read only for a
    /// sample.
    pub fn push(&mut self, events: u64, gauges: impl FnOnce() -> Gauges) {
        if !events.is_multiple_of(self.stride) {
            return;
        }
        self.all.push((events, gauges()));
        if self.all.len() > SAMPLES_MAX {
            self.stride *= 2;
            let stride = self.stride;
            self.all.retain(|(events, _)| events.is_multiple_of(stride));
        }
    }

    /// Another future begins after so many events.
    pub fn truncate(&mut self, events: u64) {
        self.all.truncate(self.all.partition_point(|(at, _)| *at <= events));
    }

    #[must_use]
    pub fn all(&self) -> &[(u64, Gauges)] {
        &self.all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_last_answers_and_forget_another_future() {
        let mut latencies = Latencies::default();
        assert_eq!(latencies.percentiles(), [0, 0]);
        latencies.push(7);
        assert_eq!(latencies.percentiles(), [7, 7]);
        (1..=1000).rev().for_each(|latency_ns| latencies.push(latency_ns));
        assert_eq!(latencies.percentiles(), [64, 127], "the last 128 took 1 to 128");
        latencies.truncate(2);
        assert_eq!(latencies.percentiles(), [7, 1000]);
    }

    #[test]
    fn a_long_run_keeps_as_many_samples_as_a_short_one_evenly_spread() {
        let mut samples = Samples::default();
        for events in 1..=100_000 {
            samples.push(events, || Gauges { dirty: events as u32, ..Gauges::default() });
        }
        let all = samples.all();
        assert!((SAMPLES_MAX / 2..=SAMPLES_MAX).contains(&all.len()), "{}", all.len());
        let gap = all[1].0 - all[0].0;
        assert!(all.windows(2).all(|pair| pair[1].0 - pair[0].0 == gap));
        samples.truncate(50_000);
        assert!(samples.all().iter().all(|(at, _)| *at <= 50_000));
        assert!(samples.all().last().is_some_and(|(at, _)| *at > 49_000));
    }
}
