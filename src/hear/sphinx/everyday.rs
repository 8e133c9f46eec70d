//! What callers say around the thing they want, and the commonest English words: vocabulary
//! that a dialplan does not have to list.

/// Said before or after a request without changing it.
pub const AROUND: &[&str] = &[
    "hi",
    "hello",
    "hey",
    "um",
    "uh",
    "yes",
    "yeah",
    "please",
    "so",
    "well",
    "okay",
    "good morning",
    "good afternoon",
    "excuse me",
    "can you tell me",
    "could you tell me",
    "do you know",
    "i would like to know",
    "i want to know",
    "i was wondering",
    "i am calling about",
    "i'd like to",
    "i would like to",
    "i want to",
    "i need to",
    "could you",
    "could i",
    "can i",
    "can you",
    "thank you",
    "thanks",
    "tomorrow",
    "today",
    "now",
    "just",
    "actually",
];

/// Of these, what is said after a request.
pub const AFTER: &[&str] = &["please", "thanks", "thank", "today", "tomorrow", "now"];

/// What other speech is mostly made of. It gives speech about something else a better
/// explanation than the dialplan's words, which is how it is told apart.
pub const COMMON: &str = "\
    the a an and or but if of to in on at for with from by about as is are was were be been am do \
    does did have has had will would can could should may might must i you he she it we they me \
    him her us them my your his its our their this that these those what which who when where why \
    how not no yes all any some there here up out down then than so very just more most other new \
    time day days week people year way thing things good like know get go come make take see look \
    want give use find tell ask work call try need feel leave put one two three four five six \
    seven eight nine ten first last monday tuesday wednesday thursday friday saturday sunday \
    morning afternoon evening night next today tomorrow hello hi okay please thanks thank sorry \
    also again still only because into over after before back off really right well much many \
    went said says think thought long little big old great own where's what's that's it's i'm i'll \
    i've don't can't didn't let something nothing never always home house car money name number \
    phone book food water school buy pay play read write send bring keep start stop turn talk hear";

/// Every word in [`AROUND`], [`AFTER`] and [`COMMON`]; some more than once.
pub fn words() -> impl Iterator<Item = &'static str> {
    AROUND
        .iter()
        .chain(AFTER)
        .flat_map(|said| said.split(' '))
        .chain(COMMON.split_whitespace())
}
