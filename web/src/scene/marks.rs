//! What stands along the scrubber: which marks have room for their names, and where hosts heard “done”.

use super::model::{Marker, MarkerKind};

/// Stretches of the run that are told apart when there are many acknowledgements.
const STRETCHES: u64 = 240;
/// Letters that a mark takes besides its name: its pole and a gap, or its picture too.
const POLE: f64 = 1.5;
const PICTURE: f64 = 4.0;

/// Hosts heard “done” here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ack {
    /// After so many events: the first one of its stretch.
    pub event: u64,
    /// 1 to 3: how many there are in its stretch, beside the fullest one.
    pub weight: u8,
}

/// Folds the positions at which hosts heard “done”, in order, into stretches of the run. In a short run each is alone.
#[must_use]
pub fn acks(heard: impl Iterator<Item = u64>, events: u64) -> Vec<Ack> {
    let step = events.div_ceil(STRETCHES).max(1);
    let mut stretches: Vec<(u64, u32)> = Vec::new();
    for event in heard {
        match stretches.last_mut() {
            Some((first, count)) if *first / step == event / step => *count += 1,
            _ => stretches.push((event, 1)),
        }
    }
    let most = stretches.iter().map(|(_, count)| *count).max().unwrap_or(1);
    stretches
        .iter()
        .map(|(event, count)| Ack { event: *event, weight: (count * 3).div_ceil(most) as u8 })
        .collect()
}

/// Which marks show their names, on a track that is so many letters long. A name gives way to the next mark, to the
/// end of the track, and to the playhead.
#[must_use]
pub fn named(markers: &[Marker], event: u64, total: u64, letters: f64) -> Vec<bool> {
    let place = |event: u64| event as f64 * letters / total.max(1) as f64;
    let head = place(event);
    (0..markers.len())
        .map(|index| {
            let marker = &markers[index];
            let beside = if marker.kind == MarkerKind::Place { POLE } else { PICTURE };
            let from = place(marker.event);
            let to = from + beside + marker.text.chars().count() as f64;
            let free = markers.get(index + 1).map_or(letters, |next| place(next.event));
            let crossed = marker.event < event && head < to;
            to <= free && !crossed
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marker(event: u64, text: &str) -> Marker {
        Marker { event, text: text.to_owned(), kind: MarkerKind::Place }
    }

    #[test]
    fn a_name_gives_way_to_the_next_mark_the_end_and_the_playhead() {
        let marks =
            [marker(0, "first flush"), marker(10, "a"), marker(50, "first “done”"), marker(95, "flush")];
        let at = |event, letters| named(&marks, event, 100, letters);
        assert_eq!(at(0, 200.0), [true, true, true, true]);
        assert_eq!(at(0, 100.0), [false, true, true, false], "too near to the next one, and to the end");
        assert_eq!(at(51, 200.0), [true, true, false, true], "the playhead crosses the name");
        assert_eq!(at(50, 200.0), [true, true, true, true], "on the mark itself it does not");
        assert_eq!(at(57, 200.0), [true, true, true, true], "and behind the name it does not");
        assert!(named(&[], 0, 0, 100.0).is_empty());
    }

    #[test]
    fn a_short_run_has_each_done_by_itself_and_a_long_one_says_where_there_are_many() {
        let short: Vec<u64> = acks([3, 9, 10].into_iter(), 200).iter().map(|ack| ack.event).collect();
        assert_eq!(short, [3, 9, 10]);
        let heard = (0..1_000_000).filter(|event| event % 10 == 0 && (*event < 500_000 || event % 90 == 0));
        let long = acks(heard, 1_000_000);
        assert!((200..=240).contains(&long.len()), "{}", long.len());
        assert_eq!((long[0].weight, long[long.len() - 1].weight), (3, 1));
        assert_eq!(acks(std::iter::empty(), 0), []);
    }
}
