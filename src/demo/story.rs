//! What happens in the demo, in its order: letters and orders come, faults are played, the gateway is killed and comes
//! back. It waits for what it needs to see, and judges nothing: the reconciliation does.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use huiliu_farside::mailbox::{Mailbox, Pushed};
use huiliu_farside::platform::Trick;
use jiff::Timestamp;

use super::Trouble;
use super::daemon::Daemon;
use super::folder::{MAILBOX, PLATFORM};
use super::letters;
use super::stage::Stage;
use crate::console::Request;

/// How long the story waits for something to be seen.
const PATIENCE: Duration = Duration::from_secs(30);

/// How many letters are on their way when the gateway is killed.
const UNDER_WAY: u32 = 24;

/// Plays everything; the gateway that runs at the end.
pub(super) async fn play(stage: &Arc<Stage>, daemon: Daemon) -> Result<Daemon, Trouble> {
    stage.screen.say(
        format!("汇流启动,监听 {};书记县长信箱推送,省级12345热线每秒去取一次", daemon.address),
        format!("the gateway listens on {}; one channel pushes, the other is asked every second", daemon.address),
    );
    letters_come(stage).await?;
    strange_ones(stage).await?;
    page_twice(stage).await?;
    let pushing = core_away(stage).await?;
    let daemon = killed(stage, daemon).await?;
    back(stage, pushing).await?;
    changed(stage).await?;
    settled(stage).await?;
    Ok(daemon)
}

async fn pause(millis: u64) {
    tokio::time::sleep(Duration::from_millis(millis)).await;
}

/// Pushes letters one after the other; all must be acknowledged with a ticket number.
async fn push(mailbox: &Mailbox, serials: std::ops::Range<u32>, gap: u64, now: Timestamp) -> Result<(), Trouble> {
    for serial in serials {
        let letter = letters::letter(serial, now);
        match mailbox.push(&letter).await {
            Pushed::Acknowledged(Some(_)) => {}
            other => return Err(refused(&letter.number, &other)),
        }
        pause(gap).await;
    }
    Ok(())
}

fn refused(number: &str, how: &Pushed) -> Trouble {
    Trouble::new(format!("来信 {number} 没有收下:{how:?}"), format!("the letter {number} was not taken: {how:?}"))
}

/// Waits until something holds, asked again and again.
async fn until<F: Future<Output = Result<bool, Trouble>>>(
    zh: &str,
    en: &str,
    holds: impl Fn() -> F,
) -> Result<(), Trouble> {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if holds().await? {
            return Ok(());
        }
        pause(100).await;
    }
    let seconds = PATIENCE.as_secs();
    Err(Trouble::new(format!("等了 {seconds} 秒还没有看到:{zh}"), format!("not seen within {seconds} s: {en}")))
}

async fn letters_come(stage: &Stage) -> Result<(), Trouble> {
    push(&stage.mailbox, 1..9, 120, stage.began).await?;
    let letter = letters::letter(9, stage.began);
    let (first, again) = stage.mailbox.push_twice(&letter).await;
    if first != again {
        return Err(refused(&letter.number, &again));
    }
    let number = match again {
        Pushed::Acknowledged(Some(number)) => number,
        other => return Err(refused(&letter.number, &other)),
    };
    stage.screen.say(
        format!("重发:来信 {} 推了两次,两次都答同一个汇流编号 {number}", letter.number),
        format!("told again: letter {} came twice and got one number, {number}", letter.number),
    );
    until("省级12345热线第一次取完", "the end of the platform's first run", || async {
        Ok(stage.channel(PLATFORM).await?.first_run.as_deref() == Some("through"))
    })
    .await
}

async fn strange_ones(stage: &Stage) -> Result<(), Trouble> {
    let unlisted = letters::letter_of_an_unlisted_type(10, stage.began);
    match stage.mailbox.push(&unlisted).await {
        Pushed::Acknowledged(None) => {}
        other => return Err(refused(&unlisted.number, &other)),
    }
    let unreadable = stage.mailbox.push_malformed("{\"letterNo\": \"XX0000\", \"title\": ").await;
    let stranger = stage.mailbox.push_unproven(&letters::letter(11, stage.began)).await;
    let told = |status: Option<u16>| status.map_or_else(|| "-".into(), |status| status.to_string());
    stage.platform.grow_with(letters::order_of_an_unlisted_type(3));
    stage.platform.grow_malformed();
    stage.screen.say(
        format!("认不出:代码表里没有的类别,照收、列出;半截 JSON,留底、答 {}", told(unreadable)),
        format!("unmappable: an unlisted type is kept and listed; half a JSON is kept, answered {}", told(unreadable)),
    );
    stage.screen.say(
        format!("冒充:签名不对的推送,答 {},不留", told(stranger)),
        format!("a stranger: a push with a wrong signature is answered {} and not kept", told(stranger)),
    );
    until("两个渠道各有认不出的件列出", "unmappable ones listed for both channels", || async {
        let figures = stage.figures().await?;
        Ok(figures.channels.iter().all(|channel| channel.listed >= 2))
    })
    .await
}

