//! Signing what leaves (DKIM, RFC 6376): `rsa-sha256`, `relaxed/relaxed`. Own code, because what the crate of mails has for it
//! reads the clock, so that no mail would twice make the same bytes, and signs by an implementation of RSA whose private
//! operation takes a time that tells of the key (RUSTSEC-2023-0071); here aws-lc-rs signs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use huiliu_contract::{Fault, Misconfigured, Site};
use huiliu_kit::crypto::digest::digest;
use huiliu_kit::crypto::rsa::Signer;
use huiliu_kit::mistakes::Mistakes;
use huiliu_kit::recipe::Digest;
use jiff::Timestamp;

use crate::options::DkimOptions;

/// What is signed, if it is there.
const SIGNED: [&str; 13] = [
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "auto-submitted",
    "precedence",
    "x-hotline-id",
];
/// What is named once more, so that nobody can add a second one (RFC 6376, 8.15).
const ALONE: [&str; 5] = ["from", "to", "subject", "date", "message-id"];

/// A key with the name under which its other half is found.
pub(crate) struct Dkim {
    selector: String,
    domain: String,
    key: Signer,
}

impl Dkim {
    /// Reads the key. `section` is the table of the mailer, `home` the domain that mails come from.
    pub(crate) fn read(
        written: &DkimOptions,
        section: &str,
        home: Option<&str>,
        site: &dyn Site,
        wrong: &mut Mistakes,
    ) -> Option<Self> {
        let before = wrong.count();
        let (selector, domain) = (written.selector.trim().to_owned(), written.domain.trim().to_lowercase());
        for (key, text) in [("selector", &selector), ("domain", &domain)] {
            let sound = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
            if text.is_empty() || !sound {
                wrong.tell(
                    &format!("{section}.dkim.{key}"),
                    "letters, digits, dots and hyphens are needed, as the name service knows them",
                    "只能有字母、数字、点和连字符,和域名解析里的一样",
                );
            }
        }
        let above = |home: &str| home == domain || home.ends_with(&format!(".{domain}"));
        if home.is_some_and(|home| !above(home)) {
            wrong.tell(
                &format!("{section}.dkim.domain"),
                "this is neither the domain of `from` nor one above it; readers would not heed the signature",
                "不是发件人地址的域名,也不是它的上级;收信方不会认这个签名",
            );
        }
        let at = format!("{section}.dkim.key");
        let secret = wrong.take(site.secret(&at, &written.key))?;
        // What nobody has entered yet cannot be judged; nothing is sent with it.
        let key = match Signer::read(secret.expose().as_bytes()) {
            Ok(key) => Some(key),
            Err(_) => {
                if secret.is_set() {
                    wrong.push(Misconfigured::new(
                        at,
                        "this is no RSA key of 2048 bits or more (PEM)",
                        "不是 2048 位以上的 RSA 私钥(PEM)",
                    ));
                }
                None
            }
        };
        if wrong.count() > before {
            return None;
        }
        Some(Self { selector, domain, key: key? })
    }

    /// Puts the signature before a mail.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`] if it is no mail, or cannot be signed.
    pub(crate) fn sign(&self, mail: &[u8], at: Timestamp) -> Result<Vec<u8>, Fault> {
        let text = std::str::from_utf8(mail).ok().and_then(|mail| mail.split_once("\r\n\r\n"));
        let (head, body) = text.ok_or_else(|| Fault::malformed("the mail has no head that could be signed"))?;
        let fields = fields(head);
        let named = |wanted: &str| fields.iter().rev().find(|(name, _)| name == wanted);
        let listed: Vec<_> = SIGNED.into_iter().filter(|name| named(name).is_some()).collect();
        let digest = STANDARD.encode(digest(Digest::Sha256, canonical_body(body).as_bytes()));
        let names: Vec<_> = listed.iter().copied().chain(ALONE).collect();
        let unsigned = format!(
            "v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n d={}; s={}; t={};\r\n h={};\r\n bh={digest};\r\n b=",
            self.domain,
            self.selector,
            at.as_second(),
            names.join(":\r\n  "),
        );
        let mut covered: String =
            listed.iter().filter_map(|name| named(name)).map(|(name, value)| format!("{name}:{value}\r\n")).collect();
        covered += &format!("dkim-signature:{}", canonical(&unsigned));
        let signature =
            self.key.sign(covered.as_bytes()).map_err(|_| Fault::malformed("the mail could not be signed"))?;
        let signature = folded(&STANDARD.encode(signature));
        let mut whole = format!("DKIM-Signature: {unsigned}{signature}\r\n").into_bytes();
        whole.extend_from_slice(mail);
        Ok(whole)
    }
}

/// The fields of a head, in their order, made equal.
fn fields(head: &str) -> Vec<(String, String)> {
    let mut whole: Vec<String> = Vec::new();
    for line in head.split("\r\n") {
        match whole.last_mut() {
            Some(last) if line.starts_with([' ', '\t']) => last.push_str(line),
            _ => whole.push(line.to_owned()),
        }
    }
    let split = whole.iter().filter_map(|field| field.split_once(':'));
    split.map(|(name, value)| (name.trim_end().to_lowercase(), canonical(value))).collect()
}

