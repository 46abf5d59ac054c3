//! Nothing that is written in a channel's file goes unexplained: whatever changes there, what `explain` says changes too.

use std::collections::BTreeMap;

use huiliu::explain::{Around, Explanation, explain};
use huiliu::kinds::KINDS;
use huiliu::settings::reference::Keys;
use huiliu::settings::{ChannelSettings, Channels, KindInfo, Lang};
use toml::{Table, Value};

use crate::scene::Scene;

/// Words that stand for others where only some are allowed.
const WORDS: [&str; 51] = [
    "wait",
    "answer_again",
    "days",
    "workdays",
    "offset",
    "cut",
    "always",
    "sheng",
    "shi",
    "s",
    "ms",
    "hex",
    "off",
    "trial",
    "live",
    "stored",
    "core_accepted",
    "never",
    "look",
    "ask",
    "retry",
    "json",
    "form",
    "xml",
    "day",
    "workday",
    "next_day",
    "at_once",
    "short",
    "empty",
    "hash",
    "none",
    "accept",
    "refuse",
    "denied",
    "unavailable",
    "malformed",
    "new",
    "supplement",
    "urge",
    "supervise",
    "withdraw",
    "redo",
    "recall",
    "tell",
    "reopen",
    "number",
    "time",
    "id",
    "base64",
    "咨询",
];

/// What is said of each channel of a house; nothing of one that is wrong. None shares anything with another here.
fn said(scene: &Scene, kind: &KindInfo) -> BTreeMap<String, Explanation> {
    let gateway = scene.gateway().unwrap();
    let (channels, alone) = (gateway.channels(std::slice::from_ref(kind)), Channels::default());
    let around = Around { gateway: &gateway, channels: &alone, kind };
    let keys = Keys::of(kind);
    let explained = |channel: &ChannelSettings| explain(channel, &around, &|key| keys.meaning(key));
    channels.good().map(|channel| (channel.code.clone(), explained(channel))).collect()
}

/// Everything that is read, in one language, whatever the channel's code, by which also its name and namespace go.
fn page(explained: &Explanation, code: &str, lang: Lang) -> String {
    let lines = explained.parts.iter().flat_map(|part| &part.lines);
    lines.map(|line| line.text.in_lang(lang).replace(code, "…")).collect::<Vec<_>>().join("\n")
}

/// The paths to all values that are no tables.
fn leaves(table: &Table, at: &[String], out: &mut Vec<Vec<String>>) {
    for (key, value) in table {
        let path = [at, std::slice::from_ref(key)].concat();
        match value {
            Value::Table(inner) => leaves(inner, &path, out),
            _ => out.push(path),
        }
    }
}

fn at<'t>(table: &'t mut Table, path: &[String]) -> &'t mut Value {
    let (last, parents) = path.split_last().unwrap();
    let table = parents.iter().fold(table, |table, name| table.get_mut(name).unwrap().as_table_mut().unwrap());
    table.get_mut(last).unwrap()
}

/// Other values that might stand there.
fn others(value: &Value) -> Vec<Value> {
    match value {
        Value::String(text) => {
            let mut out: Vec<_> =
                [('1', "2"), ('5', "6"), ('0', "3"), ('6', "7"), ('7', "8"), ('8', "9"), ('9', "8"), ('h', "m")]
                    .map(|(from, to)| text.replace(from, to))
                    .into();
            out.push(format!("{text}x"));
            if WORDS.contains(&text.as_str()) {
                out.extend(WORDS.map(str::to_owned));
            }
            out.retain(|other| other != text);
            out.into_iter().map(Value::String).collect()
        }
        Value::Integer(n) => vec![Value::Integer(n + 1), Value::Integer(n - 1)],
        Value::Float(n) => vec![Value::Float(n + 1.0)],
        Value::Boolean(flag) => vec![Value::Boolean(!flag)],
        Value::Datetime(_) => vec![Value::Datetime("2026-11-30".parse().unwrap())],
        Value::Array(list) => {
            let longer = |last: Value| Value::Array([list.clone(), vec![last]].concat());
            let mut out: Vec<_> = list.last().into_iter().flat_map(others).map(longer).collect();
            let before = &list[..list.len().saturating_sub(1)];
            out.push(Value::Array(before.to_vec()));
            let tables = list.last().and_then(Value::as_table).into_iter().flat_map(other_tables);
            out.extend(tables.map(|table| Value::Array([before.to_vec(), vec![Value::Table(table)]].concat())));
            out
        }
        Value::Table(_) => vec![],
    }
}

/// The same table with another file for one of its secrets.
fn other_tables(table: &Table) -> Vec<Table> {
    let mut paths = Vec::new();
    leaves(table, &[], &mut paths);
    paths.retain(|path| path.last().is_some_and(|name| name == "file"));
    let with = |path: &Vec<String>| {
        let path = path.clone();
        others(at(&mut table.clone(), &path)).into_iter().map(move |other| {
            let mut changed = table.clone();
            *at(&mut changed, &path) = other;
            changed
        })
    };
    paths.iter().flat_map(with).collect()
}

