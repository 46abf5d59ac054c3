//! Walking to far sides that are right, and to far sides that are wrong in one way each; and that requests leave as the file
//! says: through the proxy, to the address, from the address, trusting the certificate.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod desk;
mod far;
mod leaving;
mod lines;
mod pinned;
mod tls;
