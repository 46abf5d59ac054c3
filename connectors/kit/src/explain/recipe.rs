//! What a recipe says, in plain words: what is signed, by what, where it goes, what is sealed; and a warning where the
//! signature leaves the content out.

use huiliu_contract::{Sentence, Topic};

use super::{Both, secret};
use crate::recipe::{
    Case, Cipher, Constant, Digest, Encoding, KeyOptions, Mac, Order, PartOptions, PutOptions, RecipeOptions,
    SealOptions, SealWhat, Signature, Sort, Source, StepOptions,
};

/// All of it. `key` is where the recipe stands, `topic` under which heading it is told; `comes` says that messages come in.
pub fn recipe(options: &RecipeOptions, key: &str, topic: Topic, comes: bool) -> Vec<Sentence> {
    let mut said = vec![of_signature(&options.own, key, topic, comes)];
    said.extend(of_seal(&options.own, topic));
    if !options.own.steps.iter().any(covers_body) {
        said.push(Sentence::new(
            topic,
            "注意:签名不含内容,内容在路上被人改了,凭签名看不出来;尽量走 HTTPS 或专线",
            "Mind: the signature leaves the content out, so a content changed on its way is not noticed; use TLS or a line of your own",
            &[],
        ));
    }
    if let Some(answer) = &options.answer {
        let (zh, en) = steps(answer);
        let sealed = !answer.seal.is_empty();
        let opened = if sealed { ("先解密", ", opened") } else { ("", "") };
        said.push(Sentence::new(
            topic,
            format!("对方的返回也要验:{zh}{};验不过的不认", opened.0),
            format!("Its answers are verified too: {en}{}; any other is not believed", opened.1),
            &[],
        ));
    }
    if options.echo.is_some() {
        said.push(Sentence::new(
            topic,
            "对方用 GET 测试接收地址时,也要验过签名才回话",
            "A GET that tests the address is answered only if it is signed",
            &[],
        ));
    }
    said
}

/// Whether a step reads anything of the body.
fn covers_body(step: &StepOptions) -> bool {
    let texts = step.texts.iter().flatten().chain(&step.text).chain(&step.of);
    texts.into_iter().any(|text| text.contains("{body}") || text.contains("{field:"))
        || step.params.iter().flatten().any(|source| matches!(source, Source::Form | Source::Json))
}

fn of_signature(part: &PartOptions, key: &str, topic: Topic, comes: bool) -> Sentence {
    let (how, how_en) = steps(part);
    let (places, places_en): (Vec<_>, Vec<_>) = part.put.iter().map(place).unzip();
    let (mut zh, mut en) = match comes {
        true => ("凭签名认对方:".to_owned(), "A signature proves who sends: ".to_owned()),
        false => ("每次发出都重新签名:".to_owned(), "Every request is signed, each attempt anew: ".to_owned()),
    };
    zh += &how;
    en += &how_en;
    if !places.is_empty() {
        zh += &format!(";放在{}", places.join("、"));
        en += &format!("; put into {}", places_en.join(", "));
    }
    if let Some(stamp) = &part.stamp {
        zh += &format!(";时间戳({})和对方的钟相差 {} 以内才有效", stamp.format, stamp.window);
        en += &format!("; its time ({}) holds within {} of the other clock", stamp.format, stamp.window);
    }
    if part.nonce.is_some() {
        zh += ";随机串只用一次";
        en += "; a nonce is used once";
    }
    let (mut keys, mut keys_en): (Vec<_>, Vec<_>) = part.values.iter().map(of_value).unzip();
    let (more, more_en): (Vec<_>, Vec<_>) = part.keys.iter().filter_map(of_key).unzip();
    keys.extend(more);
    keys_en.extend(more_en);
    if !keys.is_empty() {
        zh += &format!("({})", keys.join("、"));
        en += &format!(" ({})", keys_en.join(", "));
    }
    if comes {
        zh += ";认不出的不收";
        en += "; nothing else is taken";
    }
    Sentence::new(topic, zh, en, &[key])
}

/// What a constant is, or where it is kept.
fn of_value((name, value): (&String, &Constant)) -> Both {
    match value {
        Constant::Plain(text) => (format!("{name} = {text}"), format!("{name} = {text}")),
        Constant::Secret(at) => {
            let (zh, en) = secret(at);
            (format!("{name} 的{zh}"), format!("{name}: {en}"))
        }
    }
}

/// Where a key is kept, and how long it holds.
fn of_key(key: &KeyOptions) -> Option<Both> {
    let (mut zh, mut en) = secret(key.secret.as_ref()?);
    if let Some(id) = &key.id {
        zh = format!("编号 {id} 的{zh}");
        en = format!("{en} for the id {id}");
    }
    if let Some(until) = &key.until {
        zh += &format!(",用到 {until}");
        en += &format!(" until {until}");
    }
    Some((zh, en))
}

/// The steps, one after another.
fn steps(part: &PartOptions) -> Both {
    if part.steps.is_empty() {
        return ("不签名".into(), "not signed".into());
    }
    let (zh, en): (Vec<_>, Vec<_>) = part.steps.iter().map(step).unzip();
    (zh.join(",再"), en.join(", then "))
}

