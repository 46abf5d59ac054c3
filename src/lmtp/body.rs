//! A letter while it comes: kept up to a limit, counted beyond it.

use bytes::Bytes;

/// The bytes of a letter so far.
#[derive(Debug, Default)]
pub(super) struct Body {
    bytes: Vec<u8>,
    limit: usize,
    over: bool,
}

impl Body {
    /// An empty one that keeps at most so many bytes. What is longer is thrown away as it comes: it will be refused whole.
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    /// Adds what came.
    pub(super) fn push(&mut self, piece: &[u8]) {
        if self.over || piece.len() > self.limit.saturating_sub(self.bytes.len()) {
            self.over = true;
            self.bytes = Vec::new();
        } else {
            self.bytes.extend_from_slice(piece);
        }
    }

    /// The whole letter; none when it was longer than the limit.
    pub(super) fn whole(self) -> Option<Bytes> {
        (!self.over).then(|| self.bytes.into())
    }
}
