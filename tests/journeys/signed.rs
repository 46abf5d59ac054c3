//! A platform that wants every request signed, and one that seals what it says: polls, details and write-backs, with the bad
//! moments of each. Its checker signs by functions of its own and remembers every nonce it saw.

use huiliu_contract::Secret;
use huiliu_farside::platform::{Gate, Platform, PlatformOptions, Trick};
use huiliu_farside::scheme::{Checker, Scheme, public_of};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::outcomes::{post, token};
use crate::scene::{Plan, Scene};
use crate::secrets::type_secret;
use crate::written::{TOKEN, province};

const WAYS: &str = r#"
[return]
closed       = { post = "/order/finish", send = { orderNo = "{id}", text = "{reply}" } }
honours_key  = true
approve      = []
uncertain    = "retry"
retries      = ["20ms", "20ms", "20ms"]
"#;

/// The errors of such a platform, and how it is signed to.
const ERRORS: &str =
    "errors = { SN0006 = \"denied\", SN0007 = \"unavailable\", SN0008 = \"malformed\", SN0009 = \"denied\" }";

fn sorted(secret: &str) -> Scheme {
    Scheme::Sorted { app_key: "430424".into(), secret: Secret::new(secret), sm3: true }
}

async fn platform(scheme: Scheme) -> (Platform, Checker) {
    let checker = Checker::new(scheme);
    let from = Timestamp::now() - SignedDuration::from_hours(24);
    let options = PlatformOptions { from, gate: Gate::Signed(checker.clone()), ..PlatformOptions::new(3) };
    (Platform::start(options).await.unwrap(), checker)
}

/// The channel: a preset and what is its own, in `[connect]` and below it.
fn channel(platform: &Platform, preset: &str, own: &str) -> String {
    let written = province(&platform.url(), "state = \"live\"").replace("size = 50", "size = 2");
    let written = written.replace("kind = \"rest\"", &format!("kind = \"rest\"\npreset = \"{preset}\""));
    let written = written.replace("\n[poll]\n", &format!("\n{own}\n[poll]\n"));
    written.replace("\n[fields]", &format!("{ERRORS}\n\n[fields]")) + WAYS
}

fn with_sorted(platform: &Platform) -> String {
    let own = "[connect.recipe]\nvalues = { app_key = \"430424\" }\n\
               keys = [{ secret = { file = \"secrets/letters.token\" } }]\n";
    channel(platform, "sorted-params-sm3", own)
}

async fn conclude(scene: &Scene, number: &str) {
    let outcome = json!({ "kind": "closed", "at": "2026-12-03T09:00:00+08:00", "solved": "解决",
        "public_reply": "经核实,路灯已于昨日修复并恢复照明。", "units": [{ "name": "县住建局", "role": "lead" }] });
    let body = json!({ "id": format!("o-{number}"), "ticket": number, "outcome": outcome });
    let (status, answer) = post(scene, &token(scene), &body).await;
    assert_eq!(status, 200, "{answer}");
}

