//! Over-size attachments (超大附件、云附件): files that lie in a store and come as a link, which ends some day. Found by the
//! hosts of known stores; nothing is fetched here.

mod hosts;
mod seen;
#[cfg(test)]
mod tests;

use huiliu_contract::Personal;

use super::plain::{first, last, part};
use seen::Seen;

pub use hosts::{HOSTS, Store};

/// Files taken out of one letter.
pub const MOST_FILES: usize = 50;

/// Bytes of a text or of HTML that are looked at.
const LOOKED_AT: usize = 2 * 1024 * 1024;

/// Characters around a link in which its name, size and end are looked for.
const AROUND: usize = 160;

/// A file in a store.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CloudFile {
    /// The store's host, in lower case.
    pub host: String,
    /// The store's name, for example QQ邮箱超大附件.
    pub store: &'static str,
    /// The file's name as it is written, not made safe; empty where none is.
    pub name: Personal<String>,
    /// Where it lies. Whoever has the link has the file.
    pub link: Personal<String>,
    /// Its size in bytes, as exact as it is written.
    pub size: Option<u64>,
    /// When it ends, as it is written: `2026年12月22日 13:05 到期`, `无限期`.
    pub expires_text: Option<String>,
}

/// Finds the files in the HTML and in the text of a letter; each once, at most [`MOST_FILES`]. One pass over at most 2 MiB of
/// each.
pub fn find(html: Option<&str>, text: &str) -> Vec<CloudFile> {
    let mut files: Vec<CloudFile> = Vec::new();
    let html = html.map(|html| seen::html(first_bytes(html)));
    for Seen { text, links } in html.into_iter().chain([seen::plain(first_bytes(text))]) {
        let mut from = 0;
        for (at, link) in links.iter().enumerate() {
            let Some((host, store)) = hosts::known(&link.target) else { continue };
            let next = links.get(at + 1).map_or(text.len(), |next| next.start);
            let before = last(part(&text, from..link.start), AROUND);
            let after = first(part(&text, link.end..next), AROUND);
            from = link.end;
            let own = part(&text, link.start..link.end);
            let named = [link.title.as_str(), own].into_iter().find(|text| seen::is_file_name(text)).map(str::trim);
            // Where the name stands before the link, so do the size and the end; else they stand behind it.
            let (name, around) = match (named, seen::last_file_name(before)) {
                (Some(name), _) => (name, [own, after, before]),
                (None, Some((at, name))) => (name, [part(before, at..before.len()), after, ""]),
                (None, None) => ("", [after, before, ""]),
            };
            let found = CloudFile {
                host,
                store,
                name: Personal::new(name.to_owned()),
                link: Personal::new(link.target.clone()),
                size: around.into_iter().find_map(seen::size),
                expires_text: around.into_iter().find_map(seen::expiry),
            };
            merge(&mut files, found);
        }
    }
    files
}

/// Adds a file, or what a second link to it (下载, 预览) tells more of it.
fn merge(files: &mut Vec<CloudFile>, found: CloudFile) {
    let named = |file: &CloudFile| !file.name.reveal().is_empty();
    let same = files.iter().position(|file| {
        file.link == found.link || (file.store == found.store && named(file) && file.name == found.name)
    });
    let Some(file) = same.and_then(|at| files.get_mut(at)) else {
        if files.len() < MOST_FILES {
            files.push(found);
        }
        return;
    };
    if !named(file) {
        file.name = found.name;
    }
    file.size = file.size.or(found.size);
    file.expires_text = file.expires_text.take().or(found.expires_text);
}

fn first_bytes(text: &str) -> &str {
    let mut end = text.len().min(LOOKED_AT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    part(text, 0..end)
}
