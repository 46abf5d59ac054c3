//! What a polled platform wants to remember besides its cursor (登录会话): the token, and the rows of the page whose details
//! are being asked for. Sealed where it is kept. Pure.

use huiliu_contract::{Keepsake, Personal};
use huiliu_kit::session::KeptToken;
use serde::{Deserialize, Serialize};

use crate::detail::Rows;

/// The form of this release. Another one's is read as nothing: then we log in anew, and ask for the page again.
const FORM: u8 = 1;

/// The content of a keepsake.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Kept {
    form: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<KeptToken>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rows: Option<Rows>,
}

impl Default for Kept {
    fn default() -> Self {
        Self { form: FORM, token: None, rows: None }
    }
}

impl Kept {
    /// What a keepsake holds.
    pub(crate) fn read(kept: Option<&Keepsake>) -> Self {
        let read = kept.and_then(|kept| serde_json::from_slice(kept.0.reveal()).ok());
        read.filter(|kept: &Self| kept.form == FORM).unwrap_or_default()
    }

    /// The keepsake with this token and these rows in it (none: as they are), if that changes anything.
    pub(crate) fn changed(self, token: Option<KeptToken>, rows: Option<Option<Rows>>) -> Option<Keepsake> {
        let same = rows.as_ref().is_none_or(|rows| *rows == self.rows) && token == self.token;
        if same {
            return None;
        }
        let kept = Self { form: FORM, token, rows: rows.unwrap_or(self.rows) };
        // Its members are texts, numbers and values that came out of JSON: writing it cannot fail.
        Some(Keepsake(Personal::new(serde_json::to_vec(&kept).unwrap_or_default())))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_kept_is_read_again_and_what_is_not_ours_is_nothing() {
        let rows = || Some(Rows { page: 7, rows: vec![json!({ "id": 1 })] });
        let keepsake = Kept::default().changed(None, Some(rows())).unwrap();
        let kept = Kept::read(Some(&keepsake));
        assert!(kept.rows == rows() && kept.token.is_none());
        assert!(Kept::read(Some(&keepsake)).changed(None, Some(rows())).is_none(), "nothing new is not written again");
        assert!(Kept::read(Some(&keepsake)).changed(None, None).is_none());
        assert!(Kept::read(kept.changed(None, Some(None)).as_ref()) == Kept::default());
        for strange in [&b""[..], b"{}", b"\xff", br#"{"form":2}"#, br#"{"form":1,"rows":3}"#] {
            assert!(Kept::read(Some(&Keepsake(Personal::new(strange.to_vec())))) == Kept::default());
        }
    }
}
