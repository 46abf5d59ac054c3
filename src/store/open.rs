//! Opening a data folder: its lock, its keys, its blobs, its database. The only place that names a database.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::blobs::Folder;
use super::sqlite::Sqlite;
use super::{Keys, Store, StoreError};

/// A data folder and what opening it needs.
#[derive(Clone, Debug)]
pub struct Home {
    /// The folder.
    pub folder: PathBuf,
    /// The zone in which a day begins.
    pub zone: TimeZone,
    /// The keys, where they do not come from the folder (64 hexadecimal digits each: data, matching).
    pub keys: Option<(String, String)>,
}

impl Home {
    /// Where the daemon listens for commands of this machine.
    pub fn socket(&self) -> PathBuf {
        self.folder.join("huiliu.sock")
    }

    fn lock(&self) -> PathBuf {
        self.folder.join("huiliu.lock")
    }
}

/// Takes the folder's lock and opens its store. The lock is held as long as the store lives.
pub fn open(home: &Home) -> Result<Arc<dyn Store>, StoreError> {
    let file_error = |path: &Path, why| StoreError::File { path: path.display().to_string(), why };
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&home.folder)
        .map_err(|why| file_error(&home.folder, why))?;
    let lock = take_lock(&home.lock())?;
    let database = home.folder.join("huiliu.db");
    let keys = match &home.keys {
        Some((data, matching)) => Keys::from_hex(data, matching)?,
        None => {
            let folder = home.folder.join("keys");
            if database.exists() {
                must_be_there(&folder)?;
            }
            Keys::in_folder(&folder)?
        }
    };
    let keys = Arc::new(keys);
    let blobs = Folder::open(home.folder.join("blobs"), keys.clone())?;
    let store = Sqlite::open(&database, keys, Arc::new(blobs), home.zone.clone(), lock)?;
    Ok(Arc::new(store))
}

/// Keys are made at the first start only: new ones beside an old database would lock out all it holds.
fn must_be_there(keys: &Path) -> Result<(), StoreError> {
    for name in ["data.key", "matching.key"] {
        let path = keys.join(name);
        fs::metadata(&path).map_err(|why| StoreError::File { path: path.display().to_string(), why })?;
    }
    Ok(())
}

fn take_lock(path: &Path) -> Result<File, StoreError> {
    let file_error = |why| StoreError::File { path: path.display().to_string(), why };
    let mut lock = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(file_error)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            lock.read_to_string(&mut holder).map_err(file_error)?;
            return Err(StoreError::Held { holder: holder.trim().to_owned() });
        }
        Err(TryLockError::Error(why)) => return Err(file_error(why)),
    }
    let mut note = || -> std::io::Result<()> {
        lock.set_len(0)?;
        lock.rewind()?;
        writeln!(lock, "{} {}", std::process::id(), std::env::args().next().unwrap_or_default())
    };
    note().map_err(file_error)?;
    Ok(lock)
}
