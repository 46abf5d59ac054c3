//! What a click calls: `view('123')`, `window.open("detail.jsp?id=1")`. Old pages have no links, only scripts.

/// A call of a page's script, as it stands in `onclick` or behind `javascript:`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Call {
    /// What is called: `view`, `window.open`.
    pub name: String,
    /// Its arguments, texts without their quotes; anything else as it is written.
    pub args: Vec<String>,
}

/// Calls and words of scripts that are no call of the page's own.
const PLAIN: [&str; 10] = ["if", "for", "while", "function", "return", "void", "confirm", "alert", "switch", "typeof"];

/// The calls in a piece of script, in their order; and addresses that are assigned to `location`.
pub(crate) fn calls(script: &str) -> Vec<Call> {
    let script = script.trim().strip_prefix("javascript:").unwrap_or(script.trim());
    let chars: Vec<char> = script.chars().collect();
    let mut out = Vec::new();
    let mut at = 0;
    while at < chars.len() && out.len() < MOST {
        let c = chars[at];
        if c == '"' || c == '\'' {
            at = quoted(&chars, at).1;
        } else if is_name(c) && !c.is_ascii_digit() {
            let begin = at;
            while chars.get(at).is_some_and(|c| is_name(*c) || *c == '.') {
                at += 1;
            }
            let name: String = chars[begin..at].iter().collect();
            let next = blanks(&chars, at);
            match chars.get(next) {
                Some('(') if !PLAIN.contains(&name.as_str()) => {
                    let (args, end) = arguments(&chars, next + 1);
                    at = end;
                    out.push(Call { name, args });
                }
                Some('=') if is_location(&name) => {
                    let value = blanks(&chars, next + 1);
                    if matches!(chars.get(value), Some('"' | '\'')) {
                        let (text, end) = quoted(&chars, value);
                        at = end;
                        out.push(Call { name, args: vec![text] });
                    } else {
                        at = next + 1;
                    }
                }
                _ => {}
            }
        } else {
            at += 1;
        }
    }
    out
}

/// So many calls of one click are told.
const MOST: usize = 16;

impl Call {
    /// The address that takes the place of the page, if the call sets one.
    pub(crate) fn moves(&self) -> Option<&str> {
        self.address().filter(|_| self.name.contains("location"))
    }

    /// The address that the call opens, if it is one that opens one.
    pub(crate) fn address(&self) -> Option<&str> {
        let opens = matches!(self.name.as_str(), "window.open" | "open" | "location.replace" | "location.assign")
            || is_location(&self.name);
        self.args.first().filter(|_| opens).map(String::as_str).filter(|address| !address.is_empty())
    }
}

/// What a script pops up: the texts of its `alert("…")`.
pub(crate) fn alerts(script: &str) -> impl Iterator<Item = String> {
    let behind = script.split("alert").skip(1).filter_map(|rest| {
        let rest = rest.trim_start().strip_prefix('(')?.trim_start();
        let chars: Vec<char> = rest.chars().take(400).collect();
        matches!(chars.first(), Some('"' | '\'')).then(|| quoted(&chars, 0).0)
    });
    behind.collect::<Vec<_>>().into_iter()
}

fn is_location(name: &str) -> bool {
    let name = name.strip_suffix(".href").unwrap_or(name);
    name == "location" || name.ends_with(".location")
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

fn blanks(chars: &[char], mut at: usize) -> usize {
    while chars.get(at).is_some_and(|c| c.is_whitespace()) {
        at += 1;
    }
    at
}

/// The text in quotes that begins here, and where it ends.
fn quoted(chars: &[char], begin: usize) -> (String, usize) {
    let Some(&quote) = chars.get(begin) else { return (String::new(), begin) };
    let (mut text, mut at) = (String::new(), begin + 1);
    while let Some(&c) = chars.get(at) {
        at += 1;
        match c {
            '\\' => {
                text.extend(chars.get(at));
                at += 1;
            }
            c if c == quote => return (text, at),
            c => text.push(c),
        }
    }
    (text, at)
}

/// Arguments up to the closing bracket, and where they end.
fn arguments(chars: &[char], begin: usize) -> (Vec<String>, usize) {
    let (mut args, mut at, mut deep) = (Vec::new(), begin, 0_usize);
    let (mut plain, mut text) = (String::new(), None);
    while let Some(&c) = chars.get(at) {
        match c {
            '"' | '\'' => {
                let (found, end) = quoted(chars, at);
                at = end;
                // Of `'a' + id` nothing can be told; of one text, itself.
                if plain.trim().is_empty() && text.is_none() {
                    text = Some(found)
                } else {
                    plain.push('…')
                }
                continue;
            }
            '(' | '[' | '{' => deep += 1,
            ')' if deep == 0 => {
                at += 1;
                break;
            }
            ')' | ']' | '}' => deep = deep.saturating_sub(1),
            ',' if deep == 0 => {
                args.push(text.take().unwrap_or_else(|| plain.trim().to_owned()));
                plain.clear();
                at += 1;
                continue;
            }
            _ => {}
        }
        plain.push(c);
        at += 1;
    }
    let last = text.unwrap_or_else(|| plain.trim().to_owned());
    if !last.is_empty() || !args.is_empty() {
        args.push(last);
    }
    (args, at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(script: &str) -> Vec<String> {
        calls(script).iter().map(|call| format!("{}({})", call.name, call.args.join("|"))).collect()
    }

    #[test]
    fn ids_of_old_pages_are_found() {
        for (script, expected) in [
            ("view('123')", "view(123)"),
            ("javascript:detail(123)", "detail(123)"),
            ("javascript:void(0);", ""),
            ("return show(\"A-1\", 'zx', this);", "show(A-1|zx|this)"),
            ("if(confirm('删除?')){del('7')}", "del(7)"),
            ("window.open('letter.jsp?id=9&a=1','_blank')", "window.open(letter.jsp?id=9&a=1|_blank)"),
            ("location.href = 'detail.do?id=1'", "location.href(detail.do?id=1)"),
            ("parent.frames.x.go()", "parent.frames.x.go()"),
            ("a('it\\'s')", "a(it's)"),
            ("f(g(1, 2), {a: 1})", "f(g(1, 2)|{a: 1})"),
        ] {
            assert_eq!(told(script).join(";"), expected, "{script}");
        }
        assert_eq!(calls("top.location='login.jsp'")[0].address(), Some("login.jsp"));
        assert_eq!(calls("view('1')")[0].address(), None);
    }

    proptest! {
        #[test]
        fn no_script_panics(text in any::<String>(), near in "[a-z('\",)\\\\ =.;{}\\[\\]]{0,40}") {
            let _ = (calls(&text), calls(&near));
        }
    }
}
