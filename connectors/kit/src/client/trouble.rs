//! From the client's errors to faults, sorted by what to do next.

use std::error::Error;
use std::io::ErrorKind;

use huiliu_contract::{Fault, Reached};

/// Sorts an error of the client. Its own text is left out where it could quote a URL or the far side.
pub(crate) fn fault(error: reqwest::Error) -> Fault {
    let error = error.without_url();
    if error.is_connect() {
        let message = if error.is_timeout() {
            "no connection in time".to_owned()
        } else {
            format!("no connection: {}", chain(&error))
        };
        return Fault::unavailable(message, Reached::No);
    }
    if error.is_timeout() {
        return Fault::unavailable("no whole answer in time", Reached::Maybe);
    }
    if error.is_builder() {
        return Fault::malformed(
            "the request cannot be written: its address or a header holds what HTTP does not allow",
        );
    }
    if error.is_decode() && unpacking(&error) {
        return Fault::malformed("the answer says it is gzip, and is not");
    }
    Fault::unavailable("the line was cut before the answer was whole", Reached::Maybe)
}

/// The causes, outermost first; `Display` of the client's errors leaves them out.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

fn unpacking(error: &reqwest::Error) -> bool {
    let mut next = error.source();
    while let Some(cause) = next {
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            return matches!(io.kind(), ErrorKind::InvalidData | ErrorKind::InvalidInput);
        }
        next = cause.source();
    }
    false
}
