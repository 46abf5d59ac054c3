//! The programs of servers: found, or installed from Debian's packages where that is possible, or named.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The user and the group that own nothing, on every Debian.
const NOBODY: (u32, u32) = (65_534, 65_534);

/// As whom servers run: neither of them runs as root.
pub(super) fn nobody() -> Option<(u32, u32)> {
    is_root().then_some(NOBODY)
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// A program, to be run by whom servers run as.
pub(super) fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    if let Some((user, group)) = nobody() {
        command.uid(user).gid(group);
    }
    command
}

/// Where a program of PostgreSQL is: the newest that is installed.
pub(super) fn postgres(name: &str) -> Result<PathBuf, String> {
    found_or_installed("postgresql", || {
        let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let mut found: Vec<_> = versions
            .filter_map(|version| {
                let number: u32 = version.file_name().to_str()?.parse().ok()?;
                let path = version.path().join("bin").join(name);
                path.exists().then_some((number, path))
            })
            .collect();
        found.sort();
        found.pop().map(|(_, path)| path)
    })
}

/// Where MariaDB is.
pub(super) fn maria() -> Result<PathBuf, String> {
    found_or_installed("mariadb-server-core", || Some(PathBuf::from("/usr/sbin/mariadbd")).filter(|path| path.exists()))
}

/// Where Exim is.
pub(super) fn exim() -> Result<PathBuf, String> {
    found_or_installed("exim4-daemon-light", || Some(PathBuf::from("/usr/sbin/exim4")).filter(|path| path.exists()))
}

/// Where Dovecot is, or one of the programs that come with it.
pub(super) fn dovecot(name: &str) -> Result<PathBuf, String> {
    found_or_installed("dovecot-imapd dovecot-lmtpd", || {
        let whole = ["imap", "lmtp"].iter().all(|part| Path::new("/usr/lib/dovecot").join(part).exists());
        let places = ["/usr/sbin", "/usr/bin"].map(|folder| Path::new(folder).join(name));
        places.into_iter().find(|path| whole && path.exists())
    })
}

/// `package` may be several, parted by spaces.
fn found_or_installed(package: &str, find: impl Fn() -> Option<PathBuf>) -> Result<PathBuf, String> {
    if let Some(path) = find() {
        return Ok(path);
    }
    if is_root() && Path::new("/usr/bin/apt-get").exists() {
        // Several test programs may come here at once.
        let lock = File::create(std::env::temp_dir().join("huiliu-install.lock")).map_err(|error| error.to_string())?;
        lock.lock().map_err(|error| format!("the lock for installing cannot be had: {error}"))?;
        if let Some(path) = find() {
            return Ok(path);
        }
        install(package)?;
    }
    find().ok_or_else(|| {
        format!(
            "this test needs a server that is not here; install it: apt-get install --no-install-recommends {package}"
        )
    })
}

fn install(package: &str) -> Result<(), String> {
    // No server of the machine's own is wanted: neither set up nor started.
    let settings = Path::new("/etc/postgresql-common");
    if package == "postgresql" && !settings.join("createcluster.conf").exists() {
        fs::create_dir_all(settings).map_err(|error| error.to_string())?;
        fs::write(settings.join("createcluster.conf"), "create_main_cluster = false\n")
            .map_err(|error| error.to_string())?;
    }
    apt(&["update"])?;
    let mut words = vec!["install", "-y", "--no-install-recommends", "-o", "Dpkg::Options::=--force-confold"];
    words.extend(package.split(' '));
    apt(&words)
}

fn apt(words: &[&str]) -> Result<(), String> {
    let mut apt = Command::new("apt-get");
    apt.args(words).env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null());
    let out = apt.output().map_err(|error| format!("apt-get cannot be run: {error}"))?;
    match out.status.success() {
        true => Ok(()),
        false => {
            let said = String::from_utf8_lossy(&out.stderr);
            Err(format!("apt-get {} failed: {}", words.join(" "), said.trim()))
        }
    }
}
