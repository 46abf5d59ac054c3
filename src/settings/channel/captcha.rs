//! `[login.captcha]`, the part that is the gateway's: when people can be asked to log in. What the picture is, and how it is
//! answered, is the kind's.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::document::Document;
use super::super::{Mistake, Presence, Text, TimeOfDay};

/// When people can be asked for a login.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CaptchaTable {
    /// When people are there who can be asked to log in; absent is always.
    #[schemars(extend("x-zh" = "什么时候有人看验证码;只在这些时段告警。不写就是随时"))]
    pub hours: Option<Presence>,
    /// At this time a fresh login is asked for if the session would end before people are there again. Where they leave
    /// earlier that day, half an hour before that. Only with `hours`.
    #[schemars(extend("x-zh" = "下班前几点看:登录撑不到下次有人时,请人趁还在重新登录一次;当天下班更早就提前半小时。要和 hours 一起写"))]
    pub before_leaving: Option<TimeOfDay>,
}

/// What no schema says: whoever leaves must have been there.
pub(super) fn check(document: &Document) -> Option<Mistake> {
    let table = document.value().pointer("/login/captcha")?.as_object()?;
    (table.contains_key("before_leaving") && !table.contains_key("hours")).then(|| {
        let text = Text::new(
            "写了 before_leaving,没有写 hours:不知道人什么时候在",
            "`before_leaving` is written without `hours`: nothing says when people are there",
        );
        let remedy = Text::new(
            "写上 hours,例如 hours = \"workdays 08:00-18:00; holidays 09:00-17:00\",或删掉 before_leaving",
            "write for example hours = \"workdays 08:00-18:00; holidays 09:00-17:00\", or delete `before_leaving`",
        );
        document.mistake_of_key("login.captcha.before_leaving", text).remedy(remedy)
    })
}
