//! The connection that a [`Session`] speaks over: kept, made anew when lost, and asked within a
//! time limit. One task owns it; whoever asks waits for that task no longer than two seconds.

use super::Settings;
use super::error::PbxError;
use super::queue::QueueState;
use super::session::{MOST_ASKED, News, Session, name};
use std::collections::HashMap;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, timeout, timeout_at};

/// How long things take at most, and how often.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    /// [`Pbx::queue`].
    pub within: Duration,
    /// An answer of that age is given again: calls that ask together are one question.
    pub fresh: Duration,
    /// To connect, to log in, to take what we send, and to answer before it counts as dead.
    pub patience: Duration,
    /// A quiet connection is tried that often, so that its end is noticed before a caller asks.
    pub ping_every: Duration,
    pub first_pause: Duration,
    pub longest_pause: Duration,
    /// After a refused login: whoever mends `manager.conf` need not wait long, and no intrusion
    /// detection takes us for a guesser.
    pub refused_pause: Duration,
}

impl Default for Times {
    fn default() -> Times {
        Times {
            within: Duration::from_secs(2),
            fresh: Duration::from_secs(1),
            patience: Duration::from_secs(5),
            ping_every: Duration::from_secs(30),
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(30),
            refused_pause: Duration::from_secs(60),
        }
    }
}

type Answer = Result<QueueState, PbxError>;

/// An Asterisk that is asked about its queues. Its task ends when the last clone is dropped.
#[derive(Debug, Clone)]
pub struct Pbx {
    questions: mpsc::Sender<Question>,
    link: watch::Receiver<Link>,
    within: Duration,
}

#[derive(Debug)]
struct Question {
    queue: String,
    answer: oneshot::Sender<Answer>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Link {
    Connecting,
    Up,
    Down(PbxError),
}

impl Pbx {
    /// Connects, now and whenever the connection is lost. Call it within a tokio runtime.
    pub fn start(settings: Settings) -> Pbx {
        Pbx::with_times(settings, Times::default())
    }

    pub(super) fn with_times(settings: Settings, times: Times) -> Pbx {
        let (questions, asked) = mpsc::channel(MOST_ASKED);
        let (state, link) = watch::channel(Link::Connecting);
        tokio::spawn(keep(settings, times, asked, state));
        Pbx {
            questions,
            link,
            within: times.within,
        }
    }

    /// How it stands with a queue, at most a second ago. Takes no longer than two seconds;
    /// while there is no connection it says at once why.
    pub async fn queue(&self, queue: &str) -> Answer {
        let queue = name(queue)?.to_owned();
        match timeout(self.within, self.ask(queue)).await {
            Ok(answer) => answer,
            Err(_) => Err(PbxError::Slow(self.within.as_millis() as u64)),
        }
    }

    async fn ask(&self, queue: String) -> Answer {
        self.connected().await?;
        let (answer, answered) = oneshot::channel();
        let question = Question { queue, answer };
        self.questions
            .try_send(question)
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => PbxError::Busy,
                mpsc::error::TrySendError::Closed(_) => ended(),
            })?;
        answered.await.unwrap_or_else(|_| Err(ended()))
    }

    async fn connected(&self) -> Result<(), PbxError> {
        let mut link = self.link.clone();
        let settled = link.wait_for(|link| *link != Link::Connecting).await;
        match settled.map(|link| link.clone()) {
            Ok(Link::Down(error)) => Err(error),
            Ok(_) => Ok(()),
            Err(_) => Err(ended()),
        }
    }
}

fn ended() -> PbxError {
    PbxError::Lost("we are about to end".to_owned())
}

/// Until nobody can ask any more.
async fn keep(
    settings: Settings,
    times: Times,
    mut questions: mpsc::Receiver<Question>,
    link: watch::Sender<Link>,
) {
    let mut pause = times.first_pause;
    let mut told = None;
    loop {
        let mut connection = Connection::new(&settings, times);
        let Some(error) = connection.run(&mut questions, &link).await else {
            return;
        };
        if connection.worked {
            (pause, told) = (times.first_pause, None);
        }
        connection.fail(&error);
        link.send_replace(Link::Down(error.clone()));
        // Once, and again when it is something else: not every half minute of a night.
        if told.as_ref() != Some(&error) {
            tracing::warn!("{error}");
        }
        let rest = match &error {
            PbxError::LoginRefused { .. } => times.refused_pause,
            _ => pause,
        };
        told = Some(error.clone());
        if !rest_for(rest, &error, &mut questions).await {
            return;
        }
        pause = (pause * 2).min(times.longest_pause);
    }
}

/// Whoever asked before they could see that there is no connection is told. False when nobody
/// can ask any more.
async fn rest_for(
    rest: Duration,
    error: &PbxError,
    questions: &mut mpsc::Receiver<Question>,
) -> bool {
    let end = Instant::now() + rest;
    loop {
        match timeout_at(end, questions.recv()).await {
            Ok(Some(question)) => {
                let _ = question.answer.send(Err(error.clone()));
            }
            Ok(None) => return false,
            Err(_) => return true,
        }
    }
}

