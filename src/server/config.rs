//! `zeroline.toml`: where to listen, which dialplan, which engines. Everything has a default.

use super::limits::Limits;
use super::listen::{Tls, listening, one_or_several};
use super::people::{self, Agent, Asterisk, People, Queue};
use super::trunks::{self, Trunk};
use crate::hear::{Wanted, WantedVad};
use crate::human::Setup;
use crate::line::codec::Codec;
use crate::line::sdp::Policy;
use crate::line::sip;
use serde::Deserialize;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// SIP over UDP and TCP: an explicit address, because phones are told to send there, or several.
    #[serde(deserialize_with = "one_or_several")]
    pub listen: Vec<SocketAddr>,
    /// SIP over TLS; port 5061 of the same where nothing is written and there is a certificate.
    #[serde(deserialize_with = "one_or_several")]
    pub listen_tls: Vec<SocketAddr>,
    pub tls: Tls,
    /// What a NAT in front of us is called by those outside of it.
    pub external: Option<IpAddr>,
    /// First and last UDP port for sound: an even one and the next for each call.
    pub rtp_ports: [u16; 2],
    pub media: MediaTable,
    /// The dialplan file; the bundled clinic without it. Relative to the configuration file.
    pub dialplan: Option<PathBuf>,
    /// Where calls are recorded as events. Relative to the configuration file.
    pub data: PathBuf,
    /// Calls at a time; more are told to come back later (503).
    pub most_calls: usize,
    /// How long calls may go on after SIGTERM.
    pub drain_seconds: u64,
    /// Where Prometheus may read figures over HTTP, such as 127.0.0.1:9464; nowhere without it.
    pub metrics: Option<SocketAddr>,
    pub limits: Limits,
    pub recognition: Recognition,
    pub listening: Listening,
    /// Where callers wait; one, where neither queues nor agents are written.
    #[serde(rename = "queue", default)]
    pub queues: Vec<Queue>,
    /// Who takes them.
    #[serde(rename = "agent", default)]
    pub agents: Vec<Agent>,
    /// Over whom we call out, the one to be tried first first.
    #[serde(rename = "trunk", default)]
    pub trunks: Vec<Trunk>,
    pub asterisk: Option<Asterisk>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Listening {
    /// `webrtc`, or `silero` where its model is installed: hears through music, for more CPU.
    pub vad: WantedVad,
}

/// The sound of calls.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MediaTable {
    /// The codecs that are spoken, the one that is liked best first: of those that a caller offers, the
    /// first of these is taken. `g722`, `opus`, `pcmu`, `pcma`.
    pub codecs: Vec<Codec>,
    /// Encrypted sound (SRTP): `off`, `allowed` or `required`.
    pub srtp: Policy,
}

impl Default for MediaTable {
    fn default() -> MediaTable {
        MediaTable {
            codecs: Codec::ALL.into(),
            srtp: Policy::default(),
        }
    }
}

