//! `huiliu channel login` as a person meets it, over the socket of a house whose far side is invented.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::console::view::{LoginAnswered, LoginView, PictureView};
use crate::console::{self, ConfiguredChannel, Control, FarStatus, House, Problem, Running, Side};
use crate::settings::{ReturnTable, Secrets};
use crate::store::{Actor, Verdict};

/// A daemon whose channel takes one word for an answer.
#[derive(Default)]
struct Door {
    pictures: Mutex<Vec<String>>,
    answers: Mutex<Vec<String>>,
    /// What each answer leads to, in turn.
    becomes: Mutex<VecDeque<(&'static str, Option<u32>)>>,
}

#[async_trait]
impl Control for Door {
    fn channels(&self) -> Vec<ConfiguredChannel> {
        vec![]
    }

    fn resolve(&self, called: &str) -> Result<String, Text> {
        if called == "县长信箱" {
            Ok("xianzhang".into())
        } else {
            Err(Text::new("没有这个渠道", "no such channel"))
        }
    }

    fn back(&self, _: &str) -> Option<ReturnTable> {
        None
    }

    fn running(&self) -> Option<Running> {
        Some(Running { pid: 1, since: jiff::Timestamp::UNIX_EPOCH, listen: "-".into(), letters: None })
    }

    fn far(&self, _: &Side) -> Option<FarStatus> {
        None
    }

    fn login(&self, _: &str) -> Option<LoginView> {
        let standing = "person".to_owned();
        Some(LoginView { standing, since: None, until: None, why: None, people: true, renew: false, write_backs: 0 })
    }

    async fn login_picture(&self, _: &str) -> Result<PictureView, Problem> {
        let mut pictures = self.pictures.lock().unwrap();
        let next = format!("p{}", pictures.len() + 1);
        pictures.push(next);
        let (challenge, image) = (pictures.last().cloned().unwrap(), STANDARD.encode("GIF89a a picture"));
        Ok(PictureView { challenge, media_type: "image/gif".into(), image, until: None, seconds_left: Some(88) })
    }

    async fn login_answer(&self, _: &str, id: String, text: Secret) -> Result<LoginAnswered, Problem> {
        self.answers.lock().unwrap().push(format!("{id} {}", text.expose()));
        let (became, left) = self.becomes.lock().unwrap().pop_front().unwrap();
        let why = (became == "resting").then(|| "the password was refused".to_owned());
        Ok(LoginAnswered { became: became.into(), left, why, write_backs: 3 })
    }

    async fn resume(&self, _: &Side) -> Result<(), Problem> {
        Ok(())
    }

    async fn wake(&self, _: &Side) {}

    async fn secret_set(&self, _: &str) -> Vec<String> {
        vec![]
    }

    async fn remap(&self, _: i64, _: &Actor) -> Result<Verdict, Problem> {
        Err(Problem::refused("没有", "there is none"))
    }
}

/// The office while a daemon runs in it.
struct Open {
    office: Office,
    door: Arc<Door>,
    stop: CancellationToken,
    daemon: Option<std::thread::JoinHandle<()>>,
}

impl Open {
    fn new(becomes: &[(&'static str, Option<u32>)]) -> Self {
        let office = Office::new().started();
        let door = Arc::new(Door { becomes: Mutex::new(becomes.iter().copied().collect()), ..Door::default() });
        let gateway = Gateway::load(&office.path("config"), &Variables::default()).unwrap();
        let secrets = Secrets::new(gateway.dir.clone(), Variables::default());
        let (home, stop) = (console::home(&gateway, &secrets).unwrap(), CancellationToken::new());
        let (control, ends, (ready, waits)) = (door.clone(), stop.clone(), std::sync::mpsc::channel());
        let daemon = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let store = crate::store::open(&home).unwrap();
                let outcomes = crate::outcomes::Outcomes::new(store.clone(), crate::outcomes::Levels::default());
                let house = House { store, outcomes, control, zone: home.zone.clone() };
                let socket = console::bind(&home.socket()).unwrap();
                ready.send(()).unwrap();
                console::serve(socket, house, ends).await;
            });
        });
        waits.recv().unwrap();
        Self { office, door, stop, daemon: Some(daemon) }
    }

    fn log_in(&self, words: &[&str], person: &mut Scripted) -> (u8, String, String) {
        let words: Vec<_> = ["channel", "login", "县长信箱"].iter().chain(words).copied().collect();
        self.office.run(&words, person)
    }

    fn answers(&self) -> Vec<String> {
        self.door.answers.lock().unwrap().clone()
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.stop.cancel();
        self.daemon.take().unwrap().join().unwrap();
    }
}

