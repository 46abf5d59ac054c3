//! What became of a letter is carried home: to the source it came from, once, in order, and looked at first where the
//! channel says so.

use std::time::Duration;

use huiliu_farside::desk::{Desk, Told};
use huiliu_farside::letter::Letter;
use huiliu_farside::platform::{Gate, Trick};
use serde_json::{Value, json};

use crate::glass::Glass;
use crate::outcomes::{post, token};
use crate::scene::{Plan, Scene, ticket};
use crate::written::letters;

/// A mailbox that is answered at a desk of its own, seen through a pane of glass.
pub(crate) struct Story {
    pub(crate) scene: Scene,
    desk: Desk,
    glass: Glass,
    token: String,
}

/// Every way there is, and how the desk is asked what became of it.
const WAYS: &str = r#"
signed    = { post = "/order/sign", send = { letterNo = "{id}" } }
returned  = { post = "/order/back", send = { letterNo = "{id}", reason = "{reason}" }, review = true }
extended  = { post = "/order/delay", send = { letterNo = "{id}", days = "{days}", reason = "{reason}" }, review = true }
replied   = { post = "/order/reply", send = { letterNo = "{id}", text = "{reply}" } }
closed    = { post = "/order/finish", send = { letterNo = "{id}", unit = "{unit}", text = "{reply}", solved = "{solved}" }, review = true }
success   = { at = "/code", is = [200] }
retries   = ["20ms", "20ms", "20ms"]
watch     = "50ms"
"#;

const STATUS: &str = r#"
[return.status]
post      = "/order/status"
send      = { letterNo = "{id}" }
at        = "/data/state"
reason_at = "/data/reason"
absent    = ["待办", "办理中", "已延期", "延期不通过"]
pending   = ["待审核"]
approved  = ["已办结", "已答复"]
redo      = ["退回重办"]
signed    = { absent = ["待办"], approved = ["办理中", "待审核", "已办结"] }
returned  = { absent = ["待办", "办理中"], pending = ["退单待审"], approved = ["已退单"], refused = ["退单不通过"] }
extended  = { absent = ["待办", "办理中"], pending = ["延期待审"], approved = ["已延期"], refused = ["延期不通过", "待审核", "已办结"] }
"#;

impl Story {
    /// `rules` are further lines of `[return]`; `status` whether the desk can be asked.
    pub(crate) async fn with(rules: &str, status: bool) -> Self {
        Self::with_core(rules, status, "").await
    }

    /// The same with further lines behind `[core]`.
    pub(crate) async fn with_core(rules: &str, status: bool, core: &str) -> Self {
        let desk = Desk::open(Gate::Open).await.unwrap();
        let glass = Glass::before(desk.addr()).await;
        let status = if status { STATUS } else { "" };
        let back = format!("[return]\nurl = \"{}\"\n{WAYS}{rules}\n{status}", glass.url());
        let written = format!("{}\n{back}", letters("县长信箱", "state = \"live\""));
        let scene = Plan::new().await.core(core).channel("letters", &written).start().await;
        let token = token(&scene);
        Self { scene, desk, glass, token }
    }

    /// A letter that the core has taken: its number there and here.
    pub(crate) async fn letter(&self, serial: u32) -> (String, String) {
        let letter = Letter::invented(serial);
        let number = ticket(self.scene.mailbox("letters").push(&letter).await);
        (letter.number, number)
    }

    pub(crate) async fn told(&self, id: &str, number: &str, kind: &str, more: Value) {
        let mut outcome = json!({ "kind": kind, "at": "2026-12-03T09:00:00+08:00" });
        outcome.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (status, answer) =
            post(&self.scene, &self.token, &json!({ "id": id, "ticket": number, "outcome": outcome })).await;
        assert_eq!(status, 200, "{answer}");
    }

    async fn closed(&self, id: &str, number: &str) {
        let more = json!({ "public_reply": "经核实,路灯已于昨日修复并恢复照明。", "solved": "解决",
            "units": [{ "name": "县住建局", "role": "lead" }], "internal_note": "线路老化,已列入下年度改造计划表。" });
        self.told(id, number, "closed", more).await;
    }

    /// What the desk was told of an item, in order and each time: verbs.
    pub(crate) fn verbs(&self, item: &str) -> Vec<String> {
        self.desk.answers().told(item).into_iter().map(|told| told.verb).collect()
    }

    pub(crate) async fn until_verbs(&self, item: &str, verbs: &[&str]) -> Vec<Told> {
        self.scene.until(&format!("{item} is told {verbs:?}"), || self.verbs(item) == verbs).await;
        self.desk.answers().told(item)
    }

