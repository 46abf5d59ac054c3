//! Lines with remarks, in one language.

pub(super) use super::super::codes::quoted;
use super::FILL_IN;
use crate::settings::{Lang, Text};

/// What a person has to do about a line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    None,
    Guessed,
    Fill,
}

pub(super) fn t(zh: impl Into<String>, en: impl Into<String>) -> Text {
    Text::new(zh, en)
}

/// A list of texts as TOML writes it.
pub(super) fn list(texts: &[impl AsRef<str>]) -> String {
    format!("[{}]", texts.iter().map(|text| quoted(text.as_ref())).collect::<Vec<_>>().join(", "))
}

/// A name as TOML writes a key.
pub(super) fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if bare { name.to_owned() } else { quoted(name) }
}

/// The text so far.
pub(super) struct Page {
    out: String,
    lang: Lang,
}

impl Page {
    pub(super) fn new(lang: Lang) -> Self {
        Self { out: String::new(), lang }
    }

    pub(super) fn text(self) -> String {
        self.out
    }

    pub(super) fn title(&mut self, name: &str) {
        let width = unicode_width::UnicodeWidthStr::width(name);
        self.out += &format!("# ── {} {}\n", one_line(name), "─".repeat(56_usize.saturating_sub(width)));
    }

    /// A line of nothing but a remark.
    pub(super) fn say(&mut self, remark: Text) {
        let remark = one_line(remark.in_lang(self.lang));
        self.out += &format!("# {remark}\n");
    }

    pub(super) fn gap(&mut self) {
        self.out.push('\n');
    }

    pub(super) fn table(&mut self, name: &str, remark: Option<Text>) {
        self.gap();
        let code = format!("[{name}]");
        match remark {
            Some(remark) => self.line(&code, &remark, Mark::None),
            None => self.out += &format!("{code}\n"),
        }
    }

    pub(super) fn key(&mut self, key: &str, value: &str, remark: Text, mark: Mark) {
        self.line(&format!("{key} = {value}"), &remark, mark);
    }

    /// A line that does not count until a person takes its `#` away.
    pub(super) fn off(&mut self, code: &str, remark: Text, mark: Mark) {
        let code = format!("# {code}");
        let gap = 41_usize.saturating_sub(unicode_width::UnicodeWidthStr::width(code.as_str())).max(1);
        self.line(&(code + &" ".repeat(gap)), &remark, mark);
    }

    fn line(&mut self, code: &str, remark: &Text, mark: Mark) {
        let mut said = one_line(remark.in_lang(self.lang));
        let mark = match (mark, self.lang) {
            (Mark::None, _) => "",
            (Mark::Guessed, Lang::Zh) => ";猜的,请核对",
            (Mark::Guessed, Lang::En) => "; guessed, please check",
            (Mark::Fill, _) => FILL_IN,
        };
        said += mark;
        self.out += &format!("{code} # {said}\n");
    }
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
