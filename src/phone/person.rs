//! A person's phone: answers, says something, hangs up.

use super::{CODECS, Handset, Happening, PhoneError, RATE, Recording, TICK};
use crate::audio::{Frame, Key};
use crate::caller::{Action, Step, What, When};
use crate::line::leg::{Leg, Ports};
use crate::line::sdp::{self, Origin};
use crate::line::sip::{Agent, Invitation, SessionEvent};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// What the person does with a call.
#[derive(Clone)]
pub enum Behaviour {
    /// Says it and hangs up.
    Say(Arc<[Frame]>),
    /// Hears who is calling, as an agent does, takes the call by key 1, and then the same.
    Take(Arc<[Frame]>),
    /// Is on another call: 486.
    Busy,
}

/// A phone that is switched on.
pub struct Person {
    agent: Agent,
    invitations: mpsc::Receiver<Invitation>,
    ports: Ports,
    behaviour: Behaviour,
}

impl Person {
    pub async fn listen(address: SocketAddr, behaviour: Behaviour) -> Result<Person, PhoneError> {
        let (agent, invitations) = Agent::listen(address, "person").await?;
        Ok(Person {
            ports: Ports::new(agent.address().ip(), 50_000..=59_998),
            agent,
            invitations,
            behaviour,
        })
    }

    pub fn address(&self) -> SocketAddr {
        self.agent.address()
    }

    /// Deals with one call, from its ringing to its end. `None`: it was refused or came to
    /// nothing.
    pub async fn take_call(&mut self, mut tell: impl FnMut(u64, Happening)) -> Option<Recording> {
        let invitation = self.invitations.recv().await?;
        let script = match &self.behaviour {
            Behaviour::Say(sound) => says(sound, 300),
            Behaviour::Take(sound) => takes(sound),
            Behaviour::Busy => {
                invitation.refuse(486, "on another call");
                // The refusal and its ACK are still on their way when this returns.
                tokio::time::sleep(Duration::from_millis(500)).await;
                return None;
            }
        };
        let socket = self.ports.take().ok()?;
        let local = socket.local_addr().ok()?;
        let mut origin = Origin::new(u64::from(local.port()));
        let offer = sdp::parse(invitation.offer()?.as_bytes()).ok()?;
        let (media, answer) = sdp::answer(&offer, local, &CODECS, &mut origin).ok()?;
        invitation.ring();
        let (session, mut events) = invitation.answer(answer).ok()?;
        tell(0, Happening::Answered);

        let mut leg = Leg::new(socket, &media);
        let mut handset = Handset::new(script);
        let mut ticks = tokio::time::interval(TICK);
        loop {
            let now_ms = handset.now_ms;
            tokio::select! {
                _ = ticks.tick() => match handset.tick(&mut leg) {
                    Some(Action::HangUp) => {
                        tell(now_ms, Happening::WeHungUp);
                        session.hang_up().await;
                        return Some(handset.recording);
                    }
                    Some(Action::Press(key)) => {
                        leg.session().press(key);
                        tell(now_ms, Happening::Pressed(key.to_char()));
                    }
                    Some(Action::Write(_)) | None => {}
                },
                event = events.recv() => match event {
                    Some(SessionEvent::Offered { answerer, .. }) => answerer.refuse(488).await,
                    Some(SessionEvent::Ended(_)) | None => {
                        tell(now_ms, Happening::OtherSideHungUp);
                        return Some(handset.recording);
                    }
                    Some(_) => {}
                }
            }
        }
    }
}

fn says(sound: &Arc<[Frame]>, after_ms: u64) -> Vec<Step> {
    vec![
        Step {
            when: When::At { ms: after_ms },
            what: What::Say(sound.clone()),
        },
        Step {
            when: When::At { ms: 0 },
            what: What::HangUp,
        },
    ]
}

fn takes(sound: &Arc<[Frame]>) -> Vec<Step> {
    let key: Vec<Key> = Key::from_char('1').into_iter().collect();
    let breath = vec![Frame::silence(RATE); 25];
    let mut script = vec![
        Step {
            when: When::MyTurn,
            what: What::Press(key.into()),
        },
        Step {
            when: When::At { ms: 0 },
            what: What::Sound(breath.into()),
        },
    ];
    script.extend(says(sound, 0));
    script
}
