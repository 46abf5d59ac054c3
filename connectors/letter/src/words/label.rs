//! What a declaration of a charset means, as labels are used and not as they are defined.

use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, ISO_2022_JP, REPLACEMENT, SHIFT_JIS, UTF_8, UTF_16BE};
use encoding_rs::{UTF_16LE, X_USER_DEFINED};
use mail_parser::decoders::charsets::{DecoderFnc, map::charset_decoder};

/// What is declared.
#[derive(Clone, Copy)]
pub(super) enum Label {
    /// Nothing, a name that nobody knows, or ASCII: nothing that could say what bytes above 127 are.
    Nothing,
    /// UTF-8.
    Utf8,
    /// GB2312, GBK, GB18030: all of them as GB18030, which holds the others. 镕 and € come under a label of GB2312 every
    /// day.
    Gb,
    /// Another charset of more than one byte a character, whose errors say that a label is wrong.
    Wide(&'static Encoding),
    /// A charset of one byte a character, in which anything is text. `latin`: of a script in which two letters outside
    /// ASCII seldom follow each other, unlike Cyrillic or Thai.
    Narrow { encoding: &'static Encoding, latin: bool },
    /// As `Narrow`, of the few that only the mail parser knows.
    Old(DecoderFnc),
    /// HZ (RFC 1843): seven bits.
    Hz,
    /// UTF-7 (RFC 2152): seven bits.
    Utf7,
}

/// Names of the GB family beside those that are registered.
const GB: [&str; 10] =
    ["gb", "gb2312-80", "gb18030-2000", "gb-2312", "cp936", "ms936", "cp-936", "936", "gbk2312", "euc-cn"];

/// Names of UTF-8 that are none.
const UTF8: [&str; 5] = ["utf-8mb4", "utf8mb4", "utf-8-bom", "utf", "cp65001"];

impl Label {
    pub(super) fn of(declared: Option<&str>) -> Self {
        let Some(name) = declared else { return Self::Nothing };
        let name = name.trim_matches(|c: char| c.is_ascii_whitespace() || matches!(c, '"' | '\'' | ';'));
        if name.eq_ignore_ascii_case("utf-8") {
            return Self::Utf8;
        }
        // RFC 2231 lets a language stand behind the charset of an encoded word.
        let name = name.split('*').next().unwrap_or_default().to_ascii_lowercase().replace('_', "-");
        if UTF8.contains(&name.as_str()) {
            return Self::Utf8;
        }
        if GB.contains(&name.as_str()) {
            return Self::Gb;
        }
        match name.as_str() {
            "hz" | "hz-gb-2312" | "hz-gb2312" => return Self::Hz,
            "utf-7" | "unicode-1-1-utf-7" | "csutf7" => return Self::Utf7,
            // What is no ASCII under such a label was not declared at all.
            "us-ascii" | "ascii" | "ansi-x3.4-1968" | "iso-ir-6" | "646" => return Self::Nothing,
            _ => {}
        }
        match Encoding::for_label(name.as_bytes()) {
            Some(encoding) if encoding == UTF_8 => Self::Utf8,
            Some(encoding) if encoding == GBK || encoding == GB18030 => Self::Gb,
            Some(encoding) if encoding == REPLACEMENT || encoding == X_USER_DEFINED => Self::Nothing,
            Some(encoding) if is_wide(encoding) => Self::Wide(encoding),
            Some(encoding) => Self::Narrow { encoding, latin: is_latin(encoding) },
            None => charset_decoder(name.as_bytes()).map_or(Self::Nothing, Self::Old),
        }
    }

    /// Whether bytes below 128 may stand for something else than ASCII.
    pub(super) fn is_ascii_shifted(self) -> bool {
        match self {
            Self::Hz | Self::Utf7 => true,
            Self::Wide(encoding) => encoding == ISO_2022_JP || encoding == UTF_16LE || encoding == UTF_16BE,
            _ => false,
        }
    }
}

fn is_wide(encoding: &'static Encoding) -> bool {
    [BIG5, EUC_JP, EUC_KR, ISO_2022_JP, SHIFT_JIS, UTF_16BE, UTF_16LE].contains(&encoding)
}

fn is_latin(encoding: &'static Encoding) -> bool {
    let name = encoding.name().to_ascii_lowercase();
    [
        "windows-1250",
        "windows-1252",
        "windows-1254",
        "windows-1257",
        "windows-1258",
        "macintosh",
        "iso-8859-2",
        "iso-8859-3",
        "iso-8859-4",
        "iso-8859-10",
        "iso-8859-13",
        "iso-8859-14",
        "iso-8859-15",
        "iso-8859-16",
    ]
    .contains(&name.as_str())
}
