//! Reading lists and letters: what is opened, what comes as a revision, and what is an alarm instead of no letters.

use bytes::Bytes;
use huiliu_contract::{Item, Timestamp};
use huiliu_farside::platform::Trick;
use huiliu_farside::portal::{Layout, Loss, Portal as Office, PortalOptions};
use serde_json::json;

use crate::channel::{Channel, listed, number, submission};

#[tokio::test]
async fn a_letter_is_one_member_for_each_label_that_a_person_sees() {
    for (gbk, dl) in [(false, false), (true, true)] {
        let office = Office::start(PortalOptions { gbk, dl, ..PortalOptions::new(5) }).await.unwrap();
        let mut channel = Channel::of(&office, |_| {});
        let items = channel.walk().await;
        let fifth = submission(&items[4]);
        let document = fifth.document.reveal();
        assert_eq!(document["信件编号"], json!(number(5)));
        assert_eq!(document["联系电话"], "13800000005");
        assert!(document["来信内容"].as_str().unwrap().ends_with("(第 5 件)"), "{document}");
        assert!(document["@html"]["来信内容"].as_str().unwrap().contains("<p>"));
        let link = &document["@links"]["附件"][0];
        assert_eq!(
            (link["name"].as_str(), link["url"].as_str().unwrap().starts_with("http://127.0.0.1")),
            (Some("现场5.jpg"), true)
        );
        let raw = String::from_utf8(fifth.raw.bytes.reveal().to_vec()).unwrap();
        assert_eq!(raw, document.to_string(), "its raw form is its document, not the page with its clocks");
    }
}

#[tokio::test]
async fn an_unchanged_letter_is_left_in_peace_and_a_changed_one_comes_again() {
    let office = Office::start(PortalOptions::new(5)).await.unwrap();
    let mut channel = Channel::of(&office, |_| {});
    assert_eq!(channel.numbers().await, listed(&office));
    assert_eq!(office.stats().details, 5);
    assert_eq!(channel.walk().await.len(), 0);
    assert_eq!(office.stats().details, 5, "nothing was opened again");
    // Its row says so: its state is another one.
    office.set_state(&number(2), "督办", None);
    assert_eq!(channel.numbers().await, [number(2)]);
    // Its row does not: it is found where details are opened each time.
    office.revise(&number(4));
    assert_eq!(channel.walk().await.len(), 0);
    let mut eager = Channel::of(&office, |tables| tables["poll"]["detail"]["again"] = json!("0s"));
    assert_eq!(eager.numbers().await.len(), 5);
    let again = eager.walk().await;
    assert_eq!(again.len(), 5);
    assert!(submission(&again[3]).document.reveal()["来信内容"].as_str().unwrap().contains("更正"));
    assert_eq!(office.stats().at_once, 1, "never were two requests out at once");
}

#[tokio::test]
async fn a_session_that_ends_on_page_two_loses_nothing_and_repeats_nothing() {
    for loss in [Loss::Page, Loss::Redirect] {
        let office = Office::start(PortalOptions { loss, ..PortalOptions::new(8) }).await.unwrap();
        let mut channel = Channel::of(&office, |tables| drop(tables["poll"].as_object_mut().unwrap().remove("detail")));
        let first = channel.poll().await.unwrap();
        assert!(first.more && first.items.len() == 3);
        office.end_sessions();
        let mut seen: Vec<String> = first.items.iter().map(|item| submission(item).external_id.to_string()).collect();
        seen.extend(channel.numbers().await);
        assert_eq!((seen, office.logins()), (listed(&office), 2));
    }
    let office = Office::start(PortalOptions::new(4)).await.unwrap();
    let mut channel = Channel::of(&office, |_| {});
    channel.poll().await.unwrap();
    channel.poll().await.unwrap();
    office.end_sessions();
    assert_eq!(channel.numbers().await, [number(2), number(3), number(4)], "nor among details");
}

