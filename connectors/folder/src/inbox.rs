//! The folder itself: which files are complete, where they go, and what is remembered of those that were taken.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use aws_lc_rs::digest::{Context, SHA256};

use crate::item::stem;

/// What is remembered, beside the files: nothing in it is a citizen's.
const STATE: &str = ".huiliu";
/// Digests of files that were taken, one a line.
const TAKEN: &str = "taken.txt";
/// Files that cannot be read at all.
const REFUSED: &str = "refused";
/// Files that were taken, where they are kept.
const KEPT: &str = "已收";
/// Names of files that are still on their way, or are no files of anybody's.
const NOT_YET: [&str; 8] =
    [".tmp", ".part", ".partial", ".crdownload", ".download", ".downloading", ".filepart", ".swp"];

/// A complete file.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) size: u64,
    modified: SystemTime,
    /// How long it has not changed, as far as is known.
    pub(crate) still: Duration,
}

/// A folder into which files are dropped.
pub(crate) struct Inbox {
    dir: PathBuf,
    keep: Option<Duration>,
    pub(crate) settle: Duration,
    /// What was seen of each file, and since when it is so.
    seen: HashMap<String, (u64, SystemTime, Instant)>,
    /// Files that could not be moved away: they are left alone until they change.
    stuck: HashMap<String, (u64, SystemTime)>,
    known: Option<HashSet<String>>,
}

impl Inbox {
    pub(crate) fn new(dir: PathBuf, keep: Option<Duration>, settle: Duration) -> Self {
        Self { dir, keep, settle, seen: HashMap::new(), stuck: HashMap::new(), known: None }
    }

    /// Where unnamed files and notes lie.
    pub(crate) fn state(&self) -> PathBuf {
        self.dir.join(STATE)
    }

    /// Makes the folder if it is not there, and sees that it is this channel's.
    ///
    /// The error of an inbox that is another channel's is `AlreadyExists`.
    pub(crate) fn prepare(&mut self, channel: &str) -> io::Result<()> {
        fs::create_dir_all(self.state())?;
        if !self.is_owned_by(channel)? {
            fs::write(self.owner(), channel)?;
        }
        if self.known.is_none() {
            self.known = Some(self.taken()?);
        }
        Ok(())
    }

    fn owner(&self) -> PathBuf {
        self.state().join("channel")
    }

    /// Whether the folder is this channel's; false if it is nobody's yet.
    ///
    /// The error of an inbox that is another channel's is `AlreadyExists`.
    pub(crate) fn is_owned_by(&self, channel: &str) -> io::Result<bool> {
        match fs::read_to_string(self.owner()) {
            Ok(found) if found.trim() == channel => Ok(true),
            Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(why) => Err(why),
        }
    }

    /// The digests of files that were taken, as they are written down.
    pub(crate) fn taken(&self) -> io::Result<HashSet<String>> {
        match fs::read_to_string(self.state().join(TAKEN)) {
            Ok(lines) => Ok(lines.lines().map(str::to_owned).collect()),
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(HashSet::new()),
            Err(why) => Err(why),
        }
    }

