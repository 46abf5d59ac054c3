//! Live configuration: everything is read and built first, then swapped channel by channel. What is wrong changes nothing
//! of what runs; nothing is half applied.

mod differ;
mod read;
mod tell;
mod turn;
pub(super) mod watch;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use jiff::Timestamp;
use tokio::sync::watch::Sender;

use super::build::lent;
use super::core::CoreSide;
use super::letters;
use super::running::{Now, Running};
use crate::console::view::{MistakeView, ReloadReport, WrongChannel};
use crate::settings::{ChannelFile, Channels, Mistake, Text};
use crate::workdays::Calendar;
use differ::{Fate, fates};
use read::Read;
use turn::Turns;

/// Who asks where the watch of the files does.
pub(super) const FILES: &str = "files";

/// Reads the configuration anew when it is told to.
pub(super) struct Reloader {
    pub(super) running: Running,
    pub(super) core: CoreSide,
    /// To whom holidays matter besides the channels.
    pub(super) calendar: Sender<Arc<Calendar>>,
    turns: Turns<ReloadReport>,
    /// Whether somebody asked since the last one began, and not only the watch of the files.
    asked: AtomicBool,
    last: Mutex<Option<ReloadReport>>,
}

impl Reloader {
    /// Over what runs.
    pub(super) fn new(running: Running, core: CoreSide, calendar: Sender<Arc<Calendar>>) -> Self {
        Self { running, core, calendar, turns: Turns::default(), asked: AtomicBool::new(false), last: Mutex::default() }
    }

    /// What came of the last one.
    pub(super) fn last(&self) -> Option<ReloadReport> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads everything anew and takes over what is right. Whoever asks while one is under way waits for the next one, and
    /// shares it with all who ask meanwhile. `by` says who asks: `command`, `api`, `signal` or `files`.
    pub(super) async fn reload(self: Arc<Self>, by: &'static str) -> ReloadReport {
        if by != FILES {
            self.asked.store(true, Ordering::SeqCst);
        }
        // In a task of its own: it goes on to its end, whoever loses patience and hangs up.
        let tracker = self.running.ground.tracker.clone();
        let reload = tracker.spawn(async move { Box::pin(self.turns.share(|| self.once(by))).await });
        reload.await.unwrap_or_else(|_| {
            let text = Text::new(
                "重新读取配置时程序出错,详见日志",
                "the reload failed by a fault of the program; see the log",
            );
            let mistake = Mistake::whole(std::path::Path::new("gateway.toml"), text);
            ReloadReport { mistakes: vec![MistakeView::from(&mistake)], ..empty(by, "refused") }
        })
    }

    async fn once(&self, by: &'static str) -> ReloadReport {
        let (at, began) = (Timestamp::now(), Instant::now());
        // Whoever asks from here on has the next one.
        let asked = self.asked.swap(false, Ordering::SeqCst);
        let mut report = match self.read().await {
            Ok(read) => Box::pin(self.take_over(read, by, asked)).await,
            Err(mistakes) => {
                tell::refused(&mistakes);
                ReloadReport { mistakes: mistakes.iter().map(MistakeView::from).collect(), ..empty(by, "refused") }
            }
        };
        (report.at, report.took_ms) = (at, began.elapsed().as_millis() as u64);
        tell::done(&report);
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(report.clone());
        report
    }

    /// Whoever asks for a reload has mended something, perhaps at the far side: what stands still is asked once more. The
    /// watch of the files does not, for it may see many changes, and each attempt may bring an account nearer to its lock.
    /// What was swapped is asked anew anyway.
    fn resume_denied(&self, report: &ReloadReport, core_replaced: bool) -> Vec<String> {
        let anew = |code: &String| report.swapped.contains(code) || report.added.contains(code);
        let mut sides = self.running.resume_denied(anew);
        if !core_replaced && self.core.resume_denied() {
            sides.push("core".into());
        }
        sides
    }

