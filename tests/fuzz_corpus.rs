//! What the fuzzer knows, and all that it ever found, as ordinary tests: none of it panics.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use zeroline::line::fuzzing::TARGETS;

/// The files for a target: what is kept in fuzz/corpus, and what once was a finding in fuzz/found.
fn inputs(kind: &str, target: &str) -> Vec<PathBuf> {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let files = std::fs::read_dir(fuzz.join(kind).join(target));
    let files = files.into_iter().flatten();
    files.map(|file| file.unwrap().path()).collect()
}

#[test]
fn nothing_that_is_known_to_the_fuzzer_panics() {
    for (name, run) in TARGETS {
        let corpus = inputs("corpus", name);
        assert!(!corpus.is_empty(), "fuzz/corpus/{name} has no examples");
        for path in corpus.into_iter().chain(inputs("found", name)) {
            let input = std::fs::read(&path).unwrap();
            println!("{}", path.display());
            run(&input);
        }
    }
}
