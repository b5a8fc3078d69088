//! Charts of the run. A click seeks to where it was.

use crate::action::Action;
use crate::language::say;
use crate::scene::charts::{Chart, HEIGHT, WIDTH};
use crate::session::Command;
use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::prelude::*;

/// All charts, with the moment in view.
pub fn charts(charts: &[Chart], event: u64, total: u64, act: &Callback<Action>) -> Html {
    let x = event as f64 / total.max(1) as f64 * WIDTH;
    let x = (x as u32).to_string();
    let seek = {
        let act = act.clone();
        Callback::from(move |click: MouseEvent| {
            // Events are heard at the root: the chart is where this one came from.
            let target = click.target().and_then(|it| it.dyn_into::<Element>().ok());
            let Some(chart) = target.and_then(|it| it.closest("svg").ok().flatten()) else { return };
            let area = chart.get_bounding_client_rect();
            if area.width() > 0.0 {
                let share = (f64::from(click.client_x()) - area.left()) / area.width();
                act.emit(Action::Play(Command::Seek((share * total as f64) as u64)));
            }
        })
    };
    let one = |chart: &Chart| {
        html! {
            <li key={chart.name}>
                <p><span>{ chart.name }</span><b>{ &chart.now }</b><em>{ say!("max {most}", most = &chart.most) }</em></p>
                <svg viewBox={format!("0 0 {} {}", WIDTH as u32, HEIGHT as u32)} preserveAspectRatio="none" role="img"
                    aria-label={say!("{name}: {now} now, at most {most}", name = chart.name, now = &chart.now, most = &chart.most)} onclick={seek.clone()}>
                    <path class="line" d={chart.path.clone()} /><path class="line below" d={chart.below.clone()} /><path class="now" d={format!("M{x} 0V{}", HEIGHT as u32)} />
                </svg>
            </li>
        }
    };
    html! { <ul class="charts" data-testid="charts">{ for charts.iter().map(one) }</ul> }
}
