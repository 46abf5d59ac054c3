//! Letters that answer nothing.

use jiff::civil::{Date, time};

use super::super::ADDRESS;
use super::build::{base64, gb, lines, word, words_cut};
use super::{Becomes, Letter, date};

/// A picture of one dot, in place of what a telephone would take.
const PICTURE: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x06, 0x00, 0x00, 0x00, 0x1f, 0x15, 0xc4, 0x89, 0x00, 0x00, 0x00, 0x0d, 0x49,
    0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0xb8, 0x71, 0xa2, 0xe1, 0x3f, 0x00, 0x07, 0xbc, 0x03, 0x20, 0x5e, 0x07, 0x64,
    0x10, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

/// A program on an old computer: GB18030 under the label gb2312, which knows neither 洣 nor 㘭, and a subject that is cut in
/// the middle of a character.
pub(in super::super) fn by_desktop(day: Date) -> Letter {
    let (from, name) = ("tan.xm@post.example", "谭小满");
    let (id, subject) = ("202504010812345678901@post.example", "洣水镇兴衡路三盏路灯不亮");
    let says = "兴衡路菜市场口到洣水大桥一段有三盏路灯不亮,老地名叫㘭背的那个弯最黑。";
    let text = format!(
        "您好:\n\n    我是洣水镇的居民。{says}\n学生下晚自习要从这里过,请安排人来修。\n    我的电话 13800000701。\n\n谭小满\n"
    );
    let head = format!(
        "From: {} <{from}>\r\nTo: <{ADDRESS}>\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <{id}>\r\nX-Priority: 3\r\n\
         X-Mailer: Foxmail 7.2\r\nMIME-Version: 1.0\r\nContent-Type: text/plain;\r\n\tcharset=\"gb2312\"\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n",
        word("gb2312", &gb(name)),
        words_cut("gb2312", &gb(subject), 11),
        date(day, time(8, 12, 34, 0)),
    );
    let raw = [head.into_bytes(), gb(&lines(&text))].concat();
    Letter { id: id.into(), from, name, subject: subject.into(), says, files: 0, becomes: Becomes::Ticket, raw }
}

/// A page with a picture in it and a sheet beside it.
pub(in super::super) fn by_page(day: Date) -> Letter {
    let (from, name) = ("luo.gx@mail.example", "罗桂香");
    let (id, subject) = ("5f2c9a.20250401.8840@mail.example", "大浦镇大桥社区自来水发黄一周");
    let says = "每天早上六点到八点,自来水放出来是黄的,放十多分钟才清。";
    let page = format!(
        "<html><head><meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\"></head><body>\
         <div style=\"font-size:14px\">12345 热线:</div><div><br></div><div>我家住大浦镇大桥社区8组。{says}</div>\
         <div><img src=\"cid:tap.1@mail.example\" width=\"320\"></div>\
         <div>邻近几户都是这样,各户情况见附件。</div><div><br></div><div>罗桂香&nbsp;13800000702</div></body></html>"
    );
    let sheet = "门牌,发黄时间\r\n8组3号,6:00-8:10\r\n8组5号,6:00-7:50\r\n";
    let text = format!(
        "From: {} <{from}>\r\nTo: {} <{ADDRESS}>\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <{id}>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=\"=_mixed\"\r\n\r\n\
         --=_mixed\r\nContent-Type: multipart/related; boundary=\"=_page\"\r\n\r\n\
         --=_page\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n\
         --=_page\r\nContent-Type: image/png; name=\"{}\"\r\nContent-ID: <tap.1@mail.example>\r\n\
         Content-Disposition: inline\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--=_page--\r\n\
         --=_mixed\r\nContent-Type: text/csv; charset=gbk\r\nContent-Disposition: attachment;\r\n \
         filename*=gbk''%B8%F7%BB%A7%C7%E9%BF%F6.csv\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--=_mixed--\r\n",
        word("utf-8", name.as_bytes()),
        word("utf-8", "衡东县12345热线".as_bytes()),
        word("utf-8", subject.as_bytes()),
        date(day, time(8, 40, 2, 0)),
        base64(page.as_bytes()),
        word("utf-8", "水龙头.png".as_bytes()),
        base64(PICTURE),
        base64(&gb(sheet)),
    );
    let raw = text.into_bytes();
    Letter { id: id.into(), from, name, subject: subject.into(), says, files: 2, becomes: Becomes::Ticket, raw }
}

/// A telephone: plain UTF-8.
pub(in super::super) fn by_phone(day: Date) -> Letter {
    let (from, name) = ("kang.qq@phone.example", "康清泉");
    let (id, subject) = ("4B1E77A0-5C3D-4E0F-9D52-0A61F2C3B8E7@phone.example", "霞流镇公交候车亭顶棚破损");
    let says = "霞流镇中学门口公交站候车亭的顶棚被大风掀掉半边,一块铁皮吊在上面,随时会掉下来。";
    let text = format!("你好,{says}每天有一两百个学生在这里等车,请尽快来人拆掉或加固。\n\n康清泉\n\n发自我的手机\n");
    let raw = format!(
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\nFrom: {} <{from}>\r\n\
         MIME-Version: 1.0 (1.0)\r\nDate: {}\r\nSubject: {}\r\nMessage-Id: <{id}>\r\nTo: {ADDRESS}\r\n\r\n{}\r\n",
        word("utf-8", name.as_bytes()),
        date(day, time(9, 5, 50, 0)),
        word("utf-8", subject.as_bytes()),
        base64(lines(&text).as_bytes()),
    );
    Letter {
        id: id.into(),
        from,
        name,
        subject: subject.into(),
        says,
        files: 0,
        becomes: Becomes::Ticket,
        raw: raw.into_bytes(),
    }
}

/// What an absent office's program answers to everybody, and nobody wrote.
pub(in super::super) fn by_a_machine(day: Date) -> Letter {
    let (from, name) = ("office@bureau.example", "某办公室");
    let (id, subject) = ("auto.20250401090611@bureau.example", "自动回复:来信收到");
    let says = "本邮箱有人值守,来信将在工作日处理。";
    let raw = format!(
        "From: {} <{from}>\r\nTo: {ADDRESS}\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <{id}>\r\n\
         Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\n{says}\r\n",
        word("utf-8", name.as_bytes()),
        word("utf-8", subject.as_bytes()),
        date(day, time(9, 6, 11, 0)),
    );
    Letter {
        id: id.into(),
        from,
        name,
        subject: subject.into(),
        says,
        files: 0,
        becomes: Becomes::Nothing,
        raw: raw.into_bytes(),
    }
}
