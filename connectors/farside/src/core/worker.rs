//! The people at the core: each ticket is signed for, given to a unit, answered and closed, by a calendar of their own.
//! What they did stands in a book that nobody tells them, so that far sides can be held against it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use huiliu_contract::{Outcome, OutcomeKind, Secret, Unit, UnitRole};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use super::{Core, lock, replies};

/// How many tickets are worked on at once.
const HANDS: usize = 4;

/// How long a gateway that does not answer is left alone.
const PAUSE: Duration = Duration::from_millis(150);

/// What the people at the core are to do.
#[derive(Clone, Debug)]
pub struct Work {
    /// Where outcomes are posted.
    pub url: String,
    /// The token of that interface.
    pub token: Secret,
    /// The last moment at which anything is done.
    pub until: Timestamp,
    /// Which tickets take which way: the same seed works alike.
    pub seed: u64,
    /// Titles of the matters that are not done at the end.
    pub leave: BTreeSet<String>,
    /// Titles of the matters that are not closed before [`Worker::release`].
    pub hold: BTreeSet<String>,
}

/// What the core has in its own book.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Worked {
    /// Every source of every ticket, by channel and the channel's number: the answer of its last closing, if it is closed.
    pub sources: BTreeMap<(String, String), Option<String>>,
    /// Every ticket, by its number.
    pub tickets: BTreeMap<String, Ticket>,
    /// Outcomes that the gateway took.
    pub told: u64,
    /// Outcomes that it did not take, and what it said.
    pub refused: Vec<String>,
}

/// A ticket as the core was told of it.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Ticket {
    /// Its title.
    pub title: String,
    /// What the citizen wrote.
    pub content: String,
    /// The code by which the citizen may ask (查询码), where the channel has one.
    pub query_code: Option<String>,
    /// The ticket of somebody else's matter that it speaks of.
    pub names: Option<String>,
    /// How many files came with its first event.
    pub files: usize,
    /// Its sources: the channel, and the channel's number.
    pub sources: Vec<(String, String)>,
    /// How many events came of each kind.
    pub events: BTreeMap<String, u64>,
}

impl Ticket {
    /// Whether a source of it is of this channel.
    pub fn is_of(&self, channel: &str) -> bool {
        self.sources.iter().any(|(own, _)| own == channel)
    }

    fn of(event: &Value) -> Self {
        let text = |at: &str| event.pointer(at).and_then(Value::as_str).map(str::to_owned);
        Self {
            title: text("/data/matter/title").unwrap_or_default(),
            content: text("/data/matter/content").unwrap_or_default(),
            query_code: text("/data/query_code"),
            names: text("/detail/ticket"),
            files: event.pointer("/data/files").and_then(Value::as_array).map_or(0, Vec::len),
            ..Self::default()
        }
    }
}

/// People at work. They stop when this is dropped.
#[derive(Debug)]
pub struct Worker {
    book: Arc<Mutex<Worked>>,
    hands: Vec<UnboundedSender<Task>>,
    running: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
enum Task {
    Event(Value),
    Release,
}

impl Worker {
    /// Sets people to work on everything that this core takes from now on.
    pub fn start(core: &Core, work: Work) -> Self {
        let book = Arc::new(Mutex::default());
        let (mut hands, mut running) = (Vec::new(), Vec::new());
        for _ in 0..HANDS {
            let (give, take) = unbounded_channel();
            let hand = Hand {
                work: work.clone(),
                book: Arc::clone(&book),
                client: reqwest::Client::builder().no_proxy().build().unwrap_or_default(),
                cases: HashMap::new(),
                held: true,
            };
            running.push(tokio::spawn(hand.run(take)));
            hands.push(give);
        }
        running.push(tokio::spawn(share_out(core.hear(), hands.clone())));
        Self { book, hands, running }
    }

    /// From now on nothing is held back any more.
    pub fn release(&self) {
        for hand in &self.hands {
            let _ = hand.send(Task::Release);
        }
    }

    /// The answer that a source's ticket was last closed with, if it is closed.
    pub fn answer(&self, channel: &str, number: &str) -> Option<String> {
        lock(&self.book).sources.get(&(channel.to_owned(), number.to_owned())).cloned().flatten()
    }

