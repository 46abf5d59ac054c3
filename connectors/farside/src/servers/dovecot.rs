//! Dovecot: a real mail server with two mailboxes, over IMAP with and without TLS, and LMTP.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde_json::json;

use super::watched::{Ending, Watched};
use super::{Identity, PASSWORD, folder, free_port, owned, programs, write};

/// The first mailbox; its password is [`PASSWORD`].
pub const USER: &str = "hotline@example.test";
/// The second one, with the same password.
pub const SECOND: &str = "second@example.test";
/// What tokens are signed with.
const KEY: &[u8] = b"a-signing-key-only-for-this-test";
/// How it is set up, with its places between at-signs.
const CONF: &str = include_str!("dovecot.conf");

/// How a Dovecot is set up.
#[derive(Clone, Debug, Default)]
pub struct DovecotOptions {
    /// Its certificate; without one it speaks no TLS.
    pub identity: Option<Identity>,
    /// How often it says that it is still there while somebody waits, in its own words; every two minutes by default.
    pub notify: Option<&'static str>,
    /// What it says that it can, in the place of all that it can.
    pub capability: Option<&'static str>,
}

/// A running Dovecot. It ends when it is dropped, or when the process ends, however that ends.
pub struct Dovecot {
    folder: PathBuf,
    imap: u16,
    imaps: u16,
    lmtp: u16,
    running: Option<Watched>,
}

impl Dovecot {
    /// A fresh one.
    ///
    /// # Errors
    ///
    /// If its programs are neither here nor can be installed, or it does not start; what to do is said.
    pub fn fresh(options: &DovecotOptions) -> Result<Self, String> {
        let say = |error: std::io::Error| format!("no folder for a server: {error}");
        programs::dovecot("dovecot")?;
        let folder = folder().map_err(say)?;
        for name in ["run", "state", "mail", "home"] {
            fs::create_dir(folder.join(name)).map_err(say)?;
            owned(&folder.join(name), 0o700).map_err(say)?;
        }
        let port = || free_port().map_err(|error| format!("no free port: {error}"));
        let (imap, imaps, lmtp) = (port()?, port()?, port()?);
        let mut server = Self { folder, imap, imaps, lmtp, running: None };
        server.prepare(options).map_err(say)?;
        server.start()?;
        Ok(server)
    }

    fn prepare(&self, options: &DovecotOptions) -> std::io::Result<()> {
        let at = |name: &str| self.folder.join(name);
        self.password(PASSWORD)?;
        let keys = at("keys/default/HS256");
        fs::create_dir_all(&keys)?;
        for folder in ["keys", "keys/default", "keys/default/HS256"] {
            owned(&at(folder), 0o700)?;
        }
        write(&keys.join("default"), &STANDARD.encode(KEY))?;
        let shown = self.folder.display();
        let oauth = format!(
            "introspection_mode = local\nlocal_validation_key_dict = fs:posix:prefix={shown}/keys/\nusername_attribute = sub\n"
        );
        write(&at("oauth2.conf"), &oauth)?;
        let certificate = match &options.identity {
            Some(identity) => {
                write(&at("server.crt"), &identity.certificate)?;
                write(&at("server.key"), &identity.key)?;
                format!("ssl_cert = <{shown}/server.crt\nssl_key = <{shown}/server.key")
            }
            None => String::new(),
        };
        let (user, group) = match programs::nobody() {
            Some(_) => ("nobody".to_owned(), "nogroup".to_owned()),
            None => (own("-un")?, own("-gn")?),
        };
        let capability = options.capability.map(|words| format!("imap_capability = {words}")).unwrap_or_default();
        let places = [
            ("@DIR@", shown.to_string()),
            ("@IMAP@", self.imap.to_string()),
            ("@IMAPS@", self.imaps.to_string()),
            ("@LMTP@", self.lmtp.to_string()),
            ("@USER@", user),
            ("@GROUP@", group),
            ("@SSL@", if options.identity.is_some() { "yes" } else { "no" }.to_owned()),
            ("@CERTIFICATE@", certificate),
            ("@NOTIFY@", options.notify.unwrap_or("2 mins").to_owned()),
            ("@CAPABILITY@", capability),
        ];
        let conf = places.iter().fold(CONF.to_owned(), |conf, (place, value)| conf.replace(place, value));
        write(&at("dovecot.conf"), &conf)
    }

