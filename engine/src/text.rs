//! Sentences that can be said in another language. English stands where it is used, as a template with named gaps; it
//! is what `Display` says, and the key under which a catalogue has the translation. The engine knows no language: it
//! hands out [`Text`]s, and whoever shows them brings the catalogue.

use crate::ids::ControllerId;
use std::fmt;
use std::sync::Arc;

/// A template and what stands in its gaps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    template: &'static str,
    /// Apart and shared: texts are handed on by value in hundreds of places, where each word of size is code.
    more: Option<Arc<More>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct More {
    /// For each distinct gap of the English template, in the order in which they come.
    args: Vec<Arg>,
    /// The first letter is made large: the text begins a sentence.
    capital: bool,
}

/// What stands in a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg {
    Number(u64),
    /// A part that is translated for itself.
    Text(Text),
    /// The same in every language: an address, a name that somebody chose.
    Verbatim(String),
}

/// What a catalogue does: the template in its language for an English one, or the English one itself.
pub type Translate<'a> = &'a dyn Fn(&'static str) -> &'static str;

/// Makes a [`Text`]: `text!("{host} writes {what} at {via}.", host, what = names::asked(&asked), via)`. The names are
/// those of the gaps, in the order in which they come first; anything else does not compile.
#[macro_export]
macro_rules! text {
    ($template:literal) => {{
        const { $crate::text::check($template, &[]) };
        $crate::text::Text::plain($template)
    }};
    ($template:literal, $($args:tt)+) => { $crate::text!(@for $crate::text::Text::new, $template, $($args)+) };
    // Hands template and arguments to a function of the caller’s.
    (@for $make:path, $template:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {{
        const { $crate::text::check($template, &[$(stringify!($name)),*]) };
        $make($template, [$($crate::text!(@arg $name $(= $value)?)),*])
    }};
    (@arg $name:ident) => { $crate::text::Arg::from($name) };
    (@arg $name:ident = $value:expr) => { $crate::text::Arg::from($value) };
}

/// Marks an English template that becomes a [`Text`] elsewhere, so that it is found for the catalogues.
#[macro_export]
macro_rules! mark {
    ($template:literal $(,)?) => {
        $template
    };
}

impl Text {
    /// Use [`text!`](crate::text!), which compares the gaps with the arguments.
    #[must_use]
    #[inline(never)]
    pub fn new<const N: usize>(template: &'static str, args: [Arg; N]) -> Text {
        Text::of_parts(template, Vec::from(args))
    }

    /// From what [`Text::parts`] gives.
    #[must_use]
    pub fn of_parts(template: &'static str, args: Vec<Arg>) -> Text {
        let more = if args.is_empty() { None } else { Some(Arc::new(More { args, capital: false })) };
        Text { template, more }
    }

    /// The template, and what stands in its gaps: for each distinct one, in the order in which they come.
    #[must_use]
    pub fn parts(&self) -> (&'static str, &[Arg]) {
        (self.template, self.more.as_ref().map_or(&[], |more| &more.args))
    }

    /// A text without gaps.
    #[must_use]
    pub const fn plain(template: &'static str) -> Text {
        Text { template, more: None }
    }

    /// The same at the beginning of a sentence.
    #[must_use]
    pub fn capital(mut self) -> Text {
        Arc::make_mut(self.more.get_or_insert_default()).capital = true;
        self
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.template.is_empty()
    }

    /// One text after another; an empty one leaves no space.
    #[must_use]
    pub fn then(self, next: Text) -> Text {
        match (self.is_empty(), next.is_empty()) {
            (true, _) => next,
            (_, true) => self,
            _ => Text::new("{first} {next}", [Arg::Text(self), Arg::Text(next)]),
        }
    }

    /// Several texts, one after another with a semicolon between two.
    #[must_use]
    pub fn list(texts: impl IntoIterator<Item = Text>) -> Text {
        let join = |first, next| Text::new("{first}; {next}", [Arg::Text(first), Arg::Text(next)]);
        texts.into_iter().reduce(join).unwrap_or_default()
    }

    /// Appends the text in a catalogue's language. A translation may have the gaps in an order of its own.
    pub fn fill(&self, translate: Translate<'_>, out: &mut String) {
        let from = out.len();
        let mut names = Vec::new();
        let mut rest = self.template;
        while let Some((_, name, after)) = gap(rest) {
            if !names.contains(&name) {
                names.push(name);
            }
            rest = after;
        }
        rest = translate(self.template);
        while let Some((before, name, after)) = gap(rest) {
            out.push_str(before);
            let at = names.iter().position(|known| *known == name);
            match at.and_then(|at| self.more.as_ref()?.args.get(at)) {
                Some(Arg::Number(number)) => out.push_str(&number.to_string()),
                Some(Arg::Text(text)) => text.fill(translate, out),
                Some(Arg::Verbatim(verbatim)) => out.push_str(verbatim),
                None => {}
            }
            rest = after;
        }
        out.push_str(rest);
        if self.more.as_ref().is_some_and(|more| more.capital)
            && let Some(first) = out[from..].chars().next()
        {
            let large: String = first.to_uppercase().collect();
            out.replace_range(from..from + first.len_utf8(), &large);
        }
    }

    /// The text in a catalogue's language.
    #[must_use]
    pub fn say(&self, translate: Translate<'_>) -> String {
        let mut out = String::new();
        self.fill(translate, &mut out);
        out
    }
}

/// Splits at the first gap: what stands before it, its name, and what follows.
fn gap(template: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = template.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

/// English.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.say(&|english| english))
    }
}

/// English: what is written is for programs.
impl serde::Serialize for Text {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl From<&'static str> for Text {
    fn from(template: &'static str) -> Text {
        Text::plain(template)
    }
}

impl From<Text> for Arg {
    fn from(text: Text) -> Arg {
        Arg::Text(text)
    }
}

impl From<&Text> for Arg {
    fn from(text: &Text) -> Arg {
        Arg::Text(text.clone())
    }
}

/// A word that a catalogue may have; if it has not, as with a protocol's names, the word itself.
impl From<&'static str> for Arg {
    fn from(word: &'static str) -> Arg {
        Arg::Text(Text::plain(word))
    }
}

