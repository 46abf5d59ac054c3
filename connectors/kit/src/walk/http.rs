//! HTTP: one GET of the address, by the client that requests leave by, without who we are; and what its head says.

use std::time::Duration;

use ::http::{Method, StatusCode, header};
use huiliu_contract::{Fault, Step, Went};
use jiff::Timestamp;
use tokio::time::timeout;

use super::{Way, clock, end, note};
use crate::client::{Answer, Client};

/// Asks, and notes the step and that of the clocks.
pub(super) async fn ask(way: &Way, client: &Client, limit: Duration, steps: &mut Vec<Step>) -> Result<(), ()> {
    let before = Timestamp::now();
    let request = client.request(Method::GET, way.url.clone());
    let answer = match timeout(limit, client.send(request)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(fault)) => return end(steps, broken(&fault)),
        Err(_) => {
            let seconds = limit.as_secs();
            let step = Step::new(
                "http",
                Went::Wrong,
                format!("the connection stands, and no answer came within {seconds} s"),
                format!("连上了,但 {seconds} 秒没有等到应答"),
            );
            return end(steps, step.remedy("ask whether the far side's program hangs", "问对方程序是不是卡住了"));
        }
    };
    let after = Timestamp::now();
    note(steps, judged(way, &answer))?;
    match clock::step(&answer.headers, before, after, way.window) {
        Some(step) => note(steps, step),
        None => Ok(()),
    }
}

fn broken(fault: &Fault) -> Step {
    let step = Step::new("http", Went::Wrong, fault.to_string(), format!("连上了,但没有等到完整的 HTTP 应答({fault})"));
    step.remedy(
        "check the port: what listens there speaks no HTTP, or cuts the line",
        "核对端口:那里听着的不是 HTTP,或者中途断开",
    )
}

fn judged(way: &Way, answer: &Answer) -> Step {
    let status = answer.status;
    let server = answer.headers.get(header::SERVER).and_then(|value| value.to_str().ok());
    let server: String = server.unwrap_or_default().chars().filter(|c| !c.is_control()).take(60).collect();
    let (en, zh) = match server.as_str() {
        "" => (format!("status {}", status.as_u16()), format!("状态 {}", status.as_u16())),
        name => (format!("status {}, {name}", status.as_u16()), format!("状态 {},{name}", status.as_u16())),
    };
    if let Some(to) = leads_away(way, answer) {
        return Step::new(
            "http",
            Went::Mind,
            format!("{en}, redirected to the host {to}"),
            format!("{zh},转到了另一个主机 {to}"),
        )
        .remedy(
            "if that host is the far side's, write it into `allow_hosts`; else the address is not the right one",
            "是对方的主机就写进 allow_hosts;不是的话,地址不对",
        );
    }
    match status {
        StatusCode::PROXY_AUTHENTICATION_REQUIRED => Step::new("http", Went::Wrong, en, zh).remedy(
            "the proxy wants to know who we are: write `user` and `password` beside its `url`",
            "代理要用户名密码:在 proxy 里写 user 和 password",
        ),
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
            Step::new("http", Went::Wrong, en, zh).remedy(
                "something in front of the far side answers, but what is behind does not: ask its people",
                "对方前面的网关在应答,后面的程序没有:问对方",
            )
        }
        status if status.is_server_error() => Step::new("http", Went::Mind, en, zh).remedy(
            "an error over there for the bare address; the real requests may fare better",
            "光访问地址对方就出错;真正的请求也许没事",
        ),
        // Refused or not there: nothing but the bare address was asked for.
        _ => Step::new("http", Went::Right, en, zh),
    }
}

/// The host to which a redirect leads that is not followed.
fn leads_away(way: &Way, answer: &Answer) -> Option<String> {
    let to = answer.headers.get(header::LOCATION).filter(|_| answer.status.is_redirection())?.to_str().ok()?;
    let to = way.url.join(to).ok()?;
    let host = to.host_str()?.to_owned();
    (!way.hosts.contains(&host)).then_some(host)
}
