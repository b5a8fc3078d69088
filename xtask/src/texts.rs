//! The catalogues of translations: whether each has every text of the page, and none besides; and whether a text stands
//! in a component that no catalogue is asked for. See docs/texts.md.

use crate::cache;
use crate::failure::{Doing, Failure, Result};
use crate::fingerprint::files_below;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Where texts are made.
const SOURCES: [&str; 2] = ["engine/src", "web/src"];
const CATALOGUES: &str = "static/texts";
/// A text although it has no words.
const DECIMAL_SIGN: &str = ".";

/// What marks a literal as a text.
const MARKS: [&str; 4] = ["text!(", "say!(", "mark!(", "tr("];
/// Attributes that are read or heard.
const SPOKEN: [&str; 5] = ["aria-label=", "title=", "placeholder=", "aria-valuetext=", "label="];
/// The same in every language.
const NAMES: [&str; 2] = ["Mirrorline", "fio --write_iolog=my.iolog"];

/// What is wrong with the catalogues and the components.
pub fn breaches() -> Result<Vec<String>> {
    let mut texts = BTreeSet::new();
    let mut breaches = Vec::new();
    for place in SOURCES {
        for file in files_below(&cache::repo().join(place))? {
            let name = file.strip_prefix(cache::repo()).unwrap_or(&file).to_owned();
            let read = || std::fs::read_to_string(&file).doing(|| format!("read {}", file.display()));
            match name.extension().unwrap_or_default().to_str() {
                Some("rs") if !is_test(&name) => {
                    let source = read()?;
                    texts.extend(texts_of(&source));
                    if name.starts_with("web/src/components") || name.starts_with("web/src/app") {
                        let bare = bare_texts(&source);
                        breaches.extend(bare.into_iter().map(|what| format!("{}: {what}", name.display())));
                    }
                }
                Some("scenario") => texts.extend(words_of_scenario(&read()?)),
                _ => {}
            }
        }
    }
    for file in files_below(&cache::repo().join("static/css"))? {
        let name = file.strip_prefix(cache::repo()).unwrap_or(&file).display();
        let text = std::fs::read_to_string(&file).doing(|| format!("read {name}"))?;
        breaches.extend(worded_styles(&text).map(|what| format!("{name}: {what}")));
    }
    for file in files_below(&cache::repo().join(CATALOGUES))? {
        let name = file.strip_prefix(cache::repo()).unwrap_or(&file).display();
        let text = std::fs::read_to_string(&file).doing(|| format!("read {name}"))?;
        let wrong = match pairs_of(&text) {
            Some(pairs) => compare(&texts, &pairs),
            None => vec!["is not one object of strings".to_owned()],
        };
        breaches.extend(wrong.into_iter().map(|what| format!("{name}: {what}")));
    }
    Ok(breaches)
}

fn is_test(name: &Path) -> bool {
    name.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("tests"))
}

/// A string literal in a source, without its quotes, escapes resolved.
struct Literal {
    from: usize,
    to: usize,
    text: String,
}

/// The literals of a source. Unit tests come last in a file, by our convention, and count no more.
fn literals(source: &str) -> Vec<Literal> {
    let mut found = Vec::new();
    let end = source.find("#[cfg(test)]\nmod tests {").unwrap_or(source.len());
    let mut at = 0;
    while at < end {
        let rest = &source[at..end];
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("'\"'") || rest.starts_with("'\\") {
            3
        } else if rest.starts_with('"') {
            let (text, length) = literal(rest);
            found.push(Literal { from: at, to: at + length, text });
            length
        } else {
            rest.chars().next().map_or(1, char::len_utf8)
        };
        at += skipped;
    }
    found
}

/// Reads a literal that begins here; its text, and its length with the quotes.
fn literal(source: &str) -> (String, usize) {
    let mut text = String::new();
    let mut letters = source.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (text, at + 1),
            '\\' => match letters.next() {
                Some((_, 'n')) => text.push('\n'),
                Some((_, other)) => text.push(other),
                None => break,
            },
            other => text.push(other),
        }
    }
    (text, source.len())
}

fn has_words(text: &str) -> bool {
    let outside = text.split('{').enumerate().map(|(n, part)| match n {
        0 => part,
        _ => part.split_once('}').map_or("", |(_, after)| after),
    });
    outside.flat_map(str::chars).any(char::is_alphabetic)
}

