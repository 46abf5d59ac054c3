//! `huiliu secret …`: sets secrets without showing them, and tells which are set. A value never leaves this
//! process; the console is only told who set which.

use clap::Subcommand;
use huiliu_contract::SecretRef;
use serde_json::json;

use super::output::{Failure, Output};
use super::prompt::Prompt;
use super::site::Site;
use super::table::Look;
use crate::console::view::SecretView;
use crate::console::{Code, Problem, Request};
use crate::settings::{Lang, SecretError, SecretState, references};
use crate::words::say;

/// Secrets of the site.
#[derive(Subcommand, Debug)]
pub(super) enum Secret {
    /// Sets a secret: typed twice, not shown; no restart is needed.
    Set {
        /// Its name, as in secrets/NAME of the configuration.
        name: String,
        /// Why; goes on record.
        #[arg(long, value_name = "TEXT")]
        why: Option<String>,
    },
    /// All secrets: whether they are set, by whom and when; never their value.
    List,
}

impl Secret {
    pub(super) fn run(self, site: &Site, prompt: &mut dyn Prompt) -> Result<Output, Failure> {
        match self {
            Self::Set { name, why } => set(site, prompt, &name, why),
            Self::List => list(site),
        }
    }
}

fn set(site: &Site, prompt: &mut dyn Prompt, name: &str, why: Option<String>) -> Result<Output, Failure> {
    let lang = site.look.lang;
    let unread = |error| Failure::io("读不到输入", "nothing could be read", &error);
    let question = match lang {
        Lang::Zh => format!("{name} 的密钥(输入时不显示):"),
        Lang::En => format!("Secret {name} (not shown): "),
    };
    let first = prompt.secret(&question).map_err(unread)?;
    let again = prompt.secret(say(lang, "再输入一遍:", "Once more: ")).map_err(unread)?;
    if first.expose() != again.expose() {
        return Err(Problem::invalid("两次输入不一样,没有保存", "the two are not the same, nothing was saved").into());
    }
    let path = site.secrets.set(name, &first).map_err(not_set)?;
    let noted = site.ask::<String>(Request::SecretNote { name: name.into() }, why);
    let (status, remark) = match &noted {
        Ok(_) => (0, String::new()),
        Err(Failure::Problem(problem)) => (super::output::WRONG, not_noted(lang, problem)),
        Err(Failure::Mistakes(mistakes)) => {
            let all: Vec<_> = mistakes.iter().map(|mistake| mistake.shown(lang)).collect();
            (super::output::WRONG, all.join("\n"))
        }
    };
    let saved = match lang {
        Lang::Zh => format!("已保存到 {}", path.display()),
        Lang::En => format!("saved to {}", path.display()),
    };
    let json = json!({ "secret": name, "path": path, "on_record": noted.is_ok() });
    Ok(Output::new(json, format!("{saved}\n{remark}")).status(status))
}

/// The secret works, but nobody will see later who set it: that is said, and shows in the exit status.
fn not_noted(lang: Lang, problem: &Problem) -> String {
    match lang {
        Lang::Zh => format!("密钥已可用,但没能记录是谁录入的:{}", problem.zh),
        Lang::En => format!("the secret is in use, but who set it could not be put on record: {}", problem.en),
    }
}

fn not_set(error: SecretError) -> Failure {
    let en = error.to_string();
    match error {
        SecretError::Name(_) => {
            Problem::invalid("密钥名用小写字母、数字、. - _,最多80个,不以 . 开头,例如 sheng12345.key", en).into()
        }
        SecretError::Length => Problem::invalid("密钥是空的,或超过 65536 字节", en).into(),
        SecretError::Write { path, source } => {
            let shown = path.display();
            Problem::new(Code::Failed, format!("{shown} 写不了:{source}"), format!("cannot write {shown}: {source}"))
                .into()
        }
    }
}

fn list(site: &Site) -> Result<Output, Failure> {
    let mut referred = references(site.gateway.written());
    referred.extend(site.channels.good().flat_map(|channel| references(&channel.options)));
    let states = site.secrets.list(&referred);
    let names: Vec<String> = states.iter().filter_map(|state| name(&state.place)).collect();
    // Whether they are set is known without the store; who set them is not.
    let (history, remark) = match site.ask::<Vec<SecretView>>(Request::SecretHistory { names }, None) {
        Ok((_, history)) => (history, String::new()),
        Err(Failure::Problem(problem)) => (vec![], format!("\n({})", problem.in_lang(site.look.lang))),
        Err(mistakes) => return Err(mistakes),
    };
    let json: Vec<_> = states
        .iter()
        .map(|state| {
            let last = last(state, &history);
            json!({
                "place": state.place, "set": state.set, "open_to_others": state.open_to_others,
                "who": last.and_then(|last| last.who.as_deref()), "at": last.and_then(|last| last.at),
            })
        })
        .collect();
    Ok(Output::new(json, table(&site.look, &states, &history) + &remark))
}

/// The name by which a secret is set, if it is one of ours.
fn name(place: &SecretRef) -> Option<String> {
    match place {
        SecretRef::File(path) => path.strip_prefix("secrets").ok()?.to_str().map(str::to_owned),
        SecretRef::Env(_) => None,
    }
}

fn last<'a>(state: &SecretState, history: &'a [SecretView]) -> Option<&'a SecretView> {
    let name = name(&state.place)?;
    history.iter().find(|view| view.name == name)
}

/// Secrets as a table; never a value.
pub(super) fn table(look: &Look, states: &[SecretState], history: &[SecretView]) -> String {
    if states.is_empty() {
        return say(look.lang, "配置里没有用到密钥", "the configuration refers to no secret").into();
    }
    let rows = states.iter().map(|state| {
        let place = match &state.place {
            SecretRef::File(path) => path.display().to_string(),
            SecretRef::Env(name) => format!("${name}"),
        };
        let set = match (state.set, state.open_to_others) {
            (false, _) => say(look.lang, "未录入", "no"),
            (true, true) => say(look.lang, "已录入;别的用户也能读,请 chmod 600", "yes; others may read it: chmod 600"),
            (true, false) => say(look.lang, "已录入", "yes"),
        };
        let last = last(state, history);
        let who = last.and_then(|last| last.who.clone()).unwrap_or_else(|| "-".into());
        vec![place, set.to_owned(), who, look.time(last.and_then(|last| last.at))]
    });
    look.table(&["secret", "set", "who", "at"], &[0, 3], rows.collect())
}
