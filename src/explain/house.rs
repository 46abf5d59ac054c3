//! What the gateway does with the letters of a channel, whatever its kind: how it knows them again, by when they are due,
//! what becomes of their files, when they join others, and when somebody is told that nothing comes.

use super::{Around, Line};
use crate::settings::{ChannelSettings, DayUnit, DeadlineFrom, ExpectOn, ExpectPer, FileType, FilesTable};

/// Beyond where numbers stand: whose memory of them, what is not compared, what program runs before the rules.
pub(super) fn known(channel: &ChannelSettings, around: &Around<'_>) -> Vec<Line> {
    let namespace = &channel.namespace;
    let sharing = around.channels.good().filter(|other| other.code != channel.code && other.namespace == *namespace);
    let sharing: Vec<_> = sharing.map(|other| other.channel.name.as_str()).collect();
    let mut lines = vec![match sharing.as_slice() {
        [] => Line::new(
            format!("编号记在“{namespace}”名下:号相同就是同一件"),
            format!("Numbers are remembered under {namespace}: the same number is the same item"),
            &["channel.namespace"],
        ),
        some => Line::new(
            format!("编号记在“{namespace}”名下,和 {} 共用:号相同就是同一件", some.join("、")),
            format!("Numbers are remembered under {namespace}, shared with {}", some.join(", ")),
            &["channel.namespace"],
        ),
    }];
    lines.push(match channel.channel.ignore.as_slice() {
        [] => Line::new("内容有一点不一样就是更正", "Any change makes a revision", &["channel.ignore"]),
        some => Line::new(
            format!("除了 {},内容有一点不一样就是更正", some.join("、")),
            format!("Any change but of {} makes a revision", some.join(", ")),
            &["channel.ignore"],
        ),
    });
    if let Some(program) = &channel.reshape {
        let file = program.path().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let rows = program.text.lines().count();
        let mut line = Line::new(
            format!("高级处理:每件先经一段程序({file},{rows} 行)整理,再按下面的字段对应读;原文照存"),
            format!(
                "A program ({file}, {rows} lines) reshapes each item before the rules read it; the raw form is kept"
            ),
            &["reshape.file"],
        );
        if channel.value().pointer("/reshape/program").is_some() {
            let text = program.text.trim_end();
            line.text.zh += &format!(":\n{text}");
            line.text.en += &format!(":\n{text}");
            line.keys = vec!["reshape.program".into()];
        }
        lines.push(line);
    }
    lines
}

/// By when a letter is due.
pub(super) fn deadline(channel: &ChannelSettings) -> Vec<Line> {
    let given = channel.value().pointer("/fields/deadline").is_some();
    let (first, first_en) = match given {
        true => ("来件写了期限的照它;没写的", "A deadline that an item brings holds; without one"),
        false => ("来件不带期限", "Items bring no deadline"),
    };
    let Some(table) = channel.deadline else {
        let (zh, en) = (format!("{first},不推算时限(没写 [deadline])"), format!("{first_en}, none is counted"));
        return vec![Line::new(zh, en, &["deadline"])];
    };
    let unit = match table.unit {
        Some(DayUnit::Day) => ("个自然日", "days"),
        _ => ("个工作日", "working days"),
    };
    let (length, length_en) = match (table.days, table.hours) {
        (Some(days), _) => (format!("{days} {}", unit.0), format!("{days} {}", unit.1)),
        (None, hours) => {
            let hours = hours.unwrap_or_default();
            (format!("{hours} 小时(连续算)"), format!("{hours} hours by the clock"))
        }
    };
    let from = match (table.from, table.hours.is_some()) {
        (Some(DeadlineFrom::NextDay), _) | (None, false) => ("次日起算", "from the next day"),
        (Some(DeadlineFrom::AtOnce), _) | (None, true) => ("当时起算", "from that moment"),
    };
    vec![Line::new(
        format!("{first},按转派时间(没有就按提交时间、收到时间)推算:{length},{}", from.0),
        format!(
            "{first_en}, it is counted from the handing over (else sending, else receiving): {length_en}, {}",
            from.1
        ),
        &["deadline"],
    )]
}

/// What becomes of files that items name by a link.
pub(super) fn files(channel: &ChannelSettings) -> Vec<Line> {
    let Some(files) = &channel.files else {
        let zh = "附件的链接原样转给热线,汇流不去取(没写 [files])";
        return vec![Line::new(zh, "Links to files are handed on as they are; nothing is fetched", &["files"])];
    };
    let hosts = |list: &[String], none: &str| if list.is_empty() { none.to_owned() } else { list.join("、") };
    let mut lines = vec![
        Line::new(
            format!("附件由汇流取来加密存好;可以去的主机:{}", hosts(&files.allow_hosts, "只有 connect.url 的")),
            format!(
                "Files are fetched and sealed, from the hosts: {}",
                hosts(&files.allow_hosts, "that of connect.url")
            ),
            &["files.allow_hosts"],
        ),
        Line::new(
            format!("其中可以在内网的:{}", hosts(&files.allow_private, "没有")),
            format!("Those that may lie in a private network: {}", hosts(&files.allow_private, "none")),
            &["files.allow_private"],
        ),
    ];
    let (sorts, sorts_en) = sorts(files);
    lines.push(Line::new(
        format!("单个最大 {} MiB,收 {sorts};同时最多取 {} 个", files.most() >> 20, files.in_flight()),
        format!("At most {} MiB each, of the sorts {sorts_en}; {} at once", files.most() >> 20, files.in_flight()),
        &["files.max_mib", "files.types", "files.in_flight"],
    ));
    let waits: Vec<_> = files.retries.iter().map(ToString::to_string).collect();
    let waits = if waits.is_empty() { "5s、30s、5m、30m、2h、6h、12h".into() } else { waits.join("、") };
    lines.push(Line::new(
        format!("取不到的隔 {waits} 再试,还不行就转人工"),
        format!("What does not come is tried again after {waits}, then a person is asked"),
        &["files.retries"],
    ));
    lines
}

