//! The command that makes several tickets of one letter with several matters (拆单).

use serde_json::{Value, json};

use super::handle::reason_given;
use super::tickets::{missing, spoken, standing};
use super::{Code, House, PartText, Problem};
use crate::settings::Lang;
use crate::store::{Actor, Folio, Mapped, NewPart, Place, Split, Standing, TicketRow};
use crate::ticket::{Detail, Draft, Spoken};
use crate::words::{STANDINGS, word};

/// The most characters of a part's title, and of its text.
const TITLE: usize = 200;
const CONTENT: usize = 50_000;

/// Splits a ticket. Answers the numbers of its parts.
pub(super) async fn split(house: &House, number: &str, parts: &[PartText], actor: &Actor) -> Result<Value, Problem> {
    reason_given(actor)?;
    let number = spoken(number)?;
    let row = house.store.ticket(number).await.map_err(|error| missing(number, error))?;
    may_be_split(house, &row).await?;
    let parts = checked(parts)?;
    let draft: Draft = serde_json::from_slice(row.draft.as_deref().unwrap_or_default())
        .map_err(|_| Problem::new(Code::Failed, "这件工单的内容读不出来,拆不了", "the ticket's form cannot be read"))?;
    let made = parts.iter().map(|part| sealed(house, &row, &draft, part)).collect::<Result<Vec<_>, _>>()?;
    let numbers = (1_u8..).take(made.len()).map(|place| number.with_part(place)).collect::<Result<Vec<_>, _>>();
    let numbers = numbers.map_err(|error| failed(&error))?;
    let note = house.store.reserve();
    let said = Detail { parts: numbers, ..Detail::default() };
    let said = serde_json::to_vec(&said).map_err(|error| failed(&error))?;
    let said = house.store.keys().seal(Place::Note, note, &said).map_err(|error| failed(&error))?;
    let split = Split { version_n: row.version_n, parts: made, note: (note, said) };
    let keys = house.store.split(row.key.id, split, actor).await?;
    let titles = parts.iter().map(|part| part.title.as_str());
    let made: Vec<Value> =
        keys.iter().zip(titles).map(|(key, title)| json!({ "number": key.number, "title": title })).collect();
    Ok(json!({ "ticket": number, "parts": made }))
}

fn failed(error: &dyn std::fmt::Display) -> Problem {
    Problem::new(Code::Failed, format!("没有拆成:{error}"), format!("nothing was split: {error}"))
}

/// Refuses what cannot be split, with what helps.
async fn may_be_split(house: &House, row: &TicketRow) -> Result<(), Problem> {
    let number = row.key.number;
    if number.part().is_some() {
        let whole = number.whole();
        return Err(Problem::refused(
            format!("{number} 是从 {whole} 拆出来的,不能再拆;要重新划分,请热线系统在该单内办理"),
            format!("{number} is a part of {whole} already and is not split again; let the core handle it as it is"),
        ));
    }
    if row.standing != Standing::Live {
        let said = |lang| word(STANDINGS, standing(row.standing), lang);
        return Err(Problem::refused(
            format!("{number} 是“{}”,没有转热线,不用拆;只有正式工单能拆", said(Lang::Zh)),
            format!("{number} is {}, the core does not have it; only live tickets are split", said(Lang::En)),
        ));
    }
    let parts = house.store.parts(row.key.id).await?;
    if let (Some(first), Some(last)) = (parts.first(), parts.last()) {
        let (first, last) = (first.key.number, last.key.number);
        return Err(Problem::refused(
            format!("{number} 已经拆过了(拆成 {first} 至 {last});看各单用 huiliu ticket show {number}"),
            format!("{number} is split already ({first} to {last}); see its parts by huiliu ticket show {number}"),
        ));
    }
    if row.concluded_at.is_some() {
        return Err(Problem::refused(
            format!("{number} 已经办结,不能再拆;上级退回重办之后可以拆"),
            format!("{number} is concluded and cannot be split; after it was sent back to be done again it can"),
        ));
    }
    Ok(())
}

/// The parts without blanks around them, or which one makes no sense.
fn checked(parts: &[PartText]) -> Result<Vec<PartText>, Problem> {
    let most = usize::from(Spoken::MOST_PARTS);
    if !(2..=most).contains(&parts.len()) {
        let count = parts.len();
        return Err(Problem::invalid(
            format!("给了 {count} 件;一件工单要拆成 2 到 {most} 件,每件写一个 --part 文件"),
            format!("{count} given; a ticket is split into 2 to {most} parts, each a file behind --part"),
        ));
    }
    let mut out = Vec::with_capacity(parts.len());
    for (n, part) in (1..).zip(parts) {
        let part = PartText { title: part.title.trim().to_owned(), content: part.content.trim().to_owned() };
        let bound = |what_zh: &str, what_en: &str, text: &str, most: usize| match text.chars().count() {
            0 => Err(Problem::invalid(
                format!("第 {n} 件没有{what_zh};文件第一行写标题,下面写正文"),
                format!("part {n} has no {what_en}: the first line of its file is the title, the text stands below"),
            )),
            count if count > most => Err(Problem::invalid(
                format!("第 {n} 件的{what_zh}有 {count} 字,最多 {most} 字"),
                format!("the {what_en} of part {n} has {count} characters; at most {most}"),
            )),
            _ => Ok(()),
        };
        bound("标题", "title", &part.title, TITLE)?;
        if part.title.contains('\n') {
            return Err(Problem::invalid(
                format!("第 {n} 件的标题不止一行;标题只写一行"),
                format!("the title of part {n} has several lines; a title is one line"),
            ));
        }
        bound("正文", "text", &part.content, CONTENT)?;
        out.push(part);
    }
    Ok(out)
}

/// A part's rows: what the person wrote is its raw form, its draft the whole's about this matter alone.
fn sealed(house: &House, row: &TicketRow, draft: &Draft, part: &PartText) -> Result<NewPart, Problem> {
    let keys = house.store.keys();
    let draft = draft.part(row.key.number, row.version_n, &part.title, &part.content);
    let draft = serde_json::to_vec(&draft).map_err(|error| failed(&error))?;
    let raw = format!("{}\n\n{}\n", part.title, part.content);
    let folio = Folio {
        media_type: "text/plain; charset=utf-8",
        raw: raw.as_bytes(),
        read: b"",
        mapped: Mapped::Draft(&draft),
    };
    let version = house.store.reserve();
    Ok(NewPart {
        version,
        source_digest: keys.blind("part", &[raw.as_bytes()]),
        digest: keys.blind("part_draft", &[&draft]),
        body: keys.seal(Place::Version, version, &folio.write()).map_err(|error| failed(&error))?,
    })
}
