//! Lines of commands out of what came so far. Only CR LF ends one: who takes a lone LF for an end can be made to see commands
//! where another server saw text.

use bytes::BytesMut;

use super::reply::Reply;

/// The longest line of a command, its CR LF included, in bytes. RFC 5321 asks for 512 and more for what extensions add; this
/// is also what the grammar takes.
pub(super) const LONGEST: usize = 4096;

/// What the bytes so far are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// One whole line, with its CR LF.
    Line(BytesMut),
    /// The beginning of a line, or nothing.
    Wanting,
    /// No line: what follows cannot be told apart, so the connection ends with this.
    Broken(Reply),
}

/// Takes the next line off the front.
pub(super) fn next_line(wire: &mut BytesMut) -> Next {
    let upto = wire.iter().take(LONGEST).position(|byte| *byte == b'\n');
    let Some(at) = upto else {
        return if wire.len() < LONGEST { Next::Wanting } else { Next::Broken(Reply::LINE_TOO_LONG) };
    };
    let line = wire.split_to(at + 1);
    let Some(text) = line.strip_suffix(b"\r\n") else { return Next::Broken(Reply::BARE_END) };
    if text.iter().any(|byte| matches!(byte, b'\r' | 0)) { Next::Broken(Reply::BARE_END) } else { Next::Line(line) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Vec<Next> {
        let (mut wire, mut found) = (BytesMut::from(text), Vec::new());
        loop {
            let next = next_line(&mut wire);
            let ends = !matches!(next, Next::Line(_));
            found.push(next);
            if ends {
                return found;
            }
        }
    }

    fn line(text: &[u8]) -> Next {
        Next::Line(BytesMut::from(text))
    }

    #[test]
    fn only_cr_lf_ends_a_line() {
        assert_eq!(read(b"NOOP\r\nRSET\r\nQU"), [line(b"NOOP\r\n"), line(b"RSET\r\n"), Next::Wanting]);
        assert_eq!(read(b"NOOP\nQUIT\r\n"), [Next::Broken(Reply::BARE_END)]);
        assert_eq!(read(b"NO\rOP\r\n"), [Next::Broken(Reply::BARE_END)]);
        assert_eq!(read(b"NO\0OP\r\n"), [Next::Broken(Reply::BARE_END)]);
        assert_eq!(read(b"\r\n"), [line(b"\r\n"), Next::Wanting]);
    }

    #[test]
    fn a_line_has_a_greatest_length() {
        let longest = [vec![b'x'; LONGEST - 2], b"\r\n".to_vec()].concat();
        assert_eq!(read(&longest), [line(&longest), Next::Wanting]);
        assert_eq!(read(&vec![b'x'; LONGEST - 1]), [Next::Wanting]);
        assert_eq!(read(&vec![b'x'; LONGEST]), [Next::Broken(Reply::LINE_TOO_LONG)]);
    }
}