    /// Complete files, the oldest first.
    pub(crate) fn complete(&mut self) -> io::Result<Vec<Found>> {
        let mut found = Vec::new();
        let (mut seen, mut stuck) = (HashMap::new(), HashMap::new());
        for entry in fs::read_dir(&self.dir)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            if !is_input(&name) {
                continue;
            }
            // A file may be gone again by now; links are not followed.
            let Ok(about) = entry.metadata().or_else(|_| fs::symlink_metadata(entry.path())) else { continue };
            let Ok(modified) = about.modified() else { continue };
            let size = about.len();
            if !about.file_type().is_file() || size == 0 {
                continue;
            }
            if self.stuck.get(&name) == Some(&(size, modified)) {
                stuck.insert(name, (size, modified));
                continue;
            }
            let since = match self.seen.get(&name) {
                Some((then, at, since)) if (*then, *at) == (size, modified) => *since,
                _ => Instant::now(),
            };
            // A time that lies ahead of ours tells nothing.
            let age = SystemTime::now().duration_since(modified).unwrap_or_default();
            let still = age.max(since.elapsed());
            if still >= self.settle {
                found.push(Found { path: entry.path(), name: name.clone(), size, modified, still });
            }
            seen.insert(name, (size, modified, since));
        }
        (self.seen, self.stuck) = (seen, stuck);
        found.sort_by(|a, b| (a.modified, &a.name).cmp(&(b.modified, &b.name)));
        Ok(found)
    }

    /// The file of this name, if it lies there.
    pub(crate) fn named(&self, name: &str) -> Option<Found> {
        let path = self.dir.join(name);
        let about = fs::symlink_metadata(&path).ok().filter(|about| about.file_type().is_file())?;
        let (size, modified) = (about.len(), about.modified().ok()?);
        Some(Found { name: name.to_owned(), path, size, modified, still: Duration::ZERO })
    }

    /// The digest of a file that stands still; none if it changed meanwhile.
    pub(crate) fn digest(&self, found: &Found) -> io::Result<Option<String>> {
        let mut file = BufReader::with_capacity(1 << 20, File::open(&found.path)?);
        let mut context = Context::new(&SHA256);
        let mut chunk = vec![0; 1 << 18];
        loop {
            match file.read(&mut chunk)? {
                0 => break,
                n => context.update(chunk.get(..n).unwrap_or_default()),
            }
        }
        let same = self.is_still(found);
        Ok(same.then(|| hex::encode(context.finish().as_ref())))
    }

    /// Whether a file is still what it was when it was found.
    pub(crate) fn is_still(&self, found: &Found) -> bool {
        self.named(&found.name).is_some_and(|now| (now.size, now.modified) == (found.size, found.modified))
    }

    /// Whether every row of a file with this digest is committed.
    pub(crate) fn knows(&self, digest: &str) -> bool {
        self.known.as_ref().is_some_and(|known| known.contains(digest))
    }

    /// Remembers that a file went through.
    pub(crate) fn remember(&mut self, digest: &str) -> io::Result<()> {
        if !self.known.get_or_insert_default().insert(digest.to_owned()) {
            return Ok(());
        }
        let mut file = OpenOptions::new().create(true).append(true).open(self.state().join(TAKEN))?;
        writeln!(file, "{digest}")?;
        file.sync_all()
    }

    /// Takes a file out of the inbox once it went through: kept for a time, or deleted.
    pub(crate) fn dispose(&mut self, found: &Found, digest: &str) -> io::Result<()> {
        let gone = match self.keep {
            None => fs::remove_file(&found.path),
            Some(_) => self.put_away(found, digest, KEPT),
        };
        self.unless_stuck(found, gone)
    }

    /// Moves a file that cannot be read at all.
    pub(crate) fn refuse(&mut self, found: &Found, digest: &str) -> io::Result<()> {
        let gone = self.put_away(found, digest, REFUSED);
        self.unless_stuck(found, gone)
    }

    fn unless_stuck(&mut self, found: &Found, gone: io::Result<()>) -> io::Result<()> {
        match gone {
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(why) => {
                self.stuck.insert(found.name.clone(), (found.size, found.modified));
                Err(why)
            }
            Ok(()) => Ok(()),
        }
    }

    fn put_away(&self, found: &Found, digest: &str, into: &str) -> io::Result<()> {
        let dir = self.dir.join(into);
        fs::create_dir_all(&dir)?;
        let mut to = dir.join(&found.name);
        if to.exists() {
            let (stem, ending) = (stem(&found.name), Path::new(&found.name).extension());
            let ending = ending.map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
            to = dir.join(format!("{stem}-{}{ending}", digest.get(..8).unwrap_or_default()));
        }
        fs::rename(&found.path, &to)?;
        // From now on it is kept so long, whenever it was written.
        File::options().write(true).open(&to).and_then(|file| file.set_modified(SystemTime::now()))
    }

    /// Deletes what was kept long enough.
    pub(crate) fn prune(&self) -> io::Result<()> {
        let Some(keep) = self.keep else { return Ok(()) };
        let listed = match fs::read_dir(self.dir.join(KEPT)) {
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(()),
            other => other?,
        };
        for entry in listed {
            let entry = entry?;
            let old = entry.metadata()?.modified()?.elapsed().is_ok_and(|age| age > keep);
            if old {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Where the answer about a file goes.
    pub(crate) fn answer(&self, name: &str) -> PathBuf {
        self.dir.join(format!("{}.结果.xlsx", stem(name)))
    }

    /// Where an answer goes that must not take an earlier one's place.
    pub(crate) fn free_answer(&self, name: &str) -> PathBuf {
        let more = (2..100).map(|n| self.dir.join(format!("{}.结果{n}.xlsx", stem(name))));
        let first = self.answer(name);
        std::iter::once(first.clone()).chain(more).find(|path| !path.exists()).unwrap_or(first)
    }

    /// Where it is noted what became of the rows of a file.
    pub(crate) fn notes(&self, digest: &str) -> PathBuf {
        self.state().join(format!("{}.told", digest.get(..32).unwrap_or(digest)))
    }
}

/// Whether a name is one that people give to a file of theirs.
pub(crate) fn is_input(name: &str) -> bool {
    let lower = name.to_lowercase();
    let ours = lower
        .strip_suffix(".xlsx")
        .is_some_and(|name| name.trim_end_matches(|c: char| c.is_ascii_digit()).ends_with(".结果"));
    !(ours
        || name.starts_with(['.', '~'])
        || NOT_YET.iter().any(|ending| lower.ends_with(ending))
        || ["thumbs.db", "desktop.ini"].contains(&lower.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_peoples_files_are_read() {
        for name in ["来信.xlsx", "来信", "结果.xlsx", "11月.结果说明.csv", "a.XLS"] {
            assert!(is_input(name), "{name}");
        }
        for name in ["来信.结果.xlsx", "来信.结果2.xlsx", "~$来信.xlsx", ".huiliu-x", "来信.xlsx.part", "Thumbs.db"]
        {
            assert!(!is_input(name), "{name}");
        }
    }

    #[test]
    fn a_file_that_grows_is_not_complete() {
        let dir = tempfile::tempdir().unwrap();
        let mut inbox = Inbox::new(dir.path().to_owned(), None, Duration::from_secs(1));
        let path = dir.path().join("a.csv");
        for _ in 0..3 {
            let mut file = OpenOptions::new().create(true).append(true).open(&path).unwrap();
            file.write_all(b"a,b\n").unwrap();
            assert_eq!(inbox.complete().unwrap().len(), 0);
        }
        std::thread::sleep(Duration::from_millis(1100));
        assert_eq!(inbox.complete().unwrap().len(), 1);
        // Written elsewhere and renamed in: complete at once. A time that lies ahead is not believed.
        let old = SystemTime::now() - Duration::from_secs(60);
        let ahead = SystemTime::now() + Duration::from_secs(3600);
        for (name, at) in [("b.csv", old), ("c.csv", ahead)] {
            fs::write(dir.path().join(".x"), "a").unwrap();
            File::options().write(true).open(dir.path().join(".x")).unwrap().set_modified(at).unwrap();
            fs::rename(dir.path().join(".x"), dir.path().join(name)).unwrap();
        }
        let names: Vec<_> = inbox.complete().unwrap().into_iter().map(|found| found.name).collect();
        assert_eq!(names, ["b.csv", "a.csv"]);
        std::thread::sleep(Duration::from_millis(1100));
        assert_eq!(inbox.complete().unwrap().len(), 3);
    }
}
