//! A world of the explorer as a [`stateright::Model`]: the same bytes, the same choices, the same checks.

use mirrorline_engine::bug::Bug;
use mirrorline_engine::explore::{Model, Scratch, worlds};
use stateright::Property;
use std::cell::RefCell;

/// One world. States are bytes, actions are places in the list of choices.
pub struct World(Model);

thread_local! {
    /// What a thread works on.
    static SCRATCH: RefCell<Option<Scratch>> = const { RefCell::new(None) };
}

impl World {
    /// # Panics
    /// When no world has the name.
    #[must_use]
    pub fn named(name: &str) -> World {
        World::with_bug(name, None)
    }

    /// # Panics
    /// When no world has the name.
    #[must_use]
    pub fn with_bug(name: &str, bug: Option<Bug>) -> World {
        let mut scenario = worlds::find(name).expect("there is such a world").scenario();
        scenario.config.bug = bug;
        World(Model::new(scenario).expect("a named world can be explored"))
    }

    #[must_use]
    pub fn model(&self) -> &Model {
        &self.0
    }

    fn at<T>(&self, state: &[u8], then: impl FnOnce(&mut Scratch) -> T) -> T {
        SCRATCH.with_borrow_mut(|scratch| {
            let scratch = scratch.get_or_insert_with(|| self.0.scratch());
            scratch.unpack(state);
            then(scratch)
        })
    }
}

impl stateright::Model for World {
    type State = Vec<u8>;
    type Action = u8;

    fn init_states(&self) -> Vec<Vec<u8>> {
        // A thread may have worked on another world before.
        SCRATCH.set(None);
        vec![self.0.scratch().pack().to_vec()]
    }

    fn actions(&self, state: &Vec<u8>, actions: &mut Vec<u8>) {
        let count = self.at(state, |scratch| scratch.choices().len());
        actions.extend(0..count as u8);
    }

    fn next_state(&self, state: &Vec<u8>, action: u8) -> Option<Vec<u8>> {
        self.at(state, |scratch| {
            let choice = scratch.choices()[usize::from(action)];
            assert_eq!(scratch.choose(choice), None, "every step keeps every rule");
            Some(scratch.pack().to_vec())
        })
    }

    fn properties(&self) -> Vec<Property<World>> {
        vec![Property::always("every rule is kept", |world: &World, state: &Vec<u8>| {
            world.at(state, |scratch| scratch.check().is_none())
        })]
    }
}
