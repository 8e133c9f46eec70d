//! The example in Mandarin.

use super::*;

#[test]
fn the_mandarin_clinic_has_no_mistake_and_nothing_to_warn_of() {
    let Loaded { dialplan, warnings } = loaded(MANDARIN);
    assert!(warnings.is_empty(), "{warnings:#?}");
    assert_eq!(dialplan.language, Language::Mandarin);
    let said = |plan: &Dialplan| {
        let intents = plan.intents.iter();
        intents.filter(|intent| !intent.examples.is_empty()).count()
    };
    assert_eq!(said(&dialplan), said(&clinic()));
}

#[test]
fn the_mandarin_clinic_understands_its_callers_in_other_words() {
    let clinic = loaded(MANDARIN).dialplan;
    let said = [
        ("你们几点开门？", "opening-hours"),
        ("請問你們幾點開門", "opening-hours"),
        ("请问一下你们早上几点上班", "opening-hours"),
        ("你们今天开到几点", "opening-hours"),
        ("礼拜六开不开门", "opening-hours"),
        ("你们周日上班吗", "opening-hours"),
        ("诊所的地址是什么", "address"),
        ("你们诊所在哪儿啊", "address"),
        ("你們的診所在哪裡", "address"),
        ("去你们那里怎么走", "address"),
        ("我开车来，可以停车吗", "parking"),
        ("停车场在哪儿", "parking"),
        ("停车费多少钱", "parking"),
        ("我想预约", "new-appointment"),
        ("我想预月一个门诊", "new-appointment"),
        ("能帮我挂个号吗", "new-appointment"),
        ("明天能看医生吗", "new-appointment"),
        ("我想改一下预约的时间", "reschedule"),
        ("我要取消预约", "reschedule"),
        ("我明天来不了了", "reschedule"),
        ("我的药吃完了", "prescription"),
        ("能再给我开点药吗", "prescription"),
        ("我想續開處方", "prescription"),
        ("你们能用医保吗", "insurance"),
        ("商业保险可以报销吗", "insurance"),
        ("我的化验结果出来没有", "test-results"),
        ("我想查一下检查报告", "test-results"),
        ("我爸爸晕倒了", "emergency"),
        ("他没有呼吸了", "emergency"),
        ("我胸口很痛", "emergency"),
        ("没有别的事了，谢谢", "goodbye"),
        ("好的谢谢再见", "goodbye"),
    ];
    let wrong: Vec<_> = said
        .iter()
        .filter(|(text, intent)| heard(&clinic, text) != *intent)
        .map(|(text, intent)| format!("{text}: {} for {intent}", heard(&clinic, text)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_mandarin_clinic_does_not_answer_what_it_does_not_know() {
    let clinic = loaded(MANDARIN).dialplan;
    let wrong: Vec<_> = [
        "今天天气怎么样",
        "给我讲个笑话",
        "我想订一个披萨",
        "法国的首都是哪里",
        "放一首歌",
        "你喜欢什么颜色",
        "你多大了",
        "一加一等于几",
        "帮我订一张去北京的机票",
        "理发多少钱",
        "现在几点了",
        "谁是总统",
        "你们卖自行车吗",
        "谢谢",
        "请问",
        "你们有没有",
        "是的",
        "床前明月光",
    ]
    .into_iter()
    .filter(|text| heard(&clinic, text) != "-")
    .map(|text| format!("{text}: {}", heard(&clinic, text)))
    .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(heard(&clinic, "我想预约，请转人工"), "HUMAN");
    assert_eq!(heard(&clinic, "有人工服务吗"), "HUMAN");
}
