//! Files that mail providers keep behind links.

use super::*;

fn told(html: Option<&str>, text: &str) -> Vec<String> {
    let files = find(html, text).into_iter().map(|file| {
        let size = file.size.map_or_else(|| "-".into(), |size| size.to_string());
        let ends = file.expires_text.unwrap_or_else(|| "-".into());
        format!("{} {} {} {size} {ends}", file.store, file.name.reveal(), file.link.reveal())
    });
    files.collect()
}

#[test]
fn files_of_qq_are_found_in_html() {
    let html = "<p>照片见附件</p><div class=xmdir>从QQ邮箱发来的超大附件</div><div><a href=\"https://wx.mail.qq.com/ftn/download?func=3&amp;key=abc\" \
                title=\"路面照片.zip\">路面照片.zip</a> <span>(<span>30.50M</span>, 2026年12月22日 13:05 到期)</span> \
                <a href='https://wx.mail.qq.com/ftn/download?func=3&amp;key=abc'>进入下载页面</a></div>\
                <div><a href=https://mail.qq.com/cgi-bin/ftnExs_download?k=1&t=exs>视频 二.mp4</a>(1.2G,无限期)</div>\
                <a href=\"https://example.cn/a.zip\">别的.zip</a>";
    assert_eq!(
        told(Some(html), ""),
        [
            "QQ邮箱超大附件 路面照片.zip https://wx.mail.qq.com/ftn/download?func=3&key=abc 31981568 2026年12月22日 13:05 到期",
            "QQ邮箱超大附件 视频 二.mp4 https://mail.qq.com/cgi-bin/ftnExs_download?k=1&t=exs 1288490189 无限期",
        ]
    );
}

#[test]
fn files_of_netease_are_found_in_html() {
    let html = "<div><b>从网易163邮箱发来的云附件</b></div><div><a href=\"https://fs.163.com/fs/display/?file=x\"><img src=\"cid:1\"></a>\
                <a href=\"https://mail.163.com/large-attachment-download/index.html?p=X&amp;file=y\"><b>水管</b>.pdf</a>\
                <br>39.34M,&nbsp;2026年12月7日 10:05 到期<br>\
                <a href=\"https://mail.163.com/large-attachment-download/index.html?p=X&amp;file=y\" download>下载</a></div>";
    let found = told(Some(html), "");
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(
        found[1],
        "网易邮箱云附件 水管.pdf https://mail.163.com/large-attachment-download/index.html?p=X&file=y 41250980 2026年12月7日 10:05 到期"
    );
}

#[test]
fn files_are_found_in_plain_text() {
    let text = "从QQ邮箱发来的超大附件\n\n路面照片.zip (30.50M, 2026年12月22日 13:05 到期)进入下载页面：http://mail.qq.com/cgi-bin/ftnExs_download?t=x&k=1\n\
                水管.pdf（800KB，有效期至2026-12-22）下载:https://dashi.163.com/html/cloud-attachment-download/?key=2。\n\
                链接: https://pan.baidu.com/s/1abc 提取码: x1y2";
    assert_eq!(
        told(None, text),
        [
            "QQ邮箱超大附件 路面照片.zip http://mail.qq.com/cgi-bin/ftnExs_download?t=x&k=1 31981568 2026年12月22日 13:05 到期",
            "网易邮箱云附件 水管.pdf https://dashi.163.com/html/cloud-attachment-download/?key=2 819200 有效期至2026-12-22",
            "百度网盘  https://pan.baidu.com/s/1abc - -",
        ]
    );
}

#[test]
fn a_file_that_stands_in_both_parts_is_one() {
    let link = "https://mail.163.com/large-attachment-download/index.html?p=X&file=y";
    let html = format!("<a href=\"{}\">下载</a>", link.replace('&', "&amp;"));
    let text = format!("水管.pdf (1M, 2026年12月7日到期)\n{link}");
    assert_eq!(told(Some(&html), &text), [format!("网易邮箱云附件 水管.pdf {link} 1048576 2026年12月7日到期")]);
}

#[test]
fn only_known_stores_count_however_a_link_pretends() {
    for link in [
        "https://mail.qq.com.evil.test/ftn/download?x",
        "https://mail.qq.com@evil.test/ftn/download?x",
        "https://evil.test/mail.qq.com/ftn/download",
        "https://notfs.163.com/fs/display",
        "https://evil.test\\@fs.163.com/fs/display",
        "javascript://fs.163.com/fs/display",
        "ftp://fs.163.com/fs/display",
        "https://mail.qq.com/cgi-bin/login",
        "https://mail.163.com/",
        "https://pan.baidu.com/",
        "https://mail.qq.com/#/ftn/",
    ] {
        assert!(told(Some(&format!("<a href=\"{link}\">a.zip</a>")), link).is_empty(), "{link}");
    }
    for link in ["https://sh-ctfs.ftn.qq.com:443/x", "HTTPS://FS.163.com/fs/display", "https://a:b@fs.163.com/fs"] {
        assert_eq!(
            hosts::known(link).map(|(host, _)| host.ends_with("qq.com") || host == "fs.163.com"),
            Some(true),
            "{link}"
        );
    }
}

#[test]
fn sizes_are_read_as_people_write_them() {
    for (text, expected) in [
        ("(30.50M, x)", Some(31_981_568)),
        ("1 GB", Some(1_073_741_824)),
        ("８００ＫＢ", Some(819_200)),
        ("2026年12月7日 39.34M", Some(41_250_980)),
        ("3 Meter", None),
        ("abc12M", None),
        ("1.2.3M", None),
        ("99999999999G", None),
        ("12", None),
    ] {
        assert_eq!(seen::size(text), expected, "{text}");
    }
}

#[test]
fn a_flood_of_links_is_capped_and_nothing_personal_stands_in_debug() {
    let html: String = (0..3000).map(|n| format!("<a href=\"https://fs.163.com/fs/{n}\">路{n}.zip</a>")).collect();
    let files = find(Some(&html), "");
    assert_eq!(files.len(), MOST_FILES);
    let shown = format!("{files:?}");
    assert!(!shown.contains("路") && !shown.contains("/fs/1"), "{shown}");
}
