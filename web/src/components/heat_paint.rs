//! Painting a window onto a canvas: pixels where slots are small; where they are big, cells with the colours, hatches and
//! letters of those in full detail. What is on the canvas already and has not changed is left alone.

use crate::scene::heat::port::Port;
use crate::scene::heat::shade::{GAP, Image, NOTHING};
use crate::scene::heat::{HeatMap, Slate};
use crate::scene::look::{Glyph, Look};
use crate::scene::model::SlotId;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};
use yew::NodeRef;

/// A colour as the canvas takes it.
type Rgba = [u8; 4];

/// From so many pixels of the page on, a slot is drawn as a cell.
const CELL: f64 = 9.0;
/// With more changes than this, all is painted anew.
const CHANGES_MAX: usize = 2_000;

#[derive(Clone, Copy)]
enum Hatch {
    None,
    Across,
    Down,
    Slanted,
    /// The lower part in the other colour.
    Foot,
}

/// How a look is drawn: what fills it, its edge, its letters, and a hatch in another colour.
struct Ink {
    fill: String,
    edge: String,
    letters: String,
    hatch: (Hatch, String),
}

/// The theme's colours and letters, out of the same tokens as the cells'.
pub struct Palette {
    looks: [Ink; Look::ALL.len()],
    /// For each code of an image.
    pixels: [Rgba; 256],
    ground: String,
    /// Free slots are as pale as the ground, and have an edge.
    outlined: bool,
    /// The smallest letters of the theme, in pixels of the page.
    letter: f64,
    font: String,
}

impl Palette {
    pub fn read() -> Palette {
        let style = web_sys::window()
            .zip(web_sys::window().and_then(|it| it.document()?.get_element_by_id("app")))
            .and_then(|(window, page)| window.get_computed_style(&page).ok().flatten());
        let token = |name: &str| -> String {
            let value =
                style.as_ref().and_then(|style| style.get_property_value(name).ok()).unwrap_or_default();
            value.trim().to_owned()
        };
        let looks = Look::ALL.map(|look| {
            let (fill, edge, letters, hatch, other) = tokens(look);
            Ink {
                fill: token(fill),
                edge: token(edge),
                letters: token(letters),
                hatch: (hatch, token(other)),
            }
        });
        let ground = token("--panel");
        let panel = parse_hex(&ground);
        let mut pixels = [panel; 256];
        for (index, look) in Look::ALL.into_iter().enumerate() {
            let full = parse_hex(&token(pixel_token(look)));
            // Mirrors are outlined as cells, and paler as pixels.
            let pale = look.is_mirror() && look != Look::M0;
            pixels[index] = if pale { mix(full, panel) } else { full };
        }
        // Where free slots are as pale as the ground, what is between them is not.
        let blank = pixels[usize::from(Look::Free.palette())] == panel;
        pixels[usize::from(GAP)] = if blank { mix(parse_hex(&token("--line")), panel) } else { panel };
        pixels[usize::from(NOTHING)] = panel;
        let letter = token("--f12").trim_end_matches("px").parse::<u8>().map_or(12.0, f64::from);
        Palette { looks, pixels, ground, outlined: blank, letter, font: token("--font") }
    }
}

/// What a pixel of a look is coloured by.
fn pixel_token(look: Look) -> &'static str {
    match look {
        Look::Free => "--well",
        Look::Filling | Look::OP => "--send",
        Look::OD | Look::SD | Look::MD => "--dirty",
        Look::OF | Look::OW | Look::SF | Look::SW | Look::MF => "--flush",
        Look::OK | Look::OX | Look::MK => "--clean-fill",
        Look::OC | Look::SC | Look::OR | Look::M0 => "--line-2",
    }
}

