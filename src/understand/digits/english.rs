//! English digits and numbers.

use super::super::completeness::among;

/// Whether `words` are only what people say around a number; `before` the first digit they may
/// also tell what number it is.
pub(super) fn is_filler(words: &[String], before: bool) -> bool {
    let filler = |words: &[String]| words.iter().all(|word| among(word, FILLER));
    if filler(words) {
        return true;
    }
    // "The parcel number on the letter is".
    let whose = words.iter().position(|word| among(word, WHOSE));
    let is = words.iter().rposition(|word| among(word, IS));
    let (Some(whose), Some(is)) = (whose, is) else {
        return false;
    };
    let (Some(start), Some(named), Some(end)) =
        (words.get(..whose), words.get(whose..is), words.get(is..))
    else {
        return false;
    };
    let tells = named.len() <= LONGEST_NAME && !named.iter().any(|word| among(word, NO_NAME));
    before && tells && filler(start) && filler(end)
}

const FILLER: &str = "
    uh um uhm erm er ah hmm hm mm oh well so okay ok yes yeah yep no nope sorry sure right alright
    hello hi please thanks thank you and then its it is was that thats this dash hyphen space the
    number numbers digits my id code pin here we go goes let me see i think believe have got ive
    know guess again said just actually all everything done a starts begins ends with in";
/// Begins to tell what number it is.
const WHOSE: &str = "my our the your his her their this that its";
/// Ends it.
const IS: &str = "is was number numbers code id pin reads says";
const LONGEST_NAME: usize = 6;
/// Who says these tells something else.
const NO_NAME: &str = "
    not never what where when why how who which cannot cant dont doesnt if want need would could can
    to";
