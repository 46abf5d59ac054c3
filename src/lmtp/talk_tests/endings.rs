//! Connections that end before their time: nothing that did not come whole is taken.

use std::io;
use std::time::Duration;

use huiliu_farside::lmtp::Lmtp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{PATIENT, desk};
use crate::lmtp::talk::Times;

#[tokio::test]
async fn who_goes_silent_is_let_go_and_nothing_of_the_letter_is_taken() {
    let desk = desk(Times { silence: Duration::from_millis(50), letter: Duration::from_secs(60) }).await;
    let told = desk.told(b"LHLO m\r\n", 99).await;
    assert!(told.ends_with("421 4.4.2 nothing came in time\r\n"), "{told}");
    let begun = "LHLO m\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<big@a.example>\r\nDATA\r\nhalf a let";
    let told = desk.told(begun.as_bytes(), 999).await;
    assert!(told.ends_with("354 go on; CR LF . CR LF ends it\r\n421 4.4.2 nothing came in time\r\n"), "{told}");
    assert!(desk.house.taken().is_empty());
}

#[tokio::test]
async fn a_letter_that_comes_in_drops_for_ever_is_let_go() {
    let desk = desk(Times { silence: Duration::from_secs(60), letter: Duration::from_millis(200) }).await;
    let mut stream = TcpStream::connect(desk.at).await.unwrap();
    stream.write_all(b"LHLO m\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<big@a.example>\r\nDATA\r\n").await.unwrap();
    let (mut read, mut write) = stream.into_split();
    let drops = tokio::spawn(async move {
        while write.write_all(b"x\r\n").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    let mut told = String::new();
    // Drops that were on their way when the line was closed may reset it.
    drop(timeout(Duration::from_secs(60), read.read_to_string(&mut told)).await.unwrap());
    timeout(Duration::from_secs(60), drops).await.unwrap().unwrap();
    assert!(desk.house.taken().is_empty());
}

#[tokio::test]
async fn on_a_stop_the_letter_under_way_is_taken_and_then_all_are_told_to_come_again() {
    let desk = desk(PATIENT).await;
    let mut idle = Lmtp::connect(desk.at).await.unwrap();
    let mut mail = Lmtp::connect(desk.at).await.unwrap();
    for line in ["MAIL FROM:<a@b.example>\r\n", "RCPT TO:<big@a.example>\r\n", "DATA\r\n"] {
        mail.say(line).await.unwrap();
    }
    mail.write(b"hel").await.unwrap();
    desk.stop.cancel();
    assert_eq!(idle.hear().await.unwrap().code, 421);
    mail.write(b"lo\r\n.\r\nMAIL FROM:<a@b.example>\r\n").await.unwrap();
    assert_eq!((mail.hear().await.unwrap().code, mail.hear().await.unwrap().code), (250, 421));
    assert_eq!(mail.hear().await.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    assert_eq!(desk.house.bodies(), [b"hello\r\n"]);
    desk.lines.close();
    timeout(Duration::from_secs(60), desk.lines.wait()).await.unwrap();
}

#[tokio::test]
async fn who_hangs_up_before_the_dot_has_handed_nothing_over() {
    let desk = desk(PATIENT).await;
    let mut mail = Lmtp::connect(desk.at).await.unwrap();
    for line in ["MAIL FROM:<a@b.example>\r\n", "RCPT TO:<big@a.example>\r\n", "DATA\r\n"] {
        mail.say(line).await.unwrap();
    }
    mail.write(b"hello\r\n.").await.unwrap();
    drop(mail);
    desk.lines.close();
    timeout(Duration::from_secs(60), desk.lines.wait()).await.unwrap();
    assert!(desk.house.taken().is_empty());
}
