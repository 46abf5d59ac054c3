//! What letters are made of: forms of the same, pictures, letters, reports, signatures, wrappings.

use super::hand::{JPEG, Made, b64, file, gb, join, letter, multipart, part, plain, word};

const SUBJECT: &str = "关于洣水镇道路破损的反映";
const TEXT: &str = "洣水镇迎宾大道东段路面破损严重，请安排修补。";

fn with(kind: &str, parts: &[&[u8]]) -> Vec<u8> {
    letter(
        SUBJECT.as_bytes(),
        &format!("Content-Type: multipart/{kind};\n boundary=\"=_x_2611_24\""),
        &multipart("=_x_2611_24", parts),
    )
}

fn made(name: &'static str, kind: &str, parts: &[&[u8]]) -> Made {
    Made::new(name, with(kind, parts), SUBJECT, TEXT)
}

fn html(page: &str) -> Vec<u8> {
    part("Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit", page.as_bytes())
}

pub(crate) fn letters() -> Vec<Made> {
    let mut all = forms();
    all.extend(letters_within());
    all.extend(sealed());
    all
}

/// Plain text, HTML, and what belongs to it.
fn forms() -> Vec<Made> {
    let page = format!("<div><p>{TEXT}</p><img src=\"cid:pic1@x\"></div>");
    let picture =
        file("Content-Type: image/png; name=logo.png\nContent-ID: <pic1@x>\nContent-Disposition: inline", b"\x89PNG");
    let photo =
        file("Content-Type: image/jpeg; name=\"road.jpg\"\nContent-Disposition: inline; filename=\"road.jpg\"", JPEG);
    let inner = |kind: &str, boundary: &str, parts: &[&[u8]]| {
        part(&format!("Content-Type: multipart/{kind}; boundary={boundary}"), &multipart(boundary, parts))
    };
    let related = inner("related", "rel-000000001", &[&html(&page), &picture]);
    let stub = plain("您的邮件客户端不支持HTML格式，请使用支持HTML的客户端查看。");
    let table =
        "<table><tr><td><p>姓名</p></td><td><p>王建国</p></td></tr><tr><td>地址</td><td>洣水镇</td></tr></table>";
    let calendar = part(
        "Content-Type: text/calendar; charset=utf-8; method=REQUEST",
        "BEGIN:VCALENDAR\r\nEND:VCALENDAR".as_bytes(),
    );
    let card = file(
        "Content-Type: text/x-vcard; name=wang.vcf\nContent-Disposition: attachment; filename=wang.vcf",
        b"BEGIN:VCARD",
    );
    vec![
        made("plain-and-html", "alternative", &[&plain(TEXT), &html("<p>另一种写法</p>")]),
        made("stub-and-html", "alternative", &[&stub, &html(&page)]),
        made("empty-and-html", "alternative", &[&plain(" \n\u{a0}"), &html(&page)]),
        made("picture-in-html", "alternative", &[&plain(""), &related]).files(&["inline logo.png"]),
        made(
            "picture-between-words",
            "mixed",
            &[&plain("洣水镇迎宾大道东段路面破损严重，"), &photo, &plain("请安排修补。")],
        )
        .text("洣水镇迎宾大道东段路面破损严重，\n\n请安排修补。")
        .files(&["file road.jpg"]),
        made("picture-by-its-id-without-related", "mixed", &[&html(&page), &picture]).files(&["inline logo.png"]),
        made("table", "mixed", &[&html(table)]).text("姓名 王建国\n地址 洣水镇"),
        made("calendar-and-card", "mixed", &[&plain(TEXT), &calendar, &card])
            .files(&["calendar 日程1.ics", "file wang.vcf"]),
        Made::new(
            "file-and-nothing-else",
            letter(
                b"",
                "Content-Type: image/jpeg; name=road.jpg\nContent-Transfer-Encoding: base64",
                b64(JPEG).as_bytes(),
            ),
            "",
            "",
        )
        .files(&["file road.jpg"]),
        made(
            "text-file",
            "mixed",
            &[&plain(TEXT), &part("Content-Type: text/plain; charset=gbk; name=list.txt", &gb("清单"))],
        )
        .files(&["file list.txt"]),
    ]
}

