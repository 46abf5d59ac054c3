//! After the closing: what is asked again is answered again, what is sent back or handed over anew is open again with a
//! deadline of its own.

use std::collections::BTreeSet;

use huiliu_farside::desk::{Desk, Told};
use huiliu_farside::letter::Letter;
use huiliu_farside::mailbox::Pushed;
use huiliu_farside::platform::Gate;
use serde_json::{Value, json};

use crate::house::PATIENCE;
use crate::outcomes::{post, token};
use crate::scene::{Plan, Scene, ticket};
use crate::written::letters;

const ACTS: &str = r#"
[acts]
from  = "bizType"
codes = { "02" = "supplement", "03" = "urge", "04" = "supervise", "06" = "redo" }
refer = "orderRef"
"#;

const STATUS: &str = r#"
[return.status]
post      = "/order/status"
send      = { letterNo = "{id}" }
at        = "/data/state"
reason_at = "/data/reason"
absent    = ["待办", "办理中"]
pending   = ["待审核"]
approved  = ["已办结"]
redo      = ["退回重办"]
returned  = { absent = ["待办", "办理中"], pending = ["退单待审"], approved = ["已退单"], redo = ["退回重办"] }
"#;

/// A mailbox whose letters may ask something of an earlier one, answered at a desk of its own.
pub(crate) struct Story {
    pub(crate) scene: Scene,
    pub(crate) desk: Desk,
    token: String,
}

impl Story {
    /// `acts` are further lines of `[acts]`, `back` of `[return]`.
    pub(crate) async fn with(plan: Plan, acts: &str, back: &str, tables: &str) -> Self {
        let desk = Desk::open(Gate::Open).await.unwrap();
        let ways = format!(
            "[return]\nurl = \"{}\"\nretries = [\"20ms\"]\nsuccess = {{ at = \"/code\", is = [200] }}\nwatch = \"50ms\"\n\
             closed = {{ post = \"/order/finish\", send = {{ letterNo = \"{{id}}\", text = \"{{reply}}\" }} }}\n\
             returned = {{ post = \"/order/back\", send = {{ letterNo = \"{{id}}\", reason = \"{{reason}}\" }}, review = true }}\n{back}",
            desk.url()
        );
        let fields = "handed_at = { from = \"dispatchTime\", date = \"yyyy-MM-dd HH:mm:ss\" }\n\
            deadline = { from = \"limit\", date = \"yyyy-MM-dd HH:mm:ss\" }\n\n[codes]";
        let written = letters("县长信箱", "state = \"live\"")
            .replace("id = \"letterNo\"", "id = \"letterNo\"\nversion = \"ver\"")
            .replace("[codes]", fields);
        let written = format!("{written}\n{ACTS}{acts}\n{ways}\n{tables}");
        let scene = plan.channel("letters", &written).start().await;
        let token = token(&scene);
        Self { scene, desk, token }
    }

    /// A letter that was taken: its number there and here.
    pub(crate) async fn letter(&self, serial: u32) -> (String, String) {
        self.push(&Letter::invented(serial)).await
    }

    pub(crate) async fn push(&self, letter: &Letter) -> (String, String) {
        (letter.number.clone(), ticket(self.scene.mailbox("letters").push(letter).await))
    }

    /// Asks something about an item; `more` stands in its document besides.
    pub(crate) async fn asks(&self, what: &str, about: &str, serial: u32, more: Value) {
        let mut act = Letter::invented(serial);
        act.document = json!({ "letterNo": act.number, "bizType": what, "orderRef": about, "content": "请尽快答复" });
        act.document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert!(matches!(self.scene.mailbox("letters").push(&act).await, Pushed::Acknowledged(_)));
    }

