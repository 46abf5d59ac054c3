//! What a partner's document says should come out, laid beside what comes out. Pure.

use huiliu_kit::recipe::Traced;

/// How one expected text was found among the steps.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found {
    /// The step at this place yields exactly this.
    Same(usize),
    /// That step yields it in another case of letters.
    Case(usize),
    /// None yields it. The step most like it, and the place of the first character that differs, from 1; the place is none
    /// where the step yields a digest, of which no character says anything.
    Differs(usize, Option<usize>),
    /// There is no step at all.
    Nothing,
}

/// Looks for each expected text, in the order in which they are given.
pub fn look(steps: &[Traced], expected: &[String]) -> Vec<Found> {
    expected.iter().map(|text| one(steps, text.trim())).collect()
}

fn one(steps: &[Traced], text: &str) -> Found {
    if let Some(same) = steps.iter().position(|step| step.is(text)) {
        return Found::Same(same);
    }
    if let Some(case) = steps.iter().position(|step| step.is_but_for_case(text)) {
        return Found::Case(case);
    }
    let likeness = |step: &Traced| (step.is_digest == is_digest(text), step.agrees(text));
    let nearest = steps.iter().enumerate().max_by_key(|(at, step)| (likeness(step), *at));
    match nearest {
        None => Found::Nothing,
        Some((at, step)) => Found::Differs(at, (!step.is_digest).then(|| step.agrees(text) + 1)),
    }
}

/// Whether a text looks like a digest or a signature.
fn is_digest(text: &str) -> bool {
    let hex = text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_');
    hex || (text.len() >= 24 && text.bytes().all(base64))
}
