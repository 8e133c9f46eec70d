//! What is said where a dialplan does not say how, in its language.

use super::{Intent, Text, Then};
use crate::understand::{self, Language};

pub(super) struct Defaults {
    pub(super) human_say: &'static str,
    pub(super) human_failed: &'static str,
    pub(super) goodbye: &'static str,
    /// Short ones first; a person is named only now and then.
    pub(super) no_input: &'static [&'static str],
    pub(super) no_match: &'static [&'static str],
    pub(super) overload: &'static str,
    pub(super) one_moment: &'static str,
    pub(super) wait: &'static str,
    pub(super) silent_line: &'static str,
    /// With `{value}` in it.
    pub(super) check: &'static str,
    /// With `{first}` and `{second}` in it.
    pub(super) which: &'static str,
    pub(super) what_is_wrong: &'static str,
    pub(super) not_done: &'static str,
    pub(super) not_found: &'static str,
    pub(super) lookup_failed: &'static str,
    pub(super) outdated: &'static str,
    pub(super) message_left: &'static str,
    /// What the matter of being called back is called, and its questions.
    pub(super) call_back: &'static str,
    /// With `{caller}` in it.
    pub(super) call_back_here: &'static [&'static str],
    pub(super) call_back_number: &'static [&'static str],
    help: Help,
}

/// What help is put together from: the start, an example, another, and the offer of a person.
struct Help {
    start: &'static str,
    or: &'static str,
    stop: &'static str,
    person: &'static str,
    /// Where there is no example to give.
    without: &'static str,
}

/// So many examples are in one help.
const EXAMPLES: usize = 3;
/// So many different helps are made: in one call nobody needs more.
const MOST_HELPS: usize = 3;

impl Defaults {
    pub(super) const fn of(language: Language) -> &'static Defaults {
        match language {
            Language::EnglishUs | Language::EnglishGb => &ENGLISH,
            Language::Mandarin => &MANDARIN,
        }
    }

    /// What can be asked, by the first example of each of the `intents` that has an answer, a few
    /// at a time, each time with the offer of a person.
    pub(super) fn help(&self, language: Language, intents: &[Intent]) -> Vec<Text> {
        let examples: Vec<&str> = intents
            .iter()
            .filter(|intent| intent.cases.iter().any(|case| case.then == Then::Listen))
            .filter_map(|intent| {
                let mut examples = intent.examples.iter().map(String::as_str);
                examples.find(|example| {
                    !example.contains('{') && understand::control(language, example).is_none()
                })
            })
            .map(|example| example.trim_end_matches(|c: char| !c.is_alphanumeric()))
            .collect();
        let Help {
            start,
            or,
            stop,
            person,
            without,
        } = self.help;
        if examples.is_empty() {
            return vec![format!("{without}{person}").into()];
        }
        let few = examples.chunks(EXAMPLES).take(MOST_HELPS);
        few.map(|few| format!("{start}{}{stop}{person}", few.join(or)).into())
            .collect()
    }
}

const ENGLISH: Defaults = Defaults {
    human_say: "One moment please. I will put you through to a person.",
    human_failed: "I am sorry, I could not reach anybody just now. You can ask me something else, \
                   or press 0 to try again.",
    goodbye: "Thank you for calling. Goodbye.",
    no_input: &[
        "Sorry, I did not hear anything. How can I help?",
        "Are you still there? Just say what you need, or press 0 for a person.",
        "I still can not hear you. Please speak a little louder.",
        "Nothing has reached me. You can also press 0, and a person will help you.",
    ],
    no_match: &[
        "Sorry, I did not get that. Could you say it again?",
        "I am not sure what you mean. Please say it in other words, or press 0 for a person.",
        "I did not understand. A short sentence is easiest for me.",
        "Sorry, that was not clear to me. Please try once more, or press 0 for a person.",
    ],
    overload: "I am sorry, so many people are calling that I could not follow you. Please say it \
               again, or press 0 for a person.",
    one_moment: "One moment, please.",
    wait: "Of course, take your time. I am here.",
    silent_line: "I cannot hear anything from your phone. Please check that it is not muted, or \
                  press 0 for a person.",
    check: "I have {value}. Is that right?",
    which: "Do you mean {first}, or {second}?",
    what_is_wrong: "All right, then what should it be?",
    not_done: "All right, I leave it as it is. What else can I do for you?",
    not_found: "I am sorry, I can not find that.",
    lookup_failed: "I am sorry, our system does not answer just now. A colleague will help you.",
    outdated: "What I know about that may be out of date. A colleague will tell you.",
    message_left: "Thank you. I have noted that, and somebody will get back to you. Goodbye.",
    call_back: "a call-back",
    call_back_here: &[
        "Shall we call you back at {caller}?",
        "Your number is {caller}. Shall we call you back at that one?",
    ],
    call_back_number: &[
        "Which number shall we call?",
        "Please say the number that we shall call, digit by digit, or key it in.",
    ],
    help: Help {
        start: "You can say, for example: ",
        or: ". Or: ",
        stop: ". ",
        person: "Or press 0 for a person.",
        without: "Just tell me in your own words what you need. ",
    },
};

const MANDARIN: Defaults = Defaults {
    human_say: "请稍等，正在为您转接人工服务。",
    human_failed: "很抱歉，现在没有人接听。您可以再问我别的问题，或者按0再试一次。",
    goodbye: "感谢您的来电，再见。",
    no_input: &[
        "对不起，我没有听到您说话。请问有什么可以帮您？",
        "您还在吗？请直接说您需要什么，或者按0转人工。",
        "我还是听不到您的声音，请您大声一点。",
        "我什么都没有听到。您也可以按0，由人工为您服务。",
    ],
    no_match: &[
        "对不起，我没有听懂。请您再说一遍。",
        "我不太明白您的意思。请您换一种说法，或者按0转人工。",
        "我没有听明白，请您说得简短一些。",
        "抱歉，我还是没有听懂。请您再试一次，或者按0转人工。",
    ],
    overload: "很抱歉，现在来电的人很多，我没能听清。请您再说一遍，或者按0转人工。",
    one_moment: "请稍等。",
    wait: "好的，不着急，我等您。",
    silent_line: "我听不到您电话里的任何声音。请看看手机是不是静音了，或者按0转人工。",
    check: "我听到的是{value}，对吗？",
    which: "您是想{first}，还是{second}？",
    what_is_wrong: "好的，那应该是什么呢？",
    not_done: "好的，那就不改了。请问还有什么可以帮您？",
    not_found: "很抱歉，我没有查到。",
    lookup_failed: "很抱歉，系统暂时没有回应。我请同事来帮您。",
    outdated: "这方面的信息可能已经过期了，我请同事来告诉您。",
    message_left: "谢谢，我已经记下来了，我们会尽快联系您。再见。",
    call_back: "给您回电",
    call_back_here: &[
        "我们回拨{caller}，可以吗？",
        "您的号码是{caller}，我们打这个号码给您，可以吗？",
    ],
    call_back_number: &[
        "请问我们打哪个号码给您？",
        "请您一位一位地说出号码，或者用按键输入。",
    ],
    help: Help {
        start: "您可以说，比如：",
        or: "。或者：",
        stop: "。",
        person: "您也可以按0转人工。",
        without: "请直接告诉我您需要什么。",
    },
};
