//! A parcel's content: one request as it was composed, without credentials, to be read again when it is sent.

use http::Method;
use huiliu_contract::{Enclosure, Fault, Homebound, OutcomeKind, Parcel, Personal, Upload};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::client::{Client, RequestBuilder};
use crate::line::{Base, Line};
use crate::multipart::{Form, upload};
use crate::target::{FORM, Filled, JSON};

/// One request, written down. A new member must have a default: parcels wait longer than a program runs.
#[derive(Serialize, Deserialize)]
pub(super) struct Content {
    /// The word of the way it goes by.
    pub(super) way: String,
    method: String,
    url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    media_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    /// The files, where it is a form of parts; `body` then holds its fields, written as a form is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    form: Option<Parts>,
    /// Names of files that stay here because the far side takes none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    left: Vec<String>,
}

/// What makes a form of parts of a request.
#[derive(Serialize, Deserialize)]
struct Parts {
    /// Under which name the files go.
    part: String,
    boundary: String,
    files: Vec<Enclosure>,
}

impl Content {
    /// Writes a request down.
    /// `part` is the name under which files go, if they go by this way.
    pub(super) fn of(kind: OutcomeKind, filled: Filled, part: Option<&str>, homebound: &Homebound<'_>) -> Self {
        let (media_type, body) = match filled.body {
            Some((media_type, bytes)) => (Some(media_type.into()), Some(String::from_utf8_lossy(&bytes).into_owned())),
            None => (None, None),
        };
        let way = kind.road_word().into();
        let form = part.map(|part| Parts {
            part: part.to_owned(),
            boundary: boundary(homebound, body.as_deref().unwrap_or_default()),
            files: homebound.files.to_vec(),
        });
        let left: &[Enclosure] = if form.is_some() { &[] } else { homebound.files };
        let left = left.iter().map(shown_file).collect();
        Self { way, method: filled.method.to_string(), url: filled.url.into(), media_type, body, form, left }
    }

    /// The files that it names.
    pub(super) fn enclosures(&self) -> &[Enclosure] {
        self.form.as_ref().map_or(&[], |form| &form.files)
    }

    /// Whether it is a form of parts.
    pub(super) fn is_form(&self) -> bool {
        self.form.is_some()
    }

    /// The parcel: for the far side, and for a person.
    pub(super) fn parcel(&self) -> Result<Parcel, Fault> {
        let content = serde_json::to_string(self).map_err(|_| Fault::malformed("the parcel cannot be written down"))?;
        Ok(Parcel { content: Personal::new(content), shown: Personal::new(self.shown()) })
    }

    /// Reads a parcel again.
    pub(super) fn read(parcel: &Parcel) -> Result<Self, Fault> {
        serde_json::from_str(parcel.content.reveal())
            .map_err(|_| Fault::malformed("the parcel was not composed by this kind of connection"))
    }

    /// The request again. An address that the channel's file no longer allows is not asked: it would be shown the new
    /// credentials.
    pub(super) fn request(
        self,
        line: &Line,
        client: &Client,
        base: &Base,
        files: Vec<Upload>,
    ) -> Result<RequestBuilder, Fault> {
        let bad = || Fault::malformed("the parcel holds no request");
        let url = Url::parse(&self.url).map_err(|_| bad())?;
        if !base.allows(&url) {
            return Err(Fault::malformed(
                "the parcel was composed for a host that the channel's file no longer names; compose it again",
            ));
        }
        let method = Method::from_bytes(self.method.as_bytes()).map_err(|_| bad())?;
        if self.enclosures().len() != files.len() {
            return Err(Fault::malformed("the parcel names other files than those at hand"));
        }
        let request = client.request(method, url);
        if let Some(form) = self.form {
            let body = self.body.unwrap_or_default();
            let fields = url::form_urlencoded::parse(body.as_bytes());
            let whole = fields.fold(Form::new(form.boundary), |whole, (name, value)| whole.text(&name, value.into()));
            let whole = files.into_iter().fold(whole, |whole, file| whole.file(&form.part, file));
            let usual = line.uploads.as_ref().map(|uploads| uploads.usual);
            let request = match usual {
                Some(usual) => request.timeout(upload::time_for(whole.length(), usual)),
                None => request,
            };
            return Ok(whole.put_on(request));
        }
        let request = match self.media_type {
            Some(media_type) => request.header(http::header::CONTENT_TYPE, media_type),
            None => request,
        };
        Ok(match self.body {
            Some(body) => request.body(body),
            None => request,
        })
    }

    fn shown(&self) -> String {
        let mut shown = format!("{} {}", self.method, self.url);
        let lines = |pairs: url::form_urlencoded::Parse<'_>| -> String {
            pairs.map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join("\n")
        };
        let body = match (self.media_type.as_deref(), self.body.as_deref()) {
            (Some(JSON), Some(body)) => serde_json::from_str::<serde_json::Value>(body)
                .and_then(|tree| serde_json::to_string_pretty(&tree))
                .unwrap_or_else(|_| body.to_owned()),
            (Some(FORM), Some(body)) => lines(url::form_urlencoded::parse(body.as_bytes())),
            (_, Some(body)) => body.to_owned(),
            (_, None) => Url::parse(&self.url).map(|url| lines(url.query_pairs())).unwrap_or_default(),
        };
        if !body.is_empty() {
            shown.push_str("\n\n");
            shown.push_str(&body);
        }
        if let Some(form) = &self.form {
            let files: Vec<_> = form.files.iter().map(|file| format!("{} = {}", form.part, shown_file(file))).collect();
            if !files.is_empty() {
                shown.push_str("\n\n");
                shown.push_str(&files.join("\n"));
            }
        }
        if !self.left.is_empty() {
            shown.push_str(&format!(
                "\n\n[未带附件:对方不收附件 · files not sent: this way takes none] {}",
                self.left.join("、")
            ));
        }
        shown
    }
}

/// A file as a person reads it. Its size is grouped: seven or eight digits in a row are hidden like a telephone number.
pub fn shown_file(file: &Enclosure) -> String {
    let digits = file.size.to_string();
    let group = |(at, digit): (usize, char)| {
        let comma = at > 0 && (digits.len() - at).is_multiple_of(3);
        comma.then_some(',').into_iter().chain([digit])
    };
    let size: String = digits.chars().enumerate().flat_map(group).collect();
    format!("{} ({size} bytes)", file.name)
}

/// What parts the form. The keyed digest of the first file stands in it, which nobody knows who writes a file; in the
/// fields it is looked for.
pub fn boundary(homebound: &Homebound<'_>, fields: &str) -> String {
    let seed: String = match homebound.files.first() {
        Some(file) => file.blob.clone(),
        None => homebound.key.bytes().map(|byte| format!("{byte:02x}")).collect(),
    };
    let mut boundary: String = format!("huiliu{}", seed.chars().take(48).collect::<String>());
    while fields.contains(&boundary) {
        boundary.push('0');
    }
    boundary
}
