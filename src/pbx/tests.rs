//! The manager's protocol byte by byte, and the client against a manager that a test plays.

use super::client::Times;
use super::message::{Broken, Message, Reader, action};
use super::session::{MOST_ASKED, News, Session};
use super::{Pbx, PbxError, QueueState, Settings};
use proptest::prelude::*;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const GREETING: &str = "Asterisk Call Manager/11.0.0\r\n";
const CHALLENGED: &str = "Response: Success\r\nActionID: challenge\r\nChallenge: 732310945\r\n\r\n";
const LOGGED_IN: &str =
    "Response: Success\r\nActionID: login\r\nMessage: Authentication accepted\r\n\r\n";
const REFUSED: &str =
    "Response: Error\r\nActionID: login\r\nMessage: Authentication failed\r\n\r\n";

fn settings(address: &str) -> Settings {
    Settings {
        address: address.to_owned(),
        user: "zeroline".to_owned(),
        secret: "xyzzy".to_owned(),
    }
}

/// A session that is logged in.
fn session() -> Session {
    let mut session = Session::new(settings("pbx:5038"));
    let login = [GREETING, CHALLENGED, LOGGED_IN].concat();
    session.received(login.as_bytes()).unwrap();
    assert_eq!(session.poll(), Some(News::LoggedIn));
    session.take_outgoing();
    session
}

/// How Asterisk 22 answers for a queue with three members.
fn status(id: &str, queue: &str) -> String {
    let member = |name: &str, rest: &str| {
        format!(
            "Event: QueueMember\r\nQueue: {queue}\r\nName: {name}\r\nLocation: PJSIP/{name}\r\n\
             StateInterface: PJSIP/{name}\r\nPenalty: 0\r\n{rest}ActionID: {id}\r\n\r\n"
        )
    };
    [
        format!(
            "Response: Success\r\nActionID: {id}\r\nEventList: start\r\n\
             Message: Queue status will follow\r\n\r\n\
             Event: QueueParams\r\nQueue: {queue}\r\nMax: 0\r\nStrategy: rrmemory\r\nCalls: 2\r\n\
             Holdtime: 37\r\nTalkTime: 180\r\nCompleted: 41\r\nAbandoned: 3\r\nActionID: {id}\r\n\r\n"
        ),
        member("anna", "Status: 1\r\nPaused: 0\r\nPausedReason: \r\n"),
        member("ben", "Status: 2\r\nPaused: 0\r\n"),
        member("cleo", "Status: 1\r\nPaused: 1\r\nPausedReason: lunch\r\n"),
        member("dora", "Status: 5\r\nPaused: 0\r\n"),
        format!(
            "Event: QueueStatusComplete\r\nActionID: {id}\r\nEventList: Complete\r\n\
             ListItems: 5\r\n\r\n"
        ),
    ]
    .concat()
}

fn answer(session: &mut Session) -> Result<QueueState, PbxError> {
    match session.poll() {
        Some(News::Answer(_, answer)) => answer,
        other => panic!("no answer but {other:?}"),
    }
}

#[test]
fn logs_in_without_sending_the_secret() {
    let mut session = Session::new(settings("pbx:5038"));
    let mut sent = session.take_outgoing();
    assert_eq!(
        String::from_utf8_lossy(&sent),
        "Action: Challenge\r\nActionID: challenge\r\nAuthType: MD5\r\n\r\n"
    );
    session.received(GREETING.as_bytes()).unwrap();
    session.received(CHALLENGED.as_bytes()).unwrap();
    sent = session.take_outgoing();
    let login = String::from_utf8_lossy(&sent);
    // md5("732310945" followed by "xyzzy")
    assert!(
        login.contains("Key: 323a3f6af0cac3ce2d84789426828df5\r\n"),
        "{login}"
    );
    assert!(login.contains("Username: zeroline\r\n"), "{login}");
    assert!(login.contains("Events: off\r\n"), "{login}");
    assert!(!login.contains("xyzzy"));
    assert_eq!(session.poll(), None);
    session.received(LOGGED_IN.as_bytes()).unwrap();
    assert_eq!(session.poll(), Some(News::LoggedIn));
    assert!(!format!("{:?}", settings("pbx:5038")).contains("xyzzy"));
}

