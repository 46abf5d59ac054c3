//! `channel learn` as it is typed: pages that a person saved become the channel's file, after they were shown.

use std::path::Path;

use crate::{office, say};

const CHANNEL: &str = "[channel]\nname = \"省长信箱\" # 名字,人写的\nstate = \"off\"\n[connect]\nkind = \"portal\"\n\
    url = \"https://szxx.example.gov.cn/admin/\"\n[poll]\nevery = \"15m\"\n[fields]\ntitle = { label = \"题目\" }\n";

/// Office pages of three makers: a table of 2005 in GBK, Bootstrap with `dl`, divs as a script renders them.
const STYLES: [(&str, &str, &str); 3] = [
    (
        "jsp",
        "<html><head><meta http-equiv=Content-Type content='text/html; charset=gb2312'></head><body><table><tr><td>\
         <table border=1><tr bgcolor=#cccccc><td>信件编号</td><td>信件标题</td><td>来信人</td></tr>\
         <tr><td>SZ2731<td><a href=view.jsp?id=SZ2731>路灯</a><td>赵一<tr><td>SZ2732<td><a href=view.jsp?id=SZ2732>水管</a><td>钱二</table></table>",
        "<html><head><meta http-equiv=Content-Type content='text/html; charset=gb2312'></head><body><table border=1>\
         <tr><td align=right>信件编号：</td><td>SZ2731</td></tr><tr><td align=right>信件标题：</td><td>路灯</td></tr>\
         <tr><td align=right>来 信 人：</td><td>赵一</td></tr><tr><td align=right>联系电话：</td><td>13712345678</td></tr>\
         <tr><td align=right>来信内容：</td><td>东门街路灯不亮。<br>请修。</td></tr></table>",
    ),
    (
        "bootstrap",
        "<!DOCTYPE html><table class='table table-striped'><thead><tr><th>信件编号</th><th>信件标题</th><th>来信人</th></tr></thead>\
         <tbody><tr><td>SZ2731</td><td><a href='/admin/view/1'>路灯</a></td><td>赵一</td></tr>\
         <tr><td>SZ2732</td><td><a href='/admin/view/2'>水管</a></td><td>钱二</td></tr></tbody></table>",
        "<!DOCTYPE html><div class=panel><dl class='dl-horizontal'><dt>信件编号</dt><dd>SZ2731</dd><dt>信件标题</dt><dd>路灯</dd>\
         <dt>来信人</dt><dd>赵一</dd><dt>联系电话</dt><dd>13712345678</dd><dt>来信内容</dt><dd><p>东门街路灯不亮。</p><p>请修。</p></dd></dl></div>",
    ),
    (
        "element",
        "<!DOCTYPE html><div class=el-table><div><table><thead><tr><th><div class=cell>信件编号</div></th><th><div class=cell>信件标题</div></th>\
         <th><div class=cell>来信人</div></th></tr></thead></table></div><div><table><tbody>\
         <tr><td><div class=cell>SZ2731</div></td><td><div class=cell><a href='#/view?id=SZ2731' onclick=\"view('SZ2731')\">路灯</a></div></td><td><div class=cell>赵一</div></td></tr>\
         <tr><td><div class=cell>SZ2732</div></td><td><div class=cell><a href='#/view?id=SZ2732' onclick=\"view('SZ2732')\">水管</a></div></td><td><div class=cell>钱二</div></td></tr>\
         </tbody></table></div></div>",
        "<!DOCTYPE html><div class=el-form>\
         <div class=el-form-item><label class=el-form-item__label>信件编号</label><div class=el-form-item__content><span>SZ2731</span></div></div>\
         <div class=el-form-item><label class=el-form-item__label>信件标题</label><div class=el-form-item__content><span>路灯</span></div></div>\
         <div class=el-form-item><label class=el-form-item__label>来信人</label><div class=el-form-item__content><span>赵一</span></div></div>\
         <div class=el-form-item><label class=el-form-item__label>联系电话</label><div class=el-form-item__content><span>13712345678</span></div></div>\
         <div class=el-form-item><label class=el-form-item__label>来信内容</label><div class=el-form-item__content><p>东门街路灯不亮。</p><p>请修。</p></div></div></div>",
    ),
];

fn portal(office: &Path) -> std::path::PathBuf {
    let folder = office.join("config/channels/shengzhang");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("channel.toml"), CHANNEL).unwrap();
    folder
}

