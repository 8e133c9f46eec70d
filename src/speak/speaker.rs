//! A voice with all that stands between a reply as it is written and its prompt: words said the way
//! people say them, recordings, phrases, and what is kept of them.

use super::say::{self, Pronunciations};
use super::script::{self, Part, Recording};
use super::{Cache, Pace, Phrase, Prompt, SpeakError, Speech, Voice, sentences};
use crate::audio::{ByRate, LineRate, wav};
use crate::understand::Language;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Speaks the replies of one dialplan. Shared by all calls.
pub struct Speaker {
    voice: Box<dyn Voice>,
    fallback: Option<Box<dyn Voice>>,
    language: Language,
    pronunciations: Pronunciations,
    /// Where the paths of recordings begin.
    recordings: PathBuf,
    cache: Option<Cache>,
    /// Phrases of the dialplan at the usual pace, which may come again in a text that is put together
    /// in a call.
    learned: Mutex<HashMap<String, ByRate<Arc<Phrase>>>>,
}

impl Speaker {
    /// `recordings` is the folder of the dialplan.
    pub fn new(
        voice: Box<dyn Voice>,
        language: Language,
        pronunciations: Pronunciations,
        recordings: &Path,
    ) -> Speaker {
        Speaker {
            voice,
            fallback: None,
            language,
            pronunciations,
            recordings: recordings.to_owned(),
            cache: None,
            learned: Mutex::default(),
        }
    }

    /// Another voice says what the voice fails to say.
    pub fn falling_back_to(self, fallback: Option<Box<dyn Voice>>) -> Speaker {
        Speaker { fallback, ..self }
    }

    /// What a slow voice makes is kept there.
    pub fn keeping(self, cache: Cache) -> Speaker {
        Speaker {
            cache: Some(cache),
            ..self
        }
    }

    /// Engine and voice.
    pub fn name(&self) -> &str {
        self.voice.name()
    }

    /// Whether it is worth the while to have several texts spoken at a time. eSpeak NG takes turns
    /// anyway, and how it flutters depends on what it said before: asked in the same order, it gives
    /// the same samples.
    pub fn is_slow(&self) -> bool {
        self.voice.identity().is_some()
    }

    /// The words of a reply as the voice gets them.
    pub fn words(&self, text: &str) -> String {
        say::text(self.language, text, &self.pronunciations)
    }

