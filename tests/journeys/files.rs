//! Files that a letter names by a link: the letter goes at once, they follow; what may not come does not, and what never
//! comes holds nothing up.

use std::time::Duration;

use huiliu_farside::letter::Letter;
use serde_json::{Value, json};

use crate::house::PATIENCE;
use crate::outcomes::token;
use crate::scene::{Plan, Scene, Told, ticket};
use crate::shelf::{Served, Shelf};
use crate::written::letters;

/// A channel whose letters name files, with these lines in `[files]`.
pub(crate) fn with_files(rules: &str) -> String {
    let rule = "attachments  = { from = \"files\", name = \"fileName\", url = \"fileUrl\" }";
    let written = letters("县长信箱", "state = \"live\"").replace("[fields]\n", &format!("[fields]\n{rule}\n"));
    format!("{written}\n[files]\n{rules}\n")
}

pub(crate) const PRIVATE: &str = "allow_private = [\"127.0.0.1\"]\nretries = [\"20ms\", \"20ms\", \"20ms\"]";

pub(crate) fn letter(serial: u32, files: &[(&str, String)]) -> Letter {
    let mut letter = Letter::invented(serial);
    letter.document["files"] =
        files.iter().map(|(name, link)| json!({ "fileName": name, "fileUrl": link })).collect::<Vec<_>>().into();
    letter
}

pub(crate) fn jpeg(length: usize) -> Vec<u8> {
    let mut bytes: Vec<u8> = (0..length).map(|at| (at / 7 + at % 253) as u8).collect();
    bytes[..4].copy_from_slice(b"\xff\xd8\xff\xe0");
    bytes
}

/// What the gateway answers to whoever asks for a file.
pub(crate) async fn download(scene: &Scene, token: &str, url: &str) -> reqwest::Response {
    scene.client.get(format!("{}{url}", scene.house.url)).bearer_auth(token).send().await.unwrap()
}

/// The `file` events among what the core was told, by the place of the file.
fn files(told: &[Told]) -> Vec<Value> {
    let events = told.iter().filter(|told| told.event["event"] == "file");
    let mut files: Vec<_> = events.map(|told| told.event["detail"]["file"].clone()).collect();
    files.sort_by_key(|file| file["n"].as_u64());
    files
}

