//! Sound as the rest of the program sees it: 20 ms frames on a call, clips everywhere else.
//!
//! A [`Frame`] is what a call hears and plays, at the call's line rate, without allocation; where a line
//! and the call on it differ, [`halfband`] converts it.
//! A [`Clip`] is sound of any length and rate: an utterance to recognise, a prompt, a WAV file.
//! Nothing here knows about codecs, RTP or speech.

pub mod halfband;
mod key;
pub mod level;
pub mod resample;
pub mod tone;
pub mod wav;

pub use key::Key;

/// Length of a frame in milliseconds; the tick of every call.
pub const FRAME_MS: u32 = 20;

/// The sample rate of a call, decided by its codec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LineRate {
    /// 8 kHz: G.711.
    Narrow,
    /// 16 kHz: wideband codecs.
    Wide,
}

impl LineRate {
    pub const ALL: [LineRate; 2] = [LineRate::Narrow, LineRate::Wide];

    /// Samples a second.
    pub const fn hz(self) -> u32 {
        match self {
            LineRate::Narrow => 8_000,
            LineRate::Wide => 16_000,
        }
    }

    /// Samples in one 20 ms frame: 160 or 320.
    pub const fn frame_len(self) -> usize {
        (self.hz() / 1000 * FRAME_MS) as usize
    }
}

/// The same thing at either line rate.
#[derive(Debug, Clone, Default)]
pub struct ByRate<T> {
    narrow: T,
    wide: T,
}

impl<T> ByRate<T> {
    pub fn of(make: impl Fn(LineRate) -> T) -> ByRate<T> {
        ByRate {
            narrow: make(LineRate::Narrow),
            wide: make(LineRate::Wide),
        }
    }

    pub fn at(&self, rate: LineRate) -> &T {
        match rate {
            LineRate::Narrow => &self.narrow,
            LineRate::Wide => &self.wide,
        }
    }

    pub fn at_mut(&mut self, rate: LineRate) -> &mut T {
        match rate {
            LineRate::Narrow => &mut self.narrow,
            LineRate::Wide => &mut self.wide,
        }
    }
}

const LONGEST_FRAME: usize = LineRate::Wide.frame_len();

/// 20 ms of mono sound, 16-bit linear, at a line rate.
#[derive(Clone)]
pub struct Frame {
    rate: LineRate,
    samples: [i16; LONGEST_FRAME],
}

impl Frame {
    pub const fn silence(rate: LineRate) -> Frame {
        Frame {
            rate,
            samples: [0; LONGEST_FRAME],
        }
    }

    /// The first `frame_len` samples of `samples`; what is missing is silence.
    pub fn of(rate: LineRate, samples: &[i16]) -> Frame {
        let mut frame = Frame::silence(rate);
        for (to, from) in frame.samples_mut().iter_mut().zip(samples) {
            *to = *from;
        }
        frame
    }

    pub fn rate(&self) -> LineRate {
        self.rate
    }

    /// Exactly `rate().frame_len()` samples.
    pub fn samples(&self) -> &[i16] {
        self.samples.split_at(self.rate.frame_len()).0
    }

    pub fn samples_mut(&mut self) -> &mut [i16] {
        self.samples.split_at_mut(self.rate.frame_len()).0
    }
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Frame({} Hz, {:.0} dBov)",
            self.rate.hz(),
            level::dbov(self.samples())
        )
    }
}

/// Mono sound of any length, 16-bit linear.
#[derive(Clone, PartialEq, Eq)]
pub struct Clip {
    /// Samples a second; never 0.
    pub hz: u32,
    pub samples: Vec<i16>,
}

/// Not the samples: nobody reads them, and they hide what else is printed.
impl std::fmt::Debug for Clip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Clip({} ms at {} Hz)", self.milliseconds(), self.hz)
    }
}

impl Clip {
    pub fn new(hz: u32, samples: Vec<i16>) -> Clip {
        Clip {
            hz: hz.max(1),
            samples,
        }
    }

    pub fn milliseconds(&self) -> u64 {
        self.samples.len() as u64 * 1000 / u64::from(self.hz)
    }

    /// Cut into frames at a line rate; the last one is filled up with silence.
    pub fn frames(&self, rate: LineRate) -> Vec<Frame> {
        resample::to(self, rate.hz())
            .samples
            .chunks(rate.frame_len())
            .map(|chunk| Frame::of(rate, chunk))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_20_ms_and_short_input_ends_in_silence() {
        let frame = Frame::of(LineRate::Narrow, &[7; 100]);
        assert_eq!(frame.samples().len(), 160);
        assert_eq!(frame.samples()[99], 7);
        assert_eq!(frame.samples()[100..], [0; 60]);
        assert_eq!(Frame::silence(LineRate::Wide).samples().len(), 320);
    }

    #[test]
    fn a_clip_is_cut_into_whole_frames() {
        let clip = Clip::new(8_000, vec![1; 161]);
        let frames = clip.frames(LineRate::Narrow);
        assert_eq!(frames.len(), 2);
        assert_eq!(frames[1].samples()[0], 1);
        assert_eq!(frames[1].samples()[1], 0);
    }
}