/// The value of a field, made equal (RFC 6376, 3.4.2): unfolded, runs of white space as one space, none at its ends.
fn canonical(value: &str) -> String {
    value.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A body made equal (RFC 6376, 3.4.4): runs of white space as one space, none at the end of a line, no empty lines at the end.
fn canonical_body(body: &str) -> String {
    let mut out = String::with_capacity(body.len());
    let mut empty = 0;
    for line in body.split("\r\n") {
        let mut same = String::with_capacity(line.len());
        for c in line.trim_end_matches([' ', '\t']).chars() {
            match c {
                ' ' | '\t' if same.ends_with(' ') => {}
                ' ' | '\t' => same.push(' '),
                c => same.push(c),
            }
        }
        if same.is_empty() {
            empty += 1;
            continue;
        }
        (0..std::mem::take(&mut empty)).for_each(|_| out.push_str("\r\n"));
        out.push_str(&same);
        out.push_str("\r\n");
    }
    out
}

/// Base64 in lines that any server bears.
fn folded(base64: &str) -> String {
    let mut out = String::with_capacity(base64.len() + base64.len() / 24);
    for (at, c) in base64.chars().enumerate() {
        if at > 0 && at % 72 == 0 {
            out.push_str("\r\n  ");
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use huiliu_contract::SecretRef;
    use huiliu_farside::site::Premises;
    use huiliu_kit::crypto::rsa::Verifier;

    use super::*;

    /// Made for these tests alone.
    const KEY: &str = include_str!("../tests/dkim/key.pem");
    /// Its other half.
    const PUBLIC: &str = include_str!("../tests/dkim/public.pem");

    const MAIL: &str = "From: =?utf-8?b?5L2g?= <hotline@example.test>\r\nTo: wang@example.test\r\nSubject: a\r\n  b\tc \r\n\
        Date: Sun, 22 Nov 2026 05:05:43 +0000\r\nMessage-ID: <a@example.test>\r\n\r\nx  y \r\n\r\nz\t\r\n\r\n\r\n";

    fn read(selector: &str, domain: &str, home: &str) -> (Option<Dkim>, Vec<String>) {
        let key = SecretRef::Env("KEY".into());
        let (written, site) =
            (DkimOptions { selector: selector.into(), domain: domain.into(), key }, Premises::new().with("KEY", KEY));
        let mut wrong = Mistakes::default();
        let dkim = Dkim::read(&written, "smtp", Some(home), &site, &mut wrong);
        (dkim, wrong.into_vec().into_iter().map(|one| one.key).collect())
    }

    fn signed(mail: &str) -> String {
        let dkim = read("s1", "example.test", "example.test").0.unwrap();
        String::from_utf8(dkim.sign(mail.as_bytes(), "2026-11-22T05:05:43Z".parse().unwrap()).unwrap()).unwrap()
    }

    /// The tags of the signature that stands first, and the value of the field with its signature cut out.
    fn taken_apart(mail: &str) -> (Vec<(String, String)>, String) {
        let (head, _) = mail.split_once("\r\n\r\n").unwrap();
        let (name, value) = fields(head).remove(0);
        assert_eq!(name, "dkim-signature");
        let tags = value.split(';').map(|tag| tag.split_once('=').unwrap());
        let tags = tags.map(|(name, value)| (name.trim().to_owned(), value.replace(' ', ""))).collect();
        let (before, _) = value.split_once(" b=").unwrap();
        (tags, format!("{before} b="))
    }

    #[test]
    fn whoever_has_the_public_key_can_check_it() {
        let signed = signed(MAIL);
        let (tags, unsigned) = taken_apart(&signed);
        let tag = |wanted: &str| tags.iter().find(|(name, _)| name == wanted).unwrap().1.clone();
        assert_eq!(
            (tag("d"), tag("s"), tag("a"), tag("t")),
            ("example.test".into(), "s1".into(), "rsa-sha256".into(), "1795323943".into())
        );
        let body = digest(Digest::Sha256, b"x y\r\n\r\nz\r\n");
        assert_eq!(tag("bh"), STANDARD.encode(body));
        let covered = format!(
            "from:=?utf-8?b?5L2g?= <hotline@example.test>\r\nto:wang@example.test\r\nsubject:a b c\r\n\
             date:Sun, 22 Nov 2026 05:05:43 +0000\r\nmessage-id:<a@example.test>\r\ndkim-signature:{unsigned}"
        );
        let verifier = Verifier::read(PUBLIC.as_bytes()).unwrap();
        let signature = STANDARD.decode(tag("b")).unwrap();
        assert!(verifier.fits(covered.as_bytes(), &signature));
        assert!(!verifier.fits(covered.replace("wang", "li").as_bytes(), &signature));
    }

    #[test]
    fn the_same_mail_is_signed_the_same_and_stays_as_it_is_behind_the_signature() {
        assert_eq!(signed(MAIL), signed(MAIL));
        assert!(signed(MAIL).ends_with(MAIL) && signed(MAIL).lines().all(|line| line.len() <= 80));
    }

    #[test]
    fn a_header_that_is_named_once_more_cannot_be_added() {
        let (tags, _) = taken_apart(&signed(MAIL));
        let listed = &tags.iter().find(|(name, _)| name == "h").unwrap().1;
        for name in ALONE {
            assert_eq!(listed.split(':').filter(|known| *known == name).count(), 2, "{name}: {listed}");
        }
    }

    #[test]
    fn a_domain_that_readers_would_not_heed_is_a_mistake() {
        assert!(read("s1", "example.test", "mail.example.test").1.is_empty());
        assert_eq!(read("s1", "other.test", "example.test").1, ["smtp.dkim.domain"]);
        assert_eq!(read("s 1", "ample.test", "example.test").1, ["smtp.dkim.selector", "smtp.dkim.domain"]);
    }

    #[test]
    fn what_is_no_key_is_a_mistake() {
        let written = DkimOptions { selector: "s".into(), domain: "a.test".into(), key: SecretRef::Env("KEY".into()) };
        let mut wrong = Mistakes::default();
        assert!(Dkim::read(&written, "smtp", None, &Premises::new().with("KEY", "no key"), &mut wrong).is_none());
        assert_eq!(wrong.into_vec().remove(0).key, "smtp.dkim.key");
    }
}
