//! What can be wrong with a Piper voice or with ONNX Runtime.

use std::path::PathBuf;

/// Why a Piper voice does not speak; the message says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PiperError {
    #[error(
        "the ONNX Runtime library {} cannot be used: {why}. Fetch a good one with \
         `zeroline models pull onnxruntime`",
        path.display()
    )]
    Runtime { path: PathBuf, why: String },

    #[error(
        "ONNX Runtime is already loaded from {}, and a program cannot load a second one from {}. \
         Name the same library for all voices",
        loaded.display(),
        wanted.display()
    )]
    SecondRuntime { loaded: PathBuf, wanted: PathBuf },

    #[error(
        "the Piper voice's file {} cannot be used: {why}. Fetch the voice anew: \
         `zeroline models list` shows which there are, `zeroline models pull NAME` fetches one",
        path.display()
    )]
    Voice { path: PathBuf, why: String },

    #[error(
        "the Piper voice {} has no speaker {speaker}: it has {speakers}, numbered from 0",
        path.display()
    )]
    NoSuchSpeaker {
        path: PathBuf,
        speaker: u32,
        speakers: u32,
    },

    #[error("a voice cannot speak at speed {speed}; choose one from 0.5 (slow) to 2 (fast)")]
    Speed { speed: String },

    #[error("the voice {voice} failed to say \"{text}\": {why}")]
    Failed {
        voice: String,
        text: String,
        why: String,
    },
}
