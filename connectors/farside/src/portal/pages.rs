//! The pages of a back end, as such systems write them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::item::{Handed, Letter, day, minute};
use super::options::{Layout, PortalOptions};

pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

/// A page with what every page has around it: scripts, a menu, and words that only a script would say.
pub(super) fn page(options: &PortalOptions, title: &str, body: &str) -> String {
    let charset = if options.gbk { "gbk" } else { "utf-8" };
    format!(
        "<!DOCTYPE html>\n<html><head><meta charset=\"{charset}\"><title>{title}</title>\n\
         <script>function out(){{ if (confirm('会话已过期,请重新登录')) location='login.jsp'; }}</script>\n\
         <style>.menu {{ color: #333 }}</style></head>\n<body><div class=\"menu\"><a href=\"/admin/index.jsp\">首页</a>\
         </div>\n{body}\n</body></html>"
    )
}

/// What who is not logged in sees: a page like any other.
pub(super) fn lost(options: &PortalOptions) -> String {
    page(options, "系统提示", "<div class=\"tip\"><p>您的登录信息已失效,请重新登录</p></div>")
}

/// What who was pushed out sees.
pub(super) fn kicked(options: &PortalOptions) -> String {
    page(options, "系统提示", "<div class=\"tip\"><p>您的账号已在别处登录</p></div>")
}

pub(super) fn tip(options: &PortalOptions, text: &str) -> String {
    page(options, "系统提示", &format!("<div class=\"tip\"><p>{}</p></div>", escaped(text)))
}

/// The login page, with what went wrong before.
pub(super) fn login(options: &PortalOptions, ticket: &str, said: &str) -> String {
    let captcha = if options.captcha.is_some() {
        "<tr><td>验证码</td><td><input name=\"verifyCode\"><img src=\"captcha.jpg\" onclick=\"this.src='captcha.jpg?'+Math.random()\"></td></tr>"
    } else {
        ""
    };
    let body = format!(
        "<p class=\"error\">{said}</p><form action=\"login.do\" method=\"post\">\
         <input type=\"hidden\" name=\"lt\" value=\"{ticket}\">\
         <table><tr><td>用户名</td><td><input type=\"text\" name=\"loginName\"></td></tr>\
         <tr><td>密码</td><td><input type=\"password\" name=\"loginPwd\"></td></tr>{captcha}</table>\
         <input type=\"submit\" value=\"登录\"></form>"
    );
    page(options, "用户登录", &body)
}

/// The list.
pub(super) fn list(options: &PortalOptions, layout: Layout, letters: &[Letter], total: usize) -> String {
    let rows: String = letters.iter().map(row).collect();
    let rows = if layout == Layout::Silent { String::new() } else { rows };
    let (number, title) = if layout == Layout::Renamed { ("流水号", "主题") } else { ("信件编号", "标题") };
    let none = "<tr><td colspan=\"5\">暂无数据</td></tr>";
    let none = if letters.is_empty() && layout != Layout::Silent { none } else { "" };
    let total = if options.totals { format!("<p id=\"total\">共 {total} 条</p>") } else { String::new() };
    let hits = if letters.iter().any(|letter| letter.handed.is_some()) { "<th>浏览次数</th>" } else { "" };
    let table = format!(
        "<table id=\"list\" class=\"grid\"><tr><th>{number}</th><th>{title}</th><th>来信人</th><th>来信时间</th>\
         <th>办件状态</th>{hits}</tr>{rows}{none}</table>"
    );
    let table = if layout == Layout::Gone { "<div id=\"app\"></div>".to_owned() } else { table };
    page(options, "待办信件", &format!("{total}{table}"))
}

fn row(letter: &Letter) -> String {
    let number = if letter.malformed { String::new() } else { letter.number() };
    let hits = letter.handed.as_ref().map(|handed| format!("<td>{}</td>", handed.hits)).unwrap_or_default();
    format!(
        "<tr><td>{number}</td><td><a href=\"detail.jsp?id={}\">{}</a></td><td>{}</td><td>{}</td><td>{}</td>{hits}</tr>",
        letter.number(),
        escaped(&letter.title()),
        escaped(&letter.writer()),
        letter.time(),
        letter.state,
    )
}

/// The list as the page itself loads it.
pub(super) fn list_json(letters: &[Letter], total: usize) -> Value {
    let row = |letter: &Letter| {
        if let Some(handed) = &letter.handed {
            return json!({ "mailid": handed.key, "mailno": letter.number(), "title": letter.title(), "writer": letter.writer(),
                "createdate": letter.time(), "state": letter.state, "hits": handed.hits });
        }
        let mut row = json!({ "title": letter.title(), "state": letter.state, "time": letter.time() });
        if !letter.malformed {
            row["id"] = letter.number().into();
        }
        row
    };
    json!({ "status": "success", "des": "", "res": { "tbody": letters.iter().map(row).collect::<Value>(), "total": total } })
}

