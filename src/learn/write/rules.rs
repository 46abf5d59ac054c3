//! Which column is which field, what codes mean, what an item is there for.

use super::page::{Mark, Page, key, list, quoted, t};
use crate::learn::columns::pointer;
use crate::learn::{CodeTable, FieldGuess, Learnt, Sure, Way};
use crate::normalize::field_zh;
use crate::settings::Text;

/// What a sample taught.
pub(super) fn learnt(page: &mut Page, learnt: &Learnt) {
    let left = match learnt.way {
        Way::Sheets => t("左边是统一工单的字段,右边是表格里的栏名", "left our fields, right the columns of the sheet"),
        _ => t("左边是统一工单的字段,右边是对方的字段", "left our fields, right the far side's"),
    };
    page.table("fields", Some(left));
    for one in &learnt.fields {
        let rule = rule(one, learnt.way);
        let name = remark(one.field);
        if one.open {
            let text = t(
                format!("{};看不出代码的意思:先填好 [codes],再去掉这两行行首的 #", name.zh),
                format!(
                    "{}; nothing tells what the codes mean: fill in [codes], then take the # of both lines away",
                    name.en
                ),
            );
            page.off(&format!("{} = {rule}", one.field), text, Mark::Fill);
        } else {
            let mark = if one.sure == Sure::Name { Mark::None } else { Mark::Guessed };
            page.key(one.field, &rule, name, mark);
        }
    }
    if learnt.way == Way::Sheets && !learnt.fields.iter().any(|one| one.field == "role") {
        page.off(
            "role = { value = \"政协委员\" }",
            t("身份(固定值),要用就去掉行首的 #", "a constant; take the # away to use it"),
            Mark::None,
        );
    }
    if !learnt.unread.is_empty() {
        page.say(t(
            format!("没对应的栏,原样留在“其他内容”里:{}", learnt.unread.join("、")),
            format!("columns that nothing reads stay as they came: {}", learnt.unread.join(", ")),
        ));
    }
    codes(page, learnt);
    acts(page, learnt);
}

fn remark(field: &str) -> Text {
    t(field_zh(field), field.replace('_', " "))
}

fn rule(one: &FieldGuess, way: Way) -> String {
    let labelled = way == Way::Sheets;
    let names: Vec<String> =
        if labelled { one.from.iter().filter_map(|path| path.first().cloned()).collect() } else { one.from() };
    if one.field == "coordinates" {
        // Sheets have columns, and a column's name with a dot or a slash in it is written as a pointer.
        let at = |n: usize| if labelled { one.from.get(n).map(|path| pointer(path)) } else { names.get(n).cloned() };
        return format!(
            "{{ lat = {}, lng = {} }}",
            quoted(&at(0).unwrap_or_default()),
            quoted(&at(1).unwrap_or_default())
        );
    }
    let from = match names.as_slice() {
        [one] => quoted(one),
        several => list(several),
    };
    if !labelled && one.keys.is_empty() {
        return from;
    }
    let mut parts = vec![format!("{} = {from}", if labelled { "column" } else { "from" })];
    parts.extend(one.keys.iter().map(|(key, value)| format!("{key} = {value}")));
    format!("{{ {} }}", parts.join(", "))
}

fn rows(table: &CodeTable) -> String {
    let rows: Vec<String> = table.rows.iter().map(|(code, ours)| format!("{} = {ours}", quoted(code))).collect();
    format!("{{ {} }}", rows.join(", "))
}

fn codes(page: &mut Page, learnt: &Learnt) {
    if learnt.codes.0.is_empty() {
        return;
    }
    page.table(
        "codes",
        Some(t(
            "对方写法 → 我们的说法;没列出的值会停下来问人",
            "the far side's words and ours; one that is not listed needs a person",
        )),
    );
    for (name, table) in &learnt.codes.0 {
        let what = match name.as_str() {
            "yes_no" => t("是否", "yes or no"),
            other => remark(other),
        };
        let open = table.open.iter().map(String::as_str).collect::<Vec<_>>().join("、");
        if table.rows.is_empty() {
            let blank: Vec<String> = table.open.iter().map(|code| format!("{} = \"\"", quoted(code))).collect();
            let text = t(format!("{}:样例里见过 {open}", what.zh), format!("{}: seen are {open}", what.en));
            page.off(&format!("{} = {{ {} }}", key(name), blank.join(", ")), text, Mark::Fill);
            continue;
        }
        let what = if open.is_empty() {
            what
        } else {
            t(
                format!("{};还见过 {open},看不出意思,来了会停下来问人", what.zh),
                format!("{}; also seen, and not known: {open}", what.en),
            )
        };
        page.key(&key(name), &rows(table), what, if table.guessed { Mark::Guessed } else { Mark::None });
    }
}

