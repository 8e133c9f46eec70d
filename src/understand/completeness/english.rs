//! English endings, over words as [`normalise`](super::super::normalise) leaves them.

use super::among;

pub(super) fn hesitates(words: &[&str]) -> bool {
    let last = |back: usize| nth_last(words, back);
    let appeals = matches!((last(1), last(0)), ("you", "know") | ("i", "mean"))
        && !among(last(2), "do did does let what");
    among(last(0), HESITATION) && !is_listening(words) || appeals
}

/// "Mm hm" and "uh huh" say yes.
fn is_listening(words: &[&str]) -> bool {
    matches!(words, ["mm" | "uh" | "hm", _] | ["mhm" | "mm"])
}

pub(super) fn is_only_filler(words: &[&str]) -> bool {
    let filler = |word: &&str| among(word, HESITATION) || among(word, FILLER);
    !words.is_empty() && words.iter().all(filler) && !is_listening(words)
}

pub(super) fn adds_nothing(words: &[&str]) -> bool {
    match words {
        [] => true,
        ["thank", "you", rest @ ..] => adds_nothing(rest),
        [word, rest @ ..] => among(word, POLITE) && adds_nothing(rest),
    }
}

/// Whether the last words want others after them.
pub(super) fn is_open(words: &[&str]) -> bool {
    let words = match words {
        [said @ .., "please"] if !said.is_empty() => said,
        _ => words,
    };
    if let ["so" | "neither" | "nor", _, whom] = words
        && among(whom, SUBJECT)
    {
        return false;
    }
    let start = words.iter().position(|word| !among(word, FILLER));
    let start = start.unwrap_or(words.len());
    let said = Said(words.get(start..).unwrap_or_default());
    let last = said.last(0);
    among(last, ALWAYS_OPEN)
        || said.is_a_question_without_its_verb()
        || said.is_spelling()
        || !said.may_end_in(last)
}

