//! The Mandarin sentences.

use super::sentences::Sentences;

const UNDER_A_MINUTE: &str = "大约不到一分钟。";

pub(super) const MANDARIN: Sentences = Sentences {
    next: "下一位就是您。",
    kept: "刚才电话断了，您的位置还在。",
    ways: "您可以继续等，也可以留言，或者问我别的事：直接说就行，或者按2留言，按3问别的事。",
    ways_and_call_back: "您可以继续等，也可以让我们给您回电，位置会保留，还可以留言，或者问我别的事：直接说就行，\
           或者按1回电，按2留言，按3问别的事。",
    still: "谢谢您的耐心等待。",
    longer: "很抱歉，比预计的要久一些。",
    call_back: "您可以说给我回电，或者按1，位置会保留。",
    unknown: "我现在说不准还要多久。",
    answering: "同事来接听了。",
    back: "很抱歉，同事的电话断了，您的位置还在。",
    hang_up: "您现在可以挂机，也可以再问我别的事。",
    cancelled: "您的回电已经取消了。",
    not_cancelled: "您的号码没有预约回电。",
    not_called: "很抱歉，我们不能拨打这个号码。",
    message: "请在提示音后留言，说完请按井号键，或者直接挂机。",
    listened_to: "我们会有人听的。",
    empty: "留言里没有听到声音，所以没有保存。",
    empty_again: "如果要再试一次，请说留言，或者按2。",
    nobody_before: "您前面没有人在等。",
    one_before: "您前面有一位在等。",
    offer_person: "很抱歉，没能帮到您。要我为您转人工吗？",
    keeps: "好的，您的位置还在。",
    closed: "我们现在已经下班了。",
    not_staffed: "很抱歉，现在没有人接听电话。",
    full: "很抱歉，现在等候的人太多了。",
    too_long: "很抱歉，让您等了很久，还是没有人能接听。",
    stopping: "抱歉，我们的电话系统需要暂停一下，请一分钟后再打来。",
    stopping_keeps: "您在队列中的位置会保留。",
    ways_out: "您可以说给我回电，或者说留言；也可以按1回电，按2留言。您还可以再问我别的事。",
    ways_out_but_call_back: "您可以说留言，或者按2留言。您还可以再问我别的事。",
    short_waits: &[UNDER_A_MINUTE],
    wait: |(least, most)| match (least, most) {
        (0, 0 | 1) => UNDER_A_MINUTE.to_owned(),
        (0, most) => format!("大约不到{most}分钟。"),
        (least, most) if most <= least => format!("大约需要{least}分钟。"),
        (least, most) => format!("大约需要{least}到{most}分钟。"),
    },
    place: |position| format!("您现在排在第{position}位。"),
    promised: |number| format!("我们会打{number}给您回电。"),
    place_kept: |position| format!("您的位置保留，是第{position}位。"),
    message_kept: |seconds| format!("谢谢，您{seconds}秒的留言已经保存。"),
    before: |waiting| format!("您前面有{waiting}位在等。"),
    opens: |when| format!("我们{when}上班。"),
};
