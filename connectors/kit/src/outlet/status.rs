//! What the far side's state says of a write-back: asked by one request, read by the lists of the channel's file.

use std::collections::BTreeMap;

use huiliu_contract::{ExternalId, Fault, Judgement, OutcomeKind, Personal};
use serde_json::Value;

use super::build::Asked;
use super::{States, Status};
use crate::line::Base;
use crate::mistakes::Mistakes;
use crate::pick::{Pointer, scalar, sort_of};
use crate::success::Plain;
use crate::target::{Filled, Target};
use crate::template::Filling;

/// The placeholders of the question, in the order of their values.
const NAMES: [&str; 2] = ["id", "kind"];

/// The compiled question, and how its answer is read.
pub(super) struct Look {
    target: Target,
    at: Pointer,
    reason_at: Option<Pointer>,
    words: StateWords,
}

/// What the far side's state words say, for each sort of outcome.
pub struct StateWords {
    general: Words,
    signed: Words,
    returned: Words,
    extended: Words,
}

/// The far side's words of one sort of outcome, with what each says.
type Words = BTreeMap<String, Verdict>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Absent,
    Pending,
    Approved,
    Refused,
    Redo,
}

impl Look {
    /// Compiles `return.status`; none if anything was wrong.
    pub(super) fn read(status: &Status, base: &Base, wrong: &mut Mistakes) -> Option<Self> {
        const TABLE: &str = "return.status";
        let before = wrong.count();
        let asked = Asked {
            get: status.get.as_ref(),
            post: status.post.as_ref(),
            send: status.send.as_ref(),
            send_as: status.send_as,
        };
        let target = asked.target(TABLE, &NAMES, base, wrong);
        if target.as_ref().is_some_and(|target| !target.uses(0)) {
            wrong.tell(
                TABLE,
                "nothing says which item is asked for; write `{id}` into the path or into `send`",
                "没有写查的是哪一件;请在路径或 send 里写上 {id}",
            );
        }
        let at = wrong.pointer(Some(&status.at), "return.status.at");
        let reason_at = wrong.pointer(status.reason_at.as_ref(), "return.status.reason_at");
        let own = [status.signed.as_ref(), status.returned.as_ref(), status.extended.as_ref()];
        let words = StateWords::read(&status.states, own, TABLE, wrong);
        let target = target.filter(|_| wrong.count() == before)?;
        Some(Self { target, at: at?, reason_at, words })
    }

    /// The question about an item after an outcome of this kind went there.
    pub(super) fn question(&self, to: &ExternalId, kind: OutcomeKind) -> Result<Filled, Fault> {
        self.target.fill(&[Some(Filling::Text(to.as_str())), Some(Filling::Text(kind.road_word()))])
    }

    /// What the answer says.
    pub(super) fn judge(&self, document: &Value, kind: OutcomeKind) -> Result<Judgement, Fault> {
        let found = self.at.get(document);
        let said = found
            .and_then(scalar)
            .ok_or_else(|| Fault::malformed(format!("the state at `{}` is {}", self.at, sort_of(found))))?;
        let found = self.reason_at.as_ref().and_then(|at| at.get(document)).and_then(scalar);
        Ok(self.words.judge(kind, &said, found.as_deref()))
    }
}

impl StateWords {
    /// Compiles the lists of a table; `own` are those for 签收, 申请退单 and 申请延期. Every mistake is told.
    pub fn read(general: &States, own: [Option<&States>; 3], table: &str, wrong: &mut Mistakes) -> Self {
        let mut of = |states: Option<&States>, word: &str| {
            let table = format!("{table}.{word}");
            let Some(states) = states else { return Words::new() };
            let words = words(states, &table, wrong);
            if words.is_empty() {
                empty(&table, wrong);
            }
            words
        };
        let (signed, returned, extended) = (of(own[0], "signed"), of(own[1], "returned"), of(own[2], "extended"));
        let general = words(general, table, wrong);
        if general.is_empty() && own.iter().all(Option::is_none) {
            empty(table, wrong);
        }
        Self { general, signed, returned, extended }
    }

    /// What a state says after an outcome of this kind, and the reason that was given for it.
    pub fn judge(&self, kind: OutcomeKind, said: &str, reason: Option<&str>) -> Judgement {
        let words = match kind {
            OutcomeKind::Signed => &self.signed,
            OutcomeKind::ReturnedToSource => &self.returned,
            OutcomeKind::Extended => &self.extended,
            _ => &self.general,
        };
        let reason = || reason.filter(|text| !text.trim().is_empty()).map(|text| Personal::new(text.to_owned()));
        match words.get(said) {
            Some(Verdict::Absent) => Judgement::Absent,
            Some(Verdict::Pending) => Judgement::Pending,
            Some(Verdict::Approved) => Judgement::Approved,
            Some(Verdict::Refused) => Judgement::Refused { reason: reason() },
            Some(Verdict::Redo) => Judgement::Redo { reason: reason() },
            None => Judgement::Unknown { said: said.to_owned() },
        }
    }
}

fn words(states: &States, table: &str, wrong: &mut Mistakes) -> Words {
    let lists: [(&[Plain], &str, Verdict); 5] = [
        (&states.absent, "absent", Verdict::Absent),
        (&states.pending, "pending", Verdict::Pending),
        (&states.approved, "approved", Verdict::Approved),
        (&states.refused, "refused", Verdict::Refused),
        (&states.redo, "redo", Verdict::Redo),
    ];
    let mut words: BTreeMap<String, (Verdict, &str)> = BTreeMap::new();
    for (list, name, verdict) in lists {
        for word in list.iter().map(Plain::to_string) {
            match words.insert(word.clone(), (verdict, name)) {
                Some((_, other)) if other != name => wrong.tell(
                    &format!("{table}.{name}"),
                    &format!("`{word}` stands in `{other}` as well; a state says one thing, delete it from one list"),
                    &format!("“{word}”在 {other} 里也有;一个状态只能有一个意思,请从一处删掉"),
                ),
                _ => {}
            }
        }
    }
    words.into_iter().map(|(word, (verdict, _))| (word, verdict)).collect()
}

fn empty(table: &str, wrong: &mut Mistakes) {
    wrong.tell(
        table,
        "no state is listed, so nothing could be learned; fill `absent`, `pending`, `approved`, `refused` or `redo`, \
         or delete the table",
        "没有列出任何状态,查了也看不懂;请写 absent、pending、approved、refused、redo 中的几项,或删掉这一栏",
    );
}