impl From<&&'static str> for Arg {
    fn from(word: &&'static str) -> Arg {
        Arg::from(*word)
    }
}

impl From<String> for Arg {
    fn from(verbatim: String) -> Arg {
        Arg::Verbatim(verbatim)
    }
}

impl From<&String> for Arg {
    fn from(verbatim: &String) -> Arg {
        Arg::Verbatim(verbatim.clone())
    }
}

impl From<ControllerId> for Arg {
    fn from(id: ControllerId) -> Arg {
        Arg::from(match id {
            ControllerId::A => "A",
            ControllerId::B => "B",
        })
    }
}

impl From<&ControllerId> for Arg {
    fn from(id: &ControllerId) -> Arg {
        Arg::from(*id)
    }
}

macro_rules! numbers {
    ($($number:ty),+) => {$(
        impl From<$number> for Arg {
            fn from(number: $number) -> Arg {
                Arg::Number(number as u64)
            }
        }

        impl From<&$number> for Arg {
            fn from(number: &$number) -> Arg {
                Arg::Number(*number as u64)
            }
        }
    )+};
}

numbers!(u8, u16, u32, u64, usize);

/// Whether the gaps of a template are `names`, in the order in which they come first. At compile time: a wrong one is
/// an error of the build.
pub const fn check(template: &str, names: &[&str]) {
    let bytes = template.as_bytes();
    let (mut at, mut met) = (0, 0);
    while at < bytes.len() {
        if bytes[at] == b'{' {
            let from = at + 1;
            while bytes[at] != b'}' {
                at += 1;
            }
            let mut known = 0;
            while known < met && !is_name(bytes, from, at, names[known]) {
                known += 1;
            }
            if known == met {
                assert!(met < names.len(), "a gap without an argument");
                assert!(is_name(bytes, from, at, names[met]), "gaps and arguments have different names");
                met += 1;
            }
        }
        at += 1;
    }
    assert!(met == names.len(), "an argument without a gap");
}

const fn is_name(bytes: &[u8], from: usize, to: usize, name: &str) -> bool {
    let name = name.as_bytes();
    let mut at = 0;
    while at < name.len() && from + at < to && bytes[from + at] == name[at] {
        at += 1;
    }
    at == name.len() && from + at == to
}

#[cfg(test)]
mod tests {
    use super::*;

    fn german(english: &'static str) -> &'static str {
        match english {
            "{host} writes {what} at {via}." => "An {via} schreibt {host} {what}.",
            "block {block}" => "Block {block}",
            "{n} lines to write back" => "{n} Zeilen zurückzuschreiben",
            english => english,
        }
    }

    fn sentence() -> Text {
        let via = ControllerId::A;
        let what = text!("block {block}", block = 42_u64);
        text!("{host} writes {what} at {via}.", host = "host 1", what, via).capital()
    }

    #[test]
    fn english_is_the_template_itself_with_its_gaps_filled() {
        assert_eq!(sentence().to_string(), "Host 1 writes block 42 at A.");
        assert_eq!(text!("{n} and {n} is {sum}", n = 2_u8, sum = 4_u8).to_string(), "2 and 2 is 4");
    }

    #[test]
    fn a_translation_has_its_own_order_and_translates_what_it_holds() {
        assert_eq!(sentence().say(&german), "An A schreibt host 1 Block 42.");
    }

    #[test]
    fn what_a_catalogue_does_not_have_stays_english() {
        assert_eq!(text!("Nobody knows {what}.", what = "yet").say(&german), "Nobody knows yet.");
    }

    #[test]
    fn texts_follow_each_other_with_one_space() {
        let then = |first, next| Text::plain(first).then(Text::plain(next)).to_string();
        assert_eq!([then("A.", "B."), then("", "B."), then("A.", "")], ["A. B.", "B.", "A."]);
    }

    #[test]
    fn a_gap_that_a_translation_makes_up_is_left_out() {
        let made_up = |_: &'static str| "{other}!";
        assert_eq!(text!("{n} lines to write back", n = 3_u8).say(&made_up), "!");
    }

    #[test]
    fn gaps_and_arguments_are_compared() {
        check("{a} {b} {a}", &["a", "b"]);
        for (template, names) in [
            ("{a}", &[][..]),
            ("{a}", &["b"]),
            ("{a}", &["a", "b"]),
            ("{a} {b}", &["b", "a"]),
            ("{ab}", &["a"]),
        ] {
            let wrong = std::panic::catch_unwind(|| check(template, names));
            assert!(wrong.is_err(), "{template} {names:?}");
        }
    }
}
