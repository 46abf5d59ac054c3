//! `huiliu reload`: has the running gateway read its configuration anew, and tells what came of it.

use super::output::{Failure, OK, Output, WRONG};
use super::site::Site;
use super::table::Look;
use crate::console::Request;
use crate::console::view::{MistakeView, ReloadReport, WrongChannel};
use crate::settings::{Channels, Lang};
use crate::words::say;

/// Asks the daemon, and waits.
pub(super) fn run(site: &Site) -> Result<Output, Failure> {
    let (json, report) = site.ask::<ReloadReport>(Request::Reload, None)?;
    let status = if report.is_well() { OK } else { WRONG };
    Ok(Output::new(json, told(&site.look, &site.channels, &report)).status(status))
}

/// The report for people.
pub(super) fn told(look: &Look, channels: &Channels, report: &ReloadReport) -> String {
    let lang = look.lang;
    let named = |code: &String| {
        let name = channels.of(code).and_then(|file| file.names.first()).filter(|name| *name != code);
        name.map_or_else(|| code.clone(), |name| format!("{code} {name}"))
    };
    let list = |codes: &[String]| codes.iter().map(named).collect::<Vec<_>>().join("\n");
    let head = match (report.result.as_str(), lang) {
        ("ok", Lang::Zh) => "全部生效",
        ("ok", Lang::En) => "everything counts",
        ("partial", Lang::Zh) => "部分生效",
        ("partial", Lang::En) => "some of it counts",
        (_, Lang::Zh) => "没有生效,一切照旧",
        (_, Lang::En) => "nothing was changed",
    };
    let took = format!("{} ms", report.took_ms);
    let unchanged = if report.result == "refused" { String::new() } else { report.unchanged.to_string() };
    let rows = [
        (say(lang, "重新读取配置", "Reload"), format!("{head} ({took})")),
        (say(lang, "更换的渠道", "Swapped"), list(&report.swapped)),
        (say(lang, "新启用的渠道", "Added"), list(&report.added)),
        (say(lang, "文件夹已不在", "Retired"), list(&report.retired)),
        (say(lang, "没有变化的渠道", "Unchanged"), unchanged),
        (say(lang, "停着的再试一次", "Asked once more"), resumed(lang, &report.resumed, &named)),
        (say(lang, "gateway.toml 已生效", "Taken over"), report.taken_over.join("\n")),
        (say(lang, "重启后才生效", "Needs a restart"), report.needs_restart.join("\n")),
    ];
    let rows: Vec<(String, String)> = rows.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let mut text = look.pairs(&rows);
    text += &wrong(lang, say(lang, "新配置有误,照旧运行", "wrong, goes on as before"), &report.kept, &named);
    text += &wrong(lang, say(lang, "配置有误,已停用待改", "wrong, off until it is mended"), &report.broken, &named);
    for mistake in &report.mistakes {
        text += &format!("\n{}\n", shown(lang, mistake));
    }
    text
}

/// Far sides that stood still and are asked once more.
fn resumed(lang: Lang, sides: &[String], named: &dyn Fn(&String) -> String) -> String {
    let one =
        |side: &String| if side == "core" { say(lang, "热线系统", "the core").to_owned() } else { named(side) };
    sides.iter().map(one).collect::<Vec<_>>().join("\n")
}

fn shown(lang: Lang, mistake: &MistakeView) -> &str {
    match lang {
        Lang::Zh => &mistake.text.zh,
        Lang::En => &mistake.text.en,
    }
}

/// Channels that are wrong, each with its mistakes.
fn wrong(lang: Lang, what: &str, channels: &[WrongChannel], named: &dyn Fn(&String) -> String) -> String {
    let one = |channel: &WrongChannel| {
        let mistakes =
            channel.mistakes.iter().map(|mistake| format!("\n  {}", shown(lang, mistake).replace('\n', "\n  ")));
        format!("\n{}: {what}{}\n", named(&channel.channel), mistakes.collect::<String>())
    };
    channels.iter().map(one).collect()
}
