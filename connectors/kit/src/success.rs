//! When an answer counts as success, and what to do next when it does not. HTTP 200 alone proves
//! nothing with many platforms: their own code in the body decides.

use std::collections::BTreeMap;

use http::StatusCode;
use huiliu_contract::{Fault, Misconfigured, Reached};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::client::Answer;
use crate::pick::{Pointer, scalar, sort_of};
use crate::retry_after::retry_after;
use crate::xml::Reading;

/// The value in the body that means success.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Success {
    /// Where the value stands: `/code`, `code` or `a.b`.
    #[schemars(extend("x-zh" = "判断成功看哪个位置,例如 /code"))]
    pub at: String,
    /// The values that mean success; compared as text, so 200 and "200" are equal.
    #[schemars(extend("x-zh" = "哪些值算成功;数字和文字同样看待"))]
    pub is: Vec<Plain>,
}

/// A text, a whole number or a boolean.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Plain {
    /// A text.
    #[schemars(extend("x-zh" = "文字"))]
    Text(String),
    /// A whole number.
    #[schemars(extend("x-zh" = "整数"))]
    Number(i64),
    /// A boolean.
    #[schemars(extend("x-zh" = "true 或 false"))]
    Bool(bool),
}

impl std::fmt::Display for Plain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
            Self::Bool(bool) => bool.fmt(f),
        }
    }
}

/// What to do about an error of the far side.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// Not now; ask again later.
    #[schemars(extend("x-zh" = "暂时不可用,以后再试"))]
    Unavailable,
    /// It does not accept who we are; a person must mend that.
    #[schemars(extend("x-zh" = "对方不认我们的身份,要人处理"))]
    Denied,
    /// It does not accept what we said.
    #[schemars(extend("x-zh" = "对方不认这条内容"))]
    Malformed,
}

/// The error table: the far side's value at `success.at`, or an HTTP status, and what to do about it.
pub type Errors = BTreeMap<String, Trouble>;

/// What holds for a table that has none of its own: as it is written for another, where it was judged.
#[derive(Clone, Copy, Default, Debug)]
pub struct Otherwise<'a> {
    /// The rule.
    pub success: Option<&'a Success>,
    /// The table of errors.
    pub errors: Option<&'a Errors>,
    /// How answers in XML are read; none where they are JSON.
    pub xml: Option<&'a Reading>,
}

/// [`Success`] and [`Errors`], compiled.
#[derive(Clone, Default, Debug)]
pub struct Judge {
    rule: Option<(Pointer, Vec<String>)>,
    errors: Errors,
    /// How answers are read that are XML; JSON where there is none.
    xml: Option<Reading>,
}

impl Judge {
    /// Compiles the rule and the table. The keys say where they stand, for example `poll.success` and
    /// `poll.errors`.
    pub fn build(
        success: Option<&Success>,
        success_key: &str,
        errors: &Errors,
        errors_key: &str,
    ) -> Result<Self, Vec<Misconfigured>> {
        let mut wrong = Vec::new();
        let rule = success.and_then(|success| {
            if success.is.is_empty() {
                wrong.push(Misconfigured::new(
                    format!("{success_key}.is"),
                    "no value is listed, so nothing could ever succeed",
                    "没有写任何值,这样永远不会成功",
                ));
            }
            let at = Pointer::parse(&success.at).map_err(|bad| wrong.push(bad.at_key(&format!("{success_key}.at"))));
            Some((at.ok()?, success.is.iter().map(Plain::to_string).collect::<Vec<_>>()))
        });
        for key in errors.keys() {
            if rule.as_ref().is_some_and(|(_, is)| is.contains(key)) {
                wrong.push(Misconfigured::new(
                    format!("{errors_key}.{key}"),
                    format!("`{key}` means success by `{success_key}.is`; it cannot mean an error too"),
                    format!("“{key}”在 {success_key}.is 里算成功,不能又算错误"),
                ));
            } else if success.is_none() && !is_status(key) {
                wrong.push(Misconfigured::new(
                    format!("{errors_key}.{key}"),
                    format!(
                        "`{key}` is no HTTP status (400–599), and without `{success_key}` only those are looked at"
                    ),
                    format!("“{key}”不是 HTTP 状态码(400–599);没有写 {success_key} 时只看状态码"),
                ));
            }
        }
        if wrong.is_empty() { Ok(Self { rule, errors: errors.clone(), xml: None }) } else { Err(wrong) }
    }

    /// The same for answers in XML, read so; or for those in JSON.
    #[must_use]
    pub fn of(self, xml: Option<Reading>) -> Self {
        Self { xml, ..self }
    }

    /// The document that an answer holds.
    fn read(&self, answer: &Answer) -> Result<Value, Fault> {
        self.xml.as_ref().map_or_else(|| answer.json(), |reading| answer.xml(reading))
    }

    /// Whether no rule looks into the body: then the HTTP status says it all.
    pub fn trusts_status(&self) -> bool {
        self.rule.is_none()
    }

    /// The document of a successful answer; the body must be JSON, or XML where that is declared. `now` is for a `Retry-After` date.
    ///
    /// Its faults are for calls that change nothing over there: one that was answered is told as
    /// [`Reached::Maybe`], because what was asked may be to blame.
    pub fn document(&self, answer: &Answer, now: Timestamp) -> Result<Value, Fault> {
        let blamed = |failure: Failure| failure.fault(Reached::Maybe, answer, now);
        self.status(answer).map_err(blamed)?;
        let document = self.read(answer)?;
        self.body(&document).map_err(blamed)?;
        Ok(document)
    }

