//! Both ways against the system's OpenSSL: what it makes we take, what we make it takes.

use std::path::Path;
use std::process::{Command, Stdio};

use huiliu_farside::site::Premises;
use huiliu_kit::crypto::block::Key;
use huiliu_kit::crypto::{mac, rsa, sm2};
use huiliu_kit::recipe::{Cipher, Form, Layout, Mac, Way};
use tempfile::TempDir;

use super::{arrived, at, built, request};

/// Runs `openssl`, with this on its standard input; gives what it wrote, or none where it said no.
fn asked(folder: &Path, words: &str, input: &[u8]) -> Option<Vec<u8>> {
    use std::io::Write;
    let mut program = Command::new("openssl");
    program
        .args(words.split(' '))
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = program.spawn().expect("the program `openssl` 3 is needed: apt-get install openssl");
    child.stdin.take().unwrap().write_all(input).unwrap();
    let out = child.wait_with_output().unwrap();
    out.status.success().then_some(out.stdout)
}

fn openssl(folder: &Path, words: &str, input: &[u8]) -> Vec<u8> {
    asked(folder, words, input).unwrap_or_else(|| panic!("`openssl {words}` failed; OpenSSL 3.0 or later is needed"))
}

/// A folder with keys that OpenSSL made.
fn keys() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let run = |words| openssl(folder.path(), words, b"");
    run("ecparam -name SM2 -genkey -out sm2.made");
    run("pkcs8 -topk8 -nocrypt -in sm2.made -out sm2.pem");
    run("ec -in sm2.made -out sm2.sec1");
    run("pkey -in sm2.pem -pubout -out sm2.pub");
    run("req -new -x509 -key sm2.pem -sm3 -sigopt distid:1234567812345678 -subj /CN=partner -days 3650 -out sm2.crt");
    run("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.pem");
    run("rsa -in rsa.pem -traditional -out rsa.pkcs1");
    run("pkey -in rsa.pem -pubout -out rsa.pub");
    run("req -new -x509 -key rsa.pem -subj /CN=partner -days 3650 -out rsa.crt");
    folder
}

fn file(folder: &TempDir, name: &str) -> Vec<u8> {
    std::fs::read(folder.path().join(name)).unwrap()
}

fn write(folder: &TempDir, name: &str, bytes: &[u8]) {
    std::fs::write(folder.path().join(name), bytes).unwrap();
}

const LETTER: &[u8] = "{\"title\":\"路灯不亮\",\"phone\":\"13800000000\"}".as_bytes();

#[test]
fn sm2_signatures_go_both_ways() {
    const SIGN: &str = "pkeyutl -sign -rawin -digest sm3 -inkey sm2.pem -pkeyopt distid:";
    const VERIFY: &str =
        "pkeyutl -verify -rawin -digest sm3 -pubin -inkey sm2.pub -in letter -sigfile signature -pkeyopt distid:";
    let folder = keys();
    write(&folder, "letter", LETTER);
    for id in [sm2::SIGNER, "hengdong@12345"] {
        let theirs = openssl(folder.path(), &format!("{SIGN}{id} -in letter"), b"");
        for public in ["sm2.pub", "sm2.crt"] {
            let verifier = sm2::Verifier::read(&file(&folder, public), id, Form::Der).unwrap();
            assert!(verifier.fits(LETTER, &theirs), "{public}");
            assert!(!verifier.fits(&LETTER[1..], &theirs));
        }
        for private in ["sm2.made", "sm2.pem", "sm2.sec1"] {
            let signer = sm2::Signer::read(&file(&folder, private), id, Form::Der).unwrap();
            write(&folder, "signature", &signer.sign(LETTER).unwrap());
            assert!(asked(folder.path(), &format!("{VERIFY}{id}"), b"").is_some(), "{private}");
        }
        assert!(asked(folder.path(), &format!("{VERIFY}somebody"), b"").is_none(), "another signer's id");
    }
}

#[test]
fn sm2_ciphertexts_go_both_ways() {
    let folder = keys();
    let way = sm2::Way { layout: Layout::Der, lead: true };
    let theirs = openssl(folder.path(), "pkeyutl -encrypt -pubin -inkey sm2.pub", LETTER);
    let opener = sm2::Opener::read(&file(&folder, "sm2.pem"), way).unwrap();
    assert_eq!(opener.open(&theirs).unwrap(), LETTER);
    let ours = sm2::Sealer::read(&file(&folder, "sm2.crt"), way).unwrap().seal(LETTER).unwrap();
    assert_eq!(openssl(folder.path(), "pkeyutl -decrypt -inkey sm2.pem", &ours), LETTER);
}

#[test]
fn rsa_signatures_go_both_ways() {
    let folder = keys();
    let theirs = openssl(folder.path(), "dgst -sha256 -sign rsa.pem", LETTER);
    for public in ["rsa.pub", "rsa.crt"] {
        let verifier = rsa::Verifier::read(&file(&folder, public)).unwrap();
        assert!(verifier.fits(LETTER, &theirs) && !verifier.fits(&LETTER[1..], &theirs), "{public}");
    }
    for private in ["rsa.pem", "rsa.pkcs1"] {
        let signer = rsa::Signer::read(&file(&folder, private)).unwrap();
        write(&folder, "signature", &signer.sign(LETTER).unwrap());
        assert!(
            asked(folder.path(), "dgst -sha256 -verify rsa.pub -signature signature", LETTER).is_some(),
            "{private}"
        );
    }
    for wrong in ["sm2.pem", "rsa.pub"] {
        assert!(rsa::Signer::read(&file(&folder, wrong)).is_err(), "{wrong}");
    }
}