/// The texts that a source asks a catalogue for. One that is nothing but gaps needs no translation.
fn texts_of(source: &str) -> Vec<String> {
    let marked = |literal: &Literal| {
        let before = source[..literal.from].trim_end();
        MARKS.iter().any(|mark| {
            let head = before.strip_suffix(mark);
            head.is_some_and(|head| !head.ends_with(|c: char| c.is_alphanumeric() || c == '_'))
        })
    };
    let all = literals(source).into_iter();
    all.filter(|literal| marked(literal) && (has_words(&literal.text) || literal.text == DECIMAL_SIGN))
        .map(|literal| literal.text)
        .collect()
}

/// What a built-in scenario says of itself.
fn words_of_scenario(text: &str) -> Vec<String> {
    let said = text.lines().filter_map(|line| line.strip_prefix("title ").or(line.strip_prefix("about ")));
    said.map(|words| words.trim().to_owned()).collect()
}

/// Text nodes and spoken attributes of `html!` that are plain literals.
fn bare_texts(source: &str) -> Vec<String> {
    let is_bare = |literal: &Literal| {
        let (before, after) = (&source[..literal.from], &source[literal.to..]);
        let in_braces = before.strip_suffix("{ ").filter(|_| after.starts_with(" }"));
        let node = in_braces.is_some_and(|before| {
            let in_markup = before.trim_end().ends_with(['>', '}']);
            in_markup || literal.text.contains(char::is_uppercase)
        });
        let spoken = SPOKEN.iter().any(|name| before.ends_with(name));
        // A single letter is a name: of a controller, or of a mark.
        let letters = literal.text.chars().filter(|c| c.is_alphabetic()).count();
        (node || spoken) && letters > 1 && !NAMES.contains(&literal.text.as_str())
    };
    let said = |literal: Literal| {
        let line = source[..literal.from].matches('\n').count() + 1;
        format!("line {line}: `{}` is said without a catalogue: `tr(…)`", literal.text)
    };
    literals(source).into_iter().filter(is_bare).map(said).collect()
}

/// Style sheets have no words: `content: attr(…)` takes them from the page.
fn worded_styles(css: &str) -> impl Iterator<Item = String> {
    let contents = css.split("content: \"").skip(1).filter_map(|rest| rest.split('"').next());
    let worded = contents.filter(|text| text.chars().filter(|c| c.is_alphabetic()).count() > 1);
    worded.map(|text| format!("`content: \"{text}\"` is said without a catalogue"))
}

/// The pairs of a JSON object of strings, in their order.
fn pairs_of(json: &str) -> Option<Vec<(String, String)>> {
    let strings = literals(json);
    let mut between = Vec::new();
    let mut from = 0;
    for string in &strings {
        between.push(json[from..string.from].trim());
        from = string.to;
    }
    between.push(json[from..].trim());
    let expected = |at: usize| match at {
        0 => "{",
        last if last == strings.len() => "}",
        odd if odd % 2 == 1 => ":",
        _ => ",",
    };
    let sound =
        strings.len().is_multiple_of(2) && between.iter().enumerate().all(|(at, text)| *text == expected(at));
    let mut texts = strings.into_iter().map(|string| string.text);
    let pairs = std::iter::from_fn(|| Some((texts.next()?, texts.next()?))).collect();
    sound.then_some(pairs)
}

/// A catalogue as it is published: with short keys, since the program has the English texts already.
pub fn short(json: &str) -> Result<String> {
    let pairs = pairs_of(json).ok_or_else(|| Failure::new("a catalogue is not one object of strings"))?;
    let mut seen = BTreeMap::new();
    let mut lines = Vec::new();
    for (english, other) in &pairs {
        let key = key_of(english);
        if let Some(same) = seen.insert(key, english) {
            let what = format!("`{english}` and `{same}` have the same short key");
            return Err(Failure::new(what).remedy("change a word of one of them, here and in the sources"));
        }
        let other = other.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        lines.push(format!("\"#{key:x}\":\"{other}\""));
    }
    Ok(format!("{{{}}}", lines.join(",\n")))
}