#[tokio::test]
async fn a_changed_layout_is_an_alarm_and_never_no_letters() {
    let office = Office::start(PortalOptions::new(4)).await.unwrap();
    let mut channel = Channel::of(&office, |_| {});
    for (layout, said) in [(Layout::Renamed, "信件编号"), (Layout::Gone, "信件编号"), (Layout::Silent, "poll.empty")]
    {
        office.relayout(layout);
        let fault = channel.poll().await.unwrap_err();
        assert!(fault.word() == "malformed" && fault.to_string().contains(said), "{layout:?}: {fault}");
        assert!(channel.after.is_none(), "the cursor stays");
    }
    office.relayout(Layout::Usual);
    assert_eq!(channel.numbers().await.len(), 4);
    let empty = Office::start(PortalOptions::new(0)).await.unwrap();
    assert!(Channel::of(&empty, |_| {}).walk().await.is_empty(), "words that say so are no letters indeed");
}

#[tokio::test]
async fn one_odd_letter_stops_no_other_and_three_in_a_row_are_an_alarm() {
    let office = Office::start(PortalOptions::new(3)).await.unwrap();
    let mut channel = Channel::of(&office, |_| {});
    office.play_on_details([Trick::Nothing, Trick::Status(500, None)]);
    let items = channel.walk().await;
    assert_eq!(items.len(), 3);
    let Item::Unreadable(odd) = &items[1] else { panic!("it looked like any other") };
    assert!(odd.reason.zh.contains("详情页") && !odd.raw.bytes.reveal().is_empty());
    let mut other = Channel::of(&office, |_| {});
    office.play_on_details([Trick::Html, Trick::Html, Trick::Html]);
    other.poll().await.unwrap();
    let words: Vec<_> =
        [other.poll().await, other.poll().await, other.poll().await].into_iter().map(|page| page.is_ok()).collect();
    assert_eq!(words, [true, true, false]);
    assert!(other.poll().await.is_ok(), "and it goes on where it stood");
}

#[tokio::test]
async fn letters_that_stay_odd_are_told_and_hold_up_none_behind_them() {
    let office = Office::start(PortalOptions::new(5)).await.unwrap();
    let mut channel = Channel::of(&office, |_| {});
    // The third is asked for twice: once it is an alarm, then it is a letter for a person like the two before it.
    office.play_on_details(vec![Trick::Status(500, None); 4]);
    let mut items = Vec::new();
    let mut faults = 0;
    for _ in 0..12 {
        match channel.poll().await {
            Ok(page) => {
                items.extend(page.items);
                if !page.more {
                    break;
                }
            }
            Err(fault) => {
                assert_eq!(fault.word(), "malformed");
                faults += 1;
            }
        }
    }
    let odd = items.iter().filter(|item| matches!(item, Item::Unreadable(_))).count();
    assert_eq!((items.len(), odd, faults), (5, 3, 1), "two whole letters stand behind three odd ones");
}

#[tokio::test]
async fn a_window_is_looked_through_to_its_border() {
    let from = Timestamp::now() - jiff::SignedDuration::from_hours(24 * 40);
    let options = PortalOptions { newest_first: true, from, ..PortalOptions::new(6) };
    let office = Office::start(options).await.unwrap();
    // The request says from when on: everything is older.
    let mut asked = Channel::of(&office, |tables| {
        tables["poll"]["window"] = json!("30d");
        tables["poll"]["list"]["get"] = json!("letter/list.jsp?page={page}&size={size}&from={from}&to={to}");
    });
    assert!(asked.walk().await.is_empty());
    // Or the rows do, and the walk ends with the page on which all are older.
    let mut sorted = Channel::of(&office, |tables| {
        tables["poll"]["window"] = json!("30d");
        tables["poll"]["list"]["time"] = json!({ "at": "来信时间", "format": "yyyy-MM-dd HH:mm" });
    });
    assert_eq!((sorted.numbers().await.len(), office.stats().lists), (3, 2));
}

