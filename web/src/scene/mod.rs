//! The view model: what the page shows, as plain data.

pub mod build;
pub mod health;
pub mod look;
pub mod model;
pub mod pick;
pub mod spacetime;
pub mod words;
