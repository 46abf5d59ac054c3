//! A house with a real store in a folder of its own, and a daemon that only notes what it is told.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use huiliu_contract::{ExternalId, Outcome as Told, What};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::console::{Answer, ConfiguredChannel, Control, FarStatus, House, Problem, Request, Running, Side, handle};
use crate::settings::{ChannelState, ReturnTable, Text};
use crate::store::{
    self, Acceptance, Actor, Again, Arrival, DeadKind, Enrolled, Fact, Far, Folio, Home, Mapped, MappedKeys, Outcome,
    Place, Settlement, Standing, TryEnd, Verdict,
};
use crate::ticket::{Draft, Matter, Person, Spoken};

/// A daemon that knows one channel and notes what it is told.
#[derive(Default)]
pub(super) struct Noting {
    running: bool,
    pub(super) told: Mutex<Vec<String>>,
}

#[async_trait]
impl Control for Noting {
    fn channels(&self) -> Vec<ConfiguredChannel> {
        vec![ConfiguredChannel {
            code: "xianzhang".into(),
            name: "书记县长信箱".into(),
            aliases: vec!["县长信箱".into()],
            state: ChannelState::Live,
            kind: Some("webhook".into()),
            start_from: None,
            routed: vec![],
            mistakes: vec![],
            settings: json!({ "connect": { "kind": "webhook" } }),
        }]
    }

    fn resolve(&self, called: &str) -> Result<String, Text> {
        match called {
            "xianzhang" | "书记县长信箱" | "县长信箱" => Ok("xianzhang".into()),
            _ => Err(Text::new("没有这个渠道;是不是“书记县长信箱”?", "no such channel; did you mean `书记县长信箱`?")),
        }
    }

    fn back(&self, code: &str) -> Option<ReturnTable> {
        (code == "xianzhang").then(ReturnTable::default)
    }

    fn running(&self) -> Option<Running> {
        self.running.then(|| Running {
            pid: 1,
            since: "2026-11-22T00:00:00Z".parse().unwrap(),
            listen: "-".into(),
            letters: None,
        })
    }

    fn far(&self, _: &Side) -> Option<FarStatus> {
        self.running.then(FarStatus::default)
    }

    async fn resume(&self, side: &Side) -> Result<(), Problem> {
        self.told.lock().unwrap().push(format!("resume {side:?}"));
        Ok(())
    }

    async fn wake(&self, side: &Side) {
        self.told.lock().unwrap().push(format!("wake {side:?}"));
    }

    async fn secret_set(&self, name: &str) -> Vec<String> {
        self.told.lock().unwrap().push(format!("secret {name}"));
        vec![]
    }

    async fn remap(&self, dead: i64, _: &Actor) -> Result<Verdict, Problem> {
        self.told.lock().unwrap().push(format!("remap {dead}"));
        Ok(Verdict::Taken { what: What::New, ticket: None })
    }
}

pub(super) struct Scene {
    pub(super) house: House,
    pub(super) control: Arc<Noting>,
    pub(super) home: Home,
    channel: Enrolled,
    pub(super) folder: tempfile::TempDir,
}

pub(super) const NAME: &str = "刘小某";
pub(super) const PHONE: &str = "13800000000";

pub(super) fn letter(n: usize) -> Draft {
    Draft {
        person: Person { name: Some(NAME.into()), phone: Some(PHONE.into()), ..Person::default() },
        matter: Matter {
            title: Some(format!("{NAME}反映第{n}盏路灯不亮")),
            content: Some(format!("电话{PHONE}")),
            ..Matter::default()
        },
        ..Draft::default()
    }
}

