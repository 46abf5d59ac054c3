//! A page that lies in a file (浏览器“网页另存为”): the list, or one item's own page.

use std::sync::Arc;

use bytes::Bytes;
use huiliu_contract::{ExternalId, Fault, Page, Remark, Saved, SavedPage};
use huiliu_kit::pick::scalar;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::place::{Place, Told};
use crate::poll::Office;
use crate::reader::{DetailWay, item};
use crate::rows::{ListWay, document};
use crate::seen::Seen;

/// Reads such pages by the rules of a back end.
pub(crate) struct SavedPages(pub(crate) Arc<Office>);

impl Saved for SavedPages {
    fn read(&self, _: &str, bytes: &Bytes, now: Timestamp) -> Result<SavedPage, Fault> {
        let office = &self.0;
        let url = office.question(&Place::default(), office.from(now), now)?.url;
        let seen = Seen::of_file(bytes, url, office.session.charset);
        let as_list = match office.rule.read(&seen) {
            Ok(listed) => {
                let from = office.from(now);
                // A page alone comes short of a total that pages behind it would fill.
                let told = Told { total: None, ..office.told(&listed, from) };
                let walk = office.pager.without_total().after(None, from, told)?;
                let opened =
                    if office.detail.is_some() { listed.rows.iter().filter(|row| row.id.is_ok()).count() } else { 0 };
                let items = listed.rows.iter().map(|row| match &row.id {
                    Ok(id) => item(id.clone(), document(row)),
                    Err(why) => crate::poll::unnumbered(row, why),
                });
                let next = Place { walk, ..Place::default() };
                let page =
                    Page { items: items.collect(), more: next.walk.is_some(), next: Some(next.cursor()), keep: None };
                return Ok(SavedPage { page, remarks: remarks(opened) });
            }
            Err(fault) => fault,
        };
        let Some(rule) = &office.detail else { return Err(as_list) };
        let Some(id) = number(&rule.way, &office.rule.way, &seen) else { return Err(as_list) };
        let document = rule.way.read(&seen, id.as_str(), &json!({})).map_err(|_| as_list)?;
        let page = Page { items: vec![item(id, document)], next: None, more: false, keep: None };
        let remark = Remark {
            zh: "这是一件的详情页;列表上才有的栏目这里没有".into(),
            en: "this is one item's own page; what only the list shows is not here".into(),
        };
        Ok(SavedPage { page, remarks: vec![remark] })
    }
}

fn remarks(opened: usize) -> Vec<Remark> {
    if opened == 0 {
        return Vec::new();
    }
    vec![Remark {
        zh: format!("其中 {opened} 件真正取件时会再打开详情;这里只是列表上的样子。把详情页也存下来,用 --from 看一遍"),
        en: format!(
            "{opened} of them are opened when it is polled; here they are as the list shows them. Save an item's own page and look at that too"
        ),
    }]
}

/// The number of the item whose page it is.
fn number(detail: &DetailWay, list: &ListWay, seen: &Seen) -> Option<ExternalId> {
    let text = match (detail, list) {
        (DetailWay::Html { id, .. }, list) => {
            let of_list = match list {
                ListWay::Html { id, .. } => id.as_ref(),
                ListWay::Json { .. } => None,
            };
            seen.page().ok()?.label(id.as_ref().or(of_list)?)?.text.trim().to_owned()
        }
        (DetailWay::Json { item, id, judge, .. }, _) => {
            let document: Value = seen.document(judge).ok()?;
            scalar(id.as_ref()?.get(item.get(&document)?)?)?.into_owned()
        }
    };
    ExternalId::new(text).ok()
}
