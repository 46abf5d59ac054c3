//! What a polled platform's options say, in plain words.

use huiliu_contract::{Period, Sentence, Topic};
use huiliu_kit::explain::{self, request, tree, values};

use crate::options::{Census, Detail, List, Options, PageBy, Paging, Since, SinceBy, Slice, Sweep, Until, When};

/// All of it, in the order in which people read it.
pub(crate) fn explain(options: &Options) -> Vec<Sentence> {
    let poll = &options.poll;
    let mut said = vec![of_list(options)];
    let (zh, en) = explain::identity(options.connect.auth.as_ref());
    let (zh, en) = match options.login {
        Some(_) if options.connect.auth.is_none() => ("登录以后才问".into(), "known by the login".into()),
        None if options.connect.auth.is_none() && options.connect.recipe.is_some() => {
            ("凭签名".into(), "by the signature".into())
        }
        _ => (zh, en),
    };
    said.push(Sentence::new(Topic::Arrives, format!("身份:{zh}"), format!("Identity: {en}"), &["connect.auth"]));
    if let Some(recipe) = &options.connect.recipe {
        said.extend(explain::recipe(recipe, "connect.recipe", Topic::Arrives, false));
    }
    said.extend(options.login.as_ref().map(explain::login));
    said.push(of_pages(&poll.page));
    said.extend(poll.since.as_ref().map(of_since));
    said.extend(poll.slice.as_ref().map(of_slice));
    if poll.since.is_none() && poll.slice.is_none() {
        said.push(Sentence::new(Topic::Arrives, "没写只取新的:每次从头取全", "It takes all anew each time", &[]));
    }
    said.extend(poll.sweep.as_ref().map(of_sweep));
    said.extend(poll.detail.as_ref().map(of_detail));
    said.extend(poll.census.as_ref().map(of_census));
    said.extend(of_checks(&poll.list));
    let (zh, en) = explain::success(poll.success.as_ref(), &poll.errors);
    said.push(Sentence::new(Topic::Arrives, zh, capital(&en), &["poll.success", "poll.errors"]));
    said.push(of_identity(&poll.list));
    said.extend(options.r#return.iter().flat_map(explain::ways));
    said
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn of_list(options: &Options) -> Sentence {
    let list = &options.poll.list;
    let ask = request(list.get.as_ref(), list.post.as_ref());
    let place = if list.items.is_empty() { "最外面" } else { &list.items };
    let place_en = if list.items.is_empty() { "the top" } else { &list.items };
    let url = &options.connect.url;
    let mut zh = format!("到 {url} 去取:{ask},列表在返回的{place}");
    let mut en = format!("It asks {url}: {ask}; the list stands at {place_en}");
    if !list.query.is_empty() {
        zh += &format!(",网址参数 {}", explain::pairs(&list.query));
        en += &format!(", parameters {}", explain::pairs(&list.query));
    }
    if let Some(body) = &list.body {
        zh += &format!(",请求内容 {}", tree(body));
        en += &format!(", body {}", tree(body));
    }
    let keys =
        ["connect.url", "poll.list.get", "poll.list.post", "poll.list.items", "poll.list.query", "poll.list.body"];
    Sentence::new(Topic::Arrives, zh, en, &keys)
}

fn of_pages(page: &Paging) -> Sentence {
    let by = match page.by {
        PageBy::None => {
            let (zh, en) = ("只有一页,不翻页", "There is one page");
            return Sentence::new(Topic::Arrives, zh, en, &["poll.page.by"]);
        }
        PageBy::Number => ("按页码", "by number"),
        PageBy::Offset => ("按第几条", "by offset"),
        PageBy::Cursor => ("按对方给的续取标记", "by the far side's cursor"),
        PageBy::Link => ("按返回里的下一页链接", "by the link in the answer"),
        PageBy::Header => ("按响应头里的下一页链接", "by the Link header"),
    };
    let (mut zh, mut en) = (format!("{}翻页", by.0), format!("Pages follow {}", by.1));
    let mut tell = |told_zh: String, told_en: String| {
        zh += &told_zh;
        en += &told_en;
    };
    if let Some(name) = &page.param {
        tell(format!(",参数 {name}"), format!(", parameter {name}"));
    }
    if let Some(first) = page.first {
        tell(format!(",从 {first} 起"), format!(", from {first}"));
    }
    if let Some(size) = page.size {
        tell(format!(",每页 {size} 件"), format!(", {size} a page"));
    }
    if let Some(name) = &page.size_param {
        tell(format!("(参数 {name})"), format!(" (parameter {name})"));
    }
    if let Some(next) = &page.next {
        tell(format!(",下一页在返回的 {next}"), format!(", the next stands at {next}"));
    }
    match page.until {
        Until::Short => tell(";不满一页就是取完了".into(), "; a page that is not full is the last".into()),
        Until::Empty => tell(";见到空页才算取完".into(), "; an empty page is the end".into()),
    }
    let most = page.max_pages.unwrap_or(1000);
    tell(format!(",一轮超过 {most} 页就报错"), format!("; more than {most} pages are an error"));
    Sentence::new(Topic::Arrives, zh, en, &["poll.page"])
}

fn of_since(since: &Since) -> Sentence {
    let (what, what_en) = match since.by {
        SinceBy::Time => ("时间", "time"),
        SinceBy::Id => ("编号", "number"),
    };
    let (mut zh, mut en) = (
        format!("只取新的:按每件的{what}({})", since.at),
        format!("It asks for what is new by the {what_en} at {}", since.at),
    );
    if let Some(name) = &since.param {
        zh += &format!(",参数 {name}");
        en += &format!(", parameter {name}");
    }
    if let Some(format) = &since.format {
        zh += &format!(",写法 {format}");
        en += &format!(", written {format}");
    }
    if since.by == SinceBy::Time {
        let overlap = since.overlap.unwrap_or(Period::seconds(7200)).spoken();
        zh += &format!(";每次往回多看{}防漏", overlap.0);
        en += &format!("; each time it looks {} further back", overlap.1);
    }
    if let Some(first) = &since.first {
        zh += &format!(";头一次写 {first}");
        en += &format!("; {first} the first time");
    }
    let keys = ["param", "at", "by", "format", "first"].map(|key| format!("poll.since.{key}"));
    let mut sentence = Sentence::new(Topic::Arrives, zh, en, &[]);
    sentence.keys.extend(keys);
    if since.by == SinceBy::Time {
        sentence.keys.push("poll.since.overlap".into());
    }
    sentence
}

fn of_slice(slice: &Slice) -> Sentence {
    let or = |period: Option<Period>, other: &str| period.map_or_else(|| other.into(), |p| p.to_string());
    let (length, overlap, back) = (or(slice.length, "1d"), or(slice.overlap, "2h"), or(slice.back, "30d"));
    let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "-".into());
    let (from, to) = (name(&slice.from_param), name(&slice.to_param));
    let format = slice.format.as_deref().unwrap_or("iso");
    Sentence::new(
        Topic::Arrives,
        format!(
            "一段一段时间地取:每段 {length}(起点参数 {from},终点参数 {to},写法 {format}),每次往回多看 {overlap};头一次从 {back} 以前取起"
        ),
        format!(
            "It asks for slices of {length} (from as {from}, to as {to}, written {format}), {overlap} further back each time; the first begins {back} ago"
        ),
        &["poll.slice"],
    )
}

fn of_sweep(sweep: &Sweep) -> Sentence {
    let back = sweep.back.unwrap_or(Period::seconds(30 * 86_400)).spoken();
    Sentence::new(
        Topic::Arrives,
        format!("每天 {} 以后的第一次,把近{}的再核一遍", sweep.at, back.0),
        format!("The first time after {} each day, the last {} are looked through again", sweep.at, back.1),
        &["poll.sweep"],
    )
}

fn of_detail(detail: &Detail) -> Sentence {
    let (when, when_en) = match detail.when {
        When::Always => ("每件", "For each item"),
        When::Cut => ("文字被截断的", "Where a text is cut"),
        When::Missing => ("缺内容的", "Where something is missing"),
    };
    let ask = request(detail.get.as_ref(), detail.post.as_ref());
    let place = if detail.item.is_empty() { "最外面" } else { &detail.item };
    Sentence::new(
        Topic::Arrives,
        format!("{when}再取一次详情:{ask},内容在返回的{place}"),
        format!("{when_en} its detail is asked for: {ask}, at `{}`", detail.item),
        &["poll.detail.when", "poll.detail.get", "poll.detail.post", "poll.detail.item"],
    )
}

fn of_census(census: &Census) -> Sentence {
    let ask = request(census.get.as_ref(), census.post.as_ref());
    let (by, by_en) = explain::counted_by(census.by);
    let (how, how_en) = match (&census.count, &census.items) {
        (Some(at), _) => (format!("总数在返回的 {at}"), format!("the count stands at {at}")),
        (_, at) => {
            let at = at.as_deref().unwrap_or_default();
            (format!("按 {at} 的列表逐件核"), format!("the list at {at} is held against ours one by one"))
        }
    };
    Sentence::new(
        Topic::Arrives,
        format!("对账:{ask},按{by}算一天,{how}"),
        format!("For reconciliation: {ask}, a day by {by_en}; {how_en}"),
        &["poll.census"],
    )
}

/// By what a list proves that it is whole.
fn of_checks(list: &List) -> Vec<Sentence> {
    let mut said = Vec::new();
    if let Some(total) = &list.total {
        said.push(Sentence::new(
            Topic::Arrives,
            format!("返回的 {total} 是总条数:取不够就报错,取件进度不动"),
            format!("{total} tells how many there are; coming short of it is an error and moves nothing on"),
            &["poll.list.total"],
        ));
    }
    if let Some(rows) = &list.rows {
        said.push(Sentence::new(
            Topic::Arrives,
            format!("返回的 {rows} 是本页条数:和实际不一样就报错"),
            format!("{rows} tells how many a page has; another number is an error"),
            &["poll.list.rows"],
        ));
    }
    if let Some(empty) = &list.empty {
        said.push(Sentence::new(
            Topic::Arrives,
            format!("没有件时,{} 要是 {},不然当作出错,不当作没有", empty.at, values(&empty.is)),
            format!("An answer without items must have {} at {}, or it is an error", values(&empty.is), empty.at),
            &["poll.list.empty"],
        ));
    }
    said
}

fn of_identity(list: &List) -> Sentence {
    let (mut zh, mut en) =
        (format!("来源编号在每件的 {}", list.id), format!("The source's number stands at {}", list.id));
    if let Some(version) = &list.version {
        zh += &format!(",版本看 {version}");
        en += &format!(", its version at {version}");
    }
    Sentence::new(Topic::Known, zh, en, &["poll.list.id", "poll.list.version"])
}
