//! One suite that every store must pass: stories told over the traits, never over a database.
//!
//! A [`House`] is what a story starts from: a place where a store can be opened, left, and opened again.
//! `sqlite` runs all stories for the embedded store; the next store gets a file like it. What only one
//! database can show (its files, its schema) is tested in that file.

mod accepting;
mod acting;
mod alarming;
mod alike;
mod answers;
mod arriving;
mod closing;
mod deciding;
mod doing;
mod enclosing;
mod facts;
mod files;
mod frozen;
mod handled;
mod homeward;
mod joining;
mod kept;
mod model;
mod noting;
mod people;
mod reckoning;
mod registering;
mod routing;
mod splitting;
mod sqlite;
mod unticketing;
mod waiting;

use std::sync::Arc;

use huiliu_contract::{ExternalId, Once, SourceVersion, What};
use serde_json::json;

use super::{
    About, Acceptance, ActArrival, Actor, Arrival, Claim, Enrolled, Far, FileAbout, Filed, Folio, Lease, Mapped,
    MappedKeys, NotAccepted, Outcome, Place, Settlement, Standing, Store, StoreError, Stray, TicketKey,
    UndeliveredArrival, UnticketedArrival, Verdict,
};
use crate::settings::AfterClose;
use crate::store::{DeadKind, DeadQuery, DeadRow, EventRow, VersionRow};
use crate::ticket::{Act, Likeness};

/// Where a store lives.
trait House {
    /// Opens the store, as a new process would.
    fn open(&self) -> Result<Arc<dyn Store>, StoreError>;
    /// Another house that holds what a machine would hold whose power failed just now.
    fn crashed(&self) -> Box<dyn House>;
    /// Every byte that lies on disk.
    fn bytes(&self) -> Vec<u8>;
}

/// One open store and one channel of it.
struct Site {
    store: Arc<dyn Store>,
    channel: Enrolled,
    code: Arc<str>,
    polled: bool,
}

/// One submission as a story tells it.
#[derive(Clone)]
struct Letter {
    id: String,
    source: String,
    /// What the mapping makes of it.
    draft: Option<String>,
    version: Option<String>,
    standing: Standing,
    submitted_at: Option<i64>,
    deadline: Option<i64>,
    phone: Option<String>,
    compared: Option<(i64, bool)>,
    /// What it asks, about which number.
    act: Option<(Act, String)>,
    after_close: AfterClose,
    granted: Option<bool>,
    parent_no: Option<String>,
    /// Whether other roads' letters are compared with it, by its phone.
    looks: bool,
    alike: Vec<(i64, Likeness)>,
    /// What a comparison with any of them finds.
    judged: Likeness,
    /// Links of its files.
    files: Vec<String>,
    /// The tag under which it counts.
    tag: Option<String>,
    mail: Mail,
}

/// What only letters by mail say of themselves.
#[derive(Clone, Default)]
struct Mail {
    also: Vec<&'static str>,
    names: Option<&'static str>,
    unchanging: bool,
    /// Where what it is about is not known, it is a matter of its own.
    or_new: bool,
    /// Its class, and which answer to which number it says did not arrive.
    unticketed: Option<(&'static str, Option<(&'static str, u32)>)>,
}

/// A letter whose mapped form says what its source says.
fn letter(id: &str, text: &str) -> Letter {
    Letter {
        id: id.into(),
        source: text.into(),
        draft: Some(text.into()),
        version: None,
        standing: Standing::Live,
        submitted_at: None,
        deadline: None,
        phone: None,
        compared: None,
        act: None,
        after_close: AfterClose::default(),
        granted: None,
        parent_no: None,
        looks: false,
        alike: Vec::new(),
        judged: Likeness::Same,
        files: Vec::new(),
        tag: None,
        mail: Mail::default(),
    }
}

/// An item as it is meant by a number, or by whatever else it is called.
fn meant(store: &dyn Store, called: &str) -> About {
    About { number: ExternalId::new(called).unwrap(), also: store.keys().blind("also", &[called.as_bytes()]) }
}

impl Letter {
    fn mapped(mut self, draft: Option<&str>) -> Self {
        self.draft = draft.map(Into::into);
        self
    }

    fn version(mut self, version: &str) -> Self {
        self.version = Some(version.into());
        self
    }

    fn standing(mut self, standing: Standing) -> Self {
        self.standing = standing;
        self
    }

    fn submitted(mut self, at: i64) -> Self {
        self.submitted_at = Some(at);
        self
    }

    fn deadline(mut self, at: i64) -> Self {
        self.deadline = Some(at);
        self
    }

