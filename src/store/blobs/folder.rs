//! Blobs in a folder: written aside, brought to the disk, then renamed to their name in a folder of two letters.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use bytes::Bytes;

use super::pieces::{self, Counted, Head, Mark, PIECE, SEALED_HEAD, SEALED_PIECE};
use super::{BlobReader, BlobWriter, Blobs, Content};
use crate::store::{Digest, Keys, SealError, StoreError};

/// Where what is not yet kept lies. What a dead process left there is removed at the start.
const ASIDE: &str = "aside";

/// A folder of blobs. Cloning shares it.
#[derive(Clone)]
pub(in crate::store) struct Folder {
    inner: Arc<Inner>,
}

struct Inner {
    at: PathBuf,
    keys: Arc<Keys>,
    next: AtomicU64,
    /// Held while a blob gets its name and while one is removed: a blob that is written again at the moment when it is
    /// swept must not vanish after somebody was told that it is kept.
    naming: Mutex<()>,
}

impl Folder {
    /// Opens or makes the folder. Its owner must hold the data folder's lock.
    pub(in crate::store) fn open(at: PathBuf, keys: Arc<Keys>) -> Result<Self, StoreError> {
        let aside = at.join(ASIDE);
        make_folder(&aside).map_err(|why| file_error(&aside, why))?;
        for left in fs::read_dir(&aside).map_err(|why| file_error(&aside, why))?.flatten() {
            let path = left.path();
            fs::remove_file(&path).map_err(|why| file_error(&path, why))?;
        }
        Ok(Self { inner: Arc::new(Inner { at, keys, next: AtomicU64::new(1), naming: Mutex::default() }) })
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let inner = self.inner.clone();
        tokio::task::spawn_blocking(move || work(&inner)).await.map_err(|_| StoreError::Closed)?
    }
}

impl Inner {
    fn folder_of(&self, name: Digest) -> PathBuf {
        self.at.join(hex::encode(&name.0[..1]))
    }

    fn path(&self, name: Digest) -> PathBuf {
        self.folder_of(name).join(hex::encode(&name.0[1..]))
    }

    /// Gives what lies aside its name. It is on disk already; the folders that name it are brought there, too.
    fn name(&self, aside: &Path, name: Digest) -> Result<(), StoreError> {
        let (folder, path) = (self.folder_of(name), self.path(name));
        let _naming = self.naming.lock().unwrap_or_else(PoisonError::into_inner);
        let renamed = || -> std::io::Result<()> {
            if !folder.is_dir() {
                make_folder(&folder)?;
                File::open(&self.at)?.sync_all()?;
            }
            fs::rename(aside, &path)?;
            File::open(&folder)?.sync_all()
        };
        renamed().map_err(|why| file_error(&path, why))
    }

    fn untouched(&self, shelf: u8, before: i64) -> std::io::Result<Vec<Digest>> {
        let front = hex::encode([shelf]);
        let files = match fs::read_dir(self.at.join(&front)) {
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            files => files?,
        };
        let mut found = Vec::new();
        for file in files {
            let file = file?;
            let mut digest = [0; 16];
            let whole = format!("{front}{}", file.file_name().to_str().unwrap_or_default());
            if hex::decode_to_slice(whole, &mut digest).is_ok() && written_at(&file.path())? < before {
                found.push(Digest(digest));
            }
        }
        Ok(found)
    }

    fn remove(&self, name: Digest, before: i64) -> std::io::Result<bool> {
        let path = self.path(name);
        let _naming = self.naming.lock().unwrap_or_else(PoisonError::into_inner);
        match written_at(&path) {
            Ok(at) if at < before => {}
            Ok(_) => return Ok(false),
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            Err(why) => return Err(why),
        }
        fs::remove_file(&path)?;
        Ok(true)
    }
}

#[async_trait]
impl Blobs for Folder {
    async fn begin(&self) -> Result<Box<dyn BlobWriter>, StoreError> {
        let folder = self.clone();
        let writing = self
            .blocking(move |inner| {
                let number = inner.next.fetch_add(1, Ordering::Relaxed);
                let path = inner.at.join(ASIDE).join(number.to_string());
                let begun = || -> std::io::Result<File> {
                    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
                    // The head is written last, when size and digest are known.
                    file.write_all(&[0; SEALED_HEAD])?;
                    Ok(file)
                };
                let file = begun().map_err(|why| file_error(&path, why))?;
                Ok(Writing {
                    folder,
                    file,
                    aside: Aside(path),
                    mark: pieces::mark()?,
                    index: 0,
                    counted: Counted::default(),
                })
            })
            .await?;
        Ok(Box::new(Writer { writing: Some(writing), buffer: Vec::new() }))
    }

    async fn open(&self, name: Digest) -> Result<Box<dyn BlobReader>, StoreError> {
        let folder = self.clone();
        let reading = self
            .blocking(move |inner| {
                let path = inner.path(name);
                let mut file = match File::open(&path) {
                    Ok(file) => file,
                    Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Err(StoreError::NotFound),
                    Err(why) => return Err(file_error(&path, why)),
                };
                let head = take(&mut file, SEALED_HEAD).map_err(|why| file_error(&path, why))?;
                let head = pieces::open_head(&inner.keys, name, &head)?;
                Ok(Reading { folder, file, path, head, index: 0 })
            })
            .await?;
        Ok(Box::new(Reader { size: reading.head.size, sha256: reading.head.sha256, reading: Some(reading) }))
    }

