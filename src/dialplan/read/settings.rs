//! Pronunciations and the voice.

use super::Reader;
use crate::dialplan::VoiceWish;
use crate::dialplan::values::{Fields, text, wrong_type};
use std::str::FromStr;
use toml::de::DeValue;

impl Reader<'_> {
    pub(super) fn voice(&mut self, fields: &Fields) -> VoiceWish {
        let wish = fields.get("voice").and_then(|value| {
            let known = ["name", "speaker", "speed"];
            let fields = self.table("voice", "[voice]", value, &known)?;
            Some(VoiceWish {
                name: fields.text("name", self.findings).map(|(name, _)| name),
                speaker: self.number(&fields, "speaker", "a number from 0 up"),
                speed: self.speed(&fields),
            })
        });
        wish.unwrap_or_default()
    }

    fn speed(&mut self, fields: &Fields) -> Option<f32> {
        let speed: f32 = self.number(fields, "speed", "a number from 0.5 to 2")?;
        if !(0.5..=2.0).contains(&speed) {
            let span = fields.get("speed")?.span();
            self.findings.error(
                span,
                format!("nobody can be understood at `speed` {speed}"),
                "write a number from 0.5 (slow) to 2 (fast)",
            );
            return None;
        }
        Some(speed)
    }

    fn number<T: FromStr>(&mut self, fields: &Fields, key: &str, wanted: &str) -> Option<T> {
        let value = fields.get(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(number) => number.as_str().parse().ok(),
            DeValue::Float(number) => number.as_str().parse().ok(),
            _ => None,
        };
        if number.is_none() {
            wrong_type(key, wanted, value.get_ref(), value.span(), self.findings);
        }
        number
    }

    pub(super) fn pronunciations(&mut self, fields: &Fields) -> Vec<(String, String)> {
        let Some(value) = fields.get("pronunciations") else {
            return Vec::new();
        };
        let DeValue::Table(table) = value.get_ref() else {
            let wanted = "a table that starts with a line [pronunciations]";
            let (found, span) = (value.get_ref(), value.span());
            wrong_type("pronunciations", wanted, found, span, self.findings);
            return Vec::new();
        };
        let mut pairs = Vec::new();
        for (written, said) in table {
            let key = written.get_ref().to_string();
            let Some((said, span)) = text(&key, said, self.findings) else {
                continue;
            };
            if key.trim().is_empty() {
                self.findings.error(
                    span,
                    format!("\"{said}\" is how no word is said"),
                    "write the word before it, such as `Nguyen = \"nwin\"`",
                );
                continue;
            }
            pairs.push((key, said));
        }
        pairs
    }
}