fn acts(page: &mut Page, learnt: &Learnt) {
    let Some(acts) = &learnt.acts else { return };
    let open = acts.codes.open.iter().map(String::as_str).collect::<Vec<_>>().join("、");
    if acts.codes.rows.is_empty() {
        page.gap();
        page.off(
            "[acts]",
            t(
                format!("“{}”像是来件性质,样例里见过 {open},看不出意思;不写就都当新件", acts.from),
                format!("`{}` may tell what an item is there for; seen are {open}", acts.from),
            ),
            Mark::Fill,
        );
        page.off(&format!("from = {}", quoted(&acts.from)), t("来件性质在哪一栏", "where that stands"), Mark::None);
        page.off("codes = { \"01\" = \"new\", \"02\" = \"urge\" }", t("对方的说法 → new 新件 supplement 补充 urge 催办 supervise 督办 redo 退回重办 withdraw 撤诉 recall 收回", "the far side's words and ours"), Mark::None);
        return;
    }
    page.table("acts", Some(t("这条记录是来干什么的", "what an item is there for")));
    page.key("from", &quoted(&acts.from), t("来件性质在哪一栏", "where that stands"), Mark::Guessed);
    let remark = if open.is_empty() {
        t(
            "对方的说法 → 来件性质;没列出的会停下来问人",
            "the far side's words and ours; one that is not listed needs a person",
        )
    } else {
        t(
            format!("对方的说法 → 来件性质;还见过 {open},看不出意思,来了会停下来问人"),
            format!("the far side's words and ours; also seen, and not known: {open}"),
        )
    };
    page.key("codes", &rows(&acts.codes), remark, Mark::Guessed);
    if let Some(refer) = &acts.refer {
        page.key(
            "refer",
            &quoted(refer),
            t("指的是哪一件:原来那件的编号", "the number of the earlier item"),
            Mark::Guessed,
        );
    }
}

/// What is usual, where there is no sample.
pub(super) fn usual(page: &mut Page, way: Way) {
    let mark = if way == Way::Entered { Mark::None } else { Mark::Fill };
    page.table(
        "fields",
        Some(match way {
            Way::Entered => t(
                "左边是统一工单的字段,右边是登记时的栏目;按这里的顺序询问",
                "left our fields, right what is asked for, in this order",
            ),
            Way::Sheets => {
                t("左边是统一工单的字段,右边是表格里的栏名", "left our fields, right the columns of the sheet")
            }
            Way::Asks | Way::Told => {
                t("左边是统一工单的字段,右边是对方的字段", "left our fields, right the far side's")
            }
        }),
    );
    let from = |ours: &str, label: &str| match way {
        Way::Sheets => format!("column = {}", quoted(label)),
        Way::Asks | Way::Told | Way::Entered => format!("from = {}", quoted(ours)),
    };
    let plain = |ours: &str, label: &str| format!("{{ {} }}", from(ours, label));
    page.key("title", &plain("title", "标题"), remark("title"), mark);
    page.key("content", &plain("content", "内容"), remark("content"), mark);
    page.key("name", &plain("name", "姓名"), remark("name"), mark);
    page.key("phone", &format!("{{ {}, clean = \"phone\" }}", from("phone", "联系电话")), remark("phone"), mark);
    page.key("place", &plain("place", "地点"), remark("place"), mark);
    let dates = list(&["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm", "yyyy-MM-dd"]);
    page.key(
        "submitted_at",
        &format!("{{ {}, date = {dates} }}", from("submitted_at", "提交时间")),
        remark("submitted_at"),
        mark,
    );
    page.key("deadline", &format!("{{ {}, date = {dates} }}", from("deadline", "办理期限")), remark("deadline"), mark);
}
