//! How much of a citizen's subject is repeated: little, and nothing that could be clicked. Whoever forges a sender must not be
//! able to have us carry his text.

use super::usual::NO_SUBJECT;

/// How many characters at most.
const MOST: usize = 40;
/// What stands before a subject that answers or hands on.
const MARKS: [&str; 10] = ["re", "aw", "fw", "fwd", "回复", "答复", "转发", "回覆", "轉發", "答覆"];

/// The part that may be repeated.
pub(super) fn repeated(subject: &str) -> String {
    let visible: String = subject.chars().map(|c| if is_hidden(c) { ' ' } else { c }).collect();
    let unnumbered = without_numbers(&visible);
    let mut words =
        unnumbered.split_whitespace().map(without_links).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    while let Some(rest) = without_mark(&words) {
        words = rest.to_owned();
    }
    let cut: String = words.chars().take(MOST).collect();
    let cut = cut.trim();
    if cut.is_empty() { NO_SUBJECT.to_owned() } else { cut.to_owned() }
}

/// Controls, and marks that turn text around or cannot be seen.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
}

/// Without the numbers that earlier mails of ours put there.
fn without_numbers(subject: &str) -> String {
    let mut out = String::new();
    let mut rest = subject;
    while let Some((before, from)) = rest.split_once("〔编号") {
        out.push_str(before);
        out.push(' ');
        rest = from.split_once('〕').map_or("", |(_, behind)| behind);
    }
    out + rest
}

/// Without a mark such as `Re:` at its beginning; none where there is none.
fn without_mark(subject: &str) -> Option<&str> {
    let (mark, rest) = subject.split_once([':', '\u{ff1a}'])?;
    let mark = mark.trim().to_lowercase();
    MARKS.contains(&mark.as_str()).then(|| rest.trim_start())
}

/// A word without the runs in it that a mail program would make a link or an address of: what holds `://` or `@`, and names with
/// dots. Full-width forms and the Chinese full stop count as what browsers take them for.
fn without_links(word: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3002}' | '\u{ff61}' => '.',
        c => c,
    };
    let of_link = |c: char| narrow(c).is_ascii_graphic() && !matches!(narrow(c), '(' | ')' | ',' | ';' | '"');
    let (mut out, mut run) = (String::new(), String::new());
    for c in word.chars().chain(['\0']) {
        if c != '\0' && of_link(c) {
            run.push(c);
            continue;
        }
        let plain: String = run.chars().map(narrow).collect();
        if !is_link(&plain) {
            out.push_str(&run);
        }
        run.clear();
        if c != '\0' {
            out.push(c);
        }
    }
    out
}

fn is_link(run: &str) -> bool {
    if run.contains("://") || run.contains('@') || run.to_lowercase().contains("www.") {
        return true;
    }
    // A dot between a letter or digit and two letters: a name, not a number or an end.
    run.split('.').zip(run.split('.').skip(1)).any(|(before, behind)| {
        let letters = behind.bytes().take_while(u8::is_ascii_alphabetic).count();
        before.bytes().last().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'-') && letters >= 2
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn marks_numbers_and_links_are_left_out() {
        for (subject, wanted) in [
            ("路灯不亮", "路灯不亮"),
            ("Re: 回复:路灯不亮", "路灯不亮"),
            ("RE:Re: FW: 转发:路灯不亮", "路灯不亮"),
            ("Re: 路灯不亮〔编号 20261122-000042〕", "路灯不亮"),
            ("路灯 http://evil.test/?a=1 不亮", "路灯 不亮"),
            ("点www.evil.test领奖", "点领奖"),
            ("点evil.com领奖,加a@b.test", "点领奖,加"),
            ("点evil\u{3002}com领奖", "点领奖"),
            ("点ｅｖｉｌ．ｃｏｍ领奖", "点领奖"),
            ("欠薪3.5万元。请查", "欠薪3.5万元。请查"),
            ("欠薪1.2w", "欠薪1.2w"),
            ("", NO_SUBJECT),
            ("  \r\n\t ", NO_SUBJECT),
            ("Re:", NO_SUBJECT),
            ("https://evil.test", NO_SUBJECT),
            ("路灯\r\nBcc: x@y.test", "路灯 Bcc:"),
            ("\u{202e}反的\u{200b}", "反的"),
        ] {
            assert_eq!(repeated(subject), wanted, "{subject:?}");
        }
    }

    proptest! {
        #[test]
        fn it_is_short_and_in_one_line_and_never_empty(subject in ".{0,200}") {
            let said = repeated(&subject);
            prop_assert!(!said.is_empty() && said.chars().count() <= MOST, "{said}");
            prop_assert!(!said.chars().any(is_hidden), "{said:?}");
            prop_assert!(!said.contains("://") && !said.contains('@'), "{said}");
        }
    }
}
