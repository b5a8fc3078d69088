//! House rules that neither the compiler nor clippy knows; those about texts are in `texts.rs`.

use crate::cache;
use crate::failure::{Doing, Failure, Result};
use crate::fingerprint::files_below;
use crate::texts;
use std::path::Path;

/// A source file longer than this is more than one idea.
const LONGEST_FILE: usize = 700;

/// Where sources and texts lie.
const PLACES: [&str; 18] = [
    ".ci",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "README.md",
    "cli",
    "docs",
    "e2e/lib",
    "e2e/module",
    "e2e/tests",
    "engine",
    "examples",
    "fuzz/fuzz_targets",
    "fuzz/readers.rs",
    "index.html",
    "static",
    "web",
    "xtask",
    "Cargo.toml",
];

const TEXT_ENDINGS: [&str; 8] = ["rs", "md", "toml", "mjs", "js", "css", "html", "run"];

/// Words that promise what was not done. They are put together here, so that
/// this file does not break its own rule.
const PROMISES: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")];

/// One more promise, but only where it ends a clause: a policy may well ask
/// "for now and later".
const FOR_THE_MOMENT: &str = concat!("for", " now");

/// Tests that do not run, or that pass for any panic at all.
const WEAK_TESTS: [&str; 2] = [concat!("#[ig", "nore"), concat!("#[should_", "panic")];

/// The engine is a pure function of its inputs: it knows no browser and no
/// operating system.
const NOT_IN_ENGINE: [&str; 6] = ["wasm_bindgen", "web_sys", "js_sys", "std::fs", "std::net", "std::env::"];

/// Checks all sources, and reports every breach before it fails.
pub fn run() -> Result<()> {
    let mut breaches = Vec::new();
    let mut checked = 0;
    for place in PLACES {
        for file in files_below(&cache::repo().join(place))? {
            let name = file.strip_prefix(cache::repo()).unwrap_or(&file);
            let ending = name.extension().unwrap_or_default().to_string_lossy();
            if !TEXT_ENDINGS.contains(&ending.as_ref()) {
                continue;
            }
            let text = std::fs::read_to_string(&file).doing(|| format!("read {}", file.display()))?;
            checked += 1;
            breaches.extend(breaches_of(name, &text));
        }
    }
    breaches.extend(texts::breaches()?);
    for breach in &breaches {
        println!("{breach}");
    }
    if breaches.is_empty() {
        println!("{checked} files keep the house rules");
        Ok(())
    } else {
        Err(Failure::new(format!("{} breaches of house rules", breaches.len())))
    }
}

fn breaches_of(name: &Path, text: &str) -> Vec<String> {
    let mut breaches = Vec::new();
    let is_rust = name.extension().is_some_and(|ending| ending == "rs");
    let mut in_tests = is_test_file(name);
    for (index, line) in text.lines().enumerate() {
        let mut report = |what: &str| {
            breaches.push(format!("{}:{}: {what}", name.display(), index + 1));
        };
        for word in PROMISES.iter().filter(|word| has_word(line, word)).chain(ends_clause(line)) {
            report(&format!("`{word}`: do it, or write it down as a limit"));
        }
        if !is_rust {
            continue;
        }
        // By our convention unit tests are the last thing in a file.
        in_tests |= line.trim() == "#[cfg(test)]";
        for word in WEAK_TESTS.iter().filter(|word| line.contains(*word)) {
            report(&format!("`{word}]`: a test runs, and says what it expects"));
        }
        if !in_tests && is_shipped(name) && line.contains(".unwrap()") {
            report("`.unwrap()`: return an error, or `.expect(\"why it cannot fail\")`");
        }
        if name.starts_with("engine/src") && !in_tests {
            for word in NOT_IN_ENGINE.iter().filter(|word| line.contains(*word)) {
                report(&format!("`{word}`: the engine knows neither browser nor system"));
            }
        }
    }
    let lines = text.lines().count();
    if is_rust && lines > LONGEST_FILE {
        breaches
            .push(format!("{}: {lines} lines, more than {LONGEST_FILE}: split it by idea", name.display()));
    }
    breaches
}

/// Whether `word` stands in `line` on its own, not inside a longer word.
fn has_word(line: &str, word: &str) -> bool {
    let letter = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word)
        .any(|(at, _)| !line[..at].ends_with(letter) && !line[at + word.len()..].starts_with(letter))
}

fn ends_clause(line: &str) -> Option<&&str> {
    let ends = |at: usize| {
        let next = line[at + FOR_THE_MOMENT.len()..].trim_start();
        next.is_empty() || next.starts_with(['.', ',', ';', ':', ')'])
    };
    line.match_indices(FOR_THE_MOMENT).any(|(at, _)| ends(at)).then_some(&FOR_THE_MOMENT)
}

fn is_test_file(name: &Path) -> bool {
    name.components().any(|part| part.as_os_str() == "tests")
        || name.file_stem().is_some_and(|stem| stem == "tests" || stem.to_string_lossy().ends_with("_tests"))
}

/// Crates whose users see what a panic does.
fn is_shipped(name: &Path) -> bool {
    ["engine/src", "cli/src", "web/src"].iter().any(|folder| name.starts_with(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(name: &str, text: &str) -> usize {
        breaches_of(Path::new(name), text).len()
    }

    #[test]
    fn each_rule_can_be_broken() {
        let promise = format!("// {}: later", PROMISES[0]);
        assert_eq!(count("docs/a.md", &promise), 1);
        assert_eq!(count("web/src/a.rs", &format!("// Good enough {FOR_THE_MOMENT}.")), 1);
        assert_eq!(count("engine/tests/a.rs", WEAK_TESTS[0]), 1);
        assert_eq!(count("web/src/a.rs", "x.unwrap();"), 1);
        assert_eq!(count("engine/src/a.rs", "use std::fs::File;"), 1);
        assert_eq!(count("cli/src/a.rs", &"\n".repeat(LONGEST_FILE + 1)), 1);
    }

    #[test]
    fn what_is_allowed_passes() {
        assert_eq!(count("engine/src/a.rs", "#[cfg(test)]\nmod t { x.unwrap(); }"), 0);
        assert_eq!(count("web/tests/node.rs", "x.unwrap();"), 0);
        assert_eq!(count("engine/src/a_tests.rs", "x.unwrap();"), 0);
        assert_eq!(count("engine/src/a.rs", "// as many as it asks for\u{20}now and then"), 0);
        assert_eq!(count("xtask/src/a.rs", "x.unwrap_or(1);"), 0);
        assert_eq!(count("docs/a.md", "a mas\u{74}odon and a FIX\u{4d}ETAL"), 0);
    }
}
