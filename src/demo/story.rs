//! What happens in the demo, in its order: letters come by nine roads and by mail, faults are played, the gateway is killed and comes
//! back, letters are changed and asked about, all are closed but some, and some are done again. It waits for what it needs
//! to see, and judges nothing: the reconciliation does.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use huiliu_farside::roads::{Asking, Matter, Road};
use tokio::task::JoinSet;

use super::Trouble;
use super::daemon::Daemon;
use super::mail;
use super::quarter::{Later, Planned};
use super::stage::{Handed, Stage};
use crate::console::Request;
use crate::console::view::ChannelView;

/// How long the story waits for something to be seen.
const PATIENCE: Duration = Duration::from_secs(90);

/// Over how long the letters of a quarter come at most.
const COMING: Duration = Duration::from_secs(18);

/// Over how long those of this one come.
fn coming(stage: &Stage) -> Duration {
    COMING.min(Duration::from_secs(3) + Duration::from_millis(55) * stage.counts.all())
}

/// How many sheets a channel makes of its letters.
const SHEETS: usize = 3;

/// Plays everything; the gateway that runs at the end.
pub(super) async fn play(stage: &Arc<Stage>, daemon: Daemon) -> Result<Daemon, Trouble> {
    let (all, closed) = (stage.counts.all(), stage.counts.closed);
    stage.screen.say(
        format!("汇流启动,监听 {};九个渠道照随附的配置启用,要重放 {all} 件,办结 {closed} 件", daemon.address),
        format!(
            "the gateway listens on {}; nine shipped channels, {all} letters to come, {closed} to be closed",
            daemon.address
        ),
    );
    let clerk = tokio::spawn(Arc::clone(&stage.clerk).work());
    let played = Box::pin(quarter(stage, daemon)).await;
    clerk.abort();
    played
}

async fn quarter(stage: &Arc<Stage>, daemon: Daemon) -> Result<Daemon, Trouble> {
    went_live(stage).await?;
    mail::first_letters(stage).await?;
    stage.roads.values().for_each(|road| road.play_faults(Some(stage.seed)));
    let (all, mut letters) = (coming(stage), letters_come(stage));
    pause(all / 3).await;
    stage.core.spell(u64::MAX, 1);
    stage.screen.say("热线系统开始答 503:来件照收,先存着", "the core answers 503: what comes is still taken and kept");
    pause(all / 6).await;
    let daemon = killed(stage, daemon).await?;
    pause(all / 6).await;
    stage.core.spell(0, 0);
    stage.screen.say("热线系统恢复,积下的按顺序补送", "the core is well again; what waited goes in its order");
    while let Some(done) = letters.join_next().await {
        done.map_err(|error| Trouble::new("交件中断", error.to_string()))??;
    }
    one_letter_by_several_roads(stage).await?;
    until("来件全部到热线系统", "all letters at the core", || async {
        Ok(of_the_quarter(stage).len() == stage.counts.all() as usize)
    })
    .await?;
    changed(stage).await?;
    asked(stage).await?;
    mail::follow_ups(stage).await?;
    stage.worker.release();
    until("该办结的都办结", "everything to be closed is closed", || async {
        Ok(closed_by_core(stage) == stage.counts.closed)
    })
    .await?;
    done_again(stage).await?;
    stage.roads.values().for_each(|road| road.play_faults(None));
    mail::answered(stage).await?;
    settled(stage).await?;
    Ok(daemon)
}

async fn pause(wait: Duration) {
    tokio::time::sleep(wait).await;
}

/// Waits until something holds, asked again and again.
pub(super) async fn until<F: Future<Output = Result<bool, Trouble>>>(
    zh: &str,
    en: &str,
    holds: impl Fn() -> F,
) -> Result<(), Trouble> {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if holds().await? {
            return Ok(());
        }
        pause(Duration::from_millis(100)).await;
    }
    let seconds = PATIENCE.as_secs();
    Err(Trouble::new(format!("等了 {seconds} 秒还没有看到:{zh}"), format!("not seen within {seconds} s: {en}")))
}

/// The letters of the quarter that the core has, each with its answer.
fn of_the_quarter(stage: &Stage) -> Vec<Option<String>> {
    let sources = stage.worker.worked().sources.into_iter();
    sources.filter(|((channel, _), _)| channel != mail::CHANNEL).map(|(_, answer)| answer).collect()
}

