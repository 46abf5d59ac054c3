//! What of a form of parts is the same when it is told again: all but its boundary, which clients draw anew for each
//! request.

use aws_lc_rs::digest::{Context, SHA256};

/// What stands before each boundary, and ends what lies before it.
const BEFORE: &[u8] = b"\r\n--";

/// The digest of a form without its boundary. One that names none has that of its first line; one that has none at all is
/// digested as it is. A form that is cut inside its last boundary is known again too. Each piece goes in with its length and
/// whether a boundary ends it, so that no two forms have one digest.
pub(super) fn digest(body: &[u8], content_type: &str) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    let declared = multer::parse_boundary(content_type).ok();
    let boundary = declared.as_deref().map(str::as_bytes).or_else(|| first_line(body)).unwrap_or_default();
    let mut piece = |before: &[u8], ends_at_boundary: bool| {
        context.update(&(before.len() as u64).to_be_bytes());
        context.update(before);
        context.update(&[u8::from(ends_at_boundary)]);
    };
    let mut rest = body;
    if let Some(behind) = rest.strip_prefix(&BEFORE[2..]).and_then(|behind| behind.strip_prefix(boundary)) {
        piece(&BEFORE[2..], true);
        rest = behind;
    }
    while let Some(at) = find(rest, BEFORE) {
        let (before, behind) = rest.split_at(at + BEFORE.len());
        let cut = !boundary.is_empty() && boundary.starts_with(behind);
        let stripped = if cut { Some(&[][..]) } else { behind.strip_prefix(boundary) };
        piece(before, stripped.is_some());
        rest = stripped.unwrap_or(behind);
    }
    piece(rest, false);
    let mut out = [0; 32];
    out.iter_mut().zip(context.finish().as_ref()).for_each(|(to, from)| *to = *from);
    out
}

/// The boundary that a form shows by beginning with it.
fn first_line(body: &[u8]) -> Option<&[u8]> {
    let line = body.strip_prefix(&BEFORE[2..])?;
    let end = find(line, b"\r\n")?;
    line.get(..end).filter(|boundary| (1..=70).contains(&boundary.len()))
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, wanted)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn form(boundary: &str, contents: &[&str]) -> Vec<u8> {
        let part =
            |content: &&str| format!("--{boundary}\r\nContent-Disposition: form-data; name=a\r\n\r\n{content}\r\n");
        let parts: String = contents.iter().map(part).collect();
        format!("{parts}--{boundary}--\r\n").into_bytes()
    }

    fn typed(boundary: &str) -> String {
        format!("multipart/form-data; boundary={boundary}")
    }

    #[test]
    fn one_form_with_two_boundaries_is_one_and_two_forms_are_two() {
        let told = |boundary: &str, contents: &[&str]| digest(&form(boundary, contents), &typed(boundary));
        assert_eq!(told("XyZ", &["1", "2"]), told("another-boundary", &["1", "2"]));
        assert_ne!(told("XyZ", &["1", "2"]), told("XyZ", &["1", "3"]));
        assert_ne!(told("XyZ", &["1", "2"]), told("XyZ", &["12"]));
        // What a letter says is never taken for a boundary, though it holds its text.
        assert_ne!(told("a", &["b"]), told("a", &["ab"]));
        // Nor a line of two dashes for a boundary, though nothing else of a boundary is digested.
        assert_ne!(
            told("XyZ", &["1\r\n--\r\n2"]),
            digest(
                b"--XyZ\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--XyZ\r\n2\r\n--XyZ--\r\n",
                &typed("XyZ")
            )
        );
    }

    #[test]
    fn a_form_whose_boundary_is_not_declared_is_known_by_its_first_line() {
        let told = |boundary: &str| digest(&form(boundary, &["1"]), "multipart/form-data");
        assert_eq!(told("XyZ"), told("another-boundary"));
        assert_ne!(digest(b"a", "multipart/form-data"), digest(b"b", "multipart/form-data"));
    }

    proptest! {
        #[test]
        fn wherever_it_is_cut_it_is_known_again(cut in 0..5_usize, keeps in 0..6_usize) {
            let cut_at = |boundary: &str| {
                let whole = form(boundary, &["1", "2"]);
                // Before the same byte of a part's content, or inside the last boundary.
                let last = whole.len() - boundary.len() - "--\r\n".len();
                let end = if cut == 0 { last + keeps.min(boundary.len()) } else { last - cut };
                digest(&whole[..end], &typed(boundary))
            };
            prop_assert_eq!(cut_at("XyZXyZ"), cut_at("another-boundary"));
        }

        #[test]
        fn no_bytes_make_it_panic(body: Vec<u8>, boundary in "[a-zA-Z0-9]{0,4}") {
            let _ = digest(&body, &typed(&boundary));
        }
    }
}
