//! A dialplan and a configuration that change while the server runs.
//!
//! The files are looked at every two seconds, and at once on SIGHUP (recordings that a dialplan names may
//! have changed, too). What loads takes over for new calls; what does not is refused with its mistakes, and
//! callers notice nothing. The configuration comes first: a dialplan may lead to a queue that is new in it.

use super::Failure;
use super::load::Loaded;
use super::watched::Watched;
use crate::server::{Config, Plans};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};

const EVERY: Duration = Duration::from_secs(2);

pub struct Reload<L> {
    /// The configuration's file, and what it said last.
    config: Option<Watched>,
    with: Arc<RwLock<Config>>,
    dialplan: Option<Watched>,
    load: Arc<L>,
    plans: Plans,
    asked: Signal,
    /// The dialplan that is there now is not the one that calls are answered with.
    refused: bool,
}

impl<L> Reload<L>
where
    L: Fn(&Config) -> Result<Loaded, Failure> + Send + Sync + 'static,
{
    /// Begins to watch the configuration, and the dialplan that `load` loads by it; ends with the runtime.
    pub fn watch(
        config: Option<Watched>,
        with: Config,
        dialplan: Option<Watched>,
        load: L,
        plans: Plans,
    ) -> std::io::Result<()> {
        let reload = Reload {
            config,
            with: Arc::new(RwLock::new(with)),
            dialplan,
            asked: signal(SignalKind::hangup())?,
            load: Arc::new(load),
            plans,
            refused: false,
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
            let mut again = false;
            if let Some(config) = &mut self.config
                && (config.has_changed().await || was_asked)
            {
                config.try_now();
                let file = config.file().to_owned();
                again = self.reconfigure(file).await;
            }
            if let Some(dialplan) = &mut self.dialplan
                && (dialplan.has_changed().await || was_asked || again)
            {
                dialplan.try_now();
                let file = dialplan.file().display().to_string();
                self.reload(&file).await;
            }
        }
    }

    /// Says whether the dialplan may be another one by it.
    async fn reconfigure(&self, file: std::path::PathBuf) -> bool {
        let name = file.display().to_string();
        let read = tokio::task::spawn_blocking(move || Config::read(&file)).await;
        let taken = match read {
            Ok(Ok(config)) => match self.plans.reconfigure(&config).await {
                Ok(until_restart) => Ok((config, until_restart)),
                Err(why) => Err(format!("{name}: {why}")),
            },
            Ok(Err(error)) => Err(error.to_string()),
            Err(panicked) => Err(panicked.to_string()),
        };
        match taken {
            Ok((config, until_restart)) => {
                tracing::info!("{name}: trunks, agents and queues are as it says from now on");
                if !until_restart.is_empty() {
                    let keys = until_restart.join(", ");
                    tracing::warn!("{name}: what it says of {keys} takes a restart");
                }
                count("configuration", "taken");
                let mut with = self.with.write().unwrap_or_else(PoisonError::into_inner);
                // Whether anybody can be called back.
                let others = with.trunks.is_empty() != config.trunks.is_empty();
                with.trunks = config.trunks;
                others || self.refused
            }
            Err(why) => {
                tracing::error!("{why}\nthe configuration is refused; all goes on as before");
                count("configuration", "refused");
                false
            }
        }
    }

    async fn reload(&mut self, file: &str) {
        let (load, with) = (self.load.clone(), self.with.clone());
        let loaded = tokio::task::spawn_blocking(move || {
            let with = with.read().unwrap_or_else(PoisonError::into_inner).clone();
            load(&with)
        })
        .await;
        let refused = match loaded {
            Ok(Ok(loaded)) => match self.plans.take_over(loaded.plan) {
                Ok(()) => {
                    tracing::info!("{file}: changed; calls from now on are answered with it");
                    for line in &loaded.chosen {
                        tracing::info!("{line}");
                    }
                    self.refused = false;
                    return count("dialplan", "taken");
                }
                Err(why) => why,
            },
            Ok(Err(Failure(why))) => why,
            Err(panicked) => panicked.to_string(),
        };
        self.refused = true;
        count("dialplan", "refused");
        tracing::error!("{file}: changed, but not usable; calls are answered as before\n{refused}");
    }
}

fn count(what: &'static str, result: &'static str) {
    match what {
        "dialplan" => metrics::counter!("dialplan_reloads_total", "result" => result).increment(1),
        _ => metrics::counter!("configuration_reloads_total", "result" => result).increment(1),
    }
}
