//! `check --online`: which far sides there are, each walked to once; then, for each channel by itself, the login and the first
//! item. Far sides are walked to at the same time, so that a silent one costs the others nothing.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use futures_util::future::join_all;
use huiliu_contract::{Door, FarSide, Login, Poll, Step, Went};

use super::{first, letters, listener};
use crate::cli::{OnlineOrder, Walked};
use crate::console;
use crate::forward::Way;
use crate::gateway::{AskedCore, build_asked, build_channel, build_core};
use crate::kinds::KINDS;
use crate::normalize::Mapping;
use crate::settings::{ChannelSettings, ChannelState, Gateway, Text, Variables};
use crate::store::Home;

/// One road to be walked: a channel, or one half of the core.
struct Road {
    whose: Text,
    far: Vec<Box<dyn FarSide>>,
    poll: Option<Box<dyn Poll>>,
    reads: Reads,
    held: Option<Held>,
    /// What is said where the walk comes to its end.
    after: Option<Step>,
}

/// Why a login is not made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Held {
    /// A running gateway holds one.
    Running,
    /// There is nothing to log in with.
    NoSecrets,
}

/// How a first item is read.
enum Reads {
    Nothing,
    Tickets(Box<Mapping>),
    Outcomes(Box<AskedCore>),
}