const GATEWAY: &str = "[budgets]\nsheng = \"60/min\"\nshi = \"30/min\"\n";

const MORE: [&str; 3] = [
    "[channel]\nname = \"平台\"\nnamespace = \"sheng\"\nstart_from = 2026-12-01\nsilence = \"5 workdays\"\n\
     expect = { least = 1, most = 200, on = \"workdays\" }\nremind = \"daily 16:00\"\nignore = [\"/t\"]\nunmappable = \"refuse\"\n\
     [connect]\nkind = \"rest\"\nurl = \"https://a.example\"\nlimit = \"20/min\"\nbudget = \"sheng\"\ntimeout = \"9s\"\n\
     auth = { api_key = { header = \"x-key\", value = { file = \"secrets/k\" } } }\nheaders = { \"x-a\" = \"b\" }\n\
     [poll]\nevery = \"5m\"\nhours = \"07:00-22:00\"\nsweep = { at = \"03:30\", back = \"30d\" }\n\
     list = { get = \"/l\", items = \"/rows\", id = \"no\", version = \"v\", total = \"/total\", rows = \"/n\", query = { a = \"b\" }, cut = [\"/text\"], cut_at = 50 }\n\
     page = { by = \"offset\", param = \"p\", size_param = \"s\", size = 50, first = 0, until = \"empty\", max_pages = 9 }\n\
     since = { param = \"u\", at = \"t\", format = \"seconds\", overlap = \"2h\", first = \"0\" }\n\
     detail = { post = \"/d\", body = { id = \"{id}\" }, item = \"/data\", when = \"cut\", into = \"more\" }\n\
     success = { at = \"/code\", is = [200] }\nerrors = { \"401\" = \"denied\", \"500\" = \"unavailable\" }\n\
     [fields]\ntitle = { template = \"{a}{b}\", default = \"无题\" }\ncontent = { from = [\"x\", \"y\"], clean = \"html\" }\n\
     sex = { from = \"s\", codes = \"sex\", optional = true }\n[codes]\nsex = { \"1\" = \"男\" }\n\
     [acts]\nfrom = \"act\"\ncodes = { \"01\" = \"new\", \"02\" = \"urge\" }\nrefer = \"p\"\n\
     decision = { from = \"d\", approved = [\"同意\"], refused = [\"不同意\"] }\nafter_close = { urge = \"tell\" }\n\
     [deadline]\ndays = 10\nunit = \"workday\"\nfrom = \"next_day\"\n[same_letter]\nstrip = [\"^【.*】\"]\ncut = 500\njoin = false\n\
     [files]\nallow_hosts = [\"f.example\"]\nallow_private = [\"f.example\"]\nmax_mib = 20\ntypes = [\"pdf\"]\nin_flight = 3\nretries = [\"5s\"]\n\
     [reshape]\nprogram = '''.a = 1'''\n\
     [return]\nsign = \"stored\"\napprove = [\"closed\"]\nuncertain = \"look\"\nfallback = \"manual\"\ngreeting = \"您好\"\nending = \"{unit}\"\n\
     max_chars = 900\npublishes = true\nallowed_numbers = [\"12345\"]\nmax_file_mib = 9\nfile_types = [\"pdf\"]\nretries = [\"5s\"]\nwatch = \"9m\"\nin_flight = 3\nhonours_key = true\n\
     closed = { post = \"/c\", send = { no = \"{id}\" }, send_as = \"form\", files = \"f\", reference = \"/r\", review = true }\n\
     status = { get = \"/s\", send = { no = \"{id}\" }, at = \"/st\", approved = [\"1\"], pending = [\"2\"], signed = { absent = [\"0\"] } }\n\
     codes = { solved = { \"解决\" = \"0\" } }\n",
    "[channel]\nname = \"推送\"\nrepush = true\n[connect]\nkind = \"webhook\"\nallow = [\"10.0.0.0/8\"]\nbody_limit = 9000\n\
     verify = { hmac_sha256 = { header = \"x-s\", secrets = [{ file = \"secrets/k\" }], encoding = \"hex\", prefix = \"a=\", signed = \"{timestamp}.{nonce}.{body}\", timestamp = { header = \"x-t\", unit = \"s\", window = \"5m\" }, nonce = { header = \"x-n\", length = 8 } } }\n\
     [receive]\nformat = \"json\"\nitems = \"/rows\"\nid = \"no\"\nversion = \"v\"\nsent_at = \"t\"\nmax_files = 3\nhandshake = { echo = \"e\" }\n\
     [answer]\ntaken = { status = 200, headers = { a = \"b\" }, body = { code = 0 } }\nrefused = { status = 400, body = \"no\" }\n[fields]\ntitle = \"t\"\n",
    "[channel]\nname = \"表\"\n[connect]\nkind = \"folder\"\ninbox = \"收件\"\nsettle = \"9s\"\nkeep = \"9d\"\n[sheet]\nheader = [\"a\"]\n\
     sheets = [\"b\"]\nhead_rows = 1\nfill_down = [\"c\"]\nskip_rows = [\"d\"]\naliases = { a = [\"e\"] }\nid = \"a\"\nscope = { year = \"f\" }\nif_no_id = \"ask\"\nlimits = { rows = 9 }\n\
     [fields]\ntitle = { column = \"a\" }\n[return]\nto = \"outbox\"\nfile = \"发件/{date}.xlsx\"\ncolumns = [\"编号\", { name = \"b\", value = \"{id}\" }]\ncarries = [\"closed\"]\nproof = \"ask\"\nmanual = false\n",
];

