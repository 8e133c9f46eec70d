//! The server is killed, and starts again with what it had written down.

use super::baresip::{Account, Baresip};
use super::handset::Handset;
use super::office::{Office, PASSWORD};
use std::time::Duration;
use zeroline::audio::{Clip, LineRate, tone, wav};

pub fn after_a_crash_callers_have_their_places_and_promises_are_kept_once() {
    let (mut ben, mut trunk) = (Handset::new(), Handset::new());
    let config = format!(
        "[[queue]]\nname = \"desk\"\naccept = \"answer\"\nwrap_up_seconds = 0\n\
         [[agent]]\nname = \"anna\"\nqueues = [\"desk\"]\npassword = \"{PASSWORD}\"\n\
         [[agent]]\nname = \"ben\"\nqueues = [\"desk\"]\naddress = \"sip:ben@{}\"\n\
         [[trunk]]\nname = \"out\"\naddress = \"sip:{}\"\n",
        ben.address, trunk.address
    );
    let mut office = Office::with(&config);
    office.ask(&["agents", "pause", "ben", "--reason", "lunch"]);
    let folder = tempfile::tempdir().unwrap();
    let says = folder.path().join("tone.wav");
    let hz = LineRate::Narrow.hz();
    let samples = tone::sines(&[1_800.0], 9000.0, hz, 0).take(120 * 8000);
    wav::write_mono(&says, &Clip::new(hz, samples.collect())).unwrap();
    let anna = Baresip::start(
        office.served.address,
        &Account {
            user: "anna",
            password: PASSWORD,
            says: &says,
            answers: false,
            transport: "udp",
            codecs: "PCMU,PCMA",
        },
    );
    office.wait_state("anna", "ready");

    // One who will be called back, three who wait; Anna's phone rings for the first of these.
    let first = office.waiting("4930700");
    first.sound.press('1');
    office.wait_for("4930700", "prompt_started", |e| {
        e["text"].as_str().unwrap().contains("call you back at")
    });
    first.sound.press('1');
    office.wait("4930700", "call_back_promised");
    let numbers = ["4930701", "4930702", "4930703"];
    let callers = numbers.map(|number| office.waiting(number));
    office.wait_until("Anna's phone rings", || {
        (office.state("anna") == "offered").then_some(())
    });
    let promise = office.promises()[0].clone();

    office.served.restart();
    drop((first, callers));
    // At once: nobody has to wait until the phone registers again.
    office.wait_until("Anna can be called", || {
        (office.state("anna") != "away").then_some(())
    });
    assert_eq!(office.state("ben")["paused"], "lunch");
    let again = office.promises();
    assert_eq!(again.len(), 1, "{again:?}");
    assert_eq!(again[0]["promise"], promise["promise"]);
    // Not in their order.
    let mut back = Vec::new();
    for number in [numbers[2], numbers[0], numbers[1]] {
        back.push((number, office.caller(number)));
        let queued = office.wait_for(number, "queued", |e| e["kept"] == true);
        println!("{number}: {queued}");
    }
    let places: Vec<String> = office.view()["queues"][0]["waiting"]
        .as_array()
        .unwrap()
        .iter()
        .map(|waiting| waiting["number"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(places, numbers);

    // The promise is older than all of them; it falls due when its caller has surely hung up.
    office.wait_until("the promise is due", || {
        let now = jiff::Timestamp::now().as_millisecond();
        (office.promises()[0]["due"].as_i64()? < now).then_some(())
    });
    ben_takes_the_promise(&office, &mut ben, &mut trunk);
    office.served.restart();
    std::thread::sleep(Duration::from_secs(3));
    assert!(office.promises().is_empty(), "{:?}", office.promises());
    assert_eq!(trunk.count("INVITE "), 0, "called twice");
    drop((back, anna));
}

fn ben_takes_the_promise(office: &Office, ben: &mut Handset, trunk: &mut Handset) {
    office.ask(&["agents", "off", "anna"]);
    office.ask(&["agents", "ready", "ben"]);
    ben.answer();
    let invite = trunk.answer();
    assert!(
        invite.text.starts_with("INVITE sip:4930700@"),
        "{}",
        invite.text
    );
    office.served.wait_for_log("called back promise=");
}
