//! The `.onnx.json` beside a voice's model, and whether the model is what it says.

use super::error::PiperError;
use ort::session::Session;
use ort::value::TensorElementType;
use piper_rs::ModelConfig;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Where the description of a model lies.
pub fn path_of(model: &Path) -> PathBuf {
    let mut path = model.as_os_str().to_owned();
    path.push(".json");
    PathBuf::from(path)
}

/// What `piper-rs` does not look at.
#[derive(Deserialize)]
struct Beyond {
    #[serde(default)]
    phoneme_type: Option<String>,
}

/// Reads and checks the description of the voice with this model.
pub fn read(model: &Path) -> Result<ModelConfig, PiperError> {
    let path = path_of(model);
    let unusable = |why: String| PiperError::Voice {
        path: path.clone(),
        why,
    };
    let text = std::fs::read(&path).map_err(|error| unusable(error.to_string()))?;
    let beyond: Beyond = serde_json::from_slice(&text)
        .map_err(|error| unusable(format!("it is not a voice's description ({error})")))?;
    if let Some(kind) = beyond.phoneme_type.filter(|kind| kind != "espeak") {
        return Err(unusable(format!(
            "the voice reads \"{kind}\" phonemes, and only \"espeak\" can be made here"
        )));
    }
    let config: ModelConfig = serde_json::from_slice(&text)
        .map_err(|error| unusable(format!("it is not a voice's description ({error})")))?;
    check(&config).map_err(unusable)?;
    Ok(config)
}

fn check(config: &ModelConfig) -> Result<(), String> {
    let hz = config.audio.sample_rate;
    if !(8_000..=48_000).contains(&hz) {
        return Err(format!(
            "a sample rate of {hz} Hz is not from 8000 to 48000"
        ));
    }
    let scales = &config.inference;
    let usable = |scale: f32| scale.is_finite() && (0.0..=10.0).contains(&scale);
    if ![scales.noise_scale, scales.noise_w].into_iter().all(usable)
        || !usable(scales.length_scale)
        || scales.length_scale < 0.1
    {
        return Err("a scale under \"inference\" is out of its range".to_owned());
    }
    for sign in ['_', '^', '$'] {
        if config.phoneme_id_map.get(&sign).is_none_or(Vec::is_empty) {
            return Err(format!("its phoneme_id_map has no \"{sign}\""));
        }
    }
    Ok(())
}

/// Whether the model takes and gives what `piper-rs` passes, in its order.
pub fn check_model(session: &Session, config: &ModelConfig) -> Result<(), String> {
    let several = config.num_speakers > 1;
    let expected = [
        ("input", TensorElementType::Int64),
        ("input_lengths", TensorElementType::Int64),
        ("scales", TensorElementType::Float32),
        ("sid", TensorElementType::Int64),
    ];
    let expected = expected.get(..3 + usize::from(several)).unwrap_or_default();
    let found: Vec<_> = session
        .inputs()
        .iter()
        .map(|input| (input.name(), input.dtype().tensor_type()))
        .collect();
    let same = found.len() == expected.len()
        && found
            .iter()
            .zip(expected)
            .all(|(f, e)| *f == (e.0, Some(e.1)));
    if !same {
        let names = |names: Vec<&str>| names.join(", ");
        return Err(format!(
            "it is not a Piper model with {} speaker{}: its inputs are {}, expected are {}",
            config.num_speakers,
            if several { "s" } else { "" },
            names(found.iter().map(|input| input.0).collect()),
            names(expected.iter().map(|input| input.0).collect()),
        ));
    }
    let sound = session.outputs().first();
    let sound = sound.and_then(|output| output.dtype().tensor_type());
    if sound != Some(TensorElementType::Float32) {
        return Err("it is not a Piper model: its first output is no sound".to_owned());
    }
    Ok(())
}
