//! Dialplans that are made up, and callers who do what comes into their heads: where the proof holds, no
//! caller of the real [`Dialog`] is ever stuck. What is found by calling and was not found by proving
//! is a mistake in the proof.

use super::super::prove;
use super::parsed;
use crate::dialplan::{Dialog, Dialplan, LookedUp, Next, Nobody, Turn, World};
use jiff::Timestamp;
use proptest::prelude::*;
use std::fmt::Write;
use std::sync::Arc;

/// A Monday, 10:00 and 22:00 in UTC.
const DAY: Timestamp = Timestamp::constant(1_780_308_000, 0);
const NIGHT: Timestamp = Timestamp::constant(1_780_351_200, 0);

const THINGS: [&str; 5] = ["apples", "pears", "cherries", "lemons", "walnuts"];
/// Name, what is written, and two ways to answer.
const SLOTS: [(&str, &str, [&str; 2]); 5] = [
    ("gift", "type = \"yes-no\"", ["yes", "no"]),
    (
        "number",
        "type = \"digits\", length = 4",
        ["one two three four", "five six seven eight"],
    ),
    ("day", "type = \"date\"", ["tomorrow", "next friday"]),
    (
        "size",
        "type = \"choice\", choices = [\"small\", \"large\"]",
        ["small", "large"],
    ),
    (
        "count",
        "type = \"number\", least = 1, most = 9",
        ["two", "seven"],
    ),
];
const ALWAYS: [&str; 5] = [
    "open",
    "not open",
    "said \"please\"",
    "weekday = \"Monday\"",
    "time < \"12:00\"",
];
const ON_SLOTS: [&str; 5] = [
    "gift",
    "number > 2000",
    "day > date",
    "size = \"large\"",
    "count > 5",
];

/// Takes one thing after another out of what proptest made up.
struct Draw(std::vec::IntoIter<u8>);

impl Draw {
    fn below(&mut self, most: usize) -> usize {
        usize::from(self.0.next().unwrap_or(0)) % most.max(1)
    }

    fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 1
    }

    fn of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts
            .get(self.below(texts.len()))
            .copied()
            .unwrap_or_default()
    }
}

/// A dialplan as text; most are good, and some are not.
fn made_up(draw: &mut Draw) -> String {
    let mut text = "name = \"Shop\"\nlanguage = \"en-US\"\ngreeting = \"Hello. Press 0 for a person.\"\n[human]\n".to_owned();
    let has_queue = draw.once_in(3);
    text.push_str(match has_queue {
        true => "queue = \"desk\"\n",
        false => "target = \"sip:desk@127.0.0.1\"\n",
    });
    if has_queue && draw.once_in(2) {
        text.push_str("[hours]\ntimezone = \"UTC\"\nopen = [\"Mon-Fri 08:00-18:00\"]\n");
    } else if draw.once_in(2) {
        text.push_str("[hours]\ntimezone = \"UTC\"\nopen = [\"Mon-Fri 08:00-18:00\"]\n[human.closed]\nsay = \"We are closed.\"\n");
        match draw.below(4) {
            0 => text.push_str("ask.number = { say = \"Your number?\", type = \"digits\", length = 4 }\n"),
            1 => text.push_str("ask.number = { say = \"Your number?\", type = \"digits\", length = 4 }\nask.message = { say = \"What is it?\", type = \"text\", confirm = true }\n"),
            2 => text.push_str("ask.message = { say = \"What is it?\", type = \"text\", when = \"said \\\"please\\\"\" }\n"),
            _ => text.push_str("ask.message = { say = \"What is it?\", type = \"text\" }\n"),
        }
    }
    for occasion in ["no_match", "no_input", "help"] {
        // Each is said once in a call: here they do not run out.
        let say: Vec<String> = (0..60)
            .map(|n| format!("\"Press 0, or again {n}.\""))
            .collect();
        let _ = writeln!(text, "[{occasion}]\nsay = [{}]", say.join(", "));
    }
    let intents = 1 + draw.below(THINGS.len());
    let mut looked_up = Vec::new();
    let slots: Vec<Vec<usize>> = (0..intents)
        .map(|_| {
            let mut slots: Vec<usize> = (0..draw.below(3))
                .map(|_| draw.below(SLOTS.len()))
                .collect();
            slots.sort_unstable();
            slots.dedup();
            slots
        })
        .collect();
    let asked: Vec<usize> = slots.iter().flatten().copied().collect();
    for (thing, slots) in THINGS.iter().zip(&slots) {
        let when = |draw: &mut Draw| -> String {
            let one = match asked.get(draw.below(asked.len() * 2)) {
                Some(slot) => ON_SLOTS[*slot],
                None => draw.of(&ALWAYS),
            };
            match draw.below(4) {
                0 => format!("not ({one})"),
                1 => format!("{one} and {}", draw.of(&ALWAYS)),
                _ => one.to_owned(),
            }
        };
        let _ = write!(
            text,
            "[[intent]]\nname = \"{thing}\"\nexamples = [\"tell me about {thing}\", \"{thing} please\", \"I would like to hear of {thing}\"]\n"
        );
        let mut values = String::new();
        for slot in slots {
            let (name, kind, _) = SLOTS[*slot];
            let confirm = if draw.once_in(4) {
                ", confirm = true"
            } else {
                ""
            };
            let sometimes = match draw.once_in(5) {
                true => format!(", when = '{}'", when(draw)),
                false => String::new(),
            };
            let _ = writeln!(
                text,
                "ask.{name} = {{ say = \"Which {name}?\", {kind}{confirm}{sometimes} }}"
            );
            let _ = write!(values, " <{{{name}}}>");
        }
        if draw.once_in(4) {
            let _ = writeln!(text, "confirm = \"Really{values}?\"");
        }
        if let Some(slot) = slots.first().filter(|_| draw.once_in(3)) {
            let _ = writeln!(text, "lookup = \"{thing}\"");
            let _ = write!(values, " <{{about-{thing}}}>");
            looked_up.push((thing, SLOTS[*slot].0));
        }
        let _ = writeln!(text, "say = \"This is all about {thing}{values}.\"");
        let then = |draw: &mut Draw| match draw.below(6) {
            0 => "human".to_owned(),
            1 => "hang-up".to_owned(),
            2 => format!("intent {}", THINGS[draw.below(intents)]),
            _ => "listen".to_owned(),
        };
        let _ = writeln!(text, "then = \"{}\"", then(draw));
        for case in 0..draw.below(3) {
            let (when, then) = (when(draw), then(draw));
            let _ = writeln!(
                text,
                "[[intent.case]]\nwhen = '{when}'\nsay = \"Case {case} of {thing}{values}.\"\nthen = \"{then}\""
            );
        }
    }
    for (thing, slot) in looked_up {
        let _ = write!(
            text,
            "[lookup.{thing}]\nget = \"http://127.0.0.1:9/{{{slot}}}\"\ngives = {{ about-{thing} = \"/about\" }}\n"
        );
    }
    text
}