/// The file that a question names.
fn file_of(question: &str) -> PathBuf {
    let after = question.split("验证码图片:").nth(1).unwrap();
    PathBuf::from(after.split("(还剩").next().unwrap())
}

#[test]
fn a_person_reads_until_they_are_in_and_no_picture_stays() {
    let open = Open::new(&[("late", None), ("wrong", Some(2)), ("in", None)]);
    let mut person = Scripted::saying(&["", "7788", "7799", "8899"]);
    let (status, out, err) = open.log_in(&[], &mut person);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    assert!(out.contains("已登录") && out.contains("3 件回传"), "{out}");
    assert_eq!(open.answers(), ["p2 7788", "p3 7799", "p4 8899"], "an empty line is another picture");
    let asked = &person.asked;
    assert!(
        asked[0].contains("还剩 88 秒") && asked[2].contains("过期") && asked[3].contains("还可以试 2 次"),
        "{asked:?}"
    );
    assert!(!file_of(&asked[0]).exists() && !file_of(&asked[0]).parent().unwrap().exists());
}

#[test]
fn before_the_last_try_a_person_is_asked_whether_to_go_on() {
    let open = Open::new(&[("wrong", Some(1)), ("wrong", Some(1)), ("resting", None)]);
    let mut careful = Scripted::saying(&["7788", "n"]);
    let (status, out, _) = open.log_in(&[], &mut careful);
    assert_eq!((status, open.answers().len()), (REFUSED, 1), "{out}");
    assert!(careful.asked[1].contains("再错一次就停止登录"), "{:?}", careful.asked);
    let mut bold = Scripted::saying(&["7788", "y", "9900"]);
    let (status, out, _) = open.log_in(&[], &mut bold);
    assert_eq!(status, REFUSED);
    assert!(out.contains("登录已停") && out.contains("huiliu channel resume") && out.contains("refused"), "{out}");
}

/// Nobody is there to be asked.
struct Script;

impl Prompt for Script {
    fn ask(&mut self, question: &str) -> io::Result<String> {
        panic!("asked: {question}")
    }

    fn secret(&mut self, question: &str) -> io::Result<Secret> {
        panic!("asked: {question}")
    }

    fn is_there(&self) -> bool {
        false
    }

    fn edit(&mut self, _: &Path) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_script_makes_two_calls() {
    use std::os::unix::fs::PermissionsExt;
    let open = Open::new(&[("wrong", Some(2)), ("in", None)]);
    let (status, _, err) = open.office.run_as(&["channel", "login", "县长信箱"], &mut Script);
    assert!(status == USAGE && err.contains("--image"), "{status} {err}");
    let image = open.office.path("code.gif");
    let words = ["channel", "login", "县长信箱", "--json", "--image", image.to_str().unwrap()];
    let (status, out, err) = open.office.run_as(&words, &mut Script);
    let told: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((status, &told["challenge"], &told["image"]), (0, &json!("p1"), &Value::Null), "{err}");
    assert_eq!(std::fs::read(&image).unwrap(), b"GIF89a a picture");
    assert_eq!(std::fs::metadata(&image).unwrap().permissions().mode() & 0o777, 0o600);
    let answer = |text: &'static str| ["channel", "login", "县长信箱", "--challenge", "p1", "--answer", text];
    assert_eq!(open.office.run_as(&answer("7788"), &mut Script).0, REFUSED);
    assert_eq!(open.office.run_as(&answer("8899"), &mut Script).0, 0);
    assert_eq!(open.answers(), ["p1 7788", "p1 8899"]);
}

#[test]
fn without_a_daemon_nobody_logs_in() {
    let (status, _, err) = Office::new().started().run(&["channel", "login", "县长信箱"], &mut Scripted::default());
    assert!(status == UNREACHABLE && err.contains("没有在运行"), "{status} {err}");
}
