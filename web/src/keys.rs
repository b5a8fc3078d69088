//! The keyboard: which key means which action. A pure table, so that it is tested without a keyboard.

use crate::action::{Action, Direction, Panel, StepUnit};
use crate::scene::docking::Tab;
use crate::session::Command;
use mirrorline_engine::mark;

/// A key press, as far as the table is interested.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Press<'a> {
    /// `KeyboardEvent.key`.
    pub key: &'a str,
    pub shift: bool,
    pub alt: bool,
    /// Ctrl or Cmd: the browser's own, but for undoing.
    pub command: bool,
    pub repeat: bool,
}

/// What is shown in the Keys dialog, in that order.
pub const HELP: [(&[&str], &str); 26] = [
    (&[mark!("Space")], mark!("Play or pause")),
    (&["←", "→"], mark!("Step, by what “Step by” says")),
    (&[mark!("Shift ←"), mark!("Shift →")], mark!("Step by I/O")),
    (&["Alt ←", "Alt →"], mark!("Step by event")),
    (&[mark!("Alt Shift ←"), mark!("Alt Shift →")], mark!("Step by virtual time: a hundredth of the run")),
    (&[mark!("Page Up"), mark!("Page Down"), "."], mark!("Step, for presenters’ clickers")),
    (&[mark!("Home"), mark!("End")], mark!("To the first, to the last event")),
    (&["[", "]"], mark!("Slower, faster")),
    (&["A", "B"], mark!("Kill controller A, B; bring it back")),
    (&["X", "P"], mark!("Cut the link; power loss; and mend")),
    (&["D", "W"], mark!("Fail a disk; slow it down; and mend")),
    (&["Y", "H"], mark!("Batteries fail; a controller hangs; and mend")),
    (&[mark!("Ctrl Z"), mark!("Ctrl Shift Z")], mark!("Undo what was broken or mended last; do it again")),
    (&["C"], mark!("Copy the link to this instant")),
    (&["F", "/"], mark!("Find a block by its number")),
    (&["I", "L", "G"], mark!("Inspector, about this run, charts")),
    (&["K", "V", "R"], mark!("Acknowledged writes, invariants, write-back queues")),
    (&["E", "Q"], mark!("Events; why the one in view happened")),
    (&["Alt ← → ↑ ↓"], mark!("On a panel’s tab: move it; Delete closes it")),
    (&["U"], mark!("Run until something happens")),
    (&["O"], mark!("Every order of events; plant a bug, find it")),
    (&["S"], mark!("Stage, or space-time diagram")),
    (&["+", "−"], mark!("Zoom the space-time diagram, or the map of a big cache")),
    (&["0"], mark!("All of the map of a big cache")),
    (&["T"], mark!("Next theme: dark, light, projector")),
    (&["?", "Esc"], mark!("These keys; close or let go of the selection")),
];

/// The action for a key, or `None` for a key that is not ours.
#[must_use]
pub fn action(press: Press<'_>) -> Option<Action> {
    if press.command {
        let z = matches!(press.key, "z" | "Z") && !press.alt;
        let again = (z && press.shift) || matches!(press.key, "y" | "Y");
        return match (z, again) {
            (_, true) => Some(Action::Play(Command::Redo)),
            (true, false) => Some(Action::Play(Command::Undo)),
            _ => None,
        };
    }
    let step = |direction| {
        if press.alt && press.shift {
            Action::Play(StepUnit::Time.command(direction))
        } else if press.alt {
            Action::Play(StepUnit::Event.command(direction))
        } else if press.shift {
            Action::Play(StepUnit::Io.command(direction))
        } else {
            Action::Step(direction)
        }
    };
    // Keys that a held finger may repeat.
    match press.key {
        "ArrowRight" => return Some(step(Direction::Forward)),
        "ArrowLeft" => return Some(step(Direction::Back)),
        _ if press.alt => return None,
        "PageDown" | "." => return Some(Action::Step(Direction::Forward)),
        "PageUp" => return Some(Action::Step(Direction::Back)),
        "[" => return Some(Action::Play(Command::SpeedDown)),
        "]" => return Some(Action::Play(Command::SpeedUp)),
        "+" | "=" => return Some(Action::Zoom(1)),
        "-" | "−" | "_" => return Some(Action::Zoom(-1)),
        _ => {}
    }
    if press.repeat {
        return None;
    }
    match press.key {
        " " => Some(Action::Play(Command::Toggle)),
        "Home" => Some(Action::Play(Command::Home)),
        "End" => Some(Action::Play(Command::End)),
        "t" | "T" => Some(Action::NextTheme),
        "s" | "S" => Some(Action::NextView),
        "q" | "Q" => Some(Action::Why),
        "o" | "O" => Some(Action::Open(Panel::Check)),
        "u" | "U" => Some(Action::Open(Panel::Until)),
        "c" | "C" => Some(Action::CopyLink),
        "f" | "F" | "/" => Some(Action::Open(Panel::Find)),
        "?" => Some(Action::Open(Panel::Keys)),
        "Escape" => Some(Action::Escape),
        key => letter(key),
    }
}

