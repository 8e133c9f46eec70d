//! Looks at a model file before whisper.cpp does, which ends the whole process over a damaged
//! header or vocabulary. Damage further on it notices itself.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

/// `ggml` as a little-endian number.
const MAGIC: u32 = 0x6767_6d6c;

/// Whether the file can be given to whisper.cpp; if not, why not.
pub fn check(path: &Path) -> Result<(), String> {
    let file = File::open(path).map_err(|error| format!("it cannot be read: {error}"))?;
    parse(&mut BufReader::new(file))
}

fn parse(file: &mut impl Read) -> Result<(), String> {
    if number(file)? != MAGIC {
        return Err("it is of another kind".to_owned());
    }
    let mut header = [0; 11];
    for field in &mut header {
        *field = number(file)?;
    }
    let [
        vocabulary,
        audio_context,
        audio_width,
        audio_heads,
        audio_layers,
        text_context,
        text_width,
        text_heads,
        text_layers,
        mels,
        weights,
    ] = header;
    let sound = (51_864..=51_866).contains(&vocabulary)
        && (1..=1500).contains(&audio_context)
        && (1..=448).contains(&text_context)
        && (32..=4096).contains(&audio_width)
        && audio_width == text_width
        && [audio_heads, text_heads].iter().all(|&heads| heads > 0 && audio_width % heads == 0)
        && [audio_layers, text_layers].iter().all(|layers| (1..=64).contains(layers))
        && [80, 128].contains(&mels)
        // Thousands are the version of the quantisation, the rest ggml's file types.
        && matches!(weights % 1000, 0..=3 | 7..=14);
    if !sound {
        return Err("its header makes no sense".to_owned());
    }
    let (filters, bins) = (number(file)?, number(file)?);
    if filters != mels || bins != 201 {
        return Err("its mel filters make no sense".to_owned());
    }
    skip(file, u64::from(filters) * u64::from(bins) * 4)?;
    let words = number(file)?;
    if words > vocabulary {
        return Err("its vocabulary makes no sense".to_owned());
    }
    for _ in 0..words {
        let length = number(file)?;
        if length > 1024 {
            return Err("its vocabulary makes no sense".to_owned());
        }
        skip(file, u64::from(length))?;
    }
    Ok(())
}

fn number(file: &mut impl Read) -> Result<u32, String> {
    let mut bytes = [0; 4];
    file.read_exact(&mut bytes).map_err(too_short)?;
    Ok(u32::from_le_bytes(bytes))
}

fn skip(file: &mut impl Read, length: u64) -> Result<(), String> {
    let skipped = std::io::copy(&mut file.take(length), &mut std::io::sink());
    match skipped {
        Ok(skipped) if skipped == length => Ok(()),
        Ok(_) => Err(too_short(std::io::ErrorKind::UnexpectedEof.into())),
        Err(error) => Err(too_short(error)),
    }
}

fn too_short(error: std::io::Error) -> String {
    format!("it breaks off in its header ({error}); was the download cut short?")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn model() -> Vec<u8> {
        let header = [
            MAGIC, 51_864, 1500, 384, 6, 4, 448, 384, 6, 4, 80, 1, 80, 201,
        ];
        let mut bytes: Vec<u8> = header.iter().flat_map(|n| n.to_le_bytes()).collect();
        bytes.resize(bytes.len() + 80 * 201 * 4, 0);
        bytes.extend(2u32.to_le_bytes());
        bytes.extend(b"\x02\0\0\0hi\x03\0\0\0you");
        bytes
    }

    #[test]
    fn a_sound_header_passes_and_a_short_file_is_told() {
        assert_eq!(parse(&mut &model()[..]), Ok(()));
        let bytes = model();
        for length in [0, 2, 40, 1000, bytes.len() - 1] {
            let why = parse(&mut &bytes[..length]).unwrap_err();
            assert!(why.contains("breaks off"), "{length}: {why}");
        }
        assert!(
            parse(&mut &b"RIFF....WAVE"[..])
                .unwrap_err()
                .contains("another kind")
        );
    }

    #[test]
    fn what_would_end_the_process_is_refused() {
        for (at, value) in [(1, u32::MAX), (2, 0), (4, 0), (11, 4), (11, 99), (12, 7)] {
            let mut bytes = model();
            bytes[at * 4..at * 4 + 4].copy_from_slice(&value.to_le_bytes());
            assert!(parse(&mut &bytes[..]).is_err(), "field {at} as {value}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            changes in proptest::collection::vec((0usize..64, any::<u8>()), 0..8),
            length in 0usize..70_000,
        ) {
            let mut bytes = model();
            for (at, value) in changes {
                bytes[at] = value;
            }
            bytes.truncate(length);
            let _ = parse(&mut &bytes[..]);
        }
    }
}
