//! How submissions come: the tables of each kind.

use serde_json::Value;

use super::About;
use super::page::{Mark, Page, list, quoted, t};
use crate::learn::{Form, Learnt, List, Sure};
use crate::settings::Text;

/// Where an address is to be filled in; nobody is there (RFC 2606).
const NOWHERE: &str = "https://example.gov.cn";

fn mark(sure: Sure) -> Mark {
    if sure == Sure::Name { Mark::None } else { Mark::Guessed }
}

pub(super) fn connect(page: &mut Page) {
    page.table("connect", Some(t("怎么连", "how it is connected")));
}

/// `[connect]` and `[poll]` of what is asked.
pub(super) fn asks(page: &mut Page, about: &About<'_>, learnt: Option<&Learnt>) {
    connect(page);
    page.key("kind", "\"rest\"", t("接入方式:接口轮询", "kind: an interface that is asked"), Mark::None);
    let (url, fill) = about.url.map_or((NOWHERE, Mark::Fill), |url| (url, Mark::None));
    page.key(
        "url",
        &quoted(url),
        t("接口地址,下面的路径接在它后面", "the address; the paths below are added to it"),
        fill,
    );
    page.off(
        &format!("auth = {{ bearer = {{ file = \"secrets/{}.token\" }} }}", about.code),
        t(
            format!("对方要固定令牌的,去掉行首的 #,用 huiliu secret set {}.token 录入", about.code),
            format!("for a fixed token take the # away and run huiliu secret set {}.token", about.code),
        ),
        Mark::None,
    );
    page.key("limit", "\"20/min\"", t("每分钟最多问 20 次", "at most 20 requests a minute"), Mark::Guessed);
    page.table("poll", Some(t("怎么取", "how it is fetched")));
    page.key("every", "\"5m\"", t("每 5 分钟取一次", "every five minutes"), Mark::None);
    if learnt.is_some_and(|learnt| learnt.form == Some(Form::Xml)) {
        page.key("format", "\"xml\"", t("返回的是 XML", "answers are XML"), Mark::None);
        if let Some(at) = learnt.and_then(|learnt| learnt.list.as_ref()).map(|list| &list.at) {
            page.key(
                "xml",
                &format!("{{ lists = [{}] }}", quoted(at)),
                t("只来一件、一件没有的时候也当列表", "a list also where one element comes, or none"),
                Mark::None,
            );
        }
    }
    let found = learnt.and_then(|learnt| learnt.list.as_ref());
    let id = learnt.and_then(|learnt| learnt.id.as_ref());
    let items = found.map_or("/data/rows", |list| &list.at);
    let mut parts =
        format!("{{ get = \"/list\", items = {}, id = {}", quoted(items), quoted(id.map_or("id", |id| &id.at)));
    if let Some(total) = found.and_then(|list| list.total.as_ref()) {
        parts += &format!(", total = {}", quoted(total));
    }
    parts += " }";
    let guessed = match id {
        Some(id) if id.sure == Sure::Name => Text::new("", ""),
        Some(_) => Text::new(";编号是猜的,请核对", "; the number is guessed, please check"),
        None => Text::new(";都是猜的,请核对", "; all of it is guessed, please check"),
    };
    let remark = t(
        format!("列表:get(或 post)写对方的路径,其余是列表、编号、总条数在哪{}", guessed.zh),
        format!(
            "the list: get (or post) is the far side's path, then where list, number and total stand{}",
            guessed.en
        ),
    );
    page.key("list", &parts, remark, Mark::Fill);
    paging(page, found);
    match found.and_then(|list| list.success.as_ref()) {
        Some((at, value)) => {
            let is = match value {
                Value::String(text) => quoted(text),
                other => other.to_string(),
            };
            let remark = t("只有这个值算成功;HTTP 200 不算数", "only this counts as success; HTTP 200 does not");
            page.key("success", &format!("{{ at = {}, is = [{is}] }}", quoted(at)), remark, Mark::Guessed);
        }
        None => page.off(
            "success = { at = \"/code\", is = [200] }",
            t("返回里有成功标志的,去掉行首的 #", "where answers tell that they went well, take the # away"),
            Mark::None,
        ),
    }
}

