//! Models with random weights: right in form, of any size, without ability. They let tests and
//! benches run the real engine where there is no trained model.
//!
//! Such a model "says" a given number of random tokens to whatever it hears, and then ends, so
//! that its decoder takes as long as a trained one's over a sentence.

use super::layout::{BINS, F16, F32, MAGIC, Shape, Tensor};
use std::io::{self, Write};

/// How the large tensors are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weights {
    F16,
    Q8_0,
    Q5_1,
}

impl Weights {
    /// The header's number for it.
    fn code(self) -> u32 {
        match self {
            Weights::F16 => 1,
            Weights::Q8_0 => 2007,
            Weights::Q5_1 => 2009,
        }
    }
}

/// Quick to write, to load and to run.
pub const SMALLEST: Shape = english(32, 2, 1);
/// As large as Whisper's `tiny.en`.
pub const TINY_EN: Shape = english(384, 6, 4);
/// As large as Whisper's `base.en`.
pub const BASE_EN: Shape = english(512, 8, 6);

const fn english(width: u32, heads: u32, layers: u32) -> Shape {
    Shape {
        vocabulary: 51_864,
        audio_context: 1500,
        audio_width: width,
        audio_heads: heads,
        audio_layers: layers,
        text_context: 448,
        text_width: width,
        text_heads: heads,
        text_layers: layers,
        mels: 80,
        weights: 1,
    }
}

/// The token that ends a text, in a vocabulary of 51864.
const END: usize = 50_256;
/// Tokens that the decoder is given before it writes its first: start, and no timestamps.
const PROMPT: usize = 2;

/// Writes a model of `shape` that says `tokens` tokens. The same arguments give the same bytes.
pub fn write(
    file: &mut impl Write,
    shape: &Shape,
    weights: Weights,
    tokens: usize,
) -> io::Result<()> {
    let shape = Shape {
        weights: weights.code(),
        ..*shape
    };
    numbers(
        file,
        &[
            MAGIC,
            shape.vocabulary,
            shape.audio_context,
            shape.audio_width,
            shape.audio_heads,
            shape.audio_layers,
            shape.text_context,
            shape.text_width,
            shape.text_heads,
            shape.text_layers,
            shape.mels,
            shape.weights,
            shape.mels,
            BINS,
        ],
    )?;
    for mel in 0..shape.mels {
        // Bands of equal width: close enough for ears that understand nothing.
        let filter: Vec<f32> = (0..BINS)
            .map(|bin| {
                if bin * shape.mels / BINS == mel {
                    0.02
                } else {
                    0.0
                }
            })
            .collect();
        floats(file, &filter)?;
    }
    let words = [" ", " yes", " no"];
    numbers(file, &[words.len() as u32])?;
    for word in words {
        numbers(file, &[word.len() as u32])?;
        file.write_all(word.as_bytes())?;
    }
    let mut random = Random(1);
    for tensor in shape.tensors() {
        numbers(
            file,
            &[
                tensor.dimensions.len() as u32,
                tensor.name.len() as u32,
                tensor.format.code,
            ],
        )?;
        numbers(file, &tensor.dimensions)?;
        file.write_all(tensor.name.as_bytes())?;
        values(file, &tensor, tokens, &mut random)?;
    }
    Ok(())
}

fn values(
    file: &mut impl Write,
    tensor: &Tensor,
    tokens: usize,
    random: &mut Random,
) -> io::Result<()> {
    let width = tensor.dimensions.first().copied().unwrap_or(1) as usize;
    let count = tensor.dimensions.iter().product::<u32>() as usize;
    let mut row = vec![0.0; width];
    for at in 0..count / width {
        match tensor.name.as_str() {
            // The first feature is kept for the end of the text: nothing else is written to it
            // that could weigh against this.
            "decoder.positional_embedding" => {
                random.fill(&mut row, 0.02);
                set_first(
                    &mut row,
                    if at + 1 >= PROMPT + tokens {
                        100.0
                    } else {
                        -100.0
                    },
                );
            }
            "decoder.token_embedding.weight" => {
                random.fill(&mut row, 0.05);
                set_first(&mut row, if at == END { 1.0 } else { 0.0 });
            }
            name if name.ends_with("ln.weight") || name.ends_with("ln_post.weight") => {
                row.fill(1.0);
            }
            name if name.ends_with("bias") => row.fill(0.0),
            _ => random.fill(&mut row, 1.7 / (width as f32).sqrt()),
        }
        if tensor.format == F32 {
            floats(file, &row)?;
        } else if tensor.format == F16 {
            let halves: Vec<u8> = row.iter().flat_map(|&x| half(x).to_le_bytes()).collect();
            file.write_all(&halves)?;
        } else {
            for block in row.chunks(tensor.format.block as usize) {
                file.write_all(&quantised(block, tensor.format.bytes))?;
            }
        }
    }
    Ok(())
}

fn set_first(row: &mut [f32], value: f32) {
    if let Some(first) = row.first_mut() {
        *first = value;
    }
}

/// A block of 32 as ggml's q8_0 (34 bytes: scale, then one byte each) or q5_1 (24 bytes: scale,
/// least value, the fifth bits, then two to a byte: the first sixteen low, the others high).
fn quantised(block: &[f32], bytes: u64) -> Vec<u8> {
    let least = block.iter().copied().fold(f32::INFINITY, f32::min);
    let most = block.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    if bytes == 34 {
        let scale = most.max(-least) / 127.0;
        let levels = block
            .iter()
            .map(|x| (x / scale.max(1e-9)).round() as i8 as u8);
        return half(scale)
            .to_le_bytes()
            .into_iter()
            .chain(levels)
            .collect();
    }
    let scale = (most - least) / 31.0;
    let level = |x: &f32| ((x - least) / scale.max(1e-9)).round().clamp(0.0, 31.0) as u32;
    let levels: Vec<u32> = block.iter().map(level).collect();
    let fifths = levels
        .iter()
        .rev()
        .fold(0u32, |bits, level| bits << 1 | level >> 4);
    let (low, high) = levels.split_at(levels.len() / 2);
    let pairs = low
        .iter()
        .zip(high)
        .map(|(low, high)| (low & 15 | (high & 15) << 4) as u8);
    let mut packed = Vec::with_capacity(24);
    packed.extend(half(scale).to_le_bytes());
    packed.extend(half(least).to_le_bytes());
    packed.extend(fifths.to_le_bytes());
    packed.extend(pairs);
    packed
}

/// IEEE 754 half precision, cut off rather than rounded; too small becomes 0.
fn half(value: f32) -> u16 {
    let bits = value.to_bits();
    let sign = (bits >> 16 & 0x8000) as u16;
    let exponent = (bits >> 23 & 0xff) as i32 - 112;
    match exponent {
        ..=0 => sign,
        31.. => sign | 0x7bff,
        _ => sign | (exponent as u16) << 10 | (bits >> 13 & 0x3ff) as u16,
    }
}

fn numbers(file: &mut impl Write, numbers: &[u32]) -> io::Result<()> {
    numbers
        .iter()
        .try_for_each(|n| file.write_all(&n.to_le_bytes()))
}

fn floats(file: &mut impl Write, floats: &[f32]) -> io::Result<()> {
    floats
        .iter()
        .try_for_each(|x| file.write_all(&x.to_le_bytes()))
}

/// xorshift32: even enough, and quick for a hundred million weights.
struct Random(u32);

impl Random {
    fn fill(&mut self, row: &mut [f32], most: f32) {
        for value in row {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 17;
            self.0 ^= self.0 << 5;
            *value = (self.0 as i32 as f32 / i32::MAX as f32) * most;
        }
    }
}
