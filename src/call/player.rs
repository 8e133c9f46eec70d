//! Plays prompts one after another, frame by frame, and stops in the middle when told to.

use super::io::JobId;
use crate::audio::{Frame, LineRate};
use crate::speak::Prompt;
use std::collections::VecDeque;
use std::sync::Arc;

/// Quiet between two prompts: a breath, 160 ms.
const GAP: u32 = 8;
/// Frames over which a stopped prompt fades out: 40 ms.
const FADE: u32 = 2;
/// How long a prompt that is still being made may be waited for: 5 s.
const PATIENCE: u32 = 250;

/// What a tick of the player brought.
#[derive(Debug, PartialEq)]
pub enum Played {
    Started(Arc<str>),
    Finished(Arc<str>),
    /// Its sound never came; it is left out.
    GaveUp(Arc<str>),
}

pub struct Player {
    queue: VecDeque<Item>,
    /// Frames of the first item that were played.
    position: usize,
    gap: u32,
    waited: u32,
    fading: Option<Fading>,
}

struct Item {
    text: Arc<str>,
    sound: Sound,
}

enum Sound {
    Ready(Arc<Prompt>),
    Coming(JobId),
}

struct Fading {
    prompt: Arc<Prompt>,
    position: usize,
    left: u32,
}

impl Player {
    pub fn new() -> Player {
        Player {
            queue: VecDeque::new(),
            position: 0,
            gap: 0,
            waited: 0,
            fading: None,
        }
    }

    pub fn add(&mut self, text: Arc<str>, prompt: Arc<Prompt>) {
        let sound = Sound::Ready(prompt);
        self.queue.push_back(Item { text, sound });
    }

    /// Keeps a place for a prompt that is still being made.
    pub fn add_coming(&mut self, text: Arc<str>, job: JobId) {
        let sound = Sound::Coming(job);
        self.queue.push_back(Item { text, sound });
    }

    /// The sound of [`Player::add_coming`], or `None` if there will be none.
    pub fn arrived(&mut self, job: JobId, prompt: Option<Arc<Prompt>>) {
        let waiting = |item: &Item| matches!(item.sound, Sound::Coming(id) if id == job);
        match prompt {
            Some(prompt) => {
                if let Some(item) = self.queue.iter_mut().find(|item| waiting(item)) {
                    item.sound = Sound::Ready(prompt);
                }
            }
            None => self.queue.retain(|item| !waiting(item)),
        }
    }

    /// Whether anything is played or waits to be.
    pub fn is_busy(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Stops within 40 ms and forgets what was queued. Gives what was being played and how many
    /// frames of it were heard; `None` if nothing was to be heard yet.
    pub fn stop(&mut self) -> Option<(Arc<str>, usize)> {
        let first = self.queue.pop_front();
        self.queue.clear();
        let position = std::mem::take(&mut self.position);
        self.gap = 0;
        self.waited = 0;
        let Some(Item {
            text,
            sound: Sound::Ready(prompt),
        }) = first
        else {
            return None;
        };
        if position == 0 {
            return None;
        }
        // What is said next does not run into what was cut off.
        self.gap = GAP;
        self.fading = Some(Fading {
            prompt,
            position,
            left: FADE,
        });
        Some((text, position))
    }

    /// The next 20 ms into `out`.
    pub fn tick(&mut self, rate: LineRate, out: &mut Frame) -> Option<Played> {
        *out = Frame::silence(rate);
        if let Some(fading) = &mut self.fading {
            if let Some(frame) = fading.prompt.frames().get(fading.position) {
                *out = fade_out(frame, fading.left);
            }
            fading.position += 1;
            fading.left -= 1;
            if fading.left == 0 {
                self.fading = None;
            }
            return None;
        }
        if self.gap > 0 {
            self.gap -= 1;
            return None;
        }
        let item = self.queue.front()?;
        let Sound::Ready(prompt) = &item.sound else {
            self.waited += 1;
            if self.waited > PATIENCE {
                let text = item.text.clone();
                self.next();
                return Some(Played::GaveUp(text));
            }
            return None;
        };
        match prompt.frames().get(self.position) {
            Some(frame) => {
                *out = frame.clone();
                self.position += 1;
                (self.position == 1).then(|| Played::Started(item.text.clone()))
            }
            None => {
                let text = item.text.clone();
                self.next();
                Some(Played::Finished(text))
            }
        }
    }

    fn next(&mut self) {
        self.queue.pop_front();
        self.position = 0;
        self.waited = 0;
        self.gap = if self.queue.is_empty() { 0 } else { GAP };
    }
}

/// Frame number `left` from the end of a fade: 2 goes from full to half, 1 from half to nothing.
fn fade_out(frame: &Frame, left: u32) -> Frame {
    let mut faded = frame.clone();
    let length = faded.samples().len() as f32;
    for (i, sample) in faded.samples_mut().iter_mut().enumerate() {
        let gain = (left as f32 - i as f32 / length) / FADE as f32;
        *sample = (f32::from(*sample) * gain.clamp(0.0, 1.0)) as i16;
    }
    faded
}
