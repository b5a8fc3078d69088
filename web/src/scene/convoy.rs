//! How the messages of one direction are shown on the link, so that no name ever lies over another one: each stays at
//! its true place along the lane, and those that would cover each other at any time lie in rows. Too many for that
//! are a stream, which says how many of each there are.

use super::model::Span;

/// What a lane offers, in CSS pixels: the numbers are those of the style sheets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneRoom {
    /// From one controller to the other.
    pub length: u32,
    /// The lane runs down the page: names lie across it, within so many pixels.
    pub across: Option<u32>,
    /// The sizes of names: alone, in two rows, in three; and of what stands beside a name.
    pub fonts: [u32; 4],
    /// Nothing glides: what is on its way stands half-way.
    pub still: bool,
}

impl Default for LaneRoom {
    fn default() -> LaneRoom {
        LaneRoom { length: 319, across: None, fonts: [18, 15, 13, 12], still: false }
    }
}

/// A message on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rider {
    /// When it was given to the link: it waits at the start until its flight begins.
    pub since_ns: u64,
    pub flight: Span,
    /// Letters of its name, and of what stands beside it.
    pub name: u32,
    pub detail: u32,
}

/// How all messages of a lane are drawn; the later, the smaller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// In the middle of the lane, with everything.
    #[default]
    Full,
    /// In two rows, on one line each.
    Detailed,
    /// … by their names alone.
    Named,
    /// In three rows.
    Short,
    /// Nameless, with a count for all.
    Stream,
}

impl Style {
    const NAMED: [Style; 4] = [Style::Full, Style::Detailed, Style::Named, Style::Short];

    /// Rows beside each other.
    #[must_use]
    pub fn rows(self) -> u8 {
        match self {
            Style::Full | Style::Stream => 1,
            Style::Detailed | Style::Named => 2,
            Style::Short => 3,
        }
    }

    /// The classes that the style sheets draw by.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Style::Full => "full",
            Style::Detailed => "rows-2 detailed",
            Style::Named => "rows-2",
            Style::Short => "rows-3",
            Style::Stream => "swarm",
        }
    }
}

/// How the messages of one direction are drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LaneView {
    pub style: Style,
    /// Of a stream, what there is in it: `12 messages: 6 DATA, 6 META`.
    pub stream: String,
}

/// Pixels of so many capitals in bold, in hundredths of their size: for fonts that run wide.
fn capitals(letters: u32, font: u32) -> u32 {
    letters * font * 74 / 100
}

fn small(letters: u32, font: u32) -> u32 {
    letters * font * 60 / 100
}

/// How long a message is along its lane; nothing when it does not fit across.
#[must_use]
pub fn length(style: Style, room: &LaneRoom, rider: &Rider) -> Option<u32> {
    let [alone, two, three, beside] = room.fonts;
    let (name, detail) = (|font| capitals(rider.name, font), small(rider.detail, beside));
    if let Some(across) = room.across {
        let (wide, high, rows) = match style {
            Style::Full => (name(alone) + detail + 26, alone + 16, 1),
            Style::Named => (name(two) + 12, two + 14, 2),
            _ => return None,
        };
        return (wide * rows <= across).then_some(high);
    }
    Some(match style {
        Style::Full => (name(alone).max(detail) + 26).max(92),
        Style::Detailed => name(two) + detail + 32,
        Style::Named => name(two) + 26,
        Style::Short => name(three) + 24,
        Style::Stream => 22,
    })
}

/// Where a message lies: pixels from the start of the lane to its own.
fn place(room: &LaneRoom, rider: &Rider, length: u32, now_ns: f64) -> f64 {
    let progress = rider.flight.progress(now_ns);
    let progress = if room.still && progress > 0.0 && progress < 1.0 { 0.5 } else { progress };
    progress * (f64::from(room.length) - f64::from(length))
}

