//! The first item: what a far side brings when it is asked from the start, and whether it can be read. Only counts and the
//! names of fields are told of it.

use std::time::Duration;

use huiliu_contract::{Fault, Item, Page, Poll, Step, Submission, Went};
use tokio::time::timeout;

use crate::normalize::Mapping;
use crate::outcomes::Reading;
use crate::settings::Lang;

/// Pages that are asked for until an item comes: a list, then the detail of its first item.
const PAGES: usize = 3;

/// Asks, and maps the first item of a channel.
pub(super) async fn ticket(poll: &dyn Poll, mapping: &Mapping, limit: Duration) -> Step {
    step(poll, limit, |item| {
        let read = mapping.read_with(item.document.reveal(), &item.attachments);
        read.map(|_| ()).map_err(|why| (why.shown(Lang::En), why.shown(Lang::Zh)))
    })
    .await
}

/// Asks, and reads the first record of the core's list.
pub(super) async fn outcome(poll: &dyn Poll, reading: Option<&Reading>, limit: Duration) -> Step {
    step(poll, limit, |item| {
        let Some(reading) = reading else { return Ok(()) };
        let read = reading.read(item.external_id.as_str(), item.document.reveal());
        read.map(|_| ())
            .map_err(|not| (format!("{} at `{}`", not.reason, not.place), format!("{}(“{}”)", not.reason, not.place)))
    })
    .await
}

type Read<'a> = &'a (dyn Fn(&Submission) -> Result<(), (String, String)> + Send + Sync);

async fn step(
    poll: &dyn Poll,
    limit: Duration,
    read: impl Fn(&Submission) -> Result<(), (String, String)> + Send + Sync,
) -> Step {
    match timeout(limit, page(poll)).await {
        Ok(Ok(page)) => judged(&page, &read),
        Ok(Err(fault)) => failed(&fault),
        Err(_) => {
            let seconds = limit.as_secs();
            Step::new(
                "first_item",
                Went::Wrong,
                format!("no answer within {seconds} s; a slow far side may need --timeout"),
                format!("{seconds} 秒没有应答;对方慢的话加 --timeout"),
            )
        }
    }
}

/// The first page with an item, or the last one that was asked for. Nothing of it is remembered.
async fn page(poll: &dyn Poll) -> Result<Page, Fault> {
    let mut page = poll.preview(None, None).await?;
    for _ in 1..PAGES {
        if !page.items.is_empty() || !page.more {
            break;
        }
        let (next, keep) = (page.next.take(), page.keep.take());
        page = poll.preview(next.as_ref(), keep.as_ref()).await?;
    }
    Ok(page)
}

fn judged(page: &Page, read: Read<'_>) -> Step {
    let count = page.items.len();
    let step = |went, en: String, zh: String| Step::new("first_item", went, en, zh);
    match page.items.first() {
        None => step(Went::Right, "the list is empty just now".into(), "列表现在是空的".into()),
        Some(Item::Unreadable(why)) => step(
            Went::Wrong,
            format!("{count} came; the first cannot be read: {}", why.reason.en),
            format!("来了 {count} 件,第一件读不了:{}", why.reason.zh),
        ),
        Some(Item::Submission(item)) => match read(item) {
            Ok(()) => {
                step(Went::Right, format!("{count} came; the first is read"), format!("来了 {count} 件,第一件认得出"))
            }
            Err((en, zh)) => step(
                Went::Wrong,
                format!("{count} came; the first cannot be read:\n{en}"),
                format!("来了 {count} 件,第一件认不出:\n{zh}"),
            ),
        },
    }
}

fn failed(fault: &Fault) -> Step {
    let (en, zh) = match fault {
        Fault::Denied { .. } => (
            "check who we are to it (`auth`, `[login]`), and whether our address is let through",
            "核对身份(auth、[login]),问对方有没有放行本机地址",
        ),
        Fault::Unavailable { .. } | Fault::PutOff { .. } => {
            ("ask the far side; or try again later", "过一会儿再试,还不行就问对方")
        }
        Fault::NeedsPerson { .. } => ("a person has to do something first", "要先由人处理"),
        Fault::Malformed { .. } => (
            "the answer is not as the file says: check `[poll]`, and that the path is right",
            "返回和配置对不上:核对 [poll] 和路径",
        ),
    };
    let zh_word = match fault {
        Fault::Denied { .. } => "对方不认我们的身份",
        Fault::Unavailable { .. } | Fault::PutOff { .. } => "对方现在不可用",
        Fault::NeedsPerson { .. } => "要人处理",
        Fault::Malformed { .. } => "返回看不懂",
    };
    Step::new("first_item", Went::Wrong, fault.to_string(), format!("{zh_word}({fault})")).remedy(en, zh)
}
