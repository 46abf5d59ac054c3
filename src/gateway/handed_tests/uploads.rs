//! Over the interface.

use serde_json::{Value, json};

use super::{Scene, channel, lines_of};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

impl Scene {
    async fn upload(&self, lines: &[String], query: &str, accept: &str) -> (u16, String) {
        let url = format!("http://{}/api/v1/channels/政协云/files?name=a.txt{query}", self.running().address);
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let post = client.post(url).bearer_auth(&self.token).header("accept", accept).body(lines.join("\n"));
        let answer = post.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// What still lies in the folder for uploads.
    fn lying(&self) -> usize {
        std::fs::read_dir(self.folder.path().join("data/uploads")).map_or(0, Iterator::count)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_before_a_break_stands_and_the_answer_says_so() {
    let scene = Scene::new(&channel("", "takes = true")).await;
    let mut lines = lines_of(1..301);
    lines.insert(250, "BREAK".into());
    let (status, body) = scene.upload(&lines, "", "*/*").await;
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, &body["counts"], &body["clean"]), (422, &json!({ "new": 250 }), &json!(false)), "{body}");
    assert!(body["stopped"]["en"].as_str().unwrap().contains("breaks off"));
    assert_eq!(scene.lying(), 0, "the file is gone");
    // The whole file comes: what stood is told again, the rest is new. The answer is the workbook itself.
    lines.remove(250);
    let (status, sheet) = scene.upload(&lines, "", XLSX).await;
    let rows: Vec<_> = sheet.lines().collect();
    assert_eq!((status, rows.len(), rows[249], rows[250]), (200, 300, "A250 repeat", "A251 new"));
    assert_eq!(scene.lying(), 0, "nor is the answer kept");
    let (status, dry) = scene.upload(&lines, "&dry_run=true", "*/*").await;
    let dry: Value = serde_json::from_str(&dry).unwrap();
    assert_eq!((status, &dry["counts"], dry.get("answer")), (200, &json!({ "known": 300 }), None), "{dry}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_or_sends_too_much_is_refused_and_nothing_is_left() {
    let mut scene = Scene::new(&channel("", "takes = true")).await;
    let large = vec!["x".repeat(1 << 20), "A1|甲|2026-11-20".into()];
    let (status, body) = scene.upload(&large, "", "*/*").await;
    assert!(status == 413 && body.contains("upload_mib"), "{status} {body}");
    assert_eq!(scene.upload(&["rubbish".into()], "", "*/*").await.0, 422);
    let token = std::mem::take(&mut scene.token);
    assert_eq!(scene.upload(&lines_of(1..3), "", "*/*").await.0, 401);
    scene.token = token;
    let url = format!("http://{}/api/v1/channels/nobody/files", scene.running().address);
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    assert_eq!(client.post(url).bearer_auth(&scene.token).body("x").send().await.unwrap().status(), 404);
    assert_eq!(scene.lying(), 0);
    // What a process that died left there is removed at the next start.
    std::fs::create_dir_all(scene.folder.path().join("data/uploads")).unwrap();
    std::fs::write(scene.folder.path().join("data/uploads/1-1"), "left").unwrap();
    scene.stop().await;
    scene.start().await;
    assert_eq!(scene.lying(), 0);
    // A channel that takes no files says so.
    scene.stop().await;
    scene.rewrite(&channel("", ""));
    scene.start().await;
    let (status, body) = scene.upload(&lines_of(1..3), "", "*/*").await;
    assert!(status == 409 && body.contains("takes_no_files"), "{status} {body}");
}
