//! A voice with all that stands between a reply as it is written and a prompt: words said the way
//! people say them, and recordings.

use super::say::{self, Pronunciations};
use super::script::{self, Part};
use super::{Prompt, SpeakError, Voice};
use crate::audio::{LineRate, wav};
use crate::understand::Language;
use std::path::{Path, PathBuf};

/// Speaks the replies of one dialplan. Shared by all calls.
pub struct Speaker {
    voice: Box<dyn Voice>,
    language: Language,
    pronunciations: Pronunciations,
    /// Where the paths of recordings begin.
    recordings: PathBuf,
}

impl Speaker {
    /// `recordings` is the folder of the dialplan.
    pub fn new(
        voice: impl Voice + 'static,
        language: Language,
        pronunciations: Pronunciations,
        recordings: &Path,
    ) -> Speaker {
        Speaker {
            voice: Box::new(voice),
            language,
            pronunciations,
            recordings: recordings.to_owned(),
        }
    }

    /// Engine and voice.
    pub fn name(&self) -> &str {
        self.voice.name()
    }

    /// The words of a reply as the voice gets them.
    pub fn words(&self, text: &str) -> String {
        say::text(self.language, text, &self.pronunciations)
    }

    /// The reply, ready to send. Takes as long as the voice takes.
    pub fn prompt(&self, text: &str, rate: LineRate) -> Result<Prompt, SpeakError> {
        let parts = script::parts(text);
        let prompts = parts
            .into_iter()
            .map(|part| match part {
                Part::Words(words) => {
                    let clip = self.voice.speak(&self.words(words))?;
                    Ok(Prompt::new(words, &clip, rate))
                }
                Part::Recording(file) => recording(&self.recordings.join(file), rate),
            })
            .collect::<Result<Vec<Prompt>, SpeakError>>()?;
        Ok(Prompt::stitched(text, &prompts, rate))
    }
}

/// Whether every recording in a reply can be played; `folder` is the dialplan's. Needs no voice.
pub fn check_recordings(text: &str, folder: &Path) -> Result<(), SpeakError> {
    for part in script::parts(text) {
        if let Part::Recording(file) = part {
            recording(&folder.join(file), LineRate::Narrow)?;
        }
    }
    Ok(())
}

fn recording(path: &Path, rate: LineRate) -> Result<Prompt, SpeakError> {
    let wav = wav::read(path).map_err(|error| SpeakError::Recording(error.to_string()))?;
    let prompt = Prompt::new("", &wav.clip, rate);
    if prompt.frames().is_empty() {
        return Err(SpeakError::Recording(format!(
            "{}: nothing can be heard in it; record it again, or write the words instead",
            path.display()
        )));
    }
    Ok(prompt)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{Clip, level};
    use std::sync::{Arc, Mutex};

    /// A second of tone for any text; remembers what it was given.
    #[derive(Clone, Default)]
    struct Hum(Arc<Mutex<Vec<String>>>);

    impl Voice for Hum {
        fn name(&self) -> &str {
            "hum"
        }

        fn speak(&self, text: &str) -> Result<Clip, SpeakError> {
            self.0.lock().unwrap().push(text.to_owned());
            Ok(tone(8_000, 3_000))
        }
    }

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
        let hum = Hum::default();
        let mine = Pronunciations::new([("Nguyen", "nwin")]).unwrap();
        let speaker = Speaker::new(hum.clone(), Language::EnglishUs, mine, folder);
        (speaker, hum)
    }

    #[test]
    fn the_voice_gets_words_and_the_prompt_keeps_what_is_written() {
        let (speaker, hum) = speaker(Path::new("."));
        let text = "Dr. Nguyen costs $12.50.";
        let prompt = speaker.prompt(text, LineRate::Narrow).unwrap();
        assert_eq!(prompt.text(), text);
        let heard = hum.0.lock().unwrap().clone();
        assert_eq!(heard, ["Doctor nwin costs twelve dollars and fifty cents."]);
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
            .prompt("[order.wav|Your order] 17 [way.wav].", LineRate::Narrow)
            .unwrap();
        assert_eq!(*hum.0.lock().unwrap(), ["seventeen"]);
        let length = prompt.duration().as_millis();
        assert!((3_000..3_400).contains(&length), "{length}");
        let sound = prompt.samples();
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
            let error = speaker.prompt(&text, LineRate::Narrow).unwrap_err();
            assert_eq!(check_recordings(&text, folder.path()).unwrap_err(), error);
            let error = error.to_string();
            assert!(error.contains(file) && error.contains(why), "{error}");
        }
    }
}
