//! The keys of a recipe: read once, each with its id and the time in which it holds.

use huiliu_contract::{Misconfigured, Secret, Site};
use jiff::Timestamp;

use super::options::{KeyAs, KeyOptions, PublicKey};
use crate::crypto::pem::LENIENT;
use crate::mistakes::Mistakes;
use base64::Engine;

/// A key. It has no `Debug`: it is a secret.
pub(super) struct Key {
    pub(super) id: Option<String>,
    /// The secret as it is written, without its prefix.
    pub(super) secret: Option<Secret>,
    /// The bytes of the secret.
    pub(super) bytes: Vec<u8>,
    /// The far side's public key, as it is written.
    pub(super) public: Option<Vec<u8>>,
    /// Its secret is not entered yet, and the channel is off: what it would be is not judged.
    pub(super) unset: bool,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl Key {
    /// Whether it holds at this time.
    pub(super) fn holds(&self, now: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= now) && self.until.is_none_or(|until| now < until)
    }
}

/// A key that is one of the values; `key` is where it is named.
pub(super) fn of_value(text: &Secret, written: KeyAs, key: &str, wrong: &mut Mistakes) -> Option<Key> {
    let unset = !text.is_set();
    let bytes = match unset {
        true => Vec::new(),
        false => wrong.take(decoded(text.expose(), written, key))?,
    };
    Some(Key { id: None, secret: Some(text.clone()), bytes, public: None, unset, from: None, until: None })
}

/// Reads all keys of a list; none if anything was wrong.
pub(super) fn read(list: &[KeyOptions], at: &str, site: &dyn Site, wrong: &mut Mistakes) -> Option<Vec<Key>> {
    let before = wrong.count();
    let mut keys: Vec<Key> = Vec::with_capacity(list.len());
    for (position, options) in list.iter().enumerate() {
        let at = format!("{at}.{position}");
        if options.id.is_some() && list.iter().take(position).any(|earlier| earlier.id == options.id) {
            wrong.tell(
                &format!("{at}.id"),
                "another key has this id already; ids tell the keys of a rotation apart",
                "另一把密钥已经用了这个编号;编号不能重复",
            );
        }
        keys.extend(one(options, &at, site, wrong));
    }
    (wrong.count() == before).then_some(keys)
}

fn one(options: &KeyOptions, at: &str, site: &dyn Site, wrong: &mut Mistakes) -> Option<Key> {
    if options.secret.is_none() && options.public.is_none() {
        wrong.tell(at, "write `secret`, `public` or both", "secret(密钥)和 public(对方公钥)至少写一个");
    }
    let (mut secret, mut bytes, mut unset) = (None, Vec::new(), false);
    if let Some(reference) = &options.secret {
        let key = format!("{at}.secret");
        let read = wrong.take(site.secret(&key, reference))?;
        let text = read.expose();
        let text = options.prefix.as_deref().and_then(|prefix| text.strip_prefix(prefix)).unwrap_or(text);
        if text.is_empty() {
            wrong.tell(
                &key,
                "the secret is empty, so anybody could sign; enter one by `huiliu secret set`",
                "密钥是空的,等于谁都能签名;请用 huiliu secret set 录入",
            );
        }
        unset = !read.is_set();
        bytes = if unset { text.as_bytes().to_vec() } else { wrong.take(decoded(text, options.written, &key))? };
        secret = Some(Secret::new(text));
    }
    let public = match &options.public {
        None => None,
        Some(PublicKey::Text(text)) => Some(text.clone().into_bytes()),
        Some(PublicKey::File { file }) => {
            let path = site.path(file);
            let read = std::fs::read(&path).map_err(|error| {
                let shown = path.display();
                Misconfigured::new(
                    format!("{at}.public.file"),
                    format!("{shown} cannot be read: {}", error.kind()),
                    format!("读不了公钥文件 {shown};请检查路径和权限"),
                )
            });
            Some(wrong.take(read)?)
        }
    };
    let from = moment(options.from.as_deref(), false, &format!("{at}.from"), site, wrong);
    let until = moment(options.until.as_deref(), true, &format!("{at}.until"), site, wrong);
    Some(Key { id: options.id.clone(), secret, bytes, public, unset, from, until })
}

fn decoded(text: &str, written: KeyAs, key: &str) -> Result<Vec<u8>, Misconfigured> {
    let bare = text.trim();
    match written {
        KeyAs::Text => Ok(text.as_bytes().to_vec()),
        KeyAs::Hex => hex::decode(bare).map_err(|_| {
            let problem = "the secret is not hexadecimal, though `as = \"hex\"` says so";
            Misconfigured::new(key, problem, "密钥不是十六进制;请核对,或改 as 的写法")
        }),
        KeyAs::Base64 => LENIENT.decode(bare).map_err(|_| {
            let problem = "the secret is not base64, though `as = \"base64\"` says so";
            Misconfigured::new(key, problem, "密钥不是 Base64;请核对,或改 as 的写法")
        }),
    }
}

/// A day begins at its midnight in the site's zone; one that is the last counts whole.
fn moment(written: Option<&str>, last: bool, key: &str, site: &dyn Site, wrong: &mut Mistakes) -> Option<Timestamp> {
    let written = written?;
    let day = written.parse::<jiff::civil::Date>().ok().filter(|_| written.len() == 10);
    let read = match day {
        Some(day) => (if last { day.tomorrow().ok() } else { Some(day) })
            .and_then(|day| day.to_zoned(site.zone()).ok())
            .map(|at| at.timestamp()),
        None => written.parse().ok(),
    };
    if read.is_none() {
        wrong.push(Misconfigured::new(
            key,
            format!("`{}` is no day and no time with an offset; write 2027-01-01", written.escape_debug()),
            format!("“{written}”不是日期;写成 2027-01-01 这样"),
        ));
    }
    read
}
