//! The explorer and stateright's breadth-first search see as many states of the same worlds.

use mirrorline_crosscheck::model::World;
use mirrorline_engine::explore::Search;
use stateright::{Checker, Model};

/// It knows of no symmetry, and sees all states that those stand for which the explorer sees with its own.
#[test]
fn with_symmetries_states_stand_for_as_many_as_stateright_finds() {
    for (name, less) in [("scrub", 3_933), ("twins", 4_964), ("whole-line", 22_094), ("both-sides", 115_991)]
    {
        let world = World::named(name);
        let model = world.model().clone().with_symmetries();
        let mut search = Search::new(&model, 1_000_000);
        search.run(&mut model.scratch());
        assert!(search.is_complete(), "{name}");
        let checker = world.checker().spawn_bfs().join();
        assert_eq!(checker.unique_state_count() as u64, search.plain_states(), "{name}");
        assert_eq!(search.unique_states(), less, "{name}");
    }
}

#[test]
fn stateright_finds_as_many_states() {
    for name in [
        "tight",
        "two-keys",
        "scrub",
        "crash",
        "battery-crash",
        "disk-fault",
        "power-and-crash",
        "overlap",
        "shared-stripe",
        "shared-crash",
    ] {
        let world = World::named(name);
        let mut search = Search::new(world.model(), 1_000_000);
        search.run(&mut world.model().scratch());
        assert!(search.is_complete(), "{name}");
        let checker = world.checker().spawn_bfs().join();
        assert_eq!(checker.unique_state_count(), search.unique_states(), "{name}");
        assert_eq!(search.plain_states(), search.unique_states() as u64, "{name}");
        checker.assert_properties();
    }
}
