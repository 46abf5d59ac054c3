//! Robots whose requests are known: those of WeCom and DingTalk groups. Both take text, and both answer 200 to a refusal:
//! `errcode` decides.

use huiliu_contract::SecretRef;
use huiliu_kit::recipe::RecipeOptions;
use huiliu_kit::success::Success;
use serde_json::{Value, json};

use crate::settings::OutletPreset;

/// What is known of a robot.
pub(super) struct Robot(OutletPreset);

impl Robot {
    pub(super) fn of(preset: OutletPreset) -> Self {
        Self(preset)
    }

    /// What is sent to it.
    pub(super) fn post(&self) -> Value {
        json!({ "msgtype": "text", "text": { "content": "{text}" } })
    }

    /// What means success.
    pub(super) fn success(&self) -> Success {
        let written = json!({ "at": "/errcode", "is": [0] });
        serde_json::from_value(written).unwrap_or_else(|_| Success { at: "/errcode".into(), is: Vec::new() })
    }

    /// How a DingTalk robot wants requests signed (加签): time and HMAC-SHA256 over time and secret, in the query.
    pub(super) fn recipe(&self, secret: &SecretRef) -> Option<RecipeOptions> {
        if self.0 != OutletPreset::DingtalkRobot {
            return None;
        }
        serde_json::from_value(json!({
            "keys": [{ "secret": secret }],
            "stamp": { "format": "millis" },
            "steps": [{ "name": "sign", "hmac": "sha256", "of": "{stamp}\n{secret}", "as": "base64" }],
            "put": [{ "query": "timestamp", "text": "{stamp}" }, { "query": "sign", "text": "{sign}" }],
        }))
        .ok()
    }
}
