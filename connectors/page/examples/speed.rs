//! What reading costs: a page of 2 MB with 20 000 cells, and 50 000 elements nested in each other, which are refused.
//! `cargo run --release -p huiliu-page --example speed`

use std::time::Instant;

use huiliu_page::{Charset, Limits, Page, RowsBy};

fn main() {
    let cell = "关于东门街路灯不亮的来信".repeat(5);
    let row = |n: usize| {
        format!("<tr><td>A-{n}</td><td><a href=view.jsp?id={n}>{cell}</a></td><td>何某</td><td>2026-11-20</td></tr>")
    };
    let rows: String = (0..5_000).map(row).collect();
    let filler = "<!-- 无 -->".repeat((2_000_000_usize.saturating_sub(rows.len())) / "<!-- 无 -->".len() / 4);
    let page = format!("<table><tr><th>编号</th><th>标题</th><th>来信人</th><th>日期</th></tr>{rows}</table>{filler}");
    let begin = Instant::now();
    let read = Page::read(page.as_bytes(), None, Charset::Auto, &Limits::default());
    let tree = begin.elapsed();
    match read {
        Ok(read) => {
            let rows = read.rows(&RowsBy::heads(["编号", "标题"])).map_or(0, |rows| rows.len());
            let listed = begin.elapsed();
            let labels = read.labels().len();
            println!(
                "{} bytes: tree {tree:?}, {rows} rows {listed:?}, {labels} labels {:?}",
                page.len(),
                begin.elapsed()
            );
        }
        Err(why) => println!("not read: {why}"),
    }
    let deep = "<div>".repeat(50_000);
    let begin = Instant::now();
    let refused = Page::read(deep.as_bytes(), None, Charset::Auto, &Limits::default()).is_err();
    println!("50000 nested elements: refused {refused} after {:?}", begin.elapsed());
}
