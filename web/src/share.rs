//! What leaves the page and comes back: the address, the clipboard, files, and the work of an interrupted visit.

use crate::language::{say, tr};
use crate::scene::docking::{Docking, Tab};
use crate::scene::model::{LoadFailure, Transport};
use mirrorline_engine::history::{Link, RecordingError};
use mirrorline_engine::scenario::Scenario;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Storage, Url, UrlSearchParams};

/// The key in the browser's local storage under which the last visit's work stands.
const VISIT: &str = "mirrorline-visit";
/// … and that the tour has been seen.
const TOURED: &str = "mirrorline-toured";
/// … and where the panels stand.
const PANELS: &str = "mirrorline-panels";
/// A longer address does not survive every chat and mail program: then a file is offered.
pub const ADDRESS_CHARS_MAX: usize = 8_000;
/// What files of the page's own end with.
pub const ENDING: &str = ".mirrorline";

/// How a run is looked at, as the address and links say it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct View {
    /// A power of two.
    pub speed: Option<i32>,
    pub tab: Option<Tab>,
    /// The space-time diagram, in the stage's place.
    pub spacetime: bool,
    /// How much everything is enlarged.
    pub scale: Option<f64>,
    /// Within a page of somebody else's: stage and transport only, and no keys before a click.
    pub embed: bool,
}

impl View {
    /// Reads `speed=1/4&panel=writes&scale=1.5&embed`. What it does not know it passes over.
    #[must_use]
    pub fn read(text: &str) -> View {
        let mut view = View::default();
        for part in text.split('&') {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            match key {
                "speed" => view.speed = speed(value),
                "panel" => view.tab = Tab::ALL.into_iter().find(|tab| tab.name().address == value),
                "scale" => {
                    view.scale = number(value).filter(|scale| (0.5..=3.0).contains(scale));
                }
                "view" => view.spacetime = value == "spacetime",
                "embed" => view.embed = true,
                _ => {}
            }
        }
        view
    }

    /// As [`View::read`] reads it.
    #[must_use]
    pub fn write(self) -> String {
        let mut parts = Vec::new();
        if let Some(speed) = self.speed.filter(|speed| *speed != 0) {
            parts.push(format!("speed={}", Transport::speed_text(speed).trim_end_matches('×')));
        }
        if let Some(tab) = self.tab {
            parts.push(format!("panel={}", tab.name().address));
        }
        if self.spacetime {
            parts.push("view=spacetime".to_owned());
        }
        parts.join("&")
    }
}

/// `4`, `1/4`, or `0.25`, as the nearest power of two.
fn speed(text: &str) -> Option<i32> {
    let factor = match text.split_once('/') {
        Some((above, below)) => number(above)? / number(below)?,
        None => number(text)?,
    };
    let step = factor.log2().round();
    step.is_finite().then(|| (step as i32).clamp(*Transport::SPEEDS.start(), *Transport::SPEEDS.end()))
}

/// `12` or `0.25`. The standard library's reader knows every form there is, and is as big as this page's transport.
fn number(text: &str) -> Option<f64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| text.parse::<u32>().ok().filter(|_| text.len() <= 9).map(f64::from);
    Some(digits(whole)? + digits(part)? / 10f64.powi(part.len() as i32))
}

/// What the address asks for, before the `#`.
#[must_use]
pub fn asked() -> View {
    let search = web_sys::window().and_then(|window| window.location().search().ok()).unwrap_or_default();
    // The browser's own reader: an address may be escaped.
    let plain = UrlSearchParams::new_with_str(&search)
        .map_or_else(|_| search.clone(), |params| String::from(params.to_string()));
    let plain = js_sys::decode_uri_component(&plain).map_or(plain.clone(), String::from);
    View::read(plain.trim_start_matches('?').replace("embed=", "embed").as_str())
}

/// The link in the address, behind the `#`; nothing without one.
#[must_use]
pub fn linked() -> Option<String> {
    let hash = web_sys::window()?.location().hash().ok()?;
    let link = hash.trim_start_matches('#').trim();
    (!link.is_empty()).then(|| link.to_owned())
}

/// The page's address with this link behind it, and with what else it is to ask for.
#[must_use]
pub fn address(link: &str, query: &str) -> String {
    let base = web_sys::window().and_then(|window| {
        let location = window.location();
        Some(format!("{}{}", location.origin().ok()?, location.pathname().ok()?))
    });
    format!("{}{query}#{link}", base.unwrap_or_default())
}

