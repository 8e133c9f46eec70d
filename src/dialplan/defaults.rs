//! What is said where a dialplan does not say how, in its language.

use crate::understand::Language;

pub(super) struct Defaults {
    pub(super) human_say: &'static str,
    pub(super) human_failed: &'static str,
    pub(super) goodbye: &'static str,
    pub(super) no_input: &'static str,
    pub(super) no_match: &'static str,
    pub(super) overload: &'static str,
    pub(super) one_moment: &'static str,
}

impl Defaults {
    pub(super) const fn of(language: Language) -> &'static Defaults {
        match language {
            Language::EnglishUs | Language::EnglishGb => &ENGLISH,
            Language::Mandarin => &MANDARIN,
        }
    }
}

const ENGLISH: Defaults = Defaults {
    human_say: "One moment please. I will put you through to a person.",
    human_failed: "I am sorry, I could not reach anybody just now. You can ask me something else, \
                   or press 0 to try again.",
    goodbye: "Thank you for calling. Goodbye.",
    no_input: "Sorry, I did not hear anything. Just say what you need, or press 0 for a person.",
    no_match: "Sorry, I did not get that. Could you say it in other words? Or press 0 for a person.",
    overload: "I am sorry, so many people are calling that I could not follow you. Please say it \
               again, or press 0 for a person.",
    one_moment: "One moment, please.",
};

const MANDARIN: Defaults = Defaults {
    human_say: "请稍等，正在为您转接人工服务。",
    human_failed: "很抱歉，现在没有人接听。您可以再问我别的问题，或者按0再试一次。",
    goodbye: "感谢您的来电，再见。",
    no_input: "对不起，我没有听到您说话。请直接说您需要什么，或者按0转人工。",
    no_match: "对不起，我没有听懂。请您换一种说法，或者按0转人工。",
    overload: "很抱歉，现在来电的人很多，我没能听清。请您再说一遍，或者按0转人工。",
    one_moment: "请稍等。",
};
