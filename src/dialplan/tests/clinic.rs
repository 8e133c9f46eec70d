//! The example that companies copy.

use super::*;

#[test]
fn the_clinic_has_no_mistake_and_nothing_to_warn_of() {
    let Loaded { dialplan, warnings } = loaded(CLINIC);
    assert!(warnings.is_empty(), "{warnings:#?}");
    assert_eq!(dialplan.name, "Lakeside Clinic");
    let Reach::Queue { name, .. } = &dialplan.human.reach else {
        panic!("{:?}", dialplan.human.reach);
    };
    assert_eq!(name, "front-desk");
    assert!(dialplan.greeting().say[0].contains('0'));
}

#[test]
fn the_clinic_understands_its_callers_in_other_words() {
    let clinic = clinic();
    let said = [
        ("win are you open", "opening-hours"),
        ("are you open on sundays", "opening-hours"),
        ("hi, can you tell me what your hours are", "opening-hours"),
        ("when do you close on friday", "opening-hours"),
        ("how late are you open", "opening-hours"),
        ("where are you", "address"),
        ("what street is the clinic on", "address"),
        ("i need directions to the clinic", "address"),
        ("where do i park", "parking"),
        ("weather you park", "parking"),
        ("do I have to pay for parking", "parking"),
        ("i need to move my appoint meant", "reschedule"),
        ("could I move my appointment to Tuesday?", "reschedule"),
        ("I wanna reschedule", "reschedule"),
        ("i need to cancel my appointment", "reschedule"),
        ("i'd like an appointment with the doctor", "new-appointment"),
        (
            "could i get an appointment for next week",
            "new-appointment",
        ),
        ("i have to see a doctor", "new-appointment"),
        ("I need a new prescription please", "prescription"),
        ("can I get a refill of my medicine", "prescription"),
        ("my pre scription ran out", "prescription"),
        ("do you except my insurance", "insurance"),
        ("which insurances do you take", "insurance"),
        ("are my results back", "test-results"),
        (
            "do you have the results of my blood test yet",
            "test-results",
        ),
        ("he can't breathe", "emergency"),
        ("it's an emergency", "emergency"),
        ("i think i have a heart attack", "emergency"),
        ("thanks, bye", "goodbye"),
        ("ok thank you that's all", "goodbye"),
    ];
    let wrong: Vec<_> = said
        .iter()
        .filter(|(text, intent)| heard(&clinic, text) != *intent)
        .map(|(text, intent)| format!("{text}: {} for {intent}", heard(&clinic, text)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_clinic_does_not_answer_what_it_does_not_know() {
    let clinic = clinic();
    let wrong: Vec<_> = [
        "what is the capital of france",
        "tell me a joke",
        "i want to order a pizza",
        "how is the weather today",
        "can you play some music",
        "what is your favorite color",
        "how old are you",
        "do you sell bicycles",
        "what is two plus two",
        "book me a flight to boston",
        "the quick brown fox",
        "can i get a loan",
        "my computer is broken",
        "who is the president",
        "how much does a haircut cost",
        "do you have",
        "what is the",
        "yes",
    ]
    .into_iter()
    .filter(|text| heard(&clinic, text) != "-")
    .map(|text| format!("{text}: {}", heard(&clinic, text)))
    .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn asking_for_a_person_wins_over_every_intent() {
    let clinic = clinic();
    assert_eq!(heard(&clinic, "can I talk to a person"), "HUMAN");
    assert_eq!(
        heard(&clinic, "I want to talk to somebody about my appointment"),
        "HUMAN"
    );
}

#[test]
fn the_recogniser_knows_every_word_the_clinic_expects() {
    let dictionary = "/usr/share/pocketsphinx/model/en-us/cmudict-en-us.dict";
    let Ok(dictionary) = std::fs::read_to_string(dictionary) else {
        println!("skipped: there is no {dictionary}");
        return;
    };
    let known: std::collections::HashSet<&str> = dictionary
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    let phrases = clinic().phrases();
    let unknown: Vec<&str> = phrases
        .iter()
        .flat_map(|phrase| phrase.split(' '))
        // What stands for a value is not a word.
        .filter(|word| !word.starts_with('{') && !known.contains(word))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}
