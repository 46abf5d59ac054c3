//! The login, compiled.

use std::time::Duration;

use huiliu_contract::{Secret, Site};
use huiliu_kit::auth::User;
use huiliu_kit::line::Base;
use huiliu_kit::mistakes::Mistakes;
use url::Url;

use super::needs_words;
use crate::options::{Captcha, KeepAlive, Login, Options};
use crate::seen::Signs;
use crate::session::{CaptchaRule, LoginRule, as_sent};

/// Signs that a picture was read wrongly, as most back ends say it.
const WRONG: [&str; 8] = [
    "验证码错误",
    "验证码不正确",
    "验证码有误",
    "验证码输入错误",
    "验证码已过期",
    "验证码过期",
    "验证码失效",
    "验证码已失效",
];

/// How long a colleague is left alone.
const WAIT: Duration = Duration::from_secs(30 * 60);

/// What is used of a login: the rule, its signs, and whose it is.
pub(super) type Compiled = (Option<LoginRule>, Signs, (String, String));

/// Compiles it; none if anything was wrong.
pub(super) fn rule(options: &Options, base: &Base, site: &dyn Site, wrong: &mut Mistakes) -> Option<Compiled> {
    let connect = &options.connect;
    let Some(login) = &options.login else {
        for (written, key) in
            [(connect.user.is_some(), "connect.user"), (connect.password.is_some(), "connect.password")]
        {
            if written {
                wrong.tell(
                    key,
                    "nobody logs in; write `[login]`, or delete this",
                    "没有写怎么登录;请写 [login],或删掉这一项",
                );
            }
        }
        return Some(Compiled::default());
    };
    let before = wrong.count();
    let user = user(connect.user.as_ref(), site, wrong);
    let password = match &connect.password {
        Some(at) => wrong.take(site.secret("connect.password", at)),
        None => {
            wrong.tell("connect.password", "a login needs a password", "登录要密码;请写 password = { file = … }");
            None
        }
    };
    let page = address(login.page.as_ref(), "login.page", base, wrong);
    let post = address(login.post.as_ref(), "login.post", base, wrong);
    if login.page.is_none() && login.post.is_none() {
        wrong.tell(
            "login.page",
            "the page with the login form is needed, or `post`",
            "要写登录页 page,或提交到的 post",
        );
    }
    signs(login, wrong);
    let captcha = captcha(login, wrong);
    let keep_alive = login.keep_alive.as_ref().and_then(|keep| kept_alive(keep, base, wrong));
    let tries = login.tries.unwrap_or(2);
    if !(1..=5).contains(&tries) {
        wrong.tell("login.tries", "1 to 5 are allowed: more may lock the account", "只能写 1 到 5,再多账号会被锁");
    }
    let wait = login.kicked.as_ref().map_or(WAIT, |kicked| kicked.wait.map_or(WAIT, |wait| wait.0));
    let (user, password) = user.zip(password).filter(|_| wrong.count() == before)?;
    let blind = |text: &str| hex::encode(site.blind().blind("portal account", text.as_bytes()));
    let whose = (blind(user.expose()), blind(&format!("{}\0{}", user.expose(), password.expose())));
    let signs = Signs {
        login: page.clone(),
        password: Some(login.form.password.clone()),
        lost: login.lost_when.clone(),
        kicked: login.kicked.as_ref().map(|kicked| kicked.when.clone()).unwrap_or_default(),
    };
    let refused = login.refused_when.iter().cloned().chain(["密码错误".to_owned(), "密码不正确".to_owned()]).collect();
    let rule = LoginRule {
        page,
        post,
        user_box: login.form.user.clone(),
        password_box: login.form.password.clone(),
        send: login.send.clone().into_iter().collect(),
        password: as_sent(&password, login.password_as),
        user,
        captcha,
        done: login.done_when.clone(),
        refused,
        keep_alive,
        tries,
        lasts: login.lasts.map(|lasts| lasts.0),
        wait,
    };
    Some((Some(rule), signs, whose))
}

fn user(user: Option<&User>, site: &dyn Site, wrong: &mut Mistakes) -> Option<Secret> {
    match user {
        Some(User::Plain(name)) => Some(Secret::new(name.clone())),
        Some(User::Secret(at)) => wrong.take(site.secret("connect.user", at)),
        None => {
            wrong.tell("connect.user", "a login needs a name", "登录要账号;请写 user");
            None
        }
    }
}

/// An address without placeholders.
pub(super) fn address(path: Option<&String>, key: &str, base: &Base, wrong: &mut Mistakes) -> Option<Url> {
    let template = wrong.take(base.join(path?, key, &[]))?;
    let url = Url::parse(&template.to_text(&[])).ok();
    if url.is_none() {
        wrong.tell(key, "this makes no address", "这里写的拼不成网址");
    }
    url
}

fn signs(login: &Login, wrong: &mut Mistakes) {
    needs_words(&login.lost_when, "login.lost_when", wrong);
    needs_words(&login.done_when, "login.done_when", wrong);
    needs_words(&login.refused_when, "login.refused_when", wrong);
    if let Some(kicked) = &login.kicked {
        needs_words(&kicked.when, "login.kicked.when", wrong);
        if kicked.when.is_empty() {
            wrong.tell("login.kicked.when", "no words are written", "要写被挤下线时页面上的字");
        }
    }
}

fn captcha(login: &Login, wrong: &mut Mistakes) -> Option<CaptchaRule> {
    let Some(Captcha { image, valid, wrong_when }) = &login.captcha else {
        if login.form.captcha.is_some() {
            wrong.tell(
                "login.form.captcha",
                "no picture is declared for this box; write `login.captcha`, or delete this",
                "没有写验证码图片;请写 login.captcha,或删掉这一项",
            );
        }
        return None;
    };
    needs_words(wrong_when, "login.captcha.wrong_when", wrong);
    let Some(field) = &login.form.captcha else {
        wrong.tell("login.form.captcha", "the box for the picture's answer is needed", "要写验证码框的名字");
        return None;
    };
    let said = if wrong_when.is_empty() { WRONG.map(str::to_owned).to_vec() } else { wrong_when.clone() };
    Some(CaptchaRule { image: image.clone(), field: field.clone(), valid: valid.map(|valid| valid.0), wrong: said })
}

fn kept_alive(keep: &KeepAlive, base: &Base, wrong: &mut Mistakes) -> Option<(Url, Duration)> {
    if keep.every.0 < Duration::from_secs(60) {
        wrong.tell("login.keep_alive.every", "1m or more is needed: it is their machine", "要 1m 以上,别给对方添负担");
    }
    let url = address(Some(&keep.get), "login.keep_alive.get", base, wrong)?;
    Some((url, keep.every.0))
}
