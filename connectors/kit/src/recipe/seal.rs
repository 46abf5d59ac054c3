//! What is sealed in a message, compiled: which cipher, with which keys, where its parts stand.

mod hands;

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use http::HeaderName;
use huiliu_contract::{Misconfigured, Site};
use jiff::Timestamp;

use super::keys::{self, Key};
use super::options::{Case, Cipher, Encoding, Inner, Iv, Layout, Order, SealOptions, SealWhat, Wrap};
use super::plan::{Ground, Kind, Value};
use super::run::{decoded, encoded};
use super::text::{Names, Piece, bad_header};
use crate::crypto::block::{self, BLOCK, iv_length};
use crate::crypto::{Refused, sm2};
use crate::mistakes::Mistakes;
use crate::pick::Pointer;

/// A sealing.
pub(super) struct Seal {
    pub(super) what: SealWhat,
    pub(super) fields: Vec<Pointer>,
    pub(super) into: Option<Pointer>,
    pub(super) wrap: Wrap,
    pub(super) by: Cipher,
    /// Its own keys; none where those of the recipe are used.
    own: Option<Vec<Key>>,
    hands: Vec<Hand>,
    pub(super) iv: IvRule,
    pad: usize,
    frame: Option<Frame>,
    pub(super) written: Encoding,
    case: Option<Case>,
    pub(super) order: Order,
    pub(super) inner: Inner,
    pub(super) media_type: Option<http::HeaderValue>,
}

/// Where the initial vector stands.
pub(super) enum IvRule {
    /// In front of the sealed bytes, or the cipher has none.
    Front,
    /// The first bytes of the key.
    Key,
    Fixed(Vec<u8>),
    Header(HeaderName, Encoding),
    Field(Pointer, Encoding),
}

struct Frame {
    random: usize,
    owner: Vec<u8>,
}

/// What a key can do.
struct Hand {
    sort: Sort,
    /// The first bytes of the key, where they are the initial vector.
    iv: Vec<u8>,
}

enum Sort {
    Block(Box<block::Key>),
    Sealer(Box<sm2::Sealer>),
    Opener(Box<sm2::Opener>),
    Nothing,
}

/// What a seal is compiled with.
pub(super) struct Context<'a> {
    pub(super) names: Names<'a>,
    pub(super) values: &'a [Value],
    pub(super) keys: &'a [Key],
    pub(super) has_keys: bool,
}

