//! What the caller does in a turn, and what is wanted of it.

use super::*;

impl Reader<'_> {
    /// None where it is wrong, Some(None) where the caller only waits.
    pub(super) fn act(&mut self, fields: &Fields) -> Option<Option<Act>> {
        let say = fields.text("say", self.findings);
        let noise = fields.text("noise", self.findings);
        let silence = fields.text("silence", self.findings);
        let keys = fields.text("keys", self.findings);
        let hangs_up = fields.truth("hang_up", self.findings) == Some(true);
        let heard = fields
            .get("heard")
            .and_then(|value| value.get_ref().as_str());
        match (say, noise, silence, keys, hangs_up) {
            (None, None, None, None, false) => Some(None),
            (Some(say), noise, None, None, false) => self.say(say, noise, heard).map(Some),
            (None, Some(noise), None, None, false) => {
                Some(Some(Act::Sound(self.recording("noise", noise)?)))
            }
            (None, None, Some(silence), None, false) => {
                let ms = self.milliseconds(silence)?;
                Some(Some(Act::Sound(room(frames(ms)))))
            }
            (None, None, None, Some(keys), false) => self.keys(keys).map(Some),
            (None, None, None, None, true) => Some(Some(Act::HangUp)),
            _ => {
                self.findings.error(
                    fields.span.clone(),
                    "the caller does several things in one turn",
                    "a turn has only one of `say` (with or without `noise`), `noise`, `silence`, \
                     `keys` and `hang_up`; start a new [[turn]] for the next",
                );
                None
            }
        }
    }

    fn say(&mut self, say: Written, noise: Option<Written>, heard: Option<&str>) -> Option<Act> {
        let noise = match noise {
            Some(noise) => Some(self.recording("noise", noise)?),
            None => None,
        };
        if !say.0.to_lowercase().ends_with(".wav") {
            return Some(Act::Words {
                words: say.0.into(),
                noise,
            });
        }
        let mut frames = self.recording("say", say)?;
        if let Some(noise) = noise {
            let mut mixed = frames.to_vec();
            super::super::mix(&mut mixed, &noise);
            frames = mixed.into();
        }
        Some(Act::Recording {
            frames,
            words: heard.map(Arc::from),
        })
    }

    fn recording(&mut self, key: &str, (name, span): Written) -> Option<Arc<[Frame]>> {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        match recording(&folder.join(&name), RATE) {
            Ok(frames) => Some(frames),
            Err(error) => {
                let message = format!("`{key}` names a recording that cannot be used: {error}");
                let help = "a recording is a WAV file (its name ends in .wav), named from this file's \
                            folder";
                self.findings.error(span, message, help);
                None
            }
        }
    }

    fn keys(&mut self, (text, span): Written) -> Option<Act> {
        let mut keys = Vec::new();
        for c in text.chars().filter(|c| *c != ' ') {
            match Key::from_char(c) {
                Some(key) => keys.push(key),
                None => {
                    let message = format!("`{c}` in `keys` is no key");
                    let help = "a phone has 0 to 9, *, # and perhaps A to D";
                    self.findings.error(span, message, help);
                    return None;
                }
            }
        }
        Some(Act::Keys(keys.into()))
    }

    pub(super) fn wanted(&mut self, fields: &Fields) -> Vec<Wanted> {
        let mut wanted = Vec::new();
        let mut want = |source: &Source, span: &Range<usize>, what| {
            let line = source.line(span.start);
            wanted.push(Wanted { line, what });
        };
        for (key, what) in [
            ("interrupted", Expected::Interrupted),
            ("no_input", Expected::NoInput),
            ("not_understood", Expected::NotUnderstood),
            ("transfer_failed", Expected::TransferFailed),
        ] {
            if let Some(value) = fields.get(key)
                && fields.truth(key, self.findings) == Some(true)
            {
                want(self.source, &value.span(), what);
            }
        }
        if let Some((part, span)) = fields.text("heard", self.findings) {
            want(self.source, &span, Expected::Heard(part));
        }
        let intent = fields.text("intent", self.findings);
        let intents = fields.texts("intents", self.findings).unwrap_or_default();
        for (name, span) in intent.into_iter().chain(intents) {
            let known: Vec<&str> = self.plan.intents.iter().map(|i| &*i.name).collect();
            if self.is_known("intent", &name, &span, &known) {
                want(self.source, &span, Expected::Intent(name));
            }
        }
        for (name, value, span) in self.filled(fields) {
            want(self.source, &span, Expected::Filled { name, value });
        }
        if let Some(written) = fields.text("asked", self.findings) {
            let span = written.1.clone();
            if let Some(how) = self.one_of("asked", written, &ASKED) {
                want(self.source, &span, Expected::Asked(how));
            }
        }
        for (part, span) in fields.texts("answer", self.findings).unwrap_or_default() {
            want(self.source, &span, Expected::Answer(part));
        }
        let not = fields
            .texts("not_answer", self.findings)
            .unwrap_or_default();
        for (part, span) in not {
            want(self.source, &span, Expected::NotAnswer(part));
        }
        if let Some(written) = fields.text("within", self.findings) {
            let span = written.1.clone();
            if let Some(ms) = self.milliseconds(written) {
                want(self.source, &span, Expected::Within(ms));
            }
        }
        wanted
    }

    fn filled(&mut self, fields: &Fields) -> Vec<(String, String, Range<usize>)> {
        let Some(value) = fields.get("filled") else {
            return Vec::new();
        };
        let slots = self.plan.intents.iter().flat_map(|intent| &intent.slots);
        let slots: BTreeSet<&str> = slots.map(|slot| &*slot.name).collect();
        let slots: Vec<&str> = slots.into_iter().collect();
        let given = self.values("filled", "filled = { day = \"2026-11-26\" }", value);
        given
            .into_iter()
            .filter(|(name, _, span)| self.is_known("slot", name, span, &slots))
            .collect()
    }
}