#[test]
fn saved_pages_of_three_makers_teach_the_same_channel() {
    for (style, list, letter) in STYLES {
        let office = office();
        let at = office.path();
        let folder = portal(at);
        let encoded = |text: &str| match style {
            "jsp" => encoding_rs::GBK.encode(text).0.into_owned(),
            _ => text.as_bytes().to_vec(),
        };
        std::fs::write(at.join("列表.html"), encoded(list)).unwrap();
        std::fs::write(at.join("详情.html"), encoded(letter)).unwrap();
        let learn =
            |more: &[&str]| say(at, &[&["channel", "learn", "省长信箱", "详情.html", "列表.html"], more].concat());
        let text = || std::fs::read_to_string(folder.join("channel.toml")).unwrap();

        let (status, out, err) = learn(&["--dry-run"]);
        assert!(status == 0 && out.contains("没有写入") && text() == CHANNEL, "{style}: {out}{err}");
        let was = "fields.title 标题\n    原来 { label = \"题目\" }\n    现在 { label = \"信件标题\" }";
        assert!(
            out.contains(was) && out.contains("列表.html: 列表页") && out.contains("详情.html: 详情页"),
            "{style}: {out}"
        );
        let (status, _, err) = learn(&[]);
        assert!(status == 5 && err.contains("加 --yes 写入") && text() == CHANNEL, "nobody agreed: {err}");
        let (status, out, err) = learn(&["--yes"]);
        assert!(status == 0 && out.contains("已写入") && out.contains("样例(已脱敏)"), "{style}: {out}{err}");
        let written = text();
        for line in [
            "id = \"信件编号\"",
            "# 名字,人写的",
            "{ label = \"信件标题\" }",
            "{ label = \"来信人\" }",
            "{ label = \"联系电话\", clean = \"phone\" }",
            "{ label = \"来信内容\", clean = \"html\" }",
            "empty  = \"【待填】\"",
        ] {
            assert!(written.contains(line), "{style}: {line} is not in\n{written}");
        }
        let opens = if style == "element" { "key = { call = \"view\" }" } else { "link = \"信件标题\"" };
        assert!(written.contains(opens), "{style}: {written}");
        let sample = std::fs::read_to_string(folder.join("samples/01-page.in.json")).unwrap();
        for theirs in ["赵一", "13712345678", "SZ2731"] {
            assert!(
                !written.contains(theirs) && !sample.contains(theirs),
                "{style}: {theirs} is kept\n{written}\n{sample}"
            );
        }
        // What is written is right by the kind's own reckoning, and the sample beside it proves it.
        let told = say(at, &["check", "省长信箱"]);
        assert!(
            told.0 == 0 && told.1.contains("01-page: 一致") && told.1.contains("【待填】"),
            "{style}: {told:?}\n{written}"
        );
        let (status, out, _) = learn(&["--yes"]);
        assert!(status == 0 && out.contains("和现在写的一样") && text() == written, "{style}: {out}");
    }
}

#[test]
fn what_cannot_be_learnt_is_told_and_nothing_is_written() {
    let office = office();
    let at = office.path();
    let folder = portal(at);
    std::fs::write(at.join("a.html"), STYLES[1].2).unwrap();
    std::fs::write(at.join("a.mht"), "From: <Saved by Blink>\nMIME-Version: 1.0\nContent-Type: multipart/related;\n")
        .unwrap();
    std::fs::write(at.join("b.html"), "<p>欢迎</p>").unwrap();
    std::fs::create_dir(at.join("a_files")).unwrap();
    let cases: [(&[&str], i32, &str); 6] = [
        (&["省长信箱", "a.mht"], 1, "请在浏览器里另存为"),
        (&["省长信箱", "b.html"], 1, "既没有列表"),
        (&["省长信箱", "a_files"], 1, "是文件夹"),
        (&["省长信箱", "c.html"], 1, "打不开"),
        (&["书记县长信箱", "a.html"], 5, "不是网站后台"),
        (&["市长信箱", "a.html"], 3, "先建文件夹 channels/代号"),
    ];
    for (words, status, told) in cases {
        let (got, out, err) = say(at, &[&["channel", "learn", "--yes"], words].concat());
        assert!(got == status && err.contains(told) && out.is_empty(), "{words:?}: {got} {out}{err}");
    }
    assert_eq!(std::fs::read_to_string(folder.join("channel.toml")).unwrap(), CHANNEL);
    assert!(!folder.join("samples").exists());
}