impl Scene {
    pub(super) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let home = Home {
            folder: folder.path().join("data"),
            zone: zone.clone(),
            keys: Some(("07".repeat(32), "09".repeat(32))),
        };
        let store = store::open(&home).unwrap();
        let channel = store.enroll("xianzhang", "xianzhang", false, crate::store::Sign::Never).await.unwrap();
        let control = Arc::new(Noting { running: true, ..Noting::default() });
        let outcomes = crate::outcomes::Outcomes::new(store.clone(), crate::outcomes::Levels::default());
        let house = House { store, outcomes, control: control.clone(), zone };
        Self { house, control, home, channel, folder }
    }

    /// Takes a letter in; one without a draft could not be mapped.
    pub(super) async fn take(&self, id: &str, draft: Option<&Draft>) -> Option<String> {
        let keys = self.house.store.keys();
        let version = self.house.store.reserve();
        let json = draft.map(|draft| serde_json::to_vec(draft).unwrap());
        let reasons = format!(r#"[{{"field":"phone","place":"{PHONE}"}}]"#);
        let folio = Folio {
            media_type: "application/json",
            raw: format!(r#"{{"xm":"{NAME}"}}"#).leak().as_bytes(),
            read: b"",
            mapped: json.as_deref().map_or(Mapped::Reasons(reasons.as_bytes()), Mapped::Draft),
        };
        let body = keys.seal(Place::Version, version, &folio.write()).unwrap();
        let mapped = draft.map(|draft| MappedKeys {
            digest: keys.blind("draft", &[json.as_deref().unwrap()]),
            blind: keys.findable(&draft.find_inputs()),
            submitted_at: None,
            deadline: None,
            anew: None,
            category: None,
            region: None,
            tag: None,
            parent_no: None,
            alike: Vec::new(),
            joins: true,
            draft: Bytes::from(json.clone().unwrap()),
        });
        let arrival = Arrival {
            external_id: ExternalId::new(id).unwrap(),
            source_version: None,
            source_digest: keys.blind("source", &[id.as_bytes()]),
            version,
            body,
            mapped,
            files: Vec::new(),
            standing: Standing::Live,
            compared: None,
            alike: Vec::new(),
            act: None,
        };
        let acceptance = Acceptance {
            channel: self.channel.channel,
            channel_code: "xianzhang".into(),
            namespace: self.channel.namespace,
            namespace_name: "xianzhang".into(),
            polled: false,
            arrivals: vec![arrival],
            strays: vec![],
            once: None,
            lease: None,
            cursor: None,
            keepsake: None,
            deed: None,
        };
        match self.house.store.accept(acceptance).await.unwrap().pop().unwrap() {
            Verdict::Taken { ticket, .. } => ticket.map(|key| key.number.to_string()),
            Verdict::Compare { .. } | Verdict::Alike { .. } => panic!("nothing to compare with"),
        }
    }

    /// Lets the core refuse the next event.
    pub(super) async fn refuse(&self) -> i64 {
        let store = &self.house.store;
        let claim = store.schedule().claim(Far::Core, 1, store.clock()).await.remove(0);
        let id = store.reserve();
        let said = format!("电话 {PHONE} 格式不对");
        let body = store.keys().seal(Place::Dead, id, said.as_bytes()).unwrap();
        let outcome = Outcome::Dead { kind: DeadKind::Event, n: 1, reason: "malformed", body, id, attempts: 7 };
        store.settle(Settlement { claim, outcome }).await;
        store.flush().await;
        id
    }

    /// Takes an outcome of the core in for a ticket.
    pub(super) async fn told(&self, number: &str, core_id: &str, outcome: &Told) {
        let (store, said) = (&self.house.store, serde_json::to_vec(outcome).unwrap());
        let id = store.reserve();
        let body = store.keys().seal(Place::Outcome, id, &said).unwrap();
        let digest = store.keys().blind("outcome", &[&said]);
        let ticket = Some(Spoken::parse(number).unwrap());
        store.take_outcome(id, core_id.into(), digest, ticket, outcome.kind, body).await.unwrap();
    }

    /// Lets the runner of the way home ask a person about an item of the only lane.
    pub(super) async fn asks(&self, n: u32, kind: DeadKind, reason: &'static str, details: &Value) -> i64 {
        let store = &self.house.store;
        let far = Far::Outlet(self.channel.channel);
        let claim = store.schedule().claim(far, 1, store.clock()).await.remove(0);
        let mut facts = Vec::new();
        if kind != DeadKind::Approval {
            let id = store.reserve();
            let sent = json!({ "content": "{}", "shown": format!("POST /reply {PHONE}") }).to_string();
            let sent = store.keys().seal(Place::Try, id, sent.as_bytes()).unwrap();
            assert!(store.begin(claim.lease(), n, id, sent).await.unwrap());
            let answer = store.keys().seal(Place::Answer, id, PHONE.as_bytes()).unwrap();
            facts.push(Fact::Tried { id, end: TryEnd::Uncertain, answer: Some(answer) });
        }
        let id = store.reserve();
        let body = store.keys().seal(Place::Dead, id, details.to_string().as_bytes()).unwrap();
        facts.push(Fact::Person { n, kind, reason, id, body });
        let outcome = Outcome::Homeward { facts, again: Again::Never };
        store.settle(Settlement { claim, outcome }).await;
        store.flush().await;
        id
    }

    pub(super) async fn ask(&self, request: Request, why: Option<&str>) -> Answer {
        let actor = Actor { who: "unix:zhang".into(), why: why.map(str::to_owned) };
        handle(&self.house, request, &actor).await
    }

    pub(super) async fn done(&self, request: Request, why: Option<&str>) -> Value {
        match self.ask(request, why).await {
            Answer::Done(value) => value,
            Answer::Problem(problem) => panic!("{problem:?}"),
        }
    }

    pub(super) async fn problem(&self, request: Request, why: Option<&str>) -> Problem {
        match self.ask(request, why).await {
            Answer::Done(value) => panic!("{value}"),
            Answer::Problem(problem) => problem,
        }
    }
}