    fn tag(mut self, tag: &str) -> Self {
        self.tag = Some(tag.into());
        self
    }

    fn phone(mut self, phone: &str) -> Self {
        self.phone = Some(phone.into());
        self
    }

    fn about(mut self, act: Act, number: &str) -> Self {
        self.act = Some((act, number.into()));
        self
    }

    fn act(&self, store: &dyn Store) -> Option<Box<ActArrival>> {
        let (act, about) = self.act.clone()?;
        let note = store.reserve();
        let body = store.keys().seal(Place::Note, note, self.source.as_bytes()).unwrap();
        let about = meant(store, &about);
        let (granted, after_close, deadline) = (self.granted, self.after_close, self.deadline);
        let or_new = self.mail.or_new;
        Some(Box::new(ActArrival { act, about, or_new, granted, after_close, deadline, note, body }))
    }

    fn file(mut self, link: &str) -> Self {
        self.files.push(link.into());
        self
    }

    fn filed(&self, store: &dyn Store) -> Vec<Filed> {
        let one = |(place, link): (u32, &String)| {
            let (id, keys) = (store.reserve(), store.keys());
            let about = FileAbout { link: Some(link.clone()), ..FileAbout::default() };
            let body = keys.seal(Place::File, id, &serde_json::to_vec(&about).unwrap()).unwrap();
            Filed { id, place, digest: keys.blind("link", &[link.as_bytes()]), blob: None, body }
        };
        (0..).zip(&self.files).map(one).collect()
    }

    fn arrival(&self, store: &dyn Store) -> Arrival {
        let keys = store.keys();
        let version = store.reserve();
        let draft = self.draft.as_ref().map(|text| json!({ "content": text, "phone": self.phone }).to_string());
        let mapped = match &draft {
            Some(json) => Mapped::Draft(json.as_bytes()),
            None => Mapped::Reasons(b"[]"),
        };
        let folio = Folio { media_type: "text/plain", raw: self.source.as_bytes(), read: b"", mapped };
        Arrival {
            external_id: ExternalId::new(self.id.as_str()).unwrap(),
            source_version: self.version.clone().map(SourceVersion),
            source_digest: keys.blind("source", &[self.source.as_bytes()]),
            version,
            body: keys.seal(Place::Version, version, &folio.write()).unwrap(),
            mapped: draft.as_ref().map(|json| MappedKeys {
                digest: keys.blind("mapped", &[json.as_bytes()]),
                blind: self.phone.iter().map(|phone| keys.blind("phone", &[phone.as_bytes()])).collect(),
                submitted_at: self.submitted_at,
                deadline: self.deadline,
                anew: self.deadline,
                category: None,
                region: None,
                tag: self.tag.clone(),
                parent_no: self.parent_no.clone(),
                alike: match self.looks {
                    true => self.phone.iter().map(|phone| keys.blind("alike", &[phone.as_bytes()])).collect(),
                    false => Vec::new(),
                },
                joins: true,
                draft: json.clone().into(),
            }),
            files: self.filed(store),
            standing: self.standing,
            compared: self.compared,
            alike: self.alike.clone(),
            act: self.act(store),
            also: self.mail.also.iter().map(|called| meant(store, called).also).collect(),
            refers: self.mail.names.map(|number| meant(store, number)),
            unchanging: self.mail.unchanging,
            unticketed: self.mail.unticketed.map(|(class, undelivered)| {
                let undelivered = undelivered.map(|(to, n)| {
                    let id = store.reserve();
                    let body = keys.seal(Place::Dead, id, b"{}").unwrap();
                    UndeliveredArrival { to: ExternalId::new(to).unwrap(), n, id, body }
                });
                Box::new(UnticketedArrival { class, undelivered })
            }),
        }
    }
}

impl Site {
    async fn pushed(house: &dyn House) -> Self {
        Self::on(house.open().unwrap(), "mailbox", false).await
    }

    async fn polled(house: &dyn House) -> Self {
        Self::on(house.open().unwrap(), "province", true).await
    }

    async fn on(store: Arc<dyn Store>, code: &str, polled: bool) -> Self {
        let channel = store.enroll(code, code, polled, crate::store::Sign::Never).await.unwrap();
        Self { store, channel, code: code.into(), polled }
    }

    fn acceptance(&self, letters: &[Letter]) -> Acceptance {
        Acceptance {
            channel: self.channel.channel,
            channel_code: self.code.clone(),
            namespace: self.channel.namespace,
            namespace_name: self.code.clone(),
            polled: self.polled,
            arrivals: letters.iter().map(|letter| letter.arrival(self.store.as_ref())).collect(),
            strays: Vec::new(),
            once: None,
            lease: None,
            cursor: None,
            keepsake: None,
            deed: None,
        }
    }

