//! The cryptography against published values: GM/T 0002 (SM4), GM/T 0003 annex A (SM2, also in OpenSSL's
//! test/sm2_internal_test.c), GM/T 0004 (SM3, by emmansun/gmsm sm3/sm3_test.go), RFC 2202, RFC 4231, and a signature in DER
//! by emmansun/gmsm (sm2/example_test.go).

use huiliu_kit::crypto::block::Key;
use huiliu_kit::crypto::digest::digest;
use huiliu_kit::crypto::sm2::{Opener, SIGNER, Sealer, Signer, Verifier, Way};
use huiliu_kit::crypto::{Refused, mac};
use huiliu_kit::recipe::{Cipher, Digest, Form, Layout, Mac};

/// The key of GM/T 0003 annex A.
pub(crate) const PRIVATE: &str = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
pub(crate) const PUBLIC: &str = "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020\
                                 ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";

#[test]
fn sm3_and_its_elders() {
    for (text, wanted) in [
        ("abc".to_owned(), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        ("abcd".repeat(16), "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
        ("abcd".repeat(16) + "abc", "952eb84cacee9c10bde4d6882d29d63140ba72af6fe485085095dccd5b872453"),
        ("abcd".repeat(32), "90d52a2e85631a8d6035262626941fa11b85ce570cec1e3e991e2dd7ed258148"),
        ("abcd".repeat(32) + "abc", "e1c53f367a9c5d19ab6ddd30248a7dafcc607e74e6bcfa52b00e0ba35e470421"),
    ] {
        assert_eq!(hex::encode(digest(Digest::Sm3, text.as_bytes())), wanted);
    }
    assert_eq!(hex::encode(digest(Digest::Md5, b"abc")), "900150983cd24fb0d6963f7d28e17f72");
    assert_eq!(hex::encode(digest(Digest::Sha1, b"abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(hex::encode(digest(Digest::Sha256, b"abc")), sha256);
    let tag = |kind| hex::encode(mac::Key::new(kind, b"Jefe").unwrap().tag(b"what do ya want for nothing?"));
    assert_eq!(tag(Mac::Sha1), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    assert_eq!(tag(Mac::Sha256), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

#[test]
fn sm4_as_the_standard_has_it() {
    let key = hex::decode("0123456789abcdeffedcba9876543210").unwrap();
    let cipher = Key::new(Cipher::Sm4Ecb, &key).unwrap();
    let sealed = cipher.seal(&[], &key, 16).unwrap();
    assert_eq!(hex::encode(&sealed[..16]), "681edf34d206965e86b3e94f536e4246");
    assert_eq!(cipher.open(&[], &sealed, 16).unwrap(), key);
}

#[test]
fn an_sm2_signature_of_the_standard_and_of_a_library() {
    let r_s = hex::decode(
        "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3\
         b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa",
    )
    .unwrap();
    let verifier = Verifier::read(PUBLIC.as_bytes(), SIGNER, Form::Rs).unwrap();
    assert!(verifier.fits(b"message digest", &r_s));
    assert!(!verifier.fits(b"message digesT", &r_s));
    let other = Verifier::read(PUBLIC.as_bytes(), "ALICE123@YAHOO.COM", Form::Rs).unwrap();
    assert!(!other.fits(b"message digest", &r_s), "another signer's id");
    let without_lead = Verifier::read(&PUBLIC.as_bytes()[2..], SIGNER, Form::Rs).unwrap();
    assert!(without_lead.fits(b"message digest", &r_s));

    let library = "048356e642a40ebd18d29ba3532fbd9f3bbee8f027c3f6f39a5ba2f870369f9988\
                   981f5efe55d1c5cdf6c0ef2b070847a14f7fdf4272a8df09c442f3058af94ba1";
    let der = hex::decode(
        "304402205b3a799bd94c9063120d7286769220af6b0fa127009af3e873c0e8742edc5f89\
         0220097968a4c8b040fd548d1456b33f470cabd8456bfea53e8a828f92f6d4bdcd77",
    )
    .unwrap();
    assert!(Verifier::read(library.as_bytes(), SIGNER, Form::Der).unwrap().fits(b"ShangMi SM2 Sign Standard", &der));
    let beside_the_curve = library.replace("94ba1", "94ba2");
    assert!(Verifier::read(beside_the_curve.as_bytes(), SIGNER, Form::Der).is_err());
}

#[test]
fn sm2_in_every_layout_there_and_back() {
    for form in [Form::Rs, Form::Der] {
        let signer = Signer::read(PRIVATE.as_bytes(), SIGNER, form).unwrap();
        let verifier = Verifier::read(PUBLIC.as_bytes(), SIGNER, form).unwrap();
        let (one, two) = (signer.sign(b"letter").unwrap(), signer.sign(b"letter").unwrap());
        assert!(one != two && verifier.fits(b"letter", &one) && verifier.fits(b"letter", &two));
    }
    let mut lengths = Vec::new();
    for (layout, lead) in [
        (Layout::C1c3c2, true),
        (Layout::C1c3c2, false),
        (Layout::C1c2c3, true),
        (Layout::C1c2c3, false),
        (Layout::Der, true),
    ] {
        let way = Way { layout, lead };
        let sealer = Sealer::read(PUBLIC.as_bytes(), way).unwrap();
        let opener = Opener::read(PRIVATE.as_bytes(), way).unwrap();
        let mut sealed = sealer.seal("路灯不亮".as_bytes()).unwrap();
        lengths.push(sealed.len());
        assert_eq!(opener.open(&sealed).unwrap(), "路灯不亮".as_bytes());
        assert_eq!(sealer.seal(b""), Err(Refused), "SM2 seals no empty text");
        *sealed.last_mut().unwrap() ^= 1;
        assert_eq!(opener.open(&sealed), Err(Refused));
        for cut in [0, 1, 40, 64, 96, 97] {
            assert_eq!(opener.open(&sealed[..cut]), Err(Refused), "{cut}");
        }
    }
    assert_eq!(lengths[..4], [109, 108, 109, 108]);
}

#[test]
fn padding_that_is_wrong_in_any_way_opens_nothing() {
    for by in [Cipher::Sm4Ecb, Cipher::Sm4Cbc, Cipher::AesEcb, Cipher::AesCbc] {
        let (key, iv): (_, &[u8]) = (
            Key::new(by, &[7; 16]).unwrap(),
            if matches!(by, Cipher::Sm4Cbc | Cipher::AesCbc) { &[9; 16] } else { &[] },
        );
        let sealed = key.seal(iv, b"letter", 16).unwrap();
        assert_eq!(key.open(iv, &sealed, 16).unwrap(), b"letter");
        for wrong in [&b""[..], &sealed[..15], &[0; 16], &[0; 17]] {
            assert_eq!(key.open(iv, wrong, 16), Err(Refused), "{by:?}");
        }
        let wide = key.seal(iv, &[1; 20], 32).unwrap();
        assert_eq!((wide.len(), key.open(iv, &wide, 32).unwrap().len()), (32, 20));
        let wider = key.seal(iv, &[1; 10], 32).unwrap();
        assert_eq!(key.open(iv, &wider, 16), Err(Refused), "padding beyond what was agreed");
    }
    for wrong in [0, 15, 17, 24, 32] {
        assert!(Key::new(Cipher::Sm4Cbc, &vec![0; wrong]).is_err(), "{wrong}");
    }
    for right in [16, 24, 32] {
        let key = Key::new(Cipher::AesGcm, &vec![5; right]).unwrap();
        let mut sealed = key.seal(&[3; 12], b"letter", 16).unwrap();
        assert_eq!(key.open(&[3; 12], &sealed, 16).unwrap(), b"letter");
        sealed[0] ^= 1;
        assert_eq!(key.open(&[3; 12], &sealed, 16), Err(Refused));
        assert_eq!(key.seal(&[3; 11], b"letter", 16), Err(Refused));
    }
}
