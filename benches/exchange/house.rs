//! The program as its users have it: a process of its own on a folder of its own, asked for its own counts.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// So long nothing may come, or it will not come at all.
const PATIENCE: Duration = Duration::from_secs(60);

/// Starts it on a configuration folder that has its channels, with a core that people type into; where it listens.
pub(crate) fn start(config: &Path) -> (Child, String) {
    let gateway = "lang = \"en\"\ndata = \"data\"\n[http]\nlisten = \"127.0.0.1:0\"\n[log]\nlevel = \"warn\"\n[core]\nkind = \"manual\"\n";
    fs::write(config.join("gateway.toml"), gateway).unwrap();
    let mut house = Command::new(env!("CARGO_BIN_EXE_huiliu"))
        .args(["run", "--lang", "en", "--config"])
        .arg(config)
        .env_remove("RUST_LOG")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let address = listening(&mut house);
    (house, address)
}

/// Writes a secret that only its owner reads.
pub(crate) fn secret(config: &Path, name: &str, text: &str) {
    let secrets = config.join("secrets");
    fs::create_dir_all(&secrets).unwrap();
    private(&secrets, 0o700);
    fs::write(secrets.join(name), text).unwrap();
    private(&secrets.join(name), 0o600);
}

/// Waits until a count has come so far; gives up when it does not move for long.
pub(crate) fn until(count: impl Fn() -> usize, wanted: usize) {
    let mut seen = (0, Instant::now());
    loop {
        let now = count();
        if now >= wanted {
            return;
        }
        if now > seen.0 {
            seen = (now, Instant::now());
        }
        assert!(seen.1.elapsed() < PATIENCE, "{now} of {wanted}, and no more came");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn private(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn listening(house: &mut Child) -> String {
    let mut lines = BufReader::new(house.stdout.take().unwrap()).lines();
    let address = lines
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| Some(line.split_once("listening on ")?.1.trim().to_owned()))
        .expect("it listens");
    // It is heard out, so that it is never kept waiting.
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    address
}

/// One of the program's own counts.
pub(crate) fn counted(address: &str, name: &str, label: &str) -> usize {
    let mut line = TcpStream::connect(address).unwrap();
    line.write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    line.read_to_string(&mut answer).unwrap();
    let own = |line: &&str| line.starts_with(name) && line.contains(label);
    let value = answer.lines().find(own).and_then(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok());
    value.unwrap_or_default() as usize
}
