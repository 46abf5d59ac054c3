//! The steps of a recipe, compiled.

use huiliu_contract::Misconfigured;

use super::keys::Key;
use super::list::List;
use super::options::{Case, Digest, Encoding, KeyOptions, Mac, Signature, StepOptions};
use super::plan::{Kind, plain, reads_body};
use super::text::{Names, Text};
use crate::crypto::{mac, rsa, sm2};
use crate::mistakes::Mistakes;

/// Names that mean something already.
pub(super) const RESERVED: [&str; 9] =
    ["method", "path", "query", "body", "stamp", "nonce", "key_id", "secret", "header"];

/// A step.
pub(super) struct Step {
    pub(super) name: String,
    pub(super) work: Work,
    /// How a digest or a signature is written; none where a text is made.
    pub(super) written: Option<Encoding>,
    pub(super) case: Option<Case>,
    /// The first character that is taken, and the first that is not any more.
    pub(super) take: Option<(usize, Option<usize>)>,
    pub(super) trim: bool,
    pub(super) borderless: bool,
    /// Query parameters that are put at this step or later: `{query}` is without them.
    pub(super) later: Vec<String>,
}

/// What a step does.
pub(super) enum Work {
    Text(Text),
    List(Box<List>),
    Digest { kind: Digest, of: Text },
    Hmac { kind: Mac, of: Text, key: Option<Text>, ready: Vec<Option<mac::Key>> },
    Sign { of: Text, by: Signature, form: super::options::Form, signer: String, hands: Vec<Hand> },
}

/// What a key can do in a step that signs.
#[derive(Default)]
pub(super) struct Hand {
    pub(super) signer: Option<Signer>,
    pub(super) verifier: Option<Verifier>,
}

/// Signs with a private key.
pub(super) enum Signer {
    Rsa(Box<rsa::Signer>),
    Sm2(Box<sm2::Signer>),
}

/// Verifies with a public key.
pub(super) enum Verifier {
    Rsa(Box<rsa::Verifier>),
    Sm2(Box<sm2::Verifier>),
}

/// Names are told apart, and none is taken.
pub(super) fn check_names(names: &[String], values: &[String], key: &str, wrong: &mut Mistakes) {
    for (position, name) in names.iter().enumerate() {
        let key = format!("{key}.{position}.name");
        if !plain(name) || RESERVED.contains(&name.as_str()) {
            let reserved = RESERVED.join(", ");
            wrong.push(Misconfigured::new(
                key,
                format!(
                    "`{}` cannot name a step; letters, digits, `_` and `-` can, but none of {reserved}",
                    name.escape_debug()
                ),
                format!("“{name}”不能做步骤名;用字母、数字、_、-,且不能是 {reserved}"),
            ));
        } else if names[..position].contains(name) || values.contains(name) {
            wrong.push(Misconfigured::new(
                key,
                format!("`{name}` names a step or a value already; each name is given once"),
                format!("“{name}”已经用过;步骤名和 values 里的名字不能重复"),
            ));
        }
    }
}

impl Step {
    /// Compiles it; none if anything was wrong.
    pub(super) fn build(
        options: &StepOptions,
        key: &str,
        names: Names<'_>,
        kind: Kind,
        wrong: &mut Mistakes,
    ) -> Option<Self> {
        let before = wrong.count();
        let sorts = [
            ("text", options.text.is_some()),
            ("texts", options.texts.is_some()),
            ("params", options.params.is_some()),
            ("digest", options.digest.is_some()),
            ("hmac", options.hmac.is_some()),
            ("sign", options.sign.is_some()),
        ];
        let written: Vec<&str> = sorts.iter().filter(|(_, there)| *there).map(|(name, _)| *name).collect();
        let [sort] = written[..] else {
            wrong.tell(
                key,
                "exactly one of `text`, `texts`, `params`, `digest`, `hmac` and `sign` is needed",
                "text、texts、params、digest、hmac、sign 要写且只写一个",
            );
            return None;
        };
        strangers(options, sort, key, wrong);
        let work = Self::work(options, key, names, kind, wrong);
        let by_default = match sort {
            "digest" => Some(Encoding::Hex),
            "hmac" | "sign" => Some(Encoding::Base64),
            _ => None,
        };
        let take = options.take.as_ref().map(|take| wrong.take(range(take, &format!("{key}.take"))));
        if options.sign.is_some() && (options.take.is_some() || options.trim) && kind.comes_in() {
            wrong.tell(
                key,
                "a signature that is verified is taken whole; leave `take` and `trim` out",
                "验签时签名要用整段;不要写 take、trim",
            );
        }
        let work = work.filter(|_| wrong.count() == before)?;
        Some(Self {
            name: options.name.clone(),
            work,
            written: options.written.or(by_default),
            case: options.case,
            take: take.flatten(),
            trim: options.trim,
            borderless: options.borderless,
            later: Vec::new(),
        })
    }

