//! The promise about the files of an answer.

use async_trait::async_trait;
use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use huiliu_contract::{Enclosure, NoPiece, Parcel, Personal, Pieces, Upload};

use super::trial::{ITEM, Trial, closed, replied};
use super::{Ground, Subject};
use crate::parts::FileSeen;
use crate::platform::Trick;

/// Names and contents of the files that are sent, the second in two pieces.
const FILES: [(&str, &[u8]); 2] = [("现场 \"1\".jpg", b"\xff\xd8\xff one"), ("b.pdf", b"%PDF- and --huiliu-- more")];

struct Halves(Vec<Bytes>);

#[async_trait]
impl Pieces for Halves {
    async fn next(&mut self) -> Result<Option<Bytes>, NoPiece> {
        Ok(self.0.pop())
    }
}

/// The files as the gateway knows them.
pub(super) fn enclosures() -> Vec<Enclosure> {
    let one = |(at, (name, content)): (usize, &(&str, &[u8]))| Enclosure {
        blob: format!("{at:032x}"),
        name: (*name).into(),
        media_type: None,
        size: content.len() as u64,
    };
    FILES.iter().enumerate().map(one).collect()
}

fn uploads() -> Vec<Upload> {
    let one = |(name, content): &(&str, &'static [u8])| {
        let (front, back) = content.split_at(content.len() / 2);
        Upload {
            name: Personal::new((*name).into()),
            media_type: None,
            size: content.len() as u64,
            pieces: Box::new(Halves(vec![Bytes::from_static(back), Bytes::from_static(front)])),
        }
    };
    FILES.iter().map(one).collect()
}

fn expected() -> Vec<FileSeen> {
    let one = |(name, content): &(&str, &[u8])| FileSeen {
        part: "attachments".into(),
        name: name.replace('"', "%22"),
        media_type: Some("application/octet-stream".into()),
        size: content.len() as u64,
        sha256: hex::encode(digest(&SHA256, content)),
    };
    FILES.iter().map(one).collect()
}

pub(super) async fn files_travel<G: Ground>(subject: Subject<'_, G>) -> Result<(), String> {
    let trial = Trial::of(subject).await?;
    let files = enclosures();
    let parcel: Parcel = trial.compose_with(&replied(), "k-1", &files)?;
    if trial.outlet.enclosures(&parcel) != files {
        return Err("the parcel names other files than the answer has".into());
    }
    if !FILES.iter().all(|(name, _)| parcel.shown.reveal().contains(name)) {
        return Err("whoever looks at the parcel is not shown its files".into());
    }
    // The first attempt is cut after it was read; the second says the same.
    trial.desk.play(&[Trick::HangUp]);
    for last in [false, true] {
        let sent = trial.outlet.send_with(&parcel, "k-1", uploads()).await;
        if last {
            sent.map_err(|fault| format!("it was not taken: {fault}"))?;
        }
    }
    let told = trial.desk.told(ITEM);
    let [first, second] = told.as_slice() else { return Err(format!("two attempts were told {} times", told.len())) };
    if first != second {
        return Err("the two attempts differ".into());
    }
    if first.files != expected() || first.body["text"].as_str().is_none_or(str::is_empty) {
        return Err(format!("other files arrived, or no text: {:?}", first.files));
    }
    let without = trial.compose_with(&closed(), "k-2", &files)?;
    if !trial.outlet.enclosures(&without).is_empty() || !without.shown.reveal().contains(FILES[1].0) {
        return Err("a way that takes no files does not say that they stay here".into());
    }
    Ok(())
}
