//! By what a letter is known again: what its author's program wrote, and nothing that servers add on the way.
//!
//! Nothing here is decoded, and nothing asks the parser: the reading of letters will improve, their identity may not change.

use bytes::Bytes;

/// The pieces by which a letter is known: the values of its first Message-ID, From, Date and Subject as they stand, without
/// the ends of folded lines, and its body with all line ends made equal and those at its end left off.
///
/// Line ends are CRLF, CR and LF alike: servers change one into another. It keeps the letter's bytes, shared, and makes the
/// pieces when they are asked for.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity(Bytes);

/// The fields that belong to an identity, in its order.
const FIELDS: [&[u8]; 4] = [b"message-id", b"from", b"date", b"subject"];

/// The identity of a letter, see [`Identity`].
pub fn identity(raw: &[u8]) -> Identity {
    Identity(Bytes::copy_from_slice(raw))
}

impl Identity {
    pub(crate) fn of(raw: Bytes) -> Self {
        Self(raw)
    }

    /// Hands over the bytes of the identity, piece by piece and never all of a large letter at once: each of the four
    /// values and the body with its length in eight bytes (little endian) before it. A field that is not there is told
    /// apart from an empty one.
    pub fn feed(&self, mut to: impl FnMut(&[u8])) {
        let (fields, body) = head(&self.0);
        for field in fields {
            match field {
                Some(value) => {
                    to(&(value.len() as u64).to_le_bytes());
                    to(&value);
                }
                None => to(&u64::MAX.to_le_bytes()),
            }
        }
        let body = trimmed(body);
        let mut length = 0_u64;
        lines(body, |line| length += line.len() as u64);
        to(&length.to_le_bytes());
        lines(body, to);
    }

    /// All of [`Self::feed`] in one piece.
    pub fn bytes(&self) -> Vec<u8> {
        let mut all = Vec::with_capacity(self.0.len().min(1 << 20));
        self.feed(|piece| all.extend_from_slice(piece));
        all
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Identity(••••)")
    }
}

/// The four values, and what stands behind the first empty line.
fn head(raw: &[u8]) -> ([Option<Vec<u8>>; 4], &[u8]) {
    let mut values: [Option<Vec<u8>>; 4] = [None, None, None, None];
    // Which value a continued line belongs to; none for a field that does not count, or comes a second time.
    let mut current: Option<usize> = None;
    // Empty lines before the first field end no header.
    let begin = raw.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let mut rest = raw.get(begin..).unwrap_or_default();
    while !rest.is_empty() {
        let (line, behind) = line(rest);
        rest = behind;
        if line.is_empty() {
            return (values, rest);
        }
        if line.starts_with(b" ") || line.starts_with(b"\t") {
            if let Some(value) = current.and_then(|at| values.get_mut(at)).and_then(Option::as_mut) {
                value.extend_from_slice(line);
            }
            continue;
        }
        current = None;
        let Some(colon) = memchr::memchr(b':', line) else { continue };
        let (name, value) = line.split_at(colon);
        let at = FIELDS.iter().position(|field| name.trim_ascii_end().eq_ignore_ascii_case(field));
        if let Some(slot) = at.and_then(|at| values.get_mut(at)).filter(|slot| slot.is_none()) {
            *slot = Some(value.get(1..).unwrap_or_default().to_vec());
            current = at;
        }
    }
    (values, &[])
}

/// The first line without its end, and what follows.
fn line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let Some(end) = memchr::memchr2(b'\r', b'\n', bytes) else { return (bytes, &[]) };
    let (line, rest) = bytes.split_at(end);
    let rest = rest.strip_prefix(b"\r\n").or_else(|| rest.get(1..)).unwrap_or_default();
    (line, rest)
}

fn trimmed(body: &[u8]) -> &[u8] {
    let end = body.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1);
    body.get(..end).unwrap_or_default()
}

