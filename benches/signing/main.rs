//! What signing and 国密 cost beside OpenSSL on the same machine: `cargo bench --bench signing`.
//!
//! Ours are the hands that recipes work with, then whole pushes as recipes verify them; a push of 1 KiB whose HMAC is taken
//! by hand stands beside them, to show what the declarative form adds. OpenSSL's are what `openssl speed` says here and now.
//! One thread each. A shared machine is noisy: compare only what ran side by side.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a bench that cannot run shall fail")]

mod pushes;

use std::hint::black_box;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use huiliu_kit::crypto::block::Key;
use huiliu_kit::crypto::digest::digest;
use huiliu_kit::crypto::mac;
use huiliu_kit::crypto::sm2::{Opener, SIGNER, Sealer, Signer, Verifier, Way};
use huiliu_kit::recipe::{Cipher, Digest, Form, Layout, Mac};

/// How long each is measured.
const TIME: Duration = Duration::from_millis(600);
/// A letter, in bytes.
const LETTER: usize = 1024;

/// The key of GM/T 0003 annex A.
const PRIVATE: &str = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
const PUBLIC: &str = "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020\
                      ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";

fn main() -> ExitCode {
    // `cargo test --all-targets` starts benches too; a measurement beside tests would say nothing.
    if !std::env::args().any(|word| word == "--bench") {
        println!("nothing is measured outside of `cargo bench`");
        return ExitCode::SUCCESS;
    }
    println!("{:<44}{:>12}{:>12}{:>8}", "", "ours", "OpenSSL", "ratio");
    signatures();
    bulk();
    println!("\n{:<44}{:>12}", "a push of 1 KiB, verified", "µs");
    for (what, micros) in pushes::measured() {
        println!("{what:<44}{micros:>12.1}");
    }
    ExitCode::SUCCESS
}

fn signatures() {
    let letter = [b'x'; LETTER];
    let signer = Signer::read(PRIVATE.as_bytes(), SIGNER, Form::Rs).unwrap();
    let verifier = Verifier::read(PUBLIC.as_bytes(), SIGNER, Form::Rs).unwrap();
    let signature = signer.sign(&letter).unwrap();
    let theirs = openssl("sm2", "+F7:").map(|fields| (fields[fields.len() - 2], fields[fields.len() - 1]));
    line("SM2 sign, a second", each_second(|| signer.sign(&letter).unwrap()), theirs.map(|both| both.0));
    line("SM2 verify, a second", each_second(|| verifier.fits(&letter, &signature)), theirs.map(|both| both.1));
    let way = Way { layout: Layout::C1c3c2, lead: true };
    let sealer = Sealer::read(PUBLIC.as_bytes(), way).unwrap();
    let opener = Opener::read(PRIVATE.as_bytes(), way).unwrap();
    let sealed = sealer.seal(&letter).unwrap();
    line("SM2 encrypt 1 KiB, a second", each_second(|| sealer.seal(&letter).unwrap()), None);
    line("SM2 decrypt 1 KiB, a second", each_second(|| opener.open(&sealed).unwrap()), None);
}

fn bulk() {
    let letter = [b'x'; LETTER];
    let megabytes = |each: f64| each * LETTER as f64 / 1e6;
    let theirs = |name| openssl(name, "+F:").and_then(|fields| fields.last().map(|bytes| bytes / 1e6));
    for (name, by, beside) in [
        ("SM4-CBC encrypt, MB/s", Cipher::Sm4Cbc, Some("-evp sm4-cbc")),
        ("SM4-ECB encrypt, MB/s", Cipher::Sm4Ecb, Some("-evp sm4-ecb")),
        ("SM4-GCM encrypt, MB/s", Cipher::Sm4Gcm, None),
    ] {
        let (key, iv) = (Key::new(by, &[7; 16]).unwrap(), vec![9; huiliu_kit::crypto::block::iv_length(by)]);
        let sealed = key.seal(&iv, &letter, 16).unwrap();
        line(name, megabytes(each_second(|| key.seal(&iv, &letter, 16).unwrap())), beside.and_then(theirs));
        let name = name.replace("encrypt", "decrypt");
        line(&name, megabytes(each_second(|| key.open(&iv, &sealed, 16).unwrap())), None);
    }
    line("SM3, MB/s", megabytes(each_second(|| digest(Digest::Sm3, &letter))), theirs("-evp sm3"));
    let key = mac::Key::new(Mac::Sm3, b"key").unwrap();
    line("HMAC-SM3, MB/s", megabytes(each_second(|| key.tag(&letter))), theirs("-hmac sm3"));
}

fn line(what: &str, ours: f64, theirs: Option<f64>) {
    match theirs {
        Some(theirs) => println!("{what:<44}{ours:>12.0}{theirs:>12.0}{:>8.2}", ours / theirs),
        None => println!("{what:<44}{ours:>12.0}{:>12}", "-"),
    }
}

/// How often a second.
pub(crate) fn each_second<T>(mut work: impl FnMut() -> T) -> f64 {
    for _ in 0..16 {
        black_box(work());
    }
    let (began, mut rounds) = (Instant::now(), 0_u32);
    while began.elapsed() < TIME {
        for _ in 0..16 {
            black_box(work());
        }
        rounds += 16;
    }
    f64::from(rounds) / began.elapsed().as_secs_f64()
}

/// The figures of a line of `openssl speed`.
fn openssl(what: &str, line: &str) -> Option<Vec<f64>> {
    let mut program = Command::new("openssl");
    program.args(["speed", "-mr", "-seconds", "1", "-bytes", "1024"]).args(what.split(' '));
    let out = program.output().expect("the program `openssl` 3 is needed: apt-get install openssl");
    let out = String::from_utf8(out.stdout).unwrap();
    let found = out.lines().find(|found| found.starts_with(line))?;
    Some(found.split(':').filter_map(|field| field.parse().ok()).collect())
}
