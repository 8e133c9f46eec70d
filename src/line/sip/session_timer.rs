//! Session timers (RFC 4028): a call ends when nobody refreshes it any more, so that neither side keeps
//! one whose other side is gone.
//!
//! We never ask for one ourselves, and take part in those that callers, the called and proxies on the
//! way ask for, on either side of it. Decisions only; `session` sends what is to be sent.

use super::session::Side;
use rsipstack::sip::{Header, Headers};
use std::time::{Duration, Instant};

/// In Supported and Require.
pub(super) const TIMER: &str = "timer";

/// The shortest that we take, in seconds, which is also the shortest that there is (section 4).
pub(super) const SHORTEST: u32 = 90;

/// A refresh that was refused comes again after this long at first, if nothing else was said.
const AGAIN: Duration = Duration::from_secs(5);

/// What was agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Agreed {
    /// Without a refresh for this many seconds the session is over.
    pub seconds: u32,
    pub refresher: Side,
    /// Whether the other side knows of session timers at all.
    pub known: bool,
}

/// A session shorter than we take: 422, with [`SHORTEST`] in Min-SE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooShort;

impl TooShort {
    pub fn headers(self) -> Vec<Header> {
        vec![Header::MinSE(SHORTEST.to_string().into())]
    }
}

impl Agreed {
    /// As whoever is asked, by an INVITE or UPDATE (section 9). `before` is what was agreed until then:
    /// it lasts if the request says nothing of it, though it could.
    pub fn asked(request: &Headers, before: Option<Agreed>) -> Result<Option<Agreed>, TooShort> {
        let known = has_option(request, "Supported") || has_option(request, "Require");
        let Some((seconds, refresher)) = session_expires(request) else {
            return Ok(before.filter(|_| known));
        };
        // Who does not know of timers would not know what a 422 wants of them.
        if seconds < SHORTEST && known {
            return Err(TooShort);
        }
        let refresher = match refresher {
            // Here they are the client of the transaction.
            Some(Role::Client) if known => Side::They,
            None if known => Side::They,
            _ => Side::We,
        };
        Ok(Some(Agreed {
            seconds: seconds.max(SHORTEST),
            refresher,
            known,
        }))
    }

    /// As whoever has asked, by the 2xx to it (section 7.2). `None`: the session has no timer.
    pub fn answered(response: &Headers) -> Option<Agreed> {
        let (seconds, refresher) = session_expires(response)?;
        Some(Agreed {
            seconds: seconds.max(SHORTEST),
            refresher: match refresher {
                Some(Role::Server) => Side::They,
                _ => Side::We,
            },
            known: has_option(response, "Require") || has_option(response, "Supported"),
        })
    }

    /// For the 2xx to a request of theirs.
    pub fn answer(self) -> Vec<Header> {
        let role = match self.refresher {
            Side::They => "uac",
            Side::We => "uas",
        };
        let mut headers = vec![self.header(role)];
        if self.known {
            headers.push(Header::Require(TIMER.into()));
        }
        headers
    }

    fn header(self, role: &str) -> Header {
        Header::SessionExpires(format!("{};refresher={role}", self.seconds).into())
    }

    fn interval(self) -> Duration {
        Duration::from_secs(self.seconds.into())
    }
}

/// What is to be done when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// Send a refresh with [`SessionTimer::request`], and say that it is on its way.
    Refresh,
    /// Nobody has refreshed it: BYE.
    End,
}

/// What became of a refresh of ours that was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal {
    pub code: u16,
    /// Min-SE, seconds.
    pub at_least: Option<u32>,
    pub retry_after: Option<Duration>,
    /// How long to wait after a 491 (RFC 3261 section 14.1).
    pub glare: Duration,
}

/// The timer of one session.
#[derive(Debug, Clone)]
pub(super) struct SessionTimer {
    agreed: Agreed,
    refreshed: Instant,
    /// When the next refresh of ours is due; `None` while one is on its way.
    next: Option<Instant>,
    at_least: Option<u32>,
}

impl SessionTimer {
    pub fn new(agreed: Agreed, now: Instant) -> SessionTimer {
        SessionTimer {
            agreed,
            refreshed: now,
            next: Some(now + agreed.interval() / 2),
            at_least: None,
        }
    }

    pub fn agreed(&self) -> Agreed {
        self.agreed
    }

