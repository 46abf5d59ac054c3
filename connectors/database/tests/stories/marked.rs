//! Rows are marked as taken only after they are kept here, and only where the file says so.

use serde_json::{Value, json};

use crate::scene::{BOTH, Scene, Walk, letter, letters};

fn marking() -> Value {
    json!({
        "from": "letters", "id": "id", "page": 2, "where": { "status": "0" },
        "taken": { "set": { "status": "1", "title": "{now}" } },
    })
}

async fn marked(scene: &Scene) -> String {
    scene.one("SELECT concat(count(*), '') FROM letters WHERE status = '1'").await.unwrap()
}

#[tokio::test]
async fn rows_are_marked_by_the_poll_behind_the_one_that_brought_them() {
    for sort in BOTH {
        let scene = Scene::new(sort).await;
        let rows = (1..=5).map(|seq| letter(seq, "2026-11-20 09:00:00")).collect::<Vec<_>>();
        scene.sql(&format!("{};{}", letters(sort), rows.join(";"))).await;
        let poll = scene.polling(marking());
        let mut walk = Walk::default();
        walk.page(&*poll).await.unwrap();
        assert_eq!(marked(&scene).await, "0", "not before it is committed");
        // The process ends here; what it kept is offered to the next.
        let poll = scene.polling(marking());
        poll.preview(walk.after.as_ref(), walk.kept.as_ref()).await.unwrap();
        assert_eq!(marked(&scene).await, "0", "looking marks nothing");
        walk.page(&*poll).await.unwrap();
        assert_eq!(marked(&scene).await, "2");
        walk.on(&*poll).await;
        let mut found = crate::scene::ids(&walk.items);
        found.dedup();
        assert_eq!(found, ["L1", "L2", "L3", "L4", "L5"], "{sort:?}");
        assert!(walk.on(&*poll).await.is_empty());
        assert_eq!(marked(&scene).await, "5");
        let now = scene.one("SELECT title FROM letters WHERE id = 'L1'").await.unwrap();
        assert!(now.len() == 19 && now.starts_with("20"), "{now}");
    }
}

#[tokio::test]
async fn what_is_marked_already_is_left_alone() {
    for sort in BOTH {
        let scene = Scene::new(sort).await;
        scene.sql(&format!("{};{}", letters(sort), letter(1, "2026-11-20 09:00:00"))).await;
        scene.sql("UPDATE letters SET status = '1', title = 'as it was'").await;
        let poll = scene.polling(json!({
            "from": "letters", "id": "id", "taken": { "set": { "status": "1", "title": "{now}" } },
        }));
        let mut walk = Walk::default();
        walk.on(&*poll).await;
        walk.on(&*poll).await;
        assert_eq!(scene.one("SELECT title FROM letters").await.unwrap(), "as it was");
    }
}

#[tokio::test]
async fn what_cannot_be_marked_is_taken_all_the_same_and_heard_every_other_time() {
    for sort in BOTH {
        let scene = Scene::new(sort).await;
        scene.sql(&format!("{};{}", letters(sort), letter(1, "2026-11-20 09:00:00"))).await;
        let mut options = marking();
        options["taken"] = json!({ "table": "elsewhere", "set": { "status": "1" } });
        options["since"] = json!({ "by": "id", "column": "seq", "rows_back": 1 });
        let poll = scene.polling(options.clone());
        let mut walk = Walk::default();
        assert_eq!(walk.on(&*poll).await, ["L1"]);
        scene.sql(&letter(2, "2026-11-20 09:00:00")).await;
        let fault = walk.page(&*poll).await.unwrap_err();
        assert!(
            fault.word() == "malformed" && fault.to_string().contains("cannot be marked as taken in `elsewhere`"),
            "{fault}"
        );
        assert_eq!(walk.on(&*poll).await, ["L1", "L2"], "{sort:?}");
        assert_eq!(walk.page(&*poll).await.unwrap_err().word(), "malformed");
        // Mended, what waits is marked.
        scene.sql("CREATE TABLE elsewhere (id varchar(40), status varchar(2))").await;
        scene.sql("INSERT INTO elsewhere VALUES ('L1', '0'), ('L2', '0'), ('L3', '0')").await;
        walk.page(&*poll).await.unwrap();
        let left = scene.one("SELECT id FROM elsewhere WHERE status = '0'").await.unwrap();
        assert_eq!(left, "L3");
    }
}