    async fn untouched(&self, shelf: u8, before: i64) -> Result<Vec<Digest>, StoreError> {
        self.blocking(move |inner| inner.untouched(shelf, before).map_err(|why| file_error(&inner.at, why))).await
    }

    async fn remove(&self, name: Digest, before: i64) -> Result<bool, StoreError> {
        self.blocking(move |inner| inner.remove(name, before).map_err(|why| file_error(&inner.path(name), why))).await
    }
}

/// A file that lies aside; it goes when nobody wants it any more.
struct Aside(PathBuf);

impl Drop for Aside {
    fn drop(&mut self) {
        // Renamed, if it was kept.
        if let Err(error) = fs::remove_file(&self.0)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::debug!(%error, "what lay aside could not be removed; the next start does it");
        }
    }
}

struct Writing {
    folder: Folder,
    file: File,
    aside: Aside,
    mark: Mark,
    index: u64,
    counted: Counted,
}

impl Writing {
    fn piece(&mut self, plain: &[u8], last: bool) -> Result<(), StoreError> {
        self.counted.add(plain);
        let sealed = pieces::seal_piece(&self.folder.inner.keys, self.mark, self.index, last, plain)?;
        self.index += 1;
        self.file.write_all(&sealed).map_err(|why| file_error(&self.aside.0, why))
    }

    fn keep(mut self, rest: &[u8]) -> Result<(Digest, Content), StoreError> {
        self.piece(rest, true)?;
        let content = std::mem::take(&mut self.counted).content();
        let keys = &self.folder.inner.keys;
        let name = content.name(keys);
        let head = pieces::seal_head(keys, name, content, self.mark)?;
        let mut finish = || -> std::io::Result<()> {
            self.file.seek(SeekFrom::Start(0))?;
            self.file.write_all(&head)?;
            self.file.sync_all()
        };
        finish().map_err(|why| file_error(&self.aside.0, why))?;
        self.folder.inner.name(&self.aside.0, name)?;
        Ok((name, content))
    }
}

struct Writer {
    writing: Option<Writing>,
    buffer: Vec<u8>,
}

#[async_trait]
impl BlobWriter for Writer {
    async fn write(&mut self, mut bytes: &[u8]) -> Result<(), StoreError> {
        // A full piece is held back until more comes: only the last one is sealed as the last.
        while self.buffer.len() + bytes.len() > PIECE {
            let (now, later) = bytes.split_at(PIECE - self.buffer.len());
            self.buffer.extend_from_slice(now);
            bytes = later;
            let piece = std::mem::take(&mut self.buffer);
            let mut writing = self.writing.take().ok_or(StoreError::Closed)?;
            let (writing, emptied) = tokio::task::spawn_blocking(move || {
                let mut piece = piece;
                writing.piece(&piece, false)?;
                piece.clear();
                Ok::<_, StoreError>((writing, piece))
            })
            .await
            .map_err(|_| StoreError::Closed)??;
            (self.writing, self.buffer) = (Some(writing), emptied);
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    async fn keep(mut self: Box<Self>) -> Result<(Digest, Content), StoreError> {
        let writing = self.writing.take().ok_or(StoreError::Closed)?;
        let rest = std::mem::take(&mut self.buffer);
        tokio::task::spawn_blocking(move || writing.keep(&rest)).await.map_err(|_| StoreError::Closed)?
    }
}

struct Reading {
    folder: Folder,
    file: File,
    path: PathBuf,
    head: Head,
    index: u64,
}

impl Reading {
    fn next(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        let pieces = pieces::count(self.head.size);
        if self.index >= pieces {
            return Ok(None);
        }
        let last = self.index + 1 == pieces;
        let sealed = take(&mut self.file, SEALED_PIECE).map_err(|why| file_error(&self.path, why))?;
        let plain = pieces::open_piece(&self.folder.inner.keys, self.head.mark, self.index, last, &sealed)?;
        if !last && plain.len() != PIECE {
            return Err(SealError::Broken.into());
        }
        self.index += 1;
        Ok(Some(plain))
    }
}

struct Reader {
    size: u64,
    sha256: [u8; 32],
    reading: Option<Reading>,
}

#[async_trait]
impl BlobReader for Reader {
    fn size(&self) -> u64 {
        self.size
    }

    fn sha256(&self) -> [u8; 32] {
        self.sha256
    }

    async fn next(&mut self) -> Result<Option<Bytes>, StoreError> {
        // A reader that failed once stays broken: what comes after a hole is not the next piece.
        let mut reading = self.reading.take().ok_or(SealError::Broken)?;
        let (piece, reading) = tokio::task::spawn_blocking(move || {
            let piece = reading.next()?;
            Ok::<_, StoreError>((piece, reading))
        })
        .await
        .map_err(|_| StoreError::Closed)??;
        self.reading = Some(reading);
        Ok(piece.map(Bytes::from))
    }
}

/// Up to so many bytes; fewer only at the end.
fn take(file: &mut File, most: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(most);
    file.take(most as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn written_at(path: &Path) -> std::io::Result<i64> {
    let at: SystemTime = fs::metadata(path)?.modified()?;
    let since = at.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    Ok(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn make_folder(at: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(at)
}

fn file_error(path: &Path, why: std::io::Error) -> StoreError {
    StoreError::File { path: path.display().to_string(), why }
}
