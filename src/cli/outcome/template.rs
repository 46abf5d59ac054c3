//! The empty sheet: its columns with their choices, and a second one that explains each.

use std::io::Write;
use std::path::Path;

use huiliu_sheet::{Page, PageColumn};
use serde_json::json;

use super::super::output::{Failure, Output};
use super::super::paper::create;
use super::super::site::Site;
use crate::console::view::TicketView;
use crate::console::{Code, MAX_ROWS, Problem, Request};
use crate::outcomes::{LIST_ROWS, columns, explained};
use crate::settings::Lang;

/// The names of the two sheets.
const SHEETS: [&str; 2] = ["办理反馈", "填写说明"];

/// Writes the template; with `open` a row for each ticket that waits for its conclusion.
pub(super) fn write(site: &Site, file: &Path, open: bool) -> Result<Output, Failure> {
    let tickets = if open { waiting(site)? } else { Vec::new() };
    let mut columns = columns();
    if open {
        // Only to see which is which; importing passes it over.
        columns.push(PageColumn { name: "标题".into(), width: 30, choice: None });
    }
    let blank = columns.len().saturating_sub(3);
    let row = |ticket: &TicketView| -> Vec<String> {
        let numbers = [ticket.number.clone(), ticket.core_number.clone().unwrap_or_default()];
        let title = ticket.title.clone().unwrap_or_default();
        numbers.into_iter().chain(std::iter::repeat_n(String::new(), blank)).chain([title]).collect()
    };
    let rows: Vec<_> = tickets.iter().map(row).collect();
    let pages = [Page { name: SHEETS[0].into(), columns, rows, ready: LIST_ROWS }, explanation()];
    let bytes = huiliu_sheet::write(&pages)
        .map_err(|why| Problem::new(Code::Failed, format!("表格写不出来:{why}"), why.to_string()))?;
    create(file)?.write_all(&bytes).map_err(|why| {
        Failure::io(&format!("{} 写不了", file.display()), &format!("cannot write {}", file.display()), &why)
    })?;
    let (shown, count) = (file.display(), tickets.len());
    let all = count < MAX_ROWS;
    let text = match (site.look.lang, open, all) {
        (Lang::Zh, false, _) => format!("已写好 {shown};填好后:huiliu outcome import {shown}"),
        (Lang::Zh, true, true) => {
            format!("已写好 {shown},带出 {count} 件未办结的;填好后:huiliu outcome import {shown}")
        }
        (Lang::Zh, true, false) => format!("已写好 {shown};只看了最近 {MAX_ROWS} 件"),
        (Lang::En, false, _) => format!("wrote {shown}; once filled in: huiliu outcome import {shown}"),
        (Lang::En, true, true) => {
            format!("wrote {shown} with {count} open tickets; once filled in: huiliu outcome import {shown}")
        }
        (Lang::En, true, false) => format!("wrote {shown}; only the latest {MAX_ROWS} tickets were looked at"),
    };
    Ok(Output::new(json!({ "file": file, "tickets": count }), text))
}

/// Live tickets that nothing has concluded, the earliest first.
fn waiting(site: &Site) -> Result<Vec<TicketView>, Failure> {
    let request = Request::TicketList { channel: None, from: None, to: None, limit: MAX_ROWS };
    let (_, mut tickets) = site.ask::<Vec<TicketView>>(request, None)?;
    tickets.retain(|ticket| ticket.standing == "live" && ticket.concluded_at.is_none());
    tickets.reverse();
    Ok(tickets)
}

fn explanation() -> Page {
    let heads = [("栏目", 14), ("要不要填", 10), ("怎么填", 60), ("例子", 26), ("也认这些栏名", 30)];
    let columns = heads.map(|(name, width)| PageColumn { name: name.into(), width, choice: None });
    let mut rows: Vec<Vec<String>> = explained().into_iter().map(Vec::from).collect();
    for remark in [
        "一行一次反馈;空行和只有编号的行会跳过。",
        "导入时逐行办:对的收下,不对的列出第几行、哪一栏、怎么改;改好后整张表再导入一次就行,收过的不会重复。",
        "栏目的先后可以换,不用的可以删;多出来的栏目不看。",
    ] {
        rows.push(vec![String::new(), String::new(), remark.into()]);
    }
    Page { name: SHEETS[1].into(), columns: columns.into(), rows, ready: 0 }
}
