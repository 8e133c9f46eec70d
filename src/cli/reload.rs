//! A dialplan that changes while the server runs.
//!
//! The file is looked at every two seconds, and at once on SIGHUP (recordings that it names may have
//! changed, too). What loads takes over for new calls; what does not is refused with its mistakes, and
//! callers notice nothing.

use super::Failure;
use super::load::Loaded;
use crate::server::Plans;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};

const EVERY: Duration = Duration::from_secs(2);

pub struct Reload<L> {
    file: PathBuf,
    load: Arc<L>,
    plans: Plans,
    asked: Signal,
    /// What was loaded last, or tried to be; and what was there when it was looked at last.
    tried: Option<Vec<u8>>,
    seen: Option<Vec<u8>>,
}

impl<L> Reload<L>
where
    L: Fn() -> Result<Loaded, Failure> + Send + Sync + 'static,
{
    /// Begins to watch the file that `load` loads, and that was as `loaded` when it last did; ends with
    /// the runtime.
    pub fn watch(
        file: PathBuf,
        loaded: Option<Vec<u8>>,
        load: L,
        plans: Plans,
    ) -> std::io::Result<()> {
        let reload = Reload {
            asked: signal(SignalKind::hangup())?,
            load: Arc::new(load),
            plans,
            tried: loaded.clone(),
            seen: loaded,
            file,
        };
        tokio::spawn(reload.run());
        Ok(())
    }

    async fn run(mut self) {
        loop {
            let was_asked = tokio::select! {
                () = tokio::time::sleep(EVERY) => false,
                asked = self.asked.recv() => asked.is_some(),
            };
            let found = tokio::fs::read(&self.file).await.ok();
            // Who writes a file in pieces, or moves it here, is waited for.
            let settled = found.is_some() && found == self.seen;
            let changed = settled && found != self.tried;
            self.seen = found;
            if was_asked || changed {
                self.tried = self.seen.clone();
                self.reload().await;
            }
        }
    }

    async fn reload(&self) {
        let (file, load) = (self.file.display(), self.load.clone());
        let loaded = tokio::task::spawn_blocking(move || load()).await;
        let refused = match loaded {
            Ok(Ok(loaded)) => match self.plans.take_over(loaded.plan) {
                Ok(()) => {
                    tracing::info!("{file}: changed; calls from now on are answered with it");
                    for line in &loaded.chosen {
                        tracing::info!("{line}");
                    }
                    return count("taken");
                }
                Err(why) => why,
            },
            Ok(Err(Failure(why))) => why,
            Err(panicked) => panicked.to_string(),
        };
        count("refused");
        tracing::error!("{file}: changed, but not usable; calls are answered as before\n{refused}");
    }
}

fn count(result: &'static str) {
    metrics::counter!("dialplan_reloads_total", "result" => result).increment(1);
}
