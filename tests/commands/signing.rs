//! `huiliu sign`: an integrator compares a partner's published example with what a channel would send, step by step.

use std::path::Path;

use serde_json::Value;

use crate::say;

const PROVINCE: &str = "[channel]\nname = \"省级12345热线\"\nstate = \"off\"\n[connect]\nkind = \"rest\"\n\
    preset = \"sorted-params-md5\"\nurl = \"https://a.example/openapi\"\n[connect.recipe]\nvalues = { app_key = \"430424\" }\n\
    keys = [{ secret = { file = \"secrets/sheng.key\" } }]\n[poll]\n\
    list = { post = \"/order/todo\", body = { page = 1 }, items = \"/rows\", id = \"no\" }\n[fields]\ntitle = \"t\"\n";

const HOOKS: &str = "[channel]\nname = \"诉求推送\"\nstate = \"off\"\n[connect]\nkind = \"webhook\"\n\
    preset = \"standard-webhooks\"\n[connect.verify.recipe]\n\
    keys = [{ secret = { file = \"secrets/hooks.key\" }, as = \"base64\", prefix = \"whsec_\" }]\n\
    [receive]\nid = \"/test\"\n[fields]\ntitle = \"/test\"\n";

/// What the partner's document prints: the text that is signed, and its MD5 in capitals.
const SIGNED: &str = "app_key=430424&nonce=n1&page=1&timestamp=1795000000000&title=路灯&key=the-agreed-secret";

fn office() -> tempfile::TempDir {
    let office = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = office.path().join("config").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("gateway.toml", "");
    write("channels/sheng/channel.toml", PROVINCE);
    write("channels/hooks/channel.toml", HOOKS);
    write("secrets/sheng.key", "the-agreed-secret");
    write("secrets/hooks.key", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    use std::os::unix::fs::PermissionsExt;
    for (path, mode) in [("secrets", 0o700), ("secrets/sheng.key", 0o600), ("secrets/hooks.key", 0o600)] {
        let path = office.path().join("config").join(path);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let sample = |name: &str, text: &str| std::fs::write(office.path().join(name), text).unwrap();
    sample("body.json", "{\"title\":\"路灯\",\"page\":1,\"empty\":\"\"}\n");
    sample(
        "request.http",
        "POST https://a.example/openapi/order/todo\nContent-Type: application/json\n\n{\"title\":\"路灯\",\"page\":1}\n",
    );
    let push = |signature: &str| {
        format!(
            "POST /channels/hooks HTTP/1.1\r\nwebhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek\r\nwebhook-timestamp: 1614265330\r\n\
             webhook-signature: {signature}\r\nContent-Type: application/json\r\n\r\n{{\"test\": 2432232314}}"
        )
    };
    // standard-webhooks/standard-webhooks, libraries/go/webhook_test.go.
    sample("push.http", &push("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    sample("forged.http", &push("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OA="));
    office
}

/// The words of a command that signs this sample with the example's time and nonce, and what else.
fn sign<'w>(channel: &'w str, sample: &'w str, more: &[&'w str]) -> Vec<&'w str> {
    [&["sign", channel, "--sample", sample, "--stamp", "1795000000000", "--nonce", "n1"], more].concat()
}

fn md5(text: &str) -> String {
    use md5::Digest;
    hex::encode_upper(md5::Md5::digest(text))
}

fn told(office: &Path, words: &[&str]) -> (i32, String) {
    let (status, out, err) = say(office, words);
    (status, out + &err)
}

#[test]
fn a_partners_example_is_laid_beside_each_step() {
    let office = office();
    let office = office.path();
    let (status, out) = told(office, &sign("省级12345热线", "body.json", &[]));
    assert_eq!(status, 0, "{out}");
    assert!(out.contains("POST /openapi/order/todo") && out.contains(&md5(SIGNED)), "{out}");
    assert!(out.contains("page=1&timestamp=1795000000000&title=路灯&key=••••"), "secrets are dots: {out}");
    assert!(!out.contains("the-agreed-secret"), "{out}");
    for sample in ["body.json", "request.http"] {
        let (status, out) = told(office, &sign("sheng", sample, &["--expect", SIGNED, "--expect", &md5(SIGNED)]));
        assert!(status == 0 && out.matches("一致").count() == 2, "{sample}: {out}");
    }
    // The first that differs is named, with the place; the secret is not.
    let other = SIGNED.replace("page=1", "page=2");
    let (status, out) = told(office, &sign("sheng", "body.json", &["--expect", &other]));
    assert!(status == 1 && out.contains("从第 30 个字起不同"), "{out}");
    let (status, out) = told(office, &sign("sheng", "body.json", &["--expect", &md5(SIGNED).to_lowercase()]));
    assert!(status == 1 && out.contains("只差大小写"), "{out}");
    let (status, out) = told(office, &sign("sheng", "body.json", &["--expect", &md5(&other)]));
    assert!(status == 1 && out.contains("先把它前面的待签内容"), "{out}");
    let (_, out) = told(office, &sign("sheng", "body.json", &["--json", "--expect", SIGNED]));
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&json["expected"][0]["found"], &json["expected"][0]["step"]), (&"same".into(), &"text".into()));
    assert_eq!((&json["right"], &json["recipe"]), (&true.into(), &"connect.recipe".into()));
}

