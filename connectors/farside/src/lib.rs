//! Real-looking far sides that tests and the demo run against, and the promises every kind keeps.
