//! From options to a connector: everything is compiled and checked here, once, and all mistakes are told together. Nothing is
//! contacted.

use std::sync::Arc;

use huiliu_contract::{Connector, Door, Misconfigured, Site};
use huiliu_kit::mistakes::Mistakes;
use huiliu_letter::How;

use crate::door::HandedOver;
use crate::imap::{ImapOptions, Mailbox};
use crate::options::{LmtpOptions, Options};
use crate::outlet::{self, Outlet};
use crate::reader::Letters;
use crate::saved::SavedLetter;
use crate::tag::Tag;

/// The largest letter that is taken where nothing is written, in MB.
const LARGEST: u32 = 50;

/// Builds the connector.
pub(crate) fn connector(options: Options, site: &dyn Site) -> Result<Connector, Vec<Misconfigured>> {
    let mut wrong = Mistakes::default();
    let Options { connect, poll, receive, r#return } = options;
    let own = addresses(&connect.addresses, "connect.addresses", &mut wrong);
    addresses(&receive.clerks, "receive.clerks", &mut wrong);
    if connect.imap.is_none() && connect.lmtp.is_none() {
        wrong.tell(
            "connect",
            "no letter can come: write `connect.imap`, or `connect.lmtp`, or both",
            "信进不来:写 [connect.imap](到邮箱里取)或 [connect.lmtp](邮件服务器交过来),也可以都写",
        );
    }
    let blind = site.blind();
    let tag = Tag::new(blind.clone());
    let how = How { zone: site.zone(), ..How::default() };
    let letters = Arc::new(Letters { how, own: own.clone(), options: receive, blind, tag });
    let mailbox = connect.imap.map(|connect| {
        let built = Mailbox::build(ImapOptions { connect, poll }, letters.clone(), site);
        wrong.take_all(built.map_err(below_imap))
    });
    let door = connect.lmtp.map(|lmtp| door(&lmtp, &own, &mut wrong));
    let outlet = wrong.take_all(outlet::build(&r#return, site));
    let wrong = wrong.into_vec();
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let (mailbox, outlet) = (mailbox.flatten(), outlet.flatten());
    let mut far: Vec<_> = mailbox.iter().map(Mailbox::far).collect();
    far.extend(outlet.iter().map(Outlet::far));
    Ok(Connector {
        poll: mailbox.map(|mailbox| Box::new(mailbox) as _),
        receive: door.map(|door| (door, Box::new(HandedOver(letters.clone())) as _)),
        outlet: outlet.map(|outlet| Box::new(outlet) as _),
        saved: Some(Box::new(SavedLetter(letters))),
        far,
        ..Connector::default()
    })
}

/// What a mailbox calls `connect` stands under `connect.imap`.
fn below_imap(found: Vec<Misconfigured>) -> Vec<Misconfigured> {
    let below = |one: Misconfigured| match one.key.strip_prefix("connect") {
        Some(rest) => Misconfigured { key: format!("connect.imap{rest}"), ..one },
        None => one,
    };
    found.into_iter().map(below).collect()
}

fn door(lmtp: &LmtpOptions, own: &[String], wrong: &mut Mistakes) -> Door {
    let recipients = match lmtp.recipients.is_empty() {
        true => own.to_vec(),
        false => addresses(&lmtp.recipients, "connect.lmtp.recipients", wrong),
    };
    let largest = lmtp.largest_mb.unwrap_or(LARGEST);
    if !(1..=200).contains(&largest) {
        wrong.tell("connect.lmtp.largest_mb", "a number from 1 to 200 is needed", "要在 1 到 200 之间");
    }
    Door::Lmtp { recipients, body_limit: usize::try_from(largest).unwrap_or(usize::MAX).saturating_mul(1 << 20) }
}

/// Addresses in lower case; each that is none is told.
fn addresses(written: &[String], key: &str, wrong: &mut Mistakes) -> Vec<String> {
    if written.is_empty() && key == "connect.addresses" {
        wrong.tell(key, "at least one address is needed", "至少写一个地址");
    }
    for (at, one) in written.iter().enumerate() {
        let parts = one.trim().rsplit_once('@');
        let is_one = parts.is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !one.trim().contains(|c: char| c.is_whitespace() || c == '<')
        });
        if !is_one {
            wrong.tell(&format!("{key}.{at}"), "this is no mail address", "这不是邮箱地址,写成 12345@example.gov.cn");
        }
    }
    written.iter().map(|one| one.trim().to_lowercase()).collect()
}
