//! One program for all targets, so that it is built once: `FUZZ_TARGET=sip` chooses. Of Zeroline it
//! takes the modules of the line alone, as they are.
#![no_main]
#![allow(dead_code, unused_imports)]

#[path = "../../src/audio/mod.rs"]
mod audio;
#[path = "../../src/line/mod.rs"]
mod line;
#[path = "../../src/panics.rs"]
mod panics;

use std::sync::LazyLock;

static TARGET: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let wanted = std::env::var("FUZZ_TARGET").unwrap_or_default();
    let target = line::fuzzing::TARGETS.iter().find(|(name, _)| *name == wanted);
    match target {
        Some((_, run)) => *run,
        None => panic!("FUZZ_TARGET={wanted}: there is no such target"),
    }
});

libfuzzer_sys::fuzz_target!(|input: &[u8]| TARGET(input));