pub(crate) async fn one_dead(scene: &Scene) -> Value {
    let began = std::time::Instant::now();
    loop {
        let dead = scene.dead().await;
        if let [one] = &dead[..] {
            return one.clone();
        }
        assert!(dead.is_empty() && began.elapsed() < PATIENCE, "{dead:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_large_file_over_a_line_that_breaks_twice_comes_whole() {
    let bytes = jpeg(20 * 1024 * 1024 + 17);
    let whole = bytes.clone();
    let shelf = Shelf::open(move |_, count| match count {
        1 => Served::Cut("image/jpeg", whole.clone(), 100),
        2 => Served::Cut("image/jpeg", whole.clone(), 11_000_000),
        _ => Served::Whole("image/jpeg", whole.clone()),
    })
    .await;
    let mut scene = Plan::new().await.channel("letters", &with_files(PRIVATE)).start().await;
    let token = token(&scene);
    let number = ticket(scene.mailbox("letters").push(&letter(1, &[("现场 1.jpg", shelf.link("/big"))])).await);
    let told = scene.until_told(2).await;
    assert_eq!(shelf.asked("/big"), 3);
    assert_eq!(told[0].event["event"], "new", "the letter did not wait");
    let url = format!("/api/v1/tickets/{number}/files/1?version=1");
    assert_eq!(told[0].event["data"]["files"][0]["url"], url);
    let file = files(&told).remove(0);
    assert_eq!((&file["state"], &file["n"], &file["size"]), (&json!("kept"), &json!(1), &json!(bytes.len())));
    assert_eq!(file["url"], url);
    for digest in ["sha256", "sm3"] {
        assert_eq!(file[digest].as_str().unwrap().len(), 64);
    }
    // It is as durable as what was told of it.
    scene.house.kill();
    scene.start_again().await;
    let answer = download(&scene, &token, &url).await;
    assert_eq!(answer.status(), 200);
    let headers = answer.headers().clone();
    assert_eq!(headers["content-disposition"], "attachment; filename*=UTF-8''%E7%8E%B0%E5%9C%BA%201.jpg");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["content-length"], bytes.len().to_string());
    assert!(answer.bytes().await.unwrap() == bytes, "byte for byte");
    let life = scene.answered(&["ticket", "show", &number]).await.to_string();
    assert!(life.contains("\"what\":\"file\"") && life.contains("\"who\":\"api\""), "it is on record: {life}");
    let without = scene.client.get(format!("{}{url}", scene.house.url)).send().await.unwrap();
    assert_eq!(without.status(), 401);
    for unknown in ["files/2?version=1", "files/0", "files/1?version=2"] {
        let url = format!("/api/v1/tickets/{number}/{unknown}");
        assert_eq!(download(&scene, &token, &url).await.status(), 404, "{unknown}");
    }
}

#[tokio::test]
async fn what_may_not_come_does_not_and_the_letter_goes() {
    let shelf = Shelf::open(|path, _| match path {
        "/away" => Served::Elsewhere("http://localhost:1/secret".into()),
        "/round" => Served::Elsewhere("/round".into()),
        "/moved" => Served::Elsewhere("/photo".into()),
        "/program" => Served::Whole("image/jpeg", b"MZ\x90\0 a program".to_vec()),
        "/page" => Served::Whole("text/html", b"<html>please log in</html>".to_vec()),
        "/large" => Served::Whole("image/jpeg", jpeg(2 * 1024 * 1024)),
        _ => Served::Whole("image/jpeg", jpeg(1000)),
    })
    .await;
    let strict = with_files("allow_hosts = [\"127.0.0.1\"]").replace("县长信箱", "市长信箱");
    let open = with_files(&format!("{PRIVATE}\nmax_mib = 1"));
    let scene = Plan::new().await.channel("strict", &strict).channel("letters", &open).start().await;
    let token = token(&scene);
    let barred = ticket(scene.mailbox("strict").push(&letter(1, &[("a.jpg", shelf.link("/photo"))])).await);
    let told = scene.until_told(2).await;
    let file = files(&told).remove(0);
    assert_eq!((&file["state"], &file["reason"]), (&json!("refused"), &json!("private_address")));
    assert_eq!(shelf.asked("/photo"), 0, "it was not even asked");
    let url = format!("/api/v1/tickets/{barred}/files/1");
    assert_eq!(download(&scene, &token, &url).await.status(), 410);
    let links = [
        ("a.jpg", shelf.link("/away")),
        ("b.jpg", shelf.link("/round")),
        ("c.jpg", shelf.link("/program")),
        ("d.jpg", shelf.link("/page")),
        ("e.jpg", shelf.link("/large")),
        ("f.jpg", shelf.link_by_name("/photo")),
        ("g.exe", shelf.link("/photo?g")),
        ("h.jpg", shelf.link("/moved")),
    ];
    let number = ticket(scene.mailbox("letters").push(&letter(2, &links)).await);
    let told = scene.until_told(2 + 1 + links.len()).await;
    let reasons: Vec<_> =
        files(&told[2..]).iter().map(|file| file["reason"].as_str().unwrap_or("kept").to_owned()).collect();
    let wanted = [
        "host_not_allowed",
        "too_many_redirects",
        "dangerous",
        "not_what_it_says",
        "too_large",
        "host_not_allowed",
        "type_not_allowed",
        "kept",
    ];
    assert_eq!(reasons, wanted);
    let url = format!("/api/v1/tickets/{number}/files/8");
    assert!(download(&scene, &token, &url).await.bytes().await.unwrap() == jpeg(1000));
    assert_eq!(scene.dead().await.len(), 8, "each refusal waits for a person");
    let printed = scene.house.printed().join("\n");
    assert!(!printed.contains("/photo") && !printed.contains("a.jpg"), "links and names are personal");
}

#[tokio::test]
async fn a_file_that_never_comes_is_a_dead_letter_and_holds_nothing_up() {
    let shelf = Shelf::open(|path, count| match (path, count) {
        ("/late", 1..=4) => Served::Status(404),
        _ => Served::Whole("image/jpeg", jpeg(1000)),
    })
    .await;
    let scene = Plan::new().await.channel("letters", &with_files(PRIVATE)).start().await;
    let token = token(&scene);
    let links = [("a.jpg", shelf.link("/late")), ("b.jpg", shelf.link("/well"))];
    let number = ticket(scene.mailbox("letters").push(&letter(1, &links)).await);
    let told = scene.until_told(3).await;
    assert_eq!(told[0].event["event"], "new");
    let states: Vec<_> = files(&told).iter().map(|file| file["state"].clone()).collect();
    assert_eq!(states, ["failed", "kept"]);
    let dead = one_dead(&scene).await;
    assert_eq!((&dead["kind"], dead["ticket"].as_str()), (&json!("file"), Some(number.as_str())));
    let url = format!("/api/v1/tickets/{number}/files/1");
    let answer = download(&scene, &token, &url).await;
    assert_eq!(answer.status(), 409);
    assert_eq!(answer.json::<Value>().await.unwrap()["state"], "failed");
    // A person has asked the far side to mend it.
    assert_eq!(scene.ask(&["dead", "retry", &dead["id"].to_string()]).await.0, 0);
    let told = scene.until_told(4).await;
    assert_eq!(told[3].event["detail"]["file"]["state"], "kept");
    assert!(download(&scene, &token, &url).await.bytes().await.unwrap() == jpeg(1000));
    assert!(scene.dead().await.is_empty());
    scene.assert_nothing_waits().await;
}

#[tokio::test]
async fn until_it_is_here_a_file_is_waiting() {
    let shelf = Shelf::open(|_, _| Served::Status(404)).await;
    let rules = "allow_private = [\"127.0.0.1\"]\nretries = [\"1h\"]";
    let scene = Plan::new().await.channel("letters", &with_files(rules)).start().await;
    let token = token(&scene);
    let number = ticket(scene.mailbox("letters").push(&letter(1, &[("a.jpg", shelf.link("/a"))])).await);
    scene.until_told(1).await;
    scene.until("the file was asked for", || shelf.asked("/a") > 0).await;
    let answer = download(&scene, &token, &format!("/api/v1/tickets/{number}/files/1")).await;
    assert_eq!(answer.status(), 409);
    assert_eq!(answer.json::<Value>().await.unwrap()["state"], "waiting");
}

#[tokio::test]
async fn where_files_wait_and_nobody_answers_is_told() {
    let scene = Plan::new().await.channel("letters", &with_files(PRIVATE)).start().await;
    // Nobody listens at port 9.
    ticket(scene.mailbox("letters").push(&letter(1, &[("a.jpg", "http://127.0.0.1:9/a".into())])).await);
    scene.until_told(1).await;
    let began = std::time::Instant::now();
    loop {
        let ready: Value = serde_json::from_str(&scene.get("/health/ready").await.1).unwrap();
        if ready["files_in_trouble"]["letters"]["word"] == "unavailable" {
            assert_eq!(ready["ready"], true);
            break;
        }
        assert!(began.elapsed() < PATIENCE, "{ready}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(scene.dead().await.is_empty(), "it is the far side's failure");
}
