//! The explorer and stateright's breadth-first search see as many states of the same worlds.

use mirrorline_crosscheck::model::World;
use mirrorline_engine::explore::Search;
use stateright::{Checker, Model};

#[test]
fn stateright_finds_as_many_states() {
    for name in ["tight", "two-keys", "scrub", "crash", "battery-crash", "disk-fault", "power-and-crash"] {
        let world = World::named(name);
        let mut search = Search::new(world.model(), 1_000_000);
        search.run(&mut world.model().scratch());
        assert!(search.is_complete(), "{name}");
        let checker = world.checker().spawn_bfs().join();
        assert_eq!(checker.unique_state_count(), search.unique_states(), "{name}");
        checker.assert_properties();
    }
}
