//! What needs no browser, compiled to wasm and run under Node.
//!
//! The engine is tested here as it runs in a page: 32-bit `usize`, no clock, no
//! threads.

#![cfg(target_family = "wasm")]

use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn the_engine_runs_in_wasm() {
    assert!(!mirrorline_engine::VERSION.is_empty());
    assert_eq!(size_of::<usize>(), 4, "this is a 32-bit world");
}
