//! `huiliu watch`: watches a gateway from another machine, until it is stopped.

use std::path::PathBuf;

use clap::Args;
use huiliu_contract::{BadMeasure, Period};
use jiff::Timestamp;
use tokio::signal::unix::{SignalKind, signal};
use url::Url;

use super::output::{Failure, Output};
use super::site::Site;
use crate::alarms;
use crate::alarms::watch::{Order, Watch as Watching};
use crate::console::Problem;
use crate::settings::ChannelSite;
use crate::store::Keys;
use crate::telemetry;
use crate::words::say;

/// Watches a gateway from another machine, and alarms by its own outlets when its heartbeat stops.
#[derive(Args, Debug)]
pub(super) struct Watch {
    /// Where the gateway listens, for example http://10.1.2.3:8612.
    #[arg(long, value_name = "URL")]
    url: String,
    /// How often it is asked.
    #[arg(long, value_name = "TIME", value_parser = period, default_value = "1m")]
    every: Period,
    /// After how long without a heartbeat it is alarmed.
    #[arg(long, value_name = "TIME", value_parser = period, default_value = "3m")]
    after: Period,
    /// Where it keeps what it told; else watch.json in the data folder of the configuration.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
}

fn period(text: &str) -> Result<Period, BadMeasure> {
    Period::parse(text)
}

impl Watch {
    pub(super) fn run(self, site: &Site) -> Result<Output, Failure> {
        let gateway = &site.gateway;
        let url = Url::parse(&self.url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let url =
            url.ok_or_else(|| Problem::invalid("--url 不是 http 或 https 地址", "--url is no http or https address"))?;
        if self.every.0.is_zero() || self.after < self.every {
            return Err(Problem::invalid("--after 不能比 --every 短", "--after is not shorter than --every").into());
        }
        let lent = ChannelSite::new("alarms", gateway, &site.variables, &Keys::of_no_house());
        let built = alarms::build(&gateway.settings.alarms, &lent);
        let outlets = built.map_err(|wrong| wrong.iter().map(|wrong| gateway.mistake(wrong)).collect::<Vec<_>>())?;
        if outlets.is_empty() {
            return Err(Problem::refused(
                "这个配置目录里没有告警出口,看到了也没处说:写 [[alarms.to]]",
                "this configuration has no outlet, so nobody would be told: write [[alarms.to]]",
            )
            .into());
        }
        telemetry::log(gateway.settings.log);
        let state = self.state.unwrap_or_else(|| gateway.settings.data.join("watch.json"));
        let order = Order { url, every: self.every.0, after: self.after.0, state };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Failure::io("命令运行环境起不来", "the command cannot run", &error))?;
        let watch = Watching::open(order, outlets, Timestamp::now());
        let watch = watch
            .map_err(|why| Problem::refused(format!("看守起不来:{why}"), format!("the watch cannot begin: {why}")))?;
        runtime.block_on(Box::pin(watching(watch, site, self.every)))
    }
}

async fn watching(mut watch: Watching, site: &Site, every: Period) -> Result<Output, Failure> {
    let no_signal = |error| Failure::io("收不到停止信号", "signals cannot be heard", &error);
    let mut term = signal(SignalKind::terminate()).map_err(no_signal)?;
    let mut int = signal(SignalKind::interrupt()).map_err(no_signal)?;
    let mut ticks = tokio::time::interval(every.0);
    let mut last = "";
    loop {
        tokio::select! {
            _ = term.recv() => break,
            _ = int.recv() => break,
            _ = ticks.tick() => {}
        }
        match watch.round(&site.gateway, Timestamp::now()).await {
            Ok(word) if word != last => {
                tracing::info!(gateway = word, "watched");
                last = word;
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "what was seen could not be kept"),
        }
    }
    Ok(Output::new(
        serde_json::json!({ "waiting": watch.waiting() }),
        say(site.look.lang, "看守已停", "the watch has ended"),
    ))
}
