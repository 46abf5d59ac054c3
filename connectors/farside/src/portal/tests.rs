//! What the back end itself must do, so that nobody blames the gateway for it.

use reqwest::redirect::Policy;

use super::*;

/// A browser without a memory of its own: its cookie is what the far side said last.
struct Browser {
    client: reqwest::Client,
    url: String,
    cookie: Option<String>,
}

impl Browser {
    fn at(portal: &Portal) -> Self {
        let client = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
        Self { client, url: portal.url(), cookie: None }
    }

    async fn ask(&mut self, path: &str, form: Option<&[(&str, &str)]>) -> (u16, String) {
        let url = format!("{}{path}", self.url);
        let mut request = match form {
            Some(form) => self.client.post(url).form(form),
            None => self.client.get(url),
        };
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", format!("JSESSIONID={cookie}"));
        }
        let answer = request.send().await.unwrap();
        if let Some(set) = answer.headers().get("set-cookie") {
            self.cookie = set.to_str().unwrap().split([';', '=']).nth(1).map(str::to_owned);
        }
        (answer.status().as_u16(), String::from_utf8_lossy(&answer.bytes().await.unwrap()).into_owned())
    }

    async fn log_in(&mut self, portal: &Portal, password: &str, captcha: Option<&str>) -> u16 {
        let (_, page) = self.ask("login.jsp", None).await;
        let ticket = page.split("name=\"lt\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        self.ask("captcha.jpg", None).await;
        let code = captcha.map_or_else(|| portal.captcha().unwrap_or_default(), str::to_owned);
        let form = [("lt", ticket.as_str()), ("loginName", "hotline"), ("loginPwd", password), ("verifyCode", &code)];
        self.ask("login.do", Some(&form)).await.0
    }
}

#[tokio::test]
async fn a_session_is_one_an_account_and_ends_in_its_ways() {
    let options = PortalOptions { idle: Some(Duration::from_secs(600)), ..PortalOptions::new(3) };
    let portal = Portal::start(options).await.unwrap();
    let mut first = Browser::at(&portal);
    assert!(first.ask("letter/list.jsp", None).await.1.contains("请重新登录"));
    assert_eq!(first.log_in(&portal, PASSWORD, None).await, 302);
    assert!(first.ask("letter/list.jsp", None).await.1.contains("SP20260000003"));
    portal.pass(Duration::from_secs(601));
    assert!(first.ask("letter/list.jsp", None).await.1.contains("请重新登录"));
    first.log_in(&portal, PASSWORD, None).await;
    portal.colleague_logs_in();
    assert!(first.ask("letter/list.jsp", None).await.1.contains("账号已在别处登录"));
    assert!(first.ask("letter/list.jsp", None).await.1.contains("请重新登录"), "it is told once");
    assert_eq!((portal.logins(), portal.stats().lists, portal.stats().strangers), (2, 5, 4));
}

#[tokio::test]
async fn a_captcha_is_good_once_and_for_a_while_and_five_wrong_passwords_lock() {
    let options = PortalOptions { captcha: Some(Duration::from_secs(90)), ..PortalOptions::new(0) };
    let portal = Portal::start(options).await.unwrap();
    let mut browser = Browser::at(&portal);
    assert_eq!(browser.log_in(&portal, PASSWORD, Some("no")).await, 200);
    assert_eq!(browser.log_in(&portal, PASSWORD, None).await, 302);
    for _ in 0..5 {
        Browser::at(&portal).log_in(&portal, "wrong", None).await;
    }
    assert_eq!(Browser::at(&portal).log_in(&portal, PASSWORD, None).await, 200);
    let went: Vec<_> = portal.tried().iter().map(|tried| tried.went).collect();
    assert_eq!(went, ["captcha", "in", "password", "password", "password", "password", "password", "locked"]);
    assert!(portal.stats().locked);
}

#[tokio::test]
async fn a_form_is_taken_once() {
    let portal = Portal::start(PortalOptions::new(1)).await.unwrap();
    let mut browser = Browser::at(&portal);
    browser.log_in(&portal, PASSWORD, None).await;
    let (_, page) = browser.ask("letter/finish.jsp?id=SP20260000001", None).await;
    let token = page.split("name=\"token\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let form = [("token", token.as_str()), ("id", "SP20260000001"), ("act", "finish"), ("replyContent", "已修复")];
    assert!(browser.ask("letter/save.do", Some(&form)).await.1.contains("提交成功"));
    assert!(browser.ask("letter/save.do", Some(&form)).await.1.contains("请勿重复提交"));
    let told = portal.told("SP20260000001");
    assert_eq!((told.len(), portal.state("SP20260000001").as_deref()), (1, Some("已办结")));
    assert_eq!(told[0].body["replyContent"], "已修复");
}
