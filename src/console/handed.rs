//! Files that people hand in, and days on which there is none.

use std::path::Path;

use super::view::{BecameView, HandedView, TextView};
use super::{Code, House, Problem};
use crate::intake::{Handing, HandledRow, NotOpened, Registered};
use crate::store::Actor;

/// Hands a file in. It is opened here, by the user that huiliu runs as: whoever may ask is that user, or root.
pub(super) async fn import(
    house: &House,
    called: &str,
    handing: Handing,
    actor: &Actor,
) -> Result<HandedView, Problem> {
    let code = house.control.resolve(called).map_err(Problem::not_found)?;
    readable(&handing.path).await?;
    let (name, dry) = (handing.name.clone(), handing.dry);
    let done = house.control.hand_in(&code, handing, actor).await?;
    Ok(HandedView::of(&code, &name, dry, done))
}

/// Registers letters that were copied into the core by hand; one that cannot be stops none behind it.
pub(super) async fn handled(
    house: &House,
    called: &str,
    rows: Vec<HandledRow>,
    dry: bool,
    actor: &Actor,
) -> Result<Vec<BecameView>, Problem> {
    let code = house.control.resolve(called).map_err(Problem::not_found)?;
    let all = house.control.register(&code, rows, dry, actor).await?;
    let view = |became: Registered| BecameView {
        state: became.state.into(),
        ticket: became.ticket,
        reason: became.reason.map(|text| TextView { zh: text.zh, en: text.en }),
    };
    Ok(all.into_iter().map(view).collect())
}

/// Puts on record that a channel has nothing today (今日无件).
pub(super) async fn nothing_today(house: &House, called: &str, actor: &Actor) -> Result<String, Problem> {
    let code = house.control.resolve(called).map_err(Problem::not_found)?;
    house.store.record(actor, "nothing_today", &format!("channel:{code}")).await?;
    Ok(code)
}

/// A file that cannot be read, or would never end, is told so before anything is begun.
async fn readable(path: &Path) -> Result<(), Problem> {
    let shown = path.display();
    let found = match tokio::fs::metadata(path).await {
        Ok(found) if found.is_file() => tokio::fs::File::open(path).await.map(|_| ()),
        Ok(_) => return Err(Problem::invalid(format!("{shown} 不是文件"), format!("{shown} is no file"))),
        Err(error) => Err(error),
    };
    found.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            Problem::new(Code::NotFound, format!("没有 {shown} 这个文件"), format!("there is no file {shown}"))
        }
        _ => Problem::refused(
            format!("运行汇流的用户读不了 {shown}({error});换个它读得了的地方,或改权限"),
            format!("the user that huiliu runs as cannot read {shown} ({error}); put it where it can, or let it read"),
        ),
    })
}

/// Why a file was not begun; `others` are the channels that take files, by name.
pub fn not_opened(why: NotOpened, others: &[String]) -> Problem {
    match why {
        NotOpened::TakesNone if others.is_empty() => Problem::refused(
            "这个渠道不收文件,也没有别的渠道收;收表格的渠道见 huiliu channel list 的接入方式",
            "this channel takes no files, nor does any other that runs; huiliu channel list shows their kinds",
        ),
        NotOpened::TakesNone => {
            let all = others.join("、");
            Problem::refused(
                format!("这个渠道不收文件;收文件的渠道:{all}"),
                format!("this channel takes no files; those that do: {all}"),
            )
        }
        NotOpened::Bad(bad) => Problem::invalid(bad.0.zh, bad.0.en),
        NotOpened::AnswerThere(path) => Problem::refused(
            format!("已经有 {} 这个文件,不覆盖;请用 --answer 换个名字", path.display()),
            format!("there is a file {} already; choose another name by --answer", path.display()),
        ),
    }
}

/// The channel is off, or its file is wrong.
pub fn channel_off() -> Problem {
    Problem::refused("这个渠道停用或配置有误,先改好再试", "the channel is off or needs mending")
}
