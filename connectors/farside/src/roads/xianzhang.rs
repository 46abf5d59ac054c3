//! 书记县长信箱: the county's own portal pushes each letter, signed by HMAC-SHA256, until it is acknowledged, and takes
//! answers with a token. It knows no states: what is told there stands, and the same key twice is once.

use std::io;

use huiliu_contract::Secret;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::hands::{Book, Counter, Deed, Manner, Pusher, Rules, Saying, Shown, TIME, beijing, day};
use super::office::Office;
use super::{Asking, Fitting};
use crate::platform::{Envelope, Gate};
use crate::proof::{Hmac, Proof};

const KEY: &str = "hmac-only-for-this-mailbox";
const TOKEN: &str = "token-only-for-this-mailbox";

const PATHS: &[(&str, Deed)] = &[
    ("/mailbox/api/reply", Deed::Say(Saying::Reply)),
    ("/mailbox/api/finish", Deed::Say(Saying::Finish)),
    ("/mailbox/api/decline", Deed::Say(Saying::Decline)),
];

/// Opens the far side of 书记县长信箱 on a free port of this machine.
pub async fn open() -> io::Result<Office> {
    let manner = Manner {
        paths: PATHS,
        asks: ["letterNo", "", "", ""],
        texts: &["content", "reason"],
        envelope: || Envelope { success: ("/code".into(), json!(0)), ..Envelope::default() },
        word_at: "/msg",
        codes: ["503", "1"],
        at: ["/data/receiptNo", "", "", ""],
        written,
        brief: None,
        knows: |asking| matches!(asking, Asking::Supplement(_) | Asking::Urge(_) | Asking::Withdraw(_)),
        number: |given, at, _| format!("XX{}{given:04}", day(at)),
    };
    let book = Book::new(Rules { signs: false, judges: false });
    let counter = Counter::open(manner, Gate::Bearer(Secret::new(TOKEN)), book).await?;
    let pusher = Pusher::new("shuji-xianzhang", Proof::Hmac(Hmac::once(KEY)), "/ticket");
    let fitting = Fitting::default()
        .key("return.url", &format!("\"{}/mailbox/api\"", counter.url()))
        .key("return.uncertain", "\"retry\"")
        .key("return.honours_key", "true")
        .back()
        .secret("shuji-xianzhang.key", KEY)
        .secret("shuji-xianzhang.token", TOKEN);
    Ok(Office::new("shuji-xianzhang", counter, Some(pusher), fitting))
}

fn written(shown: &Shown<'_>, file: Option<String>) -> Value {
    let (Shown::Letter(letter) | Shown::Inquiry(_, letter)) = shown;
    let matter = &letter.matter;
    let yes = |yes| if yes { "是" } else { "否" };
    let mut written = json!({
        "letterNo": letter.number,
        "letterType": format!("我要{}", matter.sort),
        "title": matter.title,
        "content": format!("<p>书记、县长:</p><p>{}</p>", matter.content),
        "name": matter.name,
        "phone": matter.phone,
        "address": matter.address,
        "isAnonymous": "否",
        "isSecret": yes(matter.confidential),
        "isPublic": yes(matter.agree_public),
        "submitTime": time(matter.submitted_at),
    });
    if let (Some((name, _)), Some(url)) = (&matter.file, file) {
        written["files"] = json!([{ "fileName": name, "fileUrl": url }]);
    }
    if let Some(number) = &matter.parent_no {
        written["otherNo"] = json!(number);
    }
    if let Shown::Inquiry(inquiry, _) = shown {
        let act = match inquiry.asking {
            Asking::Urge(_) => "催办",
            Asking::Withdraw(_) => "撤信",
            _ => "补充",
        };
        written["act"] = json!(act);
        written["letterNo"] = json!(inquiry.number);
        written["originalNo"] = json!(inquiry.about);
        written["content"] = json!(inquiry.text());
        written["submitTime"] = json!(time(inquiry.changed));
    }
    written
}

fn time(at: Timestamp) -> String {
    beijing(at, TIME)
}
