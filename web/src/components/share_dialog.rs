//! Sharing: the link to this very instant, as text, as a code for a phone's camera, for slides, and as a file.

use super::sheet::Sheet;
use crate::action::Action;
use crate::language::tr;
use crate::share;
use qrcodegen::{QrCode, QrCodeEcc};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The least edge of the code around its dark squares, in squares: readers need it.
const QUIET: i32 = 4;

#[derive(Properties, PartialEq)]
pub struct ShareDialogProps {
    /// The link behind the `#`, or why there is none.
    pub link: Result<Rc<str>, String>,
    /// The scenario as text, for a file.
    pub scenario: Rc<str>,
    pub title: String,
    /// There is a bug in it that is not to be named.
    pub sealed: bool,
    pub act: Callback<Action>,
}

#[function_component(ShareDialog)]
pub fn share_dialog(props: &ShareDialogProps) -> Html {
    let close = props.act.reform(|()| Action::Close);
    let file = file_name(&props.title);
    let save_scenario = {
        let (name, text) = (format!("{file}.scenario"), Rc::clone(&props.scenario));
        move |_: MouseEvent| share::save(&name, &text)
    };
    let body = match &props.link {
        Err(why) => html! { <p class="failed-w" role="alert">{ why }</p> },
        Ok(link) => {
            let address = share::address(link, "");
            let frame = format!(
                "<iframe src=\"{}\" width=\"1280\" height=\"720\" title=\"Mirrorline\" allow=\"clipboard-write\"></iframe>",
                share::address(link, "?embed")
            );
            let save_link = {
                let (name, text) = (format!("{file}{}", share::ENDING), Rc::clone(link));
                move |_: MouseEvent| share::save(&name, &text)
            };
            let long = address.len() > share::ADDRESS_CHARS_MAX;
            html! {
                <>
                    <h3>{ tr("Link to this exact instant") }</h3>
                    if long {
                        <p class="sub">{ tr("So much was done that the link is too long for many programs. Send the file instead: whoever drops it on this page sees the same.") }</p>
                    } else {
                        <CopyField label={tr("Link to this exact instant")} value={address.clone()} id="share-link" act={props.act.clone()} />
                        <p class="sub">{ tr("Version, seed, everything that was broken, and the moment: it replays identically in any browser.") }</p>
                        { code(&address) }
                        <h3>{ tr("Embed in slides") }</h3>
                        <CopyField label={tr("Embed in slides")} value={frame} id="share-frame" act={props.act.clone()} />
                    }
                    <h3>{ tr("As a file") }</h3>
                    <div class="sheet-f left">
                        <button class="btn" data-testid="share-file" onclick={save_link}>{ tr("This instant") }</button>
                        <button class="btn" data-testid="share-scenario" onclick={save_scenario}>{ tr("The scenario, as text") }</button>
                    </div>
                </>
            }
        }
    };
    html! {
        <Sheet title={tr("Share")} class="share" testid="share-dialog" {close}>
            { body }
            if props.sealed {
                <p class="sub" data-testid="share-sealed">{ tr("A bug is hidden in it: neither link nor file names it, and whoever opens them may hunt it too.") }</p>
            }
        </Sheet>
    }
}

#[derive(Properties, PartialEq)]
struct CopyFieldProps {
    label: AttrValue,
    value: String,
    id: AttrValue,
    act: Callback<Action>,
}

/// Text that is copied by a button; where the browser forbids that, it is selected, to be copied by hand.
#[function_component(CopyField)]
fn copy_field(props: &CopyFieldProps) -> Html {
    let field = use_node_ref();
    let copy = {
        let (field, text, act) = (field.clone(), props.value.clone(), props.act.clone());
        move |_: MouseEvent| {
            let (field, text, act) = (field.clone(), text.clone(), act.clone());
            spawn_local(async move {
                let said = if share::copy(text).await {
                    tr("Copied.")
                } else {
                    if let Some(input) = field.cast::<HtmlInputElement>() {
                        let _ = input.focus();
                        input.select();
                    }
                    tr("This browser does not let the page copy. The text is selected: copy it with Ctrl C.")
                };
                act.emit(Action::Say(said.to_owned()));
            });
        }
    };
    html! {
        <div class="copyfield">
            <input ref={field} type="text" readonly=true value={props.value.clone()} aria-label={props.label.clone()} data-testid={props.id.clone()} />
            <button class="btn pri" onclick={copy} data-testid={format!("{}-copy", props.id)}>{ tr("Copy") }</button>
        </div>
    }
}

/// The address as a code for a camera; nothing when it is too long for one.
fn code(address: &str) -> Html {
    let Ok(code) = QrCode::encode_text(address, QrCodeEcc::Low) else {
        return html! { <p class="sub">{ tr("The link is too long for a code that a camera could read.") }</p> };
    };
    let size = code.size();
    let mut path = String::new();
    for y in 0..size {
        for x in (0..size).filter(|x| code.get_module(*x, y)) {
            path.push_str(&format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET));
        }
    }
    let edge = size + 2 * QUIET;
    html! {
        <svg class="qr" viewBox={format!("0 0 {edge} {edge}")} role="img" aria-label={tr("The link as a QR code")} data-testid="share-qr" shape-rendering="crispEdges">
            <path class="qr-p" d={format!("M0 0h{edge}v{edge}h-{edge}z")} /><path class="qr-i" d={path} />
        </svg>
    }
}

/// The title as a file's name.
fn file_name(title: &str) -> String {
    let name: String =
        title.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let parts: Vec<&str> = name.split('-').filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "mirrorline".to_owned() } else { parts.join("-") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_become_plain_file_names() {
        assert_eq!(file_name("When is a write safe?"), "when-is-a-write-safe");
        assert_eq!(file_name("…"), "mirrorline");
    }
}
