//! A line that is cut at the worst moment: what is certain is told as certain, and what nobody knows as that.

use huiliu_contract::{Fault, Reached};
use serde_json::json;

use crate::answers::{parcel, replied};
use crate::line::{Line, When};
use crate::scene::{BOTH, Scene, letter, letters};

#[tokio::test]
async fn until_the_end_is_asked_for_nothing_stands_and_from_then_on_nobody_knows() {
    for sort in BOTH {
        let scene = Scene::new(sort).await;
        scene.sql(&format!("{};{}", letters(sort), letter(1, "2026-11-20 09:00:00"))).await;
        let statement = "UPDATE letters SET title = {public_reply} WHERE id = {id}";
        for (word, when, reached, stands) in [
            (&b"UPDATE"[..], When::Before, Reached::No, "第1封"),
            (b"UPDATE", When::Behind, Reached::No, "第1封"),
            (b"COMMIT", When::Before, Reached::Maybe, "第1封"),
            (b"COMMIT", When::Behind, Reached::Maybe, "已修复"),
        ] {
            let line = Line::to(scene.port).await;
            let connector = scene.built(json!({
                "connect": { "port": line.port }, "poll": { "from": "letters", "id": "id" },
                "return": { "replied": { "statement": statement } },
            }));
            let outlet = connector.outlet.unwrap();
            let parcel = parcel(&*outlet, "L1", &replied("已修复"));
            line.cut(when, word);
            let fault = outlet.send(&parcel, "k").await.unwrap_err();
            let Fault::Unavailable { reached: found, .. } = &fault else { panic!("{sort:?} {fault}") };
            assert_eq!(*found, reached, "{sort:?} cut {when:?} of {:?}: {fault}", String::from_utf8_lossy(word));
            assert_eq!(scene.one("SELECT title FROM letters").await.unwrap(), stands, "{sort:?} {when:?}");
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
        let line = Line::to(scene.port).await;
        let poll = json!({ "from": "letters", "id": "id" });
        let connector = scene.built(json!({ "connect": { "port": line.port }, "poll": poll }));
        let poll = connector.poll.unwrap();
        for when in [When::Before, When::Behind] {
            line.cut(when, b"SELECT");
            assert_eq!(poll.poll(None, None).await.unwrap_err().word(), "unavailable", "{sort:?}");
        }
        assert_eq!(poll.poll(None, None).await.unwrap().items.len(), 1);
    }
}
