//! What the README's commands call: set-up, serve, test, dist, bench.

fn main() {}
