//! Opening a trace: pick or drop a file, see what it contains, then play it. Nothing that plays is touched before
//! that last step, and every step can be left.

use super::icon::icon;
use super::sheet::Sheet;
use crate::action::Action;
use crate::file;
use crate::language::{say, tr};
use crate::scene::model::{LoadFailure, TracePreview};
use crate::scene::words::{count_text, size_text, time_text};
use crate::session::{CacheSize, Command, OpenedTrace, TraceReader};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::{File, HtmlInputElement};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct TraceDialogProps {
    /// A file that was dropped on the page.
    pub dropped: Option<File>,
    pub act: Callback<Action>,
}

#[derive(Clone)]
enum Stage {
    Choose,
    Reading { name: String, percent: u32 },
    Preview { trace: Rc<OpenedTrace>, size: CacheSize },
    Failed(LoadFailure),
}

#[function_component(TraceDialog)]
pub fn trace_dialog(props: &TraceDialogProps) -> Html {
    let stage = use_state(|| Stage::Choose);
    // A running read looks here after each piece: another file, or a closed dialog, ends it.
    let current = use_mut_ref(|| Rc::new(Cell::new(true)));
    let start = {
        let (stage, current, send) = (stage.setter(), current.clone(), props.act.clone());
        Callback::from(move |file: File| {
            let wanted = Rc::new(Cell::new(true));
            current.replace(Rc::clone(&wanted)).set(false);
            if file::is_ours(&file.name()) {
                open_own(file, wanted, stage.clone(), send.clone());
            } else {
                read(file, wanted, stage.clone());
            }
        })
    };
    {
        let (start, current) = (start.clone(), current.clone());
        use_effect_with(props.dropped.clone(), move |dropped| {
            if let Some(file) = dropped {
                start.emit(file.clone());
            }
            move || current.borrow().set(false)
        });
    }
    let close = props.act.reform(|()| Action::Close);
    let back = {
        let (stage, current) = (stage.setter(), current.clone());
        Callback::from(move |_: MouseEvent| {
            current.borrow().set(false);
            stage.set(Stage::Choose);
        })
    };
    let body = match &*stage {
        Stage::Choose => choose(&start),
        Stage::Reading { name, percent } => html! {
            <div class="reading">
                <p role="status">{ say!("Reading {name}", name = name.clone()) }</p>
                <progress max="100" value={percent.to_string()} aria-label={tr("File read")}></progress>
                <p class="sub">{ format!("{percent} %") }</p>
                <div class="sheet-f"><button class="btn" data-testid="trace-cancel" onclick={back}>{ tr("Cancel") }</button></div>
            </div>
        },
        Stage::Preview { trace, size } => {
            let size = *size;
            let play = {
                let (send, trace) = (props.act.clone(), Rc::clone(trace));
                move |_: MouseEvent| {
                    send.emit(Action::Play(Command::LoadTrace { trace: Rc::clone(&trace), size }));
                }
            };
            html! {
                <>
                    { summary(&trace.preview) }
                    { sizes(trace, size, &stage) }
                    <div class="sheet-f">
                        <button class="btn" onclick={back}>{ tr("Another file") }</button>
                        <button class="btn pri" data-testid="trace-play" onclick={play}>{ icon("#i-play", "ic20") }{ tr("Play this trace") }</button>
                    </div>
                </>
            }
        }
        Stage::Failed(failure) => html! {
            <>
                <div class="failed" role="alert" data-testid="trace-error">
                    <p class="failed-w">{ &failure.what }</p>
                    if !failure.place.is_empty() { <p><b>{ tr("Where: ") }</b>{ &failure.place }</p> }
                    if !failure.remedy.is_empty() { <p><b>{ tr("What to do: ") }</b>{ &failure.remedy }</p> }
                </div>
                <p class="sub">{ tr("What was playing has not been touched.") }</p>
                <div class="sheet-f"><button class="btn pri" onclick={back}>{ tr("Choose another file") }</button></div>
            </>
        },
    };
    html! {
        <Sheet title={tr("Open a trace")} class="trace" testid="trace-dialog" {close}>
            { body }
        </Sheet>
    }
}

