//! From a letter to an item of a page: by whoever reads letters, and by ourselves where a letter cannot be had.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use huiliu_contract::{Blind, Item, Raw, Remark, Timestamp, Unreadable};

use super::fetch::Why;
use super::folders::Folder;
use super::{Met, Reader};
use crate::aside::aside;

/// The longest that reading one letter may take.
const LONGEST: Duration = Duration::from_secs(20);

/// What makes items.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) reader: &'a Arc<dyn Reader>,
    pub(super) blind: &'a dyn Blind,
}

impl Reading<'_> {
    /// The item of a letter. One that breaks whoever reads it, or keeps them too long, is kept for a person, and breaks
    /// nothing else.
    pub(super) async fn letter(
        self,
        folder: &Folder,
        uid: u32,
        raw: Bytes,
        received_at: Option<Timestamp>,
        whole_size: Option<u64>,
    ) -> Item {
        let met = Met { folder: folder.name.clone(), uid, received_at, junk: folder.junk, whole_size };
        let (reader, bytes) = (Arc::clone(self.reader), raw.clone());
        // Beside the tasks that wait for others; a panic in there ends that thread's work alone.
        let reading = aside(move || reader.item(bytes, &met));
        let (zh, en) = match tokio::time::timeout(LONGEST, reading).await {
            Ok(Some(item)) => return item,
            Ok(None) => (
                "这封信让程序出了错,原样保存,请人来看",
                "this letter made our program fail; it is kept as it came, for a person",
            ),
            Err(_) => (
                "这封信读了太久还没读完,原样保存,请人来看",
                "this letter took too long to read; it is kept as it came, for a person",
            ),
        };
        tracing::error!(folder = %folder.name, uid, why = en, "a letter could not be read; it is listed, and those behind it are taken");
        Item::Unreadable(Unreadable { raw: Raw::new(raw, "message/rfc822"), reason: Remark::new(zh, en) })
    }

    /// The item of a letter that cannot be had, known again by where it lies.
    pub(super) fn bad(self, folder: &Folder, validity: u32, uid: u32, raw: Bytes, why: Why) -> Item {
        let (zh, en) = match why {
            Why::Refused => ("服务器不肯给出这封信", "the server refuses to give this letter out"),
            Why::Nothing => ("服务器有这封信,却什么也没给", "the server has this letter and gives nothing of it"),
            Why::Unreadable => ("服务器给出这封信的应答读不懂", "the server's answer about this letter cannot be read"),
            Why::Cut => ("每次取这封信,连接都断", "the connection ends whenever this letter is asked for"),
        };
        let name = &folder.name;
        let reason = Remark::new(
            format!("{zh}(文件夹 {name},第 {uid} 号);请到邮箱里看原信"),
            format!("{en} (folder {name}, number {uid}); look at it in the mailbox"),
        );
        let place = format!("{name}\0{validity}\0{uid}");
        let mut digest = [0; 32];
        let halves = ["imap letter", "imap letter again"].map(|domain| self.blind.blind(domain, place.as_bytes()));
        digest.iter_mut().zip(halves.as_flattened()).for_each(|(to, from)| *to = *from);
        let media_type = if why == Why::Unreadable { "application/octet-stream" } else { "message/rfc822" };
        Item::Unreadable(Unreadable { raw: Raw::new(raw, media_type).known_by(digest), reason })
    }
}
