//! An exchange database as the ground on which shared promises are tried.

use std::future::Future;
use std::io;

use async_trait::async_trait;
use huiliu_contract::{Connector, ConnectorKind};
use huiliu_database::Database;
use huiliu_farside::desk::Told;
use huiliu_farside::platform::Trick;
use huiliu_farside::site::Premises;
use huiliu_farside::{outlet_promises, promises};
use serde_json::{Value, json};

use crate::line::{Line, When};
use crate::scene::{Scene, Sort};

/// The password of the account that the promises are tried with.
pub(crate) const SECRET: &str = "not-for-anybodys-eyes";

/// The state of an item before anything was written back.
const ITEM: &str = "SP20260000007";

/// A database behind a line.
pub(crate) struct Exchange {
    scene: Scene,
    line: Line,
    who: String,
}

/// Waits for work on a thread of its own: promises ask for some of it where nothing can be awaited.
fn now<T: Send>(work: impl Future<Output = T> + Send) -> T {
    std::thread::scope(|scope| {
        let run = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work);
        scope.spawn(run).join().unwrap()
    })
}

impl Exchange {
    async fn fresh(sort: Sort) -> Self {
        let scene = Scene::new(sort).await;
        let (line, who) = (Line::to(scene.port).await, format!("who_{}", scene.name));
        let (account, rights) = match sort {
            Sort::Postgres => ("ROLE", "LOGIN PASSWORD"),
            Sort::Maria => ("USER", "IDENTIFIED BY"),
        };
        scene.sql(&format!("CREATE {account} {who} {rights} '{SECRET}'")).await;
        Self { scene, line, who }
    }

    async fn grants(&self, rights: &str, tables: &[&str]) {
        for table in tables {
            let of = match self.scene.sort {
                Sort::Postgres => (*table).to_owned(),
                Sort::Maria => format!("{}.{table}", self.scene.name),
            };
            self.scene.sql(&format!("GRANT {rights} ON {of} TO {}", self.who)).await;
        }
    }

    /// A connector with these tables for who is let in here.
    pub(crate) fn built(&self, mut options: Value) -> Connector {
        let mut connect = self.scene.connect();
        connect["port"] = json!(self.line.port);
        connect["user"] = json!(self.who);
        options["connect"] = connect;
        let site = Premises::new().with("PASSWORD", SECRET);
        Database::build(serde_json::from_value(options).unwrap(), &site).unwrap()
    }

    fn another_password(&self) {
        let set = match self.scene.sort {
            Sort::Postgres => format!("ALTER ROLE {} PASSWORD 'another'", self.who),
            Sort::Maria => format!("ALTER USER {} IDENTIFIED BY 'another'", self.who),
        };
        now(self.scene.sql(&set));
        let ends = match self.scene.sort {
            Sort::Postgres => {
                format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{}'", self.who)
            }
            Sort::Maria => format!("KILL USER {}", self.who),
        };
        now(self.scene.sql(&ends));
    }
}

#[async_trait]
impl promises::Ground for Exchange {
    type Options = Sort;

    async fn open(sort: &Sort, items: u64) -> io::Result<Self> {
        let exchange = Self::fresh(*sort).await;
        let seq = match sort {
            Sort::Postgres => "bigserial",
            Sort::Maria => "bigint AUTO_INCREMENT PRIMARY KEY",
        };
        let letters =
            format!("CREATE TABLE letters (seq {seq}, order_no varchar(40), name varchar(40), address varchar(90))");
        exchange.scene.sql(&letters).await;
        exchange.grants("SELECT", &["letters"]).await;
        promises::Ground::grow(&exchange, items);
        Ok(exchange)
    }

    fn grow(&self, items: u64) {
        now(async {
            for _ in 0..items {
                let count = self.scene.one("SELECT concat(count(*) + 1, '') FROM letters").await.unwrap();
                let row = format!("'SP2026{count:0>7}', '诉求人{count}', '虚构县新民路,电话 1380000{count:0>4}'");
                self.scene.sql(&format!("INSERT INTO letters (order_no, name, address) VALUES ({row})")).await;
            }
        });
    }

    fn grow_malformed(&self) {
        now(self.scene.sql("INSERT INTO letters (order_no, name, address) VALUES (NULL, '诉求人', '虚构县')"));
    }

    fn numbers(&self) -> Vec<Option<String>> {
        let join = match self.scene.sort {
            Sort::Postgres => "SELECT string_agg(order_no, ',') FROM letters",
            Sort::Maria => "SELECT group_concat(order_no) FROM letters",
        };
        let all = now(self.scene.one(join)).unwrap_or_default();
        all.split(',').filter(|number| !number.is_empty()).map(|number| Some(number.to_owned())).collect()
    }

    fn play(&self, tricks: &[Trick]) {
        for trick in tricks {
            match trick {
                Trick::CutBody => self.line.cut(When::Behind, b"SELECT"),
                Trick::HangUp => self.line.cut(When::Before, b"SELECT"),
                // From now on it is another view than the one that was agreed.
                Trick::Html | Trick::NoList | Trick::Code(_) | Trick::Status(404, _) if tricks.len() == 1 => {
                    now(async {
                        let schema = match self.scene.sort {
                            Sort::Postgres => "public",
                            Sort::Maria => &self.scene.name,
                        };
                        let text = format!(
                            "SELECT concat(count(*), '') FROM information_schema.columns
                             WHERE table_schema = '{schema}' AND table_name = 'letters' AND column_name = 'order_no'"
                        );
                        if self.scene.one(&text).await.as_deref() == Some("1") {
                            self.scene.sql("ALTER TABLE letters RENAME COLUMN order_no TO nr").await;
                        }
                    })
                }
                _ => {}
            }
        }
    }

