//! From the events of a reader to a value, with bounds on everything that could grow.

use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{QName, ResolveResult};
use quick_xml::reader::NsReader;
use quick_xml::{XmlVersion, escape};
use serde_json::{Map, Value};

use super::{DEEPEST, Flaw, MOST_ATTRIBUTES, MOST_ELEMENTS, NotXml, Reading};

/// The namespace of `xsi:nil`, `xsi:type` and `xsi:schemaLocation`.
const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// How often the text of a document may be copied by markup nested in text.
const COPIES: usize = 8;

/// The longest path of an error, in characters.
const PATH: usize = 120;

/// An element that is not closed yet.
struct Open {
    name: String,
    /// Its place among the declared paths.
    place: Option<usize>,
    members: Map<String, Value>,
    /// Where its text begins among all text.
    begins: usize,
    /// Whether text of its own stands in it, not only between its children.
    says: bool,
    has_children: bool,
    is_nil: bool,
}

struct Builder<'r> {
    reading: &'r Reading,
    open: Vec<Open>,
    /// All text of the document in order: the text of an element is a piece of it.
    text: String,
    root: Option<Value>,
    elements: usize,
    copied: usize,
}

/// Reads a decoded document.
pub(super) fn read(text: &str, reading: &Reading) -> Result<Value, NotXml> {
    let mut reader = NsReader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut builder = Builder { reading, open: Vec::new(), text: String::new(), root: None, elements: 0, copied: 0 };
    loop {
        let at = reader.buffer_position();
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => return Err(builder.not_xml(text, reader.error_position(), flaw(&error))),
        };
        let done = match event {
            Event::Start(tag) => builder.start(&reader, &tag),
            Event::End(_) => builder.end(text.len()),
            Event::Text(said) => builder.said(&said.xml10_content()),
            Event::CData(said) => builder.said(&said.xml10_content()),
            Event::GeneralRef(name) => match name.resolve_char_ref() {
                Ok(Some(character)) => builder.said(character.encode_utf8(&mut [0; 4])),
                Ok(None) => escape::resolve_xml_entity(&name).map_or(Err(Flaw::Entity), |said| builder.said(said)),
                Err(_) => Err(Flaw::Entity),
            },
            Event::DocType(_) => Err(Flaw::Doctype),
            // Never emitted: empty elements come as two tags.
            Event::Empty(_) => Err(Flaw::IllFormed),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => Ok(()),
            Event::Eof if !builder.open.is_empty() => Err(Flaw::Cut),
            Event::Eof => match builder.root.take() {
                Some(root) => return Ok(root),
                None => Err(Flaw::Empty),
            },
        };
        done.map_err(|flaw| builder.not_xml(text, at, flaw))?;
    }
}