#[test]
fn a_wrong_secret_is_said_with_the_place_to_mend_it() {
    let mut session = Session::new(settings("pbx:5038"));
    let refused = [GREETING, CHALLENGED, REFUSED].concat();
    let error = session.received(refused.as_bytes()).unwrap_err();
    assert!(matches!(error, PbxError::LoginRefused { .. }));
    let words = error.to_string();
    assert!(
        words.contains("manager.conf") && words.contains("[zeroline]"),
        "{words}"
    );
    assert!(!words.contains("xyzzy"));
}

#[test]
fn who_is_no_asterisk_is_told_by_the_greeting() {
    let mut session = Session::new(settings("pbx:22"));
    let error = session.received(b"SSH-2.0-OpenSSH_9.2\r\n").unwrap_err();
    assert!(matches!(&error, PbxError::NotAsterisk { said, .. } if said == "SSH-2.0-OpenSSH_9.2"));
}

#[test]
fn an_answer_of_several_events_is_one_state() {
    let mut session = session();
    let id = session.ask("support").unwrap();
    let sent = session.take_outgoing();
    assert_eq!(
        String::from_utf8_lossy(&sent),
        format!("Action: QueueStatus\r\nActionID: {id}\r\nQueue: support\r\n\r\n")
    );
    session
        .received(status(&id.to_string(), "support").as_bytes())
        .unwrap();
    let state = answer(&mut session).unwrap();
    assert_eq!((state.waiting, state.hold_s, state.talk_s), (2, 37, 180));
    // anna and ben are on duty; cleo is paused, dora's phone is gone.
    assert_eq!((state.staffed, state.free), (2, 1));
}

#[test]
fn answers_to_two_questions_may_be_mixed() {
    let mut session = session();
    let (one, two) = (session.ask("one").unwrap(), session.ask("two").unwrap());
    let one = status(&one.to_string(), "one");
    let two = status(&two.to_string(), "two").replace("Calls: 2", "Calls: 7");
    let mut lines = String::new();
    let (mut ones, mut twos) = (
        one.split_inclusive("\r\n\r\n"),
        two.split_inclusive("\r\n\r\n"),
    );
    for _ in 0..7 {
        lines.extend(twos.next());
        lines.extend(ones.next());
    }
    session.received(lines.as_bytes()).unwrap();
    assert_eq!(answer(&mut session).unwrap().waiting, 7);
    assert_eq!(answer(&mut session).unwrap().waiting, 2);
}

#[test]
fn an_empty_list_is_a_queue_that_is_not_there() {
    let mut session = session();
    let id = session.ask("nosuch").unwrap();
    let none = format!(
        "Response: Success\r\nActionID: {id}\r\n\r\n\
         Event: QueueStatusComplete\r\nActionID: {id}\r\nListItems: 0\r\n\r\n"
    );
    session.received(none.as_bytes()).unwrap();
    let error = answer(&mut session).unwrap_err();
    assert_eq!(error, PbxError::NoSuchQueue("nosuch".to_owned()));
    assert!(error.to_string().contains("queues.conf"));
}

#[test]
fn refusals_name_the_file_to_look_at() {
    let refused = |said: &str| {
        let mut session = session();
        let id = session.ask("support").unwrap();
        let refusal = format!("Response: Error\r\nActionID: {id}\r\nMessage: {said}\r\n\r\n");
        session.received(refusal.as_bytes()).unwrap();
        answer(&mut session).unwrap_err().to_string()
    };
    assert!(refused("Permission denied").contains("manager.conf"));
    assert!(refused("Invalid/unknown command: QueueStatus.").contains("modules.conf"));
}

#[test]
fn a_queue_name_cannot_become_a_line_of_its_own() {
    let mut session = session();
    for name in [
        "support\r\nAction: Originate",
        "support\n\nAction: Command",
        "support\0",
        "",
        "  ",
        &"x".repeat(80),
    ] {
        assert!(
            matches!(session.ask(name), Err(PbxError::Name(_))),
            "{name:?}"
        );
    }
    assert!(session.take_outgoing().is_empty());
}

#[test]
fn questions_without_an_answer_are_bounded() {
    let mut session = session();
    for _ in 0..MOST_ASKED {
        session.ask("support").unwrap();
    }
    assert_eq!(session.ask("support"), Err(PbxError::Busy));
}

