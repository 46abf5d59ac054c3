//! From options to a mailer: everything is compiled and checked here, once, and all mistakes are told together.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use huiliu_contract::{Misconfigured, Secret, Site};
use huiliu_kit::auth::User;
use huiliu_kit::mistakes::Mistakes;
use huiliu_kit::route::{Ends, Route, RouteOptions, Trust};
use huiliu_kit::walk::Way;
use lettre::message::Mailbox;
use tokio::sync::Mutex;
use url::Url;

use crate::dkim::Dkim;
use crate::mailer::Mailer;
use crate::options::{MailerOptions, Sender, Tls};
use crate::smtp::{Door, Who};

/// Builds it; keys are dotted from `section`.
pub(crate) fn mailer(written: &MailerOptions, section: &str, site: &dyn Site) -> Result<Mailer, Vec<Misconfigured>> {
    let mut wrong = Mistakes::default();
    let from = from(written, section, &mut wrong);
    sender(&written.envelope_sender, section, &mut wrong);
    let who = who(written, section, site, &mut wrong);
    let helo = written.helo.as_ref().map(|name| name.trim().to_owned());
    let named = |name: &String| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
    };
    if helo.as_ref().is_some_and(|name| !named(name)) {
        wrong.tell(
            &format!("{section}.helo"),
            "a host name is needed, such as mail.example.gov.cn",
            "要写主机名,例如 mail.example.gov.cn",
        );
    }
    let limit = written.timeout.map_or(Duration::from_secs(30), |timeout| timeout.0);
    if !(Duration::from_secs(1)..=Duration::from_secs(120)).contains(&limit) {
        wrong.tell(&format!("{section}.timeout"), "a time from 1s to 2m is needed", "要在 1s 到 2m 之间");
    }
    let way = way(written, section, site, &mut wrong);
    let trust = way.as_ref().and_then(|way| trust(written, way, section, &mut wrong));
    let home = from.as_ref().map(|from| from.email.domain().to_lowercase());
    let dkim = written.dkim.as_ref().and_then(|dkim| Dkim::read(dkim, section, home.as_deref(), site, &mut wrong));
    let wrong = wrong.into_vec();
    let (Some(from), Some(way), true) = (from, way, wrong.is_empty()) else { return Err(wrong) };
    let door = Arc::new(Door { way, tls: written.tls, trust, who, helo, limit });
    Ok(Mailer { door, from, sender: written.envelope_sender.clone(), dkim, idle: Mutex::new(None) })
}

fn from(written: &MailerOptions, section: &str, wrong: &mut Mistakes) -> Option<Mailbox> {
    let Ok(address) = written.from.trim().parse() else {
        wrong.tell(
            &format!("{section}.from"),
            "this is no mail address, such as hotline@example.gov.cn",
            "这不是邮箱地址;例如 hotline@example.gov.cn",
        );
        return None;
    };
    let name = written.from_name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    if name.is_some_and(|name| name.chars().any(char::is_control)) {
        wrong.tell(&format!("{section}.from_name"), "a name is one line", "名称只能有一行");
        return None;
    }
    Some(Mailbox::new(name.map(str::to_owned), address))
}

fn sender(sender: &Sender, section: &str, wrong: &mut Mistakes) {
    let Sender::Bounce(before, behind) = sender else { return };
    // The longest token that is ever put in.
    if format!("{before}{}{behind}", "0".repeat(20)).parse::<lettre::Address>().is_err() {
        wrong.tell(
            &format!("{section}.envelope_sender"),
            "with 20 digits in place of `{token}` this is no mail address; write one such as `bounce+{token}@example.gov.cn`",
            "{token} 换成20位数字以后不是邮箱地址;写 bounce+{token}@example.gov.cn 这样的",
        );
    }
}