    async fn one_dead(&self, kind: &str) -> String {
        let began = std::time::Instant::now();
        loop {
            let dead = self.scene.dead().await;
            if let [one] = &dead[..] {
                assert_eq!(one["kind"], kind, "{one}");
                return one["id"].to_string();
            }
            assert!(dead.is_empty() && began.elapsed() < crate::house::PATIENCE, "{dead:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until nothing is owed on any way home.
    pub(crate) async fn until_rest(&self) {
        let began = std::time::Instant::now();
        loop {
            let errands = self.scene.answered(&["errand", "list"]).await;
            let owed = errands.as_array().unwrap().iter().filter(|one| one["task"] == "write_back").count();
            if owed == 0 {
                return;
            }
            assert!(began.elapsed() < crate::house::PATIENCE, "{errands}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn events(&self, kind: &str) -> Vec<Value> {
        self.scene.told().into_iter().map(|told| told.event).filter(|event| event["event"] == kind).collect()
    }
}

#[tokio::test]
async fn what_the_core_tells_goes_home_in_order_and_once() {
    let story = Story::with("approve = []\nsign = \"stored\"", false).await;
    let (item, number) = story.letter(1).await;
    story.until_verbs(&item, &["sign"]).await;
    story.told("o1", &number, "signed", json!({})).await;
    story.told("o2", &number, "returned_to_gateway", json!({ "reason": "缺联系地址" })).await;
    story.told("o3", &number, "replied", json!({ "public_reply": "已派员到现场查看,预计三日内修复。" })).await;
    story.closed("o4", &number).await;
    // Told again by the core under another number: it is not said twice.
    story.closed("o5", &number).await;
    let told = story.until_verbs(&item, &["sign", "reply", "finish"]).await;
    story.until_rest().await;
    assert_eq!(story.verbs(&item).len(), 3, "the core's own signing and the repeated closing were said before");
    assert_eq!(told[2].body["unit"], "县住建局");
    assert!(told.iter().all(|told| !told.body.to_string().contains("线路老化")), "an internal note left the house");
    let keys: std::collections::BTreeSet<_> = told.iter().map(|told| told.key.clone().unwrap()).collect();
    assert_eq!(keys.len(), 3);
    assert!(story.scene.dead().await.is_empty());
}

#[tokio::test]
async fn a_far_side_that_refuses_twice_is_told_a_third_time_and_the_others_do_not_wait() {
    let story = Story::with("approve = []", false).await;
    let ((first, one), (second, two)) = (story.letter(1).await, story.letter(2).await);
    story.desk.answers().play([Trick::Code("500".into()), Trick::Code("500".into())]);
    story.closed("o1", &one).await;
    story.closed("o2", &two).await;
    story.until_verbs(&first, &["finish"]).await;
    story.until_verbs(&second, &["finish"]).await;
    assert_eq!(story.glass.count(), 4, "two refusals, two that were taken");
    assert!(story.scene.dead().await.is_empty());
}

#[tokio::test]
async fn what_a_far_side_never_takes_needs_a_person_and_goes_when_he_says_so() {
    let story = Story::with("approve = []", false).await;
    let (item, number) = story.letter(1).await;
    story.desk.answers().play((0..4).map(|_| Trick::Code("500".into())));
    story.closed("o1", &number).await;
    let dead = story.one_dead("write_back").await;
    assert_eq!(story.scene.ask(&["dead", "retry", &dead]).await.0, 0);
    story.until_verbs(&item, &["finish"]).await;
    assert!(story.scene.dead().await.is_empty());
}

#[tokio::test]
async fn killed_twice_between_sending_and_settling_it_is_told_twice_with_one_key_and_then_a_person_is_asked() {
    let mut story = Story::with("approve = []\nuncertain = \"retry\"\nhonours_key = true", false).await;
    let (item, number) = story.letter(1).await;
    story.glass.withhold_answers(true);
    story.closed("o1", &number).await;
    for times in 1..=2 {
        story.scene.until("it was told", || story.verbs(&item).len() == times).await;
        story.scene.house.kill();
        story.scene.start_again().await;
    }
    story.glass.withhold_answers(false);
    story.one_dead("uncertain").await;
    let told = story.desk.answers().told(&item);
    assert_eq!(told.len(), 2, "no far side is told more than twice: {told:?}");
    assert_eq!((&told[0].key, &told[0].body), (&told[1].key, &told[1].body));
}

#[tokio::test]
async fn two_lost_answers_under_retry_are_two_tellings_with_one_key_and_a_question_to_a_person() {
    let story = Story::with("approve = []\nuncertain = \"retry\"\nhonours_key = true", false).await;
    let (item, number) = story.letter(1).await;
    story.desk.answers().play([Trick::HangUp, Trick::HangUp]);
    story.closed("o1", &number).await;
    let dead = story.one_dead("uncertain").await;
    let told = story.desk.answers().told(&item);
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!((&told[0].key, &told[0].body), (&told[1].key, &told[1].body));
    // The person saw that it is there.
    let (status, said) = story.scene.ask(&["dead", "drop", &dead, "--why", "it is there"]).await;
    assert_eq!(status, 0, "{said}");
    story.until_rest().await;
    assert_eq!(story.verbs(&item).len(), 2);
}

#[tokio::test]
async fn killed_between_sending_and_settling_a_far_side_that_can_be_asked_has_it_exactly_once() {
    let mut story = Story::with("approve = []\nuncertain = \"look\"", true).await;
    let (item, number) = story.letter(1).await;
    story.glass.withhold_answers(true);
    story.closed("o1", &number).await;
    story.scene.until("it was told", || story.verbs(&item) == ["finish"]).await;
    story.scene.house.kill();
    story.glass.withhold_answers(false);
    story.scene.start_again().await;
    story.until_rest().await;
    assert_eq!(story.verbs(&item), ["finish"]);
    assert!(story.desk.answers().stats().looks >= 1);
    assert!(story.scene.dead().await.is_empty());
}

#[tokio::test]
async fn a_cut_line_is_looked_into_and_what_never_arrived_goes_again() {
    let story = Story::with("approve = []", true).await;
    let ((first, one), (second, two)) = (story.letter(1).await, story.letter(2).await);
    // Taken, and the answer lost.
    story.desk.answers().play([Trick::HangUp]);
    story.closed("o1", &one).await;
    story.scene.until("it is there", || story.verbs(&first) == ["finish"]).await;
    story.until_rest().await;
    // Lost before it was read.
    story.desk.answers().play([Trick::Lost]);
    story.closed("o2", &two).await;
    story.until_verbs(&second, &["finish"]).await;
    story.until_rest().await;
    assert_eq!((story.verbs(&first).len(), story.verbs(&second).len()), (1, 1));
}

#[tokio::test]
async fn where_nobody_can_look_a_person_is_asked_and_nothing_is_sent_meanwhile() {
    let story = Story::with("approve = []", false).await;
    let (item, number) = story.letter(1).await;
    story.desk.answers().play([Trick::HangUp]);
    story.closed("o1", &number).await;
    story.one_dead("uncertain").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(story.verbs(&item), ["finish"]);
}

#[tokio::test]
async fn what_the_upper_level_refuses_goes_to_the_core_and_what_waited_behind_it_goes_home() {
    let story = Story::with("approve = []", true).await;
    let (item, number) = story.letter(1).await;
    story.desk.answers().judge(true);
    story.told("o1", &number, "extended", json!({ "days": 5, "reason": "需上级协调" })).await;
    story.until_verbs(&item, &["delay"]).await;
    story.told("o2", &number, "replied", json!({ "public_reply": "已派员到现场查看,预计三日内修复。" })).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(story.verbs(&item), ["delay"], "what follows waits for the verdict");
    story.desk.answers().set_state(&item, "延期不通过", Some("理由不充分"));
    story.until_verbs(&item, &["delay", "reply"]).await;
    story.scene.until("the core hears of it", || story.scene.told().len() == 2).await;
    let decided = story.events("decided").await;
    let detail = &decided[0]["detail"];
    assert_eq!(
        (&detail["decision"], &detail["reason"], &detail["outcome"]),
        (&json!("refused"), &json!("理由不充分"), &json!("o1"))
    );
}

#[tokio::test]
async fn sent_back_after_our_closing_the_ticket_is_open_again_and_closed_anew() {
    let story = Story::with("approve = []", true).await;
    let (item, number) = story.letter(1).await;
    story.desk.answers().judge(true);
    story.closed("o1", &number).await;
    story.until_verbs(&item, &["finish"]).await;
    story.desk.answers().set_state(&item, "退回重办", Some("未联系群众"));
    story.scene.until("the core hears of it", || story.scene.told().len() == 2).await;
    let redo = story.events("redo").await;
    assert_eq!((&redo[0]["ticket"], &redo[0]["detail"]["reason"]), (&json!(number), &json!("未联系群众")));
    // Word for word the same: it must go all the same.
    story.closed("o2", &number).await;
    story.until_verbs(&item, &["finish", "finish"]).await;
    story.desk.answers().set_state(&item, "已办结", None);
    story.until_rest().await;
    assert!(story.scene.dead().await.is_empty());
}

#[tokio::test]
async fn a_reply_with_a_telephone_number_in_it_does_not_leave() {
    let story = Story::with("approve = []", false).await;
    let (item, number) = story.letter(1).await;
    let reply = json!({ "public_reply": "已联系来信人(电话13812345678),路灯已修复,来信人表示满意。" });
    story.told("o1", &number, "closed", reply).await;
    let dead = story.one_dead("approval").await;
    let shown = story.scene.answered(&["dead", "show", &dead]).await;
    assert!(!shown.to_string().contains("13812345678"), "{shown}");
    assert!(shown["details"]["findings"].to_string().contains("phone"), "{shown}");
    assert!(story.verbs(&item).is_empty());
    assert_eq!(story.glass.count(), 0);
}

#[tokio::test]
async fn what_a_person_words_anew_leaves_and_what_is_handed_back_is_told_to_the_core() {
    let story = Story::with("", false).await;
    let (item, number) = story.letter(1).await;
    let reply = json!({ "public_reply": "已联系来信人(电话13812345678),路灯已修复,来信人表示满意。" });
    story.told("o1", &number, "closed", reply.clone()).await;
    let dead = story.one_dead("approval").await;
    let file = story.scene.config().with_file_name("reply.txt");
    let text = file.to_str().unwrap();
    std::fs::write(&file, "请致电13812345678,路灯已修复,感谢来信。\n").unwrap();
    let (status, said) = story.scene.ask(&["approve", "agree", &dead, "--text", text]).await;
    assert!(status == 5 && said.contains("【13812345678】") && said.contains("--although"), "{said}");
    std::fs::write(&file, "路灯已于昨日修复并恢复照明,感谢来信。\n").unwrap();
    assert_eq!(story.scene.answered(&["approve", "agree", &dead, "--text", text]).await["how"], "agreed");
    let told = story.until_verbs(&item, &["finish"]).await;
    let sent = told[0].body.to_string();
    assert!(sent.contains("感谢来信") && !sent.contains("13812345678"), "{sent}");
    let (item, number) = story.letter(2).await;
    story.told("o2", &number, "closed", reply).await;
    let dead = story.one_dead("approval").await;
    story.scene.answered(&["approve", "hand-back", &dead, "--why", "请去掉电话"]).await;
    story
        .scene
        .until("the core hears of it", || story.scene.told().iter().any(|told| told.event["event"] == "handed_back"))
        .await;
    let back = story.events("handed_back").await.remove(0);
    assert_eq!((&back["ticket"], &back["detail"]["outcome"]), (&json!(number), &json!("o2")));
    assert!(story.verbs(&item).is_empty());
    let life = story.scene.answered(&["ticket", "show", &number]).await;
    assert_eq!(life["references"][0]["write_backs"][0]["state"], "handed_back", "{life:#}");
}

#[tokio::test]
async fn a_trial_channel_answers_nobody() {
    let desk = Desk::open(Gate::Open).await.unwrap();
    let back = format!("[return]\nurl = \"{}\"\n{WAYS}approve = []\nsign = \"stored\"\n", desk.url());
    let written = format!("{}\n{back}", letters("县长信箱", "state = \"trial\""));
    let scene = Plan::new().await.channel("letters", &written).letters_as("others").start().await;
    let token = token(&scene);
    let trial = ticket(scene.mailbox("letters").push(&Letter::invented(1)).await);
    let outcome =
        json!({ "kind": "closed", "at": "2026-12-03T09:00:00+08:00", "public_reply": "路灯已修复并恢复照明。" });
    let (status, _) = post(&scene, &token, &json!({ "id": "o1", "ticket": trial, "outcome": outcome })).await;
    assert_eq!(status, 200);
    // Something that does go shows that time has passed.
    ticket(scene.mailbox("others").push(&Letter::invented(2)).await);
    scene.until_told(1).await;
    assert_eq!(desk.answers().stats().requests, 0);
}

#[tokio::test]
async fn where_there_is_no_machine_a_person_is_asked_to_answer_and_says_when_it_is_done() {
    let written = format!(
        "{}\n[return]\nmanual = true\ngreeting = \"尊敬的来信人:您反映的“{{title}}”收悉。\"\nending = \"{{unit}}\"\napprove = []\n",
        letters("县长信箱", "state = \"live\"")
    );
    let scene = Plan::new().await.channel("letters", &written).start().await;
    let token = token(&scene);
    let number = ticket(scene.mailbox("letters").push(&Letter::invented(1)).await);
    let outcome = json!({ "kind": "closed", "at": "2026-12-03T09:00:00+08:00", "public_reply": "路灯已修复并恢复照明。",
        "units": [{ "name": "县住建局", "role": "lead" }] });
    post(&scene, &token, &json!({ "id": "o1", "ticket": number, "outcome": outcome })).await;
    scene.until("it is said", || scene.house.printed().iter().any(|line| line.contains("by_hand"))).await;
    let dead = scene.dead().await;
    let id = dead[0]["id"].to_string();
    let shown = scene.answered(&["dead", "show", &id]).await;
    let text = shown["details"]["text"].as_str().unwrap();
    assert!(text.starts_with("尊敬的来信人") && text.contains("路灯已修复") && text.ends_with("县住建局"), "{text}");
}
