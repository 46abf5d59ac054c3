//! `multipart/form-data` (RFC 7578) whose bytes are the same in every attempt: the boundary is given, not drawn, and files
//! are streamed from where they lie. It is built here because the client's own form draws a new boundary each time.

use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt};
use http::HeaderValue;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use huiliu_contract::{NoPiece, Pieces, Upload};

use crate::client::RequestBuilder;

/// How long a request with files may take.
pub mod upload {
    use std::time::Duration;

    /// The longest that any may take.
    pub const LONGEST: Duration = Duration::from_secs(15 * 60);

    /// The slowest line that is borne, in bytes a second.
    const SLOWEST: u64 = 128 * 1024;

    /// How long a request of so many bytes may take, where one without files may take `usual`.
    pub fn time_for(length: u64, usual: Duration) -> Duration {
        (usual + Duration::from_secs(length / SLOWEST)).min(LONGEST)
    }
}

/// The media type of a file of which none is known.
const UNKNOWN: &str = "application/octet-stream";

/// A body of several parts, in order.
pub struct Form {
    boundary: String,
    parts: Vec<(Vec<u8>, Content)>,
}

enum Content {
    Bytes(Bytes),
    File(u64, Box<dyn Pieces>),
}

impl Content {
    fn length(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File(size, _) => *size,
        }
    }
}

impl Form {
    /// An empty one. `boundary` has 1 to 60 letters and digits and must not be found in what is sent: a keyed digest, which
    /// nobody can guess who writes a file.
    pub fn new(boundary: impl Into<String>) -> Self {
        Self { boundary: boundary.into(), parts: Vec::new() }
    }

    /// Adds a field of a form.
    #[must_use]
    pub fn text(mut self, name: &str, value: String) -> Self {
        self.parts.push((format!("name=\"{}\"\r\n", quoted(name)).into_bytes(), Content::Bytes(value.into())));
        self
    }

    /// Adds a field whose name and value are in the page's own charset.
    #[must_use]
    pub fn field(mut self, name: &[u8], value: Bytes) -> Self {
        let name: Vec<u8> = name.iter().copied().filter(|byte| !matches!(byte, b'"' | b'\r' | b'\n')).collect();
        self.parts.push(([b"name=\"", &name[..], b"\"\r\n"].concat(), Content::Bytes(value)));
        self
    }

    /// Adds a box for a file that nobody chose one for, as browsers send it.
    #[must_use]
    pub fn no_file(mut self, name: &str) -> Self {
        let head = format!("name=\"{}\"; filename=\"\"\r\nContent-Type: {UNKNOWN}\r\n", quoted(name));
        self.parts.push((head.into_bytes(), Content::Bytes(Bytes::new())));
        self
    }

    /// Adds bytes of a media type.
    #[must_use]
    pub fn bytes(mut self, name: &str, media_type: &str, bytes: Bytes) -> Self {
        let head = format!("name=\"{}\"\r\nContent-Type: {media_type}\r\n", quoted(name));
        self.parts.push((head.into_bytes(), Content::Bytes(bytes)));
        self
    }

    /// Adds a file. Of its name only what stands behind the last slash leaves; a media type that cannot stand in a header
    /// is left away.
    #[must_use]
    pub fn file(mut self, name: &str, upload: Upload) -> Self {
        let file = upload.name.reveal().rsplit(['/', '\\']).next().unwrap_or_default();
        let told = upload.media_type.as_deref().filter(|told| HeaderValue::from_str(told).is_ok() && told.is_ascii());
        let head = format!(
            "name=\"{}\"; filename=\"{}\"\r\nContent-Type: {}\r\n",
            quoted(name),
            quoted(file),
            told.unwrap_or(UNKNOWN)
        );
        self.parts.push((head.into_bytes(), Content::File(upload.size, upload.pieces)));
        self
    }

    /// How many bytes the whole body has.
    pub fn length(&self) -> u64 {
        let part = |(head, content): &(Vec<u8>, Content)| {
            self.front(head).len() as u64 + content.length() + b"\r\n".len() as u64
        };
        self.parts.iter().map(part).sum::<u64>() + self.end().len() as u64
    }

    /// Puts it on a request, with its length.
    pub fn put_on(self, request: RequestBuilder) -> RequestBuilder {
        let media_type = format!("multipart/form-data; boundary={}", self.boundary);
        let request = request.header(CONTENT_TYPE, media_type).header(CONTENT_LENGTH, self.length());
        request.body(reqwest::Body::wrap_stream(self.stream()))
    }

