//! How much room there is, and what the person's system asks for.

use crate::scene::model::ViewState;
use crate::theme::Theme;

/// Whether the system asks for less motion: nothing starts by itself, and nothing glides.
#[must_use]
pub fn reduced_motion() -> bool {
    let query = web_sys::window()
        .and_then(|window| window.match_media("(prefers-reduced-motion: reduce)").ok().flatten());
    query.is_some_and(|query| query.matches())
}

/// The size that the projector theme is drawn for; other sizes scale it as a whole.
const PROJECTED: (f64, f64) = (1600.0, 900.0);

/// What fits the window as it is now. Tells the style sheets the projector's scale.
#[must_use]
pub fn view(theme: Theme) -> ViewState {
    let size = web_sys::window().and_then(|window| {
        Some((window.inner_width().ok()?.as_f64()?, window.inner_height().ok()?.as_f64()?))
    });
    let (width, height) = size.unwrap_or(PROJECTED);
    let zoom = (width / PROJECTED.0).min(height / PROJECTED.1);
    crate::theme::set_property("--zoom", &zoom.to_string());
    fit(width, height, theme == Theme::Projector)
}

/// What fits a window of this size. The style sheets' breakpoints are the same numbers.
fn fit(width: f64, height: f64, projector: bool) -> ViewState {
    let phone = width <= 720.0;
    let disk_rows = match height {
        _ if phone || projector => 2,
        ..=760.0 => 2,
        ..=840.0 => 3,
        ..=1000.0 => 6,
        _ => 8,
    };
    let narrow = width <= 1500.0;
    ViewState {
        disk_rows,
        queue_chips: if narrow || projector { 3 } else { 4 },
        hash_buckets: if narrow { 6 } else { 8 },
        cells_max: 48,
    }
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
}
