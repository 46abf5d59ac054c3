//! What a pushing far side's options say, in plain words.

use huiliu_contract::{Sentence, Topic};
use huiliu_kit::explain::{self, Both, secrets, tree};

use crate::options::{AnswerOptions, Connect, Encoding, EnvelopeOptions, HmacOptions, Options, StampUnit, Verify};
use crate::receive_options::{Format, HandshakeOptions, ReceiveOptions};

/// All of it, in the order in which people read it; `channel` is the channel's code.
pub(crate) fn explain(options: &Options, channel: &str) -> Vec<Sentence> {
    let mut said = vec![Sentence::new(
        Topic::Arrives,
        format!("对方推送到汇流的 /channels/{channel}"),
        format!("The far side pushes to /channels/{channel}"),
        &[],
    )];
    match &options.connect.verify {
        Verify::Recipe(recipe) => {
            said.extend(explain::recipe(recipe, "connect.verify", Topic::Arrives, true));
        }
        _ => said.push(of_verify(&options.connect)),
    }
    said.push(of_bounds(&options.connect));
    said.extend(of_receive(&options.receive));
    said.extend(options.receive.handshake.as_ref().map(of_handshake));
    said.push(of_identity(&options.receive));
    said.extend(of_answers(&options.answer));
    if let Some(back) = options.r#return.as_ref() {
        if let Some(url) = &back.url {
            let (zh, en) = explain::auth(back.auth.as_ref());
            let keys = ["return.url", "return.auth"];
            said.push(Sentence::new(
                Topic::Returns,
                format!("送到 {url};身份:{zh}"),
                format!("To {url}; identity: {en}"),
                &keys,
            ));
        }
        if let Some(recipe) = &back.recipe {
            said.extend(explain::recipe(recipe, "return.recipe", Topic::Returns, false));
        }
        said.extend(explain::ways(&back.ways));
    }
    said
}

fn of_verify(connect: &Connect) -> Sentence {
    let (zh, en): Both = match &connect.verify {
        Verify::None => {
            ("不验证身份(只凭来的地址)".into(), "Nothing proves who sends; only the address is looked at".into())
        }
        Verify::Token(token) => {
            let at = secrets(&token.secrets);
            let (place, place_en) = match (&token.header, &token.query) {
                (Some(name), _) => (format!("请求头 {name}"), format!("the header {name}")),
                (None, name) => {
                    let name = name.as_deref().unwrap_or("?");
                    (format!("网址参数 {name}"), format!("the parameter {name}"))
                }
            };
            let prefix =
                if token.prefix.is_empty() { String::new() } else { format!(",前面有“{}”", token.prefix) };
            let prefix_en =
                if token.prefix.is_empty() { String::new() } else { format!(", behind `{}`", token.prefix) };
            (
                format!("凭{place}里的固定令牌认对方{prefix}({})", at.0),
                format!("A token in {place_en} proves who sends{prefix_en} ({})", at.1),
            )
        }
        Verify::Basic(basic) => {
            let at = secrets(&basic.passwords);
            (
                format!("凭用户名 {} 和口令认对方({})", basic.user, at.0),
                format!("The user {} and a password prove who sends ({})", basic.user, at.1),
            )
        }
        Verify::HmacSha256(hmac) => of_hmac(hmac),
        // It has sentences of its own.
        Verify::Recipe(_) => Both::default(),
    };
    Sentence::new(
        Topic::Arrives,
        format!("{zh};认不出的不收"),
        format!("{en}; nothing else is taken"),
        &["connect.verify"],
    )
}

fn of_hmac(hmac: &HmacOptions) -> Both {
    let at = secrets(&hmac.secrets);
    let how = match hmac.encoding {
        Encoding::Hex => ("十六进制", "hex"),
        Encoding::Base64 => ("Base64", "Base64"),
    };
    let mut zh =
        format!("凭 HMAC-SHA256 签名认对方:请求头 {}({},{}),对 {} 签名", hmac.header, how.0, at.0, hmac.signed);
    let mut en =
        format!("An HMAC-SHA256 in {} ({}, {}) over {} proves who sends", hmac.header, how.1, at.1, hmac.signed);
    if !hmac.prefix.is_empty() {
        zh += &format!(",前面有“{}”", hmac.prefix);
        en += &format!(", behind `{}`", hmac.prefix);
    }
    if let Some(stamp) = &hmac.timestamp {
        let unit = match stamp.unit {
            StampUnit::Seconds => ("秒", "seconds"),
            StampUnit::Milliseconds => ("毫秒", "milliseconds"),
        };
        zh += &format!(";时间戳在 {}({}),和本机差 {} 以上不收", stamp.header, unit.0, stamp.window);
        en += &format!("; its time is in {} ({}), at most {} from ours", stamp.header, unit.1, stamp.window);
    }
    if let Some(nonce) = &hmac.nonce {
        zh += &format!(";随机串在 {},用过的不收", nonce.header);
        en += &format!("; {} is taken once only", nonce.header);
        if let Some(length) = nonce.length {
            zh += &format!("(长 {length})");
            en += &format!(" ({length} long)");
        }
    }
    (zh, en)
}

