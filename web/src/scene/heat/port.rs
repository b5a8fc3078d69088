//! What is seen of a region: a window onto its raster, from all of it down to one slot. Pure arithmetic.

/// One step of zooming by a button or a key.
pub const STEP: f64 = 1.6;
/// Edges of a slot, in pixels of the page, from which on it is a cell with letters.
pub const READABLE: f64 = 30.0;

/// How the slots of a region are laid out: row by row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raster {
    pub columns: u32,
    pub rows: u32,
}

impl Raster {
    /// The raster of `slots` that fills `width × height` with the biggest squares.
    #[must_use]
    pub fn fit(slots: u32, width: f64, height: f64) -> Raster {
        let slots = slots.max(1);
        let (width, height) = (width.max(1.0), height.max(1.0));
        let columns = (f64::from(slots) * width / height).sqrt().ceil() as u32;
        let columns = columns.max(1).min(slots);
        Raster { columns, rows: slots.div_ceil(columns) }
    }
}

/// A window onto a raster. Lengths in pixels of the page, places in slots from the top left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Port {
    pub raster: Raster,
    pub slots: u32,
    pub width: f64,
    pub height: f64,
    /// How many times bigger than when all is seen.
    zoom: f64,
    left: f64,
    top: f64,
}

// `f64::clamp` would bring the printing of floats along, for its panic.
fn within(value: f64, least: f64, most: f64) -> f64 {
    value.min(most).max(least)
}

impl Port {
    /// All slots, in so much room.
    #[must_use]
    pub fn whole(slots: u32, width: f64, height: f64) -> Port {
        let (width, height) = (width.max(1.0), height.max(1.0));
        Port {
            raster: Raster::fit(slots, width, height),
            slots,
            width,
            height,
            zoom: 1.0,
            left: 0.0,
            top: 0.0,
        }
    }

    /// The same slots about as big as before in other room, about the same place.
    #[must_use]
    pub fn resized(&self, width: f64, height: f64) -> Port {
        let mut next = Port::whole(self.slots, width, height);
        if self.zoom > 1.0 {
            let middle = self.at(self.width / 2.0, self.height / 2.0).unwrap_or(self.slots.saturating_sub(1));
            let (before, now) = (self.cell().0, next.cell().0);
            next.zoom_about(before / now, 0.0, 0.0);
            next.centre(middle);
        }
        next
    }

    /// All of the same raster, so many times smaller.
    #[must_use]
    pub fn mini(&self, share: f64) -> Port {
        let (width, height) = (self.width * share, self.height * share);
        Port { width, height, zoom: 1.0, left: 0.0, top: 0.0, ..*self }
    }

    /// The width and the height of a slot.
    #[must_use]
    pub fn cell(&self) -> (f64, f64) {
        (
            self.width / f64::from(self.raster.columns) * self.zoom,
            self.height / f64::from(self.raster.rows) * self.zoom,
        )
    }

    /// The place of the top left corner, in slots.
    #[must_use]
    pub fn origin(&self) -> (f64, f64) {
        (self.left, self.top)
    }

    /// Whether something lies outside.
    #[must_use]
    pub fn is_zoomed(&self) -> bool {
        self.zoom > 1.0
    }

    /// The zoom at which one slot fills the window.
    fn closest(&self) -> f64 {
        f64::from(self.raster.columns.min(self.raster.rows)).max(1.0)
    }

    #[must_use]
    pub fn is_closest(&self) -> bool {
        self.zoom >= self.closest()
    }

    /// Slots that are seen across and down, in part at least.
    #[must_use]
    pub fn seen(&self) -> (u32, u32) {
        let (columns, rows) = self.spans();
        (columns.1 - columns.0, rows.1 - rows.0)
    }

    /// The first column and the one after the last that are seen, in part at least; and the rows.
    #[must_use]
    pub fn spans(&self) -> ((u32, u32), (u32, u32)) {
        let (width, height) = self.cell();
        // Half of nothing is no slot: what rounding leaves over is not seen.
        let span = |from: f64, shown: f64, all: u32| {
            let first = (from + 1e-6) as u32;
            (first, ((from + shown - 1e-6).ceil().max(1.0) as u32).min(all).max(first + 1))
        };
        (
            span(self.left, self.width / width, self.raster.columns),
            span(self.top, self.height / height, self.raster.rows),
        )
    }

    /// The slot at a place of the window.
    #[must_use]
    pub fn at(&self, x: f64, y: f64) -> Option<u32> {
        if x < 0.0 || y < 0.0 || x >= self.width || y >= self.height {
            return None;
        }
        let (width, height) = self.cell();
        let (column, row) = ((self.left + x / width) as u32, (self.top + y / height) as u32);
        let index = row.checked_mul(self.raster.columns)?.checked_add(column)?;
        (column < self.raster.columns && index < self.slots).then_some(index)
    }

