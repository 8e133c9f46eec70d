//! WAV files in and out.
//!
//! Reads 8 to 32-bit linear, float and G.711 (µ-law, A-law) files of any rate and channel
//! count and gives mono; writes 16-bit mono or stereo. hound does the reading of everything but
//! G.711, which it refuses and phone systems love.

use super::Clip;
use audio_codec::{Decoder, pcma::PcmaDecoder, pcmu::PcmuDecoder};
use std::path::{Path, PathBuf};

/// A WAV file as read.
#[derive(Debug)]
pub struct Wav {
    /// All channels mixed to one.
    pub clip: Clip,
    /// Milliseconds that the header promises and the file does not have: a recorder that died,
    /// a copy that broke off. 0 for a sound file.
    pub missing_ms: u64,
}

/// Why a WAV file cannot be used; the text names the file and the remedy.
#[derive(Debug, thiserror::Error)]
pub enum WavError {
    #[error("{}: cannot be read: {source}", path.display())]
    Unreadable {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error(
        "{}: not a WAV file that can be used: {why}. Convert it with: sox {} -r 8000 -c 1 -b 16 out.wav",
        path.display(), path.display()
    )]
    Unusable { path: PathBuf, why: String },
    #[error("{}: cannot be written: {why}", path.display())]
    Unwritable { path: PathBuf, why: String },
}