    async fn tell_as_is(&self, letter: &Letter) -> Verdict {
        self.store.accept(self.acceptance(std::slice::from_ref(letter))).await.unwrap().remove(0)
    }

    /// Tells a letter; asked to compare, answers that they agree (or not).
    async fn tell_answering(&self, letter: &Letter, agree: bool) -> (What, Option<TicketKey>) {
        let mut letter = letter.clone();
        loop {
            match self.tell_as_is(&letter).await {
                Verdict::Taken { what, ticket } => return (what, ticket),
                Verdict::Compare { version } => {
                    assert_ne!(letter.compared.map(|(with, _)| with), Some(version), "asked the same again");
                    letter.compared = Some((version, agree));
                }
                Verdict::Alike { versions } => {
                    assert_ne!(letter.alike.len(), versions.len(), "asked the same again");
                    letter.alike = versions.iter().map(|one| (one.version, letter.judged)).collect();
                }
            }
        }
    }

    async fn tell(&self, letter: &Letter) -> (What, Option<TicketKey>) {
        self.tell_answering(letter, true).await
    }

    /// Tells a letter that must make a new ticket.
    async fn new_ticket(&self, letter: &Letter) -> TicketKey {
        let (what, ticket) = self.tell(letter).await;
        assert_eq!(what, What::New);
        ticket.unwrap()
    }

    async fn claim(&self, far: Far) -> Claim {
        self.store.schedule().claim(far, 1, self.store.clock()).await.remove(0)
    }

    async fn settle(&self, claim: Claim, outcome: Outcome) {
        self.store.settle(Settlement { claim, outcome }).await;
        self.store.flush().await;
    }

    /// The next event of the claimed ticket as a worker would send it; none when nothing may be sent.
    async fn event(&self, claim: &mut Claim) -> Option<(u32, String)> {
        let fresh = match claim.fresh.take() {
            Some(fresh) => Some(*fresh),
            None => self.store.next_events(vec![claim.errand.subject]).await.unwrap().remove(&claim.errand.subject),
        };
        let fresh = fresh?;
        let body = fresh.edited.unwrap_or(fresh.draft);
        Some((fresh.n, String::from_utf8(body.to_vec()).unwrap()))
    }

    /// Sends everything that is due to a core that takes all; tells (ticket, n, body) in order.
    async fn forward_all(&self) -> Vec<(i64, u32, String)> {
        let mut sent = Vec::new();
        self.store.flush().await;
        while self.store.schedule().depth(Far::Core).0 > 0 {
            let mut claim = self.claim(Far::Core).await;
            let ticket = claim.errand.subject;
            let Some((n, body)) = self.event(&mut claim).await else { panic!("an errand with nothing to do") };
            sent.push((ticket, n, body));
            self.settle(claim, Outcome::Forwarded { n, core_number: None }).await;
        }
        sent
    }

    fn dead_outcome(&self, n: u32, said: &str) -> Outcome {
        let id = self.store.reserve();
        let body = self.store.keys().seal(Place::Dead, id, said.as_bytes()).unwrap();
        Outcome::Dead { kind: DeadKind::Event, n, reason: "refused", body, id, attempts: 7 }
    }

    /// Claims the next event and gives it up; tells the dead letter's id.
    async fn kill_next(&self) -> i64 {
        let mut claim = self.claim(Far::Core).await;
        let (n, _) = self.event(&mut claim).await.unwrap();
        self.settle(claim, self.dead_outcome(n, "no such region")).await;
        self.dead().await.pop().unwrap().id
    }

    async fn dead(&self) -> Vec<DeadRow> {
        self.store.dead(DeadQuery { limit: 1000, open: true, ..DeadQuery::default() }).await.unwrap()
    }

    async fn versions(&self, ticket: TicketKey) -> Vec<VersionRow> {
        self.store.versions(ticket.id).await.unwrap()
    }

    async fn events(&self, ticket: TicketKey) -> Vec<EventRow> {
        self.store.events(ticket.id).await.unwrap()
    }

    /// Lets the store's wall clock go to a time (ms).
    fn at(&self, millis: i64) {
        assert!(self.store.clock().check_against(millis).is_some(), "a jump of less than 5 s is not followed");
    }
}

fn clerk(why: &str) -> Actor {
    Actor { who: "clerk".into(), why: Some(why.into()) }
}

fn once(token: &str, until: i64) -> Once {
    Once { token: token.into(), until: jiff::Timestamp::from_millisecond(until).unwrap() }
}