/// Fill, edge, letters, hatch and its colour: the grammar of the style sheet's cells.
fn tokens(look: Look) -> (&'static str, &'static str, &'static str, Hatch, &'static str) {
    match look {
        Look::Free => ("--well", "--line", "--text-2", Hatch::None, "--well"),
        Look::Filling => ("--send-tint", "--send-e", "--text", Hatch::Slanted, "--panel"),
        Look::OP => ("--send", "--send-e", "--on", Hatch::Slanted, "--send-b"),
        Look::OD | Look::SD => ("--dirty", "--dirty-e", "--on", Hatch::None, "--dirty"),
        Look::OF | Look::SF => ("--flush", "--flush-e", "--on", Hatch::Across, "--flush-b"),
        Look::OW | Look::SW => ("--dirty", "--flush-e", "--on", Hatch::Foot, "--flush"),
        Look::OK => ("--clean-fill", "--clean-e", "--clean-on", Hatch::None, "--clean-fill"),
        Look::OX => ("--clean-fill", "--clean-e", "--text", Hatch::Down, "--raise"),
        Look::OC | Look::SC => ("--raise", "--line-2", "--text", Hatch::None, "--raise"),
        Look::OR => ("--raise", "--line-2", "--text", Hatch::Slanted, "--line"),
        Look::M0 => ("--well", "--line-2", "--text", Hatch::None, "--well"),
        Look::MD => ("--dirty-tint", "--dirty-e", "--dirty-ink", Hatch::None, "--dirty-tint"),
        Look::MF => ("--panel", "--flush-e", "--flush-ink", Hatch::Across, "--flush-tint"),
        Look::MK => ("--clean-tint", "--clean-e", "--clean-ink", Hatch::None, "--clean-tint"),
    }
}

/// The cells' glyphs, as letters.
fn glyph(look: Look) -> &'static str {
    match look.glyph() {
        Some(Glyph::Send) => "→",
        Some(Glyph::Dirty) => "●",
        Some(Glyph::Flush) => "↓",
        Some(Glyph::Clean) => "✓",
        Some(Glyph::Hollow) => "○",
        Some(Glyph::Release) => "↑",
        None => "",
    }
}

fn mix(a: Rgba, b: Rgba) -> Rgba {
    let half = |i: usize| ((u16::from(a[i]) + u16::from(b[i])) / 2) as u8;
    [half(0), half(1), half(2), 255]
}

/// `#rrggbb`; grey for anything else.
fn parse_hex(text: &str) -> Rgba {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6);
    match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
        Some(value) => [(value >> 16) as u8, (value >> 8) as u8, value as u8, 255],
        None => [128, 128, 128, 255],
    }
}

/// A canvas, and what is on it.
#[derive(Default)]
pub struct Painter {
    pub canvas: NodeRef,
    context: Option<CanvasRenderingContext2d>,
    /// Pixels of the canvas for one of the page.
    scale: f64,
    painted: Option<(Port, Slate)>,
    /// While slots are pixels.
    image: Option<Image>,
    pixels: Vec<u8>,
}

impl Painter {
    /// Gives the canvas so many pixels; nothing is on it then. A canvas without a context stays empty.
    pub fn fit(&mut self, width: f64, height: f64, scale: f64) {
        let Some(canvas) = self.canvas.cast::<HtmlCanvasElement>() else { return };
        canvas.set_width((width * scale).round().max(1.0) as u32);
        canvas.set_height((height * scale).round().max(1.0) as u32);
        if self.context.is_none() {
            self.context = canvas.get_context("2d").ok().flatten().and_then(|it| it.dyn_into().ok());
        }
        self.scale = scale;
        self.painted = None;
    }

