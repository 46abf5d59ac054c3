//! A step that gathers texts or parameters, sorts and joins them.

use std::cmp::Ordering;

use http::HeaderName;
use huiliu_contract::Misconfigured;

use super::members::segments;
use super::message::{Lack, Message};
use super::options::{Empty, Encode, Nested, Sort, Source, StepOptions};
use super::plan::{Kind, reads_body};
use super::run::Run;
use super::text::{Atom, Names, Piece, Text, bad_header};
use crate::mistakes::Mistakes;
use crate::pick::Pointer;

/// A compiled list.
pub(super) struct List {
    pub(super) gather: Gather,
    pub(super) sort: Sort,
    pub(super) pair: Text,
    pub(super) join: Vec<u8>,
    pub(super) encode: Encode,
    empty: Empty,
    /// Messages come in: what can be cut in two ways is refused, unless that is accepted.
    strict: bool,
}

/// Where the items come from.
pub(super) enum Gather {
    Texts(Vec<Text>),
    Params(Params),
}

/// Parameters of a message.
pub(super) struct Params {
    pub(super) sources: Vec<Source>,
    pub(super) under: Pointer,
    only: Vec<String>,
    without: Vec<String>,
    with: Vec<(String, Text)>,
    nested: Nested,
    /// What is put at this step or later, and so cannot be signed by it.
    pub(super) later: Vec<(Source, String)>,
    /// Query parameters that the recipe itself puts: where a body is signed beside the query, no others may be there.
    pub(super) placed: Vec<String>,
}

/// An item: a name, empty for texts, and a value.
pub(super) struct Item {
    pub(super) name: Vec<u8>,
    pub(super) value: Vec<u8>,
}

impl List {
    pub(super) fn build(
        options: &StepOptions,
        key: &str,
        names: Names<'_>,
        kind: Kind,
        wrong: &mut Mistakes,
    ) -> Option<Self> {
        let before = wrong.count();
        let (gather, sort, join, pair) = if let Some(texts) = &options.texts {
            if options.sort == Some(Sort::Name) {
                wrong.tell(&format!("{key}.sort"), "texts have no names; write `value`", "文字没有名字;写 value");
            }
            if texts.is_empty() {
                wrong.tell(&format!("{key}.texts"), "the list is empty", "一段文字也没有写");
            }
            let compiled = texts.iter().enumerate();
            let compiled = compiled.filter_map(|(at, text)| names.compile(text, &format!("{key}.texts.{at}"), wrong));
            (Gather::Texts(compiled.collect()), Sort::AsSent, "", "{value}")
        } else {
            let params = Params::build(options, key, names, kind, wrong)?;
            (Gather::Params(params), Sort::Name, "&", "{name}={value}")
        };
        let written = options.pair.as_deref().unwrap_or(pair);
        let pair = Names { pair: true, ..names }.compile(written, &format!("{key}.pair"), wrong);
        let empty = if options.texts.is_some() { Empty::Keep } else { options.empty };
        let join = options.join.as_deref().unwrap_or(join).as_bytes().to_vec();
        (wrong.count() == before).then_some(Self {
            gather,
            sort: options.sort.unwrap_or(sort),
            pair: pair?,
            join,
            encode: options.encode,
            empty,
            strict: kind.comes_in() && !options.borderless,
        })
    }

    pub(super) fn reads_body(&self) -> bool {
        match &self.gather {
            Gather::Texts(texts) => texts.iter().any(reads_body),
            Gather::Params(params) => params.sources.iter().any(|from| matches!(from, Source::Form | Source::Json)),
        }
    }

    pub(super) fn texts(&self) -> Vec<&Text> {
        match &self.gather {
            Gather::Texts(texts) => texts.iter().collect(),
            Gather::Params(params) => params.with.iter().map(|(_, text)| text).collect(),
        }
    }

    /// Whether anything of a message goes into it.
    pub(super) fn reads_message(&self) -> bool {
        matches!(&self.gather, Gather::Params(params) if !params.sources.is_empty())
    }

    /// The items, not sorted yet.
    pub(super) fn items(&self, run: &Run<'_>) -> Result<Vec<Item>, Lack> {
        match &self.gather {
            Gather::Texts(texts) => {
                texts.iter().map(|text| Ok(Item { name: Vec::new(), value: run.text(text)? })).collect()
            }
            Gather::Params(params) => params.items(run, self.strict),
        }
    }

    /// Which items are written, in which order.
    pub(super) fn order(&self, items: &[Item]) -> Result<Vec<usize>, Lack> {
        let mut order: Vec<usize> =
            (0..items.len()).filter(|at| self.empty == Empty::Keep || !items[*at].value.is_empty()).collect();
        let by = |a: &usize, b: &usize| match self.sort {
            Sort::Name => items[*a].name.cmp(&items[*b].name),
            Sort::Value => items[*a].value.cmp(&items[*b].value),
            Sort::AsSent => Ordering::Equal,
        };
        order.sort_by(by);
        if self.strict && matches!(self.gather, Gather::Params(_)) {
            self.guard(items, &order)?;
        }
        Ok(order)
    }

