//! Takes our own voice out of the caller's sound: what a hybrid or a loudspeaker sends back.
//!
//! The linear part of WebRTC's echo canceller (AEC3, by the crate sonora-aec3) finds the echo's
//! delay and path by itself and subtracts what it predicts; the caller's own voice goes through it
//! unharmed. Its suppressor is not used: that takes the first words of a caller for echo. Until the
//! prediction is good, and for what it cannot predict, [`Clean::echo`] says how loud the rest of the
//! echo may be: fainter sound is not the caller.
//!
//! It works only while something is played or may still come back, and the caller's sound is loud
//! enough to be taken for voice: it costs more than all else that is done with a frame, and most lines
//! have no echo. Its memory, too, is taken when it is first needed.

use super::vad::{self, NoiseFloor};
use crate::audio::{Frame, LineRate, level};
use sonora_aec3::block::Block;
use sonora_aec3::block_processor::BlockProcessor;
use sonora_aec3::common::BLOCK_SIZE;
use sonora_aec3::config::EchoCanceller3Config;
use std::collections::VecDeque;

/// What is played below this level, in dBov, has no echo to fear: comfort noise.
const INAUDIBLE: f32 = -60.0;
/// An echo comes back within 250 ms, and rings for a while: 400 ms, in frames.
const TAIL: u32 = 20;
/// Sound that gets quieter by so much, in dB, was an echo; where there has been none for so many
/// frames, what is predicted would only be noise in the caller's voice.
const CANCELLED: f32 = 6.0;
const REMEMBERED: u32 = 100;
/// What was played so long ago may come back now, in frames.
const LONGEST_DELAY: usize = 15;
/// It works on for so many frames after the caller's sound was last loud enough: words have gaps, and
/// what it has learned fits best where it does not stop.
const LINGERS: u32 = 100;

/// The caller's 20 ms.
pub struct Clean {
    pub frame: Frame,
    /// How loud, in dBov, what is left of our echo in it may be; `None` while there is none.
    pub echo: Option<f32>,
}

/// The echo canceller of one call.
pub struct Canceller {
    rate: LineRate,
    /// From when it is first needed.
    processor: Option<Box<BlockProcessor>>,
    /// Played while it did not work, oldest first; as much as may still come back.
    recent: VecDeque<i16>,
    noise: NoiseFloor,
    /// Frames for which it works.
    works: u32,
    /// What waits for a whole block.
    played: Vec<f32>,
    heard: Vec<f32>,
    /// What is done, oldest first; and the same as it came in.
    clean: Vec<i16>,
    raw: Vec<i16>,
    /// The blocks that go in and come out; kept, so that a frame costs no allocation here.
    blocks: [Block; 3],
    /// Frames for which an echo may still come.
    tail: u32,
    /// Frames for which the line counts as one with an echo.
    has_echo: u32,
    rest: Rest,
}

impl Canceller {
    pub fn new(rate: LineRate) -> Canceller {
        Canceller {
            rate,
            processor: None,
            recent: VecDeque::with_capacity(LONGEST_DELAY * rate.frame_len()),
            noise: NoiseFloor::new(),
            works: 0,
            played: Vec::new(),
            heard: Vec::new(),
            clean: Vec::new(),
            raw: Vec::new(),
            blocks: std::array::from_fn(|_| Block::new(1, 1)),
            tail: 0,
            has_echo: 0,
            rest: Rest::default(),
        }
    }

    /// Takes what the caller sent and what was played to them in the same 20 ms. With `hold` nothing
    /// is switched over, so that an utterance has no seam.
    pub fn clean(&mut self, caller: &Frame, playing: &Frame, hold: bool) -> Clean {
        let played = level::dbov(playing.samples());
        let heard = level::dbov(caller.samples());
        let above = heard - self.noise.follow(heard);
        if played > INAUDIBLE && (self.tail > 0 || !hold) {
            self.tail = TAIL;
        } else if !hold {
            self.tail = self.tail.saturating_sub(1);
        }
        if self.tail == 0 {
            self.works = 0;
            self.recent.clear();
            self.rest.played = [level::SILENCE; Rest::DELAY];
            return Clean {
                frame: caller.clone(),
                echo: None,
            };
        }
        let did_work = self.works > 0;
        if vad::may_be_voice(heard, above) && (did_work || !hold) {
            self.works = LINGERS;
        } else if !hold {
            self.works = self.works.saturating_sub(1);
        }
        if self.works == 0 {
            self.remember(playing);
            let echo = self.rest.follow(heard, played);
            return Clean {
                frame: caller.clone(),
                echo: Some(echo),
            };
        }
        if !did_work {
            self.start();
        }
        let frame = self.process(caller, playing);
        let echo = self.rest.follow(level::dbov(frame.samples()), played);
        Clean {
            frame,
            echo: Some(echo),
        }
    }

    fn remember(&mut self, playing: &Frame) {
        let length = playing.samples().len();
        if self.recent.len() >= LONGEST_DELAY * length {
            self.recent.drain(..length);
        }
        self.recent.extend(playing.samples());
    }

