//! Logins that a person does: how one stands, the picture of this moment, and the answer, which goes on record first.

use huiliu_contract::Secret;
use serde::{Deserialize, Serialize};

use super::channels::daemon_needed;
use super::view::{LoginAlarm, LoginAnswered, LoginView, PictureView};
use super::{ConfiguredChannel, House, Problem, channel_off};
use crate::settings::ChannelState;
use crate::store::Actor;

/// One step of a login.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum LoginStep {
    /// How it stands.
    Standing,
    /// Fetches the picture of this moment (验证码).
    Picture,
    /// Logs in with what a person read; goes on record.
    Answer {
        /// Of which picture.
        challenge: String,
        /// What it says.
        answer: String,
    },
}

/// The longest answer, in characters: no picture holds so many.
const LONGEST: usize = 64;

/// How a channel's login stands.
///
/// # Errors
///
/// If there is no such channel, it has no login, or it does not run.
pub async fn standing(house: &House, called: &str) -> Result<LoginView, Problem> {
    found(house, called).map(|(_, view)| view)
}

/// Fetches a picture, now.
///
/// # Errors
///
/// As [`standing`]; if no person is needed; or if there is none to be had now.
pub async fn picture(house: &House, called: &str) -> Result<PictureView, Problem> {
    let code = attended(house, called)?;
    house.control.login_picture(&code).await
}

/// Logs in with what a person read.
///
/// # Errors
///
/// As [`picture`]; or if it is no answer.
pub async fn answer(
    house: &House,
    called: &str,
    challenge: String,
    text: String,
    actor: &Actor,
) -> Result<LoginAnswered, Problem> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > LONGEST {
        return Err(Problem::invalid("没有写验证码,或太长", "there is no answer, or it is too long"));
    }
    let code = attended(house, called)?;
    // On record first: an account that others use too is not tried by nobody.
    house.store.record(actor, "login", &format!("channel:{code}")).await?;
    house.control.login_answer(&code, challenge, Secret::new(text)).await
}

fn found(house: &House, called: &str) -> Result<(String, LoginView), Problem> {
    let code = house.control.resolve(called).map_err(Problem::not_found)?;
    if let Some(view) = house.control.login(&code) {
        return Ok((code, view));
    }
    if house.control.running().is_none() {
        return Err(daemon_needed());
    }
    let off = |channel: &ConfiguredChannel| channel.code == code && channel.state == ChannelState::Off;
    if house.control.channels().iter().any(off) {
        return Err(channel_off());
    }
    Err(Problem::refused("这个渠道没有要人做的登录", "this channel has no login that a person could do"))
}

fn attended(house: &House, called: &str) -> Result<String, Problem> {
    let (code, view) = found(house, called)?;
    if view.people {
        return Ok(code);
    }
    Err(Problem::refused(
        "这个渠道由程序自己登录,不用人看验证码",
        "this channel logs in by itself; no picture has to be read",
    ))
}

/// The channels whose login somebody should know of.
pub(super) fn alarms(house: &House, channels: &[ConfiguredChannel]) -> Vec<LoginAlarm> {
    let unusual = |channel: &ConfiguredChannel| {
        let login = house.control.login(&channel.code).filter(LoginView::is_unusual)?;
        Some(LoginAlarm { channel: channel.code.clone(), name: channel.name.clone(), login })
    };
    channels.iter().filter_map(unusual).collect()
}
