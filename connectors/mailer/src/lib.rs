//! What leaves by mail: composed once, sent as it was composed, and told honestly whether it arrived.