/// Reads a WAV file and mixes it to mono.
pub fn read(path: &Path) -> Result<Wav, WavError> {
    let bytes = std::fs::read(path).map_err(|source| WavError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    parse(&bytes).map_err(|why| WavError::Unusable {
        path: path.to_owned(),
        why,
    })
}

/// [`read`] for bytes in memory; the error is a clause without the file's name.
pub fn parse(bytes: &[u8]) -> Result<Wav, String> {
    let sound = match g711(bytes) {
        Some(sound) => sound,
        None => linear(bytes)?,
    };
    if sound.hz < 1_000 || sound.hz > 768_000 {
        return Err(format!("its header says {} samples a second", sound.hz));
    }
    if sound.interleaved.is_empty() {
        return Err("it holds no sound".to_owned());
    }
    let channels = usize::from(sound.channels.max(1));
    let samples: Vec<i16> = sound
        .interleaved
        .chunks(channels)
        .map(|all| (all.iter().map(|&s| i64::from(s)).sum::<i64>() / all.len() as i64) as i16)
        .collect();
    let missing = sound
        .promised
        .saturating_sub(sound.interleaved.len() as u64)
        / channels as u64;
    Ok(Wav {
        clip: Clip::new(sound.hz, samples),
        missing_ms: missing * 1000 / u64::from(sound.hz),
    })
}

/// Writes a mono 16-bit file.
pub fn write_mono(path: &Path, clip: &Clip) -> Result<(), WavError> {
    write(path, clip.hz, 1, clip.samples.iter().copied())
}

/// Writes a stereo 16-bit file; the shorter side ends in silence.
pub fn write_stereo(path: &Path, hz: u32, left: &[i16], right: &[i16]) -> Result<(), WavError> {
    let length = left.len().max(right.len());
    let at = |side: &[i16], i: usize| side.get(i).copied().unwrap_or(0);
    let interleaved = (0..length).flat_map(|i| [at(left, i), at(right, i)]);
    write(path, hz, 2, interleaved)
}

fn write(
    path: &Path,
    hz: u32,
    channels: u16,
    samples: impl Iterator<Item = i16>,
) -> Result<(), WavError> {
    let spec = hound::WavSpec {
        channels,
        sample_rate: hz,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let written = (|| {
        let mut writer = hound::WavWriter::create(path, spec)?;
        for sample in samples {
            writer.write_sample(sample)?;
        }
        writer.finalize()
    })();
    written.map_err(|error| WavError::Unwritable {
        path: path.to_owned(),
        why: error.to_string(),
    })
}

struct Sound {
    hz: u32,
    channels: u16,
    interleaved: Vec<i16>,
    /// Samples over all channels that the header speaks of.
    promised: u64,
}

fn linear(bytes: &[u8]) -> Result<Sound, String> {
    let mut reader = hound::WavReader::new(bytes).map_err(|error| error.to_string())?;
    let spec = reader.spec();
    let promised = u64::from(reader.len());
    let bits = u32::from(spec.bits_per_sample);
    // A read error is where a truncated file ends: what came before it counts.
    let interleaved: Vec<i16> = match spec.sample_format {
        hound::SampleFormat::Float => reader
            .samples::<f32>()
            .map_while(Result::ok)
            .map(|s| (s.clamp(-1.0, 1.0) * 32_767.0) as i16)
            .collect(),
        hound::SampleFormat::Int => reader
            .samples::<i32>()
            .map_while(Result::ok)
            .map(|s| match bits {
                0..=15 => (s << (16 - bits)) as i16,
                _ => (s >> (bits - 16).min(16)) as i16,
            })
            .collect(),
    };
    Ok(Sound {
        hz: spec.sample_rate,
        channels: spec.channels,
        interleaved,
        promised,
    })
}

const FORMAT_ALAW: u16 = 6;
const FORMAT_MULAW: u16 = 7;

/// `None` when this is no G.711 file, so that hound may say what it is instead.
fn g711(bytes: &[u8]) -> Option<Sound> {
    if bytes.get(..4)? != b"RIFF" || bytes.get(8..12)? != b"WAVE" {
        return None;
    }
    let mut format = None;
    let mut rest = bytes.get(12..)?;
    loop {
        let id = rest.get(..4)?;
        let length = u32::from_le_bytes(rest.get(4..8)?.try_into().ok()?) as usize;
        let body = rest.get(8..)?;
        match id {
            b"fmt " => {
                let tag = u16::from_le_bytes(body.get(..2)?.try_into().ok()?);
                let channels = u16::from_le_bytes(body.get(2..4)?.try_into().ok()?);
                let hz = u32::from_le_bytes(body.get(4..8)?.try_into().ok()?);
                if tag != FORMAT_ALAW && tag != FORMAT_MULAW {
                    return None;
                }
                format = Some((tag, channels, hz));
            }
            b"data" => {
                let (tag, channels, hz) = format?;
                let data = body.get(..length.min(body.len()))?;
                let mut interleaved = vec![0; data.len()];
                if tag == FORMAT_MULAW {
                    PcmuDecoder::new()
                        .decode_into(data, &mut interleaved)
                        .ok()?;
                } else {
                    PcmaDecoder::new()
                        .decode_into(data, &mut interleaved)
                        .ok()?;
                }
                return Some(Sound {
                    hz,
                    channels,
                    interleaved,
                    promised: length as u64,
                });
            }
            _ => {}
        }
        // Chunks are padded to an even length.
        rest = body.get(length.checked_add(length & 1)?..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stereo_44100() -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("stereo.wav");
        write_stereo(&path, 44_100, &[1000; 4410], &[3000; 4410]).unwrap();
        std::fs::read(path).unwrap()
    }

    #[test]
    fn stereo_at_44100_becomes_mono() {
        let wav = parse(&stereo_44100()).unwrap();
        assert_eq!(wav.clip.hz, 44_100);
        assert_eq!(wav.clip.samples, vec![2000; 4410]);
        assert_eq!(wav.missing_ms, 0);
    }

    #[test]
    fn a_truncated_file_gives_what_it_has_and_says_what_is_missing() {
        let bytes = stereo_44100();
        let wav = parse(&bytes[..bytes.len() - 4410 * 2]).unwrap();
        assert_eq!(wav.clip.samples.len(), 2205);
        assert_eq!(wav.missing_ms, 50);
    }

    #[test]
    fn a_file_that_is_no_wav_names_itself_and_a_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("song.wav");
        std::fs::write(&path, "ID3 this is no wav").unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(
            error.contains("song.wav") && error.contains("sox"),
            "{error}"
        );
        let missing = read(&folder.path().join("none.wav"))
            .unwrap_err()
            .to_string();
        assert!(missing.contains("none.wav: cannot be read"), "{missing}");
    }

    #[test]
    fn g711_files_are_read() {
        let mut file = Vec::new();
        file.extend(b"RIFF\0\0\0\0WAVEfmt \x12\0\0\0\x07\0\x01\0");
        file.extend(8000u32.to_le_bytes());
        file.extend([0; 10]);
        file.extend(b"data\x04\0\0\0\xff\xff\x00\x80");
        let wav = parse(&file).unwrap();
        assert_eq!(wav.clip, Clip::new(8000, vec![0, 0, -32_124, 32_124]));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            mut bytes in Just(stereo_44100()),
            changes in proptest::collection::vec((0usize..64, any::<u8>()), 0..8),
            length in 0usize..300,
        ) {
            for (at, value) in changes {
                bytes[at] = value;
            }
            bytes.truncate(length);
            let _ = parse(&bytes);
        }
    }
}
