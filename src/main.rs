//! The binary: a recipe, nothing else.

use std::process::ExitCode;

use huiliu::checks::Checking;
use huiliu::cli::{DemoOrder, Hooks, RunOrder};
use huiliu::demo::{Options, demo};
use huiliu::gateway::{Start, StartError, run};
use huiliu::kinds::KINDS;
use huiliu::settings::{Gateway, Lang, Variables, lang};
use huiliu::telemetry;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let variables = Variables::of_process();
    let demo = |DemoOrder { counts, seed, stay, json, lang }| demo(Options { counts, seed, stay, json, lang });
    huiliu::cli::main(Hooks { run: Box::new(daemon), demo: Box::new(demo), checks: Box::new(Checking { variables }) })
}

/// Runs the gateway until it is told to stop.
fn daemon(order: RunOrder) -> ExitCode {
    let variables = Variables::of_process();
    let settings = match Gateway::load(&order.config, &variables) {
        Ok(settings) => settings,
        Err(mistakes) => return failed(&StartError::Mistakes(mistakes), order.lang.unwrap_or(lang(&variables))),
    };
    let lang = order.lang.unwrap_or(settings.settings.lang);
    telemetry::log(settings.settings.log);
    let start = Start { settings, variables, kinds: KINDS, strict: order.strict, metrics: telemetry::metrics() };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(Box::pin(run(start, lang))),
        Err(why) => Err(StartError::Listen { at: "runtime".into(), why }),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error, lang),
    }
}

/// Says why the gateway does not start.
fn failed(error: &StartError, lang: Lang) -> ExitCode {
    eprintln!("{}", error.shown(lang));
    ExitCode::from(error.exit_status())
}
