//! MariaDB.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{ADMIN, PASSWORD, owned, programs, write};

/// Where its own tables are described.
const SHARE: &str = "/usr/share/mysql";

/// Makes its folder of data: what its installation script does, without the programs that a whole installation has.
pub(super) fn prepare(folder: &Path) -> Result<(), String> {
    let say = |error: std::io::Error| error.to_string();
    let mariadbd = programs::maria()?;
    let data = folder.join("data");
    fs::create_dir(&data).map_err(say)?;
    owned(&data, 0o700).map_err(say)?;
    let mut statements = String::from("create database mysql;\nuse mysql;\nset @auth_root_socket=NULL;\n");
    for name in ["mysql_system_tables", "mysql_performance_tables", "mysql_system_tables_data"] {
        statements += &fs::read_to_string(format!("{SHARE}/{name}.sql")).map_err(say)?;
    }
    let made = folder.join("made.sql");
    write(&made, &statements).map_err(say)?;
    let mut boot = programs::command(&mariadbd);
    boot.args(["--no-defaults", "--bootstrap"]);
    shared(&mut boot, folder);
    boot.current_dir(folder).stdin(Stdio::from(fs::File::open(&made).map_err(say)?));
    let out = boot.output().map_err(|error| format!("mariadbd cannot be run: {error}"))?;
    if !out.status.success() {
        return Err(format!("mariadbd --bootstrap failed: {}", String::from_utf8_lossy(&out.stderr).trim()));
    }
    let first = format!(
        "CREATE USER IF NOT EXISTS '{ADMIN}'@'%' IDENTIFIED BY '{PASSWORD}';\nGRANT ALL ON *.* TO '{ADMIN}'@'%' WITH GRANT OPTION;\n"
    );
    write(&folder.join("first.sql"), &first).map_err(say)
}

fn shared(command: &mut Command, folder: &Path) {
    let path = |name: &str| folder.join(name).display().to_string();
    command.arg(format!("--datadir={}", path("data"))).arg(format!("--tmpdir={}", folder.display()));
    command.args([
        format!("--lc-messages-dir={SHARE}"),
        "--innodb-buffer-pool-size=16M".into(),
        "--innodb-log-file-size=8M".into(),
        "--innodb-flush-log-at-trx-commit=2".into(),
    ]);
}

/// How it is started, and what it says when it is ready.
pub(super) fn command(folder: &Path, port: u16, tls: bool) -> Result<(Command, &'static str), String> {
    let mut server = Command::new(programs::maria()?);
    server.arg("--no-defaults");
    shared(&mut server, folder);
    let path = |name: &str| folder.join(name).display().to_string();
    server.args([
        format!("--port={port}"),
        "--bind-address=127.0.0.1".into(),
        "--skip-name-resolve".into(),
        format!("--socket={}", path("socket")),
        format!("--pid-file={}", path("pid")),
        format!("--init-file={}", path("first.sql")),
    ]);
    if tls {
        server.arg(format!("--ssl-cert={}", path("server.crt"))).arg(format!("--ssl-key={}", path("server.key")));
    }
    Ok((server, "ready for connections"))
}
