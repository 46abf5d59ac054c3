//! What a compiled recipe must not be: one that anybody could follow, one that leaves out what it pretends to prove, one
//! that signs what is not there yet.

use huiliu_contract::Misconfigured;

use super::list::{Gather, List};
use super::members::segments;
use super::options::{Order, SealWhat, Source};
use super::plan::Plan;
use super::put::{Place, Put};
use super::step::{Step, Work};
use super::text::{Atom, Text};
use crate::crypto::block::authenticates;
use crate::mistakes::Mistakes;

impl Plan {
    /// What is put at a step or later cannot be read by it: parameters are left out, all else is a mistake.
    pub(super) fn leave_out_what_comes_later(&mut self, key: &str, wrong: &mut Mistakes) {
        let comes_in = self.kind.comes_in();
        let queries: Vec<String> = self.puts.iter().filter_map(Put::in_query).collect();
        for (at, step) in self.steps.iter_mut().enumerate() {
            let later: Vec<&Put> = self.puts.iter().filter(|put| !put.is_before(at)).collect();
            let key = format!("{key}.steps.{at}");
            for atom in step.texts().into_iter().flat_map(Text::slots) {
                if let Some(put) = later.iter().find(|put| put.is_read_by(atom, comes_in)) {
                    let place = &put.place;
                    wrong.push(Misconfigured::new(
                        &key,
                        format!(
                            "this step reads what is only put at it or later ({place}); a signature cannot hold itself"
                        ),
                        format!("这一步用到了它自己或后面步骤才放进去的内容({place});签名不能包含自己"),
                    ));
                }
            }
            step.later = later.iter().filter_map(|put| put.in_query()).collect();
            if let Work::List(list) = &mut step.work
                && let Gather::Params(params) = &mut list.gather
            {
                params.placed.clone_from(&queries);
                let under = segments(params.under.as_str());
                for put in later {
                    match &put.place {
                        Place::Query(name) => params.later.push((Source::Query, name.clone())),
                        Place::Header(name) => params.later.push((Source::Headers, name.to_string())),
                        Place::Field(place) => {
                            let steps = segments(place.as_str());
                            let name = place.as_str().trim_start_matches('/').to_owned();
                            params.later.push((Source::Form, name));
                            match steps.strip_prefix(&under[..]) {
                                Some([name]) => params.later.push((Source::Json, name.clone())),
                                Some([name, ..]) if params.sources.contains(&Source::Json) && params.takes(name) => {
                                    wrong.push(Misconfigured::new(
                                        &key,
                                        format!("`{place}` is put into `{name}`, which this step signs whole; leave it out by `without`, or take the parameters `under` it"),
                                        format!("{place} 放在“{name}”里面,而这一步要签整个“{name}”;用 without 去掉它,或用 under 取它里面的参数"),
                                    ));
                                }
                                _ => {}
                            }
                        }
                    }
                }
            }
        }
    }

    /// Whether a step proves who made the message.
    pub(super) fn is_proof(&self, at: usize) -> bool {
        match &self.steps[at].work {
            Work::Sign { .. } | Work::Hmac { key: None, .. } => true,
            Work::Hmac { key: Some(key), .. } => self.holds_secret(key),
            Work::Digest { of, .. } => self.holds_secret(of),
            Work::Text(_) | Work::List(_) => false,
        }
    }

    /// The steps that prove, and are put somewhere.
    fn proofs(&self) -> Vec<usize> {
        let put = self.puts.iter().flat_map(|put| put.text.slots());
        let put = put.filter_map(|atom| if let Atom::Step(at) = atom { Some(*at) } else { None });
        put.filter(|at| self.is_proof(*at)).collect()
    }

    /// Whether a signature proves who made a message.
    pub(super) fn proves(&self) -> bool {
        !self.proofs().is_empty()
    }

    /// Whether a signature is over this: the stamp, the nonce, the body.
    pub(super) fn signs(&self, what: &Atom) -> bool {
        self.proofs().into_iter().any(|at| self.covers(at, what))
    }

