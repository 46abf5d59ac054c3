//! A parcel's content: one mail as it was composed, to be read again when it is sent. Its files are named; their bytes come when
//! it leaves.

use huiliu_contract::{Enclosure, Fault, Parcel, Personal, Remark, Timestamp};
use huiliu_kit::outlet::shown_file;
use huiliu_mailer::{Automatic, File, Mail};
use serde::{Deserialize, Serialize};

/// One mail, written down. A new member must have a default: parcels wait longer than a program runs.
#[derive(Serialize, Deserialize)]
pub(super) struct Content {
    /// The word of the way it goes by.
    pub(super) way: String,
    /// The address that it comes from.
    pub(super) from: String,
    /// Whom it goes to; empty where nobody is to get it.
    pub(super) to: String,
    pub(super) subject: String,
    pub(super) text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) html: Option<String>,
    pub(super) message_id: String,
    /// What stands in an envelope that is made for each mail.
    pub(super) token: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) in_reply_to: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) references: Vec<String>,
    pub(super) date: Timestamp,
    /// Whether no person wrote it.
    pub(super) automatic: bool,
    /// What its own echo is known by.
    pub(super) house: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) files: Vec<Enclosure>,
    /// Names of files that stay here because the mail would be too large.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) left: Vec<String>,
    /// Why it is not sent at all, Chinese and English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) withheld: Option<(String, String)>,
}

impl Content {
    /// The parcel: for the mailer, and for a person.
    pub(super) fn parcel(&self) -> Result<Parcel, Fault> {
        let content = serde_json::to_string(self).map_err(|_| Fault::malformed("the parcel cannot be written down"))?;
        Ok(Parcel { content: Personal::new(content), shown: Personal::new(self.shown()) })
    }

    /// Reads a parcel again.
    pub(super) fn read(parcel: &Parcel) -> Result<Self, Fault> {
        serde_json::from_str(parcel.content.reveal())
            .map_err(|_| Fault::malformed("the parcel was not composed by this kind of connection"))
    }

    /// Why it is not sent, if it is not.
    pub(super) fn withheld(&self) -> Option<Remark> {
        self.withheld.as_ref().map(|(zh, en)| Remark::new(zh, en))
    }

    /// The mail, with the bytes of its files.
    pub(super) fn mail(&self, files: Vec<File>) -> Mail {
        let personal = |text: &str| Personal::new(text.to_owned());
        Mail {
            to: personal(&self.to),
            subject: personal(&self.subject),
            text: personal(&self.text),
            html: self.html.as_deref().map(personal),
            message_id: self.message_id.clone(),
            in_reply_to: self.in_reply_to.clone(),
            references: self.references.clone(),
            date: self.date,
            automatic: self.automatic.then_some(Automatic::Replied),
            headers: vec![("X-Hotline-Id".into(), self.house.clone())],
            files,
        }
    }

    fn shown(&self) -> String {
        let (to, from) = (&self.to, &self.from);
        let mut shown = match &self.withheld {
            Some((zh, en)) => format!("[不发:{zh} · not sent: {en}]\n"),
            None => String::new(),
        };
        shown += &format!("{from} → {to}\n{}\n\n{}", self.subject, self.text);
        if !self.files.is_empty() {
            let files: Vec<_> = self.files.iter().map(shown_file).collect();
            shown += &format!("\n\n{}", files.join("\n"));
        }
        if !self.left.is_empty() {
            shown += &format!(
                "\n\n[未带附件:一封信带不下 · files not sent: the mail would be too large] {}",
                self.left.join("、")
            );
        }
        shown
    }
}
