//! Secrets of the site: files below `secrets/` of the configuration folder, or environment variables. They are read
//! when something is built and written only whole; nothing here logs or shows one.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use huiliu_contract::{Misconfigured, Secret, SecretRef};
use serde_json::Value;

use super::{Text, Variables};

/// The longest secret, in bytes: room for a private key in PEM.
const MAX_BYTES: u64 = 64 * 1024;
/// Where `huiliu secret set` writes, below the configuration folder.
const FOLDER: &str = "secrets";

/// Where the secrets of a site are.
#[derive(Clone, Debug)]
pub struct Secrets {
    dir: PathBuf,
    variables: Variables,
}

/// Why a name cannot be a secret's file name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a secret's name has 1 to 80 lower-case letters, digits, `.`, `-` or `_` and does not begin with `.`")]
pub struct BadSecretName;

/// Why a secret could not be written.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The name.
    #[error(transparent)]
    Name(#[from] BadSecretName),
    /// An empty secret is none; too long a one is a mistake.
    #[error("the secret is empty or longer than 65536 bytes")]
    Length,
    /// The disk.
    #[error("cannot write {path}")]
    Write {
        /// What was being written.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

/// One secret as `huiliu secret list` shows it: never the value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SecretState {
    /// The file, relative to the configuration folder, or the variable.
    pub place: SecretRef,
    /// Whether something stands there.
    pub set: bool,
    /// Whether others on this machine may read the file.
    pub open_to_others: bool,
}

impl Secrets {
    /// The secrets of a configuration folder.
    pub fn new(dir: impl Into<PathBuf>, variables: Variables) -> Self {
        Self { dir: dir.into(), variables }
    }

    /// The configuration folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Reads a secret; `key` is where the reference stands. One line end is cut off the end, and the mark that
    /// Notepad puts in front.
    pub fn read(&self, key: &str, at: &SecretRef) -> Result<Secret, Misconfigured> {
        let found = match at {
            SecretRef::Env(name) => self.variables.get(name).map(str::to_owned),
            SecretRef::File(path) => self.file(key, path)?,
        };
        let text = found.unwrap_or_default();
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let text = text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text));
        if text.is_empty() { Err(unset(key, at)) } else { Ok(Secret::new(text)) }
    }

    fn file(&self, key: &str, path: &Path) -> Result<Option<String>, Misconfigured> {
        let shown = path.display();
        let cannot = |why: String, why_zh: String| {
            Misconfigured::new(key, format!("the secret file {shown} {why}"), format!("密钥文件 {shown} {why_zh}"))
        };
        let file = match File::open(self.dir.join(path)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(|e| cannot(format!("cannot be read: {e}"), format!("读不了:{e}")))?,
        };
        let mut text = Vec::new();
        let read = file.take(MAX_BYTES + 1).read_to_end(&mut text);
        read.map_err(|e| cannot(format!("cannot be read: {e}"), format!("读不了:{e}")))?;
        if text.len() as u64 > MAX_BYTES {
            return Err(cannot(format!("is longer than {MAX_BYTES} bytes"), format!("超过 {MAX_BYTES} 字节")));
        }
        String::from_utf8(text).map(Some).map_err(|_| cannot("is not UTF-8".into(), "不是 UTF-8 编码".into()))
    }

    /// A warning where others on this machine may read a secret's file.
    pub fn warning(&self, at: &SecretRef) -> Option<Text> {
        let SecretRef::File(path) = at else { return None };
        let path = self.dir.join(path);
        open_to_others(&path).then(|| {
            let shown = path.display();
            Text::new(
                format!("密钥文件 {shown} 本机其他用户也能读;执行 chmod 600 {shown}"),
                format!("others on this machine may read the secret file {shown}; run chmod 600 {shown}"),
            )
        })
    }

    /// Writes a secret below `secrets/`: 0600, whole or not at all, on disk when this returns.
    pub fn set(&self, name: &str, secret: &Secret) -> Result<PathBuf, SecretError> {
        check_name(name)?;
        let bytes = secret.expose().as_bytes();
        if bytes.is_empty() || bytes.len() as u64 > MAX_BYTES {
            return Err(SecretError::Length);
        }
        let folder = self.dir.join(FOLDER);
        let path = folder.join(name);
        let draft = folder.join(format!(".{name}.{}", std::process::id()));
        let written = write_whole(&folder, &draft, &path, bytes);
        written.map_err(|source| {
            let _ = std::fs::remove_file(&draft);
            SecretError::Write { path: path.clone(), source }
        })?;
        Ok(path)
    }

    /// Every secret that is referred to or lies below `secrets/`, in order, each once.
    pub fn list(&self, referred: &[SecretRef]) -> Vec<SecretState> {
        let lying = std::fs::read_dir(self.dir.join(FOLDER)).into_iter().flatten().flatten();
        let lying = lying.filter_map(|entry| entry.file_name().into_string().ok());
        let lying =
            lying.filter(|name| check_name(name).is_ok()).map(|name| SecretRef::File(Path::new(FOLDER).join(name)));
        let mut places: Vec<SecretRef> = referred.iter().cloned().chain(lying).collect();
        places.sort_by_key(|place| match place {
            SecretRef::File(path) => (0, path.to_string_lossy().into_owned()),
            SecretRef::Env(name) => (1, name.clone()),
        });
        places.dedup();
        let state = |place: SecretRef| SecretState {
            set: self.read("", &place).is_ok(),
            open_to_others: matches!(&place, SecretRef::File(path) if open_to_others(&self.dir.join(path))),
            place,
        };
        places.into_iter().map(state).collect()
    }
}

