//! What must hold between channels: nobody else's name, nobody else's memory of numbers unless both say so.

use std::collections::BTreeMap;

use super::ChannelFile;
use super::ChannelState;
use super::load::{claims, seniority};
use crate::settings::{Mistake, Text};

/// Turns a channel that claims what another has into a wrong one; the other stays as it is.
pub(super) fn check(files: &mut [ChannelFile]) {
    let mut mistakes = names(files);
    mistakes.extend(namespaces(files));
    mistakes.extend(routed(files));
    for (n, mistake) in mistakes {
        match &mut files[n].result {
            Err(others) => others.push(mistake),
            right => *right = Err(vec![mistake]),
        }
    }
}

fn names(files: &[ChannelFile]) -> Vec<(usize, Mistake)> {
    let claimed = claims(files, |channel| {
        let aliases = channel.channel.aliases.iter().enumerate();
        let aliases = aliases.map(|(n, alias)| (alias.clone(), format!("channel.aliases.{n}")));
        let own =
            [(channel.code.clone(), "channel.code".into()), (channel.channel.name.clone(), "channel.name".into())];
        own.into_iter().chain(aliases).collect()
    });
    let mut mistakes = Vec::new();
    for (name, claimants) in claimed {
        let Some((first, _)) = claimants.first() else { continue };
        for (n, key) in claimants.iter().skip(1).filter(|(n, _)| n != first) {
            let other = &files[*first].code;
            let text = Text::new(
                format!("“{name}”已经是渠道 {other} 的名字或旧叫法"),
                format!("`{name}` already is a name, alias or code of the channel {other}"),
            );
            mistakes.extend(mistake(&files[*n], key, text, "换一个名字", "choose another name").map(|m| (*n, m)));
        }
    }
    mistakes
}

/// A letter must not be counted under one name by two roads: what one channel brings under a name, no other that is in
/// operation may be called, or bring.
fn routed(files: &[ChannelFile]) -> Vec<(usize, Mistake)> {
    let runs = |file: &ChannelFile| file.result.as_ref().is_ok_and(|one| one.channel.state != ChannelState::Off);
    let mut order: Vec<usize> = (0..files.len()).filter(|n| runs(&files[*n])).collect();
    order.sort_by_key(|n| seniority(&files[*n]));
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for n in &order {
        let Ok(channel) = &files[*n].result else { continue };
        for name in [&channel.code, &channel.channel.name].into_iter().chain(&channel.channel.aliases) {
            taken.entry(name.clone()).or_insert(*n);
        }
    }
    let mut mistakes = Vec::new();
    for n in order {
        let Some(route) = files[n].result.as_ref().ok().and_then(|channel| channel.route.as_ref()) else { continue };
        for (name, key) in route.names() {
            let Some(other) = taken.get(name) else {
                taken.insert(name.to_owned(), n);
                continue;
            };
            let (code, path) = (&files[*other].code, files[*other].dir.join("channel.toml"));
            let text = Text::new(
                format!("“{name}”已经是渠道 {code} 的名字({});同一个名字不能从两处来件", path.display()),
                format!(
                    "`{name}` already is a name of the channel {code} ({}); one name cannot have two roads",
                    path.display()
                ),
            );
            let (zh, en) = (
                "换一个名字,或把另一个渠道停用(state = \"off\")",
                "choose another name, or switch the other channel off",
            );
            mistakes.extend(mistake(&files[n], &key, text, zh, en).map(|found| (n, found)));
        }
    }
    mistakes
}

fn namespaces(files: &[ChannelFile]) -> Vec<(usize, Mistake)> {
    let claimed = claims(files, |channel| vec![(channel.namespace.clone(), channel.code.clone())]);
    let mut mistakes = Vec::new();
    for (namespace, claimants) in claimed.into_iter().filter(|(_, claimants)| claimants.len() > 1) {
        let declares = |n: usize| files[n].result.as_ref().is_ok_and(|channel| channel.channel.namespace.is_some());
        let Some((_, silent)) = claimants.iter().find(|(n, _)| !declares(*n)) else { continue };
        for (n, _) in claimants.iter().filter(|(n, _)| declares(*n)) {
            let text = Text::new(
                format!("来源编号的归属“{namespace}”是渠道 {silent} 自己的"),
                format!("the namespace `{namespace}` is the channel {silent}'s own"),
            );
            let zh = format!("确实要共用,就在 {silent} 的 [channel] 里也写 namespace = \"{namespace}\"");
            let en = format!("to share it, write namespace = \"{namespace}\" in the [channel] of {silent} as well");
            mistakes.extend(mistake(&files[*n], "channel.namespace", text, &zh, &en).map(|m| (*n, m)));
        }
    }
    mistakes
}

fn mistake(file: &ChannelFile, key: &str, text: Text, zh: &str, en: &str) -> Option<Mistake> {
    let channel = file.result.as_ref().ok()?;
    Some(channel.document.mistake(key, text).remedy(Text::new(zh, en)))
}
