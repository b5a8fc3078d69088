//! A program that has failed says so, instead of leaving a picture that no longer moves.

/// Shows the page's crash message (it stands in index.html, hidden) when the program panics.
pub fn install() {
    std::panic::set_hook(Box::new(|info| {
        let text = info.to_string();
        web_sys::console::error_1(&text.as_str().into());
        let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
        if let Some(details) = document.get_element_by_id("crash-text") {
            details.set_text_content(Some(&text));
        }
        if let Some(message) = document.get_element_by_id("crash") {
            let _ = message.remove_attribute("hidden");
        }
    }));
}
