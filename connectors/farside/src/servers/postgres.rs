//! PostgreSQL.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{ADMIN, PASSWORD, programs, write};

/// Makes its folder of data.
pub(super) fn prepare(folder: &Path) -> Result<(), String> {
    let password = folder.join("password");
    write(&password, PASSWORD).map_err(|error| error.to_string())?;
    let mut init = programs::command(&programs::postgres("initdb")?);
    init.args(["--no-sync", "--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", "--no-instructions"]);
    init.arg(format!("--username={ADMIN}")).arg("--pwfile").arg(password).arg("--pgdata").arg(folder.join("data"));
    init.current_dir(folder).env("TZ", "UTC").stdin(Stdio::null());
    let out = init.output().map_err(|error| format!("initdb cannot be run: {error}"))?;
    match out.status.success() {
        true => Ok(()),
        false => Err(format!("initdb failed: {}", String::from_utf8_lossy(&out.stderr).trim())),
    }
}

/// How it is started, and what it says when it is ready.
pub(super) fn command(folder: &Path, port: u16, tls: bool) -> Result<(Command, &'static str), String> {
    let mut server = Command::new(programs::postgres("postgres")?);
    server.arg("-D").arg(folder.join("data"));
    let mut set = |name: &str, value: String| {
        server.arg("-c").arg(format!("{name}={value}"));
    };
    set("port", port.to_string());
    set("listen_addresses", "127.0.0.1".into());
    set("unix_socket_directories", String::new());
    set("fsync", "off".into());
    set("shared_buffers", "32MB".into());
    set("logging_collector", "off".into());
    set("max_connections", "60".into());
    if tls {
        set("ssl", "on".into());
        set("ssl_cert_file", folder.join("server.crt").display().to_string());
        set("ssl_key_file", folder.join("server.key").display().to_string());
    }
    Ok((server, "database system is ready to accept connections"))
}
