//! Lines that flow (`format=flowed`, RFC 3676): a line that ends in a blank goes on in the next.

/// The text with its lines joined. `delete` says that the blank at a line's end is no part of the text (`DelSp=yes`);
/// between two Chinese characters it never is, whatever was declared.
pub(crate) fn unfold(text: &str, delete: bool) -> String {
    let mut out = String::with_capacity(text.len());
    // How deep the quote is that is being joined; none where the last line was the end of its paragraph.
    let mut open: Option<usize> = None;
    for (nth, line) in text.lines().enumerate() {
        let marks = line.bytes().take_while(|byte| *byte == b'>').count();
        let words = line.get(marks..).unwrap_or_default();
        // A line that begins with a blank, a mark or `From ` was stuffed with one.
        let words = words.strip_prefix(' ').unwrap_or(words);
        let signature = words == "-- ";
        if open == Some(marks) && !signature {
            if touches(&out, words) && out.ends_with(' ') {
                out.pop();
            }
        } else {
            if nth > 0 {
                out.push('\n');
            }
            if marks > 0 {
                out.extend(std::iter::repeat_n('>', marks));
                out.push(' ');
            }
        }
        let flows = words.ends_with(' ') && !signature;
        out.push_str(if flows && delete { words.get(..words.len() - 1).unwrap_or_default() } else { words });
        open = flows.then_some(marks);
    }
    if text.ends_with('\n') {
        out.push('\n');
    }
    out
}

/// Whether two Chinese characters meet where the lines are joined.
fn touches(before: &str, behind: &str) -> bool {
    let wide = |c: char| matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}');
    before.trim_end_matches(' ').chars().next_back().is_some_and(wide) && behind.chars().next().is_some_and(wide)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_flow_together_without_a_blank_in_chinese() {
        assert_eq!(unfold("兴衡路的路灯 \n已经三天不亮。\n请修。\n", false), "兴衡路的路灯已经三天不亮。\n请修。\n");
        assert_eq!(unfold("the lamp \nis off", false), "the lamp is off");
        assert_eq!(unfold("the la \nmp is off", true), "the lamp is off");
    }

    #[test]
    fn quotes_flow_by_themselves_and_signatures_do_not() {
        assert_eq!(unfold("> 已经 \n> 三天\n好的 \n> x", false), "> 已经三天\n好的 \n> x");
        assert_eq!(unfold("a\n-- \n张三", false), "a\n-- \n张三");
        assert_eq!(unfold(" >不是引用\n From x", false), ">不是引用\nFrom x");
    }

    #[test]
    fn empty_lines_stay() {
        assert_eq!(unfold("\n第一段\n\n第二段", false), "\n第一段\n\n第二段");
        assert_eq!(unfold("", false), "");
    }
}
