//! An exchange database is read by the real program: late rows, changed rows, a restart in mid-walk, marks that come only after
//! the commit, and results that are written back once.

use huiliu_farside::servers::{ADMIN, PASSWORD, Server};
use serde_json::json;
use tokio_postgres::{Client, NoTls};

use crate::outcomes::{post, token};
use crate::scene::{Plan, Scene};
use crate::written::TOKEN;

const TABLES: &str = "
CREATE SCHEMA exchange;
CREATE TABLE exchange.letters (letter_id text PRIMARY KEY, title text, content text, updated_at timestamptz NOT NULL);
CREATE TABLE exchange.marks (letter_id text PRIMARY KEY, taken text);
CREATE TABLE exchange.results (send_no text PRIMARY KEY, letter_id text, reply text);
";

/// What the gateway may do there, and nothing else.
fn account() -> String {
    format!(
        "CREATE ROLE huiliu LOGIN PASSWORD '{TOKEN}';
         GRANT USAGE ON SCHEMA exchange TO huiliu;
         GRANT SELECT ON exchange.letters TO huiliu;
         GRANT SELECT, UPDATE (taken) ON exchange.marks TO huiliu;
         GRANT INSERT, SELECT (send_no) ON exchange.results TO huiliu;"
    )
}

fn channel(port: u16, page: u32) -> String {
    format!(
        r#"
[channel]
name = "县长信箱前置库"
state = "live"

[connect]
kind = "database"
engine = "postgresql"
host = "127.0.0.1"
port = {port}
database = "postgres"
user = "huiliu"
password = {{ file = "secrets/letters.token" }}

[poll]
every = "50ms"
from  = "exchange.letters"
id    = "letter_id"
page  = {page}
since = {{ by = "time", column = "updated_at", lookback = "1h" }}
taken = {{ table = "exchange.marks", set = {{ taken = "1" }} }}

[fields]
title   = "title"
content = "content"

[return]
sign    = "never"
approve = []
closed  = {{ table = "exchange.results", key = "send_no", row = {{ letter_id = "{{id}}", reply = "{{public_reply}}" }} }}
"#
    )
}

struct Story {
    server: Server,
    scene: Scene,
}

impl Story {
    async fn with(page: u32, letters: u32) -> Self {
        let server = Server::postgres(None).unwrap();
        let admin = connected(&server).await;
        admin.batch_execute(&format!("{TABLES}{}", account())).await.unwrap();
        admin.batch_execute(&rows(1..=letters, "1 minute")).await.unwrap();
        let scene = Plan::new().await.channel("exchange", &channel(server.port(), page)).start().await;
        Self { server, scene }
    }

    async fn sql(&self, text: &str) {
        connected(&self.server).await.batch_execute(text).await.unwrap();
    }

    async fn count(&self, from: &str) -> i64 {
        let text = format!("SELECT count(*) FROM {from}");
        connected(&self.server).await.query_one(&text, &[]).await.unwrap().get(0)
    }

