//! Plays prompts one after another, frame by frame; grows quiet when the caller may begin to speak,
//! stops in the middle when told to, and goes on there when that was for nothing.
//!
//! A prompt that is still being made is played as its phrases come; when it keeps the caller
//! waiting, the player says so, once, for something else to be said.

use super::io::JobId;
use crate::audio::{Frame, LineRate, level};
use crate::speak::{Phrase, Prompt};
use std::collections::VecDeque;
use std::sync::Arc;

/// Quiet between two prompts: a breath, 160 ms.
const GAP: u32 = 8;
/// Frames over which a stopped prompt fades out: 40 ms.
const FADE: u32 = 2;
/// What is left of a prompt's amplitude while the caller may be beginning to speak: -18 dB.
const DUCKED: f32 = 0.125;
/// A prompt comes back from that more slowly than it went, in steps of a frame.
const RISE: f32 = 0.2;
/// By how much louder makes it louder, 5 dB, and how often.
const LOUDER: f32 = 1.8;
const LOUDEST: f32 = LOUDER * LOUDER;
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
    /// What was stopped last and may go on.
    stopped: VecDeque<Item>,
    ducked: bool,
    /// Where the gain is, 1 but for ducking.
    gain: f32,
    /// What the caller has asked for.
    volume: f32,
}

/// A prompt, and how far it is played.
struct Item {
    text: Arc<str>,
    /// Whether the caller's voice may stop it.
    barge_in: bool,
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
            stopped: VecDeque::new(),
            ducked: false,
            gain: 1.0,
            volume: 1.0,
        }
    }

    pub fn add(&mut self, text: Arc<str>, prompt: &Prompt, barge_in: bool) {
        let phrases = prompt.phrases().to_vec();
        self.queue
            .push_back(Item::new(text, phrases, None, barge_in));
    }

    /// Plays it now, and goes on with what is being played or waited for after it.
    pub fn add_first(&mut self, text: Arc<str>, prompt: &Prompt) {
        let phrases = prompt.phrases().to_vec();
        self.queue.push_front(Item::new(text, phrases, None, true));
    }

    /// Keeps a place for a prompt that is still being made.
    pub fn add_coming(&mut self, text: Arc<str>, job: JobId, barge_in: bool) {
        let item = Item::new(text, Vec::new(), Some(job), barge_in);
        self.queue.push_back(item);
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
        let sounds = |item: &Item| item.coming.is_some() || !item.phrases.is_empty();
        self.queue.retain(sounds);
        self.stopped.retain(sounds);
    }

    fn coming(&mut self, job: JobId) -> Option<&mut Item> {
        let mut items = self.queue.iter_mut().chain(&mut self.stopped);
        items.find(|item| item.coming == Some(job))
    }

    /// Whether anything is played or waits to be.
    pub fn is_busy(&self) -> bool {
        !self.queue.is_empty()
    }

    /// Whether the caller's voice may stop what is being played.
    pub fn may_be_interrupted(&self) -> bool {
        self.queue.front().is_none_or(|item| item.barge_in)
    }

    /// Plays on more quietly, or as before.
    pub fn duck(&mut self, ducked: bool) {
        self.ducked = ducked;
    }

    /// Everything from now on is louder; there is an end to it.
    pub fn louder(&mut self) {
        self.volume = (self.volume * LOUDER).min(LOUDEST);
    }

    /// Stops within 40 ms. What was being played and what was queued can go on with
    /// [`Player::resume`]. Gives what was being played; `None` if nothing was to be heard yet.
    pub fn stop(&mut self) -> Option<Stopped> {
        self.gap = 0;
        self.ducked = false;
        self.stopped = std::mem::take(&mut self.queue);
        let first = self.stopped.front_mut().filter(|item| item.played > 0)?;
        // What is said next does not run into what was cut off.
        self.gap = GAP;
        self.fading = first.rest(self.gain * self.volume);
        let stopped = Stopped {
            frames: first.played,
            heard: first.heard(),
            text: first.text.clone(),
        };
        first.frame = 0;
        Some(stopped)
    }

    /// Drops all that the caller's voice may stop and that has not begun.
    pub fn drop_interruptible(&mut self) {
        self.queue.retain(|item| !item.barge_in || item.played > 0);
    }

    /// Goes on with what was stopped last, from the beginning of the phrase that was cut. Gives its
    /// text; `None` if nothing was stopped.
    pub fn resume(&mut self) -> Option<Arc<str>> {
        let text = self.stopped.front()?.text.clone();
        self.queue = std::mem::take(&mut self.stopped);
        Some(text)
    }

    /// What was stopped will not go on.
    pub fn forget_stopped(&mut self) {
        self.stopped.clear();
    }

    /// The next 20 ms into `out`.
    pub fn tick(&mut self, rate: LineRate, out: &mut Frame) -> Option<Played> {
        *out = Frame::silence(rate);
        let before = self.gain;
        self.gain = match self.ducked {
            true => DUCKED,
            false => (self.gain + RISE).min(1.0),
        };
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
        amplify(out, before * self.volume, self.gain * self.volume);
        if matches!(played, Some(Played::Finished(_) | Played::GaveUp(_))) {
            self.queue.pop_front();
            self.gap = if self.queue.is_empty() { 0 } else { GAP };
        }
        played
    }
}

impl Item {
    fn new(
        text: Arc<str>,
        phrases: Vec<Arc<Phrase>>,
        coming: Option<JobId>,
        barge_in: bool,
    ) -> Item {
        Item {
            text,
            barge_in,
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
    fn rest(&self, gain: f32) -> Vec<Frame> {
        let phrase = self.phrases.get(self.phrase);
        let next = phrase.and_then(|phrase| phrase.frames().get(self.frame..));
        let next = next.filter(|_| self.frame > 0).unwrap_or_default();
        let fading = (1..=FADE).rev().zip(next);
        let step = gain / FADE as f32;
        let mut rest: Vec<Frame> = fading
            .map(|(left, frame)| {
                let mut frame = frame.clone();
                amplify(&mut frame, step * left as f32, step * (left - 1) as f32);
                frame
            })
            .collect();
        rest.reverse();
        rest
    }
}

/// With a gain that goes from one value to another over the frame.
fn amplify(frame: &mut Frame, from: f32, to: f32) {
    if from == 1.0 && to == 1.0 {
        return;
    }
    let length = frame.samples().len() as f32;
    for (i, sample) in frame.samples_mut().iter_mut().enumerate() {
        let gain = from + (to - from) * i as f32 / length;
        *sample = level::limited(f32::from(*sample) * gain) as i16;
    }
}
