use super::super::{asks_for_human, spoken};
use super::*;
use WaitingWish::{Back, CallBack, CancelCallBack, HowLong, Message, Stay};
use proptest::prelude::*;

const ENGLISH: &[(WaitingWish, &[&str])] = &[
    (
        CallBack,
        &[
            "call me back",
            "Call me back, please.",
            "can you call me back",
            "could somebody call me back please",
            "can you ring me later",
            "ring me back when it's my turn",
            "please call me back tomorrow morning",
            "give me a call back",
            "just give me a ring when you have time",
            "I'd like to be called back",
            "I'd like a call back please",
            "callback",
            "call back",
            "I'll take the callback option",
            "I can't wait that long, call me back please",
            "I don't have time, can you phone me later",
            "yes please call me back on this number",
            "call me back as soon as possible",
            "how about you call me back",
            "no wait, call me back",
            "call me when you are free",
            "could you have someone call me back",
            "I have to go, call me later please",
        ],
    ),
    (
        Message,
        &[
            "leave a message",
            "I want to leave a message",
            "can I leave a message for somebody",
            "voicemail",
            "voice mail please",
            "I'd like to leave a voicemail",
            "take a message please",
            "I'll leave you a message then",
            "message",
            "I will just leave a quick message",
        ],
    ),
    (
        HowLong,
        &[
            "how long will it take",
            "how long",
            "how much longer",
            "how long do I have to wait",
            "how much longer do i have to wait please",
            "How long is the wait?",
            "how long is this going to take",
            "what number am i",
            "what number am I in the queue",
            "what's my position",
            "where am I in the queue",
            "where am I in line now",
            "how many people are ahead of me",
            "how many people are before me in the line",
            "sorry how long until somebody answers",
            "when is it my turn",
            "am I next",
            "what is the expected wait time",
            "will it take long",
            "how long does it still take",
        ],
    ),
    (
        Stay,
        &[
            "I will wait",
            "I'll wait",
            "okay I'll wait then",
            "keep waiting",
            "I'll keep waiting",
            "I would rather wait",
            "no, I would rather wait",
            "no thanks I'll hold",
            "I'll stay on the line",
            "I'd rather stay on the line",
            "I can wait",
            "I don't mind waiting",
            "stay on the line",
            "no need to call me back I'll wait",
            "wait here",
        ],
    ),
    (
        Back,
        &[
            "go back to the bot",
            "something else",
            "I want to ask something else",
            "back to the menu please",
            "I have another question",
            "I don't want to wait anymore",
            "leave the queue",
            "stop waiting",
        ],
    ),
    (
        CancelCallBack,
        &[
            "cancel my call back",
            "please cancel the callback",
            "I want to cancel my callback request",
            "I don't need the call back anymore",
            "you don't have to call me back",
            "I no longer need a call back",
            "do not call me back",
            "could you cancel the call back you promised",
        ],
    ),
];

const MANDARIN: &[(WaitingWish, &[&str])] = &[
    (
        CallBack,
        &[
            "给我回电",
            "请给我回个电话",
            "可以给我回电话吗",
            "你们晚点给我打电话吧",
            "能不能稍后给我打过来电话",
            "回个电话给我",
            "我要预约回电",
            "我没时间等，给我回电吧",
            "麻烦您明天给我回个电话",
            "打给我吧",
            "请联系我",
        ],
    ),
    (
        Message,
        &[
            "留言",
            "我想留言",
            "我要留个言",
            "可以留个口信吗",
            "语音信箱",
            "给你们留一段语音留言",
        ],
    ),
    (
        HowLong,
        &[
            "还要等多久",
            "要多长时间",
            "大概还要几分钟",
            "我前面还有多少人",
            "前面有几个人在排队",
            "我排第几",
            "我现在排在第几位",
            "什么时候轮到我",
            "请问还要多久才能接通",
        ],
    ),
    (
        Stay,
        &[
            "我等",
            "我继续等",
            "那我就等着吧",
            "我还是等一下",
            "继续排队",
            "不用回电了我等着",
        ],
    ),
    (
        Back,
        &[
            "我想问别的",
            "问点别的事",
            "不等了",
            "回到机器人",
            "我还有其他问题",
        ],
    ),
    (
        CancelCallBack,
        &[
            "取消回电",
            "请取消我的回电",
            "不用给我回电了",
            "把我的回电取消掉",
            "不用回电话了",
        ],
    ),
];

