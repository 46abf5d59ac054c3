//! What a kind says of a channel in plain words, for people who do not read configuration.

/// What a sentence is about: each is told under a heading of its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Topic {
    /// How submissions come.
    Arrives,
    /// By what a submission is known again.
    Known,
    /// What the far side is told when it has told us something.
    Answered,
    /// How outcomes go back.
    Returns,
}

/// One sentence about what a channel does, in both languages, without secrets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sentence {
    /// What it is about.
    pub topic: Topic,
    /// Chinese, in the words of the office.
    pub zh: String,
    /// English.
    pub en: String,
    /// The dotted keys of the channel's file that it speaks for, each with all below it: what stands there is told in the
    /// sentence. What no sentence speaks for is listed as it is written.
    pub keys: Vec<String>,
}

impl Sentence {
    /// A sentence that speaks for these keys.
    pub fn new(topic: Topic, zh: impl Into<String>, en: impl Into<String>, keys: &[&str]) -> Self {
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        Self { topic, zh: zh.into(), en: en.into(), keys }
    }
}
