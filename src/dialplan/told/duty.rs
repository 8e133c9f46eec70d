//! What agents hear that is not about a caller: what came of a call they wanted to take, and whether they
//! are on duty.

use crate::dialplan::{Dialplan, Text};
use crate::understand::Language;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToAgent {
    /// Somebody else was faster.
    TakenByAnother,
    CallerGone,
    /// The number that was to be called back does not answer; it is called again later.
    NotReached,
    Ready,
    Paused,
    OffDuty,
}

impl Dialplan {
    pub fn told_agent(&self, told: ToAgent) -> Text {
        let said = match self.language {
            Language::EnglishUs | Language::EnglishGb => english(told),
            Language::Mandarin => mandarin(told),
        };
        said.into()
    }
}

const ALL: [ToAgent; 6] = [
    ToAgent::TakenByAnother,
    ToAgent::CallerGone,
    ToAgent::NotReached,
    ToAgent::Ready,
    ToAgent::Paused,
    ToAgent::OffDuty,
];

/// All of it, to be ready.
pub(super) fn every(language: Language) -> impl Iterator<Item = &'static str> {
    ALL.into_iter().map(move |told| match language {
        Language::EnglishUs | Language::EnglishGb => english(told),
        Language::Mandarin => mandarin(told),
    })
}

fn english(told: ToAgent) -> &'static str {
    match told {
        ToAgent::TakenByAnother => "A colleague has taken this call already. Thank you.",
        ToAgent::CallerGone => "The caller has hung up. Thank you.",
        ToAgent::NotReached => "Nobody answers there. We will try again later. Thank you.",
        ToAgent::Ready => "You are ready for calls.",
        ToAgent::Paused => "You are on a break.",
        ToAgent::OffDuty => "You are off duty. Goodbye.",
    }
}

fn mandarin(told: ToAgent) -> &'static str {
    match told {
        ToAgent::TakenByAnother => "这个来电已经有同事接了，谢谢。",
        ToAgent::CallerGone => "来电者已经挂机，谢谢。",
        ToAgent::NotReached => "对方没有接听，我们稍后再打，谢谢。",
        ToAgent::Ready => "您已上线，可以接听电话。",
        ToAgent::Paused => "您已暂停接听。",
        ToAgent::OffDuty => "您已下线，再见。",
    }
}