impl Builder<'_> {
    fn start(&mut self, reader: &NsReader<&[u8]>, tag: &BytesStart<'_>) -> Result<(), Flaw> {
        self.elements += 1;
        if self.elements > MOST_ELEMENTS {
            return Err(Flaw::TooManyElements);
        }
        if self.open.len() == DEEPEST {
            return Err(Flaw::TooDeep);
        }
        if self.open.is_empty() && self.root.is_some() {
            return Err(Flaw::Outside);
        }
        let name = self.name("", reader, tag.name(), true);
        let above = self.open.last().map_or(Some(0), |open| open.place);
        let mut open = Open {
            place: self.reading.below(above, &name),
            name,
            members: Map::new(),
            begins: self.text.len(),
            says: false,
            has_children: false,
            is_nil: false,
        };
        for (n, attribute) in tag.attributes().enumerate() {
            if n == MOST_ATTRIBUTES {
                return Err(Flaw::TooManyAttributes);
            }
            let attribute = attribute.map_err(|_| Flaw::Attributes)?;
            if attribute.key.as_namespace_binding().is_some() {
                continue;
            }
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| Flaw::Entity)?;
            let (namespace, local) = reader.resolver().resolve_attribute(attribute.key);
            if matches!(&namespace, ResolveResult::Bound(namespace) if namespace.as_ref() == SCHEMA_INSTANCE) {
                open.is_nil |= local.as_ref() == "nil" && matches!(value.trim(), "true" | "1");
                continue;
            }
            let name = self.name("@", reader, attribute.key, false);
            if open.members.insert(name, Value::String(value.into_owned())).is_some() {
                // Of one name once the prefixes are gone; a guess which is meant would be a guess.
                return Err(Flaw::Attributes);
            }
        }
        if let Some(parent) = self.open.last_mut() {
            parent.has_children = true;
        }
        self.open.push(open);
        Ok(())
    }

    fn name(&self, before: &str, reader: &NsReader<&[u8]>, name: QName<'_>, is_element: bool) -> String {
        let (namespace, local) = reader.resolver().resolve(name, is_element);
        let prefix = match &namespace {
            ResolveResult::Bound(namespace) => self.reading.prefix(namespace.as_ref()),
            _ => None,
        };
        match prefix {
            Some(prefix) => format!("{before}{prefix}:{}", local.as_ref()),
            None => format!("{before}{}", local.as_ref()),
        }
    }

    fn said(&mut self, said: &str) -> Result<(), Flaw> {
        let blank = said.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
        match self.open.last_mut() {
            Some(open) => open.says |= !blank,
            None if blank => return Ok(()),
            None => return Err(Flaw::Outside),
        }
        self.text.push_str(said);
        Ok(())
    }

    fn end(&mut self, length: usize) -> Result<(), Flaw> {
        let Some(mut open) = self.open.pop() else { return Err(Flaw::Tags) };
        let mut is_object = !open.members.is_empty() || open.has_children;
        for list in self.reading.lists_below(open.place) {
            is_object = true;
            open.members.entry(list).or_insert_with(|| Value::Array(Vec::new()));
        }
        let said = self.text.get(open.begins..).unwrap_or_default();
        let value = if open.is_nil && !open.has_children && !open.says {
            Value::Null
        } else if is_object {
            if open.says {
                self.copied += if open.has_children { said.len() } else { 0 };
                if self.copied > length.saturating_mul(COPIES) {
                    return Err(Flaw::TooMixed);
                }
                open.members.insert("#text".into(), said.into());
            }
            Value::Object(open.members)
        } else {
            said.into()
        };
        let is_list = self.reading.is_list(open.place);
        match self.open.last_mut() {
            None => self.root = Some(Value::Object(Map::from_iter([(open.name, value)]))),
            Some(parent) => match parent.members.get_mut(&open.name) {
                None if is_list => drop(parent.members.insert(open.name, Value::Array(vec![value]))),
                None => drop(parent.members.insert(open.name, value)),
                // No element is a list by itself, so a list holds the elements of this name.
                Some(Value::Array(list)) => list.push(value),
                Some(first) => *first = Value::Array(vec![first.take(), value]),
            },
        }
        Ok(())
    }

    fn not_xml(&self, text: &str, at: u64, flaw: Flaw) -> NotXml {
        let before = usize::try_from(at).ok().and_then(|at| text.as_bytes().get(..at)).unwrap_or(text.as_bytes());
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let path: String = self.open.iter().flat_map(|open| ["/", &open.name]).collect();
        let element = if path.chars().count() > PATH { path.chars().take(PATH).chain(['…']).collect() } else { path };
        NotXml { flaw, line, element }
    }
}

fn flaw(error: &Error) -> Flaw {
    match error {
        Error::Syntax(SyntaxError::InvalidBangMarkup) => Flaw::IllFormed,
        Error::Syntax(SyntaxError::UnclosedDoctype) => Flaw::Doctype,
        // Every other one is something that was begun and not ended.
        Error::Syntax(_) => Flaw::Cut,
        Error::IllFormed(IllFormedError::UnclosedReference) => Flaw::Ampersand,
        Error::IllFormed(IllFormedError::MismatchedEndTag { .. } | IllFormedError::UnmatchedEndTag(_)) => Flaw::Tags,
        Error::InvalidAttr(_) => Flaw::Attributes,
        Error::Escape(_) => Flaw::Entity,
        Error::Namespace(_) => Flaw::Namespaces,
        _ => Flaw::IllFormed,
    }
}
