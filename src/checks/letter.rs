//! Samples that are letters: read as the channel would read them.

use bytes::Bytes;
use huiliu_contract::Item;
use jiff::Timestamp;

use super::Checking;
use crate::cli::{Checks, Sample, SampleVerdict};
use crate::normalize::samples::{self, Verdict};
use crate::settings::{ChannelSettings, Gateway, Lang, Text};

impl Checking {
    /// What the rules make of a letter, held against what is expected.
    pub(super) fn letter(
        &self,
        gateway: &Gateway,
        channel: &ChannelSettings,
        sample: &Sample,
    ) -> Result<Verdict, SampleVerdict> {
        let failed = |zh: String, en: String| SampleVerdict::Failed(Text::new(zh, en));
        let told = |zh: &str, en: &str| failed(zh.to_owned(), en.to_owned());
        let rehearsal = self.rehearse(gateway, channel, false).map_err(|mistakes| {
            let first = |lang| mistakes.first().map(|mistake| mistake.shown(lang)).unwrap_or_default();
            failed(first(Lang::Zh), first(Lang::En))
        })?;
        let saved = rehearsal.connector.saved.as_ref();
        let saved = saved.ok_or_else(|| told("这种接入方式不读信", "this kind reads no letters"))?;
        let bytes = Bytes::copy_from_slice(&sample.document);
        let page = saved.read("sample.eml", &bytes, Timestamp::UNIX_EPOCH);
        let page = page.map_err(|fault| failed(format!("读不出来:{fault}"), fault.to_string()))?.page;
        match page.items.into_iter().next() {
            Some(Item::Submission(one)) => match one.unticketed {
                None => Ok(samples::judge(&rehearsal.mapping, one.document.reveal(), sample.expected.as_deref())),
                Some(why) => Err(failed(
                    format!("这封信不立件:{}", why.reason.zh),
                    format!("no ticket is made of this letter: {}", why.reason.en),
                )),
            },
            Some(Item::Unreadable(why)) => Err(failed(why.reason.zh, why.reason.en)),
            None => Err(told("里面没有信", "there is no letter in it")),
        }
    }
}
