//! What reads input from outside, each as a function of bytes that may not panic, hang or take memory that the input
//! does not account for. The fuzzer calls them, and so does a test with the corpus and mutations of it.

use mirrorline_engine::config::Config;
use mirrorline_engine::digest::Digest;
use mirrorline_engine::history::{Link, Recording};
use mirrorline_engine::scenario::Scenario;
use mirrorline_engine::workload::trace::mapping::MappingConfig;
use mirrorline_engine::workload::trace::scan::Scan;

/// Longer inputs say nothing new.
pub const BYTES_MAX: usize = 1 << 16;
/// Worlds that are made of what was read.
const LINES_MAX: u32 = 10_000;

/// A reader: its name, which is that of its corpus, and the function.
pub type Reader = (&'static str, fn(&[u8]));

pub const READERS: [Reader; 4] =
    [("scenario", scenario), ("trace", trace), ("link", link), ("config", config)];

/// A scenario: what was read is written, and reads as the same. If it is small, its world is made.
pub fn scenario(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Scenario::parse(text) {
        Ok(scenario) => written_and_read(&scenario),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

fn written_and_read(scenario: &Scenario) {
    let text = scenario.to_text();
    let again =
        Scenario::parse(&text).unwrap_or_else(|error| panic!("{error}, in what was written:\n{text}"));
    assert_eq!(again.to_text(), text);
    if scenario.config.lines <= LINES_MAX {
        let _ = scenario.world();
        let _ = scenario.source();
    }
}

/// A trace, in pieces as it comes from a file. The first byte says how long they are.
pub fn trace(bytes: &[u8]) {
    let Some((size, bytes)) = bytes.split_first() else { return };
    let mut scan = Scan::keeping(4096);
    for piece in bytes.chunks(usize::from(*size) + 1) {
        if let Err(error) = scan.push(piece) {
            assert!(!error.to_string().is_empty());
            return;
        }
    }
    match scan.finish() {
        Ok(trace) => {
            let _ = trace.mapping(&MappingConfig::default()).luns();
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// A link: the bytes as they are, as what a whole link holds, and as its text in the engine's own version.
pub fn link(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        opened(text);
    }
    opened(&whole(bytes));
    let text = [&[0], mirrorline_engine::VERSION.as_bytes(), b"\n", bytes].concat();
    opened(&whole(&text));
}

/// A link whose check word is right.
pub fn whole(body: &[u8]) -> String {
    let mut digest = Digest::default();
    digest.bytes(body);
    let bytes = [&(digest.value() as u32).to_le_bytes(), body].concat();
    let letter = |n: u32| {
        let letters = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['-', '_']);
        letters.into_iter().nth(n as usize & 63).unwrap_or('A')
    };
    let mut text = "m2.".to_owned();
    for three in bytes.chunks(3) {
        let word = three.iter().fold(0, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        text.extend((0..=three.len()).map(|n| letter(word >> (18 - 6 * n))));
    }
    text
}

fn opened(text: &str) {
    match Link::decode(text) {
        Ok(link) => {
            written_and_read(&link.scenario);
            assert!(link.view.chars().count() <= 80);
            // What was done is done once more where that is a matter of few events.
            if link.scenario.config.lines <= LINES_MAX {
                done(&link);
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// What was done to a scenario, as far as it fits.
fn done(link: &Link) {
    let Ok(mut recording) = Recording::new(link.scenario.clone()) else { return };
    for (position, deed) in link.deeds.iter().take(20) {
        recording.seek((*position).min(300));
        let _ = match deed {
            mirrorline_engine::history::Deed::Command(command) => recording.apply(*command).is_ok(),
            mirrorline_engine::history::Deed::Take(id) => recording.take(*id).is_ok(),
        };
    }
    recording.seek(link.position.min(300));
}

/// A config as the JavaScript module takes it. If it is small, its world is made.
pub fn config(bytes: &[u8]) {
    let Ok(config) = serde_json::from_slice::<Config>(bytes) else { return };
    match config.check() {
        Ok(()) if config.lines <= LINES_MAX => {
            let seed = mirrorline_engine::sim::Seed(1);
            assert!(
                mirrorline_engine::sim::World::new(config, seed).is_ok(),
                "a checked config makes a world"
            );
        }
        Ok(()) => {}
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
