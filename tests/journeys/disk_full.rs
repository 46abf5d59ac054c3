//! The disk takes nothing more: nothing is acknowledged then, and nothing that was acknowledged is lost.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::{Duration, Instant};

use huiliu_farside::letter::Letter;
use serde_json::Value;

use crate::house::{House, PATIENCE};
use crate::scene::{Plan, Scene};

/// No file of the program may grow beyond this; the write that would is refused like one on a full disk.
const MOST_KIB: u32 = 3000;

/// Sets how large a file of the running program may become.
fn disk(scene: &Scene, size: &str) {
    let pid = scene.house.pid().to_string();
    let set = Command::new("prlimit").args(["--pid", &pid, &format!("--fsize={size}:unlimited")]).status().unwrap();
    assert!(set.success());
}

async fn push(scene: &Scene, serial: u32) -> (u16, Value) {
    let answer = scene.push("letters").body(Letter::invented(serial).body()).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

#[tokio::test]
async fn on_a_full_disk_nothing_is_acknowledged_and_with_room_again_all_goes_on() {
    let mut scene = Plan::new().await.letters().start().await;
    assert!(scene.house.stop().await.0.success());
    scene.house = House::start_so_that_a_full_disk_is_an_error(&scene.config()).await;
    disk(&scene, &(MOST_KIB * 1024).to_string());
    let mut acknowledged = BTreeSet::new();
    let mut serial = 0;
    let refused = loop {
        serial += 1;
        assert!(serial < 10_000, "the disk never became full");
        match push(&scene, serial).await {
            (200, answer) => {
                assert!(acknowledged.insert((Letter::invented(serial).number, answer["ticket"].to_string())))
            }
            (503, _) => break serial,
            other => panic!("{other:?}"),
        }
    };
    // Also what comes after is told to come again, and the program stands.
    for later in refused + 1..refused + 20 {
        assert_eq!(push(&scene, later).await.0, 503);
    }
    assert_eq!(scene.get("/health/live").await.0, 200);
    disk(&scene, "unlimited");
    for again in refused..refused + 20 {
        let (status, answer) = push(&scene, again).await;
        assert_eq!(status, 200, "{answer}");
        acknowledged.insert((Letter::invented(again).number, answer["ticket"].to_string()));
    }
    let told = scene.until_told(acknowledged.len()).await;
    let told: BTreeSet<_> =
        told.iter().map(|told| (told.external_id().to_owned(), told.event["ticket"].to_string())).collect();
    assert_eq!(told, acknowledged);
    assert_eq!(scene.core.stats().out_of_order, 0);
    // What was settled while nothing could be written is told again under the same key, never lost.
    let began = Instant::now();
    while scene.metric("huiliu_core_due", &[]).await + scene.metric("huiliu_core_waiting", &[]).await > 0.0 {
        assert!(began.elapsed() < PATIENCE, "something still waits for the core");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
