use super::*;
use proptest::prelude::*;

const OPEN: &[&str] = &[
    "um",
    "i would like to um",
    "hello um",
    "i'd like to",
    "I'd",
    "i would",
    "i want",
    "i want to",
    "i need",
    "i need a",
    "i need to move my",
    "can i",
    "can you",
    "can you tell me",
    "could you",
    "do you",
    "do you have",
    "are you",
    "is there",
    "is it",
    "is the",
    "what is",
    "what is the",
    "hello what is",
    "what time are",
    "what time do",
    "can you tell me what",
    "where is",
    "where is the entrance to",
    "how do i",
    "how do i get to",
    "how much is",
    "when are you",
    "i am",
    "i am calling",
    "i am calling about",
    "i am calling because",
    "i have an appointment for",
    "i have an appointment on",
    "yes and",
    "yes but",
    "my name is",
    "my number is five five",
    "five five five",
    "the code is a b c",
    "i was wondering if",
    "i do not",
    "my card is not",
    "i think i",
    "my father and my",
    "so what do",
    "it is about the",
    "i would like",
    "let me",
    "there is something i want",
    "i have to go to the",
    "my appointment is at",
];

const CLOSED: &[&str] = &[
    "",
    "mm hm",
    "uh huh",
    "yes",
    "no",
    "okay",
    "yes please",
    "thank you",
    "when are you open",
    "where are you",
    "where are you from",
    "where are you located",
    "who are you",
    "how are you",
    "what is it",
    "where is it",
    "what is it for",
    "who am i talking to",
    "what are you looking for",
    "which street are you on",
    "turn it on",
    "how do i log in",
    "come in",
    "yes i do",
    "yes i can",
    "yes i am",
    "no i can not",
    "no i do not",
    "yes i would like to",
    "no i do not want to",
    "what can i do",
    "what do you do",
    "what do i need",
    "what appointments do you have",
    "that is all i need",
    "can you tell me what your hours are",
    "do you know where the clinic is",
    "do you know how much it is",
    "as soon as you can",
    "so do i",
    "i think so",
    "i hope not",
    "i do not know",
    "i do not know why",
    "i did not get that",
    "can you help me",
    "thank you very much",
    "i want this",
    "give me that",
    "on the second of may",
    "twenty five",
    "at ten thirty",
    "nine one one",
    "i have to cancel",
    "me too",
    "i need a refill please",
    "it does not work",
    "my card was stolen",
];

const OPEN_MANDARIN: &[&str] = &[
    "呃",
    "我想嗯",
    "我想那个",
    "然后",
    "我想预约一下然后",
    "请问",
    "我想要",
    "我想问一下",
    "因为",
    "我来不了，因为",
    "但是",
    "我要把",
    "我要给",
    "我想改一下我们的",
    "你们的",
    "你们",
    "我的预约是",
    "能不能",
    "我能不能",
    "有没有",
    "我想和",
    "请帮我把",
    "我叫",
    "我的号码是一三八",
    "我星期",
    "你们能",
    "我的医生说我应该",
    "我们想在",
];

const CLOSED_MANDARIN: &[&str] = &[
    "",
    "嗯",
    "好的",
    "是的",
    "对",
    "不是",
    "没有",
    "可以",
    "不要",
    "谢谢",
    "你们在哪里",
    "你们几点开门",
    "哪里可以停车",
    "停车是免费的吗",
    "我想预约",
    "我要挂号",
    "检查结果出来没有",
    "我来不了了",
    "礼拜天开不开门",
    "停车费是多少",
    "你们中午休息吗",
    "我没收到",
    "请联系我",
    "明天下午三点",
    "一二零",
    "我昨天预约的",
    "我不知道",
    "没问题",
    "谢谢你",
    "明天早上",
    "这样可以",
    "那是什么",
    "我要这个",
    "这个我不要",
];

fn wrong(language: Language, texts: &[&'static str], wanted: Ending) -> Vec<&'static str> {
    let texts = texts.iter().copied();
    texts
        .filter(|text| ending(language, text) != wanted)
        .collect()
}

#[test]
fn words_that_want_others_are_open() {
    let english = wrong(Language::EnglishUs, OPEN, Ending::Open);
    assert!(english.is_empty(), "{english:#?}");
    let mandarin = wrong(Language::Mandarin, OPEN_MANDARIN, Ending::Open);
    assert!(mandarin.is_empty(), "{mandarin:#?}");
}

#[test]
fn whole_sentences_are_closed_whatever_their_last_word() {
    let english = wrong(Language::EnglishUs, CLOSED, Ending::Closed);
    assert!(english.is_empty(), "{english:#?}");
    let mandarin = wrong(Language::Mandarin, CLOSED_MANDARIN, Ending::Closed);
    assert!(mandarin.is_empty(), "{mandarin:#?}");
}

#[test]
fn what_people_say_before_they_say_something_is_filler() {
    for (language, filler, said) in [
        (
            Language::EnglishUs,
            &["um", "hello", "hi um well", "okay so", "good morning"][..],
            &["", "mm hm", "uh huh", "yes", "hello is anybody there", "i"][..],
        ),
        (
            Language::Mandarin,
            &["你好", "喂，你好", "呃", "那个，请问", "嗯那个"],
            &["", "嗯", "好的", "你好我想预约", "我"],
        ),
    ] {
        for text in filler {
            assert!(is_only_filler(language, text), "{text}");
        }
        for text in said {
            assert!(!is_only_filler(language, text), "{text}");
        }
    }
}

proptest! {
    #[test]
    fn any_text_has_an_ending(text in any::<String>(), han in "[一-龥]{0,12}", plain in "[a-z ]{0,40}") {
        for language in Language::ALL {
            for text in [&text, &han, &plain] {
                ending(language, text);
                is_only_filler(language, text);
            }
        }
    }
}
