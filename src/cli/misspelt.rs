//! What is wrong with a command line, in Chinese: clap's own words are English.

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// The mistake in Chinese, with what is allowed and how to go on; none where the error is no mistake (help, the version)
/// or nothing better than clap's own words is known.
pub(super) fn zh(error: &Error) -> Option<String> {
    let said = |kind| error.get(kind).map(words).filter(|words| !words.is_empty());
    let one = |kind| said(kind).map(|words| words.join("、"));
    let argument = || one(ContextKind::InvalidArg).unwrap_or_default();
    let problem = match error.kind() {
        ErrorKind::InvalidSubcommand => format!("没有“{}”这个命令", one(ContextKind::InvalidSubcommand)?),
        ErrorKind::UnknownArgument => format!("这里不能写“{}”", argument()),
        ErrorKind::MissingRequiredArgument => format!("还缺:{}", argument()),
        ErrorKind::InvalidValue => match one(ContextKind::InvalidValue).filter(|value| !value.is_empty()) {
            Some(value) => format!("{} 不能写“{value}”", argument()),
            None => format!("{} 后面要写一个值", argument()),
        },
        ErrorKind::ValueValidation => {
            let date = if argument().contains("<DATE>") { "\n    → 日期写成 2026-12-01 这样" } else { "" };
            format!("{} 的“{}”写得不对{date}", argument(), one(ContextKind::InvalidValue).unwrap_or_default())
        }
        ErrorKind::ArgumentConflict => match one(ContextKind::PriorArg) {
            Some(prior) if prior != argument() => format!("{} 不能和 {prior} 一起写", argument()),
            _ => format!("{} 只能写一次", argument()),
        },
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("{} 的值个数不对", argument())
        }
        ErrorKind::InvalidUtf8 => "命令里有不是 UTF-8 的字".into(),
        ErrorKind::MissingSubcommand => "后面还要写做什么".into(),
        _ => return None,
    };
    let near = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue];
    let near = near.into_iter().find_map(one).map(|near| format!("\n    → 是不是 {near}?"));
    let allowed = said(ContextKind::ValidValue).or_else(|| said(ContextKind::ValidSubcommand));
    let allowed = allowed.map(|allowed| format!("\n    → 可以写:{}", allowed.join("、")));
    let usage = said(ContextKind::Usage).map(|usage| usage.join("").trim().replace("Usage: ", ""));
    let usage = usage.map(|usage| format!("\n用法:{usage}")).unwrap_or_default();
    Some(format!("{problem}{}{usage}\n加 --help 看说明\n", near.or(allowed).unwrap_or_default()))
}

fn words(value: &ContextValue) -> Vec<String> {
    match value {
        ContextValue::String(text) => vec![text.clone()],
        ContextValue::Strings(texts) => texts.clone(),
        ContextValue::StyledStr(text) => vec![text.to_string()],
        ContextValue::StyledStrs(texts) => texts.iter().map(ToString::to_string).collect(),
        ContextValue::Number(number) => vec![number.to_string()],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::{Cli, help};
    use crate::settings::Lang;

    fn told(line: &str) -> String {
        let command = help::in_lang(Cli::command(), Lang::Zh);
        let error = command.try_get_matches_from(line.split(' ')).unwrap_err();
        zh(&error).unwrap_or_default()
    }

    #[test]
    fn a_wrong_command_line_is_told_in_chinese() {
        let lines = [
            "huiliu chanel list",
            "huiliu channel show",
            "huiliu channel list --jsn",
            "huiliu channel list 多余",
            "huiliu --lang fr status",
            "huiliu channel go-live 省长信箱 --from 明天",
            "huiliu channel go-live 省长信箱 --from",
            "huiliu --lang zh --lang en status",
        ];
        let told: Vec<_> = lines.iter().map(|line| format!("$ {line}\n{}", told(line))).collect();
        insta::assert_snapshot!(told.join("\n"));
    }

    #[test]
    fn help_is_no_mistake() {
        assert_eq!(told("huiliu --help"), "");
        assert_eq!(told("huiliu channel"), "");
    }
}