/// Reads a link, a file that holds one, or a scenario.
///
/// # Errors
/// What is wrong with it, and what to do.
pub fn read(text: &str) -> Result<Link, LoadFailure> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with("mirrorline scenario") {
        let scenario = Scenario::parse(text).map_err(|error| LoadFailure {
            what: say!("This scenario cannot be played: {problem}.", problem = error.problem),
            place: say!("Line {line}, column {column}.", line = error.line, column = error.column),
            remedy: say!("To mend it, {remedy}.", remedy = error.remedy),
        })?;
        return Ok(Link { scenario, deeds: Vec::new(), position: 0, view: String::new() });
    }
    Link::decode(text.rsplit('#').next().unwrap_or(text)).map_err(|error| {
        let remedy = match error {
            RecordingError::OtherVersion { .. } => {
                tr("Open it with that version, or ask whoever sent it for a new one.").to_owned()
            }
            _ => tr("What was shown before is still here.").to_owned(),
        };
        LoadFailure {
            what: say!("The link cannot be opened: {error}.", error = error.to_string()),
            place: String::new(),
            remedy,
        }
    })
}

/// Puts text on the clipboard. False when the browser does not let us.
pub async fn copy(text: String) -> bool {
    let Some(window) = web_sys::window() else { return false };
    // Browsers give a clipboard only to pages that came over a safe connection.
    let navigator = JsValue::from(window.navigator());
    let there = js_sys::Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|it| it.is_object());
    there && JsFuture::from(window.navigator().clipboard().write_text(&text)).await.is_ok()
}

/// Offers text as a file to be saved.
pub fn save(name: &str, text: &str) {
    let offer = || -> Result<(), JsValue> {
        let parts = js_sys::Array::of1(&text.into());
        let options = BlobPropertyBag::new();
        options.set_type("text/plain");
        let blob = Blob::new_with_str_sequence_and_options(&parts, &options)?;
        let address = Url::create_object_url_with_blob(&blob)?;
        let document = web_sys::window().and_then(|window| window.document()).ok_or(JsValue::NULL)?;
        let anchor: HtmlAnchorElement = document.create_element("a")?.dyn_into().map_err(JsValue::from)?;
        anchor.set_href(&address);
        anchor.set_download(name);
        anchor.click();
        Url::revoke_object_url(&address)
    };
    // A browser that forbids it has said so itself.
    let _ = offer();
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

/// Whether nobody has seen the tour in this browser. Where nothing is remembered, nobody is shown it again and again.
#[must_use]
pub fn is_first_visit() -> bool {
    storage().is_some_and(|storage| matches!(storage.get_item(TOURED), Ok(None)))
}

/// The tour has been seen.
pub fn visited() {
    if let Some(storage) = storage() {
        let _ = storage.set_item(TOURED, "yes");
    }
}

/// Remembers a visit's work, or forgets it.
pub fn remember(link: Option<&str>) {
    if let Some(storage) = storage() {
        // Full, or forbidden: then nothing is remembered.
        let _ = match link {
            Some(link) => storage.set_item(VISIT, link),
            None => storage.remove_item(VISIT),
        };
    }
}

/// The work of the last visit, if there was any.
#[must_use]
pub fn remembered() -> Option<String> {
    storage()?.get_item(VISIT).ok().flatten()
}

/// Where the panels stood last.
#[must_use]
pub fn docking() -> Docking {
    let text = storage().and_then(|storage| storage.get_item(PANELS).ok().flatten());
    text.map_or_else(Docking::default, |text| Docking::read(&text))
}

/// Remembers where the panels stand.
pub fn remember_docking(docking: &Docking) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(PANELS, &docking.write());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_read_as_it_was_written() {
        let view = View { speed: Some(-2), tab: Some(Tab::Rules), spacetime: true, ..View::default() };
        assert_eq!(view.write(), "speed=1/4&panel=invariants&view=spacetime");
        assert_eq!(View::read(&view.write()), view);
        assert_eq!(View::read(""), View::default());
        assert_eq!(View::default().write(), "");
    }

    #[test]
    fn speeds_are_powers_of_two_and_nonsense_is_passed_over() {
        let speeds = ["4", "0.25", "1/8", "1000", "0", "-3", "x", "1/0"].map(speed);
        assert_eq!(speeds, [Some(2), Some(-2), Some(-3), Some(6), None, None, None, None]);
        let view = View::read("speed=fast&panel=none&scale=99&embed&more=1");
        assert_eq!(view, View { embed: true, ..View::default() });
        assert_eq!(View::read("scale=1.5").scale, Some(1.5));
    }

    #[test]
    fn scenarios_and_whole_addresses_are_read_too() {
        let link = read("mirrorline scenario 1\nlun 0 64 blocks owner A\nat 1ms crash A\n").unwrap();
        assert_eq!(link.scenario.faults.len(), 1);
        let made = link.encode().unwrap();
        assert!(read(&format!("https://example.org/m/?theme=light#{made}\n")).is_ok());
        assert!(read("mirrorline scenario 1\nlune 0\n").unwrap_err().place.starts_with("Line 2"));
        assert!(read("hello").unwrap_err().what.contains("cannot be opened"));
    }
}