    fn estrange(&self) {
        self.another_password();
    }

    fn lists(&self) -> u64 {
        0
    }

    async fn shut(&self) {
        self.line.shut().await;
    }

    async fn reopen(&self) -> io::Result<()> {
        self.line.reopen().await
    }
}

/// What is written there, however often: nothing is unique, so that each time shows.
const TOLD: &str = "
CREATE TABLE told (n serial, letter_id text, verb text, unit text, way text, reply text, reason text, days int, send_no text);
CREATE TABLE states (letter_id text PRIMARY KEY, state text, reason text);
CREATE TABLE tricks (n bigint PRIMARY KEY, state text);
CREATE SEQUENCE turn;
CREATE FUNCTION play() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE trick text;
BEGIN
    SELECT state INTO trick FROM tricks, (SELECT nextval('turn') AS now OFFSET 0) AS turns WHERE n = now;
    IF trick IS NOT NULL THEN RAISE EXCEPTION 'not this one, 诉求人七' USING ERRCODE = trick; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER plays BEFORE INSERT ON told FOR EACH ROW EXECUTE FUNCTION play();
";

/// The ways of `[return]`, and how states are looked up.
pub(crate) fn ways() -> Value {
    json!({
        "signed": { "table": "told", "key": "send_no", "row": { "letter_id": "{id}", "verb": "sign" } },
        "extended": {
            "table": "told", "key": "send_no", "review": true,
            "row": { "letter_id": "{id}", "verb": "delay", "days": "{days}", "reason": "{reason}" },
        },
        "closed": {
            "table": "told", "key": "send_no",
            "row": { "letter_id": "{id}", "verb": "finish", "unit": "{unit}", "way": "{way}", "reply": "{reply}" },
        },
        "replied": { "table": "told", "key": "send_no", "row": { "letter_id": "{id}", "verb": "reply", "reply": "{public_reply}" } },
        "status": {
            "from": "states", "id": "letter_id", "state": "state", "reason": "reason",
            "absent": ["待办", "办理中"], "pending": ["待审核"], "approved": ["已办结"], "refused": ["审核不通过"],
            "redo": ["退回重办"],
            "extended": { "absent": ["待办"], "pending": ["延期待审"], "approved": ["已延期"], "refused": ["不同意延期"] },
        },
    })
}

#[async_trait]
impl outlet_promises::Ground for Exchange {
    async fn open() -> io::Result<Self> {
        let exchange = Self::fresh(Sort::Postgres).await;
        exchange.scene.sql(TOLD).await;
        exchange.scene.sql(&format!("INSERT INTO states VALUES ('{ITEM}', '待办', NULL)")).await;
        exchange.grants("INSERT, SELECT (send_no)", &["told"]).await;
        exchange.grants("SELECT", &["states"]).await;
        exchange.scene.sql(&format!("GRANT USAGE ON SEQUENCE told_n_seq TO {}", exchange.who)).await;
        Ok(exchange)
    }

    fn play(&self, tricks: &[Trick]) {
        for trick in tricks {
            match trick {
                Trick::HangUp | Trick::CutBody | Trick::TakenThen(_) => self.line.cut(When::Behind, b"COMMIT"),
                Trick::Lost | Trick::Html => self.line.cut(When::Before, b"COMMIT"),
                Trick::Code(code) => {
                    let state = if code == "E429" { "53300" } else { "P0001" };
                    let turn = "(SELECT coalesce((SELECT max(n) FROM tricks), (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM turn)) + 1)";
                    now(self.scene.sql(&format!("INSERT INTO tricks VALUES ({turn}, '{state}')")));
                }
                _ => {}
            }
        }
    }

    fn told(&self, item: &str) -> Vec<Told> {
        let text = format!(
            "SELECT coalesce(json_agg(row_to_json(told) ORDER BY n), '[]')::text FROM told WHERE letter_id = '{item}'"
        );
        let rows: Vec<Value> = serde_json::from_str(&now(self.scene.one(&text)).unwrap()).unwrap();
        let told = |mut row: Value| {
            let text = |name: &str| row[name].as_str().map(str::to_owned);
            let (verb, key) = (text("verb").unwrap_or_default(), text("send_no"));
            row["n"] = Value::Null;
            Told { verb, key, body: row, files: Vec::new() }
        };
        rows.into_iter().map(told).collect()
    }

    fn set_state(&self, item: &str, state: &str, reason: Option<&str>) {
        let reason = reason.map_or("NULL".to_owned(), |reason| format!("'{reason}'"));
        now(self
            .scene
            .sql(&format!("UPDATE states SET state = '{state}', reason = {reason} WHERE letter_id = '{item}'")));
    }

    fn estrange(&self) {
        self.another_password();
    }

    async fn shut(&self) {
        self.line.shut().await;
    }

    async fn reopen(&self) -> io::Result<()> {
        self.line.reopen().await
    }
}
