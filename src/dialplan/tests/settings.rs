//! Pronunciations and the voice.

use super::*;

#[test]
fn pronunciations_are_pairs_and_mistakes_in_them_are_told() {
    let dialplan = loaded(&with(
        "[pronunciations]\nNguyen = \"nwin\"\n\"St. Ives\" = \"saint ives\"\n",
    ));
    let pairs = [("Nguyen", "nwin"), ("St. Ives", "saint ives")];
    let pairs = pairs.map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(dialplan.dialplan.pronunciations, pairs);
    for (wrong, says) in [
        (
            "[[pronunciations]]\nNguyen = \"nwin\"\n",
            "[pronunciations]",
        ),
        ("[pronunciations]\nNguyen = 1\n", "Nguyen"),
        ("[pronunciations]\nNguyen = \" \"\n", "empty"),
        ("[pronunciations]\n\" \" = \"nwin\"\n", "no word"),
    ] {
        let mistakes = mistakes(&with(wrong));
        assert!(mistakes[0].contains(says), "{wrong}: {mistakes:?}");
    }
}

#[test]
fn a_dialplan_may_choose_its_voice() {
    let dialplan = loaded(&with(
        "[voice]\nname = \"en_GB-cori-medium\"\nspeaker = 2\nspeed = 0.9\n",
    ))
    .dialplan;
    let voice = VoiceWish {
        name: Some("en_GB-cori-medium".to_owned()),
        speaker: Some(2),
        speed: Some(0.9),
    };
    assert_eq!(dialplan.voice, voice);
    assert_eq!(loaded(&with("")).dialplan.voice, VoiceWish::default());
    for (wrong, says) in [
        ("voice = \"cori\"\n", "[voice]"),
        ("[voice]\nspeaker = -1\n", "from 0 up"),
        ("[voice]\nspeed = \"slow\"\n", "from 0.5 to 2"),
        ("[voice]\nspeed = 3\n", "nobody can be understood"),
        ("[voice]\nspede = 1\n", "did you mean `speed`"),
    ] {
        let wrong = match wrong.strip_prefix("voice") {
            Some(_) => wrong.to_owned() + &with(""),
            None => with(wrong),
        };
        let mistakes = mistakes(&wrong);
        assert!(mistakes[0].contains(says), "{wrong}: {mistakes:?}");
    }
}