fn of_bounds(connect: &Connect) -> Sentence {
    let most = connect.body_limit;
    let (zh, en) = match connect.allow.as_slice() {
        [] => ("不限从哪里来".to_owned(), "From any network".to_owned()),
        some => (format!("只收从 {} 来的", some.join("、")), format!("Only from {}", some.join(", "))),
    };
    Sentence::new(
        Topic::Arrives,
        format!("{zh};一次最多 {most} 字节"),
        format!("{en}; at most {most} bytes at once"),
        &["connect.allow", "connect.body_limit"],
    )
}

fn of_receive(receive: &ReceiveOptions) -> Vec<Sentence> {
    let format = match receive.format {
        None => ("看 Content-Type", "as its content type says"),
        Some(Format::Json) => ("JSON", "JSON"),
        Some(Format::Form) => ("网页表单", "a form"),
        Some(Format::Xml) => ("XML", "XML"),
        Some(Format::Multipart) => ("带文件的表单", "a form with files"),
    };
    let (items, items_en) = match receive.items.as_deref() {
        None => ("一次一件".to_owned(), "one submission a push".to_owned()),
        Some("") => ("一次多件,正文就是列表".into(), "a list of submissions".into()),
        Some(place) => (format!("一次多件,列表在 {place}"), format!("a list of submissions at {place}")),
    };
    vec![Sentence::new(
        Topic::Arrives,
        format!("正文格式:{};{items}", format.0),
        format!("The body is {}; {items_en}", format.1),
        &["receive.format", "receive.items"],
    )]
}

fn of_handshake(handshake: &HandshakeOptions) -> Sentence {
    let mut zh = Vec::new();
    let mut en = Vec::new();
    if let Some(echo) = &handshake.echo {
        zh.push(format!("GET 时把网址参数 {echo} 原样回给对方"));
        en.push(format!("a GET is answered with its parameter {echo}"));
    }
    if let Some(place) = &handshake.challenge {
        zh.push(format!("POST 时把 {place} 原样回给对方"));
        en.push(format!("a POST is answered with {place}"));
    }
    let keys = ["receive.handshake.echo", "receive.handshake.challenge"];
    Sentence::new(
        Topic::Arrives,
        format!("对方验证推送地址:{}", zh.join(";")),
        format!("When the address is tested: {}", en.join("; ")),
        &keys,
    )
}

fn of_identity(receive: &ReceiveOptions) -> Sentence {
    let (mut zh, mut en) =
        (format!("来源编号在 {}", receive.id), format!("The source's number stands at {}", receive.id));
    if let Some(version) = &receive.version {
        zh += &format!(",版本看 {version}");
        en += &format!(", its version at {version}");
    }
    if let Some(sent) = &receive.sent_at {
        zh += &format!(",发出时间看 {sent}");
        en += &format!(", its time of sending at {sent}");
    }
    Sentence::new(Topic::Known, zh, en, &["receive.id", "receive.version", "receive.sent_at"])
}

fn of_answers(answer: &AnswerOptions) -> Vec<Sentence> {
    let parts: [(&str, &str, &str, &Option<EnvelopeOptions>, Both); 4] = [
        (
            "taken",
            "收下",
            "Taken",
            &answer.taken,
            (
                "HTTP 200,{\"success\":true} 加汇流编号和来源编号".into(),
                "HTTP 200, {\"success\":true} with both numbers".into(),
            ),
        ),
        ("repeat", "重发的", "Told again", &answer.repeat, ("和收下一样".into(), "as what is taken".into())),
        (
            "refused",
            "拒收",
            "Refused",
            &answer.refused,
            ("按原因的 HTTP 状态码和一句说明".into(), "the HTTP status of the reason and a sentence".into()),
        ),
        (
            "failed",
            "我方出错",
            "We failed",
            &answer.failed,
            ("HTTP 503,请对方再推".into(), "HTTP 503, to be told again".into()),
        ),
    ];
    parts
        .into_iter()
        .map(|(key, zh, en, written, default)| {
            let (what, what_en) = match written {
                None => default,
                Some(envelope) => of_envelope(envelope),
            };
            Sentence::new(
                Topic::Answered,
                format!("{zh}:{what}"),
                format!("{en}: {what_en}"),
                &[&format!("answer.{key}")],
            )
        })
        .collect()
}

fn of_envelope(envelope: &EnvelopeOptions) -> Both {
    let (mut zh, mut en) = match envelope.status {
        Some(status) => (format!("HTTP {status}"), format!("HTTP {status}")),
        None => ("按情况的 HTTP 状态码".into(), "the HTTP status that fits".into()),
    };
    if !envelope.headers.is_empty() {
        zh += &format!(",应答头 {}", explain::pairs(&envelope.headers));
        en += &format!(", headers {}", explain::pairs(&envelope.headers));
    }
    if let Some(body) = &envelope.body {
        zh += &format!(",内容 {}", tree(body));
        en += &format!(", body {}", tree(body));
    }
    (zh, en)
}
