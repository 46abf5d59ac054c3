//! How outcomes go home.

use super::page::{Mark, Page, quoted, t};
use super::{About, Back, Manners};
use crate::learn::Way;

/// What a person agrees to before it leaves.
const APPROVE: &str = "[\"returned\", \"extended\", \"replied\", \"closed\", \"declined\"]";

pub(super) fn written(page: &mut Page, about: &About<'_>) {
    match about.back {
        Back::Nothing => {}
        Back::ByHand => {
            page.table("return", Some(t("怎么回", "how outcomes go home")));
            page.key(
                "manual",
                "true",
                t(
                    "由人到对方后台回复,回了用 huiliu dead done 记下",
                    "a person answers on the far side's pages and puts it on record by huiliu dead done",
                ),
                Mark::None,
            );
        }
        Back::Sheet { approve } => sheet(page, about, approve),
        Back::Interface(manners) => interface(page, about, manners),
    }
}

fn approved(page: &mut Page, approve: bool) {
    let (value, remark) = if approve {
        (APPROVE, t("这几样发出前都要人点“同意”", "a person agrees to these before they leave"))
    } else {
        (
            "[]",
            t(
                "发出前不用人看;有电话、姓名等的照样停下来",
                "nothing is looked at first; what holds numbers or names still is",
            ),
        )
    };
    page.key("approve", value, remark, Mark::None);
}

fn sheet(page: &mut Page, about: &About<'_>, approve: bool) {
    page.table(
        "return",
        Some(t("怎么回:写成一天一张表,由人导回对方", "how outcomes go home: a sheet a day that a person brings back")),
    );
    page.key("to", "\"outbox\"", t("放进发件文件夹", "into the outbox"), Mark::None);
    let name: String = about
        .name
        .chars()
        .map(|c| if c.is_control() || matches!(c, '/' | '\\' | '{' | '}') { '-' } else { c })
        .collect();
    page.key(
        "file",
        &quoted(&format!("发件/{name}/{name}答复-{{date}}.xlsx")),
        t("哪个文件,{date} 是当天日期", "which file; {date} is the day"),
        Mark::None,
    );
    page.key(
        "columns",
        "[\"编号\", \"办理情况\", \"承办单位\", \"答复内容\", \"是否解决\", \"办结时间\"]",
        t("有哪几栏", "its columns"),
        Mark::Guessed,
    );
    approved(page, approve);
    page.key(
        "proof",
        "\"ask\"",
        t("写进表不算完,导回对方后由人记一笔", "a row counts when a person says that it was brought back"),
        Mark::None,
    );
}

fn interface(page: &mut Page, about: &About<'_>, manners: Manners) {
    page.table(
        "return",
        Some(t(
            "怎么回:对方的接口,各行都要和对方核对",
            "how outcomes go home; every line is to be confirmed with the far side",
        )),
    );
    if about.way == Way::Told {
        page.key("url", "\"https://example.gov.cn\"", t("结果送到对方哪个接口", "where outcomes are sent"), Mark::Fill);
    }
    page.key(
        "sign",
        &quoted(manners.sign),
        t(
            "什么时候替我们签收:stored 入库即签 | core_accepted 热线收下再签 | never 不替签",
            "when 签收 goes back: stored | core_accepted | never",
        ),
        Mark::None,
    );
    approved(page, manners.approve);
    page.key(
        "uncertain",
        &quoted(manners.uncertain),
        t(
            "发出后没等到回音:look 先查对方状态 | ask 问人 | retry 再发",
            "when nobody knows whether it arrived: look | ask | retry",
        ),
        Mark::None,
    );
    if manners.uncertain == "retry" {
        page.key(
            "honours_key",
            "true",
            t(
                "对方认 Idempotency-Key,同一件送两遍只算一遍;要书面答复,没有就改成 ask",
                "the far side honours Idempotency-Key; get that in writing, else write ask",
            ),
            Mark::Fill,
        );
    }
    page.key(
        "fallback",
        "\"manual\"",
        t("始终送不到时,转成请人到对方后台回复", "what never arrives becomes a to-do for a person"),
        Mark::None,
    );
    if manners.sign != "never" {
        page.key("signed", "{ post = \"/sign\", send = { id = \"{id}\" } }", t("签收", "signed"), Mark::Fill);
    }
    page.key(
        "returned",
        "{ post = \"/back\", send = { id = \"{id}\", reason = \"{reason}\" } }",
        t("申请退单", "returned"),
        Mark::Fill,
    );
    page.key(
        "closed",
        "{ post = \"/finish\", send = { id = \"{id}\", dept = \"{unit}\", result = \"{reply}\" } }",
        t("办结:承办单位、公开答复", "closed: unit and public answer"),
        Mark::Fill,
    );
    if manners.uncertain == "look" {
        page.table(
            "return.status",
            Some(t("怎么查对方的状态:送到没有", "how the far side is asked whether it arrived")),
        );
        page.key("post", "\"/status\"", t("状态接口", "where it is asked"), Mark::Fill);
        page.key("send", "{ id = \"{id}\" }", t("查哪一件", "which item"), Mark::Fill);
        page.key("at", "\"/data/state\"", t("状态在哪", "where the state stands"), Mark::Fill);
        page.key("absent", "[\"办理中\"]", t("这些状态说明没送到", "states that say it did not arrive"), Mark::Fill);
        page.key("approved", "[\"已办结\"]", t("这些状态说明送到了", "states that say it did"), Mark::Fill);
    }
}
