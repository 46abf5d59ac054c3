//! Killed between any two steps: the real program, SIGKILL under load, started again on what it left, many
//! times. `HUILIU_KILLS` says how many kills must count (50 unless it is set).

mod load;
mod oracle;
mod steps;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use huiliu_farside::core::{Core, CoreOptions};
use huiliu_farside::platform::{Platform, PlatformOptions, Trick};
use jiff::{SignedDuration, Timestamp};

use load::Load;
use oracle::Heard;
use steps::{Kill, Place, STEPS, Step};

use crate::glass::Glass;
use crate::house::PATIENCE;
use crate::scene::{Plan, Scene};
use crate::written::province_by_number;

/// Longest wait for the moment that a kill is aimed at; then it comes anyway.
const AIM: Duration = Duration::from_secs(3);

/// The far sides and the program in their midst.
struct Run {
    scene: Scene,
    platform: Arc<Platform>,
    before_platform: Glass,
    load: Load,
    began: Place,
}

impl Run {
    async fn begin() -> Self {
        let from = Timestamp::now() - SignedDuration::from_hours(24);
        let delay = Duration::from_millis(4);
        let platform = Platform::start(PlatformOptions { from, delay, ..PlatformOptions::new(3) }).await.unwrap();
        let before_platform = Glass::before(platform.addr()).await;
        let province = province_by_number(&before_platform.url(), "state = \"live\"", 20);
        let retries = format!("in_flight = 4\nretries = [{}]", ["\"200ms\""; 20].join(", "));
        let core = Core::start(CoreOptions::default()).await.unwrap();
        core.slow(Duration::from_millis(3));
        let plan = Plan::with_core(core).await.letters().channel("province", &province).core(&retries);
        let scene = plan.log("warn").start().await;
        // Its first run: what it finds later is new.
        scene.until_told(3).await;
        scene.until("the first run is through", || before_platform.count() > 3).await;
        let platform = Arc::new(platform);
        let load = Load::start(scene.house.url.clone(), scene.core.clone(), platform.clone());
        Self { scene, platform, before_platform, load, began: Place::default() }
    }

    /// What goes wrong at the far sides while the `turn`-th process runs.
    fn faults(&self, turn: usize) {
        match turn % 9 {
            2 => self.scene.core.drop_answers(2),
            5 => self.scene.core.spell(1, 0),
            _ => {}
        }
        // One at a time, and none that makes the gateway wait for half a minute.
        let trick = match turn % 18 {
            1 => Trick::Status(503, None),
            7 => Trick::CutBody,
            13 => Trick::HangUp,
            _ => return,
        };
        self.platform.play([trick]);
    }

    /// Waits for the moment at which a kill hits this step.
    async fn aim(&self, step: Step) {
        let (core, platform) = (&self.scene.glass, &self.before_platform);
        let (core_from, platform_from) = (core.count(), platform.count());
        let now = || match step {
            Step::PushUnanswered => self.load.books.under_way.load(Ordering::Relaxed) > 1,
            Step::NotYetAtCore => {
                let acknowledged = self.load.books.tickets.lock().unwrap().len() as u64;
                acknowledged > self.scene.core.stats().tickets
            }
            Step::AtCore => core.look(core_from, |seen| seen.iter().any(|one| one.unanswered())),
            Step::NotSettled => core.look(core_from, |seen| seen.iter().any(|one| one.taken())),
            Step::PollUnanswered => platform.look(platform_from, |seen| seen.iter().any(|one| one.unanswered())),
            Step::PageNotKept => {
                platform.look(platform_from, |seen| seen.iter().any(|one| one.taken() && one.has_items()))
            }
        };
        let began = Instant::now();
        while !now() && began.elapsed() < AIM {
            // Woken by whatever passes the glass; the clock is for what does not.
            tokio::select! {
                () = core.moved() => {}
                () = platform.moved() => {}
                () = tokio::time::sleep(Duration::from_millis(1)) => {}
            }
        }
    }

    /// Kills the process, looks at what that hit, and starts the next one.
    async fn kill(&mut self) -> Kill {
        let cut = self.load.books.cut.load(Ordering::Relaxed);
        self.scene.house.kill();
        let acknowledged: BTreeSet<String> = self.load.books.tickets.lock().unwrap().keys().cloned().collect();
        // The far sides notice that nobody is there any more.
        tokio::time::sleep(Duration::from_millis(25)).await;
        let mut kill = Kill::new(self.began, &self.scene.glass, &self.before_platform);
        if self.load.books.cut.load(Ordering::Relaxed) > cut {
            kill.hit.insert(Step::PushUnanswered);
        }
        let told: BTreeSet<String> =
            self.scene.glass.look(0, |seen| seen.iter().map(|one| one.external_id()).collect());
        if acknowledged.iter().any(|number| !told.contains(number)) {
            kill.hit.insert(Step::NotYetAtCore);
        }
        self.began = Place::now(&self.scene.glass, &self.before_platform);
        self.scene.start_again().await;
        self.load.moved(self.scene.house.url.clone());
        kill
    }
}

/// A fixed row of numbers that look like chance: the same kills at nearly the same moments each run.
fn chance(turn: usize) -> u64 {
    let x = (turn as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (x ^ (x >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 33
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_between_any_two_steps_it_keeps_every_promise() {
    let wanted: usize = std::env::var("HUILIU_KILLS").ok().map_or(50, |text| text.parse().expect("a number of kills"));
    let mut run = Run::begin().await;
    let mut kills: Vec<Kill> = Vec::new();
    let mut missed = 0;
    while kills.len() < wanted {
        let turn = kills.len() + missed;
        run.faults(turn);
        tokio::time::sleep(Duration::from_millis(chance(turn) % 250)).await;
        run.aim(STEPS[turn % STEPS.len()]).await;
        let kill = run.kill().await;
        // What the process before this one left undone was done again by this one, if it was.
        let end = run.began;
        if let Some(last) = kills.last_mut() {
            last.look_back(end, &run.scene.glass, &run.before_platform);
        }
        if kill.hit.is_empty() {
            missed += 1
        } else {
            kills.push(kill)
        }
        assert!(missed <= wanted + 5, "the kills meet a gateway that has nothing to do");
    }
    let (scene, platform) = (run.scene, run.platform);
    let books = run.load.end().await;
    let listed: BTreeSet<String> = platform.numbers().into_iter().flatten().collect();
    let all = books.tickets.lock().unwrap().len() + books.changed.lock().unwrap().len() + listed.len();
    let began = Instant::now();
    while scene.core.stats().distinct < all as u64 && began.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    if let Some(last) = kills.last_mut() {
        last.look_back(Place::now(&scene.glass, &run.before_platform), &scene.glass, &run.before_platform);
    }
    let unhit = steps::printed(&kills);
    let heard = Heard::of(&scene.glass);
    println!("{} events at the core, {} told again, {missed} kills did not count", heard.events(), heard.again);
    heard.judge(&books, &listed);
    assert_eq!(scene.core.stats().out_of_order, 0);
    assert!(unhit.is_empty() || wanted < STEPS.len() * 2, "no kill hit {unhit:?}");
}
