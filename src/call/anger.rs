//! A call that goes badly: the caller swears, or raises their voice. They are offered a person, once; the
//! next time they are put through without being asked.

use super::acting::Answer;
use super::speaking::Then;
use super::{AskedHow, Call, upset::Upset};
use crate::dialplan::Told;
use crate::understand::{self, values};

/// What is known of the caller's temper.
#[derive(Default)]
pub(super) struct Temper {
    voice: Upset,
    /// They were offered a person, for this reason.
    offered: Option<AskedHow>,
    /// That was the last thing they were asked.
    is_asked: bool,
}

impl Call {
    /// Why this may be the moment for a person.
    pub(super) fn notices_anger(&mut self, answer: &Answer) -> Option<AskedHow> {
        if self.waiting.is_some() {
            return None;
        }
        let swears = understand::swears(self.dialplan.language, &answer.text);
        let sound = answer.sound.as_ref().filter(|_| !answer.text.is_empty());
        let is_loud = sound.is_some_and(|sound| self.temper.voice.utterance(sound));
        match (swears, is_loud) {
            (true, _) => Some(AskedHow::Swearing),
            (false, true) => Some(AskedHow::RaisedVoice),
            (false, false) => None,
        }
    }

    /// A caller who is told that they cannot be heard is loud because of that.
    pub(super) fn asked_to_speak_up(&mut self) {
        self.temper.voice.forget();
    }

    /// What is said next is no answer to the offer of a person.
    pub(super) fn offer_is_over(&mut self) {
        self.temper.is_asked = false;
    }

    /// The answer to the offer of a person, if this is one. False if it is about something else.
    pub(super) fn answers_offer(&mut self, text: &str) -> bool {
        let (true, Some(how)) = (
            std::mem::take(&mut self.temper.is_asked),
            self.temper.offered,
        ) else {
            return false;
        };
        let Some(answer) = values::yes_or_no(self.dialplan.language, text) else {
            return false;
        };
        match answer.yes {
            true => self.hand_off(how),
            false if answer.rest.is_empty() => self.say_again(),
            false => return false,
        }
        true
    }

    /// Offers a person after what is being said, or is second to it. False if the caller was offered one
    /// before: then they are put through.
    pub(super) fn offer_person(&mut self, how: AskedHow, is_answered: bool) -> bool {
        if self.temper.offered.is_some() {
            return false;
        }
        self.temper.offered = Some(how);
        self.temper.is_asked = true;
        let offer = self.dialplan.told(&Told::OfferPerson);
        if is_answered {
            for text in offer {
                self.queue(text, true);
            }
        } else {
            let say = offer.into_iter().map(|text| (text, true));
            self.say_all(say.collect(), Then::Listen);
        }
        true
    }
}
