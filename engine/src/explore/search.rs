//! [`Search`]: breadth first, level by level. A part of a level is expanded without changing anything
//! ([`Search::expand`]), by as many threads as there are; the parts are then taken in, in order ([`Search::absorb`]).
//! So the same states get the same numbers, and the same violation is found first, however many threads there are.

use super::model::{Model, Scratch};
use super::squeeze::{expand, squeeze};
use super::table::{FREE, Table};
use crate::check::{Invariant, Violation};
use crate::controller::Mode;
use crate::digest::mix;
use crate::message::MessageKind;
use crate::state::LineState;
use crate::text;

/// Parents in one part of a level.
const PART: usize = 256;

/// What was seen at least once, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// By [`LineState::step_number`](crate::state::LineState::step_number).
    pub states: u64,
    /// By [`MessageKind`] as a number.
    pub messages: u64,
    /// By [`Mode`] as a number.
    pub modes: u64,
}

impl Coverage {
    /// The codes of line states, the names of messages and of modes that were seen.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let lines = (0..LineState::STEPS).filter(move |n| self.states >> n & 1 == 1);
        let mut lines: Vec<&str> = lines.filter_map(LineState::of_step_number).map(LineState::code).collect();
        lines.dedup();
        let messages =
            MessageKind::ALL.into_iter().filter(move |kind| self.messages >> *kind as u64 & 1 == 1);
        let modes = Mode::ALL.into_iter().filter(move |mode| self.modes >> *mode as u64 & 1 == 1);
        lines.into_iter().chain(messages.map(MessageKind::name)).chain(modes.map(Mode::name))
    }

    fn add(&mut self, other: Coverage) {
        self.states |= other.states;
        self.messages |= other.messages;
        self.modes |= other.modes;
    }
}

/// A rule that is broken, and how it is come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub violation: Violation,
    /// The choices from the start on, each a place in [`Scratch::choices`] of the state that was kept.
    pub path: Vec<u8>,
    /// It is no step and no state that is wrong, but what can come of it: see [`Search::stuck`].
    pub is_of_graph: bool,
}

/// What a part of a level has led to.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    generated: u64,
    coverage: Coverage,
    /// States that were not known before the level, each once.
    states: Vec<NewState>,
    bytes: Vec<u8>,
    /// For each state of the part how many steps lead on from it, and whether all is quiet there.
    degrees: Vec<u8>,
    /// Where those steps lead: known states by their numbers, those of this batch counted down from [`FREE`].
    edges: Vec<u32>,
    /// The first violation: from which state, by which choice (or the state itself), and what.
    broken: Option<(u32, Option<u8>, Violation)>,
}

#[derive(Clone, Copy, Debug)]
struct NewState {
    /// Where it was come to from, and by which choice.
    parent: u32,
    choice: u8,
    /// How many states it stands for.
    orbit: u8,
    hash: u64,
    /// Where its bytes end.
    end: u32,
}

#[derive(Clone, Debug)]
pub struct Search {
    /// The states' numbers.
    table: Table,
    hashes: Vec<u64>,
    /// How many there are without symmetries.
    plain_states: u64,
    /// How each state was first come to.
    parents: Vec<u32>,
    choices: Vec<u8>,
    /// The level that is being expanded: the bytes of its states, one after the other, and where each ends.
    level: Vec<u8>,
    ends: Vec<u32>,
    /// The number of the level's first state.
    first: u32,
    next: Vec<u8>,
    next_ends: Vec<u32>,
    /// The graph, for [`Search::stuck`]: as in a [`Batch`], for all states that have been expanded.
    degrees: Vec<u8>,
    edges: Vec<u32>,
    depth: u32,
    generated: u64,
    coverage: Coverage,
    broken: Option<(u32, Option<u8>, Violation)>,
    max_states: usize,
    full: bool,
}

impl Search {
    #[must_use]
    pub fn new(model: &Model, max_states: usize) -> Search {
        let mut search = Search {
            table: Table::new(1 << 12),
            hashes: Vec::new(),
            plain_states: 1,
            parents: Vec::new(),
            choices: Vec::new(),
            level: Vec::new(),
            ends: Vec::new(),
            first: 0,
            next: Vec::new(),
            next_ends: Vec::new(),
            degrees: Vec::new(),
            edges: Vec::new(),
            depth: 0,
            generated: 1,
            coverage: Coverage::default(),
            broken: None,
            max_states: max_states.min(FREE as usize - 1),
            full: false,
        };
        let mut scratch = model.scratch();
        let bytes = scratch.pack();
        search.insert(hash_of(bytes), FREE, 0);
        squeeze(bytes, &mut search.level);
        search.ends.push(search.level.len() as u32);
        search
    }

