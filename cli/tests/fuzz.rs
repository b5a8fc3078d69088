//! What the fuzzer calls, over its corpus and over inputs made of it: each reader meets some thousands of damaged inputs
//! whenever tests run. See docs/testing.md.

use mirrorline_engine::digest::mix;
use std::path::Path;

#[path = "../../fuzz/readers.rs"]
mod readers;

/// Inputs made of each file of a corpus.
const MUTATIONS: u64 = 400;

/// The files of a reader's corpus; of scenarios, those that are built in.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = match name {
        "scenario" => root.join("engine/src/scenario/library"),
        _ => root.join("fuzz/corpus").join(name),
    };
    let files = std::fs::read_dir(folder).expect("each reader has a corpus");
    let mut files: Vec<_> = files.map(|file| file.expect("it can be listed").path()).collect();
    files.sort();
    files.into_iter().map(|file| std::fs::read(file).expect("it can be read")).collect()
}

/// A few changes: bytes overwritten, left out, put in, or pieces of the same or another input repeated elsewhere.
fn mutated(bytes: &[u8], other: &[u8], seed: u64) -> Vec<u8> {
    // What numbers, words and their ends are made of.
    const TELLING: &[u8] = b"0198-_ \n\t.,:{}[]\"#\x00\xff\xc3~aA";
    let mut bytes = bytes.to_vec();
    let mut z = mix(seed);
    let mut draw = |below: usize| {
        z = mix(z);
        (z % below.max(1) as u64) as usize
    };
    for _ in 0..1 + draw(4) {
        let at = draw(bytes.len());
        let end = (at + 1 + draw(12)).min(bytes.len());
        let letter = TELLING[draw(TELLING.len())];
        match draw(6) {
            0 if !bytes.is_empty() => bytes[at] = letter,
            1 if !bytes.is_empty() => bytes[at] ^= 1 << draw(8),
            2 => drop(bytes.drain(at.min(end)..end)),
            3 => bytes.insert(at, letter),
            4 => {
                let from = draw(other.len());
                let piece = &other[from..(from + 1 + draw(40)).min(other.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
            _ => bytes.truncate(at),
        }
    }
    bytes.truncate(readers::BYTES_MAX);
    bytes
}

#[test]
fn no_reader_panics_whatever_it_is_given() {
    for (n, (name, read)) in readers::READERS.into_iter().enumerate() {
        let corpus = corpus(name);
        assert!(!corpus.is_empty(), "{name}");
        read(&[]);
        for (place, bytes) in corpus.iter().enumerate() {
            read(bytes);
            for seed in 0..MUTATIONS {
                let seed = seed + MUTATIONS * (place as u64 + 1000 * n as u64);
                let other = &corpus[(mix(seed) % corpus.len() as u64) as usize];
                let damaged = mutated(bytes, other, seed);
                if let Err(panic) = std::panic::catch_unwind(|| read(&damaged)) {
                    println!("{name} panics on: {}", damaged.escape_ascii());
                    std::panic::resume_unwind(panic);
                }
            }
        }
    }
}

/// The corpus is there to lead into what is behind the readers, so its links and configs are sound.
#[test]
fn the_corpus_is_read() {
    use mirrorline_engine::config::Config;
    for bytes in corpus("config") {
        let config: Config = serde_json::from_slice(&bytes).expect("it is a config");
        assert_eq!(config.check(), Ok(()));
    }
    for bytes in corpus("link") {
        let text = [&[0], mirrorline_engine::VERSION.as_bytes(), b"\n", &bytes].concat();
        let link = mirrorline_engine::history::Link::decode(&readers::whole(&text));
        assert!(link.is_ok(), "{link:?}");
    }
}
