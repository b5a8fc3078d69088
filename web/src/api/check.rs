//! `check`: every order of events of a small world, as `mirrorline check` explores it.

use super::arguments::{given, text};
use js_sys::{Date, Function, Object, Reflect};
use mirrorline_engine::bug::Bug;
use mirrorline_engine::explore::worlds::{self, NamedWorld, WORLDS};
use mirrorline_engine::explore::{Finding, Model, Search, small};
use mirrorline_engine::scenario::Scenario;
use mirrorline_engine::scenario::error::did_you_mean;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

/// Progress is told this often, in milliseconds.
const TELL_MS: f64 = 100.0;

/// What is missing is as in the command line's `check`.
#[derive(Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
struct CheckOptions {
    bug: Option<Bug>,
    max_states: u32,
    /// Of states that are the same but for names, one is explored.
    symmetry: bool,
}

impl Default for CheckOptions {
    fn default() -> CheckOptions {
        CheckOptions { bug: None, max_states: 20_000_000, symmetry: true }
    }
}

/// The object that `mirrorline check --json` ends with, and the counterexample as text besides.
#[derive(Serialize)]
struct Checked {
    world: String,
    bug: Option<&'static str>,
    symmetries: Vec<String>,
    unique_states: f64,
    generated_states: f64,
    depth: u32,
    plain_states: f64,
    complete: bool,
    violation: Option<Broken>,
    wall_s: f64,
    unique_states_per_s: f64,
}

#[derive(Serialize)]
struct Broken {
    invariant: &'static str,
    steps: f64,
    link: Option<String>,
    what: String,
    /// No file is written here.
    file: Option<String>,
    scenario: Option<String>,
}

#[derive(Serialize)]
struct Progress {
    unique_states: f64,
    generated_states: f64,
    depth: u32,
    frontier: f64,
}

/// Explores until all is seen, a rule is broken, the bound is met or the caller has enough. Blocks meanwhile.
#[wasm_bindgen(skip_typescript)]
pub fn check(world_or_scenario: JsValue, options: JsValue) -> Result<JsValue, JsValue> {
    let (options, on_progress) = without_function(options)?;
    let CheckOptions { bug, max_states, symmetry } = given(options, "options")?;
    let (mut scenario, named) = scenario_of(&world_or_scenario, bug)?;
    if bug.is_some() {
        scenario.config.bug = bug;
    }
    let world = named.map_or_else(|| scenario.title.clone(), |named| named.name.to_owned());
    let planted = scenario.config.bug;
    let mut model = Model::new(scenario).map_err(JsError::from)?;
    if symmetry {
        model = model.with_symmetries();
    }
    let began_ms = Date::now();
    let mut search = Search::new(&model, max_states as usize);
    let (mut part, mut scratch, mut told_ms) = (0, model.scratch(), began_ms);
    while search.advance(&mut part, &mut scratch) {
        let Some(on_progress) = on_progress.as_ref().filter(|_| Date::now() - told_ms >= TELL_MS) else {
            continue;
        };
        let progress = Progress {
            unique_states: search.unique_states() as f64,
            generated_states: search.generated_states() as f64,
            depth: search.depth(),
            frontier: search.frontier(part) as f64,
        };
        // What the caller throws is the caller's.
        if on_progress.call1(&JsValue::UNDEFINED, &super::to_js(&progress)?)? == JsValue::FALSE {
            break;
        }
        told_ms = Date::now();
    }
    let wall_s = (Date::now() - began_ms) / 1_000.0;
    let violation = Finding::of(&model, &search, named).map(Broken::from);
    let checked = Checked {
        world,
        bug: planted.map(Bug::name),
        symmetries: model.symmetries(),
        unique_states: search.unique_states() as f64,
        generated_states: search.generated_states() as f64,
        depth: search.depth(),
        plain_states: search.plain_states() as f64,
        complete: search.is_complete(),
        violation,
        wall_s,
        unique_states_per_s: search.unique_states() as f64 / wall_s.max(1e-3),
    };
    Ok(super::to_js(&checked)?)
}

impl From<Finding> for Broken {
    fn from(finding: Finding) -> Broken {
        let Finding { rule, steps, what, counterexample } = finding;
        Broken {
            invariant: rule,
            steps: steps as f64,
            link: counterexample.as_ref().and_then(|it| it.link().ok()),
            what: what.to_string(),
            file: None,
            scenario: counterexample.map(|it| it.scenario.to_text()),
        }
    }
}

/// The options without the function, which is no plain data, and the function.
fn without_function(options: JsValue) -> Result<(JsValue, Option<Function>), JsError> {
    const NAME: &str = "onProgress";
    let unreadable = |_| JsError::new("options: cannot be read");
    let Some(object) = options.dyn_ref::<Object>() else { return Ok((options, None)) };
    if !Reflect::has(object, &NAME.into()).map_err(unreadable)? {
        return Ok((options, None));
    }
    let function = Reflect::get(object, &NAME.into()).map_err(unreadable)?;
    let rest = Object::new();
    for key in Reflect::own_keys(object).map_err(unreadable)? {
        if key.as_string().as_deref() != Some(NAME) {
            let value = Reflect::get(object, &key).map_err(unreadable)?;
            Reflect::set(&rest, &key, &value).map_err(unreadable)?;
        }
    }
    if function.is_undefined() {
        return Ok((rest.into(), None));
    }
    match function.dyn_into::<Function>() {
        Ok(function) => Ok((rest.into(), Some(function))),
        Err(_) => Err(JsError::new("options.onProgress: needs a function")),
    }
}

/// A named world, or a small scenario; without either the world in which the bug is found soonest.
fn scenario_of(
    world: &JsValue,
    bug: Option<Bug>,
) -> Result<(Scenario, Option<&'static NamedWorld>), JsError> {
    let name = match bug {
        Some(bug) if world.is_undefined() || world.is_null() => bug.planted().world.to_owned(),
        _ => text(world, "worldOrScenario")?,
    };
    if name.contains('\n') {
        let scenario = Scenario::parse(&name)?;
        if !small::is_small(&scenario) {
            return Err(JsError::new(
                "worldOrScenario: the scenario is too large to be explored; at most two lines of two blocks, two slots \
                 of each kind, eight requests and faults",
            ));
        }
        return Ok((scenario, None));
    }
    let named = worlds::find(&name).ok_or_else(|| {
        let names: Vec<&str> = WORLDS.iter().map(|world| world.name).collect();
        JsError::new(&format!(
            "no world is called '{name}'; {}, or give a scenario's text",
            did_you_mean(&name, &names)
        ))
    })?;
    Ok((named.scenario(), Some(named)))
}