#[tokio::test]
async fn a_list_that_never_ends_is_an_error_and_a_total_must_be_reached() {
    let office = Office::start(PortalOptions { totals: true, ..PortalOptions::new(9) }).await.unwrap();
    let mut narrow = Channel::of(&office, |tables| tables["poll"]["page"]["max"] = json!(2));
    let mut failed = None;
    for _ in 0..20 {
        match narrow.poll().await {
            Ok(page) if page.more => {}
            other => {
                failed = Some(other);
                break;
            }
        }
    }
    assert!(failed.unwrap().unwrap_err().to_string().contains("poll.page.max"));
    let mut one_page = Channel::of(&office, |tables| {
        tables["poll"]["list"]["get"] = json!("letter/list.jsp");
        tables["poll"]["list"]["total"] = json!("#total");
        tables["poll"]["page"] = json!({});
    });
    assert_eq!(one_page.numbers().await.len(), 9);
    office.grow(20);
    assert!(one_page.poll().await.unwrap_err().to_string().contains("poll.page"), "20 of 29 are shown, and it says so");
}

#[tokio::test]
async fn a_preview_logs_nobody_in_and_a_saved_page_is_read_as_it_would_be() {
    let office = Office::start(PortalOptions::new(2)).await.unwrap();
    let channel = Channel::of(&office, |_| {});
    let poll = channel.connector.poll.as_ref().unwrap();
    assert_eq!(poll.preview(None, None).await.unwrap_err().word(), "unavailable");
    assert_eq!(office.tried().len(), 0);
    poll.poll(None, None).await.unwrap();
    let page = poll.preview(None, None).await.unwrap();
    assert!(poll.asks_for_detail(page.next.as_ref().unwrap()) && office.logins() == 1);
    assert!(poll.spelled(page.next.as_ref().unwrap()).unwrap().zh.contains("2 件要打开详情"));
    let saved = channel.connector.saved.as_ref().unwrap();
    let list = "<table><tr><th>信件编号</th><th>标题</th></tr><tr><td>A1</td><td><a href='detail.jsp?id=A1'>路灯</a></td></tr></table>";
    let read = saved.read("列表.html", &Bytes::from_static(list.as_bytes()), Timestamp::now()).unwrap();
    assert_eq!((submission(&read.page.items[0]).external_id.as_str(), read.remarks.len()), ("A1", 1));
    let letter = "<table><tr><td>信件编号:</td><td>A1</td></tr><tr><td>来信内容:</td><td>灯不亮</td></tr></table>";
    let read = saved.read("详情.html", &Bytes::from_static(letter.as_bytes()), Timestamp::now()).unwrap();
    assert_eq!(submission(&read.page.items[0]).document.reveal()["来信内容"], "灯不亮");
    let other = saved.read("x.html", &Bytes::from_static(b"<p>404</p>"), Timestamp::now());
    assert_eq!(other.unwrap_err().word(), "malformed");
}

#[tokio::test]
async fn the_list_of_a_day_is_counted_and_nothing_is_opened() {
    let office = Office::start(PortalOptions::new(5)).await.unwrap();
    let channel = Channel::of(&office, |tables| {
        tables["poll"]["census"] = json!({
            "get": "letter/list.jsp?status=all&page={page}&size={size}&from={from}&to={to}", "by": "submitted_at",
        });
    });
    let census = channel.connector.census.as_ref().unwrap();
    let day = jiff::civil::date(2026, 11, 1);
    let none = census.count(day.tomorrow().unwrap(), None, None).await.unwrap();
    assert_eq!((none.ids, none.next), (Some(vec![]), None));
    let (mut ids, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let counted = census.count(day, after.as_ref(), None).await.unwrap();
        ids.extend(counted.ids.unwrap().into_iter().map(|id| id.to_string()));
        pages += 1;
        match counted.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!((ids, pages, office.stats().details), (listed(&office), 2, 0));
}
