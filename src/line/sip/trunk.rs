//! Trunks: who carries our calls out. Each is kept by a task of its own, which registers there where that
//! is wanted, or else asks by OPTIONS whether anybody is there, so that it is known before a caller waits
//! for it which of them are up.

use super::agent::Agent;
use super::available::{self, Available};
use super::digest::Millis;
use super::known::Known;
use super::outside::{Outside, first_hop, target};
use super::own::Own;
use super::place::{Credentials, Outgoing, PlaceError, Progress, Through};
use super::session::{Session, SessionEvents};
use super::trunk_keeper::Keeper;
use ipnet::IpNet;
use rsipstack::sip::Uri;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A trunk that says nothing at all to an INVITE for so long is not there; it has had four of them by
/// then over UDP.
const SILENCE: Duration = Duration::from_secs(5);
/// Servers of one trunk that are tried for one call.
const MOST_SERVERS: usize = 4;
/// How long the end waits for registrations to be taken back.
const FAREWELL: Duration = Duration::from_secs(2);

/// A trunk as it is configured.
#[derive(Debug, Clone, PartialEq)]
pub struct TrunkSetup {
    pub name: String,
    /// A SIP URI.
    pub address: String,
    /// Everything to it goes by this SIP URI first.
    pub proxy: Option<String>,
    pub credentials: Option<Credentials>,
    /// Whether calls reach us only once we have registered there.
    pub register: bool,
    /// As whom it reaches us.
    pub user: String,
    /// Where its calls come from, beside its own address.
    pub from: Vec<IpNet>,
}

/// How a trunk stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrunkState {
    pub name: String,
    pub address: String,
    /// Nothing was heard yet without it.
    pub up: Option<bool>,
    /// Since then, in milliseconds since 1970.
    pub since: Option<Millis>,
    /// Why it is down, or how it is known that it is up.
    pub how: Option<String>,
    /// The last call over it failed by its fault, and others are tried first.
    pub passed_over: bool,
}

/// All trunks. Clones share them.
#[derive(Clone)]
pub struct Trunks {
    shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub outside: Outside,
    pub own: Own,
    pub known: Known,
    lines: Mutex<Vec<Line>>,
    /// Told of each change of whether a trunk is up.
    pub tell: Box<dyn Fn(&TrunkState) + Send + Sync>,
}

/// One trunk, and the task that keeps it.
struct Line {
    kept: Arc<Kept>,
    task: JoinHandle<()>,
    end: watch::Sender<bool>,
}

pub(super) struct Kept {
    pub setup: TrunkSetup,
    pub uri: Uri,
    state: Mutex<State>,
}

#[derive(Default)]
pub(super) struct State {
    pub available: Available,
    pub service_route: Vec<String>,
}

impl Trunks {
    /// None yet. `tell` hears whenever a trunk goes up or down.
    pub fn new(agent: &Agent, tell: impl Fn(&TrunkState) + Send + Sync + 'static) -> Trunks {
        Trunks {
            shared: Arc::new(Shared {
                outside: agent.outside.clone(),
                own: agent.own.clone(),
                known: agent.known.clone(),
                lines: Mutex::default(),
                tell: Box::new(tell),
            }),
        }
    }

    /// From now on these, in this order of preference. Those that are as they were go on as they are;
    /// registrations of the others are taken back. The error names the trunk whose address is none.
    pub fn set(&self, setups: Vec<TrunkSetup>) -> Result<(), String> {
        let parsed: Vec<(TrunkSetup, Uri)> = setups
            .into_iter()
            .map(|setup| {
                let uri = Uri::try_from(setup.address.as_str())
                    .map_err(|error| format!("trunk {}: {}: {error}", setup.name, setup.address))?;
                Ok((setup, uri))
            })
            .collect::<Result<_, String>>()?;
        self.shared.known.set(
            parsed
                .iter()
                .map(|(setup, _)| (setup.name.as_str(), setup.from.clone())),
        );
        let mut lines = self.lines();
        let mut before = std::mem::take(&mut *lines);
        for (setup, uri) in parsed {
            let same = before.iter().position(|line| line.kept.setup == setup);
            lines.push(match same {
                Some(at) => before.remove(at),
                None => self.begin(setup, uri),
            });
        }
        for line in before {
            let _ = line.end.send(true);
        }
        Ok(())
    }

    /// How they stand, in their order.
    pub fn states(&self) -> Vec<TrunkState> {
        self.lines().iter().map(|line| line.kept.told()).collect()
    }

