//! How fast rows of an exchange database become committed tickets: `cargo bench --bench exchange -- [-n 50000] [--runs 3]
//! [--page 1000]`.
//!
//! A real PostgreSQL, started for this, holds `n` letters of about 1 KB. The program runs as its users have it, a process of its
//! own on a fresh folder under `TMPDIR` (put that on a real disk), with one live channel of kind `database` that reads by time. At
//! first its view shows one letter, so that its first run is through; then it shows all at once, and a run is measured from there
//! until the program's own count of new tickets has reached them all: each is on disk then, with its event for the core.
//! Nothing is handed on: `[core]` is one that people type into.
//!
//! How to read it: the rate is `n` over that time, the wait for the next poll (50 ms) in it. A shared machine is noisy.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a bench that cannot run shall fail")]

mod house;

use std::fs;
use std::process::ExitCode;
use std::time::Instant;

use huiliu_farside::servers::{ADMIN, PASSWORD, Server};

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
    let (n, runs, page) = (number("-n", 50_000), number("--runs", 3), number("--page", 1000));
    if cfg!(debug_assertions) {
        println!("NOT OPTIMISED: this build shows that the bench runs, no more");
    }
    let server = Server::postgres(None).unwrap();
    seed(&server, n);
    println!("{n} rows, {page} a page\n{:>12}{:>12}", "seconds", "rows/s");
    let mut rates: Vec<f64> = (0..runs).map(|_| run(&server, n, page)).collect();
    rates.sort_by(f64::total_cmp);
    println!("{:>24.0}  the middle", rates[rates.len() / 2]);
    ExitCode::SUCCESS
}

/// Does this there.
fn sql(server: &Server, text: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut config = tokio_postgres::Config::new();
        config.user(ADMIN).password(PASSWORD).dbname("postgres");
        let stream = tokio::net::TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
        let (client, connection) = config.connect_raw(stream, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute(text).await.unwrap();
    });
}

/// Letters of about 1 KB, a thousand to a second, behind a gate that lets one through.
fn seed(server: &Server, n: usize) {
    let text = format!(
        "CREATE TABLE letters (letter_id text PRIMARY KEY, title text, content text, name text, phone text, region text,
             created_at timestamptz, updated_at timestamptz NOT NULL);
         INSERT INTO letters SELECT 'L' || n, '关于路灯的诉求 ' || n, repeat('新民路路灯不亮,夜间出行不便。', 18) || n, '诉求人' || n,
             '138' || lpad(n::text, 8, '0'), '430424', t, t
             FROM generate_series(0, {n}) n, LATERAL (SELECT now() - interval '1 day' + n * interval '1 ms') of (t);
         CREATE INDEX ON letters (updated_at, letter_id);
         CREATE TABLE gate (open boolean);
         INSERT INTO gate VALUES (false);
         CREATE VIEW v_letters AS SELECT * FROM letters WHERE letter_id = 'L0' OR (SELECT open FROM gate);
         ANALYZE letters"
    );
    sql(server, &text);
}

/// One run on a fresh folder: rows a second.
fn run(server: &Server, n: usize, page: usize) -> f64 {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("config");
    let channel = config.join("channels/letters");
    fs::create_dir_all(&channel).unwrap();
    secret(&config, "exchange.pass", PASSWORD);
    let port = server.port();
    let written = format!(
        r#"
[channel]
name = "前置库"
state = "live"
[connect]
kind = "database"
engine = "postgresql"
host = "127.0.0.1"
port = {port}
database = "postgres"
user = "{ADMIN}"
password = {{ file = "secrets/exchange.pass" }}
[poll]
every = "50ms"
from  = "v_letters"
id    = "letter_id"
page  = {page}
since = {{ by = "time", column = "updated_at" }}
[fields]
title        = "title"
content      = "content"
name         = "name"
phone        = {{ from = "phone", clean = "phone" }}
region       = "region"
submitted_at = {{ from = "created_at", date = "iso" }}
"#
    );
    fs::write(channel.join("channel.toml"), written).unwrap();
    sql(server, "UPDATE gate SET open = false");
    let (mut house, address) = start(&config);
    until(|| counted(&address, "huiliu_pages_total", ""), 3);
    let began = Instant::now();
    sql(server, "UPDATE gate SET open = true");
    until(|| counted(&address, "huiliu_submissions_total", "what=\"new\""), n + 1);
    let seconds = began.elapsed().as_secs_f64();
    house.kill().unwrap();
    house.wait().unwrap();
    let rate = n as f64 / seconds;
    println!("{seconds:>12.2}{rate:>12.0}");
    rate
}
