//! With the real engine.

use super::Pace::{Slow, Usual};
use super::readable::{end_of_clause, without_language_switches};
use super::*;
use crate::audio::level;

const GREETING: &str = "Lakeside Clinic. How can I help?";

fn english() -> Espeak {
    Espeak::new("en-US").unwrap()
}

fn length(voice: &Espeak, text: &str) -> usize {
    voice.speak(text, Usual).unwrap().clip.samples.len()
}

/// Whether a text takes as long as before, but for the few samples that the flutter's phase makes.
fn takes(voice: &Espeak, text: &str, samples: usize) -> bool {
    length(voice, text).abs_diff(samples) < 100
}

#[test]
fn it_speaks() {
    let voice = english();
    assert_eq!(voice.name(), "espeak-ng/en-us");
    let clip = voice.speak(GREETING, Usual).unwrap().clip;
    assert_eq!(clip.hz, 22_050);
    assert!(
        (1_500..4_000).contains(&clip.milliseconds()),
        "{}",
        clip.milliseconds()
    );
    assert!(level::active_dbov(&clip.samples, clip.hz) > -35.0);
    let longer = voice.speak(
        "Lakeside Clinic. How can I help? Lakeside Clinic. How can I help?",
        Pace::Usual,
    );
    assert!(longer.unwrap().clip.milliseconds() > clip.milliseconds() * 3 / 2);
}

#[test]
fn it_says_how_a_word_is_said() {
    let voice = english();
    assert_eq!(voice.ipa("hello").unwrap(), "həlˈoʊ");
    assert!(voice.ipa("Zyzzyva").unwrap().len() > 4);
    assert_eq!(voice.ipa("").unwrap(), "");
    // In turns, and more often than the engine can remember without speaking.
    let german = Espeak::new("de").unwrap();
    for _ in 0..300 {
        assert_ne!(
            voice.ipa("station").unwrap(),
            german.ipa("station").unwrap()
        );
    }
    assert!(takes(&voice, "hello", length(&english(), "hello")));
    for odd in ["!?", "\u{1}5v", "[[x]]", "😀", &"a".repeat(61)] {
        let _ = voice.ipa(odd);
    }
}

#[test]
fn it_says_how_a_text_is_said_clause_by_clause() {
    let voice = english();
    let said = |text: &str| voice.phonemes(text).unwrap();
    assert_eq!(said("Hello"), "həlˈoʊ.");
    for (text, signs) in [
        (
            "Hello. How are you? Fine, thanks! Two things: this; that.",
            ".?,!:;.",
        ),
        ("It costs 3.50, doesn't it?", ",?"),
        ("Doctor Smith said \"yes\".", "."),
        ("Really?!", "?"),
        ("well,", ","),
        ("Line one\nline two", "."),
    ] {
        let said = said(text);
        let ends: String = said.chars().filter(|c| ".,?!:;".contains(*c)).collect();
        assert_eq!(ends, signs, "{text}: {said}");
    }
    for nothing in ["", " ", "...", "?!", "\u{1}"] {
        assert_eq!(said(nothing), "", "{nothing:?}");
    }
    let mandarin = Espeak::new("cmn").unwrap();
    let said = mandarin.phonemes("您好，请问？").unwrap();
    assert!(said.contains(',') && said.ends_with('?'), "{said}");
    assert!(voice.phonemes(&"a ".repeat(1_001)).is_err());
    let long = "This is a sentence. ".repeat(100);
    assert_eq!(voice.phonemes(&long).unwrap().matches('.').count(), 100);
}

#[test]
fn a_clause_ends_with_the_sign_that_was_read_last() {
    for (read, sign) in [
        ("Hello, ", ','),
        ("Really?!", '?'),
        ("he said \"no\".\" T", '.'),
        ("Well... I", '.'),
        ("好。", '.'),
        ("好吗？您", '?'),
        ("no sign", '.'),
        ("", '.'),
    ] {
        assert_eq!(end_of_clause(read), sign, "{read}");
    }
    assert_eq!(without_language_switches("a(en)b(de)"), "ab");
    assert_eq!(without_language_switches("a)b(c"), "ab");
}

#[test]
fn it_speaks_mandarin() {
    let voice = Espeak::new("zh-CN").unwrap();
    let spoken = |text: &str| voice.speak(text, Usual).unwrap().clip;
    let clip = spoken("您好，这里是湖畔诊所。");
    assert!(
        (1_500..5_000).contains(&clip.milliseconds()),
        "{}",
        clip.milliseconds()
    );
    assert!(level::active_dbov(&clip.samples, clip.hz) > -35.0);
    let said = |text: &str| voice.phonemes(text).unwrap();
    assert_eq!(said("请按0"), said("请按零"));
    assert_eq!(said("请按铃"), said("请按零"), "characters of one sound");
    assert_ne!(said("妈"), said("马"), "tones are spoken");
    assert!(!takes(&english(), "您好", length(&voice, "您好")));
}

