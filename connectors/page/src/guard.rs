//! How much a page may hold. Building a tree costs the square of its nesting: it is fed piece by piece, and stopped as
//! soon as it holds too much.

use html5ever::ParseOpts;
use html5ever::driver::parse_document;
use html5ever::tendril::{StrTendril, TendrilSink};
use scraper::{Html, HtmlTreeSink};

use crate::unreadable::Unreadable;

/// Bounds of a page; the defaults fit what back ends of offices show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// The page, in bytes.
    pub bytes: usize,
    /// How deep elements nest.
    pub levels: usize,
    /// Elements, texts and comments.
    pub nodes: usize,
}

impl Default for Limits {
    /// 2 MiB, 500 levels, 200 000 nodes.
    fn default() -> Self {
        Self { bytes: 2 << 20, levels: 500, nodes: 200_000 }
    }
}

/// So much is fed before what there is so far is looked at: a few hundred levels at most, which cost nothing.
const PIECE: usize = 4096;

/// The tree of a page.
pub(crate) fn tree(text: &str, limits: &Limits) -> Result<Html, Unreadable> {
    let mut parser = parse_document(HtmlTreeSink::new(Html::new_document()), ParseOpts::default());
    let mut rest = text;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE.min(rest.len())));
        parser.process(StrTendril::from_slice(piece));
        rest = after;
        let sink = &parser.tokenizer.sink.sink;
        let html = sink.0.borrow();
        nodes(&html, limits)?;
        // The youngest node is as deep as what is open.
        let youngest = html.tree.nodes().next_back();
        levels(youngest.map_or(0, |node| node.ancestors().count()), limits)?;
    }
    let html = parser.finish();
    nodes(&html, limits)?;
    levels(deepest(&html), limits)?;
    Ok(html)
}

fn nodes(html: &Html, limits: &Limits) -> Result<(), Unreadable> {
    let most = limits.nodes;
    if html.tree.nodes().len() <= most {
        return Ok(());
    }
    Err(Unreadable::new(
        "too_large",
        format!("网页的内容超过 {most} 个元素,不读;请让对方分页,或减少每页条数"),
        format!("the page holds more than {most} elements and is not read; ask for fewer items a page"),
    ))
}

fn levels(found: usize, limits: &Limits) -> Result<(), Unreadable> {
    let most = limits.levels;
    if found <= most {
        return Ok(());
    }
    Err(Unreadable::new(
        "too_deep",
        format!("网页一层套一层超过 {most} 层,不像正常的页面,不读"),
        format!("the page nests more than {most} levels deep, as no honest page does; it is not read"),
    ))
}

fn deepest(html: &Html) -> usize {
    let (mut at, mut level, mut most) = (html.tree.root(), 1_usize, 1_usize);
    loop {
        if let Some(child) = at.first_child() {
            (at, level) = (child, level + 1);
            most = most.max(level);
            continue;
        }
        loop {
            if let Some(next) = at.next_sibling() {
                at = next;
                break;
            }
            let Some(parent) = at.parent() else { return most };
            (at, level) = (parent, level - 1);
        }
    }
}

/// Whether the bytes are few enough, and any at all.
pub(crate) fn bytes(bytes: &[u8], limits: &Limits) -> Result<(), Unreadable> {
    let most = limits.bytes;
    if bytes.len() > most {
        let found = bytes.len();
        return Err(Unreadable::new(
            "too_large",
            format!("网页有 {found} 字节,最多读 {most};请让对方分页,或减少每页条数"),
            format!("the page has {found} bytes, at most {most} are read; ask for fewer items a page"),
        ));
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Unreadable::new("empty", "网页是空的", "the page is empty"));
    }
    let sorts: [(&[u8], &str, &str); 5] = [
        (b"%PDF", "PDF 文件", "a PDF"),
        (b"PK\x03\x04", "压缩包或 Office 文件", "an archive or office document"),
        (b"\x89PNG", "图片", "a picture"),
        (b"GIF8", "图片", "a picture"),
        (b"\xff\xd8\xff", "图片", "a picture"),
    ];
    if let Some((_, zh, en)) = sorts.iter().find(|(begin, _, _)| bytes.starts_with(begin)) {
        let (zh, en) = (format!("这是{zh},不是网页"), format!("this is {en}, no web page"));
        return Err(Unreadable::new("other_format", zh, en));
    }
    Ok(())
}

/// Whether the text is a page, and not another sort of file.
pub(crate) fn sort(text: &str) -> Result<(), Unreadable> {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let head = &text[..text.floor_char_boundary(2048.min(text.len()))];
    if head.starts_with("MIME-Version:") || (head.starts_with("From:") && head.contains("multipart/related")) {
        return Err(Unreadable::new(
            "mht",
            "这是“单个文件”格式的网页(.mht、.mhtml),不读;请在浏览器里另存为“网页,全部”或“仅 HTML”",
            "this is a page saved as a single file (.mht, .mhtml), which is not read; save it as `webpage, complete` or `HTML only`",
        ));
    }
    if (head.starts_with('{') || head.starts_with("[{")) && !head.contains('<') {
        return Err(Unreadable::new(
            "json",
            "这是 JSON 数据,不是网页;列表或详情是数据时,请按 JSON 接口来写",
            "this is JSON, no web page; where a list or detail is data, describe it as such",
        ));
    }
    Ok(())
}
