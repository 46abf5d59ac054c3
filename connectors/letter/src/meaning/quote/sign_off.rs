//! Signatures: a card behind `-- `, and what telephones and programs write below a letter.

use crate::meaning::plain::{self, is_blank, narrowed};

/// Beginnings of lines that a program writes.
const WRITTEN_BY_PROGRAMS: [&str; 16] = [
    "发自我的",
    "发自 我的",
    "发自iphone",
    "发自 iphone",
    "发自新浪",
    "发自网易",
    "发自qq",
    "发自foxmail",
    "发自手机",
    "从我的",
    "sent from",
    "get outlook for",
    "获取 outlook",
    "获取outlook",
    "使用手机发送",
    "来自",
];

/// Lines of a card behind `-- `; behind a bare `--`, which people also draw between paragraphs, fewer.
const CARD_LINES: (usize, usize) = (15, 6);

/// Whether a program wrote the line: short, and one of its phrases.
fn is_programs(line: &str) -> bool {
    let line = narrowed(plain::first(line, 60)).to_lowercase();
    let line = line.trim();
    let is_short = line.chars().count() <= 40;
    let begins = WRITTEN_BY_PROGRAMS.into_iter().find(|words| line.starts_with(words));
    is_short
        && !line.ends_with(['。', '!', '?', ','])
        && match begins {
            Some("来自" | "从我的") => line.ends_with("客户端") || line.ends_with("发送") || line.ends_with("app"),
            Some(_) => true,
            None => false,
        }
}

/// Where the signature begins in what stands above `end`; `end` if there is none.
pub(super) fn begins(lines: &[(usize, &str)], end: usize) -> usize {
    let above: Vec<&(usize, &str)> = lines.iter().take_while(|(start, _)| *start < end).collect();
    let filled = |from: usize| above.iter().skip(from).filter(|(_, line)| !is_blank(line)).count();
    for (at, (start, line)) in above.iter().enumerate() {
        // Only the last lines are looked at twice.
        let card = match *line {
            "-- " => CARD_LINES.0,
            "--" => CARD_LINES.1,
            line if line.len() < 200 && is_programs(line) => 2,
            _ => continue,
        };
        if above.len() - at <= card * 3 && filled(at + 1) <= card {
            return *start;
        }
    }
    end
}

/// Whether nothing stands above `end` but what a program wrote.
pub(super) fn is_all(lines: &[(usize, &str)], end: usize) -> bool {
    let mut above = lines.iter().take_while(|(start, _)| *start < end).map(|(_, line)| *line);
    above.all(|line| is_blank(line) || is_programs(line))
}