/// Keys that break something, and mend it; and those of the panels.
fn letter(key: &str) -> Option<Action> {
    let mut letters = key.chars();
    let letter = letters.next().filter(|_| letters.next().is_none())?.to_ascii_uppercase();
    if "ABXPDWYH".contains(letter) {
        return Some(Action::BreakKey(letter));
    }
    Tab::of_key(letter).map(Action::Show)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(key: &str) -> Press<'_> {
        Press { key, ..Press::default() }
    }

    #[test]
    fn space_plays_once_however_long_it_is_held() {
        assert_eq!(action(press(" ")), Some(Action::Play(Command::Toggle)));
        assert_eq!(action(Press { repeat: true, ..press(" ") }), None);
    }

    #[test]
    fn arrows_step_by_the_chosen_unit_and_modifiers_name_one() {
        let right = press("ArrowRight");
        assert_eq!(action(right), Some(Action::Step(Direction::Forward)));
        assert_eq!(action(Press { shift: true, ..right }), Some(Action::Play(Command::StepIoForward)));
        assert_eq!(action(Press { alt: true, ..right }), Some(Action::Play(Command::StepForward)));
        let both = Press { alt: true, shift: true, ..right };
        assert_eq!(action(both), Some(Action::Play(Command::StepTimeForward)));
    }

    #[test]
    fn letters_break_things_and_ctrl_z_takes_that_back() {
        assert_eq!(action(press("a")), Some(Action::BreakKey('A')));
        assert_eq!(action(press("X")), Some(Action::BreakKey('X')));
        assert_eq!(action(Press { repeat: true, ..press("a") }), None);
        let command = |key, shift| action(Press { command: true, shift, ..press(key) });
        assert_eq!(command("z", false), Some(Action::Play(Command::Undo)));
        assert_eq!(command("Z", true), Some(Action::Play(Command::Redo)));
        assert_eq!(command("y", false), Some(Action::Play(Command::Redo)));
    }

    #[test]
    fn events_their_causes_and_what_to_run_until_have_a_key_each() {
        assert_eq!(action(press("e")), Some(Action::Show(Tab::Events)));
        assert_eq!(action(press("Q")), Some(Action::Why));
        assert_eq!(action(press("u")), Some(Action::Open(Panel::Until)));
        assert_eq!(action(press("o")), Some(Action::Open(Panel::Check)));
    }

    #[test]
    fn every_panel_opens_by_its_key_which_nothing_else_has() {
        for tab in Tab::ALL {
            assert_eq!(action(press(&tab.name().key.to_string())), Some(Action::Show(tab)));
        }
    }

    #[test]
    fn s_changes_the_view_and_plus_and_minus_zoom_it() {
        assert_eq!(action(press("s")), Some(Action::NextView));
        assert_eq!(action(Press { repeat: true, ..press("+") }), Some(Action::Zoom(1)));
        assert_eq!(action(press("-")), Some(Action::Zoom(-1)));
        assert_eq!(action(Press { command: true, ..press("+") }), None);
    }

    #[test]
    fn a_clicker_steps() {
        assert_eq!(action(press("PageDown")), Some(Action::Step(Direction::Forward)));
        assert_eq!(action(press("PageUp")), Some(Action::Step(Direction::Back)));
    }

    #[test]
    fn the_browsers_keys_stay_the_browsers() {
        assert_eq!(action(Press { command: true, ..press("t") }), None);
        assert_eq!(action(Press { alt: true, ..press("Home") }), None);
        assert_eq!(action(press("Tab")), None);
    }
}
