//! How many letters a second one core reads, from bytes to document, with the bare mail parser beside it.
//! `cargo run --release -p huiliu-letter --example reading_speed [-- WORD]`, only letters whose name has the word in it.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a tool for developers: it fails loudly, and it prints")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use base64::Engine as _;
use huiliu_letter::{How, read};
use mail_parser::MessageParser;

fn main() {
    let how = How::default();
    let parser = MessageParser::default();
    println!("{:<46}{:>8}{:>14}{:>14}", "letter", "bytes", "letters/s", "mail-parser/s");
    let mut all = Vec::new();
    let word = std::env::args().nth(1).unwrap_or_default();
    for (name, letter) in letters().into_iter().filter(|(name, _)| name.contains(&word)) {
        let ours = rate(|| {
            let letter = read(black_box(&letter), &how).expect("it is a letter");
            black_box(letter.document());
        });
        let theirs = rate(|| {
            black_box(parser.parse(black_box(&letter)));
        });
        println!("{name:<46}{:>8}{ours:>14.0}{theirs:>14.0}", letter.len());
        all.push((ours, theirs));
    }
    let mean = |of: fn(&(f64, f64)) -> f64| all.len() as f64 / all.iter().map(|rates| 1.0 / of(rates)).sum::<f64>();
    println!("{:<46}{:>8}{:>14.0}{:>14.0}", "all of them in turn", "", mean(|rates| rates.0), mean(|rates| rates.1));
}

/// So many a second of the processor's time, where the system tells it: a busy machine would tell of its other work.
fn rate(mut once: impl FnMut()) -> f64 {
    let warm = Instant::now();
    while warm.elapsed() < Duration::from_millis(200) {
        once();
    }
    let (begun, cpu, mut count) = (Instant::now(), on_cpu(), 0_u32);
    while begun.elapsed() < Duration::from_secs(2) {
        for _ in 0..100 {
            once();
        }
        count += 100;
    }
    let took = match (cpu, on_cpu()) {
        (Some(before), Some(after)) if after > before => after - before,
        _ => begun.elapsed(),
    };
    f64::from(count) / took.as_secs_f64()
}

/// How long this thread has run.
fn on_cpu() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// Letters of about 5 KB, each as a sort of client writes them.
fn letters() -> Vec<(&'static str, Vec<u8>)> {
    let sentence = "兴衡路与衡岳北路交叉口的路灯已经三天不亮，晚上学生放学看不清路，请尽快维修。\r\n";
    let (gb, _, _) = encoding_rs::GB18030.encode(sentence);
    let page = |times: usize| {
        let rows = format!("<div style=\"font-size:14px\"><span>{}</span><br></div>", sentence.trim()).repeat(times);
        format!(
            "<html><head><meta charset=\"utf-8\"></head><body>{rows}<table><tr><td>姓名</td><td>王某</td></tr></table></body></html>"
        )
    };
    let subject = format!(
        "=?gb18030?B?{}?=",
        base64::engine::general_purpose::STANDARD.encode(encoding_rs::GB18030.encode("投诉兴衡路路灯").0)
    );
    let head = format!(
        "Return-Path: <wang@example.test>\r\nReceived: from mail.example.test (mail.example.test [192.0.2.7])\r\n\tby mx.hengdong.example.test with ESMTPS id 4F2A9\r\n\tfor <12345@hengdong.example.test>; Tue, 24 Nov 2026 09:05:02 +0800\r\nDKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.test; s=2026;\r\n\tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;\r\n\tb=AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfGhIjKlMnOpQrStUvWxYz0123456789\r\nDate: Tue, 24 Nov 2026 09:05:00 +0800\r\nFrom: {subject} <wang@example.test>\r\nTo: 12345 <12345@hengdong.example.test>\r\nSubject: {subject}\r\nMessage-ID: <20261124090500.7f3a@example.test>\r\nX-Mailer: Foxmail 7.2\r\nX-Priority: 3\r\nMIME-Version: 1.0\r\n"
    );
    let part = |fields: &str, body: &[u8]| [fields.as_bytes(), b"\r\n\r\n", body, b"\r\n"].concat();
    let coded = |bytes: &[u8]| {
        let text = base64::engine::general_purpose::STANDARD.encode(bytes);
        let lines: Vec<String> =
            text.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
        lines.join("\r\n").into_bytes()
    };
    let whole = |rest: Vec<u8>| [head.as_bytes(), &rest].concat();
    let both = |plain: usize, html: usize| {
        let plain = part(
            "--b\r\nContent-Type: text/plain; charset=\"gb18030\"\r\nContent-Transfer-Encoding: base64",
            &coded(&gb.repeat(plain)),
        );
        let html = part(
            "--b\r\nContent-Type: text/html; charset=\"utf-8\"\r\nContent-Transfer-Encoding: base64",
            &coded(page(html).as_bytes()),
        );
        [b"Content-Type: multipart/alternative; boundary=b\r\n\r\n".as_slice(), &plain, &html, b"--b--\r\n"].concat()
    };
    let file = [
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n".to_vec(),
        part("--b\r\nContent-Type: text/plain; charset=utf-8", sentence.repeat(4).as_bytes()),
        part(
            "--b\r\nContent-Type: image/jpeg; name=\"a.jpg\"\r\nContent-Transfer-Encoding: base64",
            &coded(&[0x5a; 2600]),
        ),
        b"--b--\r\n".to_vec(),
    ]
    .concat();
    vec![
        (
            "plain UTF-8",
            whole(part(
                "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit",
                sentence.repeat(36).as_bytes(),
            )),
        ),
        (
            "plain GB18030 in base64",
            whole(part(
                "Content-Type: text/plain; charset=gb2312\r\nContent-Transfer-Encoding: base64",
                &coded(&gb.repeat(39)),
            )),
        ),
        ("plain GB18030 and HTML in base64", whole(both(13, 13))),
        ("a line and a picture", whole(file)),
        (
            "HTML only",
            whole(part(
                "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit",
                page(22).as_bytes(),
            )),
        ),
    ]
}
