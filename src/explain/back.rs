//! What goes back, when, and who must agree: the part that every channel has, before and behind what its kind says.

use std::collections::BTreeMap;

use serde_json::Value;

use super::leaves::shown;
use super::{Line, house};
use huiliu_contract::ReturnWord;

use crate::settings::{ChannelSettings, Fallback, ReturnTable, Sign, Uncertain};
use crate::words::{OUTCOME_KINDS, word};

/// All of it; `of_kind` is what the kind says.
pub(super) fn lines(channel: &ChannelSettings, of_kind: Vec<Line>) -> Vec<Line> {
    if !channel.has_return {
        return vec![Line::new("没有写 [return]:结果不回传", "There is no [return]: nothing goes back", &["return"])];
    }
    let back = &channel.back;
    let mut lines = Vec::new();
    if back.manual {
        lines.push(manual(back));
    } else if channel.value().pointer("/return/manual").is_some() {
        lines.push(Line::new("由接口回传,不靠人", "A machine carries it back", &["return.manual"]));
    }
    lines.extend(of_kind);
    lines.push(sign(back));
    lines.push(approve(back));
    lines.push(uncertain(back));
    lines.extend(failing(back));
    lines.extend(public_text(channel));
    lines.extend(codes(back));
    lines.extend(files(channel));
    lines
}

fn named(words: &[ReturnWord]) -> (String, String) {
    let names = words.iter().map(|one| one.kind().word());
    let (zh, en): (Vec<_>, Vec<_>) = names
        .map(|name| {
            (word(OUTCOME_KINDS, name, crate::settings::Lang::Zh), word(OUTCOME_KINDS, name, crate::settings::Lang::En))
        })
        .unzip();
    (zh.join("、"), en.join(", "))
}

fn manual(back: &ReturnTable) -> Line {
    let wanted: Vec<_> = ReturnWord::all().filter(|word| back.wants(word.kind())).collect();
    let (zh, en) = named(&wanted);
    Line::new(
        format!("没有接口,由人到对方后台回复,再用 huiliu dead done 记下;要回复的:{zh}"),
        format!("People answer at the far side and note it by huiliu dead done; to be answered: {en}"),
        &["return.manual", "return.wants"],
    )
}

fn sign(back: &ReturnTable) -> Line {
    let (zh, en) = match back.sign {
        Sign::Stored => ("签收:来件一入库就替我们签", "Signed for as soon as it is on disk"),
        Sign::CoreAccepted => ("签收:热线收下以后替我们签", "Signed for when the core has taken it"),
        Sign::Never => ("签收:不替签,热线说签收才签", "Signed for only when the core says so"),
    };
    Line::new(zh, en, &["return.sign"])
}

fn approve(back: &ReturnTable) -> Line {
    let words: Vec<_> = ReturnWord::all().filter(|word| back.approves(word.kind())).collect();
    let (zh, en) = match words.as_slice() {
        [] => ("发出前不用人同意".into(), "Nobody needs to agree".into()),
        some => {
            let (zh, en) = named(some);
            (
                format!("发出前要人点“同意”:{zh}(huiliu approve list)"),
                format!("A person agrees before these leave: {en} (huiliu approve list)"),
            )
        }
    };
    Line::new(
        format!("{zh};公开答复里有电话、身份证、姓名等的也停下来"),
        format!("{en}; a public text with personal data waits too"),
        &["return.approve"],
    )
}

fn uncertain(back: &ReturnTable) -> Line {
    let (zh, en) = match back.uncertain {
        Some(Uncertain::Look) => ("先查对方的状态", "the far side's state is looked up first"),
        Some(Uncertain::Ask) => ("问人", "a person is asked"),
        Some(Uncertain::Retry) => ("用同一个编号再发一次", "it is told once more with the same key"),
        None => ("能查状态先查,不能查就问人", "it is looked up where that is possible, else a person is asked"),
    };
    Line::new(format!("发出后没等到回音:{zh}"), format!("If no answer comes: {en}"), &["return.uncertain"])
}