/// Waits for a moment between two walks over the platform's pages, so that a trick meets the page it is meant for.
async fn between_walks(stage: &Stage) {
    loop {
        let before = stage.platform.stats().requests;
        pause(200).await;
        if stage.platform.stats().requests == before {
            return;
        }
    }
}

async fn page_twice(stage: &Stage) -> Result<(), Trouble> {
    between_walks(stage).await;
    stage.platform.play([Trick::Nothing, Trick::SamePageAgain]);
    (20..34).for_each(|serial| stage.platform.grow_with(letters::order(serial)));
    until("平台重复给页", "a page given twice", || async {
        Ok(stage.channel(PLATFORM).await?.far.is_some_and(|far| far.fault.is_some()))
    })
    .await?;
    stage.screen.say(
        "平台把同一页给了两次:取件停下,取件进度不前移,30 秒后再取",
        "the platform gave a page twice: polling stops, the cursor stays, asked again in 30 s",
    );
    let name = stage.channel(PLATFORM).await?.name;
    let _: serde_json::Value = stage.ask(Request::Resume { channel: name.clone() }).await?;
    stage.screen.say(
        format!("值班员不等了:huiliu channel resume {name},马上再取"),
        format!("somebody does not wait: huiliu channel resume {name}, asked again at once"),
    );
    until("平台的件取完", "all orders of the platform", || async {
        let figures = stage.figures().await?;
        Ok(figures.channels.iter().all(|channel| channel.sent > 0 && channel.sent == channel.tickets + channel.listed))
    })
    .await
}

type Pushing = tokio::task::JoinHandle<Result<(), Trouble>>;

async fn core_away(stage: &Arc<Stage>) -> Result<Pushing, Trouble> {
    stage.core.spell(u64::MAX, 1);
    stage
        .screen
        .say("热线系统开始答 503:来信照收,应答不变慢,先存着", "the core answers 503: letters are still taken and kept");
    push(&stage.mailbox, 12..24, 100, stage.began).await?;
    let (mailbox, began) = (stage.mailbox.clone(), stage.began);
    let pushing = tokio::spawn(async move { push(&mailbox, 24..24 + UNDER_WAY, 60, began).await });
    pause(600).await;
    Ok(pushing)
}

async fn killed(stage: &Stage, daemon: Daemon) -> Result<Daemon, Trouble> {
    let undone = stage.undone().await?;
    let address = daemon.address;
    let token = daemon.token.clone();
    daemon.kill().await?;
    stage.screen.say(
        format!("kill -9 网关:还有 {undone} 条没转出去,信箱正推到一半"),
        format!("kill -9 of the gateway: {undone} events undone, the mailbox in the middle of pushing"),
    );
    pause(1500).await;
    let mut daemon = Daemon::start(&stage.folder, Some(address), stage.lang).await?;
    // It is printed only at the very first start.
    daemon.token = token;
    for notice in &daemon.notices {
        stage.screen.say(format!("重新启动,它说:{notice}"), format!("started again, it says: {notice}"));
    }
    Ok(daemon)
}

async fn back(stage: &Stage, pushing: Pushing) -> Result<(), Trouble> {
    pushing.await.map_err(|error| Trouble::new("推送中断", error.to_string()))??;
    let open = stage.mailbox.open().len();
    stage.screen.say(
        format!("信箱重推完毕,没有应答的 {open} 封;热线系统恢复"),
        format!("the mailbox told again what was unanswered, {open} are open; the core is well again"),
    );
    stage.core.spell(0, 0);
    Ok(())
}

async fn changed(stage: &Stage) -> Result<(), Trouble> {
    let revised = letters::letter(2, stage.began).revised("补充:昨晚又发生一次。");
    match stage.mailbox.push(&revised).await {
        Pushed::Acknowledged(Some(_)) => stage.revised[0].fetch_add(1, Ordering::Relaxed),
        other => return Err(refused(&revised.number, &other)),
    };
    let order = stage.platform.numbers().into_iter().flatten().next().unwrap_or_default();
    if stage.platform.revise(&order) {
        stage.revised[1].fetch_add(1, Ordering::Relaxed);
    }
    stage.screen.say(
        format!("更正:{MAILBOX} 的 {} 和 {PLATFORM} 的 {order} 改了内容", revised.number),
        format!("revised: {} of {MAILBOX} and {order} of {PLATFORM}", revised.number),
    );
    let from = 24 + UNDER_WAY;
    push(&stage.mailbox, from..from + 8, 100, stage.began).await
}

/// Waits until all is delivered. What is not there in time is for the reconciliation to say.
async fn settled(stage: &Stage) -> Result<(), Trouble> {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if stage.figures().await?.wrong().is_empty() && stage.undone().await? == 0 {
            return Ok(());
        }
        pause(200).await;
    }
    Ok(())
}
