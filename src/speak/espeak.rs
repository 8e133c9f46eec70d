//! The voice that needs no download: eSpeak NG, linked in, from memory to samples.
//!
//! The engine is one set of global variables. It is started once, synchronous, and used by one
//! thread at a time under one lock, whatever the number of [`Espeak`]s. Whoever else links it
//! (Piper's phonemiser does, and starts it asynchronous) has to come under the same lock.
//! Voice and rate are set for each text, and the random numbers behind its hisses start afresh,
//! so that a text always gives the same samples.

use super::{SpeakError, Voice, data, pinyin};
use crate::audio::Clip;
use espeak_rs_sys as sys;
use std::cell::RefCell;
use std::ffi::{CStr, CString, c_int, c_short};
use std::sync::{Mutex, PoisonError};

/// The variant: a Klatt synthesiser. At 8 kHz a recogniser makes half as many errors on it as on
/// the engine's own harmonic one, and it has no flutter, whose phase would run on from text to
/// text. An engine without it speaks in its plain voice.
const VARIANT: &str = "adam";
/// Words a minute. The engine's own 175 is hurried for a phone, where half of the consonants'
/// energy is missing.
const WORDS_A_MINUTE: c_int = 160;

/// The Mandarin voice that reads [`pinyin`]; the plain one takes it for English.
const MANDARIN: &str = "cmn-latn-pinyin";

/// About two minutes of speech.
const MOST_CHARACTERS: usize = 2_000;
/// Digits and emoji are many times longer spoken than written.
const MOST_SECONDS: usize = 300;
/// No word is longer; what is (a URL, garbage) is broken up, since the engine keeps words in
/// buffers of fixed size.
const LONGEST_WORD: usize = 60;

/// A voice of eSpeak NG.
#[derive(Debug)]
pub struct Espeak {
    name: String,
    voice: CString,
    mandarin: bool,
}

impl Espeak {
    /// The voice for a language tag such as `en-US`; a region that the engine does not know
    /// (`de-DE`) falls back to the language. Starts the engine if this is the first voice.
    pub fn new(language: &str) -> Result<Espeak, SpeakError> {
        let unknown = || SpeakError::NoSuchLanguage {
            language: language.chars().take(40).collect(),
        };
        // The engine would also take a path here, or a voice's name such as "klingon".
        let is_tag = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let primary = language.split('-').next().unwrap_or_default();
        if !(2..=3).contains(&primary.len()) || language.len() > 20 || !language.chars().all(is_tag)
        {
            return Err(unknown());
        }
        let tag = language.to_ascii_lowercase();
        let tag = match tag.as_str() {
            "zh" | "zh-cn" | "cmn" => MANDARIN.to_owned(),
            _ => tag,
        };
        let mut engine = ENGINE.lock().unwrap_or_else(PoisonError::into_inner);
        engine.start()?;
        let mut end = tag.len();
        loop {
            let candidate = tag.get(..end).unwrap_or_default();
            let voice = CString::new(format!("{candidate}+{VARIANT}")).map_err(|_| unknown())?;
            if engine.choose(&voice).is_ok() {
                engine.flush()?;
                return Ok(Espeak {
                    name: format!("espeak-ng/{candidate}"),
                    voice,
                    mandarin: candidate == MANDARIN,
                });
            }
            end = candidate.rfind('-').ok_or_else(unknown)?;
        }
    }
}

impl Espeak {
    /// How a word is said, in the International Phonetic Alphabet; nothing for what is not said.
    pub fn ipa(&self, word: &str) -> Result<String, SpeakError> {
        if word.chars().nth(LONGEST_WORD).is_some() {
            return Err(too_long(word, format!("{LONGEST_WORD} characters")));
        }
        let word =
            CString::new(speakable(word)).map_err(|error| SpeakError::Engine(error.to_string()))?;
        let mut engine = ENGINE.lock().unwrap_or_else(PoisonError::into_inner);
        engine.start()?;
        if engine.voice.as_ref() != Some(&self.voice) {
            engine.choose(&self.voice)?;
            engine.flush()?;
        }
        Ok(engine.ipa(&word))
    }
}