    /// What stands in the book now.
    pub fn worked(&self) -> Worked {
        lock(&self.book).clone()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.running.iter().for_each(JoinHandle::abort);
    }
}

/// Gives each event to the hand that has its ticket, so that what is done about one ticket is done in order.
async fn share_out(mut heard: UnboundedReceiver<Value>, hands: Vec<UnboundedSender<Task>>) {
    while let Some(event) = heard.recv().await {
        let ticket = event["ticket"].as_str().unwrap_or_default();
        let hand = ticket.bytes().fold(0_usize, |sum, byte| sum * 7 % 8191 + usize::from(byte)) % hands.len();
        if let Some(hand) = hands.get(hand) {
            let _ = hand.send(Task::Event(event));
        }
    }
}

/// One ticket on somebody's desk.
struct Case {
    title: String,
    unit: String,
    sources: Vec<(String, String)>,
    /// When the last thing was done about it.
    at: Timestamp,
    /// How often it was worked on: once, and once more each time it came back.
    round: u32,
    closed: bool,
    told: u32,
    chance: u64,
}

struct Hand {
    work: Work,
    book: Arc<Mutex<Worked>>,
    client: reqwest::Client,
    cases: HashMap<String, Case>,
    held: bool,
}

impl Hand {
    async fn run(mut self, mut tasks: UnboundedReceiver<Task>) {
        while let Some(task) = tasks.recv().await {
            match task {
                Task::Event(event) => Box::pin(self.event(&event)).await,
                Task::Release => Box::pin(self.release()).await,
            }
        }
    }

    async fn release(&mut self) {
        self.held = false;
        let Work { hold, leave, .. } = &self.work;
        let open =
            |(_, case): &(&String, &Case)| !case.closed && hold.contains(&case.title) && !leave.contains(&case.title);
        let waiting: Vec<String> = self.cases.iter().filter(open).map(|(ticket, _)| ticket.clone()).collect();
        for ticket in waiting {
            self.close(&ticket).await;
        }
    }

    async fn event(&mut self, event: &Value) {
        let text = |at: &str| event.pointer(at).and_then(Value::as_str).map(str::to_owned);
        let (Some(kind), Some(ticket)) = (text("/event"), text("/ticket")) else { return };
        self.note(&kind, &ticket, event);
        let own = |at: &str| text(&format!("/detail/{at}")).or_else(|| text(&format!("/{at}"))).unwrap_or_default();
        match kind.as_str() {
            "new" => {
                let chance = ticket.bytes().fold(self.work.seed, |sum, byte| {
                    (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3).rotate_left(23)
                });
                let title = text("/data/matter/title").unwrap_or_default();
                let at = ["handed_at", "submitted_at"].iter().find_map(|time| text(&format!("/data/times/{time}")));
                let at = at.and_then(|at| at.parse().ok()).unwrap_or(self.work.until);
                let unit = replies::unit(&title);
                let case = Case { title, unit, sources: Vec::new(), at, round: 1, closed: false, told: 0, chance };
                self.cases.insert(ticket.clone(), case);
                self.came(&ticket, own("channel"), own("external_id"));
                self.take_up(&ticket).await;
            }
            "joined" => self.came(&ticket, own("channel"), own("external_id")),
            "redo" | "handed_back" => {
                if let Some(case) = self.cases.get_mut(&ticket) {
                    (case.closed, case.round) = (false, case.round + 1);
                }
                self.finish(&ticket).await;
            }
            "urged" | "supervised" => self.hurry(&ticket).await,
            _ => {}
        }
    }

    /// Notes an event in the book.
    fn note(&self, kind: &str, ticket: &str, event: &Value) {
        let mut book = lock(&self.book);
        let known = book.tickets.entry(ticket.to_owned()).or_insert_with(|| Ticket::of(event));
        *known.events.entry(kind.to_owned()).or_default() += 1;
    }

    /// Notes a source of a ticket.
    fn came(&mut self, ticket: &str, channel: String, number: String) {
        let Some(case) = self.cases.get_mut(ticket) else { return };
        case.sources.push((channel.clone(), number.clone()));
        let mut book = lock(&self.book);
        book.tickets.entry(ticket.to_owned()).or_default().sources.push((channel.clone(), number.clone()));
        book.sources.entry((channel, number)).or_default();
    }