    /// Writes the items in this order.
    pub(super) fn joined(&self, items: &[Item], order: &[usize]) -> Vec<u8> {
        let mut out = Vec::new();
        for (position, at) in order.iter().enumerate() {
            if position > 0 {
                out.extend_from_slice(&self.join);
            }
            for piece in &self.pair.0 {
                match piece {
                    Piece::Literal(bytes) => out.extend_from_slice(bytes),
                    Piece::Slot(Atom::Name) => encode(self.encode, &items[*at].name, &mut out),
                    Piece::Slot(_) => encode(self.encode, &items[*at].value, &mut out),
                }
            }
        }
        out
    }

    /// What stands between name and value, where the pairs can be told apart at all.
    pub(super) fn sign_between(&self) -> Option<&[u8]> {
        match &self.pair.0[..] {
            [Piece::Slot(Atom::Name), Piece::Literal(between), Piece::Slot(Atom::Content)] if !self.join.is_empty() => {
                Some(between)
            }
            _ => None,
        }
    }

    /// Refuses items whose text could be that of other items too: a name that holds what stands between, twice the same
    /// name, or a value in which a further pair could begin. Then whatever is taken has a text of its own.
    fn guard(&self, items: &[Item], order: &[usize]) -> Result<(), Lack> {
        const TWO: &str = "parameters that can be cut in one way only";
        let lack = || Lack(TWO.to_owned());
        let mut names: Vec<&[u8]> = items.iter().map(|item| &item.name[..]).collect();
        names.sort_unstable();
        if names.windows(2).any(|two| two[0] == two[1]) {
            return Err(Lack("each parameter once only".into()));
        }
        let (Some(between), Encode::None) = (self.sign_between(), self.encode) else { return Ok(()) };
        for item in order.iter().map(|at| &items[*at]) {
            if find(&item.name, between).is_some() || find(&item.name, &self.join).is_some() {
                return Err(lack());
            }
            let mut rest = &item.value[..];
            while let Some(at) = find(rest, &self.join) {
                rest = &rest[at + self.join.len()..];
                let Some(end) = find(rest, between) else { break };
                let name = &rest[..end];
                let begins = find(name, &self.join).is_none()
                    && (self.sort != Sort::Name || name > &item.name[..])
                    && self.takes(name);
                if begins {
                    return Err(lack());
                }
            }
        }
        Ok(())
    }

    fn takes(&self, name: &[u8]) -> bool {
        let Gather::Params(params) = &self.gather else { return true };
        std::str::from_utf8(name).is_ok_and(|name| params.takes(name))
    }
}

impl Params {
    fn build(options: &StepOptions, key: &str, names: Names<'_>, kind: Kind, wrong: &mut Mistakes) -> Option<Self> {
        let sources = options.params.clone().unwrap_or_default();
        let at = format!("{key}.params");
        if sources.is_empty() && options.with.is_empty() {
            wrong.tell(
                &at,
                "name where parameters come from: `query`, `form`, `json`, `headers`",
                "要写参数从哪里来:query、form、json、headers",
            );
        }
        let either = sources.contains(&Source::Form) && sources.contains(&Source::Json);
        if either && kind.comes_in() {
            // What the body is would be for whoever sends it to say.
            wrong.tell(
                &at,
                "what comes in is a form or JSON, not either; write one of them",
                "收到的内容是表单还是 JSON 要定下来;只写一个",
            );
        }
        if sources.contains(&Source::Query) && !names.request {
            wrong.tell(&at, "an answer has no query", "返回里没有网址参数");
        }
        if sources.contains(&Source::Headers) {
            if options.only.is_empty() {
                wrong.tell(&format!("{key}.only"), "name the headers that are signed", "要写签哪些请求头");
            }
            for (position, name) in options.only.iter().enumerate() {
                if HeaderName::try_from(name.as_str()).is_err() {
                    wrong.push(bad_header(name, &format!("{key}.only.{position}")));
                }
            }
        }
        if options.under.is_some() && !sources.contains(&Source::Json) {
            wrong.push(Misconfigured::new(
                format!("{key}.under"),
                "`under` is a place in a JSON body; add `json` to `params`",
                "under 是 JSON 内容里的位置;params 里要有 json",
            ));
        }
        let under = Pointer::parse(options.under.as_deref().unwrap_or_default());
        let under = wrong.take(under.map_err(|bad| bad.at_key(&format!("{key}.under"))))?;
        let mut with = Vec::new();
        for (name, text) in &options.with {
            let text = names.compile(text, &format!("{key}.with.{name}"), wrong)?;
            with.push((name.clone(), text));
        }
        Some(Self {
            sources,
            under,
            only: options.only.clone(),
            without: options.without.clone(),
            with,
            nested: options.nested,
            later: Vec::new(),
            placed: Vec::new(),
        })
    }