/// The sorts of files that are taken.
pub(super) fn sorts(files: &FilesTable) -> (String, String) {
    let word = |sort: FileType| match sort {
        FileType::Image => ("图片", "image"),
        FileType::Pdf => ("pdf", "pdf"),
        FileType::Office => ("办公文档", "office"),
        FileType::Text => ("纯文本", "text"),
        FileType::Audio => ("录音", "audio"),
        FileType::Video => ("视频", "video"),
        FileType::Zip => ("zip", "zip"),
        FileType::Archive => ("其他压缩包", "archive"),
    };
    let (zh, en): (Vec<_>, Vec<_>) = FileType::ALL.into_iter().filter(|sort| files.takes(*sort)).map(word).unzip();
    (zh.join("、"), en.join(", "))
}

/// When a letter joins the ticket of another channel.
pub(super) fn joining(channel: &ChannelSettings) -> Vec<Line> {
    let same = &channel.same_letter;
    let (zh, en) = match same.join.unwrap_or(true) {
        true => (
            "别的渠道也来的同一封信(写明对方编号,或七天内同一个人一字不差)自动并单,可以撤销;说不准的只提示",
            "The same letter by another channel joins by itself where that is certain, and can be undone; else it is only noted",
        ),
        false => (
            "别的渠道也来的同一封信只提示,不自动并单",
            "The same letter by another channel is only noted, never joined",
        ),
    };
    let mut lines = vec![Line::new(zh, en, &["same_letter.join"])];
    let strip = channel.value().pointer("/same_letter/strip").map(super::leaves::shown);
    if let Some(strip) = strip {
        lines.push(Line::new(
            format!("比对正文时去掉:{strip}"),
            format!("Left out when texts are compared: {strip}"),
            &["same_letter.strip"],
        ));
    }
    if let Some(cut) = same.cut {
        lines.push(Line::new(
            format!("对方把正文截到 {cut} 字:到了这个长度按开头比对"),
            format!("The far side cuts texts at {cut} characters: then beginnings are compared"),
            &["same_letter.cut"],
        ));
    }
    lines
}

/// When somebody is told that something is unusual.
pub(super) fn alarms(channel: &ChannelSettings) -> Vec<Line> {
    let table = &channel.channel;
    let mut lines = vec![match table.silence {
        Some(silence) => Line::new(
            format!("平时有来件、{silence} 一件没有,就显示“长时间无来件”"),
            format!("If something usually comes and nothing does for {silence}, people are told"),
            &["channel.silence"],
        ),
        None => Line::new("多久没有来件都不告警", "However long nothing comes, nobody is told", &["channel.silence"]),
    }];
    if let Some(expect) = table.expect {
        let days = match expect.on {
            ExpectOn::Days => ("每天", "day"),
            ExpectOn::Workdays => ("每个工作日", "working day"),
        };
        let ExpectPer::Day = expect.per;
        let bound = |n: Option<u32>| n.map_or_else(|| "-".into(), |n| n.to_string());
        let (least, most) = (bound(expect.least), bound(expect.most));
        lines.push(Line::new(
            format!("{}应来件数:最少 {least},最多 {most};不在这之内就显示“来件数异常”", days.0),
            format!("Each {} at least {least} and at most {most} should come, else people are told", days.1),
            &["channel.expect"],
        ));
    }
    if let Some(remind) = table.remind {
        let days = if remind.workdays { ("工作日", "On working days") } else { ("每天", "Every day") };
        let at = format!("{:02}:{:02}", remind.at.hour(), remind.at.minute());
        lines.push(Line::new(
            format!("{} {at} 还没交表、也没来件,就提醒;没有新件用 huiliu channel nothing-today 记下", days.0),
            format!(
                "{} at {at} somebody is reminded if nothing came; huiliu channel nothing-today puts it on record",
                days.1
            ),
            &["channel.remind"],
        ));
    }
    lines.extend(logins(channel));
    lines
}

/// When people are asked to log in.
fn logins(channel: &ChannelSettings) -> Vec<Line> {
    let captcha = &channel.captcha;
    let hours = captcha.hours.as_ref().map(|hours| {
        Line::new(
            format!("要人登录时只在 {hours} 告警(holidays 是节假日和周末),其余时间等到下次有人"),
            format!("Where a person has to log in, people are told at {hours} (holidays are all days off), else at the next opening"),
            &["login.captcha.hours"],
        )
    });
    let leaving = captcha.before_leaving.map(|at| {
        Line::new(
            format!("{at} 看一次:登录撑不到下次有人,就请人趁还在重新登录"),
            format!("At {at} a fresh login is asked for, if the session would end before people are there again"),
            &["login.captcha.before_leaving"],
        )
    });
    hours.into_iter().chain(leaving).collect()
}
