//! The golden log under Node: what happens natively happens in wasm, byte for byte.

#![cfg(target_family = "wasm")]

mod golden_log;

use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn the_golden_log_is_what_happens_under_node() {
    golden_log::compare();
}
