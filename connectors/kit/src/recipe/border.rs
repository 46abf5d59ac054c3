//! Borders in signed texts. Where nothing tells where one part ends and the next begins, bytes can be moved over the border:
//! a signature that was seen would vouch for another message. Such a text is refused where messages are verified.

use huiliu_contract::Misconfigured;

use super::list::{Gather, List};
use super::moment::{iso_byte, nonce_byte};
use super::options::{Encode, Sort};
use super::plan::Plan;
use super::step::{Step, Work};
use super::text::{Atom, Piece, Text};
use crate::mistakes::Mistakes;
use crate::stamp::Stamp;

/// Which bytes may stand in a part.
type Bytes = fn(u8) -> bool;

/// A part of a text.
#[derive(Clone)]
enum Part {
    /// These bytes.
    Literal(Vec<u8>),
    /// Always as long; or not the sender's to choose.
    Fixed,
    /// Any number of such bytes.
    Any(Bytes),
}

/// Judges all texts of a recipe.
pub(super) fn check(plan: &Plan, key: &str, wrong: &mut Mistakes) {
    for (at, step) in plan.steps.iter().enumerate().filter(|(_, step)| !step.borderless) {
        let key = format!("{key}.steps.{at}");
        let whole = match &step.work {
            Work::List(list) => list_is_whole(plan, list),
            _ => step.texts().into_iter().all(|text| told_apart(&parts(plan, text))),
        };
        if !whole {
            wrong.push(Misconfigured::new(
                &key,
                "nothing tells where one part of this text ends and the next begins, so one signature fits two messages; \
                 put a sign between them that cannot stand in them (a line break, or `.`), declare `nonce.length`, or, where \
                 the partner's rule has no border, accept it by `borderless = true`",
                "这段文字的两部分之间没有分隔,同一个签名可以对应两种内容;请在中间用内容里不会有的分隔符(如换行、句点)、写明 \
                 nonce.length;对方就是这样规定的,写 borderless = true 表示知道并接受",
            ));
        }
    }
}

fn list_is_whole(plan: &Plan, list: &List) -> bool {
    match &list.gather {
        // Sorted by what they are, nothing tells which is which.
        Gather::Texts(texts) => {
            let mut all = Vec::new();
            for (at, text) in texts.iter().enumerate() {
                if at > 0 && !list.join.is_empty() {
                    all.push(Part::Literal(list.join.clone()));
                }
                let encoded = |part| match part {
                    Part::Any(_) if list.encode != Encode::None => Part::Any(encoded_byte),
                    part => part,
                };
                all.extend(parts(plan, text).into_iter().map(encoded));
            }
            list.sort != Sort::Value && told_apart(&all) || texts.len() == 1
        }
        // What is not encoded is judged at each message.
        Gather::Params(_) => {
            let apart = |bytes: &[u8]| bytes.first().is_some_and(|byte| !encoded_byte(*byte));
            list.texts().into_iter().all(|text| told_apart(&parts(plan, text)))
                && list
                    .sign_between()
                    .is_some_and(|between| list.encode == Encode::None || apart(between) && apart(&list.join))
        }
    }
}

/// Whether a text can be taken apart in one way only: up to one part of any length, each that is before it ends where the
/// sign behind it begins, each that is after it begins where the sign in front of it ends.
fn told_apart(parts: &[Part]) -> bool {
    let any: Vec<(usize, Bytes)> = parts
        .iter()
        .enumerate()
        .filter_map(|(at, part)| if let Part::Any(bytes) = part { Some((at, *bytes)) } else { None })
        .collect();
    let literal = |at: Option<usize>| match at.and_then(|at| parts.get(at)) {
        Some(Part::Literal(bytes)) => &bytes[..],
        _ => &[],
    };
    let ends = |(at, bytes): &(usize, Bytes)| literal(at.checked_add(1)).first().is_some_and(|byte| !bytes(*byte));
    let begins = |(at, bytes): &(usize, Bytes)| literal(at.checked_sub(1)).last().is_some_and(|byte| !bytes(*byte));
    let before = any.iter().take_while(|part| ends(part)).count();
    let after = any.iter().rev().take_while(|part| begins(part)).count();
    before + after + 1 >= any.len()
}

/// The parts of a text; texts that it reads unchanged are its own.
fn parts(plan: &Plan, text: &Text) -> Vec<Part> {
    let mut all = Vec::new();
    for piece in &text.0 {
        match piece {
            Piece::Literal(bytes) => join(&mut all, Part::Literal(bytes.to_vec())),
            Piece::Slot(atom) => slot(plan, atom).into_iter().for_each(|part| join(&mut all, part)),
        }
    }
    all
}

fn join(all: &mut Vec<Part>, part: Part) {
    match (all.last_mut(), part) {
        (Some(Part::Literal(before)), Part::Literal(bytes)) => before.extend(bytes),
        (_, part) => all.push(part),
    }
}

fn slot(plan: &Plan, atom: &Atom) -> Vec<Part> {
    let one = match atom {
        Atom::Method => Part::Any(token_byte),
        Atom::Path => Part::Any(|byte| byte.is_ascii_graphic() && byte != b'?' && byte != b'#'),
        Atom::Query => Part::Any(|byte| byte.is_ascii_graphic() && byte != b'#'),
        Atom::Header(_) => Part::Any(|byte| byte >= b' ' && byte != 0x7f),
        Atom::Stamp => match plan.stamp.as_ref().map(|stamp| &stamp.written) {
            Some(Stamp::Iso) => Part::Any(iso_byte),
            _ => Part::Fixed,
        },
        Atom::Nonce => match plan.nonce.as_ref().and_then(|nonce| nonce.length) {
            Some(_) => Part::Fixed,
            None => Part::Any(nonce_byte),
        },
        Atom::KeyId | Atom::Secret | Atom::Value(_) => Part::Fixed,
        Atom::Body | Atom::Param(_) | Atom::Field(_) | Atom::Name | Atom::Content => Part::Any(|_| true),
        Atom::Step(at) => return step(plan, &plan.steps[*at]),
    };
    vec![one]
}

fn step(plan: &Plan, step: &Step) -> Vec<Part> {
    let as_it_is = step.case.is_none() && step.take.is_none() && !step.trim;
    match &step.work {
        // One that has no borders itself is told, or accepted, where it is made.
        Work::Text(text) if as_it_is && told_apart(&parts(plan, text)) => parts(plan, text),
        Work::Text(text) if parts(plan, text).iter().all(|part| !matches!(part, Part::Any(_))) => vec![Part::Fixed],
        Work::Text(_) | Work::List(_) => vec![Part::Any(|_| true)],
        Work::Digest { .. } | Work::Hmac { .. } => vec![Part::Fixed],
        Work::Sign { .. } => vec![Part::Any(|_| true)],
    }
}

fn token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Whether a character may stand in what is encoded for an address or a form.
fn encoded_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~%+*".contains(&byte)
}