    /// Says a reply phrase by phrase, each handed over as soon as it is there, until `take` breaks
    /// off. Phrases that were [`learned`](Speaker::learn) are there at once; others, and all that is
    /// slow, take as long as the voice takes. A recording has one pace. Before an error, what could
    /// be said was handed over.
    pub fn say(
        &self,
        text: &str,
        rate: LineRate,
        pace: Pace,
        take: &mut dyn FnMut(Arc<Phrase>) -> ControlFlow<()>,
    ) -> Result<(), SpeakError> {
        for wanted in self.wanted(text) {
            let phrase = self.phrase(&wanted, rate, pace)?;
            if phrase.has_sound() && take(phrase).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// The whole reply at the usual pace, ready to send.
    pub fn prompt(&self, text: &str, rate: LineRate) -> Result<Prompt, SpeakError> {
        let mut phrases = Vec::new();
        self.say(text, rate, Pace::Usual, &mut |phrase| {
            phrases.push(phrase);
            ControlFlow::Continue(())
        })?;
        Ok(Prompt::new(phrases))
    }

    /// Makes the phrases of a reply that are the same in every call (those without slots), for calls of
    /// either rate, and remembers them for as long as the program runs. Gives the whole reply if it
    /// has no slots. The voice says each once.
    pub fn learn(&self, text: &str) -> Result<Option<ByRate<Prompt>>, SpeakError> {
        let mut phrases = Vec::new();
        for wanted in self.wanted(text) {
            let key = wanted.key();
            if !script::has_slot(&key) {
                let known = self.learned().get(&key).cloned();
                let phrase = match known {
                    Some(phrase) => phrase,
                    None => self.at_both_rates(&wanted)?,
                };
                self.learned().insert(key, phrase.clone());
                phrases.push(phrase);
            }
        }
        let prompt = |rate| {
            let phrases = phrases.iter().map(|phrase| phrase.at(rate).clone());
            Prompt::new(phrases.filter(|phrase| phrase.has_sound()).collect())
        };
        Ok((!script::has_slot(text)).then(|| ByRate::of(prompt)))
    }

    fn learned(&self) -> MutexGuard<'_, HashMap<String, ByRate<Arc<Phrase>>>> {
        self.learned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn at_both_rates(&self, wanted: &Wanted) -> Result<ByRate<Arc<Phrase>>, SpeakError> {
        let made = self.made(wanted, LineRate::ALL, Pace::Usual)?;
        let [narrow, wide] = made.map(Arc::new);
        Ok(ByRate::of(|rate| match rate {
            LineRate::Narrow => narrow.clone(),
            LineRate::Wide => wide.clone(),
        }))
    }

    /// Remembered, or made now.
    fn phrase(
        &self,
        wanted: &Wanted,
        rate: LineRate,
        pace: Pace,
    ) -> Result<Arc<Phrase>, SpeakError> {
        let is_usual = pace == Pace::Usual || matches!(wanted, Wanted::Recording(_));
        let learned = self.learned().get(&wanted.key()).cloned();
        if let Some(phrase) = learned.filter(|_| is_usual) {
            return Ok(phrase.at(rate).clone());
        }
        let [phrase] = self.made(wanted, [rate], pace)?;
        Ok(Arc::new(phrase))
    }

    fn wanted<'a>(&self, text: &'a str) -> Vec<Wanted<'a>> {
        let mut wanted = Vec::new();
        for part in script::parts(text) {
            match part {
                Part::Words(words) => {
                    let words = self.words(words);
                    let sentences = sentences::cut(&words).into_iter();
                    let said = sentences.filter(|s| s.chars().any(char::is_alphanumeric));
                    wanted.extend(said.map(|sentence| Wanted::Sentence(sentence.to_owned())));
                }
                Part::Recording(recording) => wanted.push(Wanted::Recording(recording)),
            }
        }
        wanted
    }

    fn made<const N: usize>(
        &self,
        wanted: &Wanted,
        rates: [LineRate; N],
        pace: Pace,
    ) -> Result<[Phrase; N], SpeakError> {
        match wanted {
            Wanted::Sentence(words) => self.spoken(words, rates, pace),
            Wanted::Recording(recording) => played(recording, &self.recordings, rates),
        }
    }

    /// The same sound at each of the rates.
    fn spoken<const N: usize>(
        &self,
        words: &str,
        rates: [LineRate; N],
        pace: Pace,
    ) -> Result<[Phrase; N], SpeakError> {
        let voice = self.voice.identity();
        let voice = voice.map(|voice| format!("{voice} at {}", pace.speed()));
        let kept = self.cache.as_ref().zip(voice);
        if let Some((cache, voice)) = &kept {
            let samples = rates.map(|rate| cache.get(voice, words, rate));
            if samples.iter().all(Option::is_some) {
                let mut samples = samples.into_iter().flatten();
                let ready = |rate| Phrase::ready(words, samples.next().unwrap_or_default(), rate);
                return Ok(rates.map(ready));
            }
        }
        let speech = match (self.voice.speak(words, pace), &self.fallback) {
            (Ok(speech), _) => speech,
            (Err(error), Some(fallback)) => {
                tracing::warn!("{error}; {} says it", fallback.name());
                let speech = fallback.speak(words, pace)?;
                return Ok(rates.map(|rate| Phrase::new(words, &speech, rate)));
            }
            (Err(error), None) => return Err(error),
        };
        let phrases = rates.map(|rate| Phrase::new(words, &speech, rate));
        if let Some((cache, voice)) = &kept {
            for (rate, phrase) in rates.into_iter().zip(&phrases) {
                cache.put(voice, words, rate, &phrase.samples());
            }
        }
        Ok(phrases)
    }
}

/// A phrase that is to be said.
enum Wanted<'a> {
    Sentence(String),
    Recording(Recording<'a>),
}

impl Wanted<'_> {
    fn key(&self) -> String {
        match self {
            Wanted::Sentence(words) => words.clone(),
            Wanted::Recording(Recording { file, words }) => format!("[{file}|{words}]"),
        }
    }
}

