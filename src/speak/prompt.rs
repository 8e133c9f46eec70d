//! What is played for one text: its phrases, with pauses between.

use super::Phrase;
use crate::audio::{FRAME_MS, Frame, LineRate};
use std::sync::Arc;
use std::time::Duration;

/// A text and how it sounds on a line.
#[derive(Debug, Clone, Default)]
pub struct Prompt {
    phrases: Vec<Arc<Phrase>>,
}

impl Prompt {
    pub fn new(phrases: Vec<Arc<Phrase>>) -> Prompt {
        Prompt { phrases }
    }

    /// In the order in which they are said, with [`Phrase::pause`] between.
    pub fn phrases(&self) -> &[Arc<Phrase>] {
        &self.phrases
    }

    pub fn duration(&self) -> Duration {
        let (last, others) = match self.phrases.split_last() {
            Some((last, others)) => (last.frames().len(), others),
            None => (0, &[][..]),
        };
        let others = others.iter();
        let others = others.map(|phrase| phrase.frames().len() + phrase.pause() as usize);
        let frames = last + others.sum::<usize>();
        Duration::from_millis(frames as u64 * u64::from(FRAME_MS))
    }

    /// All of it, as a caller hears it who does not interrupt.
    pub fn samples(&self, rate: LineRate) -> Vec<i16> {
        let mut samples = Vec::new();
        for (at, phrase) in self.phrases.iter().enumerate() {
            if let Some(before) = at
                .checked_sub(1)
                .and_then(|before| self.phrases.get(before))
            {
                let pause = before.pause() as usize * rate.frame_len();
                samples.resize(samples.len() + pause, 0);
            }
            let frames = phrase.frames().iter();
            samples.extend(frames.flat_map(Frame::samples));
        }
        samples
    }
}
