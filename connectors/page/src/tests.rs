//! Pages as a person sees them.

use proptest::prelude::*;

use crate::{Charset, Kind, Limits, Page, RowsBy, Selector};

fn page(html: &str) -> Page {
    Page::read(html.as_bytes(), None, Charset::Auto, &Limits::default()).unwrap()
}

fn told(html: &str) -> Vec<String> {
    page(html).labels().iter().map(|(label, value)| format!("{label}={}", value.text.replace('\n', "⏎"))).collect()
}

fn heads(labels: &[&str]) -> RowsBy {
    RowsBy::heads(labels.iter().copied())
}

#[test]
fn a_label_is_found_wherever_pages_put_it() {
    let arranged = [
        "<table><tr><td>联系电话:</td><td>138</td></tr></table>",
        "<table><tr><th>联系电话</th><td>138</td></tr><tr><th>标题</th><td>灯</td></tr></table>",
        "<table><tr><td class=l>标题</td><td>灯</td><td class=l>联系电话</td><td>138</td></tr></table>",
        "<table><tr><td>标题</td><td>灯坏</td></tr><tr><td>联系电话</td><td>138</td></tr></table>",
        "<table><tr><td bgcolor=#eee align=right>联系电话</td><td>138</td></tr></table>",
        "<table><thead><tr><th>标题</th><th>联系电话</th></tr></thead><tr><td>灯</td><td>138</td></tr></table>",
        "<table><tr><td colspan=2>联系电话</td></tr><tr><td colspan=2>138</td></tr></table>",
        "<dl><dt>联系电话</dt><dd>138</dd></dl>",
        "<dl><div><dt>联系电话</dt><dd>138</dd></div></dl>",
        "<label for=p>联系电话</label><div><input id=p value=138></div>",
        "<label>联系电话<input value=138></label>",
        "<div><label class=layui-form-label>联系电话</label><div class=layui-input-block><input value=138></div></div>",
        "<div class=el-form-item><label>联系电话</label><div><span>138</span></div></div>",
        "<p>联系电话：138</p>",
        "<p>联 系 电 话 : 138<br>标题:灯</p>",
        "<div><b>联系电话:</b>138<br><b>标题:</b>灯</div>",
        "<div><span>联系电话：</span><span>138</span></div>",
        "<div><div>联系电话</div><div>138</div></div><div><div>标题</div><div>灯</div></div>",
        "<ul><li><span>标题</span><em>灯</em></li><li><span>联系电话</span><em>138</em></li></ul>",
        "<ul><li>标题:灯</li><li>联系电话:138</li></ul>",
        "<div class=row><div class='col label'>联系电话</div><div>138</div></div>",
        "<table><tr><td><table><tr><td>联系电话:</td><td>138</td></tr></table></td><td>菜单</td></tr></table>",
        "<table><tr><td>*联&nbsp;系&nbsp;电&nbsp;话：</td><td>138</td></tr></table>",
        "<table><tr><td>联系电话<sup>①</sup></td><td>138</td></tr><tr><td>标题</td><td>灯</td></tr></table>",
        "<table><tr><th><a href=#>联系电话</a></th><td>138</td></tr></table>",
        "<table><tr><td>联系电话：<td>138<tr><td>标题：<td>灯</table>",
        "<h4>联系电话</h4><div>138</div>",
        "<p>来信人:张某&nbsp;&nbsp;联系电话:138&nbsp;&nbsp;状态:新</p>",
        "<p><span>来信人:张某</span><span>联系电话:138</span></p>",
        "<table><tr><td>联系电话:</td><td><select><option value=1>139<option value=2 selected>138</select></td></table>",
        "<table><tr><td>联系电话:</td><td><input type=radio>139<input type=radio checked>138</td></table>",
        "<table><tr><td>联系电话:</td><td><textarea>\n138</textarea></td></table>",
        "<table><tr><td>联系电话:</td><td><span style='display: none'>139</span>138<script>x()</script></td></table>",
    ];
    for html in arranged {
        let found = page(html).labels().into_iter().find(|(label, _)| label == "联系电话");
        assert_eq!(found.map(|(_, value)| value.text).as_deref(), Some("138"), "{html}: {:?}", told(html));
        assert_eq!(page(html).label("联系电话:").unwrap().text, "138", "{html}");
    }
    assert!(page("<p>没有这一栏</p>").label("联系电话").is_none());
}

