//! The golden log in a browser: what happens natively happens there, byte for byte.

#![cfg(target_family = "wasm")]

mod golden_log;

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
fn the_golden_log_is_what_happens_in_a_browser() {
    golden_log::compare();
}
