//! What is refused, and when.

use huiliu_farside::lmtp::{Lmtp, stuffed};

use super::{PATIENT, codes, desk};

#[tokio::test]
async fn a_command_that_ends_otherwise_ends_the_connection() {
    let desk = desk(PATIENT).await;
    let told = desk.told(b"LHLO m\r\nNOOP\nMAIL FROM:<a@b.example>\r\n", 99).await;
    assert!(told.ends_with("421 4.5.2 a line ends with CR LF, and holds neither CR, LF nor NUL\r\n"), "{told}");
    let told = desk.told(&[b'x'; 5000], 5000).await;
    assert!(told.ends_with("421 4.5.2 line too long\r\n"), "{told}");
}

#[tokio::test]
async fn what_is_too_large_is_refused_as_soon_as_it_is_known() {
    let desk = desk(PATIENT).await;
    let mut mail = Lmtp::connect(desk.at).await.unwrap();
    let said = async |mail: &mut Lmtp, line: &str| mail.say(line).await.unwrap().code;
    assert_eq!(said(&mut mail, "MAIL FROM:<a@b.example> SIZE=1001\r\n").await, 552, "nobody takes that");
    assert_eq!(said(&mut mail, "MAIL FROM:<a@b.example> SIZE=21\r\n").await, 250);
    assert_eq!(said(&mut mail, "RCPT TO:<small@a.example>\r\n").await, 552);
    assert_eq!(said(&mut mail, "RCPT TO:<big@a.example>\r\n").await, 250);
    assert_eq!(said(&mut mail, "RSET\r\n").await, 250);
    // Nothing was declared: one of the two takes it.
    assert_eq!(said(&mut mail, "MAIL FROM:<a@b.example>\r\n").await, 250);
    assert_eq!(said(&mut mail, "RCPT TO:<small@a.example>\r\n").await, 250);
    assert_eq!(said(&mut mail, "RCPT TO:<big@a.example>\r\n").await, 250);
    assert_eq!(said(&mut mail, "DATA\r\n").await, 354);
    let letter = [b'x'; 900].as_slice();
    mail.write(&stuffed(letter)).await.unwrap();
    let told = [mail.hear().await.unwrap(), mail.hear().await.unwrap()];
    assert_eq!(told.each_ref().map(|reply| reply.code), [552, 250], "{told:?}");
    // Longer than anybody takes, and nothing was declared; the line goes on.
    said(&mut mail, "MAIL FROM:<a@b.example>\r\n").await;
    said(&mut mail, "RCPT TO:<big@a.example>\r\n").await;
    said(&mut mail, "DATA\r\n").await;
    mail.write(&stuffed(&vec![b'x'; 300_000])).await.unwrap();
    assert_eq!(mail.hear().await.unwrap().code, 552);
    let told = mail.deliver("a@b.example", &["small@a.example", "big@a.example"], b"short\r\n").await.unwrap();
    assert!(told.iter().all(|reply| reply.is_taken()), "{told:?}");
    assert_eq!(desk.house.bodies().len(), 3);
}

#[tokio::test]
async fn mistakes_are_counted_and_what_follows_from_a_refusal_is_none() {
    let desk = desk(PATIENT).await;
    for (wrong, code) in [
        ("HELO m", "500 5.5.1"),
        ("EHLO m", "500 5.5.1"),
        ("BLAH", "500 5.5.1"),
        ("MAIL FROM:a@b.example", "501 5.5.4"),
        ("MAIL FROM:<a b@c.example>", "501 5.1.7"),
        ("RCPT TO:big@a.example", "501 5.5.4"),
        ("AUTH PLAIN", "502 5.5.1"),
        ("STARTTLS", "502 5.5.1"),
        ("EXPN big", "502 5.5.1"),
    ] {
        let said = format!("{wrong}\r\nMAIL FROM:<a@b.example>\r\nLHLO m\r\nQUIT\r\n");
        let told = desk.told(said.as_bytes(), 999).await;
        assert_eq!(codes(&told)[1..], [code, "503 5.5.1", "250 SIZE ", "221 2.0.0"], "{wrong}");
    }
    for parameter in ["BODY=BINARYMIME", "RET=FULL", "ENVID=x", "AUTH=<>", "BY=5;R", "FROB=1"] {
        let said = format!("LHLO m\r\nMAIL FROM:<a@b.example> {parameter}\r\nQUIT\r\n");
        let told = desk.told(said.as_bytes(), 999).await;
        assert_eq!(codes(&told)[2..], ["555 5.5.4", "221 2.0.0"], "{parameter}");
    }
    let told = desk.told("BLAH\r\n".repeat(30).as_bytes(), 999).await;
    assert!(told.ends_with("421 4.7.0 too many mistakes\r\n") && told.lines().count() == 11, "{told}");
    // A pipeline whose sender is refused: its thirty recipients are no thirty mistakes.
    let rest = "RCPT TO:<big@a.example>\r\n".repeat(30);
    let said = format!("LHLO m\r\nMAIL FROM:<a@b.example> SIZE=5000\r\n{rest}DATA\r\nQUIT\r\n");
    let told = desk.told(said.as_bytes(), 9999).await;
    assert_eq!(codes(&told).last(), Some(&"221 2.0.0"), "{told}");
    let rest = "RCPT TO:<big@a.example>\r\n".repeat(101);
    let told = desk.told(format!("LHLO m\r\nMAIL FROM:<>\r\n{rest}QUIT\r\n").as_bytes(), 9999).await;
    assert_eq!(codes(&told)[102..], ["250 2.1.5", "452 4.5.3", "221 2.0.0"]);
}