fn paging(page: &mut Page, found: Option<&List>) {
    let code = "page = { by = \"number\", param = \"pageNum\", size_param = \"pageSize\", size = 50 }";
    if found.is_some_and(|list| list.goes_on) {
        let (key, value) = code.split_once(" = ").unwrap_or((code, ""));
        page.key(
            key,
            value,
            t(
                "按页码翻页:页码和每页条数的参数名,每页 50 件",
                "pages by number: the names of the parameters, 50 a page",
            ),
            Mark::Guessed,
        );
    } else {
        page.off(
            code,
            t("对方分页的,去掉行首的 #,核对参数名", "where there are pages, take the # away and check the names"),
            Mark::None,
        );
    }
    page.off(
        "since = { param = \"updateBegin\", at = \"updateTime\", format = \"yyyy-MM-dd HH:mm:ss\" }",
        t("能只取新的,去掉行首的 #,核对参数名", "where only what is new can be asked for, take the # away"),
        Mark::None,
    );
}

/// `[connect]` and `[receive]` of what tells us.
pub(super) fn told(page: &mut Page, about: &About<'_>, learnt: Option<&Learnt>) {
    connect(page);
    let code = about.code;
    page.key(
        "kind",
        "\"webhook\"",
        t(
            format!("接入方式:接口接收,对方推送到 /channels/{code}"),
            format!("kind: the far side pushes to /channels/{code}"),
        ),
        Mark::None,
    );
    page.key(
        "verify",
        "\"none\"",
        t(
            "怎么验明是对方:none 不验,只收 allow 里的;换成下面一行才能放开",
            "how a push is proven; none takes only what allow names",
        ),
        Mark::Fill,
    );
    page.key(
        "allow",
        "[\"127.0.0.1/32\"]",
        t(
            "只准这些网段来连;现在只准本机,验证办法填好以后再改",
            "networks that may connect; only this machine until verify is filled in",
        ),
        Mark::Fill,
    );
    page.off(
        &format!(
            "verify = {{ token = {{ header = \"x-token\", secrets = [{{ file = \"secrets/{code}.token\" }}] }} }}"
        ),
        t(
            format!("固定令牌:去掉行首的 #,删掉上面的 verify,用 huiliu secret set {code}.token 录入"),
            format!("a fixed token: take the # away, delete verify above, run huiliu secret set {code}.token"),
        ),
        Mark::None,
    );
    page.off(
        &format!("verify = {{ hmac_sha256 = {{ header = \"x-signature\", secrets = [{{ file = \"secrets/{code}.key\" }}] }} }}"),
        t("签名:同上", "a signature: likewise"),
        Mark::None,
    );
    page.table("receive", Some(t("怎么收", "how pushes are read")));
    let form = learnt.and_then(|learnt| learnt.form).unwrap_or(Form::Json);
    let (form, guessed) = (
        if form == Form::Xml { "\"xml\"" } else { "\"json\"" },
        if learnt.is_some() { Mark::None } else { Mark::Guessed },
    );
    page.key(
        "format",
        form,
        t("正文格式:json | form | xml | multipart", "how the body is written: json | form | xml | multipart"),
        guessed,
    );
    if let Some(list) = learnt.and_then(|learnt| learnt.list.as_ref()) {
        page.key(
            "items",
            &quoted(&list.at),
            t("来件列表在哪;空的就是整个正文", "where the list stands; empty is the whole body"),
            Mark::None,
        );
        if learnt.is_some_and(|learnt| learnt.form == Some(Form::Xml)) {
            page.key(
                "xml",
                &format!("{{ lists = [{}] }}", quoted(&list.at)),
                t("只来一件的时候也当列表", "a list also where one element comes"),
                Mark::None,
            );
        }
    }
    let id = learnt.and_then(|learnt| learnt.id.as_ref());
    page.key(
        "id",
        &quoted(id.map_or("id", |id| &id.at)),
        t("来源编号在哪", "where the number of a submission stands"),
        id.map_or(Mark::Guessed, |id| mark(id.sure)),
    );
}

