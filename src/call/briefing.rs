//! An agent's leg until they have the caller: they hear who waits and why, and take the call or leave
//! it to somebody else.
//!
//! [`Briefing`] is a state machine on the audio clock, as [`super::Call`] is: a frame of the agent in, a
//! frame for them out. It decides nothing about the queue: it says what the agent has decided
//! ([`Briefing::poll`]) and plays to the end what they should know before the caller is on.

use super::io::{Input, Job, JobId, Spoken};
use super::keys::{Presses, Way};
use super::player::Player;
use super::{ringback, seconds};
use crate::audio::{Frame, Key, LineRate};
use crate::dialplan::Text;
use crate::hear::ToneDetector;
use crate::speak::{self, Pace, PromptBook};
use crate::understand::Language;
use serde::Deserialize;
use std::collections::VecDeque;
use std::sync::Arc;

/// By what an agent takes a call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Accept {
    /// By key 1, so that no voice mail or pocket takes a caller.
    #[default]
    Key,
    /// By answering the phone.
    Answer,
}

/// What an agent has decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Taken,
    /// Key 2.
    Declined,
    /// The phone was answered, and no key came.
    NoKey,
}

const TAKE: char = '1';
const DECLINE: char = '2';
/// Quiet after the briefing until it is said again; after the second time nobody is there.
const UNDECIDED: u64 = seconds(5);

/// What an agent's leg is made of.
pub struct BriefingSetup {
    pub rate: LineRate,
    pub language: Language,
    pub accept: Accept,
    /// Who waits and why, and what the keys do.
    pub say: Vec<Text>,
    pub prompts: Arc<PromptBook>,
}

pub struct Briefing {
    setup: BriefingSetup,
    player: Player,
    tones: ToneDetector,
    presses: Presses,
    now: u64,
    stage: Stage,
    decision: Option<Decision>,
    next_job: u32,
    jobs: VecDeque<Job>,
}

enum Stage {
    New,
    /// For the first or the second time; quiet since that frame.
    Telling {
        again: bool,
        quiet: Option<u64>,
    },
    /// Decided; the rest of the briefing is still played to an agent who took the call by answering.
    Decided,
    /// The other side's phone rings since that frame.
    Ringing {
        since: u64,
    },
    /// The last words before we hang up.
    Leaving,
}

impl Briefing {
    pub fn new(setup: BriefingSetup) -> Briefing {
        Briefing {
            player: Player::new(),
            tones: ToneDetector::new(setup.rate),
            presses: Presses::default(),
            now: 0,
            stage: Stage::New,
            decision: None,
            next_job: 0,
            jobs: VecDeque::new(),
            setup,
        }
    }

    /// Of the frames it takes and gives.
    pub fn rate(&self) -> LineRate {
        self.setup.rate
    }

    /// Hears 20 ms of the agent and gives 20 ms to play into `out`.
    pub fn tick(&mut self, agent: &Frame, out: &mut Frame) {
        if let Some(key) = self.tones.hear(agent).key {
            self.press(key, Way::InBand);
        }
        if matches!(self.stage, Stage::New) {
            self.begin();
        }
        // What was played is of no interest here: nothing of it is on a call's record.
        let _ = self.player.tick(self.setup.rate, out);
        match &mut self.stage {
            Stage::Ringing { since } => {
                let at = self.now - *since;
                ringback::ring(self.setup.language, at, self.setup.rate, out);
            }
            Stage::Telling { quiet, .. } if self.player.is_busy() => *quiet = None,
            Stage::Telling { again, quiet } => {
                let since = *quiet.get_or_insert(self.now);
                let (again, undecided) = (*again, self.now - since > UNDECIDED);
                match undecided {
                    true if again => self.decide(Decision::NoKey),
                    true => self.tell(true),
                    false => {}
                }
            }
            Stage::New | Stage::Decided | Stage::Leaving => {}
        }
        self.now += 1;
    }

    /// Takes what happened since the last frame; what is for calls only is ignored.
    pub fn handle(&mut self, input: Input) {
        match input {
            Input::Key(key, way) => self.press(key, way),
            Input::Spoken { id, spoken } => match spoken {
                Spoken::Phrase { phrase, .. } => {
                    self.player.arrived(id, phrase);
                }
                // Without a voice the agent still hears the caller.
                Spoken::Done | Spoken::Failed(_) => self.player.complete(id),
            },
            _ => {}
        }
    }

    pub fn poll_job(&mut self) -> Option<Job> {
        self.jobs.pop_front()
    }

    /// What the agent has decided, once.
    pub fn poll(&mut self) -> Option<Decision> {
        self.decision.take()
    }

    /// Whether nothing is left to be said to the agent: they can have the caller, or be hung up.
    pub fn is_told(&self) -> bool {
        let told = matches!(
            self.stage,
            Stage::Decided | Stage::Ringing { .. } | Stage::Leaving
        );
        told && !self.player.is_busy()
    }

    /// Somebody is being called for the agent, who hears that it rings.
    pub fn ring(&mut self) {
        self.stage = Stage::Ringing { since: self.now };
    }

    /// Says why nothing comes of it; [`Briefing::is_told`] then says when to hang up.
    pub fn leave(&mut self, say: Vec<Text>) {
        self.stop();
        self.stage = Stage::Leaving;
        self.queue(say);
    }

