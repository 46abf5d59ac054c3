//! A database as a far side: the name, the port, TLS, the login, and whether the account may do more than it should.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use huiliu_contract::{FarSide, Login, Step, Went};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::cell::{Cell, Column, Sort};
use crate::door::Door;
use crate::engine::Engine;
use crate::name::Table;
use crate::session::{BUDGET, Failure, Session};
use crate::sql::{Bind, Sql};

/// A database, to be walked to.
pub(crate) struct Far {
    pub(crate) door: Arc<Door>,
    pub(crate) from: Table,
    /// Whether the channel writes there.
    pub(crate) may_write: bool,
}

/// What asks PostgreSQL to go over to TLS.
const POSTGRES_ASKS: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];
/// The same for MySQL: protocol 4.1, TLS, packets of 16 MiB, utf8mb4; the second packet of the talk.
const MYSQL_ASKS: [u8; 8] = [32, 0, 0, 1, 0x00, 0x8a, 0x08, 0x00];
/// That a server of MySQL speaks TLS.
const SPEAKS_TLS: u16 = 0x0800;

#[async_trait]
impl FarSide for Far {
    fn address(&self) -> String {
        self.door.address()
    }

    fn way(&self) -> String {
        format!("{} {:?} {}", self.door.address(), self.door.way.route, self.door.trust.is_some())
    }

    async fn walk(&self, limit: Duration) -> Vec<Step> {
        let mut steps = Vec::new();
        if let Some(stream) = self.door.way.reach(limit, &mut steps).await {
            Box::pin(self.over(stream, limit, &mut steps)).await;
        }
        steps
    }

    fn login(&self) -> Login {
        Login::Another
    }

    async fn log_in(&self, limit: Duration) -> Option<Step> {
        Some(match timeout(limit, Box::pin(self.logged_in())).await {
            Ok(Ok(step)) => step,
            Ok(Err(failure)) => refused(&failure),
            Err(_) => {
                let seconds = limit.as_secs();
                let en = format!("no answer to the login within {seconds} s; it is not made again");
                Step::new("login", Went::Wrong, en, format!("登录请求 {seconds} 秒没有应答;不再登录第二次"))
            }
        })
    }

    fn is_polled(&self) -> bool {
        true
    }
}

fn refused(failure: &Failure) -> Step {
    Step::new("login", Went::Wrong, failure.message.clone(), format!("登录没有成功({});不再登录第二次", failure.message)).remedy(
        "check user, password and database; that the account may come from our address (pg_hba.conf, user@host); that it is not locked",
        "核对账号、密码、库名;看这个账号许不许从本机地址登录(pg_hba.conf、user@host),有没有被锁",
    )
}

impl Far {
    /// From the open port to TLS.
    async fn over(&self, mut stream: TcpStream, limit: Duration, steps: &mut Vec<Step>) {
        let asked = match self.door.engine {
            Engine::Postgresql => timeout(limit, asks_postgres(&mut stream)).await,
            Engine::Mysql => timeout(limit, asks_mysql(&mut stream)).await,
        };
        let speaks = match asked {
            Ok(Ok(speaks)) => speaks,
            _ => {
                let name = self.door.engine.spoken();
                let step = Step::new(
                    "tls",
                    Went::Wrong,
                    format!("what listens there does not speak as {name} does"),
                    format!("那里听着的不像 {name}"),
                );
                steps.push(step.remedy(
                    "check `connect.engine` and the port; a database that refuses our address may hang up here too",
                    "核对 connect.engine 和端口;不许本机地址连的数据库也会在这里挂断",
                ));
                return;
            }
        };
        match (&self.door.trust, speaks) {
            (Some(trust), true) => {
                self.door.way.secured(stream, trust, limit, steps).await;
            }
            (Some(_), false) => {
                steps.push(Step::new("tls", Went::Wrong, "the database speaks no TLS", "数据库没有开加密连接").remedy(
                    "ask its people to switch TLS on; `tls = \"off\"` only where nobody else is on the line",
                    "请对方开启 TLS;只有线路上没有别人时才写 tls = \"off\"",
                ))
            }
            (None, true) => steps.push(
                Step::new("tls", Went::Mind, "off here, and the database speaks it", "这里没开,而数据库支持加密连接")
                    .remedy("write `tls = \"require\"`", "写上 tls = \"require\""),
            ),
            (None, false) => steps.push(Step::new("tls", Went::Skipped, "off, as the file says", "按配置不加密")),
        }
    }

