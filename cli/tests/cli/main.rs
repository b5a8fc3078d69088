//! The program as its users meet it: one binary of tests, so that it is linked once.

mod check;
mod common;
#[cfg(unix)]
mod interrupt;
mod replay;
mod run_and_layout;
mod sweep;
