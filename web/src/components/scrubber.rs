//! The scrubber: all known events on one line. Drag it, click it, or steer it with the keys of a slider.

use super::glimpse::card;
use super::icon::icon;
use super::ledger::safety_class;
use crate::action::Action;
use crate::language::{say, tr};
use crate::scene::build::glimpse::Glimpse;
use crate::scene::marks::{Ack, named};
use crate::scene::model::{Marker, MarkerKind, SafetySpan, Transport};
use crate::scene::words::{css_number, time_text};
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
    /// Letters that the track is long.
    pub letters: u32,
    pub acks: Rc<Vec<Ack>>,
    /// The instant that is pointed at.
    pub glimpse: Option<Rc<Glimpse>>,
    pub act: Callback<Action>,
}

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
    // It was steered by a key last.
    let keyed = use_state_eq(|| false);
    {
        let track = track.clone();
        use_effect_with((props.event, props.total), move |&(event, total)| {
            place(track.cast(), event, total);
        });
    }
    {
        let hint = hint.clone();
        let shown = props.glimpse.as_ref().map(|glimpse| glimpse.event);
        use_effect_with((shown, props.total), move |&(shown, total)| {
            if let Some(event) = shown {
                place(hint.cast(), event, total);
            }
        });
    }
    {
        let send = props.act.clone();
        use_effect_with((*keyed, props.event), move |&(keyed, event)| {
            if keyed {
                send.emit(Action::Point(Some(event)));
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
    let point = {
        let send = props.act.clone();
        move |event: Option<u64>| send.emit(Action::Point(event))
    };
    let onpointerdown = {
        let (at, seek, point, dragging, track) =
            (at.clone(), seek.clone(), point.clone(), dragging.clone(), track.clone());
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
                point(Some(target));
            }
        }
    };
    let onpointermove = {
        let (at, seek, point) = (at.clone(), seek.clone(), point.clone());
        let (dragging, keyed) = (dragging.clone(), keyed.clone());
        move |event: PointerEvent| {
            let target = at(f64::from(event.client_x()));
            keyed.set(false);
            point(target);
            if let (true, Some(target)) = (*dragging, target) {
                seek(target);
            }
        }
    };
    let release = {
        let dragging = dragging.clone();
        move |_: PointerEvent| dragging.set(false)
    };
    let leave = {
        let (keyed, point) = (keyed.clone(), point.clone());
        Callback::from(move |()| {
            keyed.set(false);
            point(None);
        })
    };
    let onkeydown = {
        let (seek, now, keyed, leave) = (seek.clone(), props.event, keyed.clone(), leave.clone());
        move |event: KeyboardEvent| {
            let key = event.key();
            // Keys that go elsewhere have names; those that do something else are letters, or Escape.
            if key.len() > 3 && key != "Escape" {
                keyed.set(true);
            } else {
                leave.emit(());
            }
            let target = match key.as_str() {
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
    let named = named(&props.markers, props.event, total, f64::from(props.letters));
    let markers = props.markers.iter().enumerate().map(|(index, marker)| {
        let (class, mark) = match marker.kind {
            MarkerKind::Place => ("flag", Html::default()),
            MarkerKind::Break => ("flag breaks", icon("#i-bolt", "")),
            MarkerKind::Mend => ("flag mends", icon("#g-ok", "")),
        };
        html! { <span key={marker.event.to_string()} class={class} title={marker.text.clone()}>{ mark }{ if named[index] { marker.text.as_str() } else { "" } }</span> }
    });
    html! {
        <div ref={track} class={classes!("scrub", props.indexing.then_some("partial"), dragging.then_some("dragging"))} role="slider"
            tabindex="0" aria-label={tr("Time")} aria-valuemin="0" aria-valuemax={props.total.to_string()} aria-valuenow={props.event.to_string()}
            aria-valuetext={said} data-testid="scrubber" {onpointerdown} {onpointermove} onpointerup={release.clone()}
            onpointercancel={release} onpointerleave={leave.reform(|_: PointerEvent| ())} onblur={leave.reform(|_: FocusEvent| ())} {onkeydown}>
            <div class="band"></div>
            // Placed by the space-time diagram, and hidden without it.
            <span class="window" aria-hidden="true"></span>
            <Safe spans={Rc::clone(&props.safety)} acks={Rc::clone(&props.acks)} {total} broken={props.broken} />
            { for markers }
            <div ref={hint} key={if *keyed { props.event } else { 0 }} class={classes!("hint", props.glimpse.is_some().then_some("on"), keyed.then_some("keyed"))} aria-hidden="true">
                { for props.glimpse.as_deref().map(card) }
            </div>
            <span class={classes!("head", safety_class(props.safe_now))}><b>{ format!("{now_text}, {}", tr(props.safe_now.words())) }</b></span>
        </div>
    }
}

/// A stretch narrower than this share of the track stands without its word.
const WORD_SHARE: f64 = 0.055;

#[derive(Properties, PartialEq)]
struct SafeProps {
    spans: Rc<Vec<SafetySpan>>,
    acks: Rc<Vec<Ack>>,
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
    html! {
        <svg class="safety" aria-hidden="true" data-testid="safety">
            { for spans }{ for broken }
            <svg class="acks" y="16" height="6" viewBox="0 0 1000 6" preserveAspectRatio="none"><path d={ack_path(&props.acks, total)} /></svg>
        </svg>
    }
}

/// Ticks that hang below the band, a thousand wide and six high: one path, however many there are.
fn ack_path(acks: &[Ack], total: u64) -> String {
    let mut path = String::new();
    for ack in acks {
        path.push('M');
        path.push_str(&css_number(percent(ack.event, total) * 10.0));
        path.push_str(" 0v");
        path.push_str(&(u32::from(ack.weight) * 2).to_string());
    }
    path
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
    fn the_more_hosts_hear_done_the_longer_the_tick() {
        let acks = [Ack { event: 5, weight: 1 }, Ack { event: 10, weight: 3 }];
        assert_eq!(ack_path(&acks, 20), "M250.000 0v2M500.000 0v6");
    }

    #[test]
    fn a_page_is_never_nothing() {
        assert_eq!([page(0), page(19), page(412)], [1, 1, 20]);
    }
}
