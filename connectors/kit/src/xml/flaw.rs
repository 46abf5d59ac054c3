//! Why something cannot be read as XML: what, where, and what helps. It names lines, elements and encodings, never
//! content.

use std::fmt;

use super::{DEEPEST, MOST_ATTRIBUTES, MOST_BYTES, MOST_ELEMENTS};

/// Why a document cannot be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotXml {
    /// What is wrong.
    pub flaw: Flaw,
    /// The line, from 1; 0 where it is the document as a whole.
    pub line: usize,
    /// The open elements there, as a path such as `/Envelope/Body`; empty outside of the root element.
    pub element: String,
}

/// What is wrong with a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Flaw {
    /// More than [`MOST_BYTES`].
    TooLarge,
    /// Deeper than [`DEEPEST`].
    TooDeep,
    /// More than [`MOST_ELEMENTS`].
    TooManyElements,
    /// More than [`MOST_ATTRIBUTES`] in one element.
    TooManyAttributes,
    /// Markup in text, nested so that its text would be copied too often.
    TooMixed,
    /// A DOCTYPE; it could declare entities.
    Doctype,
    /// An entity other than the five of XML, or a character reference that is none.
    Entity,
    /// `&` that begins no reference.
    Ampersand,
    /// It names an encoding that is not taken.
    UnknownEncoding,
    /// Two of byte order mark, declaration and header name different encodings.
    Disagree(&'static str, &'static str),
    /// It says that it is in this encoding, and is not.
    NotInEncoding(&'static str),
    /// It stops before its root element ends.
    Cut,
    /// There is no element in it.
    Empty,
    /// Text or a second element stands outside of the root element.
    Outside,
    /// The tags do not fit together.
    Tags,
    /// An attribute is not well-formed, or comes twice.
    Attributes,
    /// A namespace is declared that must not be, or too many are.
    Namespaces,
    /// Anything else that breaks the rules of XML.
    IllFormed,
}

impl NotXml {
    pub(super) fn whole(flaw: Flaw) -> Self {
        Self { flaw, line: 0, element: String::new() }
    }

    /// Whether it only stops too early, as a cut line does.
    pub fn is_cut(&self) -> bool {
        self.flaw == Flaw::Cut
    }

    /// The same in Chinese.
    pub fn zh(&self) -> String {
        let place = match (self.line, self.element.as_str()) {
            (0, _) => String::new(),
            (line, "") => format!("第 {line} 行:"),
            (line, element) => format!("第 {line} 行 {element} 里:"),
        };
        let what = match &self.flaw {
            Flaw::TooLarge => format!("超过 {} MiB", MOST_BYTES >> 20),
            Flaw::TooDeep => format!("元素嵌套超过 {DEEPEST} 层"),
            Flaw::TooManyElements => format!("元素超过 {MOST_ELEMENTS} 个"),
            Flaw::TooManyAttributes => format!("一个元素的属性超过 {MOST_ATTRIBUTES} 个"),
            Flaw::TooMixed => "文字里夹的标签嵌套太多".into(),
            Flaw::Doctype => "有 DOCTYPE,不收;请对方去掉这一句".into(),
            Flaw::Entity => "用了 XML 自带五个以外的实体(例如 &nbsp;)或不存在的字符引用;请对方直接写字符".into(),
            Flaw::Ampersand => "有单独的 &;应写成 &amp;".into(),
            Flaw::UnknownEncoding => "声明的编码不认识;只收 UTF-8、GB2312、GBK、GB18030、UTF-16".into(),
            Flaw::Disagree(one, other) => {
                format!("一处说编码是 {one},另一处说是 {other};用 xml.charset 写明实际的编码")
            }
            Flaw::NotInEncoding(name) => format!("声明的编码是 {name},内容却不是;用 xml.charset 写明实际的编码"),
            Flaw::Cut => "没有写完就断了".into(),
            Flaw::Empty => "里面没有任何元素".into(),
            Flaw::Outside => "根元素外面还有内容".into(),
            Flaw::Tags => "标签前后不配对".into(),
            Flaw::Attributes => "属性写法不对,或同一个属性写了两次".into(),
            Flaw::Namespaces => "命名空间的声明不允许,或太多".into(),
            Flaw::IllFormed => "不合 XML 的写法".into(),
        };
        format!("{place}{what}")
    }
}

impl fmt::Display for NotXml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.element.as_str()) {
            (0, _) => {}
            (line, "") => write!(f, "line {line}: ")?,
            (line, element) => write!(f, "line {line}, in `{element}`: ")?,
        }
        match &self.flaw {
            Flaw::TooLarge => write!(f, "it has more than {} MiB", MOST_BYTES >> 20),
            Flaw::TooDeep => write!(f, "elements are nested deeper than {DEEPEST}"),
            Flaw::TooManyElements => write!(f, "there are more than {MOST_ELEMENTS} elements"),
            Flaw::TooManyAttributes => write!(f, "an element has more than {MOST_ATTRIBUTES} attributes"),
            Flaw::TooMixed => write!(f, "too much markup is nested in text"),
            Flaw::Doctype => write!(f, "a DOCTYPE stands there, which is not taken; the far side has to leave it out"),
            Flaw::Entity => write!(
                f,
                "an entity that is none of XML's five, or no character; the far side has to write the character itself"
            ),
            Flaw::Ampersand => write!(f, "a lone `&`; `&amp;` is meant"),
            Flaw::UnknownEncoding => {
                write!(f, "it names an encoding that is not taken; UTF-8, GB2312, GBK, GB18030 and UTF-16 are")
            }
            Flaw::Disagree(one, other) => {
                write!(f, "one place says that it is {one}, another {other}; declare which holds by `xml.charset`")
            }
            Flaw::NotInEncoding(name) => {
                write!(f, "it says that it is {name}, and is not; declare what it is by `xml.charset`")
            }
            Flaw::Cut => write!(f, "it ends in the middle"),
            Flaw::Empty => write!(f, "there is no element in it"),
            Flaw::Outside => write!(f, "something stands outside of the root element"),
            Flaw::Tags => write!(f, "the tags do not fit together"),
            Flaw::Attributes => write!(f, "an attribute is not well-formed, or comes twice"),
            Flaw::Namespaces => write!(f, "a namespace is declared that must not be, or too many are"),
            Flaw::IllFormed => write!(f, "it breaks the rules of XML"),
        }
    }
}

impl std::error::Error for NotXml {}
