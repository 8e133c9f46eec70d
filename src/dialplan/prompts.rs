//! What is said around the answers, by its occasion.

use super::{Dialplan, Reply, Text, Then};

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
        ];
        let several = [&self.no_input, &self.no_match, &self.help];
        let several = several.into_iter().flatten();
        self.notice.iter().chain(single).chain(several)
    }
}

/// What `nth` is below: one text for each time, counted from 0 over the whole call, none when
/// there are no more. Nobody hears the same sentence twice.
impl Dialplan {
    /// Said when the caller was silent.
    pub fn no_input(&self, nth: usize) -> Option<Reply> {
        reply_of(&self.prompts.no_input, nth)
    }

    /// Said when the caller was not understood.
    pub fn no_match(&self, nth: usize) -> Option<Reply> {
        reply_of(&self.prompts.no_match, nth)
    }

    /// What can be asked, with the offer of a person: said instead of those two when it is the
    /// second failure in a row.
    pub fn help(&self, nth: usize) -> Option<Reply> {
        reply_of(&self.prompts.help, nth)
    }
}

impl Dialplan {
    /// What callers must hear before anything else; no voice interrupts it.
    pub fn notice(&self) -> Option<Text> {
        self.prompts.notice.clone()
    }

    /// Said when the call is answered, after the notice.
    pub fn greeting(&self) -> Reply {
        say(&self.prompts.greeting, Then::Listen)
    }

    /// Said when the caller asks to be waited for.
    pub fn wait(&self) -> Reply {
        say(&self.prompts.wait, Then::Listen)
    }

    /// Said when no sound at all arrives from the caller's phone.
    pub fn silent_line(&self) -> Reply {
        say(&self.prompts.silent_line, Then::Listen)
    }

    /// Said when there is too much to do to recognise what the caller says.
    pub fn overload(&self) -> Reply {
        say(&self.prompts.overload, Then::Listen)
    }

    /// Said when what is to be said takes long to make.
    pub fn one_moment(&self) -> &Text {
        &self.prompts.one_moment
    }

    /// Said when the caller is put through for any reason but an intent's own words.
    pub fn human_reply(&self) -> Reply {
        say(&self.human.say, Then::Human)
    }

    /// Said when the caller is back because nobody could be reached.
    pub fn human_failed(&self) -> Reply {
        say(&self.human.failed, Then::Listen)
    }

    /// Said before the call is ended.
    pub fn goodbye(&self) -> Reply {
        say(&self.prompts.goodbye, Then::HangUp)
    }
}

fn reply_of(texts: &[Text], nth: usize) -> Option<Reply> {
    texts.get(nth).map(|text| say(text, Then::Listen))
}

fn say(text: &Text, then: Then) -> Reply {
    Reply {
        say: vec![text.clone()],
        then,
        barge_in: true,
        ask: None,
    }
}
