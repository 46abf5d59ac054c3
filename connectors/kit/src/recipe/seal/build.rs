//! From options to a sealing: its cipher, its keys, its places. What can be known to be wrong is found here.

use http::HeaderName;
use huiliu_contract::{Misconfigured, Site};

use super::hands::{hands, value_key};
use super::{Frame, IvRule, Seal};
use crate::crypto::block::{self, BLOCK, iv_length};
use crate::mistakes::Mistakes;
use crate::recipe::keys::{self, Key};
use crate::recipe::options::{Cipher, Encoding, Iv, Layout, Order, SealOptions, SealWhat};
use crate::recipe::plan::{Ground, Kind, Value};
use crate::recipe::text::{Atom, Names, Piece, bad_header};

/// What a seal is compiled with.
pub(in crate::recipe) struct Context<'a> {
    pub(in crate::recipe) names: Names<'a>,
    pub(in crate::recipe) values: &'a [Value],
    pub(in crate::recipe) keys: &'a [Key],
    pub(in crate::recipe) has_keys: bool,
}

impl Seal {
    /// Compiles a sealing; none if anything was wrong.
    pub(in crate::recipe) fn build(
        options: &SealOptions,
        ground: Ground<'_>,
        context: &Context<'_>,
        wrong: &mut Mistakes,
    ) -> Option<Self> {
        let before = wrong.count();
        let Ground { key, kind, site, .. } = ground;
        check_places(options, key, kind, wrong);
        let fields = options.fields.iter().enumerate();
        let fields =
            fields.filter_map(|(at, place)| wrong.pointer(Some(place), &format!("{key}.fields.{at}"))).collect();
        let into = wrong.pointer(options.into.as_ref(), &format!("{key}.into"));
        let iv = iv_rule(options, key, site, wrong);
        let pad = options.pad.unwrap_or(BLOCK);
        if pad == 0 || pad > 240 || !pad.is_multiple_of(BLOCK) {
            wrong.tell(&format!("{key}.pad"), "a multiple of 16, at most 240, is needed", "要是 16 的倍数,最多 240");
        }
        let frame = options.frame.as_ref().and_then(|frame| {
            if frame.random > 64 {
                wrong.tell(&format!("{key}.frame.random"), "0 to 64 bytes are allowed", "只能是 0 到 64 个字节");
            }
            let names = Names { constants: true, ..context.names };
            let owner = names.compile(&frame.owner, &format!("{key}.frame.owner"), wrong)?;
            let owner = owner.0.iter().flat_map(|piece| match piece {
                Piece::Literal(bytes) => bytes.to_vec(),
                Piece::Slot(Atom::Value(at)) => {
                    context.values.get(*at).map(|value| value.text.expose().as_bytes().to_vec()).unwrap_or_default()
                }
                Piece::Slot(_) => Vec::new(),
            });
            Some(Frame { random: frame.random, owner: owner.collect() })
        });
        let own = if let Some(named) = &options.key {
            Some(vec![value_key(named, options, key, context, wrong)?])
        } else if options.keys.is_empty() {
            None
        } else {
            Some(keys::read(&options.keys, &format!("{key}.keys"), site, wrong)?)
        };
        if own.is_none() && !context.has_keys {
            wrong.tell(
                &format!("{key}.keys"),
                "no key is written, neither here nor in the recipe",
                "没有写密钥;这里或 recipe 的 keys 里要写",
            );
        }
        let keys_at = if own.is_some() { format!("{key}.keys") } else { format!("{key}.by") };
        let hands = hands(options, own.as_deref().unwrap_or(context.keys), &keys_at, kind, wrong);
        let media_type = options.media_type.as_ref().map(|written| {
            http::HeaderValue::from_str(written).map_err(|_| {
                Misconfigured::new(format!("{key}.media_type"), "this is no media type", "这不是 Content-Type 的值")
            })
        });
        let media_type = match media_type {
            Some(read) => Some(wrong.take(read)?),
            None => None,
        };
        (wrong.count() == before).then_some(Self {
            what: options.what,
            fields,
            into,
            wrap: options.wrap,
            by: options.by,
            own,
            hands,
            iv: iv?,
            pad,
            frame,
            written: options.written,
            case: options.case,
            order: options.order,
            inner: options.inner,
            media_type,
        })
    }
}

