//! Phrases that Whisper writes for noise and silence: it learned from the subtitles of videos,
//! and there these stood where nobody spoke.
//!
//! To add one, write it as [`plain`](super::believe::plain) text: lower case, no punctuation. For
//! another language, add a list to [`of`].

/// A language's phrases.
pub struct Phantoms {
    /// Never a caller's words, however probable: compared with the whole text.
    pub never: &'static [&'static str],
    /// Nor is any text that these stand in.
    pub within: &'static [&'static str],
    /// Callers do say these, and Whisper does make them up: believed only when very probable.
    pub doubtful: &'static [&'static str],
}

/// The list for a language such as `en`; other languages have a short one.
pub fn of(language: &str) -> &'static Phantoms {
    match language {
        "en" => &ENGLISH,
        "zh" => &CHINESE,
        _ => &ANY,
    }
}

const ANY: Phantoms = Phantoms {
    never: &[],
    within: &["amara org"],
    doubtful: &[],
};

const ENGLISH: Phantoms = Phantoms {
    never: &[
        "applause",
        "bell rings",
        "blank audio",
        "foreign",
        "i'll see you in the next one",
        "i'll see you in the next video",
        "inaudible",
        "laughter",
        "like and subscribe",
        "music",
        "music playing",
        "see you in the next video",
        "silence",
        "subs by",
        "the end",
        // Its favourite; and nobody says only that.
        "you",
    ],
    within: &[
        "amara org",
        "don't forget to subscribe",
        "please subscribe",
        "subscribe to my channel",
        "subscribe to our channel",
        "subtitles by",
        "thank you for watching",
        "thank you so much for watching",
        "thanks for watching",
        "transcribed by",
        "transcription by",
    ],
    doubtful: &[
        "ah",
        "bye",
        "bye bye",
        "i",
        "mm",
        "mm hmm",
        "oh",
        "okay",
        "see you next time",
        "so",
        "thank you",
        "thank you very much",
        "thanks",
        "the",
        "uh",
    ],
};

const CHINESE: Phantoms = Phantoms {
    never: &[
        "下期再见",
        "下期再見",
        "我们下期再见",
        "我們下期再見",
        "订阅",
        "訂閱",
        "音乐",
        "音樂",
        "字幕",
        "完",
    ],
    within: &[
        "amara",
        "不吝点赞",
        "不吝點贊",
        "优优独播剧场",
        "優優獨播劇場",
        "字幕by",
        "字幕志愿者",
        "字幕志願者",
        "字幕由",
        "感谢观看",
        "感謝觀看",
        "感谢收看",
        "感謝收看",
        "明镜与点点",
        "明鏡與點點",
        "谢谢观看",
        "謝謝觀看",
        "谢谢收看",
        "謝謝收看",
        "谢谢大家收看",
        "謝謝大家收看",
    ],
    doubtful: &[
        "嗯",
        "啊",
        "哦",
        "好",
        "你",
        "谢谢",
        "謝謝",
        "谢谢大家",
        "謝謝大家",
        "拜拜",
        "再见",
        "再見",
    ],
};