fn failing(back: &ReturnTable) -> Vec<Line> {
    let waits: Vec<_> = back.retries.iter().map(ToString::to_string).collect();
    let waits = if waits.is_empty() { "5s、30s、5m、30m、2h、6h、12h".into() } else { waits.join("、") };
    let (end, end_en) = match back.fallback {
        Some(Fallback::Manual) => ("转成“请人到对方后台回复”", "a person is asked to answer at the far side"),
        None => ("转人工处理", "a person is asked"),
    };
    let mut lines = vec![
        Line::new(
            format!("被拒的隔 {waits} 再试;始终送不到就{end}"),
            format!("What is refused is told again after {waits}; for good, {end_en}"),
            &["return.retries", "return.fallback"],
        ),
        Line::new(
            format!("同时最多回传 {} 件", back.in_flight()),
            format!("At most {} at once", back.in_flight()),
            &["return.in_flight"],
        ),
    ];
    let watch = back.watch.map_or_else(|| "10m".into(), |watch| watch.to_string());
    lines.push(Line::new(
        format!("对方还要审的,每 {watch} 查一次"),
        format!("Where it is judged above, it is asked every {watch}"),
        &["return.watch"],
    ));
    lines
}

fn public_text(channel: &ChannelSettings) -> Vec<Line> {
    let written = |key: &str| channel.value().pointer(&format!("/return/{key}")).map(shown);
    let back = &channel.back;
    let mut lines = Vec::new();
    if let Some(greeting) = written("greeting") {
        lines.push(Line::new(
            format!("公开答复的开头:{greeting}"),
            format!("The public text begins: {greeting}"),
            &["return.greeting"],
        ));
    }
    if let Some(ending) = written("ending") {
        lines.push(Line::new(
            format!("公开答复的结尾:{ending}"),
            format!("The public text ends: {ending}"),
            &["return.ending"],
        ));
    }
    if let Some(most) = back.max_chars {
        lines.push(Line::new(
            format!("公开答复最多 {most} 字"),
            format!("At most {most} characters"),
            &["return.max_chars"],
        ));
    }
    lines.push(match back.publishes {
        true => Line::new(
            "对方会公开答复:要保密的、没同意公开的停下来",
            "It publishes: what is confidential, or not agreed to, waits",
            &["return.publishes"],
        ),
        false => Line::new("对方不公开答复", "It does not publish what it is answered", &["return.publishes"]),
    });
    if !back.allowed_numbers.is_empty() {
        let numbers = back.allowed_numbers.join("、");
        lines.push(Line::new(
            format!("公开答复里可以有的电话:{numbers}"),
            format!("Numbers that may stand in it: {numbers}"),
            &["return.allowed_numbers"],
        ));
    }
    lines
}

fn codes(back: &ReturnTable) -> Vec<Line> {
    let tables: [(&str, &str, &str, &BTreeMap<String, String>); 3] = [
        ("solved", "是否解决", "solved", &back.codes.solved),
        ("satisfaction", "满意度", "satisfaction", &back.codes.satisfaction),
        ("way", "办理方式", "way of handling", &back.codes.way),
    ];
    let told = tables.into_iter().filter(|(.., table)| !table.is_empty());
    let line = |(key, zh, en, table): (&str, &str, &str, &BTreeMap<String, String>)| {
        let codes = table.iter().map(|(ours, theirs)| format!("{ours}={theirs}")).collect::<Vec<_>>().join("、");
        Line::new(
            format!("{zh},我们的说法换成对方的代码:{codes}"),
            format!("Our words and their codes, {en}: {codes}"),
            &[&format!("return.codes.{key}")],
        )
    };
    told.map(line).collect()
}

fn files(channel: &ChannelSettings) -> Option<Line> {
    let written = |key: &str| {
        channel.value().pointer(&format!("/return/{key}")).is_some_and(|value| !matches!(value, Value::Null))
    };
    let files = channel.back.files();
    let (sorts, sorts_en) = house::sorts(&files);
    (written("max_file_mib") || written("file_types")).then(|| {
        Line::new(
            format!("对方收的附件:单个最大 {} MiB,{sorts}", files.most() >> 20),
            format!("Files that it takes: at most {} MiB, {sorts_en}", files.most() >> 20),
            &["return.max_file_mib", "return.file_types"],
        )
    })
}
