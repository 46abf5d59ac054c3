//! Files that are handed in over the interface: streamed to the disk, taken in row by row, answered with what became of
//! each, as JSON or as the workbook itself.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path as Place, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::problem::{Problem as Refused, Read, not_verified, problem, problem_in_both};
use super::route::{About, Content, Route, Tag, json};
use super::table::Desk;
use crate::channel::Channel;
use crate::console::view::{HandedRowView, HandedView, TextView};
use crate::console::{Code, Problem, channel_off, not_opened};
use crate::door::Entry;
use crate::intake::{HandedIn, Handing, NotOpened};
use crate::store::Actor;

/// What a workbook is called.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The longest silence of a line that is borne.
const IDLE: Duration = Duration::from_secs(30);

/// So much of a workbook is sent at once.
const PIECE: usize = 64 * 1024;

/// Where files lie while they are taken in.
pub struct Uploads {
    /// Inside the data folder; nobody else's.
    folder: PathBuf,
    /// The largest that is taken, in bytes.
    largest: u64,
}

impl Uploads {
    /// In a data folder whose lock is held, up to so many MiB a file. What a process that died in the middle left there is
    /// removed.
    pub fn new(data: &Path, mib: u32) -> Self {
        let uploads = Self { folder: data.join("uploads"), largest: u64::from(mib) * 1024 * 1024 };
        uploads.clear();
        uploads
    }

    fn clear(&self) {
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "what uploads left could not be removed");
            }
            _ => {}
        }
    }

    /// A path that nobody uses; what lies there goes away with the answer.
    fn place(&self, ending: &str) -> io::Result<Lying> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        Ok(Lying(self.folder.join(format!("{}-{n}{ending}", std::process::id()))))
    }
}

/// A file that goes away when nobody needs it any more.
struct Lying(PathBuf);

impl Drop for Lying {
    fn drop(&mut self) {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(%error, "an uploaded file could not be removed; the next start does it");
            }
            _ => {}
        }
    }
}

/// What the address says besides the channel.
#[derive(Deserialize, JsonSchema)]
struct Named {
    /// What the file is called, with its ending; rules of the channel may read it.
    #[serde(default)]
    #[schemars(length(max = 255), extend("x-zh" = "文件名,带扩展名"))]
    name: String,
    /// Whether only to say what would become of each item.
    #[serde(default)]
    #[schemars(extend("x-zh" = "只看每一行会怎样,不收下"))]
    dry_run: bool,
}

/// What became of a file.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FileHanded")]
struct Handed {
    /// The channel's code.
    channel: String,
    /// What the file is called.
    file: String,
    /// Whether this only says what would become of it.
    dry_run: bool,
    /// Whether all was taken and nothing waits for a person.
    clean: bool,
    /// How many items became what.
    counts: BTreeMap<String, u64>,
    /// What became of each, as far as they are shown: the first thousand, and as many more that wait for a person.
    rows: Vec<HandedRowView>,
    /// How many items are not among the rows.
    left_out: u64,
    /// What is to be known of the file as a whole.
    remarks: Vec<TextView>,
    /// Why not all of it was taken; what was counted stands. Null: all was.
    stopped: Option<TextView>,
    /// Why the workbook that was asked for could not be written.
    answer_failed: Option<TextView>,
}

/// Without the place where an answer lay here: that is nobody's affair.
impl From<HandedView> for Handed {
    fn from(view: HandedView) -> Self {
        let clean = view.is_clean();
        let HandedView { channel, file, dry_run, counts, rows, left_out, remarks, stopped, answer_failed, .. } = view;
        Self { channel, file, dry_run, clean, counts, rows, left_out, remarks, stopped, answer_failed }
    }
}

/// A file that broke off, or a problem.
fn broken_off(generator: &mut SchemaGenerator) -> Schema {
    let (handed, problem) = (generator.subschema_for::<Handed>(), generator.subschema_for::<Refused>());
    json_schema!({ "anyOf": [handed, problem] })
}

