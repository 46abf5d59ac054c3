//! What a submission costs: prints the table of it from a real run. `cargo bench --bench cost [-- --n 30000]`.
//!
//! One process, three runtimes: a gateway on two workers, 64 connections that push to it in a closed loop, and a core
//! that takes every event. The system books CPU time by thread, so what the gateway's workers and the store's writer used is
//! told apart from the load's and the core's. Then the stages that are plain functions run alone on one thread, the
//! median of five runs each; what is left of the workers' share is HTTP and wake-ups.
//!
//! How to read it: µs of CPU a ticket beside what it may be. The sum is measured whole and is what counts; stages alone
//! run with warm caches, so the line "the rest" carries a little of theirs. The writer's line is
//! accept, settle and its share of fsync together, for they share commits. The data lies in a fresh folder under
//! `TMPDIR`: put that on a real disk. A shared machine is noisy: run it twice, believe the smaller figures, and
//! never compare two machines by it.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a bench that cannot run shall fail")]

mod cpu;
mod letter;
mod run;
mod stages;

use std::time::Duration;

use run::Ran;
use stages::{Line, Stage};

// What the program runs with, so that it is what is measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many submissions are measured unless `--n` says otherwise.
const SUBMISSIONS: u64 = 30_000;
/// The least and most that may be asked for; so it ends by itself.
const BOUNDS: std::ops::RangeInclusive<u64> = 1_000..=200_000;

/// What it may be, µs of CPU a ticket: HTTP in and parse, render and HTTP out, wake-ups and metrics.
const HTTP: u32 = 13 + 16 + 5;
/// Verify, digests, seal.
const SEAL: u32 = 4;
/// Map, check, serialise.
const MAP: u32 = 8;
/// Accept, fsync share, claim, settle.
const WRITER: u32 = 32 + 2 + 8;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --all-targets` starts benches too; a measurement beside tests would say nothing.
    if !words.iter().any(|word| word == "--bench") {
        println!("nothing is measured outside of `cargo bench`");
        return;
    }
    let n = submissions(&words);
    let ran = run::run(n);
    let stages = stages::measure();
    print(&ran, &stages);
}

fn submissions(words: &[String]) -> u64 {
    let Some(at) = words.iter().position(|word| word == "--n") else { return SUBMISSIONS };
    let n = words.get(at + 1).and_then(|n| n.parse().ok()).filter(|n| BOUNDS.contains(n));
    n.unwrap_or_else(|| panic!("--n takes a number from {} to {}", BOUNDS.start(), BOUNDS.end()))
}

fn print(ran: &Ran, stages: &[Stage]) {
    if cfg!(debug_assertions) {
        println!("NOT OPTIMISED: this build shows that the bench runs, its figures mean nothing\n");
    }
    let per_second = |time: Duration| ran.submissions as f64 / time.as_secs_f64();
    println!("{} submissions of {} bytes", ran.submissions, letter::body(0).len());
    println!("accepted {:>7.0}/s", per_second(ran.accepted_in));
    println!("delivered {:>6.0}/s\n", per_second(ran.delivered_in));
    let of = |line| stages.iter().filter(move |stage| stage.0 == line);
    let sum = |line| of(line).map(|stage| stage.2).sum::<f64>();
    let http = ran.gateway - sum(Line::Seal) - sum(Line::Map);
    println!("{:<46}{:>10}{:>10}", "", "µs/ticket", "at most");
    whole("HTTP in and parse, HTTP out, wake-ups", http, HTTP);
    of(Line::Http).for_each(part);
    part(&(Line::Http, "the rest: HTTP in, HTTP out and wake-ups", http - sum(Line::Http)));
    whole("digests, seal", sum(Line::Seal), SEAL);
    of(Line::Seal).for_each(part);
    whole("map, check, serialise", sum(Line::Map), MAP);
    of(Line::Map).for_each(part);
    whole("accept, settle and their fsync (the writer)", ran.writer, WRITER);
    whole("sum", ran.gateway + ran.writer, HTTP + SEAL + MAP + WRITER);
    println!("\nbeside it, not the gateway's: the load {:.1}, the core {:.1} µs a ticket", ran.load, ran.sink);
}

fn whole(what: &str, micros: f64, bound: u32) {
    println!("{what:<46}{micros:>10.1}{bound:>10}");
}

fn part((_, what, micros): &Stage) {
    println!("  {what:<44}{micros:>10.1}");
}
