//! What a person can do on the page, whatever they do it with: mouse, touch, keys or a dropped file.

use crate::language::Language;
use crate::scene::checking::Choices;
use crate::scene::docking::{Tab, Wish};
use crate::scene::events::Filter;
use crate::scene::model::Selection;
use crate::session::Command;
use crate::theme::Theme;
use std::rc::Rc;

/// One wish. Components send it up; only the app acts on it.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Something for the playback.
    Play(Command),
    /// One step in the unit that is chosen.
    Step(Direction),
    StepUnit(StepUnit),
    Pick(Selection),
    /// Esc: close what is open, else let go of the selection.
    Escape,
    Theme(Theme),
    NextTheme,
    Language(Language),
    /// What stands in the middle of the page.
    View(View),
    NextView,
    /// Zooms the space-time diagram: in, or out when negative.
    Zoom(i32),
    Open(Panel),
    Close,
    /// Small screens: opens the drawer with the panels, or closes it.
    ToggleDrawer,
    /// Shows a panel; again, closes the drawer on small screens.
    Show(Tab),
    /// Opens, closes and moves panels.
    Dock(Wish),
    /// Breaks or mends what a button, or an element, of that name stands for.
    Break(String),
    /// … or what a key stands for.
    BreakKey(char),
    /// Somebody points at an instant on the scrubber, or at none any more.
    Point(Option<u64>),
    DismissFailure,
    /// Which events the list shows.
    Filter(Filter),
    /// Asks why the event in view happened,
    Why,
    /// or why the inspected line is as it is.
    WhyLine,
    /// The answer has been read.
    CloseWhy,
    /// Shows a link, or what a file holds.
    OpenText(Rc<str>),
    /// Looks for a block by its number, and selects its line.
    Find(String),
    /// Copies the link to this instant.
    CopyLink,
    /// Says for a while what has been done.
    Say(String),
    /// Shows a caption of the tour; without one it is over.
    Tour(Option<usize>),
    /// Goes on where the last visit was left, or forgets it.
    Resume(bool),
    /// Something of the dialog about every order of events.
    Check(Ask),
}

/// What can be asked of the dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Something else is chosen.
    Choose(Choices),
    /// Opens the dialog where bugs are planted.
    Bugs,
    /// Random worlds, from the chosen seed on.
    Sweep,
    /// Every order of events of what is chosen.
    Explore,
    /// … of the world in which the bug that is on the stage is found soonest.
    FindBug,
    Pause,
    Stop,
    /// The counterexample, on the stage.
    Play,
    /// The chosen bug, on the stage.
    Plant,
    /// Some bug, which is not named.
    Hide,
    /// … and now is.
    Reveal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Forward,
    Back,
}

/// What the step buttons step by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StepUnit {
    Event,
    #[default]
    Message,
    /// A host's request arrives, or its answer does.
    Io,
    /// A hundredth of the run's virtual time, rounded.
    Time,
}

impl StepUnit {
    /// The playback command for one step of this unit.
    #[must_use]
    pub fn command(self, direction: Direction) -> Command {
        match (self, direction) {
            (StepUnit::Event, Direction::Forward) => Command::StepForward,
            (StepUnit::Event, Direction::Back) => Command::StepBack,
            (StepUnit::Message, Direction::Forward) => Command::StepMessageForward,
            (StepUnit::Message, Direction::Back) => Command::StepMessageBack,
            (StepUnit::Io, Direction::Forward) => Command::StepIoForward,
            (StepUnit::Io, Direction::Back) => Command::StepIoBack,
            (StepUnit::Time, Direction::Forward) => Command::StepTimeForward,
            (StepUnit::Time, Direction::Back) => Command::StepTimeBack,
        }
    }
}

/// What stands in the middle of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    #[default]
    Stage,
    SpaceTime,
}

/// What lies over the stage. One at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    Scenarios,
    Keys,
    Trace,
    /// Everything that can be broken and mended.
    Break,
    /// What can be run on to.
    Until,
    /// The phone's menu: themes and keys.
    More,
    /// Which panels are open, and where.
    Panels,
    /// The link to this instant.
    Share,
    /// A block is looked for by its number.
    Find,
    /// Every order of events, and planted bugs.
    Check,
    /// The futures that there are.
    Branches,
    /// The one that is shown beside another one.
    Compare(u32),
}

impl Panel {
    /// A dialog covers the page, which holds still behind it; the others are menus beside their buttons.
    #[must_use]
    pub fn is_dialog(self) -> bool {
        match self {
            Panel::Keys
            | Panel::Trace
            | Panel::Break
            | Panel::Share
            | Panel::Find
            | Panel::Check
            | Panel::Compare(_) => true,
            Panel::Scenarios | Panel::Until | Panel::More | Panel::Panels | Panel::Branches => false,
        }
    }
}
