//! CSS selectors, compiled once.

/// A compiled CSS selector.
#[derive(Clone, Debug)]
pub struct Selector {
    text: String,
    pub(crate) compiled: scraper::Selector,
}

/// A text that is no CSS selector.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadSelector {
    /// For people, in Chinese, with what helps.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

impl Selector {
    /// Compiles a selector as browsers know them (`table#list tr`, `td.title > a`). Fails with why it is none.
    pub fn parse(text: &str) -> Result<Self, BadSelector> {
        match scraper::Selector::parse(text) {
            Ok(compiled) => Ok(Self { text: text.to_owned(), compiled }),
            Err(why) => {
                let why = why.to_string();
                Err(BadSelector {
                    zh: format!("“{text}”不是 CSS 选择器({why});例如 table#list tr、td.title > a"),
                    en: format!("{text:?} is no CSS selector ({why}); for example table#list tr, td.title > a"),
                })
            }
        }
    }

    /// The selector as it was written.
    pub fn written(&self) -> &str {
        &self.text
    }
}

impl PartialEq for Selector {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl std::fmt::Display for BadSelector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.en)
    }
}

impl std::error::Error for BadSelector {}
