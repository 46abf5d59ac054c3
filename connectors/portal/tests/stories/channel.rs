//! A channel at a back end, as the gateway runs it: what was stored, and restarts.

use huiliu_contract::{
    Attended, Connector, ConnectorKind, Cursor, Fault, Item, Keepsake, Misconfigured, Page, Submission,
};
use huiliu_farside::portal::{PASSWORD, Portal as Office};
use huiliu_farside::site::Premises;
use huiliu_portal::Portal;
use serde_json::{Value, json};

/// The tables of a channel, as `channel.toml` would hold them.
pub(crate) fn tables(url: &str) -> Value {
    json!({
        "connect": { "url": url, "user": "hotline", "password": { "env": "PASSWORD" }, "timeout": "10s" },
        "login": {
            "page": "login.jsp", "form": { "user": "loginName", "password": "loginPwd" },
            "lost_when": ["请重新登录", "会话已过期"],
            "kicked": { "when": ["账号已在别处登录"], "wait": "30m" },
        },
        "poll": {
            "list": { "get": "letter/list.jsp?status=todo&page={page}&size={size}", "id": "信件编号", "link": "标题" },
            "page": { "by": "number", "size": 3 },
            "empty": "暂无数据",
            "detail": { "id": "信件编号", "needs": ["来信内容"] },
        },
        "return": back(),
    })
}

/// The way back.
pub(crate) fn back() -> Value {
    json!({
        "done_when": ["提交成功"], "refused_when": ["提交失败"], "busy_when": ["系统繁忙"],
        "signed": { "form": "letter/sign.jsp?id={id}" },
        "extended": { "form": "letter/delay.jsp?id={id}", "fill": { "days": "{days}", "延期理由": "{reason}" }, "review": true },
        "closed": {
            "form": "letter/finish.jsp?id={id}",
            "fill": {
                "dept": "{unit}", "replyContent": "{reply}",
                "isPublic": { "of": "{agree_public}", "words": { "true": "公开", "false": "不公开" } },
            },
        },
        "replied": { "form": "letter/reply.jsp?id={id}", "fill": { "text": "{public_reply}" }, "files": "attachments" },
        "status": {
            "get": "letter/detail.jsp?id={id}", "label": "办件状态", "reason": "审核意见",
            "absent": ["待办理", "办理中"], "pending": ["待审核"], "approved": ["已办结"], "refused": ["审核不通过"],
            "redo": ["退回重办"],
            "extended": { "absent": ["待办理"], "pending": ["延期待审"], "approved": ["已延期"], "refused": ["不同意延期"] },
        },
    })
}

/// With a captcha.
pub(crate) fn with_captcha(tables: &mut Value) {
    tables["login"]["form"]["captcha"] = json!("verifyCode");
    tables["login"]["captcha"] = json!({ "image": "captcha.jpg?{now}", "valid": "90s" });
}

pub(crate) fn built(tables: &Value, password: &str) -> Result<Connector, Vec<Misconfigured>> {
    let options = serde_json::from_value(tables.clone()).unwrap();
    Portal::build(options, &Premises::new().with("PASSWORD", password))
}

/// A channel, and what was stored of it.
pub(crate) struct Channel {
    tables: Value,
    pub(crate) connector: Connector,
    pub(crate) after: Option<Cursor>,
    pub(crate) kept: Option<Keepsake>,
    session: Option<Keepsake>,
}

impl Channel {
    pub(crate) fn of(office: &Office, change: impl FnOnce(&mut Value)) -> Self {
        let mut tables = tables(&office.url());
        change(&mut tables);
        let connector = built(&tables, PASSWORD).unwrap();
        Self { tables, connector, after: None, kept: None, session: None }
    }

    pub(crate) fn attended(&self) -> &dyn Attended {
        self.connector.attended.as_deref().unwrap()
    }

    /// Keeps the session as the gateway does, dies, and begins anew with this password.
    pub(crate) fn restart(&mut self, password: &str) {
        self.session = self.attended().keepsake().or(self.session.take());
        self.connector = built(&self.tables, password).unwrap();
        if let Some(kept) = &self.session {
            self.attended().adopt(kept);
        }
    }

    pub(crate) async fn poll(&mut self) -> Result<Page, Fault> {
        let poll = self.connector.poll.as_ref().unwrap();
        let page = poll.poll(self.after.as_ref(), self.kept.as_ref()).await?;
        self.after = page.next.clone().or(self.after.take());
        self.kept = page.keep.clone().or(self.kept.take());
        Ok(page)
    }

    /// The items of one walk.
    pub(crate) async fn walk(&mut self) -> Vec<Item> {
        let mut seen = Vec::new();
        for _ in 0..200 {
            let page = self.poll().await.unwrap();
            seen.extend(page.items);
            if !page.more {
                return seen;
            }
        }
        panic!("no end")
    }

    /// The numbers of one walk.
    pub(crate) async fn numbers(&mut self) -> Vec<String> {
        self.walk().await.iter().map(|item| submission(item).external_id.to_string()).collect()
    }
}

pub(crate) fn submission(item: &Item) -> &Submission {
    match item {
        Item::Submission(one) => one,
        Item::Unreadable(one) => panic!("unreadable: {}", one.reason.en),
    }
}

pub(crate) fn listed(office: &Office) -> Vec<String> {
    office.numbers().into_iter().flatten().collect()
}

pub(crate) fn number(serial: u64) -> String {
    format!("SP2026{serial:07}")
}