#[test]
fn it_tells_where_words_begin() {
    let said = |language: &str, text: &str| {
        let speech = Espeak::new(language).unwrap().speak(text, Usual).unwrap();
        let samples: Vec<usize> = speech.words.iter().map(|word| word.sample).collect();
        assert!(samples.is_sorted() && samples.iter().all(|&s| s < speech.clip.samples.len()));
        let ends = speech.words.iter().skip(1).map(|word| word.byte);
        let starts = speech.words.iter().map(|word| word.byte);
        let words = starts.zip(ends.chain([text.len()]));
        let words: Vec<String> = words.map(|(from, to)| text[from..to].to_owned()).collect();
        words.join("|")
    };
    let text = "Hello, you're in the naïve café: press zero.";
    // "In the" is one word of its dictionary.
    let words = "Hello, |you're |in the |naïve |café: |press |zero.";
    assert_eq!(said("en-US", text), words);
    assert_eq!(said("zh-CN", "您好，请按零。"), "您|好，|请|按|零。");
    for odd in ["$5 x²", "a\u{1}b", &"a".repeat(200), "1st 2nd", "مرحبا كيف"] {
        said("en-US", odd);
    }
}

#[test]
fn it_speaks_faster() {
    let length = |speed| {
        let voice = english().at_speed(speed);
        voice.speak(GREETING, Usual).unwrap().clip.milliseconds() as f32
    };
    let usual = length(1.0);
    assert!((1.5..2.2).contains(&(length(0.5) / usual)));
    assert!((0.45..0.75).contains(&(length(2.0) / usual)));
}

#[test]
fn slow_speech_takes_a_third_longer_and_its_words_begin_where_they_are_said() {
    for (language, text, after_pauses) in [
        ("en-US", "Press zero, then one, then two.", &[12, 22][..]),
        ("zh-CN", "您好，这里是湖畔诊所。", &[9]),
    ] {
        let voice = Espeak::new(language).unwrap();
        let [usual, slow] = [Usual, Slow].map(|pace| voice.speak(text, pace).unwrap());
        let longer = |slow: usize, usual: usize| slow as f32 / usual as f32;
        let all = longer(slow.clip.samples.len(), usual.clip.samples.len());
        assert!((1.3..1.5).contains(&all), "{text}: {all}");
        assert_eq!(slow.words.len(), usual.words.len());
        for (slow, usual) in slow.words.iter().zip(&usual.words).skip(1) {
            assert_eq!(slow.byte, usual.byte);
            let later = longer(slow.sample, usual.sample);
            assert!((1.2..1.5).contains(&later), "{text}: {usual:?} {later}");
        }
        for Speech { clip, words } in [usual, slow] {
            let ms = clip.hz as usize / 1_000;
            for pause in after_pauses {
                let start = words
                    .iter()
                    .find(|word| word.byte == *pause)
                    .unwrap()
                    .sample;
                assert_eq!(level::peak(&clip.samples[start - 25 * ms..start]), 0);
                assert!(level::dbov(&clip.samples[start..start + 100 * ms]) > -45.0);
            }
        }
    }
}

#[test]
fn slow_is_slower_than_the_voice_was_set_to_be() {
    let ratio = |speed| {
        let voice = english().at_speed(speed);
        let lengths = [Slow, Usual].map(|pace| voice.speak(GREETING, pace).unwrap().clip);
        let [slow, usual] = lengths.map(|clip| clip.samples.len() as f32);
        slow / usual
    };
    for speed in [0.7, 1.5, 2.0] {
        let ratio = ratio(speed);
        assert!((1.3..1.5).contains(&ratio), "{speed}: {ratio}");
    }
    // There is nothing slower than this.
    assert!((0.95..1.05).contains(&ratio(0.5)));
}

#[test]
fn a_slow_text_between_usual_ones_leaves_them_as_they_were() {
    let (voice, german) = (english(), Espeak::new("de").unwrap());
    let [usual, of_german] = [&voice, &german].map(|voice| length(voice, GREETING));
    for slow in [&voice, &german] {
        slow.speak(GREETING, Slow).unwrap();
        assert!(takes(&voice, GREETING, usual));
        slow.speak(GREETING, Slow).unwrap();
        assert!(takes(&german, GREETING, of_german));
    }
}