/// Whether two messages would cover each other in one row, at any time at which both are there.
fn clash(room: &LaneRoom, one: (&Rider, u32), two: (&Rider, u32)) -> bool {
    let from_ns = one.0.since_ns.max(two.0.since_ns);
    let to_ns = one.0.flight.to_ns.min(two.0.flight.to_ns);
    if from_ns > to_ns {
        return false;
    }
    // In between all goes evenly.
    let (mut ahead, mut behind) = (true, true);
    for turn in [from_ns, to_ns, one.0.flight.from_ns, two.0.flight.from_ns] {
        for at_ns in [turn.clamp(from_ns, to_ns), (turn + 1).clamp(from_ns, to_ns)] {
            let [x, y] = [one, two].map(|(rider, length)| place(room, rider, length, at_ns as f64));
            ahead &= x >= y + f64::from(two.1);
            behind &= y >= x + f64::from(one.1);
        }
    }
    !ahead && !behind
}

/// A row for each message, in that order, or nothing when there are too few rows.
fn rows(style: Style, room: &LaneRoom, riders: &[Rider]) -> Option<Vec<u8>> {
    let mut rows: Vec<u8> = Vec::new();
    let mut lengths: Vec<u32> = Vec::new();
    for rider in riders {
        let mine = length(style, room, rider)?;
        let taken = |row: u8| {
            (0..rows.len()).any(|other| {
                rows[other] == row && clash(room, (&riders[other], lengths[other]), (rider, mine))
            })
        };
        let row = (0..style.rows()).find(|row| !taken(*row))?;
        rows.push(row);
        lengths.push(mine);
    }
    Some(rows)
}

/// The biggest style that keeps all names apart, and a row for each message.
#[must_use]
pub fn arrange(room: &LaneRoom, riders: &[Rider]) -> (Style, Vec<u8>) {
    for style in Style::NAMED {
        if let Some(rows) = rows(style, room, riders) {
            return (style, rows);
        }
    }
    (Style::Stream, vec![0; riders.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rider(since_ns: u64, from_ns: u64, to_ns: u64) -> Rider {
        Rider { since_ns, flight: Span { from_ns, to_ns }, name: 4, detail: 5 }
    }

    #[test]
    fn one_message_has_the_lane_for_itself() {
        let room = LaneRoom::default();
        assert_eq!(arrange(&room, &[rider(0, 0, 4_400)]), (Style::Full, vec![0]));
        assert_eq!(arrange(&room, &[]), (Style::Full, vec![]));
    }

    #[test]
    fn data_does_not_hide_the_meta_that_waits_behind_it() {
        let sent_together = [rider(0, 0, 4_400), rider(0, 1_400, 4_420)];
        assert_eq!(arrange(&LaneRoom::default(), &sent_together), (Style::Detailed, vec![0, 1]));
    }

    #[test]
    fn those_far_apart_share_the_middle() {
        let far = [rider(0, 0, 3_000), rider(2_000, 2_000, 5_000)];
        assert_eq!(arrange(&LaneRoom::default(), &far).0, Style::Full);
        // Who asks for less motion sees both half-way.
        let still = LaneRoom { still: true, ..LaneRoom::default() };
        assert_eq!(arrange(&still, &far).0, Style::Detailed);
    }

    #[test]
    fn a_lot_of_traffic_is_a_stream() {
        let many: Vec<Rider> = (0..4).map(|n| rider(n * 10, n * 10, 3_000 + n * 10)).collect();
        assert_eq!(arrange(&LaneRoom::default(), &many[..3]), (Style::Short, vec![0, 1, 2]));
        assert_eq!(arrange(&LaneRoom::default(), &many), (Style::Stream, vec![0; 4]));
    }

    #[test]
    fn one_that_overtakes_another_is_never_in_its_row() {
        let crossing = [rider(0, 0, 9_000), rider(4_000, 4_000, 6_000)];
        assert_ne!(arrange(&LaneRoom::default(), &crossing).0, Style::Full);
    }
}
