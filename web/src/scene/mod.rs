//! The view model: what the page shows, as plain data.

pub mod look;
pub mod model;
pub mod words;
