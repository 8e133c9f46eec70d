//! Codes that an agent dials on their phone: `*1` ready, `*2` a break, `*3` off duty. The phone has shown
//! who it is before it gets here.

use super::Shared;
use super::agent_live::{AgentLive, AgentNews};
use super::desk::DeskInput;
use super::media::Command;
use super::offers::Offers;
use super::transfer::ended;
use crate::call::{Accept, Briefing, BriefingSetup};
use crate::dialplan::ToAgent;
use crate::human::Input;
use crate::line::leg::Leg;
use crate::line::sip::Invitation;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// What there is to say takes less.
const LONGEST: Duration = Duration::from_secs(20);

/// Does what the code says, tells the agent so, and hangs up.
pub async fn serve(shared: &Arc<Shared>, invitation: Invitation, agent: &str) {
    let called = invitation.called();
    let code = called.split(':').nth(1).unwrap_or_default();
    let code = code.split(['@', ';']).next().unwrap_or_default();
    let name = agent.to_owned();
    let (input, told) = match code {
        "*1" => (Input::Ready { agent: name }, ToAgent::Ready),
        "*2" => {
            let reason = "break".to_owned();
            (
                Input::Pause {
                    agent: name,
                    reason,
                },
                ToAgent::Paused,
            )
        }
        "*3" => (Input::LogOut { agent: name }, ToAgent::OffDuty),
        _ => return invitation.refuse(404, "*1 ready, *2 a break, *3 off duty"),
    };
    tracing::info!(agent, code, "dialled");
    let input = DeskInput::Acd(input);
    // Who is on a call with us already has a second line to dial on.
    let line = shared.line_of(agent).try_lock_owned();
    match told {
        // Their phone can be rung when this call is over.
        ToAgent::Ready => {
            confirm(shared, invitation, agent, told).await;
            drop(line);
            shared.desk.send(input).await;
        }
        _ => {
            shared.desk.send(input).await;
            confirm(shared, invitation, agent, told).await;
        }
    }
}

async fn confirm(shared: &Arc<Shared>, invitation: Invitation, agent: &str, told: ToAgent) {
    let Ok((socket, mut offers)) = Offers::begin(shared) else {
        return invitation.refuse(503, "no port for sound");
    };
    let (agreed, sdp) = match offers.first(&invitation) {
        Ok(agreed) => agreed,
        Err((code, reason)) => return invitation.refuse(code, &reason),
    };
    // A phone that wants our offer hears nothing; what it dialled is done all the same.
    let Ok((session, mut events)) = invitation.answer(sdp) else {
        return;
    };
    let slot = shared.media.slot();
    let (news, mut received) = mpsc::channel(8);
    if let Some(media) = &agreed {
        let plan = shared.plan();
        let mut briefing = Briefing::new(BriefingSetup {
            rate: media.codec.line_rate(),
            language: plan.dialplan.language,
            accept: Accept::Key,
            say: Vec::new(),
            prompts: plan.prompts.clone(),
        });
        briefing.leave(vec![plan.dialplan.told_agent(told)]);
        let leg = Leg::new(socket, media);
        let live = AgentLive::new(agent, briefing, leg, plan, news).dismissed();
        shared.media.tell(Command::AddAgent(slot, Box::new(live)));
    }
    let told =
        async { while !matches!(received.recv().await, Some(AgentNews::Dismissed) | None) {} };
    let told = async {
        tokio::select! {
            () = ended(&mut events, &mut offers) => {}
            () = told => {}
        }
    };
    let _ = tokio::time::timeout(LONGEST, told).await;
    let gone = Command::AgentGone {
        agent: slot,
        hung_up: true,
    };
    shared.media.tell(gone);
    session.hang_up().await;
}