#[test]
fn a_push_is_verified_before_ones_eyes() {
    let office = office();
    let office = office.path();
    let words = |sample: &'static str, lang: &'static str| ["--lang", lang, "sign", "hooks", "--sample", sample];
    // Published in 2021: right, and stale.
    let (status, out) = told(office, &words("push.http", "zh"));
    assert!(status == 0 && out.contains("签名相符") && out.contains("例子旧了不要紧"), "{out}");
    assert!(out.contains("msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{\"test\": 2432232314}"), "{out}");
    let (status, out) = told(office, &words("forged.http", "en"));
    assert!(
        status == 1 && out.contains("does not fit") && out.contains("g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        "{out}"
    );
    assert!(!out.contains("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "{out}");
}

#[test]
fn what_cannot_be_signed_is_told_with_what_helps() {
    let office = office();
    let office = office.path();
    let (status, out) = told(office, &["sign", "sheng", "--sample", "nowhere.http"]);
    assert!(status == 1 && out.contains("nowhere.http"), "{out}");
    let (status, out) = told(office, &["sign", "sheng", "--sample", "body.json", "--of", "return"]);
    assert!(status == 3 && out.contains("connect.recipe"), "{out}");
    std::fs::remove_file(office.join("config/secrets/sheng.key")).unwrap();
    let (status, out) = told(office, &["sign", "sheng", "--sample", "body.json"]);
    assert!(
        status == 1 && out.contains("[connect.recipe.keys.0.secret]") && out.contains("huiliu secret set"),
        "{out}"
    );
    // The channel is off, so that is no mistake of its file.
    assert_eq!(told(office, &["check", "sheng"]).0, 0);
}

#[test]
fn an_explanation_says_what_is_signed_and_warns_where_the_content_is_not() {
    let office = office();
    let office = office.path();
    let (status, out) = told(office, &["explain", "sheng"]);
    assert!(
        status == 0 && out.contains("每次发出都重新签名") && out.contains("MD5") && !out.contains("签名不含内容"),
        "{out}"
    );
    let national = PROVINCE.replace("sorted-params-md5", "gjzwfwpt").replace("app_key", "rid");
    std::fs::write(office.join("config/channels/sheng/channel.toml"), national).unwrap();
    let (status, out) = told(office, &["explain", "sheng"]);
    assert!(status == 0 && out.contains("HMAC-SHA256") && out.contains("签名不含内容"), "{out}");
    let (_, out) = told(office, &["explain", "hooks"]);
    assert!(out.contains("凭签名认对方") && out.contains("webhook-signature"), "{out}");
}
