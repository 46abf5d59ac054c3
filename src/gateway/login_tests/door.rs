//! A small kind for these stories: a door that opens to whoever read its picture, and a far side that notes all it was asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use huiliu_contract::{
    Answered, Attended, Challenge, Connector, ConnectorKind, Cursor, ExternalId, Fault, Homebound, Item, Judgement,
    Keepsake, Manners, Misconfigured, OutcomeKind, Page, Parcel, Personal, Poll, Raw, Reached, Receipt, Secret, Site,
    Standing, Submission, WriteBack,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::channel::Kind;
use crate::settings::KindInfo;

/// The only kind of a house of these stories.
pub(super) const KINDS: &[Kind] = &[Kind {
    name: Door::NAME,
    info: KindInfo::of::<Door>,
    build: |options, site| {
        let options = serde_json::from_value(options.clone());
        Door::build(options.map_err(|error| vec![Misconfigured::new("connect", error.to_string(), "")])?, site)
    },
}];

/// Far sides by their name.
static FAR: Mutex<Option<HashMap<String, Arc<Mutex<Far>>>>> = Mutex::new(None);

/// What the far side knows, and was asked.
#[derive(Default)]
pub(super) struct Far {
    /// `list`, `picture`, `answer WORD`, `tend`, `told WORD`, in their order.
    pub(super) asked: Vec<String>,
    /// The session that it takes now.
    pub(super) session: Option<String>,
    /// Until when somebody else is left alone whom the next call meets.
    pub(super) somebody: Option<Timestamp>,
    /// How often it wants to be tended; none not at all.
    pub(super) tended: Option<Duration>,
    /// Whether tending breaks.
    pub(super) breaks: bool,
    /// When sessions end.
    pub(super) ends: Option<Timestamp>,
    /// Numbers of its letters.
    pub(super) letters: Vec<&'static str>,
    /// What it makes of the next write-backs, the first one first; behind them it takes all.
    pub(super) replies: Vec<Result<Receipt, Fault>>,
    /// Whether it is as a mail server is: what it refuses it refuses for good, and once too often is better than not at all.
    pub(super) by_mail: bool,
    pictures: u32,
}

impl Far {
    /// The far side of this name.
    pub(super) fn called(name: &str) -> Arc<Mutex<Self>> {
        FAR.lock().unwrap().get_or_insert_default().entry(name.to_owned()).or_default().clone()
    }
}

