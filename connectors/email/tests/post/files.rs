//! Files that go along with an answer, and those that are too large to.

use async_trait::async_trait;
use bytes::Bytes;
use huiliu_contract::{Enclosure, Fault, NoPiece, OutcomeKind, Personal, Pieces, Upload, WriteBack};
use huiliu_farside::postbox::{Manner, Postbox};
use mail_parser::MimeHeaders;
use serde_json::json;

use crate::scene::{Home, outlet, read, text};

/// Pieces that come one after the other; a torn one ends with an error.
struct Held(Vec<&'static [u8]>, bool);

#[async_trait]
impl Pieces for Held {
    async fn next(&mut self) -> Result<Option<Bytes>, NoPiece> {
        match (self.0.is_empty(), self.1) {
            (false, _) => Ok(Some(Bytes::from_static(self.0.remove(0)))),
            (true, false) => Ok(None),
            (true, true) => Err("it does not open".into()),
        }
    }
}

fn enclosure(name: &str, size: u64) -> Enclosure {
    Enclosure { blob: "00".into(), name: name.into(), media_type: Some("application/pdf".into()), size }
}

fn upload(name: &str, pieces: Held) -> Upload {
    let media_type = Some("application/pdf".into());
    Upload { name: Personal::new(name.into()), media_type, size: 6, pieces: Box::new(pieces) }
}

#[tokio::test]
async fn files_go_along_while_there_is_room_and_the_mail_says_which_stayed() {
    let postbox = Postbox::open(Manner::default()).await.unwrap();
    let outlet = outlet(postbox.port(), json!({ "files_mib": 1 }));
    let mut home = Home::of(OutcomeKind::Replied);
    home.files = vec![enclosure("办理说明.pdf", 6), enclosure("录像.pdf", 2 << 20)];
    let parcel = home.compose(&outlet).unwrap();
    assert_eq!(outlet.enclosures(&parcel), [enclosure("办理说明.pdf", 6)]);
    let held = Held(vec![b"abc", b"def"], false);
    outlet.send_with(&parcel, &home.key, vec![upload("办理说明.pdf", held)]).await.unwrap();
    let bytes = postbox.taken().remove(0).bytes;
    let mail = read(&bytes);
    let file = mail.attachment(0).unwrap();
    assert_eq!((file.attachment_name(), file.contents()), (Some("办理说明.pdf"), &b"abcdef"[..]));
    assert_eq!(mail.attachment_count(), 1);
    assert!(text(&mail).contains("另有 1 个附件太大,没有随信附上:录像.pdf"));
    assert!(parcel.shown.reveal().contains("录像.pdf"));
}

#[tokio::test]
async fn a_file_that_does_not_open_or_was_not_agreed_lets_nothing_leave() {
    let postbox = Postbox::open(Manner::default()).await.unwrap();
    let outlet = outlet(postbox.port(), json!({ "files_mib": 1 }));
    let mut home = Home::of(OutcomeKind::Replied);
    home.files = vec![enclosure("a.pdf", 3)];
    let parcel = home.compose(&outlet).unwrap();
    let large: &'static [u8] = &[0; (1 << 20) + 1];
    for files in
        [vec![], vec![upload("a.pdf", Held(vec![b"abc"], true))], vec![upload("a.pdf", Held(vec![large], false))]]
    {
        let fault = outlet.send_with(&parcel, &home.key, files).await.unwrap_err();
        assert!(matches!(fault, Fault::Malformed { .. }), "{fault}");
    }
    assert!(postbox.taken().is_empty());
}
