//! Letters that come because of what we sent.

use jiff::civil::{Date, time};

use super::super::ADDRESS;
use super::super::mails::Mail;
use super::build::{base64, lines, word};
use super::{Becomes, Letter, date};

/// The citizen answers the receipt and adds something. `number` is the ticket's.
pub(in super::super) fn added(day: Date, first: &Letter, receipt: &Mail, number: &str) -> Letter {
    let id = "91C0D3F2-7A44-4B0B-8E7C-5D1F0A9B2C66@phone.example";
    let says = "补充一点:对面去县城方向的那个候车亭也松了,昨天吹得直响。";
    let quoted: String = receipt.text.lines().map(|line| format!("> {line}\n")).collect();
    let text = format!("{says}\n\n发自我的手机\n\n> 在 {},09:30,12345 <{ADDRESS}> 写道:\n>\n{quoted}", told(day));
    let subject = format!("Re: {}", receipt.subject);
    let raw = format!(
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\nFrom: {} <{}>\r\n\
         MIME-Version: 1.0 (1.0)\r\nDate: {}\r\nSubject: {}\r\nMessage-Id: <{id}>\r\nIn-Reply-To: <{}>\r\n\
         References: <{}> <{}>\r\nTo: {ADDRESS}\r\n\r\n{}\r\n",
        word("utf-8", first.name.as_bytes()),
        first.from,
        date(day, time(10, 20, 8, 0)),
        word("utf-8", subject.as_bytes()),
        receipt.id,
        first.id,
        receipt.id,
        base64(lines(&text).as_bytes()),
    );
    let becomes = Becomes::Act("supplemented", number.into());
    Letter { id: id.into(), subject, says, files: 0, becomes, raw: raw.into_bytes(), ..first.clone() }
}

/// The citizen begins a new letter that bears the query code, and asks where the answer stays. `number` is the ticket's.
pub(in super::super) fn asked_by_code(day: Date, first: &Letter, code: &str, number: &str) -> Letter {
    let (id, subject) = ("5f2c9a.20250401.1045@mail.example", format!("查询码 {code}"));
    let says = "请问什么时候有人来处理?请尽快。";
    let raw = format!(
        "From: {} <{}>\r\nTo: {ADDRESS}\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <{id}>\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{says}\r\n",
        word("utf-8", first.name.as_bytes()),
        first.from,
        word("utf-8", subject.as_bytes()),
        date(day, time(10, 45, 30, 0)),
    );
    let becomes = Becomes::Act("urged", number.into());
    Letter { id: id.into(), subject, says, files: 0, becomes, raw: raw.into_bytes(), ..first.clone() }
}

/// A neighbour got the receipt passed on, answers it and means a matter of their own. `number` is that of the old one.
pub(in super::super) fn passed_on(day: Date, receipt: &Mail, number: &str) -> Letter {
    let (from, name) = ("dong.qj@post.example", "董秋菊");
    let (id, subject) = ("202504011110246813579@post.example", "洣水镇兴衡路北段也有路灯不亮");
    let says = "兴衡路北段幼儿园门口的两盏路灯也不亮,请一起修。";
    let quoted = receipt.text.as_str();
    let text = format!(
        "你们好,邻居把你们的回信转给我看了。{says}\n董秋菊,13800000704\n\n\n\
         ------------------ 原始邮件 ------------------\n发件人: \"衡东县12345热线\" <{ADDRESS}>;\n\
         发送时间: {} 上午9:30\n主题: {}\n\n{quoted}\n",
        told(day),
        receipt.subject,
    );
    let raw = format!(
        "From: {} <{from}>\r\nTo: <{ADDRESS}>\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <{id}>\r\nIn-Reply-To: <{}>\r\n\
         References: <{}>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}\r\n",
        word("utf-8", name.as_bytes()),
        word("utf-8", subject.as_bytes()),
        date(day, time(11, 10, 24, 0)),
        receipt.id,
        receipt.id,
        base64(lines(&text).as_bytes()),
    );
    let becomes = Becomes::Naming(number.into());
    Letter { id: id.into(), from, name, subject: subject.into(), says, files: 0, becomes, raw: raw.into_bytes() }
}

/// A day as mail programs quote it.
fn told(day: Date) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}
