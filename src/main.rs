//! The binary: a recipe, nothing else.

use std::process::ExitCode;

use huiliu::gateway::{Start, run};
use huiliu::kinds::KINDS;
use huiliu::settings::{Gateway, Lang, Variables};
use huiliu::telemetry;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let config = std::env::args().nth(1).unwrap_or_else(|| "config".into());
    let variables = Variables::of_process();
    let settings = match Gateway::load(std::path::Path::new(&config), &variables) {
        Ok(settings) => settings,
        Err(mistakes) => {
            for mistake in mistakes {
                eprintln!("{}", mistake.shown(Lang::En));
            }
            return ExitCode::FAILURE;
        }
    };
    telemetry::log(settings.settings.log);
    let start = Start { settings, variables, kinds: KINDS, strict: false, metrics: telemetry::metrics() };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let Ok(runtime) = runtime else { return ExitCode::FAILURE };
    match runtime.block_on(run(start, Lang::En)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
