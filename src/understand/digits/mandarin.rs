//! Mandarin digits and numbers.

/// Whether `words` are only what people say around a number; `before` the first digit they may
/// also tell what number it is.
pub(super) fn is_filler(words: &[String], before: bool) -> bool {
    let text = words.concat();
    let named = text.ends_with(['是', '号', '码', '为'])
        && text.chars().count() <= LONGEST_NAME
        && !text.contains(NO_NAME);
    text.chars().all(|c| FILLER.contains(c)) || before && named
}

const FILLER: &str = "我的你他是号码编客户那个就这好请对没错了吧呢谢然后杠横空格再来给是说完啦";
const LONGEST_NAME: usize = 14;
/// Who says these tells something else.
const NO_NAME: [char; 8] = ['不', '么', '怎', '哪', '吗', '何', '想', '要'];
