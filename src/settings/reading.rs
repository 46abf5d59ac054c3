//! From the bytes of a file as operators produce it (Windows, Notepad, input methods) to text that can be parsed.
//! It mends what is harmless (byte order mark, CRLF) and names the rest; it guesses nothing.

use std::path::Path;

use super::{Mistake, Source, Text};

/// A file longer than this is not read: no configuration is, and a mistaken path may lead to anything.
const MAX_BYTES: u64 = 4 << 20;

/// Reads a file of TOML.
pub fn read(path: &Path) -> Result<Source, Vec<Mistake>> {
    decode(path, &bytes(path)?)
}

/// Reads a file that is no TOML: UTF-8, without byte order mark, with `\n` line ends.
pub fn plain(path: &Path) -> Result<Source, Vec<Mistake>> {
    let bytes = bytes(path)?;
    Ok(Source::new(path, utf8(path, &bytes)?.replace("\r\n", "\n")))
}

fn bytes(path: &Path) -> Result<Vec<u8>, Vec<Mistake>> {
    let cannot = |why: &std::io::Error| {
        let text = Text::new(format!("文件打不开:{why}"), format!("cannot read the file: {why}"));
        vec![Mistake::whole(path, text)]
    };
    let size = std::fs::metadata(path).map_err(|e| cannot(&e))?.len();
    if size > MAX_BYTES {
        let text = Text::new(
            format!("文件有 {size} 字节,不像是配置文件(最多 {MAX_BYTES})"),
            format!("the file has {size} bytes, at most {MAX_BYTES} are allowed"),
        );
        return Err(vec![Mistake::whole(path, text)]);
    }
    std::fs::read(path).map_err(|e| cannot(&e))
}

/// Turns bytes into a [`Source`]: without byte order mark, with `\n` line ends, free of full-width marks
/// where TOML wants its own. All full-width marks are named at once.
pub fn decode(path: &Path, bytes: &[u8]) -> Result<Source, Vec<Mistake>> {
    let text = utf8(path, bytes)?;
    let source = Source::new(path, text.replace("\r\n", "\n"));
    let mistakes = full_width(&source);
    if mistakes.is_empty() { Ok(source) } else { Err(mistakes) }
}

fn utf8<'a>(path: &Path, bytes: &'a [u8]) -> Result<&'a str, Vec<Mistake>> {
    if is_utf16(bytes) {
        return Err(vec![wrong_encoding(path, "UTF-16(记事本里叫“Unicode”)", "UTF-16 (Notepad calls it Unicode)")]);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|at| {
        if encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes).is_some() {
            return vec![wrong_encoding(path, "GBK(记事本里叫“ANSI”)", "GBK (Notepad calls it ANSI)")];
        }
        let line = bytes[..at.valid_up_to()].iter().filter(|b| **b == b'\n').count() + 1;
        let text = Text::new(
            format!("第 {line} 行有不是 UTF-8 的字节,文件可能已损坏"),
            format!("line {line} holds bytes that are not UTF-8; the file may be damaged"),
        );
        vec![Mistake::whole(path, text).remedy(save_as())]
    })
}

/// UTF-16 by its mark, or by the zero byte that every second byte of Latin letters then is.
fn is_utf16(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(64)];
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|b| **b == 0).count();
    head.starts_with(b"\xff\xfe")
        || head.starts_with(b"\xfe\xff")
        || head.len() >= 8 && zeros(0).max(zeros(1)) > head.len() / 4 && zeros(0).min(zeros(1)) == 0
}

fn wrong_encoding(path: &Path, zh: &str, en: &str) -> Mistake {
    let text = Text::new(
        format!("文件编码是 {zh},这里只认 UTF-8"),
        format!("the file is encoded as {en}, only UTF-8 is read"),
    );
    Mistake::whole(path, text).remedy(save_as())
}

fn save_as() -> Text {
    Text::new(
        "用记事本打开,点“文件 → 另存为”,下方“编码”选“UTF-8”,保存并替换原文件",
        "open it in Notepad, choose File → Save as, set Encoding to UTF-8, save over the old file",
    )
}

/// Where in TOML a character stands.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Bare,
    Comment,
    /// Inside quotes: which, and whether three of them close it.
    Quoted(u8, bool),
}