struct Door;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    connect: Connect,
    #[serde(default)]
    login: Login,
    #[serde(default)]
    #[expect(dead_code, reason = "the gateway's own keys stand there")]
    poll: Nothing,
    #[serde(default, rename = "return")]
    back: Option<Nothing>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Connect {
    /// The far side's name.
    far: String,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Login {
    /// Who logs in.
    #[serde(default)]
    captcha: Option<Captcha>,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Captcha {
    /// How many wrong answers lead to rest.
    tries: u32,
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Nothing {}

impl ConnectorKind for Door {
    const NAME: &'static str = "door";
    const SUMMARY: &'static str = "Door";
    const SUMMARY_ZH: &'static str = "门";
    type Options = Options;

    fn build(options: Options, _: &dyn Site) -> Result<Connector, Vec<Misconfigured>> {
        let far = Far::called(&options.connect.far);
        let door = Arc::new(Opened { far, tries: options.login.captcha.map(|it| it.tries), state: Mutex::default() });
        let poll = Some(Box::new(List(door.clone())) as Box<dyn Poll>);
        let outlet = options.back.map(|_| Box::new(Home(door.clone())) as Box<dyn WriteBack>);
        Ok(Connector { poll, outlet, attended: Some(door), ..Connector::default() })
    }
}

struct Opened {
    far: Arc<Mutex<Far>>,
    tries: Option<u32>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    kept: Kept,
    picture: Option<String>,
    yielded: Option<Timestamp>,
    changed: bool,
}

#[derive(Clone, Default, Serialize, Deserialize)]
struct Kept {
    session: Option<(String, Timestamp)>,
    failed: u32,
    resting: Option<Timestamp>,
}

impl Opened {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn ask(&self, what: &str) -> MutexGuard<'_, Far> {
        let mut far = self.far.lock().unwrap();
        far.asked.push(what.to_owned());
        far
    }

    /// Whether the far side lets us in.
    fn enter(&self, what: &str) -> Result<(), Fault> {
        match self.standing() {
            Standing::Resting { .. } => return Err(Fault::denied("it rests")),
            Standing::Yielded { .. } => return Err(Fault::unavailable("it yields", Reached::No)),
            Standing::Person { .. } => return Err(needs_person()),
            Standing::In { .. } | Standing::Out => {}
        }
        let mut far = self.ask(what);
        let mut state = self.state();
        if let Some(until) = far.somebody.take() {
            state.yielded = Some(until);
            return Err(Fault::Unavailable {
                message: "somebody is there".into(),
                retry_after: Some(Duration::from_millis(1)),
                reached: Reached::No,
                quoted: None,
            });
        }
        if state.kept.session.as_ref().map(|(session, _)| session) == far.session.as_ref() {
            return Ok(());
        }
        (state.kept.session, state.changed) = (None, true);
        Err(needs_person())
    }
}

fn needs_person() -> Fault {
    Fault::NeedsPerson { message: "read the picture".into(), challenge: Personal::new(String::new()) }
}

#[async_trait]
impl Attended for Opened {
    fn adopt(&self, kept: &Keepsake) {
        self.state().kept = serde_json::from_slice(kept.0.reveal()).unwrap();
    }

    fn keepsake(&self) -> Option<Keepsake> {
        let mut state = self.state();
        let changed = std::mem::take(&mut state.changed);
        changed.then(|| Keepsake(Personal::new(serde_json::to_vec(&state.kept).unwrap())))
    }

    fn standing(&self) -> Standing {
        let state = self.state();
        match (&state.kept, state.yielded) {
            (Kept { resting: Some(since), .. }, _) => Standing::Resting { since: *since, why: "wrong answers".into() },
            (_, Some(until)) if until > Timestamp::now() => Standing::Yielded { until },
            (Kept { session: Some((_, since)), .. }, _) => Standing::In { since: *since, until: None },
            _ => Standing::Person { since: Timestamp::UNIX_EPOCH },
        }
    }

    fn needs_person(&self) -> bool {
        self.tries.is_some()
    }

    async fn challenge(&self) -> Result<Challenge, Fault> {
        if matches!(self.standing(), Standing::Resting { .. }) {
            return Err(Fault::denied("it rests"));
        }
        let mut far = self.ask("picture");
        far.pictures += 1;
        let id = format!("p{}", far.pictures);
        self.state().picture = Some(id.clone());
        let until = Some(Timestamp::now() + Duration::from_secs(90));
        let image = Personal::new(Bytes::from(format!("\u{89}PNG {id}")));
        Ok(Challenge { id, image, media_type: "image/png", until })
    }

    async fn answer(&self, id: &str, text: &Secret) -> Result<Answered, Fault> {
        if matches!(self.standing(), Standing::Resting { .. }) {
            return Err(Fault::denied("it rests"));
        }
        if self.state().picture.take().as_deref() != Some(id) {
            return Ok(Answered::Late);
        }
        let mut far = self.ask(&format!("answer {}", text.expose()));
        let mut state = self.state();
        state.changed = true;
        if text.expose() == "right" {
            let session = format!("session {id}");
            far.session = Some(session.clone());
            state.kept = Kept { session: Some((session, Timestamp::now())), ..Kept::default() };
            state.yielded = None;
            return Ok(Answered::In);
        }
        state.kept.failed += 1;
        let left = self.tries.unwrap_or(0).saturating_sub(state.kept.failed);
        if left > 0 {
            return Ok(Answered::Wrong { left });
        }
        state.kept.resting = Some(Timestamp::now());
        Ok(Answered::Resting { why: "wrong answers".into() })
    }

    fn resume(&self) {
        let mut state = self.state();
        (state.kept.failed, state.kept.resting, state.yielded, state.changed) = (0, None, None, true);
    }

    async fn tend(&self) -> Option<Duration> {
        let far = self.ask("tend");
        let (tended, breaks) = (far.tended, far.breaks);
        drop(far);
        assert!(!breaks, "a story: the connector breaks while it tends its session");
        tended
    }

    fn ends_before(&self, at: Timestamp) -> bool {
        self.far.lock().unwrap().ends.is_some_and(|ends| ends < at)
    }
}

struct List(Arc<Opened>);

#[async_trait]
impl Poll for List {
    async fn poll(&self, _: Option<&Cursor>, _: Option<&Keepsake>) -> Result<Page, Fault> {
        self.0.enter("list")?;
        let letters = self.0.far.lock().unwrap().letters.clone();
        Ok(Page { items: letters.into_iter().map(item).collect(), next: None, more: false, keep: None })
    }
}

fn item(number: &str) -> Item {
    let document = serde_json::json!({ "title": "路灯不亮" });
    Item::Submission(Box::new(Submission {
        external_id: ExternalId::new(number).unwrap(),
        version: None,
        sent_at: None,
        raw: Raw::new(document.to_string(), "application/json"),
        document: Personal::new(document),
        attachments: Vec::new(),
        also: Vec::new(),
        unticketed: None,
        unchanging: false,
    }))
}

struct Home(Arc<Opened>);

#[async_trait]
impl WriteBack for Home {
    fn manners(&self) -> Manners {
        let by_mail = self.0.far.lock().unwrap().by_mail;
        Manners { bears_twice: by_mail, refuses_for_good: by_mail, ..Manners::default() }
    }

    fn carries(&self, kind: OutcomeKind) -> bool {
        kind == OutcomeKind::Closed
    }

    fn compose(&self, homebound: &Homebound<'_>) -> Result<Parcel, Fault> {
        let said = homebound.outcome.kind.word().to_owned();
        Ok(Parcel { content: Personal::new(said.clone()), shown: Personal::new(said) })
    }

    async fn send(&self, parcel: &Parcel, _: &str) -> Result<Receipt, Fault> {
        self.0.enter(&format!("told {}", parcel.content.reveal()))?;
        let mut far = self.0.far.lock().unwrap();
        if far.replies.is_empty() { Ok(Receipt::Settled { reference: None }) } else { far.replies.remove(0) }
    }

    async fn look(&self, _: &ExternalId, _: OutcomeKind) -> Result<Judgement, Fault> {
        Ok(Judgement::Absent)
    }
}