#[test]
fn words_of_a_letter_do_not_take_the_place_of_a_label() {
    let html = "<table><tr><td>来信内容:</td><td><p>我的联系电话:139</p><p>请修</p></td></tr>\
                <tr><td>联系电话:</td><td>138</td></tr></table>";
    assert_eq!(told(html), ["来信内容=我的联系电话:139⏎请修", "联系电话=138"]);
    let pasted = "<table><tr><td class=a>来信内容</td><td><table><tr><th>联系电话</th><td>139</td></tr></table></td></tr>\
                  <tr><td class=a>联系电话</td><td>138</td></tr></table>";
    assert_eq!(told(pasted), ["来信内容=联系电话 139", "联系电话=138"]);
}

#[test]
fn a_label_with_nothing_behind_it_has_no_value() {
    let html =
        "<table><tr><td>来信人:</td><td></td><td>电话:</td><td>1</td></tr><tr><th>标题</th><th>内容</th></tr></table>";
    assert_eq!(told(html)[..2], ["来信人=", "电话=1"]);
    let html = "<table><tr><td>来信人:</td><td>电话:</td><td>1</td></tr></table>";
    assert_eq!(told(html), ["来信人=", "电话=1"]);
}

#[test]
fn a_label_shown_twice_says_so() {
    let found = page("<p>x</p><dl><dt>状态</dt><dd>新</dd><dt>状态</dt><dd>旧</dd></dl>").label("状态").unwrap();
    assert_eq!((found.text.as_str(), found.several), ("新", true));
    let found = page("<dl><dt>状态</dt><dd></dd><dt>状态</dt><dd>旧</dd></dl>").label("状态").unwrap();
    assert_eq!((found.text.as_str(), found.several), ("旧", false));
    let both = told("<dl><dt>电话</dt><dd>1</dd><dt>电话(备用)</dt><dd>2</dd></dl>");
    assert_eq!(both, ["电话=1", "电话(备用)=2"]);
}

#[test]
fn lists_are_known_by_their_heads() {
    let html = "<table><tr><td>菜单</td><td><table id=list>\
        <tr><th><input type=checkbox></th><th>信件编号</th><th>标 题</th><th>操作</th></tr>\
        <tr onclick=\"pick('7')\" data-id=7><td><input type=checkbox value=c7></td><td>A-7</td>\
            <td><a href='view.jsp?id=7'>灯坏</a></td><td><a href=\"javascript:detail(7,'a')\">办理</a></td></tr>\
        <tr><td></td><td>合计</td><td>1</td><td></td></tr></table></td></tr></table>";
    let page = page(html);
    for by in [heads(&["信件编号", "标题"]), RowsBy::css(Selector::parse("table#list tr").unwrap())] {
        let rows = page.rows(&by).unwrap();
        assert_eq!(rows.len(), 1, "{by:?}");
        let row = &rows[0];
        assert_eq!(row.cell("信件编号").unwrap().text, "A-7");
        let title = row.cell("标题").unwrap();
        assert_eq!((title.text.as_str(), title.links[0].href.as_str()), ("灯坏", "view.jsp?id=7"));
        let call = &row.cell("操作").unwrap().links[0].calls[0];
        assert_eq!((call.name.as_str(), call.args.join("|").as_str()), ("detail", "7|a"));
        assert_eq!((row.mark("data-id"), row.mark("value"), row.calls.len()), (Some("7"), Some("c7"), 1));
    }
    let wrong = page.rows(&heads(&["信件编号", "来信人"])).unwrap_err();
    assert_eq!(
        (wrong.missing, wrong.seen),
        (vec!["来信人".to_owned()], vec!["信件编号".into(), "标题".into(), "操作".into()])
    );
    assert!(page.rows(&RowsBy::css(Selector::parse("table.gone tr").unwrap())).is_err());
    assert!(Selector::parse("table[").is_err());
}

