//! The content security policy of the published page.
//!
//! Trunk starts the page from an inline script, which a strict policy forbids.
//! So every inline script moves into a file of its own, and the policy becomes
//! the first thing in the page's head.

use crate::failure::{Failure, Result};
use crate::fingerprint;

/// What the page may do: talk to its own origin, compile wasm, and no more.
pub const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
    style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; \
    worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'";

/// A page without inline scripts.
#[derive(Debug)]
pub struct Tightened {
    pub html: String,
    /// Names and contents of the files that the page now asks for.
    pub scripts: Vec<(String, String)>,
}

/// Moves the inline scripts out of `html`, and adds the policy.
pub fn tighten(html: &str) -> Result<Tightened> {
    let mut out = String::with_capacity(html.len() + 512);
    let mut scripts = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find("<script") {
        let (before, tag_and_more) = rest.split_at(start);
        out.push_str(before);
        let (tag, body_and_more) = split_after(tag_and_more, ">")?;
        let (body, more) = split_before(body_and_more, "</script>")?;
        if tag.contains(" src=") || body.trim().is_empty() {
            out.push_str(tag);
            out.push_str(body);
        } else {
            let name = format!("start-{:016x}.js", fingerprint::of_bytes(body.as_bytes()));
            let opening = tag.trim_end_matches('>');
            out.push_str(&format!("{opening} src=\"./{name}\">"));
            scripts.push((name, body.trim().to_string() + "\n"));
        }
        rest = more;
    }
    out.push_str(rest);
    refuse_inline_styles(&out)?;
    Ok(Tightened { html: add_policy(&out)?, scripts })
}

/// The policy comes first, since it governs only what follows it.
fn add_policy(html: &str) -> Result<String> {
    let (before, after) = split_after(html, "<head>")?;
    Ok(format!("{before}<meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\" />{after}"))
}

/// A style in the page would be dropped by the browser without a word to us.
fn refuse_inline_styles(html: &str) -> Result<()> {
    for forbidden in ["<style", " style=", " onclick=", " onload="] {
        if html.contains(forbidden) {
            return Err(Failure::new(format!("index.html has `{forbidden}` in it")).remedy(
                "move it to a file in static/css or to the program: the page's \
                     security policy allows nothing inline",
            ));
        }
    }
    Ok(())
}

fn split_after<'a>(text: &'a str, mark: &str) -> Result<(&'a str, &'a str)> {
    let at = text.find(mark).ok_or_else(|| missing(mark))?;
    Ok(text.split_at(at + mark.len()))
}

fn split_before<'a>(text: &'a str, mark: &str) -> Result<(&'a str, &'a str)> {
    let at = text.find(mark).ok_or_else(|| missing(mark))?;
    Ok(text.split_at(at))
}

fn missing(mark: &str) -> Failure {
    Failure::new(format!("the built index.html has no `{mark}` where one is needed"))
        .remedy("compare it with index.html in the repository")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inline_script_becomes_a_file() {
        let page = "<html><head><title>t</title><script type=\"module\">start();</script></head>\
                    <body><script src=\"a.js\"></script></body></html>";
        let tight = tighten(page).expect("the page is whole");
        let (name, body) = &tight.scripts[0];
        assert_eq!(tight.scripts.len(), 1);
        assert_eq!(body, "start();\n");
        assert!(tight.html.contains(&format!("<script type=\"module\" src=\"./{name}\"></script>")));
        assert!(tight.html.contains("<script src=\"a.js\"></script>"));
        assert!(!tight.html.contains("start();"));
    }

    #[test]
    fn the_policy_is_the_first_thing_in_the_head() {
        let tight = tighten("<html><head><title>t</title></head></html>").expect("it is whole");
        assert!(tight.html.starts_with("<html><head><meta http-equiv=\"Content-Security-Policy\""));
    }

    #[test]
    fn what_the_policy_would_drop_is_refused() {
        let error = tighten("<html><head><style>p{}</style></head></html>").expect_err("a style");
        assert!(error.to_string().contains("<style"), "{error}");
        let error = tighten("<html><script>never closed</html>").expect_err("not closed");
        assert!(error.to_string().contains("</script>"), "{error}");
    }
}
