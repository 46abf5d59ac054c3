//! Rows as people write them: titles, totals, merged cells, hidden rows, numbers that are none.

use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use serde_json::{Value, json};

use crate::house::{House, document, drawn, ids, sheet, workbook};

#[tokio::test]
async fn heads_are_found_below_titles_and_totals_are_no_items() {
    let mut house = House::new(json!({
        "header": ["编号", "建议内容"], "id": "编号", "aliases": { "建议内容": ["内容"] },
    }));
    house.drop_file(
        "a.xlsx",
        &drawn(|sheet| {
            sheet.merge_range(0, 0, 0, 3, "政协云建议汇总表", &Format::new()).unwrap();
            for (n, name) in (0..).zip(["序号", "编 号*", "内容", "备注", "备注"]) {
                sheet.write_string(2, n, name).unwrap();
            }
            for (row, cells) in (3..).zip([["1", "A1", "路灯"], ["2", "A2", "积水"]]) {
                for (n, text) in (0..).zip(cells) {
                    sheet.write_string(row, n, text).unwrap();
                }
            }
            sheet.set_row_hidden(4).unwrap();
            sheet.write_string(3, 4, "急").unwrap();
            sheet.write_string(5, 0, "合计").unwrap();
            sheet.write_number(5, 2, 2).unwrap();
            sheet.write_string(6, 0, "填表人:张三  审核人:李四").unwrap();
            for (n, name) in (0..).zip(["序号", "编号", "内容"]) {
                sheet.write_string(7, n, name).unwrap();
            }
            sheet.write_string(8, 1, "A3").unwrap();
        }),
    );
    let items = house.walk().await;
    assert_eq!(ids(&items), ["A1", "A2", "A3"]);
    assert_eq!(
        document(&items[0]),
        &json!({ "序号": "1", "编号": "A1", "建议内容": "路灯", "备注": "", "备注(2)": "急" })
    );
    let answer = house.answer("a.结果.xlsx");
    assert_eq!(answer[0].1[1][5..], ["状态", "汇流编号", "原因"]);
    assert_eq!(answer[0].1[2][5..7], ["已收", "T-A1"]);
    assert_eq!(answer[0].1[4], ["合计", "", "2"]);
    let remarks: Vec<&str> = answer[1].1.iter().map(|row| row[0].as_str()).collect();
    assert!(remarks.iter().any(|said| said.contains("有 1 行是隐藏的,也收了")), "{remarks:?}");
    assert!(remarks.iter().any(|said| said.contains("有 2 行合计")), "{remarks:?}");
}

#[tokio::test]
async fn two_rows_of_heads_are_joined() {
    let sheet = json!({ "header": ["编号", "诉求人/姓名"], "id": "编号", "head_rows": 2 });
    let mut house = House::new(sheet.clone());
    house.drop_file(
        "a.xlsx",
        &drawn(|sheet| {
            let plain = Format::new();
            sheet.merge_range(1, 0, 2, 0, "编号", &plain).unwrap();
            sheet.merge_range(1, 1, 1, 2, "诉求人", &plain).unwrap();
            sheet.write_string(1, 3, "内容").unwrap();
            sheet.write_string(2, 1, "姓名").unwrap();
            sheet.write_string(2, 2, "电话").unwrap();
            for (n, text) in (0..).zip(["A1", "张三", "13800000000", "路灯"]) {
                sheet.write_string(3, n, text).unwrap();
            }
        }),
    );
    let wanted = json!({ "编号": "A1", "诉求人/姓名": "张三", "诉求人/电话": "13800000000", "内容": "路灯" });
    assert_eq!(document(&house.walk().await[0]), &wanted);
    let mut house = House::new(sheet);
    house.drop_file("a.csv", "编号,诉求人,,内容\n,姓名,电话,\nA1,张三,13800000000,路灯\n".as_bytes());
    assert_eq!(document(&house.walk().await[0]), &wanted);
}

