//! Whether a file may be kept: what it is promised to be, and what its first bytes say. Pure.

use crate::settings::{FileType, FilesTable};

/// How many first bytes are looked at.
pub const HEAD: usize = 512;

/// What the first bytes say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Nature {
    /// A program or a script.
    Program,
    /// A page, or a picture that can hold scripts.
    Page,
    /// One of these sorts; the first is the likeliest.
    One(&'static [FileType]),
    /// Nothing that we know.
    Unknown,
}

/// Judges a file by its name, its link, the media types told, and its first bytes. The error is a stable word.
pub fn judge(
    table: &FilesTable,
    name: Option<&str>,
    link: &str,
    told: &[Option<&str>],
    head: &[u8],
) -> Result<(), &'static str> {
    let path = link.split(['?', '#']).next().unwrap_or_default();
    let ending = name.and_then(ending).or_else(|| ending(path));
    let promised = match ending {
        // A name that ends in what we do not know promises that, whatever the far side says of it.
        Some(ending) => Some(by_ending(&ending).ok_or("type_not_allowed")?),
        None => told.iter().flatten().find_map(|told| by_media_type(told)),
    };
    let sort = match (nature(head), promised) {
        (Nature::Program, _) => return Err("dangerous"),
        (Nature::Page, Some(FileType::Text)) => FileType::Text,
        (Nature::Page, Some(_)) => return Err("not_what_it_says"),
        (Nature::One(sorts), Some(promised)) if sorts.contains(&promised) => promised,
        (Nature::One(_), Some(_)) => return Err("not_what_it_says"),
        (Nature::One([first, ..]), None) => *first,
        (Nature::Unknown, Some(promised)) => promised,
        (Nature::Page | Nature::One([]) | Nature::Unknown, None) => return Err("type_not_allowed"),
    };
    if table.takes(sort) { Ok(()) } else { Err("type_not_allowed") }
}

/// What stands behind the last dot of a name, in small letters, where it can be an ending at all.
fn ending(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next()?;
    let (_, ending) = last.trim_end().rsplit_once('.')?;
    let right = (1..=5).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_alphanumeric());
    let number = ending.bytes().all(|b| b.is_ascii_digit());
    (right && !number).then(|| ending.to_ascii_lowercase())
}

fn by_ending(ending: &str) -> Option<FileType> {
    Some(match ending {
        "jpg" | "jpeg" | "png" | "gif" | "bmp" | "webp" | "tif" | "tiff" | "heic" | "heif" => FileType::Image,
        "pdf" => FileType::Pdf,
        "doc" | "docx" | "xls" | "xlsx" | "ppt" | "pptx" | "wps" | "et" | "dps" | "ofd" | "rtf" | "odt" | "ods" => {
            FileType::Office
        }
        "txt" | "csv" => FileType::Text,
        "mp3" | "wav" | "m4a" | "amr" | "aac" | "ogg" | "wma" => FileType::Audio,
        "mp4" | "mov" | "avi" | "3gp" | "wmv" | "mkv" | "flv" | "webm" => FileType::Video,
        "zip" => FileType::Zip,
        "rar" | "7z" | "gz" | "tar" | "tgz" => FileType::Archive,
        _ => return None,
    })
}

fn by_media_type(told: &str) -> Option<FileType> {
    let told = told.split(';').next()?.trim().to_ascii_lowercase();
    let (family, sub) = told.split_once('/')?;
    Some(match (family, sub) {
        ("image", "svg+xml") => return None,
        ("image", _) => FileType::Image,
        ("audio", _) => FileType::Audio,
        ("video", _) => FileType::Video,
        ("text", "plain" | "csv") => FileType::Text,
        ("application", "pdf") => FileType::Pdf,
        ("application", "zip" | "x-zip-compressed") => FileType::Zip,
        ("application", "x-rar-compressed" | "vnd.rar" | "x-7z-compressed" | "gzip" | "x-tar") => FileType::Archive,
        ("application", "msword" | "rtf" | "ofd") => FileType::Office,
        ("application", sub)
            if ["vnd.openxmlformats", "vnd.ms-", "vnd.oasis.opendocument"]
                .iter()
                .any(|front| sub.starts_with(front)) =>
        {
            FileType::Office
        }
        _ => return None,
    })
}

