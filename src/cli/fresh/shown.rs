//! What people are told of a new channel: what was recognised and how, the ticket that the sample yields, what is next.

use serde_json::json;

use super::Plan;
use super::folder::Made;
use crate::cli::output::Output;
use crate::cli::site::Site;
use crate::cli::table::{Look, clean_text};
use crate::learn::write::FILL_IN;
use crate::learn::{Learnt, Sure, Way};
use crate::normalize::field_zh;
use crate::settings::Lang;
use crate::words::say;

pub(super) fn shown(site: &Site, plan: &Plan, text: &str, made: &Made) -> Output {
    let look = &site.look;
    let lang = look.lang;
    let dir = made.dir.display();
    let mut lines = vec![match lang {
        Lang::Zh => format!("已生成渠道“{}”,代号 {},是停用的:{dir}", plan.name, plan.code),
        Lang::En => format!("made channel `{}`, code {}, which is off: {dir}", plan.name, plan.code),
    }];
    if let Some(learnt) = &plan.learnt {
        lines.push(count(lang, plan, made));
        lines.push(String::new());
        lines.push(say(lang, "认出的栏:", "What was recognised:").into());
        lines.push(look.pairs(&recognised(look, learnt)).trim_end().into());
        if !learnt.unread.is_empty() {
            let unread = learnt.unread.join(say(lang, "、", ", "));
            lines.push(match lang {
                Lang::Zh => format!("没对应的栏,原样留在“其他内容”里:{unread}"),
                Lang::En => format!("columns that nothing reads stay as they came: {unread}"),
            });
        }
    }
    if let Some(ticket) = &made.ticket {
        lines.push(String::new());
        lines.push(say(lang, "样例(已脱敏)变成的统一工单:", "The ticket that the (masked) sample yields:").into());
        lines.push(clean_text(&format!("{ticket:#}")));
    }
    let todo = |mark: &str| text.lines().filter(|line| line.contains(mark)).count().saturating_sub(1);
    let (open, guessed) = (todo(FILL_IN), todo(say(lang, "猜的,请核对", "guessed")));
    let without_sample = plan.learnt.is_none();
    let guessed = if without_sample { 0 } else { guessed };
    lines.push(String::new());
    lines.push(next(lang, plan, made, (open, guessed)));
    let fields = plan.learnt.iter().flat_map(|learnt| &learnt.fields).map(
        |one| json!({ "field": one.field, "from": one.from(), "guessed": one.sure != Sure::Name, "open": one.open }),
    );
    let json = json!({
        "code": plan.code, "name": plan.name, "kind": plan.way.word(), "folder": made.dir,
        "list": plan.learnt.as_ref().and_then(|learnt| learnt.list.as_ref()).map(|list| &list.at),
        "id": plan.learnt.as_ref().and_then(|learnt| learnt.id.as_ref()).map(|id| &id.at),
        "fields": fields.collect::<Vec<_>>(),
        "unread": plan.learnt.as_ref().map(|learnt| &learnt.unread),
        "items": { "tried": made.tried, "mapped": made.mapped },
        "ticket": made.ticket, "to_fill_in": open, "to_check": guessed,
    });
    Output::new(json, lines.join("\n"))
}

fn count(lang: Lang, plan: &Plan, made: &Made) -> String {
    let kind = plan.way.text();
    let mut told = match lang {
        Lang::Zh => format!("接入方式:{};试了样例里的 {} 件,{} 件认得出", kind.zh, made.tried, made.mapped),
        Lang::En => format!("kind: {}; of {} items in the sample {} can be mapped", kind.en, made.tried, made.mapped),
    };
    if let Some((n, why)) = &made.first_not {
        told += &match lang {
            Lang::Zh => format!("\n第 {n} 件认不出,来了会停下问人:\n{}", clean_text(&why.zh)),
            Lang::En => format!("\nitem {n} cannot be mapped and would wait for a person:\n{}", clean_text(&why.en)),
        };
    }
    told
}

/// Ours, and theirs with how it was recognised.
fn recognised(look: &Look, learnt: &Learnt) -> Vec<(String, String)> {
    let lang = look.lang;
    let how = |sure: Sure, open: bool| match (sure, open) {
        (_, true) => say(lang, "(代码的意思要人填)", " (what its codes mean is to be filled in)"),
        (Sure::Name, _) => "",
        (Sure::Likely, _) => say(lang, "(猜的:看栏名)", " (guessed by its name)"),
        (Sure::Shape, _) => say(lang, "(猜的:看内容)", " (guessed by what stands there)"),
    };
    let name = |field: &str| if lang == Lang::Zh { field_zh(field).to_owned() } else { field.replace('_', " ") };
    let id = learnt
        .id
        .iter()
        .map(|id| (say(lang, "来源编号", "source number").to_owned(), id.at.clone() + how(id.sure, false)));
    let list = learnt.list.iter().map(|list| {
        let at = if list.at.is_empty() { "/" } else { &list.at };
        (say(lang, "列表", "list").to_owned(), at.to_owned())
    });
    let fields = learnt
        .fields
        .iter()
        .map(|one| (name(one.field), one.from().join(say(lang, "、", ", ")) + how(one.sure, one.open)));
    let acts = learnt.acts.iter().map(|acts| {
        let open = acts.codes.rows.is_empty();
        (say(lang, "来件性质", "act").to_owned(), acts.from.clone() + how(Sure::Likely, open))
    });
    list.chain(id).chain(fields).chain(acts).collect()
}

fn next(lang: Lang, plan: &Plan, made: &Made, (open, guessed): (usize, usize)) -> String {
    let file = made.dir.join("channel.toml");
    let (file, name) = (file.display(), &plan.name);
    let look = match (plan.way, lang) {
        (Way::Entered, Lang::Zh) => format!("huiliu ticket new --channel {name}      (试运行以后,登记一件)"),
        (Way::Entered, Lang::En) => format!("huiliu ticket new --channel {name}      (on trial: enters one)"),
        (_, Lang::Zh) => format!("huiliu channel preview {name}      (看看取来的是什么,不入库)"),
        (_, Lang::En) => format!("huiliu channel preview {name}      (shows what comes, keeps nothing)"),
    };
    match lang {
        Lang::Zh => format!(
            "接着做:\n  1. 打开 {file},填好写着【待填】的 {open} 行,核对写着“猜的”的 {guessed} 行\n  \
             2. huiliu check {name}\n  3. {look}\n  \
             4. 没问题再把 state 改成 \"trial\" 试运行"
        ),
        Lang::En => format!(
            "Next:\n  1. open {file}, fill in the {open} lines that say 【待填】 and check the {guessed} that say `guessed`\n  \
             2. huiliu check {name}\n  3. {look}\n  \
             4. then set state = \"trial\""
        ),
    }
}
