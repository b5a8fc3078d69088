//! What the step buttons step by.

use crate::action::{Action, StepUnit};
use crate::language::tr;
use mirrorline_engine::mark;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// The units, and what they are called.
const UNITS: [(StepUnit, &str); 4] = [
    (StepUnit::Event, mark!("Event")),
    (StepUnit::Message, mark!("Message")),
    (StepUnit::Io, mark!("I/O")),
    (StepUnit::Time, mark!("Time")),
];

/// The choice of a unit.
pub fn step_by(step: StepUnit, act: &Callback<Action>) -> Html {
    let onchange = {
        let send = act.clone();
        move |event: Event| {
            let Some(select) = event.target_dyn_into::<HtmlSelectElement>() else { return };
            // Whoever chose with a mouse goes on with the arrow keys, which would choose again.
            if !select.matches(":focus-visible").unwrap_or(false) {
                let _ = select.blur();
            }
            if let Some((unit, _)) = UNITS.get(select.selected_index().max(0) as usize) {
                send.emit(Action::StepUnit(*unit));
            }
        }
    };
    let options = UNITS
        .into_iter()
        .map(|(unit, name)| html! { <option key={name} selected={unit == step}>{ tr(name) }</option> });
    html! {
        <label class="step"><span class="lbl">{ tr("Step by") }</span>
            <select aria-label={tr("Step by")} title={tr("An event, a message, a host’s request or answer, or a hundredth of the run’s time")} data-testid="step-by" {onchange}>{ for options }</select>
        </label>
    }
}
