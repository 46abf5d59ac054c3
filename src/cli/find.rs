//! `huiliu find`: by any number as an argument; by what is personal only at a prompt.

use clap::Args;
use jiff::civil::Date;

use super::output::{Failure, NOT_FOUND, Output};
use super::prompt::Prompt;
use super::site::Site;
use super::split;
use super::table::Look;
use super::ticket::list;
use crate::console::view::{ChannelView, FoundView, TicketView};
use crate::console::{self, Problem, ROWS, Request};
use crate::settings::Lang;
use crate::words::say;

/// For how many found tickets the sentence is written out.
const SAID: usize = 5;

/// Finds tickets; all that is given must fit.
#[derive(Args, Debug)]
pub(super) struct Find {
    /// A number: of the ticket, of the core, or of the source; `-` asks for it. Nothing personal here.
    number: Option<String>,
    /// Ask for a whole telephone number.
    #[arg(long)]
    phone: bool,
    /// Ask for a name and the last four digits of the telephone number.
    #[arg(long)]
    name: bool,
    /// Ask for a whole identity number.
    #[arg(long)]
    id: bool,
    /// Only this channel.
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
    /// Received on this day or later.
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// Received on this day or earlier.
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
    /// At most so many.
    #[arg(long, value_name = "N", default_value_t = ROWS)]
    limit: usize,
}

impl Find {
    pub(super) fn run(self, site: &Site, prompt: &mut dyn Prompt) -> Result<Output, Failure> {
        let lang = site.look.lang;
        if self.number.as_deref().is_some_and(looks_personal) {
            return Err(Problem::refused(
                "这像是手机号或身份证号:个人信息不要写在命令里(会留在历史记录),请用 --phone 或 --id 按提示输入;\
                 若它确是编号,用 huiliu find - 按提示输入",
                "this looks like a telephone or identity number: do not write it in the command (it stays in the \
                 shell's history); use --phone or --id and type it when asked; if it is a ticket's number after all, \
                 use huiliu find -",
            )
            .into());
        }
        let mut ask = |wanted: bool, zh: &str, en: &str| -> Result<Option<String>, Failure> {
            let asked = wanted.then(|| prompt.ask(say(lang, zh, en))).transpose();
            asked.map_err(|error| Failure::io("读不到输入", "nothing could be read", &error))
        };
        let find = console::Find {
            number: match self.number.as_deref() {
                Some("-") => ask(true, "编号:", "Number: ")?,
                _ => self.number,
            },
            phone: ask(self.phone, "电话号码:", "Telephone number: ")?,
            id_no: ask(self.id, "证件号码:", "Identity number: ")?,
            name: ask(self.name, "姓名:", "Name: ")?,
            last4: ask(self.name, "电话后四位:", "Last four digits of the telephone number: ")?,
            channel: self.channel,
            from: self.from,
            to: self.to,
            limit: self.limit,
        };
        let (json, found) = site.ask::<Vec<FoundView>>(Request::Find(find), None)?;
        if found.is_empty() {
            let (_, channels) = site.ask::<Vec<ChannelView>>(Request::ChannelList, None)?;
            return Ok(Output::new(json, nothing(&site.look, &channels)).status(NOT_FOUND));
        }
        Ok(Output::new(json, answer(&site.look, &found)))
    }
}

/// What was found, and for a few the sentence to be said on the telephone.
fn answer(look: &Look, found: &[FoundView]) -> String {
    let tickets: Vec<TicketView> = found.iter().map(|one| one.ticket.clone()).collect();
    let mut text = list(look, &tickets);
    for one in found.iter().take(SAID) {
        let sentence = if look.lang == Lang::Zh { &one.said.zh } else { &one.said.en };
        text += &format!("\n{} {sentence}\n", one.ticket.number);
        text += &split::lines(look, &one.parts);
        if one.sources.len() > 1 {
            for source in &one.sources {
                let state = match source.answered_at {
                    Some(at) => format!("{} {}", say(look.lang, "已答复", "answered"), look.short(at)),
                    None => say(look.lang, "还没有答复", "not answered yet").into(),
                };
                text += &format!("  {} {}: {state}\n", source.channel, source.external_id);
            }
        }
    }
    text
}

/// Nothing was found: it may lie where nobody could look.
fn nothing(look: &Look, channels: &[ChannelView]) -> String {
    let mut text = list(look, &[]);
    for channel in channels {
        let Some(since) = channel.far.as_ref().and_then(|far| far.open_since) else { continue };
        let since = look.short(since);
        text += &match look.lang {
            Lang::Zh => format!("\n{}从 {since} 起读不到,来件可能还没取到", channel.name),
            Lang::En => format!("\n{} could not be read since {since}: its letters may not be here yet", channel.name),
        };
    }
    text
}

/// A mobile number or a resident identity number, as far as their form tells.
fn looks_personal(number: &str) -> bool {
    let bytes = number.trim().as_bytes();
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    let mobile = bytes.len() == 11 && bytes[0] == b'1' && (b'3'..=b'9').contains(&bytes[1]) && digits(bytes);
    let resident = bytes.len() == 18
        && digits(&bytes[..17])
        && (bytes[17].is_ascii_digit() || matches!(bytes[17], b'x' | b'X'))
        && matches!(&bytes[6..8], b"19" | b"20")
        && matches!(bytes[10], b'0' | b'1')
        && resident_check(&bytes[..17]) == bytes[17].to_ascii_uppercase();
    mobile || resident
}

/// GB 11643-1999: the check character over the first 17 digits (ISO 7064 MOD 11-2).
fn resident_check(digits: &[u8]) -> u8 {
    let sum = digits.iter().fold(0_u32, |sum, digit| (sum + u32::from(digit - b'0')) * 2 % 11);
    match (12 - sum) % 11 {
        10 => b'X',
        n => b'0' + u8::try_from(n).unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_personal_is_not_taken_as_an_argument() {
        assert!(looks_personal("13800000000"));
        for number in ["261122-00017", "20261122000000123", "A13800000000", "430424199001010020", "", "12345678901"] {
            assert!(!looks_personal(number), "{number}");
        }
    }

    #[test]
    fn the_check_character_is_that_of_the_standard() {
        // Weights 7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2; a remainder of 0 is written 1, of 2 X, of 7 5.
        assert_eq!(resident_check(b"00000000000000000"), b'1');
        assert_eq!(resident_check(b"00000000000000001"), b'X');
        assert_eq!(resident_check(b"10000000000000000"), b'5');
    }
}
