//! What a channel with these options does, in plain words.

use huiliu_contract::{OutcomeKind, Sentence, Topic};
use huiliu_kit::explain::{counted_by, pairs, request};

use crate::options::{Answering, Back, Detail, Fill, Login, Options, PageBy, Paging, PollOptions, Until, UploadFirst};

/// Every sentence.
pub(crate) fn explain(options: &Options) -> Vec<Sentence> {
    let poll = &options.poll;
    let mut said = vec![of_list(options)];
    said.extend(options.login.as_ref().map(of_login));
    said.extend(options.login.as_ref().and_then(of_kicked));
    said.push(of_pages(&poll.page));
    said.extend(of_window(poll));
    said.extend(of_empty(poll));
    said.extend(poll.detail.as_ref().map(of_detail));
    said.extend(poll.census.as_ref().map(|census| {
        let (zh, en) = counted_by(census.by);
        Sentence::new(
            Topic::Arrives,
            format!("对账:打开某一天({zh})的列表逐件核"),
            format!("For reconciliation: the list of a day ({en}) is held against ours one by one"),
            &["poll.census"],
        )
    }));
    said.push(of_identity(poll));
    said.extend(options.r#return.iter().flat_map(of_back));
    said
}

fn quoted(words: &[String]) -> String {
    words.iter().map(|word| format!("“{word}”")).collect::<Vec<_>>().join("、")
}

fn of_list(options: &Options) -> Sentence {
    let list = &options.poll.list;
    let (ask, url) = (request(list.get.as_ref(), list.post.as_ref()), &options.connect.url);
    Sentence::new(
        Topic::Arrives,
        format!("打开网站后台 {url} 的列表页:{ask};同一时刻只打开一页"),
        format!("It opens the list of the back end {url}: {ask}; never two pages at once"),
        &["connect.url", "poll.list.get", "poll.list.post"],
    )
}

fn of_login(login: &Login) -> Sentence {
    let page = login.page.as_ref().or(login.post.as_ref()).cloned().unwrap_or_default();
    let tries = login.tries.unwrap_or(2);
    let (how, how_en) = match &login.captcha {
        Some(captcha) => (
            format!(
                "要人看验证码 {}(huiliu channel login);连错 {tries} 次、或密码被拒一次,就停下等人处理",
                captcha.image
            ),
            format!(
                "a person reads the picture {} (huiliu channel login); after {tries} wrong answers, or one refused password, it rests until a person resumes it",
                captcha.image
            ),
        ),
        None => (
            "掉线后自己重新登录;密码被拒一次就停下等人处理,不再试".to_owned(),
            "it logs in anew when the session is over; one refused password, and it rests until a person resumes it"
                .to_owned(),
        ),
    };
    let (lost, lost_en) = match login.lost_when.as_slice() {
        [] => ("页面变回登录框就算掉线".to_owned(), "the login form is the sign that the session is over".to_owned()),
        words => (
            format!("页面出现{}或登录框就算掉线", quoted(words)),
            format!("{} or the login form is the sign that the session is over", quoted(words)),
        ),
    };
    Sentence::new(
        Topic::Arrives,
        format!("先登录:{page},{how};{lost}"),
        format!("It logs in at {page}: {how_en}; {lost_en}"),
        &["login.page", "login.post", "login.captcha.image", "login.tries", "login.lost_when"],
    )
}

fn of_kicked(login: &Login) -> Option<Sentence> {
    let kicked = login.kicked.as_ref()?;
    let wait = kicked.wait.map_or_else(|| ("30分钟".into(), "30 minutes".into()), |wait| wait.spoken());
    Some(Sentence::new(
        Topic::Arrives,
        format!("看到{}就让在别处登录的人先用{}", quoted(&kicked.when), wait.0),
        format!("Where {} is shown, whoever logged in elsewhere is left alone for {}", quoted(&kicked.when), wait.1),
        &["login.kicked"],
    ))
}

fn of_pages(page: &Paging) -> Sentence {
    let (by, by_en) = match page.by {
        PageBy::None => {
            return Sentence::new(Topic::Arrives, "只有一页,不翻页", "There is one page", &["poll.page.by"]);
        }
        PageBy::Number => ("按页码", "by number"),
        PageBy::Offset => ("按第几条", "by offset"),
    };
    let max = page.max.unwrap_or(50);
    let (size, size_en) = match page.size {
        Some(size) => (format!(",每页 {size} 行"), format!(", {size} rows each,")),
        None => Default::default(),
    };
    let (end, end_en) = match page.until {
        Until::Short => ("不满一页就是完", "which is a page that is not full"),
        Until::Empty => ("没有行的页才是完", "which is a page without rows"),
    };
    Sentence::new(
        Topic::Arrives,
        format!("{by}一页一页翻到完{size};{end};一轮超过 {max} 页就报错,不会悄悄少取"),
        format!("Pages follow {by_en}{size_en} to the end, {end_en}; more than {max} are an error, never a silent end"),
        &["poll.page"],
    )
}

fn of_window(poll: &PollOptions) -> Option<Sentence> {
    let window = poll.window?.spoken();
    Some(Sentence::new(
        Topic::Arrives,
        format!("每次重看近{},改过的件记成更正", window.0),
        format!("Each run looks through the last {} again; what changed is a revision", window.1),
        &["poll.window"],
    ))
}

fn of_empty(poll: &PollOptions) -> Option<Sentence> {
    let word = poll.empty.as_ref()?;
    Some(Sentence::new(
        Topic::Arrives,
        format!("没有件时列表上必须看到“{word}”,不然当作页面变了来告警,不当作没有件"),
        format!("A list without rows must show “{word}”, or the page was changed and an alarm goes out"),
        &["poll.empty"],
    ))
}

fn of_detail(detail: &Detail) -> Sentence {
    let again = detail.again.map_or_else(|| ("24小时".into(), "24 hours".into()), |again| again.spoken());
    let (ask, ask_en) = match (&detail.get, &detail.post) {
        (None, None) => ("点列表里的链接".to_owned(), "by the row's link".to_owned()),
        (get, post) => (request(get.as_ref(), post.as_ref()), request(get.as_ref(), post.as_ref())),
    };
    Sentence::new(
        Topic::Arrives,
        format!("每一件打开详情({ask});列表上没变的件{}内不再打开", again.0),
        format!("Each item is opened ({ask_en}); one whose row is unchanged is not opened again for {}", again.1),
        &["poll.detail.get", "poll.detail.post", "poll.detail.again"],
    )
}

fn of_identity(poll: &PollOptions) -> Sentence {
    match &poll.list.id {
        Some(id) => Sentence::new(
            Topic::Known,
            format!("来源编号在列表的“{id}”"),
            format!("The source's number stands under “{id}”"),
            &["poll.list.id"],
        ),
        None => Sentence::new(
            Topic::Known,
            "来源编号就是打开详情用的内部编号",
            "The source's number is what opens the item",
            &["poll.list.key"],
        ),
    }
}

fn of_back(back: &Back) -> Vec<Sentence> {
    let mut said: Vec<_> =
        back.ways.each().into_iter().filter_map(|(kind, way)| Some(of_way(kind, way?, back))).collect();
    if let Some(status) = &back.status {
        let at = status.get.as_ref().map(|path| format!("({path})")).unwrap_or_default();
        let at_en = status.get.as_ref().map(|path| format!(" ({path})")).unwrap_or_default();
        said.push(Sentence::new(
            Topic::Returns,
            format!("拿不准送到没有时,看这一件的页面{at}上的“{}”,绝不盲目再交", status.label),
            format!(
                "Where it is uncertain whether a form was taken, “{}” on the item's page{at_en} tells; it is not sent blindly again",
                status.label
            ),
            &["return.status.get", "return.status.label"],
        ));
    }
    said
}

fn of_way(kind: OutcomeKind, way: &Answering, back: &Back) -> Sentence {
    let (zh, en) = huiliu_kit::explain::outcome(kind);
    let form = way.form.as_ref().or(way.post.as_ref()).cloned().unwrap_or_default();
    let boxes: Vec<_> = way.fill.iter().map(|(name, fill)| format!("{name} = {}", filled(fill))).collect();
    let done = if way.done_when.is_empty() { &back.done_when } else { &way.done_when };
    let (files, files_en) = match &way.files {
        Some(name) => (format!(",附件放进 {name}"), format!(", files go into {name}")),
        None => Default::default(),
    };
    let (first, first_en) = way.upload.as_ref().map(of_upload).unwrap_or_default();
    let (judged, judged_en) = match way.review {
        true => (",对方还要审核", ", and is judged then"),
        false => Default::default(),
    };
    let key = format!("return.{}", kind.road_word());
    Sentence::new(
        Topic::Returns,
        format!("{zh}:{first}打开 {form},填 {}{files};看到{}才算交成{judged}", boxes.join("、"), quoted(done)),
        format!(
            "{en}: {first_en}at {form} it fills in {}{files_en}; {} says that it was taken{judged_en}",
            boxes.join(", "),
            quoted(done)
        ),
        &[&key, "return.done_when"],
    )
}

/// What stands in a box.
fn filled(fill: &Fill) -> String {
    match fill {
        Fill::Text(text) => text.clone(),
        Fill::Words { of, words } => format!("{of}({})", pairs(words)),
    }
}

fn of_upload(upload: &UploadFirst) -> (String, String) {
    let UploadFirst { post, field, send, at } = upload;
    let (with, with_en) = match send.is_empty() {
        true => Default::default(),
        false => (format!(",带上 {}", pairs(send)), format!(" with {}", pairs(send))),
    };
    (
        format!("附件先传到 {post}(参数 {field}{with}),路径在返回的 {at};再"),
        format!("files first go to {post} (as {field}{with_en}), their paths stand at {at}; then "),
    )
}