fn step(step: &StepOptions) -> Both {
    let of = step.of.as_deref().unwrap_or("?");
    let (mut zh, mut en) = if let Some(text) = &step.text {
        (format!("拼成“{text}”"), format!("the text `{text}`"))
    } else if let Some(texts) = &step.texts {
        let sorted = step.sort == Some(Sort::Value);
        let (order, order_en) = if sorted { ("排序后", "sorted and ") } else { ("", "") };
        (format!("把 {} {order}连起来", texts.join("、")), format!("{} {order_en}joined", texts.join(", ")))
    } else if let Some(sources) = &step.params {
        let join = step.join.as_deref().unwrap_or("&");
        let (from, from_en): (Vec<_>, Vec<_>) = sources.iter().map(|source| source_words(*source)).unzip();
        let by = if step.sort == Some(Sort::Value) { ("值", "value") } else { ("名字", "name") };
        (
            format!("把{}按{}排序,用“{join}”连起来", from.join("、"), by.0),
            format!("{} sorted by {}, joined by `{join}`", from_en.join(" and "), by.1),
        )
    } else if let Some(digest) = step.digest {
        let name = match digest {
            Digest::Md5 => "MD5",
            Digest::Sha1 => "SHA-1",
            Digest::Sha256 => "SHA-256",
            Digest::Sm3 => "SM3",
        };
        (format!("对 {of} 求 {name}"), format!("{name} of {of}"))
    } else if let Some(mac) = step.hmac {
        let name = match mac {
            Mac::Sha1 => "HMAC-SHA1",
            Mac::Sha256 => "HMAC-SHA256",
            Mac::Sm3 => "HMAC-SM3",
        };
        (format!("对 {of} 求 {name}"), format!("{name} of {of}"))
    } else {
        let name = match step.sign {
            Some(Signature::RsaSha256) => "RSA-SHA256",
            Some(Signature::Sm2) => "SM2",
            None => "?",
        };
        (format!("对 {of} 做 {name} 签名"), format!("{name} signature of {of}"))
    };
    if let Some(written) = step.written {
        let name = match written {
            Encoding::Hex => "hex",
            Encoding::Base64 => "base64",
            Encoding::Base64url => "base64url",
            Encoding::Bytes => "bytes",
        };
        zh += &format!("({name})");
        en += &format!(" ({name})");
    }
    match step.case {
        Some(Case::Upper) => {
            zh += "转大写";
            en += " in capitals";
        }
        Some(Case::Lower) => {
            zh += "转小写";
            en += " in small letters";
        }
        None => {}
    }
    if let Some(take) = &step.take {
        zh += &format!("取第 {take} 位");
        en += &format!(", characters {take}");
    }
    (zh, en)
}

fn source_words(source: Source) -> (&'static str, &'static str) {
    match source {
        Source::Query => ("网址参数", "the query"),
        Source::Form => ("表单", "the form"),
        Source::Json => ("JSON 内容", "the JSON members"),
        Source::Headers => ("请求头", "headers"),
    }
}

fn place(put: &PutOptions) -> Both {
    let text = &put.text;
    match (&put.header, &put.query, &put.field) {
        (Some(name), _, _) => (format!("请求头 {name}({text})"), format!("the header {name} ({text})")),
        (_, Some(name), _) => (format!("网址参数 {name}({text})"), format!("the parameter {name} ({text})")),
        (_, _, name) => {
            let name = name.as_deref().unwrap_or("?");
            (format!("内容的 {name}({text})"), format!("the field {name} ({text})"))
        }
    }
}

fn of_seal(part: &PartOptions, topic: Topic) -> Option<Sentence> {
    if part.seal.is_empty() {
        return None;
    }
    let (zh, en): (Vec<_>, Vec<_>) = part.seal.iter().map(seal).unzip();
    Some(Sentence::new(topic, format!("加密:{}", zh.join(";")), format!("Sealed: {}", en.join("; ")), &[]))
}

fn seal(seal: &SealOptions) -> Both {
    let cipher = match seal.by {
        Cipher::Sm4Ecb => "SM4-ECB",
        Cipher::Sm4Cbc => "SM4-CBC",
        Cipher::Sm4Gcm => "SM4-GCM",
        Cipher::AesEcb => "AES-ECB",
        Cipher::AesCbc => "AES-CBC",
        Cipher::AesGcm => "AES-GCM",
        Cipher::Sm2 => "SM2",
    };
    let named = seal.fields.join("、");
    let (what, what_en) = match seal.what {
        SealWhat::Body => ("整个内容".to_owned(), "the whole content".to_owned()),
        SealWhat::Fields => (format!("字段 {named}"), format!("the fields {named}")),
        SealWhat::Query => (format!("网址参数 {named}"), format!("the parameters {named}")),
    };
    let (order, order_en) = match seal.order {
        Order::BeforeSigning => ("先加密再签名", "before it is signed"),
        Order::AfterSigning => ("先签名再加密", "after it is signed"),
    };
    (format!("{what}用 {cipher},{order}"), format!("{what_en} by {cipher}, {order_en}"))
}
