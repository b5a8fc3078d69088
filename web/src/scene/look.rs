//! How a slot looks: one look for each state of the protocol, and two for what has no state. Letters, words and
//! colours of a look are said here and nowhere else.

use crate::language::tr;
use mirrorline_engine::mark;
use mirrorline_engine::state::LineState;

/// An index into the heat map's palette.
pub type PaletteIndex = u8;

/// A slot's or an entry's appearance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Look {
    Free = 0,
    /// A fresh mirror slot that DATA is arriving in; invisible to the protocol until META.
    Filling,
    OP,
    OD,
    OF,
    OK,
    OX,
    OC,
    OR,
    OW,
    MD,
    MF,
    MK,
    /// Alone, as after a failover: the four twins of OC, OD, OF and OW.
    SC,
    SD,
    SF,
    SW,
    /// Only in the hash table: it holds no data, so it has no slot.
    M0,
}

/// The picture in a cell's corner. Glyphs repeat what colour says, for those who do not see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    Send,
    Dirty,
    Flush,
    Clean,
    Hollow,
    Release,
}

impl Glyph {
    /// The symbol's id in the page's sprite.
    #[must_use]
    pub fn href(self) -> &'static str {
        match self {
            Glyph::Send => "#g-send",
            Glyph::Dirty => "#g-dirty",
            Glyph::Flush => "#g-flush",
            Glyph::Clean => "#g-clean",
            Glyph::Hollow => "#g-none",
            Glyph::Release => "#g-release",
        }
    }
}

impl Look {
    /// All looks, at the index of their [`Look::palette`].
    pub const ALL: [Look; 18] = [
        Look::Free,
        Look::Filling,
        Look::OP,
        Look::OD,
        Look::OF,
        Look::OK,
        Look::OX,
        Look::OC,
        Look::OR,
        Look::OW,
        Look::MD,
        Look::MF,
        Look::MK,
        Look::SC,
        Look::SD,
        Look::SF,
        Look::SW,
        Look::M0,
    ];

    /// The look's place in the heat map's palette.
    #[must_use]
    pub fn palette(self) -> PaletteIndex {
        self as PaletteIndex
    }

    /// The letters in the cell. A free slot shows its number instead.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Look::Free => "",
            Look::Filling => "···",
            Look::OP => "OP",
            Look::OD => "OD",
            Look::OF => "OF",
            Look::OK => "OK",
            Look::OX => "OX",
            Look::OC => "OC",
            Look::OR => "OR",
            Look::OW => "OW",
            Look::MD => "MD",
            Look::MF => "MF",
            Look::MK => "MK",
            Look::SC => "SC",
            Look::SD => "SD",
            Look::SF => "SF",
            Look::SW => "SW",
            Look::M0 => "M0",
        }
    }

    /// The class that the style sheet colours by.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Look::Free => "free",
            Look::Filling => "fill",
            other => other.code(),
        }
    }

    /// In words, for the key, for screen readers and for the heat map's label.
    #[must_use]
    pub fn words(self) -> &'static str {
        tr(match self {
            Look::Free => mark!("free"),
            Look::Filling => mark!("being filled, invisible until META"),
            Look::OP => mark!("being mirrored"),
            Look::OD => mark!("dirty, held twice"),
            Look::OF => mark!("going to disk"),
            Look::OK => mark!("same as disk, mirror kept"),
            Look::OX => mark!("dropping its mirror"),
            Look::OC => mark!("clean, held once"),
            Look::OR => mark!("being released"),
            Look::OW => mark!("being written through"),
            Look::MD => mark!("mirror, dirty"),
            Look::MF => mark!("mirror, going to disk"),
            Look::MK => mark!("mirror, same as disk"),
            Look::SC => mark!("alone, same as disk"),
            Look::SD => mark!("alone, dirty"),
            Look::SF => mark!("alone, going to disk"),
            Look::SW => mark!("alone, being written through"),
            Look::M0 => mark!("peer owns it, no data here"),
        })
    }

    #[must_use]
    pub fn glyph(self) -> Option<Glyph> {
        match self {
            Look::Free | Look::M0 => None,
            Look::Filling | Look::OP => Some(Glyph::Send),
            Look::OD | Look::MD | Look::SD => Some(Glyph::Dirty),
            Look::OF | Look::MF | Look::OW | Look::SF | Look::SW => Some(Glyph::Flush),
            Look::OK | Look::MK | Look::OX => Some(Glyph::Clean),
            Look::OC | Look::SC => Some(Glyph::Hollow),
            Look::OR => Some(Glyph::Release),
        }
    }

    /// Whether it is drawn outlined, as a mirror copy is.
    #[must_use]
    pub fn is_mirror(self) -> bool {
        matches!(self, Look::Filling | Look::MD | Look::MF | Look::MK | Look::M0)
    }
}

impl From<LineState> for Look {
    fn from(state: LineState) -> Look {
        match state {
            LineState::OC => Look::OC,
            LineState::OP => Look::OP,
            LineState::OD => Look::OD,
            LineState::OF(_) => Look::OF,
            LineState::OK => Look::OK,
            LineState::OX => Look::OX,
            LineState::OR => Look::OR,
            LineState::OW(_) => Look::OW,
            LineState::M0 => Look::M0,
            LineState::MD => Look::MD,
            LineState::MF => Look::MF,
            LineState::MK => Look::MK,
            LineState::SC => Look::SC,
            LineState::SD => Look::SD,
            LineState::SF(_) => Look::SF,
            LineState::SW(_) => Look::SW,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_look_stands_at_its_palette_index() {
        for (index, look) in Look::ALL.iter().enumerate() {
            assert_eq!(usize::from(look.palette()), index);
        }
    }

    #[test]
    fn a_state_keeps_its_letters() {
        use mirrorline_engine::state::FlushStep;
        for state in [LineState::OP, LineState::OF(FlushStep::Disk), LineState::M0, LineState::MK] {
            assert_eq!(Look::from(state).code(), state.code());
        }
    }
}