#[tokio::test]
async fn merged_cells_are_filled_where_declared_and_named_elsewhere() {
    let mut house = House::new(json!({ "header": ["编号", "内容"], "id": "编号", "fill_down": ["委员"] }));
    house.drop_file(
        "a.xlsx",
        &drawn(|sheet| {
            for (n, name) in (0..).zip(["编号", "委员", "内容"]) {
                sheet.write_string(0, n, name).unwrap();
            }
            for (row, (id, text)) in (1..).zip([("A1", "路灯"), ("A2", "积水"), ("A3", ""), ("A4", "噪音")]) {
                sheet.write_string(row, 0, id).unwrap();
                sheet.write_string(row, 2, text).unwrap();
            }
            sheet.merge_range(1, 1, 3, 1, "张委员", &Format::new()).unwrap();
            sheet.merge_range(2, 2, 3, 2, "积水", &Format::new()).unwrap();
        }),
    );
    let items = house.walk().await;
    let found = ids(&items);
    assert_eq!((found[0].as_str(), found[3].as_str()), ("A1", "A4"));
    assert_eq!(document(&items[0])["委员"], "张委员");
    assert_eq!(document(&items[3])["委员"], "", "below the region nothing is filled");
    for wait in &found[1..3] {
        assert!(wait.contains("“内容”这一栏有合并的格子(C3:C4)") && wait.contains("fill_down"), "{wait}");
    }
    let answer = &house.answer("a.结果.xlsx")[0].1;
    assert_eq!((answer[2][3].as_str(), answer[4][3].as_str()), ("待处理", "已收"));
    assert!(answer[2][5].contains("第 3 行"));
}

#[tokio::test]
async fn a_number_that_lost_digits_is_never_read() {
    let mut house = House::new(sheet());
    house.drop_file(
        "a.xlsx",
        &drawn(|sheet| {
            sheet.write_string(0, 0, "编号").unwrap();
            sheet.write_string(0, 1, "内容").unwrap();
            sheet.write_string(1, 0, "430424202611270001").unwrap();
            sheet.write_number(2, 0, 430_424_202_611_270_002.0).unwrap();
            sheet.write_string(3, 0, "4.30424E+17").unwrap();
            sheet.write_number(4, 0, 202_611_270_003.0).unwrap();
            sheet.write_string(5, 1, "没有编号").unwrap();
        }),
    );
    let found = ids(&house.walk().await);
    assert_eq!((found[0].as_str(), found[3].as_str()), ("430424202611270001", "202611270003"));
    for (at, row) in [(1, 3), (2, 4)] {
        let said = &found[at];
        assert!(said.contains("请把该列设为“文本”后重新导出"), "{said}");
        assert!(said.contains(&format!("第 {row} 行 A 列")) && said.contains(&format!("row {row} column A")), "{said}");
        assert!(!said.contains("430424"), "no number is quoted: {said}");
    }
    assert!(found[4].contains("没有编号(编号)"), "{}", found[4]);
}

#[tokio::test]
async fn a_column_that_counts_rows_is_no_number() {
    let rows: [&[&str]; 4] = [&["编号", "内容"], &["1", "a"], &["2", "b"], &["3", "c"]];
    let mut house = House::new(sheet());
    house.drop_file("a.xlsx", &workbook(&rows));
    let found = ids(&house.walk().await);
    assert!(found.len() == 1 && found[0].contains("「序号」不能作编号"), "{found:?}");
    assert_eq!(house.files("refused"), ["a.xlsx"]);
    // Two rows tell nothing yet; in a scope of its own such a number is one.
    house.drop_file("b.xlsx", &workbook(&rows[..3]));
    assert_eq!(ids(&house.walk().await), ["1", "2"]);
    let mut house = House::new(json!({ "header": ["编号", "内容"], "id": "编号", "scope": "file" }));
    house.drop_file("11月.xlsx", &workbook(&rows));
    assert_eq!(ids(&house.walk().await), ["11月/1", "11月/2", "11月/3"]);
}

#[tokio::test]
async fn a_number_may_count_in_a_year_and_stand_in_several_columns() {
    let mut house = House::new(json!({
        "header": ["字", "号", "日期"], "id": ["字", "号"], "scope": { "year": "日期" },
    }));
    let bytes = drawn(|sheet| {
        let day = Format::new().set_num_format("yyyy-mm-dd");
        for (n, name) in (0..).zip(["字", "号", "日期"]) {
            sheet.write_string(0, n, name).unwrap();
        }
        for row in 1..5 {
            sheet.write_string(row, 0, "建").unwrap();
            sheet.write_number(row, 1, f64::from(row)).unwrap();
        }
        sheet.write_string(1, 2, "2025年3月1日").unwrap();
        let at = ExcelDateTime::parse_from_str("2026-12-03").unwrap();
        sheet.write_datetime_with_format(2, 2, &at, &day).unwrap();
        sheet.write_string(3, 2, "三月").unwrap();
        sheet.write_number(4, 2, 46_000).unwrap();
    });
    house.drop_file("a.xlsx", &bytes);
    let items = house.walk().await;
    let found = ids(&items);
    assert_eq!(found[..2], ["2025/建-1", "2026/建-2"]);
    assert_eq!(document(&items[1])["日期"], "2026-12-03 00:00:00");
    assert!(found[2].contains("看不出年份") && found[3].contains("看不出年份"), "{found:?}");
}