    fn work(options: &StepOptions, key: &str, names: Names<'_>, kind: Kind, wrong: &mut Mistakes) -> Option<Work> {
        if let Some(text) = &options.text {
            return names.compile(text, &format!("{key}.text"), wrong).map(Work::Text);
        }
        if options.texts.is_some() || options.params.is_some() {
            return List::build(options, key, names, kind, wrong).map(|list| Work::List(Box::new(list)));
        }
        let Some(of) = &options.of else {
            wrong.tell(
                &format!("{key}.of"),
                "what is digested or signed is missing; write for example `of = \"{plain}\"`",
                "没写对什么求摘要或签名;例如 of = \"{plain}\"",
            );
            return None;
        };
        let of = names.compile(of, &format!("{key}.of"), wrong)?;
        if let Some(kind) = options.digest {
            return Some(Work::Digest { kind, of });
        }
        if let Some(kind) = options.hmac {
            let key = match &options.key {
                Some(text) => Some(names.compile(text, &format!("{key}.key"), wrong)?),
                None => None,
            };
            return Some(Work::Hmac { kind, of, key, ready: Vec::new() });
        }
        let by = options.sign?;
        let signer = options.signer.clone().unwrap_or_else(|| sm2::SIGNER.to_owned());
        Some(Work::Sign { of, by, form: options.form.unwrap_or_default(), signer, hands: Vec::new() })
    }

    /// Readies the keys for this step. `at` is where the keys stand, and where the step does.
    pub(super) fn prepare(
        &mut self,
        keys: &[Key],
        written: &[KeyOptions],
        at: (&str, &str),
        kind: Kind,
        wrong: &mut Mistakes,
    ) {
        match &mut self.work {
            Work::Hmac { kind: mac, key: None, ready, .. } => {
                if keys.iter().all(|key| key.secret.is_none()) {
                    needs(at.1, "secret", wrong);
                }
                let made = keys.iter().map(|key| key.secret.as_ref().and(mac::Key::new(*mac, &key.bytes).ok()));
                *ready = made.collect();
            }
            Work::Sign { by, form, signer, hands, .. } => {
                let (part, there): (_, fn(&Key) -> bool) = match kind {
                    Kind::Outgoing => ("secret", |key| key.secret.is_some()),
                    Kind::Incoming | Kind::Answer => ("public", |key| key.public.is_some()),
                };
                if !keys.iter().any(there) {
                    needs(at.1, part, wrong);
                }
                for (position, key) in keys.iter().enumerate() {
                    let place = format!("{}.keys.{position}.{part}", at.0);
                    let hand = match kind {
                        Kind::Outgoing => Hand::signing(key, *by, signer, *form),
                        Kind::Incoming | Kind::Answer => Hand::verifying(key, *by, signer, *form),
                    };
                    match hand {
                        Some(hand) => hands.push(hand),
                        None => wrong.push(no_key(&place, *by, written.get(position))),
                    }
                }
            }
            _ => {}
        }
    }

    pub(super) fn reads_body(&self) -> bool {
        match &self.work {
            Work::Text(text) | Work::Digest { of: text, .. } | Work::Sign { of: text, .. } => reads_body(text),
            Work::Hmac { of, key, .. } => reads_body(of) || key.as_ref().is_some_and(reads_body),
            Work::List(list) => list.reads_body(),
        }
    }

    /// The texts it reads.
    pub(super) fn texts(&self) -> Vec<&Text> {
        match &self.work {
            Work::Text(text) | Work::Digest { of: text, .. } | Work::Sign { of: text, .. } => vec![text],
            Work::Hmac { of, key, .. } => [of].into_iter().chain(key).collect(),
            Work::List(list) => list.texts(),
        }
    }
}

impl Hand {
    fn signing(key: &Key, by: Signature, signer: &str, form: super::options::Form) -> Option<Self> {
        let Some(secret) = key.secret.as_ref().filter(|_| !key.unset) else { return Some(Self::default()) };
        let text = secret.expose().as_bytes();
        let signer = match by {
            Signature::RsaSha256 => Signer::Rsa(Box::new(rsa::Signer::read(text).ok()?)),
            Signature::Sm2 => Signer::Sm2(Box::new(sm2::Signer::read(text, signer, form).ok()?)),
        };
        Some(Self { signer: Some(signer), verifier: None })
    }