#[test]
fn empty_lists_two_row_heads_and_heads_apart() {
    let empty = page("<table><tr><th>编号</th><th>标题</th></tr><tr><td colspan=2>暂无数据</td></tr></table>");
    assert_eq!(empty.rows(&heads(&["编号"])).unwrap().len(), 0);
    assert!(empty.shows("暂无 数据") && !empty.shows("请重新登录"));
    let two = page(
        "<table><tr><th rowspan=2>编号</th><th colspan=2>来信人</th><th colspan=2>承办人</th></tr>\
         <tr><th>姓名</th><th>电话</th><th>姓名</th><th>单位</th></tr>\
         <tr><td>1</td><td>张</td><td>138</td><td>李</td><td>局</td></tr></table>",
    );
    let rows = two.rows(&heads(&["编号", "电话"])).unwrap();
    let names: Vec<&str> = rows[0].cells.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["编号", "来信人/姓名", "电话", "承办人/姓名", "单位"]);
    let apart = page(
        "<div><table><thead><tr><th>编号</th><th>标题</th></tr></thead></table></div>\
         <div><table><tbody><tr><td>1</td><td>灯</td></tr><tr><td>2</td><td>水</td></tr></tbody></table></div>",
    );
    assert_eq!(apart.rows(&heads(&["编号", "标题"])).unwrap().len(), 2);
    assert_eq!(
        apart.rows(&RowsBy::css(Selector::parse("tbody tr").unwrap())).unwrap()[1].cell("标题").unwrap().text,
        "水"
    );
}

#[test]
fn cards_are_rows_too() {
    let html = "<div class=card><span class=no>1</span><p>标题:灯</p></div><div class=card><span class=no>2</span><p>标题:水</p></div>";
    let by = RowsBy::css(Selector::parse("div.card").unwrap()).cell("编号", Selector::parse(".no").unwrap());
    let rows = page(html).rows(&by).unwrap();
    let read: Vec<_> = rows
        .iter()
        .map(|row| (row.cell("编号").unwrap().text.clone(), row.cell("标题").unwrap().text.clone()))
        .collect();
    assert_eq!(read, [("1".to_owned(), "灯".to_owned()), ("2".into(), "水".into())]);
}

#[test]
fn forms_are_sent_as_a_browser_would() {
    let html = "<base href='/admin/'><form action='reply.do?id=1' method=POST enctype=multipart/form-data name=f>\
        <input type=hidden name=token value=t1><table><tr><td>答复内容:</td><td><textarea name=content>\n一\n二</textarea></td></tr>\
        <tr><td>是否公开</td><td><input type=radio name=pub value=1>公开 <input type=radio name=pub value=0 checked>不公开</td></tr>\
        <tr><td>类别</td><td><select name=kind><option value=''>请选择<option value=2 selected>投诉</select></td></tr>\
        <tr><td>附件</td><td><input type=file name=attach></td></tr></table>\
        <label><input type=checkbox name=sms value=y checked> 短信通知</label><input type=checkbox name=mail>\
        <input name=off value=x disabled><fieldset disabled><input name=off2 value=x></fieldset>\
        <input type=button name=b value=返回><input type=submit name=go value=提交><input type=submit name=save value=暂存></form>\
        <input name=late value=z form=g><form id=g></form>";
    let page = page(html);
    assert_eq!(page.base(), Some("/admin/"));
    let forms = page.forms();
    let form = &forms[0];
    assert_eq!((form.action.as_deref(), form.method.as_str()), (Some("reply.do?id=1"), "post"));
    assert_eq!(form.enctype, "multipart/form-data");
    let sent: Vec<String> = form.sent().into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(sent, ["token=t1", "content=一\r\n二", "pub=0", "kind=2", "sms=y", "go=提交"]);
    let labels: Vec<_> =
        form.fields.iter().map(|field| (field.name.as_str(), field.label.as_deref().unwrap_or(""))).collect();
    assert_eq!(labels[1..5], [("content", "答复内容"), ("pub", "是否公开"), ("kind", "类别"), ("attach", "附件")]);
    let pubs = form.field("pub").unwrap();
    assert_eq!((pubs.kind, pubs.options.len(), pubs.options[0].text.as_str()), (Kind::Radio, 2, "公开"));
    assert_eq!(forms[1].sent(), [("late".to_owned(), "z".to_owned())]);
}

#[test]
fn a_form_between_rows_keeps_its_fields() {
    let html = "<table><form action=a><tr><td><input name=x value=1></td></tr></form></table>";
    assert_eq!(page(html).forms()[0].sent(), [("x".to_owned(), "1".to_owned())]);
}

#[test]
fn pages_that_are_none_say_what_they_are() {
    let word = |bytes: &[u8]| Page::read(bytes, None, Charset::Auto, &Limits::default()).unwrap_err().word;
    assert_eq!(word(b" \n"), "empty");
    assert_eq!(word(b"%PDF-1.7"), "other_format");
    assert_eq!(word(b"\x89PNG\r\n"), "other_format");
    assert_eq!(word(b"{\"code\":0}"), "json");
    assert_eq!(word(b"From: <Saved by Blink>\r\nContent-Type: multipart/related;"), "mht");
    let small = Limits { bytes: 10, ..Limits::default() };
    assert_eq!(Page::read(b"<p>01234567", None, Charset::Auto, &small).unwrap_err().word, "too_large");
    let few = Limits { nodes: 100, ..Limits::default() };
    assert_eq!(Page::read("<p>x".repeat(60).as_bytes(), None, Charset::Auto, &few).unwrap_err().word, "too_large");
}