/// Letters within letters, and reports about letters.
fn letters_within() -> Vec<Made> {
    let picture = file(
        "Content-Type: image/jpeg\nContent-Disposition: attachment; filename=\"=?utf-8?B?5rC05qC3LmpwZw==?=\"",
        JPEG,
    );
    let inner = join(&[
        b"From: ",
        word("gbk", &gb("李秀英")).as_bytes(),
        b" <lixy@example.test>\r\nDate: Mon, 23 Nov 2026 20:00:00 +0800\r\nSubject: ",
        word("gbk", &gb("石湾镇自来水浑浊")).as_bytes(),
        b"\r\nContent-Type: multipart/mixed; boundary=inner-0001\r\n\r\n",
        &multipart("inner-0001", &[&plain("石湾镇自来水浑浊一周。"), &picture]),
    ]);
    let forwarded = part("Content-Type: message/rfc822\nContent-Disposition: attachment", &inner);
    let as_file = file(
        "Content-Type: application/octet-stream; name=letter.eml\nContent-Disposition: attachment; filename=letter.eml",
        &inner,
    );
    let status = part(
        "Content-Type: message/delivery-status",
        b"Reporting-MTA: dns; mx.example.test\r\n\r\nAction: failed\r\nFinal-Recipient: rfc822; lixy@example.test\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user",
    );
    let returned = part(
        "Content-Type: message/rfc822",
        b"Message-ID: <t.42.1.abcdefghij@12345.example.test>\r\nSubject: receipt\r\n\r\nreceived",
    );
    let heads = part("Content-Type: text/rfc822-headers", b"Message-ID: <t.43.1.abcdefghij@12345.example.test>");
    let disposition = part(
        "Content-Type: message/disposition-notification",
        b"Disposition: manual-action/MDN-sent-manually; displayed",
    );
    vec![
        made("forwarded-as-a-part", "mixed", &[&plain(TEXT), &forwarded]).files(&["letter 邮件1.eml"]),
        made("forwarded-as-a-file", "mixed", &[&plain(TEXT), &as_file]).files(&["letter letter.eml"]),
        made("digest", "digest", &[&join(&[b"\r\n", &inner]), &join(&[b"\r\n", &inner])])
            .text("")
            .files(&["letter 邮件1.eml", "letter 邮件2.eml"]),
        made("bounce", "report; report-type=delivery-status", &[&plain(TEXT), &status, &returned])
            .files(&["notice 回执1.txt", "notice 回执2.eml"]),
        made("read-receipt", "report; report-type=disposition-notification", &[&plain(TEXT), &disposition, &heads])
            .files(&["notice 回执1.txt", "notice 回执2.txt"]),
    ]
}