fn closed_by_core(stage: &Stage) -> u32 {
    u32::try_from(of_the_quarter(stage).iter().flatten().count()).unwrap_or(u32::MAX)
}

async fn went_live(stage: &Stage) -> Result<(), Trouble> {
    until("各渠道首次取件完成", "the end of every first run", || async {
        let channels: Vec<ChannelView> = stage.ask(Request::ChannelList).await?;
        Ok(channels.iter().all(|channel| channel.first_run.as_deref() == Some("through")))
    })
    .await?;
    let deeds = &stage.clerk.deeds;
    let (live, logins) = (deeds.went_live.load(Ordering::Relaxed), deeds.logins.load(Ordering::Relaxed));
    stage.screen.say(
        format!("首次取件见到旧件,先停下问人:值班员确认启用 {live} 个渠道,看图登录 {logins} 次"),
        format!("first runs met old letters and asked: the clerk confirmed {live} channels and read {logins} pictures"),
    );
    Ok(())
}

type Coming = JoinSet<Result<(), Trouble>>;

/// Lets every road hand its letters over by itself.
fn letters_come(stage: &Arc<Stage>) -> Coming {
    let mut coming = JoinSet::new();
    for &channel in stage.roads.keys() {
        coming.spawn(by_one_road(Arc::clone(stage), channel));
    }
    coming
}

async fn by_one_road(stage: Arc<Stage>, channel: &'static str) -> Result<(), Trouble> {
    let Some(road) = stage.roads.get(channel) else { return Ok(()) };
    let came: Vec<Option<usize>> = stage.handed().into_iter().map(|one| one.planned).collect();
    let own = stage.quarter.letters.iter().enumerate().filter(|(_, letter)| letter.channel == channel);
    let own: Vec<(usize, &Planned)> = own.filter(|(n, _)| !came.contains(&Some(*n))).collect();
    let each = coming(&stage) / u32::try_from(own.len()).unwrap_or(u32::MAX).max(1);
    for (place, (n, letter)) in own.iter().enumerate() {
        let number = road.hand_over(&letter.matter).await?;
        stage.note(channel, number, Some(*n));
        if (place + 1) % own.len().div_ceil(SHEETS) == 0 {
            road.flush().await?;
        }
        pause(each).await;
    }
    Ok(road.flush().await?)
}

async fn killed(stage: &Arc<Stage>, daemon: Daemon) -> Result<Daemon, Trouble> {
    let (waiting, address) = (stage.glance().await?.undone, daemon.address);
    let token = daemon.token.clone();
    daemon.kill().await?;
    stage.screen.say(
        format!("kill -9 网关:还有 {waiting} 条没送到,各处正交到一半"),
        format!("kill -9 of the gateway: {waiting} things undone, letters in the middle of coming"),
    );
    let queued = mail::in_the_queue(stage);
    pause(Duration::from_millis(1200)).await;
    let mut daemon = Daemon::start(&stage.folder, Some(address), stage.lang).await?;
    // It is printed only at the very first start.
    daemon.token = token;
    for notice in &daemon.notices {
        stage.screen.say(format!("重新启动,它说:{notice}"), format!("started again, it says: {notice}"));
    }
    mail::told_again(stage, queued).await?;
    Ok(daemon)
}

async fn one_letter_by_several_roads(stage: &Stage) -> Result<(), Trouble> {
    let Some((matter, channels)) = &stage.quarter.same else { return Ok(()) };
    let roads = channels.iter().filter_map(|channel| Some((*channel, stage.roads.get(channel)?)));
    let mut parent: Option<String> = None;
    for (channel, road) in roads {
        let letter = Matter { parent_no: parent.clone(), ..matter.clone() };
        let number = road.hand_over(&letter).await?;
        stage.note(channel, number.clone(), None);
        let key = (channel.to_owned(), number.clone());
        until("同一封信到热线系统", "the letter by this road at the core", || async {
            Ok(stage.worker.worked().sources.contains_key(&key))
        })
        .await?;
        parent.get_or_insert(number);
    }
    let names: Vec<&str> =
        super::sentence::CHANNELS.iter().filter(|one| channels.contains(&one.code)).map(|one| one.name).collect();
    stage.screen.say(
        format!("一信多投:{} 来的同一封信并成一单,各算各的件", names.join("、")),
        format!("one letter by {} roads is one ticket, and counts for each", channels.len()),
    );
    Ok(())
}

