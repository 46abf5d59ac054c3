//! 湘易办: the province's app pushes what citizens say, sealed by SM4 and signed by SM2, and wants what it is answered sealed
//! and signed likewise. It judges what concludes an appeal.

use std::io;

use huiliu_contract::Secret;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::hands::{Book, Counter, Deed, Manner, Pusher, Rules, Saying, Shown, beijing, code};
use super::office::Office;
use super::{Asking, Fitting};
use crate::platform::{Envelope, Gate};
use crate::proof::Proof;
use crate::scheme::{Checker, Scheme, public_of};

/// The gateway's private key and the app's, and the key that both know.
const OURS: &str = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
const THEIRS: &str = "6fcba2ef9ae0ab902bc3bde3ff915d44ba4cc78f88e2f8e7f8996d3b8cceedee";
const SM4: &str = "0123456789abcdeffedcba9876543210";

const PATHS: &[(&str, Deed)] = &[
    ("/xyb/appeal/sign", Deed::Say(Saying::Sign)),
    ("/xyb/appeal/back", Deed::Say(Saying::Back)),
    ("/xyb/appeal/delay", Deed::Say(Saying::Delay)),
    ("/xyb/appeal/finish", Deed::Say(Saying::Finish)),
    ("/xyb/appeal/status", Deed::Status),
];
const SORTS: [(&str, &str); 6] =
    [("咨询", "ZX"), ("求助", "QZ"), ("投诉", "TS"), ("举报", "JB"), ("建议", "JY"), ("感谢", "GX")];

/// Opens the far side of 湘易办 on a free port of this machine.
pub async fn open() -> io::Result<Office> {
    let public = |private: &str| public_of(private).ok_or_else(|| io::Error::other("no key of SM2"));
    let (ours, theirs) = (public(OURS)?, public(THEIRS)?);
    let scheme = Scheme::Guomi { key: Secret::new(SM4), private: Secret::new(THEIRS), theirs: ours };
    let manner = Manner {
        paths: PATHS,
        asks: ["appealNo", "", "", ""],
        texts: &["replyContent", "reason"],
        envelope: || Envelope { success: ("/code".into(), json!("0000")), ..Envelope::default() },
        word_at: "/msg",
        codes: ["9500", "9400"],
        at: ["/data/serialNo", "/data/appealStatus", "/data/opinion", ""],
        written,
        brief: None,
        knows: |asking| !matches!(asking, Asking::Supervise(_)),
        number: |given, at, _| format!("0430424{}{given:06}", beijing(at, "%y%m%d")),
    };
    let book = Book::new(Rules { signs: true, judges: true });
    let counter = Counter::open(manner, Gate::Signed(Checker::new(scheme.clone())), book).await?;
    let pusher = Pusher::new("xiangyiban", Proof::Scheme(scheme), "/data/receiveNo");
    let fitting = Fitting::default()
        .key("connect.verify.recipe.keys", &format!("[{{ public = \"{theirs}\" }}]"))
        .key("return.url", &format!("\"{}/xyb\"", counter.url()))
        .key(
            "return.recipe.keys",
            &format!("[{{ secret = {{ file = \"secrets/xiangyiban.sm2\" }}, public = \"{theirs}\" }}]"),
        )
        .back()
        .secret("xiangyiban.sm4", SM4)
        .secret("xiangyiban.sm2", OURS);
    Ok(Office::new("xiangyiban", counter, Some(pusher), fitting))
}

fn written(shown: &Shown<'_>, file: Option<String>) -> Value {
    let (Shown::Letter(letter) | Shown::Inquiry(_, letter)) = shown;
    let matter = &letter.matter;
    let flag = |yes| if yes { "Y" } else { "N" };
    let mut data = json!({
        "appealNo": letter.number,
        "appealTitle": matter.title,
        "appealContent": matter.content,
        "appealType": code(&SORTS, &matter.sort),
        "itemPath": matter.category.split('/').collect::<Vec<_>>().join(">"),
        "areaCode": "430424",
        "userName": matter.name,
        "gender": if matter.sex == "女" { "2" } else { "1" },
        "mobile": matter.phone,
        "address": matter.address,
        "eventPlace": matter.place,
        "secretFlag": flag(matter.confidential),
        "publicFlag": flag(matter.agree_public),
        "createTime": time(matter.submitted_at),
        "assignTime": time(matter.handed_at),
        "limitTime": matter.deadline.map(time),
        "assignOpinion": "请按时限办理,并在湘易办上答复来件人。",
        "relatedNo": matter.parent_no,
    });
    if let (Some((name, _)), Some(url)) = (&matter.file, file) {
        data["materials"] = json!([{ "name": name, "url": url }]);
    }
    let mut biz = "APPEAL_NEW";
    if let Shown::Inquiry(inquiry, _) = shown {
        biz = match inquiry.asking {
            Asking::Supplement(_) => "APPEAL_ADD",
            Asking::Urge(_) | Asking::Supervise(_) => "APPEAL_URGE",
            Asking::Redo(_) => "APPEAL_REDO",
            Asking::Withdraw(_) => "APPEAL_CANCEL",
        };
        data["appealNo"] = json!(inquiry.number);
        data["originNo"] = json!(inquiry.about);
        data["appealContent"] = json!(inquiry.text());
        data["assignTime"] = json!(time(inquiry.changed));
    }
    json!({ "bizCode": biz, "sendTime": time(Timestamp::now()), "data": data })
}

fn time(at: Timestamp) -> String {
    beijing(at, "%Y%m%d%H%M%S")
}
