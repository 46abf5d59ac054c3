//! Stories of the console.

mod homeward;
mod outcomes;
mod scene;
mod splits;

use std::sync::Arc;

use jiff::civil::date;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use self::scene::{NAME, Noting, PHONE, Scene, letter};
use super::*;
use crate::outcomes::Levels;
use crate::store::Far;
use crate::ticket::{Draft, Person};

fn by(find: Find) -> Request {
    Request::Find(find)
}

#[tokio::test]
async fn a_ticket_is_found_by_every_number_and_by_what_the_person_tells() {
    let scene = Scene::new().await;
    let number = scene.take("XZ-1", Some(&letter(1))).await.unwrap();
    scene.take("XZ-2", Some(&Draft { person: Person::default(), ..letter(2) })).await.unwrap();
    let some = |text: &str| Some(text.to_owned());
    let wanted = [
        Find { number: some(&number), ..Find::default() },
        Find { number: some(&number.replace('-', " ")), ..Find::default() },
        Find { number: some("XZ-1"), ..Find::default() },
        Find { phone: some("+86 138 0000 0000"), ..Find::default() },
        Find { name: some(NAME), last4: some("0000"), channel: some("县长信箱"), ..Find::default() },
        Find { number: some("XZ-1"), phone: some(PHONE), ..Find::default() },
    ];
    for find in wanted {
        let found = scene.done(by(find.clone()), None).await;
        let numbers: Vec<_> = found.as_array().unwrap().iter().map(|ticket| &ticket["number"]).collect();
        assert_eq!(numbers, [&json!(number)], "{}", serde_json::to_string(&find).unwrap());
        assert!(!found.to_string().contains(NAME) && found[0]["title"] == "刘**反映第1盏路灯不亮", "{found}");
    }
    let none = [
        Find { number: some("XZ-2"), phone: some(PHONE), ..Find::default() },
        Find { phone: some(PHONE), from: Some(date(2099, 1, 1)), ..Find::default() },
        Find { name: some("王某"), last4: some("0000"), ..Find::default() },
    ];
    for find in none {
        assert_eq!(scene.done(by(find), None).await, json!([]));
    }
    let senseless = [
        Find::default(),
        Find { name: some(NAME), ..Find::default() },
        Find { phone: some("0000"), ..Find::default() },
    ];
    for find in senseless {
        assert_eq!(scene.problem(by(find), None).await.code, Code::Invalid);
    }
}

#[tokio::test]
async fn an_unmasked_look_is_on_record_before_it_is_shown_and_never_without_a_reason() {
    let scene = Scene::new().await;
    let number = scene.take("XZ-1", Some(&letter(1))).await.unwrap();
    let show = |unmask| Request::TicketShow { number: number.clone(), unmask };
    let masked = scene.done(show(false), None).await;
    for planted in [NAME, PHONE] {
        assert!(!masked.to_string().contains(planted), "{planted} in {masked}");
    }
    assert_eq!(masked["versions"][0]["raw"], Value::Null);
    assert_eq!(masked["deeds"], json!([]));
    for why in [None, Some(""), Some("  ")] {
        assert_eq!(scene.problem(show(true), why).await.code, Code::Refused);
    }
    let whole = scene.done(show(true), Some("回访要电话")).await;
    assert_eq!(whole["draft"]["person"]["phone"], PHONE);
    assert!(whole["versions"][0]["raw"].as_str().unwrap().contains(NAME));
    // The record stands in the very answer: it was written first.
    let deed = &whole["deeds"][0];
    assert_eq!(
        (&deed["who"], &deed["what"], &deed["why"]),
        (&json!("unix:zhang"), &json!("unmask"), &json!("回访要电话"))
    );
    let wrong = scene.problem(Request::TicketShow { number: "261122-00011".into(), unmask: false }, None).await;
    assert!(matches!(wrong.code, Code::Invalid | Code::NotFound));
}

