//! Where labels lie: none on another one, and none on a lane.

use super::{Label, Lens};

/// Free pixels around a label.
const AIR: i32 = 3;
/// Where on its line a label may lie, in hundredths of the way, the best place first.
const PLACES: [i32; 7] = [52, 68, 36, 84, 20, 76, 28];
/// … of DATA, so that META, which follows it, finds room behind it.
const EARLY: [i32; 7] = [36, 52, 20, 68, 84, 28, 76];

/// The labels that have their places.
pub struct Shelf {
    height: i32,
    /// Left, right and middle from above.
    taken: Vec<(i32, i32, i32)>,
    lanes: Vec<i32>,
}

/// The width of a label's box.
pub fn width(text: &str, lens: &Lens) -> i32 {
    // Small letters, digits and spaces are narrower than capitals.
    let letter = |letter: char| if letter.is_ascii_uppercase() || letter == '_' { 20 } else { 17 };
    (f64::from(text.chars().map(letter).sum::<i32>()) * lens.letter / 20.0).ceil() as i32 + 14
}

impl Shelf {
    pub fn new(lens: &Lens, lanes: Vec<i32>) -> Shelf {
        Shelf { height: lens.label, taken: Vec::new(), lanes }
    }

    fn is_free(&self, x: i32, y: i32, width: i32) -> bool {
        let (left, right) = (x - width / 2 - AIR, x + width / 2 + AIR);
        self.taken.iter().all(|(from, to, middle)| {
            right <= *from || left >= *to || (y - middle).abs() >= self.height + AIR
        })
    }

    /// A place for a label on a line, if there is one.
    pub fn on_line(
        &mut self,
        text: &str,
        width: i32,
        from: (i32, i32),
        to: (i32, i32),
        early: bool,
    ) -> Option<Label> {
        for place in if early { EARLY } else { PLACES } {
            let x = from.0 + (to.0 - from.0) * place / 100;
            let y = from.1 + (to.1 - from.1) * place / 100;
            let on_a_lane = self.lanes.iter().any(|lane| (lane - y).abs() < self.height / 2 + 2);
            if !on_a_lane && self.is_free(x, y, width) {
                return Some(self.put(text, x, y, width));
            }
        }
        None
    }

    /// Just there, or nowhere.
    pub fn at(&mut self, text: &str, width: i32, x: i32, y: i32) -> Option<Label> {
        self.is_free(x, y, width).then(|| self.put(text, x, y, width))
    }

    fn put(&mut self, text: &str, x: i32, y: i32, width: i32) -> Label {
        self.taken.push((x - width / 2, x + width / 2, y));
        Label { text: text.to_owned(), x, y, width }
    }
}