#[test]
fn a_message_without_an_end_is_not_collected() {
    let mut session = session();
    let line = format!("Name: {}\r\n", "x".repeat(1000));
    let lines = line.repeat(40);
    assert!(matches!(
        session.received(lines.as_bytes()),
        Err(PbxError::Garbled(_))
    ));
    let mut reader = Reader::default();
    let greeting = vec![b'A'; 40_000];
    assert!(matches!(reader.read(&greeting), Err(Broken::Greeting(_))));
}

proptest! {
    #[test]
    fn what_is_sent_is_read_back_in_whatever_pieces(
        fields in prop::collection::vec(("[A-Za-z]{1,12}", "[!-~äé世]([ -~äé世]{0,30}[!-~äé世])?"), 1..8),
        cuts in prop::collection::vec(1usize..40, 0..20),
    ) {
        let fields: Vec<_> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let bytes = [GREETING.as_bytes(), &action(&fields).unwrap()].concat();
        let (mut reader, mut read) = (Reader::default(), Vec::new());
        let mut rest = bytes.as_slice();
        for cut in cuts {
            let (piece, more) = rest.split_at(cut.min(rest.len()));
            read.extend(reader.read(piece).unwrap());
            rest = more;
        }
        read.extend(reader.read(rest).unwrap());
        prop_assert_eq!(read, vec![Message::of(&fields)]);
    }

    #[test]
    fn any_bytes_are_read_without_harm(
        pieces in prop::collection::vec(
            prop_oneof![
                prop::collection::vec(any::<u8>(), 0..200),
                "(Event|Response|ActionID|Queue|Status|Paused|Calls): ?[ -~]{0,20}\r?\n\r?\n?"
                    .prop_map(String::into_bytes),
                Just(status("1", "support").into_bytes()),
                Just(LOGGED_IN.as_bytes().to_vec()),
            ],
            0..30,
        ),
    ) {
        let mut session = session();
        session.ask("support").unwrap();
        let mut answers = 0;
        for piece in pieces {
            if session.received(&piece).is_err() {
                break;
            }
            while let Some(news) = session.poll() {
                answers += usize::from(matches!(news, News::Answer(..)));
            }
        }
        prop_assert!(answers <= 1);
    }

    #[test]
    fn no_name_makes_more_than_one_action(name in "\\PC{0,90}|[ -~\r\n\0]{0,90}") {
        let mut session = session();
        let asked = session.ask(&name).is_ok();
        let sent = session.take_outgoing();
        let ends = sent.windows(4).filter(|bytes| *bytes == b"\r\n\r\n").count();
        prop_assert_eq!(ends, usize::from(asked));
        prop_assert_eq!(sent.iter().filter(|byte| **byte == b'\n').count(), 4 * usize::from(asked));
    }
}

/// A manager that a test plays.
struct Manager {
    listener: TcpListener,
    address: String,
}

struct Client {
    stream: TcpStream,
    read: String,
}

impl Manager {
    async fn new() -> Manager {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        Manager { listener, address }
    }

    async fn accept(&self) -> Client {
        let (stream, _) = self.listener.accept().await.unwrap();
        let mut client = Client {
            stream,
            read: String::new(),
        };
        client.say(GREETING).await;
        client
    }

    async fn log_in(&self) -> Client {
        let mut client = self.accept().await;
        client.action("Challenge").await;
        client.say(CHALLENGED).await;
        client.action("Login").await;
        client.say(LOGGED_IN).await;
        client
    }
}

impl Client {
    async fn say(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
    }

    /// The next action, which must be this one; gives its `ActionID`.
    async fn action(&mut self, name: &str) -> String {
        while !self.read.contains("\r\n\r\n") {
            let mut buffer = [0; 1024];
            let length = self.stream.read(&mut buffer).await.unwrap();
            assert!(length > 0, "closed instead of {name}");
            self.read
                .push_str(&String::from_utf8_lossy(&buffer[..length]));
        }
        let (action, rest) = self.read.split_once("\r\n\r\n").unwrap();
        assert!(
            action.starts_with(&format!("Action: {name}\r\n")),
            "{action}"
        );
        let id = action
            .lines()
            .find_map(|line| line.strip_prefix("ActionID: "));
        let id = id.unwrap().to_owned();
        self.read = rest.to_owned();
        id
    }
}

