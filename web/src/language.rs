//! The language of the page. English stands where it is used and is the key; another language is a catalogue of
//! translations, of which one at most is in use. What it lacks stays English.
//!
//! The catalogue belongs to the page as a whole, like its theme: whoever makes words asks for it here, and nobody has
//! to be handed it. Another catalogue makes other words, so everything that holds any is then made anew.

mod choice;

pub use choice::Language;

use crate::scene::model::{LineLabel, SlotId};
use mirrorline_engine::text::{Arg, Text};
use std::cell::Cell;

/// Translations, each behind the key of its English, sorted by that.
pub type Catalogue = &'static [(u32, &'static str)];

/// Of an English text: FNV-1a in 32 bits. The published files name it instead of the text, which the program has
/// already (`xtask/src/texts.rs`, where no two texts may have the same).
pub(crate) fn key_of(english: &str) -> u32 {
    english.bytes().fold(0x811c_9dc5, |key, byte| (key ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

thread_local! {
    static IN_USE: Cell<(Language, Catalogue)> = const { Cell::new((Language::English, &[])) };
}

/// Speaks a language from now on, by its catalogue; that of English is empty.
pub fn put(language: Language, catalogue: Catalogue) {
    IN_USE.set((language, catalogue));
}

/// The language that is spoken.
#[must_use]
pub fn current() -> Language {
    IN_USE.get().0
}

/// What the catalogue in use has for an English text.
fn find(english: &str) -> Option<&'static str> {
    let (_, all) = IN_USE.get();
    if all.is_empty() {
        return None;
    }
    let at = all.binary_search_by_key(&key_of(english), |(key, _)| *key).ok()?;
    Some(all[at].1)
}

/// A text without gaps, in the language of the page.
#[must_use]
pub fn tr(english: &'static str) -> &'static str {
    find(english).unwrap_or(english)
}

/// A text that somebody may have written himself: a scenario's title.
#[must_use]
pub fn tr_any(text: &str) -> String {
    find(text).unwrap_or(text).to_owned()
}

/// A text in the language of the page.
#[must_use]
#[inline(never)]
pub fn speak(text: Text) -> String {
    text.say(&tr)
}

/// A template with its gaps filled, in the language of the page. Use [`say!`].
#[must_use]
#[inline(never)]
pub fn fill<const N: usize>(template: &'static str, args: [Arg; N]) -> String {
    speak(Text::new(template, args))
}

/// `say!("{used} of {total}", used, total)`: an English template with its gaps filled, in the language of the page.
macro_rules! say {
    ($($text:tt)+) => {
        mirrorline_engine::text!(@for $crate::language::fill, $($text)+)
    };
}
pub(crate) use say;

/// An address says the same in every language.
macro_rules! addresses {
    ($($address:ty),+) => {$(
        impl From<$address> for Arg {
            fn from(address: $address) -> Arg {
                Arg::Verbatim(address.to_string())
            }
        }

        impl From<&$address> for Arg {
            fn from(address: &$address) -> Arg {
                Arg::Verbatim(address.to_string())
            }
        }
    )+};
}

addresses!(LineLabel, SlotId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_from_the_catalogue_in_use_and_stay_english_where_it_has_none() {
        let used = 3_u32;
        assert_eq!(
            (tr("Share"), say!("{used} of {total}", used, total = 9_u32)),
            ("Share", "3 of 9".to_owned())
        );
        let mut pairs = [("Share", "Teilen"), ("{used} of {total}", "{total}, davon {used}")]
            .map(|(key, it)| (key_of(key), it));
        pairs.sort_unstable();
        put(Language::German, Vec::from(pairs).leak());
        assert_eq!(
            (tr("Share"), say!("{used} of {total}", used, total = 9_u32)),
            ("Teilen", "9, davon 3".to_owned())
        );
        assert_eq!(say!("Claim {number}", number = used), "Claim 3");
        assert_eq!([tr_any("Share"), tr_any("My own run")], ["Teilen", "My own run"]);
        put(Language::English, &[]);
        assert_eq!(tr("Share"), "Share");
    }
}
