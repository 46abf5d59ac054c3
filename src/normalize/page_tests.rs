//! What pages show, mapped: by the labels that a person sees.

use serde_json::json;

use super::samples::{self, Verdict};
use super::tests::compile;
use crate::settings::Lang;

#[test]
fn a_page_is_mapped_by_its_labels() {
    let mapping = compile(
        "title = { label = \"标题:\" }\ncontent = { label = \"来信内容\", clean = \"html\" }\nname = { label = \"来信人(必填)\" }\n\
         place = { css = \"地点\" }\nattachments = { links_under = [\"附件\", \"图片\"] }\nunit = { label = \"单位\", optional = true }",
    )
    .unwrap();
    let document = json!({
        "标题": "路灯", "来信内容": "一 二", "来信人": "张某", "附件": "照片.jpg", "单位名": "局",
        "@html": { "来信内容": "<p>一</p><p>二</p>", "单位名": "<b>局</b>" },
        "@css": { "地点": "人民路" },
        "@links": { "附件": [{ "name": "照片.jpg", "url": "https://a.example/f/1" }] },
    });
    let draft = mapping.read(&document).unwrap().draft;
    let draft = serde_json::to_value(draft).unwrap();
    assert_eq!(draft["matter"]["title"], "路灯");
    assert_eq!(draft["matter"]["content"], "一\n\n二");
    assert_eq!(draft["matter"]["place"]["text"], "人民路");
    assert_eq!(draft["person"]["name"], "张某");
    assert_eq!(
        (&draft["files"][0]["name"], &draft["files"][0]["link"]),
        (&json!("照片.jpg"), &json!("https://a.example/f/1"))
    );
    assert_eq!(draft["extra"], json!({ "附件": "照片.jpg", "单位名": "局" }), "the markup of a text is not told twice");
}

#[test]
fn a_label_that_is_spelt_wrongly_is_told_by_a_sample() {
    let sample = json!({ "标题": "路灯", "联系电话": "138", "来信时间": "2026" }).to_string();
    let judged = |fields: &str| samples::run(&compile(fields).unwrap(), sample.as_bytes(), None);
    let Verdict::Unmappable(why) = judged("title = { label = \"标题\" }\nphone = { label = \"联系电号\" }")
    else {
        panic!("it maps")
    };
    let told = why.shown(Lang::Zh);
    assert!(told.contains("联系电号") && told.contains("是不是 label = \"联系电话\""), "{told}");
    for good in [
        "title = { label = \"标题\" }\nphone = { label = \"联系电号\", optional = true }",
        "title = { label = \"标题\" }\nphone = { label = [\"手机\", \"联系电话\"] }",
        "title = { label = \"标题\" }\nphone = { label = \"手机\" }",
    ] {
        assert!(matches!(judged(good), Verdict::New(_)), "{good}");
    }
}
