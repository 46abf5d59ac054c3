//! What `--stay` prints at the end: addresses, and lines to try in another terminal.

use super::Trouble;
use super::daemon::Daemon;
use super::mail::ADDRESS;
use super::stage::Stage;
use crate::console::Request;
use crate::console::view::TicketView;
use crate::settings::Lang;

/// The channel to which a letter is pushed by hand.
const MAILBOX: &str = "shuji-xianzhang";

/// Who writes the mail that is handed over by hand.
const TRIER: &str = "wo@mail.example";

/// That mail, with the line ends of the wire.
const LETTER: &str = "From: <wo@mail.example>\r\nTo: <12345@hengdong.example>\r\nSubject: =?utf-8?B?6K+V5LiA5bCB6YKu5Lu2?=\r\n\
    Message-ID: <try1@mail.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
    Content-Transfer-Encoding: 8bit\r\n\r\n试试看:洣水镇解放街的井盖松了。\r\n";

/// Everything to try, ready to be copied.
pub(super) async fn lines(stage: &Stage, daemon: &Daemon, lang: Lang) -> Result<String, Trouble> {
    let list = Request::TicketList { channel: Some(MAILBOX.into()), from: None, to: None, limit: 1 };
    let tickets: Vec<TicketView> = stage.ask(list).await?;
    let number = tickets.first().map_or("", |ticket| ticket.number.as_str());
    let at = format!("http://{}", daemon.address);
    let exe = std::env::current_exe()?;
    let (exe, config) = (exe.display(), stage.folder.config());
    let config = config.display();
    let token = daemon.token.as_deref().unwrap_or_default();
    let secrets = stage.roads.get(MAILBOX).map(|road| road.fitting(stage.folder.path()).secrets).unwrap_or_default();
    let key = secrets.iter().find(|(name, _)| name.ends_with(".key")).map_or("", |(_, secret)| secret.expose());
    let now = jiff::Timestamp::now();
    let (from, to, as_of) = (stage.counts.from, stage.counts.to, stage.counts.as_of);
    let letter = stage.folder.path().join("try.eml");
    std::fs::write(&letter, LETTER)?;
    let letter = letter.display();
    let lmtp = stage.mail.lmtp();
    let (push, mail, outcome, watch, commands, far, end) = match lang {
        Lang::Zh => (
            "推送一封来信",
            "写一封邮件:先看它会变成什么,再像邮件服务器那样用 LMTP 投进去",
            "热线系统报一个办理反馈",
            "健康状况和指标",
            "值守命令",
            "热线系统自己的计数",
            "按 Ctrl-C 结束,临时目录随之删除",
        ),
        Lang::En => (
            "push a letter",
            "write a mail: see what it would become, then hand it over by LMTP as a mail server does",
            "the core posts an outcome",
            "health and metrics",
            "commands",
            "the core's own counts",
            "Ctrl-C ends it; the temporary folder goes away",
        ),
    };
    Ok(format!(
        r#"
# {push}
body='{{"letterNo":"TRY1","letterType":"我要咨询","title":"试一封","content":"试试看","phone":"13800000000"}}'
t=$(date +%s); n=$t$RANDOM
s=$(printf '%s.%s.%s' "$t" "$n" "$body" | openssl dgst -sha256 -hmac {key} -r | cut -d' ' -f1)
curl -i {at}/channels/{MAILBOX} -H 'content-type: application/json' \
  -H "x-timestamp: $t" -H "x-nonce: $n" -H "x-signature: $s" -d "$body"

# {mail} ({lmtp})
{exe} --config {config} mail parse {letter}
exec 3<>/dev/tcp/{host}/{port}
{{ printf 'LHLO me\r\nMAIL FROM:<{TRIER}>\r\nRCPT TO:<{ADDRESS}>\r\nDATA\r\n'
  cat {letter}; printf '.\r\nQUIT\r\n'; }} >&3; cat <&3

# {outcome}
curl -i {at}/api/v1/outcomes -H 'authorization: Bearer {token}' -H 'content-type: application/json' \
  -d '{{"id":"try-1","ticket":"{number}","outcome":{{"kind":"signed","at":"{now}"}}}}'

# {watch}
curl {at}/health/ready
curl {at}/metrics

# {commands}
{exe} --config {config} channel list
{exe} --config {config} ticket list
{exe} --config {config} ticket show {number}
{exe} --config {config} report --from {from} --to {to} --as-of {as_of}

# {far}
curl http://{core}/stats

# {end}"#,
        core = stage.core.addr(),
        host = lmtp.ip(),
        port = lmtp.port(),
    ))
}