    async fn logged_in(&self) -> Result<Step, Failure> {
        let mut session = Session::open(&self.door, false).await?;
        let (en, zh) = ("logged in, once", "登录成功(只登录了一次)");
        let rights = match self.door.engine {
            Engine::Postgresql => self.rights_in_postgres(&mut session).await,
            Engine::Mysql => self.rights_in_mysql(&mut session).await,
        };
        // An account that may not even ask what it may is not one with too many rights.
        let Some(more) = rights.unwrap_or_default() else { return Ok(Step::new("login", Went::Right, en, zh)) };
        let step = Step::new("login", Went::Mind, format!("{en}; {}", more.1), format!("{zh};{}", more.0));
        Ok(step.remedy(
            "ask for an account of its own that can do what this channel does and nothing else (the kind's README has the statements)",
            "请对方另给一个只够这个渠道用的账号(授权语句见接入方式的 README)",
        ))
    }

    /// What the account may do beyond what the channel does; none is right.
    async fn rights_in_postgres(&self, session: &mut Session) -> Result<Option<(String, String)>, Failure> {
        let mut sql = Sql::new(Engine::Postgresql, "SELECT CAST(rolsuper AS text), CAST(has_table_privilege(");
        sql.bind(Bind::Text(self.from.quoted.clone()));
        sql.add(", 'INSERT, UPDATE, DELETE, TRUNCATE') AS text) FROM pg_roles WHERE rolname = current_user");
        let one = |name: &str| Column { name: name.into(), sort: Sort::Bool, unknown: None };
        let found = session.rows(&self.door, &sql, &[one("super"), one("writes")], BUDGET).await?;
        let told = |at: usize| {
            let cell = found.rows.first().and_then(|row| row.get(at));
            cell.and_then(Cell::text).as_deref() == Some("true")
        };
        Ok(self.too_many(told(0), told(1)))
    }

    async fn rights_in_mysql(&self, session: &mut Session) -> Result<Option<(String, String)>, Failure> {
        let sql = Sql::new(Engine::Mysql, "SHOW GRANTS");
        let found = session.rows(&self.door, &sql, &[], BUDGET).await?;
        let grants = found.rows.iter().filter_map(|row| row.first().and_then(Cell::text));
        let (mut all, mut writes) = (false, false);
        for grant in grants {
            let rights = grant.split(" ON ").next().unwrap_or_default().to_uppercase();
            let everywhere = grant.contains(" ON *.* ");
            all |= everywhere && (rights.contains("ALL PRIVILEGES") || rights.contains("SUPER"));
            writes |= ["ALL PRIVILEGES", "INSERT", "UPDATE", "DELETE", "DROP", "ALTER"]
                .iter()
                .any(|word| rights.contains(word));
        }
        Ok(self.too_many(all, writes))
    }

    fn too_many(&self, all: bool, writes: bool) -> Option<(String, String)> {
        let from = &self.from.written;
        match (all, writes && !self.may_write) {
            (true, _) => Some((
                "这个账号是管理员,什么都能做".into(),
                "the account is the database's administrator and may do everything".into(),
            )),
            (false, true) => Some((
                format!("渠道只读,这个账号却能写({from} 或别的表)"),
                format!("the channel only reads, and the account may write (`{from}`, or other tables)"),
            )),
            (false, false) => None,
        }
    }
}

/// Asks PostgreSQL for TLS; whether it agrees.
async fn asks_postgres(stream: &mut TcpStream) -> std::io::Result<bool> {
    stream.write_all(&POSTGRES_ASKS).await?;
    match stream.read_u8().await? {
        b'S' => Ok(true),
        b'N' => Ok(false),
        _ => Err(std::io::ErrorKind::InvalidData.into()),
    }
}

/// Hears the greeting of MySQL, and asks it for TLS if it speaks it.
async fn asks_mysql(stream: &mut TcpStream) -> std::io::Result<bool> {
    let mut head = [0; 4];
    stream.read_exact(&mut head).await?;
    let length = usize::from(head[0]) | usize::from(head[1]) << 8 | usize::from(head[2]) << 16;
    let mut greeting = vec![0; length.min(1024)];
    stream.read_exact(&mut greeting).await?;
    let bad = || std::io::Error::from(std::io::ErrorKind::InvalidData);
    let (first, rest) = greeting.split_first().ok_or_else(bad)?;
    if *first != 10 {
        return Err(bad());
    }
    // The version up to its zero, a number of four bytes, eight of a nonce, a zero; then what it can.
    let end = rest.iter().position(|byte| *byte == 0).ok_or_else(bad)?;
    let can = rest.get(end + 14..end + 16).ok_or_else(bad)?;
    let speaks = u16::from_le_bytes([can[0], can[1]]) & SPEAKS_TLS != 0;
    if speaks {
        let mut ask = [0; 36];
        ask[..8].copy_from_slice(&MYSQL_ASKS);
        ask[8..12].copy_from_slice(&(16u32 << 20).to_le_bytes());
        ask[12] = 45;
        stream.write_all(&ask).await?;
    }
    Ok(speaks)
}