/// Puts a variant of a channel into the house, under a name, a namespace and a code of its own.
fn put(scene: &Scene, mut table: Table, code: &str, changed: Option<&str>) {
    let channel = table["channel"].as_table_mut().unwrap();
    channel.remove("code");
    channel.remove("aliases");
    for (key, always) in [("name", true), ("namespace", false)] {
        if changed != Some(&format!("channel.{key}")) && (always || channel.contains_key(key)) {
            channel.insert(key.into(), Value::String(code.into()));
        }
    }
    scene.write(&format!("channels/{code}/channel.toml"), toml::to_string(&table).unwrap().as_bytes());
}

/// The keys of which nothing is said, and those of which no other value could be found.
fn unexplained(text: &str) -> (Vec<String>, Vec<String>) {
    let table: Table = toml::from_str(text).unwrap();
    let named = table["connect"]["kind"].as_str().unwrap();
    let kind = KINDS.iter().find(|kind| kind.name == named).map(|kind| (kind.info)()).unwrap();
    let scene = Scene::new(GATEWAY);
    put(&scene, table.clone(), "v0", None);
    put(&scene, table.clone(), "v1", None);
    let (mut paths, mut variants) = (Vec::new(), Vec::new());
    leaves(&table, &[], &mut paths);
    paths.retain(|path| !matches!(path.join(".").as_str(), "channel.code" | "channel.aliases"));
    for path in &paths {
        for other in others(at(&mut table.clone(), path)) {
            let (code, key) = (format!("v{}", variants.len() + 2), path.join("."));
            let mut changed = table.clone();
            *at(&mut changed, path) = other;
            put(&scene, changed, &code, Some(&key));
            variants.push((code, key));
        }
    }
    let said = said(&scene, &kind);
    let pages = |code: &str| said.get(code).map(|one| [Lang::Zh, Lang::En].map(|lang| page(one, code, lang)));
    let before = pages("v0").unwrap_or_else(|| panic!("{}", text.lines().nth(1).unwrap_or_default()));
    assert_eq!(pages("v1").unwrap(), before, "the same is said of the same");
    let mut silent = Vec::new();
    let mut tried = std::collections::BTreeSet::new();
    for (code, key) in &variants {
        let Some(now) = pages(code) else { continue };
        tried.insert(key);
        if now.iter().zip(&before).any(|(now, before)| now == before) {
            silent.push(key.clone());
        }
    }
    silent.dedup();
    let untried = variants.iter().map(|(_, key)| key.clone()).filter(|key| !tried.contains(key));
    let untried: std::collections::BTreeSet<_> = untried.collect();
    (silent, untried.into_iter().collect())
}

#[test]
fn whatever_is_written_is_explained() {
    let shipped = std::fs::read_dir("config/channels").unwrap().map(|entry| entry.unwrap().path().join("channel.toml"));
    let shipped = shipped.map(|path| std::fs::read_to_string(path).unwrap());
    // Another kind has other keys, and these have one word only; no other text is a public key, and what a preset, another
    // engine, pages instead of data, or a way home by machine would need beside it is not there.
    let only = [
        "connect.kind",
        "connect.preset",
        "connect.engine",
        "connect.verify.recipe.keys",
        "poll.detail.format",
        "poll.detail.when",
        "poll.list.format",
        "poll.since.by",
        "return.recipe.put",
        "return.recipe.answer.put",
        "return.to",
        "return.fallback",
        "return.manual",
        "return.status.format",
    ];
    let (mut nothing_said, mut not_tried) = (Vec::new(), Vec::new());
    for text in shipped.chain(MORE.map(str::to_owned)) {
        let (silent, untried) = unexplained(&text);
        nothing_said.extend(silent);
        not_tried.extend(untried.into_iter().filter(|key| !only.contains(&key.as_str())));
    }
    assert_eq!(nothing_said, Vec::<String>::new(), "nothing is said of these");
    assert_eq!(not_tried, Vec::<String>::new(), "no other value was found for these");
}
