//! The JavaScript module: the engine for tests and lessons, in Node and in the browser.
//!
//! Types that TypeScript sees are in `api.d.ts`, put into the generated declarations as they stand; a test holds
//! them against real values. Numbers that may pass 2⁵³ (times, operation numbers, block maps) are `bigint`. Bad
//! arguments throw an `Error` that says what is wrong; nothing panics.

mod arguments;
mod check;

use arguments::{count, from_js, given, octets, text};
pub use check::check;
use mirrorline_engine::check::{Depth, Violation, Watch};
use mirrorline_engine::config::Config;
use mirrorline_engine::export::snapshot::{Request, Snapshot};
use mirrorline_engine::fact::{Fact, IoKind, Unobserved};
use mirrorline_engine::history::Recording;
use mirrorline_engine::ids::{ControllerId, HostId, Lun};
use mirrorline_engine::message::MessageKind;
use mirrorline_engine::scenario::{Feed, Scenario, library};
use mirrorline_engine::sim::{Command, Event, EventId, Fault, HostOp, Pacing, Run, TimedFault, TimedOp};
use mirrorline_engine::workload::paths::Paths;
use mirrorline_engine::workload::trace::mapping::MappingConfig;
use mirrorline_engine::workload::trace::replay::{Router, TraceSource, with_luns};
use mirrorline_engine::workload::trace::scan::Scan;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("api.d.ts");

/// A run, one instant of it, and everything that was done to it.
#[wasm_bindgen(skip_typescript)]
pub struct Simulation {
    recording: Recording,
}

/// What a request is made of.
const A_REQUEST: Request =
    Request { host: 1, via: ControllerId::A, io: IoKind::Read, lun: 0, lbn: 0, blocks: 1, at_ns: 0 };

/// Something to break or mend.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Break {
    fault: Fault,
    /// Virtual nanoseconds; what is past means now.
    #[serde(default)]
    at_ns: u64,
}

/// What such a command is made of.
const A_BREAK: Break = Break { fault: Fault::Scrub, at_ns: 0 };

#[derive(Serialize)]
struct Told {
    event: Event,
    facts: Vec<Fact>,
}

/// How a trace is replayed. What is missing is as in the command line's `replay`.
#[derive(Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct TraceOptions {
    lines: u32,
    /// Three quarters of `lines` when missing.
    lent: Option<u32>,
    /// As fast as possible, with so many requests on their way; at the trace's own times when missing.
    depth: Option<u32>,
    paths: String,
    luns: u16,
    repeat: u32,
    seed: u64,
}

