//! How fast letters of a mailbox become committed tickets: `cargo bench --bench letters -- [-n 10000] [--runs 3]`.
//!
//! A real Dovecot, started for this, holds `n` letters of about 5 KB and has its index of them (a warm server). The program runs as
//! its users have it, a process of its own on a fresh folder under `TMPDIR` (put that on a real disk), with one live channel of
//! kind `email`. A run is measured from where it listens until the program's own count of new tickets has reached them all: each
//! is on disk then. They wait for the end of the first run, so nothing is handed on and nothing answered.
//!
//! How to read it: the rate is `n` over that time, Dovecot's work on the same machine, the first login and the first look at the
//! folders in it. What reading a letter costs alone is `cargo run --release -p huiliu-letter --example reading_speed`.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a bench that cannot run shall fail")]

#[path = "../exchange/house.rs"]
mod house;

use std::fs;
use std::process::ExitCode;
use std::time::Instant;

use huiliu_farside::servers::{Dovecot, DovecotOptions, PASSWORD, USER};

use house::{counted, secret, start, until};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --all-targets` starts benches too; a measurement beside tests would say nothing.
    if !words.iter().any(|word| word == "--bench") {
        println!("nothing is measured outside of `cargo bench`");
        return ExitCode::SUCCESS;
    }
    let number = |name: &str, usual: usize| {
        let at = words.iter().position(|word| word == name);
        at.map_or(usual, |at| words.get(at + 1).and_then(|word| word.parse().ok()).expect("a number"))
    };
    let (n, runs) = (number("-n", 10_000), number("--runs", 3));
    if cfg!(debug_assertions) {
        println!("NOT OPTIMISED: this build shows that the bench runs, no more");
    }
    let boxes = Dovecot::fresh(&DovecotOptions::default()).unwrap();
    let letters: Vec<Vec<u8>> = (0..n).map(letter).collect();
    boxes.deliver(USER, "INBOX", letters.iter().map(Vec::as_slice)).unwrap();
    boxes.admin(&["index", "-u", USER, "INBOX"]).unwrap();
    println!("{n} letters of {} bytes\n{:>12}{:>12}", letters[0].len(), "seconds", "letters/s");
    let mut rates: Vec<f64> = (0..runs).map(|_| run(&boxes, n)).collect();
    rates.sort_by(f64::total_cmp);
    println!("{:>24.0}  the middle", rates[rates.len() / 2]);
    ExitCode::SUCCESS
}

/// A letter of about 5 KB.
fn letter(n: usize) -> Vec<u8> {
    let line = "新民路东头的路灯不亮,夜间出行很不方便,请派人来看。\r\n";
    let words = line.repeat(5 * 1024 / line.len());
    let (hour, minute) = (n / 60 % 24, n % 60);
    format!(
        "Message-ID: <{n}@bench.test>\r\nDate: Fri, 27 Nov 2026 {hour:02}:{minute:02}:00 +0800\r\nFrom: a{n}@bench.test\r\n\
         To: {USER}\r\nSubject: street light {n}\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n第 {n} 封。联系电话:138{n:08}\r\n{words}"
    )
    .into_bytes()
}

/// One run on a fresh folder: letters a second.
fn run(boxes: &Dovecot, n: usize) -> f64 {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("config");
    let channel = config.join("channels/letters");
    fs::create_dir_all(&channel).unwrap();
    secret(&config, "mail.pass", PASSWORD);
    let port = boxes.imap();
    let written = format!(
        r#"
[channel]
name = "电子邮箱"
state = "live"
[connect]
kind = "email"
addresses = ["{USER}"]
[connect.imap]
host = "127.0.0.1"
port = {port}
tls = "off"
user = "{USER}"
password = {{ file = "secrets/mail.pass" }}
[poll]
every = "50ms"
start = "all"
[fields]
title = "title"
content = "words"
phone = {{ from = "contact.phone", clean = "phone", optional = true }}
email = "email"
query_code = "query_code"
parent_no = "id"
"#
    );
    fs::write(channel.join("channel.toml"), written).unwrap();
    let (mut house, address) = start(&config);
    let began = Instant::now();
    until(|| counted(&address, "huiliu_submissions_total", "what=\"new\""), n);
    let seconds = began.elapsed().as_secs_f64();
    house.kill().unwrap();
    house.wait().unwrap();
    let rate = n as f64 / seconds;
    println!("{seconds:>12.2}{rate:>12.0}");
    rate
}
