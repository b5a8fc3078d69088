//! A trace as a source of host requests.

use crate::config::{Config, LunConfig};
use crate::ids::HostId;
use crate::sim::TIME_MAX_NS;
use crate::sim::op::{HostOp, Source, TimedOp};
use crate::workload::paths::{PathSelector, Paths};
use crate::workload::trace::mapping::{Mapping, Misplaced};
use crate::workload::trace::scan::{StoredOp, Trace};
use std::sync::Arc;

/// Gives recorded requests their LUN, their host and their path. The hosts take the requests in turn, since an iolog
/// does not say who sent them.
#[derive(Clone, Debug)]
pub struct Router {
    mapping: Arc<Mapping>,
    paths: PathSelector,
    hosts: u8,
    next_host: u8,
}

impl Router {
    /// A router for `hosts` hosts (at least 1), drawing from `seed` where the path rule draws.
    #[must_use]
    pub fn new(mapping: Arc<Mapping>, paths: Paths, hosts: u8, seed: u64) -> Router {
        let owners = mapping.luns().iter().map(|lun: &LunConfig| lun.default_owner).collect();
        Router { mapping, paths: PathSelector::new(paths, owners, seed), hosts: hosts.max(1), next_host: 0 }
    }

    /// The host's request, sent `later_ns` after its recorded time; `None` where virtual time ends.
    ///
    /// # Errors
    /// The request lies outside the LUNs.
    pub fn route(&mut self, op: StoredOp, later_ns: u64) -> Result<Option<TimedOp>, Misplaced> {
        let (lun, lbn) = self.mapping.place(op.file(), op.first, op.blocks)?;
        let at_ns = op.at_ns.saturating_add(later_ns);
        if at_ns > TIME_MAX_NS {
            return Ok(None);
        }
        let host = HostId(self.next_host);
        self.next_host = (self.next_host + 1) % self.hosts;
        let via = self.paths.choose(host, lun);
        Ok(Some(TimedOp { at_ns, op: HostOp { host, via, io: op.io(), lun, lbn, blocks: op.blocks } }))
    }
}

/// A kept trace, replayed once or several times. Clones share the requests and continue alike.
#[derive(Clone, Debug)]
pub struct TraceSource {
    ops: Arc<[StoredOp]>,
    router: Router,
    period_ns: u64,
    next: usize,
    later_ns: u64,
    passes_left: u64,
}

impl TraceSource {
    /// A source of all requests of `trace`, which a keeping scan has made, `repeat` times over.
    #[must_use]
    pub fn new(trace: &Trace, router: Router, repeat: u64) -> TraceSource {
        TraceSource {
            ops: trace.ops.clone(),
            router,
            period_ns: trace.period_ns(),
            next: 0,
            later_ns: 0,
            passes_left: repeat,
        }
    }
}

impl Source for TraceSource {
    fn next_op(&mut self) -> Option<TimedOp> {
        if self.next == self.ops.len() {
            self.passes_left = self.passes_left.checked_sub(1)?;
            self.next = 0;
            self.later_ns = self.later_ns.saturating_add(self.period_ns);
        }
        if self.passes_left == 0 {
            return None;
        }
        let op = *self.ops.get(self.next)?;
        self.next += 1;
        // Requests outside the LUNs are found before a replay begins; here one ends it.
        self.router.route(op, self.later_ns).ok().flatten()
    }
}

/// A config whose LUNs are those of a mapping.
#[must_use]
pub fn with_luns(config: Config, mapping: &Mapping) -> Config {
    Config { luns: mapping.luns(), ..config }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{ControllerId, Lun};
    use crate::workload::trace::mapping::MappingConfig;
    use crate::workload::trace::scan::Scan;

    fn source(text: &str, repeat: u64) -> TraceSource {
        let mut scan = Scan::keeping(4096);
        scan.push(text.as_bytes()).unwrap();
        let trace = scan.finish().unwrap();
        let mapping = Arc::new(trace.mapping(&MappingConfig::default()));
        TraceSource::new(&trace, Router::new(mapping, Paths::Owner, 2, 1), repeat)
    }

    const THREE: &str = "fio version 3 iolog\n0 v read 0 4096\n4 v write 1048576 8192\n8 v read 4096 4096\n";

    #[test]
    fn requests_are_dealt_to_luns_hosts_and_owners() {
        let mut source = source(THREE, 1);
        let all: Vec<_> = std::iter::from_fn(|| source.next_op())
            .map(|t| (t.at_ns, t.op.host.0, t.op.lun, t.op.lbn, t.op.blocks, t.op.via))
            .collect();
        assert_eq!(
            all,
            [
                (0, 0, Lun(0), 0, 1, ControllerId::A),
                (4_000, 1, Lun(1), 0, 2, ControllerId::B),
                (8_000, 0, Lun(0), 1, 1, ControllerId::A),
            ]
        );
    }

    #[test]
    fn a_second_run_begins_one_mean_gap_after_the_first() {
        let mut twice = source(THREE, 2);
        let times: Vec<u64> = std::iter::from_fn(|| twice.next_op()).map(|t| t.at_ns).collect();
        assert_eq!(times, [0, 4_000, 8_000, 10_666, 14_666, 18_666]);
        assert_eq!(twice.next_op(), None);
        assert!(source(THREE, 0).next_op().is_none());
    }
}
