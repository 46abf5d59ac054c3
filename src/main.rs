//! The binary: a recipe, nothing else.

use std::process::ExitCode;

use huiliu::cli::{self, Building, DemoOrder, Hooks, RunOrder};
use huiliu::demo::{Options, demo};
use huiliu::gateway::{Start, StartError, run};
use huiliu::kinds::KINDS;
use huiliu::settings::{Gateway, Lang, Mistake, Variables, lang};
use huiliu::telemetry;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::main(Hooks {
        run: Box::new(daemon),
        demo: Box::new(|DemoOrder { stay, json, lang }| demo(Options { stay, json, lang })),
        checks: Box::new(Building::new(KINDS, Variables::of_process())),
    })
}

fn daemon(order: RunOrder) -> ExitCode {
    let variables = Variables::of_process();
    let settings = match Gateway::load(&order.config, &variables) {
        Ok(settings) => settings,
        Err(mistakes) => return wrong(&mistakes, order.lang.unwrap_or_else(|| lang(&variables))),
    };
    let lang = order.lang.unwrap_or(settings.settings.lang);
    telemetry::log(settings.settings.log);
    let start = Start { settings, variables, kinds: KINDS, strict: order.strict, metrics: telemetry::metrics() };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let Ok(runtime) = runtime else { return ExitCode::FAILURE };
    match runtime.block_on(run(start, lang)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(StartError::Mistakes(mistakes)) => wrong(&mistakes, lang),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn wrong(mistakes: &[Mistake], lang: Lang) -> ExitCode {
    for mistake in mistakes {
        eprintln!("{}", mistake.shown(lang));
    }
    ExitCode::FAILURE
}
