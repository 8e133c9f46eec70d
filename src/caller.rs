//! A caller that follows a script: says recordings and presses keys when it is their turn.
//!
//! Sans-IO like the call it talks to, and used by both sides of our own testing: `rehearse`
//! connects it to a [`crate::call::Call`] directly, `zeroline call` over SIP and RTP. It knows only
//! what a person on the phone knows: what it hears.

use crate::audio::{FRAME_MS, Frame, Key, LineRate, level};
use std::collections::VecDeque;
use std::sync::Arc;

/// One thing the caller does.
#[derive(Debug, Clone)]
pub struct Step {
    pub when: When,
    pub what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Once the other side has spoken and is quiet.
    MyTurn,
    /// While the other side speaks: that many milliseconds after it began.
    Into { ms: u64 },
    /// That many milliseconds after the call was answered.
    At { ms: u64 },
}

#[derive(Debug, Clone)]
pub enum What {
    Say(Arc<[Frame]>),
    /// Sound that is no turn of theirs: a quiet room, or noise.
    Sound(Arc<[Frame]>),
    /// Words without a sound, where the other side can read.
    Write(Arc<str>),
    /// A number, dialled in one go.
    Press(Arc<[Key]>),
    HangUp,
}

/// What the caller does besides sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Press(Key),
    Write(Arc<str>),
    HangUp,
}

/// Quiet after which the other side has finished: 700 ms.
const TURN: u64 = 700 / FRAME_MS as u64;
/// Quiet after which a caller with nothing left to do hangs up: 3 s.
const LEAVE: u64 = 3_000 / FRAME_MS as u64;
/// A caller who hears nothing for so long takes the turn, or leaves: 15 s.
const PATIENCE: u64 = 15_000 / FRAME_MS as u64;
/// Louder is somebody speaking.
const SOUND_DBOV: f32 = -50.0;

pub struct Caller {
    rate: LineRate,
    steps: VecDeque<Step>,
    now: u64,
    saying: Option<Saying>,
    /// Keys that are pressed next.
    dialling: VecDeque<Key>,
    /// Frames since the caller's last turn.
    waited: u64,
    /// When the other side began to speak in this turn.
    spoken_since: Option<u64>,
    /// Frames of quiet from the other side.
    quiet: u64,
}

/// Sound of the caller's that goes on.
struct Saying {
    frames: Arc<[Frame]>,
    position: usize,
    /// The other side speaks next.
    is_turn: bool,
}

impl Caller {
    pub fn new(rate: LineRate, steps: impl IntoIterator<Item = Step>) -> Caller {
        Caller {
            rate,
            steps: steps.into_iter().collect(),
            now: 0,
            saying: None,
            dialling: VecDeque::new(),
            waited: 0,
            spoken_since: None,
            quiet: 0,
        }
    }

    /// Hears 20 ms and gives 20 ms of the caller's sound into `out`.
    pub fn tick(&mut self, heard: &Frame, out: &mut Frame) -> Option<Action> {
        *out = Frame::silence(self.rate);
        self.now += 1;
        self.waited += 1;
        if level::dbov(heard.samples()) > SOUND_DBOV {
            self.quiet = 0;
            self.spoken_since.get_or_insert(self.now);
        } else {
            self.quiet += 1;
        }
        if let Some(saying) = &mut self.saying {
            if let Some(frame) = saying.frames.get(saying.position) {
                *out = frame.clone();
                saying.position += 1;
                return None;
            }
            let is_turn = saying.is_turn;
            self.saying = None;
            match is_turn {
                true => self.my_turn_is_over(),
                false => self.waited = 0,
            }
        }
        match self.dial() {
            Some(key) => Some(Action::Press(key)),
            None => self.act(),
        }
    }

    fn dial(&mut self) -> Option<Key> {
        let key = self.dialling.pop_front()?;
        if self.dialling.is_empty() {
            self.my_turn_is_over();
        }
        Some(key)
    }

    /// How much of the script is still to come.
    pub fn steps_left(&self) -> usize {
        self.steps.len()
    }

    /// After all else.
    pub fn then(&mut self, steps: impl IntoIterator<Item = Step>) {
        self.steps.extend(steps);
    }

    /// Somebody else is on the line now, who has not spoken yet.
    pub fn new_party(&mut self) {
        self.my_turn_is_over();
    }

