//! What is wrong is told to people outside, once, over restarts too, and without a word of any letter; somebody takes it; and it
//! is told when it is over.

use std::fs;

use huiliu_farside::letter::Letter;
use serde_json::{Value, json};

use crate::outcomes::{post, token};
use crate::scene::{Plan, Scene, ticket};
use crate::sink::Sink;
use crate::written::letters;

/// `[alarms]` with one robot, whose address is a secret; quiet when nobody tells this story.
fn alarms(more: &str) -> String {
    let now = jiff::Timestamp::now().in_tz("Asia/Shanghai").unwrap();
    let quiet = (now.hour() + 12) % 24;
    format!(
        "[alarms]\nquiet = \"{quiet:02}:00-{quiet:02}:01\"\n{more}\n[[alarms.to]]\nname = \"值班群\"\npreset = \"wecom-robot\"\n\
         url = {{ file = \"secrets/robot.url\" }}\n"
    )
}

async fn plan(more: &str) -> (Plan, Sink) {
    let sink = Sink::open().await;
    let plan = Plan::new().await.secret("robot.url", &sink.url).gateway(&alarms(more)).letters();
    (plan, sink)
}

async fn open(scene: &Scene) -> Vec<Value> {
    scene.answered(&["alarm", "list"]).await.as_array().cloned().unwrap()
}

fn saying(serial: u32, content: &str) -> Letter {
    let mut letter = Letter::invented(serial);
    letter.document["content"] = content.into();
    letter.document["name"] = "周海棠".into();
    letter.document["phone"] = "13907340123".into();
    letter
}

