//! `when`, `[hours]`, and the names that conditions may have in them.

use super::Reader;
use crate::dialplan::Expression;
use crate::dialplan::hours::{self, Holiday, Hours};
use crate::dialplan::values::{Fields, meant};
use jiff::tz::TimeZone;
use std::ops::Range;

impl Reader<'_> {
    /// The condition in `when`, if there is one. Its names are looked at when all of them are known.
    pub(super) fn when(&mut self, fields: &Fields) -> Option<Expression> {
        let (text, span) = fields.text("when", self.findings)?;
        match Expression::parse(&text) {
            Ok(when) => {
                self.conditions.push((when.clone(), span));
                Some(when)
            }
            Err(mistake) => {
                // After the quotes; where there are escapes in the text it is near enough.
                let place = span.start + 1 + mistake.at.start..span.start + 1 + mistake.at.end;
                let place = if place.end < span.end { place } else { span };
                self.findings.error(place, mistake.message, mistake.help);
                None
            }
        }
    }

    /// Every name in a condition must stand for something, and no condition for itself alone.
    pub(super) fn check_conditions(&mut self, names: &[&str]) {
        for (when, span) in std::mem::take(&mut self.conditions) {
            for name in when.names() {
                if names.contains(&name) {
                    continue;
                }
                let help = match meant(name, names) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "it can be the name of something that is asked for or looked up, answered.INTENT, \
                             open, caller, called, date, time, weekday or waiting; put texts in quotes"
                        .to_owned(),
                };
                let message = format!("nothing is called `{name}`");
                self.findings.error(span.clone(), message, help);
            }
            if let Some(always) = when.always() {
                let (message, help) = match always {
                    true => ("this is always so", "take the condition out"),
                    false => (
                        "this is never so",
                        "what depends on it is dead: change it or take it out",
                    ),
                };
                self.findings.warning(span, message, help);
            }
        }
    }

    pub(super) fn hours(&mut self, fields: &Fields) -> Option<Hours> {
        let value = fields.get("hours")?;
        let fields = self.table("hours", "[hours]", value, &["timezone", "open", "closed"])?;
        let example = "timezone = \"Europe/Berlin\"";
        let zone = fields.required_text("timezone", example, self.findings);
        let zone = zone.and_then(|(name, span)| match TimeZone::get(&name) {
            Ok(zone) => Some(zone),
            Err(_) => {
                let message = format!("there is no time zone \"{name}\"");
                let help = "write it like \"Europe/Berlin\" or \"America/New_York\"";
                self.findings.error(span, message, help);
                None
            }
        });
        fields.required("open", "open = [\"Mon-Fri 08:00-18:00\"]", self.findings);
        let open = fields.texts("open", self.findings).unwrap_or_default();
        let closed = fields.texts("closed", self.findings).unwrap_or_default();
        let open = self.each(open, hours::read);
        let closed = self.each(closed, Holiday::read);
        Some(Hours::new(
            zone?,
            open.into_iter().flatten().collect(),
            closed,
        ))
    }

    fn each<T>(
        &mut self,
        written: Vec<(String, Range<usize>)>,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Vec<T> {
        let mut all = Vec::new();
        for (text, span) in written {
            match read(&text) {
                Ok(one) => all.push(one),
                Err(message) => {
                    let help = "times are written like \"Mon-Fri 08:00-12:30, 13:30-18:00\", holidays like \"12-25\"";
                    self.findings.error(span, message, help);
                }
            }
        }
        all
    }
}