    /// Whether a place of the body is one of its parameters.
    pub(super) fn holds(&self, place: &Pointer) -> bool {
        let (under, place) = (segments(self.under.as_str()), segments(place.as_str()));
        place.strip_prefix(&under[..]).and_then(<[String]>::first).is_some_and(|name| self.takes(name))
    }

    /// Whether a parameter of this name is one of them.
    pub(super) fn takes(&self, name: &str) -> bool {
        (self.only.is_empty() || self.only.iter().any(|only| only == name))
            && !self.without.iter().any(|without| without == name)
    }

    /// Whether a body is taken for what it is, a form or JSON.
    fn is_either(&self) -> bool {
        self.sources.contains(&Source::Form) && self.sources.contains(&Source::Json)
    }

    fn items(&self, run: &Run<'_>, strict: bool) -> Result<Vec<Item>, Lack> {
        let mut items = Vec::new();
        for source in &self.sources {
            self.of(*source, run.message, strict, &mut |name: String, value: Vec<u8>| {
                let later = self.later.iter().any(|(from, later)| from == source && *later == name);
                if self.takes(&name) && !later {
                    items.push(Item { name: name.into_bytes(), value });
                }
            })?;
        }
        for (name, text) in &self.with {
            items.push(Item { name: name.clone().into_bytes(), value: run.text(text)? });
        }
        Ok(items)
    }

    fn of(
        &self,
        source: Source,
        message: &Message<'_>,
        strict: bool,
        push: &mut dyn FnMut(String, Vec<u8>),
    ) -> Result<(), Lack> {
        match source {
            Source::Query => {
                let beside = strict && self.sources.iter().any(|from| matches!(from, Source::Form | Source::Json));
                for (name, value) in message.parameters() {
                    // Else a field could be moved from the body into the query, with the same text.
                    if beside && !self.placed.contains(&name) {
                        return Err(Lack("query parameters that the recipe puts there, and no others".into()));
                    }
                    push(name, value.into_bytes());
                }
            }
            Source::Form => {
                let super::message::Document::Form(fields) = message.document() else {
                    if self.is_either() {
                        return Ok(());
                    }
                    return Err(Lack("a body that is a form".into()));
                };
                fields.iter().for_each(|(name, value)| push(name.clone(), value.clone().into_bytes()));
            }
            // Of a request of ours that is a form, or that has no body at all.
            Source::Json if self.is_either() && (message.is_form() || message.bytes().is_empty()) => {}
            Source::Json => {
                for (name, raw) in message.members(&self.under)? {
                    if let Some(value) = self.value(raw.get())? {
                        push(name, value);
                    }
                }
            }
            Source::Headers => {
                for name in &self.only {
                    let header = HeaderName::try_from(name.as_str()).map_err(|_| Lack(name.clone()))?;
                    push(name.clone(), message.header(&header)?.to_vec());
                }
            }
        }
        Ok(())
    }

    /// A member's value as it is signed; none where it is left out.
    fn value(&self, raw: &str) -> Result<Option<Vec<u8>>, Lack> {
        let lack = || Lack("a body that is JSON".into());
        Ok(match raw.as_bytes().first() {
            Some(b'n') => Some(Vec::new()),
            Some(b'"') => Some(serde_json::from_str::<String>(raw).map_err(|_| lack())?.into_bytes()),
            Some(b'{' | b'[') => match self.nested {
                Nested::LeaveOut => None,
                Nested::AsSent => Some(raw.as_bytes().to_vec()),
                Nested::Canonical => {
                    let value: serde_json::Value = serde_json::from_str(raw).map_err(|_| lack())?;
                    Some(value.to_string().into_bytes())
                }
            },
            _ => Some(raw.as_bytes().to_vec()),
        })
    }
}

fn encode(how: Encode, bytes: &[u8], out: &mut Vec<u8>) {
    match how {
        Encode::None => out.extend_from_slice(bytes),
        Encode::Form => {
            for piece in url::form_urlencoded::byte_serialize(bytes) {
                out.extend_from_slice(piece.as_bytes());
            }
        }
        Encode::Rfc3986 | Encode::Rfc3986Lower => {
            let digits: &[u8; 16] = if how == Encode::Rfc3986 { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
            for byte in bytes {
                match byte {
                    b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(*byte),
                    _ => out.extend([b'%', digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]),
                }
            }
        }
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    if wanted.is_empty() {
        return None;
    }
    text.windows(wanted.len()).position(|window| window == wanted)
}