    async fn told(&self, id: &str, number: &str, kind: &str, more: Value) {
        let mut outcome = json!({ "kind": kind, "at": "2026-12-03T09:00:00+08:00" });
        outcome.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let body = json!({ "id": id, "ticket": number, "outcome": outcome });
        let (status, answer) = post(&self.scene, &self.token, &body).await;
        assert_eq!(status, 200, "{answer}");
    }

    pub(crate) async fn close(&self, id: &str, number: &str) {
        self.told(id, number, "closed", json!({ "public_reply": "经核实,路灯已于昨日修复并恢复照明。" })).await;
    }

    /// Waits until the desk was told these verbs of an item, and no others.
    pub(crate) async fn until_verbs(&self, item: &str, verbs: &[&str]) -> Vec<Told> {
        let told = || self.desk.answers().told(item);
        let are = || told().iter().map(|told| told.verb.clone()).collect::<Vec<_>>() == verbs;
        self.scene.until(&format!("{item} is told {verbs:?}"), are).await;
        told()
    }

    /// What the core took of a ticket, in order.
    pub(crate) fn events(&self, number: &str) -> Vec<Value> {
        let seen = self.scene.glass.seen();
        let event = |key: String| seen.iter().rev().find(|one| one.key.as_ref() == Some(&key)).map(|one| one.json());
        let taken = self.scene.core.keys().into_iter().filter_map(event);
        taken.filter(|event| event["ticket"] == number).collect()
    }

    pub(crate) fn kinds(&self, number: &str) -> Vec<String> {
        let events = self.events(number);
        events.iter().map(|event| event["event"].as_str().unwrap_or_default().to_owned()).collect()
    }

    pub(crate) async fn until_kinds(&self, number: &str, kinds: &[&str]) {
        self.scene.until(&format!("the core took {kinds:?}"), || self.kinds(number) == kinds).await;
    }

    pub(crate) async fn ticket(&self, number: &str) -> Value {
        self.scene.answered(&["ticket", "show", number]).await
    }

