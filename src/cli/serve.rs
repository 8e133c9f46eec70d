//! `zeroline serve`

use super::{Done, Failure, Verdict, load, runtime};
use crate::record::{Store, Writer};
use crate::server::{Config, Parts, Server};
use metrics_exporter_prometheus::PrometheusBuilder;
use std::path::PathBuf;
use std::sync::Arc;
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
    let config = match &args.config {
        Some(path) => Config::read(path)?,
        None => Config::default(),
    };
    let dialplan = load::dialplan(config.dialplan.as_deref())?;
    let recognition = &config.recognition;
    let model = recognition.model.as_deref();
    let loaded = load::all(dialplan, recognition.engine, model, config.listening.vad)?;
    for line in &loaded.chosen {
        tracing::info!("{line}");
    }
    let events = Arc::new(Writer::start(&Store::open(&config.data))?);
    let (name, data) = (loaded.dialplan.name.clone(), config.data.clone());
    let metrics = config.metrics;
    let parts = Parts {
        config,
        dialplan: loaded.dialplan,
        prompts: loaded.prompts,
        engines: loaded.engines,
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
            "listening on {} (UDP and TCP)",
            server.address()
        );
        server
            .run(async move {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
            })
            .await;
        Ok(())
    });
    events.close();
    served?;
    tracing::info!("stopped");
    Ok(Verdict::Yes)
}
