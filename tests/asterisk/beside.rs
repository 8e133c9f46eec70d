//! A real Asterisk and a running Zeroline beside each other, a caller from outside, and Anna's phone.

use crate::common::asterisk::{
    Asterisk, MemberPhone, Rung, caller, hang_up, media_of, press, talk,
};
use crate::common::{Phone, Served};
use serde_json::Value;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use zeroline::line::sip::uui;

/// Little to listen to. `human` is more of that part.
fn plan(human: &str) -> String {
    format!(
        "name = \"Short\"\nlanguage = \"en-US\"\ngreeting = \"Hello.\"\n\n[human]\n{human}\n\
         say = \"One moment.\"\nfailed = \"Nobody answers.\"\n\n[[intent]]\nname = \"hours\"\n\
         examples = [\"when are you open\", \"your opening hours\", \"are you open today\"]\n\
         say = \"From eight to six.\"\n"
    )
}

/// Asterisk with Anna's phone, and Zeroline beside it, up and known to each other.
pub struct Beside {
    pub asterisk: Asterisk,
    pub served: Served,
    pub anna: MemberPhone,
}

impl Beside {
    /// `human` and `config` may name Asterisk's `SIP` and `AMI` addresses.
    pub fn start(human: &str, config: &str) -> Option<Beside> {
        Beside::with(human, config, |_| {})
    }

    pub fn with(human: &str, config: &str, change: impl FnOnce(&Asterisk)) -> Option<Beside> {
        let mut asterisk = Asterisk::new()?;
        let filled = |text: &str| {
            text.replace("SIP", &asterisk.sip.to_string())
                .replace("AMI", &asterisk.manager.to_string())
        };
        let anna = MemberPhone::new("127.0.0.3");
        let served = Served::with(&plan(&filled(human)), &filled(config));
        asterisk.zeroline(served.address);
        asterisk.phone("101", anna.address);
        change(&asterisk);
        asterisk.start();
        asterisk.wait_for("pjsip show contacts", "Avail");
        Some(Beside {
            asterisk,
            served,
            anna,
        })
    }

    pub fn caller(&self) -> Caller {
        let mut phone = caller(&self.asterisk);
        let (tag, rtp) = phone.connect();
        Caller {
            phone,
            tag,
            rtp,
            pressed: 0,
        }
    }

    pub fn happened(&self, kind: &str) {
        self.happened_times(kind, 1);
    }

    #[track_caller]
    pub fn happened_times(&self, kind: &str, times: usize) {
        self.served
            .wait_for(&format!("{kind}, {times} times"), |events| {
                events.iter().filter(|e| e["event"] == kind).count() >= times
            });
    }

    #[track_caller]
    pub fn said(&self, text: &str, times: usize) {
        let is_said = |e: &&Value| e["event"] == "prompt_started" && e["text"] == text;
        self.served.wait_for(&format!("said: {text}"), |events| {
            events.iter().filter(is_said).count() >= times
        });
    }

    /// Why the last transfer failed.
    pub fn reason(&self) -> String {
        let events = self.served.events();
        let mut failed = events.iter().rev();
        let failed = failed.find(|e| e["event"] == "transfer_failed").unwrap();
        failed["reason"].as_str().unwrap().to_owned()
    }

    /// The caller and Anna have each other, and nobody else is on a line.
    #[track_caller]
    pub fn must_talk(&self, caller: &mut Caller, rung: &Rung) {
        talk(
            (&caller.phone.rtp, caller.rtp),
            (&self.anna.rtp, media_of(&rung.request)),
        );
        self.asterisk
            .wait_for("core show channels", "2 active channels");
        // They have the call to themselves until one of them hangs up.
        self.anna.hang_up(rung);
        caller.must_be_hung_up();
        self.asterisk
            .wait_for("core show channels", "0 active channels");
        assert_eq!(self.served.count("call_started"), 1, "nobody came back");
    }
}

/// A caller from outside who has been answered.
pub struct Caller {
    pub phone: Phone,
    tag: String,
    pub rtp: SocketAddr,
    pressed: u32,
}

impl Caller {
    pub fn press(&mut self, key: char) {
        self.pressed += 1;
        press(&self.phone.rtp, self.rtp, key, self.pressed);
    }

    #[track_caller]
    pub fn must_be_hung_up(&self) {
        let limit = Instant::now() + Duration::from_secs(20);
        while Instant::now() < limit {
            match self.phone.receive() {
                Some(message) if message.starts_with("BYE ") => return,
                _ => {}
            }
        }
        panic!("the caller was never hung up");
    }

    pub fn hang_up(&self) {
        hang_up(&self.phone, &self.tag);
    }
}

/// What a phone shows of a caller.
pub fn note(rung: &Rung) -> String {
    uui::text(rung.header("User-to-User").expect("no note")).unwrap()
}
