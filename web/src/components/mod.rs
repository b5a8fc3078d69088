//! The components: each draws one part of the view model and sends wishes up as actions.

pub mod branches;
pub mod break_sheet;
pub mod causes;
pub mod controller;
pub mod disks;
pub mod dock;
pub mod events;
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
pub mod run_until;
pub mod scrubber;
pub mod share_dialog;
pub mod slots;
pub mod tour;
pub mod trace_dialog;