fn nature(head: &[u8]) -> Nature {
    use FileType::{Archive, Audio, Image, Office, Pdf, Video, Zip};
    const PROGRAMS: [&[u8]; 11] = [
        b"MZ",
        b"\x7fELF",
        b"#!",
        b"\xfe\xed\xfa\xce",
        b"\xfe\xed\xfa\xcf",
        b"\xce\xfa\xed\xfe",
        b"\xcf\xfa\xed\xfe",
        b"\xca\xfe\xba\xbe",
        b"\x4c\x00\x00\x00\x01\x14\x02\x00",
        b"dex\n",
        b"\0asm",
    ];
    const KNOWN: [(&[u8], &[FileType]); 20] = [
        (b"\xff\xd8\xff", &[Image]),
        (b"\x89PNG", &[Image]),
        (b"GIF8", &[Image]),
        (b"II*\0", &[Image]),
        (b"MM\0*", &[Image]),
        (b"%PDF", &[Pdf]),
        (b"\xd0\xcf\x11\xe0", &[Office]),
        (b"{\\rtf", &[Office]),
        (b"PK\x03\x04", &[Zip, Office]),
        (b"PK\x05\x06", &[Zip, Office]),
        (b"Rar!", &[Archive]),
        (b"7z\xbc\xaf", &[Archive]),
        (b"\x1f\x8b", &[Archive]),
        (b"ID3", &[Audio]),
        (b"#!AMR", &[Audio]),
        (b"OggS", &[Audio, Video]),
        (b"fLaC", &[Audio]),
        (b"FLV", &[Video]),
        (b"\x30\x26\xb2\x75", &[Audio, Video]),
        (b"\x1a\x45\xdf\xa3", &[Video, Audio]),
    ];
    if let Some((_, sorts)) = KNOWN.iter().find(|(mark, _)| head.starts_with(mark)) {
        return Nature::One(sorts);
    }
    if PROGRAMS.iter().any(|mark| head.starts_with(mark)) {
        return Nature::Program;
    }
    match (head.get(..4), head.get(4..8), head.get(8..12)) {
        (_, Some(b"ftyp"), _) => return Nature::One(&[Video, Audio, Image]),
        (Some(b"RIFF"), _, Some(b"WAVE")) => return Nature::One(&[Audio]),
        (Some(b"RIFF"), _, Some(b"AVI ")) => return Nature::One(&[Video]),
        (Some(b"RIFF"), _, Some(b"WEBP")) => return Nature::One(&[Image]),
        _ => {}
    }
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let begins = |mark: &str| text.get(..mark.len()).is_some_and(|front| front.eq_ignore_ascii_case(mark.as_bytes()));
    if ["<?php", "<script", "@echo", "<%"].into_iter().any(begins) {
        return Nature::Program;
    }
    if ["<!doctype", "<html", "<head", "<body", "<svg", "<?xml", "<!--", "<meta"].into_iter().any(begins) {
        return Nature::Page;
    }
    Nature::Unknown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(name: &str, told: &str, head: &[u8]) -> Result<(), &'static str> {
        judge(&FilesTable::default(), Some(name), "https://a/download?id=1.exe", &[Some(told)], head)
    }

    const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF";

    #[test]
    fn what_offices_get_is_kept() {
        for (name, told, head) in [
            ("现场.JPG", "image/jpeg", JPEG),
            ("现场.png", "application/octet-stream", JPEG),
            ("现场", "image/jpeg", JPEG),
            ("关于3.5号楼的反映", "image/jpeg", JPEG),
            ("无名", "", JPEG),
            ("答复.docx", "application/octet-stream", b"PK\x03\x04\x14"),
            ("答复.doc", "", b"\xd0\xcf\x11\xe0\xa1"),
            ("红头.ofd", "", b"PK\x03\x04\x14"),
            ("材料.zip", "", b"PK\x03\x04\x14"),
            ("录音.amr", "", b"#!AMR\n"),
            ("录音.m4a", "", b"\0\0\0\x20ftypM4A "),
            ("说明.txt", "text/plain", "张三的说明".as_bytes()),
            ("说明.txt", "text/plain", b""),
        ] {
            assert_eq!(judged(name, told, head), Ok(()), "{name}");
        }
    }

    #[test]
    fn what_is_dangerous_or_another_thing_is_refused() {
        for (name, told, head, why) in [
            ("现场.jpg", "image/jpeg", &b"MZ\x90\0"[..], "dangerous"),
            ("现场.jpg", "image/jpeg", b"\x7fELF\x02", "dangerous"),
            ("说明.txt", "text/plain", b"#!/bin/sh\n", "dangerous"),
            ("说明.txt", "text/plain", b"\xef\xbb\xbf <?php ", "dangerous"),
            ("现场.jpg", "image/jpeg", b"\n<!DOCTYPE html><html>", "not_what_it_says"),
            ("答复.pdf", "application/pdf", b"<html>", "not_what_it_says"),
            ("答复.pdf", "application/pdf", b"PK\x03\x04", "not_what_it_says"),
            ("安装.exe", "image/jpeg", JPEG, "type_not_allowed"),
            ("图.svg", "image/svg+xml", b"<svg>", "type_not_allowed"),
            ("材料.rar", "", b"Rar!\x1a", "type_not_allowed"),
            ("无名", "application/octet-stream", b"????", "type_not_allowed"),
            ("无名", "text/html", b"<html>", "type_not_allowed"),
        ] {
            assert_eq!(judged(name, told, head), Err(why), "{name}");
        }
        let narrow = FilesTable { types: Some(vec![FileType::Image]), ..FilesTable::default() };
        assert_eq!(judge(&narrow, Some("a.pdf"), "", &[], b"%PDF-1.7"), Err("type_not_allowed"));
        assert_eq!(judge(&narrow, None, "https://a/b/c.JPEG?x=1", &[], JPEG), Ok(()));
    }
}