    fn begin(&mut self) {
        self.tell(false);
        if self.setup.accept == Accept::Answer {
            self.decide(Decision::Taken);
        }
    }

    fn tell(&mut self, again: bool) {
        self.stage = Stage::Telling { again, quiet: None };
        self.queue(self.setup.say.clone());
    }

    fn decide(&mut self, decision: Decision) {
        self.stage = Stage::Decided;
        self.decision = Some(decision);
    }

    fn press(&mut self, key: Key, way: Way) {
        if !self.presses.press(key, way, self.now) {
            return;
        }
        match (&self.stage, key.to_char()) {
            (Stage::New | Stage::Telling { .. }, TAKE) => {
                self.stop();
                self.decide(Decision::Taken);
            }
            (Stage::New | Stage::Telling { .. }, DECLINE) => {
                self.stop();
                self.decide(Decision::Declined);
            }
            // Who knows enough already has the caller sooner.
            (Stage::Decided, TAKE) => self.stop(),
            _ => {}
        }
    }

    fn stop(&mut self) {
        self.player.stop();
        self.player.forget_stopped();
    }

    fn queue(&mut self, say: Vec<Text>) {
        for text in say {
            let shown = speak::shown(&text).into();
            match self.setup.prompts.get(&text, self.setup.rate) {
                Some(prompt) => self.player.add(shown, prompt, true),
                None => {
                    self.next_job += 1;
                    let id = JobId(self.next_job);
                    self.player.add_coming(shown, id, true);
                    let pace = Pace::Usual;
                    self.jobs.push_back(Job::Synthesise { id, text, pace });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speak::hum::Hum;

    const RATE: LineRate = LineRate::Narrow;

    fn briefing(accept: Accept) -> Briefing {
        let text = "Moving an appointment. Press 1 to take the call.";
        let speaker = Hum::default().speaker();
        let (prompts, _) = PromptBook::prepare(&speaker, [text], &|_, _| {});
        Briefing::new(BriefingSetup {
            rate: RATE,
            language: Language::EnglishUs,
            accept,
            say: vec![text.into()],
            prompts: Arc::new(prompts),
        })
    }

    /// What the agent decides within so many frames, and how many of them sounded.
    fn listen(briefing: &mut Briefing, frames: u64) -> (Option<Decision>, usize) {
        let (mut out, mut sounded) = (Frame::silence(RATE), 0);
        for _ in 0..frames {
            briefing.tick(&Frame::silence(RATE), &mut out);
            sounded += usize::from(out.samples().iter().any(|&s| s != 0));
            if let Some(decision) = briefing.poll() {
                return (Some(decision), sounded);
            }
        }
        (None, sounded)
    }

    fn press(briefing: &mut Briefing, key: char) {
        let key = Key::from_char(key).unwrap();
        briefing.handle(Input::Key(key, Way::Rtp));
    }

    #[test]
    fn key_1_takes_the_call_at_once_and_2_leaves_it() {
        let mut taking = briefing(Accept::Key);
        assert_eq!(listen(&mut taking, 50).0, None);
        press(&mut taking, '1');
        assert_eq!(taking.poll(), Some(Decision::Taken));
        assert!(taking.is_told(), "the caller is not kept waiting");
        let mut declining = briefing(Accept::Key);
        press(&mut declining, '2');
        assert_eq!(declining.poll(), Some(Decision::Declined));
        press(&mut declining, '1');
        assert_eq!(declining.poll(), None, "decided once");
    }

    #[test]
    fn a_voice_mail_that_answers_takes_no_caller() {
        let mut briefing = briefing(Accept::Key);
        let (decision, sounded) = listen(&mut briefing, seconds(60));
        assert_eq!(decision, Some(Decision::NoKey));
        // Said twice, with quiet after each.
        assert!(sounded > 100 && briefing.now < seconds(40), "{sounded}");
    }

    #[test]
    fn answering_takes_the_call_and_the_briefing_is_heard_before_the_caller() {
        let mut briefing = briefing(Accept::Answer);
        assert_eq!(listen(&mut briefing, 1).0, Some(Decision::Taken));
        assert!(!briefing.is_told());
        listen(&mut briefing, seconds(10));
        assert!(briefing.is_told());
        let mut hurried = self::briefing(Accept::Answer);
        listen(&mut hurried, 1);
        press(&mut hurried, '1');
        assert!(hurried.is_told());
    }

    #[test]
    fn a_voice_that_fails_loses_nobody() {
        let mut briefing = briefing(Accept::Answer);
        briefing.setup.prompts = Arc::default();
        assert_eq!(listen(&mut briefing, 1).0, Some(Decision::Taken));
        let Some(Job::Synthesise { id, .. }) = briefing.poll_job() else {
            panic!("nothing is to be said");
        };
        assert!(!briefing.is_told());
        let spoken = Spoken::Failed("no voice".to_owned());
        briefing.handle(Input::Spoken { id, spoken });
        assert!(briefing.is_told());
    }

    #[test]
    fn the_agent_hears_that_the_other_side_is_being_called() {
        let mut briefing = briefing(Accept::Key);
        press(&mut briefing, '1');
        assert_eq!(briefing.poll(), Some(Decision::Taken));
        briefing.ring();
        let (_, sounded) = listen(&mut briefing, 300);
        assert_eq!(sounded, 100);
        briefing.leave(Vec::new());
        listen(&mut briefing, 10);
        assert!(briefing.is_told());
    }
}