    /// Parts of the level that is being expanded.
    #[must_use]
    pub fn parts(&self) -> usize {
        self.ends.len().div_ceil(PART)
    }

    /// Follows all choices of a part's states. Changes nothing, so parts may be expanded at the same time.
    #[must_use]
    pub fn expand(&self, part: usize, scratch: &mut Scratch) -> Batch {
        let mut batch = Batch::default();
        let (mut choices, mut whole) = (Vec::new(), Vec::new());
        // Most states that are come to twice are so by two orders of the same few events.
        let mut fresh = Table::new(4 * PART);
        let begin = part * PART;
        for n in begin..(begin + PART).min(self.ends.len()) {
            let from = if n == 0 { 0 } else { self.ends[n - 1] as usize };
            expand(&self.level[from..self.ends[n] as usize], &mut whole);
            let parent = self.first + n as u32;
            scratch.unpack(&whole);
            choices.clear();
            choices.extend_from_slice(scratch.choices());
            let quiet = scratch.is_quiet();
            if quiet && let Some(violation) = scratch.unrest() {
                batch.broken = Some((parent, None, violation));
                return batch;
            }
            batch.degrees.push(choices.len() as u8 | u8::from(quiet) << 7);
            for (at, choice) in choices.iter().enumerate() {
                if at > 0 {
                    scratch.unpack(&whole);
                }
                batch.generated += 1;
                if let Some(violation) = scratch.choose(*choice) {
                    batch.broken = Some((parent, Some(at as u8), violation));
                    return batch;
                }
                let bytes = scratch.pack_least();
                let hash = hash_of(bytes);
                let cell = match fresh.find(hash, |place| batch.states[place as usize].hash) {
                    Ok(place) => {
                        batch.edges.push(FREE - 1 - place);
                        continue;
                    }
                    Err(cell) => cell,
                };
                if let Ok(state) = self.find(hash) {
                    batch.edges.push(state);
                    continue;
                }
                let place = batch.states.len() as u32;
                batch.edges.push(FREE - 1 - place);
                squeeze(bytes, &mut batch.bytes);
                let end = batch.bytes.len() as u32;
                let orbit = scratch.orbit() as u8;
                batch.states.push(NewState { parent, choice: at as u8, orbit, hash, end });
                fresh.put(cell, place);
                if batch.states.len() * 2 > fresh.size() {
                    fresh.grow(batch.states.len(), |place| batch.states[place as usize].hash);
                }
                scratch.cover(&mut batch.coverage);
                if let Some(violation) = scratch.check() {
                    batch.broken = Some((parent, Some(at as u8), violation));
                    return batch;
                }
            }
        }
        batch
    }

    /// Takes a part's states in. Parts come in order. False when nothing more is to be done: a violation was found, or
    /// there are as many states as are allowed.
    pub fn absorb(&mut self, batch: &Batch) -> bool {
        if self.is_over() {
            return false;
        }
        self.generated += batch.generated;
        self.coverage.add(batch.coverage);
        let mut from = 0;
        let mut numbers = Vec::with_capacity(batch.states.len());
        for NewState { parent, choice, orbit, hash, end } in batch.states.iter().copied() {
            let bytes = &batch.bytes[from..end as usize];
            from = end as usize;
            let count = self.hashes.len();
            let number = self.insert(hash, parent, choice);
            numbers.push(number);
            if number as usize == count {
                self.plain_states += u64::from(orbit);
                add(&mut self.next, bytes);
                add(&mut self.next_ends, &[self.next.len() as u32]);
            }
        }
        if self.hashes.len() > self.max_states {
            self.full = true;
            return false;
        }
        add(&mut self.degrees, &batch.degrees);
        let edges = batch.edges.iter().map(|edge| {
            let of_batch = (FREE - 1 - *edge) as usize;
            numbers.get(of_batch).copied().unwrap_or(*edge)
        });
        let edges: Vec<u32> = edges.collect();
        add(&mut self.edges, &edges);
        self.broken.clone_from(&batch.broken);
        self.broken.is_none()
    }

    /// All parts have been taken in: goes on to the next level. False when there is none.
    pub fn next_level(&mut self) -> bool {
        if self.is_over() {
            return false;
        }
        self.first += self.ends.len() as u32;
        std::mem::swap(&mut self.level, &mut self.next);
        std::mem::swap(&mut self.ends, &mut self.next_ends);
        self.next.clear();
        self.next_ends.clear();
        self.depth += u32::from(!self.ends.is_empty());
        !self.ends.is_empty()
    }

