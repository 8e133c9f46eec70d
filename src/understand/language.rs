//! The languages callers may speak: the one place to add another.
//!
//! A language needs [`normalise`](super::normalise), [`asks_for_human`](super::asks_for_human)
//! and its table of function words; the compiler names each of them, and the texts that a
//! dialplan need not write, once a variant is added.

use std::fmt;
use std::str::FromStr;

/// A language and region, written as a BCP 47 tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// `en-US`
    EnglishUs,
    /// `en-GB`
    EnglishGb,
    /// `zh-CN`; also found as `zh` and `cmn`
    Mandarin,
}

impl Language {
    /// Every language that is known.
    pub const ALL: [Language; 3] = [Language::EnglishUs, Language::EnglishGb, Language::Mandarin];

    /// The BCP 47 tag, such as `en-US`.
    pub const fn tag(self) -> &'static str {
        match self {
            Language::EnglishUs => "en-US",
            Language::EnglishGb => "en-GB",
            Language::Mandarin => "zh-CN",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

/// A tag that names no known language.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("language \"{0}\" is not known; known are {known}", known = known())]
pub struct UnknownLanguage(pub String);

fn known() -> String {
    Language::ALL.map(Language::tag).join(", ")
}

/// Reads a tag; case and `_` for `-` do not matter.
impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(tag: &str) -> Result<Language, UnknownLanguage> {
        let wanted = tag.replace('_', "-");
        if ["zh", "cmn", "cmn-CN"]
            .iter()
            .any(|other| other.eq_ignore_ascii_case(&wanted))
        {
            return Ok(Language::Mandarin);
        }
        Language::ALL
            .into_iter()
            .find(|language| language.tag().eq_ignore_ascii_case(&wanted))
            .ok_or_else(|| UnknownLanguage(tag.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tag_reads_back() {
        for language in Language::ALL {
            assert_eq!(language.tag().parse(), Ok(language));
        }
        assert_eq!("EN_gb".parse(), Ok(Language::EnglishGb));
        for tag in ["zh", "cmn", "zh_cn", "CMN-CN"] {
            assert_eq!(tag.parse(), Ok(Language::Mandarin));
        }
    }

    #[test]
    fn an_unknown_language_is_told_which_are_known() {
        let error = "de-DE".parse::<Language>().unwrap_err().to_string();
        assert!(error.contains("\"de-DE\""), "{error}");
        assert!(error.contains("en-US, en-GB, zh-CN"), "{error}");
    }
}
