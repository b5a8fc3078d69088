//! Which language the page speaks, and where its catalogue comes from. `boot.js` chooses before the first paint: what
//! the address asks for, else what was chosen here before, else what the browser prefers.

use super::{Catalogue, key_of};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlElement, Response};

/// The key in the browser's local storage; `boot.js` reads it too.
const STORED: &str = "mirrorline-language";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    English,
    German,
}

fn root() -> Option<HtmlElement> {
    web_sys::window()?.document()?.document_element()?.dyn_into().ok()
}

impl Language {
    pub const ALL: [Language; 2] = [Language::English, Language::German];

    /// As `lang` attributes and the address name it.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
        }
    }

    /// What it calls itself, and is called in every language.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::German => "Deutsch",
        }
    }

    /// The one that the document is marked with.
    #[must_use]
    pub fn marked() -> Language {
        let tag = root().map(|root| root.lang()).unwrap_or_default();
        Language::ALL.into_iter().find(|language| language.tag() == tag).unwrap_or_default()
    }

    /// Marks the document with it, for screen readers and hyphenation.
    pub fn mark(self) {
        if let Some(root) = root() {
            root.set_lang(self.tag());
        }
    }

    /// Comes back to it at the next visit. A browser that forbids storage forgets, and nothing else happens.
    pub fn remember(self) {
        if let Some(Ok(Some(storage))) = web_sys::window().map(|window| window.local_storage()) {
            let _ = storage.set_item(STORED, self.tag());
        }
    }

    /// Its translations. Nothing when they cannot be fetched or read.
    pub async fn load(self) -> Option<Catalogue> {
        if self == Language::English {
            return Some(&[]);
        }
        fetch(&format!("./texts/{}.json", self.tag())).await.ok()
    }
}

/// Reads a file of translations. They live as long as the page: it holds a few languages at most.
async fn fetch(address: &str) -> Result<Catalogue, JsValue> {
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let response: Response = JsFuture::from(window.fetch_with_str(address)).await?.dyn_into()?;
    if !response.ok() {
        return Err(JsValue::NULL);
    }
    let all: js_sys::Object = JsFuture::from(response.json()?).await?.dyn_into()?;
    let mut catalogue: Vec<(u32, &'static str)> = Vec::new();
    for entry in js_sys::Object::entries(&all).iter() {
        let entry = js_sys::Array::from(&entry);
        let text = |at| entry.get(at).as_string().ok_or(JsValue::NULL);
        let english = text(0)?;
        // Short in what is published, whole while the page is being worked on.
        let short = english.strip_prefix('#').and_then(|key| u32::from_str_radix(key, 16).ok());
        catalogue.push((short.unwrap_or_else(|| key_of(&english)), text(1)?.leak()));
    }
    catalogue.sort_unstable_by_key(|(key, _)| *key);
    Ok(catalogue.leak())
}
