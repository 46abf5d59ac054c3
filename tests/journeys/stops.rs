//! Stopped while busy, and not stopped properly.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use huiliu_farside::letter::Letter;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::glass::Glass;
use crate::scene::{Plan, ticket};
use crate::written::{letters, province};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_while_busy_it_ends_in_time_and_loses_nothing() {
    let mut scene = Plan::new().await.letters().http("stop_within = \"5s\"").start().await;
    scene.core.slow(Duration::from_millis(20));
    let (serial, acknowledged) = (Arc::new(AtomicU32::new(0)), Arc::new(Mutex::new(BTreeMap::new())));
    let pushers: Vec<_> = (0..8)
        .map(|_| {
            let (serial, acknowledged) = (serial.clone(), acknowledged.clone());
            let (client, url) = (scene.client.clone(), format!("{}/channels/letters", scene.house.url));
            tokio::spawn(async move {
                // Until the door is shut.
                loop {
                    let letter = Letter::invented(serial.fetch_add(1, Ordering::Relaxed));
                    let push =
                        client.post(&url).bearer_auth(crate::written::TOKEN).header("content-type", "application/json");
                    let Ok(answer) = push.body(letter.body()).send().await else { return };
                    assert_eq!(answer.status(), 200, "an answer is an acknowledgement, or there is none");
                    let answer: Value = answer.json().await.unwrap();
                    acknowledged.lock().unwrap().insert(letter.number, answer["ticket"].as_str().unwrap().to_owned());
                }
            })
        })
        .collect();
    scene.until("much is under way", || acknowledged.lock().unwrap().len() > 200).await;
    let (status, took) = scene.house.stop().await;
    assert!(status.success(), "{status}");
    assert!(took < Duration::from_secs(8), "it took {took:?}, and had promised 5 s");
    for pusher in pushers {
        pusher.await.unwrap();
    }
    scene.core.slow(Duration::ZERO);
    scene.start_again().await;
    assert!(!scene.house.said().join("\n").contains("unclean"), "{:?}", scene.house.said());
    let acknowledged = acknowledged.lock().unwrap().clone();
    scene.until("all of it is at the core", || scene.core.stats().distinct >= acknowledged.len() as u64).await;
    scene.until_metric("huiliu_core_due", &[], 0.0).await;
    let told: BTreeMap<_, _> = scene.told().into_iter().map(|told| (told.external_id().to_owned(), told)).collect();
    for (number, ticket) in &acknowledged {
        assert_eq!(told[number].event["ticket"], *ticket, "{number}");
    }
    assert_eq!(scene.core.stats().out_of_order, 0);
}

#[tokio::test]
async fn after_an_unclean_stop_the_first_line_says_whom_to_look_up_by_hand() {
    let again = letters("会重发的信箱", "state = \"live\"\nrepush = true");
    let trial = letters("试运行的信箱", "state = \"trial\"");
    let off = letters("停用的信箱", "state = \"off\"");
    let plan = Plan::new().await.letters().channel("again", &again).channel("off", &off).channel("trial", &trial);
    let mut scene = plan.start().await;
    assert!(scene.house.said()[0].contains("token"), "{:?}", scene.house.said());
    scene.glass.shut().await;
    ticket(scene.mailbox("letters").push(&Letter::invented(1)).await);
    scene.house.kill();
    scene.start_again().await;
    let first = scene.house.said()[0].clone();
    assert!(first.starts_with("unclean stop: the gateway was down from "), "{first}");
    assert!(first.contains("1 errands"), "{first}");
    assert!(first.contains("县长信箱") && first.contains("试运行的信箱"), "{first}");
    assert!(!first.contains("会重发的信箱") && !first.contains("停用的信箱"), "{first}");
    scene.glass.reopen().await;
    scene.until_told(1).await;
    assert!(scene.house.stop().await.0.success());
    scene.start_again().await;
    assert!(!scene.house.said()[0].contains("unclean"), "{:?}", scene.house.said());
}

#[tokio::test]
async fn a_second_gateway_on_the_same_data_says_who_holds_it() {
    let scene = Plan::new().await.letters().start().await;
    let (status, told) = scene.ask(&["run"]).await;
    assert_ne!(status, 0);
    assert!(told.contains(&scene.house.pid().to_string()), "{told}");
    ticket(scene.mailbox("letters").push(&Letter::invented(1)).await);
}

#[tokio::test]
async fn it_stops_at_once_though_every_connection_is_taken_by_idlers() {
    let plan =
        Plan::new().await.letters().http("header_timeout = \"60s\"\nstop_within = \"40s\"\n[limits]\nconnections = 2");
    let mut scene = plan.start().await;
    let address = scene.house.url.trim_start_matches("http://").to_owned();
    let mut idlers = Vec::new();
    for _ in 0..2 {
        let mut idler = TcpStream::connect(&address).await.unwrap();
        idler.write_all(b"GET /health/live HTTP/1.1\r\nhost: gateway\r\n\r\n").await.unwrap();
        assert!(idler.read(&mut [0; 1024]).await.unwrap() > 0);
        idlers.push(idler);
    }
    let (status, took) = scene.house.stop().await;
    assert!(status.success() && took < Duration::from_secs(30), "{status} after {took:?}");
    let gave_up = scene.house.printed().iter().any(|line| line.contains("the deadline passed"));
    assert!(!gave_up, "it waited for those who wanted nothing");
}

#[tokio::test]
async fn it_stops_at_its_deadline_though_its_partners_hang() {
    let platform = crate::polled::fresh(3).await;
    let before_platform = Glass::before(platform.addr()).await;
    before_platform.hold();
    let province = province(&before_platform.url(), "state = \"live\"");
    let plan = Plan::new().await.letters().channel("province", &province).http("stop_within = \"1s\"");
    let mut scene = plan.start().await;
    scene.glass.hold();
    ticket(scene.mailbox("letters").push(&Letter::invented(1)).await);
    scene.until("the core is being told", || scene.glass.count() == 1).await;
    scene.until("the platform is being asked", || before_platform.count() == 1).await;
    let (status, took) = scene.house.stop().await;
    assert!(status.success() && took < Duration::from_secs(10), "{status} after {took:?}");
    scene.glass.release();
    before_platform.release();
    scene.start_again().await;
    assert!(!scene.house.said().join("\n").contains("unclean"), "{:?}", scene.house.said());
    scene.until_told(4).await;
}
