//! Mandarin answers.

use super::super::said::Said;
use super::{Answer, without_politeness};

pub(super) fn answer(text: &str, said: &Said) -> Option<Answer> {
    // 嗯 says yes where nothing else is said.
    let hum = |c: char| matches!(c, '嗯' | '唔' | '恩') || !c.is_alphanumeric();
    if text.contains(['嗯', '唔']) && text.chars().all(hum) {
        return Some(Answer {
            yes: true,
            tokens: 0..said.len(),
            rest: said.len()..said.len(),
        });
    }
    let start = said.skip(0, LEADS);
    let mut at = start;
    let mut last = None;
    while let Some((answer, end)) = one(said, at) {
        let yes = answer?;
        last = Some((yes, at, end));
        at = said.skip(end, PARTICLES);
    }
    let (yes, from, _) = last?;
    let rest = without_politeness(said, at..said.len(), POLITE);
    // 可以改到周四吗 asks.
    let asks = text.trim_end().ends_with(['吗', '?', '？']) && !said.starts(at);
    if asks && !rest.is_empty() {
        return None;
    }
    // 不是周二 keeps the word that rejects it.
    let negated = said.is(from, "不 没") && !said.starts(at) && !rest.is_empty();
    let rest = if negated { from..rest.end } else { rest };
    let tokens = start..if negated && from > start { from } else { at };
    Some(Answer { yes, tokens, rest })
}

/// One answer: what it says (none where it says that nothing is certain) and the token after it.
fn one(said: &Said, at: usize) -> Option<(Option<bool>, usize)> {
    let ended = |end: &usize| {
        let after = said.skip(*end, PARTICLES);
        said.starts(after)
            || said.skip(after, POLITE) == said.len()
            || said.phrase(after, NEXT).is_some()
    };
    let unsure = said.phrase(at, UNSURE);
    let yes = said
        .phrase(at, YES)
        .into_iter()
        .chain(said.phrase(at, YES_ALONE).filter(ended))
        .max();
    let no = said
        .phrase(at, NO)
        .into_iter()
        .chain(said.phrase(at, NO_ALONE).filter(ended))
        .max();
    let best = unsure.into_iter().chain(yes).chain(no).max()?;
    if unsure == Some(best) {
        return Some((None, best));
    }
    Some((Some(yes == Some(best)), best))
}

const LEADS: &str = "哦|那|那个|不好意思|对不起|抱歉|你好|我想想|我觉得|应该|喂|就|都|我说|呃";
const PARTICLES: &str = "啊|呀|吧|呢|啦|了|的|哦|嘛|哈|呗|咯|喽";
const POLITE: &str =
    "谢谢|谢谢你|多谢|麻烦你|麻烦你了|麻烦了|拜托|拜托了|吧|了|的|呢|啊|呀|就这样|你说得对|请";
/// What another answer or sentence begins with.
const NEXT: &str = "那|我|就|你|请|麻烦|谢谢|对|是|好|不|没|可以|行|应该|但|不过|改|帮|给";
const YES: &str = "
    也行|是的|对的|对对|对对对|没错|没问题|没有问题|好的|好啊|好吧|可以的|可以啊|行的|行啊|不错|当然|当然可以|
    正确|确定|确认|要的|需要的|没有错|是啊|对啊|对呀|是呀|是这样|是这样的|就是这样|就是|可以可以|好好好|
    好的好的|行行行|嗯对|嗯好|说得对|同意|愿意|我愿意|我确定|我确认|没毛病|必须的|不介意|没意见|
    就是这个|是这个|就这个";
/// These begin other things, too: 是二十五号, 要退票.
const YES_ALONE: &str =
    "是|对|好|行|要|可以|需要|想|有|会|成|中|能|是我|我是|我要|我想|我有|我需要|我可以";
const NO: &str = "
    不太对|不是的|不对|不用|不用了|不要了|不行|不可以|不需要|不了|错了|不正确|不好|不想|不是|不要|不成|不能|不会|
    没有没有|不用谢谢|不愿意|不同意|我不要|我不想|我不需要|我不是|不必|不必了|否|不太好|不太行|不方便|
    不不|不不不|不是这样|不是这样的|不是这个|完全不对|当然不|当然不是|取消|算了|别|不合适";
const NO_ALONE: &str = "不|没有|没|还没|还没有|我没有|没啊|我不";
/// Neither yes nor no, and questions.
const UNSURE: &str = "
    不知道|我不知道|不清楚|我不清楚|不太清楚|不确定|我不确定|不一定|不好说|看情况|可能|也许|随便|是不是|
    对不对|好不好|行不行|可不可以|要不要|能不能|会不会|有没有|不好意思|对不起|对了|不过|好像|好几|
    不太确定|我也不知道|没听清|没听懂|不明白|是什么|是谁|是哪|要是|好久|好多|行李|不客气|没关系";
