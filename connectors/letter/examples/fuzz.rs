//! Reads letters that are nearly letters: the corpus, flipped, cut, spliced, doubled and stuffed with what letters are made
//! of. `cargo run --release -p huiliu-letter --example fuzz -- [INPUTS] [SEED]`
//!
//! It ends with an error at the first input that takes the processor longer than a second (it is read twice), panics, breaks what a letter promises, or when
//! the process has needed more than 512 MiB; the input is then written beside the system's temporary files.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a tool for developers: it fails loudly, and it prints")]

use std::collections::HashSet;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use huiliu_letter::{How, Letter, read};

/// What letters are made of.
const WORDS: [&[u8]; 30] = [
    b"\r\n\r\n",
    b"\r\n",
    b"\n",
    b"--",
    b"=?gbk?B?",
    b"=?utf-8?Q?",
    b"?=",
    b"Content-Type: multipart/mixed; boundary=b0\r\n\r\n--b0\r\n",
    b"--b0\r\n",
    b"--b0--\r\n",
    b"Content-Type: message/rfc822\r\n\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Transfer-Encoding: quoted-printable\r\n",
    b"Content-Type: text/html; charset=gb2312\r\n\r\n",
    b"From: ",
    b"Subject: ",
    b"; filename*0*=gbk''%C2%B7",
    b"; filename*1*=%B5%C6",
    b"; name=\"",
    b"<table>",
    b"<tr><td>",
    b"</td>",
    b"<div>",
    b"<b id=1>",
    b"<p>x",
    b"<!--",
    b"&nbsp;",
    b"\x78\x9f\x3e\x22\x01\0",
    b"\xc2\xb7\xb5\xc6",
    "路灯".as_bytes(),
];

/// No input is larger.
const LARGEST: usize = 1 << 18;

/// When the letter that is being read was begun, in milliseconds since the start.
static BEGUN: AtomicU64 = AtomicU64::new(0);

