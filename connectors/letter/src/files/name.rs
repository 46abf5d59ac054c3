//! Names of files that can do no harm and tell files apart.

use std::collections::HashSet;

use crate::FileSort;
use crate::words::is_hidden;

/// So many characters a name may have.
const LONGEST: usize = 120;

/// The names of one letter's files.
#[derive(Default)]
pub(crate) struct Names {
    taken: HashSet<String>,
    nameless: usize,
}

impl Names {
    /// A safe name for a file that was called `original` (empty for none), different from all before it.
    pub(crate) fn give(&mut self, original: &str, media: &str, sort: FileSort) -> String {
        let safe = safe(original);
        let name = if safe.is_empty() { self.made(media, sort) } else { safe };
        self.unique(name)
    }

    /// The name of a file that had none: what it is, its number, and the ending of its type.
    fn made(&mut self, media: &str, sort: FileSort) -> String {
        self.nameless += 1;
        let what = match sort {
            FileSort::Inline => "图片",
            FileSort::Letter => "邮件",
            FileSort::Notice => "回执",
            FileSort::Calendar => "日程",
            FileSort::Signature => "签名",
            _ => "附件",
        };
        format!("{what}{}.{}", self.nameless, ending(media))
    }

    fn unique(&mut self, name: String) -> String {
        // Two names that differ in case are one on some disks.
        if self.taken.insert(name.to_lowercase()) {
            return name;
        }
        let (stem, ending) = split(&name);
        let mut nth = 2_u32;
        loop {
            let tail = format!("({nth}){ending}");
            let kept: String = stem.chars().take(LONGEST.saturating_sub(tail.chars().count())).collect();
            let other = format!("{kept}{tail}");
            if self.taken.insert(other.to_lowercase()) {
                return other;
            }
            nth = nth.saturating_add(1);
        }
    }
}

/// The last path element, without what hides, turns text around, or means something to a file system.
fn safe(original: &str) -> String {
    let last = original.rsplit(['/', '\\']).find(|element| !element.trim().is_empty()).unwrap_or_default();
    let kept: String = last
        .chars()
        .filter(|c| !is_hidden(*c) && !c.is_control())
        .map(|c| if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*') { '_' } else { c })
        .collect();
    let kept = kept.trim().trim_end_matches(['.', ' ']);
    if kept.chars().all(|c| c == '.') {
        return String::new();
    }
    if kept.chars().count() <= LONGEST {
        return kept.to_owned();
    }
    let (stem, ending) = split(kept);
    let stem: String = stem.chars().take(LONGEST.saturating_sub(ending.chars().count())).collect();
    format!("{}{ending}", stem.trim_end())
}

/// A name and its ending with the dot; what is longer than any ending is none.
fn split(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(at) if at > 0 && name.len() - at <= 12 => name.split_at(at),
        _ => (name, ""),
    }
}

fn ending(media: &str) -> &'static str {
    match media {
        "text/plain" => "txt",
        "text/html" => "html",
        "text/calendar" | "application/ics" => "ics",
        "text/csv" => "csv",
        "text/vcard" | "text/x-vcard" => "vcf",
        "text/xml" | "application/xml" => "xml",
        "image/jpeg" | "image/jpg" | "image/pjpeg" => "jpg",
        "image/png" => "png",
        "image/gif" => "gif",
        "image/bmp" => "bmp",
        "image/tiff" => "tif",
        "image/webp" => "webp",
        "image/heic" => "heic",
        "audio/amr" => "amr",
        "audio/mpeg" | "audio/mp3" => "mp3",
        "audio/wav" | "audio/x-wav" => "wav",
        "video/mp4" => "mp4",
        "application/pdf" => "pdf",
        "application/zip" | "application/x-zip-compressed" => "zip",
        "application/msword" => "doc",
        "application/vnd.ms-excel" => "xls",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        "application/ms-tnef" | "application/vnd.ms-tnef" => "dat",
        "message/rfc822" | "message/global" => "eml",
        "message/delivery-status" | "message/disposition-notification" | "text/rfc822-headers" => "txt",
        "application/pgp-signature" => "asc",
        "application/pkcs7-signature" | "application/x-pkcs7-signature" => "p7s",
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => "p7m",
        _ => "bin",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one(original: &str) -> String {
        Names::default().give(original, "image/png", FileSort::File)
    }

    #[test]
    fn names_that_would_leave_their_folder_stay_in_it() {
        assert_eq!(one("../../etc/cron.d/x"), "x");
        assert_eq!(one("..\\..\\evil.exe"), "evil.exe");
        assert_eq!(one("C:\\我的文档\\路灯.jpg"), "路灯.jpg");
        assert_eq!(one("报告/"), "报告");
        for nothing in ["..", ".", "/", "", "\u{202e}", "..\\.."] {
            assert_eq!(one(nothing), "附件1.png", "{nothing}");
        }
    }

    #[test]
    fn names_show_what_they_are() {
        assert_eq!(one("照片\u{202e}gpj.exe"), "照片gpj.exe");
        assert_eq!(one("a\r\nb\0:c?.txt. "), "ab_c_.txt");
        let long = one(&format!("{}.docx", "长".repeat(300)));
        assert!(long.ends_with("长.docx") && long.chars().count() == 120);
    }

    #[test]
    fn no_two_files_have_one_name() {
        let mut names = Names::default();
        let mut give = |name: &str| names.give(name, "text/plain", FileSort::File);
        assert_eq!(
            [give("a.txt"), give("A.txt"), give("a.txt"), give("a(2).txt")],
            ["a.txt", "A(2).txt", "a(3).txt", "a(2)(2).txt"]
        );
        assert_eq!([give(""), give("")], ["附件1.txt", "附件2.txt"]);
    }

    proptest! {
        #[test]
        fn every_name_is_safe(names in proptest::collection::vec("\\PC{0,160}|[./\\\\:a\u{202e}]{0,8}", 0..8)) {
            let mut given = Names::default();
            let all: Vec<String> = names.iter().map(|name| given.give(name, "x/y", FileSort::File)).collect();
            for name in &all {
                prop_assert!(!name.is_empty() && name.chars().count() <= LONGEST && name != "." && name != "..");
                prop_assert!(!name.contains(['/', '\\', '\0', '\n']) && !name.chars().any(is_hidden));
            }
            let apart: HashSet<&String> = all.iter().collect();
            prop_assert_eq!(apart.len(), all.len());
        }
    }
}
