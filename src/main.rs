//! The binary: a recipe, nothing else.

use std::path::Path;
use std::process::ExitCode;

use huiliu::demo::{Options, demo};
use huiliu::gateway::{Start, run};
use huiliu::kinds::KINDS;
use huiliu::settings::{Gateway, Lang, Variables, lang};
use huiliu::telemetry;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |word: &str| arguments.iter().any(|argument| argument == word);
    let after = |word: &str| arguments.iter().skip_while(|argument| *argument != word).nth(1).map(String::as_str);
    let variables = Variables::of_process();
    let lang = match after("--lang") {
        Some("en") => Lang::En,
        Some(_) => Lang::Zh,
        None => lang(&variables),
    };
    match arguments.first().map(String::as_str) {
        Some("demo") => demo(Options { stay: has("--stay"), json: has("--json"), lang }),
        Some("run") => daemon(after("--config").unwrap_or("config"), variables, lang),
        config => daemon(config.unwrap_or("config"), variables, lang),
    }
}

fn daemon(config: &str, variables: Variables, lang: Lang) -> ExitCode {
    let settings = match Gateway::load(Path::new(config), &variables) {
        Ok(settings) => settings,
        Err(mistakes) => {
            for mistake in mistakes {
                eprintln!("{}", mistake.shown(lang));
            }
            return ExitCode::FAILURE;
        }
    };
    telemetry::log(settings.settings.log);
    let start = Start { settings, variables, kinds: KINDS, strict: false, metrics: telemetry::metrics() };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let Ok(runtime) = runtime else { return ExitCode::FAILURE };
    match runtime.block_on(run(start, lang)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