    /// Shows the processor what was played before, and that nothing loud had come back yet.
    fn start(&mut self) {
        let processor = self.processor.get_or_insert_with(|| {
            let mut config = EchoCanceller3Config::default();
            config.filter.export_linear_aec_output = true;
            // Sound of 8 kHz is given to it as if it were of 16: half the work, and its filter and
            // its search for the delay reach twice as far.
            Box::new(BlockProcessor::new(&config, 16_000, 1, 1))
        });
        let [played, heard, linear] = &mut self.blocks;
        heard.view_mut(0, 0).fill(0.0);
        self.played.clear();
        let recent = self.recent.drain(..);
        self.played.extend(recent.map(f32::from));
        while self.played.len() >= BLOCK_SIZE {
            fill(played, &mut self.played);
            processor.buffer_render(played);
            processor.process_capture(false, false, Some(linear), heard);
        }
        // The rest of a block stays, and both stay as far apart as they were.
        let rest = self.played.len();
        self.heard.clear();
        self.heard.resize(rest, 0.0);
        // A frame of 8 kHz is two and a half blocks: half a block goes ahead.
        let ahead = self.rate.frame_len() % BLOCK_SIZE;
        self.clean.clear();
        self.clean.resize(ahead.saturating_sub(rest), 0);
        self.raw.clear();
        self.raw.resize(ahead, 0);
    }

    fn process(&mut self, caller: &Frame, playing: &Frame) -> Frame {
        let as_f32 = |&sample: &i16| f32::from(sample);
        self.played.extend(playing.samples().iter().map(as_f32));
        self.heard.extend(caller.samples().iter().map(as_f32));
        self.raw.extend(caller.samples());
        let [played, heard, linear] = &mut self.blocks;
        while let Some(processor) = &mut self.processor
            && self.heard.len() >= BLOCK_SIZE
        {
            fill(played, &mut self.played);
            fill(heard, &mut self.heard);
            processor.buffer_render(played);
            processor.process_capture(false, false, Some(linear), heard);
            let done = linear.view(0, 0).iter().map(|&s| s as i16);
            self.clean.extend(done);
        }
        let length = self.rate.frame_len();
        let [clean, raw] = [&mut self.clean, &mut self.raw].map(|done| {
            let frame = Frame::of(self.rate, done);
            done.drain(..length.min(done.len()));
            frame
        });
        let before = level::dbov(raw.samples());
        let cancelled = before - level::dbov(clean.samples());
        self.has_echo = match before > INAUDIBLE && cancelled > CANCELLED {
            true => REMEMBERED,
            false => self.has_echo.saturating_sub(1),
        };
        match self.has_echo > 0 {
            true => clean,
            false => raw,
        }
    }
}

fn fill(block: &mut Block, from: &mut Vec<f32>) {
    for (to, from) in block
        .view_mut(0, 0)
        .iter_mut()
        .zip(from.drain(..BLOCK_SIZE))
    {
        *to = from;
    }
}

/// How much of what is played is left after cancelling, learned while it is played: like Geigel's
/// detector of double-talk (D. L. Duttweiler, IEEE Trans. Communications 26(5), 1978), but with a
/// threshold that follows what the line really returns.
struct Rest {
    /// Levels of what was played last, in dBov.
    played: [f32; Rest::DELAY],
    /// How far under the loudest of them the caller's sound was of late, in dB.
    under: [f32; Rest::MEMORY],
    frames: usize,
}

impl Rest {
    /// An echo comes back within 280 ms, in frames.
    const DELAY: usize = 14;
    /// What the line returned in the last second counts, but not in the last fifth of it: a caller
    /// who begins to speak is not taken for the echo at once.
    const MEMORY: usize = 50;
    const RECENT: usize = 10;
    /// An echo has lost at least so much, in dB.
    const LEAST_LOSS: f32 = -4.0;
    /// The caller is louder than the echo by so much.
    const MARGIN: f32 = 6.0;

    fn follow(&mut self, heard: f32, played: f32) -> f32 {
        let at = self.frames;
        self.frames += 1;
        if let Some(slot) = self.played.get_mut(at % Self::DELAY) {
            *slot = played;
        }
        let loudest = self.played.iter().copied().fold(level::SILENCE, f32::max);
        if let Some(slot) = self.under.get_mut(at % Self::MEMORY) {
            *slot = heard - loudest;
        }
        // Of less than a second nothing is known.
        let known = self.frames >= Self::MEMORY;
        let least_known = (Self::RECENT..Self::MEMORY)
            .filter_map(|ago| self.under.get((at + Self::MEMORY - ago) % Self::MEMORY))
            .copied()
            .fold(level::SILENCE, f32::max);
        let under = match known {
            true => (least_known + Self::MARGIN).min(Self::LEAST_LOSS),
            false => Self::LEAST_LOSS,
        };
        loudest + under
    }
}

impl Default for Rest {
    fn default() -> Rest {
        Rest {
            played: [level::SILENCE; Rest::DELAY],
            under: [0.0; Rest::MEMORY],
            frames: 0,
        }
    }
}
