//! Mandarin endings, over characters as [`normalise`](super::super::normalise) leaves them.

use super::among;

/// In the text as it was written down: sighs are gone after normalising.
pub(super) fn hesitates(text: &str) -> bool {
    let text = text.trim_end_matches(|c: char| !c.is_alphanumeric());
    let sigh = text.ends_with(['嗯', '呃', '唔', '额', '诶', '欸']);
    let word = ends_in(text, HESITATION);
    // 嗯 alone says yes.
    sigh && text.chars().count() > 1 && !text.chars().all(|c| c == '嗯') || word || text == "呃"
}

pub(super) fn is_only_filler(text: &str) -> bool {
    let said: String = text.chars().filter(|c| c.is_alphabetic()).collect();
    let listens = said.chars().all(|c| c == '嗯');
    !listens && is_made_of(&said, FILLER)
}

pub(super) fn adds_nothing(text: &str) -> bool {
    is_made_of(text, POLITE)
}

fn is_made_of(text: &str, words: &str) -> bool {
    let mut rest = text;
    while let Some(after) = words
        .split_whitespace()
        .find_map(|word| rest.strip_prefix(word))
    {
        rest = after;
    }
    rest.is_empty()
}

/// Whether the last characters want others after them.
pub(super) fn is_open(text: &str) -> bool {
    let closed = among(text, WHOLE) || ends_in(text, CLOSED) && !ends_in(text, "有没有");
    !closed && ends_in(text, OPEN) || is_spelling(text)
}

fn ends_in(text: &str, words: &str) -> bool {
    words.split_whitespace().any(|word| text.ends_with(word))
}

/// A number that is being told digit by digit.
fn is_spelling(text: &str) -> bool {
    let digits = text
        .chars()
        .rev()
        .take_while(|c| DIGITS.contains(*c))
        .count();
    let before: String = text.chars().take(text.chars().count() - digits).collect();
    let told = before.is_empty() || before.ends_with(['是', '号', '码']);
    digits >= 2 && told && !["一二零", "一一零", "一一九"].contains(&text)
}

const DIGITS: &str = "零一二三四五六七八九";

const HESITATION: &str = "那个 就是 就是说 然后 这个这个 怎么说呢 怎么说";
const FILLER: &str = "
    你好 您好 喂 嗯 呃 额 啊 哦 诶 欸 那个 这个 就是 然后 那 请问一下 请问 唔 不好意思 對不起
    对不起 哎";
const POLITE: &str = "谢谢你 谢谢 吧 了 呢 请 好吗 吗";

/// Wholes that end like something open.
const WHOLE: &str = "我 你 有 是 不是 对 不 要 想 能 会 可以 好的 不想 不能 我要 我想 还有 我是";
/// Endings of sentences that are also endings of something open.
const CLOSED: &str = "
    是的 好的 真的 别的 免费的 有的 可以的 不是的 我的 约的 来的 给我 告诉我 联系我 帮我 通知我
    没有 收到 没到 找到 点到 不对 很对 没在 还在 人在 来不来 不要 不想要 不需要 需不需要 不会
    对不对 行不行 开不开 好不好 在不在";
/// What wants more after it.
const OPEN: &str = "
    因为 但是 可是 所以 而且 还有 如果 或者 和 跟 把 给 对 从 在 向 比 被 为了 关于 想 要 想问 问一下
    请问 是 我 我们 你们 的 没 不 很 太 最 更 再 也 都 就 已经 正在 刚 才 先 用 让 叫 请 能 会 应该
    你可以 你们可以 我们可以 请问可以 怎么 一个 几个 到 帮 能不能 可不可以 有没有 是不是 要不要
    每 第 各 为 与 及 不过 哪 几 星期 礼拜 这 那 有";
