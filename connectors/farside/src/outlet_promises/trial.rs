//! A desk, an outlet that answers there, and outcomes to answer with. Nobody in them lives.

use huiliu_contract::{
    Enclosure, ExternalId, Fault, Homebound, Judgement, Outcome, OutcomeKind, Parcel, Receipt, Timestamp, Unit,
    UnitRole, WriteBack,
};

use super::twin::Twin;
use super::{Ground, Subject};

/// The item that is answered.
pub(super) const ITEM: &str = "SP20260000007";
/// The text that must never leave the house.
pub(super) const NOTE: &str = "内部批注:对方态度恶劣";
/// Words of a citizen in what is answered.
pub(super) const PERSONAL: [&str; 3] = ["诉求人七", "13800000007", "虚构县新民路"];

/// A desk, and the outlet under trial.
pub(super) struct Trial<'a, G: Ground> {
    pub(super) desk: G,
    pub(super) outlet: Box<dyn WriteBack + 'a>,
    pub(super) to: ExternalId,
}

impl<'a, G: Ground> Trial<'a, G> {
    pub(super) async fn of(subject: Subject<'a, G>) -> Result<Self, String> {
        let desk = G::open().await.map_err(|error| format!("no desk: {error}"))?;
        let outlet = (subject.make)(&desk).outlet.ok_or("the connector has no outlet")?;
        let outlet: Box<dyn WriteBack + 'a> = match subject.flaw {
            Some(flaw) => Box::new(Twin::of(outlet, flaw, subject.secrets)),
            None => outlet,
        };
        let to = ExternalId::new(ITEM).map_err(|error| error.to_string())?;
        Ok(Self { desk, outlet, to })
    }

    pub(super) fn compose(&self, outcome: &Outcome, key: &str) -> Result<Parcel, String> {
        self.compose_with(outcome, key, &[])
    }

    /// Composes an outcome that has files.
    pub(super) fn compose_with(&self, outcome: &Outcome, key: &str, files: &[Enclosure]) -> Result<Parcel, String> {
        let homebound = Homebound {
            to: &self.to,
            outcome,
            key,
            greeting: "诉求人七:您好!",
            ending: "感谢您的支持。",
            agree_public: Some(true),
            number: "20261122-000001",
            document: None,
            files,
        };
        self.outlet.compose(&homebound).map_err(|fault| format!("an outcome was not composed: {fault}"))
    }

    /// Composes an outcome and sends it once.
    pub(super) async fn send(&self, outcome: &Outcome, key: &str) -> Result<Result<Receipt, Fault>, String> {
        let parcel = self.compose(outcome, key)?;
        Ok(self.outlet.send(&parcel, key).await)
    }

    /// Sends, and wants a fault.
    pub(super) async fn fault(&self) -> Result<Fault, String> {
        match self.send(&closed(), "k-fault").await? {
            Err(fault) => Ok(fault),
            Ok(receipt) => Err(format!("{receipt:?} instead of a fault")),
        }
    }

    pub(super) async fn look(&self, kind: OutcomeKind) -> Result<Judgement, String> {
        self.outlet.look(&self.to, kind).await.map_err(|fault| format!("a look failed: {fault}"))
    }
}

/// An outcome of this kind that says nothing but when.
fn bare(kind: OutcomeKind) -> Outcome {
    Outcome {
        kind,
        at: Timestamp::constant(1_796_090_584, 0),
        units: Vec::new(),
        way: None,
        public_reply: None,
        internal_note: Some(NOTE.into()),
        reason: None,
        days: None,
        solved: None,
        into: None,
        satisfaction: None,
    }
}

/// 办结, with a public text and an internal note.
pub(super) fn closed() -> Outcome {
    Outcome {
        units: vec![
            Unit { name: "城管局".into(), role: UnitRole::Assisting },
            Unit { name: "住建局".into(), role: UnitRole::Lead },
        ],
        way: Some("转办".into()),
        public_reply: Some("虚构县新民路的路灯已修复,已电话 13800000007 告知。".into()),
        solved: Some("0".into()),
        ..bare(OutcomeKind::Closed)
    }
}

/// 公开答复.
pub(super) fn replied() -> Outcome {
    Outcome {
        public_reply: Some("虚构县新民路的路灯已修复,照片附后。".into()), ..bare(OutcomeKind::Replied)
    }
}

/// 申请延期.
pub(super) fn extended() -> Outcome {
    Outcome { days: Some(5), reason: Some("材料待补".into()), ..bare(OutcomeKind::Extended) }
}

/// 签收.
pub(super) fn signed() -> Outcome {
    bare(OutcomeKind::Signed)
}
