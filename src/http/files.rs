//! Files as the core gets them: opened, piece by piece, each time on record.

use std::fmt::Write;
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Api;
use super::problem::{Read, not_verified, problem};
use super::route::{About, Content, Route, Tag, json};
use crate::store::{Actor, BlobReader, FileState, StoreError};
use crate::ticket::Spoken;

pub(super) fn routes() -> Vec<Route> {
    let about = About {
        id: "getFile",
        tag: Tag::Tickets,
        zh: "下载工单的一个附件;每次下载都记录在案",
        en: "A file of a ticket, as it came. Each time it goes on record.",
    };
    let get = Route::get("/api/v1/tickets/{number}/files/{n}", file, about).needs_store();
    let get = get
        .at::<Spoken>("number", "汇流编号", "The ticket's spoken number.")
        .at::<u32>("n", "第几个附件,从1数起", "Its place among the files, from 1.")
        .query::<Which>();
    let get = get.answers(200, "附件的原样", "Its bytes.", [Content::bytes("application/octet-stream")]).with(
        "Content-Disposition",
        "文件名(RFC 5987)",
        "Its name, as RFC 5987 writes it.",
    );
    let get = get
        .refuses(400, "路径不是 UTF-8", "`bad_path`: the path is not UTF-8.")
        .refuses(404, "没有这件工单、这一版或这个附件", "`no_such_file`: no such ticket, version or file.")
        .answers(409, "还没取到,或取不到", "It is not here yet, or could not be fetched.", [json::<NotHere>()])
        .answers(410, "按规则不收的附件", "It is not kept, because a rule forbids it.", [json::<NotHere>()])
        .refuses(422, "参数不对", "`bad_request`: the query has a value that cannot be.");
    vec![get]
}

/// Which version of the ticket is meant, or which event added the file; none is the latest version.
#[derive(Deserialize, JsonSchema)]
struct Which {
    /// The ticket's version; absent is the latest.
    #[schemars(range(min = 1), extend("x-zh" = "工单第几版,不写就是最新的"))]
    version: Option<u32>,
    /// The event that added the file, for those that an act brought.
    #[schemars(range(min = 1), extend("x-zh" = "附件是第几条流转消息带来的"))]
    event: Option<u32>,
}

/// A file that is not here.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FileNotHere")]
struct NotHere {
    /// How far it came.
    state: FileState,
    /// Why it was not kept: one stable word.
    reason: Option<String>,
}

async fn file(
    State(api): State<Arc<Api>>,
    Read(Path((number, n))): Read<Path<(String, String)>>,
    Read(Query(which)): Read<Query<Which>>,
    headers: HeaderMap,
) -> Response {
    if !api.allows(&headers) {
        return not_verified();
    }
    let unknown = || problem(StatusCode::NOT_FOUND, "no_such_file", "no such ticket, version or file");
    let place = n.parse::<u32>().ok().and_then(|n| n.checked_sub(1));
    let (Ok(ticket), Some(place)) = (Spoken::parse(&number), place) else { return unknown() };
    let found = match which.event {
        Some(event) => api.store.file_of_event(ticket, event, place).await,
        None => api.store.file_at(ticket, which.version, place).await,
    };
    let row = match found {
        Ok(row) => row,
        Err(StoreError::NotFound) => return unknown(),
        Err(error) => return ours(&error),
    };
    let state = NotHere { state: row.state, reason: row.reason };
    let blob = match (row.state, row.blob) {
        (FileState::Kept, Some((blob, _))) => blob,
        (FileState::Refused, _) => return (StatusCode::GONE, Json(state)).into_response(),
        _ => return (StatusCode::CONFLICT, Json(state)).into_response(),
    };
    // Its first piece is opened before anything is answered: a broken blob is an error, not half a file.
    let opened = async {
        let mut reader = api.store.blobs().open(blob).await?;
        let first = reader.next().await?;
        Ok::<_, StoreError>((reader, first))
    };
    let (reader, first) = match opened.await {
        Ok(opened) => opened,
        Err(error) => return ours(&error),
    };
    let actor = Actor { who: "api".into(), why: None };
    if let Err(error) = api.store.record(&actor, "file", &format!("ticket:{ticket}")).await {
        return ours(&error);
    }
    let size = reader.size();
    let mut answer = Body::from_stream(stream::try_unfold((reader, first), pieces)).into_response();
    let told = answer.headers_mut();
    told.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    told.insert(header::CONTENT_LENGTH, size.into());
    told.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    told.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let name = row.about.name.unwrap_or_else(|| format!("{ticket}-{}", place + 1));
    if let Ok(value) = HeaderValue::from_str(&disposition(&name)) {
        told.insert(header::CONTENT_DISPOSITION, value);
    }
    answer
}

/// A reader, and the piece that it opened last.
type Opened = (Box<dyn BlobReader>, Option<Bytes>);

/// The next piece of a blob. An error ends the answer before its length: whoever reads it sees that it is not whole.
async fn pieces((mut reader, piece): Opened) -> Result<Option<(Bytes, Opened)>, StoreError> {
    let Some(piece) = piece else { return Ok(None) };
    let next = reader.next().await.inspect_err(|error| tracing::error!(%error, "a file could not be opened whole"))?;
    Ok(Some((piece, (reader, next))))
}

/// `attachment`, with the name as RFC 5987 writes it; only what stands behind the last slash of it.
fn disposition(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut out = String::from("attachment; filename*=UTF-8''");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").unwrap_or_default();
        }
    }
    out
}

fn ours(error: &StoreError) -> Response {
    tracing::error!(%error, "a file could not be handed out");
    problem(StatusCode::SERVICE_UNAVAILABLE, "store", "the file cannot be read now")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_one_line_of_ascii() {
        assert_eq!(disposition("现场.jpg"), "attachment; filename*=UTF-8''%E7%8E%B0%E5%9C%BA.jpg");
        assert_eq!(
            disposition("../../etc/pass wd\"\r\nX: y"),
            "attachment; filename*=UTF-8''pass%20wd%22%0D%0AX%3A%20y"
        );
    }
}
