//! The components: each draws one part of the view model and sends wishes up as actions.

pub mod break_sheet;
pub mod controller;
pub mod disks;
pub mod dock;
pub mod header;
pub mod heat;
pub mod hosts;
pub mod icon;
pub mod inspector;
pub mod keys_dialog;
pub mod ledger;
pub mod legend;
pub mod link;
pub mod narration;
pub mod rail;
pub mod rules;
pub mod scrubber;
pub mod slots;
pub mod spacetime;
pub mod spacetime_svg;
pub mod trace_dialog;
