//! Looks at a model file before whisper.cpp does, which ends the whole process over some damaged
//! files.
//!
//! Everything but the weights themselves is looked at: a changed weight cannot be told from a
//! right one (`zeroline models verify` compares checksums).

use super::layout::{BINS, MAGIC, Shape, Tensor};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// What a file is that can be given to whisper.cpp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Model,
    /// All but the weights, as models for tests are: it takes its time and hears nothing.
    Empty,
}

/// Whether the file can be given to whisper.cpp; if not, why not.
pub fn check(path: &Path) -> Result<Kind, String> {
    let unreadable = |error| format!("it cannot be read: {error}");
    // Opening a pipe would wait for somebody to write into it.
    if !path.metadata().map_err(unreadable)?.is_file() {
        return Err("it is not a file".to_owned());
    }
    let file = File::open(path).map_err(unreadable)?;
    parse(&mut BufReader::new(file))
}

fn parse(file: &mut (impl Read + Seek)) -> Result<Kind, String> {
    let length = end_of(file)?;
    if number(file)? != MAGIC {
        return Err("it is of another kind".to_owned());
    }
    let shape = shape(file)?;
    if !shape.is_sound() {
        return Err("its header makes no sense".to_owned());
    }
    let (filters, bins) = (number(file)?, number(file)?);
    if filters != shape.mels || bins != BINS {
        return Err("its mel filters make no sense".to_owned());
    }
    skip(file, length, u64::from(filters) * u64::from(bins) * 4)?;
    vocabulary(file, &shape)?;
    if place(file)? == length {
        return Ok(Kind::Empty);
    }
    weights(file, length, &shape)?;
    Ok(Kind::Model)
}

fn shape(file: &mut impl Read) -> Result<Shape, String> {
    Ok(Shape {
        vocabulary: number(file)?,
        audio_context: number(file)?,
        audio_width: number(file)?,
        audio_heads: number(file)?,
        audio_layers: number(file)?,
        text_context: number(file)?,
        text_width: number(file)?,
        text_heads: number(file)?,
        text_layers: number(file)?,
        mels: number(file)?,
        weights: number(file)?,
    })
}

fn vocabulary(file: &mut impl Read, shape: &Shape) -> Result<(), String> {
    let nonsense = || "its vocabulary makes no sense".to_owned();
    let words = number(file)?;
    if words > shape.vocabulary {
        return Err(nonsense());
    }
    // whisper.cpp looks this one up without asking whether it is there.
    let mut has_blank = false;
    let mut word = [0; 1024];
    for _ in 0..words {
        let length = number(file)? as usize;
        let word = word.get_mut(..length).ok_or_else(nonsense)?;
        file.read_exact(word).map_err(broken_off)?;
        has_blank |= word == b" ";
    }
    if has_blank { Ok(()) } else { Err(nonsense()) }
}

/// Each tensor that the shape asks for once and whole, and nothing else.
fn weights(file: &mut (impl Read + Seek), length: u64, shape: &Shape) -> Result<(), String> {
    let mut missing: HashMap<String, Tensor> = shape
        .tensors()
        .into_iter()
        .map(|tensor| (tensor.name.clone(), tensor))
        .collect();
    while !missing.is_empty() {
        let (rank, name_length, format) = (number(file)?, number(file)?, number(file)?);
        // Four is what whisper.cpp has room for.
        if rank > 4 || name_length > 128 {
            return Err("one of its tensors makes no sense".to_owned());
        }
        let dimensions = (0..rank)
            .map(|_| number(file))
            .collect::<Result<Vec<_>, _>>()?;
        let mut name = vec![0; name_length as usize];
        file.read_exact(&mut name).map_err(broken_off)?;
        let name = String::from_utf8_lossy(&name);
        let Some(tensor) = missing.remove(name.as_ref()) else {
            return Err(format!(
                "its tensor \"{}\" is one too many",
                name.escape_debug()
            ));
        };
        if tensor.dimensions != dimensions || tensor.format.code != format {
            return Err(format!("its tensor {name} is of another shape or format"));
        }
        skip(file, length, tensor.size())?;
    }
    if place(file)? == length {
        Ok(())
    } else {
        Err("there is something behind its last tensor".to_owned())
    }
}

fn number(file: &mut impl Read) -> Result<u32, String> {
    let mut bytes = [0; 4];
    file.read_exact(&mut bytes).map_err(broken_off)?;
    Ok(u32::from_le_bytes(bytes))
}

