//! What the rules of a mapping read of a letter.

use serde_json::{Value, json};

use crate::{Address, Letter, LetterFile};

impl Letter {
    /// The letter as a document: `subject`, `text`, `from` {`name`, `address`} or null, `to`, `cc`, `reply_to`, `date` (RFC
    /// 3339, UTC) or null, `message_id` or null, `charset_guessed`, `notes` (Chinese), `unreadable` (Chinese) or null, and
    /// `files` [{`name`, `media_type`, `size` in bytes, `sort`}].
    ///
    /// One letter gives one document, however it came: nothing in it is from a field that servers write.
    pub fn document(&self) -> Value {
        json!({
            "subject": self.subject,
            "text": self.text,
            "from": self.from.first().map(address),
            "to": self.to.iter().map(address).collect::<Vec<_>>(),
            "cc": self.cc.iter().map(address).collect::<Vec<_>>(),
            "reply_to": self.reply_to.iter().map(address).collect::<Vec<_>>(),
            "date": self.date.map(|date| date.to_string()),
            "message_id": self.message_id,
            "charset_guessed": self.charset_guessed,
            "notes": self.notes.iter().map(|note| note.zh.as_str()).collect::<Vec<_>>(),
            "unreadable": self.unreadable.as_ref().map(|why| why.zh.as_str()),
            "files": self.files.iter().map(file).collect::<Vec<_>>(),
        })
    }
}

fn address(address: &Address) -> Value {
    json!({ "name": address.name, "address": address.address })
}

fn file(file: &LetterFile) -> Value {
    json!({ "name": file.name, "media_type": file.media_type, "size": file.bytes.len(), "sort": file.sort.word() })
}
