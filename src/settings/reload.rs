//! `[reload]` of `gateway.toml`, and what of a changed `gateway.toml` a running process can take over.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::document::join;
use super::{CoreTable, Gateway};

/// How changed files come to count.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReloadSettings {
    /// Whether a changed file counts by itself, shortly after it was written; else `huiliu reload` or SIGHUP says when.
    #[schemars(extend("x-zh" = "文件改好存盘后自动生效;写 false 就只在 huiliu reload 时生效"))]
    pub watch: bool,
}

impl Default for ReloadSettings {
    fn default() -> Self {
        Self { watch: true }
    }
}

/// Tables and keys that a running process takes over, as far as [`FIXED`] leaves them.
const LIVE: [&str; 6] = ["alarms", "budgets", "core", "lang", "reconcile", "satisfaction"];

/// What of them it does not: workers are counted, and their waits handed out, at the start.
const FIXED: [&str; 3] = ["core.batch", "core.in_flight", "core.retries"];

/// Tables that can be changed, but neither come nor go while the process runs.
const THERE_OR_NOT: [&str; 1] = ["core.outcomes"];

impl Gateway {
    /// The dotted keys in which this newly read `gateway.toml` differs from the one that a process was started with, and
    /// that only count from the next start.
    pub fn needs_restart(&self, started: &Self) -> Vec<String> {
        let mut keys = Vec::new();
        differing("", Some(self.written()), Some(started.written()), &mut keys);
        if self.written().get("core") != started.written().get("core") && !self.core_goes_on(started) {
            keys.retain(|key| !key.starts_with("core."));
            keys.push("core".into());
        }
        keys.sort();
        keys.dedup();
        keys
    }

    /// Of what running processes take over, the keys in which this one differs from another.
    pub fn differs_in(&self, other: &Self) -> Vec<&'static str> {
        let differs = |key: &&str| self.live(key) != other.live(key);
        let keys = LIVE.iter().copied().filter(|key| *key != "lang").filter(differs);
        keys.chain((self.calendar != other.calendar).then_some("holidays")).collect()
    }

    /// What a running process takes over of a table or key: all but what is fixed.
    pub fn live(&self, key: &str) -> Option<Value> {
        let mut value = self.written().get(key)?.clone();
        if let Some(table) = value.as_object_mut() {
            table.retain(|name, _| !FIXED.contains(&join(key, name).as_str()));
        }
        Some(value)
    }

    /// Whether a core that is spoken with in this way can take the place of that one while the process runs: of the same
    /// kind, and not one whose workers begin with the process. Without `[core]` a person types.
    fn core_goes_on(&self, started: &Self) -> bool {
        matches!(
            (&self.settings.core, &started.settings.core),
            (Some(CoreTable::Rest(_)), Some(CoreTable::Rest(_)))
                | (None | Some(CoreTable::Manual(_)), None | Some(CoreTable::Manual(_)))
        )
    }

    /// The same with everything as it was at the start that only counts from the next start.
    #[must_use]
    pub fn as_it_runs(mut self, started: &Self) -> Self {
        let goes_on = self.core_goes_on(started);
        let runs = &started.settings;
        let now = &mut self.settings;
        (now.zone, now.data, now.http, now.log) = (runs.zone.clone(), runs.data.clone(), runs.http.clone(), runs.log);
        (now.keys, now.limits, now.reload) = (runs.keys.clone(), runs.limits, runs.reload);
        now.lmtp.clone_from(&runs.lmtp);
        if !goes_on {
            now.core.clone_from(&runs.core);
            return self;
        }
        if let (Some(CoreTable::Rest(now)), Some(CoreTable::Rest(runs))) = (&mut now.core, &runs.core) {
            (now.batch, now.in_flight, now.retries) = (runs.batch, runs.in_flight, runs.retries.clone());
            if now.outcomes.is_some() != runs.outcomes.is_some() {
                now.outcomes.clone_from(&runs.outcomes);
            }
        } else {
            let asked = |core: &Option<CoreTable>| core.as_ref().is_some_and(|core| core.outcomes().is_some());
            if asked(&now.core) != asked(&runs.core) {
                now.core.clone_from(&runs.core);
            }
        }
        self
    }
}

