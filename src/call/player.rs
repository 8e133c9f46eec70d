//! Plays prompts one after another, frame by frame, and stops in the middle when told to.
//!
//! A prompt that is still being made is played as its phrases come; when it keeps the caller
//! waiting, the player says so, once, for something else to be said.

use super::io::JobId;
use crate::audio::{Frame, LineRate};
use crate::speak::{Phrase, Prompt};
use std::collections::VecDeque;
use std::sync::Arc;

/// Quiet between two prompts: a breath, 160 ms.
const GAP: u32 = 8;
/// Frames over which a stopped prompt fades out: 40 ms.
const FADE: u32 = 2;
/// Quiet that a caller takes for thinking and not for a dead line: 800 ms.
const LONG_WAIT: u32 = 40;
/// How long a phrase that is still being made may be waited for: 5 s.
const PATIENCE: u32 = 250;

/// What a tick of the player brought.
#[derive(Debug, PartialEq)]
pub enum Played {
    Started(Arc<str>),
    Finished(Arc<str>),
    /// What comes next takes long to make.
    Waiting,
    /// Its sound never came; what is missing of it is left out.
    GaveUp(Arc<str>),
}

/// What was stopped.
#[derive(Debug, PartialEq)]
pub struct Stopped {
    pub text: Arc<str>,
    /// How many frames of it were heard.
    pub frames: u64,
    /// The words that were heard to the end.
    pub heard: String,
}

pub struct Player {
    queue: VecDeque<Item>,
    gap: u32,
    /// What is left of a stopped prompt, the last frame first.
    fading: Vec<Frame>,
}

/// A prompt, and how far it is played.
struct Item {
    text: Arc<str>,
    phrases: Vec<Arc<Phrase>>,
    /// Makes further phrases.
    coming: Option<JobId>,
    /// Which phrase is played, and its frames that were.
    phrase: usize,
    frame: usize,
    /// Left of the quiet before that phrase.
    pause: u32,
    /// Frames that were heard, pauses between phrases among them.
    played: u64,
    /// Frames for which a phrase was waited for.
    waited: u32,
    waiting_told: bool,
}

impl Player {
    pub fn new() -> Player {
        Player {
            queue: VecDeque::new(),
            gap: 0,
            fading: Vec::new(),
        }
    }

    pub fn add(&mut self, text: Arc<str>, prompt: &Prompt) {
        self.queue
            .push_back(Item::new(text, prompt.phrases().to_vec(), None));
    }

    /// Plays it now, and goes on with what is being played or waited for after it.
    pub fn add_first(&mut self, text: Arc<str>, prompt: &Prompt) {
        self.queue
            .push_front(Item::new(text, prompt.phrases().to_vec(), None));
    }

    /// Keeps a place for a prompt that is still being made.
    pub fn add_coming(&mut self, text: Arc<str>, job: JobId) {
        self.queue.push_back(Item::new(text, Vec::new(), Some(job)));
    }

    /// A phrase of [`Player::add_coming`]. Says whether it is the first of a prompt that is wanted.
    pub fn arrived(&mut self, job: JobId, phrase: Arc<Phrase>) -> bool {
        let Some(item) = self.coming(job) else {
            return false;
        };
        item.waited = 0;
        item.phrases.push(phrase);
        item.phrases.len() == 1
    }

    /// No more phrases come from this job.
    pub fn complete(&mut self, job: JobId) {
        if let Some(item) = self.coming(job) {
            item.coming = None;
        }
        // What has no sound at all is as if it had never been there.
        self.queue
            .retain(|item| item.coming.is_some() || !item.phrases.is_empty());
    }

    fn coming(&mut self, job: JobId) -> Option<&mut Item> {
        self.queue.iter_mut().find(|item| item.coming == Some(job))
    }

    /// Whether anything is played or waits to be.
    pub fn is_busy(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Stops within 40 ms and forgets what was queued. Gives what was being played; `None` if
    /// nothing was to be heard yet.
    pub fn stop(&mut self) -> Option<Stopped> {
        let first = self.queue.pop_front();
        self.queue.clear();
        self.gap = 0;
        let stopped = first.filter(|item| item.played > 0)?;
        // What is said next does not run into what was cut off.
        self.gap = GAP;
        self.fading = stopped.rest();
        Some(Stopped {
            frames: stopped.played,
            heard: stopped.heard(),
            text: stopped.text,
        })
    }

    /// The next 20 ms into `out`.
    pub fn tick(&mut self, rate: LineRate, out: &mut Frame) -> Option<Played> {
        *out = Frame::silence(rate);
        if let Some(frame) = self.fading.pop() {
            *out = frame;
            return None;
        }
        if self.gap > 0 {
            self.gap -= 1;
            return None;
        }
        let item = self.queue.front_mut()?;
        let played = item.tick(out);
        if matches!(played, Some(Played::Finished(_) | Played::GaveUp(_))) {
            self.queue.pop_front();
            self.gap = if self.queue.is_empty() { 0 } else { GAP };
        }
        played
    }
}

impl Item {
    fn new(text: Arc<str>, phrases: Vec<Arc<Phrase>>, coming: Option<JobId>) -> Item {
        Item {
            text,
            phrases,
            coming,
            phrase: 0,
            frame: 0,
            pause: 0,
            played: 0,
            waited: 0,
            waiting_told: false,
        }
    }

    fn tick(&mut self, out: &mut Frame) -> Option<Played> {
        while let Some(phrase) = self.phrases.get(self.phrase) {
            if self.pause > 0 {
                self.pause -= 1;
                self.played += 1;
                return None;
            }
            if let Some(frame) = phrase.frames().get(self.frame) {
                *out = frame.clone();
                self.frame += 1;
                self.played += 1;
                return (self.played == 1).then(|| Played::Started(self.text.clone()));
            }
            self.pause = phrase.pause();
            self.phrase += 1;
            self.frame = 0;
        }
        if self.coming.is_none() {
            return Some(Played::Finished(self.text.clone()));
        }
        // While a phrase is waited for, the pause before it goes by.
        self.pause = self.pause.saturating_sub(1);
        self.waited += 1;
        if self.waited > PATIENCE {
            return Some(Played::GaveUp(self.text.clone()));
        }
        let told = std::mem::replace(&mut self.waiting_told, self.waited >= LONG_WAIT);
        (self.waiting_told && !told).then_some(Played::Waiting)
    }

    fn heard(&self) -> String {
        let before = self.phrases.iter().take(self.phrase);
        let mut heard: Vec<&str> = before.map(|phrase| phrase.heard(usize::MAX)).collect();
        let now = self.phrases.get(self.phrase);
        heard.extend(now.map(|phrase| phrase.heard(self.frame)));
        heard.retain(|words| !words.is_empty());
        heard.join(" ")
    }

    /// The next frames, fading out, the last first; none in a pause.
    fn rest(&self) -> Vec<Frame> {
        let phrase = self.phrases.get(self.phrase);
        let next = phrase.and_then(|phrase| phrase.frames().get(self.frame..));
        let next = next.filter(|_| self.frame > 0).unwrap_or_default();
        let fading = (1..=FADE).rev().zip(next);
        let mut rest: Vec<Frame> = fading.map(|(left, frame)| fade_out(frame, left)).collect();
        rest.reverse();
        rest
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