    /// Signs for a new ticket, and does with it what its kind takes.
    async fn take_up(&mut self, ticket: &str) {
        self.tell(ticket, 3, Outcome::signed).await;
        let Some(case) = self.cases.get(ticket) else { return };
        // What is asked to wait stands in some far sides' lists no more, so nothing said of it later would be heard.
        if case.chance.is_multiple_of(9) && !self.work.hold.contains(&case.title) {
            let reason = "涉及两个单位,需要现场会商后才能办理。".to_owned();
            self.tell(ticket, 20, |at| Outcome {
                kind: OutcomeKind::Extended,
                days: Some(5),
                reason: Some(reason),
                ..Outcome::signed(at)
            })
            .await;
        }
        self.finish(ticket).await;
    }

    /// Closes it, unless it is one that is held back or left.
    async fn finish(&mut self, ticket: &str) {
        let Some(case) = self.cases.get(ticket) else { return };
        let waits = self.held && self.work.hold.contains(&case.title);
        if !waits && !self.work.leave.contains(&case.title) {
            self.close(ticket).await;
        }
    }

    /// What is done when somebody asks where the answer stays.
    async fn hurry(&mut self, ticket: &str) {
        let Some(case) = self.cases.get(ticket).filter(|case| !case.closed) else { return };
        let text = format!("您反映的“{}”一事,{}正在加紧办理,有结果即行答复。", case.title, case.unit);
        self.tell(ticket, 5, |at| Outcome {
            kind: OutcomeKind::Progressed,
            public_reply: Some(text),
            ..Outcome::signed(at)
        })
        .await;
    }

    async fn close(&mut self, ticket: &str) {
        let Some(case) = self.cases.get(ticket) else { return };
        let reply = replies::reply(&case.title, &case.unit, case.round, case.chance);
        let online = case.chance % 10 < 3;
        let (unit, way) = match online {
            true => (replies::CENTRE.to_owned(), "在线办结"),
            false => (case.unit.clone(), "转办"),
        };
        let solved = ["解决", "解决", "解决", "部分解决", "未解决"][(case.chance / 10 % 5) as usize];
        let hours = 24 + i64::try_from(case.chance / 64 % 240).unwrap_or_default();
        let public = reply.clone();
        self.tell(ticket, hours, |at| Outcome {
            kind: OutcomeKind::Closed,
            units: vec![Unit { name: unit, role: UnitRole::Lead }],
            way: Some(way.into()),
            public_reply: Some(public),
            solved: Some(solved.into()),
            ..Outcome::signed(at)
        })
        .await;
        let Some(case) = self.cases.get_mut(ticket) else { return };
        case.closed = true;
        let mut book = lock(&self.book);
        for source in &case.sources {
            book.sources.insert(source.clone(), Some(reply.clone()));
        }
    }

    /// Tells the gateway what happened so many hours after the last, and goes on asking until it answers.
    async fn tell(&mut self, ticket: &str, hours: i64, what: impl FnOnce(Timestamp) -> Outcome) {
        let Some(case) = self.cases.get_mut(ticket) else { return };
        case.at = (case.at + SignedDuration::from_hours(hours)).min(self.work.until);
        case.told += 1;
        let id = format!("{ticket}/{}", case.told);
        let body = json!({ "id": id, "ticket": ticket, "outcome": what(case.at) });
        loop {
            let request = self.client.post(&self.work.url).bearer_auth(self.work.token.expose()).json(&body);
            match request.send().await {
                Ok(answer) if answer.status().is_success() => {
                    lock(&self.book).told += 1;
                    return;
                }
                Ok(answer) if answer.status().is_client_error() && answer.status().as_u16() != 429 => {
                    let said = format!("{} {}", answer.status().as_u16(), answer.text().await.unwrap_or_default());
                    lock(&self.book).refused.push(format!("{id}: {said}"));
                    return;
                }
                _ => tokio::time::sleep(PAUSE).await,
            }
        }
    }
}