    /// A secret was set: whatever uses it runs with it from now on. Answers the codes of channels, and `core`.
    pub(super) async fn secret_set(&self, name: &str) -> Vec<String> {
        let _turn = self.turns.alone().await;
        let mut swapped = Box::pin(self.running.secret_set(name)).await;
        let (now, ground) = (self.running.now(), &self.running.ground);
        if now.settings.written().get("core").is_some_and(|core| super::running::names_secret(core, name)) {
            match super::core::CoreMade::make(&now.settings, &ground.variables, ground.kinds, &lent(&ground.store)) {
                Ok(made) => {
                    if self.core.replace(made, now.settings.settings.core.as_ref()) {
                        swapped.push("core".into());
                    }
                }
                Err(mistakes) => {
                    let mistake = tell::first(&mistakes);
                    tracing::warn!(mistake, "a secret was set, but the core still cannot be built");
                }
            }
        }
        swapped
    }

    async fn read(&self) -> Result<Read, Vec<Mistake>> {
        let ground = &self.running.ground;
        let (started, variables, kinds) = (ground.started.clone(), ground.variables.clone(), ground.kinds);
        let blind = lent(&ground.store);
        let read = tokio::task::spawn_blocking(move || read::read(&started, &variables, kinds, &blind)).await;
        read.unwrap_or_else(|_| {
            let text =
                Text::new("重新读取配置时程序出错,详见日志", "reading failed by a fault of the program; see the log");
            Err(vec![Mistake::whole(&ground.started.dir.join("gateway.toml"), text)])
        })
    }

    /// Swaps channel by channel; whatever of one fails leaves that one as it was.
    async fn take_over(&self, read: Read, by: &'static str, asked: bool) -> ReloadReport {
        let Read { house, needs_restart, core, files, mut made } = read;
        let before = self.running.now();
        self.look_up(&mut made).await;
        self.settle(&files, &before.files, &mut made);
        let budgets = before.budgets.anew(&house.settings.budgets);
        let runs = self.running.channels();
        let made_of = runs.iter().map(|(code, (_, made_of))| (code.clone(), made_of.clone())).collect();
        let would = made.iter().map(|(code, made)| (code.clone(), made.as_ref().ok().map(|made| made.made_of.clone())));
        let fates = fates(&made_of, &self.running.wrong_ones(), &would.collect());
        let not_yet = |key: &&str| needs_restart.iter().any(|other| other == key);
        let taken_over: Vec<_> = house.differs_in(&before.settings).into_iter().filter(|key| !not_yet(key)).collect();
        let mut report = ReloadReport { needs_restart, ..empty(by, "ok") };
        for (code, fate) in fates {
            let made = made.remove(&code).unwrap_or_else(|| Err(Vec::new()));
            let done = match (fate, made) {
                (Fate::Unchanged, _) => {
                    self.running.mended(&code);
                    report.unchanged += 1;
                    continue;
                }
                (Fate::Retired | Fate::Gone, _) => self.leave(&code).await.map(|retired| (retired, fate)),
                (Fate::Swapped | Fate::Added, Ok(made)) => {
                    let pace = runs.get(&code).map(|(channel, _)| &channel.pace);
                    match made.enrolled(&house, &budgets, pace, &self.running.ground.store).await {
                        Ok(Ok((channel, made_of))) => {
                            self.running.put(channel.clone(), made_of);
                            self.running.ask_soon(&channel);
                            Ok((true, fate))
                        }
                        Ok(Err(mistakes)) => Err(mistakes),
                        Err(error) => Err(vec![store_failed(&code, &error)]),
                    }
                }
                (Fate::Swapped | Fate::Added | Fate::Kept | Fate::Broken, Err(mistakes)) => Err(mistakes),
                (Fate::Kept | Fate::Broken, Ok(_)) => continue,
            };
            match done {
                Ok((_, Fate::Swapped)) => report.swapped.push(code),
                Ok((_, Fate::Added)) => report.added.push(code),
                Ok((true, _)) => report.retired.push(code),
                Ok(_) => {}
                Err(mistakes) => {
                    let wrong = WrongChannel {
                        channel: code.clone(),
                        mistakes: mistakes.iter().map(MistakeView::from).collect(),
                    };
                    self.running.set_aside(&code, mistakes);
                    if runs.contains_key(&code) { report.kept.push(wrong) } else { report.broken.push(wrong) }
                }
            }
        }
        let core_replaced = self.core.replace(core, house.settings.core.as_ref());
        if asked {
            report.resumed = self.resume_denied(&report, core_replaced);
        }
        self.core.mean(&house);
        self.calendar.send_replace(house.calendar.clone());
        report.taken_over = taken_over.into_iter().map(str::to_owned).collect();
        let kept = |code: &str| report.kept.iter().any(|wrong| wrong.channel == code);
        let in_force = |file: &ChannelFile| match before.files.of(&file.code) {
            Some(old) if kept(&file.code) => old.clone(),
            _ => file.clone(),
        };
        let files = files.iter().map(in_force).collect();
        self.running.hold(Now { settings: house, budgets, files });
        if !report.is_well() {
            report.result = "partial".into();
        }
        report
    }