    /// As [`Self::document`], but where no rule looks into the body, the body need not be JSON.
    pub fn accept(&self, answer: &Answer, now: Timestamp) -> Result<Option<Value>, Fault> {
        if self.rule.is_some() {
            return self.document(answer, now).map(Some);
        }
        self.status(answer).map_err(|failure| failure.fault(Reached::Maybe, answer, now))?;
        Ok(self.read(answer).ok())
    }

    /// As [`Self::accept`], for a call that changes something over there.
    ///
    /// # Errors
    ///
    /// [`Fault::Unavailable`] with [`Reached::Maybe`] means that the answer does not tell whether it was taken: 502, 504,
    /// a 5xx that says nothing of its own, or a success by HTTP whose body does not hold what the rule looks for.
    /// Every other fault is certain: it was not.
    pub fn taken(&self, answer: &Answer, now: Timestamp) -> Result<Option<Value>, Fault> {
        let told = |failure: Failure| failure.certain(answer, now);
        self.status(answer).map_err(told)?;
        if self.rule.is_none() {
            return Ok(self.read(answer).ok());
        }
        let document = self.read(answer).map_err(nobody_knows)?;
        self.body(&document).map_err(told)?;
        Ok(Some(document))
    }

    /// Judges one member of a list of answers by the same rule; without a rule every member is a success.
    ///
    /// # Errors
    ///
    /// What the member says; it was answered, so nothing about it is uncertain.
    pub fn member(&self, member: &Value) -> Result<(), Fault> {
        self.body(member).map_err(|failure| match failure.trouble {
            Trouble::Unavailable => Fault::unavailable(failure.message, Reached::No),
            Trouble::Denied => Fault::denied(failure.message),
            Trouble::Malformed => Fault::malformed(failure.message),
        })
    }

    fn status(&self, answer: &Answer) -> Result<(), Failure> {
        let status = answer.status;
        if status.is_success() {
            return Ok(());
        }
        let said = self.rule.as_ref().and_then(|(at, _)| {
            let document = self.read(answer).ok()?;
            self.errors.get(&*scalar(at.get(&document)?)?).copied()
        });
        let trouble = said.or_else(|| self.errors.get(status.as_str()).copied()).unwrap_or_else(|| by_status(status));
        let message = if status.is_redirection() {
            format!("HTTP {} leads elsewhere and is not followed; write the final address", status.as_u16())
        } else {
            format!("HTTP {}", status.as_u16())
        };
        let reached = match status.as_u16() {
            // Said by whatever stands before the far side, whatever its body looks like.
            502 | 504 => Reached::Maybe,
            500..=599 if said.is_none() && status != StatusCode::SERVICE_UNAVAILABLE => Reached::Maybe,
            _ => Reached::No,
        };
        Err(Failure { trouble, message, reached, understood: true })
    }

    fn body(&self, document: &Value) -> Result<(), Failure> {
        let Some((at, is)) = &self.rule else { return Ok(()) };
        let found = at.get(document);
        let failure =
            |trouble, message, understood| Err(Failure { trouble, message, reached: Reached::No, understood });
        let Some(text) = found.and_then(scalar) else {
            let message = format!("the success value at `{at}` is {}", sort_of(found));
            return failure(Trouble::Malformed, message, false);
        };
        if is.iter().any(|wanted| *wanted == *text) {
            return Ok(());
        }
        match self.errors.get_key_value(&*text) {
            Some((known, trouble)) => failure(*trouble, format!("`{at}` is `{known}`"), true),
            None => {
                let message = format!("`{at}` is neither a success value nor in the error table");
                failure(Trouble::Malformed, message, true)
            }
        }
    }
}

/// What an answer failed by.
struct Failure {
    trouble: Trouble,
    message: String,
    /// Whether it may have been taken all the same, where it is unavailable.
    reached: Reached,
    /// Whether it is an error by the rule, not merely an answer in which the rule finds nothing.
    understood: bool,
}

impl Failure {
    fn certain(self, answer: &Answer, now: Timestamp) -> Fault {
        let (reached, understood) = (self.reached, self.understood);
        let fault = self.fault(reached, answer, now);
        if understood { fault } else { nobody_knows(fault) }
    }

    fn fault(self, reached: Reached, answer: &Answer, now: Timestamp) -> Fault {
        let message = self.message;
        let fault = match self.trouble {
            Trouble::Unavailable => {
                Fault::Unavailable { message, retry_after: retry_after(&answer.headers, now), reached, quoted: None }
            }
            Trouble::Denied => Fault::denied(message),
            Trouble::Malformed => Fault::malformed(message),
        };
        fault.quoting(answer.quote())
    }
}

/// An answer that cannot be read says nothing of what became of the question.
pub(crate) fn nobody_knows(fault: Fault) -> Fault {
    match fault {
        Fault::Malformed { message, quoted } => {
            Fault::Unavailable { message, retry_after: None, reached: Reached::Maybe, quoted }
        }
        other => other,
    }
}

fn is_status(key: &str) -> bool {
    key.parse::<u16>().is_ok_and(|status| (400..600).contains(&status))
}

fn by_status(status: StatusCode) -> Trouble {
    match status.as_u16() {
        401 | 403 => Trouble::Denied,
        408 | 429 | 500..=599 => Trouble::Unavailable,
        _ => Trouble::Malformed,
    }
}

#[cfg(test)]
mod tests;
