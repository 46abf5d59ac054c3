//! Saved pages in the ways in which office systems write them, and the file that is made of them.

use super::{File, Sort, learn, rewritten};
use crate::normalize::samples::{self, Verdict};
use crate::normalize::{Basis, Mapping};
use crate::settings::{Lang, Source};

const OLD: &str = "# 省长信箱\n\n[channel]\nname = \"省长信箱\"  # 名字\nstate = \"off\"\n\n[connect]\nkind = \"portal\"\n\
    url = \"https://szxx.example.gov.cn/admin/\"\n\n[poll]\nevery = \"15m\"  # 每刻钟\n\n[fields]\ntitle = { label = \"题目\" } # 标题,人写的\n\
    name = { label = \"来信人\" }\n\n[codes]\ntype = { \"我要投诉\" = \"举报\" }\n";

pub(super) const LIST: &str = "<!-- saved from url=(0063)https://szxx.example.gov.cn/admin/letter/list.jsp?status=todo&page=1 -->\n\
    <html><body><table><tr><td class=menu>待办</td><td><table id=list border=1>\
    <tr><th>序号</th><th>信件编号</th><th>标题</th><th>来信时间</th><th>办件状态</th></tr>\
    <tr><td>1</td><td>SZ2026001</td><td><a href=\"view.jsp?id=SZ2026001\">路灯不亮</a></td><td>2026-11-20 08:30</td><td>待办理</td></tr>\
    <tr><td>2</td><td>SZ2026002</td><td><a href=\"view.jsp?id=SZ2026002\">水管破裂</a></td><td>2026-11-21 09:10</td><td>催办</td></tr>\
    </table>共2条 <a href=\"list.jsp?status=todo&page=2\">下一页</a></td></tr></table></body></html>";

pub(super) const LETTER: &str = "<!-- saved from url=(0057)https://szxx.example.gov.cn/admin/letter/view.jsp?id=SZ2026001 -->\n\
    <html><body><table border=1><tr><td class=t>信件编号</td><td>SZ2026001</td><td class=t>标&nbsp;题</td><td>路灯不亮</td></tr>\
    <tr><td class=t>来信人:</td><td>李四光</td><td class=t>联系电话:</td><td>13712345678</td></tr>\
    <tr><td class=t>来信类别</td><td>我要求助</td><td class=t>是否公开</td><td>公开</td></tr>\
    <tr><td class=t>来信时间</td><td>2026-11-20 08:30</td><td class=t>办理期限</td><td>2026-12-05</td></tr>\
    <tr><td class=t>来信内容</td><td colspan=3><p>东门街路灯不亮,联系我13712345678。</p><p>李四光</p></td></tr>\
    <tr><td class=t>附件</td><td colspan=3><a href='down.jsp?f=1'>现场.jpg</a></td></tr></table></body></html>";

pub(super) const REPLY: &str = "<!-- saved from url=(0058)https://szxx.example.gov.cn/admin/letter/reply.jsp?id=SZ2026001 -->\n\
    <form action=save.do method=post enctype=multipart/form-data><input type=hidden name=token value=abc>\
    <table><tr><td>答复内容:</td><td><textarea name=replyContent></textarea></td></tr>\
    <tr><td>是否公开:</td><td><input type=radio name=isPublic value=1>公开 <input type=radio name=isPublic value=0>不公开</td></tr>\
    <tr><td>经办人:</td><td><input name=handler></td></tr>\
    <tr><td>附件:</td><td><input type=file name=attachFile></td></tr></table><input type=submit value=提交></form>";

fn files<'a>(pages: &'a [(&'a str, &'a str)]) -> Vec<File<'a>> {
    pages.iter().map(|(name, text)| File { name, bytes: text.as_bytes() }).collect()
}

