//! A line that is cut at the worst moment: what is certain is told as certain, and what nobody knows as that.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use huiliu_contract::{Fault, Reached};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::answers::{parcel, replied};
use crate::scene::{BOTH, Scene, letter, letters};

/// A line to a database that is cut when we say a word: before it is handed on, or behind it, before it is answered.
struct Line {
    port: u16,
    cut: Arc<AtomicU16>,
}

const NEVER: u16 = 0;
const BEFORE: u16 = 1;
const BEHIND: u16 = 2;

impl Line {
    async fn to(port: u16, word: &'static [u8]) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let own = listener.local_addr().unwrap().port();
        let cut = Arc::new(AtomicU16::new(NEVER));
        let when = Arc::clone(&cut);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(carry(near, port, word, Arc::clone(&when)));
            }
        });
        Self { port: own, cut }
    }
}

async fn carry(near: TcpStream, port: u16, word: &'static [u8], cut: Arc<AtomicU16>) {
    let far = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let ((mut near_in, mut near_out), (mut far_in, mut far_out)) = (near.into_split(), far.into_split());
    let back = async {
        let _ = tokio::io::copy(&mut far_in, &mut near_out).await;
    };
    let there = async {
        let mut bytes = vec![0; 65_536];
        while let Ok(count @ 1..) = near_in.read(&mut bytes).await {
            let said = bytes[..count].windows(word.len()).any(|window| window == word);
            match cut.load(Ordering::Relaxed) {
                BEFORE if said => return false,
                BEHIND if said => {
                    far_out.write_all(&bytes[..count]).await.unwrap();
                    return true;
                }
                _ => {}
            }
            if far_out.write_all(&bytes[..count]).await.is_err() {
                break;
            }
        }
        false
    };
    let heard = tokio::select! {
        () = back => false,
        heard = there => heard,
    };
    if heard {
        // It does what it heard before it notices that nobody is there any more.
        let _ = far_out.shutdown().await;
        let _ = far_in.read_to_end(&mut Vec::new()).await;
    }
}

#[tokio::test]
async fn until_the_end_is_asked_for_nothing_stands_and_from_then_on_nobody_knows() {
    for sort in BOTH {
        let scene = Scene::new(sort).await;
        scene.sql(&format!("{};{}", letters(sort), letter(1, "2026-11-20 09:00:00"))).await;
        let statement = "UPDATE letters SET title = {public_reply} WHERE id = {id}";
        for (word, when, reached, stands) in [
            (&b"UPDATE"[..], BEFORE, Reached::No, "第1封"),
            (b"UPDATE", BEHIND, Reached::No, "第1封"),
            (b"COMMIT", BEFORE, Reached::Maybe, "第1封"),
            (b"COMMIT", BEHIND, Reached::Maybe, "已修复"),
        ] {
            let line = Line::to(scene.port, word).await;
            let connector = scene.built(json!({
                "connect": { "port": line.port }, "poll": { "from": "letters", "id": "id" },
                "return": { "replied": { "statement": statement } },
            }));
            let outlet = connector.outlet.unwrap();
            let parcel = parcel(&*outlet, "L1", &replied("已修复"));
            line.cut.store(when, Ordering::Relaxed);
            let fault = outlet.send(&parcel, "k").await.unwrap_err();
            let Fault::Unavailable { reached: found, .. } = &fault else { panic!("{sort:?} {fault}") };
            assert_eq!(*found, reached, "{sort:?} cut {when} of {:?}: {fault}", String::from_utf8_lossy(word));
            assert_eq!(scene.one("SELECT title FROM letters").await.unwrap(), stands, "{sort:?} {when}");
            line.cut.store(NEVER, Ordering::Relaxed);
            scene.sql("UPDATE letters SET title = '第1封'").await;
            outlet.send(&parcel, "k").await.unwrap();
            scene.sql("UPDATE letters SET title = '第1封'").await;
        }
    }
}

#[tokio::test]
async fn a_line_that_is_cut_while_a_page_is_read_loses_nothing() {
    for sort in BOTH {
        let scene = Scene::new(sort).await;
        scene.sql(&format!("{};{}", letters(sort), letter(1, "2026-11-20 09:00:00"))).await;
        let line = Line::to(scene.port, b"SELECT").await;
        let poll = json!({ "from": "letters", "id": "id" });
        let connector = scene.built(json!({ "connect": { "port": line.port }, "poll": poll }));
        let poll = connector.poll.unwrap();
        for when in [BEFORE, BEHIND] {
            line.cut.store(when, Ordering::Relaxed);
            assert_eq!(poll.poll(None, None).await.unwrap_err().word(), "unavailable", "{sort:?}");
        }
        line.cut.store(NEVER, Ordering::Relaxed);
        assert_eq!(poll.poll(None, None).await.unwrap().items.len(), 1);
    }
}