/// What was said, beginnings such as "hello well" taken away.
struct Said<'w>(&'w [&'w str]);

impl Said<'_> {
    /// Whether a sentence may end in its `last` word.
    fn may_end_in(&self, last: &str) -> bool {
        let before = self.last(1);
        match last {
            "well" => among(before, "very as not feel feeling work works working"),
            "to" => {
                let partner = among(before, "talking speaking talk speak");
                self.is_short_answer("want like need have going love able")
                    || partner && self.begins_with(WH)
            }
            "i" | "you" | "we" | "they" | "it" | "he" | "she" | "there" => {
                !self.leaves_open_what_of(last)
            }
            "am" | "is" | "are" | "was" | "were" => {
                self.is_short_answer(SUBJECT) || self.has_embedded_question()
            }
            "do" | "does" | "did" | "has" | "had" | "have" => {
                let mut earlier = self.0.iter().rev().skip(1);
                let asked = earlier.any(|word| among(word, AUXILIARY));
                self.is_short_answer(SUBJECT) || self.asked_from(WH).is_some() && asked
            }
            "can" | "could" | "will" | "would" | "should" | "might" | "must" => {
                let whenever = self.has("as if what whatever when think");
                self.is_short_answer(SUBJECT) || whenever && among(before, SUBJECT)
            }
            "not" => {
                self.is_short_answer("am are can could did do does have is will would")
                    || among(
                        before,
                        "why of course or hope maybe probably think better guess",
                    )
            }
            "for" | "from" | "with" | "about" | "at" | "by" | "into" | "through" | "on" | "in" => {
                self.may_end_in_a_preposition(last)
            }
            "like" => before != "would",
            "calling" | "going" | "trying" | "looking" => {
                self.begins_with(WH) || self.last(2) == "who"
            }
            _ if among(last, WANTS_AN_OBJECT) => self.names_its_object() && self.0.len() >= 4,
            "me" | "us" => !among(before, "tell give show let send find"),
            "what" | "where" | "when" | "how" | "who" | "which" => {
                self.0.len() == 1 || among(before, "not no sorry or so know that then")
            }
            "many" => false,
            "this" | "that" | "more" => before != "of",
            "some" => !among(before, "of for"),
            "so" => among(before, "think hope guess say believe afraid or not"),
            _ => true,
        }
    }

    fn last(&self, back: usize) -> &str {
        nth_last(self.0, back)
    }

    fn has(&self, one_of: &str) -> bool {
        self.0.iter().any(|word| among(word, one_of))
    }

    fn begins_with(&self, one_of: &str) -> bool {
        self.0.first().is_some_and(|word| among(word, one_of))
    }

    /// How many words a question has that begins with `one_of` and may stand after others, as in "I
    /// lost it what can I do".
    fn asked_from(&self, one_of: &str) -> Option<usize> {
        let asked = self.0.iter().rposition(|word| among(word, one_of))?;
        Some(self.0.len() - asked)
    }

    /// "Yes I do", "no I can not", where `before` are the words that may stand before the last.
    fn is_short_answer(&self, before: &str) -> bool {
        let answers = self.begins_with("yes yeah yep no nope sure sorry maybe");
        self.0.len() <= 7 && answers && among(self.last(1), before)
    }

    /// "Where the clinic is", "what your hours are" inside a longer sentence; but not "hello what
    /// is", nor "can you tell me what is".
    fn has_embedded_question(&self) -> bool {
        let Some(wh) = self.0.iter().rposition(|word| among(word, WH)) else {
            return self.has("whatever");
        };
        let between = self.0.len().saturating_sub(wh + 2);
        let what = self.0.get(wh + 1);
        let counted = what.is_some_and(|word| among(word, COUNTED));
        wh > 0 && between > usize::from(counted)
    }

    /// "Can you" and "the card you" want a verb, "is there" a noun, "where are you" nothing.
    fn leaves_open_what_of(&self, whom: &str) -> bool {
        let before = self.last(1);
        if before.is_empty() {
            return !among(whom, "it there you");
        }
        if among(before, "am is are was were") {
            let asked = self.last(2);
            let place = among(asked, "where who how old much far there");
            let thing = whom == "it" && among(asked, "what when why which time long");
            return !(place || thing);
        }
        if among(before, AUXILIARY) {
            return true;
        }
        // An object comes after a verb or a preposition, a subject after anything else.
        match whom {
            "you" => !among(before, BEFORE_YOU),
            "it" => among(before, LINK),
            "there" => false,
            _ => true,
        }
    }

    /// "Where are you from", "what is it for", "turn it on".
    fn may_end_in_a_preposition(&self, last: &str) -> bool {
        let before = self.last(1);
        let particle = among(last, "on in through") && among(before, BEFORE_PARTICLE);
        let asked = self.asked_from("what where who which");
        let free = among(before, SUBJECT)
            || before.ends_with("ing")
            || among(
                before,
                "is ask call come go pay speak talk look charged located made",
            );
        particle || free && asked.is_some_and(|words| words >= 4)
    }

    /// "What do I need", "that is all I want", "how much do I get".
    fn names_its_object(&self) -> bool {
        self.has("what where how who which all everything if as")
    }

    /// "Which insurance", "is parking", "does my insurance".
    fn is_a_question_without_its_verb(&self) -> bool {
        let asks = self.begins_with("is are was do does did will");
        match self.0 {
            ["what", second] => !among(second, "time else happened now for"),
            ["what" | "which", "of", _] => true,
            ["which" | "can" | "could" | "would", _] => true,
            [_, _] => asks,
            [_, second, _] => asks && among(second, "my the your our his a an any"),
            _ => false,
        }
    }

    /// A number that is being told digit by digit, or letters: "my number is five five".
    fn is_spelling(&self) -> bool {
        let single = |word: &&&str| among(word, DIGIT) || word.chars().count() == 1;
        let run = self.0.iter().rev().take_while(single).count();
        let before = self.last(run);
        let told = before.is_empty() || among(before, "is number code account id zip");
        run >= 2 && told && self.0 != ["nine", "one", "one"]
    }
}

fn nth_last<'w>(words: &[&'w str], back: usize) -> &'w str {
    words.iter().rev().nth(back).copied().unwrap_or("")
}

const HESITATION: &str = "uh um uhm erm er ah hmm hm mm mhm basically anyway";
/// What people begin with, and what may be all of a first breath.
const FILLER: &str = "
    ah and but hello hey hi ok okay oh so well now then just basically actually alright right please
    sorry because good morning afternoon evening";
const POLITE: &str = "please thanks ok now sir madam then again";
/// No sentence of a caller ends in these.
const ALWAYS_OPEN: &str = "
    a an the my your our their its his and or but because if whether than of every very while unless
    until since although though between during without within toward these those another any each
    been being be even such whose own still also always never only just per onto upon via regarding
    new certain several thank as";
/// Verbs that are followed by what they are about.
const WANTS_AN_OBJECT: &str = "
    want need get got give make put let tell say take find use using getting having making wondering
    wanting";
const WH: &str = "what where when how why who which";
const COUNTED: &str = "much many time long kind sort day old far often type";
const AUXILIARY: &str = "
    do does did can could will would should may might must have has had not";
/// Words before a subject that begins a sentence of its own.
const LINK: &str = "
    if when because that and but or so where how why what since until whether while once";
const BEFORE_YOU: &str = "
    about and around ask at behind by call called contact email for from gave give hear help in meet
    near of on pay reach see send sent show tell text thank to told understand visit with";
const BEFORE_PARTICLE: &str = "
    am came check come drop get go goes gone hang hold it log logged me move put sign them turn
    turned walk went work working works";
const SUBJECT: &str = "i you we they it he she there that this";
const DIGIT: &str = "zero oh one two three four five six seven eight nine";
