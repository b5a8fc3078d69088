//! What needs a document: components, rendered in a headless browser.

#![cfg(target_family = "wasm")]

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn the_page_names_itself() {
    let document = gloo::utils::document();
    let root = document.create_element("div").expect("a div can be made");
    document.body().expect("the test page has a body").append_child(&root).expect("a body takes a div");

    yew::Renderer::<mirrorline_web::App>::with_root(root.clone()).render();
    yew::scheduler::flush().await;

    let heading = root.query_selector("h1").expect("the selector is valid").expect("the page has a heading");
    assert_eq!(heading.text_content().as_deref(), Some("Mirrorline"));
}
