//! A file of JSON: a list of objects, each an item as it stands there.

use std::path::Path;

use huiliu_sheet::{Unreadable, whole_text};
use serde_json::Value;

use crate::plan::{JSON, Plan};
use crate::words::refuse;

/// The items of a file.
pub(crate) fn items(path: &Path, plan: &Plan) -> Result<Vec<Value>, Unreadable> {
    let text = whole_text(path, JSON.min(plan.limits.bytes))?;
    let text = text.trim_start_matches('\u{feff}');
    let document: Value = serde_json::from_str(text).map_err(|why| {
        let (line, column) = (why.line(), why.column());
        refuse(
            format!("不是完整的 JSON:第 {line} 行第 {column} 个字符处读不下去;请重新导出"),
            format!("this is no whole JSON: line {line} column {column} cannot be read; export it anew"),
        )
    })?;
    listed(document, plan)
}

/// The list in a document.
pub(crate) fn listed(document: Value, plan: &Plan) -> Result<Vec<Value>, Unreadable> {
    let found = match &plan.items {
        Some(at) => at.get(&document).cloned(),
        None => Some(document),
    };
    match found {
        Some(Value::Array(items)) => Ok(items),
        _ => {
            let at = plan.items.as_ref().map(|at| format!("{at}")).unwrap_or_default();
            Err(refuse(
                format!("文件里“{at}”处没有列表;请看 [sheet] items 写得对不对"),
                format!("there is no list at `{at}` of the file; see whether `sheet.items` is right"),
            ))
        }
    }
}
