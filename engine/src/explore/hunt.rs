//! Where a planted bug can be hunted by hand: the small world in which it is found soonest, with times that can be
//! watched, more requests, and no faults, which are the hunter's to make.

use super::worlds;
use crate::bug::Bug;
use crate::config::Config;
use crate::mark;
use crate::scenario::{Feed, Scenario};
use crate::sim::TimedOp;

/// How often the world's requests come.
const ROUNDS: u64 = 6;
/// From a request to the next, and from one round to the next: within a round lines stay dirty, in between they are
/// written back.
const PAUSE_NS: u64 = 300_000;
const ROUND_NS: u64 = 6_000_000;

/// The world with the bug planted. Its words say nothing of which bug it is.
///
/// # Panics
/// Never: a test makes every one.
#[must_use]
pub fn hunting_ground(bug: Bug) -> Scenario {
    let world = worlds::find(bug.planted().world).expect("every bug has its world");
    let named = world.scenario();
    let usual = Config::default();
    let config = Config {
        bug: Some(bug),
        link: usual.link,
        flush: usual.flush,
        failover: usual.failover,
        ..named.config
    };
    let Feed::Script(ops) = &named.feed else { unreachable!("a named world lists its requests") };
    let round = |round: u64| {
        let timed = ops.iter().enumerate();
        timed.map(move |(n, timed)| TimedOp {
            at_ns: PAUSE_NS + round * ROUND_NS + n as u64 * PAUSE_NS,
            op: timed.op,
        })
    };
    Scenario {
        title: mark!("Something is wrong here").to_owned(),
        about: world.about.to_owned(),
        config,
        feed: Feed::Script((0..ROUNDS).flat_map(round).collect()),
        faults: [].into(),
        ..named
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Depth, Watch};
    use crate::history::{Link, Recording};
    use crate::sim::Run;

    /// The scenario, run for so many events at most, and its end looked at if it came to it.
    fn watched(scenario: &Scenario, events: u64) -> Watch {
        let world = scenario.world().expect("it is a sound world");
        let source = scenario.source().expect("its requests are listed");
        let mut run = Run::new(world, source, scenario.pacing);
        let mut watch = Watch::new(Depth::EveryEvent);
        while run.world().events() < events {
            if run.step(&mut watch).is_none() {
                watch.at_end(run.world());
                break;
            }
            watch.after_event(run.world());
        }
        watch
    }

    #[test]
    fn a_hidden_bug_makes_the_same_run_and_is_not_named_in_what_is_shared() {
        for bug in Bug::ALL {
            let open = hunting_ground(bug);
            let sealed = Scenario { seal: Some(5), ..open.clone() };
            let link = Link { scenario: sealed, deeds: Vec::new(), position: 12, view: String::new() };
            let again = Recording::from_link(&link.encode().expect("it is short")).expect("it is whole");
            assert_eq!((again.scenario().seal, again.scenario().config.bug), (Some(5), Some(bug)));
            assert!(!again.scenario().to_text().contains(bug.name()));
            let mut named = Recording::new(open).expect("it is a sound world");
            named.seek(12);
            assert_eq!(again.world().digest(), named.world().digest(), "{}", bug.name());
        }
    }

    #[test]
    fn no_bug_ends_the_program_before_it_is_found() {
        for bug in Bug::ALL {
            watched(&hunting_ground(bug), 2_000);
        }
    }

    #[test]
    fn every_bug_has_its_ground_which_is_sound_without_it() {
        for bug in Bug::ALL {
            let mut scenario = hunting_ground(bug);
            let back = Scenario::parse(&scenario.to_text()).expect("it is a sound scenario");
            assert_eq!(back.config.bug, Some(bug));
            assert!(!scenario.to_text().replace(&format!("bug {}", bug.name()), "").contains(bug.name()));
            scenario.config.bug = None;
            assert_eq!(watched(&scenario, u64::MAX).violations(), [], "{}", bug.name());
        }
    }
}
