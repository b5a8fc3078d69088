//! The transport: scrubber, play, step, speed, and where in the run we are.

use super::branches::branch_menu;
use super::break_sheet::short_button;
use super::icon::icon;
use super::run_until::{run_until, use_menu};
use super::scrubber::{Scrubber, speed_bounds};
use super::step_by::step_by;
use crate::action::{Action, Direction, Panel, StepUnit};
use crate::language::{say, tr};
use crate::scene::build::glimpse::Glimpse;
use crate::scene::model::{FaultButton, Transport};
use crate::scene::words::{count_text, css_number};
use crate::session::Command;
use std::rc::Rc;
use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct DockProps {
    pub transport: Transport,
    pub faults: Rc<Vec<FaultButton>>,
    /// Where an invariant broke first.
    pub broken: Option<u64>,
    pub step: StepUnit,
    /// The menu of what to run until is open.
    pub choosing: bool,
    /// The menu of futures is open.
    pub branches_open: bool,
    /// Letters that the scrubber is long.
    pub letters: u32,
    /// The instant that is pointed at.
    pub glimpse: Option<Rc<Glimpse>>,
    pub act: Callback<Action>,
}

#[function_component(Dock)]
pub fn dock(props: &DockProps) -> Html {
    let menu = use_menu(props.choosing);
    let transport = &props.transport;
    let act = |action: Action| {
        let send = props.act.clone();
        Callback::from(move |_: MouseEvent| send.emit(action.clone()))
    };
    let play = |command: Command| act(Action::Play(command));
    let at_end = transport.at_end();
    let (play_icon, play_label) = match (transport.playing, at_end) {
        (true, _) => ("#i-pause", tr("Pause")),
        (false, true) => ("#i-again", tr("Play again")),
        (false, false) => ("#i-play", tr("Play")),
    };
    html! {
        <footer class={classes!("dock", (transport.branches.len() > 1).then_some("forked"))} aria-label={tr("Transport")}>
            <p class="ran" role="status" data-testid="ran">{ transport.note.as_deref().unwrap_or_default() }</p>
            <Scrubber event={transport.event} total={transport.total} time_ns={transport.time_ns} indexing={transport.indexing.is_some()}
                markers={transport.markers.clone()} letters={props.letters} acks={Rc::clone(&transport.acks)} safety={Rc::clone(&transport.safety)} safe_now={transport.safe_now} broken={props.broken} glimpse={props.glimpse.clone()} act={props.act.clone()} />
            <div class="bar">
                <div class="tp">
                    <button class="ib" aria-label={tr("Step back")} title={tr("Step back (←)")} data-testid="step-back" disabled={transport.event == 0}
                        onclick={act(Action::Step(Direction::Back))}>{ icon("#i-back", "") }</button>
                    <button class="ib play" aria-label={play_label} title={format!("{play_label} (Space)")} data-testid="play" onclick={play(Command::Toggle)}>{ icon(play_icon, "") }</button>
                    <button class="ib" aria-label={tr("Step forward")} title={tr("Step forward (→)")} data-testid="step-forward" disabled={at_end}
                        onclick={act(Action::Step(Direction::Forward))}>{ icon("#i-fwd", "") }</button>
                </div>
                { step_by(props.step, &props.act) }
                { speed(transport.speed, run_until(&menu, props.choosing, at_end, &props.act), &props.act) }
                { branch_menu(&transport.branches, props.branches_open, &props.act) }
                <p class="now-at" data-testid="position"><b>{ count_text(transport.event) }</b>{ say!(" of {count} events", count = count_text(transport.total)) }</p>
                if let Some(indexing) = transport.indexing {
                    // Not a status: every percent would be heard.
                    <div class="indexing ahead">
                        <progress max="1" value={css_number(indexing.done)} aria-label={tr("Trace read")}></progress>
                        <span>{ say!("reading ahead, {done} %", done = (indexing.done * 100.0) as u32) }</span>
                        <button class="btn" data-testid="cancel-load" onclick={play(Command::CancelLoad)}>{ tr("Stop here") }</button>
                    </div>
                }
                <div class="break" role="group" aria-label={tr("Break it now")}>
                    { for props.faults.iter().filter(|fault| fault.bar).map(short_button) }
                    <button class="fault more-faults" title={tr("Everything that can be broken and mended")} aria-label={tr("More: break it")} data-testid="more-faults"
                        onclick={act(Action::Open(Panel::Break))}>{ icon("#i-break", "ic20") }<span>{ tr("More") }</span><b>{ tr("Break it") }</b></button>
                    { undo(transport.undo.as_deref(), &props.act) }
                    { redo(transport.redo.as_deref(), &props.act) }
                </div>
                if let Some(cut) = &transport.cut {
                    <div class="indexing" role="status"><span data-testid="cut">{ cut.clone() }</span></div>
                }
            </div>
        </footer>
    }
}

/// Takes back the last thing that was broken or mended.
fn undo(label: Option<&str>, act: &Callback<Action>) -> Html {
    let send = act.clone();
    let title = label.map_or_else(
        || tr("Nothing to undo").to_owned(),
        |label| say!("Undo: {label} (Ctrl Z)", label = label.to_owned()),
    );
    html! {
        <button class="fault undo" title={title.clone()} aria-label={title} disabled={label.is_none()} data-testid="undo"
            onclick={move |_: MouseEvent| send.emit(Action::Play(Command::Undo))}>{ icon("#i-undo", "ic20") }<span>{ tr("Undo") }</span></button>
    }
}

/// … and does it again; there only while there is something.
fn redo(label: Option<&str>, act: &Callback<Action>) -> Html {
    let Some(label) = label else { return Html::default() };
    let send = act.clone();
    let title = say!("Do again: {label} (Ctrl Shift Z)", label = label.to_owned());
    html! {
        <button class="fault undo redo" title={title.clone()} aria-label={title} data-testid="redo"
            onclick={move |_: MouseEvent| send.emit(Action::Play(Command::Redo))}>{ icon("#i-redo", "ic20") }</button>
    }
}

/// Every step doubles or halves; beside it, how to go on at once.
fn speed(speed: i32, until: Html, act: &Callback<Action>) -> Html {
    let text = Transport::speed_text(speed);
    let (least, most) = speed_bounds();
    let nudge = |command: Command| {
        let send = act.clone();
        Callback::from(move |_: MouseEvent| send.emit(Action::Play(command.clone())))
    };
    let oninput = {
        let send = act.clone();
        move |event: InputEvent| {
            let value =
                event.target_dyn_into::<HtmlInputElement>().and_then(|input| input.value().parse().ok());
            if let Some(step) = value {
                send.emit(Action::Play(Command::SetSpeed(step)));
            }
        }
    };
    html! {
        <div class="speed" role="group" aria-label={tr("Speed")}>
            <button class="sq" aria-label={tr("Slower")} title={tr("Slower ([)")} disabled={speed <= *Transport::SPEEDS.start()} onclick={nudge(Command::SpeedDown)}>{ icon("#i-minus", "ic16") }</button>
            <input type="range" min={least} max={most} step="1" value={speed.to_string()} aria-label={tr("Speed")} aria-valuetext={text.clone()}
                data-testid="speed" {oninput} />
            <button class="sq" aria-label={tr("Faster")} title={tr("Faster (])")} disabled={speed >= *Transport::SPEEDS.end()} onclick={nudge(Command::SpeedUp)}>{ icon("#i-plus", "ic16") }</button>
            <output><span class="sr">{ tr("Speed") }{ " " }</span><span data-testid="speed-text">{ text }</span></output>
            { until }
        </div>
    }
}
