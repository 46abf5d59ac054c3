//! The addresses under which channels take letters: no two that run may have one, and none is forgotten while its channel is
//! away, for a letter that is sent back as undeliverable is lost to us.

use std::collections::BTreeMap;
use std::sync::Arc;

use huiliu_contract::{Connector, Door, Misconfigured};

use super::StartError;
use super::build::{Made, build_channel};
use super::made::MadeOf;
use crate::channel::{Channel, Kind};
use crate::door::addresses;
use crate::lmtp::Listener;
use crate::settings::{self, ChannelSettings, ChannelState, GatewaySettings, Mistake, Text, Variables};
use crate::store::{Store, StoreError};

/// Addresses by the channel's code.
pub(super) type Addresses = BTreeMap<String, Vec<String>>;

/// Listens for a mail server, where the settings say so.
pub(super) async fn listen(settings: &GatewaySettings) -> Result<Option<Listener>, StartError> {
    let Some(lmtp) = &settings.lmtp else { return Ok(None) };
    let at = || match (&lmtp.listen, &lmtp.socket) {
        (Some(at), _) => at.to_string(),
        (None, socket) => socket.as_ref().map(|path| path.display().to_string()).unwrap_or_default(),
    };
    Listener::bind(lmtp).await.map(Some).map_err(|why| StartError::Listen { at: at(), why })
}

/// What is wrong with a channel that takes letters in a house where none can be handed over.
pub(super) fn no_listener(
    settings: &ChannelSettings,
    connector: &Connector,
    gateway: &settings::Gateway,
) -> Option<Mistake> {
    let takes_letters = matches!(connector.receive, Some((Door::Lmtp { .. }, _)));
    let runs = settings.channel.state != ChannelState::Off;
    (takes_letters && runs && gateway.settings.lmtp.is_none()).then(|| {
        let found = Misconfigured::new(
            "connect.lmtp",
            "a mail server shall hand letters over, but nothing listens for them: gateway.toml has no [lmtp]",
            "写了由邮件服务器投信进来,但 gateway.toml 里没有 [lmtp],没有地方接",
        );
        settings.mistake(&found).remedy(Text::new(
            "在 gateway.toml 写 [lmtp] listen = \"127.0.0.1:2424\",重新启动汇流后生效",
            "write [lmtp] listen = \"127.0.0.1:2424\" in gateway.toml; it counts from the next start",
        ))
    })
}

/// An address that two channels want.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Clash {
    /// Who cannot have it.
    pub(super) code: String,
    address: String,
    /// Who has it.
    has: String,
}

impl Clash {
    /// It, as a mistake of whoever cannot have the address.
    pub(super) fn mistake(&self, settings: &ChannelSettings) -> Mistake {
        let (address, has) = (&self.address, &self.has);
        let found = Misconfigured::new(
            "connect.lmtp.recipients",
            format!("letters to `{address}` are already the channel {has}'s"),
            format!("“{address}”的来信已经归渠道 {has}"),
        );
        settings.mistake(&found).remedy(Text::new(
            "从其中一个渠道删掉这个地址,或把那个渠道停用(state = \"off\")",
            "take the address out of one of them, or switch that one off",
        ))
    }
}

/// Who of those that shall run (`now`) wants an address that another has. Who has it `before` keeps it; else the first code.
pub(super) fn clashes(before: &Addresses, now: &Addresses) -> Vec<Clash> {
    let mut has: BTreeMap<&str, &str> = BTreeMap::new();
    let had = |code: &String, address: &String| before.get(code).is_some_and(|had| had.contains(address));
    for keeps in [true, false] {
        for (code, wanted) in now {
            for address in wanted.iter().filter(|address| had(code, address) == keeps) {
                has.entry(address).or_insert(code);
            }
        }
    }
    let wanted = now.iter().flat_map(|(code, wanted)| wanted.iter().map(move |address| (code, address)));
    let clash = |(code, address): (&String, &String)| {
        let owner = has.get(address.as_str()).filter(|owner| *owner != code)?;
        Some(Clash { code: code.clone(), address: address.clone(), has: (*owner).to_owned() })
    };
    wanted.filter_map(clash).collect()
}

