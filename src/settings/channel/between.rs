//! What must hold between channels: nobody else's name, nobody else's memory of numbers unless both say so.

use super::ChannelFile;
use super::load::claims;
use crate::settings::{Mistake, Text};

/// Turns a channel that claims what another has into a wrong one; the other stays as it is.
pub(super) fn check(files: &mut [ChannelFile]) {
    let mut mistakes = names(files);
    mistakes.extend(namespaces(files));
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
