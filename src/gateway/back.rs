//! Whether what `[return]` says can be done with the road that the kind has built: what no schema can know.

use huiliu_contract::{Connector, Misconfigured, OutcomeKind};

use crate::settings::{ChannelSettings, Mistake, Sign, Text, Uncertain};

/// Every mistake between `[return]` and the connector's outlet.
pub(super) fn mistakes(settings: &ChannelSettings, connector: &Connector) -> Vec<Mistake> {
    if !settings.has_return {
        return Vec::new();
    }
    let back = &settings.back;
    let outlet = connector.outlet.as_deref();
    let manners = outlet.map(|outlet| outlet.manners()).unwrap_or_default();
    let signs = outlet.is_some_and(|outlet| outlet.carries(OutcomeKind::Signed)) || back.wants(OutcomeKind::Signed);
    let mut found = Vec::new();
    let mut tell = |key: &str, problem: (&str, &str), remedy: (&str, &str)| {
        let mistake = settings.mistake(&Misconfigured::new(key, problem.1, problem.0));
        found.push(mistake.remedy(Text::new(remedy.0, remedy.1)));
    };
    if back.manual && outlet.is_some() {
        tell(
            "return.manual",
            (
                "写了由人到对方后台回复,又写了接口回传的办法",
                "a person shall answer, and a way for a machine is written too",
            ),
            ("两样只留一样:删掉 manual,或删掉 signed、closed 等各行", "keep one: delete `manual`, or the ways"),
        );
    }
    if !back.manual && outlet.is_none() {
        tell(
            "return",
            ("没有写任何回传办法", "no way back is written"),
            (
                "写上 closed 等回传办法;对方没有接口就写 manual = true,由人到对方后台回复;不回传就删掉 [return]",
                "write a way such as `closed`; where the far side takes none, write manual = true; or delete [return]",
            ),
        );
    }
    if back.uncertain == Some(Uncertain::Look) && !manners.looks {
        tell(
            "return.uncertain",
            ("写了先查对方状态,但没有写怎么查", "`look` is written, but not how the far side is asked"),
            ("写上 status,或改成 uncertain = \"ask\"", "write `status`, or uncertain = \"ask\""),
        );
    }
    if back.uncertain == Some(Uncertain::Retry) && !manners.honours_key {
        tell(
            "return.uncertain",
            (
                "写了再发一次,但没有声明对方认 Idempotency-Key:对方可能办两遍",
                "`retry` is written, but not that the far side honours the key: it might do things twice",
            ),
            (
                "对方书面确认后写 honours_key = true;否则改成 \"look\" 或 \"ask\"",
                "write honours_key = true once the far side has confirmed it; else \"look\" or \"ask\"",
            ),
        );
    }
    if back.sign != Sign::Never && !signs {
        tell(
            "return.sign",
            ("写了替我们签收,但没有写怎么签收", "signing is asked for, but no way to sign is written"),
            ("写上 signed,或改成 sign = \"never\"", "write `signed`, or sign = \"never\""),
        );
    }
    found
}
