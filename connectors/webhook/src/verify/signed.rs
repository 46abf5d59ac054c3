//! What exactly is signed: `{timestamp}.{nonce}.{body}`, compiled. A text in which the same bytes could be
//! cut in two ways would let a seen signature vouch for another body, so it is refused at build.

use huiliu_contract::Misconfigured;
use huiliu_kit::template::Template;

pub(super) const KEY: &str = "connect.verify.hmac_sha256.signed";

/// A piece of the signed text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Part {
    Literal(Vec<u8>),
    Timestamp,
    Nonce,
    Body,
}

/// What else of the options bears on the signed text.
pub(super) struct Declared {
    pub(super) timestamp: bool,
    pub(super) nonce: bool,
    pub(super) nonce_has_length: bool,
}

/// Compiles and judges the text; all mistakes at once.
pub(super) fn compile(text: &str, declared: &Declared, mistakes: &mut Vec<Misconfigured>) -> Option<Vec<Part>> {
    let before = mistakes.len();
    let parts = match split(text) {
        Ok(parts) => parts,
        Err(mistake) => {
            mistakes.push(mistake);
            return None;
        }
    };
    let count = |part: &Part| parts.iter().filter(|found| *found == part).count();
    if count(&Part::Body) != 1 {
        mistakes.push(Misconfigured::new(
            KEY,
            "`{body}` must stand in it exactly once; a signature that leaves the body out proves nothing about it",
            "必须恰好出现一次 {body};不含正文的签名证明不了正文",
        ));
    }
    for (part, name, table, wanted) in [
        (Part::Timestamp, "{timestamp}", "timestamp", declared.timestamp),
        (Part::Nonce, "{nonce}", "nonce", declared.nonce),
    ] {
        match (count(&part), wanted) {
            (1, true) | (0, false) => {}
            (0, true) => mistakes.push(Misconfigured::new(
                KEY,
                format!("`{name}` is missing; a {table} that is not signed can be replaced by anybody"),
                format!("缺少 {name};没有签进去的内容谁都能改,等于没有"),
            )),
            (_, true) => mistakes.push(Misconfigured::new(
                KEY,
                format!("`{name}` may stand in it only once"),
                format!("{name} 只能出现一次"),
            )),
            (_, false) => mistakes.push(Misconfigured::new(
                KEY,
                format!("`{name}` is signed, but no table `{table}` says in which header it stands"),
                format!("签名里有 {name},却没有写 {table} = {{ header = … }} 说明它在哪个请求头里"),
            )),
        }
    }
    if declared.nonce && !declared.nonce_has_length && !told_apart(&parts) {
        mistakes.push(Misconfigured::new(
            KEY,
            "nothing tells where the nonce ends and the body begins, so one signature fits two bodies; \
             put a sign between them that no nonce holds (such as `.` or a line break), or declare `nonce.length`",
            "随机串与正文之间没有分隔符,同一个签名可以对应两种正文;请在两者之间用随机串里不会有的分隔符(如句点、换行),或写明 nonce.length",
        ));
    }
    (mistakes.len() == before).then_some(parts)
}

/// Whether a character may stand in a nonce.
pub(super) fn nonce_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=_-".contains(&byte)
}

/// Whether the neighbour of the nonce on the body's side begins with what no nonce holds. The timestamp
/// has a fixed length and only digits; standing between them it tells nothing apart.
fn told_apart(parts: &[Part]) -> bool {
    let at = |part: &Part| parts.iter().position(|found| found == part);
    let (Some(nonce), Some(body)) = (at(&Part::Nonce), at(&Part::Body)) else { return true };
    let neighbour = if nonce < body { parts.get(nonce + 1) } else { parts.get(nonce - 1) };
    let Some(Part::Literal(bytes)) = neighbour else { return false };
    let edge = if nonce < body { bytes.first() } else { bytes.last() };
    edge.is_some_and(|byte| !nonce_byte(*byte))
}

/// Splits at the placeholders. The kit's templates judge the text and word the error; their compiled form
/// would copy the body, which is why the parts are kept apart here.
fn split(text: &str) -> Result<Vec<Part>, Misconfigured> {
    const NAMES: [(&str, Part); 3] =
        [("{timestamp}", Part::Timestamp), ("{nonce}", Part::Nonce), ("{body}", Part::Body)];
    Template::text(text, &["timestamp", "nonce", "body"]).map_err(|bad| bad.at_key(KEY))?;
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let slot = if rest.starts_with("{{") { None } else { NAMES.iter().find(|(name, _)| rest.starts_with(name)) };
        match slot {
            Some((name, part)) => {
                push_literal(&mut parts, &mut literal);
                parts.push(part.clone());
                rest = &rest[name.len()..];
            }
            None => {
                literal.push(next);
                let doubled = matches!(next, '{' | '}');
                rest = &rest[if doubled { 2 } else { next.len_utf8() }..];
            }
        }
    }
    push_literal(&mut parts, &mut literal);
    Ok(parts)
}

fn push_literal(parts: &mut Vec<Part>, literal: &mut String) {
    if !literal.is_empty() {
        parts.push(Part::Literal(std::mem::take(literal).into_bytes()));
    }
}