    /// What is due next (section 10).
    pub fn due(&self) -> (Instant, Due) {
        let interval = self.agreed.interval();
        let early = Duration::from_secs(32).min(interval / 3);
        let end = self.refreshed + (interval - early);
        match self.next {
            Some(next) if self.agreed.refresher == Side::We && next < end => (next, Due::Refresh),
            _ => (end, Due::End),
        }
    }

    /// A refresh is on its way; these are its headers.
    pub fn request(&mut self) -> Vec<Header> {
        self.next = None;
        let mut headers = vec![
            Header::Supported(TIMER.into()),
            // Now it is us who are the client.
            self.agreed.header("uac"),
        ];
        if let Some(at_least) = self.at_least {
            headers.push(Header::MinSE(at_least.to_string().into()));
        }
        headers
    }

    /// The session was refreshed, by whichever side; this is agreed now.
    pub fn refreshed(&mut self, agreed: Agreed, now: Instant) {
        *self = SessionTimer {
            at_least: self.at_least,
            ..SessionTimer::new(agreed, now)
        };
    }

    /// Our refresh was refused. Gives whether the session is over by that.
    pub fn refused(&mut self, refusal: Refusal, now: Instant) -> bool {
        let wait = match refusal.code {
            // The other side does not know of the call, or is gone (section 10).
            408 | 481 => return true,
            422 => {
                let at_least = refusal.at_least.unwrap_or(self.agreed.seconds);
                let seconds = at_least.max(self.agreed.seconds);
                // Asked for what we had asked for: it would go on for ever.
                let grows = seconds > self.agreed.seconds;
                self.agreed.seconds = seconds;
                self.at_least = Some(seconds);
                if grows { Duration::ZERO } else { AGAIN }
            }
            491 => refusal.glare,
            _ => refusal.retry_after.unwrap_or(AGAIN),
        };
        self.next = Some(now + wait);
        false
    }
}

#[derive(Clone, Copy)]
enum Role {
    Client,
    Server,
}

fn session_expires(headers: &Headers) -> Option<(u32, Option<Role>)> {
    let header = headers
        .iter()
        .find(|h| matches!(h, Header::SessionExpires(_)))?;
    let mut parts = header.value().split(';').map(str::trim);
    let seconds = parts.next()?.parse().ok()?;
    let refresher = parts
        .filter_map(|part| part.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("refresher"))
        .and_then(
            |(_, role)| match role.trim().to_ascii_lowercase().as_str() {
                "uac" => Some(Role::Client),
                "uas" => Some(Role::Server),
                _ => None,
            },
        );
    Some((seconds, refresher))
}

fn has_option(headers: &Headers, name: &str) -> bool {
    headers
        .iter()
        .filter(|header| header.name().eq_ignore_ascii_case(name))
        .flat_map(|header| header.value().split(','))
        .any(|option| option.trim().eq_ignore_ascii_case(TIMER))
}

#[cfg(test)]
mod tests {
    use super::super::tests::request;
    use super::*;

    fn headers(head: &str) -> Headers {
        request(head, "").headers
    }

    fn asked(head: &str) -> Result<Option<Agreed>, TooShort> {
        Agreed::asked(&headers(head), None)
    }