/// Whether a name can be a secret's file name.
fn check_name(name: &str) -> Result<(), BadSecretName> {
    let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_');
    let right = (1..=80).contains(&name.len()) && !name.starts_with('.') && name.bytes().all(letter);
    if right { Ok(()) } else { Err(BadSecretName) }
}

/// The secrets that a value of configuration refers to: tables of the single key `env` or `file`.
pub fn references(value: &Value) -> Vec<SecretRef> {
    match value {
        Value::Object(table) => {
            let own = (table.len() == 1).then(|| serde_json::from_value(value.clone()).ok()).flatten();
            own.map_or_else(|| table.values().flat_map(references).collect(), |own| vec![own])
        }
        Value::Array(list) => list.iter().flat_map(references).collect(),
        _ => vec![],
    }
}

fn open_to_others(path: &Path) -> bool {
    path.metadata().is_ok_and(|about| about.permissions().mode() & 0o077 != 0)
}

fn write_whole(folder: &Path, draft: &Path, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let _ = std::fs::remove_file(draft);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft)?;
    file.write_all(bytes)?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    std::fs::rename(draft, path)?;
    File::open(folder)?.sync_all()
}

fn unset(key: &str, at: &SecretRef) -> Misconfigured {
    match at {
        SecretRef::Env(name) => Misconfigured::new(
            key,
            format!("the environment variable {name} is unset or empty; set it where the service starts"),
            format!("环境变量 {name} 没有设置或是空的;在服务的启动设置里写上它"),
        ),
        SecretRef::File(path) => {
            let shown = path.display();
            let name = path.strip_prefix(FOLDER).ok().and_then(Path::to_str).filter(|name| check_name(name).is_ok());
            let (zh, en) = match name {
                Some(name) => (format!("用 huiliu secret set {name} 录入"), format!("run huiliu secret set {name}")),
                None => ("把密钥写进这个文件".into(), "write the secret into it".into()),
            };
            Misconfigured::new(
                key,
                format!("the secret file {shown} is missing or empty; {en}"),
                format!("密钥文件 {shown} 没有或是空的;{zh}"),
            )
        }
    }
}
