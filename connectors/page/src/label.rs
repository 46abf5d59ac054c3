//! Words of labels: 联系电话, `姓 名:`, `* 标题`, `办理期限(必填)` are written in many ways and mean one.

/// A label holds no more characters than this.
pub(crate) const LONGEST: usize = 24;

/// A label as it is compared: without blanks, colons, stars and the like, full-width letters as half-width.
pub fn folded(label: &str) -> String {
    let plain: String = label.chars().filter(|c| !c.is_whitespace()).map(narrow).collect();
    plain
        .trim_matches(|c: char| {
            matches!(
                c,
                ':' | '*'
                    | '·'
                    | '•'
                    | '※'
                    | '-'
                    | '>'
                    | '»'
                    | '|'
                    | ';'
                    | ','
                    | '、'
                    | '●'
                    | '■'
                    | '◆'
                    | '▪'
                    | '\u{ff0a}'
            )
        })
        .to_owned()
}

/// The same without what stands in brackets at its end, and without a footnote's number.
pub fn bare(label: &str) -> String {
    let mut text = folded(label);
    loop {
        let trimmed = text.trim_end_matches(['*', ':', '①', '②', '③', '④', '⑤', '¹', '²', '³']).len();
        text.truncate(trimmed);
        let open = match text.chars().last() {
            Some(')') => text.rfind('('),
            Some(']') => text.rfind('['),
            Some('】') => text.rfind('【'),
            _ => None,
        };
        match open {
            Some(at) if at > 0 => text.truncate(at),
            _ => return text,
        }
    }
}

/// Whether two labels are one.
pub(crate) fn same(one: &str, other: &str) -> bool {
    folded(one) == folded(other)
}

/// Whether they are one but for brackets and footnotes.
pub(crate) fn alike(one: &str, other: &str) -> bool {
    let (one, other) = (bare(one), bare(other));
    !one.is_empty() && one == other
}

/// Whether a text may be a label: short, one line, no sentence, letters in it, and no long number.
pub(crate) fn may_be(text: &str) -> bool {
    let plain = folded(text);
    let letters = plain.chars().filter(|c| c.is_alphabetic()).count();
    let digits = plain.chars().filter(char::is_ascii_digit).count();
    !text.trim().contains('\n')
        && letters >= 1
        && plain.chars().count() <= LONGEST
        && digits <= 3
        && digits <= letters
        && !plain.contains(['。', '!', '?', ';', ',', '!', '"', '“', '@', '='])
        && !plain.contains(':')
}

/// Whether a text ends as labels do.
pub(crate) fn has_colon(text: &str) -> bool {
    text.trim_end().trim_end_matches(['*', '\u{ff0a}', ' ']).ends_with([':', '\u{ff1a}'])
}

/// The first label of a line and what stands behind its colon. Times and addresses have colons too.
pub(crate) fn split(line: &str) -> Option<(&str, &str)> {
    let (at, colon) = line.char_indices().find(|(_, c)| matches!(c, ':' | '\u{ff1a}'))?;
    let (label, rest) = (&line[..at], &line[at + colon.len_utf8()..]);
    let address = colon == ':' && (rest.starts_with("//") || label.ends_with(|c: char| c.is_ascii_digit()));
    (may_be(label) && !address).then_some((label, rest))
}

/// The labels of a line in which several stand beside each other: `来信人:张某  联系电话:138…`.
pub(crate) fn several(line: &str) -> Vec<(&str, &str)> {
    let mut out: Vec<(&str, &str)> = Vec::new();
    let mut rest = line;
    while let Some((label, behind)) = split(rest) {
        // The next label begins behind a blank, and is one word.
        let next = behind.char_indices().filter(|(_, c)| c.is_whitespace()).find_map(|(at, c)| {
            let after = &behind[at + c.len_utf8()..];
            let word = after.split(|c: char| c.is_whitespace()).next().unwrap_or(after);
            let (label, _) = split(word)?;
            (folded(label).chars().count() >= 2).then_some((at, after))
        });
        match next {
            Some((at, after)) => {
                out.push((label, behind[..at].trim()));
                rest = after;
            }
            None => {
                out.push((label, behind.trim()));
                break;
            }
        }
    }
    out
}

/// Full-width letters, digits and signs as ASCII has them.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_label_written_in_many_ways() {
        for written in
            ["联系电话", "联系电话:", "联系电话：", " 联 系\u{a0}电 话 ", "*联系电话", "联系电话 *：", "● 联系电话"]
        {
            assert_eq!(folded(written), "联系电话", "{written}");
        }
        for written in ["联系电话(必填)", "联系电话（必填）:", "联系电话[1]", "联系电话①", "联系电话【必填】 *"]
        {
            assert!(alike(written, "联系电话"), "{written}");
            assert!(!same(written, "联系电话"), "{written}");
        }
        assert!(!alike("被反映人电话", "电话"));
    }

    #[test]
    fn what_may_be_a_label() {
        for yes in ["标题", "是否同意公开:", "身份证号", "附件1", "E-mail", "经办人/单位", "姓 名"]
        {
            assert!(may_be(yes), "{yes}");
        }
        for no in [
            "",
            "13800000000",
            "2026-01-01",
            "路灯坏了,请修。",
            "一二三四五六七八九十一二三四五六七八九十一二三四五",
            "a\nb",
            "★",
        ] {
            assert!(!may_be(no), "{no}");
        }
        assert!(has_colon("姓名：") && has_colon("姓名: *") && !has_colon("姓名"));
    }

    #[test]
    fn lines_are_split_at_their_labels() {
        assert_eq!(several("联系电话:13800000000"), [("联系电话", "13800000000")]);
        assert_eq!(
            several("来信人：张某  联系电话：138 0000 0000　状态:待办理"),
            [("来信人", "张某"), ("联系电话", "138 0000 0000"), ("状态", "待办理")]
        );
        assert_eq!(several("来信时间:2026-01-02 08:30:00"), [("来信时间", "2026-01-02 08:30:00")]);
        assert_eq!(several("http://a.b/c"), []);
        assert_eq!(several("08:30"), []);
        assert_eq!(several("查询码:"), [("查询码", "")]);
    }
}
