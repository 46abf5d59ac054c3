//! Real servers for tests: Debian's PostgreSQL and MariaDB, and its mail server Dovecot, started by nobody in particular on
//! free ports, with a folder of their own, and gone with the process that started them.

mod dovecot;
pub mod exim;
mod maria;
mod postgres;
mod programs;
mod watched;

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

pub use dovecot::{Dovecot, DovecotOptions, SECOND, USER, token};
use watched::{Ending, Watched};

/// Who may do everything there.
pub const ADMIN: &str = "admin";
/// The administrator's password.
pub const PASSWORD: &str = "only-for-this-test";

/// A certificate with its key, both as PEM.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The certificate, and those that signed it.
    pub certificate: String,
    /// The key.
    pub key: String,
}

/// Which sort of server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Sort {
    Postgres,
    Maria,
}

/// A running server. It ends when it is dropped, or when the process ends, however that ends.
pub struct Server {
    sort: Sort,
    folder: PathBuf,
    port: u16,
    tls: bool,
    running: Option<Watched>,
}

impl Server {
    /// A fresh PostgreSQL; it speaks TLS if it is given a certificate.
    ///
    /// # Errors
    ///
    /// If its programs are neither here nor can be installed, or it does not start; what to do is said.
    pub fn postgres(identity: Option<&Identity>) -> Result<Self, String> {
        Self::fresh(Sort::Postgres, identity)
    }

    /// A fresh MariaDB; it speaks TLS if it is given a certificate.
    ///
    /// # Errors
    ///
    /// As [`Self::postgres`].
    pub fn maria(identity: Option<&Identity>) -> Result<Self, String> {
        Self::fresh(Sort::Maria, identity)
    }

    fn fresh(sort: Sort, identity: Option<&Identity>) -> Result<Self, String> {
        let folder = folder().map_err(|error| format!("no folder for a server: {error}"))?;
        if let Some(identity) = identity {
            for (name, text) in [("server.crt", &identity.certificate), ("server.key", &identity.key)] {
                write(&folder.join(name), text).map_err(|error| format!("{name} cannot be written: {error}"))?;
            }
        }
        match sort {
            Sort::Postgres => postgres::prepare(&folder)?,
            Sort::Maria => maria::prepare(&folder)?,
        }
        let port = free_port().map_err(|error| format!("no free port: {error}"))?;
        let mut server = Self { sort, folder, port, tls: identity.is_some(), running: None };
        server.start()?;
        Ok(server)
    }

    /// Where it listens, on this machine.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Starts it again after [`Self::stop`], on the same port and with what it held.
    ///
    /// # Errors
    ///
    /// If it does not come up; the end of what it wrote is told.
    pub fn start(&mut self) -> Result<(), String> {
        let (command, sign) = match self.sort {
            Sort::Postgres => postgres::command(&self.folder, self.port, self.tls)?,
            Sort::Maria => maria::command(&self.folder, self.port, self.tls)?,
        };
        self.running = Some(Watched::start(command, &self.folder, sign, Ending::Killed)?);
        Ok(())
    }

    /// Ends it at once, as a machine does that loses its power.
    pub fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
        // What a dying server left is no reason to fail.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A folder that belongs to whoever servers run as.
fn folder() -> io::Result<PathBuf> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("huiliu-server-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let folder = std::env::temp_dir().join(name);
    // What a process of this number left long ago is nobody's.
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir(&folder)?;
    owned(&folder, 0o700)?;
    Ok(folder)
}

/// Writes a file that belongs to whoever servers run as, and to nobody else.
fn write(path: &Path, text: &str) -> io::Result<()> {
    fs::write(path, text)?;
    owned(path, 0o600)
}

fn owned(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::{PermissionsExt, chown};
    fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    match programs::nobody() {
        Some((user, group)) => chown(path, Some(user), Some(group)),
        None => Ok(()),
    }
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}
