//! The certificate: whose it is, who signed it, how long it holds, and what the ordinary check says of it.

use huiliu_contract::{Step, Went};
use jiff::Timestamp;
use rustls::{CertificateError, Error};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate, X509Name};

use super::shake::Shown;
use super::{Way, end, note};
use crate::route::Pin;

/// A certificate that ends so soon is told of.
const SOON: i64 = 30;

/// What stands in a certificate.
struct Read {
    names: Vec<String>,
    issuer: String,
    own: bool,
    from: i64,
    until: i64,
}

/// Judges it and notes the step.
pub(super) fn judge(way: &Way, shown: &Shown, steps: &mut Vec<Step>) -> Result<(), ()> {
    let Some(own) = shown.chain.first() else { return Err(()) };
    let read = read(own);
    let prints = prints(own);
    match (&shown.verdict, &way.route.pinned) {
        (Ok(()), Some(_)) => note(steps, pinned(way, read.as_ref())),
        (Ok(()), None) => note(steps, trusted(read.as_ref())),
        (Err(_), Some(_)) => end(steps, another(&prints)),
        (Err(error), None) => end(steps, refused(way, error, read.as_ref(), &prints)),
    }
}

/// When the far side's own certificate ends.
pub(super) fn ends(shown: &Shown) -> Option<Timestamp> {
    Timestamp::from_second(read(shown.chain.first()?)?.until).ok()
}

fn read(der: &[u8]) -> Option<Read> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let alternative = certificate.subject_alternative_name().ok().flatten();
    let names = alternative.into_iter().flat_map(|names| &names.value.general_names).filter_map(|name| match name {
        GeneralName::DNSName(name) => Some(clean(name)),
        GeneralName::IPAddress(bytes) => address(bytes),
        _ => None,
    });
    let mut names: Vec<_> = names.collect();
    if names.is_empty() {
        names.push(spoken(certificate.subject()));
    }
    Some(Read {
        names,
        issuer: spoken(certificate.issuer()),
        own: certificate.subject() == certificate.issuer(),
        from: certificate.validity().not_before.timestamp(),
        until: certificate.validity().not_after.timestamp(),
    })
}

/// The common name, or else the organisation, or else the whole name.
fn spoken(name: &X509Name<'_>) -> String {
    let common = name.iter_common_name().chain(name.iter_organization()).find_map(|part| part.as_str().ok());
    common.map_or_else(|| clean(&name.to_string()), clean)
}

fn address(bytes: &[u8]) -> Option<String> {
    let four = <[u8; 4]>::try_from(bytes).map(|octets| std::net::IpAddr::from(octets).to_string());
    four.or_else(|_| <[u8; 16]>::try_from(bytes).map(|octets| std::net::IpAddr::from(octets).to_string())).ok()
}

/// In one line and cut short: anybody can write anything into a certificate.
fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(120).collect()
}

fn day(second: i64) -> String {
    Timestamp::from_second(second).map_or_else(|_| "?".into(), |at| at.strftime("%Y-%m-%d").to_string())
}

fn days_left(read: &Read) -> i64 {
    (read.until - Timestamp::now().as_second()).div_euclid(86_400)
}

fn said(read: &Read) -> (String, String) {
    let (names, issuer, until, days) = (read.names.join(", "), &read.issuer, day(read.until), days_left(read));
    (
        format!("of {names}, signed by {issuer}, until {until} ({days} days)"),
        format!("{names},签发者 {issuer},到 {until}(还有 {days} 天)"),
    )
}

fn trusted(read: Option<&Read>) -> Step {
    let Some(read) = read else {
        return Step::new("certificate", Went::Right, "trusted", "可信");
    };
    let (en, zh) = said(read);
    match days_left(read) < SOON {
        false => Step::new("certificate", Went::Right, en, zh),
        true => Step::new("certificate", Went::Mind, en, zh)
            .remedy("it ends soon; ask the far side to renew it", "快到期了,请对方换证书"),
    }
}

