//! How the XML of a channel is read, as an operator writes it and compiled.

use std::collections::BTreeMap;

use encoding_rs::Encoding;
use huiliu_contract::Misconfigured;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::decode;
use crate::mistakes::Mistakes;

/// How XML becomes a document.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct XmlOptions {
    /// Paths of elements that are lists always, also where one or none came, for example
    /// `/Envelope/Body/rows/row`; names as they stand in the document that rules read.
    #[schemars(extend("x-zh" = "哪些元素总是列表(只来一个或没来时也是),例如 /Envelope/Body/rows/row"))]
    pub lists: Vec<String>,
    /// Namespaces whose names keep a prefix, for example `s = "http://…"` makes `s:Body`; the names of all others
    /// stand without. The prefixes that the far side writes do not matter.
    #[schemars(extend("x-zh" = "哪些命名空间的名字要带前缀;不写就都不带,对方用什么前缀都一样"))]
    pub namespaces: BTreeMap<String, String>,
    /// The encoding, where the far side declares another one than it uses.
    #[schemars(extend("x-zh" = "实际的编码,只在对方声明得不对时写:utf-8、gb18030、utf-16"))]
    pub charset: Option<String>,
}

/// How answers are written.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnswerFormat {
    /// JSON (RFC 8259).
    #[default]
    #[schemars(extend("x-zh" = "JSON"))]
    Json,
    /// XML, without DOCTYPE and entities.
    #[schemars(extend("x-zh" = "XML"))]
    Xml,
}

/// How a table reads answers: XML where it says so, or where it says nothing and those beside it are. None if anything was
/// wrong; `table` is where `format` and `xml` stand.
pub fn answers(
    format: Option<AnswerFormat>,
    xml: Option<&XmlOptions>,
    otherwise: Option<&Reading>,
    table: &str,
    wrong: &mut Mistakes,
) -> Option<Option<Reading>> {
    let is_xml = format.map_or(otherwise.is_some(), |format| format == AnswerFormat::Xml);
    match (is_xml, xml, otherwise) {
        (false, Some(_), _) => {
            wrong.tell(
                &format!("{table}.xml"),
                "only `format = \"xml\"` reads this",
                "只有 format = \"xml\" 才用这一项",
            );
            Some(None)
        }
        (false, None, _) => Some(None),
        (true, None, Some(reading)) => Some(Some(reading.clone())),
        (true, ..) => {
            let own = Reading::build(&xml.cloned().unwrap_or_default(), &format!("{table}.xml"));
            wrong.take_all(own).map(Some)
        }
    }
}

/// [`XmlOptions`], compiled.
#[derive(Clone, Default, Debug)]
pub struct Reading {
    /// A tree of the declared paths; the first is the document itself.
    nodes: Vec<Node>,
    /// By the namespace's name, the prefix.
    namespaces: BTreeMap<String, String>,
    charset: Option<&'static Encoding>,
}

#[derive(Clone, Default, Debug)]
struct Node {
    children: BTreeMap<String, usize>,
    is_list: bool,
}

impl Reading {
    /// Compiles the options; `key` says where they stand, for example `receive.xml`.
    ///
    /// # Errors
    ///
    /// Every mistake, with its key.
    pub fn build(options: &XmlOptions, key: &str) -> Result<Self, Vec<Misconfigured>> {
        let mut wrong = Mistakes::default();
        let mut reading = Self { nodes: vec![Node::default()], ..Self::default() };
        for (at, path) in options.lists.iter().enumerate() {
            if !reading.declare(path) {
                wrong.push(Misconfigured::new(
                    format!("{key}.lists.{at}"),
                    format!(
                        "`{}` is no path of a list; write the names from the root element on, two or more of them, \
                         such as `/Envelope/Body/rows/row`",
                        path.escape_debug()
                    ),
                    format!("“{path}”不是列表的路径;从根元素写起,至少两段,例如 /Envelope/Body/rows/row"),
                ));
            }
        }
        for (prefix, name) in &options.namespaces {
            let plain = !prefix.is_empty() && !prefix.starts_with("xml") && !prefix.contains([':', '/', '@', '#']);
            if !plain || name.is_empty() || reading.namespaces.insert(name.clone(), prefix.clone()).is_some() {
                wrong.tell(
                    &format!("{key}.namespaces.{prefix}"),
                    "a prefix is a short word that does not begin with `xml`, and a namespace is a name that has one \
                     prefix only",
                    "前缀写一个短词(不能以 xml 开头),命名空间要写全名,而且一个命名空间只能有一个前缀",
                );
            }
        }
        if let Some(label) = &options.charset {
            reading.charset = decode::known(label);
            if reading.charset.is_none() {
                wrong.push(Misconfigured::new(
                    format!("{key}.charset"),
                    format!("`{}` is not taken; write utf-8, gb18030 or utf-16", label.escape_debug()),
                    format!("“{label}”不认识;请写 utf-8、gb18030 或 utf-16"),
                ));
            }
        }
        let wrong = wrong.into_vec();
        if wrong.is_empty() { Ok(reading) } else { Err(wrong) }
    }

    fn declare(&mut self, path: &str) -> bool {
        let Some(names) = path.strip_prefix('/').map(|path| path.split('/').collect::<Vec<_>>()) else { return false };
        let written = |name: &&str| !name.is_empty() && !name.contains(['@', '#', '*', '[', ' ']);
        if names.len() < 2 || !names.iter().all(written) {
            return false;
        }
        let mut at = 0;
        for name in names {
            let next = self.nodes.len();
            let Some(node) = self.nodes.get_mut(at) else { return false };
            at = *node.children.entry(name.to_owned()).or_insert(next);
            if at == next {
                self.nodes.push(Node::default());
            }
        }
        if let Some(node) = self.nodes.get_mut(at) {
            node.is_list = true;
        }
        true
    }

    pub(super) fn charset(&self) -> Option<&'static Encoding> {
        self.charset
    }

    /// The place of a child among the declared paths.
    pub(super) fn below(&self, parent: Option<usize>, name: &str) -> Option<usize> {
        self.nodes.get(parent?)?.children.get(name).copied()
    }

    /// Whether the element at this place is a list always.
    pub(super) fn is_list(&self, at: Option<usize>) -> bool {
        at.and_then(|at| self.nodes.get(at)).is_some_and(|node| node.is_list)
    }

    /// The names of the lists that stand right below this place.
    pub(super) fn lists_below(&self, at: Option<usize>) -> impl Iterator<Item = &str> {
        let node = at.and_then(|at| self.nodes.get(at));
        let children = node.into_iter().flat_map(|node| &node.children);
        children.filter(|(_, at)| self.is_list(Some(**at))).map(|(name, _)| name.as_str())
    }

    /// The prefix that names of a namespace keep.
    pub(super) fn prefix(&self, namespace: &str) -> Option<&str> {
        self.namespaces.get(namespace).map(String::as_str)
    }
}