fn choose(start: &Callback<File>) -> Html {
    let start = start.clone();
    let onchange = move |event: Event| {
        let input = event.target_dyn_into::<HtmlInputElement>();
        let file = input.as_ref().and_then(|input| input.files()?.get(0));
        if let Some(file) = file {
            start.emit(file);
        }
        if let Some(input) = input {
            // The same file may be chosen twice in a row.
            input.set_value("");
        }
    };
    html! {
        <>
            <label class="drop">
                { icon("#i-open", "ic32") }
                <b>{ tr("Choose a file") }</b>
                <span>{ tr("or drop it anywhere on this page") }</span>
                <input type="file" data-testid="trace-file" {onchange} />
            </label>
            <p class="sub">{ tr("An fio iolog, version 2 or 3. Make one with ") }<code>{ "fio --write_iolog=my.iolog" }</code>
                { tr(". A scenario (.scenario) or a shared run (.mirrorline) is opened too. The file stays on this computer: nothing is sent anywhere.") }</p>
        </>
    }
}

fn summary(preview: &TracePreview) -> Html {
    let fact = |label: &'static str, value: String| html! { <div key={label}><dt>{ label }</dt><dd>{ value }</dd></div> };
    let requests = preview.reads + preview.writes;
    let duration =
        preview.duration_ns.map_or_else(|| tr("no times: as fast as possible").to_owned(), time_text);
    html! {
        <div class="preview" data-testid="trace-preview">
            <p class="file"><b>{ &preview.name }</b><span>{ format!("{}, {}", preview.format, size_text(preview.bytes)) }</span></p>
            <dl>
                { fact(tr("Requests"), count_text(requests)) }
                { fact(tr("Reads"), format!("{}, {}", count_text(preview.reads), size_text(preview.bytes_read))) }
                { fact(tr("Writes"), format!("{}, {}", count_text(preview.writes), size_text(preview.bytes_written))) }
                { fact(tr("Recorded over"), duration) }
            </dl>
            if !preview.first.is_empty() {
                <h3>{ tr("It begins with") }</h3>
                <ol>{ for preview.first.iter().map(|text| html! { <li>{ text }</li> }) }</ol>
            }
            { for preview.remarks.iter().map(|text| html! { <p class="sub">{ text }</p> }) }
        </div>
    }
}

/// How big the caches shall be.
fn sizes(trace: &Rc<OpenedTrace>, chosen: CacheSize, stage: &UseStateHandle<Stage>) -> Html {
    let button = |size: CacheSize| {
        let (set, trace) = (stage.setter(), Rc::clone(trace));
        let onclick = move |_: MouseEvent| set.set(Stage::Preview { trace: Rc::clone(&trace), size });
        let on = (size == chosen).then_some("on");
        html! { <button class={classes!(on)} aria-pressed={on.is_some().to_string()} {onclick}>{ size.words() }</button> }
    };
    html! {
        <div class="seg sizes" role="group" aria-label={tr("Cache of each controller")} data-testid="trace-sizes">
            <span class="lbl">{ tr("Cache of each controller") }</span>
            { for CacheSize::ALL.map(button) }
        </div>
    }
}

/// A file of the page's own, or a scenario, is opened at once.
fn open_own(file: File, wanted: Rc<Cell<bool>>, stage: UseStateSetter<Stage>, send: Callback<Action>) {
    stage.set(Stage::Reading { name: file.name(), percent: 0 });
    spawn_local(async move {
        let mut bytes = Vec::new();
        let take = |piece: &[u8]| file::keep(&mut bytes, piece);
        let result = file::read(&file, &wanted, take, |_| ()).await;
        if wanted.get() {
            match result {
                Ok(()) => send.emit(Action::OpenText(String::from_utf8_lossy(&bytes).into())),
                Err(failure) => stage.set(Stage::Failed(failure)),
            }
        }
    });
}

/// Reads the file piece by piece, and shows what is in it.
fn read(file: File, wanted: Rc<Cell<bool>>, stage: UseStateSetter<Stage>) {
    let name = file.name();
    stage.set(Stage::Reading { name: name.clone(), percent: 0 });
    spawn_local(async move {
        let progress = |percent: u32| stage.set(Stage::Reading { name: name.clone(), percent });
        let mut reader = TraceReader::new(&name);
        let result = file::read(&file, &wanted, |piece| reader.push(piece), progress).await;
        if !wanted.get() {
            return;
        }
        stage.set(match result.and_then(|()| reader.finish()) {
            Ok(trace) => {
                let size = CacheSize::for_requests(trace.requests());
                Stage::Preview { trace: Rc::new(trace), size }
            }
            Err(failure) => Stage::Failed(failure),
        });
    });
}
