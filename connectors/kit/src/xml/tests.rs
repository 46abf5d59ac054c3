//! XML as far sides write it, what is refused by name, and what must hold for every document.

use encoding_rs::{Encoding, GB18030};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;

fn read(text: &str) -> Result<Value, NotXml> {
    Reading::default().read(text.as_bytes())
}

fn with(options: Value) -> Reading {
    Reading::build(&serde_json::from_value(options).unwrap(), "receive.xml").unwrap()
}

fn flaw(bytes: &[u8]) -> Flaw {
    Reading::default().read(bytes).unwrap_err().flaw
}

#[test]
fn elements_attributes_and_text_have_their_places() {
    assert_eq!(
        read("<a x=\"1\"><b>t</b><c/><b k='v'> u </b><d e=\"f\"> </d></a>\n<!-- end -->").unwrap(),
        json!({ "a": { "@x": "1", "b": ["t", { "@k": "v", "#text": " u " }], "c": "", "d": { "@e": "f" } } })
    );
    assert_eq!(read("<a> \n </a>").unwrap(), json!({ "a": " \n " }), "text alone is kept as it is");
    assert_eq!(read("<a>x&lt;&#x4e00;&amp;<![CDATA[<b>&amp;]]></a>").unwrap(), json!({ "a": "x<一&<b>&amp;" }));
    assert_eq!(read("<a>1\r\n2<!-- no -->3<?pi?>4</a>").unwrap(), json!({ "a": "1\n234" }));
}

#[test]
fn torn_text_keeps_its_order() {
    assert_eq!(
        read("<p>路<b>灯</b>不<i>亮<u>了</u></i>!</p>").unwrap(),
        json!({ "p": { "b": "灯", "i": { "u": "了", "#text": "亮了" }, "#text": "路灯不亮了!" } })
    );
}

#[test]
fn declared_lists_are_lists_always() {
    let reading = with(json!({ "lists": ["/e/rows/row", "/e/rows/row/file"] }));
    let rows = |body: &str| reading.read(format!("<e>{body}</e>").as_bytes()).unwrap()["e"]["rows"].clone();
    assert_eq!(rows("<rows><row>1</row></rows>"), json!({ "row": [{ "file": [], "#text": "1" }] }));
    assert_eq!(rows("<rows/>"), json!({ "row": [] }), "an empty list is one");
    assert_eq!(
        rows("<rows><row><file>a</file></row><row><file>b</file><file>c</file></row></rows>"),
        json!({ "row": [{ "file": ["a"] }, { "file": ["b", "c"] }] })
    );
    assert_eq!(rows("<other/>"), Value::Null, "without its parent there is no list");
}

#[test]
fn prefixes_do_not_matter_unless_declared() {
    let one = "<s:a xmlns:s='urn:s' xmlns='urn:o' s:k='1'><b/><s:b/></s:a>";
    let other = "<a xmlns='urn:s' xmlns:o='urn:o' xmlns:x='urn:s' x:k='1'><o:b/><b/></a>";
    assert_eq!(read(one).unwrap(), json!({ "a": { "@k": "1", "b": ["", ""] } }));
    assert_eq!(read(one), read(other));
    let reading = with(json!({ "namespaces": { "s": "urn:s" }, "lists": ["/s:a/b"] }));
    assert_eq!(reading.read(one.as_bytes()).unwrap(), json!({ "s:a": { "@s:k": "1", "b": [""], "s:b": "" } }));
    assert_eq!(reading.read(one.as_bytes()), reading.read(other.as_bytes()));
}

#[test]
fn what_a_schema_instance_says_is_not_content() {
    let read = read(
        "<a xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xsi:schemaLocation='u v'>\
         <n xsi:nil='true'/><t xsi:type='xsd:string'>x</t><m xsi:nil='true'>y</m></a>",
    );
    assert_eq!(read.unwrap(), json!({ "a": { "n": null, "t": "x", "m": "y" } }));
}

