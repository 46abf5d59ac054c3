//! Logs and metrics: set up once, at the start of the process. Nothing personal passes through here.

use std::io::IsTerminal;

use huiliu_contract::Taken;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::settings::{LogFormat, LogSettings};

/// Upper bounds of the latency histograms, in seconds.
const BOUNDS: [f64; 12] = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// Libraries that would log the lines of a mail server.
const TALKATIVE: [&str; 3] = ["async_imap", "imap_proto", "smtp_proto"];

/// Sets the log up; `RUST_LOG` narrows or widens it. A second call changes nothing.
pub fn log(settings: LogSettings) {
    let level = settings.level.word();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(format!("{level},hyper=warn")));
    // At their finest these write down what they say and hear: passwords and whole letters.
    let quiet = |filter: EnvFilter, target: &&str| match format!("{target}=info").parse() {
        Ok(directive) => filter.add_directive(directive),
        Err(_) => filter,
    };
    let builder = tracing_subscriber::fmt()
        .with_env_filter(TALKATIVE.iter().fold(filter, quiet))
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    let set = match settings.format {
        LogFormat::Human => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    if let Err(error) = set {
        tracing::debug!(%error, "the log was set up before");
    }
}

/// Installs the recorder; none when one is installed already (tests, the demo's second start).
pub fn metrics() -> Option<PrometheusHandle> {
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &BOUNDS)
        .ok()?
        .build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).ok().map(|()| handle)
}

/// Counts what became of polled items.
pub fn count_taken(channel: &str, taken: &[Taken]) {
    for one in taken {
        metrics::counter!("huiliu_submissions_total", "channel" => channel.to_owned(), "what" => one.what.word())
            .increment(1);
    }
}