#[tokio::test]
async fn one_connection_serves_all_and_calls_that_ask_together_share_a_question() {
    let manager = Manager::new().await;
    let pbx = Pbx::start(settings(&manager.address));
    let (first, second) = (pbx.clone(), pbx.clone());
    let played = async {
        let mut client = manager.log_in().await;
        let id = client.action("QueueStatus").await;
        client.say(&status(&id, "support")).await;
        // The next is about another queue: nobody asked for "support" again.
        let id = client.action("QueueStatus").await;
        client.say(&status(&id, "sales")).await;
    };
    let asked = async {
        let together = tokio::join!(first.queue("support"), second.queue(" support"));
        assert_eq!(together.0.unwrap().waiting, 2);
        assert_eq!(together.1.unwrap().waiting, 2);
        assert_eq!(first.queue("support").await.unwrap().waiting, 2);
        assert_eq!(first.queue("sales").await.unwrap().waiting, 2);
    };
    tokio::join!(played, asked);
}

#[tokio::test]
async fn a_connection_that_is_lost_is_made_again() {
    let manager = Manager::new().await;
    let pbx = Pbx::start(settings(&manager.address));
    let mut client = manager.log_in().await;
    let lost = async {
        client.action("QueueStatus").await;
        drop(client);
    };
    let (_, error) = tokio::join!(lost, pbx.queue("support"));
    assert!(matches!(error, Err(PbxError::Lost(_))), "{error:?}");
    // Meanwhile nobody waits for it.
    let begun = Instant::now();
    assert!(pbx.queue("support").await.is_err());
    assert!(begun.elapsed() < Times::default().within);
    let mut client = manager.log_in().await;
    let played = async {
        let id = client.action("QueueStatus").await;
        client.say(&status(&id, "support")).await;
    };
    let asked = async {
        while pbx.queue("support").await.is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::join!(played, asked);
}

#[tokio::test]
async fn a_manager_that_does_not_answer_holds_nobody_up() {
    let manager = Manager::new().await;
    let times = Times {
        within: Duration::from_millis(100),
        patience: Duration::from_millis(300),
        first_pause: Duration::from_millis(10),
        ..Times::default()
    };
    let pbx = Pbx::with_times(settings(&manager.address), times);
    let mut client = manager.log_in().await;
    let (error, _) = tokio::join!(pbx.queue("support"), client.action("QueueStatus"));
    assert_eq!(error, Err(PbxError::Slow(100)));
    // It is taken for dead in the end, and a new connection is made.
    let mut again = manager.log_in().await;
    let played = async {
        let id = again.action("QueueStatus").await;
        again.say(&status(&id, "support")).await;
    };
    let asked = async {
        while pbx.queue("support").await.is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::join!(played, asked);
}

#[tokio::test]
async fn a_quiet_connection_is_tried_from_time_to_time() {
    let manager = Manager::new().await;
    let times = Times {
        ping_every: Duration::from_millis(30),
        patience: Duration::from_millis(300),
        first_pause: Duration::from_millis(10),
        ..Times::default()
    };
    let _pbx = Pbx::with_times(settings(&manager.address), times);
    let mut client = manager.log_in().await;
    for _ in 0..2 {
        let id = client.action("Ping").await;
        let pong = format!("Response: Success\r\nActionID: {id}\r\nPing: Pong\r\n\r\n");
        client.say(&pong).await;
    }
    client.action("Ping").await;
    // Not answered: a new connection.
    manager.log_in().await;
}

#[tokio::test]
async fn nobody_listening_is_said_at_once() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap().to_string();
    drop(free);
    let error = Pbx::start(settings(&address)).queue("support").await;
    let error = error.unwrap_err();
    assert!(matches!(error, PbxError::Unreachable { .. }));
    assert!(error.to_string().contains("bindaddr"), "{error}");
}

#[tokio::test]
async fn the_connection_ends_with_the_last_who_could_ask() {
    let manager = Manager::new().await;
    let pbx = Pbx::start(settings(&manager.address));
    let mut client = manager.log_in().await;
    drop(pbx);
    let mut rest = Vec::new();
    client.stream.read_to_end(&mut rest).await.unwrap();
}