    /// Left, top, width and height of a slot in the window; it may lie outside.
    #[must_use]
    pub fn place(&self, index: u32) -> [f64; 4] {
        let (width, height) = self.cell();
        let column = f64::from(index % self.raster.columns);
        let row = f64::from(index / self.raster.columns);
        [(column - self.left) * width, (row - self.top) * height, width, height]
    }

    /// Whether all of a slot is seen.
    #[must_use]
    pub fn shows(&self, index: u32) -> bool {
        let [left, top, width, height] = self.place(index);
        left > -0.5 && top > -0.5 && left + width < self.width + 0.5 && top + height < self.height + 0.5
    }

    /// Zooms by a factor; what is at a place of the window stays there, as far as the raster's edges allow.
    pub fn zoom_about(&mut self, factor: f64, x: f64, y: f64) {
        let before = self.cell();
        self.zoom = within(self.zoom * factor, 1.0, self.closest());
        if self.zoom < 1.0 + 1e-6 {
            self.zoom = 1.0;
        }
        let now = self.cell();
        self.left += x / before.0 - x / now.0;
        self.top += y / before.1 - y / now.1;
        self.settle();
    }

    /// Zooms about a slot that is seen, else about the middle.
    pub fn zoom_on(&mut self, factor: f64, index: Option<u32>) {
        let [left, top, width, height] = index
            .filter(|index| self.shows(*index))
            .map_or([0.0, 0.0, self.width, self.height], |index| self.place(index));
        self.zoom_about(factor, left + width / 2.0, top + height / 2.0);
    }

    /// Moves the slots by so many pixels.
    pub fn drag(&mut self, dx: f64, dy: f64) {
        let (width, height) = self.cell();
        self.left -= dx / width;
        self.top -= dy / height;
        self.settle();
    }

    /// Sees everything again.
    pub fn reset(&mut self) {
        (self.zoom, self.left, self.top) = (1.0, 0.0, 0.0);
    }

    /// Goes to a slot, so near that it can be read.
    pub fn go(&mut self, index: u32) {
        let (width, height) = self.cell();
        let edge = width.min(height);
        if edge < READABLE {
            self.zoom_about(READABLE / edge, 0.0, 0.0);
            self.centre(index);
        } else {
            self.keep(index);
        }
    }

    /// Goes where a slot is seen, if it is not.
    pub fn keep(&mut self, index: u32) {
        if !self.shows(index) {
            let [left, top, width, height] = self.place(index);
            let far = left < -width || top < -height || left > self.width || top > self.height;
            if far || width > self.width || height > self.height {
                self.centre(index);
            } else {
                // The next one only: the window moves no further than it must.
                let dx = (-left).max(0.0) + (self.width - left - width).min(0.0);
                let dy = (-top).max(0.0) + (self.height - top - height).min(0.0);
                self.drag(dx, dy);
            }
        }
    }

    fn centre(&mut self, index: u32) {
        let [left, top, width, height] = self.place(index);
        self.drag(self.width / 2.0 - left - width / 2.0, self.height / 2.0 - top - height / 2.0);
    }

    /// What is seen, in shares of all: left, top, width, height. For the frame on the minimap.
    #[must_use]
    pub fn frame(&self) -> [f64; 4] {
        let (columns, rows) = (f64::from(self.raster.columns), f64::from(self.raster.rows));
        [self.left / columns, self.top / rows, 1.0 / self.zoom, 1.0 / self.zoom]
    }

    /// Goes to a place of the minimap, given in shares of all.
    pub fn look_at(&mut self, x: f64, y: f64) {
        self.left = (x - 0.5 / self.zoom) * f64::from(self.raster.columns);
        self.top = (y - 0.5 / self.zoom) * f64::from(self.raster.rows);
        self.settle();
    }

    fn settle(&mut self) {
        let room = 1.0 - 1.0 / self.zoom;
        self.left = within(self.left, 0.0, room * f64::from(self.raster.columns));
        self.top = within(self.top, 0.0, room * f64::from(self.raster.rows));
    }