    fn agreed(seconds: u32, refresher: Side, known: bool) -> Agreed {
        Agreed {
            seconds,
            refresher,
            known,
        }
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn refusal(code: u16) -> Refusal {
        Refusal {
            code,
            at_least: None,
            retry_after: None,
            glare: seconds(3),
        }
    }

    #[test]
    fn who_calls_says_how_long_and_may_say_who_refreshes() {
        let known = "Supported: 100rel, timer\r\n";
        for (line, expected) in [
            ("", None),
            (
                "Session-Expires: 1800\r\n",
                Some(agreed(1800, Side::They, true)),
            ),
            (
                "x: 1800;refresher=UAC\r\n",
                Some(agreed(1800, Side::They, true)),
            ),
            (
                "Session-Expires: 90; refresher=uas\r\n",
                Some(agreed(90, Side::We, true)),
            ),
            ("Session-Expires: soon\r\n", None),
        ] {
            assert_eq!(asked(&format!("{known}{line}")), Ok(expected), "{line}");
        }
        assert_eq!(asked(&format!("{known}x: 89\r\n")), Err(TooShort));
        // A proxy asked, and the phone behind it knows nothing of it: it cannot refresh.
        assert_eq!(
            asked("x: 60;refresher=uac\r\n"),
            Ok(Some(agreed(90, Side::We, false)))
        );
    }

    #[test]
    fn what_was_agreed_lasts_until_somebody_who_could_does_not_say_it_again() {
        let before = Some(agreed(1800, Side::They, true));
        let now = |head: &str| Agreed::asked(&headers(head), before);
        assert_eq!(now("Supported: timer\r\n"), Ok(before));
        assert_eq!(now(""), Ok(None));
    }

    #[test]
    fn an_answer_names_the_refresher_by_the_roles_of_its_transaction() {
        let text = |headers: Vec<Header>| {
            headers
                .iter()
                .map(|h| h.to_string())
                .collect::<Vec<_>>()
                .join("|")
        };
        assert_eq!(
            text(agreed(600, Side::They, true).answer()),
            "Session-Expires: 600;refresher=uac|Require: timer"
        );
        assert_eq!(
            text(agreed(600, Side::We, false).answer()),
            "Session-Expires: 600;refresher=uas"
        );
        let answered = |head: &str| Agreed::answered(&headers(head));
        assert_eq!(answered(""), None);
        assert_eq!(
            answered("Session-Expires: 600;refresher=uas\r\nRequire: timer\r\n"),
            Some(agreed(600, Side::They, true))
        );
        assert_eq!(
            answered("Session-Expires: 600;refresher=uac\r\n"),
            Some(agreed(600, Side::We, false))
        );
    }

    #[test]
    fn we_refresh_at_half_time_and_give_up_before_the_end() {
        let start = Instant::now();
        let mut timer = SessionTimer::new(agreed(90, Side::We, true), start);
        assert_eq!(timer.due(), (start + seconds(45), Due::Refresh));
        timer.request();
        // On its way: nothing but the end can follow, a third before the interval is over.
        assert_eq!(timer.due(), (start + seconds(60), Due::End));
        let now = start + seconds(46);
        timer.refreshed(agreed(1800, Side::We, true), now);
        assert_eq!(timer.due(), (now + seconds(900), Due::Refresh));
        timer.request();
        assert_eq!(timer.due(), (now + seconds(1800 - 32), Due::End));
    }

    #[test]
    fn what_they_refresh_we_only_wait_for() {
        let start = Instant::now();
        let mut timer = SessionTimer::new(agreed(300, Side::They, true), start);
        assert_eq!(timer.due(), (start + seconds(268), Due::End));
        timer.refreshed(timer.agreed(), start + seconds(150));
        assert_eq!(timer.due(), (start + seconds(418), Due::End));
    }

    #[test]
    fn a_refresh_that_was_refused_is_tried_again_while_there_is_time() {
        let start = Instant::now();
        let fresh = || {
            let mut timer = SessionTimer::new(agreed(300, Side::We, true), start);
            timer.request();
            timer
        };
        let now = start + seconds(151);
        for (what, wait) in [
            (refusal(491), 3),
            (refusal(488), 5),
            (
                Refusal {
                    retry_after: Some(seconds(8)),
                    ..refusal(500)
                },
                8,
            ),
        ] {
            let mut timer = fresh();
            assert!(!timer.refused(what, now));
            assert_eq!(timer.due(), (now + seconds(wait), Due::Refresh), "{what:?}");
        }
        for gone in [408, 481] {
            assert!(fresh().refused(refusal(gone), now));
        }
        // Too late for another.
        let mut timer = fresh();
        assert!(!timer.refused(refusal(491), start + seconds(266)));
        assert_eq!(timer.due(), (start + seconds(268), Due::End));
    }

    #[test]
    fn a_longer_session_is_asked_for_when_it_must_be() {
        let start = Instant::now();
        let mut timer = SessionTimer::new(agreed(90, Side::We, true), start);
        timer.request();
        let longer = Refusal {
            at_least: Some(600),
            ..refusal(422)
        };
        let now = start + seconds(46);
        assert!(!timer.refused(longer, now));
        assert_eq!(timer.due(), (now, Due::Refresh));
        let headers: Vec<String> = timer.request().iter().map(|h| h.to_string()).collect();
        assert!(headers.contains(&"Session-Expires: 600;refresher=uac".to_owned()));
        assert!(headers.contains(&"Min-SE: 600".to_owned()), "{headers:?}");
        // The same again is no reason to try at once again.
        assert!(!timer.refused(longer, now));
        assert_eq!(timer.due(), (now + AGAIN, Due::Refresh));
    }
}