/// `[connect]`, `[poll]` and `[sheet]` of what is dropped into a folder.
pub(super) fn sheets(page: &mut Page, about: &About<'_>, learnt: Option<&Learnt>) {
    connect(page);
    page.key("kind", "\"folder\"", t("接入方式:表格文件", "kind: sheets in a folder"), Mark::None);
    let own = format!("收件/{}", folder(about.name));
    page.key(
        "inbox",
        &quoted(about.inbox.unwrap_or(&own)),
        t("收表的文件夹,和 config 放在同一层,没有会自动建", "the folder, beside config; it is made if it is not there"),
        Mark::None,
    );
    page.key(
        "keep",
        "\"180d\"",
        t(
            "收过的原表在“已收”里留多久;删掉这一行就收完即删",
            "how long taken files are kept; without it they are deleted",
        ),
        Mark::None,
    );
    page.table("poll", Some(t("怎么取", "how it is fetched")));
    page.key("every", "\"1m\"", t("多久看一次文件夹", "how often the folder is looked into"), Mark::None);
    page.table("sheet", Some(t("表格怎么读", "how sheets are read")));
    let table = learnt.and_then(|learnt| learnt.table.as_ref());
    if let Some(sheet) = table.and_then(|table| table.sheet.as_ref()) {
        page.key(
            "sheets",
            &list(&[sheet]),
            t("只读这张工作表;\"all\" 全读", "only this sheet; \"all\" reads every one"),
            Mark::Guessed,
        );
    }
    let heads = learnt.map(heads).unwrap_or_else(|| vec!["编号".into(), "标题".into(), "内容".into()]);
    let guessed = if learnt.is_some() { Mark::None } else { Mark::Fill };
    page.key(
        "header",
        &list(&heads),
        t("同时出现这几个栏名的那一行就是表头", "the row in which all of these stand is the row of heads"),
        guessed,
    );
    let filled: Vec<&String> = table.map(|table| table.filled.iter().collect()).unwrap_or_default();
    if !filled.is_empty() {
        page.key(
            "fill_down",
            &list(&filled),
            t("这几栏里合并的格子往下补", "merged cells of these columns hold for all their rows"),
            Mark::Guessed,
        );
    }
    match (learnt, learnt.and_then(|learnt| learnt.id.as_ref())) {
        (Some(_), None) => page.key(
            "if_no_id",
            "\"hash\"",
            t(
                "表里没有编号:按内容识别,改一个字就是新的一件",
                "there is no number: rows are known by what stands in them",
            ),
            Mark::None,
        ),
        (_, id) => page.key(
            "id",
            &quoted(id.map_or("编号", |id| &id.at)),
            t("每条自己的编号;不能用“序号”", "the number of a row; never a running one"),
            id.map_or(Mark::Fill, |id| mark(id.sure)),
        ),
    }
}

/// `[connect]` of what people enter.
pub(super) fn entered(page: &mut Page) {
    connect(page);
    page.key("kind", "\"manual\"", t("接入方式:手工登记", "kind: entered by hand"), Mark::None);
}

/// Columns by which the row of heads is known: number, title, text, name, as far as they are there.
fn heads(learnt: &Learnt) -> Vec<String> {
    let mut heads: Vec<String> = learnt.id.iter().map(|id| id.at.clone()).collect();
    for field in ["title", "content", "name", "phone"] {
        heads.extend(
            learnt.fields.iter().filter(|one| one.field == field).filter_map(|one| one.from.first()?.first().cloned()),
        );
    }
    // The number is named as its column stands there.
    if let (Some(first), Some(id)) = (heads.first_mut(), learnt.id.as_ref()) {
        *first = id.path.first().cloned().unwrap_or_default();
    }
    heads.truncate(4);
    heads
}

/// A name as a folder can be called.
fn folder(name: &str) -> String {
    name.chars().map(|c| if c.is_control() || matches!(c, '/' | '\\' | '{' | '}') { '-' } else { c }).collect()
}
