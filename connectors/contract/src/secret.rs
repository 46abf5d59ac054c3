//! Values that never show themselves in Debug or a log: secrets, and citizens' personal data.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

/// A secret of the site (password, key, token). Debug prints dots; the memory is wiped on drop.
#[derive(Clone)]
pub struct Secret {
    text: SecretString,
    set: bool,
}

impl Secret {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: SecretString::from(text.into()), set: true }
    }

    /// Stands for a secret that nobody has entered yet, where a channel that is off is looked at all the same. Nothing is
    /// ever sent with it.
    pub fn unset() -> Self {
        Self { text: SecretString::from("not set while the channel is off"), set: false }
    }

    /// Whether it was entered. The form of one that was not (hexadecimal, a private key) cannot be judged.
    pub fn is_set(&self) -> bool {
        self.set
    }

    /// Gives the secret itself, for the one place that uses it.
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("••••")
    }
}

/// Something that may hold a citizen's data, or quotes the outside. Debug prints dots.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Personal<T>(T);

impl<T> Personal<T> {
    /// Wraps a value that must not reach a log.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// Gives the value, for a place that seals it or shows it on record.
    pub fn reveal(&self) -> &T {
        &self.0
    }

    /// Gives the value away.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("••••")
    }
}