struct Caller {
    dialog: Dialog,
    now: Timestamp,
    /// What was said and done, for who reads of a failure.
    story: Vec<String>,
}

impl Caller {
    fn of(plan: &Arc<Dialplan>, now: Timestamp, number: &str) -> Caller {
        let world = World {
            now,
            caller: number.to_owned(),
            ..World::default()
        };
        Caller {
            dialog: Dialog::new(plan.clone(), world),
            now,
            story: Vec::new(),
        }
    }

    fn tell(&mut self, what: &str, turn: Turn) -> Result<Turn, String> {
        let said: Vec<&str> = turn.say.iter().map(|(text, _)| &**text).collect();
        let said = said.join(" ");
        self.story
            .push(format!("{what}: {said} -> {:?}", turn.then));
        if said.contains("<>") || said.contains('{') {
            return Err("a gap in a sentence".to_owned());
        }
        if said.is_empty() && matches!(turn.then, Next::Listen) {
            return Err("nothing is said".to_owned());
        }
        Ok(turn)
    }

    fn hears(&mut self, text: &str) -> Result<Turn, String> {
        let turn = self.dialog.hear(text, self.now);
        self.tell(text, turn)
    }

    fn silent(&mut self) -> Result<Turn, String> {
        let turn = self.dialog.silent(self.now);
        self.tell("(silence)", turn)
    }

    /// Whatever comes, as `Call` would pass it on. None when the call is over.
    fn goes_on(
        &mut self,
        plan: &Dialplan,
        last: &Turn,
        draw: &mut Draw,
    ) -> Result<Option<Turn>, String> {
        let turn = match &last.then {
            Next::HangUp => return Ok(None),
            Next::Human if plan.has_queue() && draw.once_in(2) => {
                let why = [Nobody::Closed, Nobody::NotStaffed, Nobody::TooLong];
                let turn = self.dialog.nobody_at_work(why[draw.below(3)], self.now);
                self.tell("(nobody at work)", turn)?
            }
            Next::Human => {
                let turn = self.dialog.nobody_there(self.now);
                self.tell("(nobody there)", turn)?
            }
            Next::CallBack(number) if number.is_empty() => {
                return Err("a call-back to nobody".to_owned());
            }
            Next::CallBack(_) => return Ok(None),
            Next::LookUp(lookup, _) => {
                let gives = lookup
                    .gives()
                    .map(|name| (name.to_owned(), "fine".to_owned()));
                let answer = match draw.below(4) {
                    0 => LookedUp::NotFound(String::new()),
                    1 => LookedUp::Failed(String::new()),
                    _ => LookedUp::Found(gives.collect()),
                };
                let told = format!("({answer:?})");
                let turn = self.dialog.looked_up(answer, self.now);
                self.tell(&told, turn)?
            }
            Next::Listen => {
                let slot = SLOTS[draw.below(SLOTS.len())].2[draw.below(2)];
                let thing = THINGS[draw.below(plan.intents.len().min(THINGS.len()))];
                match draw.below(11) {
                    10 => self.calls_back(plan)?,
                    9 => self.hears("leave it")?,
                    0 => self.silent()?,
                    1 => self.hears("purple mountains")?,
                    2 => self.hears("no")?,
                    3 => self.hears("yes")?,
                    4 => self.hears(&format!("tell me about {thing}"))?,
                    5 => self.hears(&format!("{thing} please"))?,
                    6 => {
                        let turn = self.dialog.keyed("1", self.now);
                        self.tell("(key 1)", turn)?
                    }
                    _ => self.hears(slot)?,
                }
            }
        };
        Ok(Some(turn))
    }