#[tokio::test]
async fn what_is_asked_and_told_is_signed_and_told_again_with_a_nonce_of_its_own() {
    let (platform, checker) = platform(sorted(TOKEN)).await;
    let scene = Plan::new().await.channel("province", &with_sorted(&platform)).start().await;
    scene.until_told(3).await;
    platform.play([Trick::Status(503, Some("1".into())), Trick::HangUp]);
    platform.grow(4);
    let told = scene.until_told(7).await;
    platform.play_on_write_backs([Trick::Status(503, None), Trick::CutBody]);
    let number = told[0].event["ticket"].as_str().unwrap();
    conclude(&scene, number).await;
    let item = told[0].external_id().to_owned();
    // The cut answer may have been taken: the same key is told again, and counts once.
    scene.until("it is told", || platform.told(&item).len() >= 2).await;
    let (told, taken) = (platform.told(&item), platform.written_back());
    assert!(told.iter().all(|one| one.verb == "finish" && one.body["text"] == "经核实,路灯已于昨日修复并恢复照明。"));
    assert_eq!(taken.len(), 1, "{taken:?}");
    let stats = checker.stats();
    assert!(stats.passed >= 8, "{stats:?}");
    assert_eq!((stats.forged, stats.stale, stats.replayed, stats.unknown), (0, 0, 0, 0), "each attempt is signed anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_stands_still_until_the_right_one_is_typed_in() {
    let (platform, checker) = platform(sorted("the-key-of-today")).await;
    let scene = Plan::new().await.channel("province", &with_sorted(&platform)).start().await;
    scene.until("it stands still", || scene.house.printed().iter().any(|line| line.contains("stands still"))).await;
    let mut status = std::process::Command::new(env!("CARGO_BIN_EXE_huiliu"));
    let status =
        status.args(["channel", "show", "province", "--lang", "zh", "--config"]).arg(scene.config()).output().unwrap();
    let said = String::from_utf8(status.stdout).unwrap();
    assert!(said.contains("登录被拒"), "{said}");
    let forged = checker.stats().forged;
    // Longer than twenty polls would have taken.
    tokio::time::sleep(std::time::Duration::from_millis(1200)).await;
    assert_eq!((checker.stats().forged, checker.stats().passed), (forged, 0), "it is not tried again and again");
    let said = scene.house.printed().join("\n");
    assert!(said.contains("SN0006") && !said.contains(TOKEN), "{said}");
    type_secret(&scene, "letters.token", "the-key-of-today");
    scene.answered(&["channel", "resume", "province"]).await;
    scene.until_told(3).await;
    assert_eq!(checker.stats().forged, forged);
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_told_as_that_and_needs_no_person() {
    let (platform, checker) = platform(sorted(TOKEN)).await;
    checker.run_ahead(SignedDuration::from_mins(10));
    let scene = Plan::new().await.channel("province", &with_sorted(&platform)).start().await;
    scene.until("it is refused", || checker.stats().stale > 0).await;
    scene.until("it says so", || scene.house.printed().iter().any(|line| line.contains("SN0007"))).await;
    assert_eq!(checker.stats().passed, 0);
    checker.run_ahead(SignedDuration::ZERO);
    scene.until_told(3).await;
    // `check --online` compares the clocks before anything is asked, and asks signed.
    let (status, walked) = scene.ask(&["check", "province", "--online"]).await;
    assert!(status == 0 && walked.contains("clock: ") && walked.contains("first item: 2 came"), "{walked}");
}

const OURS: &str = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
const THEIRS: &str = "6fcba2ef9ae0ab902bc3bde3ff915d44ba4cc78f88e2f8e7f8996d3b8cceedee";
const SM4: &str = "0123456789abcdeffedcba9876543210";

#[tokio::test]
async fn sealed_questions_and_answers_are_read_and_written_back() {
    let theirs = public_of(THEIRS).unwrap();
    let scheme =
        Scheme::Guomi { key: Secret::new(SM4), private: Secret::new(THEIRS), theirs: public_of(OURS).unwrap() };
    let (platform, checker) = platform(scheme.clone()).await;
    let own = format!(
        "[connect.recipe]\nkeys = [{{ secret = {{ file = \"secrets/ours.sm2\" }}, public = \"{theirs}\" }}]\n\
         values = {{ sm4_key = {{ file = \"secrets/ours.sm4\" }} }}\n"
    );
    let plan = Plan::new().await.secret("ours.sm2", OURS).secret("ours.sm4", SM4);
    let scene = plan.channel("province", &channel(&platform, "sm4-sm2", &own)).start().await;
    let told = scene.until_told(3).await;
    conclude(&scene, told[0].event["ticket"].as_str().unwrap()).await;
    let item = told[0].external_id().to_owned();
    scene.until("it is told", || !platform.told(&item).is_empty()).await;
    assert_eq!(platform.told(&item)[0].body["orderNo"], item.as_str(), "the desk saw what was sealed");
    assert_eq!((checker.stats().forged, platform.written_back().len()), (0, 1));
    // Answers that somebody else signs are not believed: nothing is taken in, and no list is taken for empty.
    let somebody =
        Scheme::Guomi { key: Secret::new(SM4), private: Secret::new(OURS), theirs: public_of(OURS).unwrap() };
    checker.change(somebody);
    platform.grow(2);
    let failed = || scene.house.printed().iter().filter(|line| line.contains("a poll failed")).count();
    let before = failed();
    scene.until("it is told as a fault", || failed() > before).await;
    assert_eq!(scene.told().len(), 3);
    checker.change(scheme);
    scene.until_told(5).await;
}