impl Seal {
    pub(super) fn build(
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
                Piece::Slot(super::text::Atom::Value(at)) => {
                    context.values.get(*at).map(|value| value.text.expose().as_bytes().to_vec()).unwrap_or_default()
                }
                Piece::Slot(_) => Vec::new(),
            });
            Some(Frame { random: frame.random, owner: owner.collect() })
        });
        let own = if let Some(named) = &options.key {
            Some(vec![hands::value_key(named, options, key, context, wrong)?])
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
        let hands = hands::hands(options, own.as_deref().unwrap_or(context.keys), &keys_at, kind, wrong);
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

    /// The keys that may fit now: of its own, else those of the recipe. The one that signed comes alone where the recipe's
    /// keys are used.
    pub(super) fn candidates(&self, signed_by: Option<usize>, recipe: &[Key], now: Timestamp) -> Vec<usize> {
        let holding = |keys: &[Key]| (0..keys.len()).filter(|at| keys[*at].holds(now)).collect::<Vec<_>>();
        match (&self.own, signed_by) {
            (None, Some(one)) => vec![one],
            (None, None) => holding(recipe),
            (Some(own), signed_by) => {
                let id = signed_by.and_then(|at| recipe[at].id.as_ref());
                let same = id.and_then(|id| own.iter().position(|key| key.id.as_ref() == Some(id) && key.holds(now)));
                same.map_or_else(|| holding(own), |one| vec![one])
            }
        }
    }

    /// A fresh initial vector; of a fixed one, that.
    pub(super) fn fresh_iv(&self, key: usize) -> Result<Vec<u8>, Refused> {
        match &self.iv {
            IvRule::Key => Ok(self.hands.get(key).ok_or(Refused)?.iv.clone()),
            IvRule::Fixed(iv) => Ok(iv.clone()),
            IvRule::Front | IvRule::Header(..) | IvRule::Field(..) => random(iv_length(self.by)),
        }
    }

    /// Seals a text with a key; what comes out is written as declared.
    pub(super) fn seal(&self, key: usize, iv: &[u8], message: &[u8]) -> Result<Vec<u8>, Refused> {
        let framed;
        let message = match &self.frame {
            Some(frame) => {
                framed = frame.around(message)?;
                &framed[..]
            }
            None => message,
        };
        let sealed = match &self.hands.get(key).ok_or(Refused)?.sort {
            Sort::Block(cipher) => {
                let sealed = cipher.seal(iv, message, self.pad)?;
                if matches!(self.iv, IvRule::Front) { [iv, &sealed].concat() } else { sealed }
            }
            Sort::Sealer(sealer) => sealer.seal(message)?,
            Sort::Opener(_) | Sort::Nothing => return Err(Refused),
        };
        let mut text = encoded(self.written, &sealed);
        if self.case == Some(Case::Upper) && self.written == Encoding::Hex {
            text.make_ascii_uppercase();
        }
        Ok(text)
    }

    /// Opens a text: with the one of these keys that fits. `iv` is the one that was told, where it is told.
    pub(super) fn open(&self, keys: &[usize], iv: Option<&[u8]>, text: &[u8]) -> Result<Vec<u8>, Refused> {
        let sealed = decoded(self.written, text).ok_or(Refused)?;
        let mut opened = None;
        for key in keys {
            let plain = self.open_with(*key, iv, &sealed);
            // A cipher without a tag opens to nonsense now and then: of several keys the one that yields a text is taken.
            let meant = keys.len() == 1
                || block::authenticates(self.by)
                || plain.as_ref().is_ok_and(|plain| std::str::from_utf8(plain).is_ok());
            if opened.is_none() && meant {
                opened = plain.ok();
            }
        }
        opened.ok_or(Refused)
    }

    fn open_with(&self, key: usize, told: Option<&[u8]>, sealed: &[u8]) -> Result<Vec<u8>, Refused> {
        let hand = self.hands.get(key).ok_or(Refused)?;
        let plain = match &hand.sort {
            Sort::Block(cipher) => {
                let (iv, sealed) = match (&self.iv, told) {
                    (IvRule::Key, _) => (&hand.iv[..], sealed),
                    (IvRule::Fixed(iv), _) => (&iv[..], sealed),
                    (IvRule::Front, _) => sealed.split_at_checked(iv_length(self.by)).ok_or(Refused)?,
                    (IvRule::Header(..) | IvRule::Field(..), told) => (told.ok_or(Refused)?, sealed),
                };
                cipher.open(iv, sealed, self.pad)?
            }
            Sort::Opener(opener) => opener.open(sealed)?,
            Sort::Sealer(_) | Sort::Nothing => return Err(Refused),
        };
        match &self.frame {
            Some(frame) => frame.inside(&plain),
            None => Ok(plain),
        }
    }
}

impl Frame {
    fn around(&self, message: &[u8]) -> Result<Vec<u8>, Refused> {
        let length = u32::try_from(message.len()).map_err(|_| Refused)?.to_be_bytes();
        Ok([&random(self.random)?, &length[..], message, &self.owner].concat())
    }

    fn inside(&self, plain: &[u8]) -> Result<Vec<u8>, Refused> {
        let (_, rest) = plain.split_at_checked(self.random).ok_or(Refused)?;
        let (length, rest) = rest.split_first_chunk::<4>().ok_or(Refused)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| Refused)?;
        let (message, owner) = rest.split_at_checked(length).ok_or(Refused)?;
        if owner == self.owner { Ok(message.to_vec()) } else { Err(Refused) }
    }
}

pub(super) fn random(count: usize) -> Result<Vec<u8>, Refused> {
    let mut bytes = vec![0; count];
    SystemRandom::new().fill(&mut bytes).map_err(|_| Refused)?;
    Ok(bytes)
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
