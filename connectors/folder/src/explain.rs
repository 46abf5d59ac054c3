//! What the options of a folder of spreadsheets say, in plain words.

use std::collections::BTreeMap;

use huiliu_contract::{ReturnWord, Sentence, Topic};

use crate::options::{ColumnOption, IfNoId, Options, Proof, ReturnOptions, Scope, SheetOptions, Sheets};

/// All of it, in the order in which people read it.
pub(crate) fn explain(options: &Options) -> Vec<Sentence> {
    let mut said = vec![of_inbox(options)];
    said.extend(of_sheet(&options.sheet));
    said.extend(of_identity(&options.sheet));
    said.push(Sentence::new(
        Topic::Answered,
        "收完在旁边写一份“文件名.结果.xlsx”:每行收没收、汇流编号、为什么",
        "A sheet of results is written beside each file: row by row what became of it, the ticket's number, and why",
        &[],
    ));
    said.extend(options.r#return.as_ref().filter(|back| back.is_written()).into_iter().flat_map(of_return));
    said
}

fn of_inbox(options: &Options) -> Sentence {
    let connect = &options.connect;
    let settle = connect.settle.map_or_else(|| "5s".into(), |period| period.to_string());
    let (keep, keep_en) = match connect.keep {
        Some(keep) => (format!("收过的原表在“已收”里留 {keep}"), format!("what was taken is kept for {keep}")),
        None => (
            "收完即删(每行原文已加密存库)".into(),
            "what was taken is deleted, its rows are sealed in the store".into(),
        ),
    };
    let inbox = connect.inbox.display();
    Sentence::new(
        Topic::Arrives,
        format!("把表格放进“{inbox}”文件夹,{settle} 没有变化就收;{keep}"),
        format!("Files dropped into {inbox} are taken once unchanged for {settle}; {keep_en}"),
        &["connect.inbox", "connect.settle", "connect.keep"],
    )
}

fn of_sheet(sheet: &SheetOptions) -> Vec<Sentence> {
    let (which, which_en) = match &sheet.sheets {
        Sheets::Word(_) => ("看得见的工作表都读".to_owned(), "All sheets that people see".to_owned()),
        Sheets::List(names) => (format!("只读工作表 {}", names.join("、")), format!("The sheets {}", names.join(", "))),
    };
    let heads = sheet.head_rows.unwrap_or(1);
    let mut said = vec![Sentence::new(
        Topic::Arrives,
        format!("{which};同时有 {} 的那一行是表头(占 {heads} 行)", sheet.header.join("、")),
        format!("{which_en}; the heads ({heads} rows) are where {} stand", sheet.header.join(", ")),
        &["sheet.sheets", "sheet.header", "sheet.head_rows"],
    )];
    if !sheet.aliases.is_empty() {
        let names = names(&sheet.aliases);
        said.push(Sentence::new(
            Topic::Arrives,
            format!("栏名的别的叫法:{names}"),
            format!("Other names of columns: {names}"),
            &["sheet.aliases"],
        ));
    }
    if !sheet.fill_down.is_empty() {
        said.push(Sentence::new(
            Topic::Arrives,
            format!("合并的格子往下补:{};别的栏里有合并的,停下问人", sheet.fill_down.join("、")),
            format!(
                "Merged cells hold for all their rows in {}; elsewhere a person is asked",
                sheet.fill_down.join(", ")
            ),
            &["sheet.fill_down"],
        ));
    }
    if let Some(skipped) = &sheet.skip_rows {
        said.push(Sentence::new(
            Topic::Arrives,
            format!("第一格是 {} 的行不要", skipped.join("、")),
            format!("Rows that begin with {} are left out", skipped.join(", ")),
            &["sheet.skip_rows"],
        ));
    }
    said
}

fn names(aliases: &BTreeMap<String, Vec<String>>) -> String {
    aliases.iter().map(|(name, others)| format!("{name}={}", others.join("/"))).collect::<Vec<_>>().join("、")
}

fn of_identity(sheet: &SheetOptions) -> Vec<Sentence> {
    let mut said = Vec::new();
    if let Some(id) = &sheet.id {
        let id = id.list();
        said.push(Sentence::new(
            Topic::Known,
            format!("来源编号在“{}”栏", id.join("”加“")),
            format!("The source's number stands in {}", id.join(" and ")),
            &["sheet.id"],
        ));
    }
    if let Some(scope) = &sheet.scope {
        let (zh, en) = match scope {
            Scope::File => ("编号每个文件从头编,前面加文件名".to_owned(), "Numbers begin anew in each file".to_owned()),
            Scope::Year(column) => {
                (format!("编号每年从头编,年份看“{column}”"), format!("Numbers begin anew each year, by {column}"))
            }
        };
        said.push(Sentence::new(Topic::Known, zh, en, &["sheet.scope"]));
    }
    let (zh, en) = match sheet.if_no_id {
        IfNoId::Ask => ("没有编号的行停下问人", "A row without a number waits for a person"),
        IfNoId::Hash => ("没有编号的行按内容识别", "A row without a number is known by what stands in it"),
    };
    said.push(Sentence::new(Topic::Known, zh, en, &["sheet.if_no_id"]));
    said
}

fn of_return(back: &ReturnOptions) -> Vec<Sentence> {
    let file = back.file.as_deref().unwrap_or("-");
    let column = |column: &ColumnOption| match column {
        ColumnOption::Word(word) => word.clone(),
        ColumnOption::Own(own) => format!("{}={}", own.name, own.value),
    };
    let columns = back.columns.iter().map(column).collect::<Vec<_>>().join("、");
    let (proof, proof_en) = match back.proof {
        Proof::None => ("写进表就算回传了", "it counts as told when it is written"),
        Proof::Ask => ("导回对方以后由人记一笔才算", "it counts as told when a person says so"),
    };
    let mut said = vec![Sentence::new(
        Topic::Returns,
        format!("写成一天一张表“{file}”,由人导回对方;栏目:{columns};{proof}"),
        format!("A sheet a day, {file}, which people bring back; columns: {columns}; {proof_en}"),
        &["return.to", "return.file", "return.columns", "return.proof"],
    )];
    if let Some(carries) = &back.carries {
        let (zh, en): (Vec<_>, Vec<_>) = carries.iter().map(|one| carried(*one)).unzip();
        said.push(Sentence::new(
            Topic::Returns,
            format!("写进表的:{}", zh.join("、")),
            format!("Written are: {}", en.join(", ")),
            &["return.carries"],
        ));
    }
    said
}

fn carried(one: ReturnWord) -> (&'static str, &'static str) {
    (one.kind().zh(), one.kind().road_word())
}
