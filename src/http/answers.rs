//! Reading what the core posts: an outcome as JSON, small files inside it, or a form of parts with files of any size. Files
//! are streamed to the disk, and are there before the outcome is taken.

use std::time::Duration;

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{StatusCode, header};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::api::{Api, Posted, PostedFile, checked, ours, read as parse};
use super::problem::problem;
use crate::errands::sniff;
use crate::outcomes::{Brought, Told};
use crate::settings::{FileType, FilesTable};
use crate::store::BlobWriter;

/// The largest outcome without its parts, in bytes.
const TEXT: usize = 4 * 1024 * 1024;

/// The most files of one outcome.
const MOST: usize = 50;

/// The longest silence of a line that is borne.
const IDLE: Duration = Duration::from_secs(30);

type Refused = Box<Response>;

fn refused(code: &str, text: impl Into<String>) -> Refused {
    Box::new(problem(StatusCode::UNPROCESSABLE_ENTITY, code, text))
}

fn too_large(most: u64) -> Refused {
    let text =
        format!("the outcome with its files has more than {most} bytes; [limits] answer_mib says how many it may");
    Box::new(problem(StatusCode::PAYLOAD_TOO_LARGE, "too_large", text))
}

/// Reads an outcome and keeps its files.
pub(super) async fn read(api: &Api, request: Request) -> Result<(Told, Vec<Brought>), Refused> {
    let media_type = request.headers().get(header::CONTENT_TYPE).and_then(|told| told.to_str().ok());
    let (Posted { id, ticket, outcome, files }, mut kept) = if media_type
        .is_some_and(|told| told.starts_with("multipart/form-data"))
    {
        let form = Multipart::from_request(request, &()).await.map_err(|_| bad_form())?;
        parts(api, form).await?
    } else {
        let body = tokio::time::timeout(IDLE, axum::body::to_bytes(request.into_body(), TEXT)).await;
        let body = body.map_err(|_| slow())?.map_err(|_| {
            let text = format!("the body has more than {TEXT} bytes, or was cut; post large files as a form of parts");
            Box::new(problem(StatusCode::PAYLOAD_TOO_LARGE, "too_large", text))
        })?;
        (parse(&body)?, Vec::new())
    };
    let told = Told { id, ticket, outcome };
    checked(&told)?;
    for file in &files {
        let n = kept.len() + 1;
        kept.push(inside(api, n, file).await?);
    }
    Ok((told, kept))
}

fn slow() -> Refused {
    Box::new(problem(StatusCode::REQUEST_TIMEOUT, "slow", "the body did not come in time"))
}

async fn next<T>(coming: impl Future<Output = Result<T, MultipartError>>) -> Result<T, Refused> {
    let come = tokio::time::timeout(IDLE, coming).await.map_err(|_| slow())?;
    come.map_err(|_| bad_form())
}

/// A form that breaks off, or is none.
fn bad_form() -> Refused {
    Box::new(problem(
        StatusCode::BAD_REQUEST,
        "bad_form",
        "the form of parts breaks off, or its boundary is not the one it names",
    ))
}

/// Reads a form: the part `outcome` first, then one part a file.
async fn parts(api: &Api, mut form: Multipart) -> Result<(Posted, Vec<Brought>), Refused> {
    let (mut posted, mut kept, mut left) = (None, Vec::new(), api.largest);
    while let Some(mut part) = next(form.next_field()).await? {
        let n = kept.len() + 1;
        match (part.file_name().map(str::to_owned), posted.is_some()) {
            (None, false) if part.name() == Some("outcome") => {
                let mut body = Vec::new();
                while let Some(chunk) = next(part.chunk()).await? {
                    left = left.checked_sub(chunk.len() as u64).ok_or_else(|| too_large(api.largest))?;
                    body.extend_from_slice(&chunk);
                    if body.len() > TEXT {
                        return Err(too_large(TEXT as u64));
                    }
                }
                let read = parse(&body)?;
                // A wrong one is told before its files are taken.
                checked(&Told { id: read.id.clone(), ticket: read.ticket.clone(), outcome: read.outcome.clone() })?;
                posted = Some(read);
            }
            (Some(name), true) => kept.push(part_file(api, n, name, part, &mut left).await?),
            (_, false) => return Err(refused("bad_form", "the first part is `outcome`, JSON without a file name")),
            (None, true) => return Err(refused("bad_form", "behind `outcome` every part is a file and has its name")),
        }
    }
    match posted {
        Some(posted) => Ok((posted, kept)),
        None => Err(refused("bad_form", "the part `outcome` is missing")),
    }
}

async fn part_file(api: &Api, n: usize, name: String, mut part: Field<'_>, left: &mut u64) -> Result<Brought, Refused> {
    let media_type = part.content_type().map(str::to_owned);
    let mut coming = Coming::begin(api, n, name, media_type).await?;
    while let Some(chunk) = next(part.chunk()).await? {
        *left = left.checked_sub(chunk.len() as u64).ok_or_else(|| too_large(api.largest))?;
        coming.add(&chunk).await?;
    }
    coming.keep().await
}

async fn inside(api: &Api, n: usize, file: &PostedFile) -> Result<Brought, Refused> {
    let bytes = STANDARD.decode(&file.content);
    let bytes = bytes.map_err(|_| refused("bad_file", format!("the content of file {n} is not base64")))?;
    let mut coming = Coming::begin(api, n, file.name.clone(), file.media_type.clone()).await?;
    coming.add(&bytes).await?;
    coming.keep().await
}

/// A file that is being kept.
struct Coming {
    n: usize,
    name: String,
    media_type: Option<String>,
    head: Vec<u8>,
    writer: Box<dyn BlobWriter>,
}

impl Coming {
    async fn begin(api: &Api, n: usize, name: String, media_type: Option<String>) -> Result<Self, Refused> {
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        if name.trim().is_empty() || name.len() > 255 {
            return Err(refused("bad_file", format!("the name of file {n} must have 1 to 255 bytes")));
        }
        if n > MOST {
            return Err(refused("bad_file", format!("an outcome has at most {MOST} files")));
        }
        let writer = api.store.blobs().begin().await.map_err(|error| Box::new(ours(&error)))?;
        Ok(Self { n, name, media_type, head: Vec::new(), writer })
    }

    async fn add(&mut self, bytes: &[u8]) -> Result<(), Refused> {
        let missing = sniff::HEAD.saturating_sub(self.head.len());
        self.head.extend_from_slice(bytes.get(..missing.min(bytes.len())).unwrap_or_default());
        self.writer.write(bytes).await.map_err(|error| Box::new(ours(&error)))
    }

    /// Keeps it, unless it is a program, or not what its name says. Which sorts a far side takes is its channel's affair.
    async fn keep(self) -> Result<Brought, Refused> {
        let all = FilesTable { types: Some(FileType::ALL.to_vec()), ..FilesTable::default() };
        let told = [self.media_type.as_deref()];
        sniff::judge(&all, Some(&self.name), "", &told, &self.head)
            .map_err(|reason| refused(reason, format!("file {} is not taken: {reason}", self.n)))?;
        let (blob, content) = self.writer.keep().await.map_err(|error| Box::new(ours(&error)))?;
        Ok(Brought { name: self.name, media_type: self.media_type, blob, size: content.size })
    }
}
