use super::super::super::{Language, asks_for_human};
use super::*;
use proptest::prelude::*;

fn asks(text: &str) -> bool {
    asks_for_human(Language::Mandarin, text)
}

const ASKING: &[&str] = &[
    "人工",
    "人工。",
    "转人工",
    "转人工！",
    "轉人工",
    "人工服务",
    "人工服務",
    "人工客服",
    "人工人工人工",
    "客服",
    "接线员",
    "真人",
    "前台",
    "总机",
    "话务员",
    "人工谢谢",
    "请转人工",
    "请帮我转人工服务，谢谢",
    "麻烦您转一下人工",
    "帮我转人工客服",
    "帮我转接人工",
    "我要人工",
    "我要人工服务",
    "我要转人工",
    "我要真人",
    "我要找人工",
    "我想要人工服务",
    "我需要人工客服",
    "給我轉接客服人員",
    "给我一个真人",
    "给我找个人",
    "找个人",
    "找人来接电话",
    "换个人",
    "换个人跟我说",
    "叫个人来接电话",
    "派个人来帮我",
    "接前台",
    "请接总机",
    "帮我接一下前台",
    "我想找工作人员",
    "我找前台",
    "我想找客服投诉",
    "我想跟人说话",
    "我想跟真人说话",
    "我想和真人聊",
    "我想和一个人说话",
    "我要跟你们经理谈谈",
    "能不能让我跟工作人员说",
    "我可以和接线员说话吗",
    "可以转人工吗",
    "能转人工吗",
    "能不能转人工",
    "可不可以转人工服务",
    "不能转人工吗",
    "为什么不能转人工",
    "怎么转人工",
    "有没有人工",
    "有人工服务吗",
    "有没有真人",
    "没有人工服务吗",
    "有人吗",
    "喂有人吗",
    "有人在吗",
    "喂，你好，有没有人",
    "有没有人能帮我",
    "有人可以帮我吗",
    "谁能帮我一下",
    "请帮我转接",
    "帮我转一下",
    "我不想跟机器人说话",
    "我不要和机器人聊",
    "不要机器人",
    "别让机器人跟我说",
    "我不要机器人，我要人工",
    "我不要机器人我要人工",
    "讨厌跟机器说话",
    "受够了机器人",
    "你听不懂，转人工吧",
    "你听不懂我要人工",
    "不，要人工",
    "不是，我要人工",
    "不好意思我要转人工",
    "对不起，我还是要人工",
    "那还是转人工吧",
    "要不转人工吧",
    "要不要不，直接转人工",
    "我说了转人工",
    "我要人工不要机器人",
    "请问怎么接通人工服务",
    "关于我的账单我想和客服说一下",
    "我的预约有问题，请转人工",
    "我想咨询人工客服",
    "嗯，那个，人工",
    "零",
    "0",
    "按零",
];

const NOT_ASKING: &[&str] = &[
    "",
    "嗯",
    "你们几点开门",
    "你们几点关门",
    "我不要人工",
    "不要转人工",
    "不用转人工",
    "不需要人工服务",
    "我不想转人工",
    "别转人工",
    "别给我转人工",
    "不用找人工客服了",
    "我没有要人工",
    "我不是要人工",
    "我不用跟客服说",
    "无需人工",
    "你是人工吗",
    "你是真人吗",
    "你是不是真人",
    "这是人工服务吗",
    "我是在跟真人说话吗",
    "我在跟机器人说话吗",
    "你是机器人吗",
    "是人工还是机器人",
    "人工智能",
    "人工智能是什么",
    "我想了解人工智能",
    "我要做人工流产",
    "人工授精多少钱",
    "我要换人工关节",
    "我想咨询人工耳蜗",
    "人工费多少",
    "人工呼吸怎么做",
    "客服电话是多少",
    "我要客服电话",
    "客服几点上班",
    "你们客服态度很好",
    "人工服务几点下班",
    "前台在哪里",
    "前台电话是多少",
    "客服给我打电话了",
    "刚才有人给我打电话",
    "有人打电话给我",
    "昨天我和客服说过了",
    "我昨天跟客服说了",
    "上次找人工客服没有解决",
    "我已经跟客服沟通过",
    "有人告诉我你们周末关门",
    "有人晕倒了",
    "有人心脏病发作",
    "有人受伤了需要救护车",
    "周末有人上班吗",
    "星期天有人吗",
    "里面有多少人",
    "我带一个人来可以吗",
    "可以带人吗",
    "一个人多少钱",
    "我们有三个人",
    "我的家人可以陪我吗",
    "我要给别人预约",
    "我想给我爱人预约",
    "帮我给老人预约",
    "找人修水管",
    "我找不到人",
    "我想找王医生",
    "我想跟医生说我不舒服",
    "转账怎么转",
    "我要转院",
    "我想转诊",
    "可以转到别的科吗",
    "我的电脑坏了",
    "我没有电脑",
    "洗衣机坏了",
    "机器坏了",
    "我不喜欢等",
    "我不想来了",
    "不要",
    "不是",
    "不用了谢谢",
    "谢谢再见",
    "没有了",
    "我工作很忙",
    "我是客服",
    "我是前台的工作人员",
    "我是病人",
    "大人和小孩都看吗",
    "老人打疫苗要预约吗",
    "请问人多吗",
    "现在人多不多",
    "零点五",
    "十点零五分",
    "我按时吃药",
    "医生真好",
    "工作时间",
    "工作人员很热情",
    "人民医院在哪里",
    "个人信息",
    "我想改我的个人资料",
    "找一下我的检查报告",
    "转一下药房在哪里",
];

#[test]
fn whoever_asks_for_a_person_is_heard() {
    let missed: Vec<_> = ASKING.iter().filter(|text| !asks(text)).collect();
    assert!(missed.is_empty(), "missed: {missed:#?}");
}

#[test]
fn who_only_mentions_persons_is_not_put_through() {
    let wrong: Vec<_> = NOT_ASKING.iter().filter(|text| asks(text)).collect();
    assert!(wrong.is_empty(), "wrongly put through: {wrong:#?}");
}

#[test]
fn a_request_is_heard_after_something_else() {
    for text in ASKING.iter().filter(|text| text.chars().count() > 1) {
        let long = format!("喂，我的预约一直有问题，{text}");
        assert!(asks(&long) || ZERO.contains(text), "{long}");
    }
}

#[test]
fn english_words_for_a_person_are_not_needed_here() {
    assert!(!asks("operator"));
    assert!(!asks_for_human(Language::EnglishUs, "转人工"));
}

proptest! {
    #[test]
    fn any_words_in_any_order_are_decided(
        picks in proptest::collection::vec(proptest::sample::select(
            [PERSON, PARTNER, COUNT, WANT, WITH, TALK, MACHINE, REFUSE, AUXILIARY, DENIAL, FILLER].concat()
        ), 0..12),
        text in any::<String>(),
    ) {
        asks(&picks.concat());
        asks(&text);
    }

    /// Whatever is wanted besides, a denied wish stays denied.
    #[test]
    fn a_denied_person_is_not_called(
        denial in proptest::sample::select(vec!["我不要", "不用", "我不需要", "我不想找", "别转"]),
        person in proptest::sample::select(PERSON),
    ) {
        prop_assert!(!asks(&format!("{denial}{person}")), "{denial}{person}");
    }
}