impl Voice for Espeak {
    fn name(&self) -> &str {
        &self.name
    }

    /// At most 2,000 characters and five minutes of sound; more is [`SpeakError::TooLong`].
    fn speak(&self, text: &str) -> Result<Clip, SpeakError> {
        if text.chars().nth(MOST_CHARACTERS).is_some() {
            return Err(too_long(text, format!("{MOST_CHARACTERS} characters")));
        }
        let words = match self.mandarin {
            true => speakable(&pinyin::spell(text)),
            false => speakable(text),
        };
        let mut engine = ENGINE.lock().unwrap_or_else(PoisonError::into_inner);
        let hz = engine.start()?;
        if words.trim().is_empty() {
            return Ok(Clip::new(hz, Vec::new()));
        }
        let words = CString::new(words).map_err(|error| SpeakError::Engine(error.to_string()))?;
        engine.choose(&self.voice)?;
        let samples = engine.synthesise(&words)?;
        if samples.len() > hz as usize * MOST_SECONDS {
            return Err(too_long(text, format!("{MOST_SECONDS} seconds of speech")));
        }
        Ok(Clip::new(hz, samples))
    }
}

fn too_long(text: &str, limit: String) -> SpeakError {
    SpeakError::TooLong {
        beginning: text.chars().take(40).collect(),
        limit,
    }
}

/// The text without what the engine would take as a command: control characters (0x01 starts
/// one that changes the voice) and its private characters. Its SSML and phoneme notations are
/// off because their flags are not set.
fn speakable(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    let mut run = 0;
    for c in text.chars() {
        let private = ('\u{e000}'..='\u{f8ff}').contains(&c);
        let c = if c.is_control() || private { ' ' } else { c };
        run = if c.is_whitespace() { 0 } else { run + 1 };
        if run > LONGEST_WORD {
            words.push(' ');
            run = 1;
        }
        words.push(c);
    }
    words
}

static ENGINE: Mutex<Engine> = Mutex::new(Engine {
    hz: None,
    voice: None,
});

/// The one engine of the process. Only reached through [`ENGINE`]'s lock.
struct Engine {
    /// Its sample rate once it runs.
    hz: Option<u32>,
    /// Chosen last.
    voice: Option<CString>,
}

impl Engine {
    /// Starts it, the first time; gives its sample rate.
    fn start(&mut self) -> Result<u32, SpeakError> {
        if let Some(hz) = self.hz {
            return Ok(hz);
        }
        let folder = data::find()?;
        let unusable = |why: &str| SpeakError::BadData {
            path: folder.clone(),
            why: why.to_owned(),
        };
        let path = CString::new(folder.as_os_str().as_encoded_bytes())
            .map_err(|_| unusable("its path holds a zero byte"))?;
        // SAFETY: the path is a C string that outlives the call, and the lock keeps every other
        // user of the engine away.
        let hz = unsafe {
            sys::espeak_Initialize(
                sys::espeak_AUDIO_OUTPUT_AUDIO_OUTPUT_SYNCHRONOUS,
                0,
                path.as_ptr(),
                sys::espeakINITIALIZE_DONT_EXIT as c_int,
            )
        };
        let hz = u32::try_from(hz)
            .ok()
            .filter(|&hz| hz > 0)
            .ok_or_else(|| unusable("the engine does not start from it"))?;
        // SAFETY: `collect` has the type that the engine expects and lives as long as it.
        unsafe { sys::espeak_SetSynthCallback(Some(collect)) };
        self.hz = Some(hz);
        Ok(hz)
    }