    fn calls_back(&mut self, plan: &Dialplan) -> Result<Turn, String> {
        if !plan.has_queue() {
            return self.hears("call me back");
        }
        let turn = self.dialog.call_back(self.now);
        self.tell("(call-back)", turn)
    }

    /// The offer is there, and a call-back can be had of it.
    fn is_called_back(&mut self, plan: &Dialplan) -> Result<(), String> {
        if !self.dialog.offers_way_out() {
            return Err("0 leads to no offer".to_owned());
        }
        let mut turn = self.calls_back(plan)?;
        for _ in 0..4 {
            let asked = turn.say.last().map(|(text, _)| text.to_string());
            turn = match turn.then {
                Next::CallBack(number) if !number.is_empty() => return Ok(()),
                Next::Listen if asked.is_some_and(|asked| asked.contains("number shall we")) => {
                    self.hears("five five five zero one nine nine")?
                }
                Next::Listen => self.hears("yes")?,
                _ => break,
            };
        }
        Err("0 leads to no call-back".to_owned())
    }

    /// 0, and then a person, or a message that is left, or a call-back.
    fn presses_0(&mut self, plan: &Dialplan, closed: bool) -> Result<(), String> {
        let turn = self.dialog.wants_human(self.now);
        let mut turn = self.tell("(0)", turn)?;
        if !closed {
            return match turn.then {
                Next::Human => Ok(()),
                _ => Err("0 does not reach a person".to_owned()),
            };
        }
        if plan.human.closed.is_none() {
            return self.is_called_back(plan);
        }
        for _ in 0..12 {
            let asked = match turn.then {
                Next::HangUp if self.story.iter().any(|line| line.contains("noted")) => {
                    return Ok(());
                }
                Next::Listen => turn
                    .say
                    .last()
                    .map(|(text, _)| text.to_string())
                    .unwrap_or_default(),
                _ => return Err("0 leads to no message".to_owned()),
            };
            turn = match asked.as_str() {
                "Your number?" => self.hears("one two three four")?,
                "What is it?" => self.hears("my basket is gone")?,
                _ => self.hears("yes")?,
            };
        }
        Err("the message is never finished".to_owned())
    }

    /// Nothing, or nothing that is understood, comes to an end.
    fn gives_up(&mut self, silent: bool) -> Result<(), String> {
        for _ in 0..12 {
            let turn = match silent {
                true => self.silent()?,
                // Said as an answer to a question for a text, it is one.
                false => self.hears("purple mountains")?,
            };
            if !matches!(turn.then, Next::Listen) {
                return Ok(());
            }
        }
        Err("it never ends".to_owned())
    }
}

fn call(plan: &Arc<Dialplan>, draw: &mut Draw) -> Result<(), (String, Vec<String>)> {
    let has_hours = plan.hours.is_some();
    let closed = has_hours && draw.once_in(2);
    let number = draw.of(&["+4930123456", "anonymous"]);
    let mut caller = Caller::of(plan, if closed { NIGHT } else { DAY }, number);
    let result = (|| {
        let mut last = Turn {
            say: Vec::new(),
            then: Next::Listen,
            notes: Vec::new(),
        };
        for _ in 0..draw.below(24) {
            match caller.goes_on(plan, &last, draw)? {
                Some(turn) => last = turn,
                None => return Ok(()),
            }
        }
        match last.then {
            Next::Human | Next::HangUp | Next::CallBack(_) => Ok(()),
            Next::LookUp(..) => caller.presses_0(plan, closed),
            Next::Listen => match draw.below(3) {
                0 => caller.gives_up(true),
                1 => caller.gives_up(false),
                _ => caller.presses_0(plan, closed),
            },
        }
    })();
    result.map_err(|why: String| (why, caller.story))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn no_caller_of_a_dialplan_that_is_proved_is_stuck(
        plan in proptest::collection::vec(any::<u8>(), 40..120),
        calls in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 80), 12),
    ) {
        let text = made_up(&mut Draw(plan.into_iter()));
        let plan = Arc::new(parsed(&text));
        let found = prove(&plan);
        // What is dead is no trap: callers may come and find that.
        let is_trap = |found: &&crate::dialplan::Diagnostic| {
            !found.message.contains("never")
        };
        if found.iter().find(is_trap).is_some() {
            return Ok(());
        }
        for calls in calls {
            if let Err((why, story)) = call(&plan, &mut Draw(calls.into_iter())) {
                return Err(TestCaseError::fail(format!("{why}\n{}\n{text}", story.join("\n"))));
            }
        }
    }
}
