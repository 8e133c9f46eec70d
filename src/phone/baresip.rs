//! baresip as a desk phone: a real one, with an account, that says what is in a WAV file and writes down
//! what it hears (Debian's `baresip-core`). For the demo and for tests.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const MODULES: &str = "/usr/lib/baresip/modules";

/// What kind of phone it is to be.
#[derive(Debug, Clone)]
pub struct Account<'a> {
    pub user: &'a str,
    pub password: &'a str,
    /// What its owner says: a WAV file of 8000 Hz, 16 bit, mono.
    pub says: &'a Path,
    /// Picks up by itself; else it rings.
    pub answers: bool,
    /// `udp` or `tcp`.
    pub transport: &'a str,
    /// What it offers, as it names them: `PCMU,PCMA`, `G722/16000/1`, `opus/48000/2`.
    pub codecs: &'a str,
}

/// A phone that is switched on; off when dropped.
#[derive(Debug)]
pub struct Baresip {
    child: Child,
    folder: tempfile::TempDir,
    /// Where it listens for SIP.
    pub address: SocketAddr,
    /// Where it takes commands (its module `ctrl_tcp`).
    pub control: SocketAddr,
}

impl Baresip {
    /// Starts it; it registers at `registrar`. Fails where it is not installed.
    pub fn start(registrar: SocketAddr, account: &Account) -> io::Result<Baresip> {
        let folder = tempfile::tempdir()?;
        let here = (IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
        let address = UdpSocket::bind(here)?.local_addr()?;
        let control = TcpListener::bind(here)?.local_addr()?;
        let heard = folder.path().display();
        let says = account.says.display();
        let config = format!(
            "poll_method epoll\nsip_listen {address}\ncall_local_timeout 120\ncall_max_calls 4\n\
             audio_source aufile,{says}\naudio_player aubridge,ear\n\
             ausrc_srate 8000\nauplay_srate 8000\nausrc_channels 1\nauplay_channels 1\n\
             ausrc_format s16\nauplay_format s16\nauenc_format s16\naudec_format s16\n\
             audio_path {heard}\njitter_buffer_delay 1-10\nnet_interface 127.0.0.1\n\
             module_path {MODULES}\nmodule g711.so\nmodule g722.so\nmodule opus.so\nmodule sndfile.so\nmodule aufile.so\n\
             module aubridge.so\nmodule_tmp account.so\nmodule_app menu.so\nmodule_app ctrl_tcp.so\n\
             snd_path {heard}\nctrl_tcp_listen {control}\n"
        );
        let mode = if account.answers { "auto" } else { "manual" };
        let accounts = format!(
            "<sip:{}@{registrar};transport={}>;auth_pass={};answermode={mode};regint=60;\
             audio_codecs={}\n",
            account.user, account.transport, account.password, account.codecs
        );
        std::fs::write(folder.path().join("config"), config)?;
        std::fs::write(folder.path().join("accounts"), accounts)?;
        std::fs::write(folder.path().join("contacts"), "")?;
        let log = std::fs::File::create(folder.path().join("log"))?;
        let child = Command::new("baresip")
            .arg("-f")
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        Ok(Baresip {
            child,
            folder,
            address,
            control,
        })
    }

    /// What it printed.
    pub fn log(&self) -> String {
        let bytes = std::fs::read(self.folder.path().join("log")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// What it has heard, by call in the order of their beginning: WAV files, whole shortly after a call
    /// is over.
    pub fn heard(&self) -> Vec<PathBuf> {
        let files = std::fs::read_dir(self.folder.path()).into_iter().flatten();
        let mut files: Vec<PathBuf> = files
            .filter_map(|file| Some(file.ok()?.path()))
            .filter(|path| path.to_string_lossy().ends_with("-dec.wav"))
            .collect();
        files.sort();
        files
    }

    /// Switches it off as a power cut does: nobody is told.
    pub fn pull_the_plug(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Baresip {
    fn drop(&mut self) {
        self.pull_the_plug();
    }
}
