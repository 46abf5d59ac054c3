//! Letters that come whole: each is one, as it was sent, and each recipient is answered.

use std::io::Read as _;
use std::sync::atomic::Ordering;

use huiliu_farside::lmtp::Lmtp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{PATIENT, codes, desk, heard};
use crate::lmtp::reply::Verdict;

const CONVERSATION: &str = "LHLO mail.example\r\nNOOP\r\nVRFY big\r\n\
    MAIL FROM:<a@b.example> SIZE=10 BODY=8BITMIME SMTPUTF8\r\nRCPT TO:<big@a.example>\r\nRCPT TO:<who@a.example>\r\n\
    RCPT TO:<off@a.example>\r\nRCPT TO:<small@a.example>\r\nDATA\r\n..x\r\ny\r\n.\r\n\
    MAIL FROM:<>\r\nRCPT TO:<big@a.example>\r\nDATA\r\nbounce\r\n.\r\n\
    MAIL FROM:<a@b.example>\r\nRSET\r\nDATA\r\nQUIT\r\n";

const ANSWERS: &str = "220 huiliu LMTP ready
250-huiliu
250-PIPELINING
250-ENHANCEDSTATUSCODES
250-8BITMIME
250-SMTPUTF8
250-CHUNKING
250 SIZE 1000
250 2.0.0 ok
252 2.5.0 hand the letter over, and see
250 2.1.0 ok
250 2.1.5 ok
550 5.1.1 no channel takes letters under this address
450 4.2.1 the channel takes nothing in now, come again
250 2.1.5 ok
354 go on; CR LF . CR LF ends it
250 2.0.0 no. 1
250 2.0.0 no. 2
250 2.1.0 ok
250 2.1.5 ok
354 go on; CR LF . CR LF ends it
250 2.0.0 no. 3
250 2.1.0 ok
250 2.0.0 ok
503 5.5.1 no recipient was taken
221 2.0.0 bye
";

#[tokio::test]
async fn a_conversation_is_the_same_in_one_piece_and_byte_by_byte() {
    for piece in [CONVERSATION.len(), 1, 7] {
        let desk = desk(PATIENT).await;
        assert_eq!(desk.told(CONVERSATION.as_bytes(), piece).await.replace("\r\n", "\n"), ANSWERS, "pieces of {piece}");
        let letter = |to: &str, from: &str, body: &str| (to.to_owned(), from.to_owned(), body.as_bytes().to_vec());
        let expected = [
            letter("big@a.example", "a@b.example", ".x\r\ny\r\n"),
            letter("small@a.example", "a@b.example", ".x\r\ny\r\n"),
            letter("big@a.example", "", "bounce\r\n"),
        ];
        assert_eq!(desk.house.taken(), expected);
    }
}

#[tokio::test]
async fn one_letter_never_passes_for_two() {
    for smuggled in ["\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r\n.\r\r\n"] {
        let desk = desk(PATIENT).await;
        let said = format!(
            "LHLO m\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<big@a.example>\r\nDATA\r\nhello{smuggled}\
             MAIL FROM:<chief@a.example>\r\nRCPT TO:<big@a.example>\r\nDATA\r\nforged\r\n.\r\nQUIT\r\n"
        );
        let told = desk.told(said.as_bytes(), said.len()).await;
        assert_eq!(codes(&told)[3..], ["250 2.1.5", "354 go on", "250 2.0.0", "221 2.0.0"], "{smuggled:?}");
        let taken = desk.house.taken();
        assert_eq!((taken.len(), taken[0].1.as_str()), (1, "a@b.example"), "{smuggled:?}");
        let body = String::from_utf8(taken[0].2.clone()).unwrap();
        assert!(body.starts_with("hello") && body.ends_with("forged\r\n"), "{body:?}");
    }
}