#[tokio::test]
async fn a_dead_event_is_shown_edited_and_sent_as_the_same_event() {
    let scene = Scene::new().await;
    let number = scene.take("XZ-1", Some(&letter(1))).await.unwrap();
    let id = scene.refuse().await;
    let life = scene.done(Request::TicketShow { number: number.clone(), unmask: false }, None).await;
    assert_eq!((&life["events"][0]["state"], &life["ticket"]["stuck"]), (&json!("dead"), &json!(id)));
    let shown = scene.done(Request::DeadShow { id, unmask: false }, None).await;
    assert_eq!(shown["details"], "电话 138****0000 格式不对");
    assert_eq!(scene.problem(Request::DeadEvent { id }, None).await.code, Code::Refused);
    let mut event = scene.done(Request::DeadEvent { id }, Some("改电话")).await;
    assert_eq!(event["idempotency_key"], format!("{number}-1"));
    event["data"]["person"]["phone"] = json!("13800000001");
    let mut other = event.clone();
    other["idempotency_key"] = json!("another");
    assert!(scene.problem(Request::DeadEdit { id, event: other }, Some("x")).await.en.contains("idempotency_key"));
    let mut wrong = event.clone();
    wrong["data"]["version"] = json!("first");
    let told = scene.problem(Request::DeadEdit { id, event: wrong }, Some("x")).await;
    assert!(told.en.contains("data") && told.code == Code::Invalid, "{told:?}");
    let done = scene.done(Request::DeadEdit { id, event: event.clone() }, Some("改电话")).await;
    assert_eq!((&done["how"], &done["ticket"]), (&json!("edited"), &json!(number)));
    let store = &scene.house.store;
    let claim = store.schedule().claim(Far::Core, 1, store.clock()).await.remove(0);
    let fresh = store.next_events(vec![claim.errand.subject]).await.unwrap().remove(&claim.errand.subject).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&fresh.json().unwrap()).unwrap(), event);
    assert_eq!(scene.problem(Request::DeadRetry { id }, None).await.code, Code::Refused);
    let deeds = scene.done(Request::DeadShow { id, unmask: false }, None).await["deeds"].clone();
    let whats: Vec<_> = deeds.as_array().unwrap().iter().map(|deed| deed["what"].as_str().unwrap()).collect();
    assert_eq!(whats, ["unmask", "edit"]);
}