async fn changed(stage: &Stage) -> Result<(), Trouble> {
    let (mut told, mut revised) = (0, 0);
    for (_, Handed { channel, number, .. }) in stage.with(Later::Repeat) {
        let road = road(stage, channel)?;
        road.repeat(&number).await?;
        road.flush().await?;
        told += 1;
    }
    for (n, Handed { channel, number, .. }) in stage.with(Later::Revise) {
        let road = road(stage, channel)?;
        let content = format!("{}补充说明:昨晚又发生了一次。", stage.quarter.letters[n].matter.content);
        revised += u64::from(road.revise(&number, &content).await?);
        road.flush().await?;
    }
    until("更正到热线系统", "revisions at the core", || async {
        let revised = stage.glance().await?.revised;
        Ok(revised.core >= revised.far)
    })
    .await?;
    stage.screen.say(
        format!("重发 {told} 件,都认得出,不另立单;更正 {revised} 件,热线各收到一次更正"),
        format!("{told} letters told again are known; {revised} changed ones reach the core as revisions"),
    );
    Ok(())
}

fn road<'s>(stage: &'s Stage, channel: &str) -> Result<&'s Arc<dyn Road>, Trouble> {
    stage.roads.get(channel).ok_or_else(|| Trouble::new("没有这个渠道", "there is no such road"))
}

async fn asked(stage: &Stage) -> Result<(), Trouble> {
    let mut counts = [0_u64; 3];
    for (place, later, asking) in [
        (0, Later::Urge, Asking::Urge("来信人多次来电询问,请尽快办理并答复。".into())),
        (1, Later::Supplement, Asking::Supplement("补充:涉及的住户又多了两户。".into())),
        (2, Later::Supervise, Asking::Supervise("此件列入督办,请于五个工作日内报办理结果。".into())),
    ] {
        for (_, Handed { channel, number, .. }) in stage.with(later) {
            let road = road(stage, channel)?;
            counts[place] += u64::from(road.ask(&number, &asking).await?);
            road.flush().await?;
        }
    }
    acts_arrive(stage).await?;
    let [urged, added, supervised] = counts;
    stage.screen.say(
        format!("催办 {urged} 件,补充 {added} 件,督办 {supervised} 件:认得是哪一件,不另计件"),
        format!(
            "{urged} urged, {added} added to, {supervised} supervised: about letters that are known, and no new ones"
        ),
    );
    Ok(())
}

async fn acts_arrive(stage: &Stage) -> Result<(), Trouble> {
    until("催办等到热线系统", "what was asked at the core", || async {
        let acts = stage.glance().await?.acts;
        Ok(acts.core >= acts.far)
    })
    .await
}

/// Some answers are sent back once they arrived, and must be given again.
async fn done_again(stage: &Stage) -> Result<(), Trouble> {
    let agreed = || stage.clerk.deeds.agreed.load(Ordering::Relaxed);
    let mut again = 0;
    for (_, Handed { channel, number, .. }) in stage.with(Later::Redo) {
        let road = road(stage, channel)?;
        let redo = Asking::Redo("答复没有说清是否整改到位,请重新办理。".into());
        let began = Instant::now();
        // What is not concluded there yet cannot be sent back.
        while began.elapsed() < PATIENCE {
            match road.ask(&number, &redo).await {
                Ok(done) => {
                    again += u64::from(done);
                    break;
                }
                Err(_) => pause(Duration::from_millis(300)).await,
            }
        }
        road.flush().await?;
    }
    acts_arrive(stage).await?;
    let agreed = agreed();
    stage.screen.say(
        format!("值班员已审签 {agreed} 份答复;退回重办 {again} 件,热线重办,答复再送一次"),
        format!("the clerk agreed to {agreed} answers; {again} were sent back, done again and answered anew"),
    );
    Ok(())
}

/// Waits until all is delivered. What is not there in time is for the reconciliation to say.
async fn settled(stage: &Stage) -> Result<(), Trouble> {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        let now = stage.glance().await?;
        let answered = now.channels.iter().all(|one| one.closed == one.answered && one.astray == 0);
        if answered && now.undone == 0 && now.dead == 0 && now.all(|one| one.closed) == now.to_close {
            return Ok(());
        }
        pause(Duration::from_millis(250)).await;
    }
    Ok(())
}
