//! A window as an image: for each pixel one code. Where a pixel stands for many slots it shows the one among them that
//! says most, so that a single dirty line is seen in a cache of 10⁶.

use super::Slate;
use super::port::Port;
use crate::scene::look::{Look, PaletteIndex};

/// No slot at all.
pub const NOTHING: u8 = 255;
/// Between two slots.
pub const GAP: u8 = 254;
/// From so many pixels on, slots are set apart by a gap.
const APART: f64 = 5.0;

/// How much a look says: what is at stake or on its way comes before what is safe.
const WEIGHT: [u8; Look::ALL.len()] = {
    let mut weight = [0; Look::ALL.len()];
    let mut index = 0;
    while index < weight.len() {
        weight[index] = match Look::ALL[index] {
            Look::Free => 0,
            Look::M0 => 1,
            Look::OC | Look::SC => 2,
            Look::MK => 3,
            Look::OK => 4,
            Look::MD => 5,
            Look::OD => 6,
            Look::OX | Look::OR => 7,
            Look::MF => 8,
            Look::OF => 9,
            Look::OW => 10,
            Look::Filling => 11,
            Look::OP => 12,
            Look::SD | Look::SF | Look::SW => 13,
        };
        index += 1;
    }
    weight
};

/// The image of a window.
pub struct Image {
    pub width: u32,
    pub height: u32,
    /// Row by row: a palette index, [`GAP`] or [`NOTHING`].
    pub codes: Vec<u8>,
    /// For each column of pixels the columns of slots that it stands for.
    columns: Vec<Span>,
    rows: Vec<Span>,
}

#[derive(Clone, Copy)]
struct Span {
    from: u32,
    to: u32,
    gap: bool,
}

/// A part of an image: left, top, right, bottom.
pub type Part = [u32; 4];

fn spans(pixels: u32, all: u32, origin: f64, cell: f64) -> Vec<Span> {
    let edge = |pixel: u32| origin + f64::from(pixel) / cell;
    (0..pixels)
        .map(|pixel| {
            let (from, to) = ((edge(pixel) + 1e-9) as u32, (edge(pixel + 1) - 1e-9).ceil() as u32);
            // Of slots bigger than pixels each pixel shows the one in which it begins.
            let to = if cell >= 1.0 { from + 1 } else { to };
            let gap = cell >= APART && (edge(pixel + 1) + 1e-9) as u32 != from;
            Span { from, to: to.min(all).max(from), gap }
        })
        .collect()
}

impl Image {
    /// An image of so many pixels, with nothing on it yet.
    #[must_use]
    pub fn new(port: &Port, width: u32, height: u32) -> Image {
        let scale = (f64::from(width) / port.width, f64::from(height) / port.height);
        let ((left, top), cell) = (port.origin(), port.cell());
        Image {
            width,
            height,
            codes: vec![NOTHING; (width * height) as usize],
            columns: spans(width, port.raster.columns, left, cell.0 * scale.0),
            rows: spans(height, port.raster.rows, top, cell.1 * scale.1),
        }
    }

    /// Makes a part of it.
    pub fn shade(&mut self, port: &Port, slate: &Slate, part: Part) {
        let [left, top, right, bottom] = part;
        let mut same_as: Option<(u32, u32)> = None;
        for y in top..bottom.min(self.height) {
            let span = self.rows[y as usize];
            let row = (y * self.width) as usize;
            let (from, to) = (row + left as usize, row + right.min(self.width) as usize);
            if span.gap || span.from >= span.to {
                self.codes[from..to].fill(if span.gap { GAP } else { NOTHING });
                continue;
            }
            if let Some((_, above)) = same_as.filter(|(row, _)| *row == span.from && span.to == row + 1) {
                // Of one and the same row of slots.
                let above = (above * self.width) as usize;
                self.codes.copy_within(above + left as usize..above + right.min(self.width) as usize, from);
                continue;
            }
            for x in left..right.min(self.width) {
                let across = self.columns[x as usize];
                self.codes[row + x as usize] =
                    if across.gap { GAP } else { telling(port, slate, across, span) };
            }
            same_as = Some((span.from, y));
        }
    }

