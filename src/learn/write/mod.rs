//! The text of a `channel.toml`: a remark on every line, `# 猜的,请核对` where it was guessed, 【待填】 where a person must
//! fill in. What is written is laid out as `channel fmt` lays it out.

mod back;
mod page;
mod rules;
mod ways;

use jiff::civil::Date;

use super::{Learnt, Way};
use crate::layout::laid_out;
use crate::settings::{Lang, Text};

use page::{Mark, Page, t};

/// What must be filled in stands where this is written, in every language.
pub const FILL_IN: &str = "【待填】";

/// How outcomes go home.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Back {
    /// Not at all.
    Nothing,
    /// A person answers on the far side's own pages.
    ByHand,
    /// By the far side's interface.
    Interface(Manners),
    /// As rows of a sheet that a person brings back.
    Sheet {
        /// Whether a person agrees first.
        approve: bool,
    },
}

/// How a machine answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Manners {
    /// When 签收 goes back: `stored`, `core_accepted` or `never`.
    pub sign: &'static str,
    /// Whether a person agrees to what returns, extends, answers or concludes.
    pub approve: bool,
    /// What is done when nobody knows whether it arrived: `look`, `ask` or `retry`.
    pub uncertain: &'static str,
}

impl Manners {
    /// Nothing is signed for us, a person agrees to everything, and is asked where nobody knows.
    pub const CAREFUL: Self = Self { sign: "never", approve: true, uncertain: "ask" };
}

/// Who the channel is.
#[derive(Clone, Debug)]
pub struct About<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its code, the folder's name.
    pub code: &'a str,
    /// Today: what is older is history.
    pub today: Date,
    /// The language of the remarks.
    pub lang: Lang,
    /// How submissions come.
    pub way: Way,
    /// The far side's address, where a person gave it.
    pub url: Option<&'a str>,
    /// The folder into which files are dropped, where a person gave it.
    pub inbox: Option<&'a str>,
    /// How outcomes go home.
    pub back: Back,
}

/// The file of a channel, of which a sample taught something or not.
///
/// # Errors
///
/// If the text would be no TOML; that is a fault of ours, and nothing is to be written then.
pub fn channel(about: &About<'_>, learnt: Option<&Learnt>) -> Result<String, Text> {
    let mut page = Page::new(about.lang);
    head(&mut page, about, learnt.is_some());
    who(&mut page, about, learnt);
    match about.way {
        Way::Asks => ways::asks(&mut page, about, learnt),
        Way::Told => ways::told(&mut page, about, learnt),
        Way::Sheets => ways::sheets(&mut page, about, learnt),
        Way::Entered => ways::entered(&mut page),
    }
    match learnt {
        Some(learnt) => rules::learnt(&mut page, learnt),
        None => rules::usual(&mut page, about.way),
    }
    back::written(&mut page, about);
    laid_out(&page.text()).map_err(|why| {
        Text::new(
            format!("生成的 channel.toml 有误({why:?}),没有写入;请报告这个问题"),
            format!("the text that was made is wrong ({why:?}); nothing was written, please report this"),
        )
    })
}

fn head(page: &mut Page, about: &About<'_>, from_sample: bool) {
    page.title(about.name);
    let kind = about.way.text();
    page.say(t(
        format!("接入方式:{}({})。由 huiliu channel new 生成,现在是停用的。", kind.zh, about.way.word()),
        format!("Kind: {} ({}). Made by huiliu channel new; it is off.", kind.en, about.way.word()),
    ));
    if from_sample {
        page.say(t(
            "照样例写的;写着“猜的,请核对”的行,要和对方逐项核对",
            "Made from a sample; lines that say `guessed` are to be confirmed with the far side",
        ));
    }
    page.say(t("写着【待填】的行,要由人填好", "Lines that say 【待填】 are to be filled in"));
    page.say(t(
        format!("改完先跑:huiliu check {}            (只检查,不联系对方)", about.name),
        format!("Then run: huiliu check {}            (it contacts nobody)", about.name),
    ));
    page.say(t(
        format!("排齐格式:huiliu channel fmt {}      (只动空格和顺序,注释照留)", about.name),
        format!("To lay it out: huiliu channel fmt {}  (remarks stay)", about.name),
    ));
    page.gap();
}

fn who(page: &mut Page, about: &About<'_>, learnt: Option<&Learnt>) {
    page.table("channel", None);
    page.key(
        "code",
        &page::quoted(about.code),
        t("内部代号,与文件夹同名,启用后不要改", "the folder's name; never changed once it runs"),
        Mark::None,
    );
    page.key(
        "name",
        &page::quoted(about.name),
        t("页面、报表上的名字", "the name on screens and in reports"),
        Mark::None,
    );
    page.key(
        "state",
        "\"off\"",
        t("off 停用 | trial 试运行(只收不转不回) | live 正式", "off | trial (taken in, nothing leaves) | live"),
        Mark::None,
    );
    page.key(
        "start_from",
        &about.today.to_string(),
        t("早于这一天的件只登记、不转派、不回传", "what is older is known, never forwarded or answered"),
        Mark::None,
    );
    let touched = learnt.map(|learnt| learnt.touched.as_slice()).unwrap_or_default();
    if !touched.is_empty() {
        page.key(
            "ignore",
            &page::list(touched),
            t("只有这几栏变了不算“更正”", "a change of these alone is no revision"),
            Mark::Guessed,
        );
    }
    page.key(
        "report",
        "{ noun = \"来件\", measure = \"件\" }",
        t("报表:叫什么、量词", "in reports: what its items are called, and the measure word"),
        Mark::Fill,
    );
    page.table(
        "ledger",
        Some(t("渠道台账:交接、审计时用,不影响运行", "whom to ask; it changes nothing in how the channel runs")),
    );
    let fill = page::quoted(FILL_IN);
    page.key("account_holder", &fill, t("我方谁负责", "who is in charge on our side"), Mark::None);
    page.key("far_contact", &fill, t("对方找谁:姓名、电话", "whom to call on the far side"), Mark::None);
    page.key(
        "permitted_by",
        &fill,
        t("同意对接的文号或邮件日期", "the document that permits the connection"),
        Mark::None,
    );
}