/// Walks everywhere.
pub(super) fn walk(gateway: &Gateway, variables: &Variables, order: &OnlineOrder<'_>) -> io::Result<Vec<Walked>> {
    let home = Home { folder: gateway.settings.data.clone(), zone: gateway.settings.zone.0.clone(), keys: None };
    let running = !console::nobody_runs(&home);
    let (mut roads, mut walked) = (Vec::new(), Vec::new());
    for channel in &order.channels {
        match road(gateway, variables, channel, order.named, running) {
            Ok(road) => roads.push(road),
            Err(told) => walked.push(told),
        }
    }
    if order.core {
        match core(gateway, variables, running) {
            Ok(found) => roads.extend(found),
            Err(told) => walked.push(told),
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    walked.extend(runtime.block_on(Box::pin(all(&roads, order.limit))));
    // A name that is still being looked up is nobody's concern any more.
    runtime.shutdown_background();
    Ok(walked)
}

/// A far side and the roads that lead to it, each by its place and that of the far side in it.
async fn all(roads: &[Road], limit: Duration) -> Vec<Walked> {
    let mut ways: BTreeMap<String, usize> = BTreeMap::new();
    let mut groups: Vec<Vec<(&Road, &dyn FarSide)>> = Vec::new();
    for road in roads {
        for far in &road.far {
            let at = *ways.entry(far.way()).or_insert(groups.len());
            match groups.get_mut(at) {
                Some(group) => group.push((road, &**far)),
                None => groups.push(vec![(road, &**far)]),
            }
        }
    }
    join_all(groups.iter().map(|group| Box::pin(one(group, limit)))).await.into_iter().flatten().collect()
}

async fn one(group: &[(&Road, &dyn FarSide)], limit: Duration) -> Option<Walked> {
    let (_, far) = group.first()?;
    let steps = far.walk(limit).await;
    let ended = steps.iter().any(Step::ends);
    let mut walked = Walked {
        address: far.address(),
        whose: group.iter().map(|(road, _)| road.whose.clone()).collect(),
        steps: steps.into_iter().map(|step| (None, step)).collect(),
    };
    walked.whose.dedup();
    if !ended {
        for (road, far) in group {
            let of = (group.len() > 1).then(|| road.whose.clone());
            walked.steps.extend(own(road, *far, limit).await.into_iter().map(|step| (of.clone(), step)));
        }
    }
    Some(walked)
}

/// What each road does by itself: it logs in, once, and asks for the first item.
async fn own(road: &Road, far: &dyn FarSide, limit: Duration) -> Vec<Step> {
    if let Some(step) = road.held_back(far) {
        return vec![step];
    }
    let mut steps: Vec<_> = far.log_in(limit).await.into_iter().chain(road.after.clone()).collect();
    if steps.iter().any(Step::ends) {
        return steps;
    }
    if let Some(poll) = road.poll().filter(|_| far.is_polled()) {
        match &road.reads {
            Reads::Nothing => {}
            Reads::Tickets(mapping) => steps.push(first::ticket(poll, mapping, limit).await),
            Reads::Outcomes(asked) => steps.push(first::outcome(poll, asked.reading(), limit).await),
        }
    }
    steps
}

impl Road {
    fn poll(&self) -> Option<&dyn Poll> {
        match &self.reads {
            Reads::Outcomes(asked) => Some(asked.poll()),
            _ => self.poll.as_deref(),
        }
    }

    /// Why nobody logs in there, or asks for an item; none where nothing is in the way.
    fn held_back(&self, far: &dyn FarSide) -> Option<Step> {
        let why = self.held.as_ref()?.said();
        let word = match (far.login(), self.held) {
            (Login::Ends, _) | (Login::Another, Some(Held::NoSecrets)) => "login",
            (Login::None, Some(Held::NoSecrets)) if far.is_polled() => "first_item",
            _ => return None,
        };
        Some(Step::new(word, Went::Skipped, why.en, why.zh))
    }
}

impl Held {
    fn said(self) -> Text {
        match self {
            Self::Running => Text::new(
                "汇流正在运行,登录会话在它手里,再登录一次可能把它挤下线:不登录、不取件;看 huiliu status,或停下汇流再查",
                "the gateway runs and holds the login, which another one might end: no login, no item; see huiliu status, or stop it first",
            ),
            Self::NoSecrets => Text::new(
                "停用,密钥还没录入:不登录、不取件",
                "off, and its secrets are not there yet: no login, no item",
            ),
        }
    }
}

/// A channel's road, or what is said instead of walking.
fn road(
    gateway: &Gateway,
    variables: &Variables,
    channel: &ChannelSettings,
    named: bool,
    running: bool,
) -> Result<Road, Walked> {
    let whose = Text::new(channel.channel.name.clone(), channel.channel.name.clone());
    let off = channel.channel.state == ChannelState::Off;
    if off && !named {
        let (en, zh) = ("not walked for; name it to have it walked for", "没有走;要看就写上渠道名");
        return Err(nowhere(whose, Step::new("off", Went::Skipped, en, zh)));
    }
    // As if it were in operation: only then are its secrets read.
    let mut live = channel.clone();
    live.channel.state = ChannelState::Trial;
    let (built, held) = match build_channel(&live, gateway, variables, KINDS) {
        Err(_) if off => (build_channel(channel, gateway, variables, KINDS), Some(Held::NoSecrets)),
        built => (built, (running && !off).then_some(Held::Running)),
    };
    let (connector, mapping) = built.map_err(|wrong| nowhere(whose.clone(), mistaken(&wrong)))?;
    let mut far = connector.far;
    far.extend(connector.receive.map(|(door, _)| match door {
        Door::Http { .. } => listener::side(gateway.settings.http.listen, format!("/channels/{}", channel.code)),
        Door::Lmtp { .. } => letters::side(gateway.settings.lmtp.as_ref()),
    }));
    if far.is_empty() {
        let (en, zh) = ("people enter it; there is no far side", "由人登记,没有对方可走");
        return Err(nowhere(whose, Step::new("by_hand", Went::Skipped, en, zh)));
    }
    Ok(Road { whose, far, poll: connector.poll, reads: Reads::Tickets(Box::new(mapping)), held, after: None })
}

fn core(gateway: &Gateway, variables: &Variables, running: bool) -> Result<Vec<Road>, Walked> {
    let whose = Text::new("热线系统", "the core");
    let plain = |whose: &Text, far| Road {
        whose: whose.clone(),
        far,
        poll: None,
        reads: Reads::Nothing,
        held: None,
        after: None,
    };
    let failed = |wrong: Vec<crate::settings::Mistake>| nowhere(whose.clone(), mistaken(&wrong));
    let mut roads = Vec::new();
    match build_core(gateway, variables).map_err(failed)? {
        Way::Rest(rest) => {
            let (en, zh) = (
                "whether the core knows us shows when a ticket is posted; nothing is posted here",
                "热线认不认我们的身份,转工单时才知道;这里什么也不发",
            );
            let after = Some(Step::new("login", Went::Skipped, en, zh));
            roads.push(Road { after, ..plain(&whose, vec![rest.far()]) });
        }
        Way::File(sheets) => roads.push(plain(&whose, sheets.far())),
        Way::Pull(_) => {
            let side = listener::side(gateway.settings.http.listen, "/api/v1/events".into());
            roads.push(plain(&whose, vec![side]));
        }
        Way::Manual => {}
    }
    if let Some(mut asked) = build_asked(gateway, variables, KINDS).map_err(failed)? {
        let far = asked.take_far();
        let whose = Text::new("热线系统的办理反馈", "the core's outcomes");
        let reads = Reads::Outcomes(Box::new(asked));
        roads.push(Road { whose, far, poll: None, reads, held: running.then_some(Held::Running), after: None });
    }
    if roads.is_empty() {
        let (en, zh) = ("people type into it; there is nothing to walk to", "手工登记,没有接口可走");
        return Err(nowhere(whose, Step::new("by_hand", Went::Skipped, en, zh)));
    }
    Ok(roads)
}

fn nowhere(whose: Text, step: Step) -> Walked {
    Walked { address: String::new(), whose: vec![whose], steps: vec![(None, step)] }
}

/// What cannot be built is not walked to: a secret that is not set, most often.
fn mistaken(wrong: &[crate::settings::Mistake]) -> Step {
    let said = |lang| wrong.iter().map(|mistake| mistake.shown(lang)).collect::<Vec<_>>().join("\n");
    Step::new("login", Went::Wrong, said(crate::settings::Lang::En), said(crate::settings::Lang::Zh))
}