/// A letter as the page itself loads it.
pub(super) fn detail_json(letter: &Letter) -> Value {
    if let Some(handed) = &letter.handed {
        return json!({ "status": "success", "des": "", "res": mail(letter, handed) });
    }
    let mut all: serde_json::Map<String, Value> =
        letter.labels().into_iter().map(|(label, text)| (label.into(), text.into())).collect();
    all.insert("来信内容".into(), letter.content().into());
    json!({ "status": "success", "des": "", "res": all })
}

/// A letter in the names that such systems use.
fn mail(letter: &Letter, handed: &Handed) -> Value {
    let matter = &handed.matter;
    let flag = |set: bool| if set { "1" } else { "0" };
    let file = letter.file().map(|(name, _)| json!({ "name": name, "url": format!("/admin/file?id={}", handed.key) }));
    json!({
        "mailno": letter.number(), "querycode": handed.query_code, "object": "市长", "title": matter.title,
        "kind": format!("我要{}", matter.sort), "category": matter.category,
        "content": format!("<p>{}</p>", escaped(&matter.content).replace('\n', "</p><p>")),
        "writer": matter.name, "sex": matter.sex, "tel": matter.phone, "address": matter.address, "place": matter.place,
        "isopen": flag(matter.agree_public), "issecret": flag(matter.confidential), "createdate": minute(matter.submitted_at),
        "handdate": minute(matter.handed_at), "limitdate": matter.deadline.map(day), "opinion": handed.opinion,
        "state": letter.state, "auditopinion": letter.reason, "files": file.into_iter().collect::<Value>(),
    })
}

/// A letter's own page. What changes from one moment to the next (a clock, a token) stands on it too.
pub(super) fn detail(options: &PortalOptions, letter: &Letter, now: &str) -> String {
    let content = escaped(&letter.content()).replace('\n', "</p><p>");
    let content = format!("<p>领导好!</p><p>{content}</p>");
    let files = letter.file().map(|(name, _)| format!("<a href=\"/admin/file?id={}\">{name}</a>", letter.number()));
    let files = files.unwrap_or_else(|| "无".into());
    let labels = letter.labels();
    let inner = if options.dl {
        let pairs: String =
            labels.iter().map(|(label, text)| format!("<dt>{label}</dt><dd>{}</dd>", escaped(text))).collect();
        format!("<dl>{pairs}<dt>来信内容</dt><dd>{content}</dd><dt>附件</dt><dd>{files}</dd></dl>")
    } else {
        let cell = |pair: &(&str, String)| format!("<th>{}:</th><td>{}</td>", pair.0, escaped(&pair.1));
        let rows: String =
            labels.chunks(2).map(|two| format!("<tr>{}</tr>", two.iter().map(cell).collect::<String>())).collect();
        format!(
            "<table class=\"form\">{rows}<tr><th>来信内容:</th><td colspan=\"3\">{content}</td></tr>\
             <tr><th>附件:</th><td colspan=\"3\">{files}</td></tr></table>"
        )
    };
    page(options, "信件详情", &format!("{inner}<input type=\"hidden\" name=\"t\" value=\"{now}\"><!-- {now} -->"))
}

/// The form by which a letter is answered.
pub(super) fn form(
    options: &PortalOptions,
    verb: &str,
    number: &str,
    token: &str,
    dropped: &BTreeSet<String>,
) -> String {
    let boxes: &[(&str, &str)] = match verb {
        "sign" => &[],
        "back" => &[("退回原因", "<textarea name=\"reason\"></textarea>")],
        "delay" => {
            &[("延期天数", "<input name=\"days\" value=\"\">"), ("延期理由", "<textarea name=\"reason\"></textarea>")]
        }
        "reply" => &[
            ("答复内容", "<textarea name=\"text\"></textarea>"),
            ("附件", "<input type=\"file\" name=\"attachments\" multiple>"),
        ],
        _ => &[
            ("承办单位", "<input name=\"dept\" value=\"\">"),
            ("答复内容", "<textarea name=\"replyContent\"></textarea>"),
            (
                "是否公开",
                "<select name=\"isPublic\"><option value=\"1\">公开</option><option value=\"0\" selected>不公开</option></select>",
            ),
            ("附件", "<input type=\"file\" name=\"attachFile\">"),
        ],
    };
    let gone = |field: &str| dropped.iter().any(|name| field.contains(&format!("name=\"{name}\"")));
    let rows: String = boxes
        .iter()
        .filter(|(_, field)| !gone(field))
        .map(|(label, field)| format!("<tr><td>{label}</td><td>{field}</td></tr>"))
        .collect();
    let body = format!(
        "<form action=\"search.jsp\"><input name=\"q\"></form>\
         <form action=\"save.do\" method=\"post\" enctype=\"multipart/form-data\">\
         <input type=\"hidden\" name=\"token\" value=\"{token}\"><input type=\"hidden\" name=\"id\" value=\"{number}\">\
         <input type=\"hidden\" name=\"act\" value=\"{verb}\"><table>{rows}</table>\
         <input type=\"submit\" value=\"提交\"></form>"
    );
    page(options, "信件办理", &body)
}
