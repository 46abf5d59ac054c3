//! What the operator of these stories has written: channels as they stand in files.

/// The token by which the portal of letters proves itself.
pub(crate) const TOKEN: &str = "token-of-the-letters";

const LETTER_FIELDS: &str = r#"
[fields]
title        = "title"
content      = "content"
type         = { from = "letterType", codes = "type" }
name         = "name"
phone        = { from = "phone", clean = "phone" }
address      = "address"
agree_public = { from = "isPublic", codes = "yes_no" }
submitted_at = { from = "submitTime", date = "yyyy-MM-dd HH:mm:ss" }

[codes]
type   = { "我要咨询" = "咨询", "我要求助" = "求助", "我要投诉" = "投诉", "我要举报" = "举报", "我要建议" = "建议" }
yes_no = { "是" = true, "否" = false }
"#;

/// A portal that pushes letters one by one. `more` stands in `[channel]`.
pub(crate) fn letters(name: &str, more: &str) -> String {
    pushed(name, more, "id = \"letterNo\"")
}

/// The same, but letters come as a list.
pub(crate) fn lists(name: &str) -> String {
    pushed(name, "state = \"live\"", "items = \"/letters\"\nid = \"letterNo\"")
}

/// The same, but letters come in another form, as `receive` says; `[answer]` and other tables can follow.
pub(crate) fn letters_received(name: &str, receive: &str) -> String {
    pushed(name, "state = \"live\"", receive)
}

fn pushed(name: &str, more: &str, receive: &str) -> String {
    format!(
        r#"
[channel]
name = "{name}"
{more}

[connect]
kind = "webhook"
body_limit = 65536
verify = {{ token = {{ header = "authorization", prefix = "Bearer ", secrets = [{{ file = "secrets/letters.token" }}] }} }}

[receive]
{receive}
{LETTER_FIELDS}"#
    )
}

/// A platform that is polled page by page for what changed since the latest time. `more` stands in `[channel]`.
pub(crate) fn province(url: &str, more: &str) -> String {
    let since = r#"{ param = "updateBegin", at = "updateTime", format = "yyyy-MM-dd HH:mm:ss", overlap = "1h" }"#;
    polled(url, more, since, 50)
}

/// The same for what has a higher number than any before.
pub(crate) fn province_by_number(url: &str, more: &str, size: u32) -> String {
    polled(url, more, r#"{ param = "afterSeq", by = "id", at = "seq", first = "0" }"#, size)
}

fn polled(url: &str, more: &str, since: &str, size: u32) -> String {
    format!(
        r#"
[channel]
name = "省级12345热线"
{more}

[connect]
kind = "rest"
url  = "{url}"

[poll]
every   = "50ms"
list    = {{ get = "/order/list", items = "/data/records", id = "orderNo" }}
page    = {{ by = "number", param = "pageNum", size_param = "pageSize", size = {size} }}
since   = {since}
success = {{ at = "/code", is = [200] }}

[fields]
title        = "orderTitle"
content      = "orderContent"
category     = {{ from = "questionName", split = "/" }}
name         = "callerName"
phone        = {{ from = "callerPhone", clean = "phone" }}
place        = "address"
submitted_at = {{ from = "callTime", date = "yyyy-MM-dd HH:mm:ss" }}
handed_at    = {{ from = "dispatchTime", date = "yyyy-MM-dd HH:mm:ss" }}
"#
    )
}
