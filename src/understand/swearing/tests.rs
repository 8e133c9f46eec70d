use super::*;
use proptest::prelude::*;

const ANGRY: &[&str] = &[
    "this is ridiculous",
    "This is absolutely ridiculous!",
    "damn machine",
    "you damn machine",
    "shut up",
    "oh shut up already",
    "stupid robot",
    "what a stupid bot",
    "are you stupid",
    "you are useless",
    "you idiot",
    "what the hell is this",
    "what the hell",
    "fuck",
    "I don't fucking care",
    "f*** you",
    "this is bullshit",
    "oh shit I pressed the wrong key",
    "goddamn it",
    "damn it",
    "go to hell",
    "piss off",
    "screw you",
    "this is a joke",
    "this is such a waste of time",
    "you are wasting my time",
    "this is unacceptable",
    "I'm sick of waiting",
    "I am so sick and tired of this machine",
    "I'm fed up with you",
    "I hate this system",
    "I hate talking to machines",
    "for god's sake",
    "for crying out loud just help me",
    "I'm really angry now",
    "are you kidding me",
    "you don't understand anything",
    "worst customer service ever",
    "what a bunch of idiots",
    "bloody useless machine",
    "this is driving me crazy",
    "kiss my ass",
    "this is outrageous I have been waiting for an hour",
    "I will sue you",
];

const INNOCENT: &[&str] = &[
    "",
    "my name is Dick Johnson",
    "this is Richard Head speaking",
    "I have an appointment with Doctor Fuchs",
    "I live in Scunthorpe",
    "hell of a nice day",
    "have a hell of a nice day",
    "hello",
    "I have a bloody nose",
    "my stool was bloody",
    "my son bit his tongue",
    "I'm sick",
    "I am sick and tired all the time",
    "I'm sick of this cough",
    "I am tired",
    "I hate to bother you",
    "I hate needles",
    "I hate this weather",
    "that was a stupid mistake of mine",
    "sorry that was stupid of me",
    "I feel so stupid",
    "the cat has a damaged leg",
    "the dam broke",
    "my assessment is on friday",
    "I need an assistant",
    "class starts at nine",
    "can you shut the door",
    "shut down my account",
    "please shut it off",
    "there is shitake soup on the menu",
    "I have a terrible pain in my tooth",
    "this is terrible pain",
    "the worst pain of my life",
    "my machine does not work",
    "the robot vacuum is broken",
    "I ordered a robot",
    "are you a robot",
    "am I talking to a machine",
    "is that a joke shop",
    "the service was great",
    "the system is down",
    "what is the hell's kitchen address",
    "I was in hell for three days with this back pain",
    "crap shooting table",
    "I play craps",
    "cock a doodle street",
    "my cockatoo is ill",
    "bass guitar",
    "I am mad about chocolate",
    "my daughter is angry with her brother",
    "this is useless to me can I return it",
    "my old phone is useless now",
    "it is a waste bin",
    "what a nice day",
    "no that is wrong",
    "I said tuesday not thursday",
    "I want to speak to a person",
    "I want to complain about a delivery",
    "for goodness",
    "I have a deaf daughter",
    "is my father an idiot for trying",
    "mister Bastardo",
    "the prick of the needle hurt",
    "I need to sue my neighbour",
    "nuts and bolts",
    "this is a nightmare I have every night",
];

const ANGRY_MANDARIN: &[&str] = &[
    "他妈的",
    "你他妈的到底行不行",
    "操你妈",
    "我靠",
    "傻逼",
    "傻逼机器人",
    "什么破系统",
    "破机器",
    "垃圾机器人",
    "你们的服务太差劲了",
    "闭嘴",
    "你真蠢",
    "气死我了",
    "烦死了",
    "太离谱了",
    "太过分了",
    "受够了",
    "有完没完",
    "搞什么鬼",
    "浪费我的时间",
    "你是白痴吗",
    "滚",
    "给我滚开",
    "王八蛋",
    "放屁",
    "你有病吧",
    "我非常生气",
];

const INNOCENT_MANDARIN: &[&str] = &[
    "",
    "你好",
    "我妈的手机号变了",
    "妈妈的医保卡",
    "我想挂神经内科",
    "我有神经病变",
    "你有病历吗",
    "垃圾分类怎么收费",
    "垃圾袋多少钱",
    "我的手机滚烫",
    "滚筒洗衣机坏了",
    "操作系统怎么更新",
    "体操课几点",
    "请靠边停车",
    "我靠窗坐可以吗",
    "靠近地铁站吗",
    "我去你们那里怎么走",
    "死机了怎么办",
    "手机死机",
    "破损的包裹怎么办",
    "包裹破了",
    "笨重的家具能送吗",
    "傻瓜相机",
    "我生气的时候血压高",
    "你们的服务很好",
    "麻烦您帮我查一下",
    "太贵了",
    "太快了请慢一点",
    "我快没电了",
    "开玩笑的",
    "服务器怎么连",
    "我要投诉快递",
    "闭店时间是几点",
    "机器人多少钱",
    "该死亡证明怎么办理",
];

fn share(language: Language, texts: &[&str], wanted: bool) -> Vec<String> {
    let wrong = texts.iter().filter(|text| swears(language, text) != wanted);
    wrong.map(|text| text.to_string()).collect()
}

#[test]
fn anger_at_us_is_heard_and_nothing_else_is_taken_for_it() {
    for (language, angry, innocent) in [
        (Language::EnglishUs, ANGRY, INNOCENT),
        (Language::Mandarin, ANGRY_MANDARIN, INNOCENT_MANDARIN),
    ] {
        let (missed, alarms) = (
            share(language, angry, true),
            share(language, innocent, false),
        );
        println!(
            "{language}: {} of {} missed, {} of {} false alarms",
            missed.len(),
            angry.len(),
            alarms.len(),
            innocent.len()
        );
        assert!(
            missed.is_empty() && alarms.is_empty(),
            "missed {missed:#?} alarms {alarms:#?}"
        );
    }
}

/// What people asked banks, cars and assistants, most of them in peace.
#[test]
fn hardly_anybody_in_the_public_sets_of_intents_is_angry() {
    let found = super::super::public_sets::requests(|text| {
        swears(Language::EnglishUs, text).then(String::new)
    });
    let Some((texts, hits)) = found else { return };
    println!("{} of {texts}: {hits:#?}", hits.len());
    assert!(hits.len() * 200 < texts);
}

proptest! {
    #[test]
    fn any_text_is_decided(text in any::<String>(), han in "[一-龥]{0,20}") {
        for language in Language::ALL {
            swears(language, &text);
            swears(language, &han);
        }
    }
}
