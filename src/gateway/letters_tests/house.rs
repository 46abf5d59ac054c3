//! The listener as a part of the house: its socket, its limits, its end.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use huiliu_farside::lmtp::Lmtp;

use super::{COUNTY, FROM, Scene, letter, line, mailbox, start};
use crate::gateway::StartError;

#[tokio::test(flavor = "multi_thread")]
async fn letters_come_by_a_socket_that_has_its_mode_and_replaces_a_dead_one() {
    let county = mailbox("县长信箱", "live", &[COUNTY]);
    let mut scene = Scene::new("socket = \"lmtp.sock\"\nmode = \"0666\"", &[("county", &county)]).await;
    let path = scene.folder.path().join("lmtp.sock");
    assert_eq!(scene.at(), path.display().to_string());
    for number in 1..3 {
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o666);
        let mut mail = Lmtp::connect_socket(&path).await.unwrap();
        let told = mail.deliver(FROM, &[COUNTY], letter(number, "").as_bytes()).await.unwrap();
        assert!(line(&told[0]).ends_with(" new"), "{told:?}");
        scene.stop().await;
        assert!(!path.exists(), "it is gone with its house");
        // As a process leaves it that was killed.
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        assert!(path.exists());
        scene.start().await;
    }
    scene.stop().await;
    // Somebody else's place is left alone.
    let other = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let Err(error) = start(&scene.config(), true).await else { panic!("it started") };
    assert!(matches!(&error, StartError::Listen { at, .. } if *at == path.display().to_string()), "{error}");
    drop(other);
    fs::remove_file(&path).unwrap();
    fs::write(&path, "a file").unwrap();
    assert!(matches!(start(&scene.config(), true).await, Err(StartError::Listen { .. })));
    assert_eq!(fs::read_to_string(&path).unwrap(), "a file");
}

#[tokio::test(flavor = "multi_thread")]
async fn more_connections_than_allowed_are_told_to_come_again() {
    let county = mailbox("县长信箱", "live", &[COUNTY]);
    let scene = Scene::new("listen = \"127.0.0.1:0\"\nconnections = 1", &[("county", &county)]).await;
    let mail = scene.mail().await;
    let Err(error) = Lmtp::connect(scene.at()).await else { panic!("it was let in") };
    assert!(error.to_string().contains("421 4.3.2 too many connections"), "{error}");
    mail.quit().await.unwrap();
    // The place is free once the house has seen the end of it.
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(60);
    while Lmtp::connect(scene.at()).await.is_err() {
        assert!(tokio::time::Instant::now() < deadline, "the place was not given back");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_waits_for_the_letter_under_way() {
    let mut scene = Scene::open(&[("county", &mailbox("县长信箱", "live", &[COUNTY]))]).await;
    let mut mail = scene.mail().await;
    for said in [format!("MAIL FROM:<{FROM}>\r\n"), format!("RCPT TO:<{COUNTY}>\r\n"), "DATA\r\n".into()] {
        mail.say(&said).await.unwrap();
    }
    let at = scene.at();
    let gateway = scene.gateway.take().unwrap();
    let mut idle = Lmtp::connect(&at).await.unwrap();
    let stopping = tokio::spawn(gateway.stop());
    assert_eq!(line(&idle.hear().await.unwrap()), "421 4.3.2 stopping, come again");
    mail.write(format!("{}.\r\n", letter(1, "")).as_bytes()).await.unwrap();
    assert!(line(&mail.hear().await.unwrap()).ends_with(" new"));
    assert_eq!(line(&mail.hear().await.unwrap()), "421 4.3.2 stopping, come again");
    stopping.await.unwrap();
    assert!(Lmtp::connect(&at).await.is_err());
    scene.start().await;
    assert_eq!(scene.tickets("county").await, 1);
}