#[test]
fn the_declared_encoding_holds_or_is_named() {
    let wanted = json!({ "a": "路灯" });
    let gbk = |head: &str| [head.as_bytes(), b"<a>", &GB18030.encode("路灯").0, b"</a>"].concat();
    let utf8 = |head: &str| format!("{head}<a>路灯</a>").into_bytes();
    let declared = |name: &str| format!("<?xml version='1.0' encoding = \"{name}\" standalone='yes' ?>\n");
    for name in ["GB2312", "gbk", "GB18030"] {
        assert_eq!(Reading::default().read(&gbk(&declared(name))).unwrap(), wanted, "{name}");
        assert_eq!(Reading::default().read_told(&gbk(&declared(name)), Some("gbk")).unwrap(), wanted);
    }
    assert_eq!(Reading::default().read_told(&gbk(""), Some("gb2312")).unwrap(), wanted);
    assert_eq!(Reading::default().read(&utf8("\u{feff}")).unwrap(), wanted);
    assert_eq!(flaw(&gbk(&declared("utf-8"))), Flaw::NotInEncoding("UTF-8"));
    assert_eq!(flaw(&gbk("")), Flaw::NotInEncoding("UTF-8"));
    assert_eq!(flaw(&utf8(&declared("utf-16"))), Flaw::NotInEncoding("UTF-16LE"), "what a .NET StringWriter says");
    assert_eq!(flaw(&utf8(&format!("\u{feff}{}", declared("gb2312")))), Flaw::Disagree("UTF-8", "GBK"));
    assert_eq!(flaw(&utf8(&declared("koi8-r"))), Flaw::UnknownEncoding);
    let told = Reading::default().read_told(&utf8(&declared("utf-8")), Some("gbk")).unwrap_err();
    assert_eq!(told.flaw, Flaw::Disagree("GBK", "UTF-8"));
    let odd = [&declared("GB2312").into_bytes()[..], b"<a>\xff\xff</a>"].concat();
    assert_eq!(flaw(&odd), Flaw::NotInEncoding("GBK"));
    let mended = with(json!({ "charset": "utf-8" }));
    assert_eq!(mended.read_told(&utf8(&declared("utf-16")), Some("gbk")).unwrap(), wanted);
}

#[test]
fn both_orders_of_utf_16_are_read_with_and_without_a_mark() {
    let text = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><a>路灯</a>";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let forced = with(json!({ "charset": "utf-16" }));
    for bytes in [[b"\xff\xfe", &little[..]].concat(), [b"\xfe\xff", &big[..]].concat(), little, big] {
        for reading in [&Reading::default(), &forced] {
            assert_eq!(reading.read(&bytes).unwrap(), json!({ "a": "路灯" }));
        }
    }
}

#[test]
fn what_is_not_taken_is_named_with_its_place_and_not_quoted() {
    for (text, wanted, told) in [
        ("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", Flaw::Doctype, "line 1: a DOCTYPE"),
        ("<!DOCTYPE a", Flaw::Doctype, "DOCTYPE"),
        ("<a>\n<b>&nbsp;</b></a>", Flaw::Entity, "line 2, in `/a/b`"),
        ("<a k='&x;'/>", Flaw::Entity, "line 1"),
        ("<a>&#0;</a>", Flaw::Entity, "`/a`"),
        ("<a>A & B</a>", Flaw::Ampersand, "&amp;"),
        ("<a><b></a>", Flaw::Tags, "tags"),
        ("</a>", Flaw::Tags, "tags"),
        ("<a><b>", Flaw::Cut, "in `/a/b`"),
        ("<a><b k='", Flaw::Cut, "in `/a`"),
        ("", Flaw::Empty, "no element"),
        ("<?xml version='1.0'?> <!-- x -->", Flaw::Empty, "no element"),
        ("13800000000", Flaw::Outside, "outside"),
        ("<a/>x", Flaw::Outside, "outside"),
        ("<a/><b/>", Flaw::Outside, "outside"),
        ("<a k='1' k='2'/>", Flaw::Attributes, "twice"),
        ("<a k=1/>", Flaw::Attributes, "attribute"),
        ("<a xmlns:xml='urn:x'/>", Flaw::Namespaces, "namespace"),
    ] {
        let not = read(text).unwrap_err();
        assert_eq!(not.flaw, wanted, "{text}");
        assert!(not.to_string().contains(told), "{text}: {not}");
        assert!(!not.to_string().contains("13800000000") && !not.zh().is_empty());
    }
    assert!(read("<a><b>").unwrap_err().is_cut());
}

#[test]
fn everything_that_could_grow_is_bounded() {
    let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    assert!(read(&nested(DEEPEST)).is_ok());
    assert_eq!(flaw(nested(DEEPEST + 1).as_bytes()), Flaw::TooDeep);
    let wide = |count: usize| format!("<a>{}</a>", "<b/>".repeat(count));
    assert!(read(&wide(MOST_ELEMENTS - 1)).is_ok());
    assert_eq!(flaw(wide(MOST_ELEMENTS).as_bytes()), Flaw::TooManyElements);
    let attributes = |count: usize| format!("<a {}/>", (0..count).map(|n| format!("k{n}='' ")).collect::<String>());
    assert!(read(&attributes(MOST_ATTRIBUTES)).is_ok());
    assert_eq!(flaw(attributes(MOST_ATTRIBUTES + 1).as_bytes()), Flaw::TooManyAttributes);
    let mixed = format!("{}{}{}", "<a>x".repeat(50), "y".repeat(100_000), "</a>".repeat(50));
    assert_eq!(flaw(mixed.as_bytes()), Flaw::TooMixed);
    assert_eq!(flaw(&vec![b' '; MOST_BYTES + 1]), Flaw::TooLarge);
}