    /// Expands everything, in this thread.
    pub fn run(&mut self, scratch: &mut Scratch) {
        let mut part = 0;
        while self.advance(&mut part, scratch) {}
    }

    /// A slice of that: expands one part and takes it in, or goes on to the next level. `part` is where the search is in
    /// its level, and begins at 0. False when nothing more is to be done.
    pub fn advance(&mut self, part: &mut usize, scratch: &mut Scratch) -> bool {
        if *part == self.parts() {
            *part = 0;
            return self.next_level();
        }
        let batch = self.expand(*part, scratch);
        *part += 1;
        self.absorb(&batch)
    }

    /// States that are known and have yet to be expanded, but for those before a part of the level.
    #[must_use]
    pub fn frontier(&self, part: usize) -> usize {
        self.ends.len().saturating_sub(part * PART) + self.next_ends.len()
    }

    fn is_over(&self) -> bool {
        self.broken.is_some() || self.full
    }

    /// The number of the state with this hash, or the cell in which it would stand.
    fn find(&self, hash: u64) -> Result<u32, usize> {
        self.table.find(hash, |state| self.hashes[state as usize])
    }

    /// The number of the state with this hash, which is a new one if there was none.
    fn insert(&mut self, hash: u64, parent: u32, choice: u8) -> u32 {
        let cell = match self.find(hash) {
            Ok(number) => return number,
            Err(cell) => cell,
        };
        let number = self.hashes.len() as u32;
        self.table.put(cell, number);
        add(&mut self.hashes, &[hash]);
        add(&mut self.parents, &[parent]);
        add(&mut self.choices, &[choice]);
        if self.hashes.len() * 4 > self.table.size() * 3 {
            self.table.grow(self.hashes.len(), |state| self.hashes[state as usize]);
        }
        number
    }

    /// Once every state is known: the first from which no steps whatever lead to rest, with every request answered. There
    /// is none in a sound world.
    #[must_use]
    pub fn stuck(&self) -> Option<Found> {
        if !self.is_complete() {
            return None;
        }
        let count = self.hashes.len();
        let mut ends = Vec::with_capacity(count);
        let mut end = 0;
        for degree in &self.degrees {
            end += usize::from(degree & 0x7f);
            ends.push(end);
        }
        let mut leads: Vec<bool> = self.degrees.iter().map(|degree| degree >> 7 == 1).collect();
        // Most steps lead to states with higher numbers, so a few rounds from behind are enough.
        let mut changed = true;
        while changed {
            changed = false;
            for state in (0..count).rev() {
                let from = if state == 0 { 0 } else { ends[state - 1] };
                let next = &self.edges[from..ends[state]];
                if !leads[state] && next.iter().any(|next| leads[*next as usize]) {
                    leads[state] = true;
                    changed = true;
                }
            }
        }
        let state = leads.iter().position(|leads| !leads)?;
        Some(Found { violation: nothing_leads_to_rest(), path: self.path_to(state, None), is_of_graph: true })
    }

    #[must_use]
    pub fn unique_states(&self) -> usize {
        self.hashes.len()
    }

    /// As many states as there are without symmetries: all that the unique ones stand for.
    #[must_use]
    pub fn plain_states(&self) -> u64 {
        self.plain_states
    }

    /// Steps taken, and the start.
    #[must_use]
    pub fn generated_states(&self) -> u64 {
        self.generated
    }

    /// The most steps that any state is away from the start, as far as is known.
    #[must_use]
    pub fn depth(&self) -> u32 {
        self.depth
    }

    /// Whether every state has been seen.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        !self.is_over() && self.ends.is_empty()
    }

    #[must_use]
    pub fn coverage(&self) -> Coverage {
        self.coverage
    }

    /// Memory held for states, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.table.bytes()
            + self.hashes.capacity() * 8
            + self.parents.capacity() * 4
            + self.choices.capacity()
            + self.degrees.capacity()
            + self.edges.capacity() * 4
            + self.level.capacity()
            + self.next.capacity()
            + (self.ends.capacity() + self.next_ends.capacity()) * 4
    }

    /// The violation that is found first, by a shortest way.
    #[must_use]
    pub fn found(&self) -> Option<Found> {
        let (state, choice, violation) = self.broken.as_ref()?;
        let path = self.path_to(*state as usize, *choice);
        Some(Found { violation: violation.clone(), path, is_of_graph: false })
    }

    /// The choices that lead to a state, and one more.
    fn path_to(&self, state: usize, choice: Option<u8>) -> Vec<u8> {
        let mut path: Vec<u8> = choice.iter().copied().collect();
        let mut at = state;
        while self.parents[at] != FREE {
            path.push(self.choices[at]);
            at = self.parents[at] as usize;
        }
        path.reverse();
        path
    }
}

