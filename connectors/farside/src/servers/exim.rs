//! Exim: takes mail by SMTP and puts it into files, refuses or puts off what it is told to, and sends real notices of what it
//! could not deliver. It runs from a copy of the program without its set-uid bit, under a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::watched::{Ending, Watched};
use super::{Identity, folder, free_port, owned, programs, write};

/// Who may log in.
pub const USER: &str = "hotline@example.test";
/// Its password.
pub const SECRET: &str = "only-for-this-test";

/// How it is, and where mails go.
#[derive(Clone, Debug, Default)]
pub struct EximOptions {
    /// It offers STARTTLS, and logins only behind it, if it is given a certificate.
    pub identity: Option<Identity>,
    /// It refuses the empty sender as NetEase does.
    pub no_empty_sender: bool,
    /// It hands mails on to a server on this port by LMTP; else it puts each into a file.
    pub lmtp: Option<u16>,
}

/// A running Exim. It ends when it is dropped, or when the process ends.
///
/// A reader called `tempfail` is put off (451), one called `nouser` refused (550), as is one called `lost` once the mail was
/// taken: then a real notice goes back.
pub struct Exim {
    folder: PathBuf,
    port: u16,
    running: Option<Watched>,
}

/// Waits beside the server until it has written that it listens, no longer than 30 s.
const START: &str = r#"
folder=$1
( n=0
  while [ $n -lt 600 ]; do
    if grep -qs 'daemon started' "$folder/log/main"; then echo 'exim is ready' >&2; exit; fi
    n=$((n + 1)); sleep 0.05
  done ) &
exec "$folder/exim" -C "$folder/exim.conf" -bdf -q5s
"#;

impl Exim {
    /// A fresh one.
    ///
    /// # Errors
    ///
    /// If it is neither here nor can be installed, or does not start; what to do is said.
    pub fn start(options: &EximOptions) -> Result<Self, String> {
        let folder = folder().map_err(|error| format!("no folder for a server: {error}"))?;
        let port = free_port().map_err(|error| format!("no free port: {error}"))?;
        let mut exim = Self { folder, port, running: None };
        exim.prepare(options).map_err(|error| format!("Exim's folder cannot be made: {error}"))?;
        let program = programs::exim()?;
        let copy = exim.folder.join("exim");
        fs::copy(program, &copy).map_err(|error| format!("{} cannot be written: {error}", copy.display()))?;
        owned(&copy, 0o755).map_err(|error| error.to_string())?;
        let mut command = Command::new("/bin/sh");
        command.args(["-c", START, "start"]).arg(&exim.folder);
        exim.running = Some(Watched::start(command, &exim.folder, "exim is ready", Ending::Asked)?);
        Ok(exim)
    }

    fn prepare(&self, options: &EximOptions) -> std::io::Result<()> {
        for name in ["spool", "log", "mail"] {
            let path = self.folder.join(name);
            fs::create_dir_all(&path)?;
            owned(&path, 0o700)?;
        }
        if let Some(identity) = &options.identity {
            write(&self.folder.join("cert.pem"), &identity.certificate)?;
            write(&self.folder.join("key.pem"), &identity.key)?;
        }
        // Exim refuses a file of settings that others could write.
        write(&self.folder.join("exim.conf"), &settings(&self.folder, self.port, options))
    }

    /// Where it listens, on this machine.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The mails that were put into files for this address, oldest first: behind what Exim puts before a mail (`Return-path`,
    /// `Envelope-to`, `Received`), with line feeds alone.
    pub fn delivered(&self, to: &str) -> Vec<String> {
        let entries = fs::read_dir(self.folder.join("mail/new")).into_iter().flatten().flatten();
        let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
        paths.sort();
        let mails = paths.into_iter().filter_map(|path| fs::read_to_string(path).ok());
        let line = format!("Envelope-to: {to}");
        mails.filter(|mail| mail.lines().take_while(|line| !line.is_empty()).any(|known| known == line)).collect()
    }

    /// What it wrote into its log so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log/main")).unwrap_or_default()
    }
}

impl Drop for Exim {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop();
        }
        // What a dying server left is no reason to fail.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn settings(folder: &Path, port: u16, options: &EximOptions) -> String {
    let dir = folder.display();
    let user = if programs::nobody().is_some() { "nobody".to_owned() } else { me("-un") };
    let group = if programs::nobody().is_some() { "nogroup".to_owned() } else { me("-gn") };
    let (tls, behind) = match options.identity {
        Some(_) => (
            format!("tls_advertise_hosts = *\ntls_certificate = {dir}/cert.pem\ntls_privatekey = {dir}/key.pem\n"),
            "server_advertise_condition = ${if def:tls_in_cipher}",
        ),
        None => ("tls_advertise_hosts =\n".to_owned(), "server_advertise_condition = true"),
    };
    let sender = match options.no_empty_sender {
        true => "  deny senders = :\n       message = 553 Mail from must equal authorized user\n",
        false => "",
    };
    let transport = match options.lmtp {
        Some(port) => format!(
            "  driver = smtp\n  protocol = lmtp\n  hosts = 127.0.0.1\n  hosts_override\n  port = {port}\n  allow_localhost\n"
        ),
        None => format!(
            "  driver = appendfile\n  directory = {dir}/mail\n  maildir_format\n  create_directory\n  envelope_to_add\n  return_path_add\n  user = {user}\n  group = {group}\n"
        ),
    };
    format!(
        r#"exim_path = {dir}/exim
keep_environment =
primary_hostname = localhost
qualify_domain = example.test
spool_directory = {dir}/spool
log_file_path = {dir}/log/%s
pid_file_path = {dir}/exim.pid
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
exim_user = {user}
exim_group = {group}
trusted_users = {user}
never_users =
deliver_drop_privilege = true
disable_ipv6 = true
dns_ipv4_lookup = *
rfc1413_query_timeout = 0s
message_size_limit = 50M
acl_smtp_mail = acl_mail
acl_smtp_rcpt = acl_rcpt
acl_smtp_data = accept
{tls}
begin acl
acl_mail:
{sender}  accept
acl_rcpt:
  defer local_parts = tempfail
        message = 451 4.7.1 try again later
  deny local_parts = nouser
       message = 550 5.1.1 no such user
  accept

begin routers
lost:
  driver = redirect
  local_parts = lost
  allow_fail
  data = :fail: nobody of this name
all:
  driver = accept
  transport = onwards

begin transports
onwards:
{transport}
begin retry
* * F,1h,5s

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if and{{{{eq{{$auth2}}{{{USER}}}}}{{eq{{$auth3}}{{{SECRET}}}}}}}}}
  server_set_id = $auth2
  {behind}
"#
    )
}

/// Who we are, as a name: Exim takes names.
fn me(what: &str) -> String {
    let said = Command::new("id").arg(what).output().map(|out| String::from_utf8_lossy(&out.stdout).trim().to_owned());
    said.unwrap_or_default()
}