    fn choose(&mut self, voice: &CString) -> Result<(), SpeakError> {
        // SAFETY: a C string, after `start`, under the lock.
        let outcome = unsafe { sys::espeak_SetVoiceByName(voice.as_ptr()) };
        if outcome == sys::espeak_ERROR_EE_OK {
            self.voice = Some(voice.clone());
            return Ok(());
        }
        self.voice = None;
        Err(SpeakError::Engine(format!(
            "it has no voice {} (error {outcome})",
            voice.to_string_lossy()
        )))
    }

    /// Each choice of a voice waits in a queue of 170 until something is spoken, and the engine does
    /// not look whether there is room.
    fn flush(&mut self) -> Result<(), SpeakError> {
        self.synthesise(c".").map(drop)
    }

    fn ipa(&mut self, word: &CString) -> String {
        /// For `espeak_TextToPhonemes`; the header names no constant.
        const IPA: c_int = 0x02;
        let mut said = String::new();
        let mut rest: *const std::ffi::c_void = word.as_ptr().cast();
        // A call takes a clause and moves on, to null after the last.
        while !rest.is_null() {
            // SAFETY: `rest` points into `word`, which outlives the loop; the result is the engine's
            // and is copied before it is called again; after `start`, under the lock.
            unsafe {
                let phonemes =
                    sys::espeak_TextToPhonemes(&mut rest, sys::espeakCHARS_UTF8 as c_int, IPA);
                if phonemes.is_null() {
                    break;
                }
                said += &CStr::from_ptr(phonemes).to_string_lossy();
            }
        }
        said.trim().to_owned()
    }

    fn synthesise(&mut self, words: &CStr) -> Result<Vec<i16>, SpeakError> {
        SPOKEN.take();
        // SAFETY: `words` is a C string that outlives the call; synchronous, so the callback runs
        // in this thread and no more when this returns; after `start`, under the lock.
        let outcome = unsafe {
            sys::espeak_ng_SetRandSeed(1);
            sys::espeak_SetParameter(sys::espeak_PARAMETER_espeakRATE, WORDS_A_MINUTE, 0);
            sys::espeak_Synth(
                words.as_ptr().cast(),
                words.to_bytes_with_nul().len(),
                0,
                sys::espeak_POSITION_TYPE_POS_CHARACTER,
                0,
                // Without the pause at the end, the last sound is cut off as it fades.
                sys::espeakCHARS_UTF8 | sys::espeakENDPAUSE,
                std::ptr::null_mut(),
                std::ptr::null_mut(),
            )
        };
        let samples = SPOKEN.take();
        if outcome != sys::espeak_ERROR_EE_OK {
            return Err(SpeakError::Engine(format!("synthesis, error {outcome}")));
        }
        Ok(samples)
    }
}

// The engine calls these two libraries, and `espeak-rs-sys` forgets to link them. (They change
// the speed and play sound, both of which stay unused here.)
#[link(name = "sonic")]
#[link(name = "pcaudio")]
unsafe extern "C" {}

thread_local! {
    /// What the engine has said in the running call to it. Of the thread, so that the callback
    /// needs no pointer that could outlive what it points to.
    static SPOKEN: RefCell<Vec<i16>> = const { RefCell::new(Vec::new()) };
}