/// What is wrong with a state that [`Search::stuck`] finds.
pub(super) fn nothing_leads_to_rest() -> Violation {
    let what = text!("no steps lead from here to rest with every request answered");
    Violation { invariant: Invariant::Quiescence, after_events: 0, what }
}

/// As `extend_from_slice`, but with a quarter to spare and not twice as much: there are many states.
fn add<T: Copy>(list: &mut Vec<T>, more: &[T]) {
    if list.capacity() - list.len() < more.len() {
        list.reserve_exact(list.len() / 4 + more.len() + 1024);
    }
    list.extend_from_slice(more);
}

/// 64 bits over the bytes of a state.
fn hash_of(bytes: &[u8]) -> u64 {
    // Four at a time, since each waits for the one before.
    let mut lanes = [bytes.len() as u64, 1, 2, 3];
    let (words, rest) = bytes.as_chunks::<8>();
    let (fours, ones) = words.as_chunks::<4>();
    for four in fours {
        for (lane, word) in lanes.iter_mut().zip(four) {
            *lane = mix(*lane ^ u64::from_le_bytes(*word));
        }
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let mut hash = lanes.into_iter().fold(0, |hash, lane| mix(hash ^ lane));
    for word in ones.iter().chain([&last]) {
        hash = mix(hash ^ u64::from_le_bytes(*word));
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::worlds;

    #[test]
    fn a_state_that_leads_nowhere_is_found_with_the_way_to_it() {
        let scenario = worlds::find("tight").expect("it is named").scenario();
        let model = Model::new(scenario).expect("it can be explored");
        let mut search = Search::new(&model, 100_000);
        search.run(&mut model.scratch());
        assert!(search.is_complete());
        assert_eq!(search.stuck(), None);
        // All is quiet in some state, and nothing else leads there any more.
        let quiet = search.degrees.iter().rposition(|degree| *degree == 1 << 7).expect("a run ends");
        search.degrees[quiet] = 0;
        let found = search.stuck().expect("from there nothing leads to rest");
        assert!(found.is_of_graph);
        let mut scratch = model.scratch();
        for place in &found.path {
            scratch.pack();
            let choice = scratch.choices()[usize::from(*place)];
            assert_eq!(scratch.choose(choice), None);
        }
        // It is that state, or one from which everything leads there.
        let hash = hash_of(scratch.pack());
        let state = search.hashes.iter().position(|other| *other == hash).expect("it was seen");
        assert!(state > 0 && state <= quiet, "{state}");
    }

    /// Whatever a state holds of buffers is given back when another one is read.
    #[test]
    fn going_from_state_to_state_leaves_no_buffers_behind() {
        let mut most = 0;
        for name in ["power-and-hang", "hung-peer", "degraded-crash", "tight"] {
            let scenario = worlds::find(name).expect("it is named").scenario();
            let mut scratch = Model::new(scenario).expect("it can be explored").scratch();
            let first = scratch.pack().to_vec();
            for seed in 0..200 {
                scratch.unpack(&first);
                let mut z = seed;
                for _ in 0..seed % 50 {
                    scratch.pack();
                    let choices = scratch.choices();
                    z = mix(z);
                    let Some(choice) = choices.get(z as usize % choices.len().max(1)).copied() else { break };
                    assert_eq!(scratch.choose(choice), None);
                }
                let there = scratch.pack().to_vec();
                let mut out = [(); 3].map(|()| {
                    [&first, &there].map(|state| {
                        scratch.unpack(state);
                        scratch.world().buffers_out()
                    })
                });
                out.rotate_left(1);
                assert_eq!(out[0], out[1], "{name}, seed {seed}");
                most = most.max((out[0][1] - out[0][0]).abs());
            }
        }
        assert!(most > 1, "some states hold some: {most}");
    }

    #[test]
    fn requests_that_nobody_answers_are_found_where_nothing_more_happens() {
        let scenario = worlds::find("tight").expect("it is named").scenario();
        let scratch = Model::new(scenario).expect("it can be explored").scratch();
        // At the start all are pending.
        let unrest = scratch.unrest().expect("nobody has answered");
        assert_eq!(unrest.invariant, Invariant::NoDeadlock);
    }
}
