//! From what the operator wrote to a connector; all mistakes at once.

use std::sync::Arc;

use huiliu_contract::{Connector, ConnectorKind, Door, Misconfigured, Sentence, Site};
use huiliu_kit::network::Network;
use huiliu_kit::pick::Pointer;
use huiliu_kit::recipe::Recipe;
use huiliu_kit::xml::Reading;

use crate::answer::Envelopes;
use crate::back;
use crate::gate::Gate;
use crate::handshake::Handshake;
use crate::options::{Connect, Options, Verify};
use crate::read::{Parts, Reader};
use crate::receive::Receiver;
use crate::receive_options::{Format, ReceiveOptions};
use crate::saved::SavedBody;
use crate::verify::Verifier;

/// The largest body limit that may be declared, in bytes: 64 MiB.
const LARGEST_BODY: usize = 64 << 20;

/// The kind `webhook`.
#[derive(Clone, Copy, Debug)]
pub struct Webhook;

impl ConnectorKind for Webhook {
    const NAME: &'static str = "webhook";
    const SUMMARY: &'static str = "receives submissions that a far side posts";
    const SUMMARY_ZH: &'static str = "接口接收";
    type Options = Options;

    fn explain(options: &Options, channel: &str) -> Vec<Sentence> {
        crate::explain::explain(options, channel)
    }

    fn build(options: Options, site: &dyn Site) -> Result<Connector, Vec<Misconfigured>> {
        let mut mistakes = Vec::new();
        let allow = networks(&options.connect, site, &mut mistakes);
        let verifier = Verifier::build(&options.connect.verify, site, &mut mistakes);
        let reader = reader(&options.receive, site, &mut mistakes);
        let handshake = match &options.receive.handshake {
            Some(handshake) => Handshake::build(handshake, site, &mut mistakes),
            None => Some(Handshake::default()),
        };
        let tests = verifier.as_ref().and_then(Verifier::recipe).is_some_and(Recipe::has_echo);
        if tests && handshake.as_ref().is_some_and(|handshake| !handshake.echoes()) {
            mistakes.push(Misconfigured::new(
                "connect.verify.recipe.echo",
                "it proves a GET that tests the address, and none is answered; write receive.handshake = { echo = \"echostr\" }, or delete it",
                "它用来验证对方测试地址的 GET,但没有写怎么回话;请写 receive.handshake = { echo = \"echostr\" },或删掉它",
            ));
        }
        let envelopes = Envelopes::build(&options.answer, options.receive.items.is_some(), &mut mistakes);
        let body_limit = options.connect.body_limit;
        if !(1..=LARGEST_BODY).contains(&body_limit) {
            mistakes.push(Misconfigured::new(
                "connect.body_limit",
                format!("the limit is {body_limit}; 1 to {LARGEST_BODY} bytes are allowed"),
                format!("现在是 {body_limit};只能在 1 到 {LARGEST_BODY} 字节之间"),
            ));
        }
        let gate = Gate::new(&options.connect, verifier.as_ref().and_then(Verifier::recipe));
        let back = options.r#return.as_ref();
        let back = back.and_then(|back| back::outlet(back, gate.window(), site, &mut mistakes));
        let (outlet, mut far) = back.unzip();
        far.get_or_insert_default().push(Box::new(gate));
        match (verifier, reader, envelopes, handshake) {
            (Some(verifier), Some(reader), Some(envelopes), Some(handshake)) if mistakes.is_empty() => {
                let reader = Arc::new(reader);
                let saved = Some(Box::new(SavedBody(Arc::clone(&reader))) as _);
                let receiver = Receiver { allow, verifier, reader, envelopes, handshake };
                let receive = Some((Door::Http { body_limit }, Box::new(receiver) as _));
                Ok(Connector { receive, outlet, saved, far: far.unwrap_or_default(), ..Connector::default() })
            }
            _ => Err(mistakes),
        }
    }
}

