//! The few questions where there is no sample. What was not understood is asked again.

use super::{New, Plan, bytes, free_code, spelt};
use crate::cli::output::Failure;
use crate::cli::prompt::Prompt;
use crate::cli::site::Site;
use crate::learn::write::{Back, Manners};
use crate::learn::{Way, Wishes, learn};
use crate::settings::{Lang, Text};
use crate::words::say;

/// Asks for all that is not known yet.
pub(super) fn plan(new: New, way: Option<Way>, site: &Site, prompt: &mut dyn Prompt) -> Result<Plan, Failure> {
    let mut person = Person { lang: site.look.lang, prompt };
    let way = match way {
        Some(way) => way,
        None => person.way()?,
    };
    let name = match new.name {
        Some(name) => name,
        None => person.line("渠道叫什么(例如 政协云):", "What is the channel called? ")?,
    };
    let code = match new.code {
        Some(code) => code,
        None => {
            let own = spelt(&name);
            let zh = format!("代号(小写英文字母、数字和 -,启用后不要改;直接回车用 {own}):");
            person.or(&own, &zh, &format!("Its code (lower-case letters, digits and -; Enter takes {own}): "))?
        }
    };
    let code = free_code(site, &name, Some(&code))?;
    let mut learnt = None;
    if way != Way::Entered {
        let file = person.or(
            "",
            "样例文件(接口返回的内容、推送的内容,或导出的表;没有就直接回车):",
            "A sample file (an answer, a push, a sheet; Enter if there is none): ",
        )?;
        if !file.is_empty() {
            let wishes = Wishes { way: Some(way), list: new.list.as_deref(), id: new.id.as_deref(), no_id: new.no_id };
            learnt =
                Some(learn(&bytes(&file)?, &wishes).map_err(|why| super::wrong(why, crate::console::Code::Failed))?);
        }
    }
    let mut given = |wanted: Way, zh: &str, en: &str| -> Result<Option<String>, Failure> {
        if way != wanted {
            return Ok(None);
        }
        Ok(Some(person.or("", zh, en)?).filter(|text| !text.is_empty()))
    };
    let url = given(
        Way::Asks,
        "接口地址(http 或 https 开头;还不知道就直接回车):",
        "The address (http or https; Enter if it is not known yet): ",
    )?;
    let zh = format!("收表的文件夹(直接回车用 收件/{name}):");
    let inbox = given(Way::Sheets, &zh, &format!("The folder for sheets (Enter takes 收件/{name}): "))?;
    let back = person.back(way)?;
    Ok(Plan { name, code, way, learnt, url, inbox, back })
}

struct Person<'a> {
    lang: Lang,
    prompt: &'a mut dyn Prompt,
}