fn check_places(options: &SealOptions, key: &str, kind: Kind, wrong: &mut Mistakes) {
    let whole = options.what == SealWhat::Body;
    if whole != options.fields.is_empty() {
        wrong.tell(
            &format!("{key}.fields"),
            "`fields` belongs to `what = \"fields\"` and `what = \"query\"`, and is needed there",
            "what 是 fields 或 query 时要写 fields,否则不写",
        );
    }
    if options.into.is_some() && !whole {
        wrong.tell(
            &format!("{key}.into"),
            "`into` is the place of a sealed body; fields stay where they are",
            "into 只用于 body;字段在原位加密",
        );
    }
    if options.written == Encoding::Bytes && (!whole || options.into.is_some()) {
        wrong.tell(
            &format!("{key}.as"),
            "bytes can only be a whole body; write `base64` or `hex`",
            "bytes 只能是整个内容;改用 base64 或 hex",
        );
    }
    if options.what == SealWhat::Query && kind == Kind::Answer {
        wrong.tell(&format!("{key}.what"), "an answer has no query", "返回里没有网址参数");
    }
    if options.what == SealWhat::Query && options.order == Order::AfterSigning {
        wrong.tell(
            &format!("{key}.order"),
            "query parameters are sealed before signing only",
            "网址参数只能先加密再签名",
        );
    }
    if options.by != Cipher::Sm2 && (options.layout != Layout::C1c3c2 || !options.lead) {
        wrong.tell(key, "`layout` and `lead` belong to `by = \"sm2\"`", "layout、lead 只用于 by = \"sm2\"");
    }
    if iv_length(options.by) == 0 && options.iv.is_some() {
        wrong.tell(&format!("{key}.iv"), "this cipher has no initial vector", "这种算法没有初始向量,不要写 iv");
    }
}

fn iv_rule(options: &SealOptions, key: &str, site: &dyn Site, wrong: &mut Mistakes) -> Option<IvRule> {
    let at = format!("{key}.iv");
    let tagged = block::authenticates(options.by);
    let Some(iv) = &options.iv else { return Some(IvRule::Front) };
    if tagged && matches!(iv, Iv::Key | Iv::Text(_) | Iv::Hex(_)) {
        wrong.tell(
            &at,
            "GCM is broken by an initial vector that is used twice; write `front`, `header` or `field`",
            "GCM 的初始向量重复就不安全;写 front、header 或 field",
        );
    }
    let fixed = |bytes: Option<Vec<u8>>, wrong: &mut Mistakes| {
        let length = iv_length(options.by);
        let bytes = bytes.filter(|bytes| bytes.len() == length);
        if bytes.is_none() {
            wrong.push(Misconfigured::new(
                &at,
                format!("the initial vector must have {length} bytes"),
                format!("初始向量要 {length} 个字节"),
            ));
        }
        bytes.map(IvRule::Fixed)
    };
    match iv {
        Iv::Front => Some(IvRule::Front),
        Iv::Key => Some(IvRule::Key),
        Iv::Text(secret) => {
            let read = wrong.take(site.secret(&at, secret))?;
            fixed(Some(read.expose().as_bytes().to_vec()), wrong)
        }
        Iv::Hex(secret) => {
            let read = wrong.take(site.secret(&at, secret))?;
            fixed(hex::decode(read.expose().trim()).ok(), wrong)
        }
        Iv::Header(place) | Iv::Field(place) if tagged && options.fields.len() > 1 => {
            let _ = place;
            wrong.tell(
                &at,
                "several fields cannot share one initial vector; write `front`",
                "几个字段不能共用一个初始向量;写 front",
            );
            None
        }
        Iv::Header(place) => match HeaderName::try_from(place.at.as_str()) {
            Ok(name) => Some(IvRule::Header(name, place.written)),
            Err(_) => {
                wrong.push(bad_header(&place.at, &format!("{at}.header.at")));
                None
            }
        },
        Iv::Field(place) => {
            Some(IvRule::Field(wrong.pointer(Some(&place.at), &format!("{at}.field.at"))?, place.written))
        }
    }
}