    fn act(&mut self) -> Option<Action> {
        let Some(step) = self.steps.front() else {
            let done = self.spoken_since.is_some() && self.quiet >= LEAVE;
            return (done || self.waited >= PATIENCE).then_some(Action::HangUp);
        };
        let due = match step.when {
            When::MyTurn => {
                (self.spoken_since.is_some() && self.quiet >= TURN) || self.waited >= PATIENCE
            }
            When::Into { ms } => self
                .spoken_since
                .is_some_and(|since| (self.now - since) * u64::from(FRAME_MS) >= ms),
            When::At { ms } => self.now * u64::from(FRAME_MS) >= ms,
        };
        if !due {
            return None;
        }
        let step = self.steps.pop_front()?;
        match step.what {
            What::Say(frames) => {
                self.begin(frames, true);
                None
            }
            What::Sound(frames) => {
                self.begin(frames, false);
                None
            }
            What::Write(words) => {
                self.my_turn_is_over();
                Some(Action::Write(words))
            }
            What::Press(keys) => {
                self.dialling.extend(keys.iter().copied());
                self.dial().map(Action::Press)
            }
            What::HangUp => Some(Action::HangUp),
        }
    }

    fn begin(&mut self, frames: Arc<[Frame]>, is_turn: bool) {
        self.saying = Some(Saying {
            frames,
            position: 0,
            is_turn,
        });
    }

    fn my_turn_is_over(&mut self) {
        self.waited = 0;
        self.spoken_since = None;
        self.quiet = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: LineRate = LineRate::Narrow;

    fn loud() -> Frame {
        Frame::of(RATE, &[5000; 160])
    }

    fn say(when: When) -> Step {
        Step {
            when,
            what: What::Say(vec![loud(); 5].into()),
        }
    }

    /// Runs the caller against sound that is there in the given frames; says when it did what.
    fn run(mut caller: Caller, spoken: std::ops::Range<u64>) -> (Vec<u64>, Vec<(u64, Action)>) {
        let mut out = Frame::silence(RATE);
        let (mut sounded, mut actions) = (Vec::new(), Vec::new());
        for i in 0..2_000 {
            let heard = match spoken.contains(&i) {
                true => loud(),
                false => Frame::silence(RATE),
            };
            if let Some(action) = caller.tick(&heard, &mut out) {
                let leaves = action == Action::HangUp;
                actions.push((i, action));
                if leaves {
                    break;
                }
            }
            if out.samples()[0] != 0 {
                sounded.push(i);
            }
        }
        (sounded, actions)
    }

    #[test]
    fn speaks_when_the_other_side_has_finished_and_hangs_up_at_the_end() {
        let (sounded, actions) = run(Caller::new(RATE, [say(When::MyTurn)]), 10..60);
        assert_eq!(sounded, vec![95, 96, 97, 98, 99]);
        assert_eq!(actions, vec![(100 + PATIENCE, Action::HangUp)]);
    }

    #[test]
    fn interrupts_when_told_to() {
        let (sounded, _) = run(Caller::new(RATE, [say(When::Into { ms: 200 })]), 10..60);
        assert_eq!(sounded.first(), Some(&21));
    }

    #[test]
    fn presses_at_a_time() {
        let step = Step {
            when: When::At { ms: 1_000 },
            what: What::Press([Key::ZERO].into()),
        };
        let (_, actions) = run(Caller::new(RATE, [step]), 10..60);
        assert_eq!(actions.first(), Some(&(49, Action::Press(Key::ZERO))));
    }

    #[test]
    fn a_number_is_dialled_in_one_go_and_the_next_one_when_there_was_an_answer() {
        let dial = |keys: &str| Step {
            when: When::MyTurn,
            what: What::Press(keys.chars().filter_map(Key::from_char).collect()),
        };
        let (_, actions) = run(Caller::new(RATE, [dial("12"), dial("3")]), 10..60);
        let pressed: Vec<u64> = actions.iter().map(|(at, _)| *at).collect();
        assert_eq!(pressed[..3], [94, 95, 95 + PATIENCE]);
    }

    #[test]
    fn a_sound_that_is_no_turn_leaves_the_turn_to_the_caller() {
        let sound = Step {
            when: When::MyTurn,
            what: What::Sound(vec![loud(); 100].into()),
        };
        let write = Step {
            when: When::MyTurn,
            what: What::Write("hello".into()),
        };
        let (sounded, actions) = run(Caller::new(RATE, [sound, write]), 10..60);
        assert_eq!((sounded[0], sounded.len()), (95, 100));
        assert_eq!(actions[0], (195, Action::Write("hello".into())));
    }

    #[test]
    fn takes_the_turn_when_nothing_is_heard() {
        let (sounded, _) = run(Caller::new(RATE, [say(When::MyTurn)]), 0..0);
        assert_eq!(sounded.first(), Some(&PATIENCE));
    }
}