    /// The pixels that a slot is seen in; nothing when it is outside.
    #[must_use]
    pub fn part_of(&self, port: &Port, index: u32) -> Option<Part> {
        let [left, top, width, height] = port.place(index);
        let across = f64::from(self.width) / port.width;
        let down = f64::from(self.height) / port.height;
        let low = |place: f64| place.floor().max(0.0) as u32;
        let part = [
            low(left * across),
            low(top * down),
            ((((left + width) * across).ceil().max(0.0)) as u32).min(self.width),
            ((((top + height) * down).ceil().max(0.0)) as u32).min(self.height),
        ];
        (part[0] < part[2] && part[1] < part[3]).then_some(part)
    }
}

/// The code that says most among those of some columns and rows.
fn telling(port: &Port, slate: &Slate, columns: Span, rows: Span) -> PaletteIndex {
    let mut most = NOTHING;
    let mut weight = 0;
    for row in rows.from..rows.to {
        let first = row * port.raster.columns;
        for index in first + columns.from..(first + columns.to).min(port.slots) {
            let code = slate.code(index);
            let says = WEIGHT.get(usize::from(code)).copied().unwrap_or(0);
            if most == NOTHING || says > weight {
                (most, weight) = (code, says);
            }
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;
    use mirrorline_engine::ids::LineKey;

    fn whole(image: &Image) -> Part {
        [0, 0, image.width, image.height]
    }

    #[test]
    fn one_dirty_line_in_a_million_is_seen() {
        let port = Port::whole(1_000_000, 200.0, 150.0);
        let mut slate = Slate::free(1_000_000);
        slate.set(654_321, Look::OD, LineKey::default());
        let mut image = Image::new(&port, 200, 150);
        image.shade(&port, &slate, whole(&image));
        let dirty: Vec<usize> =
            (0..image.codes.len()).filter(|at| image.codes[*at] == Look::OD.palette()).collect();
        assert!(!dirty.is_empty() && dirty.len() <= 4, "{dirty:?}");
        let [left, top, right, bottom] = image.part_of(&port, 654_321).unwrap();
        for at in dirty {
            let (x, y) = (at as u32 % 200, at as u32 / 200);
            assert!((left..right).contains(&x) && (top..bottom).contains(&y));
        }
    }

    #[test]
    fn a_part_that_is_made_anew_is_as_the_whole_would_be() {
        for zoom in [1.0, 3.0, 60.0, 400.0] {
            let mut port = Port::whole(100_000, 160.0, 120.0);
            port.zoom_about(zoom, 80.0, 60.0);
            let mut slate = Slate::free(100_000);
            let mut image = Image::new(&port, 240, 180);
            image.shade(&port, &slate, whole(&image));
            let before = slate.clone();
            for n in 0..3_000u32 {
                let look = Look::ALL[n as usize % Look::ALL.len()];
                slate.set(n.wrapping_mul(2_654_435_761) % 100_000, look, LineKey::default());
            }
            for index in slate.changed_since(&before) {
                if let Some(part) = image.part_of(&port, index) {
                    image.shade(&port, &slate, part);
                }
            }
            let mut anew = Image::new(&port, 240, 180);
            anew.shade(&port, &slate, whole(&anew));
            assert!(image.codes == anew.codes, "zoomed {zoom} times");
        }
    }

    #[test]
    fn big_slots_are_set_apart_and_beyond_the_last_is_nothing() {
        let port = Port::whole(10, 40.0, 30.0);
        let mut image = Image::new(&port, 40, 30);
        image.shade(&port, &Slate::free(10), whole(&image));
        let at = |x: usize, y: usize| image.codes[y * 40 + x];
        assert_eq!((at(0, 0), at(9, 0), at(10, 0), at(0, 9)), (0, GAP, 0, GAP));
        assert_eq!((at(15, 25), at(25, 25)), (0, NOTHING));
    }
}