#[test]
fn the_deepest_document_can_be_read_again_as_json() {
    let path: String = "/a".repeat(DEEPEST);
    let lists: Vec<_> = (2..=DEEPEST).map(|depth| &path[..2 * depth]).collect();
    let text = format!("{}x{}", "<a k='v'>".repeat(DEEPEST), "</a>".repeat(DEEPEST));
    let value = with(json!({ "lists": lists })).read(text.as_bytes()).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&value.to_string()).unwrap(), value);
}

#[test]
fn mistakes_in_the_options_are_told_all_at_once() {
    let options = json!({
        "lists": ["/a/b", "a/b", "/a", "/a//b", "/a/@k"], "namespaces": { "xmlx": "urn:x", "s": "" }, "charset": "big5",
    });
    let wrong = Reading::build(&serde_json::from_value(options).unwrap(), "receive.xml").unwrap_err();
    let keys: Vec<_> = wrong.iter().map(|one| one.key.trim_start_matches("receive.xml.")).collect();
    assert_eq!(keys, ["lists.1", "lists.2", "lists.3", "lists.4", "namespaces.s", "namespaces.xmlx", "charset"]);
}

/// A document as a far side holds it.
#[derive(Clone, Debug)]
struct Element {
    name: String,
    attributes: Map<String, Value>,
    inside: Inside,
}

#[derive(Clone, Debug)]
enum Inside {
    Text(String),
    Children(Vec<Element>),
}

impl Element {
    fn written(&self, out: &mut String, indent: &str) {
        out.push_str(&format!("<{}", self.name));
        for (name, value) in &self.attributes {
            out.push_str(&format!(" {}=\"{}\"", &name[1..], quick_xml::escape::escape(value.as_str().unwrap())));
        }
        out.push('>');
        match &self.inside {
            Inside::Text(text) => out.push_str(&quick_xml::escape::escape(text)),
            Inside::Children(children) => {
                for child in children {
                    out.push_str(indent);
                    child.written(out, indent);
                }
                out.push_str(indent);
            }
        }
        out.push_str(&format!("</{}>", self.name));
    }

    /// What it is as a value, by the rules as they are told to operators.
    fn meant(&self) -> Value {
        let mut members = self.attributes.clone();
        match &self.inside {
            Inside::Text(text) if members.is_empty() => return text.clone().into(),
            Inside::Text(text) => {
                if !text.trim_matches([' ', '\t', '\n']).is_empty() {
                    members.insert("#text".into(), text.clone().into());
                }
            }
            Inside::Children(children) => {
                for child in children {
                    let same: Vec<_> = children.iter().filter(|other| other.name == child.name).collect();
                    let value = match &same[..] {
                        [one] => one.meant(),
                        several => several.iter().map(|one| one.meant()).collect(),
                    };
                    members.insert(child.name.clone(), value);
                }
            }
        }
        Value::Object(members)
    }
}

fn element() -> impl Strategy<Value = Element> {
    let attributes = || prop::collection::btree_map("@[a-c路]", "[\\PC]{0,6}", 0..3);
    let made = |(name, attributes, inside): (String, std::collections::BTreeMap<String, String>, Inside)| Element {
        name,
        attributes: attributes.into_iter().map(|(name, value)| (name, value.into())).collect(),
        inside,
    };
    let leaf = ("[a-c路]", attributes(), "[\\PC\n\t]{0,8}".prop_map(Inside::Text)).prop_map(made);
    leaf.prop_recursive(4, 40, 4, move |inner| {
        let children = prop::collection::vec(inner, 1..5).prop_map(Inside::Children);
        ("[a-c路]", attributes(), children).prop_map(made)
    })
}

proptest! {
    #[test]
    fn what_was_written_is_read_in_every_encoding(element in element(), indent in "[ \n\t]{0,3}") {
        let mut body = String::new();
        element.written(&mut body, &indent);
        let meant = json!({ element.name.clone(): element.meant() });
        prop_assert_eq!(&read(&body).unwrap(), &meant);
        prop_assert_eq!(meant.to_string(), read(&body).unwrap().to_string());
        let declared = format!("<?xml version=\"1.0\" encoding=\"GB18030\"?>{body}");
        let (bytes, _, unmappable) = GB18030.encode(&declared);
        if !unmappable {
            prop_assert_eq!(&Reading::default().read(&bytes).unwrap(), &meant);
        }
        let wide: Vec<u8> = format!("\u{feff}{body}").encode_utf16().flat_map(u16::to_be_bytes).collect();
        prop_assert_eq!(&Reading::default().read(&wide).unwrap(), &meant);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), label in "\\PC{0,8}") {
        let _ = Reading::default().read_told(&bytes, Some(&label));
        let _ = Encoding::for_label(&bytes);
    }

    #[test]
    fn no_markup_makes_it_panic(text in "[<>/&;#x0a=\"'!\\[\\]?: -]{0,60}") {
        if let Err(not) = read(&text) {
            prop_assert!(!not.to_string().is_empty());
        }
    }
}
