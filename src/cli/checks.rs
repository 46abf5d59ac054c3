//! [`Checks`] by building: a channel's kind and mapping are made as the daemon makes them, and thrown away.

use super::hooks::{Checks, Sample, SampleVerdict};
use crate::channel::Kind;
use crate::gateway::{build_channel, build_core};
use crate::normalize::samples::{self, Verdict};
use crate::settings::{ChannelSettings, Gateway, KindInfo, Lang, Mistake, Text, Variables};

/// Checks by building, with these kinds, under this environment.
#[derive(Clone, Debug)]
pub struct Building {
    kinds: &'static [Kind],
    variables: Variables,
}

impl Building {
    /// With the list of kinds that the program has.
    pub fn new(kinds: &'static [Kind], variables: Variables) -> Self {
        Self { kinds, variables }
    }
}

impl Checks for Building {
    fn kinds(&self) -> Vec<KindInfo> {
        self.kinds.iter().map(|kind| (kind.info)()).collect()
    }

    fn core(&self, gateway: &Gateway) -> Vec<Mistake> {
        build_core(gateway, &self.variables).err().unwrap_or_default()
    }

    fn channel(&self, gateway: &Gateway, channel: &ChannelSettings) -> Vec<Mistake> {
        build_channel(channel, gateway, &self.variables, self.kinds).err().unwrap_or_default()
    }

    fn sample(&self, gateway: &Gateway, channel: &ChannelSettings, sample: &Sample) -> SampleVerdict {
        if !sample.input.extension().is_some_and(|end| end.eq_ignore_ascii_case("json")) {
            return SampleVerdict::Failed(Text::new(
                "样例只认 JSON:把来件写成 名称.in.json(表单就写成 {\"栏名\": \"内容\"})",
                "samples are JSON: write the document as NAME.in.json (a form as {\"field\": \"value\"})",
            ));
        }
        let mapping = match build_channel(channel, gateway, &self.variables, self.kinds) {
            Ok((_, mapping)) => mapping,
            Err(mistakes) => return SampleVerdict::Failed(shown(&mistakes)),
        };
        match samples::run(&mapping, &sample.document, sample.expected.as_deref()) {
            Verdict::Same => SampleVerdict::Same,
            Verdict::New(found) => SampleVerdict::New(found),
            Verdict::Differs { changes, found } => {
                let list = |lang| changes.iter().map(|change| change.shown(lang)).collect::<Vec<_>>().join("\n");
                SampleVerdict::Differs { changes: Text::new(list(Lang::Zh), list(Lang::En)), found }
            }
            Verdict::Unmappable(why) => SampleVerdict::Failed(Text::new(why.shown(Lang::Zh), why.shown(Lang::En))),
            Verdict::Unreadable(why) => SampleVerdict::Failed(why),
        }
    }
}

fn shown(mistakes: &[Mistake]) -> Text {
    let list = |lang| mistakes.iter().map(|mistake| mistake.shown(lang)).collect::<Vec<_>>().join("\n");
    Text::new(list(Lang::Zh), list(Lang::En))
}