/// What says more, or something else.
const OTHER_ENGLISH: &[&str] = &[
    "",
    "nobody called me back yesterday",
    "you were supposed to call me back",
    "he said he would call me back about my results",
    "did you call me",
    "who called me",
    "I got a message from you",
    "I got a voicemail from your office",
    "I am calling back about my appointment",
    "how long are you open",
    "how long is my card valid",
    "how long does a transfer take",
    "how long do I have to fast before the blood test",
    "how many people work there",
    "how many calls are included in my plan",
    "what is my account number",
    "what number do I call for emergencies",
    "where am I supposed to park",
    "where is my parcel",
    "when are you open",
    "when is my appointment",
    "I have been waiting for my parcel for a week",
    "I am waiting for the results of my x ray",
    "I can't wait to see it",
    "cancel my appointment",
    "cancel my order please",
    "cancel",
    "I want to go back to school",
    "send the money back",
    "something else happened to my card",
    "the back of my leg hurts",
    "I need a new phone",
    "leave the parcel at the door",
    "message from my bank",
    "thank you",
    "yes",
    "no",
    "please",
    "hello",
    "okay",
    "my position at work has changed",
    "I left a message yesterday and nobody called",
    "is there a long queue at the clinic",
];

const OTHER_MANDARIN: &[&str] = &[
    "",
    "你们几点开门",
    "昨天没有人给我回电话",
    "你们的电话是多少",
    "我想预约看医生",
    "取消我的预约挂号",
    "我的快递到哪了",
    "多少钱",
    "几个人可以一起看",
    "检查要多久出结果",
    "你好",
    "好的",
    "我在等检查结果",
    "我收到一条留言说让我来",
    "有别的医生吗",
    "改天",
    "电话号码",
    "我要退货",
];

fn wrong(language: Language, said: &[(WaitingWish, &[&str])]) -> Vec<String> {
    let all = said
        .iter()
        .flat_map(|(wanted, texts)| texts.iter().map(move |text| (*wanted, *text)));
    all.map(|(wanted, text)| (wanted, text, waiting(language, text)))
        .filter(|(wanted, _, found)| *found != Some(*wanted))
        .map(|(wanted, text, found)| format!("{text}: {found:?} for {wanted:?}"))
        .collect()
}

fn taken(language: Language, texts: &[&str]) -> Vec<String> {
    let found = texts.iter().map(|text| (text, waiting(language, text)));
    found
        .filter_map(|(text, found)| Some(format!("{text}: {:?}", found?)))
        .collect()
}

#[test]
fn every_way_to_say_it_is_heard() {
    let english = wrong(Language::EnglishUs, ENGLISH);
    let mandarin = wrong(Language::Mandarin, MANDARIN);
    assert!(
        english.is_empty() && mandarin.is_empty(),
        "{english:#?}{mandarin:#?}"
    );
}

#[test]
fn what_is_about_something_else_is_no_wish_of_the_wait() {
    let english = taken(Language::EnglishGb, OTHER_ENGLISH);
    let mandarin = taken(Language::Mandarin, OTHER_MANDARIN);
    assert!(
        english.is_empty() && mandarin.is_empty(),
        "{english:#?}{mandarin:#?}"
    );
}

#[test]
fn a_wish_of_the_wait_does_not_ask_for_a_person() {
    for (language, said) in [
        (Language::EnglishUs, ENGLISH),
        (Language::Mandarin, MANDARIN),
    ] {
        for text in said.iter().flat_map(|(_, texts)| *texts) {
            assert!(!asks_for_human(language, text), "{text}");
        }
    }
}

#[test]
fn every_phrase_for_the_recogniser_is_one_and_plain_words() {
    for phrase in waiting_phrases(Language::EnglishUs) {
        assert!(waiting(Language::EnglishUs, phrase).is_some(), "{phrase}");
        assert_eq!(spoken(Language::EnglishUs, phrase).join(" "), *phrase);
    }
}

#[test]
fn what_was_asked_about_is_let_go_of() {
    for (language, dropped, kept) in [
        (
            Language::EnglishUs,
            &[
                "leave it",
                "no, leave it",
                "never mind",
                "oh forget it",
                "no thanks, not necessary",
                "I changed my mind",
                "no need",
            ][..],
            &[
                "",
                "no",
                "yes",
                "leave it at the door",
                "call me back",
                "never",
                "five five five",
            ][..],
        ),
        (
            Language::Mandarin,
            &["算了", "不用了", "还是算了吧", "我改主意了"],
            &["", "不", "好的", "幺三八零零"],
        ),
    ] {
        for text in dropped {
            assert!(drops_it(language, text), "{text}");
        }
        for text in kept {
            assert!(!drops_it(language, text), "{text}");
        }
    }
}

/// What people asked banks, cars and assistants, none of whom waits for anybody.
#[test]
fn hardly_any_request_of_the_public_sets_is_taken_for_one() {
    let found = super::super::public_sets::requests(|text| {
        let found = waiting(Language::EnglishUs, text)?;
        Some(format!("{found:?}"))
    });
    let Some((texts, hits)) = found else { return };
    println!("{} of {texts}: {hits:#?}", hits.len());
    assert!(hits.len() * 1000 < texts);
}

proptest! {
    #[test]
    fn any_text_is_decided(text in any::<String>(), han in "[一-龥]{0,20}") {
        for language in Language::ALL {
            for text in [&text, &han] {
                waiting(language, text);
                drops_it(language, text);
            }
        }
    }
}
