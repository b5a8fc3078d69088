//! The view model: what the page shows, as plain data.

pub mod build;
pub mod causes;
pub mod charts;
pub mod checking;
pub mod convoy;
pub mod docking;
pub mod events;
pub mod health;
pub mod heat;
pub mod inspected;
pub mod look;
pub mod marks;
pub mod model;
pub mod opened;
pub mod pick;
pub mod reel;
pub mod round;
pub mod spacetime;
pub mod voice;
pub mod words;