    fn covers(&self, at: usize, what: &Atom) -> bool {
        let step = &self.steps[at];
        // The places that hold it when the step is taken.
        let holding = self.puts.iter().filter(|put| put.is_before(at) && put.text.reads(what));
        let holding: Vec<&Place> = holding.map(|put| &put.place).collect();
        let by_slot = step.texts().into_iter().flat_map(Text::slots).any(|atom| match atom {
            atom if atom == what => true,
            Atom::Step(earlier) => self.covers(*earlier, what),
            Atom::Header(name) => holding.contains(&&Place::Header(name.clone())),
            Atom::Param(name) => holding.contains(&&Place::Query(name.to_string())),
            Atom::Query => holding.iter().any(|place| matches!(place, Place::Query(_))),
            Atom::Body => holding.iter().any(|place| matches!(place, Place::Field(_))),
            Atom::Field(field) => *what == Atom::Body || holding.contains(&&Place::Field(field.clone())),
            _ => false,
        });
        by_slot || matches!(&step.work, Work::List(list) if list.carries(what, &holding))
    }
}

impl List {
    /// Whether its parameters hold this.
    fn carries(&self, what: &Atom, holding: &[&Place]) -> bool {
        let Gather::Params(params) = &self.gather else { return false };
        params.sources.iter().any(|source| match source {
            Source::Query => holding.iter().any(|place| matches!(place, Place::Query(name) if params.takes(name))),
            Source::Headers => {
                holding.iter().any(|place| matches!(place, Place::Header(name) if params.takes(name.as_str())))
            }
            Source::Form | Source::Json => {
                *what == Atom::Body
                    || holding.iter().any(|place| matches!(place, Place::Field(field) if params.holds(field)))
            }
        })
    }
}

impl Put {
    fn in_query(&self) -> Option<String> {
        if let Place::Query(name) = &self.place { Some(name.clone()) } else { None }
    }

    /// Whether a placeholder reads what is put here. A body with a signature in it is not the text that was signed; going
    /// out it still is.
    fn is_read_by(&self, atom: &Atom, comes_in: bool) -> bool {
        match (&self.place, atom) {
            (Place::Header(name), Atom::Header(read)) => name == read,
            (Place::Query(name), Atom::Param(read)) => **name == **read,
            (Place::Field(place), Atom::Field(read)) => {
                let (place, read) = (segments(place.as_str()), segments(read.as_str()));
                place.starts_with(&read)
            }
            (Place::Field(_), Atom::Body) => comes_in,
            _ => false,
        }
    }
}

/// Judges a recipe; every mistake is told.
pub(super) fn check(plan: &Plan, key: &str, wrong: &mut Mistakes) {
    if plan.kind.comes_in() {
        coming_in(plan, key, wrong);
    } else {
        going_out(plan, key, wrong);
    }
}

fn going_out(plan: &Plan, key: &str, wrong: &mut Mistakes) {
    if plan.puts.is_empty() && plan.seals.is_empty() {
        wrong.tell(
            key,
            "the recipe puts nothing into the request; write where the signature goes: `put = [{ header = \"…\", text = \"{sign}\" }]`",
            "recipe 什么也没有放进请求;用 put 写明签名放在哪里,例如 put = [{ header = \"…\", text = \"{sign}\" }]",
        );
    } else if plan.seals.is_empty() && !plan.puts.iter().any(|put| plan.holds_secret(&put.text)) {
        wrong.tell(
            key,
            "no step reads the secret, so anybody could sign so; use `{secret}`, an `hmac` or a `sign` (a value that is secret is written `{ file = … }`)",
            "没有一步用到密钥,等于谁都能签;要用 {secret}、hmac 或 sign(values 里的密钥要写成 { file = … })",
        );
    }
}