    /// Waits until the life of a ticket is as it should be.
    async fn until_life(&self, number: &str, what: &str, is: impl Fn(&Value) -> bool) -> Value {
        let began = std::time::Instant::now();
        loop {
            let life = self.ticket(number).await;
            if is(&life) {
                return life;
            }
            assert!(began.elapsed() < PATIENCE, "waited in vain until {what}: {life:#}");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
}

/// The keys under which something was told.
pub(crate) fn keys(told: &[Told]) -> BTreeSet<String> {
    told.iter().filter_map(|told| told.key.clone()).collect()
}

#[tokio::test]
async fn an_urging_after_the_closing_is_answered_again_under_another_key_and_nobody_is_asked_twice() {
    let story = Story::with(Plan::new().await, "", "approve = [\"closed\"]", "").await;
    let (item, number) = story.letter(1).await;
    story.close("o1", &number).await;
    story.until_life(&number, "it waits for approval", |life| life["dead"][0]["kind"] == "approval").await;
    let dead = story.scene.dead().await[0]["id"].to_string();
    let file = story.scene.config().with_file_name("reply.txt");
    std::fs::write(&file, "路灯已于昨日修复并恢复照明,感谢来信。\n").unwrap();
    story.scene.answered(&["approve", "agree", &dead, "--text", file.to_str().unwrap()]).await;
    story.until_verbs(&item, &["finish"]).await;
    story.asks("03", &item, 7, json!({})).await;
    let told = story.until_verbs(&item, &["finish", "finish"]).await;
    assert_eq!(keys(&told).len(), 2, "another telling has another key: {told:?}");
    assert!(told.iter().all(|told| told.body["text"].as_str().unwrap().contains("感谢来信")), "{told:?}");
    story.asks("03", &item, 8, json!({})).await;
    assert_eq!(keys(&story.until_verbs(&item, &["finish"; 3]).await).len(), 3);
    assert!(story.scene.dead().await.is_empty(), "who agreed to the text is not asked again");
    assert_eq!(story.kinds(&number), ["new"], "the core has done its part");
    let life = story.ticket(&number).await;
    assert_eq!(life["references"][0]["write_backs"][1]["repeats"], 1, "{life:#}");
    // Word for word the same from the core was said before.
    story.close("o2", &number).await;
    story.until_life(&number, "it is equal", |life| life["references"][0]["write_backs"][3]["state"] == "equal").await;
    assert_eq!(story.desk.answers().told(&item).len(), 3);
}

#[tokio::test]
async fn where_the_channel_says_so_the_core_hears_of_an_urging_after_the_closing() {
    let story = Story::with(Plan::new().await, "after_close = { urge = \"tell\" }", "approve = []", "").await;
    let (item, number) = story.letter(1).await;
    story.close("o1", &number).await;
    story.until_verbs(&item, &["finish"]).await;
    story.asks("03", &item, 7, json!({})).await;
    story.until_kinds(&number, &["new", "urged"]).await;
    let life = story.ticket(&number).await;
    assert!(life["ticket"]["concluded_at"].is_string(), "an urging opens nothing: {life:#}");
    assert_eq!(story.desk.answers().told(&item).len(), 1);
}

#[tokio::test]
async fn sent_back_or_supervised_after_our_closing_it_has_a_new_deadline_is_counted_and_closed_again() {
    let story = Story::with(Plan::new().await, "", "approve = []", "[deadline]\ndays = 10\nunit = \"day\"\n").await;
    let (item, number) = story.letter(1).await;
    let first = story.ticket(&number).await["ticket"]["deadline"].clone();
    story.close("o1", &number).await;
    story.until_verbs(&item, &["finish"]).await;
    story.asks("06", &item, 7, json!({ "dispatchTime": "2027-01-05 10:00:00" })).await;
    story.until_kinds(&number, &["new", "redo"]).await;
    let row = story.ticket(&number).await["ticket"].clone();
    assert_ne!(row["deadline"], first);
    assert_eq!((&row["redone"], &row["concluded_at"]), (&json!(1), &Value::Null), "{row}");
    assert_eq!(row["deadline"], "2027-01-15T15:59:59Z", "ten days from when it was sent back");
    let detail = story.events(&number)[1]["detail"].clone();
    assert_eq!((&detail["deadline"], &detail["said"]["deadline"]["computed"]), (&row["deadline"], &row["deadline"]));
    // Word for word the same: it goes again all the same.
    story.close("o2", &number).await;
    let told = story.until_verbs(&item, &["finish", "finish"]).await;
    assert_eq!(keys(&told).len(), 2);
    story.asks("04", &item, 8, json!({ "limit": "2027-02-01 12:00:00" })).await;
    story.until_kinds(&number, &["new", "redo", "supervised"]).await;
    let row = story.ticket(&number).await["ticket"].clone();
    assert_eq!((&row["redone"], &row["deadline"]), (&json!(2), &json!("2027-02-01T04:00:00Z")), "{row}");
    assert_eq!(story.events(&number)[2]["detail"]["deadline"], row["deadline"]);
    let (status, shown) = story.scene.ask(&["ticket", "show", &number]).await;
    assert!(status == 0 && shown.contains("2 times"), "{shown}");
    let due = story.scene.answered(&["due", "--within", "3650d"]).await;
    assert_eq!((&due[0]["number"], &due[0]["deadline"]), (&json!(number), &row["deadline"]), "{due}");
}

#[tokio::test]
async fn a_redo_that_the_far_sides_state_tells_counts_anew_from_now() {
    let back = format!("approve = []\n{STATUS}");
    let story = Story::with(Plan::new().await, "", &back, "[deadline]\nhours = 5\n").await;
    story.desk.answers().judge(true);
    let mut old = Letter::invented(1);
    old.document["dispatchTime"] = json!("2026-01-05 10:00:00");
    let (item, number) = story.push(&old).await;
    story.told("o1", &number, "returned_to_source", json!({ "reason": "不属本县" })).await;
    story.until_verbs(&item, &["back"]).await;
    story.desk.answers().set_state(&item, "退回重办", Some("请继续办理"));
    story.until_kinds(&number, &["new", "redo"]).await;
    let life = story.until_life(&number, "it is counted", |life| life["ticket"]["redone"] == 1).await;
    let deadline: jiff::Timestamp = life["ticket"]["deadline"].as_str().unwrap().parse().unwrap();
    let left = deadline.duration_since(jiff::Timestamp::now()).as_hours();
    assert!((4..=5).contains(&left), "{deadline}");
    assert_eq!(story.events(&number)[1]["detail"]["deadline"], life["ticket"]["deadline"]);
}

#[tokio::test]
async fn a_granted_return_ends_our_duty_and_dispatched_again_it_is_open_and_answered() {
    let back = format!("approve = []\n{STATUS}");
    let story = Story::with(Plan::new().await, "", &back, "[deadline]\ndays = 10\nunit = \"day\"\n").await;
    story.desk.answers().judge(true);
    let mut first = Letter::invented(1);
    first.document["ver"] = json!("1");
    let (item, number) = story.push(&first).await;
    story.told("o1", &number, "returned_to_source", json!({ "reason": "不属本县管辖" })).await;
    story.until_verbs(&item, &["back"]).await;
    assert!(story.ticket(&number).await["ticket"]["concluded_at"].is_null(), "it is judged");
    story.desk.answers().set_state(&item, "已退单", None);
    story.until_kinds(&number, &["new", "decided"]).await;
    let life = story.ticket(&number).await;
    assert!(life["ticket"]["concluded_at"].is_string(), "{life:#}");
    assert_eq!(life["references"][0]["ended_how"], "returned");
    assert_eq!(story.scene.answered(&["due", "--within", "3650d"]).await, json!([]));
    let found = story.scene.answered(&["find", &number]).await;
    let said = found[0]["said"]["zh"].as_str().unwrap();
    assert!(said.contains("已退回县长信箱") && !said.contains("已办结") && !said.contains("时限"), "{said}");
    // Told again nothing changes; as a newer version it is dispatched again.
    story.desk.answers().judge(false);
    story.push(&first).await;
    assert_eq!(story.kinds(&number), ["new", "decided"]);
    let mut again = first.clone();
    (again.document["ver"], again.document["dispatchTime"]) = (json!("2"), json!("2027-01-05 10:00:00"));
    assert_eq!(story.push(&again).await.1, number);
    story.until_kinds(&number, &["new", "decided", "revised"]).await;
    let row = story.ticket(&number).await["ticket"].clone();
    assert_eq!((&row["concluded_at"], &row["deadline"]), (&Value::Null, &json!("2027-01-15T15:59:59Z")), "{row}");
    assert_eq!(story.events(&number)[2]["detail"]["deadline"], row["deadline"]);
    story.close("o2", &number).await;
    story.until_verbs(&item, &["back", "finish"]).await;
    // The same by a redo, of what was granted at once.
    let (item, number) = story.letter(2).await;
    story.told("o3", &number, "returned_to_source", json!({ "reason": "不属本县管辖" })).await;
    story.until_life(&number, "it is granted", |life| life["ticket"]["concluded_at"].is_string()).await;
    story.asks("06", &item, 9, json!({ "dispatchTime": "2027-01-05 10:00:00" })).await;
    story.until_kinds(&number, &["new", "decided", "redo"]).await;
    let row = story.ticket(&number).await["ticket"].clone();
    assert_eq!((&row["concluded_at"], &row["redone"]), (&Value::Null, &json!(1)), "{row}");
    story.desk.answers().set_state(&item, "办理中", None);
    story.told("o4", &number, "returned_to_source", json!({ "reason": "不属本县管辖" })).await;
    story.until_verbs(&item, &["back", "back"]).await;
}