/// Signed, encrypted, packed, wrapped.
fn sealed() -> Vec<Made> {
    let p7s = file(
        "Content-Type: application/pkcs7-signature; name=smime.p7s\nContent-Disposition: attachment; filename=smime.p7s",
        b"0\x82",
    );
    let asc = part("Content-Type: application/pgp-signature; name=signature.asc", b"-----BEGIN PGP SIGNATURE-----");
    let version = part("Content-Type: application/pgp-encrypted", b"Version: 1");
    let secret = part("Content-Type: application/octet-stream; name=encrypted.asc", b"-----BEGIN PGP MESSAGE-----");
    let octets = |name: &str, bytes: &[u8]| {
        file(
            &format!(
                "Content-Type: application/octet-stream; name={name}\nContent-Disposition: attachment; filename={name}"
            ),
            bytes,
        )
    };
    let mut docx = b"PK\x03\x04\x14\0\0\0".to_vec();
    docx.resize(26, 0);
    docx.extend(b"\x13\0\0\0[Content_Types].xml");
    let signed = letter(
        SUBJECT.as_bytes(),
        "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\nContent-Transfer-Encoding: base64",
        b64(b"0\x82\x02").as_bytes(),
    );
    let smime = letter(
        SUBJECT.as_bytes(),
        "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\nContent-Transfer-Encoding: base64",
        b64(b"0\x82\x01").as_bytes(),
    );
    vec![
        made("signed", "signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256", &[&plain(TEXT), &p7s])
            .files(&["signature smime.p7s"]),
        made("signed-pgp", "signed; protocol=\"application/pgp-signature\"", &[&plain(TEXT), &asc])
            .files(&["signature signature.asc"]),
        made("encrypted-pgp", "encrypted; protocol=\"application/pgp-encrypted\"", &[&version, &secret])
            .text("")
            .files(&["encrypted 附件1.bin", "encrypted encrypted.asc"]),
        Made::new("signed-in-one-block", signed, SUBJECT, "").files(&["encrypted smime.p7m"]),
        Made::new("encrypted-smime", smime, SUBJECT, "").files(&["encrypted smime.p7m"]),
        Made::new(
            "encrypted-in-the-text",
            letter(
                SUBJECT.as_bytes(),
                "Content-Type: text/plain",
                b"-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n-----END PGP MESSAGE-----",
            ),
            SUBJECT,
            "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----",
        ),
        made(
            "archives",
            "mixed",
            &[
                &plain(TEXT),
                &octets("a.zip", b"PK\x03\x04\x14\0\0\0x"),
                &octets("b.rar", b"Rar!\x1a\x07\0"),
                &octets("c.docx", &docx),
            ],
        )
        .files(&["archive a.zip", "archive b.rar", "file c.docx"]),
        made("archive-with-a-password", "mixed", &[&plain(TEXT), &octets("a.zip", b"PK\x03\x04\x14\0\x01\0x")])
            .files(&["encrypted a.zip"])
            .noted("加密的压缩包"),
        made("winmail", "mixed", &[&plain(TEXT), &octets("winmail.dat", &winmail())]).files(&[
            "tnef winmail.dat",
            "file 现场照片.jpg",
            "file 附件1.bin",
            "file 杨林大道现场照片之二.jpg",
        ]),
        made("winmail-that-is-broken", "mixed", &[&plain(TEXT), &octets("winmail.dat", &winmail()[..30])])
            .files(&["tnef winmail.dat"])
            .noted("winmail.dat 无法拆开"),
    ]
}

/// Three files as Outlook wraps them: one without a name, one with its name cut short and whole among its properties.
fn winmail() -> Vec<u8> {
    let mut out = b"\x78\x9f\x3e\x22\x01\0".to_vec();
    let title = join(&[&gb("现场照片.jpg"), b"\0"]);
    let long: Vec<u8> = "杨林大道现场照片之二.jpg\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let length = (long.len() as u32).to_le_bytes();
    let mut properties = join(&[&[1, 0, 0, 0, 0x1f, 0, 0x07, 0x37, 1, 0, 0, 0], &length, &long]);
    properties.resize(properties.len().next_multiple_of(4), 0);
    let records: [(u8, u16, &[u8]); 10] = [
        (1, 0x8008, b"IPM.Note\0"),
        (2, 0x9002, &[0; 14]),
        (2, 0x8010, &title),
        (2, 0x800f, JPEG),
        (2, 0x9002, &[0; 14]),
        (2, 0x800f, b"data"),
        (2, 0x9002, &[0; 14]),
        (2, 0x8010, b"B~1.JPG\0"),
        (2, 0x800f, JPEG),
        (2, 0x9005, &properties),
    ];
    for (level, number, value) in records {
        out.push(level);
        out.extend(number.to_le_bytes());
        out.extend([6, 0]);
        out.extend((value.len() as u32).to_le_bytes());
        out.extend(value);
        out.extend(value.iter().fold(0_u16, |sum, byte| sum.wrapping_add(u16::from(*byte))).to_le_bytes());
    }
    out
}
