//! `zeroline serve`

use super::reload::Reload;
use super::watched::Watched;
use super::{Done, Failure, Verdict, load, runtime, systemd};
use crate::record::{Store, Writer};
use crate::server::{Config, Parts, Server};
use metrics_exporter_prometheus::PrometheusBuilder;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// Run the worker: answer calls until SIGTERM.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  zeroline serve\n  zeroline serve --config zeroline.toml")]
pub struct Args {
    /// Configuration; without it, 127.0.0.1:5060 with the bundled dialplan and ./data
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub fn run(args: &Args) -> Done {
    crate::panics::report();
    // Before they are loaded: what is changed meanwhile is found.
    let as_it_is = |path: &PathBuf| Watched::new(path.clone(), std::fs::read(path).ok());
    let config_file = args.config.as_ref().map(as_it_is);
    let config = match &args.config {
        Some(path) => Config::read(path)?,
        None => Config::default(),
    };
    let dialplan_file = config.dialplan.as_ref().map(as_it_is);
    let loaded = load_plan(&config)?;
    for line in &loaded.chosen {
        tracing::info!("{line}");
    }
    let events = Arc::new(Writer::start(&Store::open(&config.data))?);
    let (name, data) = (loaded.plan.dialplan.name.clone(), config.data.clone());
    let (metrics, with) = (config.metrics, config.clone());
    let drain = Duration::from_secs(config.drain_seconds);
    let parts = Parts {
        config,
        plan: loaded.plan,
        events: events.clone(),
    };
    let served: Result<(), Failure> = runtime()?.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        if let Some(address) = metrics {
            PrometheusBuilder::new()
                .with_http_listener(address)
                .install()
                .map_err(|error| Failure(format!("metrics = \"{address}\": {error}")))?;
        }
        let server = Server::start(parts).await?;
        tracing::info!(
            dialplan = name,
            data = %data.display(),
            "listening on {}",
            server.told()
        );
        Reload::watch(config_file, with, dialplan_file, load_plan, server.plans())?;
        systemd::ready(server.probe());
        server
            .run(async move {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                systemd::stopping(drain);
            })
            .await;
        Ok(())
    });
    events.close();
    served?;
    tracing::info!("stopped");
    Ok(Verdict::Yes)
}

fn load_plan(config: &Config) -> Result<load::Loaded, Failure> {
    let mut dialplan = load::dialplan(config.dialplan.as_deref())?;
    // What cannot be kept is not promised.
    if config.trunks.is_empty() {
        dialplan.calls_nobody_back();
    }
    let recognition = &config.recognition;
    let model = recognition.model.as_deref();
    load::all(dialplan, recognition.engine, model, config.listening.vad)
}
