//! What the options of an exchange database say, in plain words.

use std::collections::BTreeMap;

use huiliu_contract::{OutcomeKind, Period, Sentence, Topic};
use huiliu_kit::auth::User;
use huiliu_kit::explain::{counted_by, secret, values};
use huiliu_kit::outlet::States;
use serde_json::Value;

use crate::options::{Connect, Files, Options, PollOptions, ReturnOptions, Since, SinceBy, Status, Taken, Tls, Way};

/// All of it, in the order in which people read it.
pub(crate) fn explain(options: &Options) -> Vec<Sentence> {
    let (connect, poll) = (&options.connect, &options.poll);
    let mut said = vec![of_view(connect, poll), of_line(connect), of_order(poll.since.as_ref())];
    said.extend(poll.sweep.as_ref().map(|sweep| {
        let back = sweep.back.unwrap_or(Period::seconds(30 * 86_400)).spoken();
        Sentence::new(
            Topic::Arrives,
            format!("每天 {} 以后的第一次,把近{}的再核一遍", sweep.at, back.0),
            format!("The first time after {} each day, the last {} are looked through again", sweep.at, back.1),
            &["poll.sweep"],
        )
    }));
    said.extend(poll.census.as_ref().map(|census| {
        let (zh, en) = counted_by(census.by);
        let column = &census.column;
        Sentence::new(
            Topic::Arrives,
            format!("对账:按 {column} 列({zh})数出某一天的件,逐件核"),
            format!("For reconciliation: the rows of a day by {column} ({en}) are held against ours one by one"),
            &["poll.census"],
        )
    }));
    said.extend(poll.files.as_ref().map(of_files));
    said.push(of_taken(poll));
    said.push(of_identity(poll));
    said.extend(options.r#return.iter().flat_map(of_ways));
    said
}

fn of_view(connect: &Connect, poll: &PollOptions) -> Sentence {
    let (name, host, database) = (connect.engine.spoken(), &connect.host, &connect.database);
    let port = connect.port.unwrap_or(connect.engine.port());
    let mut zh = format!("到 {host}:{port} 的 {name} 库 {database} 里读 {}", poll.from);
    let mut en = format!("It reads {} in the {name} database {database} at {host}:{port}", poll.from);
    if !poll.columns.is_empty() {
        zh += &format!(",只读这些列:{}", poll.columns.join("、"));
        en += &format!(", these columns: {}", poll.columns.join(", "));
    }
    if !poll.filter.is_empty() {
        zh += &format!(",只要 {} 的", told(&poll.filter));
        en += &format!(", where {}", told(&poll.filter));
    }
    let page = poll.page.unwrap_or(500);
    zh += &format!(",一次 {page} 行");
    en += &format!(", {page} rows at a time");
    let keys = ["connect.engine", "connect.host", "connect.port", "connect.database"];
    let mut sentence = Sentence::new(Topic::Arrives, zh, en, &keys);
    sentence.keys.extend(["poll.from", "poll.columns", "poll.where", "poll.page"].map(str::to_owned));
    sentence
}

fn of_line(connect: &Connect) -> Sentence {
    let user = match &connect.user {
        User::Plain(name) => (name.clone(), name.clone()),
        User::Secret(at) => secret(at),
    };
    let at = secret(&connect.password);
    let (mut zh, mut en) =
        (format!("账号({})加密码({})", user.0, at.0), format!("Account ({}) and password ({})", user.1, at.1));
    match connect.tls {
        Some(Tls::Off) => {
            zh += ",不加密连接";
            en += ", without TLS";
        }
        Some(Tls::Require) => {
            zh += ",必须加密连接";
            en += ", with TLS always";
        }
        None => {
            zh += ",不在本机的必须加密连接";
            en += ", with TLS unless it is on this machine";
        }
    }
    if let Some(charset) = &connect.charset {
        zh += &format!(",库里的文字按 {charset} 读");
        en += &format!(", its texts are read as {charset}");
    }
    Sentence::new(Topic::Arrives, zh, en, &["connect.user", "connect.password", "connect.tls", "connect.charset"])
}

fn of_order(since: Option<&Since>) -> Sentence {
    let Some(since) = since else {
        return Sentence::new(Topic::Arrives, "没写只取新的:每次从头取全", "It takes all anew each time", &[]);
    };
    let column = &since.column;
    let (mut zh, mut en) = match since.by {
        SinceBy::Time => {
            let back = since.lookback.unwrap_or(Period::seconds(3600)).spoken();
            (
                format!("只取新的:按时间({column});每次往回多看{}防漏", back.0),
                format!("It takes what is new by the time in {column}; each time it looks {} further back", back.1),
            )
        }
        SinceBy::Id => {
            let rows = since.rows_back.unwrap_or(1000);
            (
                format!("只取新的:按编号({column});每次往回多看 {rows} 行防漏"),
                format!("It takes what is new by the number in {column}; each time it looks {rows} rows further back"),
            )
        }
    };
    if let Some(tie) = &since.tie {
        zh += &format!(";同一{}的按 {tie} 分先后", if since.by == SinceBy::Time { "时间" } else { "编号" });
        en += &format!("; {tie} orders those with the same");
    }
    Sentence::new(Topic::Arrives, zh, en, &["poll.since"])
}

fn of_files(files: &Files) -> Sentence {
    let mib = files.max_mib.unwrap_or(20);
    let (zh, en) = match (&files.from, &files.of) {
        (Some(from), Some(of)) => (
            format!("附件在 {from}(按 {of} 对应),名字 {},内容 {}", files.name, files.bytes),
            format!("Files are in {from} (by {of}), names in {}, bytes in {}", files.name, files.bytes),
        ),
        _ => (
            format!("附件就在本行,名字 {},内容 {}", files.name, files.bytes),
            format!("A row holds its file itself, its name in {}, its bytes in {}", files.name, files.bytes),
        ),
    };
    Sentence::new(
        Topic::Arrives,
        format!("{zh};超过 {mib} MiB 的只记名字"),
        format!("{en}; one beyond {mib} MiB is only named"),
        &["poll.files"],
    )
}

fn of_taken(poll: &PollOptions) -> Sentence {
    let Some(Taken { table, id, set }) = &poll.taken else {
        return Sentence::new(
            Topic::Arrives,
            "读的时候绝不写对方的表",
            "Nothing is ever written there for reading",
            &[],
        );
    };
    let (table, id) = (table.as_ref().unwrap_or(&poll.from), id.as_ref().unwrap_or(&poll.id));
    Sentence::new(
        Topic::Arrives,
        format!("收妥以后在 {table} 里打标记({}),按 {id} 对应", told(set)),
        format!("Once a row is kept here it is marked in {table} by {id}: {}", told(set)),
        &["poll.taken"],
    )
}

fn of_identity(poll: &PollOptions) -> Sentence {
    let (mut zh, mut en) = (format!("来源编号在 {} 列", poll.id), format!("An item's number is in column {}", poll.id));
    if let Some(version) = &poll.version {
        zh += &format!(",版本在 {version} 列");
        en += &format!(", its version in {version}");
    }
    if let Some(sent_at) = &poll.sent_at {
        zh += &format!(",交来时间在 {sent_at} 列");
        en += &format!(", the time at which it was handed over in {sent_at}");
    }
    Sentence::new(Topic::Known, zh, en, &["poll.id", "poll.version", "poll.sent_at"])
}

fn of_ways(back: &ReturnOptions) -> Vec<Sentence> {
    let ways = back.ways.each();
    let mut said: Vec<_> = ways.iter().filter_map(|(kind, way)| Some(of_way(*kind, (*way)?))).collect();
    let missing: Vec<_> = ways.iter().filter(|(_, way)| way.is_none()).map(|(kind, _)| *kind).collect();
    if !said.is_empty() && !missing.is_empty() {
        let zh: Vec<_> = missing.iter().map(|kind| kind.zh()).collect();
        let en: Vec<_> = missing.iter().map(|kind| kind.road_word()).collect();
        said.push(Sentence::new(
            Topic::Returns,
            format!("没有写办法的不回传:{}", zh.join("、")),
            format!("These have no way back and are not told: {}", en.join(", ")),
            &[],
        ));
    }
    said.extend(back.status.iter().flat_map(of_status));
    if back.honours_key {
        said.push(Sentence::new(
            Topic::Returns,
            "同样的语句执行两遍没有妨碍:没等到回音可以放心再写",
            "Writing the same twice is harmless there, so writing again is safe",
            &["return.honours_key"],
        ));
    }
    said
}

fn of_way(kind: OutcomeKind, way: &Way) -> Sentence {
    let (mut zh, mut en) = match (&way.table, &way.statement) {
        (Some(table), _) => (
            format!("{}:往 {table} 加一行,{}", kind.zh(), told(&way.row)),
            format!("{}: a row is added to {table}, {}", kind.road_word(), told(&way.row)),
        ),
        (None, statement) => {
            let (statement, rows) = (statement.as_deref().unwrap_or("?"), way.rows.unwrap_or(1));
            (
                format!("{}:执行 {statement},应改到 {rows} 行,不是就撤销", kind.zh()),
                format!("{}: {statement}; it must touch {rows} rows, else it is undone", kind.road_word()),
            )
        }
    };
    if let Some(key) = &way.key {
        zh += &format!(";发送编号写在 {key},重发不会多一行");
        en += &format!("; our number goes into {key}, so a second time adds no row");
    }
    if way.review {
        zh += ";对方收下以后还要审,审完才算";
        en += "; the far side still judges it";
    }
    Sentence::new(Topic::Returns, zh, en, &[&format!("return.{}", kind.road_word())])
}

fn of_status(status: &Status) -> Vec<Sentence> {
    let reason = status.reason.as_ref();
    let mut said = vec![Sentence::new(
        Topic::Returns,
        format!(
            "查对方的状态:{} 的 {} 列{}{}",
            status.from,
            status.state,
            reason.map(|name| format!(",审核意见在 {name}")).unwrap_or_default(),
            if status.absent_without_row { ",没有这一行就是没送到" } else { "" }
        ),
        format!(
            "It is asked for the state: column {} of {}{}{}",
            status.state,
            status.from,
            reason.map(|name| format!(", the reason in {name}")).unwrap_or_default(),
            if status.absent_without_row { ", without a row it did not arrive" } else { "" }
        ),
        &["return.status.from", "return.status.id", "return.status.state", "return.status.reason"],
    )];
    let flat = ["absent", "pending", "approved", "refused", "redo"].map(|name| format!("return.status.{name}"));
    let mut general = flat.to_vec();
    general.push("return.status.absent_without_row".into());
    said.extend(of_states("办结、答复等", "Conclusions and answers", &status.states, general));
    let own = [
        ("signed", "签收", "Signed", &status.signed),
        ("returned", "申请退单", "Returned", &status.returned),
        ("extended", "申请延期", "Extended", &status.extended),
    ];
    for (key, zh, en, states) in own {
        said.extend(states.as_ref().and_then(|states| of_states(zh, en, states, vec![format!("return.status.{key}")])));
    }
    said
}

fn of_states(what: &str, what_en: &str, states: &States, keys: Vec<String>) -> Option<Sentence> {
    let lists = [
        (&states.absent, "没送到", "not arrived"),
        (&states.pending, "对方在审", "being judged"),
        (&states.approved, "对方认了", "accepted"),
        (&states.refused, "对方没同意", "refused"),
        (&states.redo, "退回重办", "to be done again"),
    ];
    let told = lists.iter().filter(|(list, ..)| !list.is_empty());
    let both = told.map(|(list, zh, en)| (format!("{}={zh}", values(list)), format!("{}={en}", values(list))));
    let (zh, en): (Vec<_>, Vec<_>) = both.unzip();
    (!zh.is_empty()).then(|| Sentence {
        topic: Topic::Returns,
        zh: format!("{what}以后对方的状态:{};别的状态请人看", zh.join(",")),
        en: format!("{what_en}, by the far side's state: {}; any other is shown to a person", en.join(", ")),
        keys,
    })
}

/// Columns and what is in them, in one line.
fn told(columns: &BTreeMap<String, Value>) -> String {
    let one = |(name, value): (&String, &Value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        format!("{name}={value}")
    };
    columns.iter().map(one).collect::<Vec<_>>().join("、")
}