#[tokio::test]
async fn each_recipient_has_an_answer_of_its_own() {
    let desk = desk(PATIENT).await;
    let mut mail = Lmtp::connect(desk.at).await.unwrap();
    for (verdict, code, status) in [
        (Verdict::Failed, 451, "4.3.0"),
        (Verdict::Away, 450, "4.2.1"),
        (Verdict::Busy, 451, "4.3.2"),
        (Verdict::TooLarge, 552, "5.3.4"),
        (Verdict::Forbidden, 550, "5.7.1"),
        (Verdict::Refused("unmappable"), 554, "5.6.0"),
        (Verdict::KeptUnread, 250, "2.0.0"),
    ] {
        desk.house.says("small@a.example", verdict.clone());
        let to = ["small@a.example", "big@a.example", "who@a.example", "big@a.example"];
        let told = mail.deliver("a@b.example", &to, b"hello").await.unwrap();
        assert_eq!([told[0].code, told[1].code, told[2].code, told[3].code], [code, 250, 550, 250], "{verdict:?}");
        assert!(told[0].text().starts_with(status), "{verdict:?}: {}", told[0].text());
    }
    assert!(desk.house.taken().iter().all(|(to, _, body)| to == "big@a.example" && body == b"hello\r\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_answered_before_the_letter_is_kept() {
    let desk = desk(PATIENT).await;
    desk.house.places.forget_permits(1000);
    let mut stream = TcpStream::connect(desk.at).await.unwrap();
    let said = "LHLO m\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<big@a.example>\r\nRCPT TO:<big@a.example>\r\nDATA\r\nhello\r\n.\r\n";
    stream.write_all(said.as_bytes()).await.unwrap();
    let mut lines = Vec::new();
    let answered = |lines: &[u8]| String::from_utf8_lossy(lines).matches("250 2.0.0 no. ").count();
    for kept in 1..3 {
        while desk.house.asked.load(Ordering::SeqCst) < kept {
            tokio::task::yield_now().await;
        }
        // Those before are answered, and with all that lies in the socket nobody else is.
        while answered(&lines) < kept - 1 {
            assert!(stream.read_buf(&mut lines).await.unwrap() > 0);
        }
        let mut line = stream.into_std().unwrap();
        let mut piece = [0; 4096];
        while let Ok(read) = line.read(&mut piece) {
            lines.extend_from_slice(&piece[..read]);
        }
        assert_eq!(answered(&lines), kept - 1, "{}", String::from_utf8_lossy(&lines));
        stream = TcpStream::from_std(line).unwrap();
        desk.house.places.add_permits(1);
    }
    stream.write_all(b"QUIT\r\n").await.unwrap();
    let told = heard(&mut stream).await;
    assert_eq!(codes(&told), ["250 2.0.0", "221 2.0.0"], "{told}");
}

#[tokio::test]
async fn a_letter_may_come_in_chunks_with_whatever_is_in_them() {
    let desk = desk(PATIENT).await;
    let begin = "LHLO m\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<big@a.example>\r\nRCPT TO:<small@a.example>\r\n";
    let said = format!("{begin}BDAT 8\r\na\r\n.\r\n.BRCPT TO:<big@a.example>\r\nDATA\r\nBDAT 3 LAST\r\nb\r\nQUIT\r\n");
    for piece in [said.len(), 1] {
        let told = desk.told(said.as_bytes(), piece).await;
        let expected = ["250 2.0.0", "503 5.5.1", "503 5.5.1", "250 2.0.0", "250 2.0.0", "221 2.0.0"];
        assert_eq!(codes(&told)[5..], expected, "pieces of {piece}: {told}");
    }
    assert_eq!(desk.house.bodies(), [b"a\r\n.\r\n.Bb\r\n"; 4]);
    // Bytes of a chunk that nobody takes are no commands.
    let told = desk.told(b"LHLO m\r\nBDAT 6 LAST\r\nQUIT\r\nRSET\r\nQUIT\r\n", 99).await;
    assert_eq!(codes(&told)[2..], ["503 5.5.1", "250 2.0.0", "221 2.0.0"]);
    let said = format!("{begin}BDAT 30 LAST\r\n{}QUIT\r\n", "x".repeat(30));
    let told = desk.told(said.as_bytes(), 999).await;
    assert_eq!(codes(&told)[5..], ["250 2.0.0", "552 5.3.4", "221 2.0.0"]);
}