/// Names every full-width mark outside strings and comments.
fn full_width(source: &Source) -> Vec<Mistake> {
    let bytes = source.text.as_bytes();
    let mut mistakes = Vec::new();
    let mut state = State::Bare;
    let mut skip_to = 0;
    for (at, c) in source.text.char_indices() {
        if at < skip_to {
            continue;
        }
        let here = &bytes[at..];
        match state {
            State::Bare => match c {
                '#' => state = State::Comment,
                '"' | '\'' => {
                    let quote = c as u8;
                    let three = here.starts_with(&[quote; 3]);
                    skip_to = at + if three { 3 } else { 1 };
                    state = State::Quoted(quote, three);
                }
                _ => {
                    if let Some((name, instead)) = mark(c) {
                        mistakes.push(full_width_mistake(source, at, c, name, instead));
                    }
                }
            },
            State::Comment if c == '\n' => state = State::Bare,
            // A string in one line that is not closed ends with its line: the parser reports it.
            State::Quoted(_, false) if c == '\n' => state = State::Bare,
            State::Quoted(b'"', _) if c == '\\' => {
                skip_to = at + 1 + source.text[at + 1..].chars().next().map_or(0, char::len_utf8)
            }
            State::Quoted(quote, three) if c == char::from(quote) && (!three || here.starts_with(&[quote; 3])) => {
                // Up to two quotes may stand before the closing three.
                let run = here.iter().take(5).take_while(|b| **b == quote).count();
                skip_to = at + if three { run } else { 1 };
                state = State::Bare;
            }
            State::Comment | State::Quoted(..) => {}
        }
    }
    mistakes
}

/// Marks of Chinese input methods that stand for one of TOML's: name in both languages, what to write instead.
fn mark(c: char) -> Option<((&'static str, &'static str), &'static str)> {
    Some(match c {
        '\u{201c}'..='\u{201f}' | '\u{ff02}' => (("全角双引号", "full-width double quote"), "\""),
        '\u{2018}'..='\u{201b}' | '\u{ff07}' => (("全角单引号", "full-width single quote"), "'"),
        '\u{ff1d}' => (("全角等号", "full-width equals sign"), "="),
        '\u{ff1a}' => (("全角冒号", "full-width colon"), "="),
        '\u{ff0c}' | '\u{3001}' => (("全角逗号", "full-width comma"), ","),
        '\u{ff0e}' => (("全角点", "full-width stop"), "."),
        '\u{ff3b}' | '\u{3010}' => (("全角方括号", "full-width bracket"), "["),
        '\u{ff3d}' | '\u{3011}' => (("全角方括号", "full-width bracket"), "]"),
        '\u{ff5b}' => (("全角花括号", "full-width brace"), "{"),
        '\u{ff5d}' => (("全角花括号", "full-width brace"), "}"),
        '\u{ff03}' => (("全角井号", "full-width number sign"), "#"),
        '\u{3000}' => (("全角空格", "full-width blank"), " "),
        '\u{a0}' => (("不间断空格", "no-break space"), " "),
        '\u{feff}' | '\u{200b}' => (("看不见的零宽字符", "invisible zero-width character"), ""),
        _ => return None,
    })
}

fn full_width_mistake(source: &Source, at: usize, c: char, name: (&str, &str), instead: &str) -> Mistake {
    let shown = if c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}') { String::new() } else { format!(" {c}") };
    let shown_en = if shown.is_empty() { shown.clone() } else { format!(" `{c}`") };
    let problem = Text::new(format!("这里是{}{shown}", name.0), format!("{}{shown_en} outside a string", name.1));
    let remedy = match instead {
        "" => Text::new("删掉它;看不见时把这一行重新打一遍", "delete it; if it cannot be seen, type the line anew"),
        " " => Text::new("换成普通空格", "write an ordinary blank"),
        _ => Text::new(format!("切到英文输入法,换成 {instead}"), format!("write `{instead}`")),
    };
    Mistake::at(source, at..at + c.len_utf8(), "", problem).remedy(remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decoded(bytes: &[u8]) -> Result<Source, Vec<Mistake>> {
        decode(Path::new("channel.toml"), bytes)
    }

    #[test]
    fn a_file_from_notepad_is_read() {
        let source = decoded("\u{feff}[channel]\r\nname = \"省长信箱\"\r\n".as_bytes()).unwrap();
        assert_eq!(source.text, "[channel]\nname = \"省长信箱\"\n");
    }

    #[test]
    fn full_width_marks_inside_strings_and_comments_are_text() {
        let text = "# 注释“\u{ff1d}”\na = \"“你好”\u{ff1d}\u{3000}\"\nb = '“'\nc = \"\"\"\n“ \" \"\" =\\\"\"\"\" # \u{ff1d}\nd = '''\n\u{ff1d}''''\n";
        decoded(text.as_bytes()).unwrap();
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = decoded(&bytes);
        }

        #[test]
        fn no_text_makes_the_reader_or_the_parser_panic(text in "[\\[\\]{}=\"'#\\\\\r\n a-c0-9.,“”\u{ff1d}\u{3000}中-]{0,80}") {
            if let Ok(source) = decoded(text.as_bytes()) {
                let _ = super::super::document::Document::parse(source);
            }
        }
    }
}