pub(super) fn routes() -> Vec<Route> {
    let about = About {
        id: "handInFile",
        tag: Tag::Channels,
        zh: "上传一个文件给收文件的渠道,逐行收下;重复上传不会收两遍",
        en: "Hands a file to a channel that takes files; it is taken row by row, and the same again takes nothing twice.",
    };
    let either = || Content::of("application/json", broken_off);
    let workbook = || Content::bytes(XLSX);
    let post = Route::post("/api/v1/channels/{name}/files", upload, about)
        .unlimited()
        .at::<String>("name", "渠道的代号、名字或旧叫法", "The channel's code, name or former name.")
        .query::<Named>()
        .reads(
            "Accept",
            "写成 xlsx 的媒体类型,就用表格回答每一行怎样了",
            "The media type of a workbook asks for the answer as one, row by row.",
        )
        .takes(Content::bytes("*/*"));
    let post = post
        .answers(
            200,
            "全部看完了,结果逐行列出",
            "All of it was read; the rows say what became of each.",
            [json::<Handed>(), workbook()],
        )
        .refuses(400, "路径不是 UTF-8,或正文断了", "`bad_path`: the path is not UTF-8. `cut`: the body was cut.")
        .refuses(
            404,
            "没有这个渠道",
            "`no_such_channel`: no channel has this code or name. `bad_file`: what it needs is not there.",
        )
        .refuses(408, "正文没有按时到", "`slow`: the body did not come in time.")
        .refuses(409, "这个渠道停用,或不收文件", "`takes_no_files`: the channel is off, or takes none.")
        .refuses(413, "文件太大", "`too_large`: it is larger than `[limits] upload_mib` says.");
    let post = post
        .answers(
            422,
            "文件半途读不下去,前面的已收下;或根本读不了",
            "It breaks off; what came before stands. Or a problem: `bad_request`, `bad_name`, `bad_file`.",
            [either(), workbook()],
        )
        .answers(
            503,
            "存储不可用;已收下的算数,稍后把整个文件再传一次",
            "Our store failed; what was counted stands, hand the whole file in again. Or a problem: `store`, `bad_file`.",
            [either(), workbook()],
        )
        .with("Retry-After", "隔几秒再来", "In so many seconds.");
    vec![post]
}

async fn upload(
    State(desk): State<Desk>,
    Read(Place(called)): Read<Place<String>>,
    Read(Query(named)): Read<Query<Named>>,
    request: Request,
) -> Response {
    if !desk.api.allows(request.headers()) {
        return not_verified();
    }
    let channel = match desk.channel(&called) {
        Ok(channel) => channel,
        Err(answer) => return *answer,
    };
    let Named { name, dry_run: dry } = named;
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    if name.len() > 255 {
        return problem(StatusCode::UNPROCESSABLE_ENTITY, "bad_name", "the name has more than 255 bytes");
    }
    let wants_workbook = !dry && wants_workbook(request.headers());
    let uploads = &desk.front.uploads;
    let places =
        uploads.place("").and_then(|file| Ok((file, wants_workbook.then(|| uploads.place(".xlsx")).transpose()?)));
    let (file, answer) = match places {
        Ok(places) => places,
        Err(error) => return ours(&error),
    };
    if let Err(answer) = receive(request.into_body(), &file.0, uploads.largest).await {
        return *answer;
    }
    if !dry {
        let actor = Actor { who: "api".into(), why: None };
        if let Err(error) = desk.api.store.record(&actor, "import", &format!("channel:{}", channel.code)).await {
            return ours(&error);
        }
    }
    let code = channel.code.clone();
    let handing =
        Handing { name: name.clone(), path: file.0.clone(), answer: answer.as_ref().map(|at| at.0.clone()), dry };
    let intake = desk.front.intake.clone();
    // A caller that goes away ends nothing: what was begun is taken to its end, and the file is removed then.
    let taking = tokio::spawn(async move {
        let done = intake.hand_in(channel, handing).await;
        drop(file);
        done
    });
    match taking.await {
        Ok(Ok(done)) => answered(&code, &name, dry, done, answer).await,
        Ok(Err(why)) => wrong(&not_opened(why, &desk.takers())),
        Err(error) => ours(&error),
    }
}