#[test]
fn macs_are_the_same() {
    let folder = tempfile::tempdir().unwrap();
    for (kind, name) in [(Mac::Sha1, "sha1"), (Mac::Sha256, "sha256"), (Mac::Sm3, "sm3")] {
        let long = "k".repeat(80);
        for key in ["hengdong", &long] {
            let theirs = openssl(folder.path(), &format!("dgst -{name} -hmac {key} -binary"), LETTER);
            assert_eq!(mac::Key::new(kind, key.as_bytes()).unwrap().tag(LETTER), theirs, "{name}");
        }
    }
}

#[test]
fn block_ciphers_go_both_ways() {
    let folder = tempfile::tempdir().unwrap();
    for (by, name, length) in [
        (Cipher::Sm4Ecb, "sm4-ecb", 16),
        (Cipher::Sm4Cbc, "sm4-cbc", 16),
        (Cipher::AesEcb, "aes-128-ecb", 16),
        (Cipher::AesCbc, "aes-128-cbc", 16),
        (Cipher::AesCbc, "aes-192-cbc", 24),
        (Cipher::AesCbc, "aes-256-cbc", 32),
    ] {
        let (key, iv) = (vec![0x1f; length], [0xa5; 16]);
        let told = if name.ends_with("ecb") { String::new() } else { format!(" -iv {}", hex::encode(iv)) };
        let words = format!("enc -{name} -K {}{told}", hex::encode(&key));
        let cipher = Key::new(by, &key).unwrap();
        for message in [LETTER, b"", &[7; 32]] {
            let ours = cipher.seal(&iv, message, 16).unwrap();
            assert_eq!(ours, openssl(folder.path(), &words, message), "{name}");
            assert_eq!(openssl(folder.path(), &format!("{words} -d"), &ours), message, "{name}");
            assert_eq!(cipher.open(&iv, &ours, 16).unwrap(), message, "{name}");
        }
    }
}

/// OpenSSL 3.0 has no SM4-GCM; what GCM encrypts with is the counter mode, from 2 on.
#[test]
fn sm4_gcm_encrypts_as_its_counter_mode() {
    let folder = tempfile::tempdir().unwrap();
    let (key, iv) = ([0x1f; 16], [0xa5; 12]);
    let ours = Key::new(Cipher::Sm4Gcm, &key).unwrap().seal(&iv, LETTER, 16).unwrap();
    let words = format!("enc -sm4-ctr -K {} -iv {}00000002", hex::encode(key), hex::encode(iv));
    assert_eq!(ours[..LETTER.len()], openssl(folder.path(), &words, LETTER));
    assert_eq!(ours.len(), LETTER.len() + 16, "the tag is behind");
}

/// The keys stand in the recipe as partners hand them over.
#[test]
fn a_recipe_with_keys_of_openssl_and_a_signature_that_it_verifies() {
    let folder = keys();
    let text = |name: &str| String::from_utf8(file(&folder, name)).unwrap();
    let site = Premises::new().with("SM2", &text("sm2.pem")).with("RSA", &text("rsa.pkcs1"));
    for (secret, by, public, certificate, verify) in [
        (
            "SM2",
            "sm2",
            "sm2.pub",
            "sm2.crt",
            "pkeyutl -verify -rawin -digest sm3 -pubin -inkey sm2.pub -in plain -sigfile signature -pkeyopt distid:1234567812345678",
        ),
        ("RSA", "rsa_sha256", "rsa.pub", "rsa.crt", "dgst -sha256 -verify rsa.pub -signature signature plain"),
    ] {
        let form = if by == "sm2" { ", form = \"der\"" } else { "" };
        let recipe = |keys: &str| {
            format!(
                "stamp = {{}}\nkeys = [{keys}]\nsteps = [{{ name = \"sign\", sign = \"{by}\", of = \"{{stamp}}.{{body}}\"{form} }}]\n\
                 put = [{{ header = \"x-time\", text = \"{{stamp}}\" }}, {{ header = \"x-sign\", text = \"{{sign}}\" }}]"
            )
        };
        let ours = built(&recipe(&format!("{{ secret = {{ env = \"{secret}\" }} }}")), Way::Out, &site);
        let mut asked_for =
            request(http::Method::POST, "http://127.0.0.1/", "application/json", std::str::from_utf8(LETTER).unwrap());
        ours.apply(&mut asked_for, at(1_700_000_000)).unwrap();
        let signature = base64_of(asked_for.headers()["x-sign"].to_str().unwrap());
        write(&folder, "signature", &signature);
        write(&folder, "plain", &[b"1700000000000.", LETTER].concat());
        assert!(asked(folder.path(), verify, b"").is_some(), "{by}");
        for public in [public, certificate] {
            let path = folder.path().join(public);
            let key = format!("{{ public = {{ file = \"{}\" }} }}", path.display());
            let theirs = built(&recipe(&key), Way::In, &site);
            assert!(theirs.verify(&arrived(&asked_for, at(1_700_000_000))).is_ok(), "{public}");
        }
    }
}

fn base64_of(text: &str) -> Vec<u8> {
    use base64::Engine;
    base64::prelude::BASE64_STANDARD.decode(text).unwrap()
}