#[tokio::test]
async fn sheets_are_read_as_declared() {
    let mut book = Workbook::new();
    for (name, hidden, id) in [("一月", false, "A1"), ("参数", true, "B1"), ("二月", false, "C1")] {
        let sheet = book.add_worksheet().set_name(name).unwrap().set_hidden(hidden);
        for (n, text) in (0..).zip(["编号", "内容"]) {
            sheet.write_string(0, n, text).unwrap();
        }
        sheet.write_string(1, 0, id).unwrap();
    }
    book.add_worksheet().set_name("说明").unwrap().write_string(0, 0, "本表由平台导出").unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let mut house = House::new(sheet());
    house.drop_file("a.xlsx", &bytes);
    assert_eq!(ids(&house.walk().await), ["A1", "C1"]);
    let answer = house.answer("a.结果.xlsx");
    let names: Vec<&str> = answer.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["一月", "二月", "说明"]);
    let remarks: String = answer[2].1.iter().map(|row| row[0].as_str()).collect();
    assert!(remarks.contains("“参数”是隐藏的") && remarks.contains("“说明”没有找到表头"), "{remarks}");
    let mut house = House::new(json!({ "header": ["编号", "内容"], "id": "编号", "sheets": ["参数"] }));
    house.drop_file("a.xlsx", &bytes);
    assert_eq!(ids(&house.walk().await), ["B1"]);
}

#[tokio::test]
async fn heads_that_are_nearly_right_are_named() {
    for (rows, zh) in [
        (&[&["编号", "建议"][..], &["A1", "x"]][..], "前 30 行里没有表头"),
        (&[&["编号", "姓名", "标题"][..], &["A1", "x", "y"]], "缺“内容”"),
        (&[&["编号", "姓名", "内容", "内容"][..], &["A1", "x", "y", "z"]], "有两个“内容”栏"),
    ] {
        let sheet = json!({ "header": ["编号", "内容"], "id": "编号", "aliases": { "姓名": [] } });
        let mut house = House::new(sheet);
        house.drop_file("a.xlsx", &workbook(rows));
        let found = ids(&house.walk().await);
        assert!(found.len() == 1 && found[0].contains(zh), "{zh}: {found:?}");
    }
}

/// Rows without numbers, as a file of text.
fn csv(rows: &[(String, String)]) -> Vec<u8> {
    let mut text = String::from("姓名,内容\n");
    for (name, content) in rows {
        text.push_str(&format!("{name},{content}\n"));
    }
    text.into_bytes()
}

async fn hashed(columns: Value, bytes: &[u8]) -> Vec<String> {
    let mut house = House::new(json!({ "header": columns, "if_no_id": "hash" }));
    house.drop_file("a.csv", bytes);
    ids(&house.walk().await)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Who a row is depends on what stands in it and on nothing else: not on where it stands, not on other rows; two rows
    /// that read the same are two.
    #[test]
    fn a_row_without_a_number_is_known_by_its_cells(
        rows in prop::collection::vec(("[a-c]{1,2}", "[x-z]{1,2}"), 1..12), cut in 0..12usize,
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().worker_threads(1).build().unwrap();
        let all = runtime.block_on(hashed(json!(["姓名", "内容"]), &csv(&rows)));
        prop_assert_eq!(all.len(), rows.len());
        let once: std::collections::BTreeSet<_> = all.iter().collect();
        prop_assert_eq!(once.len(), rows.len(), "every row is one");
        prop_assert!(all.iter().all(|id| id.starts_with("r2:") && id.len() <= 200));
        // The same rows in another order, and fewer of them, are the same rows.
        let mut turned = rows.clone();
        turned.reverse();
        let again = runtime.block_on(hashed(json!(["内容"]), &csv(&turned)));
        let sorted = |ids: &[String]| { let mut ids = ids.to_vec(); ids.sort(); ids };
        prop_assert_eq!(sorted(&all), sorted(&again));
        let part = &rows[..cut.min(rows.len()).max(1)];
        let part = runtime.block_on(hashed(json!(["姓名"]), &csv(part)));
        prop_assert_eq!(&part[..], &all[..part.len()]);
        // Rows that read the same have one digest, others have not.
        let digest = |id: &String| id.rsplit_once(':').unwrap().0.to_owned();
        for (n, a) in all.iter().enumerate() {
            for (m, b) in all.iter().enumerate() {
                prop_assert_eq!(rows[n] == rows[m], digest(a) == digest(b));
            }
        }
    }
}
