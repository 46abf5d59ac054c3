//! TLS and certificates: each wrong one is told by its own words, and no client takes it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use huiliu_contract::Went;
use serde_json::json;

use crate::desk::{ask, failed, one, walk, went};
use crate::far::{Authority, Far, NAME, fine, own};

#[tokio::test]
async fn a_good_one_is_told_with_its_issuer_and_its_end() {
    let authority = Authority::new();
    let far = Far::sealed(authority.signs(NAME, 2999), fine()).await;
    let connect =
        json!({ "url": far.by_name("https"), "ca_file": authority.path(), "resolve": { NAME: ["127.0.0.1"] } });
    assert_eq!(ask(connect.clone()).await.unwrap(), 404);
    let steps = walk(connect).await;
    let words = ["name", "route", "port", "tls", "certificate", "http", "clock"].map(|word| (word, Went::Right));
    assert_eq!(went(&steps), words);
    assert_eq!(one(&steps, "tls").said.en, "TLS 1.3");
    let said = &one(&steps, "certificate").said.en;
    assert!(said.starts_with("of far.test, signed by 县政务外网根证书, until 2999-01-01"), "{said}");
}

#[tokio::test]
async fn an_expired_one_a_wrong_name_and_an_unknown_signer_are_told_apart() {
    let (known, stranger) = (Authority::new(), Authority::new());
    let cases = [
        (known.signs(NAME, 2020), "it ended on 2020-01-01"),
        (known.signs("other.test", 2999), "it is for other.test, and the address says far.test"),
        (stranger.signs(NAME, 2999), "nobody whom this machine trusts has signed it"),
        (own(NAME, 2999), "it is signed by itself"),
    ];
    for (identity, wanted) in cases {
        let far = Far::sealed(identity, fine()).await;
        let connect =
            json!({ "url": far.by_name("https"), "ca_file": known.path(), "resolve": { NAME: ["127.0.0.1"] } });
        assert!(ask(connect.clone()).await.is_err(), "{wanted}");
        let steps = walk(connect).await;
        let (word, said, _) = failed(&steps);
        assert!(word == "certificate" && said.contains(wanted), "{said}");
        assert_eq!(one(&steps, "tls").went, Went::Right);
        assert_eq!(far.seen(), vec![], "nothing was sent behind a handshake that is not trusted");
    }
}

#[tokio::test]
async fn without_a_file_the_system_is_asked_and_says_no_too() {
    let far = Far::sealed(own(NAME, 2999), fine()).await;
    let connect = json!({ "url": far.by_name("https"), "resolve": { NAME: ["127.0.0.1"] } });
    let (word, _, remedy) = failed(&walk(connect).await);
    assert!(word == "certificate" && remedy.contains("`ca_file`") && remedy.contains("by telephone"), "{remedy}");
}

#[tokio::test]
async fn what_speaks_no_tls_is_told() {
    let far = Far::plain("HTTP/1.1 400 Bad Request\r\n\r\n".into()).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let chatter = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, b"220 mail ready\r\n").await.unwrap();
        stream
    });
    let (word, said, remedy) = failed(&walk(json!({ "url": format!("https://{at}/") })).await);
    assert!(word == "tls" && said.contains("no TLS") && remedy.contains("http://"), "{said}");
    drop((far, chatter));
}

/// A server of OpenSSL's, which goes with the test.
struct Old(Child);

impl Drop for Old {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn an_old_version_is_refused_and_named() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (key, certificate) = (path("key.pem"), path("cert.pem"));
    let openssl =
        |words: &[&str]| Command::new("openssl").args(words).stdin(Stdio::null()).stderr(Stdio::null()).status();
    let made = openssl(&[
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        &key,
        "-out",
        &certificate,
        "-subj",
        "/CN=far.test",
    ]);
    assert!(made.expect("openssl is installed, see .ci/run").success());
    let mut server = Command::new("openssl")
        .args(["s_server", "-accept", "127.0.0.1:0", "-key", &key, "-cert", &certificate, "-tls1_1"])
        .args(["-cipher", "DEFAULT:@SECLEVEL=0", "-www"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let out = BufReader::new(server.stdout.take().unwrap());
    let _old = Old(server);
    // `ACCEPT 127.0.0.1:41735`
    let accepts = out.lines().map_while(Result::ok).find_map(|line| line.strip_prefix("ACCEPT ").map(str::to_owned));
    let url = format!("https://{}/", accepts.unwrap().trim());
    assert!(ask(json!({ "url": url })).await.is_err());
    let (word, said, _) = failed(&walk(json!({ "url": url })).await);
    assert_eq!((word, said.as_str()), ("tls", "the far side speaks TLS 1.1 at most; TLS 1.2 or higher is needed"));
}