impl Person<'_> {
    fn asked(&mut self, zh: &str, en: &str) -> Result<String, Failure> {
        let question = say(self.lang, zh, en);
        self.prompt.ask(question).map_err(|error| Failure::io("没有问到", "nothing was answered", &error))
    }

    /// A line that is not empty.
    fn line(&mut self, zh: &str, en: &str) -> Result<String, Failure> {
        loop {
            let said = self.asked(zh, en)?;
            if !said.is_empty() {
                return Ok(said);
            }
        }
    }

    /// A line, or what is taken where none is typed.
    fn or(&mut self, usual: &str, zh: &str, en: &str) -> Result<String, Failure> {
        let said = self.asked(zh, en)?;
        Ok(if said.is_empty() { usual.to_owned() } else { said })
    }

    /// One of several by its number; the first where nothing is typed.
    fn choice(&mut self, question: Text, choices: &[Text]) -> Result<usize, Failure> {
        let lines = |lang: Lang| {
            let numbered = choices.iter().enumerate().map(|(n, text)| format!("  {} {}\n", n + 1, text.in_lang(lang)));
            numbered.collect::<String>()
        };
        let most = choices.len();
        let zh = format!("{}\n{}输入 1-{most}(直接回车选 1):", question.zh, lines(Lang::Zh));
        let en = format!("{}\n{}1-{most} (Enter takes 1): ", question.en, lines(Lang::En));
        loop {
            let said = self.asked(&zh, &en)?;
            if said.is_empty() {
                return Ok(0);
            }
            if let Some(n) = said.parse::<usize>().ok().filter(|n| (1..=most).contains(n)) {
                return Ok(n - 1);
            }
        }
    }

    fn way(&mut self) -> Result<Way, Failure> {
        let choices = [
            Text::new("接口轮询:对方有接口,我们定时去取", "an interface that we ask from time to time (rest)"),
            Text::new("接口接收:对方推送给我们", "the far side pushes to us (webhook)"),
            Text::new("表格文件:对方导出表格,放进一个文件夹", "sheets that are put into a folder (folder)"),
            Text::new("手工登记:纸质来信、来访,由人录入", "letters on paper that people enter (manual)"),
        ];
        let n = self.choice(Text::new("来件怎么来的?", "How do submissions come?"), &choices)?;
        Ok(Way::ALL.get(n).copied().unwrap_or(Way::Entered))
    }

    fn back(&mut self, way: Way) -> Result<Back, Failure> {
        let by_hand =
            Text::new("由人到对方后台(或写信、打电话)回复,回了记一笔", "a person answers, and puts it on record");
        let nothing = Text::new("不用回", "not at all");
        let question = Text::new("办理结果怎么回给对方?", "How do outcomes go home?");
        match way {
            Way::Entered => {
                let n = self.choice(question, &[by_hand, nothing])?;
                Ok(if n == 0 { Back::ByHand } else { Back::Nothing })
            }
            Way::Sheets => {
                let sheet = Text::new("写成一天一张表,由人导回对方", "a sheet a day that a person brings back");
                match self.choice(question, &[sheet, by_hand, nothing])? {
                    0 => Ok(Back::Sheet { approve: self.approve()? }),
                    1 => Ok(Back::ByHand),
                    _ => Ok(Back::Nothing),
                }
            }
            Way::Asks | Way::Told => {
                let machine = Text::new("对方有接收结果的接口", "by an interface of the far side");
                match self.choice(question, &[by_hand, machine, nothing])? {
                    0 => Ok(Back::ByHand),
                    1 => Ok(Back::Interface(self.manners()?)),
                    _ => Ok(Back::Nothing),
                }
            }
        }
    }

    /// The three questions that nobody may guess the answers of; the careful answer stands first.
    fn manners(&mut self) -> Result<Manners, Failure> {
        let signs = [
            (Manners::CAREFUL.sign, Text::new("不替签,热线签收了再说", "not by itself")),
            ("core_accepted", Text::new("热线收下以后替我们签收", "when the core has taken the ticket")),
            ("stored", Text::new("一入库就签收", "as soon as it is on disk")),
        ];
        let question = Text::new("要不要替我们向对方签收?", "Is 签收 sent for us?");
        let sign = self.word(question, &signs)?;
        let approve = self.approve()?;
        let unsure = [
            (Manners::CAREFUL.uncertain, Text::new("停下来问人", "a person is asked")),
            (
                "look",
                Text::new(
                    "先查对方的状态(对方要有查状态的接口)",
                    "the far side is asked for its state (it needs an interface for that)",
                ),
            ),
            (
                "retry",
                Text::new(
                    "再发一次(对方要保证同一件送两遍只算一遍)",
                    "it is sent again (the far side must count it once)",
                ),
            ),
        ];
        let question = Text::new(
            "发出去以后没等到回音,不知道对方收没收到,怎么办?",
            "What is done when nobody knows whether it arrived?",
        );
        let uncertain = self.word(question, &unsure)?;
        Ok(Manners { sign, approve, uncertain })
    }

    fn approve(&mut self) -> Result<bool, Failure> {
        let question = Text::new("退单、延期、答复、办结发出前,要不要人先看?", "Does a person agree to what leaves?");
        let choices = [
            Text::new("要,人点“同意”才发", "yes, nothing leaves before"),
            Text::new("不用,自动发", "no, it leaves by itself"),
        ];
        Ok(self.choice(question, &choices)? == 0)
    }

    fn word(&mut self, question: Text, words: &[(&'static str, Text)]) -> Result<&'static str, Failure> {
        let texts: Vec<Text> = words.iter().map(|(_, text)| text.clone()).collect();
        let n = self.choice(question, &texts)?;
        Ok(words.get(n).map_or("never", |(word, _)| word))
    }
}
