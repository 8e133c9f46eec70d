//! Mandarin names.

use super::super::said::Said;
use std::ops::Range;

pub(super) fn name(said: &Said, text: &str) -> Option<(String, Range<usize>)> {
    // 我姓王，叫王小明: the last and longest counts.
    let mut found: Option<Range<usize>> = None;
    let mut from = 0;
    while let Some(frame) = said.find(from, FRAMES) {
        let tokens = run(said, frame.end);
        let is = said.word(frame.end.wrapping_sub(1)) == "是"
            && !said.is(frame.end.wrapping_sub(2), "字 名 姓");
        // 我是王小明 names somebody, 我是想问 nobody.
        // 小王 is one, too.
        let surname = tokens.start + usize::from(said.is(tokens.start, "小 老 阿"));
        let known = !said.word(surname).is_empty()
            && said.word(surname).chars().all(|c| SURNAMES.contains(c));
        let named = !is || known;
        if !tokens.is_empty()
            && named
            && found
                .as_ref()
                .is_none_or(|known| known.len() <= tokens.len())
        {
            found = Some(tokens);
        }
        from = frame.end;
    }
    let tokens = found.or_else(|| alone(said))?;
    let name = text.get(said.bytes(tokens.clone()))?;
    Some((name.to_owned(), tokens))
}

fn run(said: &Said, start: usize) -> Range<usize> {
    let mut end = start;
    while end < said.len() && end - start < 4 {
        let han = said.word(end).chars().all(|c| !c.is_ascii());
        let pause = end > start && said.starts(end);
        if pause || !han || said.phrase(end, STOPS).is_some() {
            break;
        }
        end += 1;
    }
    match said
        .phrase(end, TITLES)
        .filter(|_| end > start && !said.starts(end))
    {
        Some(end) => start..end,
        None => start..end,
    }
}

/// Two to four characters that begin with a surname, where nothing else was said.
fn alone(said: &Said) -> Option<Range<usize>> {
    let start = said.skip(0, "你好|喂|是|对|好的|好|哦|嗯");
    let tokens = run(said, start);
    let surname = said.word(start).chars().all(|c| SURNAMES.contains(c));
    let rest = said.skip(tokens.end, "的|谢谢|啊|呀|你");
    ((2..=6).contains(&tokens.len()) && surname && rest == said.len()).then_some(tokens)
}

const FRAMES: &str = "
    我叫|我姓|我是|叫我|免贵姓|名字是|名字叫|我的名字叫做|名字叫做|我叫做|姓名是|我的名字是|我的名字叫|我名字叫|我名叫|叫做|姓|叫|本人";
const TITLES: &str = "先生|女士|小姐|太太|老师|医生";
const STOPS: &str = "
    先生|女士|小姐|太太|老师|医生|的|吗|了|想|要|打|来|给|在|你|我|他|是|不|请|谢谢|这|那|有|没|为|个|电|客|
    会|做|去|买|住|从|问|可|能|人工|什么|怎么|就|叫|姓|名|字|们|和|跟|帮|需";
/// The hundred most common, and some more.
const SURNAMES: &str = "
    王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任
    卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万钱戴严覃武莫孔
    向常汤康易欧阳上官司徒诸葛施牛樊葛邢安齐庞伍庄辛管祝左涂";