    /// The slot beside another one, by so many columns and rows; nothing beyond the region's edge.
    #[must_use]
    pub fn beside(&self, index: u32, columns: i64, rows: i64) -> Option<u32> {
        let column = i64::from(index % self.raster.columns) + columns;
        let row = i64::from(index / self.raster.columns) + rows;
        let inside = (0..i64::from(self.raster.columns)).contains(&column)
            && (0..i64::from(self.raster.rows)).contains(&row);
        let to = row * i64::from(self.raster.columns) + column;
        (inside && to < i64::from(self.slots)).then_some(to as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raster_holds_every_slot_and_each_is_found_where_it_lies() {
        for slots in [1, 2, 48, 1_000, 10_007, 1_000_000] {
            let mut port = Port::whole(slots, 220.0, 170.0);
            assert!(port.raster.columns * port.raster.rows >= slots, "{slots}");
            for index in [0, slots / 3, slots - 1] {
                for _ in 0..30 {
                    let [left, top, width, height] = port.place(index);
                    assert_eq!(port.at(left + width / 2.0, top + height / 2.0), Some(index), "{slots}");
                    port.zoom_about(STEP, left + width / 2.0, top + height / 2.0);
                }
                assert!(port.is_closest(), "{slots}");
                assert!(port.seen().0 <= 2 && port.seen().1 <= 2, "{slots}: {:?}", port.seen());
                port.reset();
            }
        }
    }

    #[test]
    fn beyond_the_last_slot_and_outside_there_is_none() {
        let port = Port::whole(10, 40.0, 30.0);
        assert_eq!((port.raster.columns, port.raster.rows), (4, 3));
        assert_eq!(port.at(39.0, 29.0), None);
        assert_eq!(port.at(-1.0, 5.0), None);
        assert_eq!(port.at(40.0, 5.0), None);
        assert_eq!(port.at(39.0, 5.0), Some(3));
    }

    #[test]
    fn what_is_under_the_pointer_stays_there() {
        let mut port = Port::whole(1_000_000, 300.0, 200.0);
        port.zoom_about(40.0, 211.0, 93.0);
        let under = port.at(211.5, 93.5);
        for factor in [3.0, 0.5, 2.0, 1.3] {
            port.zoom_about(factor, 211.5, 93.5);
            assert_eq!(port.at(211.5, 93.5), under);
        }
        port.zoom_about(1e-9, 0.0, 0.0);
        assert_eq!(port, Port::whole(1_000_000, 300.0, 200.0), "out again is all of it");
    }

    #[test]
    fn dragging_ends_at_the_edges() {
        let mut port = Port::whole(10_000, 200.0, 200.0);
        port.drag(50.0, 50.0);
        assert_eq!(port.origin(), (0.0, 0.0), "all is seen: there is nowhere to go");
        port.zoom_about(4.0, 100.0, 100.0);
        port.drag(1e9, 1e9);
        assert_eq!(port.origin(), (0.0, 0.0));
        port.drag(-1e9, -1e9);
        assert_eq!(port.origin(), (75.0, 75.0));
    }

    #[test]
    fn one_goes_to_a_slot_and_can_read_it() {
        let mut port = Port::whole(1_000_000, 220.0, 160.0);
        for index in [0, 567_890, 999_999, 1_210] {
            port.go(index);
            let (width, height) = port.cell();
            assert!(port.shows(index) && width.min(height) >= READABLE - 0.01, "{index}: {width} × {height}");
        }
        let before = port;
        port.go(1_210);
        assert_eq!(port, before, "what is seen already moves nothing");
        port.keep(1_211);
        assert!(port.shows(1_211));
    }

    #[test]
    fn the_minimap_leads_where_its_frame_then_is() {
        let mut port = Port::whole(10_000, 200.0, 100.0);
        assert_eq!(port.frame(), [0.0, 0.0, 1.0, 1.0]);
        port.zoom_about(5.0, 0.0, 0.0);
        port.look_at(0.5, 0.5);
        let [left, top, width, height] = port.frame();
        assert!((left + width / 2.0 - 0.5).abs() < 1e-9 && (top + height / 2.0 - 0.5).abs() < 1e-9);
        port.look_at(2.0, -1.0);
        let [left, top, width, _] = port.frame();
        assert!((left + width - 1.0).abs() < 1e-9 && top == 0.0);
    }

    #[test]
    fn neighbours_end_at_the_edges() {
        let port = Port::whole(10, 40.0, 30.0);
        assert_eq!(port.beside(3, 1, 0), None);
        assert_eq!(port.beside(3, 0, 1), Some(7));
        assert_eq!(port.beside(7, 0, 1), None, "the last row is not full");
        assert_eq!(port.beside(5, -1, 1), Some(8));
    }

    #[test]
    fn other_room_keeps_the_size_and_the_place() {
        let mut port = Port::whole(10_000, 200.0, 200.0);
        port.go(5_050);
        let wider = port.resized(400.0, 200.0);
        assert!(wider.shows(5_050));
        assert!((wider.cell().0 - port.cell().0).abs() < 1.0);
        assert_eq!(Port::whole(100, 50.0, 50.0).resized(70.0, 70.0), Port::whole(100, 70.0, 70.0));
    }
}