/// Of an English text: FNV-1a in 32 bits, as the page computes it (`web/src/language.rs`).
fn key_of(english: &str) -> u32 {
    english.bytes().fold(0x811c_9dc5, |key, byte| (key ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

fn gaps(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0)).collect()
}

fn edges(text: &str) -> (bool, bool) {
    (text.starts_with(' '), text.ends_with(' '))
}

/// What a catalogue lacks, what it has too much, and where it says something else.
fn compare(texts: &BTreeSet<String>, pairs: &[(String, String)]) -> Vec<String> {
    let known: BTreeMap<&str, &str> = pairs.iter().map(|(key, text)| (key.as_str(), text.as_str())).collect();
    let lacking = texts.iter().filter(|text| !known.contains_key(text.as_str()));
    let mut wrong: Vec<String> = lacking.map(|text| format!("lacks `{text}`")).collect();
    for (english, other) in pairs {
        if !texts.contains(english) {
            wrong.push(format!("`{english}` is said nowhere"));
        }
        if gaps(english) != gaps(other) {
            wrong.push(format!("`{english}` has other gaps than `{other}`"));
        }
        if edges(english) != edges(other) {
            wrong
                .push(format!("`{english}` begins or ends with a space, `{other}` does not, or the reverse"));
        }
    }
    // The page looks keys up by halving.
    if let Some(two) = pairs.windows(2).find(|two| two[0].0 >= two[1].0) {
        wrong.push(format!("`{}` stands before `{}`: sort the file by its keys", two[0].0, two[1].0));
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(texts: &[&str]) -> BTreeSet<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn texts_are_found_where_they_are_marked() {
        let source = r#"
            // tr("not this")
            let a = tr("Share"); let b = say!(
                "{used} of {total}", used, total);
            retr("neither"); write!(f, "nor this"); mark!("a \"quoted\" one"); text!("{n}");
        "#;
        assert_eq!(texts_of(source), ["Share", "{used} of {total}", "a \"quoted\" one"]);
        assert_eq!(words_of_scenario("title A run\nabout What it is.\nseed 7\n"), ["A run", "What it is."]);
    }

    #[test]
    fn bare_texts_are_found_in_markup() {
        let found = |source: &str| bare_texts(source).len();
        assert_eq!(found(r#"<b>{ "Hello" }</b>"#), 1);
        assert_eq!(found(r#"<b>{ icon() }{ "cut" }</b>"#), 1);
        assert_eq!(found(r#"<b aria-label="Stage">{ tr("Hello") }</b>"#), 1);
        assert_eq!(found(r#"<b title={tr("x")} class="one two">{ "A" }</b><h1>{ "Mirrorline" }</h1>"#), 0);
        assert_eq!(found(r#"class={if a { "to-a" } else { "to-b" }}"#), 0);
    }

    #[test]
    fn words_in_style_sheets_are_found() {
        let found = |css: &str| worded_styles(css).count();
        assert_eq!(found(r#"li::before { content: "because"; } b::after { content: "·"; }"#), 1);
        assert_eq!(found(r#"li::before { content: attr(data-because); } b::after { content: ""; }"#), 0);
    }

    #[test]
    fn a_catalogue_is_compared_with_the_texts() {
        let texts = set(&["Share", "{used} of {total}"]);
        let wrong = |json: &str| compare(&texts, &pairs_of(json).unwrap());
        let good = r#"{ "Share": "Teilen", "{used} of {total}": "{total}, davon {used}" }"#;
        assert!(wrong(good).is_empty(), "{:?}", wrong(good));
        assert_eq!(wrong(r#"{ "Share": "Teilen" }"#), ["lacks `{used} of {total}`"]);
        assert_eq!(wrong(&good.replace("davon {used}", "davon {use}")).len(), 1);
        assert_eq!(wrong(&good.replace("\"Share\"", "\"Shore\"")).len(), 2);
        assert_eq!(wrong(&good.replace("Teilen", " Teilen")).len(), 1);
        assert_eq!(wrong(r#"{ "{used} of {total}": "{used}/{total}", "Share": "Teilen" }"#).len(), 1);
        assert!(pairs_of(r#"{ "Share": "Teilen", }"#).is_none() && pairs_of("[]").is_none());
    }

    #[test]
    fn a_published_catalogue_has_short_keys() {
        assert_eq!(
            short(r#"{ "a": "x \"y\"", "b": "z" }"#).unwrap(),
            "{\"#e40c292c\":\"x \\\"y\\\"\",\n\"#e70c2de5\":\"z\"}"
        );
        assert!(short(r#"{ "a": "x", "a": "y" }"#).is_err(), "a key twice");
    }
}