    /// The names of all, the one to be tried first first.
    pub fn order(&self) -> Vec<String> {
        let lines = self.lines();
        let states: Vec<Available> = lines
            .iter()
            .map(|line| line.kept.state().available.clone())
            .collect();
        available::order(now(), &states)
            .into_iter()
            .filter_map(|at| lines.get(at).map(|line| line.kept.setup.name.clone()))
            .collect()
    }

    /// [`Agent::call`] over one trunk: by its proxy and its routes, and to the next of its servers where
    /// one is not there. A trunk by whose fault it fails is tried later than others for a while.
    pub async fn call(
        &self,
        agent: &Agent,
        name: &str,
        outgoing: Outgoing,
        mut progress: impl FnMut(Progress),
    ) -> Result<(Session, SessionEvents, String), PlaceError> {
        let kept = self
            .lines()
            .iter()
            .find(|line| line.kept.setup.name == name)
            .map(|line| line.kept.clone())
            .ok_or_else(|| PlaceError::NoAnswer(format!("there is no trunk {name} any more")))?;
        let callee = Uri::try_from(outgoing.target.as_str())
            .map_err(|_| PlaceError::Address(outgoing.target.clone()))?;
        let routes = kept.routes();
        let no_way = PlaceError::NoAnswer;
        let first = first_hop(&callee, &routes).map_err(no_way)?;
        let first_target = target(&first).map_err(no_way)?;
        let mut failure = None;
        for _ in 0..MOST_SERVERS {
            let place = match self.shared.outside.reach(&first).await {
                Ok(place) => place,
                Err(no) => {
                    failure = Some(PlaceError::NoAnswer(no.why));
                    match no.another {
                        true => continue,
                        false => break,
                    }
                }
            };
            let mut rang = false;
            let through = Through {
                place,
                routes: routes.clone(),
                silence: SILENCE,
            };
            let called = agent
                .call_through(outgoing.clone(), Some(through), |heard| {
                    rang |= heard.code > 100;
                    progress(heard);
                })
                .await;
            match called {
                Err(error) if error.is_of_the_way(rang) => {
                    failure = Some(error);
                    if !self.shared.outside.resolver.failed(&first_target, place) {
                        break;
                    }
                }
                outcome => {
                    kept.state().available.worked();
                    return outcome;
                }
            }
        }
        kept.state().available.failed(now());
        Err(failure.unwrap_or_else(|| PlaceError::NoAnswer("no server of it answers".to_owned())))
    }

    /// Takes back what is registered, and waits a little for that.
    pub async fn end(&self) {
        let lines = std::mem::take(&mut *self.lines());
        for line in &lines {
            let _ = line.end.send(true);
        }
        let all = async {
            for line in lines {
                let _ = line.task.await;
            }
        };
        let _ = tokio::time::timeout(FAREWELL, all).await;
    }

    fn begin(&self, setup: TrunkSetup, uri: Uri) -> Line {
        let kept = Arc::new(Kept {
            setup,
            uri,
            state: Mutex::default(),
        });
        let (end, ending) = watch::channel(false);
        let keeper = Keeper {
            shared: self.shared.clone(),
            kept: kept.clone(),
            call_id: uuid::Uuid::now_v7().to_string(),
            tag: format!("{:08x}", fastrand::u32(..)),
        };
        let task = tokio::spawn(async move {
            match keeper.kept.setup.register {
                true => keeper.register(ending).await,
                false => keeper.ask(ending).await,
            }
        });
        Line { kept, task, end }
    }

    fn lines(&self) -> MutexGuard<'_, Vec<Line>> {
        self.shared
            .lines
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Proxy first, then what the registrar wants (RFC 3608 section 5).
    pub fn routes(&self) -> Vec<String> {
        let proxy = self.setup.proxy.as_ref().map(|proxy| format!("<{proxy}>"));
        proxy
            .into_iter()
            .chain(self.state().service_route.iter().cloned())
            .collect()
    }

    pub fn told(&self) -> TrunkState {
        let state = self.state();
        let how = state.available.how();
        TrunkState {
            name: self.setup.name.clone(),
            address: self.setup.address.clone(),
            up: state.available.up(),
            since: how.map(|(_, since)| since),
            how: how.map(|(how, _)| how.to_owned()),
            passed_over: state.available.is_passed_over(now()),
        }
    }
}

pub(super) fn now() -> Millis {
    u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or(0)
}