#[tokio::test]
async fn a_letter_about_danger_to_life_is_told_without_a_word_of_it() {
    let (plan, sink) = plan("").await;
    let mut scene = plan.start().await;
    let mailbox = scene.mailbox("letters");
    ticket(mailbox.push(&Letter::invented(1)).await);
    let letter = saying(2, "我被拖欠工资三个月,实在活不下去了,想从大桥跳河。");
    let number = ticket(mailbox.push(&letter).await);
    let told = sink.until(&number, 1).await;
    for personal in ["周海棠", "13907340123", "活不下去", "跳河", "工资", "大桥"] {
        assert!(!told[0].text.contains(personal), "{personal}: {}", told[0].text);
    }
    assert!(told[0].text.contains("轻生自伤") && told[0].text.contains("县长信箱"), "{}", told[0].text);
    let [alarm] = &open(&scene).await[..] else { panic!("one alarm") };
    assert_eq!((&alarm["kind"], &alarm["channel"]), (&json!("urgent"), &json!("letters")));
    // Told again, and killed: nobody is told twice.
    ticket(mailbox.push(&letter).await);
    scene.house.kill();
    scene.start_again().await;
    let id = alarm["id"].to_string();
    let (status, said) = scene.ask(&["alarm", "take", &id, "--who", "李明"]).await;
    assert_eq!(status, 0, "{said}");
    let (status, screen) = scene.ask(&["alarm", "show", &id]).await;
    assert!(status == 0 && screen.contains("李明"), "{screen}");
    let began = std::time::Instant::now();
    while !open(&scene).await.is_empty() {
        assert!(began.elapsed() < crate::house::PATIENCE, "a taken letter is somebody's");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(sink.until(&number, 1).await.len(), 1, "once");
    // The same danger in another wording is known; another one is not.
    let mailbox = scene.mailbox("letters");
    let mut revised = letter.revised("请尽快回复。");
    ticket(mailbox.push(&revised).await);
    revised = revised.revised("现在家里煤气泄漏了。");
    ticket(mailbox.push(&revised).await);
    let again = sink.until("火灾爆炸坍塌", 1).await;
    assert!(again.len() == 1 && again[0].text.contains(&number), "{again:?}");
    assert_eq!(sink.taken().len(), 2, "{:?}", sink.taken());
    // What cannot be mapped is looked through too.
    let mut odd = saying(3, "有人触电昏迷");
    odd.document["letterType"] = "没见过的类别".into();
    scene.push("letters").body(odd.body()).send().await.unwrap();
    let told = sink.until("生命垂危", 1).await;
    assert!(told[0].text.contains("huiliu dead list --channel letters"), "{}", told[0].text);
    for printed in scene.house.printed() {
        assert!(!printed.contains("活不下去") && !printed.contains("secret-of-the-robot"), "{printed}");
    }
}

#[tokio::test]
async fn a_core_that_refuses_us_is_told_over_a_restart_once_and_once_when_it_is_mended() {
    let (plan, sink) = plan("").await;
    let mut scene = plan.start().await;
    // The robot refuses at first: it is tried again, and shown meanwhile.
    sink.refuse(true);
    scene.glass.answer_all(401);
    ticket(scene.mailbox("letters").push(&Letter::invented(1)).await);
    scene.until("the robot refused", || !sink.refused().is_empty()).await;
    let began = std::time::Instant::now();
    loop {
        let status = scene.answered(&["status"]).await;
        if status["outlets"][0]["fails_since"].is_string() {
            assert_eq!(status["raised"][0]["kind"], "core_away", "{status}");
            break;
        }
        assert!(began.elapsed() < crate::house::PATIENCE, "{status}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(scene.metric("huiliu_alarm_sent_total", &[("result", "failed")]).await >= 1.0);
    scene.house.kill();
    sink.refuse(false);
    scene.start_again().await;
    let told = sink.until("core away", 1).await;
    assert_eq!(told[0].key, sink.refused()[0].key, "tried again, it is the same message");
    scene.until_metric("huiliu_alarms", &[("kind", "core_away")], 1.0).await;
    // Stopped and started once more while it lasts, and the core still unasked: nobody hears of it again.
    scene.house.stop().await;
    scene.start_again().await;
    scene.until_metric("huiliu_alarms", &[("kind", "core_away")], 1.0).await;
    scene.glass.answer_all(0);
    let (status, said) = scene.ask(&["channel", "resume", "core"]).await;
    assert_eq!(status, 0, "{said}");
    sink.until("over", 1).await;
    assert_eq!(sink.taken().len(), 2, "{:?}", sink.taken());
    assert_eq!(open(&scene).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_full_disk_is_told_by_a_command_too_and_is_over_with_the_reload_that_says_so() {
    let sink = Sink::open().await;
    let said = tempfile::tempdir().unwrap();
    let file = said.path().join("said");
    let command = format!(
        "[[alarms.to]]\nname = \"短信\"\nkind = \"command\"\nrun = [\"/bin/sh\", \"-c\", \"(echo to {{phone}}; cat) >> {}\"]\n\
         phones = [\"10086-1\", \"10086-2\"]\n",
        file.display()
    );
    let full = alarms("disk_mib = 900000000") + &command;
    let scene = Plan::new().await.secret("robot.url", &sink.url).gateway(&full).letters().start().await;
    let told = sink.until("disk low", 1).await;
    scene
        .until("the command was called for both numbers", || {
            let said = fs::read_to_string(&file).unwrap_or_default();
            said.contains("to 10086-1") && said.contains("to 10086-2") && said.contains("disk low")
        })
        .await;
    let (status, screen) = scene.ask(&["alarm", "test"]).await;
    assert!(status == 0 && screen.contains("值班群") && screen.contains("短信"), "{screen}");
    sink.until("a test of this outlet", 1).await;
    // Snoozed, but not for longer than until the next working morning.
    let id = open(&scene).await[0]["id"].to_string();
    let (status, said) = scene.ask(&["alarm", "snooze", &id, "--until", "2099-01-01 08:00"]).await;
    assert!(status == 5 && said.contains("08:30"), "{said}");
    let (status, said) = scene.ask(&["alarm", "snooze", &id]).await;
    assert!(status == 0 && said.contains("snoozed"), "{said}");
    let gateway = scene.config().join("gateway.toml");
    let written = fs::read_to_string(&gateway).unwrap();
    fs::write(&gateway, written.replace("disk_mib = 900000000", "disk_mib = 100")).unwrap();
    let (status, report) = scene.reload().await;
    assert_eq!(status, 0, "{report}");
    sink.until("over", 1).await;
    assert_eq!(told.len(), 1);
    assert_eq!(open(&scene).await, Vec::<Value>::new());
}

#[tokio::test]
async fn an_answer_that_waits_while_its_deadline_is_near_is_told_and_a_program_can_take_it() {
    let sink = Sink::open().await;
    let back = "[return]\nurl = \"http://127.0.0.1:9\"\nsign = \"never\"\napprove = [\"closed\"]\n\
                closed = { post = \"/finish\", send = { letterNo = \"{id}\", text = \"{reply}\" } }\nsuccess = { at = \"/code\", is = [200] }\n\
                [deadline]\ndays = 1\nunit = \"day\"\n";
    let written = format!("{}\n{back}", letters("县长信箱", "state = \"live\""));
    let plan = Plan::new()
        .await
        .secret("robot.url", &sink.url)
        .gateway(&alarms("near = \"20 workdays\""))
        .channel("letters", &written);
    let scene = plan.start().await;
    let number = ticket(scene.mailbox("letters").push(&Letter::invented(1)).await);
    let told = token(&scene);
    let outcome = json!({ "kind": "closed", "at": "2026-12-03T09:00:00+08:00", "solved": "解决",
        "public_reply": "经核实,路灯已于昨日修复。", "units": [{ "name": "县住建局", "role": "lead" }] });
    let (status, answer) = post(&scene, &told, &json!({ "id": "o1", "ticket": number, "outcome": outcome })).await;
    assert_eq!(status, 200, "{answer}");
    let message = sink.until("answer not home", 1).await;
    assert!(message[0].text.contains(&number) && !message[0].text.contains("路灯"), "{}", message[0].text);
    let url = format!("{}/api/v1/alarms", scene.house.url);
    assert_eq!(scene.client.get(&url).send().await.unwrap().status(), 401);
    let alarms: Value = scene.client.get(&url).bearer_auth(&told).send().await.unwrap().json().await.unwrap();
    let alarm = alarms.as_array().unwrap().iter().find(|alarm| alarm["kind"] == "homeward").unwrap().clone();
    let take =
        |id: &str| scene.client.post(format!("{url}/{id}/take")).bearer_auth(&told).json(&json!({ "who": "李明" }));
    let taken = take(&alarm["id"].to_string()).send().await.unwrap();
    assert_eq!(taken.status(), 200);
    assert_eq!(taken.json::<Value>().await.unwrap()["taken_by"], "李明");
    assert_eq!(take("4711").send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn what_must_not_be_silent_cannot_be_switched_off() {
    let (plan, _sink) = plan("").await;
    let scene = plan.start().await;
    let gateway = scene.config().join("gateway.toml");
    let right = fs::read_to_string(&gateway).unwrap();
    for (wrong, said) in [
        ("off = [\"unexpected\", \"homeward\"]\nquiet", "homeward"),
        ("off = [\"silent\"]\nquiet", "silent"),
        ("urgent_words = { \"x\" = [] }\nquiet", "urgent letters"),
        ("repeat_urgent = \"90d\"\nquiet", "1m–1h"),
    ] {
        fs::write(&gateway, right.replacen("quiet", wrong, 1)).unwrap();
        let (status, screen) = scene.ask(&["check"]).await;
        assert!(status == 1 && screen.contains(said) && screen.contains("gateway.toml:"), "{wrong}: {screen}");
    }
    fs::write(&gateway, right.replace("preset =", "kinds = [\"disk\"]\npreset =")).unwrap();
    let (status, screen) = scene.ask(&["check"]).await;
    assert!(status == 1 && screen.contains("switch it off"), "{screen}");
    fs::write(&gateway, right.replace("robot.url", "not-there.url")).unwrap();
    let (status, screen) = scene.ask(&["check"]).await;
    assert!(status == 1 && screen.contains("huiliu secret set not-there.url"), "{screen}");
}

#[tokio::test]
async fn a_watch_on_another_machine_misses_a_gateway_that_was_killed() {
    let sink = Sink::open().await;
    let mut scene = Plan::new().await.letters().start().await;
    let other = tempfile::tempdir().unwrap();
    let config = other.path().join("config");
    fs::create_dir_all(config.join("channels")).unwrap();
    let written = format!(
        "lang = \"en\"\n{}",
        alarms("").replace("{ file = \"secrets/robot.url\" }", &format!("\"{}\"", sink.url))
    );
    fs::write(config.join("gateway.toml"), written).unwrap();
    let url = scene.house.url.clone();
    let words = ["watch", "--url", &url, "--every", "1s", "--after", "2s"];
    let watch = || {
        let mut command = tokio::process::Command::from(crate::house::command(&config, &words));
        command
            .kill_on_drop(true)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap()
    };
    let mut watching = watch();
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert!(sink.taken().is_empty(), "{:?}", sink.taken());
    scene.house.kill();
    sink.until("gateway stopped", 1).await;
    // The watch itself is killed: it knows whom it told.
    watching.kill().await.unwrap();
    watching = watch();
    let address = url.trim_start_matches("http://");
    let gateway = scene.config().join("gateway.toml");
    let written = fs::read_to_string(&gateway).unwrap();
    fs::write(&gateway, written.replace("127.0.0.1:0", address)).unwrap();
    scene.start_again().await;
    sink.until("over", 1).await;
    // The first message may leave twice, by the same key, where the watch was killed before it had noted the answer.
    let keys: std::collections::BTreeSet<_> = sink.taken().into_iter().map(|message| message.key).collect();
    assert_eq!(keys.len(), 2, "{:?}", sink.taken());
    watching.kill().await.unwrap();
}
