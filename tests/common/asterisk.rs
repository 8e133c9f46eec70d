//! A real Asterisk on loopback ports of its own, with what lies in `deploy/asterisk`, and phones for
//! its members.
//!
//! It runs from a Debian chroot under the user's cache, which `../shared/asterisk/up` makes; that
//! takes minutes, so it is made only when `ZEROLINE_ASTERISK` is set. Without it, or without root,
//! which a chroot needs, there is no Asterisk, and the test says that it skips.

use super::root;
use std::cell::RefCell;
use std::collections::HashSet;
use std::io::{Error, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// The secret of the manager user `zeroline` in `deploy/asterisk/manager.conf`.
pub const SECRET: &str = "change-me";

/// What `deploy/asterisk` and Asterisk's usual configuration need beyond the shared one.
const MODULES: &str = "load = app_exec.so\nload = func_cut.so\nload = res_pjsip_header_funcs.so\n";
/// Files that Asterisk misses aloud.
const EMPTY: [&str; 4] = ["acl.conf", "ccss.conf", "pjproject.conf", "queuerules.conf"];
/// Endpoints must know where their media is, or Asterisk asks the DNS for the machine's name.
pub const MEDIA: &str = "media_address = 127.0.0.1\nbind_rtp_to_media_address = yes\n";

/// An Asterisk that is being set up, and then runs.
pub struct Asterisk {
    /// Where its phones and trunks send SIP, by UDP and TCP.
    pub sip: SocketAddr,
    /// Its manager interface.
    pub manager: SocketAddr,
    chroot: &'static Path,
    /// Inside of the chroot.
    folder: tempfile::TempDir,
    child: Option<Child>,
}

impl Asterisk {
    /// `None`, with a line that says why, where there is none. All of `deploy/asterisk` is
    /// included, and calls from 127.0.0.2 and others that nobody is known by come in at `[trunk]`,
    /// where the number `clinic` is for Zeroline.
    pub fn new() -> Option<Asterisk> {
        let chroot = chroot()?;
        let folder = tempfile::Builder::new()
            .prefix("zeroline-")
            .tempdir_in(chroot.join("tmp"));
        let asterisk = Asterisk {
            sip: free_port(),
            manager: free_port(),
            chroot,
            folder: folder.unwrap(),
            child: None,
        };
        asterisk.write_base();
        asterisk.write_deployed();
        Some(asterisk)
    }

    /// Where Zeroline is: calls from that address are Zeroline's, so callers need another one.
    pub fn zeroline(&self, at: SocketAddr) {
        self.change("zeroline/pjsip.conf", |text| {
            text.replace("127.0.0.1:5062", &at.to_string())
                .replace("match = 127.0.0.1\n", &format!("match = {}\n", at.ip()))
                .replace("qualify_frequency = 10", "qualify_frequency = 1")
        });
    }

    /// An endpoint with a fixed address: a member's phone.
    pub fn phone(&self, name: &str, at: SocketAddr) {
        self.add(
            "pjsip.conf",
            &format!(
                "[{name}]\ntype = endpoint\naors = {name}\ncontext = trunk\ndisallow = all\n\
                 allow = ulaw,alaw\ndirect_media = no\n{MEDIA}\
                 [{name}]\ntype = aor\ncontact = sip:{name}@{at}\n"
            ),
        );
    }

    /// More configuration, at the end of a file; `[section](+)` adds to a section that is there.
    pub fn add(&self, file: &str, text: &str) {
        self.change(file, |there| format!("{there}\n{text}\n"));
    }

    /// A line of a file in `deploy/asterisk` is another one here.
    #[track_caller]
    pub fn replace(&self, file: &str, from: &str, to: &str) {
        self.change(&format!("zeroline/{file}"), |there| {
            assert!(there.contains(from), "{file} has no {from:?}");
            there.replace(from, to)
        });
    }

    /// Runs it, until it has booted.
    pub fn start(&mut self) {
        let inside = self.inside();
        let console = std::fs::File::create(self.path("console.log")).unwrap();
        let mut command = Command::new("unshare");
        command
            .args(["--mount", "--propagation", "private", "bash", "-c"])
            .arg(
                "mount -t proc proc \"$1/proc\" && mount --rbind /dev \"$1/dev\" && \
                 mount --bind /dev/null \"$1/etc/resolv.conf\" && \
                 exec chroot \"$1\" /usr/sbin/asterisk -f -C \"$2/etc/asterisk.conf\"",
            )
            .arg("-")
            .arg(self.chroot)
            .arg(&inside)
            .stdin(Stdio::null())
            .stdout(console.try_clone().unwrap())
            .stderr(console);
        // It must not outlive a test that is killed.
        unsafe {
            command.pre_exec(
                || match libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) {
                    0 => Ok(()),
                    _ => Err(Error::last_os_error()),
                },
            );
        }
        self.child = Some(command.spawn().unwrap());
        let limit = Instant::now() + Duration::from_secs(60);
        while !self.cli("core waitfullybooted").contains("fully booted") {
            let ended = self.child.as_mut().unwrap().try_wait().unwrap();
            let late = Instant::now() > limit;
            assert!(ended.is_none() && !late, "no Asterisk:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends it at once, as a fault would.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// `asterisk -rx`.
    pub fn cli(&self, command: &str) -> String {
        let conf = format!("{}/etc/asterisk.conf", self.inside());
        let output = Command::new("chroot")
            .arg(self.chroot)
            .args(["/usr/sbin/asterisk", "-C", &conf, "-rx", command])
            .output();
        let output = output.unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Waits until a command prints this.
    #[track_caller]
    pub fn wait_for(&self, command: &str, words: &str) {
        let limit = Instant::now() + Duration::from_secs(30);
        loop {
            let said = self.cli(command);
            if said.contains(words) {
                return;
            }
            assert!(
                Instant::now() < limit,
                "`{command}` never said {words:?}:\n{said}\n{}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// What it noted: notices, warnings, errors.
    pub fn log(&self) -> String {
        ["console.log", "log/messages"]
            .map(|file| std::fs::read_to_string(self.path(file)).unwrap_or_default())
            .concat()
    }

    /// What it warned of.
    pub fn complaints(&self) -> Vec<String> {
        let log = self.log();
        let bad = |line: &&str| line.contains("WARNING[") || line.contains("ERROR[");
        log.lines().filter(bad).map(str::to_owned).collect()
    }

    fn write_base(&self) {
        for folder in ["etc/zeroline", "run", "log", "db", "spool"] {
            std::fs::create_dir_all(self.path(folder)).unwrap();
        }
        for file in std::fs::read_dir(shared().join("conf")).unwrap() {
            let file = file.unwrap();
            let text = std::fs::read_to_string(file.path()).unwrap();
            std::fs::write(self.path("etc").join(file.file_name()), text).unwrap();
        }
        for file in EMPTY {
            std::fs::write(self.path("etc").join(file), "").unwrap();
        }
        let folders = [
            ("astetcdir", "etc"),
            ("astdbdir", "db"),
            ("astspooldir", "spool"),
            ("astrundir", "run"),
            ("astlogdir", "log"),
        ];
        self.change("asterisk.conf", |text| {
            let line = |line: &str| {
                let name = line.split(" => ").next().unwrap_or_default();
                match folders.iter().find(|(known, _)| *known == name) {
                    Some((_, folder)) => format!("{name} => {}/{folder}\n", self.inside()),
                    None => format!("{line}\n"),
                }
            };
            text.lines().map(line).collect()
        });
        self.change("pjsip.conf", |text| {
            text.replace("127.0.0.1:5070", &self.sip.to_string())
                .replace(
                    "[anonymous]\ntype = endpoint\ncontext = peer",
                    "[anonymous]\ntype = endpoint\ncontext = trunk",
                )
        });
        self.change("manager.conf", |text| {
            text.replace("port = 5038", &format!("port = {}", self.manager.port()))
        });
        self.add("modules.conf", MODULES);
    }

    fn write_deployed(&self) {
        for file in [
            "pjsip.conf",
            "extensions.conf",
            "queues.conf",
            "manager.conf",
        ] {
            let text = std::fs::read_to_string(root().join("deploy/asterisk").join(file)).unwrap();
            std::fs::write(self.path("etc/zeroline").join(file), text).unwrap();
        }
        // The shared configuration has a queue of that name, too.
        std::fs::write(
            self.path("etc/queues.conf"),
            "[general]\npersistentmembers = no\nautofill = yes\n",
        )
        .unwrap();
        for file in [
            "pjsip.conf",
            "extensions.conf",
            "queues.conf",
            "manager.conf",
        ] {
            self.add(file, &format!("#include zeroline/{file}"));
        }
        self.add(
            "pjsip.conf",
            &format!("[zeroline](+type=endpoint)\n{MEDIA}"),
        );
        self.add(
            "extensions.conf",
            "[trunk]\nexten => clinic,1,Goto(zeroline,5551234,1)",
        );
    }

    /// A file of the configuration.
    fn change(&self, file: &str, how: impl FnOnce(&str) -> String) {
        let path = self.path("etc").join(file);
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        std::fs::write(path, how(&text)).unwrap();
    }

    fn path(&self, within: &str) -> PathBuf {
        self.folder.path().join(within)
    }

    /// Its folder as it sees it.
    fn inside(&self) -> String {
        let inside = self.folder.path().strip_prefix(self.chroot).unwrap();
        format!("/{}", inside.display())
    }
}

impl Drop for Asterisk {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("Asterisk's log:\n{}", self.log());
        }
        self.stop();
    }
}

fn shared() -> PathBuf {
    root().join("../shared/asterisk")
}

/// A Debian with Asterisk, made once where that is wanted.
fn chroot() -> Option<&'static Path> {
    static CHROOT: OnceLock<Option<PathBuf>> = OnceLock::new();
    CHROOT.get_or_init(find_or_make).as_deref()
}

fn find_or_make() -> Option<PathBuf> {
    let skip = |why: &str| {
        println!("skipped: no Asterisk: {why}");
        None
    };
    if !shared().join("conf").is_dir() {
        return skip("there is no ../shared/asterisk");
    }
    if unsafe { libc::geteuid() } != 0 {
        return skip("a chroot needs root");
    }
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let Some(cache) = cache.or_else(home) else {
        return skip("neither XDG_CACHE_HOME nor HOME is set");
    };
    let chroot = cache.join("zeroline/asterisk");
    if !chroot.join("usr/sbin/asterisk").exists() {
        if std::env::var_os("ZEROLINE_ASTERISK").is_none() {
            return skip("set ZEROLINE_ASTERISK=1 to have one made, which takes minutes");
        }
        std::fs::create_dir_all(cache.join("zeroline")).unwrap();
        for script in ["up", "down"] {
            let _ = Command::new(shared().join(script)).arg(&chroot).status();
        }
    }
    match chroot.join("usr/sbin/asterisk").exists() {
        // Its own path is taken out of others'.
        true => Some(chroot.canonicalize().unwrap()),
        false => panic!("../shared/asterisk/up made no Asterisk; it needs Debian's debootstrap"),
    }
}

/// Free with UDP and TCP.
fn free_port() -> SocketAddr {
    for _ in 0..100 {
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = tcp.local_addr().unwrap();
        if UdpSocket::bind(address).is_ok() {
            return address;
        }
    }
    panic!("no port is free");
}

/// A member's phone, which rings until the test does something about it.
pub struct MemberPhone {
    socket: UdpSocket,
    pub rtp: UdpSocket,
    pub address: SocketAddr,
    /// Via lines of the requests that came: a busy machine sends them again.
    seen: RefCell<HashSet<String>>,
}

impl MemberPhone {
    /// On an address of loopback; any but Zeroline's.
    pub fn new(ip: &str) -> MemberPhone {
        let socket = UdpSocket::bind((ip, 0)).unwrap();
        let limit = Duration::from_secs(30);
        socket.set_read_timeout(Some(limit)).unwrap();
        let rtp = UdpSocket::bind("127.0.0.1:0").unwrap();
        rtp.set_read_timeout(Some(limit)).unwrap();
        MemberPhone {
            address: socket.local_addr().unwrap(),
            seen: RefCell::default(),
            rtp,
            socket,
        }
    }

    /// The next request of that method; others are answered with 200.
    #[track_caller]
    pub fn wait_for(&self, method: &str) -> Rung {
        loop {
            let (request, from) = match self.receive() {
                Ok(received) => received,
                Err(error) => panic!("no {method}: {error}"),
            };
            if request.starts_with("SIP/2.0 ") || request.starts_with("ACK ") {
                continue;
            }
            if request.starts_with(&format!("{method} ")) {
                let rung = Rung { request, from };
                let via = format!("{method} {}", rung.header("Via").unwrap());
                if self.seen.borrow_mut().insert(via) {
                    return rung;
                }
                continue;
            }
            self.answer(&Rung { request, from }, "200 OK");
        }
    }

    /// REFER within the call that an INVITE of Asterisk's began, as Zeroline sends one; `headers` is
    /// more of them, each with its line end.
    pub fn refer(&self, rung: &Rung, target: &str, headers: &str) {
        self.request(rung, "REFER", &format!("Refer-To: <{target}>\r\n{headers}"));
    }

    /// Hangs up a call that was answered.
    pub fn hang_up(&self, rung: &Rung) {
        self.request(rung, "BYE", "");
    }

    /// Rings, and is picked up, by no means at once: where somebody did so, an Asterisk 22 let them
    /// hear nothing in one of ten calls.
    pub fn pick_up(&self, rung: &Rung) {
        self.answer(rung, "180 Ringing");
        std::thread::sleep(Duration::from_millis(500));
        self.answer(rung, "200 OK");
    }

    /// Asterisk gave up: what it wants to hear then.
    pub fn stop_ringing(&self, rung: &Rung) {
        let cancel = self.wait_for("CANCEL");
        self.answer(&cancel, "200 OK");
        self.answer(rung, "487 Request Terminated");
    }

    fn request(&self, rung: &Rung, method: &str, headers: &str) {
        let header = |name| rung.header(name).unwrap();
        let contact = header("Contact").trim_matches(['<', '>']);
        let request = format!(
            "{method} {contact} SIP/2.0\r\nVia: SIP/2.0/UDP {me};branch=z9hG4bK{method}{call};rport\r\n\
             Max-Forwards: 70\r\nFrom: {to};tag=member\r\nTo: {from}\r\nCall-ID: {call}\r\n\
             CSeq: 1 {method}\r\nContact: <sip:member@{me}>\r\n{headers}Content-Length: 0\r\n\r\n",
            me = self.address,
            from = header("From"),
            to = header("To"),
            call = header("Call-ID"),
        );
        self.socket.send_to(request.as_bytes(), rung.from).unwrap();
    }

    fn receive(&self) -> Result<(String, SocketAddr), Error> {
        let mut buffer = [0; 8192];
        let (length, from) = self.socket.recv_from(&mut buffer)?;
        match length {
            0 => Err(Error::from(ErrorKind::UnexpectedEof)),
            _ => Ok((
                String::from_utf8_lossy(&buffer[..length]).into_owned(),
                from,
            )),
        }
    }

    /// `200 OK` to an INVITE comes with a description of media.
    pub fn answer(&self, rung: &Rung, status: &str) {
        let invited = rung.request.starts_with("INVITE ");
        let body = match invited && status.starts_with("200") {
            true => format!(
                "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
                 m=audio {} RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n",
                self.rtp.local_addr().unwrap().port()
            ),
            false => String::new(),
        };
        let kind = match body.is_empty() {
            true => "",
            false => "Content-Type: application/sdp\r\n",
        };
        let mut same = String::new();
        for line in rung.request.lines() {
            let name = line.split(':').next().unwrap_or_default();
            if ["Via", "From", "Call-ID", "CSeq"].contains(&name) {
                same.push_str(&format!("{line}\r\n"));
            } else if name == "To" {
                let tag = if line.contains(";tag=") {
                    ""
                } else {
                    ";tag=member"
                };
                same.push_str(&format!("{line}{tag}\r\n"));
            }
        }
        let response = format!(
            "SIP/2.0 {status}\r\n{same}Contact: <sip:member@{}>\r\n{kind}Content-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        self.socket.send_to(response.as_bytes(), rung.from).unwrap();
    }
}

/// A request as it came.
pub struct Rung {
    pub request: String,
    from: SocketAddr,
}

impl Rung {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.request.lines();
        let line = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.map(str::trim)
    }
}

/// Where Asterisk wants the sound of a call, by its description of media.
pub fn media_of(message: &str) -> SocketAddr {
    let media = message
        .lines()
        .find_map(|line| line.strip_prefix("m=audio "));
    let port = media.and_then(|rest| rest.split(' ').next()).unwrap();
    format!("127.0.0.1:{port}").parse().unwrap()
}

/// 20 ms of G.711 in which all samples are the same.
pub fn rtp(sequence: u16, sample: u8) -> Vec<u8> {
    let mut packet = vec![0x80, 0];
    packet.extend(sequence.to_be_bytes());
    packet.extend((u32::from(sequence) * 160).to_be_bytes());
    packet.extend([0, 0, 0, sample]);
    packet.extend([sample; 160]);
    packet
}

/// A key in a call (RFC 4733): two packets while it is held, three when it ends. `nth` of the call.
pub fn press(from: &UdpSocket, to: SocketAddr, key: char, nth: u32) {
    let code = key.to_digit(10).unwrap() as u8;
    let packets = [(0, 160u16), (0, 320), (0x80, 480), (0x80, 480), (0x80, 480)];
    for (packet, (end, duration)) in packets.into_iter().enumerate() {
        let marker = if packet == 0 { 0x80 } else { 0 };
        let mut event = vec![0x80, marker | 101];
        event.extend((nth as u16 * 10 + packet as u16).to_be_bytes());
        event.extend((nth * 16_000).to_be_bytes());
        event.extend([0, 0, 0, 7, code, end | 10]);
        event.extend(duration.to_be_bytes());
        from.send_to(&event, to).unwrap();
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Whether that was heard lately; about that, as one law of G.711 is turned into the other and back.
fn heard(socket: &UdpSocket, sample: u8) -> bool {
    let mut buffer = [0; 2048];
    let mut heard = false;
    while let Ok((length, _)) = socket.recv_from(&mut buffer) {
        let sound = buffer.get(12..length).unwrap_or_default();
        let like = sound.iter().filter(|one| one.abs_diff(sample) <= 2);
        heard |= like.count() > 100;
    }
    heard
}

/// Two who talk: each says something until the other hears it.
#[track_caller]
pub fn talk(one: (&UdpSocket, SocketAddr), other: (&UdpSocket, SocketAddr)) {
    const ONE: u8 = 0x2a;
    const OTHER: u8 = 0x6b;
    for socket in [one.0, other.0] {
        socket.set_nonblocking(true).unwrap();
    }
    let (mut one_hears, mut other_hears) = (false, false);
    for sequence in 1000..1500 {
        one.0.send_to(&rtp(sequence, ONE), one.1).unwrap();
        other.0.send_to(&rtp(sequence, OTHER), other.1).unwrap();
        std::thread::sleep(Duration::from_millis(20));
        one_hears |= heard(one.0, OTHER);
        other_hears |= heard(other.0, ONE);
        if one_hears && other_hears {
            return;
        }
    }
    panic!("the caller hears the other: {one_hears}, the other the caller: {other_hears}");
}

/// A caller from outside: a phone whose SIP comes from 127.0.0.2.
pub fn caller(asterisk: &Asterisk) -> super::Phone {
    let mut phone = super::Phone::new(asterisk.sip);
    phone.socket = UdpSocket::bind("127.0.0.2:0").unwrap();
    let limit = Duration::from_secs(30);
    phone.socket.set_read_timeout(Some(limit)).unwrap();
    // It becomes part of a branch, in which Asterisk accepts no @.
    phone.call_id = phone.call_id.replace('@', "-");
    phone
}

/// Hangs up; `tag` is the other side's, as [`super::Phone::connect`] gave it.
pub fn hang_up(phone: &super::Phone, tag: &str) {
    phone.send(&phone.request("BYE", 2, tag, ""));
}