impl Default for TraceOptions {
    fn default() -> TraceOptions {
        let paths = Paths::TRACE_DEFAULT.to_string();
        TraceOptions { lines: 4096, lent: None, depth: None, paths, luns: 2, repeat: 1, seed: 1 }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReplayReport {
    host_ios: u64,
    acknowledged: u64,
    reads: u64,
    writes: u64,
    read_hits: u64,
    messages: BTreeMap<&'static str, u64>,
    disk_reads: u64,
    disk_writes: u64,
    virtual_ns: u64,
    events: u64,
    violations: Vec<Violation>,
    digest: String,
}

#[wasm_bindgen]
impl Simulation {
    /// A world in which nothing happens until something is applied. What `config` leaves out is as by default.
    #[wasm_bindgen(constructor)]
    pub fn new(config: JsValue, seed: JsValue) -> Result<Simulation, JsError> {
        let config: Config = given(config, "config")?;
        let seed = if seed.is_undefined() { 1 } else { count(seed, "seed")? };
        Simulation::of(Scenario { config, seed, ..Scenario::default() })
    }

    /// A built-in scenario by its name, or a scenario by its text.
    #[wasm_bindgen(js_name = fromScenario)]
    pub fn from_scenario(name_or_text: JsValue) -> Result<Simulation, JsError> {
        let name_or_text = text(&name_or_text, "nameOrText")?;
        if let Some(builtin) = library::find(&name_or_text) {
            return Simulation::of(builtin.scenario());
        }
        if !name_or_text.contains('\n') {
            let names: Vec<&str> = library::LIBRARY.iter().map(|builtin| builtin.name).collect();
            return Err(JsError::new(&format!(
                "no built-in scenario is called '{name_or_text}'; take one of {}, or give a scenario's text",
                names.join(", ")
            )));
        }
        Simulation::of(Scenario::parse(&name_or_text)?)
    }

    /// The requests of a fio iolog.
    #[wasm_bindgen(js_name = fromTrace)]
    pub fn from_trace(bytes: JsValue, options: JsValue) -> Result<Simulation, JsError> {
        Simulation::of(trace_scenario(&octets(&bytes, "bytes")?, &given(options, "options")?)?)
    }

    /// What [`Simulation::link`] was made of, at its instant.
    #[wasm_bindgen(js_name = fromLink)]
    pub fn from_link(link: JsValue) -> Result<Simulation, JsError> {
        Ok(Simulation { recording: Recording::from_link(&text(&link, "link")?)? })
    }

    fn of(scenario: Scenario) -> Result<Simulation, JsError> {
        Ok(Simulation { recording: Recording::new(scenario)? })
    }

    /// A host's request, or something to break or mend. What had been recorded after this instant is forgotten.
    pub fn apply(&mut self, command: JsValue) -> Result<(), JsError> {
        if js_sys::Reflect::has(&command, &"fault".into()).unwrap_or(false) {
            let Break { fault, at_ns } = from_js(command, &A_BREAK, "command")?;
            return Ok(self.recording.apply(Command::Fault(TimedFault { at_ns, fault }))?);
        }
        let Request { host, via, io, lun, lbn, blocks, at_ns } = from_js(command, &A_REQUEST, "command")?;
        let host = host.checked_sub(1).map(HostId).ok_or_else(|| JsError::new("hosts are counted from 1"))?;
        let op = HostOp { host, via, io, lun: Lun(lun), lbn, blocks };
        Ok(self.recording.apply(Command::Submit(TimedOp { at_ns, op }))?)
    }

    /// The next event, or `null` when nothing is pending.
    pub fn step(&mut self) -> Result<JsValue, JsError> {
        let event = self.recording.step(&mut Unobserved);
        if event.is_none()
            && let Some(refused) = self.recording.refused()
        {
            return Err(JsError::new(&format!(
                "the scenario asks for what its world does not have: {refused}"
            )));
        }
        to_js(&event)
    }

    /// Lets one pending event happen out of turn: an `id` of `snapshot().pending`.
    #[wasm_bindgen(js_name = stepEvent)]
    pub fn step_event(&mut self, id: JsValue) -> Result<JsValue, JsError> {
        let event = self.recording.take(EventId(count(id, "id")?))?;
        to_js(&event)
    }

    /// Goes on until so many virtual nanoseconds have passed since the start. Returns the number of events.
    #[wasm_bindgen(js_name = runUntil)]
    pub fn run_until(&mut self, ns: JsValue) -> Result<u64, JsError> {
        Ok(self.recording.run_until(count(ns, "ns")?))
    }

    /// Goes to the instant after so many events, or to the end. Returns where it is then.
    pub fn seek(&mut self, event_index: JsValue) -> Result<u64, JsError> {
        Ok(self.recording.seek(count(event_index, "eventIndex")?))
    }

    /// A simulation of its own that begins as this one is now.
    #[must_use]
    pub fn fork(&self) -> Simulation {
        Simulation { recording: self.recording.clone() }
    }

    /// Everything at this instant.
    pub fn snapshot(&self) -> Result<JsValue, JsError> {
        to_js(&Snapshot::of(self.recording.world()))
    }

    /// The events from `from` to before `to`, each with its facts.
    pub fn facts(&self, from: JsValue, to: JsValue) -> Result<JsValue, JsError> {
        let told = self.recording.facts(count(from, "from")?, count(to, "to")?);
        to_js(&told.into_iter().map(|(event, facts)| Told { event, facts }).collect::<Vec<_>>())
    }

    /// What the checks find from the start to this instant.
    pub fn violations(&self) -> Result<JsValue, JsError> {
        to_js(&self.recording.violations())
    }

    /// 64 bits over all that is and has happened, as 16 hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> String {
        format!("{:016x}", self.recording.world().digest())
    }

    /// Version, scenario, seed, what was done, and the instant, as text for an address.
    pub fn link(&self) -> Result<String, JsError> {
        Ok(self.recording.link()?)
    }
}

/// The version of the engine.
#[wasm_bindgen(skip_typescript)]
#[must_use]
pub fn version() -> String {
    mirrorline_engine::VERSION.to_owned()
}

/// The names of the built-in scenarios, in the order in which they are best seen.
#[wasm_bindgen(skip_typescript)]
#[must_use]
pub fn scenarios() -> Vec<String> {
    library::LIBRARY.iter().map(|builtin| builtin.name.to_owned()).collect()
}

/// Replays a fio iolog to its end and reports; nothing is recorded, so it is fast.
#[wasm_bindgen(skip_typescript)]
pub fn replay(bytes: JsValue, options: JsValue) -> Result<JsValue, JsError> {
    let scenario = trace_scenario(&octets(&bytes, "bytes")?, &given(options, "options")?)?;
    let world = scenario.world()?;
    let mut run = Run::new(world, scenario.source()?, scenario.pacing);
    while run.step(&mut Unobserved).is_some() {}
    if let Some(refused) = run.refused() {
        return Err(JsError::new(&refused.to_string()));
    }
    let mut watch = Watch::new(Depth::End);
    watch.at_end(run.world());
    let (world, counters) = (run.world(), *run.world().counters());
    to_js(&ReplayReport {
        host_ios: counters.host_ios,
        acknowledged: counters.acknowledged,
        reads: counters.reads,
        writes: counters.writes,
        read_hits: counters.read_hits,
        messages: MessageKind::ALL
            .iter()
            .map(|kind| (kind.name(), counters.messages[*kind as usize]))
            .collect(),
        disk_reads: counters.disk_reads,
        disk_writes: counters.disk_writes,
        virtual_ns: world.now_ns(),
        events: world.events(),
        violations: watch.violations().to_vec(),
        digest: format!("{:016x}", world.digest()),
    })
}

fn trace_scenario(bytes: &[u8], options: &TraceOptions) -> Result<Scenario, JsError> {
    let paths: Paths =
        options.paths.parse().map_err(|error: String| JsError::new(&format!("options.paths: {error}")))?;
    if !(1..=1024).contains(&options.luns) {
        return Err(JsError::new(&format!("options.luns: {} is not in 1..=1024", options.luns)));
    }
    let lent = options.lent.unwrap_or(Config::usually_lent(options.lines));
    let sizes = Config { lines: options.lines, lent, ..Config::default() };
    sizes.check()?;
    let mut scan = Scan::keeping(sizes.block_size);
    scan.push(bytes)?;
    let trace = scan.finish()?;
    let mapping = Arc::new(trace.mapping(&MappingConfig { luns: options.luns, lun_blocks: None }));
    let config = with_luns(sizes, &mapping);
    let router = Router::new(mapping, paths, config.hosts, options.seed);
    let feed = Feed::Trace(TraceSource::new(&trace, router, u64::from(options.repeat)));
    let pacing = match options.depth {
        Some(depth) => Pacing::Closed { depth: depth.max(1) },
        None if trace.summary.timed => Pacing::AsTimed,
        None => Pacing::UNTIMED,
    };
    Ok(Scenario {
        title: "A recorded trace".into(),
        config,
        seed: options.seed,
        pacing,
        feed,
        ..Scenario::default()
    })
}

fn to_js(value: &impl Serialize) -> Result<JsValue, JsError> {
    let serializer = serde_wasm_bindgen::Serializer::new()
        .serialize_large_number_types_as_bigints(true)
        .serialize_missing_as_null(true)
        .serialize_maps_as_objects(true);
    value.serialize(&serializer).map_err(|error| JsError::new(&error.to_string()))
}
