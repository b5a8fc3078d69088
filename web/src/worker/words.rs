//! A [`Text`] on its way from the worker, which knows no language, to the page, which speaks one: its template and what
//! stands in the gaps, in one line.

use mirrorline_engine::text::{Arg, Text};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// What stands in a gap follows.
const ARG: char = '\u{1f}';
/// A text that stands in a gap is over.
const END: char = '\u{1e}';

/// As [`read`] reads it. Whether a first letter is large is left out: what is told begins no sentence.
pub fn write(text: &Text, out: &mut String) {
    let (template, args) = text.parts();
    out.push_str(template);
    for arg in args {
        out.push(ARG);
        match arg {
            Arg::Number(number) => *out += &format!("n{number}"),
            Arg::Verbatim(words) => *out += &format!("v{}", words.replace(char::is_control, " ")),
            Arg::Text(text) => {
                out.push('t');
                write(text, out);
                out.push(END);
            }
        }
    }
}

/// Nothing when it is none.
pub fn read(line: &str) -> Option<Text> {
    let mut rest = line;
    let text = text(&mut rest)?;
    rest.is_empty().then_some(text)
}

fn text(rest: &mut &str) -> Option<Text> {
    let template = lasting(word(rest));
    let mut args = Vec::new();
    while let Some(after) = rest.strip_prefix(ARG) {
        let mut chars = after.chars();
        let kind = chars.next()?;
        *rest = chars.as_str();
        args.push(match kind {
            'n' => Arg::Number(word(rest).parse().ok()?),
            'v' => Arg::Verbatim(word(rest).to_owned()),
            't' => {
                let inner = text(rest)?;
                *rest = rest.strip_prefix(END)?;
                Arg::Text(inner)
            }
            _ => return None,
        });
    }
    Some(Text::of_parts(template, args))
}

/// Up to the next mark.
fn word<'a>(rest: &mut &'a str) -> &'a str {
    let (word, after) = rest.split_at(rest.find([ARG, END]).unwrap_or(rest.len()));
    *rest = after;
    word
}

/// The template for as long as the page lives, which has it in its program too, but not where it could be looked up.
/// There are some dozens; each is kept once.
fn lasting(template: &str) -> &'static str {
    thread_local! {
        static MET: RefCell<BTreeSet<&'static str>> = const { RefCell::new(BTreeSet::new()) };
    }
    MET.with_borrow_mut(|met| match met.get(template) {
        Some(known) => known,
        None => {
            let kept: &'static str = template.to_owned().leak();
            met.insert(kept);
            kept
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use mirrorline_engine::text;

    fn over(text: &Text) -> Option<Text> {
        let mut line = String::new();
        write(text, &mut line);
        assert!(!line.contains('\n'), "{line:?}");
        read(&line)
    }

    #[test]
    fn a_text_is_read_as_it_was_written_and_can_still_be_translated() {
        let inner = text!("{state} seq {seq}", state = "OD", seq = 7_u64);
        let told =
            text!("line {line}: A has {a}, B has {b}", line = "0:42".to_owned(), a = inner, b = "none");
        let read = over(&told).expect("it is a text");
        assert_eq!(read.to_string(), "line 0:42: A has OD seq 7, B has none");
        let german = |english| match english {
            "line {line}: A has {a}, B has {b}" => "Zeile {line}: bei B {b}, bei A {a}",
            "none" => "nichts",
            other => other,
        };
        assert_eq!(read.say(&german), "Zeile 0:42: bei B nichts, bei A OD seq 7");
        assert_eq!(over(&Text::default()).expect("nothing is a text").to_string(), "");
        let odd = text!("{name}", name = "a\u{1f}b\nc\u{1e}".to_owned());
        assert_eq!(over(&odd).expect("marks are taken out").to_string(), "a b c ");
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for line in ["a\u{1f}", "a\u{1f}x1", "a\u{1f}nx", "a\u{1f}tb", "a\u{1e}", "a\u{1f}n1\u{1e}"] {
            assert_eq!(read(line), None, "{line:?}");
        }
    }
}
