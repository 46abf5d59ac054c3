//! What an operator may write about logging in.

use std::collections::BTreeMap;

use huiliu_contract::Period;
use schemars::JsonSchema;
use serde::Deserialize;

/// `[login]`
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// Path of the page with the login form; its hidden fields go along.
    #[serde(default)]
    #[schemars(extend("x-zh" = "登录页的路径;它的隐藏字段会一起带上"))]
    pub page: Option<String>,
    /// Path that the login is posted to, where a script does so; the form's own when absent.
    #[serde(default)]
    #[schemars(extend("x-zh" = "登录提交到的路径;不写就按登录页表单自己的"))]
    pub post: Option<String>,
    /// The names of the form's boxes.
    #[schemars(extend("x-zh" = "登录表单里各个框的名字"))]
    pub form: LoginForm,
    /// Further fields that a script adds: names and values.
    #[serde(default)]
    #[schemars(extend("x-zh" = "登录时另外要带的字段"))]
    pub send: BTreeMap<String, String>,
    /// What the page's script makes of the password before it is sent; `plain` when absent.
    #[serde(default)]
    #[schemars(extend("x-zh" = "密码提交前怎么变:plain 原样、md5、sm3、base64"))]
    pub password_as: PasswordAs,
    /// The picture that a person reads; without it logins need nobody.
    #[serde(default)]
    #[schemars(extend("x-zh" = "验证码;不写就是登录不要验证码"))]
    pub captcha: Option<Captcha>,
    /// Words of which one is shown once logged in; without them, that the login form is gone is the sign.
    #[serde(default)]
    #[schemars(extend("x-zh" = "登录成功后页面上有的字(有其一);不写就看登录框还在不在"))]
    pub done_when: Vec<String>,
    /// Words that say that name or password are wrong, or that the account is locked.
    #[serde(default)]
    #[schemars(extend("x-zh" = "账号密码不对、账号被锁时页面上的字"))]
    pub refused_when: Vec<String>,
    /// After how many wrong answers to the picture the login rests until a person resumes it; 2 when absent. One refused
    /// password is enough.
    #[serde(default)]
    #[schemars(extend("x-zh" = "验证码连错几次就停下等人,默认2;密码错一次就停"))]
    pub tries: Option<u32>,
    /// What keeps the session alive while nothing else is asked.
    #[serde(default)]
    #[schemars(extend("x-zh" = "没事时怎么保持在线"))]
    pub keep_alive: Option<KeepAlive>,
    /// Words of which one is shown where the session is over, whatever the status.
    #[serde(default)]
    #[schemars(extend("x-zh" = "页面出现这些字(有其一)就是掉线了"))]
    pub lost_when: Vec<String>,
    /// How it is told that somebody else uses the account, and for how long they are left alone.
    #[serde(default)]
    #[schemars(extend("x-zh" = "账号在别处登录时怎么办:让他先用"))]
    pub kicked: Option<Kicked>,
    /// How long a session holds at the longest, whatever is done.
    #[serde(default)]
    #[schemars(extend("x-zh" = "一次登录最多管多久"))]
    pub lasts: Option<Period>,
}

/// The names of the boxes of a login form.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LoginForm {
    /// The box for the account's name.
    #[schemars(extend("x-zh" = "账号框的名字"))]
    pub user: String,
    /// The box for the password.
    #[schemars(extend("x-zh" = "密码框的名字"))]
    pub password: String,
    /// The box for what the picture shows.
    #[serde(default)]
    #[schemars(extend("x-zh" = "验证码框的名字"))]
    pub captcha: Option<String>,
}

/// What a page's script makes of a password.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PasswordAs {
    /// Nothing.
    #[default]
    #[schemars(extend("x-zh" = "原样"))]
    Plain,
    /// Its MD5, hexadecimal in small letters.
    #[schemars(extend("x-zh" = "MD5(小写十六进制)"))]
    Md5,
    /// Its SM3, hexadecimal in small letters.
    #[schemars(extend("x-zh" = "SM3(小写十六进制)"))]
    Sm3,
    /// Base64 of it.
    #[schemars(extend("x-zh" = "Base64"))]
    Base64,
}

/// A picture with letters that a person reads.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Captcha {
    /// Path of the picture; `{now}` stands for the time, where each picture has its own address.
    #[schemars(extend("x-zh" = "验证码图片的路径;可用 {now} 当前时间"))]
    pub image: String,
    /// For how long an answer is taken.
    #[serde(default)]
    #[schemars(extend("x-zh" = "验证码多久内有效"))]
    pub valid: Option<Period>,
    /// Words that say that the answer was wrong or came too late; the usual ones when absent. Without a sign of it a login
    /// that fails counts as a refused password.
    #[serde(default)]
    #[schemars(extend("x-zh" = "验证码填错、过期时页面上的字;不写就认常见的几种"))]
    pub wrong_when: Vec<String>,
}

/// What keeps a session alive.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeepAlive {
    /// Path of a harmless page.
    #[schemars(extend("x-zh" = "打开哪一页"))]
    pub get: String,
    /// After how long a silence it is asked for; 1m or more.
    #[schemars(extend("x-zh" = "隔多久没动静就打开一次"))]
    pub every: Period,
}

/// Somebody else uses the account.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Kicked {
    /// Words of which one is shown then.
    #[schemars(extend("x-zh" = "页面上的字"))]
    pub when: Vec<String>,
    /// For how long nothing is asked there; 30m when absent.
    #[serde(default)]
    #[schemars(extend("x-zh" = "让多久,默认30m"))]
    pub wait: Option<Period>,
}
