//! The scrubber: all known events on one line. Drag it, click it, or steer it with the keys of a slider.

use super::icon::icon;
use super::ledger::safety_class;
use crate::action::Action;
use crate::language::{say, tr};
use crate::scene::model::{Marker, MarkerKind, SafetySpan, Transport};
use crate::scene::words::{count_text, css_number, time_text};
use crate::session::Command;
use mirrorline_engine::check::Safety;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct ScrubberProps {
    pub event: u64,
    pub total: u64,
    pub time_ns: u64,
    pub indexing: bool,
    pub markers: Vec<Marker>,
    pub safety: Rc<Vec<SafetySpan>>,
    pub safe_now: Safety,
    /// Where an invariant broke first.
    pub broken: Option<u64>,
    /// Gives the time of an event, for the tooltip.
    pub time_of: Callback<u64, u64>,
    pub act: Callback<Action>,
}

/// The share of the track that a marker's words take; closer ones stand without.
const LABEL_SHARE: f64 = 0.08;

/// Events that PageUp and PageDown jump over: a twentieth of all.
fn page(total: u64) -> u64 {
    (total / 20).max(1)
}

fn percent(event: u64, total: u64) -> f64 {
    if total == 0 { 0.0 } else { event as f64 * 100.0 / total as f64 }
}

/// Puts an element of the scrubber at an event.
fn place(element: Option<HtmlElement>, event: u64, total: u64) {
    if let Some(element) = element {
        let _ = element.style().set_property("--x", &css_number(percent(event, total)));
    }
}