    /// Paints what is not on the canvas yet.
    pub fn paint(&mut self, port: &Port, map: &HeatMap, palette: &Palette) {
        let (Some(context), Some(canvas)) = (self.context.clone(), self.canvas.cast::<HtmlCanvasElement>())
        else {
            return;
        };
        let (width, height) = port.cell();
        let as_cells = width.min(height) >= CELL;
        let changed = match &self.painted {
            Some((painted, slate)) if painted == port => Some(map.slate.changed_since(slate)),
            _ => None,
        };
        match changed.filter(|changed| changed.len() <= CHANGES_MAX) {
            Some(changed) if as_cells => {
                let seen = changed.into_iter().filter(|index| {
                    let [left, top, ..] = port.place(*index);
                    left > -width && top > -height && left < port.width && top < port.height
                });
                self.cells(&context, port, map, palette, seen);
            }
            Some(changed) => self.touch_up(&context, port, map, palette, &changed),
            None if as_cells => {
                self.image = None;
                let _ = context.set_transform(self.scale, 0.0, 0.0, self.scale, 0.0, 0.0);
                context.set_fill_style_str(&palette.ground);
                context.fill_rect(0.0, 0.0, port.width, port.height);
                let (columns, rows) = port.spans();
                let columns = columns.0..columns.1;
                let all = (rows.0..rows.1)
                    .flat_map(|row| columns.clone().map(move |column| row * port.raster.columns + column));
                self.cells(&context, port, map, palette, all.filter(|index| *index < port.slots));
            }
            None => {
                let mut image = Image::new(port, canvas.width(), canvas.height());
                let whole = [0, 0, image.width, image.height];
                image.shade(port, &map.slate, whole);
                self.pixels.clear();
                self.pixels.resize(image.codes.len() * 4, 0);
                self.image = Some(image);
                self.put(&context, palette, whole);
            }
        }
        self.painted = Some((*port, map.slate.clone()));
    }

    /// Pixels of some slots.
    fn touch_up(
        &mut self,
        context: &CanvasRenderingContext2d,
        port: &Port,
        map: &HeatMap,
        palette: &Palette,
        changed: &[u32],
    ) {
        let Some(image) = &mut self.image else { return };
        let mut all = [u32::MAX, u32::MAX, 0, 0];
        for index in changed {
            if let Some(part) = image.part_of(port, *index) {
                image.shade(port, &map.slate, part);
                all = [all[0].min(part[0]), all[1].min(part[1]), all[2].max(part[2]), all[3].max(part[3])];
            }
        }
        if all[0] < all[2] {
            self.put(context, palette, all);
        }
    }

    /// Puts a part of the image on the canvas.
    fn put(&mut self, context: &CanvasRenderingContext2d, palette: &Palette, part: [u32; 4]) {
        let Some(image) = &self.image else { return };
        let [left, top, right, bottom] = part;
        for y in top..bottom {
            let row = (y * image.width) as usize;
            let span = row + left as usize..row + right as usize;
            let pixels = self.pixels[span.start * 4..span.end * 4].chunks_exact_mut(4);
            for (pixel, code) in pixels.zip(&image.codes[span]) {
                pixel.copy_from_slice(&palette.pixels[usize::from(*code)]);
            }
        }
        let made =
            ImageData::new_with_u8_clamped_array_and_sh(Clamped(&self.pixels), image.width, image.height);
        if let Ok(made) = made {
            // Only a canvas that is gone could refuse.
            let _ = context.put_image_data_with_dirty_x_and_dirty_y_and_dirty_width_and_dirty_height(
                &made,
                0.0,
                0.0,
                f64::from(left),
                f64::from(top),
                f64::from(right - left),
                f64::from(bottom - top),
            );
        }
    }

    fn cells(
        &self,
        context: &CanvasRenderingContext2d,
        port: &Port,
        map: &HeatMap,
        palette: &Palette,
        indices: impl Iterator<Item = u32>,
    ) {
        for index in indices {
            cell(context, port.place(index), map, index, palette);
        }
    }
}

/// Draws one slot as a cell.
fn cell(context: &CanvasRenderingContext2d, place: [f64; 4], map: &HeatMap, index: u32, palette: &Palette) {
    let [left, top, width, height] = place;
    context.set_fill_style_str(&palette.ground);
    context.fill_rect(left, top, width, height);
    let gap = if width >= 16.0 { 2.0 } else { 1.0 };
    let (width, height) = (width - gap, height - gap);
    let look = map.slate.look(index);
    let ink = &palette.looks[usize::from(look.palette())];
    context.set_fill_style_str(&ink.fill);
    context.fill_rect(left, top, width, height);
    hatch(context, [left, top, width, height], ink);
    if look != Look::Free || palette.outlined {
        let edge = if look.is_mirror() && width >= 14.0 { 2.0 } else { 1.0 };
        context.set_stroke_style_str(&ink.edge);
        context.set_line_width(edge);
        context.stroke_rect(left + edge / 2.0, top + edge / 2.0, width - edge, height - edge);
    }
    // As the style sheet has it: letters of 12 pixels in a cell of 20 and more.
    let unit = palette.letter / 12.0;
    if width < 20.0 * unit || height < 14.0 * unit {
        return;
    }
    letters(context, [left, top, width, height], map, index, palette, ink);
}