    /// Gives both mailboxes another password; who is logged in stays so.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn password(&self, password: &str) -> std::io::Result<()> {
        let users: String = [USER, SECOND].iter().map(|user| format!("{user}:{{PLAIN}}{password}::::::\n")).collect();
        write(&self.folder.join("users"), &users)
    }

    /// Where it speaks IMAP, and goes over to TLS when it is asked (STARTTLS).
    pub fn imap(&self) -> u16 {
        self.imap
    }

    /// Where it speaks IMAP behind TLS.
    pub fn imaps(&self) -> u16 {
        self.imaps
    }

    /// Where letters are handed to it (LMTP).
    pub fn lmtp(&self) -> u16 {
        self.lmtp
    }

    /// What it wrote into its log, since it was started last.
    pub fn log(&self) -> Vec<String> {
        self.running.as_ref().map(Watched::said).unwrap_or_default()
    }

    /// Starts it again after [`Self::stop`], on the same ports and with what it held.
    ///
    /// # Errors
    ///
    /// If it does not come up; the end of what it wrote is told.
    pub fn start(&mut self) -> Result<(), String> {
        let mut command = Command::new(programs::dovecot("dovecot")?);
        command.arg("-F").arg("-c").arg(self.conf());
        self.running = Some(Watched::start(command, &self.folder, "starting up for", Ending::Asked)?);
        Ok(())
    }

    /// Ends it; whoever is logged in is cut off.
    pub fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop();
        }
    }

    fn conf(&self) -> PathBuf {
        self.folder.join("dovecot.conf")
    }

    /// Has its administrator do something (`doveadm`); what was said.
    ///
    /// # Errors
    ///
    /// If it fails; what was said is told.
    pub fn admin(&self, words: &[&str]) -> Result<String, String> {
        let mut doveadm = programs::command(&programs::dovecot("doveadm")?);
        doveadm.arg("-c").arg(self.conf()).args(words).current_dir(&self.folder).stdin(Stdio::null());
        let out = doveadm.output().map_err(|error| format!("doveadm cannot be run: {error}"))?;
        match out.status.success() {
            true => Ok(String::from_utf8_lossy(&out.stdout).trim().to_owned()),
            false => Err(format!("doveadm {}: {}", words.join(" "), String::from_utf8_lossy(&out.stderr).trim())),
        }
    }

    /// Puts letters into a folder of a mailbox, as its delivery does: each is there whole or not at all. `folder` is `INBOX`, or
    /// a folder that is there, as it goes over the wire.
    ///
    /// # Errors
    ///
    /// If one cannot be written.
    pub fn deliver<'a>(
        &self,
        user: &str,
        folder: &str,
        letters: impl IntoIterator<Item = &'a [u8]>,
    ) -> std::io::Result<()> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let box_of = self.maildir(user);
        let place =
            if folder == "INBOX" { box_of.clone() } else { box_of.join(format!(".{}", folder.replace('/', "."))) };
        for folder in [&box_of, &place, &place.join("tmp"), &place.join("new"), &place.join("cur")] {
            if !folder.exists() {
                fs::create_dir(folder)?;
                owned(folder, 0o700)?;
            }
        }
        let now = Timestamp::now().as_second();
        for letter in letters {
            // Of one second they are numbered in the order of their names.
            let name = format!("{now}.M{:09}P{}.test", COUNT.fetch_add(1, Ordering::Relaxed), std::process::id());
            let (from, to) = (place.join("tmp").join(&name), place.join("new").join(&name));
            fs::write(&from, letter)?;
            owned(&from, 0o600)?;
            fs::rename(from, to)?;
        }
        Ok(())
    }

    /// Loses what it knows of a mailbox: numbers, flags, order. To be done while nobody is logged in.
    ///
    /// # Errors
    ///
    /// If it cannot be deleted.
    pub fn lose_index(&self, user: &str) -> std::io::Result<()> {
        for entry in fs::read_dir(self.maildir(user))? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with("dovecot") {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    fn maildir(&self, user: &str) -> PathBuf {
        let name = user.split('@').next().unwrap_or(user);
        self.folder.join("mail").join(name)
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        self.stop();
        // What a dying server left is no reason to fail.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn own(which: &str) -> std::io::Result<String> {
    let out = Command::new("id").arg(which).output()?;
    Ok(String::from_utf8_lossy(&out.stdout).trim().to_owned())
}

/// A token for a user (XOAUTH2) that ends at a time, as a provider of tokens would sign it: a JSON Web Token (RFC 7519).
pub fn token(user: &str, until: Timestamp) -> String {
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(json!({ "alg": "HS256", "typ": "JWT" }));
    let body = part(json!({ "sub": user, "iat": until.as_second() - 3600, "exp": until.as_second() }));
    let signed = format!("{head}.{body}");
    let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, KEY), signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()))
}