#[function_component(Scrubber)]
pub fn scrubber(props: &ScrubberProps) -> Html {
    let track = use_node_ref();
    let hint = use_node_ref();
    let dragging = use_state_eq(|| false);
    let hover = use_state_eq(|| None::<u64>);
    {
        let track = track.clone();
        use_effect_with((props.event, props.total), move |&(event, total)| {
            place(track.cast(), event, total);
        });
    }
    {
        let hint = hint.clone();
        use_effect_with((*hover, props.total), move |&(hover, total)| {
            if let Some(event) = hover {
                place(hint.cast(), event, total);
            }
        });
    }
    {
        let track = track.clone();
        let events: Vec<u64> = props.markers.iter().map(|marker| marker.event).collect();
        use_effect_with((events, props.total), move |(events, total)| {
            let flags = track.cast::<HtmlElement>().and_then(|track| track.query_selector_all(".flag").ok());
            for (index, &event) in events.iter().enumerate() {
                let flag = flags.as_ref().and_then(|flags| flags.item(index as u32)?.dyn_into().ok());
                place(flag, event, *total);
            }
        });
    }
    let total = props.total;
    let at = {
        let track = track.clone();
        move |x: f64| {
            let rect = track.cast::<HtmlElement>()?.get_bounding_client_rect();
            let fraction = ((x - rect.left()) / rect.width().max(1.0)).clamp(0.0, 1.0);
            Some((fraction * total as f64).round() as u64)
        }
    };
    let seek = {
        let send = props.act.clone();
        move |event: u64| send.emit(Action::Play(Command::Seek(event)))
    };
    let onpointerdown = {
        let (at, seek, dragging, track) = (at.clone(), seek.clone(), dragging.clone(), track.clone());
        move |event: PointerEvent| {
            if event.button() != 0 {
                return;
            }
            dragging.set(true);
            if let Some(track) = track.cast::<HtmlElement>() {
                // Without capture a drag ends at the edge: not worse than that.
                let _ = track.set_pointer_capture(event.pointer_id());
            }
            if let Some(target) = at(f64::from(event.client_x())) {
                seek(target);
            }
        }
    };
    let onpointermove = {
        let (at, seek, dragging, hover) = (at.clone(), seek.clone(), dragging.clone(), hover.clone());
        move |event: PointerEvent| {
            let target = at(f64::from(event.client_x()));
            hover.set(target);
            if let (true, Some(target)) = (*dragging, target) {
                seek(target);
            }
        }
    };
    let release = {
        let dragging = dragging.clone();
        move |_: PointerEvent| dragging.set(false)
    };
    let onpointerleave = {
        let hover = hover.clone();
        move |_: PointerEvent| hover.set(None)
    };
    let onkeydown = {
        let (seek, now) = (seek.clone(), props.event);
        move |event: KeyboardEvent| {
            let target = match event.key().as_str() {
                "ArrowUp" => now + 1,
                "ArrowDown" => now.saturating_sub(1),
                "PageUp" => now.saturating_sub(page(total)),
                "PageDown" => now + page(total),
                // Left, right, Home and End do here what they do everywhere.
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            seek(target.min(total));
        }
    };
    let now_text = time_text(props.time_ns);
    let said = say!(
        "{time}, event {event} of {total}, {words}",
        time = &now_text,
        event = props.event,
        total = props.total,
        words = props.safe_now.words()
    );
    let markers = props.markers.iter().enumerate().map(|(index, marker)| {
        let next = props.markers.get(index + 1).map_or(u64::MAX, |next| next.event);
        let labelled = next.saturating_sub(marker.event) as f64 >= LABEL_SHARE * total as f64;
        let (class, mark) = match marker.kind {
            MarkerKind::Place => ("flag", Html::default()),
            MarkerKind::Break => ("flag breaks", icon("#i-bolt", "")),
            MarkerKind::Mend => ("flag mends", icon("#g-ok", "")),
        };
        html! { <span key={marker.event.to_string()} class={class} title={marker.text.clone()}>{ mark }{ if labelled { marker.text.as_str() } else { "" } }</span> }
    });
    html! {
        <div ref={track} class={classes!("scrub", props.indexing.then_some("partial"), dragging.then_some("dragging"))} role="slider"
            tabindex="0" aria-label={tr("Time")} aria-valuemin="0" aria-valuemax={props.total.to_string()} aria-valuenow={props.event.to_string()}
            aria-valuetext={said} data-testid="scrubber" {onpointerdown} {onpointermove} onpointerup={release.clone()}
            onpointercancel={release} {onpointerleave} {onkeydown}>
            <div class="band"></div>
            // Placed by the space-time diagram, and hidden without it.
            <span class="window" aria-hidden="true"></span>
            <Safe spans={Rc::clone(&props.safety)} {total} broken={props.broken} />
            { for markers }
            <span ref={hint} class={classes!("hint", hover.is_some().then_some("on"))} aria-hidden="true">
                if let Some(event) = *hover { <b>{ say!("event {count}, {time}", count = count_text(event), time = time_text(props.time_of.emit(event))) }</b> }
            </span>
            <span class={classes!("head", safety_class(props.safe_now))}><b>{ format!("{now_text}, {}", tr(props.safe_now.words())) }</b></span>
        </div>
    }
}

/// A stretch narrower than this share of the track stands without its word.
const WORD_SHARE: f64 = 0.055;

#[derive(Properties, PartialEq)]
struct SafeProps {
    spans: Rc<Vec<SafetySpan>>,
    total: u64,
    broken: Option<u64>,
}

/// How safe everything is, event by event: height, hatch and a word. An attribute is not a style, so the page's policy
/// allows it.
#[function_component(Safe)]
fn safe(props: &SafeProps) -> Html {
    let total = props.total;
    let at = |event: u64| format!("{}%", css_number(percent(event, total)));
    let spans = props.spans.iter().map(|span| {
        let (y, height, fill) = match span.safety {
            Safety::Safe => ("9", "6", None),
            Safety::Degraded => ("2", "13", Some("url(#h-degraded)")),
            Safety::AtRisk => ("0", "15", Some("url(#h-risk)")),
            Safety::Lost => ("1", "13", None),
        };
        let word = span.safety > Safety::Safe && (span.to - span.from) as f64 >= WORD_SHARE * total as f64;
        html! {
            <g key={span.from.to_string()} class={safety_class(span.safety)}>
                <rect x={at(span.from)} width={at(span.to - span.from)} {y} {height} {fill} />
                if word {
                    <text x={at(span.from)} dx="6" y="12" class="halo" aria-hidden="true">{ tr(span.safety.words()) }</text>
                    <text x={at(span.from)} dx="6" y="12">{ tr(span.safety.words()) }</text>
                }
            </g>
        }
    });
    let broken = props
        .broken
        .map(|event| html! { <g class="broke"><line x1={at(event)} x2={at(event)} y1="0" y2="15" /></g> });
    html! { <svg class="safety" aria-hidden="true" data-testid="safety">{ for spans }{ for broken }</svg> }
}

/// The range of the speed slider, as attributes want it.
#[must_use]
pub fn speed_bounds() -> (String, String) {
    (Transport::SPEEDS.start().to_string(), Transport::SPEEDS.end().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_run_has_its_head_at_the_start() {
        assert_eq!(percent(0, 0), 0.0);
        assert_eq!(percent(50, 200), 25.0);
    }

    #[test]
    fn a_page_is_never_nothing() {
        assert_eq!([page(0), page(19), page(412)], [1, 1, 20]);
    }
}
