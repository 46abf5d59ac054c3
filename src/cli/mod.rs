//! The command line: reads what is typed, asks the console or the settings, and says it in Chinese or English, as a
//! table or as JSON. It decides nothing about tickets.

mod alarm;
mod approve;
mod aside;
mod channel;
mod check;
mod dead;
mod draft;
mod due;
mod enter;
mod errand;
mod explain;
mod find;
mod fresh;
mod handed;
mod handled;
mod handover;
mod help;
mod homeward;
mod hooks;
mod learn;
mod ledger;
mod login;
mod mail;
mod misspelt;
mod note;
mod online;
mod outcome;
mod output;
mod paper;
mod presets;
mod preview;
mod prompt;
mod reconcile;
mod register;
mod reload;
mod report;
mod schema;
mod secret;
mod sign;
mod site;
mod split;
mod status;
mod table;
#[cfg(test)]
mod tests;
mod ticket;
mod tidy;
mod watch;

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

pub use hooks::{Checks, DemoOrder, Hooks, OnlineOrder, RunOrder, Sample, SampleVerdict, Walked};

use self::output::{Failure, Output};
use self::prompt::{Prompt, Terminal};
use self::site::Site;
use crate::settings::{Lang, Variables, lang};

/// Brings submissions of many channels together for the 12345 hotline.
#[derive(Parser, Debug)]
#[command(name = "huiliu", version, disable_help_subcommand = true)]
struct Cli {
    /// The configuration folder.
    #[arg(long, global = true, value_name = "DIR", env = "HUILIU_CONFIG", default_value = "config")]
    config: PathBuf,
    /// The language of what is shown; else gateway.toml decides, else LANG.
    #[arg(long, global = true, value_name = "LANG")]
    lang: Option<LangArg>,
    /// Print JSON with stable field names instead of tables; times are UTC.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum LangArg {
    /// 中文
    Zh,
    /// English
    En,
}

impl From<LangArg> for Lang {
    fn from(arg: LangArg) -> Self {
        match arg {
            LangArg::Zh => Self::Zh,
            LangArg::En => Self::En,
        }
    }
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Runs the gateway until it is stopped.
    Run {
        /// Refuse to start if any channel is wrong.
        #[arg(long)]
        strict: bool,
    },
    /// Shows the gateway at work with invented far sides, in a temporary folder.
    Demo {
        /// How many letters come by which channel, as TOML; else those of the county's first quarter of 2025.
        #[arg(long, value_name = "FILE")]
        counts: Option<PathBuf>,
        /// Which letters and faults: the same number plays the same.
        #[arg(long, value_name = "N", default_value_t = 1)]
        seed: u64,
        /// Stay up at the end, with addresses to try.
        #[arg(long)]
        stay: bool,
    },
    #[command(flatten)]
    OnSite(OnSite),
    /// Prints a JSON Schema (2020-12), or the OpenAPI document (3.1) of the HTTP interface.
    Schema(schema::Schema),
}

/// What needs the configuration.
#[derive(Subcommand, Debug)]
enum OnSite {
    /// Checks the configuration and its samples; 1 if anything is wrong.
    Check(check::Check),
    /// How the gateway stands.
    Status,
    /// Has the running gateway read its configuration anew, and waits for the result; 1 if not all of it counts now.
    Reload,
    /// Channels.
    #[command(subcommand)]
    Channel(channel::Channel),
    /// Says in plain words what a channel does, when, and what is promised; contacts nobody.
    Explain(explain::Explain),
    /// Signs a sample as a channel would, or verifies one, and shows every step; contacts nobody.
    Sign(sign::Sign),
    /// Presets: named bundles of defaults for channels.
    Presets(presets::Presets),
    /// Finds tickets by any number, or by personal values that are asked for.
    Find(find::Find),
    /// Tickets near or past their deadline that nothing has concluded yet, the earliest first; then those open again
    /// without one.
    Due(due::Due),
    /// Holds what far sides say they have against what came; 1 if there is a gap.
    Reconcile(Box<reconcile::Reconcile>),
    /// Tickets.
    #[command(subcommand)]
    Ticket(ticket::Ticket),
    /// Outcomes that come as a sheet.
    #[command(subcommand)]
    Outcome(outcome::Outcome),
    /// Imports what was done before huiliu was here.
    Import(handled::Import),
    /// Errands: what is still undone.
    #[command(subcommand)]
    Errand(errand::Errand),
    /// Dead letters: what needs a person.
    #[command(subcommand)]
    Dead(dead::Dead),
    /// What a person looks at before it is written back.
    #[command(subcommand)]
    Approve(approve::Approve),
    /// Letters by mail.
    #[command(subcommand)]
    Mail(mail::Mail),
    /// Secrets of the site.
    #[command(subcommand)]
    Secret(secret::Secret),
    /// Prints what came by each channel in a period, as the office publishes it; with --freeze it stays as it is.
    Report(report::Report),
    /// Alarms: what is wrong now, and who has it.
    #[command(subcommand)]
    Alarm(alarm::Alarm),
    /// Watches a gateway from another machine, and alarms by its own outlets when its heartbeat stops.
    Watch(watch::Watch),
    /// The ledger of channels: whose account, whom to call, what permits it, when secrets end.
    Ledger(ledger::Ledger),
    /// The shift's paper: what waits for a person, what is near its deadline, what was promised, what is deaf.
    Handover(handover::Handover),
}

