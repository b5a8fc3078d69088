//! How much room there is, and what the person's system asks for.

use crate::scene::convoy::LaneRoom;
use crate::scene::model::ViewState;
use crate::scene::words::css_number;
use crate::theme::Theme;

/// Whether the system asks for less motion: nothing starts by itself, and nothing glides.
#[must_use]
pub fn reduced_motion() -> bool {
    is_asked_for("(prefers-reduced-motion: reduce)")
}

/// Whether the system puts its own few colours in the place of the page's; `boot.js` has chosen the theme that suits
/// them then.
#[must_use]
pub fn has_forced_colours() -> bool {
    is_asked_for("(forced-colors: active)")
}

fn is_asked_for(query: &str) -> bool {
    let list = web_sys::window().and_then(|window| window.match_media(query).ok().flatten());
    list.is_some_and(|list| list.matches())
}

/// The size that the page is drawn for, in CSS pixels.
const DRAWN: (f64, f64) = (1600.0, 900.0);

/// No layout is drawn for less.
const NARROWEST: f64 = 320.0;

/// Up to this width the page is a phone's: one column, and no scaling.
const PHONE_MAX: f64 = 720.0;

thread_local! {
    /// How much everything is enlarged, as the address asks.
    static SCALE: std::cell::Cell<f64> = const { std::cell::Cell::new(1.0) };
}

/// Enlarges everything, for people who need it bigger, or for a picture in a small frame.
pub fn set_scale(scale: Option<f64>) {
    SCALE.set(scale.unwrap_or(1.0));
}

/// Whether the rail has a place beside the stage, rather than being a drawer: the style sheets' breakpoint.
#[must_use]
pub fn is_wide(theme: Theme) -> bool {
    theme != Theme::Projector && page().0 > 1180.0
}

/// Whether there is room for one panel only: in a drawer, and where the rail is low.
#[must_use]
pub fn is_single(theme: Theme) -> bool {
    !is_wide(theme) || page().1 <= 840.0
}

/// How wide and high the page is, in CSS pixels: the window, or less of it when everything is enlarged. The style sheets
/// ask their container for the same.
fn page() -> (f64, f64) {
    let (width, height) = window();
    let scale = enlarged(SCALE.get(), width);
    (width / scale, height / scale)
}

fn window() -> (f64, f64) {
    let size = web_sys::window().and_then(|window| {
        Some((window.inner_width().ok()?.as_f64()?, window.inner_height().ok()?.as_f64()?))
    });
    size.unwrap_or(DRAWN)
}

/// A phone's layout needs some width: where there is less of it, things are enlarged less than was asked for.
fn enlarged(scale: f64, width: f64) -> f64 {
    scale.min((width / NARROWEST).max(1.0))
}

/// What fits the window as it is now. Tells the style sheets how much everything is enlarged, and the drawing again.
#[must_use]
pub fn view(theme: Theme) -> ViewState {
    crate::theme::set_property("--scale", &css_number(enlarged(SCALE.get(), window().0)));
    let (width, height) = page();
    let projector = theme == Theme::Projector;
    crate::theme::set_property("--zoom", &css_number(zoom(width, height, projector)));
    let fit = fit(width, height, projector);
    ViewState { lane: LaneRoom { still: reduced_motion(), ..fit.lane }, ..fit }
}

/// How much the drawing is scaled as a whole: the projector's to any size, the others only up.
fn zoom(width: f64, height: f64, projector: bool) -> f64 {
    if width <= PHONE_MAX {
        return 1.0;
    }
    let full = (width / DRAWN.0).min(height / DRAWN.1);
    if projector { full.max(0.4) } else { full.clamp(1.0, 2.0) }
}

/// What fits a window of this size. The style sheets' breakpoints are the same numbers.
fn fit(width: f64, height: f64, projector: bool) -> ViewState {
    let disk_rows = match height {
        _ if width <= PHONE_MAX || projector => 2,
        ..=760.0 => 2,
        ..=840.0 => 3,
        _ => 6,
    };
    let narrow = width <= 1500.0;
    ViewState {
        disk_rows,
        queue_chips: if narrow || projector { 3 } else { 4 },
        hash_buckets: if narrow { 6 } else { 8 },
        // 300 cells with letters need the whole drawing; from there on it is scaled.
        cells_max: if narrow || projector || height <= 840.0 { 48 } else { 300 },
        track_letters: letters(width / zoom(width, height, projector), projector),
        lane: lane(width, width / zoom(width, height, projector), projector),
        queue_rows: 0,
    }
}