fn hatch(context: &CanvasRenderingContext2d, place: [f64; 4], ink: &Ink) {
    const APART: f64 = 7.0;
    const THICK: f64 = 2.5;
    let [left, top, width, height] = place;
    let (kind, colour) = &ink.hatch;
    context.set_fill_style_str(colour);
    let stripes =
        |length: f64| (1..).map(|n| f64::from(n) * APART - THICK).take_while(move |at| *at < length);
    match kind {
        Hatch::None => {}
        Hatch::Across => {
            for at in stripes(height) {
                context.fill_rect(left, top + at, width, THICK.min(height - at));
            }
        }
        Hatch::Down => {
            for at in stripes(width) {
                context.fill_rect(left + at, top, THICK.min(width - at), height);
            }
        }
        Hatch::Foot => context.fill_rect(left, top + height * 0.6, width, height * 0.4),
        Hatch::Slanted => {
            context.save();
            context.begin_path();
            context.rect(left, top, width, height);
            context.clip();
            context.begin_path();
            context.set_stroke_style_str(colour);
            context.set_line_width(THICK);
            for at in stripes(width + height) {
                context.move_to(left + at, top);
                context.line_to(left + at - height, top + height);
            }
            context.stroke();
            context.restore();
        }
    }
}

/// As many words as the cell has room for: the state's letters, the line, and the state in words.
fn letters(
    context: &CanvasRenderingContext2d,
    place: [f64; 4],
    map: &HeatMap,
    index: u32,
    palette: &Palette,
    ink: &Ink,
) {
    let [left, top, width, height] = place;
    let look = map.slate.look(index);
    let name = || SlotId { memory: map.memory, slot: map.first_slot + index }.to_string();
    // A cell that has much room has bigger letters.
    let size = palette.letter
        * (width / (palette.letter * 7.0)).min(height / (palette.letter * 5.0)).clamp(1.0, 2.0);
    let font = |weight: &str| {
        let size = crate::scene::words::css_number(size);
        context.set_font(&(weight.to_owned() + " " + &size + "px " + &palette.font));
    };
    context.set_fill_style_str(&ink.letters);
    let roomy = width >= size * 3.4 && height >= size * 2.7;
    if !roomy {
        let text = if look == Look::Free { name() } else { look.code().to_owned() };
        font(if look == Look::Free { "400" } else { "700" });
        // A free slot's number may be too long to be read; then there is none.
        if look != Look::Free || width >= size * 0.62 * text.len() as f64 {
            context.set_text_align("center");
            let middle = top + height / 2.0 + size * 0.36;
            let _ = context.fill_text_with_max_width(&text, left + width / 2.0, middle, width - 2.0);
        }
        return;
    }
    context.set_text_align("left");
    let pad = size * 0.4;
    let line = |text: &str, row: f64| {
        let y = top + pad + size * (0.85 + row * 1.2);
        if y < top + height {
            let _ = context.fill_text_with_max_width(text, left + pad, y, width - 2.0 * pad);
        }
    };
    let label = map.label(index).map_or_else(String::new, |label| label.to_string());
    font("700");
    if look == Look::Free {
        line(&name(), 0.0);
    } else {
        line(&[look.code(), " ", glyph(look)].concat(), 0.0);
    }
    font("400");
    line(&label, 1.0);
    // Words that would have to be squeezed say less than none.
    if width >= size * 0.5 * look.words().len() as f64 {
        if look != Look::Free {
            line(&name(), 2.0);
        }
        line(look.words(), 3.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_from_tokens() {
        assert_eq!(parse_hex("#f0a63c"), [0xf0, 0xa6, 0x3c, 255]);
        assert_eq!(parse_hex("red"), [128, 128, 128, 255]);
    }
}