/// Goes `step` bytes on, which must be there.
fn skip(file: &mut impl Seek, length: u64, step: u64) -> Result<(), String> {
    if place(file)?.saturating_add(step) > length {
        return Err(broken_off(std::io::ErrorKind::UnexpectedEof.into()));
    }
    file.seek_relative(step as i64).map_err(broken_off)
}

fn place(file: &mut impl Seek) -> Result<u64, String> {
    file.stream_position().map_err(broken_off)
}

fn end_of(file: &mut impl Seek) -> Result<u64, String> {
    let end = file.seek(SeekFrom::End(0)).map_err(broken_off)?;
    file.rewind().map_err(broken_off)?;
    Ok(end)
}

fn broken_off(error: std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::UnexpectedEof => {
            "it breaks off; was the download cut short?".to_owned()
        }
        _ => format!("it cannot be read: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::untrained::{self, Weights};
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;
    use std::sync::LazyLock;

    static MODEL: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let mut bytes = Vec::new();
        untrained::write(&mut bytes, &untrained::SMALLEST, Weights::Q8_0, 4).unwrap();
        bytes
    });

    fn parsed(bytes: &[u8]) -> Result<Kind, String> {
        parse(&mut Cursor::new(bytes))
    }

    /// The model with the header's number `at` changed; 0 is the magic.
    fn with(at: usize, value: u32) -> Vec<u8> {
        let mut bytes = MODEL.clone();
        bytes[at * 4..at * 4 + 4].copy_from_slice(&value.to_le_bytes());
        bytes
    }

    fn find(name: &[u8]) -> usize {
        MODEL.windows(name.len()).position(|w| w == name).unwrap()
    }

    #[test]
    fn a_whole_model_passes_and_a_short_one_is_told() {
        assert_eq!(parsed(&MODEL), Ok(Kind::Model));
        for length in [0, 2, 40, 1000, 70_000, MODEL.len() / 2, MODEL.len() - 1] {
            let why = parsed(&MODEL[..length]).unwrap_err();
            assert!(why.contains("breaks off"), "{length}: {why}");
        }
        assert!(
            parsed(b"RIFF....WAVE")
                .unwrap_err()
                .contains("another kind")
        );
    }

    #[test]
    fn what_would_end_the_process_is_refused() {
        for (at, value) in [
            (1, u32::MAX),
            (2, 0),
            (3, 31),
            (4, 0),
            (4, 32),
            (5, 33),
            (8, 3),
            (11, 4),
            (11, 99),
            (12, 7),
            (12, 81),
            (13, 0),
        ] {
            assert!(parsed(&with(at, value)).is_err(), "field {at} as {value}");
        }
    }

    #[test]
    fn a_header_that_asks_for_other_weights_is_refused() {
        for (at, value) in [(1, 51_865), (2, 1499), (5, 2), (6, 447), (9, 2), (11, 1)] {
            let why = parsed(&with(at, value)).unwrap_err();
            assert!(
                why.contains("tensor") || why.contains("breaks off"),
                "{why}"
            );
        }
    }

    #[test]
    fn a_vocabulary_without_a_blank_is_refused() {
        let mut bytes = MODEL.clone();
        let blank = find(b"\x01\0\0\0 ");
        bytes[blank + 4] = b'x';
        assert!(parsed(&bytes).unwrap_err().contains("vocabulary"));
    }

    #[test]
    fn a_model_without_weights_is_told_from_a_whole_one() {
        let first_tensor = find(b"encoder.positional_embedding") - 12 - 8;
        assert_eq!(parsed(&MODEL[..first_tensor]), Ok(Kind::Empty));
    }

    #[test]
    fn a_tensor_too_many_or_of_another_name_is_refused() {
        let mut more = MODEL.clone();
        more.extend([0; 12]);
        assert!(parsed(&more).unwrap_err().contains("behind"));
        let mut renamed = MODEL.clone();
        let at = find(b"encoder.conv2.bias");
        renamed[at..at + 18].copy_from_slice(b"encoder.conv1.bias");
        assert!(parsed(&renamed).unwrap_err().contains("conv1.bias"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_bytes_make_it_panic(
            changes in proptest::collection::vec((0usize..100_000, any::<u8>()), 0..8),
            length in 0usize..2_000_000,
        ) {
            let mut bytes = MODEL[..length.min(MODEL.len())].to_vec();
            for (at, value) in changes {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = value;
                }
            }
            let _ = parsed(&bytes);
        }
    }
}
