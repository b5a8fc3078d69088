//! The same program beside the page: a worker, in which what takes long is done while the page goes on.
//!
//! Each message of the page's is one slice of work, and each slice is answered with a report. Who asks for no more has
//! paused it; who drops the worker has ended it, and its memory is free again.

pub mod report;
pub mod task;
mod words;

use gloo::events::{EventListener, EventListenerOptions};
use js_sys::{Array, Reflect};
use report::Report;
use std::cell::Cell;
use std::rc::Rc;
use task::{Task, Wish};
use wasm_bindgen::prelude::*;
use web_sys::{DedicatedWorkerGlobalScope, Event, MessageEvent};
use yew::Callback;

/// A slice of work, in milliseconds: short enough for progress that is seen to move and for a pause that is felt.
const SLICE_MS: f64 = 60.0;
/// Slices that are asked for ahead, so that the worker does not wait for the page's answer.
const AHEAD: u32 = 2;
/// What the worker says first, and what the page then says for each slice.
const READY: &str = "ready";
const GO_ON: &str = "go on";

#[wasm_bindgen]
extern "C" {
    type ImportMeta;
    #[wasm_bindgen(method, getter)]
    fn url(this: &ImportMeta) -> String;
    /// Of the script that all of this is bound to.
    #[wasm_bindgen(thread_local_v2, js_namespace = import, js_name = meta)]
    static THIS_SCRIPT: ImportMeta;
}

/// What the page hears of a worker.
pub enum Told {
    Report(Report),
    /// It has failed, or could not be started: in the browser's words.
    Failed(String),
}

/// A worker, and what it has been asked for. Ends with this.
pub struct Worker {
    worker: Rc<web_sys::Worker>,
    /// Slices that were asked for and not answered yet.
    asked: Rc<Cell<u32>>,
    _listeners: [EventListener; 2],
}

impl Worker {
    /// Begins, and tells `told` of it: a report for each slice.
    ///
    /// # Errors
    /// In the browser's words, when it has no workers for this page.
    pub fn begin(wish: &Wish, told: &Callback<Told>) -> Result<Worker, String> {
        let worker = Rc::new(web_sys::Worker::new("./worker.js").map_err(|error| words(&error))?);
        let asked = Rc::new(Cell::new(0));
        let heard = {
            let (worker, asked, told, wish) =
                (Rc::clone(&worker), Rc::clone(&asked), told.clone(), wish.write());
            EventListener::new(&worker.clone(), "message", move |event| {
                let text = text_of(event);
                if text == READY {
                    let _ = worker.post_message(&JsValue::from(wish.as_str()));
                    ask(&worker, &asked);
                    return;
                }
                asked.set(asked.get().saturating_sub(1));
                if let Some(report) = Report::read(&text) {
                    told.emit(Told::Report(report));
                }
            })
        };
        let failed = {
            let told = told.clone();
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&worker, "error", options, move |event| {
                // It is said in the dialog, and nothing of the page's has failed.
                event.prevent_default();
                told.emit(Told::Failed(words(event)));
            })
        };
        let script = THIS_SCRIPT.with(ImportMeta::url);
        let begin = Array::of2(&script.into(), &wasm_bindgen::module());
        worker.post_message(&begin).map_err(|error| words(&error))?;
        Ok(Worker { worker, asked, _listeners: [heard, failed] })
    }

    /// Asks for more.
    pub fn go_on(&self) {
        ask(&self.worker, &self.asked);
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

/// Sees to it that so many slices are asked for.
fn ask(worker: &web_sys::Worker, asked: &Cell<u32>) {
    while asked.get() < AHEAD {
        asked.set(asked.get() + 1);
        let _ = worker.post_message(&JsValue::from(GO_ON));
    }
}

/// The words of an error, or of an event that tells of one.
fn words(error: &JsValue) -> String {
    let message = Reflect::get(error, &"message".into()).ok().and_then(|message| message.as_string());
    message.unwrap_or_default()
}

fn text_of(event: &Event) -> String {
    let message = event.dyn_ref::<MessageEvent>().map(MessageEvent::data);
    message.and_then(|data| data.as_string()).unwrap_or_default()
}

/// In the worker: takes work from now on.
pub fn serve() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let tell = {
        let scope = scope.clone();
        move |text: &str| {
            let _ = scope.post_message(&JsValue::from(text));
        }
    };
    tell(READY);
    let mut task: Option<Task> = None;
    EventListener::new(&scope, "message", move |event| {
        let text = text_of(event);
        match &mut task {
            _ if text != GO_ON => task = Some(Task::begin(&text)),
            Some(working) => {
                let report = working.work(SLICE_MS);
                if !report.goes_on() {
                    task = None;
                }
                tell(&report.write());
            }
            // It is done, and was asked for more before that was known.
            None => {}
        }
    })
    .forget();
}
