//! 中国政府网: the province exports what citizens of the county wrote there, as a web page that calls itself `.xls`, in GBK,
//! with heads of two rows; it urges and sends back by further rows of the same number.

use std::fmt::Write;
use std::io;

use super::sheets::{Form, Line, Sheets, written};
use super::{Asking, Matter};

/// The road.
pub type Zhengfuwang = Sheets<Export>;

/// How its export is written.
pub struct Export;

impl Form for Export {
    const CHANNEL: &'static str = "zhongguo-zhengfuwang";
    const INBOX: &'static str = "收件/中国政府网";
    const OUTBOX: &'static str = "发件/中国政府网";

    /// Digits only, more than a spreadsheet keeps of a number, the first of them a zero.
    fn number(serial: u64, matter: &Matter) -> String {
        format!("0043{}{serial:06}", written(matter.handed_at, "%y%m%d"))
    }

    fn act(asking: &Asking) -> Option<(&'static str, &str)> {
        match asking {
            Asking::Urge(text) => Some(("催办", text)),
            Asking::Redo(text) => Some(("退回重办", text)),
            Asking::Supervise(text) => Some(("督办", text)),
            Asking::Supplement(_) | Asking::Withdraw(_) => None,
        }
    }

    fn sheet(serial: u64, lines: &[Line]) -> io::Result<(String, Vec<u8>)> {
        let page = drawn(lines);
        Ok((format!("涉湘留言转办_{serial:03}.xls"), encoding_rs::GBK.encode(&page).0.into_owned()))
    }
}

const HEADS: &str = "<tr><th rowspan=2>序号</th><th rowspan=2>留言编号</th><th colspan=5>留言</th>\
    <th colspan=3>留言人</th><th colspan=4>转办</th></tr>\r\n\
    <tr><th>标题</th><th>类型</th><th>内容</th><th>时间</th><th>公开</th><th>姓名</th><th>电话</th><th>所在地</th>\
    <th>要求</th><th>时间</th><th>时限</th><th>意见</th></tr>\r\n";

fn drawn(lines: &[Line]) -> String {
    let mut page = "<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\">\r\n<head>\
        <meta http-equiv=\"Content-Type\" content=\"text/html; charset=gb2312\">\r\n\
        <style>td { mso-number-format:'\\@'; }</style></head>\r\n<body><table border=1>\r\n\
        <tr><th colspan=14>中国政府网涉湘留言转办清单(衡东县)</th></tr>\r\n"
        .to_owned();
    page += HEADS;
    for (n, line) in (1..).zip(lines) {
        let cells: String = cells(line).iter().map(|cell| format!("<td>{}</td>", escaped(cell))).collect();
        // Writing into a text does not fail.
        let _ = write!(page, "<tr><td>{n}</td>{cells}</tr>\r\n");
    }
    let _ = write!(
        page,
        "<tr><td colspan=2>合计</td><td colspan=12>{} 件</td></tr>\r\n</table></body></html>\r\n",
        lines.len()
    );
    page
}

/// The cells of a row behind the count.
fn cells(line: &Line) -> [String; 13] {
    let matter = &line.matter;
    let minute = "%Y-%m-%d %H:%M";
    let (asks, said) = match &line.act {
        None => ("转办", "请按规定办理,及时答复留言人。"),
        Some((word, text)) => (*word, text.as_str()),
    };
    [
        line.number.clone(),
        matter.title.clone(),
        sort(&matter.sort).into(),
        matter.content.clone(),
        written(matter.submitted_at, minute),
        if matter.agree_public { "是" } else { "否" }.into(),
        matter.name.clone(),
        matter.phone.clone(),
        matter.address.clone(),
        asks.into(),
        written(matter.handed_at, minute),
        matter.deadline.map(|deadline| written(deadline, "%Y年%-m月%-d日")).unwrap_or_default(),
        said.into(),
    ]
}

/// Its own words for what a letter is about.
fn sort(word: &str) -> &str {
    match word {
        "咨询" => "政策咨询",
        "求助" => "反映困难",
        "投诉" => "投诉问题",
        "举报" => "问题线索",
        "建议" => "意见建议",
        _ => "感谢表扬",
    }
}

/// As such pages keep lines apart inside a cell.
fn escaped(text: &str) -> String {
    let plain = text.replace('&', "&amp;").replace('<', "&lt;");
    plain.replace('\n', "<br style='mso-data-placement:same-cell'>")
}
