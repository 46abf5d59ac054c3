//! How the core says, refusing an event, that its order is closed: by a code or an HTTP status that `[core.errors]` calls
//! so, or by words.

use http::StatusCode;
use huiliu_contract::Misconfigured;
use huiliu_kit::pick::{Pointer, scalar};
use serde_json::Value;

use crate::settings::{CoreMeaning, CoreSettings};

/// `closed` of `[core.errors]`, and `[core.closed]`, compiled.
#[derive(Debug, Default)]
pub(super) struct Closed {
    codes: Vec<String>,
    code_at: Option<Pointer>,
    words: Option<(Pointer, Vec<String>)>,
}

impl Closed {
    /// Compiles it; what is wrong with the place of the codes is said elsewhere.
    pub(super) fn build(settings: &CoreSettings, wrong: &mut Vec<Misconfigured>) -> Self {
        let closed = settings.errors.iter().filter(|(_, meaning)| **meaning == CoreMeaning::Closed);
        let words = settings.closed.as_ref().and_then(|closed| {
            if closed.has.iter().all(|word| word.trim().is_empty()) {
                wrong.push(Misconfigured::new(
                    "core.closed.has",
                    "no words are listed, so nothing could ever say it",
                    "没有写任何字样,这样永远认不出",
                ));
            }
            let at = Pointer::parse(&closed.at).map_err(|bad| wrong.push(bad.at_key("core.closed.at"))).ok()?;
            let has = closed.has.iter().filter(|word| !word.trim().is_empty()).cloned().collect();
            Some((at, has))
        });
        Self {
            codes: closed.map(|(code, _)| code.clone()).collect(),
            code_at: settings.success.as_ref().and_then(|success| Pointer::parse(&success.at).ok()),
            words,
        }
    }

    /// Whether a refusal says so. What a gateway before the core answers says nothing of an order.
    pub(super) fn says(&self, status: StatusCode, document: Option<&Value>) -> bool {
        if matches!(status, StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT) {
            return false;
        }
        let at = |place: &Pointer| document.and_then(|document| place.get(document)).and_then(scalar);
        let listed = |code: &str| self.codes.iter().any(|known| known == code);
        self.code_at.as_ref().and_then(at).is_some_and(|code| listed(&code))
            || !status.is_success() && listed(status.as_str())
            || self.words.as_ref().is_some_and(|(place, words)| {
                at(place).is_some_and(|said| words.iter().any(|word| said.contains(word.as_str())))
            })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_code_a_status_or_words_say_it_and_nothing_else() {
        let settings = json!({
            "url": "http://core.test/", "success": { "at": "/code", "is": [0] },
            "errors": { "60012": "closed", "409": "closed", "500": "malformed" },
            "closed": { "at": "/message", "has": ["已办结"] },
        });
        let mut wrong = Vec::new();
        let closed = Closed::build(&serde_json::from_value(settings).unwrap(), &mut wrong);
        assert!(wrong.is_empty(), "{wrong:?}");
        let says = |status: u16, document: Value| closed.says(StatusCode::from_u16(status).unwrap(), Some(&document));
        assert!(says(200, json!({ "code": 60012 })) && says(500, json!({ "code": "60012" })));
        assert!(says(409, json!({})) && closed.says(StatusCode::CONFLICT, None));
        assert!(says(422, json!({ "message": "该工单已办结,不能修改" })));
        assert!(!says(422, json!({ "code": 500, "message": "缺少联系电话" })));
        assert!(!says(502, json!({ "code": 60012 })), "whoever said that was not the core");
    }

    #[test]
    fn nothing_is_said_where_nothing_is_written_and_empty_words_are_a_mistake() {
        let built = |settings: Value| {
            let mut wrong = Vec::new();
            let closed = Closed::build(&serde_json::from_value(settings).unwrap(), &mut wrong);
            (closed, wrong.into_iter().map(|found| found.key).collect::<Vec<_>>())
        };
        let (closed, wrong) = built(json!({ "url": "http://core.test/" }));
        assert!(wrong.is_empty() && !closed.says(StatusCode::CONFLICT, Some(&json!({ "message": "已办结" }))));
        let (_, wrong) = built(json!({ "url": "http://core.test/", "closed": { "at": "a..b", "has": [" "] } }));
        assert_eq!(wrong, ["core.closed.has", "core.closed.at"]);
    }
}
