//! The steps of a dialog, as a machine: where it is, what happened, and so what comes next.
//!
//! Nothing here knows a text that was heard or a value that was said: what was said arrives as a
//! [`Sign`], and what depends on values and on the world is asked of [`Circumstances`]. So a call and
//! the check, which visits every state there is, go through the same steps.

use super::super::{Dialplan, Expression, Intent, Text, Then};
use super::Nobody;
pub use super::state::{Place, State};

/// Failures in a row (silence, not understood, a value that is wrong) at which a person is offered, and
/// that lead to one.
pub const OFFER_HUMAN: u8 = 2;
pub const FAILURES: u8 = 3;
/// So many intents may follow one another without a word of the caller; the check finds longer rows.
const LONGEST_ROW: usize = 8;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sign {
    /// The caller wants this.
    Wants(usize),
    /// One of these, as far as it can be told.
    WantsEither(usize, usize),
    /// They gave a value of the present matter: a new one, or another for an old one.
    Filled,
    Yes,
    No,
    NotUnderstood,
    Silent,
    /// They ask for a person, by words or key.
    Human,
    /// What the company's system said.
    Found,
    NotFound,
    LookupFailed,
    /// Nobody could be reached.
    NobodyThere,
    /// The queue takes nobody, or has nobody to take callers from it.
    NobodyAtWork(Nobody),
    /// They do not want to be called back after all.
    NoCallBack,
}

/// What a step depends on that is not in its state. Within a step the same question has the same answer.
pub trait Circumstances {
    fn is_filled(&mut self, intent: usize, slot: usize) -> bool;
    /// The caller has said that the value is right.
    fn is_checked(&mut self, intent: usize, slot: usize) -> bool;
    fn is_confirmed(&mut self, intent: usize) -> bool;
    /// The company's system was asked with the present values.
    fn is_looked_up(&mut self, intent: usize) -> bool;
    /// What is known holds today.
    fn is_valid(&mut self, intent: usize) -> bool;
    fn was_answered(&mut self, intent: usize) -> bool;
    /// The wish that comes so many after the present one: said in the same breath, or what a side
    /// question interrupted.
    fn later(&mut self, nth: usize) -> Option<usize>;
    fn holds(&mut self, when: &Expression) -> bool;
    /// People are there now.
    fn is_open(&mut self) -> bool;
}

/// What a step does.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Effect {
    pub say: Vec<Line>,
    pub then: After,
    /// What is remembered from now on.
    pub marks: Vec<Mark>,
}

/// Something to say.
#[derive(Debug, Clone, PartialEq)]
pub enum Line {
    /// With `{slots}` in it; and whether a voice may cut it short.
    Text(Text, bool),
    /// A question for a value, the first way to put it or another.
    Ask {
        intent: usize,
        slot: usize,
        again: bool,
    },
    Check {
        intent: usize,
        slot: usize,
    },
    Confirm {
        intent: usize,
    },
    Which {
        first: usize,
        second: usize,
    },
    /// What is said around answers; see `Prompts`.
    NoMatch,
    NoInput,
    Help,
    WhatIsWrong,
    NotDone,
    NotFound,
    LookupFailed,
    Outdated,
    Goodbye,
    /// Nobody is there, and why.
    Nobody(Nobody),
    /// What there is instead of a person.
    WaysOut,
    NoCallBack,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum After {
    #[default]
    Listen,
    Human,
    HangUp,
    LookUp(usize),
    CallBack,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// The value is not what the caller meant.
    Forget {
        intent: usize,
        slot: usize,
    },
    Checked {
        intent: usize,
        slot: usize,
    },
    Confirmed {
        intent: usize,
    },
    /// A matter was begun, or settled.
    Begun {
        intent: usize,
    },
    Answered {
        intent: usize,
        case: usize,
    },
    /// It is off.
    Dropped {
        intent: usize,
    },
    /// The next wish is gone on with, or all of them are left to a person.
    WentOn,
    LeftToHuman,
    /// A caller's wish for a person.
    AskedForHuman,
}

/// What comes after `sign` at `state`.
pub fn next(
    plan: &Dialplan,
    state: &State,
    sign: Sign,
    circumstances: &mut dyn Circumstances,
) -> (State, Effect) {
    let mut step = Step {
        plan,
        circumstances,
        state: *state,
        effect: Effect::default(),
        gone_on: 0,
    };
    step.state.place = step.take(sign);
    (step.state, step.effect)
}

struct Step<'s> {
    plan: &'s Dialplan,
    circumstances: &'s mut dyn Circumstances,
    state: State,
    effect: Effect,
    /// Wishes that were gone on with.
    gone_on: usize,
}