impl MediaTable {
    fn check(&self) -> Result<(), String> {
        let twice =
            |(at, codec): (usize, &Codec)| self.codecs.iter().skip(at + 1).any(|c| c == codec);
        if self.codecs.is_empty() || self.codecs.iter().enumerate().any(twice) {
            let example = "codecs = [\"pcma\", \"pcmu\"]";
            return Err(format!(
                "[media] codecs: write each codec once, and at least one, such as {example}"
            ));
        }
        Ok(())
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Recognition {
    /// `auto`, `whisper` or `pocketsphinx`.
    pub engine: Wanted,
    /// A Whisper model file (ggml); without it, one is looked for in the model folders.
    pub model: Option<PathBuf>,
    /// Recognitions at a time; 0 chooses by the machine.
    pub threads: usize,
}

impl Default for Config {
    fn default() -> Config {
        let (queues, agents) = people::by_default();
        Config {
            listen: vec![SocketAddr::from(([127, 0, 0, 1], 5060))],
            listen_tls: Vec::new(),
            tls: Tls::default(),
            external: None,
            rtp_ports: [16_384, 32_767],
            media: MediaTable::default(),
            dialplan: None,
            data: PathBuf::from("data"),
            most_calls: 200,
            drain_seconds: 60,
            metrics: None,
            limits: Limits::default(),
            recognition: Recognition::default(),
            listening: Listening::default(),
            queues,
            agents,
            trunks: Vec::new(),
            asterisk: None,
        }
    }
}

/// Why the configuration cannot be used; names the file, the line and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{}: cannot be read: {source}", path.display())]
    Unreadable {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{}: {why}", path.display())]
    Invalid { path: PathBuf, why: String },
}

impl Config {
    /// Reads a file; relative paths in it are taken from where it lies.
    pub fn read(path: &Path) -> Result<Config, ConfigError> {
        let source = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        let invalid = |why: String| ConfigError::Invalid {
            path: path.to_owned(),
            why,
        };
        // Who writes queues has no agents that they did not write, and the other way round.
        let written: toml::Table =
            toml::from_str(&source).map_err(|error| invalid(error.to_string()))?;
        if written.get("trunk").is_some_and(toml::Value::is_table) {
            let why =
                "there may be several trunks: write [[trunk]] with name = \"…\" in it, not [trunk]";
            return Err(invalid(why.to_owned()));
        }
        let mut config: Config =
            toml::from_str(&source).map_err(|error| invalid(error.to_string()))?;
        if written.contains_key("queue") && !written.contains_key("agent") {
            config.agents.clear();
        }
        if written.contains_key("agent") && !written.contains_key("queue") {
            config.queues.clear();
        }
        let [first, last] = config.rtp_ports;
        if first < 1024 || last <= first || last - first < 2 && first % 2 == 1 {
            let why = format!(
                "rtp_ports = [{first}, {last}]: write the first and the last port, an even one and the next \
                 for each call, such as [16384, 32767]"
            );
            return Err(invalid(why));
        }
        if let Some(external) = config.external
            && (external.is_unspecified() || external.is_multicast())
        {
            let why = format!(
                "external = \"{external}\": nothing can be sent there. Write the address that the address \
                 translator has on the outside, such as 203.0.113.7"
            );
            return Err(invalid(why));
        }
        config.media.check().map_err(invalid)?;
        if config.queues.is_empty() && config.agents.is_empty() {
            (config.queues, config.agents) = people::by_default();
        }
        config.setup().map_err(invalid)?;
        trunks::check(&config.trunks).map_err(invalid)?;
        config.tls.check(&config.listen_tls).map_err(invalid)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for file in [&mut config.dialplan, &mut config.recognition.model]
            .into_iter()
            .flatten()
        {
            *file = folder.join(&*file);
        }
        config.tls.relative_to(folder);
        config.data = folder.join(&config.data);
        Ok(config)
    }

    pub(super) fn listening(&self) -> sip::Listening {
        listening(&self.listen, &self.listen_tls, &self.tls, self.external)
    }

    /// The keys that say something else in `new`, and are only read at a start.
    pub(super) fn changed_until_restart(&self, new: &Config) -> Vec<&'static str> {
        let told = |config: &Config| {
            [
                ("listen", format!("{:?}", config.listen)),
                ("listen_tls", format!("{:?}", config.listen_tls)),
                ("tls", format!("{:?}", config.tls)),
                ("external", format!("{:?}", config.external)),
                ("rtp_ports", format!("{:?}", config.rtp_ports)),
                ("media", format!("{:?}", config.media)),
                ("dialplan", format!("{:?}", config.dialplan)),
                ("data", format!("{:?}", config.data)),
                ("most_calls", format!("{:?}", config.most_calls)),
                ("drain_seconds", format!("{:?}", config.drain_seconds)),
                ("metrics", format!("{:?}", config.metrics)),
                ("limits", format!("{:?}", config.limits)),
                ("recognition", format!("{:?}", config.recognition)),
                ("listening", format!("{:?}", config.listening)),
                ("asterisk", format!("{:?}", config.asterisk)),
            ]
        };
        let pairs = told(self).into_iter().zip(told(new));
        pairs
            .filter(|((_, before), (_, now))| before != now)
            .map(|((key, _), _)| key)
            .collect()
    }

    pub(super) fn people(&self) -> People {
        People {
            queues: self.queues.clone(),
            agents: self.agents.clone(),
            trunks: self.trunks.clone(),
        }
    }

    /// The queues and agents, or what is wrong with them.
    pub fn setup(&self) -> Result<Setup, String> {
        people::setup(&self.queues, &self.agents)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_external_address_is_one_that_can_be_sent_to() {
        assert!(read("external = \"203.0.113.7\"").is_ok());
        for nowhere in ["0.0.0.0", "::", "224.0.0.1", "ff02::1"] {
            let error = read(&format!("external = \"{nowhere}\"")).unwrap_err();
            assert!(
                error.contains("203.0.113.7") && error.contains("zeroline.toml"),
                "{error}"
            );
        }
    }

    #[test]
    fn encryption_is_allowed_unless_it_is_written_otherwise() {
        assert_eq!(read("").unwrap().media.srtp, Policy::Allowed);
        let written = |srtp: &str| read(&format!("[media]\nsrtp = \"{srtp}\""));
        assert_eq!(written("required").unwrap().media.srtp, Policy::Required);
        assert_eq!(written("off").unwrap().media.srtp, Policy::Off);
        assert!(written("perhaps").unwrap_err().contains("allowed"));
    }

    fn read(source: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("zeroline.toml");
        std::fs::write(&path, source).unwrap();
        Config::read(&path).map_err(|error| error.to_string())
    }

    #[test]
    fn everything_has_a_default_and_paths_are_relative_to_the_file() {
        let config = read("dialplan = \"plan.toml\"\nlisten = \"127.0.0.1:5070\"").unwrap();
        assert_eq!(config.listen[0].port(), 5070);
        assert!(config.dialplan.unwrap().parent().unwrap().is_absolute());
        assert_eq!(config.most_calls, Config::default().most_calls);
    }

    #[test]
    fn a_mistake_names_file_line_and_what_is_known() {
        let error = read("listen = \"127.0.0.1:5060\"\nlissten = 1").unwrap_err();
        assert!(error.contains("zeroline.toml"), "{error}");
        assert!(error.contains("line 2"), "{error}");
        assert!(error.contains("rtp_ports"), "{error}");
        for range in ["[9, 4]", "[16385, 16386]"] {
            let error = read(&format!("rtp_ports = {range}")).unwrap_err();
            assert!(error.contains("16384"), "{error}");
        }
        assert!(read("rtp_ports = [16384, 16385]").is_ok());
        let here = read("listen = \"here\"").unwrap_err();
        assert!(
            here.contains("line 1") && here.contains("192.168.1.10:5060"),
            "{here}"
        );
    }

    #[test]
    fn it_listens_at_one_address_or_several_and_over_tls_where_there_is_a_certificate() {
        let both = "listen = [\"192.0.2.1:5060\", \"[2001:db8::1]:5070\"]\n";
        let config = read(both).unwrap();
        assert_eq!(config.listening().addresses.len(), 2);
        assert!(config.listening().tls.listen.is_empty());
        let tls = "[tls]\ncertificate = \"c.pem\"\nkey = \"k.pem\"\n";
        let config = read(&format!("{both}{tls}")).unwrap();
        let listening = config.listening();
        let ports: Vec<u16> = listening.tls.listen.iter().map(|a| a.port()).collect();
        assert_eq!(ports, [5061, 5061]);
        assert!(listening.tls.certificate.unwrap().0.is_absolute());
        let elsewhere = format!("{both}listen_tls = \"192.0.2.1:443\"\n{tls}");
        assert_eq!(
            read(&elsewhere).unwrap().listening().tls.listen[0].port(),
            443
        );
        for (bad, why) in [
            ("listen = []", "at least one"),
            ("listen = 5060", "192.168.1.10:5060"),
            ("listen = [\"192.0.2.1\"]", "with its port"),
            ("listen_tls = \"192.0.2.1:5061\"", "[tls]"),
            ("[tls]\nkey = \"k.pem\"", "certificate ="),
            ("[tls]\ncertificate = \"c.pem\"", "key ="),
        ] {
            let error = read(bad).unwrap_err();
            assert!(
                error.contains(why) && error.contains("zeroline.toml"),
                "{error}"
            );
        }
    }

    #[test]
    fn codecs_are_spoken_in_the_order_in_which_they_are_written() {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/codecs.md");
        let docs = std::fs::read_to_string(docs).unwrap();
        let example = docs.split("```toml\n").nth(1).unwrap();
        let example = example.split("```").next().unwrap();
        assert!(example.contains("codecs"), "{example}");
        assert_eq!(read(example).unwrap().media.codecs, Codec::ALL);
        let only = read("[media]\ncodecs = [\"pcmu\"]").unwrap();
        assert_eq!(only.media.codecs, [Codec::Pcmu]);
        assert_eq!(read("").unwrap().media.codecs, Codec::ALL);
        for wrong in ["[]", "[\"pcma\", \"pcma\"]"] {
            let error = read(&format!("[media]\ncodecs = {wrong}")).unwrap_err();
            assert!(
                error.contains("[media]") && error.contains("pcmu"),
                "{error}"
            );
        }
        let error = read("[media]\ncodecs = [\"g729\"]").unwrap_err();
        assert!(
            error.contains("g722") && error.contains("line 2"),
            "{error}"
        );
    }

    #[test]
    fn the_configuration_of_the_readme_is_one() {
        let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
        let readme = std::fs::read_to_string(readme).unwrap();
        let example = readme.split("```toml\n").nth(1).unwrap();
        let example = example.split("```").next().unwrap();
        // What is commented out can be written too.
        let config = read(&example.replace("# external", "external")).unwrap();
        assert_eq!(config.rtp_ports, Config::default().rtp_ports);
        assert!(config.external.is_some());
    }

    #[test]
    fn the_queue_of_the_docs_is_one() {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/waiting.md");
        let docs = std::fs::read_to_string(docs).unwrap();
        let example = docs.split("```toml\n").nth(1).unwrap();
        let example = example.split("```").next().unwrap();
        // "everybody" is another one, and passwords come from elsewhere.
        let example = example.replace("\"$", "\"a password of ");
        let everybody = "[[queue]]\nname = \"everybody\"\n";
        let config = read(&format!("{everybody}{example}")).unwrap();
        assert_eq!(config.setup().unwrap().agents.len(), 2);
    }

    #[test]
    fn the_trunks_of_the_docs_are_some() {
        let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/trunks.md");
        let docs = std::fs::read_to_string(docs).unwrap();
        let example = docs.split("```toml\n").nth(1).unwrap();
        let example = example.split("```").next().unwrap();
        let config = read(&example.replace("\"$", "\"a password of ")).unwrap();
        assert_eq!(config.trunks.len(), 2);
        assert_eq!(config.listening().tls.listen.len(), 2);
    }

    #[test]
    fn who_takes_callers_is_checked_before_anybody_calls() {
        let with = |agent: &str| {
            let queue = "[[queue]]\nname = \"desk\"\n[[agent]]\nqueues = [\"desk\"]\n";
            read(&format!("{queue}{agent}"))
        };
        let config = with("name = \"anna\"\npassword = \"long enough\"").unwrap();
        assert_eq!(config.setup().unwrap().queues.len(), 1);
        assert!(!format!("{config:?}").contains("long enough"));
        for (agent, why) in [
            ("name = \"anna\"", "either password"),
            ("name = \"anna\"\npassword = \"short\"", "at least 8"),
            ("name = \"an na\"\npassword = \"long enough\"", "letters"),
            ("name = \"anna\"\naddress = \"201\"", "sip:201@"),
            (
                "name = \"anna\"\npassword = \"$ZEROLINE_NOT_SET\"",
                "ZEROLINE_NOT_SET",
            ),
        ] {
            let error = with(agent).unwrap_err();
            assert!(
                error.contains(why) && error.contains("zeroline.toml"),
                "{error}"
            );
        }
        let error =
            read("[[agent]]\nname = \"a\"\nqueues = [\"b\"]\naddress = \"sip:a@b\"").unwrap_err();
        assert!(error.contains("no [[queue]] \"b\""), "{error}");
        let overflow = "[[queue]]\nname = \"a\"\noverflow = { after_seconds = 9, queue = \"z\" }";
        assert!(read(overflow).unwrap_err().contains("cannot overflow"));
    }

    #[test]
    fn what_takes_a_restart_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("zeroline.toml");
        let read = |source: &str| {
            std::fs::write(&path, source).unwrap();
            Config::read(&path).unwrap()
        };
        let trunk = "[[trunk]]\nname = \"a\"\naddress = \"sip:trunk.example\"\n";
        let before = read("most_calls = 100");
        assert!(
            before
                .changed_until_restart(&read(&format!("most_calls = 100\n{trunk}")))
                .is_empty()
        );
        let other = read("listen = \"127.0.0.1:5070\"\nrtp_ports = [20000, 20010]");
        let named = ["listen", "rtp_ports", "most_calls"];
        assert_eq!(before.changed_until_restart(&other), named);
    }

    #[test]
    fn a_trunk_of_old_is_told_how_it_is_written_now() {
        let old = read("[trunk]\naddress = \"sip:trunk.example\"").unwrap_err();
        assert!(
            old.contains("[[trunk]]") && old.contains("zeroline.toml"),
            "{old}"
        );
        let new = "[[trunk]]\nname = \"a\"\naddress = \"sip:trunk.example\"\n";
        assert_eq!(read(new).unwrap().trunks.len(), 1);
        let bad = read(&new.replace("sip:", "")).unwrap_err();
        assert!(
            bad.contains("zeroline.toml") && bad.contains("[[trunk]] name"),
            "{bad}"
        );
    }
}
