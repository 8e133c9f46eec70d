//! A folder for models with a catalogue, and the real program run on it.

use crate::server::{Does, Server};
use sha2::{Digest, Sha256};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

/// A model file of a shape of its own; large enough to come in several pieces.
pub fn model() -> Vec<u8> {
    let noise = (0u32..200_000).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8);
    b"lmgg".iter().copied().chain(noise).collect()
}

/// A model of a catalogue.
pub fn entry(name: &str, engine: &str, files: &[String]) -> String {
    format!(
        "[[model]]\nname = \"{name}\"\nengine = \"{engine}\"\nlicence = \"MIT\"\n\
         languages = [\"en\"]\ngood_for = \"tests\"\n{}",
        files.concat()
    )
}

/// A file of it, which a server at `address` has.
pub fn file(name: &str, address: &str, bytes: &[u8]) -> String {
    format!(
        "[[model.file]]\nname = \"{name}\"\nurl = \"http://{address}/{name}\"\n{}",
        content(bytes)
    )
}

/// Length and checksum.
pub fn content(bytes: &[u8]) -> String {
    let sum = Sha256::digest(bytes);
    let sum: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("size = {}\nsha256 = \"{sum}\"\n", bytes.len())
}

pub struct Place {
    pub folder: tempfile::TempDir,
}

impl Place {
    /// With one model of one file.
    pub fn new(model: &[u8], address: &str) -> Place {
        let file = file("ggml-small-talk.bin", address, model);
        Place::with(&entry("small-talk", "whisper", &[file]))
    }

    pub fn with(catalogue: &str) -> Place {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("catalogue.toml"), catalogue).unwrap();
        Place { folder }
    }

    /// With a server for the right file.
    pub fn served(does: Vec<Does>) -> (Place, Server) {
        let server = Server::start(model(), does);
        (Place::new(&model(), &server.address), server)
    }

    pub fn models(&self) -> PathBuf {
        self.folder.path().join("models")
    }

    pub fn installed(&self) -> PathBuf {
        self.models().join("ggml-small-talk.bin")
    }

    pub fn part(&self) -> PathBuf {
        self.models().join("ggml-small-talk.bin.part")
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zeroline"));
        command
            .args(["models", "--catalogue"])
            .arg(self.folder.path().join("catalogue.toml"))
            .args(arguments)
            .env("ZEROLINE_MODELS", self.models())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        for proxy in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"] {
            command.env_remove(proxy).env_remove(proxy.to_lowercase());
        }
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    pub fn pull(&self) -> Ran {
        self.run(&["pull", "small-talk"])
    }

    /// `zeroline models pull NAME` with a small disk of its own under the models folder, which others do
    /// not see; None where this is not allowed.
    pub fn pull_on_a_small_disk(&self, name: &str, size: &str) -> Option<Child> {
        let unshare = |script: &str| {
            let mut command = Command::new("unshare");
            command.args(["--mount", "sh", "-c", script, "sh"]);
            command
        };
        let allowed = unshare("mount -t tmpfs tmpfs /mnt").output();
        if !allowed.is_ok_and(|tried| tried.status.success()) {
            println!("skipped: mounting a small disk is not allowed here");
            return None;
        }
        std::fs::create_dir_all(self.models()).unwrap();
        let pull = self.command(&["pull", name]);
        let mut command =
            unshare("mount -t tmpfs -o size=\"$2\" tmpfs \"$1\" && shift 2 && exec \"$@\"");
        let child = command
            .arg(self.models())
            .arg(size)
            .arg(pull.get_program())
            .args(pull.get_args())
            .env("ZEROLINE_MODELS", self.models())
            .env("NO_PROXY", "127.0.0.1")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Some(child)
    }

    /// What lies in the models folder.
    pub fn files(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.models()).into_iter().flatten();
        let name = |file: std::fs::DirEntry| file.file_name().to_string_lossy().into_owned();
        files.flatten().map(name).collect()
    }
}

pub struct Ran {
    pub code: i32,
    pub out: String,
    pub errors: String,
}

impl Ran {
    pub fn of(output: Output) -> Ran {
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            errors: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    #[track_caller]
    pub fn must_fail_with(&self, text: &str) {
        assert!(
            self.code == 1 && self.errors.contains(text),
            "exit code {}, without \"{text}\": {}",
            self.code,
            self.errors
        );
    }

    #[track_caller]
    pub fn must_work(&self) {
        assert_eq!(self.code, 0, "{}", self.errors);
    }
}

/// Has files grow to so many bytes and no further, as on a disk that is full.
pub fn limit_files(command: &mut Command, bytes: u64) {
    // SAFETY: both calls are safe between fork and exec.
    unsafe {
        command.pre_exec(move || {
            let limit = libc::rlimit {
                rlim_cur: bytes,
                rlim_max: libc::RLIM_INFINITY,
            };
            libc::setrlimit(libc::RLIMIT_FSIZE, &limit);
            libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
            Ok(())
        });
    }
}
