//! Where the store of a configuration is, and with which keys it opens: the same for the daemon and for commands.

use crate::settings::{Gateway, Mistake, Secrets, Text};
use crate::store::Home;
use huiliu_contract::{Misconfigured, SecretRef};

/// The data folder that `gateway.toml` names, with the keys that the site keeps itself, if it does.
pub fn home(gateway: &Gateway, secrets: &Secrets) -> Result<Home, Vec<Mistake>> {
    let settings = &gateway.settings;
    let keys = match (&settings.keys.data, &settings.keys.matching) {
        (None, None) => None,
        (Some(data), Some(matching)) => Some(both(gateway, secrets, data, matching)?),
        (Some(_), None) | (None, Some(_)) => {
            let found = Misconfigured::new(
                "keys",
                "only one of `data` and `matching` is given; give both, or neither to use the key files",
                "data 和 matching 只写了一个;要么都写,要么都不写(用首次启动时生成的密钥文件)",
            );
            return Err(vec![gateway.mistake(&found)]);
        }
    };
    Ok(Home { folder: settings.data.clone(), zone: settings.zone.0.clone(), keys })
}

fn both(
    gateway: &Gateway,
    secrets: &Secrets,
    data: &SecretRef,
    matching: &SecretRef,
) -> Result<(String, String), Vec<Mistake>> {
    let read = |key: &str, at| {
        let secret = secrets.read(key, at)?;
        let right = secret.expose().len() == 64 && secret.expose().bytes().all(|b| b.is_ascii_hexdigit());
        let wrong = || Misconfigured::new(key, "the key is not 64 hexadecimal digits", "密钥不是64位十六进制数");
        if right { Ok(secret.expose().to_owned()) } else { Err(wrong()) }
    };
    let remedy =
        || Text::new("密钥是64位十六进制数,例如 openssl rand -hex 32 的结果", "a key is 64 hexadecimal digits");
    match (read("keys.data", data), read("keys.matching", matching)) {
        (Ok(data), Ok(matching)) => Ok((data, matching)),
        (data, matching) => {
            let found = [data.err(), matching.err()];
            Err(found.iter().flatten().map(|found| gateway.mistake(found).remedy(remedy())).collect())
        }
    }
}