/// Who we are there; none where nobody logs in.
fn who(written: &MailerOptions, section: &str, site: &dyn Site, wrong: &mut Mistakes) -> Option<Who> {
    let key = |name: &str| format!("{section}.{name}");
    let user = written.user.as_ref().and_then(|user| match user {
        User::Plain(name) => Some(Secret::new(name.clone())),
        User::Secret(at) => wrong.take(site.secret(&key("user"), at)),
    });
    let password = written.password.as_ref().and_then(|at| wrong.take(site.secret(&key("password"), at)));
    let token = written.xoauth2.as_ref().and_then(|at| wrong.take(site.secret(&key("xoauth2"), at)));
    let proofs = usize::from(written.password.is_some()) + usize::from(written.xoauth2.is_some());
    match (&written.user, proofs) {
        (None, 0) | (Some(_), 1) => {}
        (None, _) => wrong.tell(&key("user"), "a password without a user logs in nobody", "写了密码没写账号"),
        (Some(_), 0) => wrong.tell(
            &key("password"),
            "`password` (or `xoauth2`) is needed beside `user`; delete `user` where nobody logs in",
            "写了账号,还要写 password 或 xoauth2;不用登录的把 user 删掉",
        ),
        (Some(_), _) => wrong.tell(&key("xoauth2"), "`password` or `xoauth2`, not both", "password、xoauth2 只写一个"),
    }
    let (user, token) = (user?, token.map(|token| (token, true)));
    let (proof, token) = token.or_else(|| password.map(|password| (password, false)))?;
    Some(Who { user, proof, token })
}

fn way(written: &MailerOptions, section: &str, site: &dyn Site, wrong: &mut Mistakes) -> Option<Way> {
    let host = written.host.trim().to_lowercase();
    let loopback = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if written.tls == Tls::None && !loopback {
        wrong.tell(
            &format!("{section}.tls"),
            "`none` is for a server on this machine only: whoever is on the way would read password and mails; write `tls` or `starttls`",
            "none 只许服务器就在本机:不加密,路上的人能看见密码和信;改成 tls 或 starttls",
        );
    }
    let (scheme, usual) = match written.tls {
        Tls::Tls => ("smtps", 465),
        Tls::Starttls => ("smtp", 587),
        Tls::None => ("smtp", 25),
    };
    let bracketed = if host.contains(':') { format!("[{host}]") } else { host.clone() };
    let port = written.port.unwrap_or(usual);
    let url = Url::parse(&format!("{scheme}://{bracketed}:{port}")).ok();
    let whole = |url: &Url| url.path().is_empty() && url.host_str().is_some_and(|known| known == bracketed);
    let Some(url) = url.filter(|url| whole(url) && !host.is_empty()) else {
        wrong.tell(
            &format!("{section}.host"),
            "a host name or an IP address is needed, without a port; the port is `port`",
            "要写主机名或 IP 地址,不带端口;端口写在 port",
        );
        return None;
    };
    let route = RouteOptions {
        ca_file: written.ca_file.clone(),
        pin: written.pin.clone(),
        proxy: None,
        resolve: written.resolve.clone(),
        bind: written.bind.clone(),
    };
    let route = Route::read(&route, Ends { section, url: Some(&url), hosts: &[] }, site, wrong);
    Some(Way { url, route, hosts: vec![host], window: None })
}

fn trust(
    written: &MailerOptions,
    way: &Way,
    section: &str,
    wrong: &mut Mistakes,
) -> Option<(Trust, Arc<rustls::ClientConfig>)> {
    if written.tls == Tls::None {
        if written.ca_file.is_some() || !written.pin.is_empty() {
            wrong.tell(
                &format!("{section}.tls"),
                "without TLS no certificate is looked at; write `tls` or `starttls`, or delete `ca_file` and `pin`",
                "不加密就不看证书;写 tls 或 starttls,或删掉 ca_file、pin",
            );
        }
        return None;
    }
    let trust = wrong.take(Trust::read(&way.route, &format!("{section}.ca_file")))?;
    match trust.client() {
        Ok(config) => Some((trust, config)),
        Err(error) => {
            wrong.tell(&format!("{section}.tls"), &format!("no TLS can be spoken: {error}"), "建立不了加密连接");
            None
        }
    }
}
