//! The core: takes every event, says yes at once, and posts what became of the ticket.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc};

use crate::wire::{Line, yes};

/// What the core took.
#[derive(Default)]
pub(crate) struct Core {
    tickets: Mutex<(HashSet<String>, Option<Instant>)>,
    /// Rung at every new ticket.
    pub(crate) came: Notify,
}

impl Core {
    /// How many tickets it was told of, and when the last of them came.
    pub(crate) fn told(&self) -> (usize, Option<Instant>) {
        let tickets = self.tickets.lock().unwrap();
        (tickets.0.len(), tickets.1)
    }

    /// Takes events on every connection that is opened; each new ticket goes to `closes`.
    pub(crate) async fn listen(self: Arc<Self>, listener: TcpListener, closes: mpsc::UnboundedSender<String>) {
        while let Ok((stream, _)) = listener.accept().await {
            let (core, closes) = (self.clone(), closes.clone());
            tokio::spawn(async move {
                let Ok(mut line) = Line::on(stream) else { return };
                let taken = yes("{}");
                // A connection that breaks belongs to a gateway that stops.
                while let Ok(Some(event)) = line.next().await {
                    // `<ticket>-<n>`: the ticket's number has dashes of its own.
                    let key = event.header("idempotency-key").and_then(|key| key.rsplit_once('-'));
                    let (ticket, _) = key.expect("every event bears its key");
                    core.take(ticket, &closes);
                    if line.send(&taken).await.is_err() {
                        return;
                    }
                }
            });
        }
    }

    fn take(&self, ticket: &str, closes: &mpsc::UnboundedSender<String>) {
        {
            let mut tickets = self.tickets.lock().unwrap();
            if !tickets.0.insert(ticket.to_owned()) {
                return;
            }
            tickets.1 = Some(Instant::now());
        }
        self.came.notify_one();
        // Without the way home nobody listens.
        closes.send(ticket.to_owned()).unwrap_or_default();
    }
}

/// Posts one closing of each ticket over its connections until there are no more; gives the first thing that went wrong.
pub(crate) async fn post(
    gateway: SocketAddr,
    token: String,
    tickets: mpsc::UnboundedReceiver<String>,
    connections: usize,
) -> Result<(), String> {
    let tickets = Arc::new(tokio::sync::Mutex::new(tickets));
    let mut lines = tokio::task::JoinSet::new();
    for _ in 0..connections {
        lines.spawn(one_line(gateway, token.clone(), tickets.clone()));
    }
    while let Some(line) = lines.join_next().await {
        line.map_err(|error| error.to_string())??;
    }
    Ok(())
}

async fn one_line(
    gateway: SocketAddr,
    token: String,
    tickets: Arc<tokio::sync::Mutex<mpsc::UnboundedReceiver<String>>>,
) -> Result<(), String> {
    let mut line = Line::open(gateway).await.map_err(|error| format!("the gateway cannot be reached: {error}"))?;
    loop {
        let Some(ticket) = tickets.lock().await.recv().await else { return Ok(()) };
        let body = closing(&ticket);
        let request = format!(
            "POST /api/v1/outcomes HTTP/1.1\r\nhost: {gateway}\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        line.ask(request.as_bytes()).await.map_err(|wrong| format!("the closing of {ticket} was not kept: {wrong}"))?;
    }
}

/// What became of a ticket, about 0.9 KB, with what is for the public and what is not.
fn closing(ticket: &str) -> String {
    format!(
        r#"{{"id":"gd-{ticket}","ticket":"{ticket}","outcome":{{"kind":"closed","at":"2026-11-27T10:30:00+08:00","units":[{{"name":"县住房和城乡建设局","role":"lead"}},{{"name":"城西街道办事处","role":"assisting"}}],"public_reply":"经办人员已于当日到现场查看。文化路小学门口至菜市场路段共有十四盏路灯不亮,原因是地下电缆接头进水,现已更换电缆接头并逐盏调试,全部恢复照明;人行道缺损的地砖已补铺三十二平方米,边角翘起处一并整平。街道将加强日常巡查,发现问题及时报修。感谢您的反映。","internal_note":"该路段电缆敷设年限较长,已列入明年改造计划,经费待批,暂不对外。","solved":"解决"}}}}"#
    )
}