/// Whether every recording in a reply can be played; `folder` is the dialplan's. Needs no voice.
pub fn check_recordings(text: &str, folder: &Path) -> Result<(), SpeakError> {
    for part in script::parts(text) {
        if let Part::Recording(recording) = part {
            played(&recording, folder, [LineRate::Narrow])?;
        }
    }
    Ok(())
}

fn played<const N: usize>(
    recording: &Recording,
    folder: &Path,
    rates: [LineRate; N],
) -> Result<[Phrase; N], SpeakError> {
    let path = folder.join(recording.file);
    let wav = wav::read(&path).map_err(|error| SpeakError::Recording(error.to_string()))?;
    let speech = Speech::from(wav.clip);
    let phrases = rates.map(|rate| Phrase::new(recording.words, &speech, rate));
    if !phrases.iter().all(Phrase::has_sound) {
        return Err(SpeakError::Recording(format!(
            "{}: nothing can be heard in it; record it again, or write the words instead",
            path.display()
        )));
    }
    Ok(phrases)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{Clip, level};
    use crate::speak::hum::Hum;

    const RATE: LineRate = LineRate::Narrow;

    fn tone(hz: u32, size: i16) -> Clip {
        let half = hz / 200;
        let samples = (0..hz).map(|i| {
            if (i / half).is_multiple_of(2) {
                size
            } else {
                -size
            }
        });
        Clip::new(hz, samples.collect())
    }

    fn speaker(folder: &Path) -> (Speaker, Hum) {
        with(Hum::default(), folder)
    }

    fn with(hum: Hum, folder: &Path) -> (Speaker, Hum) {
        let mine = Pronunciations::new([("Nguyen", "nwin")]).unwrap();
        let speaker = Speaker::new(Box::new(hum.clone()), Language::EnglishUs, mine, folder);
        (speaker, hum)
    }

    #[test]
    fn the_voice_gets_words_sentence_by_sentence() {
        let (speaker, hum) = speaker(Path::new("."));
        let mut taken = Vec::new();
        speaker
            .say(
                "Dr. Nguyen costs $12.50. Really? ... Yes.",
                RATE,
                Pace::Usual,
                &mut |phrase| {
                    taken.push((phrase.heard(usize::MAX).to_owned(), hum.asked().len()));
                    ControlFlow::Continue(())
                },
            )
            .unwrap();
        // Each is handed over before the next is asked for.
        let words = [
            "Doctor nwin costs twelve dollars and fifty cents.",
            "Really?",
            "Yes.",
        ];
        assert_eq!(taken, words.map(|words| (words.to_owned(), 1)));
        speaker
            .say("One. Two.", RATE, Pace::Usual, &mut |_| {
                ControlFlow::Break(())
            })
            .unwrap();
        assert_eq!(hum.asked(), ["One."]);
    }

    /// What is said at a pace, all of it.
    fn said(speaker: &Speaker, text: &str, pace: Pace) -> Prompt {
        let mut phrases = Vec::new();
        let take = &mut |phrase| {
            phrases.push(phrase);
            ControlFlow::Continue(())
        };
        speaker.say(text, RATE, pace, take).unwrap();
        Prompt::new(phrases)
    }

    #[test]
    fn slow_is_longer_with_the_same_words_and_is_no_more_when_it_is_over() {
        let (speaker, hum) = speaker(Path::new("."));
        let text = "Thank you. Your code is 7.";
        speaker.learn("Thank you.").unwrap();
        let heard = |prompt: &Prompt| {
            let phrases = prompt.phrases().iter();
            let words = phrases.map(|phrase| phrase.heard(usize::MAX).to_owned());
            words.collect::<Vec<_>>()
        };
        let frames = |prompt: &Prompt| prompt.phrases().iter().map(|p| p.frames().len()).sum();
        let usual = said(&speaker, text, Pace::Usual);
        hum.asked();
        let slow = said(&speaker, text, Pace::Slow);
        // What was learned was learned at the usual pace.
        assert_eq!(hum.asked(), ["Thank you.", "Your code is seven."]);
        assert_eq!(heard(&slow), heard(&usual));
        let (slow, before): (usize, usize) = (frames(&slow), frames(&usual));
        assert!((before * 5 / 4..before * 3 / 2).contains(&slow), "{slow}");
        let usual_again = said(&speaker, text, Pace::Usual);
        assert_eq!(usual_again.samples(RATE), usual.samples(RATE));
        assert_eq!(hum.asked(), ["Your code is seven."]);
    }

    #[test]
    fn slow_and_usual_are_kept_apart_on_disk() {
        let folder = tempfile::tempdir().unwrap();
        let mut lengths = Vec::new();
        for pace in [Pace::Usual, Pace::Slow, Pace::Usual, Pace::Slow] {
            let (speaker, hum) = with(Hum::slow("hum"), Path::new("."));
            let speaker = speaker.keeping(Cache::open(folder.path()).unwrap());
            let length = said(&speaker, "Hello.", pace).duration();
            lengths.push((length.as_millis(), hum.asked().len()));
        }
        let [usual, slow, usual_again, slow_again] = lengths[..] else {
            panic!()
        };
        assert!(slow.0 > usual.0 * 5 / 4, "{lengths:?}");
        assert_eq!((usual.1, slow.1), (1, 1));
        assert_eq!([usual_again, slow_again], [(usual.0, 0), (slow.0, 0)]);
    }

    #[test]
    fn a_recording_is_played_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("way.wav");
        wav::write_mono(&path, &tone(16_000, 9_000)).unwrap();
        let (speaker, _) = speaker(folder.path());
        let usual = said(&speaker, "[way.wav]", Pace::Usual).samples(RATE);
        let slow = || said(&speaker, "[way.wav]", Pace::Slow).samples(RATE);
        assert_eq!(slow(), usual);
        speaker.learn("[way.wav]").unwrap();
        std::fs::remove_file(&path).unwrap();
        // Now it is remembered, and the file not read again.
        assert_eq!(slow(), usual);
    }

    #[test]
    fn what_is_the_same_in_every_call_is_made_once() {
        let (speaker, hum) = speaker(Path::new("."));
        let reply = "Thank you. Your code is {code}. Anything else?";
        speaker.learn(reply).unwrap();
        assert_eq!(hum.asked(), ["Thank you.", "Anything else?"]);
        let text = "Thank you. Your code is A 7. Anything else?";
        for _ in 0..2 {
            let prompt = speaker.prompt(text, RATE).unwrap();
            assert_eq!(prompt.phrases().len(), 3);
            assert_eq!(hum.asked(), ["Your code is A seven."]);
        }
        let prompt = speaker.prompt("Thank you.", LineRate::Wide).unwrap();
        assert!(hum.asked().is_empty(), "said once for both rates");
        assert_eq!(prompt.phrases()[0].frames()[0].rate(), LineRate::Wide);
    }

    #[test]
    fn a_slow_voice_says_once_what_lines_of_both_rates_need() {
        let folder = tempfile::tempdir().unwrap();
        let started = || {
            let (speaker, hum) = with(Hum::slow("hum"), Path::new("."));
            (speaker.keeping(Cache::open(folder.path()).unwrap()), hum)
        };
        let (speaker, hum) = started();
        let made = speaker.learn("Hello.").unwrap().unwrap();
        assert_eq!(hum.asked(), ["Hello."]);
        let (speaker, hum) = started();
        let kept = speaker.learn("Hello.").unwrap().unwrap();
        assert!(hum.asked().is_empty());
        for rate in LineRate::ALL {
            let (made, kept) = (made.at(rate), kept.at(rate));
            assert_eq!(kept.samples(rate), made.samples(rate));
            assert_eq!(made.samples(rate).len() % rate.frame_len(), 0);
            let level = level::active_dbov(&made.samples(rate), rate.hz());
            assert!((level + 20.0).abs() < 1.0, "{rate:?}: {level}");
        }
    }

    #[test]
    fn what_a_slow_voice_made_is_there_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let started = |identity: &str| {
            let (speaker, hum) = with(Hum::slow(identity), Path::new("."));
            (speaker.keeping(Cache::open(folder.path()).unwrap()), hum)
        };
        let (speaker, hum) = started("hum 1");
        let made = speaker.prompt("Hello. Goodbye.", RATE).unwrap();
        assert_eq!(hum.asked().len(), 2);
        let (speaker, hum) = started("hum 1");
        let kept = speaker.prompt("Goodbye. Hello.", RATE).unwrap();
        assert!(hum.asked().is_empty());
        let [first, second] = made.phrases() else {
            panic!()
        };
        let swapped = Prompt::new(vec![second.clone(), first.clone()]);
        assert_eq!(kept.samples(RATE), swapped.samples(RATE));
        // Another voice of the same name, and a voice that is faster than the disk.
        let (speaker, hum) = started("hum 2");
        speaker.prompt("Hello.", RATE).unwrap();
        assert_eq!(hum.asked(), ["Hello."]);
        let (speaker, hum) = with(Hum::default(), Path::new("."));
        let speaker = speaker.keeping(Cache::open(folder.path()).unwrap());
        for _ in 0..2 {
            speaker.prompt("Hello.", RATE).unwrap();
        }
        assert_eq!(hum.asked(), ["Hello.", "Hello."]);
    }

    #[test]
    fn what_a_voice_fails_to_say_another_says() {
        let (speaker, hum) = speaker(Path::new("."));
        let text = "Hello. Unspeakable. Goodbye.";
        let mut handed_over = 0;
        let error = speaker.say(text, RATE, Pace::Usual, &mut |_| {
            handed_over += 1;
            ControlFlow::Continue(())
        });
        assert!(error.is_err() && handed_over == 1, "{error:?}");
        hum.asked();
        let espeak = crate::speak::Espeak::new("en-US").unwrap();
        let speaker = speaker.falling_back_to(Some(Box::new(espeak)));
        let prompt = speaker.prompt(text, RATE).unwrap();
        assert_eq!(hum.asked(), ["Hello.", "Unspeakable.", "Goodbye."]);
        assert_eq!(prompt.phrases().len(), 3);
        assert_eq!(prompt.phrases()[1].heard(usize::MAX), "Unspeakable.");
        let slow = said(&speaker, "Unspeakable.", Pace::Slow).duration();
        let usual = said(&speaker, "Unspeakable.", Pace::Usual).duration();
        assert!(slow > usual * 6 / 5, "{slow:?} {usual:?}");
    }

    #[test]
    fn recordings_are_played_between_words_and_are_as_loud() {
        let folder = tempfile::tempdir().unwrap();
        wav::write_mono(&folder.path().join("order.wav"), &tone(44_100, 300)).unwrap();
        wav::write_stereo(
            &folder.path().join("way.wav"),
            16_000,
            &tone(16_000, 9_000).samples,
            &tone(16_000, 9_000).samples,
        )
        .unwrap();
        let (speaker, hum) = speaker(folder.path());
        let prompt = speaker
            .prompt("[order.wav|Your order] 17 [way.wav].", RATE)
            .unwrap();
        assert_eq!(hum.asked(), ["seventeen"]);
        let [order, code, _] = prompt.phrases() else {
            panic!()
        };
        assert_eq!(order.heard(usize::MAX), "Your order");
        assert_eq!(code.heard(usize::MAX), "seventeen");
        let length = prompt.duration().as_millis();
        assert!((3_000..3_400).contains(&length), "{length}");
        let sound = prompt.samples(RATE);
        assert_eq!(sound.len() as u128, length * 8);
        for second in 0..3 {
            let at = second * 8_400 + 1_000;
            let level = level::active_dbov(&sound[at..at + 6_000], 8_000);
            assert!((level + 20.0).abs() < 1.0, "{second}: {level}");
        }
    }

    #[test]
    fn a_recording_that_cannot_be_played_is_named_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("text.wav"), "no sound").unwrap();
        wav::write_mono(
            &folder.path().join("mute.wav"),
            &Clip::new(8_000, vec![0; 8_000]),
        )
        .unwrap();
        let (speaker, _) = speaker(folder.path());
        for (file, why) in [
            ("gone.wav", "cannot be read"),
            ("text.wav", "sox"),
            ("mute.wav", "record it again"),
        ] {
            let text = format!("Hello. [{file}]");
            let error = speaker.prompt(&text, RATE).unwrap_err();
            assert_eq!(check_recordings(&text, folder.path()).unwrap_err(), error);
            let error = error.to_string();
            assert!(error.contains(file) && error.contains(why), "{error}");
        }
    }
}
