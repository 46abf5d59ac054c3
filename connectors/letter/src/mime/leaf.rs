//! What a part without parts is: told by its type, and by its first bytes where types lie.

use crate::FileSort;

use super::part::Part;

/// What sort of file a part is, as far as it can be told without its surroundings.
pub(super) fn sort(part: &Part, bytes: &[u8]) -> FileSort {
    match part.media.as_str() {
        "application/pkcs7-signature" | "application/x-pkcs7-signature" | "application/pgp-signature" => {
            FileSort::Signature
        }
        "application/pkcs7-mime" | "application/x-pkcs7-mime" if part.is_called(".p7s") => FileSort::Signature,
        "application/pkcs7-mime" | "application/x-pkcs7-mime" | "application/pgp-encrypted" => FileSort::Encrypted,
        "text/calendar" | "application/ics" => FileSort::Calendar,
        "message/delivery-status" | "message/disposition-notification" | "text/rfc822-headers" => FileSort::Notice,
        "message/global-delivery-status" | "message/global-headers" | "message/rfc822-headers" => FileSort::Notice,
        "application/ms-tnef" | "application/vnd.ms-tnef" => FileSort::Tnef,
        _ if bytes.starts_with(&[0x78, 0x9f, 0x3e, 0x22]) => FileSort::Tnef,
        _ => archive(bytes).unwrap_or(FileSort::File),
    }
}

/// Whether the bytes are a packed archive, and whether it is locked. Documents that are archives inside are none.
fn archive(bytes: &[u8]) -> Option<FileSort> {
    const MAGIC: [&[u8]; 6] =
        [b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"];
    if bytes.starts_with(b"PK\x03\x04") {
        // The first local header: flags at 6, of which the lowest bit says encrypted; the name from 30 on.
        let locked = bytes.get(6).is_some_and(|flags| flags & 1 == 1);
        let length = bytes.get(26..28).map_or(0, |two| usize::from(two.first().copied().unwrap_or(0)));
        let first = bytes.get(30..30 + length).unwrap_or_default();
        let inside: [&[u8]; 7] =
            [b"[Content_Types].xml", b"_rels/", b"docProps/", b"word/", b"xl/", b"ppt/", b"mimetype"];
        if !locked
            && (inside.iter().any(|name| first.starts_with(name))
                || first == b"OFD.xml"
                || first.starts_with(b"Doc_0/"))
        {
            return None;
        }
        return Some(if locked { FileSort::Encrypted } else { FileSort::Archive });
    }
    let tar = bytes.get(257..262) == Some(b"ustar");
    (tar || MAGIC.iter().any(|magic| bytes.starts_with(magic))).then_some(FileSort::Archive)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mime::block::block;

    fn told(head: &str, bytes: &[u8]) -> FileSort {
        sort(&Part::of(&block(format!("{head}\n\n").as_bytes(), 1 << 10, 1 << 10), "text/plain"), bytes)
    }

    #[test]
    fn content_tells_what_names_and_types_do_not() {
        let octets = "Content-Type: application/octet-stream; name=a.jpg";
        assert_eq!(told(octets, b"PK\x03\x04\x14\0\0\0zip"), FileSort::Archive);
        assert_eq!(told(octets, b"PK\x03\x04\x14\0\x01\0zip"), FileSort::Encrypted);
        let mut docx = b"PK\x03\x04\x14\0\0\0".to_vec();
        docx.resize(26, 0);
        docx.extend([19, 0, 0, 0]);
        docx.extend(b"[Content_Types].xml");
        assert_eq!(told(octets, &docx), FileSort::File);
        assert_eq!(told(octets, b"\x78\x9f\x3e\x22"), FileSort::Tnef);
        assert_eq!(told(octets, b"\xff\xd8\xff"), FileSort::File);
        assert_eq!(told("Content-Type: application/pkcs7-mime; name=smime.p7m", b""), FileSort::Encrypted);
        assert_eq!(told("Content-Type: text/calendar", b""), FileSort::Calendar);
    }
}
