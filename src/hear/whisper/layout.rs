//! What a Whisper model file in whisper.cpp's ggml format must hold, by its header: which tensors,
//! of which shapes, in which number formats.
//!
//! The format has no description of its own; the loader in whisper.cpp (`whisper_model_load`) is
//! the reference.

/// `ggml` as a little-endian number.
pub const MAGIC: u32 = 0x6767_6d6c;
/// Frequency bins that the mel filters weigh.
pub const BINS: u32 = 201;

/// The header's numbers, which follow [`MAGIC`] in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    pub vocabulary: u32,
    pub audio_context: u32,
    pub audio_width: u32,
    pub audio_heads: u32,
    pub audio_layers: u32,
    pub text_context: u32,
    pub text_width: u32,
    pub text_heads: u32,
    pub text_layers: u32,
    pub mels: u32,
    /// How the large tensors are stored; thousands are the version of the quantisation.
    pub weights: u32,
}

/// How numbers are stored: a `code` in the tensor's header, and `bytes` for every `block` of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    pub code: u32,
    pub block: u64,
    pub bytes: u64,
}

pub const F32: Format = format(0, 1, 4);
pub const F16: Format = format(1, 1, 2);

const fn format(code: u32, block: u64, bytes: u64) -> Format {
    Format { code, block, bytes }
}

/// A tensor: its name, its dimensions (the one that varies fastest first) and its format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tensor {
    pub name: String,
    pub dimensions: Vec<u32>,
    pub format: Format,
}

impl Tensor {
    /// Bytes of its numbers.
    pub fn size(&self) -> u64 {
        let count: u64 = self.dimensions.iter().map(|&n| u64::from(n)).product();
        count / self.format.block * self.format.bytes
    }
}

impl Shape {
    /// Whether whisper.cpp can work with these numbers.
    pub fn is_sound(&self) -> bool {
        // A head wider or narrower than any Whisper's is a damaged number of heads.
        let heads_fit = |width: u32, heads: u32| {
            heads > 0 && width.is_multiple_of(heads) && (16..=128).contains(&(width / heads))
        };
        (51_864..=51_866).contains(&self.vocabulary)
            && (1..=1500).contains(&self.audio_context)
            && (1..=448).contains(&self.text_context)
            && (32..=2048).contains(&self.audio_width)
            && self.audio_width == self.text_width
            && heads_fit(self.audio_width, self.audio_heads)
            && heads_fit(self.text_width, self.text_heads)
            && (1..=32).contains(&self.audio_layers)
            && (1..=32).contains(&self.text_layers)
            && [80, 128].contains(&self.mels)
            && self
                .large()
                .is_some_and(|large| u64::from(self.audio_width).is_multiple_of(large.block))
    }

    /// How the large tensors are stored; `None` for what whisper.cpp does not know.
    pub fn large(&self) -> Option<Format> {
        Some(match self.weights % 1000 {
            0 => F32,
            1 => F16,
            2 => format(2, 32, 18),
            3 => format(3, 32, 20),
            7 => format(8, 32, 34),
            8 => format(6, 32, 22),
            9 => format(7, 32, 24),
            10 => format(10, 256, 84),
            11 => format(11, 256, 110),
            12 => format(12, 256, 144),
            13 => format(13, 256, 176),
            14 => format(14, 256, 210),
            _ => return None,
        })
    }

    /// Every tensor that the file holds. Empty for a shape that is not sound.
    pub fn tensors(&self) -> Vec<Tensor> {
        let Some(large) = self.large() else {
            return Vec::new();
        };
        let convolution = if large == F32 { F32 } else { F16 };
        let (audio, text) = (self.audio_width, self.text_width);
        let mut all = vec![
            tensor(
                "encoder.positional_embedding",
                &[audio, self.audio_context],
                F32,
            ),
            tensor("encoder.conv1.weight", &[3, self.mels, audio], convolution),
            tensor("encoder.conv1.bias", &[1, audio], F32),
            tensor("encoder.conv2.weight", &[3, audio, audio], convolution),
            tensor("encoder.conv2.bias", &[1, audio], F32),
            tensor(
                "decoder.positional_embedding",
                &[text, self.text_context],
                F32,
            ),
            tensor(
                "decoder.token_embedding.weight",
                &[text, self.vocabulary],
                large,
            ),
        ];
        all.extend(scale_and_bias("encoder.ln_post", audio));
        all.extend(scale_and_bias("decoder.ln", text));
        for layer in 0..self.audio_layers {
            let block = format!("encoder.blocks.{layer}");
            all.extend(attention(&block, "attn", audio, large));
            all.extend(perceptron(&block, audio, large));
        }
        for layer in 0..self.text_layers {
            let block = format!("decoder.blocks.{layer}");
            all.extend(attention(&block, "attn", text, large));
            all.extend(attention(&block, "cross_attn", text, large));
            all.extend(perceptron(&block, text, large));
        }
        all
    }
}

fn tensor(name: &str, dimensions: &[u32], format: Format) -> Tensor {
    Tensor {
        name: name.to_owned(),
        dimensions: dimensions.to_owned(),
        format,
    }
}

fn scale_and_bias(name: &str, width: u32) -> [Tensor; 2] {
    ["weight", "bias"].map(|part| tensor(&format!("{name}.{part}"), &[width], F32))
}

fn attention(block: &str, name: &str, width: u32, large: Format) -> Vec<Tensor> {
    let mut all = scale_and_bias(&format!("{block}.{name}_ln"), width).to_vec();
    for part in ["query", "key", "value", "out"] {
        let weight = format!("{block}.{name}.{part}.weight");
        all.push(tensor(&weight, &[width, width], large));
        if part != "key" {
            all.push(tensor(
                &format!("{block}.{name}.{part}.bias"),
                &[width],
                F32,
            ));
        }
    }
    all
}

fn perceptron(block: &str, width: u32, large: Format) -> Vec<Tensor> {
    let mut all = scale_and_bias(&format!("{block}.mlp_ln"), width).to_vec();
    all.push(tensor(
        &format!("{block}.mlp.0.weight"),
        &[width, 4 * width],
        large,
    ));
    all.push(tensor(&format!("{block}.mlp.0.bias"), &[4 * width], F32));
    all.push(tensor(
        &format!("{block}.mlp.2.weight"),
        &[4 * width, width],
        large,
    ));
    all.push(tensor(&format!("{block}.mlp.2.bias"), &[width], F32));
    all
}