/// Runs the command line of this process.
pub fn main(hooks: Hooks) -> ExitCode {
    let (arguments, variables) = (std::env::args_os().collect::<Vec<_>>(), Variables::of_process());
    let said = said_lang(&arguments).unwrap_or_else(|| lang(&variables));
    let parsed = help::in_lang(Cli::command(), said).try_get_matches_from(arguments);
    let cli = match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(shown) => {
            let status = u8::try_from(shown.exit_code()).unwrap_or(output::USAGE);
            if let Some(text) = misspelt::zh(&shown).filter(|_| said == Lang::Zh) {
                eprint!("{text}");
                return output::exit(status);
            }
            return output::exit(if shown.print().is_ok() { status } else { output::WRONG });
        }
    };
    let asked = cli.lang.map(Lang::from);
    match cli.command {
        Command::Run { strict } => (hooks.run)(RunOrder { config: cli.config, strict, lang: asked }),
        Command::Demo { counts, seed, stay } => {
            (hooks.demo)(DemoOrder { counts, seed, stay, json: cli.json, lang: said })
        }
        Command::Schema(schema) => {
            let output = schema.run(&*hooks.checks);
            report(Ok(output), cli.json, said)
        }
        Command::OnSite(command) => {
            let order = Order { config: cli.config, lang: asked, json: cli.json };
            let now = jiff::Timestamp::now();
            let world = World { checks: &*hooks.checks, variables, prompt: &mut Terminal::new(said), now };
            let (result, lang) = obey(command, &order, world);
            report(result, order.json, lang.unwrap_or(said))
        }
    }
}

fn report(result: Result<Output, Failure>, json: bool, lang: Lang) -> ExitCode {
    output::exit(output::tell(result, json, lang, &mut io::stdout().lock(), &mut io::stderr().lock()))
}

/// The language that the command line asks for, read before it is parsed, because help is in it too.
fn said_lang(arguments: &[OsString]) -> Option<Lang> {
    let words: Vec<_> = arguments.iter().filter_map(|word| word.to_str()).collect();
    let apart = words.windows(2).find(|pair| pair[0] == "--lang").map(|pair| pair[1]);
    let joined = || words.iter().find_map(|word| word.strip_prefix("--lang="));
    match apart.or_else(joined)? {
        "zh" => Some(Lang::Zh),
        "en" => Some(Lang::En),
        _ => None,
    }
}

/// What holds for every command.
struct Order {
    config: PathBuf,
    lang: Option<Lang>,
    json: bool,
}

/// What a command meets outside.
struct World<'a> {
    checks: &'a dyn Checks,
    variables: Variables,
    prompt: &'a mut dyn Prompt,
    now: jiff::Timestamp,
}

/// Does what a command says, and tells in which language to report it.
fn obey(command: OnSite, order: &Order, world: World<'_>) -> (Result<Output, Failure>, Option<Lang>) {
    match Site::load(&order.config, order.lang, world.checks, world.variables) {
        Err(failure) => (Err(failure), order.lang),
        Ok(site) => {
            let lang = site.look.lang;
            (on_site(command, &site, world.checks, world.prompt, world.now), Some(lang))
        }
    }
}

fn on_site(
    command: OnSite,
    site: &Site,
    checks: &dyn Checks,
    prompt: &mut dyn Prompt,
    now: jiff::Timestamp,
) -> Result<Output, Failure> {
    match command {
        OnSite::Check(check) => check.run(site, checks, now),
        OnSite::Status => status::run(site),
        OnSite::Reload => reload::run(site),
        OnSite::Channel(channel) => channel.run(site, checks, prompt, now),
        OnSite::Explain(explain) => explain.run(site),
        OnSite::Sign(sign) => sign.run(site, checks, now),
        OnSite::Presets(presets) => presets.run(site),
        OnSite::Find(find) => find.run(site, prompt),
        OnSite::Due(due) => due.run(site, now),
        OnSite::Reconcile(reconcile) => reconcile.run(site, now),
        OnSite::Ticket(ticket) => ticket.run(site, prompt, now),
        OnSite::Outcome(outcome) => outcome.run(site),
        OnSite::Import(import) => import.run(site),
        OnSite::Errand(errand) => errand.run(site),
        OnSite::Dead(dead) => dead.run(site, prompt),
        OnSite::Approve(approve) => approve.run(site, prompt),
        OnSite::Mail(mail) => mail.run(site, checks),
        OnSite::Secret(secret) => secret.run(site, prompt),
        OnSite::Report(report) => report.run(site),
        OnSite::Alarm(alarm) => alarm.run(site, now),
        OnSite::Watch(watch) => watch.run(site),
        OnSite::Ledger(ledger) => ledger.run(site, now),
        OnSite::Handover(handover) => handover.run(site, now),
    }
}
