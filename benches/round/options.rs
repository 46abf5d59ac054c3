//! What may be asked for on the command line.

use std::ops::RangeInclusive;
use std::str::FromStr;

/// What is run.
pub(crate) struct Options {
    /// How many submissions.
    pub(crate) n: usize,
    /// Connections that push at once, and as many that post outcomes.
    pub(crate) connections: usize,
    /// How often it is run, each time on a fresh folder.
    pub(crate) runs: usize,
    /// Write-backs under way at once.
    pub(crate) in_flight: u8,
    /// Without the way home.
    pub(crate) walk: bool,
}

impl Options {
    /// Reads the words after the program's name; `--bench` is cargo's.
    pub(crate) fn read(words: &[String]) -> Result<Self, String> {
        let mut options = Self { n: 100_000, connections: 64, runs: 3, in_flight: 64, walk: false };
        let mut words = words.iter().map(String::as_str);
        while let Some(word) = words.next() {
            match word {
                "--bench" => {}
                "--walk" => options.walk = true,
                "-n" => options.n = number(word, words.next(), 100..=1_000_000)?,
                "-c" => options.connections = number(word, words.next(), 1..=1_000)?,
                "--runs" => options.runs = number(word, words.next(), 1..=100)?,
                "--in-flight" => options.in_flight = number(word, words.next(), 1..=64)?,
                other => return Err(format!("`{other}`: -n, -c, --runs, --in-flight and --walk are known")),
            }
        }
        Ok(options)
    }
}

fn number<T>(name: &str, word: Option<&str>, bounds: RangeInclusive<T>) -> Result<T, String>
where
    T: FromStr + PartialOrd + std::fmt::Display,
{
    let number = word.and_then(|word| word.parse().ok()).filter(|number| bounds.contains(number));
    number.ok_or_else(|| format!("`{name}` takes a number from {} to {}", bounds.start(), bounds.end()))
}