struct Connection<'a> {
    settings: &'a Settings,
    times: Times,
    session: Session,
    /// It was logged in.
    worked: bool,
    waiting: HashMap<u64, Waiting>,
    kept: HashMap<String, (Instant, QueueState)>,
    /// When a ping was sent that is not answered.
    pinged: Option<Instant>,
}

struct Waiting {
    queue: String,
    since: Instant,
    answers: Vec<oneshot::Sender<Answer>>,
}

impl<'a> Connection<'a> {
    fn new(settings: &'a Settings, times: Times) -> Connection<'a> {
        Connection {
            settings,
            times,
            session: Session::new(settings.clone()),
            worked: false,
            waiting: HashMap::new(),
            kept: HashMap::new(),
            pinged: None,
        }
    }

    /// Why it ended; `None` where nobody can ask any more.
    async fn run(
        &mut self,
        questions: &mut mpsc::Receiver<Question>,
        link: &watch::Sender<Link>,
    ) -> Option<PbxError> {
        let begun = Instant::now();
        let address = &self.settings.address;
        let unreachable = |why: String| PbxError::Unreachable {
            address: address.clone(),
            why,
        };
        let mut stream = match timeout(self.times.patience, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Some(unreachable(error.to_string())),
            Err(_) => return Some(unreachable("no answer".to_owned())),
        };
        let mut buffer = vec![0; 8192];
        let mut heard = Instant::now();
        loop {
            let bytes = self.session.take_outgoing();
            match timeout(self.times.patience, stream.write_all(&bytes)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => return Some(PbxError::Lost(error.to_string())),
                Err(_) => return Some(PbxError::Lost("it takes nothing more".to_owned())),
            }
            tokio::select! {
                read = stream.read(&mut buffer) => match read {
                    Ok(0) => return Some(PbxError::Lost("Asterisk closed it".to_owned())),
                    Ok(length) => {
                        heard = Instant::now();
                        let bytes = buffer.get(..length).unwrap_or_default();
                        if let Err(error) = self.session.received(bytes) {
                            return Some(error);
                        }
                        self.hear(link);
                    }
                    Err(error) => return Some(PbxError::Lost(error.to_string())),
                },
                question = questions.recv(), if self.worked => self.ask(question?),
                () = tokio::time::sleep_until(self.deadline(begun, heard)) => {
                    if !self.worked || self.overdue() {
                        return Some(PbxError::Lost("Asterisk does not answer".to_owned()));
                    }
                    self.session.ping();
                    self.pinged = Some(Instant::now());
                }
            }
        }
    }

    fn hear(&mut self, link: &watch::Sender<Link>) {
        while let Some(news) = self.session.poll() {
            match news {
                News::LoggedIn => {
                    self.worked = true;
                    link.send_replace(Link::Up);
                    tracing::info!(address = self.settings.address, "connected to Asterisk");
                }
                News::Alive => self.pinged = None,
                News::Answer(id, answer) => self.answer(id, answer),
            }
        }
    }

    fn answer(&mut self, id: u64, answer: Answer) {
        let Some(waiting) = self.waiting.remove(&id) else {
            return;
        };
        if let Ok(state) = &answer {
            let kept = (Instant::now(), state.clone());
            self.kept.insert(waiting.queue, kept);
        }
        for sender in waiting.answers {
            let _ = sender.send(answer.clone());
        }
    }

    fn ask(&mut self, question: Question) {
        let Question { queue, answer } = question;
        self.kept
            .retain(|_, (at, _)| at.elapsed() < self.times.fresh);
        if let Some((_, state)) = self.kept.get(&queue) {
            let _ = answer.send(Ok(state.clone()));
            return;
        }
        let mut waiting = self.waiting.values_mut();
        if let Some(waiting) = waiting.find(|waiting| waiting.queue == queue) {
            waiting.answers.retain(|answer| !answer.is_closed());
            waiting.answers.push(answer);
            return;
        }
        match self.session.ask(&queue) {
            Ok(id) => {
                let waiting = Waiting {
                    queue,
                    since: Instant::now(),
                    answers: vec![answer],
                };
                self.waiting.insert(id, waiting);
            }
            Err(error) => {
                let _ = answer.send(Err(error));
            }
        }
    }

    /// When something is overdue, or a ping due.
    fn deadline(&self, begun: Instant, heard: Instant) -> Instant {
        if !self.worked {
            return begun + self.times.patience;
        }
        let asked = self.waiting.values().map(|waiting| waiting.since);
        match asked.chain(self.pinged).min() {
            Some(oldest) => oldest + self.times.patience,
            None => heard + self.times.ping_every,
        }
    }

    fn overdue(&self) -> bool {
        let asked = self.waiting.values().map(|waiting| waiting.since);
        let oldest = asked.chain(self.pinged).min();
        oldest.is_some_and(|since| since.elapsed() >= self.times.patience)
    }

    fn fail(&mut self, error: &PbxError) {
        for (_, waiting) in self.waiting.drain() {
            for answer in waiting.answers {
                let _ = answer.send(Err(error.clone()));
            }
        }
    }
}