/// What the mirror link offers a direction, in a window of that width and a page of that one: the rest of the page's
/// width is the controllers', the rail's and the edges', as the style sheets have it.
fn lane(window: f64, page: f64, projector: bool) -> LaneRoom {
    let rest = match window {
        ..=PHONE_MAX => {
            let across = ((window - 24.0) / 2.0).max(0.0) as u32;
            return LaneRoom {
                length: 72,
                across: Some(across),
                fonts: [14, 12, 12, 12],
                ..LaneRoom::default()
            };
        }
        _ if projector => 2.0 * 572.0 + 48.0,
        ..=1000.0 => 2.0 * 292.0 + 32.0,
        ..=1180.0 => 2.0 * 352.0 + 32.0,
        ..=1320.0 => 2.0 * 348.0 + 296.0 + 32.0,
        ..=1500.0 => 2.0 * 368.0 + 328.0 + 32.0,
        ..=1590.0 => 2.0 * 388.0 + 368.0 + 48.0,
        _ => 2.0 * 428.0 + 368.0 + 48.0,
    };
    let fonts = match window {
        _ if projector => [28, 20, 18, 20],
        ..=1500.0 => [16, 15, 13, 12],
        _ => [18, 15, 13, 12],
    };
    LaneRoom { length: (page - rest).max(0.0) as u32, fonts, ..LaneRoom::default() }
}

/// How many letters the scrubber is long, on a page so wide: the width of a letter and the page's edges are those of the
/// style sheets, for fonts that run wide.
fn letters(width: f64, projector: bool) -> u32 {
    let (letter, edges) = if projector { (10.5, 48.0) } else { (7.0, 48.0) };
    ((width - edges) / letter).max(0.0) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_room_shows_fewer_stripes() {
        let rows = |width, height, projector| fit(width, height, projector).disk_rows;
        assert_eq!(rows(1600.0, 900.0, false), 6);
        assert_eq!(rows(1366.0, 768.0, false), 3);
        assert_eq!(rows(1280.0, 720.0, false), 2);
        assert_eq!(rows(390.0, 844.0, false), 2);
        assert_eq!(rows(1600.0, 900.0, true), 2);
    }

    #[test]
    fn three_hundred_slots_are_cells_where_they_can_be_read() {
        let cells = |width, height, projector| fit(width, height, projector).cells_max;
        assert_eq!(cells(1600.0, 900.0, false), 300);
        assert_eq!(cells(1600.0, 800.0, false), 48);
        assert_eq!(cells(1600.0, 900.0, true), 48);
        assert_eq!(cells(1366.0, 768.0, false), 48);
        assert_eq!(cells(390.0, 844.0, false), 48);
    }

    #[test]
    fn a_track_is_as_many_letters_long_as_its_room_and_its_font_allow() {
        let letters = |width, height, projector| fit(width, height, projector).track_letters;
        assert_eq!(letters(1600.0, 900.0, false), 221);
        assert_eq!(letters(3200.0, 1800.0, false), 221, "everything is twice as big");
        assert_eq!([letters(1600.0, 900.0, true), letters(1280.0, 720.0, true)], [147, 147]);
        assert!(letters(800.0, 600.0, false) < 110);
        assert_eq!(letters(0.0, 0.0, false), 0);
    }

    #[test]
    fn the_link_is_as_long_as_the_controllers_leave_room() {
        let length = |width, height, projector| fit(width, height, projector).lane.length;
        assert_eq!([length(1600.0, 900.0, false), length(1920.0, 1080.0, false)], [328, 328]);
        assert_eq!([length(1366.0, 768.0, false), length(1280.0, 720.0, false)], [270, 256]);
        assert_eq!([length(1600.0, 900.0, true), length(1280.0, 720.0, true)], [408, 408]);
        assert_eq!(fit(390.0, 844.0, false).lane.across, Some(183));
    }

    #[test]
    fn nothing_is_enlarged_until_it_has_no_room() {
        assert_eq!([enlarged(2.0, 1600.0), enlarged(0.5, 1600.0)], [2.0, 0.5]);
        assert_eq!([enlarged(2.0, 480.0), enlarged(2.0, 280.0), enlarged(0.5, 280.0)], [1.5, 1.0, 0.5]);
    }

    #[test]
    fn only_the_projector_is_scaled_down() {
        assert_eq!(zoom(1920.0, 1080.0, false), 1.2);
        assert_eq!(zoom(1280.0, 720.0, false), 1.0);
        assert_eq!(zoom(1280.0, 720.0, true), 0.8);
        assert_eq!(zoom(390.0, 844.0, true), 1.0);
    }
}