/// Exactly this key is trusted; what its name and time would say otherwise is told, and refuses nothing.
fn pinned(way: &Way, read: Option<&Read>) -> Step {
    let Some(read) = read else {
        return Step::new("certificate", Went::Right, "the pinned one", "是 pin 写明的那一张");
    };
    let (mut en, mut zh) = said(read);
    let now = Timestamp::now().as_second();
    let mut odd = false;
    let mut add = |more_en: &str, more_zh: &str| {
        odd = true;
        en.push_str(&format!("; {more_en}"));
        zh.push_str(&format!(";{more_zh}"));
    };
    if now > read.until {
        add("it has ended", "已过期");
    } else if now < read.from {
        add("it does not hold yet", "还没生效");
    }
    if !is_named(read, way.url.host_str().unwrap_or_default()) {
        add("it does not name this host", "上面没有这个主机名");
    }
    let went = if odd { Went::Mind } else { Went::Right };
    Step::new("certificate", went, format!("the pinned one: {en}"), format!("是 pin 写明的那一张:{zh}"))
}

fn is_named(read: &Read, host: &str) -> bool {
    let host = crate::route::tls::bare(host);
    read.names.iter().any(|name| match name.strip_prefix('*') {
        Some(rest) => host.find('.').is_some_and(|dot| host[dot..].eq_ignore_ascii_case(rest)),
        None => name.eq_ignore_ascii_case(host),
    })
}

/// Both fingerprints of a certificate, in both languages.
fn prints(der: &[u8]) -> (String, String) {
    let (spoken, key) = (Pin::of_certificate(der).spoken(), Pin::of_key(der));
    let pin = key.unwrap_or_else(|| Pin::of_certificate(der));
    (
        format!(
            "its SHA-256 fingerprint is {spoken}; compare it by telephone with the far side's people, digit by digit, and only \
             then write pin = [\"{pin}\"]"
        ),
        format!("它的 SHA-256 指纹是 {spoken};打电话和对方逐位核对,一致才写 pin = [\"{pin}\"]"),
    )
}

fn another((en, zh): &(String, String)) -> Step {
    Step::new(
        "certificate",
        Went::Wrong,
        "it is none of those in `pin`: the far side has a new one, or somebody stands in between",
        "不是 pin 写明的那一张:对方换了证书,或者中间有人冒充",
    )
    .remedy(format!("{en}, beside the old one until that is gone"), format!("{zh},和旧的一起写,等旧的不用了再删"))
}

fn refused(way: &Way, error: &Error, read: Option<&Read>, (en, zh): &(String, String)) -> Step {
    let host = way.url.host_str().unwrap_or_default();
    let step = |en: String, zh: String| Step::new("certificate", Went::Wrong, en, zh);
    let (about_en, about_zh) = read.map(said).unwrap_or_default();
    let Error::InvalidCertificate(why) = error else {
        return step(format!("it cannot be judged ({error})"), format!("证书看不明白({error})"));
    };
    match why {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            let until = read.map(|read| day(read.until)).unwrap_or_default();
            step(format!("it ended on {until}"), format!("{until} 就过期了")).remedy(
                "ask the far side to renew it; look at this machine's date too",
                "请对方换证书;也看看本机的日期对不对",
            )
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            let from = read.map(|read| day(read.from)).unwrap_or_default();
            step(format!("it holds from {from} on only"), format!("{from} 才生效"))
                .remedy("look at this machine's date first", "先看本机的日期对不对")
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            let names = read.map(|read| read.names.join(", ")).unwrap_or_default();
            step(
                format!("it is for {names}, and the address says {host}"),
                format!("证书是 {names} 的,地址写的是 {host}"),
            )
            .remedy(
                format!(
                    "write the name that the certificate has into `url`, and its address into `resolve` if that name is not known; \
                     or {en}"
                ),
                format!("地址改写证书上的域名(解析不到就写 resolve);或者,{zh}"),
            )
        }
        // A namesake of somebody who is trusted is somebody else.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            let own = read.is_some_and(|read| read.own);
            let (sort_en, sort_zh) = match own {
                true => ("it is signed by itself", "是自签的"),
                false => ("nobody whom this machine trusts has signed it", "签发者不在信任之列"),
            };
            step(format!("{sort_en}: {about_en}"), format!("{sort_zh}:{about_zh}")).remedy(
                format!(
                    "ask the far side for the certificate of its issuer (PEM) and write it into `ca_file`; or {en}"
                ),
                format!("向对方要签发机构的证书(PEM 文件),写进 ca_file;或者,{zh}"),
            )
        }
        why => step(format!("it is not accepted ({why}): {about_en}"), format!("不能接受({why}):{about_zh}"))
            .remedy(format!("ask the far side for another one; or {en}"), format!("请对方换一张;或者,{zh}")),
    }
}
