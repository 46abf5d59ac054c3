//! From options to a connector: everything is checked here, once, and all mistakes are told together.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use huiliu_contract::{Connector, Misconfigured, Site, WriteBack};
use huiliu_kit::mistakes::Mistakes;

use crate::bundle::Desk;
use crate::inbox::Inbox;
use crate::options::Options;
use crate::outbox::Outbox;
use crate::plan::Plan;
use crate::poll::Watch;

/// Builds the connector.
pub(crate) fn connector(options: Options, site: &dyn Site) -> Result<Connector, Vec<Misconfigured>> {
    let mut wrong = Mistakes::default();
    let plan = Plan::read(&options.sheet, site, &mut wrong);
    let dir = beside(site, &options.connect.inbox);
    if options.connect.inbox.as_os_str().is_empty() {
        wrong.tell(
            "connect.inbox",
            "the folder is empty; write one such as `inbox/letters`",
            "文件夹没有写;例如 收件/政协云",
        );
    } else if dir.exists() && !dir.is_dir() {
        wrong.tell(
            "connect.inbox",
            "something of this name is there already and is no folder",
            "已经有叫这个名字的东西,而且不是文件夹",
        );
    }
    let settle = options.connect.settle.map_or(Duration::from_secs(5), |settle| settle.0);
    if !(Duration::from_millis(1)..=Duration::from_secs(600)).contains(&settle) {
        wrong.tell("connect.settle", "a time from 1ms to 10m is needed", "要在 1ms 到 10m 之间");
    }
    let keep = options.connect.keep.map(|keep| keep.0);
    if keep.is_some_and(|keep| keep.is_zero()) {
        wrong.tell("connect.keep", "0 keeps nothing; leave the key out instead", "0 等于不留;不留就删掉这一行");
    }
    let back = options.r#return.as_ref().filter(|back| back.is_written());
    let outlet = back.and_then(|back| Outbox::read(back, &dir, site, &mut wrong));
    let wrong = wrong.into_vec();
    match plan {
        Some(plan) if wrong.is_empty() => {
            let plan = Arc::new(plan);
            let inbox = Inbox::new(dir, keep, settle);
            let desk = Desk { plan: Arc::clone(&plan), dir: inbox.state() };
            Ok(Connector {
                poll: Some(Box::new(Watch::new(inbox, plan))),
                hand_in: Some(Box::new(desk)),
                outlet: outlet.map(|outlet| Box::new(outlet) as Box<dyn WriteBack>),
                ..Connector::default()
            })
        }
        _ => Err(wrong),
    }
}

/// A path beside the configuration folder, as the data folder is.
pub(crate) fn beside(site: &dyn Site, written: &Path) -> PathBuf {
    match site.path(Path::new("")).parent() {
        Some(house) => house.join(written),
        None => site.path(written),
    }
}
