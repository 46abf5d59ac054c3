//! A file of XML: the elements of a list, each an item as the document that it makes.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use huiliu_sheet::Unreadable;
use serde_json::Value;

use crate::json::listed;
use crate::plan::{JSON, Plan};
use crate::words::{disk, refuse};

/// The items of a file.
pub(crate) fn items(path: &Path, plan: &Plan) -> Result<Vec<Value>, Unreadable> {
    let Some(reading) = &plan.xml else {
        return Err(refuse(
            "收 XML 文件要写明列表在哪:[sheet] items 写从根元素起的路径,例如 /letters/letter",
            "where the list of an XML file stands is not told: write its path from the root element on into \
             `sheet.items`, for example `/letters/letter`",
        ));
    };
    let most = JSON.min(plan.limits.bytes);
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|why| disk(&why))?;
    file.take(most as u64 + 1).read_to_end(&mut bytes).map_err(|why| disk(&why))?;
    if bytes.len() > most {
        let mib = most >> 20;
        return Err(refuse(
            format!("XML 文件超过 {mib} MiB;请分成几个文件"),
            format!("the XML file has more than {mib} MiB; split it"),
        ));
    }
    let document = reading.read(&bytes).map_err(|not| {
        let zh = not.zh();
        refuse(format!("XML 读不下去:{zh}"), format!("this XML cannot be read: {not}"))
    })?;
    listed(document, plan)
}
