//! From options to an outlet: everything is compiled and checked here, once. Nothing is contacted.

use huiliu_contract::{Misconfigured, OutcomeKind, Site};
use huiliu_kit::mistakes::Mistakes;
use huiliu_mailer::Mailer;

use super::options::{ReturnOptions, Way};
use super::rations::Rations;
use super::words::Words;
use super::{Outlet, Road, usual};
use crate::tag::Tag;

/// How many MiB of files go along where nothing is written.
const FILES: u8 = 10;
/// How many at most: base64 adds a third, and servers take 50.
const MOST_FILES: u8 = 40;

/// Builds it; none where `[return]` asks nothing of mail.
///
/// # Errors
///
/// All that is wrong with it.
pub fn build(written: &ReturnOptions, site: &dyn Site) -> Result<Option<Outlet>, Vec<Misconfigured>> {
    if !written.is_written() {
        return Ok(None);
    }
    let mut wrong = Mistakes::default();
    let mut roads = Vec::new();
    for (kind, way) in written.ways() {
        roads.extend(way.and_then(|way| road(kind, way, &mut wrong)));
    }
    if written.ways().iter().all(|(_, way)| way.is_none()) {
        wrong.tell(
            "return",
            "no way back is written; write one such as `closed = {}`, or `manual = true`, or leave the table out",
            "没有写任何回传办法;写上 closed = {} 等,或写 manual = true,或删掉这一栏",
        );
    }
    let mailer = match &written.smtp {
        Some(smtp) => wrong.take_all(Mailer::build(smtp, "return.smtp", site)),
        None => {
            wrong.tell(
                "return.smtp",
                "mails need an account to leave by; write `[return.smtp]` with host, user, password and from",
                "发信要有账号;写上 [return.smtp] 的 host、user、password、from",
            );
            None
        }
    };
    let domain = written.domain.as_deref().map(str::trim).or(mailer.as_ref().map(Mailer::domain)).unwrap_or_default();
    let domain = domain.to_lowercase();
    let named = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    if written.domain.is_some() && (domain.is_empty() || domain.len() > 100 || !domain.bytes().all(named)) {
        wrong.tell(
            "return.domain",
            "a domain of at most 100 letters, digits, dots and hyphens is needed, such as example.gov.cn",
            "要写域名,例如 example.gov.cn,不超过100个字符",
        );
    }
    let files = written.files_mib.unwrap_or(FILES);
    if files > MOST_FILES {
        wrong.tell("return.files_mib", "a number from 0 to 40 is needed", "要在 0 到 40 之间");
    }
    let rations = Rations::read(&written.ration, site, &mut wrong);
    let wrong = wrong.into_vec();
    let (Some(mailer), true) = (mailer, wrong.is_empty()) else { return Err(wrong) };
    Ok(Some(Outlet {
        mailer,
        tag: Tag::new(site.blind()),
        domain,
        roads,
        lookup: written.lookup.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned),
        html: written.html.unwrap_or(true),
        files: u64::from(files) << 20,
        rations,
        zone: site.zone(),
    }))
}

fn road(kind: OutcomeKind, way: &Way, wrong: &mut Mistakes) -> Option<Road> {
    let key = |name: &str| format!("return.{}.{name}", kind.road_word());
    let subject = way.subject.as_deref().unwrap_or(usual::SUBJECT);
    if subject.trim().contains('\n') {
        wrong.tell(&key("subject"), "a subject is one line", "主题只能有一行");
    }
    let subject = Words::read(subject, &key("subject"), wrong);
    let text = Words::read(way.text.as_deref().unwrap_or(usual::text(kind)), &key("text"), wrong);
    Some(Road { kind, subject: subject?, text: text? })
}
