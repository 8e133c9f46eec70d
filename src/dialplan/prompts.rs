//! What is said around the answers, by its occasion.

use super::dialog::machine::Line;
use super::{Dialplan, Reply, Text};

#[derive(Debug)]
pub(super) struct Prompts {
    pub(super) notice: Option<Text>,
    pub(super) greeting: Text,
    pub(super) goodbye: Text,
    pub(super) no_input: Vec<Text>,
    pub(super) no_match: Vec<Text>,
    pub(super) help: Vec<Text>,
    pub(super) wait: Text,
    pub(super) silent_line: Text,
    pub(super) overload: Text,
    pub(super) one_moment: Text,
    /// With `{value}` in it.
    pub(super) check: Text,
    /// With `{first}` and `{second}` in it.
    pub(super) which: Text,
    pub(super) what_is_wrong: Text,
    pub(super) not_done: Text,
    pub(super) not_found: Text,
    pub(super) lookup_failed: Text,
    pub(super) outdated: Text,
}

impl Prompts {
    pub(super) fn all(&self) -> impl Iterator<Item = &Text> {
        let single = [
            &self.greeting,
            &self.goodbye,
            &self.wait,
            &self.silent_line,
            &self.overload,
            &self.one_moment,
            &self.check,
            &self.which,
            &self.what_is_wrong,
            &self.not_done,
            &self.not_found,
            &self.lookup_failed,
            &self.outdated,
        ];
        let several = [&self.no_input, &self.no_match, &self.help];
        let several = several.into_iter().flatten();
        self.notice.iter().chain(single).chain(several)
    }

    /// The text of a line that has always the same.
    pub(super) fn fixed(&self, line: &Line) -> Option<&Text> {
        match line {
            Line::WhatIsWrong => Some(&self.what_is_wrong),
            Line::NotDone => Some(&self.not_done),
            Line::NotFound => Some(&self.not_found),
            Line::LookupFailed => Some(&self.lookup_failed),
            Line::Outdated => Some(&self.outdated),
            Line::Goodbye => Some(&self.goodbye),
            _ => None,
        }
    }
}

impl Dialplan {
    /// What callers must hear before anything else; no voice interrupts it.
    pub fn notice(&self) -> Option<Text> {
        self.prompts.notice.clone()
    }

    /// Said when the call is answered, after the notice.
    pub fn greeting(&self) -> Reply {
        say(&self.prompts.greeting)
    }

    /// Said when the caller asks to be waited for.
    pub fn wait(&self) -> Reply {
        say(&self.prompts.wait)
    }

    /// Said when no sound at all arrives from the caller's phone.
    pub fn silent_line(&self) -> Reply {
        say(&self.prompts.silent_line)
    }

    /// Said when there is too much to do to recognise what the caller says.
    pub fn overload(&self) -> Reply {
        say(&self.prompts.overload)
    }

    /// Said when what is to be said takes long to make.
    pub fn one_moment(&self) -> &Text {
        &self.prompts.one_moment
    }

    /// Asks whether a value was heard right; with `{value}` in it.
    pub fn check(&self) -> &Text {
        &self.prompts.check
    }

    /// Asks which of two intents was meant; with `{first}` and `{second}` in it.
    pub fn which(&self) -> &Text {
        &self.prompts.which
    }

    /// Said before the call is ended.
    pub fn goodbye(&self) -> Reply {
        Reply {
            ends: true,
            ..say(&self.prompts.goodbye)
        }
    }
}

fn say(text: &Text) -> Reply {
    Reply {
        say: vec![text.clone()],
        ends: false,
    }
}