    fn verifying(key: &Key, by: Signature, signer: &str, form: super::options::Form) -> Option<Self> {
        let Some(public) = &key.public else { return Some(Self::default()) };
        let verifier = match by {
            Signature::RsaSha256 => Verifier::Rsa(Box::new(rsa::Verifier::read(public).ok()?)),
            Signature::Sm2 => Verifier::Sm2(Box::new(sm2::Verifier::read(public, signer, form).ok()?)),
        };
        Some(Self { signer: None, verifier: Some(verifier) })
    }
}

fn needs(at: &str, part: &str, wrong: &mut Mistakes) {
    wrong.push(Misconfigured::new(
        at,
        format!("this step needs a key, but no key of `keys` has a `{part}`"),
        format!("这一步要用密钥,但 keys 里没有一把写了 {part}"),
    ));
}

fn no_key(at: &str, by: Signature, written: Option<&KeyOptions>) -> Misconfigured {
    let hint = if written.is_some_and(|key| key.prefix.is_some()) { "; is `prefix` right?" } else { "" };
    match by {
        Signature::RsaSha256 => Misconfigured::new(
            at,
            format!(
                "this is no RSA key; PEM is read (private: PKCS#8 or PKCS#1, 2048 bits or more; public: also a certificate), or base64 of DER{hint}"
            ),
            "这不是 RSA 密钥;可用 PEM(私钥 PKCS#8 或 PKCS#1,至少2048位;公钥也可以是证书)或 DER 的 Base64",
        ),
        Signature::Sm2 => Misconfigured::new(
            at,
            format!(
                "this is no SM2 key; PEM is read, or hexadecimal digits (private: 64; public: 128, or 130 with 04 in front){hint}"
            ),
            "这不是 SM2 密钥;可用 PEM,或十六进制(私钥64位;公钥128位,或带 04 的130位)",
        ),
    }
}

/// Keys of the table that say nothing in a step of this sort.
fn strangers(options: &StepOptions, sort: &str, key: &str, wrong: &mut Mistakes) {
    use super::options::{Empty, Encode, Nested};
    let table: [(&str, bool, &[&str]); 17] = [
        ("of", options.of.is_some(), &["digest", "hmac", "sign"]),
        ("key", options.key.is_some(), &["hmac"]),
        ("as", options.written.is_some(), &["digest", "hmac", "sign"]),
        ("form", options.form.is_some(), &["sign"]),
        ("signer", options.signer.is_some(), &["sign"]),
        ("under", options.under.is_some(), &["params"]),
        ("only", !options.only.is_empty(), &["params"]),
        ("without", !options.without.is_empty(), &["params"]),
        ("with", !options.with.is_empty(), &["params"]),
        ("sort", options.sort.is_some(), &["params", "texts"]),
        ("pair", options.pair.is_some(), &["params"]),
        ("join", options.join.is_some(), &["params", "texts"]),
        ("encode", options.encode != Encode::None, &["params", "texts"]),
        ("empty", options.empty != Empty::LeaveOut, &["params"]),
        ("nested", options.nested != Nested::AsSent, &["params"]),
        ("borderless", options.borderless, &["params", "texts", "text", "digest", "hmac", "sign"]),
        ("take", options.take.is_some(), &["params", "texts", "text", "digest", "hmac", "sign"]),
    ];
    for (name, there, sorts) in table {
        if there && !sorts.contains(&sort) {
            let with = sorts.join("`, `");
            wrong.push(Misconfigured::new(
                format!("{key}.{name}"),
                format!("`{name}` says nothing in a step with `{sort}`; it belongs to `{with}`"),
                format!("{sort} 步骤里 {name} 不起作用;它用于 {}", sorts.join("、")),
            ));
        }
    }
    let sm2 = options.sign == Some(Signature::Sm2);
    for (name, there) in [("form", options.form.is_some()), ("signer", options.signer.is_some())] {
        if there && options.sign.is_some() && !sm2 {
            wrong.push(Misconfigured::new(
                format!("{key}.{name}"),
                format!("`{name}` belongs to `sign = \"sm2\"`"),
                format!("{name} 只用于 sign = \"sm2\""),
            ));
        }
    }
}

fn range(written: &str, key: &str) -> Result<(usize, Option<usize>), Misconfigured> {
    let read = || {
        let (from, to) = written.split_once("..")?;
        let from = if from.is_empty() { 0 } else { from.parse().ok()? };
        let to = if to.is_empty() { None } else { Some(to.parse().ok()?) };
        to.is_none_or(|to| from < to).then_some((from, to))
    };
    read().ok_or_else(|| {
        Misconfigured::new(
            key,
            format!("`{}` is no range; write `0..16` for the first sixteen characters", written.escape_debug()),
            format!("“{written}”不是一段;前16个字符写成 0..16"),
        )
    })
}
