//! What a channel, or the way to the core, was made of: a digest over all that its building read, so that a reload leaves
//! alone what would come out the same. Kept in memory only, for secrets are among it.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest::{Context, SHA256, digest};
use huiliu_contract::{Blind, Misconfigured, Ration, Secret, SecretRef, Site};
use jiff::tz::TimeZone;

use crate::settings::{ChannelSettings, ChannelSite, Gateway};

/// The longest file that is digested by its content; of a longer one only its length and time are looked at.
const WHOLE: u64 = 4 << 20;

/// A digest of all that a building read, and the files among it.
#[derive(Clone, Default)]
pub(super) struct MadeOf {
    digest: [u8; 32],
    /// Files that were read besides secrets (CA files), whether they are there or not.
    pub(super) files: BTreeSet<PathBuf>,
}

impl PartialEq for MadeOf {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

/// The site lent to a building, which notes what is read of it.
pub(super) struct Noting {
    site: ChannelSite,
    /// A channel that is off need not have its secrets yet: it is checked as far as it can be, and nothing of it runs.
    off: bool,
    noted: Mutex<Noted>,
}

#[derive(Default)]
struct Noted {
    read: BTreeSet<(String, [u8; 32])>,
    files: BTreeSet<PathBuf>,
}

impl Noting {
    /// Lends a site.
    pub(super) fn new(site: ChannelSite, off: bool) -> Self {
        Self { site, off, noted: Mutex::default() }
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, what: String, bytes: &[u8]) {
        self.noted().read.insert((what, sha256(bytes)));
    }

    /// Notes what a channel's file says, and what of `gateway.toml` and the holidays goes into the channel.
    pub(super) fn note_channel(&self, settings: &ChannelSettings, gateway: &Gateway) {
        self.note("channel.toml".into(), settings.meaning().as_bytes());
        if let Some(program) = &settings.reshape {
            self.note("reshape".into(), program.text.as_bytes());
            self.noted().files.insert(program.path().to_owned());
        }
        let zone = &gateway.settings.zone.0;
        self.note("zone".into(), zone.iana_name().unwrap_or_default().as_bytes());
        self.note("loopback".into(), &[u8::from(gateway.settings.http.is_loopback())]);
        if let Some(budget) = &settings.connect.budget {
            let rate = gateway.settings.budgets.get(budget);
            self.note("budget".into(), rate.map(ToString::to_string).unwrap_or_default().as_bytes());
        }
        if settings.deadline.is_some() {
            self.note("holidays".into(), format!("{:?}", gateway.calendar).as_bytes());
        }
    }

    /// Notes what a running process takes over of a table of `gateway.toml`.
    pub(super) fn note_table(&self, name: &str, gateway: &Gateway) {
        let table = gateway.live(name).as_ref().map(ToString::to_string).unwrap_or_default();
        self.note(name.into(), table.as_bytes());
    }

    /// All that was noted.
    pub(super) fn made_of(self) -> MadeOf {
        let noted = self.noted.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut context = Context::new(&SHA256);
        for (what, digest) in &noted.read {
            context.update(&sha256(what.as_bytes()));
            context.update(digest);
        }
        let mut made_of = MadeOf { files: noted.files, ..MadeOf::default() };
        made_of.digest.copy_from_slice(context.finish().as_ref());
        made_of
    }
}

impl Site for Noting {
    fn channel(&self) -> &str {
        self.site.channel()
    }

    fn secret(&self, key: &str, at: &SecretRef) -> Result<Secret, Misconfigured> {
        let found = self.site.secret(key, at);
        let bytes = found.as_ref().map(|secret| secret.expose().as_bytes()).unwrap_or_default();
        self.note(format!("secret {at:?}"), bytes);
        match found {
            Err(_) if self.off => Ok(Secret::unset()),
            found => found,
        }
    }

    fn path(&self, written: &Path) -> PathBuf {
        let path = self.site.path(written);
        // Before whoever asked reads it: what changes in between is another file at the next reload.
        self.note(format!("file {}", path.display()), &content(&path));
        self.noted().files.insert(path.clone());
        path
    }

    fn zone(&self) -> TimeZone {
        self.site.zone()
    }

    fn blind(&self) -> Arc<dyn Blind> {
        self.site.blind()
    }

    fn ration(&self) -> Arc<dyn Ration> {
        self.site.ration()
    }