    /// Sets aside what would split a channel's memory of numbers.
    async fn look_up(&self, made: &mut BTreeMap<String, Result<super::build::Made, Vec<Mistake>>>) {
        for (code, made) in made.iter_mut() {
            let Ok(right) = &*made else { continue };
            let found = self.running.ground.store.remembers_elsewhere(code, right.namespace()).await;
            let mistake = match found {
                Ok(None) => continue,
                Ok(Some(remembered)) => right.leaves(&remembered),
                Err(error) => store_failed(code, &error),
            };
            *made = Err(vec![mistake]);
        }
    }

    /// Channels that are wrong go on as they were: whether the others' names, namespaces and addresses of
    /// letters can stand beside theirs.
    fn settle(
        &self,
        files: &Channels,
        before: &Channels,
        made: &mut BTreeMap<String, Result<super::build::Made, Vec<Mistake>>>,
    ) {
        let goes_on = |code: &str| made.get(code).is_some_and(Result::is_err) && self.running.channel(code).is_some();
        let mixed: Channels = files
            .iter()
            .map(|file| before.of(&file.code).filter(|_| goes_on(&file.code)).unwrap_or(file).clone())
            .collect();
        let mixed = mixed.checked();
        for file in mixed.iter() {
            if let (Err(mistakes), Some(made @ Ok(_))) = (&file.result, made.get_mut(&file.code)) {
                *made = Err(mistakes.clone());
            }
        }
        letters::settle(&letters::of_those_that_run(&self.running.channels()), made);
    }

    /// A channel whose folder is gone: retired if the store knows it, else forgotten.
    async fn leave(&self, code: &str) -> Result<bool, Vec<Mistake>> {
        match self.running.is_known(code).await {
            Ok(true) => {
                self.running.retire(code);
                Ok(true)
            }
            Ok(false) => {
                self.running.forget(code);
                Ok(false)
            }
            Err(error) => Err(vec![store_failed(code, &error)]),
        }
    }
}

/// The store could not say, or not keep, what a channel needs.
fn store_failed(code: &str, error: &crate::store::StoreError) -> Mistake {
    let text = Text::new(
        format!("存储出错,渠道 {code} 没有更换:{error}"),
        format!("the store failed, channel {code} was not swapped: {error}"),
    );
    let remedy = Text::new("查看运行日志,排除后再运行 huiliu reload", "see the log, then run huiliu reload once more");
    Mistake::whole(std::path::Path::new(code), text).remedy(remedy)
}

/// A report in which nothing happened.
fn empty(by: &str, result: &str) -> ReloadReport {
    ReloadReport { result: result.into(), by: by.into(), at: Timestamp::now(), ..ReloadReport::default() }
}