/// For a check, which starts nothing: the addresses of letters that this channel, built as `connector`, wants and another one
/// that runs has. The other channels are built for it, where this one takes letters at all.
pub fn letters_elsewhere(
    channel: &ChannelSettings,
    connector: &Connector,
    gateway: &settings::Gateway,
    variables: &Variables,
    kinds: &[Kind],
) -> Vec<Mistake> {
    if addresses(connector).is_empty() || channel.channel.state == ChannelState::Off {
        return Vec::new();
    }
    let infos: Vec<_> = kinds.iter().map(|kind| (kind.info)()).collect();
    let files = gateway.channels(&infos);
    let others = files.good().filter(|other| other.code != channel.code && other.channel.state != ChannelState::Off);
    let built = others.filter_map(|other| {
        let (connector, _) = build_channel(other, gateway, variables, kinds).ok()?;
        Some((other.code.clone(), addresses(&connector).to_vec()))
    });
    let now = built.chain([(channel.code.clone(), addresses(connector).to_vec())]).collect();
    let clashes = clashes(&Addresses::new(), &now);
    clashes.iter().filter(|clash| clash.code == channel.code).map(|clash| clash.mistake(channel)).collect()
}

/// The addresses of channels that run.
pub(super) fn of_those_that_run(channels: &BTreeMap<String, (Arc<Channel>, MadeOf)>) -> Addresses {
    let runs = channels.iter().filter(|(_, (channel, _))| super::runs(channel));
    runs.map(|(code, (channel, _))| (code.clone(), addresses(&channel.connector).to_vec())).collect()
}

/// Sets aside, among channels that were built anew, whoever wants an address that another has. `runs` are those of before;
/// one that cannot be built goes on as it was, with the addresses it had.
pub(super) fn settle(runs: &Addresses, made: &mut BTreeMap<String, Result<Made, Vec<Mistake>>>) {
    loop {
        let now = made.iter().map(|(code, made)| {
            let had = || runs.get(code).cloned().unwrap_or_default();
            (code.clone(), made.as_ref().map_or_else(|_| had(), Made::letters))
        });
        let clashes = clashes(runs, &now.collect());
        let mut settled = true;
        for clash in clashes {
            let Some(loser) = made.get_mut(&clash.code) else { continue };
            if let Ok(right) = loser {
                // What it had before may be wanted by others meanwhile: they are looked at once more.
                (*loser, settled) = (Err(vec![clash.mistake(right.settings())]), false);
            }
        }
        if settled {
            return;
        }
    }
}

fn name(code: &str) -> String {
    format!("letters:{code}")
}

/// Notes under which addresses a channel takes letters, for the time when its file cannot be read, or is gone.
pub(super) async fn remember(store: &Arc<dyn Store>, code: &str, addresses: &[String]) -> Result<(), StoreError> {
    let (name, now) = (name(code), addresses.join("\n"));
    if store.value(&name).await?.as_ref() == Some(&now) {
        return Ok(());
    }
    store.keep_value(&name, &now).await
}

/// What was noted of these channels; nothing of those whose addresses were never known.
pub(super) async fn remembered(store: &Arc<dyn Store>, known: &[(String, u32)]) -> Result<Addresses, StoreError> {
    let mut found = Addresses::new();
    for (code, _) in known {
        if let Some(addresses) = store.value(&name(code)).await? {
            found.insert(code.clone(), addresses.lines().map(str::to_owned).collect());
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(channels: &[(&str, &[&str])]) -> Addresses {
        channels
            .iter()
            .map(|(code, own)| ((*code).to_owned(), own.iter().map(|one| (*one).to_owned()).collect()))
            .collect()
    }

    #[test]
    fn who_has_an_address_keeps_it() {
        let now = of(&[("a", &["x@a.example"]), ("b", &["x@a.example", "y@a.example"])]);
        let clash = |code: &str, has: &str| Clash { code: code.into(), address: "x@a.example".into(), has: has.into() };
        assert_eq!(clashes(&Addresses::new(), &now), [clash("b", "a")], "at the start the first code has it");
        assert_eq!(clashes(&of(&[("b", &["x@a.example"])]), &now), [clash("a", "b")]);
        assert_eq!(clashes(&of(&[("c", &["x@a.example"])]), &of(&[("b", &["x@a.example"])])), [], "c gave it up");
    }

    proptest! {
        /// Without those who cannot have what they want, nobody wants what another has; and each address has somebody.
        #[test]
        fn what_is_left_is_in_peace(
            before in prop::collection::btree_map("[a-d]", prop::collection::vec("[x-z]", 0..3), 0..4),
            now in prop::collection::btree_map("[a-d]", prop::collection::vec("[x-z]", 0..3), 0..4),
        ) {
            let lost = clashes(&before, &now);
            let mut owners: BTreeMap<String, std::collections::BTreeSet<String>> = BTreeMap::new();
            for (code, wanted) in &now {
                for address in wanted {
                    let has = owners.entry(address.clone()).or_default();
                    if !lost.iter().any(|clash| clash.code == *code && clash.address == *address) {
                        has.insert(code.clone());
                    }
                }
            }
            for (address, owners) in owners {
                prop_assert_eq!(owners.len(), 1, "{}", address);
            }
        }
    }
}
