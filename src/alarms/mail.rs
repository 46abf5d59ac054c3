//! Alarms by mail: each receiver gets a mail of his own, under an id that is the same in every attempt.

use std::sync::Arc;

use huiliu_contract::{Blind, Fault, Personal, Site};
use huiliu_mailer::{Automatic, Mail, Mailer};
use jiff::Timestamp;

use super::Letter;

/// By which account alarms leave.
#[derive(Clone)]
pub(super) struct Post {
    mailer: Arc<Mailer>,
    blind: Arc<dyn Blind>,
}

impl Post {
    pub(super) fn new(mailer: Mailer, site: &dyn Site) -> Self {
        Self { mailer: Arc::new(mailer), blind: site.blind() }
    }

    /// Sends one message to this address.
    ///
    /// # Errors
    ///
    /// As the mailer's.
    pub(super) async fn send(&self, letter: &Letter, to: &str, key: &str) -> Result<(), Fault> {
        // Numbers of alarms begin anew in every house: what happened, and since when, makes the id this house's.
        let seed = format!("{key}\n{to}\n{}\n{}", letter.title, letter.since);
        let digest: String =
            self.blind.blind("alarm mail", seed.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        let mail = Mail {
            to: Personal::new(to.to_owned()),
            subject: Personal::new(letter.title.clone()),
            text: Personal::new(letter.text.clone()),
            html: None,
            message_id: format!("a.{digest}@{}", self.mailer.domain()),
            in_reply_to: None,
            references: Vec::new(),
            date: Timestamp::now(),
            automatic: Some(Automatic::Generated),
            headers: Vec::new(),
            files: Vec::new(),
        };
        let bytes = self.mailer.compose(&mail)?;
        let token = digest.get(..20).unwrap_or_default();
        Box::pin(self.mailer.send(&self.mailer.envelope(to, token)?, &bytes)).await.map(drop)
    }
}