/// Reads the allow list, and judges whether a channel without verification is closed enough.
fn networks(connect: &Connect, site: &dyn Site, mistakes: &mut Vec<Misconfigured>) -> Vec<Network> {
    let mut networks = Vec::with_capacity(connect.allow.len());
    for (position, text) in connect.allow.iter().enumerate() {
        match Network::parse(text) {
            Some(network) => networks.push(network),
            None => mistakes.push(Misconfigured::new(
                format!("connect.allow.{position}"),
                format!(
                    "`{}` is no network; write an address or a network such as `10.0.0.0/8`, with zeros behind the prefix",
                    text.escape_debug()
                ),
                format!("“{text}”不是网段;请写地址或 10.0.0.0/8 这样的网段,前缀之后的位要是 0"),
            )),
        }
    }
    let closed = !connect.allow.is_empty() && !networks.iter().any(|network| network.is_everything());
    if matches!(connect.verify, Verify::None) && !closed && !site.listener_is_loopback() {
        mistakes.push(Misconfigured::new(
            "connect.verify",
            "`none` lets anybody who reaches the listener push; declare token, basic, hmac_sha256 or recipe, or name the \
             networks in `connect.allow` (not all of them), or listen on 127.0.0.1",
            "none 等于谁能连上谁就能推送;请改用 token、basic、hmac_sha256 或 recipe,或在 connect.allow 写明网段(不能是全部),或只监听 127.0.0.1",
        ));
    }
    networks
}

fn reader(options: &ReceiveOptions, site: &dyn Site, mistakes: &mut Vec<Misconfigured>) -> Option<Reader> {
    let xml = Reading::build(&options.xml.clone().unwrap_or_default(), "receive.xml");
    let xml = xml.map_err(|found| mistakes.extend(found)).ok();
    in_vain(options, mistakes);
    let mut pointer = |key: &str, text: &str| match Pointer::parse(text) {
        Ok(pointer) => Some(pointer),
        Err(bad) => {
            mistakes.push(bad.at_key(key));
            None
        }
    };
    let mut place = |key: &str, text: &Option<String>| match text {
        Some(text) => pointer(key, text).map(Some),
        None => Some(None),
    };
    let items = place("receive.items", &options.items);
    let version = place("receive.version", &options.version);
    let sent_at = place("receive.sent_at", &options.sent_at);
    let id = pointer("receive.id", &options.id);
    if options.id.is_empty() {
        mistakes.push(Misconfigured::new(
            "receive.id",
            "the place of the id is empty; write a name such as `letterNo` or a pointer such as `/data/no`",
            "来源编号的位置没有写;请写 letterNo 这样的栏名,或 /data/no 这样的路径",
        ));
    }
    let parts = Parts {
        json: options.json_parts.clone(),
        most: usize::from(options.max_files.unwrap_or(20)),
        largest: options.file_limit.unwrap_or(LARGEST_BODY),
    };
    let (xml, id, items, version, sent_at) = (xml?, id?, items?, version?, sent_at?);
    Some(Reader { format: options.format, xml, parts, items, id, version, sent_at, zone: site.zone() })
}

/// Keys that are read in one format only, where another one is declared.
fn in_vain(options: &ReceiveOptions, mistakes: &mut Vec<Misconfigured>) {
    for (key, written, format) in [
        ("xml", options.xml.is_some(), Format::Xml),
        ("json_parts", !options.json_parts.is_empty(), Format::Multipart),
        ("max_files", options.max_files.is_some(), Format::Multipart),
        ("file_limit", options.file_limit.is_some(), Format::Multipart),
    ] {
        if written && options.format.is_some_and(|declared| declared != format) {
            let word = if format == Format::Xml { "xml" } else { "multipart" };
            mistakes.push(Misconfigured::new(
                format!("receive.{key}"),
                format!("only `format = \"{word}\"` reads this, or no `format` at all"),
                format!("只有 format = \"{word}\"(或不写 format)时才用这一项"),
            ));
        }
    }
}
