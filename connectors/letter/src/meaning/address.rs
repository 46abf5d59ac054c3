//! Mail addresses in header fields and in running text (RFC 5322, as far as people write it).

use super::plain::{narrow, part};

/// Whether a byte may stand in the part before the `@`. Quoted ones are not looked for: nobody writes them.
fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

fn is_domain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-'
}

/// Every address of a text with the place where it begins. Linear: no byte is looked at more than twice.
pub(crate) fn all(text: &str) -> Vec<(usize, &str)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut from = 0;
    for at in memchr_at(bytes) {
        if at < from {
            continue;
        }
        let before = bytes.get(from..at).unwrap_or_default();
        let mut start = at - before.iter().rev().take_while(|byte| is_local(**byte)).count();
        let end = at + 1 + bytes.get(at + 1..).unwrap_or_default().iter().take_while(|byte| is_domain(**byte)).count();
        from = end;
        let domain = part(text, at + 1..end).trim_end_matches(['.', '-']);
        // `mailto:a@b` has no colon among the signs; a leading quote or slash is the text's.
        start +=
            part(text, start..at).len() - part(text, start..at).trim_start_matches(['.', '\'', '/', '`', '*']).len();
        let whole = part(text, start..at + 1 + domain.len());
        let has_dot = domain.find('.').is_some_and(|dot| dot > 0);
        if start < at && has_dot && whole.len() <= 254 {
            found.push((start, whole));
        }
    }
    found
}

fn memchr_at(bytes: &[u8]) -> impl Iterator<Item = usize> {
    bytes.iter().enumerate().filter(|(_, byte)| **byte == b'@').map(|(at, _)| at)
}

/// The addresses of a field such as `From`: those in angle brackets, else the bare ones. What stands in quotes or in
/// brackets is somebody's name, whatever it looks like.
pub(crate) fn of_field(value: &str) -> Vec<&str> {
    let mut bracketed = Vec::new();
    let (mut quoted, mut open, mut skip) = (false, None, false);
    for (at, c) in value.char_indices() {
        if std::mem::take(&mut skip) {
            continue;
        }
        match c {
            '\\' if quoted => skip = true,
            '"' => quoted = !quoted,
            '<' if !quoted => open = Some(at + 1),
            '>' if !quoted => {
                if let Some(start) = open.take() {
                    bracketed.push(part(value, start..at).trim());
                }
            }
            _ => {}
        }
    }
    bracketed.retain(|address| address.contains('@'));
    if bracketed.is_empty() { all(value).into_iter().map(|(_, address)| address).collect() } else { bracketed }
}

/// What stands before the `@`, in lower case.
pub(crate) fn local(address: &str) -> String {
    address.rsplit_once('@').map_or(address, |(local, _)| local).trim().to_ascii_lowercase()
}

/// A person as a quoted header writes one: `"张三" <a@b>`, `张三 [mailto:a@b]`, `a@b`. The name is empty where only an address
/// stands, the address where only a name does.
pub(crate) fn person(written: &str) -> (String, Option<&str>) {
    let found = all(written);
    let address = found.first().map(|(_, address)| *address);
    let head = match found.first() {
        Some((at, _)) => part(written, 0..*at),
        None => written,
    };
    let head = head.trim_end_matches("mailto:");
    let name: String =
        head.chars().filter(|c| !c.is_control()).map(|c| if narrow(c) == ' ' { ' ' } else { c }).collect();
    let name = name.trim_matches(|c: char| c.is_whitespace() || "\"'“”<[(（|*".contains(c));
    (name.to_owned(), address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_in_running_text() {
        let text = "请发到 <li.si+a@mail.example.cn>，或 mailto:wang@example.test。@无 x@y a@@b.c @";
        let found: Vec<&str> = all(text).into_iter().map(|(_, address)| address).collect();
        assert_eq!(found, ["li.si+a@mail.example.cn", "wang@example.test"]);
    }

    #[test]
    fn a_name_that_looks_like_an_address_is_a_name() {
        assert_eq!(of_field("\"hotline@example.gov.cn <x@y.cn>\" <evil@example.test>"), ["evil@example.test"]);
        assert_eq!(of_field("张三 <zhang@example.cn>, 李四 <li@example.cn>"), ["zhang@example.cn", "li@example.cn"]);
        assert_eq!(of_field("zhang@example.cn (张三)"), ["zhang@example.cn"]);
        assert!(of_field("张三").is_empty());
        assert_eq!(local("PostMaster@qq.com"), "postmaster");
    }

    #[test]
    fn a_person_is_a_name_and_an_address() {
        for (written, name, address) in [
            ("\"张三\" <zhang@example.cn>", "张三", Some("zhang@example.cn")),
            ("张三 [mailto:zhang@example.cn]", "张三", Some("zhang@example.cn")),
            ("zhang@example.cn <mailto:zhang@example.cn>", "", Some("zhang@example.cn")),
            ("张三<zhang@example.cn> |", "张三", Some("zhang@example.cn")),
            ("张三", "张三", None),
        ] {
            assert_eq!(person(written), (name.to_owned(), address), "{written}");
        }
    }
}
