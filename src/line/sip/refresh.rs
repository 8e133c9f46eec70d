//! Keeping a session alive on the wire: what [`SessionTimer`] decides is sent here, by UPDATE where the
//! other side takes it, else by a re-INVITE with what we last said of ourselves.
//!
//! And where the other side is: its Contact may change with each of these (RFC 3261 section 12.2), which
//! the stack's dialog does not see by itself.

use super::body::{self, SDP};
use super::calls::KnownCall;
use super::session_timer::{Agreed, Due, Refusal, SessionTimer, TooShort};
use rsipstack::dialog::dialog::Dialog;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::uri::ParamsExt;
use rsipstack::sip::{Header, Headers, Param, Response, ToTypedHeader, Uri};
use rsipstack::transaction::key::TransactionRole;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// What comes of a session's timer.
pub(super) enum Happened {
    /// A re-INVITE of ours was answered with this.
    Answered(String),
    /// Nobody refreshes it: BYE.
    Over,
}

/// One session's refreshes.
pub(super) struct Refresher {
    dialog: InviteDialog,
    known: Arc<KnownCall>,
    timer: Option<SessionTimer>,
    takes_update: bool,
    /// A phone that is where its messages come from, whatever its Contact says.
    pub moved: bool,
    sent: Option<JoinHandle<Option<Response>>>,
    over: bool,
}

impl Refresher {
    pub fn new(
        dialog: InviteDialog,
        known: Arc<KnownCall>,
        timer: Option<Agreed>,
        takes_update: bool,
    ) -> Refresher {
        Refresher {
            dialog,
            known,
            timer: timer.map(|agreed| SessionTimer::new(agreed, Instant::now())),
            takes_update,
            moved: false,
            sent: None,
            over: false,
        }
    }

    /// A request of theirs that may refresh the session; gives what to answer it with.
    pub fn asked(&mut self, request: &Headers, now: Instant) -> Result<Vec<Header>, TooShort> {
        let before = self.timer.as_ref().map(SessionTimer::agreed);
        let agreed = Agreed::asked(request, before)?;
        self.agree(agreed, now);
        Ok(agreed.map(Agreed::answer).unwrap_or_default())
    }

    fn agree(&mut self, agreed: Option<Agreed>, now: Instant) {
        self.timer = match (self.timer.take(), agreed) {
            (Some(mut timer), Some(agreed)) => {
                timer.refreshed(agreed, now);
                Some(timer)
            }
            (None, Some(agreed)) => Some(SessionTimer::new(agreed, now)),
            (_, None) => None,
        };
    }

    /// Sends what is due, and is ready when something has come of it. May be dropped and begun again.
    pub async fn run(&mut self) -> Happened {
        loop {
            if let Some(sent) = &mut self.sent {
                let due = self.timer.as_ref().map(SessionTimer::due);
                let end = due.filter(|(_, due)| *due == Due::End).map(|(at, _)| at);
                tokio::select! {
                    answer = sent => {
                        self.sent = None;
                        if let Some(happened) = self.answered(answer.ok().flatten()) {
                            return happened;
                        }
                    }
                    () = until(end) => {
                        self.timer = None;
                        return Happened::Over;
                    }
                }
                continue;
            }
            if std::mem::take(&mut self.over) {
                self.timer = None;
                return Happened::Over;
            }
            let due = self.timer.as_ref().map(SessionTimer::due);
            until(due.map(|(at, _)| at)).await;
            match due {
                Some((_, Due::Refresh)) => self.send(),
                _ => {
                    self.timer = None;
                    return Happened::Over;
                }
            }
        }
    }

    fn send(&mut self) {
        let Some(timer) = &mut self.timer else { return };
        let mut headers = timer.request();
        let dialog = self.dialog.clone();
        if self.takes_update {
            self.sent = Some(tokio::spawn(async move {
                dialog.update(Some(headers), None).await.ok().flatten()
            }));
            return;
        }
        let Some(sdp) = self.known.description() else {
            return;
        };
        if !self.known.exchange().offer() {
            // Theirs comes first.
            timer.refused(refusal(491, None, &self.dialog), Instant::now());
            return;
        }
        headers.push(Header::ContentType(SDP.into()));
        let known = self.known.clone();
        self.sent = Some(tokio::spawn(async move {
            let answer = dialog.reinvite(Some(headers), Some(sdp.into_bytes())).await;
            known.exchange().answered();
            answer.ok().flatten()
        }));
    }

    fn answered(&mut self, answer: Option<Response>) -> Option<Happened> {
        let now = Instant::now();
        let code = answer
            .as_ref()
            .map_or(408, |answer| answer.status_code.code());
        if let Some(answer) = answer.as_ref().filter(|_| code / 100 == 2) {
            if let Some(target) = self.target(&answer.headers) {
                target.set();
            }
            self.agree(Agreed::answered(&answer.headers), now);
            let sdp = body::description(&answer.headers, &answer.body);
            return sdp.ok().flatten().map(Happened::Answered);
        }
        tracing::info!(dialog = %self.dialog.id(), code, "our refresh of the session was refused");
        if self.takes_update && matches!(code, 405 | 501) {
            self.takes_update = false;
        }
        let refusal = refusal(code, answer.as_ref(), &self.dialog);
        if let Some(timer) = &mut self.timer {
            self.over = timer.refused(refusal, now);
        }
        None
    }

    /// Where the other side is from now on, if a message says that that has changed.
    pub fn target(&self, headers: &Headers) -> Option<Target> {
        if self.moved {
            return None;
        }
        let contact = headers.iter().find_map(|header| match header {
            Header::Contact(contact) => Some(contact.clone()),
            _ => None,
        })?;
        let mut uri = contact.typed().ok()?.uri;
        let current = self.dialog.snapshot().remote_uri;
        if uri.transport().is_none()
            && let Some(transport) = current.transport()
        {
            uri.params.push(Param::Transport(*transport));
        }
        (uri != current).then(|| Target {
            dialog: self.dialog.clone(),
            uri,
            contact,
        })
    }
}

/// The other side's new address.
pub(super) struct Target {
    dialog: InviteDialog,
    uri: Uri,
    contact: rsipstack::sip::headers::untyped::Contact,
}

impl Target {
    pub fn set(self) {
        Dialog::Invite(self.dialog).set_remote_target(self.uri, Some(self.contact));
    }
}

fn refusal(code: u16, answer: Option<&Response>, dialog: &InviteDialog) -> Refusal {
    let seconds = |name: &str| {
        let headers = answer.map(|answer| &answer.headers)?;
        let header = headers
            .iter()
            .find(|h| h.name().eq_ignore_ascii_case(name))?;
        let number = header.value().split([';', '(']).next()?.trim();
        number.parse::<u32>().ok()
    };
    // Who chose the Call-ID waits longer, so that both do not try again at once (RFC 3261 section 14.1).
    let (least, most) = match dialog.role() {
        TransactionRole::Client => (2_100, 4_000),
        TransactionRole::Server => (0, 2_000),
    };
    let glare = least + u64::from(super::agent::fresh_tag()) % (most - least);
    Refusal {
        code,
        at_least: seconds("Min-SE"),
        retry_after: seconds("Retry-After").map(|s| Duration::from_secs(s.into())),
        glare: Duration::from_millis(glare),
    }
}

async fn until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}