fn coming_in(plan: &Plan, key: &str, wrong: &mut Mistakes) {
    super::border::check(plan, key, wrong);
    signatures(plan, key, wrong);
    rewritten(plan, key, wrong);
    let sealed = plan.seals.iter().any(|seal| seal.what == SealWhat::Body && authenticates(seal.by));
    if plan.proofs().is_empty() && !sealed {
        wrong.tell(
            &format!("{key}.put"),
            "nothing here proves who sent it: no `put` holds a step that reads the secret; add one with an `hmac`, a `sign`, or a `digest` over `{secret}`",
            "没有一处能证明是谁发来的:put 里没有用到密钥的步骤;要有 hmac、sign,或包含 {secret} 的 digest",
        );
        return;
    }
    for (atom, name, there) in
        [(Atom::Stamp, "stamp", plan.stamp.is_some()), (Atom::Nonce, "nonce", plan.nonce.is_some())]
    {
        if !there {
            continue;
        }
        if !plan.puts.iter().any(|put| put.text.reads(&atom)) {
            wrong.push(Misconfigured::new(
                format!("{key}.{name}"),
                format!("nothing says where `{{{name}}}` stands in a message; add it to `put`"),
                format!("没有写 {{{name}}} 在报文的哪里;在 put 里加上"),
            ));
        } else if !plan.signs(&atom) && !plan.proofs().is_empty() {
            wrong.push(Misconfigured::new(
                format!("{key}.{name}"),
                format!("`{{{name}}}` is not signed, so anybody could replace it; add it to what is signed"),
                format!("{{{name}}} 没有签进去,谁都能改,等于没有;请签进去"),
            ));
        }
    }
    if plan.nonce.is_some() && plan.stamp.is_none() {
        wrong.tell(
            &format!("{key}.nonce"),
            "a nonce needs a `stamp`; without a window it would have to be remembered for ever",
            "有随机串就必须有 stamp;没有时间窗,随机串就得永远记着",
        );
    }
    if plan.names_key() && plan.keys.iter().any(|key| key.id.is_none()) {
        wrong.tell(
            &format!("{key}.keys"),
            "messages name their key, so every key needs an `id`",
            "报文里带密钥编号,所以每把密钥都要写 id",
        );
    }
}

/// Fields that are opened are written anew: of a body that was signed before they were sealed the bytes are gone.
fn rewritten(plan: &Plan, key: &str, wrong: &mut Mistakes) {
    let last = |seal: &super::seal::Seal| seal.what == SealWhat::Fields && seal.order == Order::AfterSigning;
    let whole = |step: &&Step| step.texts().into_iter().any(|text| text.reads(&Atom::Body));
    if let (Some(at), Some(step)) = (plan.seals.iter().position(last), plan.steps.iter().find(whole)) {
        wrong.push(Misconfigured::new(
            format!("{key}.seal.{at}.order"),
            format!("`{}` signs the body byte by byte, but its fields were sealed after that, so those bytes never came; sign its parameters (`params`), or seal before signing", step.name),
            format!("“{}”签的是整个内容的原文,而字段是签名之后才加密的,原文已经没有了;改用 params 签各个字段,或先加密再签名", step.name),
        ));
    }
}

/// A signature that is verified stands somewhere, and nothing is made of it.
fn signatures(plan: &Plan, key: &str, wrong: &mut Mistakes) {
    for (at, step) in plan.steps.iter().enumerate().filter(|(_, step)| matches!(step.work, Work::Sign { .. })) {
        let own = Atom::Step(at);
        let read = |step: &Step| step.texts().into_iter().any(|text| text.reads(&own));
        let (key, name) = (format!("{key}.steps.{at}"), &step.name);
        if plan.steps.iter().any(read) {
            wrong.push(Misconfigured::new(
                &key,
                format!("`{{{name}}}` is a signature that comes in; it can be verified, not be read by another step"),
                format!("{{{name}}} 是收到的签名,只能验,不能再用在别的步骤里"),
            ));
        }
        if !plan.puts.iter().any(|put| put.text.reads(&own)) {
            wrong.push(Misconfigured::new(
                &key,
                format!("nothing says where the signature stands; add `{{{name}}}` to `put`"),
                format!("没有写签名在报文的哪里;在 put 里加上 {{{name}}}"),
            ));
        }
    }
}