/// Collects the keys below `at` whose values are not equal and cannot be taken over.
fn differing(at: &str, now: Option<&Value>, then: Option<&Value>, keys: &mut Vec<String>) {
    if now == then || LIVE.contains(&at) && at != "core" {
        return;
    }
    let absent = now.is_none() || then.is_none();
    let below_core = at.starts_with("core.");
    if absent && THERE_OR_NOT.contains(&at) || FIXED.contains(&at) {
        return keys.push(at.into());
    }
    if below_core {
        return;
    }
    match (now.and_then(Value::as_object), then.and_then(Value::as_object)) {
        (None, None) => keys.push(at.into()),
        (now, then) => {
            let names = now.into_iter().chain(then).flat_map(|table| table.keys());
            for name in names {
                let value =
                    |table: Option<&serde_json::Map<String, Value>>| table.and_then(|table| table.get(name)).cloned();
                differing(&join(at, name), value(now).as_ref(), value(then).as_ref(), keys);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Variables;

    fn read(text: &str) -> Gateway {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("gateway.toml"), text).unwrap();
        Gateway::load(dir.path(), &Variables::default()).unwrap()
    }

    const STARTED: &str = "[core]\nurl = \"http://core.example/a\"\nbatch = 5\n[budgets]\nsheng = \"60/min\"\n";

    #[test]
    fn what_can_be_taken_over_needs_no_restart() {
        let started = read(STARTED);
        let now = read(
            "lang = \"en\"\n[core]\nurl = \"http://core.example/b\"\nbatch = 5\ntimeout = \"3s\"\n\
             [budgets]\nsheng = \"30/min\"\n[satisfaction]\n\"一般\" = \"satisfied\"\n",
        );
        assert_eq!(now.needs_restart(&started), Vec::<String>::new());
        assert_eq!(now.differs_in(&started), ["budgets", "core", "satisfaction"]);
        assert_eq!(started.differs_in(&started), Vec::<&str>::new());
    }

    #[test]
    fn a_key_that_is_fixed_takes_nothing_else_over() {
        let (started, now) = (read(STARTED), read(&STARTED.replace("batch = 5", "batch = 6")));
        assert_eq!(
            (now.differs_in(&started), now.needs_restart(&started)),
            (Vec::new(), vec!["core.batch".to_owned()])
        );
    }

    #[test]
    fn what_cannot_is_named_key_by_key_and_stays_as_it_runs() {
        let started = read(STARTED);
        let now = read(
            "zone = \"Asia/Urumqi\"\ndata = \"elsewhere\"\n[http]\nlisten = \"127.0.0.1:1\"\n[limits]\npushes = 3\n\
             [lmtp]\nlisten = \"127.0.0.1:2424\"\n[log]\nlevel = \"debug\"\n[reload]\nwatch = false\n[core]\nurl = \"http://core.example/b\"\nbatch = 7\n\
             in_flight = 2\nretries = [\"1s\"]\n",
        );
        let keys = [
            "core.batch",
            "core.in_flight",
            "core.retries",
            "data",
            "http.listen",
            "limits.pushes",
            "lmtp.listen",
            "log.level",
            "reload.watch",
            "zone",
        ];
        assert_eq!(now.needs_restart(&started), keys);
        let runs = now.as_it_runs(&started);
        let (http, core) = (&runs.settings.http, runs.settings.core.as_ref().and_then(CoreTable::rest).unwrap());
        assert_eq!((http.listen, core.batch), (started.settings.http.listen, 5));
        assert_eq!(core.url, "http://core.example/b", "the rest of the table counts");
        assert!(runs.settings.reload.watch && runs.settings.budgets.is_empty() && runs.settings.lmtp.is_none());
    }

    #[test]
    fn a_core_neither_comes_nor_goes() {
        let (with, without) = (read(STARTED), read("lang = \"en\"\n"));
        assert_eq!(with.needs_restart(&without), ["core"]);
        assert_eq!(without.needs_restart(&with), ["core"]);
        assert!(without.clone().as_it_runs(&with).settings.core.is_some());
        assert!(with.as_it_runs(&without).settings.core.is_none());
    }
}
