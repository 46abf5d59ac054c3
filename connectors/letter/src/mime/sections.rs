//! The parts of a multipart body (RFC 2046 section 5.1).

use std::ops::Range;

/// What stands between the boundaries of a body.
#[derive(Default, PartialEq, Eq, Debug)]
pub(super) struct Sections {
    pub(super) parts: Vec<Range<usize>>,
    /// The last boundary was found. Without it the letter breaks off, or was cut.
    pub(super) closed: bool,
    /// There were more parts than allowed.
    pub(super) cut: bool,
}

/// The parts of a body, at most so many; none where the boundary does not occur in it.
pub(super) fn sections(body: &[u8], boundary: &[u8], most: usize) -> Option<Sections> {
    let mark = [b"--", boundary].concat();
    let finder = memchr::memmem::Finder::new(&mark);
    let mut sections = Sections::default();
    let mut begin: Option<usize> = None;
    let mut found = false;
    let mut at = 0;
    while let Some(hit) = body.get(at..).and_then(|rest| finder.find(rest)).map(|hit| at + hit) {
        at = hit + mark.len();
        let Some((closing, behind)) = delimiter(body, hit, at, boundary.len()) else { continue };
        found = true;
        if let Some(begin) = begin.take() {
            sections.parts.push(begin..content_end(body, begin, hit));
        }
        sections.closed = closing;
        at = behind;
        // Behind the last boundary nothing belongs to the letter, unless a boundary follows all the same.
        begin = (!closing).then_some(behind);
        if sections.parts.len() >= most {
            sections.cut = begin.is_some();
            return Some(sections);
        }
    }
    if let Some(begin) = begin {
        sections.parts.push(begin.min(body.len())..body.len());
    }
    // An end without a beginning, with words behind it, is no boundary.
    let words = body.get(at..).is_some_and(|rest| !rest.trim_ascii().is_empty());
    (found && !(sections.parts.is_empty() && words)).then_some(sections)
}

/// The boundary of a body whose declaration is missing or wrong: the first line of two dashes that has a field of a part
/// behind it.
pub(super) fn guessed(body: &[u8]) -> Option<&[u8]> {
    // Where it is not near the beginning, it is nowhere.
    let head = body.get(..body.len().min(64 * 1024)).unwrap_or_default();
    let mut lines = head.split(|byte| *byte == b'\n');
    let mut line = lines.next()?;
    for next in lines {
        if let Some(mark) = line.strip_prefix(b"--")
            && next.get(..8).is_some_and(|start| start.eq_ignore_ascii_case(b"content-"))
            && !mark.trim_ascii().is_empty()
        {
            return Some(mark.trim_ascii_end());
        }
        line = next;
    }
    None
}

/// Whether the mark at `hit` is a boundary: whether it is the last one, and where its line ends.
fn delimiter(body: &[u8], hit: usize, behind: usize, length: usize) -> Option<(bool, usize)> {
    let at_line = hit == 0 || body.get(hit - 1) == Some(&b'\n');
    // A long boundary counts in the middle of a line as well, and so does the last one where nothing follows: some mailers
    // forget the line end before it.
    let rest = body.get(behind..).unwrap_or_default();
    let closing = rest.starts_with(b"--");
    let at_end = closing && rest.len() < 8 && rest.trim_ascii_end().len() == 2;
    if !at_line && length < 12 && !at_end {
        return None;
    }
    let tail = if closing { rest.get(2..).unwrap_or_default() } else { rest };
    let line = memchr::memchr(b'\n', tail).map_or(tail.len(), |end| end + 1);
    let blank = tail.get(..line).is_some_and(|line| line.iter().all(u8::is_ascii_whitespace));
    // `--abc` does not end a part of `--ab`; but what stands behind the last boundary is nobody's.
    (blank || (closing && at_line)).then_some((closing, behind + rest.len() - tail.len() + line))
}

/// The line end before a boundary belongs to it.
fn content_end(body: &[u8], begin: usize, hit: usize) -> usize {
    let content = body.get(begin..hit).unwrap_or_default();
    let kept = content.strip_suffix(b"\r\n").or_else(|| content.strip_suffix(b"\n")).unwrap_or(content);
    begin + kept.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str, boundary: &str) -> Option<(Vec<String>, bool)> {
        let sections = sections(body.as_bytes(), boundary.as_bytes(), 100)?;
        Some((sections.parts.into_iter().map(|part| body[part].to_owned()).collect(), sections.closed))
    }

    #[test]
    fn parts_stand_between_boundaries() {
        let parts = |parts: &[&str], closed| Some((parts.iter().map(|part| (*part).to_owned()).collect(), closed));
        assert_eq!(read("pre\r\n--x\r\na\r\n--x  \r\nb\r\n\r\n--x--\r\npost", "x"), parts(&["a", "b\r\n"], true));
        assert_eq!(read("--x\na\n--xy\nb\n--x--", "x"), parts(&["a\n--xy\nb"], true));
        assert_eq!(read("--x\na\n--x\nb", "x"), parts(&["a", "b"], false));
        assert_eq!(read("--x\na--x--\nb", "x"), parts(&["a--x--\nb"], false));
        assert_eq!(read("--x\na--x--\n", "x"), parts(&["a"], true));
        assert_eq!(read("--boundary-0001\na--boundary-0001--\n", "boundary-0001"), parts(&["a"], true));
        assert_eq!(read("--x\na\n--x--\n--x\nb\n--x--", "x"), parts(&["a", "b"], true));
        assert_eq!(read("no part at all", "x"), None);
        assert_eq!(read("--x--\nwords", "x"), None);
        assert_eq!(read("--x--\n", "x"), parts(&[], true));
    }

    #[test]
    fn a_boundary_that_is_not_declared_is_found() {
        assert_eq!(guessed(b"This is MIME\n--=_a b\r\nContent-Type: x\n"), Some(b"=_a b".as_slice()));
        assert_eq!(guessed(b"-- \nsignature\n--\nContent"), None);
    }

    #[test]
    fn more_parts_than_allowed_are_left_out() {
        let body = "--x\na\n".repeat(50);
        let sections = sections(body.as_bytes(), b"x", 10).unwrap();
        assert!(sections.cut && sections.parts.len() == 10);
    }
}