impl Step<'_> {
    fn take(&mut self, sign: Sign) -> Place {
        let place = self.state.place;
        match (place, sign) {
            (Place::Over, _) => Place::Over,
            (_, Sign::Human) => {
                self.effect.marks.push(Mark::AskedForHuman);
                self.human()
            }
            (_, Sign::NobodyThere) => {
                let failed = self.plan.human.failed.clone();
                self.text(failed);
                self.state.failures = 0;
                self.state.nobody_there = true;
                Place::Open
            }
            (_, Sign::NobodyAtWork(why)) => self.nobody_at_work(why),
            (Place::Human, _) => Place::Human,
            (_, Sign::NotUnderstood) => self.fail(place, Line::NoMatch),
            (_, Sign::Silent) => self.fail(place, Line::NoInput),
            (Place::LookingUp { intent }, sign) => self.looked_up(intent, sign),
            (_, Sign::Wants(wanted)) => self.wants(place, wanted),
            (_, Sign::WantsEither(first, second)) => {
                self.effect.say.push(Line::Which { first, second });
                Place::Choosing { first, second }
            }
            (Place::Asking { intent, .. }, Sign::Filled) => self.understood(intent),
            (Place::Changing { intent }, Sign::Filled) => self.understood(intent),
            // Another value instead of yes or no: it is asked about in its turn, but not for ever.
            (Place::Checking { intent, .. } | Place::Confirming { intent }, Sign::Filled) => {
                self.once_more(intent)
            }
            (Place::Checking { intent, slot }, Sign::Yes) => {
                self.effect.marks.push(Mark::Checked { intent, slot });
                self.understood(intent)
            }
            (Place::Checking { intent, slot }, Sign::No) => {
                self.effect.marks.push(Mark::Forget { intent, slot });
                self.fail(Place::Asking { intent, slot }, Line::WhatIsWrong)
            }
            (Place::Confirming { intent }, Sign::Yes) => {
                self.effect.marks.push(Mark::Confirmed { intent });
                self.understood(intent)
            }
            (Place::Confirming { intent }, Sign::No) => {
                self.effect.say.push(Line::WhatIsWrong);
                Place::Changing { intent }
            }
            (Place::Changing { intent }, Sign::No) => {
                self.effect.marks.push(Mark::Dropped { intent });
                self.effect.say.push(Line::NotDone);
                self.settled()
            }
            (place, Sign::NoCallBack) => {
                let dropped = place.matter().map(|intent| Mark::Dropped { intent });
                self.effect.marks.extend(dropped);
                self.effect.say.push(Line::NoCallBack);
                self.state.failures = 0;
                self.settled()
            }
            (Place::Offering, Sign::No) => {
                self.effect.say.push(Line::NotDone);
                self.state.failures = 0;
                Place::Open
            }
            (Place::Choosing { first, .. }, Sign::Yes) => self.wants(Place::Open, first),
            (Place::Choosing { .. }, Sign::No) => self.fail(Place::Open, Line::WhatIsWrong),
            _ => self.fail(place, Line::NoMatch),
        }
    }

    fn wants(&mut self, place: Place, wanted: usize) -> Place {
        match place.matter() == Some(wanted) {
            // They said again what they want; what is missing is still missing.
            true => self.fail(place, Line::NoMatch),
            false => self.understood(wanted),
        }
    }

    fn understood(&mut self, intent: usize) -> Place {
        self.state.failures = 0;
        self.go(intent)
    }

    /// A value was given instead of a yes: one more question, of which there are only so many.
    fn once_more(&mut self, intent: usize) -> Place {
        self.state.failures += 1;
        match self.state.failures < FAILURES {
            true => self.go(intent),
            false => self.human(),
        }
    }

    /// Everything that comes before the caller is to speak again.
    fn go(&mut self, mut intent: usize) -> Place {
        for row in 0..LONGEST_ROW {
            let Some(wanted) = self.plan.intents.get(intent) else {
                break;
            };
            if wanted.promotion && row > 0 && !self.may_promote(intent) {
                return self.settled();
            }
            self.effect.marks.push(Mark::Begun { intent });
            if !self.circumstances.is_valid(intent) {
                self.effect.say.push(Line::Outdated);
                return self.human_after_answer(true);
            }
            if let Some(place) = self.before_the_answer(intent, wanted) {
                return place;
            }
            let holds = |circumstances: &mut dyn Circumstances, when: &Option<Expression>| {
                when.as_ref().is_none_or(|when| circumstances.holds(when))
            };
            let cases = wanted.cases.iter().enumerate();
            let found = cases
                .into_iter()
                .find(|(_, case)| holds(self.circumstances, &case.when));
            let Some((case, answer)) = found else {
                break;
            };
            self.effect.marks.push(Mark::Answered { intent, case });
            for text in &answer.say {
                let line = Line::Text(text.clone(), answer.barge_in);
                self.effect.say.push(line);
            }
            match answer.then {
                Then::Listen => return self.settled(),
                Then::HangUp => {
                    if answer.say.is_empty() {
                        self.effect.say.push(Line::Goodbye);
                    }
                    self.effect.then = After::HangUp;
                    return Place::Over;
                }
                Then::Human => return self.human_after_answer(!answer.say.is_empty()),
                Then::Intent(next) => intent = next,
                Then::CallBack => {
                    self.effect.marks.push(Mark::LeftToHuman);
                    self.effect.then = After::CallBack;
                    return Place::Open;
                }
            }
        }
        self.human()
    }

    /// What is still to be asked, of the caller or of a system.
    fn before_the_answer(&mut self, intent: usize, wanted: &Intent) -> Option<Place> {
        for (slot, asked) in wanted.slots.iter().enumerate() {
            let when = asked.when.as_ref();
            if when.is_some_and(|when| !self.circumstances.holds(when)) {
                continue;
            }
            if !self.circumstances.is_filled(intent, slot) {
                self.effect.say.push(Line::Ask {
                    intent,
                    slot,
                    again: false,
                });
                return Some(Place::Asking { intent, slot });
            }
            if asked.confirm && !self.is_checked(intent, slot) {
                self.effect.say.push(Line::Check { intent, slot });
                return Some(Place::Checking { intent, slot });
            }
        }
        if wanted.confirm.is_some() && !self.is_confirmed(intent) {
            self.effect.say.push(Line::Confirm { intent });
            return Some(Place::Confirming { intent });
        }
        if wanted.lookup.is_some() && !self.circumstances.is_looked_up(intent) {
            self.effect.then = After::LookUp(intent);
            return Some(Place::LookingUp { intent });
        }
        None
    }

    fn is_checked(&mut self, intent: usize, slot: usize) -> bool {
        let now = Mark::Checked { intent, slot };
        self.effect.marks.contains(&now) || self.circumstances.is_checked(intent, slot)
    }

    fn is_confirmed(&mut self, intent: usize) -> bool {
        let now = Mark::Confirmed { intent };
        self.effect.marks.contains(&now) || self.circumstances.is_confirmed(intent)
    }

    fn looked_up(&mut self, intent: usize, sign: Sign) -> Place {
        match sign {
            Sign::Found => self.understood(intent),
            Sign::NotFound => self.not_found(intent),
            Sign::LookupFailed => {
                self.effect.say.push(Line::LookupFailed);
                self.human()
            }
            _ => self.state.place,
        }
    }

    /// The system knows no such thing: most likely a value was heard wrong.
    fn not_found(&mut self, intent: usize) -> Place {
        let slots = self.plan.intents.get(intent).map_or(0, |i| i.slots.len());
        if slots == 0 {
            self.effect.say.push(Line::LookupFailed);
            return self.human();
        }
        let forget = (0..slots).map(|slot| Mark::Forget { intent, slot });
        self.effect.marks.extend(forget);
        self.fail(Place::Asking { intent, slot: 0 }, Line::NotFound)
    }

    /// Nobody asked for it: only when all that the caller asked for is settled, and once.
    fn may_promote(&mut self, intent: usize) -> bool {
        self.circumstances.later(self.gone_on).is_none()
            && !self.circumstances.was_answered(intent)
            && self.circumstances.is_valid(intent)
    }

    /// What else the caller wants is gone on with.
    fn settled(&mut self) -> Place {
        match self.circumstances.later(self.gone_on) {
            Some(intent) => {
                self.gone_on += 1;
                self.effect.marks.push(Mark::WentOn);
                self.go(intent)
            }
            None => Place::Open,
        }
    }

    /// A short word of help, then what can be asked and a person, then the person.
    fn fail(&mut self, place: Place, line: Line) -> Place {
        self.state.failures += 1;
        if self.state.failures >= FAILURES {
            // Nobody to put them through to, and no word from them: they are gone.
            let silent = line == Line::NoInput && self.state.nobody_there;
            let message = self.plan.human.closed.as_ref().map(|closed| closed.message);
            let leaves_message = message.is_some() && place.matter() == message;
            let knows = place == Place::Offering;
            return match silent || leaves_message || knows {
                true => self.goodbye(),
                false => self.human(),
            };
        }
        let helps = self.state.failures == OFFER_HUMAN && place == Place::Open;
        self.effect.say.push(if helps { Line::Help } else { line });
        self.ask_again(place);
        place
    }

    /// The question is still there.
    fn ask_again(&mut self, place: Place) {
        match place {
            Place::Asking { intent, slot } => {
                let again = true;
                self.effect.say.push(Line::Ask {
                    intent,
                    slot,
                    again,
                });
            }
            Place::Checking { intent, slot } => {
                self.effect.say.push(Line::Check { intent, slot });
            }
            Place::Confirming { intent } => self.effect.say.push(Line::Confirm { intent }),
            Place::Changing { .. } => self.effect.say.push(Line::WhatIsWrong),
            Place::Choosing { first, second } => {
                self.effect.say.push(Line::Which { first, second });
            }
            Place::Offering => self.effect.say.push(Line::WaysOut),
            Place::Open | Place::LookingUp { .. } | Place::Human | Place::Over => {}
        }
    }

    fn goodbye(&mut self) -> Place {
        self.effect.say.push(Line::Goodbye);
        self.effect.then = After::HangUp;
        Place::Over
    }

    fn human(&mut self) -> Place {
        self.human_after_answer(false)
    }

    /// A person, or what there is instead when nobody is there. `announced`: the caller knows already.
    fn human_after_answer(&mut self, announced: bool) -> Place {
        self.state.failures = 0;
        self.effect.marks.push(Mark::LeftToHuman);
        let has_other_way = self.plan.human.closed.is_some() || self.plan.has_queue();
        if has_other_way && !self.circumstances.is_open() {
            return self.nobody_at_work(Nobody::Closed);
        }
        if !announced {
            let say = self.plan.human.say.clone();
            self.text(say);
        }
        self.effect.then = After::Human;
        Place::Human
    }

    /// The form for messages is what the company wants outside of its hours.
    fn nobody_at_work(&mut self, why: Nobody) -> Place {
        self.state.failures = 0;
        if let Some(closed) = &self.plan.human.closed
            && why == Nobody::Closed
        {
            let (say, message) = (closed.say.clone(), closed.message);
            self.text(say);
            return self.go(message);
        }
        self.state.nobody_there = true;
        self.effect.say.extend([Line::Nobody(why), Line::WaysOut]);
        Place::Offering
    }

    fn text(&mut self, text: Text) {
        self.effect.say.push(Line::Text(text, true));
    }
}
