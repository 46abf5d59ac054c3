//! The ids of the mails that we send: `<t.ITEM.KEY.PARTY.CODE@domain>`. From one that comes back, in a reply or in a notice of
//! failed delivery, everything is read that puts it to its place: which item, which write-back, and to whom it went. The code
//! at its end only this house can make, so an id that somebody made up leads nowhere.
//!
//! An address is personal: the id holds a keyed digest of it, never the address.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use huiliu_contract::{Blind, ExternalId};

/// The longest id, without its brackets: with the header's name it fits into a line of any server.
pub const LONGEST: usize = 249;

/// How many bytes of a digest stand for a party.
const PARTY: usize = 8;
/// How many bytes of a digest are the code.
const CODE: usize = 10;
/// What an item's id begins with, and is left out here.
const ITEM: &str = "m1:";
/// Stands before what had to be written in hexadecimal because it holds more than letters, digits and hyphens.
const HEX: char = '_';

/// Makes ids, and reads them again.
#[derive(Clone)]
pub struct Tag {
    blind: Arc<dyn Blind>,
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tag(…)")
    }
}

impl Tag {
    /// With the house's keyed digests.
    pub fn new(blind: Arc<dyn Blind>) -> Self {
        Self { blind }
    }

    /// The id of a mail, without brackets: `key` is that of the write-back, whole; `party` the reader's address. None where it
    /// would be longer than [`LONGEST`], or the domain could not stand in it.
    pub fn make(&self, item: &ExternalId, key: &str, party: &str, domain: &str) -> Option<String> {
        let item = match item.as_str().strip_prefix(ITEM) {
            Some(rest) if is_plain(rest) => rest.to_owned(),
            _ => in_hex(item.as_str()),
        };
        let key = if is_plain(key) { key.to_owned() } else { in_hex(key) };
        let party = hex::encode(self.party(party));
        let code = hex::encode(self.code(&item, &key, &party));
        let named = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
        let id = format!("t.{item}.{key}.{party}.{code}@{domain}");
        (!domain.is_empty() && domain.bytes().all(named) && id.len() <= LONGEST).then_some(id)
    }

    /// Reads an id again, with its brackets or without; none unless this house made it. Its domain is not looked at: it may
    /// have been another when the mail left.
    pub fn read(&self, message_id: &str) -> Option<Tagged> {
        let text = message_id.trim();
        let bare = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(text);
        let (local, _) = bare.rsplit_once('@')?;
        let mut parts = local.strip_prefix("t.")?.split('.');
        let (item, key, party, code) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let offered = hex::decode(code).ok().filter(|_| parts.next().is_none())?;
        verify_slices_are_equal(&self.code(item, key, party), &offered).ok()?;
        let external_id = match item.strip_prefix(HEX) {
            Some(hex) => out_of_hex(hex)?,
            None => format!("{ITEM}{item}"),
        };
        Some(Tagged {
            external_id: ExternalId::new(external_id).ok()?,
            key: key.strip_prefix(HEX).map_or_else(|| Some(key.to_owned()), out_of_hex)?,
            party_digest: hex::decode(party).ok()?.try_into().ok()?,
            tag: self.clone(),
        })
    }

    /// What stands in `X-Hotline-Id` of every mail of this house: its own echo is known by it.
    pub fn house(&self) -> String {
        hex::encode(self.short::<PARTY>("mail house", b""))
    }

    fn party(&self, address: &str) -> [u8; PARTY] {
        self.short("mail party", address.trim().to_lowercase().as_bytes())
    }

    fn code(&self, item: &str, key: &str, party: &str) -> [u8; CODE] {
        self.short("mail tag", format!("{item}.{key}.{party}").as_bytes())
    }

    fn short<const N: usize>(&self, domain: &str, bytes: &[u8]) -> [u8; N] {
        let mut short = [0; N];
        short.iter_mut().zip(self.blind.blind(domain, bytes)).for_each(|(to, from)| *to = from);
        short
    }
}

/// What an id of ours says.
#[derive(Clone, Debug)]
pub struct Tagged {
    /// The item that was answered.
    pub external_id: ExternalId,
    /// The key of the write-back; see [`huiliu_contract::Homebound::key`].
    pub key: String,
    /// The keyed digest of the address that it went to.
    pub party_digest: [u8; PARTY],
    tag: Tag,
}