    fn listener_is_loopback(&self) -> bool {
        self.site.listener_is_loopback()
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest(&SHA256, bytes).as_ref());
    out
}

/// What stands for a path: the content of a file, the length and time of a large one; a folder's content is no setting.
fn content(path: &Path) -> Vec<u8> {
    let Ok(about) = path.metadata() else { return b"none".to_vec() };
    if !about.is_file() {
        return b"no file".to_vec();
    }
    if about.len() > WHOLE {
        return format!("{} {:?}", about.len(), about.modified().ok()).into_bytes();
    }
    let mut content = Vec::new();
    match std::fs::File::open(path).map(|file| file.take(WHOLE).read_to_end(&mut content)) {
        Ok(Ok(_)) => content,
        _ => b"unreadable".to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::settings::Variables;

    const CHANNEL: &str = "[channel]\nname = \"信箱\"\nstart_from = 2026-12-01\n[connect]\nkind = \"rest\"\n\
         url = \"http://a.example\"\nbudget = \"sheng\"\n[deadline]\ndays = 10\n[poll]\n\
         list = { get = \"/l\", items = \"/d\", id = \"no\" }\nsuccess = { at = \"/code\", is = [200] }\n\
         [fields]\ntitle = \"t\"\ncontent = \"c\"\n";

    /// A configuration folder with one channel.
    struct Folder(tempfile::TempDir);

    impl Folder {
        fn new() -> Self {
            let folder = Self(tempfile::tempdir().unwrap());
            fs::create_dir_all(folder.0.path().join("channels/a")).unwrap();
            fs::create_dir_all(folder.0.path().join("secrets")).unwrap();
            folder.write("gateway.toml", "[budgets]\nsheng = \"60/min\"\nshi = \"6/min\"\n");
            folder.write("channels/a/channel.toml", CHANNEL);
            folder.write("secrets/a.key", "one");
            folder.write("ca.pem", "one");
            folder
        }

        fn write(&self, path: &str, text: &str) {
            fs::write(self.0.path().join(path), text).unwrap();
        }

        /// What the channel is made of, by a building that reads one secret and one file.
        fn made_of(&self) -> MadeOf {
            let variables = Variables::default();
            let gateway = Gateway::load(self.0.path(), &variables).unwrap();
            let infos: Vec<_> = crate::kinds::KINDS.iter().map(|kind| (kind.info)()).collect();
            let channels = gateway.channels(&infos);
            let settings = channels.iter().next().unwrap().result.clone().unwrap();
            let noting =
                Noting::new(ChannelSite::new("a", &gateway, &variables, &crate::store::Keys::of_no_house()), false);
            noting.note_channel(&settings, &gateway);
            let _ = noting.secret("connect.secret", &SecretRef::File("secrets/a.key".into()));
            noting.path(Path::new("ca.pem"));
            noting.made_of()
        }
    }

    #[test]
    fn a_remark_makes_no_other_channel_and_all_that_counts_does() {
        let folder = Folder::new();
        let first = folder.made_of();
        assert!(first.files.iter().any(|file| file.ends_with("ca.pem")));
        folder.write("channels/a/channel.toml", &format!("# 备注\n\n{CHANNEL}\n# 改了备注\n"));
        folder.write("gateway.toml", "[budgets]\nsheng = \"60/min\"\nshi = \"7/min\"\n");
        folder.write("secrets/other.key", "two");
        assert!(folder.made_of() == first, "nothing of that goes into the channel");
        let mut seen = vec![first];
        fs::create_dir(folder.0.path().join("presets")).unwrap();
        let preset = "[preset]\nzh = \"县里\"\n[deadline]\nunit = \"day\"\n";
        folder.write("presets/county.toml", preset);
        assert!(folder.made_of() == seen[0], "no channel names it");
        let named = CHANNEL.replace("budget =", "preset = \"county\"\nbudget =");
        for (path, text) in [
            ("channels/a/channel.toml", named.clone()),
            ("presets/county.toml", preset.replace("\"day\"", "\"workday\"")),
            ("channels/a/channel.toml", CHANNEL.to_owned() + "[acts]\nfrom = \"act\"\ncodes = {}\n"),
            ("secrets/a.key", "two".to_owned()),
            ("ca.pem", "two".into()),
            ("gateway.toml", "[budgets]\nsheng = \"30/min\"\n".into()),
            ("gateway.toml", "zone = \"UTC\"\n[budgets]\nsheng = \"30/min\"\n".into()),
            ("holidays-2026.toml", "holidays = [{ name = \"元旦\", from = 2026-01-01 }]\n".into()),
            ("channels/a/channel.toml", CHANNEL.replace("2026-12-01", "2026-12-02")),
        ] {
            folder.write(path, &text);
            let now = folder.made_of();
            assert!(seen.iter().all(|before| *before != now), "{path}: {text}");
            seen.push(now);
        }
        fs::remove_file(folder.0.path().join("ca.pem")).unwrap();
        assert!(seen.iter().all(|before| *before != folder.made_of()), "a file that is gone");
    }

    #[test]
    fn another_certificate_file_makes_another_way_to_the_core() {
        let folder = Folder::new();
        let core = "[core]\nurl = \"https://core.example\"\nca_file = \"ca.pem\"\n";
        folder.write("gateway.toml", core);
        let made_of = || {
            let gateway = Gateway::load(folder.0.path(), &Variables::default()).unwrap();
            let noting = Noting::new(
                ChannelSite::new("core", &gateway, &Variables::default(), &crate::store::Keys::of_no_house()),
                false,
            );
            noting.note_table("core", &gateway);
            // The file holds no certificate; it was read all the same.
            assert!(crate::gateway::build::build_core_on(&noting, &gateway).is_err());
            noting.made_of()
        };
        let first = made_of();
        assert!(first.files.iter().any(|file| file.ends_with("ca.pem")));
        folder.write("ca.pem", "two");
        let second = made_of();
        assert!(first != second);
        folder.write("gateway.toml", &core.replace("ca_file", "bind = \"127.0.0.2\"\nca_file"));
        assert!(second != made_of());
    }
}