    async fn until_count(&self, from: &str, wanted: i64) {
        let began = std::time::Instant::now();
        loop {
            let found = self.count(from).await;
            if found == wanted {
                return;
            }
            assert!(began.elapsed() < crate::house::PATIENCE, "{found} rows of {from}, not {wanted}");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
}

async fn connected(server: &Server) -> Client {
    let mut config = tokio_postgres::Config::new();
    config.user(ADMIN).password(PASSWORD).dbname("postgres");
    let stream = tokio::net::TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
    let (client, connection) = config.connect_raw(stream, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Letters, stamped so long ago.
fn rows(numbers: std::ops::RangeInclusive<u32>, ago: &str) -> String {
    format!(
        "INSERT INTO exchange.letters SELECT 'L' || n, '第' || n || '封', '新民路的路灯已经一个星期不亮了,晚上出行很不方便,希望尽快维修,编号 ' || n, now() - interval '{ago}'
             FROM generate_series({}, {}) n;
         INSERT INTO exchange.marks SELECT 'L' || n, '0' FROM generate_series({}, {}) n;",
        numbers.start(),
        numbers.end(),
        numbers.start(),
        numbers.end()
    )
}

#[tokio::test]
async fn rows_become_tickets_late_ones_and_changed_ones_too() {
    let story = Story::with(50, 3).await;
    story.scene.until_told(3).await;
    // Committed now, stamped half an hour before what was read already.
    story.sql(&rows(4..=4, "30 minutes")).await;
    story.scene.until_told(4).await;
    story
        .sql(
            "UPDATE exchange.letters SET content = content || ',又坏了一盏', updated_at = now() WHERE letter_id = 'L2'",
        )
        .await;
    let told = story.scene.until_told(5).await;
    assert_eq!((told[4].external_id(), told[4].event["event"].as_str()), ("L2", Some("revised")));
    story.until_count("exchange.marks WHERE taken = '1'", 4).await;
}

#[tokio::test]
async fn a_database_that_is_restarted_in_mid_walk_loses_nothing_and_repeats_nothing() {
    let mut story = Story::with(7, 3).await;
    story.scene.until_told(3).await;
    story.sql(&rows(4..=400, "1 minute")).await;
    story.scene.until("it is in mid-walk", || story.scene.told().len() > 20).await;
    story.server.stop();
    story
        .scene
        .until("it is told", || story.scene.house.printed().iter().any(|line| line.contains("a poll failed")))
        .await;
    story.server.start().unwrap();
    let told = story.scene.until_told(400).await;
    let numbers: std::collections::BTreeSet<_> = told.iter().map(|told| told.external_id().to_owned()).collect();
    assert_eq!(numbers.len(), 400);
    story.until_count("exchange.marks WHERE taken = '1'", 400).await;
    assert_eq!(story.scene.told().len(), 400);
}

#[tokio::test]
async fn a_process_that_is_killed_before_it_marks_marks_when_it_comes_back() {
    let mut story = Story::with(50, 3).await;
    // Whoever marks waits here.
    let guard = connected(&story.server).await;
    guard.batch_execute("BEGIN; LOCK TABLE exchange.marks IN EXCLUSIVE MODE").await.unwrap();
    story.sql(&rows_alone(4..=6)).await;
    story.scene.until_told(6).await;
    story.scene.house.kill();
    drop(guard);
    story.sql("INSERT INTO exchange.marks SELECT 'L' || n, '0' FROM generate_series(4, 6) n").await;
    assert_eq!(story.count("exchange.marks WHERE letter_id IN ('L4', 'L5', 'L6') AND taken = '1'").await, 0);
    story.scene.start_again().await;
    story.until_count("exchange.marks WHERE taken = '1'", 6).await;
    assert_eq!(story.scene.told().len(), 6, "nothing became a ticket twice");
}

fn rows_alone(numbers: std::ops::RangeInclusive<u32>) -> String {
    format!(
        "INSERT INTO exchange.letters SELECT 'L' || n, '第' || n || '封', '新民路的路灯已经一个星期不亮了,晚上出行很不方便,希望尽快维修,编号 ' || n, now()
             FROM generate_series({}, {}) n",
        numbers.start(),
        numbers.end()
    )
}

#[tokio::test]
async fn what_the_core_tells_is_written_back_once() {
    let story = Story::with(50, 1).await;
    let told = story.scene.until_told(1).await;
    let number = told[0].event["ticket"].as_str().unwrap().to_owned();
    let token = token(&story.scene);
    let reply = "经核实,路灯已于昨日修复并恢复照明。";
    let outcome = json!({
        "kind": "closed", "at": "2026-12-03T09:00:00+08:00", "public_reply": reply, "solved": "解决",
        "units": [{ "name": "县住建局", "role": "lead" }],
    });
    for _ in 0..2 {
        let (status, answer) =
            post(&story.scene, &token, &json!({ "id": "o1", "ticket": number, "outcome": outcome })).await;
        assert_eq!(status, 200, "{answer}");
    }
    story.until_count("exchange.results", 1).await;
    assert_eq!(story.count(&format!("exchange.results WHERE letter_id = 'L1' AND reply = '{reply}'")).await, 1);
}

#[tokio::test]
async fn a_wrong_password_is_tried_once_and_stops_the_channel() {
    let story = Story::with(50, 1).await;
    story.scene.until_told(1).await;
    story
        .sql(
            "ALTER ROLE huiliu PASSWORD 'another';
             SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'huiliu'",
        )
        .await;
    story
        .scene
        .until("it is told", || story.scene.house.printed().iter().any(|line| line.contains("refused the login")))
        .await;
    story.sql(&rows(2..=2, "1 minute")).await;
    // Mended, it goes on when a person says so.
    story.sql(&format!("ALTER ROLE huiliu PASSWORD '{TOKEN}'")).await;
    let (status, said) = story.scene.ask(&["channel", "resume", "exchange"]).await;
    assert_eq!(status, 0, "{said}");
    story.scene.until_told(2).await;
    let refused = story.scene.house.printed().iter().filter(|line| line.contains("refused the login")).count();
    assert_eq!(refused, 1, "no second try with a password that was refused");
}
