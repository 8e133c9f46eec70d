//! What the company's systems answer in a test.

use super::*;

impl Reader<'_> {
    pub(super) fn lookups(
        &mut self,
        value: &Spanned<DeValue>,
        lookups: &mut BTreeMap<String, LookedUp>,
    ) {
        let DeValue::Table(table) = value.get_ref() else {
            let wanted = "a table that starts with a line such as [lookup.parcel]";
            wrong_type(
                "lookup",
                wanted,
                value.get_ref(),
                value.span(),
                self.findings,
            );
            return;
        };
        let known: BTreeMap<&str, Vec<&str>> = self
            .plan
            .intents
            .iter()
            .filter_map(|intent| intent.lookup.as_ref())
            .map(|lookup| (lookup.name(), lookup.gives().collect()))
            .collect();
        let names: Vec<&str> = known.keys().copied().collect();
        for (name, value) in table {
            let (name, span) = (name.get_ref().as_ref(), name.span());
            if !self.is_known("lookup", name, &span, &names) {
                continue;
            }
            let gives = known.get(name).map(Vec::as_slice).unwrap_or_default();
            if let Some(result) = self.lookup(name, value, gives) {
                lookups.insert(name.to_owned(), result);
            }
        }
    }

    /// `known` is what the dialplan wants from it.
    fn lookup(&mut self, name: &str, value: &Spanned<DeValue>, known: &[&str]) -> Option<LookedUp> {
        let called = format!("[lookup.{name}]");
        let DeValue::Table(table) = value.get_ref() else {
            let wanted = format!("a table that starts with a line {called}");
            wrong_type(name, &wanted, value.get_ref(), value.span(), self.findings);
            return None;
        };
        let keys = ["gives", "fails", "not_found"];
        let fields = Fields::of(&called, value.span(), table, &keys, self.findings);
        let fails = fields.text("fails", self.findings);
        let not_found = fields.truth("not_found", self.findings) == Some(true);
        match (fields.get("gives"), fails, not_found) {
            (Some(value), None, false) => {
                let mut found = BTreeMap::new();
                for (name, value, span) in
                    self.values("gives", "gives = { state = \"sent\" }", value)
                {
                    if self.is_known("value of this lookup", &name, &span, known) {
                        found.insert(name, value);
                    }
                }
                for missing in known.iter().filter(|name| !found.contains_key(**name)) {
                    let message = format!("`{missing}` is missing in `gives` of {called}");
                    let help = "write all that the dialplan takes from the answer; a system that leaves \
                                one out counts as not_found = true";
                    self.findings.error(value.span(), message, help);
                }
                Some(LookedUp::Found(found))
            }
            (None, Some((why, _)), false) => Some(LookedUp::Failed(why)),
            (None, None, true) => Some(LookedUp::NotFound("no such thing".to_owned())),
            _ => {
                let message = format!("what {called} answers is not clear");
                let help = "write one of gives = { … }, fails = \"why\" and not_found = true";
                self.findings.error(fields.span.clone(), message, help);
                None
            }
        }
    }
}