#[test]
fn a_text_always_takes_as_long() {
    let voice = english();
    let first = length(&voice, GREETING);
    for between in [
        "Something else, said in between!",
        "\u{1}99P\u{1}300S fast and high",
        "9".repeat(2000).as_str(),
    ] {
        let _ = voice.speak(between, Usual);
        assert!(takes(&voice, GREETING, first), "after {between:?}");
    }
    let german = Espeak::new("de").unwrap();
    assert!(!takes(&german, GREETING, first));
    assert!(takes(&voice, GREETING, first));
}

#[test]
fn threads_take_turns() {
    let expected = length(&english(), GREETING);
    let others: Vec<_> = (0..4)
        .map(|i| {
            std::thread::spawn(move || {
                let english = english();
                let other = Espeak::new(if i % 2 == 0 { "de" } else { "fr" }).unwrap();
                for _ in 0..10 {
                    assert!(takes(&english, GREETING, expected));
                    other.speak("eins zwei drei", Slow).unwrap();
                }
            })
        })
        .collect();
    for other in others {
        other.join().unwrap();
    }
}

#[test]
fn text_without_words_gives_an_empty_clip() {
    let voice = english();
    for text in ["", "  ", "\n\t", "\u{1}\u{2}\0"] {
        assert!(
            voice.speak(text, Usual).unwrap().clip.samples.is_empty(),
            "{text:?}"
        );
    }
}

#[test]
fn markup_and_commands_are_only_words() {
    let voice = english();
    let plain = voice.speak("hello there", Usual).unwrap().clip;
    // As SSML, this would be two seconds of nothing.
    let markup = voice.speak("<break time=\"2s\"/>", Usual).unwrap().clip;
    assert!(level::active_dbov(&markup.samples, markup.hz) > -35.0);
    // As a command, this would be speech at triple speed.
    let command = voice.speak("\u{1}450Shello there", Usual).unwrap().clip;
    assert!(command.milliseconds() > plain.milliseconds());
    assert!(voice.speak("[[h@l'oU]]", Usual).is_ok());
}

#[test]
fn text_of_any_kind_does_no_harm() {
    let voice = english();
    let texts = [
        "😀👩‍👩‍👧 🇩🇪".to_owned(),
        "<speak><audio src=\"/etc/passwd\"/></speak> &lt;".to_owned(),
        "مرحبا كيف يمكنني مساعدتك".to_owned(),
        "您好 こんにちは สวัสดี".to_owned(),
        "\u{e03c}\u{fffd}\u{202e}\u{feff}\u{10ffff}".to_owned(),
        "a".repeat(MOST_CHARACTERS),
        "e\u{301}".repeat(MOST_CHARACTERS / 2),
        "'-.,!?".repeat(300),
        "1234567890".repeat(100),
    ];
    for text in texts {
        voice
            .speak(&text, Usual)
            .unwrap_or_else(|error| panic!("{text:?}: {error}"));
    }
}

#[test]
fn too_long_a_text_is_refused_not_cut() {
    let voice = english();
    let before = length(&voice, GREETING);
    let refused = |text: String| {
        let length = voice
            .speak(&text, Usual)
            .map(|speech| speech.clip.milliseconds());
        length.unwrap_err().to_string()
    };
    let error = refused("a very long story ".repeat(600));
    assert!(
        error.contains("2000 characters") && error.contains("a very long"),
        "{error}"
    );
    // Each sign is a word; the engine is stopped in the middle.
    let error = refused("€ ".repeat(MOST_CHARACTERS / 2));
    assert!(error.contains("300 seconds"), "{error}");
    assert!(takes(&voice, GREETING, before));
}

#[test]
fn languages_are_found_by_tag() {
    assert_eq!(Espeak::new("de-DE").unwrap().name(), "espeak-ng/de");
    assert_eq!(Espeak::new("ar").unwrap().name(), "espeak-ng/ar");
    for mandarin in ["zh-CN", "zh", "cmn"] {
        assert_eq!(
            Espeak::new(mandarin).unwrap().name(),
            "espeak-ng/cmn-latn-pinyin"
        );
    }
    for wrong in [
        "",
        "klingon",
        "../../etc/passwd",
        "en us",
        "de+whisper",
        "\u{e9}",
        "-",
    ] {
        let error = Espeak::new(wrong).unwrap_err();
        assert!(
            matches!(error, SpeakError::NoSuchLanguage { .. }),
            "{wrong}: {error}"
        );
    }
}
