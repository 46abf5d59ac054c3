//! A message as it lies in a file: an HTTP request as text, or a bare body. Pure.

use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::settings::Text;

/// A request or a push out of a file.
#[derive(Clone, Debug)]
pub struct Message {
    /// The method.
    pub method: Method,
    /// Path and query.
    pub target: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
    /// Whether the file is a body alone: method, path and content type are then the channel's.
    pub bare: bool,
}

impl Message {
    /// Reads a file. It is a whole request where its first line reads `POST /path HTTP/1.1` (the version may be left out);
    /// anything else is a body, sent as `bare` says. One line end at the file's end is the editor's, not the body's; a
    /// `Content-Length` among the headers says exactly where the body ends.
    ///
    /// # Errors
    ///
    /// What cannot be read of a whole request: which line, and how it should be written.
    pub fn read(bytes: &[u8], bare: &Self) -> Result<Self, Text> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        match std::str::from_utf8(first).ok().and_then(request_line) {
            Some((method, target)) => whole(method, target, bytes.get(first.len() + 1..).unwrap_or_default()),
            None => {
                let mut message = bare.clone();
                message.body = without_last_line_end(bytes).to_vec();
                if let Some(told) = looks_like(&message.body) {
                    message.headers.entry(http::header::CONTENT_TYPE).or_insert(HeaderValue::from_static(told));
                }
                Ok(message)
            }
        }
    }
}

/// Method and target of a first line; none where it is no request line.
fn request_line(line: &str) -> Option<(Method, String)> {
    let mut words = line.trim_end_matches('\r').split(' ').filter(|word| !word.is_empty());
    let (method, target) = (words.next()?, words.next()?);
    let version = words.next().is_none_or(|version| version.starts_with("HTTP/"));
    let upper = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase());
    let target = match target.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => target,
    };
    let fits = version && upper && target.starts_with('/') && words.next().is_none();
    fits.then(|| Some((Method::from_bytes(method.as_bytes()).ok()?, target.to_owned())))?
}

fn whole(method: Method, target: String, rest: &[u8]) -> Result<Message, Text> {
    let mut headers = HeaderMap::new();
    let mut rest = rest;
    for number in 2.. {
        if rest.is_empty() {
            break;
        }
        let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
        rest = rest.get(line.len() + 1..).unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            break;
        }
        let (name, value) = header(line).ok_or_else(|| {
            Text::new(
                format!("第 {number} 行不是请求头;写成“名字: 内容”,请求头和内容之间空一行"),
                format!("line {number} is no header; write `Name: content`, and an empty line before the body"),
            )
        })?;
        headers.append(name, value);
    }
    let told = headers.get(http::header::CONTENT_LENGTH).and_then(|told| told.to_str().ok()?.parse::<usize>().ok());
    let body = match told {
        Some(length) => rest.get(..length).ok_or_else(|| {
            Text::new(
                format!("Content-Length 是 {length},文件里的内容只有 {} 字节;改成一致,或删掉这个请求头", rest.len()),
                format!(
                    "Content-Length is {length}, and the file holds {} bytes; make them agree, or delete it",
                    rest.len()
                ),
            )
        })?,
        None => without_last_line_end(rest),
    };
    headers.remove(http::header::CONTENT_LENGTH);
    Ok(Message { method, target, headers, body: body.to_vec(), bare: false })
}

fn header(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = HeaderName::from_bytes(line.get(..colon)?.trim_ascii()).ok()?;
    Some((name, HeaderValue::from_bytes(line.get(colon + 1..)?.trim_ascii()).ok()?))
}

fn without_last_line_end(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

/// What a bare body is by its look.
fn looks_like(body: &[u8]) -> Option<&'static str> {
    match body.trim_ascii_start().first()? {
        b'{' | b'[' => Some("application/json"),
        b'<' => Some("text/xml"),
        _ if body.contains(&b'=') => Some("application/x-www-form-urlencoded"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bare() -> Message {
        let (method, target) = (Method::POST, "/api/list".to_owned());
        Message { method, target, headers: HeaderMap::new(), body: Vec::new(), bare: true }
    }

    fn read(text: &str) -> Message {
        Message::read(text.as_bytes(), &bare()).unwrap_or_else(|text| panic!("{}", text.en))
    }

    #[test]
    fn a_whole_request_is_read_as_it_would_lie_on_the_line() {
        for end in ["\n", "\r\n"] {
            let text = ["POST https://a.example/b?c=%20d HTTP/1.1", "Host: a.example", "X-Sid: 7", "", "{\"a\":1}"];
            let message = read(&text.join(end));
            assert_eq!((message.method, message.target.as_str()), (Method::POST, "/b?c=%20d"));
            assert_eq!(message.headers["x-sid"], "7");
            assert_eq!(message.body, b"{\"a\":1}");
            assert!(!message.bare);
        }
        assert_eq!(read("GET /a\n").body, b"");
        assert_eq!(read("POST /a\n\n一行\n\n").body, "一行\n".as_bytes(), "one line end is the editor's");
        assert_eq!(read("POST /a\nContent-Length: 4\n\n{}\r\n\n").body, b"{}\r\n");
    }

    #[test]
    fn anything_else_is_a_body() {
        for (text, told) in [
            ("{\"a\":1}\n", Some("application/json")),
            ("<xml/>", Some("text/xml")),
            ("a=1&b=2", Some("application/x-www-form-urlencoded")),
            ("POST it", None),
        ] {
            let message = read(text);
            assert!(message.bare && message.target == "/api/list", "{text}");
            assert_eq!(message.body, text.trim_end().as_bytes());
            assert_eq!(message.headers.get("content-type").map(|value| value.to_str().unwrap_or_default()), told);
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_line() {
        let wrong = |text: &str| Message::read(text.as_bytes(), &bare()).err().map(|text| text.en).unwrap_or_default();
        assert!(wrong("POST /a\nX: 1\nno header\n\n{}").starts_with("line 3 "));
        assert!(wrong("POST /a\nContent-Length: 9\n\n{}").contains("holds 2 bytes"));
    }
}
