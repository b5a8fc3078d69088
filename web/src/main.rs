//! Starts the page. Everything else is in the library, where tests reach it.

fn main() {
    mirrorline_web::start();
}