    /// Its bytes.
    fn stream(self) -> impl Stream<Item = Result<Bytes, NoPiece>> + Send + 'static {
        let end = self.end();
        let mut all: Vec<stream::BoxStream<'static, Result<Bytes, NoPiece>>> = Vec::new();
        let piece = |bytes: Bytes| stream::iter([Ok(bytes)]).boxed();
        let parts: Vec<_> = {
            let Self { boundary, parts } = self;
            parts.into_iter().map(|(head, content)| (front(&boundary, &head), content)).collect()
        };
        for (front, content) in parts {
            all.push(piece(front.into()));
            all.push(match content {
                Content::Bytes(bytes) => piece(bytes),
                Content::File(size, pieces) => stream::try_unfold((pieces, size), next).boxed(),
            });
            all.push(piece(Bytes::from_static(b"\r\n")));
        }
        all.push(piece(end.into()));
        stream::iter(all).flatten()
    }

    fn front(&self, head: &[u8]) -> Vec<u8> {
        front(&self.boundary, head)
    }

    fn end(&self) -> Vec<u8> {
        format!("--{}--\r\n", self.boundary).into_bytes()
    }
}

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Form").field("parts", &self.parts.len()).finish_non_exhaustive()
    }
}

fn front(boundary: &str, head: &[u8]) -> Vec<u8> {
    [format!("--{boundary}\r\nContent-Disposition: form-data; ").as_bytes(), head, b"\r\n"].concat()
}

type Rest = (Box<dyn Pieces>, u64);

/// The next piece of a file. One that has more or fewer bytes than was said breaks the line: half a file must not look whole.
async fn next((mut pieces, left): Rest) -> Result<Option<(Bytes, Rest)>, NoPiece> {
    match pieces.next().await? {
        Some(piece) => match left.checked_sub(piece.len() as u64) {
            Some(left) => Ok(Some((piece, (pieces, left)))),
            None => Err("the file is longer than it was said to be".into()),
        },
        None if left == 0 => Ok(None),
        None => Err("the file is shorter than it was said to be".into()),
    }
}

/// A name as browsers write it: what would end it, or the line, is escaped (WHATWG, "multipart form data").
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use huiliu_contract::Personal;

    use super::*;

    struct Given(Vec<&'static [u8]>);

    #[async_trait]
    impl Pieces for Given {
        async fn next(&mut self) -> Result<Option<Bytes>, NoPiece> {
            Ok((!self.0.is_empty()).then(|| Bytes::from_static(self.0.remove(0))))
        }
    }

    fn upload(name: &str, media_type: Option<&str>, size: u64, pieces: &[&'static [u8]]) -> Upload {
        let pieces = Box::new(Given(pieces.to_vec()));
        Upload { name: Personal::new(name.into()), media_type: media_type.map(str::to_owned), size, pieces }
    }

    async fn written(form: Form) -> Result<Vec<u8>, NoPiece> {
        let mut stream = std::pin::pin!(form.stream());
        let mut all = Vec::new();
        while let Some(piece) = stream.next().await {
            all.extend_from_slice(&piece?);
        }
        Ok(all)
    }

    #[tokio::test]
    async fn a_form_is_written_as_the_rfc_says_and_as_long_as_it_says() {
        let form = || {
            Form::new("b0")
                .bytes("event", "application/json", Bytes::from_static(b"{}"))
                .text("no\"te", "一\r\n二".into())
                .file("file-1", upload("a/../现场\"1\".jpg\r\nX: y", Some("image/jpeg"), 5, &[b"ab", b"", b"cde"]))
                .file("file-2", upload("", Some("bad\ntype"), 0, &[]))
        };
        let expected = "--b0\r\nContent-Disposition: form-data; name=\"event\"\r\nContent-Type: application/json\r\n\r\n\
            {}\r\n--b0\r\nContent-Disposition: form-data; name=\"no%22te\"\r\n\r\n一\r\n二\r\n\
            --b0\r\nContent-Disposition: form-data; name=\"file-1\"; filename=\"现场%221%22.jpg%0D%0AX: y\"\r\n\
            Content-Type: image/jpeg\r\n\r\nabcde\r\n\
            --b0\r\nContent-Disposition: form-data; name=\"file-2\"; filename=\"\"\r\n\
            Content-Type: application/octet-stream\r\n\r\n\r\n--b0--\r\n";
        let length = form().length();
        let all = written(form()).await.unwrap();
        assert_eq!(String::from_utf8(all).unwrap(), expected);
        assert_eq!(length, expected.len() as u64);
    }

    #[tokio::test]
    async fn a_file_that_is_not_as_long_as_it_says_breaks_the_line() {
        for (size, pieces) in [(3, &[&b"ab"[..]][..]), (1, &[b"ab"]), (0, &[b"a"])] {
            assert!(written(Form::new("b0").file("f", upload("a", None, size, pieces))).await.is_err(), "{size}");
        }
    }
}
