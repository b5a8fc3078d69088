//! Arrow keys inside a grid of small things (slots, disk cells): the grid is one tab stop, and a cursor moves over
//! its cells by where they lie on the screen. The cursor lives in two attributes that Yew does not know, so that
//! moving it draws nothing again.

use wasm_bindgen::JsCast;
use web_sys::Element;

const CURSOR: &str = "data-cursor";
const ACTIVE: &str = "aria-activedescendant";

/// Moves the cursor of `grid` for an arrow key, and says whether it was one.
pub fn steer(grid: &Element, key: &str) -> bool {
    let (dx, dy) = match key {
        "ArrowLeft" => (-1.0, 0.0),
        "ArrowRight" => (1.0, 0.0),
        "ArrowUp" => (0.0, -1.0),
        "ArrowDown" => (0.0, 1.0),
        _ => return false,
    };
    let cells = cells_of(grid);
    let target = match current(grid) {
        None => cells.first().cloned(),
        Some(from) => nearest(&cells, &from, dx, dy),
    };
    if let Some(target) = target {
        set(grid, Some(&target));
    }
    true
}

/// The `data-pick` of the cell under the cursor.
#[must_use]
pub fn picked(grid: &Element) -> Option<String> {
    current(grid)?.get_attribute("data-pick")
}

/// Puts the cursor on the first cell when the grid gets the focus without one.
pub fn enter(grid: &Element) {
    if current(grid).is_none() {
        set(grid, cells_of(grid).first());
    }
}

/// Takes the cursor away.
pub fn leave(grid: &Element) {
    set(grid, None);
}

fn cells_of(grid: &Element) -> Vec<Element> {
    let Ok(list) = grid.query_selector_all("[data-pick]") else { return Vec::new() };
    (0..list.length()).filter_map(|index| list.item(index)?.dyn_into().ok()).collect()
}

fn current(grid: &Element) -> Option<Element> {
    grid.query_selector("[data-cursor]").ok().flatten()
}

fn set(grid: &Element, cell: Option<&Element>) {
    if let Some(old) = current(grid) {
        let _ = old.remove_attribute(CURSOR);
    }
    match cell {
        Some(cell) => {
            let _ = cell.set_attribute(CURSOR, "");
            let _ = grid.set_attribute(ACTIVE, &cell.id());
        }
        None => {
            let _ = grid.remove_attribute(ACTIVE);
        }
    }
}

/// The closest cell in that direction: what lies aside counts three times.
fn nearest(cells: &[Element], from: &Element, dx: f64, dy: f64) -> Option<Element> {
    let centre = |element: &Element| {
        let r = element.get_bounding_client_rect();
        (r.left() + r.width() / 2.0, r.top() + r.height() / 2.0)
    };
    let (x, y) = centre(from);
    let mut best: Option<(f64, &Element)> = None;
    for cell in cells {
        let (cx, cy) = centre(cell);
        let along = (cx - x) * dx + (cy - y) * dy;
        let aside = ((cx - x) * dy).abs() + ((cy - y) * dx).abs();
        let cost = along + 3.0 * aside;
        if along > 1.0 && best.is_none_or(|(least, _)| cost < least) {
            best = Some((cost, cell));
        }
    }
    best.map(|(_, cell)| cell.clone())
}