fn lines(body: &[u8], mut to: impl FnMut(&[u8])) {
    let mut rest = body;
    while !rest.is_empty() {
        let (line, behind) = line(rest);
        if !line.is_empty() {
            to(line);
        }
        if line.len() < rest.len() {
            to(b"\n");
        }
        rest = behind;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn letter(fields: &[(&str, &str)], body: &str) -> Vec<u8> {
        let head: String = fields.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        format!("{head}\n{body}").into_bytes()
    }

    #[test]
    fn what_servers_add_is_no_part_of_it() {
        let own = [("Message-ID", "<1@x>"), ("From", "a@b"), ("Date", "d"), ("Subject", "路灯\n 坏了")];
        let sent = letter(&own, "第一行\n第二行");
        let mut carried = vec![("Return-Path", "<a@b>"), ("Received", "from x\n\tby y"), ("Delivered-To", "12345@c")];
        carried.extend(own);
        let carried = String::from_utf8(letter(&carried, "第一行\n第二行\n\n")).unwrap().replace('\n', "\r\n");
        assert_eq!(identity(&sent).bytes(), identity(carried.as_bytes()).bytes());
    }

    #[test]
    fn the_first_of_each_field_counts_and_none_is_not_the_same_as_empty() {
        let one = letter(&[("Subject", "a"), ("From", "x")], "");
        let second = letter(&[("Subject", "a"), ("From", "x"), ("subject", "b\n more")], "");
        assert_eq!(identity(&one).bytes(), identity(&second).bytes());
        assert_ne!(identity(b"Subject:\n\nx").bytes(), identity(b"X:\n\nx").bytes());
    }

    #[test]
    fn empty_lines_before_the_header_change_nothing() {
        let sent = letter(&[("From", "ab")], "路灯");
        assert_eq!(identity(&[b"\r\n".as_slice(), &sent].concat()).bytes(), identity(&sent).bytes());
    }

    #[test]
    fn what_stands_in_one_piece_cannot_be_told_as_another() {
        let left = letter(&[("From", "ab"), ("Date", "c")], "");
        let right = letter(&[("From", "a"), ("Date", "bc")], "");
        assert_ne!(identity(&left).bytes(), identity(&right).bytes());
    }

    proptest! {
        #[test]
        fn a_letter_is_the_same_behind_any_server(
            id in "<[a-z0-9.]{1,12}@[a-z]{1,8}>", from in "\\PC{0,20}", date in "[ -~]{0,30}", subject in "\\PC{0,30}",
            body in "[^\r]{0,200}", received in "[ -~]{1,40}",
        ) {
            let own = [("Message-ID", id.as_str()), ("From", &from), ("Date", &date), ("Subject", &subject)];
            let sent = letter(&own, &body);
            let mut more = vec![("Received", received.as_str()), ("Return-Path", "<>"), ("Delivered-To", "h@x")];
            more.extend(own);
            let carried = letter(&more, &body);
            let crlf = String::from_utf8(carried.clone()).unwrap().replace('\n', "\r\n").into_bytes();
            let cr = String::from_utf8(carried.clone()).unwrap().replace('\n', "\r").into_bytes();
            let first = identity(&sent).bytes();
            prop_assert_eq!(&first, &identity(&carried).bytes());
            prop_assert_eq!(&first, &identity(&crlf).bytes());
            prop_assert_eq!(&first, &identity(&cr).bytes());
        }

        #[test]
        fn a_change_of_one_byte_in_any_piece_is_another_letter(
            mut pieces in proptest::collection::vec("[a-z]{1,20}", 5), which in 0..5_usize, at in any::<prop::sample::Index>(),
        ) {
            let build = |pieces: &[String]| {
                let [id, from, date, subject, body] = pieces else { unreachable!() };
                identity(&letter(&[("Message-ID", id), ("From", from), ("Date", date), ("Subject", subject)], body)).bytes()
            };
            let before = build(&pieces);
            let at = at.index(pieces[which].len());
            pieces[which].replace_range(at..=at, "0");
            prop_assert_ne!(before, build(&pieces));
        }

        #[test]
        fn no_bytes_are_too_odd(raw in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut length = 0;
            identity(&raw).feed(|piece| length += piece.len());
            prop_assert_eq!(length, identity(&raw).bytes().len());
        }
    }
}
