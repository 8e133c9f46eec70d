//! An INVITE of ours on its way: what is heard before its answer, and what becomes of it when nobody waits
//! any more.
//!
//! It lives in a task of its own, which is never dropped in the middle of a message. When the [`Attempt`] is
//! dropped the call is cancelled, and a 200 that crosses the CANCEL is acknowledged and ended with BYE.

use super::body;
use super::flow::MovedCall;
use super::place::{PlaceError, Progress};
use rsipstack::dialog::dialog::{DialogState, DialogStateReceiver};
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::dialog::invitation::InviteAsyncResult;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::{HeadersExt, Response};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

/// The stack's timers B and H: after this long no answer to an INVITE or CANCEL comes any more.
const TRANSACTION_LIFE: Duration = Duration::from_secs(32);

/// See the module.
pub(super) struct Attempt {
    layer: Arc<DialogLayer>,
    running: Option<(
        InviteDialog,
        JoinHandle<InviteAsyncResult>,
        Option<MovedCall>,
    )>,
}

/// How an INVITE came out.
pub(super) struct Answered {
    pub response: Option<Response>,
    pub dialog: InviteDialog,
    pub moved: Option<MovedCall>,
    /// The description that a provisional answer of the same side gave.
    pub early: Option<String>,
}

impl Attempt {
    pub fn new(
        layer: Arc<DialogLayer>,
        dialog: InviteDialog,
        invite: JoinHandle<InviteAsyncResult>,
        moved: Option<MovedCall>,
    ) -> Attempt {
        Attempt {
            layer,
            running: Some((dialog, invite, moved)),
        }
    }

    /// Waits for the answer, and for the first word at most `silence`; `progress` hears what comes before.
    pub async fn answer(
        &mut self,
        states: &mut DialogStateReceiver,
        silence: Option<Duration>,
        mut progress: impl FnMut(Progress),
    ) -> Result<Answered, PlaceError> {
        let gone = || PlaceError::NoAnswer("the call is over".to_owned());
        let (_, invite, _) = self.running.as_mut().ok_or_else(gone)?;
        let mut said = HashMap::new();
        let mut silent = silence.is_some();
        let patience = tokio::time::sleep(silence.unwrap_or_default());
        tokio::pin!(patience);
        let result = loop {
            tokio::select! {
                biased;
                Some(state) = states.recv() => match state {
                    DialogState::Trying(_) => {
                        silent = false;
                        progress(Progress { code: 100 });
                    }
                    DialogState::Early(_, response) => {
                        silent = false;
                        let described = body::description(&response.headers, &response.body);
                        if let (Some(tag), Ok(Some(sdp))) = (to_tag(&response), described) {
                            said.insert(tag, sdp);
                        }
                        progress(Progress {
                            code: response.status_code.code(),
                        });
                    }
                    DialogState::Confirmed(..) | DialogState::Terminated(..) => break invite.await,
                    _ => {}
                },
                result = &mut *invite => break result,
                () = &mut patience, if silent => {
                    let seconds = silence.unwrap_or_default().as_secs();
                    let why = format!("the other side is silent for {seconds} s");
                    return Err(PlaceError::NoAnswer(why));
                }
            }
        };
        let (dialog, _, moved) = self.running.take().ok_or_else(gone)?;
        match result {
            Ok(Ok((_, response))) => {
                let early = response.as_ref().and_then(to_tag);
                let early = early.and_then(|tag| said.remove(&tag));
                Ok(Answered {
                    response,
                    dialog,
                    moved,
                    early,
                })
            }
            Ok(Err(error)) => Err(PlaceError::NoAnswer(error.to_string())),
            Err(error) => Err(PlaceError::NoAnswer(error.to_string())),
        }
    }
}

fn to_tag(response: &Response) -> Option<String> {
    let tag = response.to_header().ok()?.tag().ok()??;
    Some(tag.value().to_owned())
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if let Some((dialog, invite, moved)) = self.running.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(give_up(self.layer.clone(), dialog, invite, moved));
        }
    }
}

/// Cancels, and sees to it that nothing is left of the call.
async fn give_up(
    layer: Arc<DialogLayer>,
    dialog: InviteDialog,
    mut invite: JoinHandle<InviteAsyncResult>,
    moved: Option<MovedCall>,
) {
    let cancelling = dialog.clone();
    tokio::spawn(async move {
        // Before any answer it waits for one (RFC 3261 section 9.1).
        if let Err(error) = cancelling.cancel().await {
            tracing::debug!(%error, "CANCEL not answered");
        }
    });
    let over = tokio::time::timeout(TRANSACTION_LIFE, &mut invite).await;
    match over {
        Ok(Ok(Ok((id, _)))) => {
            // It was answered before the CANCEL could go out.
            if dialog.state().is_confirmed()
                && let Err(error) = dialog.bye().await
            {
                tracing::debug!(%error, "BYE not answered");
            }
            layer.remove_dialog(&id);
        }
        Ok(_) => {}
        // Not even the CANCEL is answered: there is nobody (any more).
        Err(_) => invite.abort(),
    }
    drop(moved);
}
