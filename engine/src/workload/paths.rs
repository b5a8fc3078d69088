//! Which controller a host's request goes to. Both controllers can serve every LUN; how often a request takes the path
//! to the one that does not own the line is what makes ownership move.

use crate::ids::{ControllerId, HostId, Lun};
use crate::rng::Random;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The rule by which hosts choose their path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase", tag = "kind", deny_unknown_fields)]
pub enum Paths {
    /// Always the default owner of the LUN: what a well-configured host does.
    Owner,
    /// The controllers in turn, whoever owns what: what a host without path preferences does.
    RoundRobin,
    /// Host 1 always A, host 2 always B, and so on: what a host with one cable does.
    Fixed,
    /// The default owner, but one request in `one_in` (drawn from the seed) takes the other path.
    Spill { one_in: u32 },
}

impl Paths {
    /// The default for traces: mostly the owner, with enough strays that ownership moves.
    pub const TRACE_DEFAULT: Paths = Paths::Spill { one_in: 16 };
}

impl fmt::Display for Paths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Paths::Owner => write!(f, "owner"),
            Paths::RoundRobin => write!(f, "round-robin"),
            Paths::Fixed => write!(f, "fixed"),
            Paths::Spill { one_in } => write!(f, "spill {one_in}"),
        }
    }
}

impl FromStr for Paths {
    type Err = String;

    /// `owner`, `round-robin`, `fixed`, `spill` (one in 16), `spill N` or `spill:N`.
    fn from_str(text: &str) -> Result<Paths, String> {
        let (word, number) = match text.split_once([' ', ':']) {
            Some((word, number)) => (word, Some(number.trim())),
            None => (text, None),
        };
        match (word, number) {
            ("owner", None) => Ok(Paths::Owner),
            ("round-robin", None) => Ok(Paths::RoundRobin),
            ("fixed", None) => Ok(Paths::Fixed),
            ("spill", None) => Ok(Paths::TRACE_DEFAULT),
            ("spill", Some(number)) => match number.parse() {
                Ok(one_in) if one_in >= 1 => Ok(Paths::Spill { one_in }),
                _ => Err(format!("'{number}' is not a count of at least 1; write `spill:16`")),
            },
            _ => Err(format!("no path rule is called '{text}'; take owner, round-robin, fixed or spill:16")),
        }
    }
}

/// A [`Paths`] rule at work.
#[derive(Clone, Debug)]
pub struct PathSelector {
    paths: Paths,
    owners: Arc<[ControllerId]>,
    random: Random,
    turn: ControllerId,
}

impl PathSelector {
    /// The number of the selector's random stream (see [`Random::new`]).
    pub const STREAM: u64 = 6;

    /// `owners` holds the default owner of each LUN.
    #[must_use]
    pub fn new(paths: Paths, owners: Arc<[ControllerId]>, seed: u64) -> PathSelector {
        PathSelector { paths, owners, random: Random::new(seed, PathSelector::STREAM), turn: ControllerId::A }
    }

    /// The controller that `host` sends its next request to. A LUN without an owner counts as A's.
    pub fn choose(&mut self, host: HostId, lun: Lun) -> ControllerId {
        let owner = self.owners.get(usize::from(lun.0)).copied().unwrap_or(ControllerId::A);
        match self.paths {
            Paths::Owner => owner,
            Paths::Fixed if host.0.is_multiple_of(2) => ControllerId::A,
            Paths::Fixed => ControllerId::B,
            Paths::RoundRobin => {
                let chosen = self.turn;
                self.turn = chosen.peer();
                chosen
            }
            Paths::Spill { one_in } => {
                if self.random.one_in(one_in) {
                    owner.peer()
                } else {
                    owner
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ControllerId::{A, B};

    fn first_six(paths: Paths) -> Vec<ControllerId> {
        let mut selector = PathSelector::new(paths, [A, B].into(), 1);
        (0..6).map(|i| selector.choose(HostId(i), Lun(u16::from(i >= 3)))).collect()
    }

    #[test]
    fn each_rule_does_what_it_says() {
        assert_eq!(first_six(Paths::Owner), [A, A, A, B, B, B]);
        assert_eq!(first_six(Paths::RoundRobin), [A, B, A, B, A, B]);
        assert_eq!(first_six(Paths::Fixed), [A, B, A, B, A, B]);
        assert_eq!(first_six(Paths::Spill { one_in: 1 }), [B, B, B, A, A, A]);
    }

    #[test]
    fn one_in_sixteen_strays() {
        let mut selector = PathSelector::new(Paths::TRACE_DEFAULT, [A].into(), 1);
        let strays = (0..16_000).filter(|_| selector.choose(HostId(0), Lun(0)) == B).count();
        assert!((900..1_100).contains(&strays), "{strays}");
    }

    #[test]
    fn a_rule_reads_back_as_it_was_written() {
        for paths in [Paths::Owner, Paths::RoundRobin, Paths::Fixed, Paths::Spill { one_in: 7 }] {
            assert_eq!(paths.to_string().parse(), Ok(paths));
        }
        assert_eq!("spill:3".parse(), Ok(Paths::Spill { one_in: 3 }));
        for wrong in ["", "owners", "spill 0", "spill:x", "fixed 3", "spill -1"] {
            assert!(wrong.parse::<Paths>().is_err(), "{wrong}");
        }
    }
}