#[test]
fn three_pages_teach_a_channel() {
    let pages = learn(&files(&[("b.html", LETTER), ("c.html", REPLY), ("a.html", LIST)])).unwrap();
    assert_eq!(pages.sorts.iter().map(|(_, sort)| *sort).collect::<Vec<_>>(), [Sort::Letter, Sort::Reply, Sort::List]);
    let (text, changes) = rewritten(OLD, &pages, Lang::Zh).unwrap();
    for line in [
        "# 名字",
        "every  = \"15m\"",
        "# 每刻钟",
        "list   = { get = \"letter/list.jsp?status=todo&page={page}\", id = \"信件编号\", link = \"标题\" }",
        "page   = { by = \"number\", first = 1, size = 2 }",
        "empty  = \"【待填】\"",
        "detail = { id = \"信件编号\", needs = [\"标题\", \"来信内容\", \"来信类别\"] }",
        "{ label = \"标题\" }",
        "# 标题,人写的",
        "{ label = \"来信内容\", clean = \"html\" }",
        "{ label = \"联系电话\", clean = \"phone\" }",
        "{ label = \"来信时间\", date = \"yyyy-MM-dd HH:mm\" }",
        "{ label = \"办理期限\", date = \"yyyy-MM-dd\" }",
        "{ links_under = \"附件\" }",
        "\"我要投诉\" = \"举报\", \"我要求助\" = \"求助\"",
        "label = \"办件状态\"",
        "closed = { form = \"letter/reply.jsp?id={id}\", fill = { replyContent = \"{reply}\", isPublic = { of = \"{agree_public}\", words = { true = \"1\", false = \"0\" } } }, files = \"attachFile\", done_when = [\"【待填】\"] }",
        "handler(经办人,没填)",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    for theirs in ["李四光", "13712345678", "路灯不亮", "SZ2026001", "abc"] {
        assert!(!text.contains(theirs), "{theirs} is in the file");
    }
    let title = changes.iter().find(|change| change.key == "fields.title").unwrap();
    assert_eq!((title.before.as_deref(), title.now.as_str()), (Some("{ label = \"题目\" }"), "{ label = \"标题\" }"));
    assert!(!changes.iter().any(|change| change.key == "fields.name"), "what is right already is no change");
    let (again, none) = rewritten(&text, &pages, Lang::Zh).unwrap();
    assert!(none.is_empty() && again == text, "{none:?}");
}

#[test]
fn the_sample_is_nobodys_and_only_what_is_read() {
    let pages = learn(&files(&[("b.html", LETTER), ("a.html", LIST)])).unwrap();
    let sample = pages.sample().unwrap();
    let text = sample.to_string();
    for theirs in ["李四光", "13712345678", "SZ2026001", "down.jsp"] {
        assert!(!text.contains(theirs), "{theirs}: {text}");
    }
    assert_eq!(sample["来信类别"], "我要求助");
    assert!(sample["@html"]["来信内容"].as_str().unwrap().starts_with("<p>东门街"), "{text}");
    assert_eq!(sample["@links"]["附件"][0]["name"], "1.jpg");
    // What was written reads it.
    let source = Source::new("channel.toml", rewritten(OLD, &pages, Lang::Zh).unwrap().0);
    let table = toml::de::DeTable::parse(&source.text).unwrap();
    let of = |name: &str| table.get_ref().get(name);
    let mapping = Mapping::compile(&source, of("fields").unwrap(), of("codes"), &Basis::default()).unwrap();
    let Verdict::New(ticket) = samples::judge(&mapping, &sample, None) else { panic!("it does not map") };
    assert_eq!((&ticket["matter"]["title"], &ticket["matter"]["type"]), (&"路灯不亮".into(), &"求助".into()));
    assert_eq!(ticket["matter"]["content"], "东门街路灯不亮,联系我00000000000。\n\n何某某");
    assert_eq!(ticket["files"][0]["name"], "1.jpg");
}

#[test]
fn rows_that_only_scripts_open_are_opened_by_what_they_are_handed() {
    let list = "<table class='layui-table'><thead><tr><th>编号</th><th>主题</th><th>操作</th></tr></thead><tbody>\
        <tr><td>A-1</td><td>灯</td><td><a href=\"javascript:del(1)\">删</a><a href=\"javascript:;\" onclick=\"showView('t','77')\">查看</a></td></tr>\
        <tr><td>A-2</td><td>水</td><td><a href=\"javascript:del(1)\">删</a><a href=\"javascript:;\" onclick=\"showView('t','78')\">查看</a></td></tr></tbody></table>";
    let letter = "<!-- saved from url=(0049)https://szxx.example.gov.cn/admin/x/info?tid=77 --><dl><dt>编号</dt><dd>A-1</dd>\
        <dt>主题</dt><dd>灯</dd><dt>诉求内容</dt><dd>不亮</dd><dt>手机</dt><dd>13712345678</dd></dl>";
    let reply = "<!-- saved from url=(0049)https://szxx.example.gov.cn/admin/x/reply?xm=%E6%9D%8E&tid=77 --><form><p>回复内容:<textarea name=c></textarea></p></form>";
    let empty = "<table><thead><tr><th>编号</th><th>主题</th><th>操作</th></tr></thead><tr><td colspan=3>暂无相关数据</td></tr></table>";
    let pages = learn(&files(&[("1.htm", list), ("2.htm", letter), ("3.htm", empty), ("4.htm", reply)])).unwrap();
    let (text, _) = rewritten(OLD, &pages, Lang::Zh).unwrap();
    for line in [
        "key = { call = \"showView\", arg = 2 }",
        "detail = { get = \"x/info?tid={key}\", id = \"编号\"",
        "empty  = \"暂无相关数据\"",
        "get = \"【待填】\"",
        "closed = { form = \"x/reply?xm=&tid={key}\", fill = { c = \"{reply}\" }",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}

#[test]
fn what_is_no_page_is_told_with_its_name() {
    let why = |name: &str, text: &str| learn(&files(&[(name, text)])).unwrap_err().zh;
    assert!(
        why("a.mht", "From: <Saved by Blink>\nContent-Type: multipart/related").starts_with("a.mht:这是“单个文件”格式")
    );
    assert!(why("a.html", "<p>欢迎</p>").contains("既没有列表"));
    assert!(why("a.json", "{\"a\":1}").contains("JSON"));
    assert!(rewritten("[poll", &learn(&files(&[("a", LETTER)])).unwrap(), Lang::Zh).is_err());
}
