//! Where a letter that came after `DATA` ends, and the letter without the dots that were added for the way (RFC 5321, 4.5.2).
//!
//! `smtp-proto` has a reader for this too. It takes CR LF `.` CR CR LF for an end, and does not see the end of a letter that
//! is empty; the first lets one letter pass for two, so this is written here.

use super::body::Body;

/// Where the last byte left us.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum At {
    /// At the start of a line: behind a CR LF, or at the very beginning.
    Start,
    /// Behind a dot at the start of a line.
    Dot,
    /// Behind such a dot and a CR.
    DotCr,
    /// Behind a CR.
    Cr,
    /// Anywhere else.
    Within,
}

/// Reads one letter.
#[derive(Debug)]
pub(super) struct Dots(At);

impl Dots {
    /// At the beginning of a letter; the line of the command ended just now.
    pub(super) fn new() -> Self {
        Self(At::Start)
    }

    /// Reads what came. At the letter's end it answers how many of these bytes belonged to it; what follows is no part of it.
    pub(super) fn feed(&mut self, piece: &[u8], letter: &mut Body) -> Option<usize> {
        let mut at = 0;
        while let Some(rest) = piece.get(at..).filter(|rest| !rest.is_empty()) {
            if self.0 == At::Within {
                let run = rest.iter().position(|byte| *byte == b'\r').unwrap_or(rest.len());
                let (run, cr) = rest.split_at(run);
                letter.push(run);
                at += run.len();
                if !cr.is_empty() {
                    letter.push(b"\r");
                    (self.0, at) = (At::Cr, at + 1);
                }
                continue;
            }
            let Some(byte) = rest.first() else { break };
            at += 1;
            if self.step(*byte, letter) {
                return Some(at);
            }
        }
        None
    }

    /// One byte near the end of a line; true at the end of the letter.
    fn step(&mut self, byte: u8, letter: &mut Body) -> bool {
        self.0 = match (self.0, byte) {
            (At::Start, b'.') => At::Dot,
            (At::Dot, b'\r') => At::DotCr,
            (At::DotCr, b'\n') => return true,
            (At::DotCr, b'\r') => {
                // The dot was one that is taken away; this CR is another one.
                letter.push(b"\r\r");
                At::Cr
            }
            (At::DotCr, other) => {
                letter.push(&[b'\r', other]);
                At::Within
            }
            (At::Cr, b'\n') => {
                letter.push(b"\n");
                At::Start
            }
            (_, b'\r') => {
                letter.push(b"\r");
                At::Cr
            }
            (_, other) => {
                letter.push(&[other]);
                At::Within
            }
        };
        false
    }
}

#[cfg(test)]
mod tests {
    use huiliu_farside::lmtp::stuffed;
    use proptest::prelude::*;

    use super::*;

    /// The letter, and what was left behind it.
    fn read(pieces: &[&[u8]]) -> Option<(Vec<u8>, Vec<u8>)> {
        let (mut dots, mut letter) = (Dots::new(), Body::new(1 << 20));
        for (at, piece) in pieces.iter().enumerate() {
            if let Some(used) = dots.feed(piece, &mut letter) {
                let left = [&piece[used..], &pieces[at + 1..].concat()].concat();
                return Some((letter.whole().unwrap().to_vec(), left));
            }
        }
        None
    }

    fn letter(wire: &[u8]) -> Option<String> {
        read(&[wire]).map(|(letter, _)| String::from_utf8(letter).unwrap())
    }

    #[test]
    fn dots_that_were_added_are_taken_away() {
        assert_eq!(letter(b"a\r\n..\r\n..b\r\n.c\r\n.\r\n").unwrap(), "a\r\n.\r\n.b\r\nc\r\n");
        assert_eq!(letter(b"a.\r\nb.c\r\n.\r\n").unwrap(), "a.\r\nb.c\r\n", "within a line they stay");
        assert_eq!(letter(b".\r\n").unwrap(), "", "an empty letter");
        assert_eq!(letter(b"..\r\n.\r\n").unwrap(), ".\r\n");
    }

    #[test]
    fn nothing_but_a_lone_dot_between_two_cr_lf_ends_a_letter() {
        for smuggled in [
            "\n.\n",
            "\n.\r\n",
            "\r\n.\n",
            "\r.\r\n",
            "\r.\r",
            "\r\n.\r",
            "\n\n.\r\n",
            "\r\n.\r\r\n",
            "\r\n.\r\r\r\n",
            "\r\n\0.\r\n",
            "\r\n.\0\r\n",
            "\r\n. \r\n",
            "\r\r.\r\n",
        ] {
            let wire = format!("a{smuggled}MAIL FROM:<b@b.example>\r\n.\r\nQUIT\r\n");
            let (letter, left) = read(&[wire.as_bytes()]).unwrap();
            let letter = String::from_utf8(letter).unwrap();
            assert!(letter.ends_with("MAIL FROM:<b@b.example>\r\n"), "{smuggled:?} ended it: {letter:?}");
            assert_eq!(left, b"QUIT\r\n", "{smuggled:?}");
        }
        assert_eq!(letter(b"a\r\n.\r\r\n.\r\n").unwrap(), "a\r\n\r\r\n", "the dot goes, the line stays");
    }

    /// Why this file is here; when it fails, the parser's own reader may do.
    #[test]
    fn the_parser_s_own_reader_sees_an_end_where_none_is_and_none_where_one_is() {
        let ends =
            |wire: &[u8]| smtp_proto::request::receiver::DataReceiver::new().ingest(&mut wire.iter(), &mut Vec::new());
        assert!(ends(b"a\r\n.\r\n"));
        assert_eq!((ends(b"a\r\n.\r\r\n"), ends(b".\r\n")), (true, false));
    }

    fn with_its_end(letter: &[u8]) -> Vec<u8> {
        let end: &[u8] = if letter.is_empty() || letter.ends_with(b"\r\n") { b"" } else { b"\r\n" };
        [letter, end].concat()
    }

    fn anything() -> impl Strategy<Value = Vec<u8>> {
        let near = prop::sample::select(vec![b'.', b'\r', b'\n', b'a', 0]);
        prop::collection::vec(prop_oneof![4 => near, 1 => any::<u8>()], 0..60)
    }

    proptest! {
        /// Whatever it is, and wherever the line breaks it into pieces.
        #[test]
        fn what_is_sent_with_dots_comes_out_as_it_went_in(letter in anything(), cuts in prop::collection::vec(0usize..70, 0..5)) {
            let wire = [stuffed(&letter), b"NOOP\r\n".to_vec()].concat();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(wire.len())).chain([0, wire.len()]).collect();
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &wire[pair[0]..pair[1]]).collect();
            prop_assert_eq!(read(&pieces), Some((with_its_end(&letter), b"NOOP\r\n".to_vec())));
        }
    }
}
