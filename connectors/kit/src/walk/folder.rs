//! A folder as a far side: is it there, may it be read and written, is there room. Nothing in it is opened or moved.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use huiliu_contract::{FarSide, Step, Went};
use rustix::fs::{Access, access, statvfs};

use super::note;

/// Less room than this is told, in bytes.
const LITTLE: u64 = 1 << 30;
/// Less room than this serves no file of a usual size.
const NONE: u64 = 32 << 20;

/// A folder into which files are put, by us or by people.
#[derive(Clone, Debug)]
pub struct FolderSide {
    /// Where it is.
    pub path: PathBuf,
    /// Which files that lie there count as waiting, by their names; none where nothing waits there.
    pub waiting: Option<fn(&str) -> bool>,
}

#[async_trait]
impl FarSide for FolderSide {
    fn address(&self) -> String {
        self.path.display().to_string()
    }

    async fn walk(&self, _: Duration) -> Vec<Step> {
        let mut steps = Vec::new();
        let _ = self.steps(&mut steps);
        steps
    }
}

impl FolderSide {
    fn steps(&self, steps: &mut Vec<Step>) -> Result<(), ()> {
        let there = self.path.exists();
        // A folder that is not there is made by the first look into it, if what is around it lets us.
        let stands = self.path.ancestors().find(|path| path.exists()).unwrap_or(&self.path);
        note(steps, self.allowed(stands, there))?;
        note(steps, room(stands))?;
        match self.waiting.filter(|_| there) {
            Some(counts) => note(steps, self.lying(counts)),
            None => Ok(()),
        }
    }

    fn allowed(&self, stands: &Path, there: bool) -> Step {
        let shown = stands.display();
        let wrong = |en: String, zh: String| {
            Step::new("folder", Went::Wrong, en, zh).remedy(
                "give the user that huiliu runs as the rights to read and write it",
                "给运行汇流的用户读写这个文件夹的权限",
            )
        };
        if !stands.is_dir() {
            return wrong(format!("{shown} is no folder"), format!("{shown} 不是文件夹"));
        }
        if let Err(error) = fs::read_dir(stands) {
            return wrong(format!("{shown} cannot be read ({error})"), format!("{shown} 读不了({error})"));
        }
        if let Err(error) = access(stands, Access::WRITE_OK | Access::EXEC_OK) {
            let error = io::Error::from(error);
            return wrong(format!("{shown} cannot be written ({error})"), format!("{shown} 写不了({error})"));
        }
        match there {
            true => Step::new("folder", Went::Right, "there, can be read and written", "在,可读可写"),
            false => Step::new(
                "folder",
                Went::Right,
                format!("not there yet; it is made inside {shown}"),
                format!("还没有,会在 {shown} 里自动建"),
            ),
        }
    }

    fn lying(&self, counts: fn(&str) -> bool) -> Step {
        let names = fs::read_dir(&self.path).into_iter().flatten().flatten();
        let files = names.filter(|entry| entry.file_type().is_ok_and(|sort| sort.is_file()));
        let count = files.filter(|entry| entry.file_name().to_str().is_some_and(counts)).count();
        let (en, zh) = (format!("{count} files lie there"), format!("里面有 {count} 个文件"));
        Step::new("first_item", Went::Right, en, zh)
    }
}

fn room(stands: &Path) -> Step {
    let free = match statvfs(stands) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => {
            let error = io::Error::from(error);
            let en = format!("how much is free cannot be told ({error})");
            return Step::new("space", Went::Mind, en, format!("看不出还剩多少空间({error})"));
        }
    };
    let mib = free >> 20;
    let (en, zh) = (format!("{mib} MiB free"), format!("剩余 {mib} MiB"));
    let went = match free {
        free if free < NONE => Went::Wrong,
        free if free < LITTLE => Went::Mind,
        _ => return Step::new("space", Went::Right, en, zh),
    };
    Step::new("space", went, en, zh).remedy("make room on this disk", "清理磁盘")
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn walked(path: PathBuf) -> Vec<(&'static str, Went, String)> {
        let side = FolderSide { path, waiting: Some(|name| !name.starts_with('.')) };
        let steps = side.walk(Duration::from_secs(1)).await;
        steps.into_iter().map(|step| (step.word, step.went, step.said.en)).collect()
    }

    #[tokio::test]
    async fn a_folder_is_looked_at_and_left_as_it_was() {
        let dir = std::env::temp_dir().join(format!("huiliu-walk-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        for name in ["a.xlsx", "b.csv", ".huiliu"] {
            fs::write(dir.join(name), "x").unwrap();
        }
        let steps = walked(dir.clone()).await;
        assert_eq!(steps.iter().map(|step| step.0).collect::<Vec<_>>(), ["folder", "space", "first_item"]);
        assert_eq!(steps[2], ("first_item", Went::Right, "2 files lie there".into()));
        let below = walked(dir.join("not/yet")).await;
        assert!(below[0].1 == Went::Right && below[0].2.contains("made inside") && below.len() == 2, "{below:?}");
        assert!(!dir.join("not").exists());
        let file = walked(dir.join("a.xlsx")).await;
        assert!(file.len() == 1 && file[0].1 == Went::Wrong && file[0].2.contains("is no folder"), "{file:?}");
        fs::remove_dir_all(&dir).unwrap();
    }
}
