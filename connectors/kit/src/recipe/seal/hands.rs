//! What the keys of a sealing can do: seal, open, or nothing.

use huiliu_contract::Misconfigured;

use super::{Context, Hand, Sort};
use crate::crypto::block::{self, iv_length};
use crate::crypto::{Refused, sm2};
use crate::mistakes::Mistakes;
use crate::recipe::keys::{self, Key};
use crate::recipe::options::{Cipher, SealOptions};
use crate::recipe::plan::Kind;
use crate::recipe::text::{Atom, Names, Piece};

/// The key that is one of the recipe's values.
pub(super) fn value_key(
    named: &str,
    options: &SealOptions,
    key: &str,
    context: &Context<'_>,
    wrong: &mut Mistakes,
) -> Option<Key> {
    let at = format!("{key}.key");
    if !options.keys.is_empty() {
        wrong.tell(&at, "`key` and `keys` say the same; write one of them", "key 和 keys 只写一个");
    }
    let text = Names { constants: true, ..context.names }.compile(named, &at, wrong)?;
    let [Piece::Slot(Atom::Value(position))] = text.0.as_slice() else {
        wrong.tell(
            &at,
            "write one of the values here, for example `{sm4_key}`",
            "这里写 values 里的一个,例如 {sm4_key}",
        );
        return None;
    };
    keys::of_value(&context.values.get(*position)?.text, options.key_as, &at, wrong)
}

pub(super) fn hands(options: &SealOptions, keys: &[Key], at: &str, kind: Kind, wrong: &mut Mistakes) -> Vec<Hand> {
    let way = sm2::Way { layout: options.layout, lead: options.lead };
    let mut hands = Vec::with_capacity(keys.len());
    for key in keys {
        let sort = match (options.by, kind) {
            (Cipher::Sm2, Kind::Outgoing) => match &key.public {
                Some(public) => sm2::Sealer::read(public, way).map(|sealer| Sort::Sealer(Box::new(sealer))),
                None => Ok(Sort::Nothing),
            },
            (Cipher::Sm2, _) => match key.secret.as_ref().filter(|_| !key.unset) {
                Some(secret) => sm2::Opener::read(secret.expose().as_bytes(), way).map(|it| Sort::Opener(Box::new(it))),
                None => Ok(Sort::Nothing),
            },
            (by, _) if key.secret.is_some() && !key.unset => {
                block::Key::new(by, &key.bytes).map(|it| Sort::Block(Box::new(it)))
            }
            _ => Ok(Sort::Nothing),
        };
        match sort {
            Ok(sort) => hands.push(Hand { sort, iv: key.bytes.iter().copied().take(iv_length(options.by)).collect() }),
            Err(Refused) => wrong.push(no_key(options.by, key.bytes.len(), at)),
        }
    }
    let judged = keys.iter().all(|key| !key.unset);
    if judged && !hands.is_empty() && hands.iter().all(|hand| matches!(hand.sort, Sort::Nothing)) {
        let part = if options.by == Cipher::Sm2 && kind == Kind::Outgoing { "public" } else { "secret" };
        wrong.push(Misconfigured::new(
            at,
            format!("no key has a `{part}`, which is needed here"),
            format!("没有一把密钥写了 {part},这里要用它"),
        ));
    }
    hands
}

fn no_key(by: Cipher, length: usize, at: &str) -> Misconfigured {
    match by {
        Cipher::Sm2 => Misconfigured::new(
            at,
            "a key is no SM2 key; PEM is read, or hexadecimal digits (private: 64; public: 128, or 130 with 04 in front)",
            "有一把不是 SM2 密钥;可用 PEM,或十六进制(私钥64位;公钥128位,或带 04 的130位)",
        ),
        Cipher::Sm4Ecb | Cipher::Sm4Cbc | Cipher::Sm4Gcm => Misconfigured::new(
            at,
            format!(
                "a key has {length} bytes; SM4 needs 16 (is `as = \"hex\"` or `as = \"base64\"` missing at the key?)"
            ),
            format!("有一把密钥是 {length} 个字节;SM4 要 16 个(密钥的 as 是不是该写 hex 或 base64?)"),
        ),
        _ => Misconfigured::new(
            at,
            format!(
                "a key has {length} bytes; AES needs 16, 24 or 32 (is `as = \"hex\"` or `as = \"base64\"` missing at the key?)"
            ),
            format!("有一把密钥是 {length} 个字节;AES 要 16、24 或 32 个(密钥的 as 是不是该写 hex 或 base64?)"),
        ),
    }
}