impl Tagged {
    /// Whether the mail went to this address; capitals do not matter.
    pub fn is_party(&self, address: &str) -> bool {
        verify_slices_are_equal(&self.tag.party(address), &self.party_digest).is_ok()
    }
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn in_hex(text: &str) -> String {
    format!("{HEX}{}", hex::encode(text))
}

fn out_of_hex(text: &str) -> Option<String> {
    String::from_utf8(hex::decode(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use huiliu_contract::Site;
    use huiliu_farside::site::Premises;
    use proptest::prelude::*;

    use super::*;

    const ITEM: &str = "m1:9f86d081884c7d659a2feaa0c55ad015";
    const KEY: &str = "20261122-000042-email-1f3a-3";

    fn tag() -> Tag {
        Tag::new(Premises::new().blind())
    }

    fn item(text: &str) -> ExternalId {
        ExternalId::new(text).unwrap()
    }

    #[test]
    fn an_id_of_ours_says_which_item_which_write_back_and_to_whom() {
        let id = tag().make(&item(ITEM), KEY, "Wang@Example.test", "12345.example.gov.cn").unwrap();
        assert!(id.len() < 200 && !id.to_lowercase().contains("wang"), "{id}");
        for written in [id.clone(), format!("<{id}>"), format!("  <{id}>\r\n")] {
            let tagged = tag().read(&written).unwrap();
            assert_eq!((tagged.external_id.as_str(), tagged.key.as_str()), (ITEM, KEY));
            assert!(tagged.is_party("wang@example.test") && tagged.is_party(" WANG@EXAMPLE.TEST "));
            assert!(!tagged.is_party("li@example.test") && !tagged.is_party(""));
        }
    }

    #[test]
    fn the_id_is_the_same_every_time_and_under_another_domain_it_is_still_ours() {
        let make = |domain: &str| tag().make(&item(ITEM), KEY, "a@b.test", domain).unwrap();
        assert_eq!(make("one.test"), make("one.test"));
        assert_eq!(tag().read(&make("old.test")).unwrap().key, KEY);
    }

    #[test]
    fn an_id_that_another_house_made_or_somebody_changed_leads_nowhere() {
        let id = tag().make(&item(ITEM), KEY, "a@b.test", "one.test").unwrap();
        let other = Tag::new(Premises::new().keyed([7; 32]).blind());
        assert!(other.read(&id).is_none());
        for (from, to) in [("9f86", "9f87"), ("000042", "000043"), ("email-1f3a-3", "email-1f3a-4"), ("t.", "u.")] {
            assert!(tag().read(&id.replacen(from, to, 1)).is_none(), "{from} → {to}");
        }
        let (local, _) = id.split_once('@').unwrap();
        for cut in
            [local.to_owned(), format!("{local}.00@x"), "t....@x".into(), "".into(), "<>".into(), "t.a.b.c.d@x".into()]
        {
            assert!(tag().read(&cut).is_none(), "{cut}");
        }
    }

    #[test]
    fn what_does_not_fit_is_no_id() {
        let long = item(&format!("x:{}", "y".repeat(190)));
        assert!(tag().make(&long, KEY, "a@b.test", "one.test").is_none());
        assert!(tag().make(&item(ITEM), KEY, "a@b.test", "").is_none());
        assert!(tag().make(&item(ITEM), KEY, "a@b.test", "a b").is_none());
    }

    proptest! {
        #[test]
        fn whatever_was_put_in_comes_out_again(id in ".{1,40}", key in ".{1,40}", party in ".{0,60}") {
            let id = item(&id);
            if let Some(made) = tag().make(&id, &key, &party, "one.test") {
                let tagged = tag().read(&made).unwrap();
                prop_assert_eq!((&tagged.external_id, &tagged.key), (&id, &key));
                prop_assert!(tagged.is_party(&party));
                prop_assert!(made.bytes().all(|byte| byte.is_ascii_graphic()) && made.len() <= LONGEST);
            }
        }

        #[test]
        fn no_text_makes_it_stumble(text in ".{0,300}") {
            prop_assert!(tag().read(&text).is_none());
        }
    }
}