fn main() {
    let mut args = std::env::args().skip(1);
    let inputs: u64 =
        args.next().map_or(1_000_000, |text| text.parse().expect("the first argument is a number of inputs"));
    let seed: u64 = args.next().map_or(1, |text| text.parse().expect("the second argument is a number"));
    let corpus = corpus(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus"));
    let mut chance = Chance(seed);
    let start = Instant::now();
    std::thread::spawn(move || watch(start));
    let (mut longest, mut slowest, mut bytes) = (Duration::ZERO, Vec::new(), 0_u64);
    for nth in 0..inputs {
        let input = mutated(&corpus, &mut chance);
        bytes += input.len() as u64;
        BEGUN.store(since(start), Ordering::Relaxed);
        let (result, took) = timed(&input);
        if took > longest {
            (longest, slowest) = (took, input.clone());
        }
        if let Err(why) = result.unwrap_or_else(|_| Err("it panicked".to_owned())).and_then(|()| in_time(took)) {
            let path = std::env::temp_dir().join(format!("huiliu-letter-{seed}-{nth}.eml"));
            std::fs::write(&path, &input).expect("the temporary folder can be written to");
            println!("input {nth} of seed {seed}: {why}; it is {}", path.display());
            std::process::exit(1);
        }
        if (nth + 1) % 100_000 == 0 {
            println!(
                "{:>9} inputs, {} MiB, longest {longest:?} ({} bytes), peak {} MiB, {:?}",
                nth + 1,
                bytes >> 20,
                slowest.len(),
                peak(),
                start.elapsed()
            );
        }
    }
    println!(
        "{inputs} inputs of seed {seed}: longest {longest:?} ({} bytes), peak {} MiB, {:?}",
        slowest.len(),
        peak(),
        start.elapsed()
    );
    let path = std::env::temp_dir().join(format!("huiliu-letter-slowest-{seed}.eml"));
    std::fs::write(&path, &slowest).expect("the temporary folder can be written to");
    println!("the slowest is {}", path.display());
    assert!(peak() <= 512, "the process needed more than 512 MiB");
}

/// What became of an input, and how long the processor was at it: the machine may be busy with something else.
fn timed(input: &[u8]) -> (std::thread::Result<Result<(), String>>, Duration) {
    let (begun, cpu) = (Instant::now(), on_cpu());
    let result = catch_unwind(|| check(input));
    let took = cpu.zip(on_cpu()).map_or_else(|| begun.elapsed(), |(before, after)| after.saturating_sub(before));
    (result, took)
}

/// How long this thread has run, where the system tells.
fn on_cpu() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

fn in_time(took: Duration) -> Result<(), String> {
    if took <= Duration::from_secs(1) { Ok(()) } else { Err(format!("it took {took:?}")) }
}

/// Reads an input and holds the letter against what letters promise.
fn check(input: &[u8]) -> Result<(), String> {
    let Ok(letter) = read(input, &How::default()) else { return Ok(()) };
    let document = letter.document().to_string();
    if letter.identity.bytes().len() > input.len() + 64 {
        return Err("the identity is longer than the letter".to_owned());
    }
    let again = read(input, &How::default()).map(|letter| letter.document().to_string());
    if again.as_deref() != Ok(document.as_str()) {
        return Err("read twice it is another letter".to_owned());
    }
    kept(&letter)
}

fn kept(letter: &Letter) -> Result<(), String> {
    let mut names = HashSet::new();
    for file in &letter.files {
        let name = &file.name;
        if name.is_empty() || name.chars().count() > 120 || name.contains(['/', '\\', '\0']) || !names.insert(name) {
            return Err(format!("a file is called {name:?}"));
        }
    }
    if letter.text.contains(['\0', '\r']) || letter.subject.contains(['\n', '\r', '\0']) {
        return Err("control characters are left".to_owned());
    }
    letter.letters.iter().try_for_each(kept)
}

fn mutated(corpus: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let mut input = chance.of(corpus).clone();
    for _ in 0..=chance.below(6) {
        let at = chance.below(input.len() + 1);
        match chance.below(9) {
            0 => {
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= 1 << chance.below(8);
                }
            }
            1 => {
                if let Some(byte) = input.get_mut(at) {
                    *byte = chance.below(256) as u8;
                }
            }
            2 => input.truncate(at),
            3 => {
                let other = chance.of(corpus);
                let from = chance.below(other.len() + 1);
                input.truncate(at);
                input.extend_from_slice(other.get(from..).unwrap_or_default());
            }
            4 => {
                let piece = piece(&input, at, chance).to_vec();
                let times = 1 << chance.below(9);
                insert(&mut input, at, &piece.repeat(times));
            }
            5 => {
                let end = (at + chance.below(200)).min(input.len());
                input.drain(at..end);
            }
            6 => {
                let word = *chance.of(&WORDS);
                let times = 1 << (chance.below(11).saturating_sub(4));
                insert(&mut input, at, &word.repeat(times));
            }
            7 => {
                let other = chance.of(corpus);
                let from = chance.below(other.len() + 1);
                let piece = piece(other, from, chance).to_vec();
                insert(&mut input, at, &piece);
            }
            _ => {
                let word = *chance.of(&WORDS);
                insert(&mut input, at, word);
            }
        }
        input.truncate(LARGEST);
    }
    input
}

fn piece<'a>(of: &'a [u8], from: usize, chance: &mut Chance) -> &'a [u8] {
    let end = (from + chance.below(400)).min(of.len());
    of.get(from..end).unwrap_or_default()
}

fn insert(input: &mut Vec<u8>, at: usize, piece: &[u8]) {
    let tail = input.split_off(at.min(input.len()));
    input.extend_from_slice(piece.get(..piece.len().min(LARGEST)).unwrap_or_default());
    input.extend(tail);
}

fn corpus(folder: &Path) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(folder).expect("the corpus lies beside the crate");
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    let letters = paths.iter().filter(|path| path.extension().is_some_and(|end| end == "eml"));
    letters.map(|path| std::fs::read(path).expect("a letter of the corpus can be read")).collect()
}

/// A letter that hangs is never finished: somebody else has to tell.
fn watch(start: Instant) {
    loop {
        std::thread::sleep(Duration::from_secs(1));
        let begun = BEGUN.load(Ordering::Relaxed);
        if begun > 0 && since(start).saturating_sub(begun) > 20_000 {
            println!("a letter has not been read for twenty seconds");
            std::process::exit(1);
        }
    }
}

fn since(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// The most memory that the process has had, in MiB, where the system tells.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|text| text.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// SplitMix64: the same inputs for the same seed, everywhere.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, most: usize) -> usize {
        (self.next() % (most.max(1) as u64)) as usize
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        all.get(self.below(all.len())).expect("there is something to choose from")
    }
}
