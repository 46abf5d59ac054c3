//! Links to a next page: in a `Link` header (RFC 8288) or anywhere in a document, made absolute against the address
//! that was asked, and followed only to hosts that the channel's file names. Pure.

use http::{HeaderMap, header};
use huiliu_contract::Fault;
use url::Url;

use crate::line::Base;

/// The first link of this relation; none where there is none. Links about another document (`anchor`) are not ours.
pub fn related<'h>(headers: &'h HeaderMap, relation: &str) -> Option<&'h str> {
    headers.get_all(header::LINK).iter().filter_map(|value| value.to_str().ok()).find_map(|value| {
        let mut rest = value;
        std::iter::from_fn(|| one(&mut rest)).find(|link| link.is(relation)).map(|link| link.target)
    })
}

/// One link of a header: `<target>; name=value; name="value"`.
struct Link<'h> {
    target: &'h str,
    parameters: &'h str,
}

/// Takes the next link off the front; what stands before its `<` is no part of it.
fn one<'h>(rest: &mut &'h str) -> Option<Link<'h>> {
    let (_, from) = rest.split_once('<')?;
    let (target, behind) = from.split_once('>')?;
    let end = outside_quotes(behind, ',').unwrap_or(behind.len());
    let (parameters, after) = behind.split_at(end);
    *rest = after;
    Some(Link { target, parameters })
}

/// The first place of a character that does not stand between quotes.
fn outside_quotes(text: &str, wanted: char) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    text.char_indices().find_map(|(at, c)| {
        let was_escaped = std::mem::replace(&mut escaped, false);
        match c {
            '\\' if quoted && !was_escaped => escaped = true,
            '"' if !was_escaped => quoted = !quoted,
            c if c == wanted && !quoted => return Some(at),
            _ => {}
        }
        None
    })
}

impl Link<'_> {
    fn is(&self, relation: &str) -> bool {
        let mut rest = self.parameters;
        let mut found = None;
        while !rest.is_empty() {
            let end = outside_quotes(rest, ';').unwrap_or(rest.len());
            let (parameter, after) = rest.split_at(end);
            rest = after.strip_prefix(';').unwrap_or(after);
            let Some((name, value)) = parameter.split_once('=') else { continue };
            let (name, value) = (name.trim(), value.trim().trim_matches('"'));
            if name.eq_ignore_ascii_case("anchor") {
                return false;
            }
            // The first one counts (RFC 8288, 3.3).
            if name.eq_ignore_ascii_case("rel") && found.is_none() {
                found = Some(value.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case(relation)));
            }
        }
        found.unwrap_or(false)
    }
}

/// The address a link leads to from where it was found. `key` is the table whose `allow_hosts` may name further hosts.
///
/// # Errors
///
/// [`Fault::Malformed`] if it is no address, leads to a host that the file does not name, or steps down from https.
pub fn absolute(link: &str, found_at: &Url, base: &Base) -> Result<Url, Fault> {
    let to = found_at
        .join(link.trim())
        .ok()
        .filter(|to| matches!(to.scheme(), "http" | "https") && to.has_host())
        .ok_or_else(|| Fault::malformed("the link to the next page is no http or https address").quoting(link))?;
    allowed(&to, found_at, base).map_err(|fault| fault.quoting(link))?;
    Ok(to)
}

/// Whether a request may go to where a link leads.
///
/// # Errors
///
/// As [`absolute`].
pub fn allowed(to: &Url, from: &Url, base: &Base) -> Result<(), Fault> {
    let section = base.section();
    if !base.allows(to) {
        return Err(Fault::malformed(format!(
            "the link to the next page leads to a host that is neither that of `{section}.url` nor in `{section}.allow_hosts`; if it is the far side's, add it there"
        )));
    }
    if from.scheme() == "https" && to.scheme() != "https" {
        return Err(Fault::malformed("the link to the next page steps down from https to http; it is not followed"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::line::Connect;

    fn next(lines: &[&str]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::LINK, line.parse().unwrap());
        }
        related(&headers, "next").map(str::to_owned)
    }

    #[test]
    fn the_next_page_is_found_among_other_links() {
        let found = |lines: &[&str]| next(lines).unwrap_or_default();
        assert_eq!(found(&["</a?page=2>; rel=\"next\", </a?page=9>; rel=\"last\""]), "/a?page=2");
        assert_eq!(found(&["</a?page=9>; rel=last , </a?x=1,2;3>;REL=Next"]), "/a?x=1,2;3");
        assert_eq!(found(&["</a>; rel=\"first\"", "</b>; title=\"a, <x>; rel=next\"; rel=\"prev next\""]), "/b");
        assert_eq!(found(&["</b>; title=\"quo\\\"te; rel=prev\"; rel=next"]), "/b");
        for none in ["", "</a>", "</a>; rel=prev", "</a; rel=next", "</a>; rel=prev; rel=next", "next"] {
            assert_eq!(next(&[none]), None, "{none}");
        }
        assert_eq!(next(&["</a>; rel=next; anchor=\"/other\""]), None);
    }

    fn base(url: &str, hosts: &[&str]) -> Base {
        let connect: Connect = serde_json::from_value(serde_json::json!({ "url": url, "allow_hosts": hosts })).unwrap();
        Base::read(&connect, "connect").unwrap()
    }

    #[test]
    fn a_link_is_read_from_where_it_stands_and_leads_to_named_hosts_only() {
        let at: Url = "https://far.example/api/list?page=1".parse().unwrap();
        let base = base("https://far.example/api", &["other.example"]);
        let to = |link| absolute(link, &at, &base).map(String::from);
        assert_eq!(to("?page=2").unwrap(), "https://far.example/api/list?page=2");
        assert_eq!(to("/x").unwrap(), "https://far.example/x");
        assert_eq!(to("//other.example/y").unwrap(), "https://other.example/y");
        for stranger in ["https://elsewhere.example/", "https://far.example.evil/", "https://far.example@evil/"] {
            assert!(to(stranger).unwrap_err().to_string().contains("`connect.allow_hosts`"), "{stranger}");
        }
        for wrong in ["http://far.example/api", "ftp://far.example/", "javascript:1", "http://["] {
            assert_eq!(to(wrong).unwrap_err().word(), "malformed", "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic(line in "[ -~]{0,40}") {
            next(&[&line]);
        }

        #[test]
        fn what_is_written_is_found(target in "/[a-z0-9?=&,;]{0,20}", title in "[a-z,;<> =]{0,12}", before in 0usize..3) {
            let others = "</other>; rel=\"prev\"; title=\"next\", ".repeat(before);
            let line = format!("{others}<{target}>; title=\"{title}\"; rel=\"next\"");
            prop_assert_eq!(next(&[&line]), Some(target));
        }
    }
}
