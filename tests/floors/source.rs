//! Reading sources: which rooms a file names, outside of comments and of its own tests.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// One file.
pub(crate) struct Source {
    /// From the root of the repository.
    pub(crate) path: String,
    /// What stands in it.
    pub(crate) text: String,
}

impl Source {
    /// Its room: the folder below `src/`, or the file that is a room by itself.
    pub(crate) fn room(&self) -> String {
        let inside = self.path.trim_start_matches("src/");
        inside.split('/').next().unwrap().trim_end_matches(".rs").to_owned()
    }

    /// Lines of code with their numbers: no comments, and nothing behind `#[cfg(test)] mod … {`.
    fn code(&self) -> Vec<(usize, &str)> {
        if self.is_test() {
            return Vec::new();
        }
        let mut code = Vec::new();
        let mut lines = self.text.lines().enumerate().peekable();
        while let Some((at, line)) = lines.next() {
            let next = lines.peek().map(|(_, next)| next.trim()).unwrap_or_default();
            if line.trim() == "#[cfg(test)]" && next.starts_with("mod ") && next.ends_with('{') {
                break;
            }
            let line = line.split(" // ").next().unwrap_or_default();
            if !line.trim_start().starts_with("//") {
                code.push((at + 1, line));
            }
        }
        code
    }

    /// Files that hold tests alone: they may set up what they like.
    pub(crate) fn is_test(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap();
        name == "tests.rs"
            || name.ends_with("_tests.rs")
            || self.path.contains("/suite/")
            || self.path.contains("/tests/")
    }

    /// Whether its code says this.
    pub(crate) fn says(&self, word: &str) -> bool {
        self.code().iter().any(|(_, line)| line.contains(word))
    }

    /// Every room that its code names behind `crate::`, with the line.
    pub(crate) fn rooms_named(&self) -> Vec<(usize, String)> {
        let mut named = Vec::new();
        // The depth of braces inside of `use crate::{ … }`.
        let mut depth = 0usize;
        for (at, line) in self.code() {
            if depth > 0 {
                depth = braces(line, depth, &mut |room| named.push((at, room)));
                continue;
            }
            for (place, _) in line.match_indices("crate::") {
                let rest = &line[place + "crate::".len()..];
                match rest.strip_prefix('{') {
                    Some(rest) => depth = braces(rest, 1, &mut |room| named.push((at, room))),
                    None => named.push((at, word(rest))),
                }
            }
        }
        named.retain(|(_, room)| !room.is_empty() && room.starts_with(|first: char| first.is_lowercase()));
        named
    }

    /// Lines where so many `super` stand in a row that the room is left.
    pub(crate) fn climbs_out(&self) -> Vec<usize> {
        let inside = self.path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
        let depth = inside.matches('/').count();
        let code = self.code();
        let climbing = code.iter().filter(|(_, line)| line.contains(&"super::".repeat(depth + 1)));
        climbing.map(|(at, _)| *at).collect()
    }
}

/// Walks through one line inside of braces; tells the words at depth one and gives the depth behind the line.
fn braces(line: &str, mut depth: usize, tell: &mut impl FnMut(String)) -> usize {
    let mut fresh = true;
    for (at, letter) in line.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' => fresh = true,
            ' ' => {}
            _ if fresh && depth == 1 => {
                tell(word(&line[at..]));
                fresh = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    depth
}

fn word(text: &str) -> String {
    text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
}

/// Every Rust file below a folder of the repository; none where there is no such folder.
pub(crate) fn sources(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut open = vec![root.join(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push(Source { path: path.strip_prefix(root).unwrap().display().to_string(), text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The sources of a connector, without its tests.
pub(crate) fn connector(folder: &str) -> Vec<Source> {
    let sources = sources(&format!("connectors/{folder}/src"));
    assert!(!sources.is_empty(), "connectors/{folder} has no sources");
    sources
}

/// The folders in a folder.
pub(crate) fn folders(folder: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(path).unwrap().map(|entry| entry.unwrap());
    entries.filter(|entry| entry.path().is_dir()).map(|entry| entry.file_name().into_string().unwrap()).collect()
}

/// The crates of this house that a connector's program, not its tests, depends on.
pub(crate) fn house_dependencies(connector: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("connectors").join(connector).join("Cargo.toml");
    let manifest: toml::Table = fs::read_to_string(path).unwrap().parse().unwrap();
    let dependencies = manifest.get("dependencies").and_then(|table| table.as_table()).cloned().unwrap_or_default();
    dependencies.keys().filter(|name| name.starts_with("huiliu")).cloned().collect()
}