#[tokio::test]
async fn dead_letters_are_listed_retried_and_dropped() {
    let scene = Scene::new().await;
    scene.take("XZ-1", Some(&letter(1))).await.unwrap();
    let event = scene.refuse().await;
    assert_eq!(scene.take("XZ-2", None).await, None);
    let list =
        |ended| Request::DeadList { channel: Some("书记县长信箱".into()), ended, unticketed: false, limit: 0 };
    let listed = scene.done(list(false), None).await;
    let kinds: Vec<_> = listed.as_array().unwrap().iter().map(|letter| letter["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds.len(), 2, "{listed}");
    let unmapped = listed.as_array().unwrap().iter().find(|letter| letter["kind"] == "unmapped").unwrap();
    let unmapped = unmapped["id"].as_i64().unwrap();
    let shown = scene.done(Request::DeadShow { id: unmapped, unmask: false }, None).await;
    assert!(!shown.to_string().contains(PHONE) && shown["details"][0]["field"] == "phone", "{shown}");
    assert_eq!(scene.problem(Request::DeadEvent { id: unmapped }, Some("x")).await.code, Code::Refused);
    scene.done(Request::DeadRetry { id: unmapped }, None).await;
    assert_eq!(*scene.control.told.lock().unwrap(), [format!("remap {unmapped}")]);
    assert_eq!(scene.problem(Request::DeadDrop { id: event }, None).await.code, Code::Refused);
    assert_eq!(scene.done(Request::DeadDrop { id: event }, Some("重复")).await["how"], "dropped");
    assert_eq!(scene.done(list(false), None).await.as_array().unwrap().len(), 1);
    assert_eq!(scene.done(list(true), None).await.as_array().unwrap().len(), 2);
    assert_eq!(scene.problem(Request::DeadShow { id: 99_999, unmask: false }, None).await.code, Code::NotFound);
}

#[tokio::test]
async fn channels_errands_and_secrets_are_told() {
    let scene = Scene::new().await;
    let number = scene.take("XZ-1", Some(&letter(1))).await.unwrap();
    scene.house.store.enroll("old-one", "old-one", false, crate::store::Sign::Never).await.unwrap();
    let channels = scene.done(Request::ChannelList, None).await;
    assert_eq!((&channels[0]["name"], &channels[0]["tickets"]["live"]), (&json!("书记县长信箱"), &json!(1)));
    assert_eq!((&channels[1]["code"], &channels[1]["state"]), (&json!("old-one"), &json!("retired")));
    let unknown = scene.problem(Request::ChannelShow { channel: "县长信相".into() }, None).await;
    assert!(unknown.code == Code::NotFound && unknown.zh.contains("是不是"));
    let errands = scene.done(Request::ErrandList { limit: 10 }, None).await;
    assert_eq!((&errands[0]["task"], &errands[0]["subject"]), (&json!("forward"), &json!(format!("ticket:{number}"))));
    scene.done(Request::GoLive { channel: "县长信箱".into(), from: date(2026, 12, 1) }, Some("已核")).await;
    scene.done(Request::Resume { channel: "core".into() }, None).await;
    scene.done(Request::Resume { channel: "xianzhang".into() }, None).await;
    let told = ["wake Channel(\"xianzhang\")", "resume Core", "resume Channel(\"xianzhang\")"];
    assert_eq!(*scene.control.told.lock().unwrap(), told);
    let shown = scene.done(Request::ChannelShow { channel: "xianzhang".into() }, None).await;
    let whats: Vec<_> = shown["deeds"].as_array().unwrap().iter().map(|deed| &deed["what"]).collect();
    assert_eq!(whats, [&json!("go_live"), &json!("resume")]);
    // The day begins in the site's zone.
    assert_eq!(shown["live_from"], "2026-11-30T16:00:00Z");
    scene.done(Request::SecretNote { name: "a.key".into() }, None).await;
    let history = scene.done(Request::SecretHistory { names: vec!["a.key".into(), "b.key".into()] }, None).await;
    assert_eq!((&history[0]["who"], &history[1]["who"]), (&json!("unix:zhang"), &Value::Null));
    assert_eq!(scene.done(Request::Status, None).await["channels"], 1);
}

#[tokio::test]
async fn a_command_asks_the_daemon_and_only_without_one_opens_the_store() {
    let scene = Scene::new().await;
    let number = scene.take("XZ-1", Some(&letter(1))).await.unwrap();
    let offline: Arc<dyn Control> = Arc::new(Noting::default());
    let show =
        || Call { request: Request::TicketShow { number: number.clone(), unmask: true }, why: Some("回访".into()) };
    // The folder is held, but nobody listens yet.
    let Answer::Problem(held) = call(&scene.home, offline.clone(), Levels::default(), show()).await else {
        panic!("it answered")
    };
    assert_eq!(held.code, Code::Unreachable);
    let stop = CancellationToken::new();
    let served = tokio::spawn(serve(bind(&scene.home.socket()).unwrap(), scene.house.clone(), stop.clone()));
    let Answer::Done(told) = call(&scene.home, offline.clone(), Levels::default(), show()).await else {
        panic!("it did not answer")
    };
    // Who asks is what the connection says, not what the request says.
    assert_eq!(told["deeds"][0]["who"], own_name());
    let Answer::Done(running) =
        call(&scene.home, offline.clone(), Levels::default(), Call { request: Request::Status, why: None }).await
    else {
        panic!("no status")
    };
    assert_eq!(running["running"]["pid"], 1);
    stop.cancel();
    served.await.unwrap();
    let Scene { house, home, folder: _folder, .. } = scene;
    tokio::task::spawn_blocking(move || drop(house)).await.unwrap();
    assert!(home.socket().exists());
    // A dead process left its socket; the command opens the store itself and finds what was kept.
    let listed = call(&home, offline, Levels::default(), Call { request: Request::Status, why: None }).await;
    let Answer::Done(listed) = listed else { panic!("{listed:?}") };
    assert_eq!((&listed["running"], &listed["to_core"]), (&Value::Null, &json!([1, 0])));
}

#[tokio::test]
async fn nonsense_on_the_socket_is_answered_and_does_no_harm() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let scene = Scene::new().await;
    let stop = CancellationToken::new();
    let served = tokio::spawn(serve(bind(&scene.home.socket()).unwrap(), scene.house.clone(), stop.clone()));
    for line in ["{}\n", "[1]\n", "\n", "{\"request\":{\"ask\":\"status\"},\"who\":\"unix:root\"}\n"] {
        let mut stream = tokio::net::UnixStream::connect(scene.home.socket()).await.unwrap();
        stream.write_all(line.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.contains("\"code\":\"invalid\""), "{line:?}: {answer}");
    }
    stop.cancel();
    served.await.unwrap();
}

#[test]
fn requests_do_not_show_what_is_personal() {
    let find = Request::Find(Find { phone: Some(PHONE.into()), ..Find::default() });
    let call = Call { request: find.clone(), why: None };
    assert!(!format!("{find:?} {call:?}").contains("138"));
    assert_eq!(serde_json::from_str::<Call>(&serde_json::to_string(&call).unwrap()).unwrap(), call);
}