impl Desk {
    /// The channel that is called so, if it takes files now.
    fn channel(&self, called: &str) -> Result<Arc<Channel>, Box<Response>> {
        let none = || problem(StatusCode::NOT_FOUND, "no_such_channel", "there is no channel of this code or name");
        let entry = self.front.entries.called(called).ok_or_else(|| Box::new(none()))?;
        match entry.as_ref() {
            Entry::Shut | Entry::Retired => Err(Box::new(wrong(&channel_off()))),
            Entry::Open(channel, _) if channel.connector.hand_in.is_none() => {
                Err(Box::new(wrong(&not_opened(NotOpened::TakesNone, &self.takers()))))
            }
            Entry::Open(channel, _) => Ok(channel.clone()),
        }
    }

    /// The names of channels that take files.
    fn takers(&self) -> Vec<String> {
        let taking = self.front.entries.open().into_iter().filter(|channel| channel.connector.hand_in.is_some());
        taking.map(|channel| channel.settings.channel.name.clone()).collect()
    }
}

/// Streams a body to the disk.
async fn receive(body: Body, to: &Path, largest: u64) -> Result<(), Box<Response>> {
    let created = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(to);
    let mut file = tokio::fs::File::from_std(created.map_err(|error| Box::new(ours(&error)))?);
    let (mut pieces, mut left) = (body.into_data_stream(), largest);
    loop {
        let slow = |_| Box::new(problem(StatusCode::REQUEST_TIMEOUT, "slow", "the body did not come in time"));
        let Some(piece) = tokio::time::timeout(IDLE, pieces.next()).await.map_err(slow)? else { break };
        let cut = |_| Box::new(problem(StatusCode::BAD_REQUEST, "cut", "the body was cut; nothing of it was taken"));
        let piece = piece.map_err(cut)?;
        left = left.checked_sub(piece.len() as u64).ok_or_else(|| {
            let text = format!("the file has more than {largest} bytes; [limits] upload_mib says how many it may");
            Box::new(problem(StatusCode::PAYLOAD_TOO_LARGE, "too_large", text))
        })?;
        file.write_all(&piece).await.map_err(|error| Box::new(ours(&error)))?;
    }
    file.flush().await.map_err(|error| Box::new(ours(&error)))
}

fn wants_workbook(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|list| list.split(',')).any(|one| one.split(';').next().unwrap_or_default().trim() == XLSX)
}

/// 200 where the whole file was taken, whatever waits for a person; 422 where it broke off, 503 where our store failed: what
/// came before stands, and is told either way.
async fn answered(code: &str, name: &str, dry: bool, done: HandedIn, answer: Option<Lying>) -> Response {
    let status = match (&done.stopped, done.ours) {
        (None, _) => StatusCode::OK,
        (Some(_), false) => StatusCode::UNPROCESSABLE_ENTITY,
        (Some(_), true) => StatusCode::SERVICE_UNAVAILABLE,
    };
    let written = matches!(done.answer, Some(Ok(_)));
    if let Some(lying) = answer.filter(|_| written) {
        match tokio::fs::File::open(&lying.0).await {
            Ok(file) => return workbook(status, file),
            Err(error) => tracing::error!(%error, "an answer that was written cannot be read"),
        }
    }
    (status, Json(Handed::from(HandedView::of(code, name, dry, done)))).into_response()
}

/// The workbook, piece by piece. Its file is open: it may be removed while it is sent.
fn workbook(status: StatusCode, file: tokio::fs::File) -> Response {
    let pieces = stream::try_unfold(file, async |mut file| {
        let mut piece = vec![0; PIECE];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        Ok::<_, io::Error>((read > 0).then(|| (Bytes::from(piece), file)))
    });
    let mut answer = (status, Body::from_stream(pieces)).into_response();
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(XLSX));
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

fn wrong(problem: &Problem) -> Response {
    let status = match problem.code {
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::Refused => StatusCode::CONFLICT,
        Code::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        Code::Failed | Code::Unreachable => StatusCode::SERVICE_UNAVAILABLE,
    };
    let word = match problem.code {
        Code::Refused => "takes_no_files",
        _ => "bad_file",
    };
    problem_in_both(status, word, problem.en.clone(), problem.zh.clone())
}

fn ours(error: &dyn std::fmt::Display) -> Response {
    tracing::error!(%error, "an uploaded file could not be taken in; the caller is asked to come again");
    problem(StatusCode::SERVICE_UNAVAILABLE, "store", "not taken; come again")
}
