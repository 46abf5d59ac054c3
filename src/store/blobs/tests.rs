//! What a folder of blobs promises.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use super::pieces::{PIECE, SEALED_HEAD, SEALED_PIECE};
use super::{Blobs, Content, Folder, keep};
use crate::store::{Digest, Keys, StoreError};

fn keys() -> Arc<Keys> {
    Arc::new(Keys::from_hex(&"07".repeat(32), &"09".repeat(32)).unwrap())
}

fn folder(dir: &Path) -> Folder {
    Folder::open(dir.join("blobs"), keys()).unwrap()
}

fn new() -> (TempDir, Folder) {
    let dir = tempfile::tempdir().unwrap();
    let blobs = folder(dir.path());
    (dir, blobs)
}

/// Every file below a folder.
fn files(at: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(at).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

async fn read(blobs: &dyn Blobs, name: Digest) -> Result<Vec<u8>, StoreError> {
    let mut reader = blobs.open(name).await?;
    let mut all = Vec::new();
    while let Some(piece) = reader.next().await? {
        all.extend_from_slice(&piece);
    }
    let content = Content::of(&all);
    assert_eq!((reader.size(), reader.sha256()), (content.size, content.sha256));
    Ok(all)
}

/// Content of some length that repeats nowhere near the length of a piece.
fn content(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at / 251 + at % 256) as u8).collect()
}

#[tokio::test]
async fn what_is_kept_comes_back_whatever_its_length() {
    let (_dir, blobs) = new();
    for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 7] {
        let bytes = content(length);
        let mut writer = blobs.begin().await.unwrap();
        for part in bytes.chunks(300_000) {
            writer.write(part).await.unwrap();
        }
        let (name, told) = writer.keep().await.unwrap();
        assert_eq!(told, Content::of(&bytes));
        assert_eq!(name, told.name(&keys()));
        assert_eq!(read(&blobs, name).await.unwrap(), bytes, "{length}");
    }
}

/// The example of GB/T 32905-2016, A.1.
#[tokio::test]
async fn the_digest_of_the_standards_example_is_the_standards() {
    let (_dir, blobs) = new();
    let sm3 = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0";
    assert_eq!(hex::encode(Content::of(b"abc").sm3), sm3);
    let mut writer = blobs.begin().await.unwrap();
    for byte in b"abc" {
        writer.write(&[*byte]).await.unwrap();
    }
    assert_eq!(hex::encode(writer.keep().await.unwrap().1.sm3), sm3);
}

#[tokio::test]
async fn the_same_file_twice_is_one_blob_and_nothing_of_it_is_readable() {
    let (dir, blobs) = new();
    let bytes = "投诉人张三的身份证复印件".repeat(1000).into_bytes();
    let (first, _) = keep(&blobs, &bytes).await.unwrap();
    let (second, content) = keep(&blobs, &bytes).await.unwrap();
    let (other, _) = keep(&blobs, b"other").await.unwrap();
    assert_eq!(first, second);
    assert_ne!(first, other);
    let all = files(dir.path());
    assert_eq!(all.len(), 2, "{all:?}");
    for file in all {
        let lies = fs::read(&file).unwrap();
        for shown in ["张三".as_bytes(), &content.sha256, &bytes[..40]] {
            assert!(!lies.windows(shown.len()).any(|part| part == shown));
        }
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o077, 0);
    }
}

#[tokio::test]
async fn what_was_not_kept_counts_for_nothing() {
    let (dir, blobs) = new();
    let mut writer = blobs.begin().await.unwrap();
    writer.write(&content(2 * PIECE + 5)).await.unwrap();
    // The folder as it lies on disk in the middle of it, taken over by the next process.
    let copy = tempfile::tempdir().unwrap();
    for file in files(dir.path()) {
        let to = copy.path().join(file.strip_prefix(dir.path()).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(&file, to).unwrap();
    }
    assert_eq!(files(copy.path()).len(), 1);
    let after = folder(copy.path());
    assert_eq!(files(copy.path()).len(), 0, "what a dead process left aside is gone");
    for shelf in 0..=u8::MAX {
        assert!(after.untouched(shelf, i64::MAX).await.unwrap().is_empty());
    }
    drop(writer);
    assert_eq!(files(dir.path()).len(), 0);
}

#[tokio::test]
async fn what_was_kept_is_whole_in_every_copy_of_the_folder() {
    let (dir, blobs) = new();
    let bytes = content(PIECE + 9);
    let (name, _) = keep(&blobs, &bytes).await.unwrap();
    let copy = tempfile::tempdir().unwrap();
    let from = files(dir.path()).remove(0);
    let to = copy.path().join(from.strip_prefix(dir.path()).unwrap());
    fs::create_dir_all(to.parent().unwrap()).unwrap();
    fs::copy(&from, to).unwrap();
    assert_eq!(read(&folder(copy.path()), name).await.unwrap(), bytes);
}

#[tokio::test]
async fn a_blob_that_was_changed_cut_or_reordered_does_not_open() {
    let (dir, blobs) = new();
    let bytes = content(2 * PIECE + 100);
    let (name, _) = keep(&blobs, &bytes).await.unwrap();
    let file = files(dir.path()).remove(0);
    let whole = fs::read(&file).unwrap();
    let (head, pieces) = whole.split_at(SEALED_HEAD);
    let (one, rest) = pieces.split_at(SEALED_PIECE);
    let (two, three) = rest.split_at(SEALED_PIECE);
    let flipped = |at: usize| {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        flipped
    };
    let wrong = [
        flipped(3),
        flipped(SEALED_HEAD + 5),
        flipped(SEALED_HEAD + SEALED_PIECE + 500),
        flipped(whole.len() - 1),
        [head, one, two].concat(),
        [head, one].concat(),
        [head, two, one, three].concat(),
        [head, one, three].concat(),
        [head, one, two, &three[..three.len() - 1]].concat(),
        head.to_vec(),
        Vec::new(),
    ];
    for (at, wrong) in wrong.iter().enumerate() {
        fs::write(&file, wrong).unwrap();
        assert!(read(&blobs, name).await.is_err(), "change {at} went unnoticed");
    }
    fs::write(&file, &whole).unwrap();
    assert_eq!(read(&blobs, name).await.unwrap(), bytes);
}

#[tokio::test]
async fn a_blob_under_anothers_name_does_not_open() {
    let (dir, blobs) = new();
    let (one, _) = keep(&blobs, &content(10)).await.unwrap();
    let one_at = files(dir.path()).remove(0);
    let (two, _) = keep(&blobs, &content(20)).await.unwrap();
    let two_at = files(dir.path()).into_iter().find(|path| *path != one_at).unwrap();
    fs::copy(&two_at, &one_at).unwrap();
    assert!(read(&blobs, one).await.is_err());
    assert!(read(&blobs, two).await.is_ok());
    assert!(matches!(blobs.open(Digest([9; 16])).await, Err(StoreError::NotFound)));
}

#[tokio::test]
async fn what_was_written_since_is_not_removed() {
    let (dir, blobs) = new();
    let (name, _) = keep(&blobs, b"x").await.unwrap();
    let now = jiff::Timestamp::now().as_millisecond();
    assert!(blobs.untouched(name.0[0], now - 60_000).await.unwrap().is_empty());
    assert!(!blobs.remove(name, now - 60_000).await.unwrap());
    assert_eq!(blobs.untouched(name.0[0], now + 60_000).await.unwrap(), [name]);
    assert!(blobs.remove(name, now + 60_000).await.unwrap());
    assert!(!blobs.remove(name, now + 60_000).await.unwrap());
    assert_eq!(files(dir.path()).len(), 0);
}
