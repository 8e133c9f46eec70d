//! Whether a caller asks for a person: built in, so that no dialplan can forget it.
//!
//! A handful of sentence patterns over [`normalise`]d words rather than a learned model: it must
//! never miss "operator" and never take "my human resources form" for it, whatever a dialplan's
//! examples are, and each decision can be read off the pattern that made it. In doubt it says
//! yes where the caller addresses us ("can someone help me") and no where persons are only
//! mentioned ("someone called me", "am I talking to a person").

mod mandarin;
mod words;

use super::{Language, normalise};
use words::*;

/// Whether `text` asks to be put through to a person, or refuses to talk to a machine.
pub fn asks_for_human(language: Language, text: &str) -> bool {
    match language {
        Language::EnglishUs | Language::EnglishGb => {
            let words = normalise(language, text);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            Sentence(&words).asks_for_human()
        }
        Language::Mandarin => mandarin::asks_for_human(text),
    }
}

/// The commonest ways to ask, for the grammar of a recogniser that hears only what it expects;
/// none where no such recogniser knows the language.
pub fn human_phrases(language: Language) -> &'static [&'static str] {
    match language {
        Language::EnglishUs | Language::EnglishGb => &PHRASES,
        Language::Mandarin => &[],
    }
}

/// Words as [`normalise`] leaves them. Positions may lie beyond the end: no word is there.
struct Sentence<'w>(&'w [&'w str]);

impl Sentence<'_> {
    fn asks_for_human(&self) -> bool {
        self.is_only_a_person()
            || (0..self.0.len()).any(|at| {
                self.talks_to_a_person(at)
                    || self.is_put_through(at)
                    || self.wants_a_person(at)
                    || self.asks_whether_there_is_anybody(at)
                    || self.asks_somebody_to_help(at)
                    || self.could_talk_to_a_person(at)
                    || self.names_a_person_and_please(at)
                    || self.refuses_a_machine(at)
            })
    }

    fn word(&self, at: usize) -> &str {
        self.0.get(at).copied().unwrap_or("")
    }

    fn is(&self, at: usize, one_of: &[&str]) -> bool {
        one_of.contains(&self.word(at))
    }

    /// The word before, `back` words earlier.
    fn before(&self, at: usize, back: usize) -> &str {
        at.checked_sub(back).map_or("", |at| self.word(at))
    }

    fn ends(&self, at: usize) -> bool {
        at >= self.0.len()
    }

    fn skip(&self, mut at: usize, over: &[&str]) -> usize {
        while self.is(at, over) {
            at += 1;
        }
        at
    }

    /// Where the longest "(a) (real) person" from `at` ends.
    fn person(&self, at: usize, also: &[&str]) -> Option<usize> {
        let mut at = self.skip(at, ARTICLE);
        let mut end = None;
        loop {
            if PERSON_IN_TWO_WORDS.contains(&(self.word(at), self.word(at + 1))) {
                end = Some(at + 2);
            } else if self.is(at, PERSON) || self.is(at, also) {
                end = Some(at + 1);
            }
            if !self.is(at, QUALITY) {
                break;
            }
            at += 1;
        }
        let end = end?;
        // Personnel departments and the like are no persons.
        (!self.is(end, &["resource", "resources", "rights"])).then_some(end)
    }

    /// Whether the verb at `at` is one that the caller does not want, or wants to know about:
    /// "I don't want to talk", "do I have to talk".
    fn is_denied(&self, at: usize) -> bool {
        let mut back = 1;
        while AUXILIARY.contains(&self.before(at, back)) {
            back += 1;
        }
        let denied = ["never", "no", "not", "without"].contains(&self.before(at, back));
        let asked = ["i", "we", "you"].contains(&self.before(at, back))
            && ["do", "does", "did"].contains(&self.before(at, back + 1));
        // "Why can I not talk to a person" asks for one.
        (denied || asked) && !self.0.contains(&"why")
    }

    /// "Operator", "yes hello a real person please", "zero".
    fn is_only_a_person(&self) -> bool {
        let mut persons = 0;
        let mut at = self.skip(0, FILLER);
        // What the greeting says to press, said instead.
        if matches!(self.0, ["zero"] | ["zero", "please"] | ["press", "zero"]) {
            return true;
        }
        while !self.ends(at) {
            match self.person(at, ANYBODY) {
                // That is how many are coming.
                Some(_) if self.word(at) == "one" => return false,
                Some(end) => {
                    persons += 1;
                    at = end;
                }
                None if self.is(at, ARTICLE) => at += 1,
                None => return false,
            }
            at = self.skip(at, FILLER);
        }
        persons > 0 && !self.is_denied_before_a_person()
    }

    /// "I don't need a person", where nothing else is said.
    fn is_denied_before_a_person(&self) -> bool {
        (0..self.0.len()).any(|at| self.is(at, &["want", "need"]) && self.is_denied(at))
    }

    /// "... talk to a person"
    fn talks_to_a_person(&self, at: usize) -> bool {
        let talk = self.is(at, TALK)
            || (self.is(at, TALKING) && !BE.contains(&self.before(at, 1)))
                && !BE.contains(&self.before(at, 2));
        if !talk || self.is_denied(at) {
            return false;
        }
        let to = self.skip(at + 1, &["directly", "now", "please"]);
        if self.is(to, &["to", "with"]) {
            let whom = to + 1;
            // "Who can I talk to"
            let who = at >= 3 && self.before(at, 3) == "who" && self.ends(whom);
            return who || self.person(whom, PARTNER).is_some();
        }
        false
    }

    /// "Put me through to somebody", "get me over to an agent", "transfer me".
    fn is_put_through(&self, at: usize) -> bool {
        if !self.is(at, PUT_THROUGH) || self.is_denied(at) {
            return false;
        }
        let to = self.skip(at + 1, OBJECT);
        if self.is(to, &["to", "with"]) {
            // "Get to someone" and "send to a person" are about other things than this call.
            let of_the_call = to > at + 1
                || !self.is(at, &["get", "hand", "pass", "put", "send"])
                    && (at == 0
                        || FILLER.contains(&self.before(at, 1))
                        || self.before(at, 1) == "be");
            return of_the_call && self.person(to + 1, PARTNER).is_some();
        }
        let me = self.is(at + 1, &["me", "us", "my"]);
        let bare = self.is(at, &["connect", "put", "transfer"]) && self.ends(to);
        let whole = match self.word(at) {
            "put" => (at..to).any(|at| self.word(at) == "through"),
            _ => !self.is(to.saturating_sub(1), &["my", "on", "the"]),
        };
        me && bare && whole
    }

    /// "I want an operator", "get me a human", "how about a real person".
    fn wants_a_person(&self, at: usize) -> bool {
        let before = self.before(at, 1);
        let wants = match self.word(at) {
            "want" | "need" | "prefer" | "get" | "give" | "reach" | "find" | "request"
            | "require" | "put" => true,
            "like" | "love" => before == "would",
            "have" => ["i", "to", "we", "just"].contains(&before) && self.has_can_before(at),
            "for" => ["ask", "asking", "asked", "looking"].contains(&before),
            "about" => before == "how",
            "on" => self.is(at + 1, ARTICLE) && before == "put",
            _ => false,
        };
        if !wants || self.is_denied(at) {
            return false;
        }
        let whom = self.skip(at + 1, &["me", "us", "to", "hold", "of"]);
        // "Get me", "get hold of", and "want to operator" as "want the operator" may be heard.
        match self.person(whom, &[]) {
            Some(end) => self.ends(end) || self.is(end, AFTER_PERSON),
            None => match self.person(whom, ANYBODY) {
                Some(end) => self.may_follow_anybody(self.skip(end, &["else", "real", "please"])),
                None => false,
            },
        }
    }

    fn has_can_before(&self, at: usize) -> bool {
        (2..=3).any(|back| ["can", "could", "may", "let", "like"].contains(&self.before(at, back)))
    }

    /// What makes "I need someone" or "is there anybody" the wish to talk to them.
    fn may_follow_anybody(&self, at: usize) -> bool {
        if self.ends(at) || self.is(at, &["now", "there", "here", "available", "please"]) {
            return true;
        }
        match self.word(at) {
            "to" => self.is(at + 1, HELP),
            "on" => self.is(at + 1, &["the"]) && self.is(at + 2, &["line", "phone"]),
            "who" | "that" | "i" => {
                self.is(at + 1, &["can", "could"])
                    && self.is(self.skip(at + 2, &["just", "actually"]), HELP)
            }
            _ => false,
        }
    }

    /// "Is there a person I can talk to", "anybody there".
    fn asks_whether_there_is_anybody(&self, at: usize) -> bool {
        let there_is = self.is(at, &["is", "are"]) && self.word(at + 1) == "there";
        let whom = if there_is {
            at + 2
        } else if self.is(at, &["is", "are"]) && self.is(at + 1, ANYBODY) {
            at + 1
        } else if at == 0 || (at == 1 && self.is(0, &["hello", "hi", "hey"])) {
            return self.is(at, ANYBODY)
                && self.is(at + 1, &["there", "here"])
                && self.ends(at + 2);
        } else {
            return false;
        };
        match self.person(
            whom,
            &["people", "anybody", "anyone", "somebody", "someone"],
        ) {
            Some(end) if there_is => self.may_follow_anybody(end),
            Some(end) => self.is(end, &["there", "here", "available"]) && self.ends(end + 1),
            None => false,
        }
    }

    /// "Can someone help me"
    fn asks_somebody_to_help(&self, at: usize) -> bool {
        if !self.is(at, &["can", "could", "will", "would"]) {
            return false;
        }
        let Some(end) = self.person(at + 1, ANYBODY) else {
            return false;
        };
        let what = self.skip(end, &["please", "just"]);
        let me = self.skip(what + 1, &["to", "with"]);
        let rest = self.skip(me + 1, &["here", "now", "out", "please"]);
        let with_this = self.word(rest) == "with" && self.is(rest + 1, &["it", "that", "this"]);
        // "Can someone help me find the entrance" may have an answer.
        let anything = !self.is(at + 1, ANYBODY) || self.is(what, TALK);
        self.is(what, HELP)
            && (self.ends(me)
                || self.is(me, &["me", "us"]) && (anything || self.ends(rest) || with_this))
    }

    /// "There must be somebody I can talk to", "some help from a person"
    fn could_talk_to_a_person(&self, at: usize) -> bool {
        let help = self.word(at) == "from" && self.before(at, 1) == "help";
        match self.person(if help { at + 1 } else { at }, PARTNER) {
            Some(_) if help => true,
            Some(end) => {
                self.word(end) == "i"
                    && self.is(end + 1, &["can", "could"])
                    && self.is(end + 2, TALK)
            }
            None => false,
        }
    }

    /// "This is useless real person please"
    fn names_a_person_and_please(&self, at: usize) -> bool {
        let owned = ["by", "from", "her", "his", "my", "of", "our", "your"];
        if self.is(at, ARTICLE) || owned.contains(&self.before(at, 1)) {
            return false;
        }
        let Some(end) = self.person(at, &[]) else {
            return false;
        };
        // "A table for one person please"
        let plain = end == at + 1 && self.is(at, &["person", "staff", "reception"]);
        let asks_what_we_are = self
            .0
            .windows(2)
            .any(|pair| matches!(pair, ["are", "you"] | ["am", "i"] | ["is", "this" | "it"]));
        !plain && !asks_what_we_are && self.word(end) == "please" && self.ends(end + 1)
    }

    /// "I don't want to talk to a machine", "no robots please", "I hate bots".
    fn refuses_a_machine(&self, at: usize) -> bool {
        let between: &[&str] = &[
            "a", "am", "an", "another", "any", "anymore", "damn", "dumb", "more", "of", "some",
            "stupid", "that", "the", "these", "this", "with", "your",
        ];
        let in_between = |at| self.is(at, between) || self.is(at, AUXILIARY) || self.is(at, DEAL);
        let machine = (at + 1..).find(|&at| !in_between(at)).unwrap_or(at);
        if !self.is(machine, MACHINE) {
            return false;
        }
        let deals = (at + 1..machine).any(|at| self.is(at, DEAL));
        let robot = [
            "bot", "bots", "chatbot", "machine", "machines", "robot", "robots",
        ];
        let robot = robot.contains(&self.word(machine));
        match self.word(at) {
            "not" | "rather" => {
                let wants = (at + 1..machine).any(|at| self.is(at, &["want", "like", "need"]));
                let alone = self.ends(machine + 1) || self.is(machine + 1, &["i", "please", "but"]);
                deals && !self.denies_being_able(at) || robot && wants && alone
            }
            "refuse" | "stop" => deals,
            "no" | "hate" | "enough" => {
                deals || robot && (self.ends(machine + 1) || self.is(machine + 1, &["please", "i"]))
            }
            "tired" | "sick" => true,
            _ => false,
        }
    }

    /// "I am not talking to ..." is a statement only in "am I not talking to a machine".
    fn denies_being_able(&self, at: usize) -> bool {
        BE.contains(&self.before(at, 2))
    }
}

#[cfg(test)]
mod tests;
