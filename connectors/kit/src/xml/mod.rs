//! XML documents as JSON values, so that everything that reads places (ids, lists, mapping rules) reads XML too.
//!
//! An element is an object of its children by name, in document order where a name comes several times (then a list).
//! Attributes are members `@name`; text beside attributes or children is the member `#text`; an element with nothing
//! but text is that text, an empty one the empty text. The root element is the one member of the whole. All values are
//! texts: XML knows no other.
//!
//! Three traps are closed here. A list of one is no list in XML: declared paths are lists always, and an empty list
//! where their parent stands without them. Text that is torn by markup (`<p>no <b>light</b> here</p>`) keeps its order:
//! `#text` holds all of it, children included, which stand under their names besides. `xsi:nil="true"` is null, and the
//! other attributes of XML Schema instances, which say nothing of the matter, are left out.
//!
//! One document makes one value, whatever its indentation between elements, its prefixes or its encoding.

mod decode;
mod flaw;
mod options;
#[cfg(test)]
mod tests;
mod tree;

use serde_json::Value;

pub use flaw::{Flaw, NotXml};
pub use options::{AnswerFormat, Reading, XmlOptions, answers};

/// The most bytes of a document: 64 MiB.
pub const MOST_BYTES: usize = 64 << 20;

/// The deepest nesting of elements. A level can be two levels of JSON (a list of objects), and what was read must be
/// readable again as JSON, whose readers stop at 127.
pub const DEEPEST: usize = 60;

/// The most elements of a document.
pub const MOST_ELEMENTS: usize = 200_000;

/// The most attributes of one element.
pub const MOST_ATTRIBUTES: usize = 128;

impl Reading {
    /// Reads a document in the encoding that its byte order mark or its declaration tells, else in UTF-8.
    ///
    /// # Errors
    ///
    /// [`NotXml`] names the line and the element; it never quotes what stands in the document.
    pub fn read(&self, bytes: &[u8]) -> Result<Value, NotXml> {
        self.read_told(bytes, None)
    }

    /// As [`Self::read`], where a header named a charset besides: it must agree with the document's own.
    ///
    /// # Errors
    ///
    /// As [`Self::read`].
    pub fn read_told(&self, bytes: &[u8], charset: Option<&str>) -> Result<Value, NotXml> {
        if bytes.len() > MOST_BYTES {
            return Err(NotXml::whole(Flaw::TooLarge));
        }
        let text = decode::text(bytes, self.charset(), charset).map_err(NotXml::whole)?;
        tree::read(&text, self)
    }
}
