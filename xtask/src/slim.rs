//! The published page's scripts, style sheets and translations, without what only people read. All style sheets become one: together
//! they compress better, and the page asks for one file instead of ten.

use crate::failure::{Doing, Failure, Result};
use crate::tools::WasmTools;
use crate::{fingerprint, shell, texts};
use std::path::Path;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(60);

/// Makes the scripts and style sheets below `folder` small, and returns `html` with one style sheet.
pub fn slim(folder: &Path, html: &str, tools: &WasmTools) -> Result<String> {
    let (html, sheets) = take_sheets(html)?;
    let mut all = String::new();
    for sheet in &sheets {
        let path = folder.join(sheet);
        all += &std::fs::read_to_string(&path).doing(|| format!("read {}", path.display()))?;
        std::fs::remove_file(&path).doing(|| format!("remove {}", path.display()))?;
    }
    let name = format!("style-{:016x}.css", fingerprint::of_bytes(all.as_bytes()));
    let path = folder.join(&name);
    std::fs::write(&path, all).doing(|| format!("write {}", path.display()))?;
    minify(folder, tools)?;
    shorten_catalogues(folder)?;
    Ok(html.replacen(HERE, &format!("<link rel=\"stylesheet\" href=\"./{name}\" />"), 1))
}

/// Stands where the one style sheet goes.
const HERE: &str = "<!--style-->";

/// The page with a mark in place of its first style sheet and without the others, and their names in order.
fn take_sheets(html: &str) -> Result<(String, Vec<String>)> {
    let mut out = String::with_capacity(html.len());
    let mut sheets = Vec::new();
    for line in html.split_inclusive('\n') {
        let link = line.trim();
        let name = link
            .strip_prefix("<link rel=\"stylesheet\" href=\"./")
            .and_then(|rest| rest.split_once('"'))
            .map(|(name, _)| name.to_owned());
        match name {
            Some(_) if !link.ends_with('>') || link.matches('<').count() != 1 => {
                return Err(Failure::new(format!("a style sheet shares its line: `{link}`"))
                    .remedy("see how Trunk writes the page's head now"));
            }
            Some(name) => {
                if sheets.is_empty() {
                    out.push_str(HERE);
                }
                sheets.push(name);
            }
            None => out.push_str(line),
        }
    }
    if sheets.is_empty() {
        return Err(Failure::new("the built page has no style sheet")
            .remedy("see whether index.html still links static/css with data-trunk"));
    }
    Ok((out, sheets))
}

fn shorten_catalogues(folder: &Path) -> Result<()> {
    for path in fingerprint::files_below(&folder.join("texts"))? {
        let name = || path.display();
        let text = std::fs::read_to_string(&path).doing(|| format!("read {}", name()))?;
        std::fs::write(&path, texts::short(&text)?).doing(|| format!("write {}", name()))?;
    }
    Ok(())
}

fn minify(folder: &Path, tools: &WasmTools) -> Result<()> {
    let is_text = |path: &Path| path.extension().is_some_and(|kind| kind == "js" || kind == "css");
    let mut command = tools.command("esbuild");
    command.args(["--minify", "--allow-overwrite", "--log-level=warning"]);
    for flag in ["--outdir", "--outbase"] {
        command.arg(format!("{flag}={}", folder.display()));
    }
    command.args(fingerprint::files_below(folder)?.iter().filter(|path| is_text(path)));
    shell::step("page: make scripts and styles small", &mut command, LIMIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<head>\n<link rel=\"icon\" href=\"./a.svg\"/>\n  <link rel=\"stylesheet\" href=\"./one.css\" integrity=\"x\"/>\n  \
                        <link rel=\"stylesheet\" href=\"./two.css\"/>\n</head>\n";

    #[test]
    fn all_sheets_become_one_in_the_place_of_the_first() {
        let (html, sheets) = take_sheets(PAGE).unwrap();
        assert_eq!(sheets, ["one.css", "two.css"]);
        assert_eq!(html, format!("<head>\n<link rel=\"icon\" href=\"./a.svg\"/>\n{HERE}</head>\n"));
    }

    #[test]
    fn a_page_without_sheets_or_with_a_shared_line_is_refused() {
        assert!(take_sheets("<head></head>\n").is_err());
        assert!(take_sheets(&PAGE.replace("/>\n  <link rel=\"style", "/><link rel=\"style")).is_err());
    }
}
