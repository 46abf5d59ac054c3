//! What the whole round costs, measured from outside: `cargo bench --bench round -- [-n 100000] [-c 64] [--runs 3]`.
//!
//! The program runs as its users have it, a process of its own, on a fresh folder under `TMPDIR` (put that on a real
//! disk). This process is everybody else, on one thread, so that it takes little of the machine from the gateway:
//! - the portal pushes `n` submissions of 1.2 KB over `c` connections, each the next one as soon as the last was
//!   acknowledged;
//! - the core takes every event, answers 200 at once, and posts one closing of each ticket over `c` connections;
//! - the desk is the far side that the closings are written back to.
//!
//! A run ends when every submission's closing has reached the desk. Then the gateway is told to stop, and only once it
//! has, it is counted: each closing came once, under a key of its own, or the bench fails.
//!
//! How to read it: a rate is `n` over the time from the first push until the last of its kind. CPU is the gateway's
//! alone, user and system, in seconds for 100,000 tickets; a unit of it is 10 µs a ticket. `behind` is how long after the
//! last acknowledgement the last closing came home. `--walk` leaves the way home out (the core posts nothing): the
//! difference is what the way home costs. `--in-flight` sets how many write-backs the channel's file lets be under way at
//! once; without it as many as events to the core. Over several runs the middle of each figure is told at the end. A
//! shared machine is noisy, and one that is busy takes twice the CPU for the same: compare only what ran side by side.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a bench that cannot run shall fail")]

mod core;
mod desk;
mod house;
mod letter;
mod options;
mod portal;
mod report;
mod run;
mod wire;

use std::process::ExitCode;

use options::Options;

// It is driven by the same allocator as the program, so that it takes little of the machine.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --all-targets` starts benches too; a measurement beside tests would say nothing.
    if !words.iter().any(|word| word == "--bench") {
        println!("nothing is measured outside of `cargo bench`");
        return ExitCode::SUCCESS;
    }
    let options = match Options::read(&words) {
        Ok(options) => options,
        Err(wrong) => {
            eprintln!("{wrong}");
            return ExitCode::FAILURE;
        }
    };
    println!("{}", report::head(&options));
    let mut rows = Vec::new();
    for _ in 0..options.runs {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        match runtime.block_on(run::run(&options)) {
            Ok(row) => {
                println!("{}", row.line());
                rows.push(row);
            }
            Err(wrong) => {
                eprintln!("the round is not whole: {wrong}");
                return ExitCode::FAILURE;
            }
        }
    }
    if rows.len() > 1 {
        println!("{}", report::Row::middle(&rows).line());
    }
    ExitCode::SUCCESS
}