#[test]
fn deep_pages_are_refused_before_they_cost_anything() {
    for tag in ["<div>", "<b>", "<table><tr><td>", "<svg>", "<ul><li>"] {
        let deep = tag.repeat(50_000);
        let read = Page::read(deep.as_bytes(), None, Charset::Auto, &Limits::default());
        assert_eq!(read.unwrap_err().word, "too_deep", "{tag}");
    }
    let flat = "<p>一<li>二<option>三<td>四".repeat(2_000);
    assert!(Page::read(flat.as_bytes(), None, Charset::Auto, &Limits::default()).is_ok());
}

#[test]
fn frames_titles_and_pages_that_send_away() {
    let frames = page("<title> 省长 信箱\n</title><frameset><frame src=left.jsp><frame src=list.jsp></frameset>");
    assert_eq!(
        (frames.frames(), frames.title().as_deref()),
        (vec!["left.jsp".to_owned(), "list.jsp".into()], Some("省长 信箱"))
    );
    let away = page("<meta http-equiv=Refresh content='0; URL=login.jsp'>");
    assert_eq!(away.sends_to().as_deref(), Some("login.jsp"));
    let scripted = page("<script>alert('会话已过期,请重新登录');top.location.href = 'login.jsp';</script>");
    assert_eq!(scripted.sends_to().as_deref(), Some("login.jsp"));
    assert!(scripted.says("请重新登录") && !scripted.shows("请重新登录"));
    assert_eq!(page("<p>正常").sends_to(), None);
}

#[test]
fn text_keeps_its_lines_and_its_markup() {
    let html = "<dl><dt>内容</dt><dd><p>第一段&nbsp; 字</p><p>第二段<br>又一行</p><ul><li>甲<li>乙</ul></dd><dt>附件</dt>\
                <dd><a href='f/1.doc'>照片.doc</a> <a href=\"javascript:down('2')\"><img alt=图></a></dd></dl>";
    let content = page(html).label("内容").unwrap();
    assert_eq!(content.text, "第一段 字\n第二段\n又一行\n甲\n乙");
    assert!(content.is_marked_up() && content.html.starts_with("<p>第一段"));
    let links = page(html).label("附件").unwrap().links;
    assert_eq!((links[0].text.as_str(), links[0].href.as_str(), links[1].text.as_str()), ("照片.doc", "f/1.doc", "图"));
    assert_eq!(format!("{content:?}"), "Labelled(41 bytes, 0 links)");
}

fn pieces() -> impl Strategy<Value = String> {
    let tags = "(<(table|tr|td|th|div|p|span|b|a href=x|dl|dt|dd|label|input|select|option|form|li|br|textarea|td colspan=9999999|td rowspan=99|script|h4)>|</(table|tr|td|div|p|span|b|a|dl|label|select|form|textarea|script)>|[一-三]{1,3}[:：]?| |1)";
    proptest::collection::vec(proptest::string::string_regex(tags).unwrap(), 0..60).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn no_page_panics(html in pieces(), any in any::<Vec<u8>>()) {
        for bytes in [html.as_bytes(), &any] {
            if let Ok(page) = Page::read(bytes, None, Charset::Auto, &Limits::default()) {
                let _ = (page.labels(), page.forms(), page.text(), page.lists(), page.sends_to(), page.frames());
                let _ = (page.rows(&heads(&["一", "二"])), page.label("一"), page.rows(&RowsBy::css(Selector::parse("td, tr").unwrap())));
            }
        }
    }

    #[test]
    fn a_label_put_before_a_page_of_anything_is_found(rest in pieces(), way in 0_usize..4) {
        let mine = ["<dl><dt>联系电话</dt><dd>138</dd></dl>", "<table><tr><td>联系电话:</td><td>138</td></tr></table>",
            "<p>联系电话:138</p>", "<div><label>联系电话</label><div>138</div></div>"][way];
        let found = page(&format!("<div>{mine}</div>{rest}")).label("联系电话");
        prop_assert_eq!(found.map(|value| value.text), Some("138".to_owned()));
    }
}