/// Called by the engine with each piece of sound; a result of 1 makes it stop.
unsafe extern "C" fn collect(
    sound: *mut c_short,
    count: c_int,
    _: *mut sys::espeak_EVENT,
) -> c_int {
    let Ok(count) = usize::try_from(count) else {
        return 0;
    };
    if sound.is_null() || count == 0 {
        return 0;
    }
    // SAFETY: the engine hands over `count` samples that stay until this returns.
    let sound = unsafe { std::slice::from_raw_parts(sound, count) };
    SPOKEN.with_borrow_mut(|spoken| {
        spoken.extend_from_slice(sound);
        // 22,050 is the only rate that there is.
        c_int::from(spoken.len() > MOST_SECONDS * 22_050)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::level;

    const GREETING: &str = "Lakeside Clinic. How can I help?";

    fn english() -> Espeak {
        Espeak::new("en-US").unwrap()
    }

    #[test]
    fn it_speaks() {
        let voice = english();
        assert_eq!(voice.name(), "espeak-ng/en-us");
        let clip = voice.speak(GREETING).unwrap();
        assert_eq!(clip.hz, 22_050);
        assert!(
            (1_500..4_000).contains(&clip.milliseconds()),
            "{}",
            clip.milliseconds()
        );
        assert!(level::active_dbov(&clip.samples, clip.hz) > -35.0);
        let longer =
            voice.speak("Lakeside Clinic. How can I help? Lakeside Clinic. How can I help?");
        assert!(longer.unwrap().milliseconds() > clip.milliseconds() * 3 / 2);
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
        assert!(voice.speak("hello").unwrap() == english().speak("hello").unwrap());
        for odd in ["!?", "\u{1}5v", "[[x]]", "😀", &"a".repeat(61)] {
            let _ = voice.ipa(odd);
        }
    }

    #[test]
    fn it_speaks_mandarin() {
        let voice = Espeak::new("zh-CN").unwrap();
        let spoken = |text: &str| voice.speak(text).unwrap();
        let clip = spoken("您好，这里是湖畔诊所。");
        assert!(
            (1_500..5_000).contains(&clip.milliseconds()),
            "{}",
            clip.milliseconds()
        );
        assert!(level::active_dbov(&clip.samples, clip.hz) > -35.0);
        assert!(spoken("请按0") == spoken("请按零"));
        assert!(
            spoken("请按铃") == spoken("请按零"),
            "characters of one sound"
        );
        assert!(spoken("妈") != spoken("马"), "tones are spoken");
        assert!(english().speak("您好").unwrap() != spoken("您好"));
    }

    #[test]
    fn a_text_always_gives_the_same_samples() {
        let voice = english();
        let first = voice.speak(GREETING).unwrap();
        for between in [
            "Something else, said in between!",
            "\u{1}99P\u{1}300S fast and high",
            "9".repeat(2000).as_str(),
        ] {
            let _ = voice.speak(between);
            assert!(voice.speak(GREETING).unwrap() == first, "after {between:?}");
        }
        let german = Espeak::new("de").unwrap();
        assert!(german.speak(GREETING).unwrap() != first);
        assert!(voice.speak(GREETING).unwrap() == first);
    }

    #[test]
    fn threads_take_turns() {
        let expected = english().speak(GREETING).unwrap();
        let others: Vec<_> = (0..4)
            .map(|i| {
                let expected = expected.clone();
                std::thread::spawn(move || {
                    let english = english();
                    let other = Espeak::new(if i % 2 == 0 { "de" } else { "fr" }).unwrap();
                    for _ in 0..10 {
                        assert!(english.speak(GREETING).unwrap() == expected);
                        other.speak("eins zwei drei").unwrap();
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
            assert!(voice.speak(text).unwrap().samples.is_empty(), "{text:?}");
        }
    }

    #[test]
    fn markup_and_commands_are_only_words() {
        let voice = english();
        let plain = voice.speak("hello there").unwrap();
        // As SSML, this would be two seconds of nothing.
        let markup = voice.speak("<break time=\"2s\"/>").unwrap();
        assert!(level::active_dbov(&markup.samples, markup.hz) > -35.0);
        // As a command, this would be speech at triple speed.
        let command = voice.speak("\u{1}450Shello there").unwrap();
        assert!(command.milliseconds() > plain.milliseconds());
        assert!(voice.speak("[[h@l'oU]]").is_ok());
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
                .speak(&text)
                .unwrap_or_else(|error| panic!("{text:?}: {error}"));
        }
    }

    #[test]
    fn too_long_a_text_is_refused_not_cut() {
        let voice = english();
        let before = voice.speak(GREETING).unwrap();
        let refused = |text: String| {
            let length = voice.speak(&text).map(|clip| clip.milliseconds());
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
        assert!(voice.speak(GREETING).unwrap() == before);
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
}
