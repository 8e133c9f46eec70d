//! What systemd is told of a server that it has started (`Type=notify`): that it is ready, that it works
//! (`WatchdogSec=`), that it stops. Elsewhere nothing is told to anybody.

use crate::server::{FAREWELL, Probe};
use sd_notify::NotifyState;
use std::time::Duration;

/// Calls are taken. From now on systemd hears how it is as often as it wants to, for as long as it is well.
pub fn ready(probe: Probe) {
    tell(&[NotifyState::Ready]);
    if let Some(interval) = sd_notify::watchdog_enabled() {
        tokio::spawn(watch(probe, interval));
    }
}

/// No new calls are taken; those that are up may take as long as the configuration allows.
pub fn stopping(drain: Duration) {
    let longest = drain + FAREWELL;
    let longest = u32::try_from(longest.as_micros()).unwrap_or(u32::MAX);
    tell(&[
        NotifyState::Stopping,
        NotifyState::ExtendTimeoutUsec(longest),
    ]);
}

async fn watch(probe: Probe, interval: Duration) {
    loop {
        tokio::time::sleep(interval / 3).await;
        let health = probe.health().await;
        match health.is_alive() {
            true => {
                let status = format!("{} calls", health.calls);
                tell(&[NotifyState::Watchdog, NotifyState::Status(&status)]);
            }
            // Without word from us it starts us anew.
            false => tracing::error!(faults = health.faults.join(", "), "not working"),
        }
    }
}

fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(%error, "systemd cannot be told");
    }
}
