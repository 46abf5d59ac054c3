//! Whatever is said, however it comes.

use proptest::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
use tokio_util::sync::CancellationToken;

use super::{Fake, PATIENT};
use crate::lmtp::talk::talk;

fn said() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "LHLO m\r\n",
        "MAIL FROM:<a@b.example>",
        " SIZE=",
        "9",
        " BODY=8BITMIME",
        "\r\n",
        "RCPT TO:<big@a.example>\r\n",
        "RCPT TO:<\"a b\"@a.example>\r\n",
        "DATA\r\n",
        "BDAT ",
        "4 LAST\r\n",
        ".\r\n",
        "\r\n.\r\n",
        "x",
        "<@a,@b:c@d>",
        "\n",
        "RSET\r\n",
    ]);
    let bytes = prop::collection::vec(any::<u8>(), 0..4);
    let piece = prop_oneof![8 => words.prop_map(|word| word.as_bytes().to_vec()), 1 => bytes];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    /// Whatever is said, in pieces of whatever size: each answer is one, and the connection comes to its end.
    #[test]
    fn whatever_is_said_is_answered_in_due_form(said in said(), piece in 1usize..40) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let told = runtime.block_on(async move {
            let (ours, mut theirs) = duplex(piece);
            let (house, stop) = (Fake::new(), CancellationToken::new());
            let mut told = Vec::new();
            let (mut read, mut write) = tokio::io::split(&mut theirs);
            let speak = async {
                for byte in said {
                    if write.write_all(&[byte]).await.is_err() {
                        break;
                    }
                }
                drop(write.shutdown().await);
            };
            let ended = talk(ours, &*house, PATIENT, &stop);
            let (ended, ..) = tokio::join!(ended, speak, read.read_to_end(&mut told));
            drop(ended);
            told
        });
        let told = String::from_utf8(told).unwrap();
        prop_assert!(told.ends_with("\r\n"));
        for line in told.lines() {
            let (code, rest) = line.split_at(3);
            prop_assert!(code.parse::<u16>().is_ok_and(|code| (200..600).contains(&code)), "{}", line);
            prop_assert!(rest.starts_with([' ', '-']), "{}", line);
        }
    }
}
