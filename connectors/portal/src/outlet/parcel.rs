//! A parcel's content: what is filled in, as it was composed. The page's hidden fields are not in it: they are fetched when
//! it is sent, for they are good once.

use huiliu_contract::{Enclosure, Fault, Homebound, Parcel, Personal};
use huiliu_kit::outlet::{boundary, shown_file};
use serde::{Deserialize, Serialize};

use crate::fields::Fields;

/// One form, written down. A new member must have a default: parcels wait longer than a program runs.
#[derive(Serialize, Deserialize)]
pub(super) struct Content {
    /// The word of the way it goes by.
    pub(super) way: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) form: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) post: Option<String>,
    pub(super) fill: Fields,
    /// Where files are handed up first, and with what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) upload: Option<(String, Fields)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) files: Vec<Enclosure>,
    /// The box for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) part: Option<String>,
    /// Names of files that stay here because the form takes none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) left: Vec<String>,
    pub(super) boundary: String,
}

impl Content {
    /// Writes a form down.
    pub(super) fn of(
        way: &str,
        form: Option<String>,
        post: Option<String>,
        fill: Fields,
        upload: Option<(String, Fields)>,
        part: Option<&str>,
        homebound: &Homebound<'_>,
    ) -> Self {
        let all: String = fill.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        let (files, left) = match part {
            Some(_) => (homebound.files.to_vec(), Vec::new()),
            None => (Vec::new(), homebound.files.iter().map(shown_file).collect()),
        };
        let boundary = boundary(homebound, &all);
        Self { way: way.into(), form, post, fill, upload, files, part: part.map(str::to_owned), left, boundary }
    }

    /// The parcel: for us, and for a person.
    pub(super) fn parcel(&self) -> Result<Parcel, Fault> {
        let content = serde_json::to_string(self).map_err(|_| Fault::malformed("the parcel cannot be written down"))?;
        Ok(Parcel { content: Personal::new(content), shown: Personal::new(self.shown()) })
    }

    /// Reads a parcel again.
    pub(super) fn read(parcel: &Parcel) -> Result<Self, Fault> {
        serde_json::from_str(parcel.content.reveal())
            .map_err(|_| Fault::malformed("the parcel was not composed by this kind of connection"))
    }

    fn shown(&self) -> String {
        let to = self.form.as_ref().or(self.post.as_ref()).map(String::as_str).unwrap_or_default();
        let mut shown = format!("[填表 · form] {to}");
        if !self.fill.is_empty() {
            let lines: Vec<String> = self.fill.iter().map(|(name, value)| format!("{name} = {value}")).collect();
            shown.push_str(&format!("\n\n{}", lines.join("\n")));
        }
        if let Some(part) = self.part.as_ref().filter(|_| !self.files.is_empty()) {
            let lines: Vec<_> = self.files.iter().map(|file| format!("{part} = {}", shown_file(file))).collect();
            shown.push_str(&format!("\n\n{}", lines.join("\n")));
        }
        if !self.left.is_empty() {
            let left = self.left.join("、");
            shown.push_str(&format!("\n\n[未带附件:对方不收附件 · files not sent: this way takes none] {left}"));
        }
        shown
    }
}
