//! What a request to a far side says: its body, or the parts of a form with the files in it.

use aws_lc_rs::digest::{SHA256, digest};
use axum::extract::{FromRequest, Multipart, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::Serialize;

/// A file as a far side got it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct FileSeen {
    /// The name of its part.
    pub part: String,
    /// The file's own name.
    pub name: String,
    /// Its media type.
    pub media_type: Option<String>,
    /// How many bytes came.
    pub size: u64,
    /// Their SHA-256, in hexadecimal.
    pub sha256: String,
}

/// The body of a request.
pub(crate) enum Said {
    /// Anything but a form of parts.
    Whole(Bytes),
    /// The fields of a form of parts, in order, and its files.
    Parts(Vec<(String, Bytes)>, Vec<FileSeen>),
}

impl Said {
    /// Reads a request to its end; an error is the answer to one that cannot be read.
    pub(crate) async fn read(request: Request) -> Result<Self, Response> {
        let media_type = request.headers().get(CONTENT_TYPE).and_then(|told| told.to_str().ok()).unwrap_or_default();
        if !media_type.starts_with("multipart/form-data") {
            return Bytes::from_request(request, &()).await.map(Self::Whole).map_err(IntoResponse::into_response);
        }
        let mut form = Multipart::from_request(request, &()).await.map_err(IntoResponse::into_response)?;
        let (mut fields, mut files) = (Vec::new(), Vec::new());
        while let Some(part) = form.next_field().await.map_err(IntoResponse::into_response)? {
            let name = part.name().unwrap_or_default().to_owned();
            let file = part.file_name().map(str::to_owned);
            let media_type = part.content_type().map(str::to_owned);
            let bytes = part.bytes().await.map_err(IntoResponse::into_response)?;
            match file {
                None => fields.push((name, bytes)),
                Some(file) => files.push(FileSeen {
                    part: name,
                    name: file,
                    media_type,
                    size: bytes.len() as u64,
                    sha256: hex::encode(digest(&SHA256, &bytes)),
                }),
            }
        }
        if fields.is_empty() && files.is_empty() {
            return Err((StatusCode::BAD_REQUEST, "a form without parts").into_response());
        }
        Ok(Self::Parts(fields, files))
    }
}
