//! Seven schemes that are met, each as a plain recipe. Where a preset of the same name is made, this is its text.

/// The national platform (国家政务服务平台): `gjzwfwpt_*` headers. The body is not signed.
pub(crate) const GJZWFWPT: &str = r#"
values = { rid = "43042400001", sid = "430424-letters" }
stamp = { format = "millis", window = "10m" }
keys = [{ secret = { env = "APP_SECRET" } }]
steps = [{ name = "sign", hmac = "sha256", of = "{sid}{rid}{stamp}" }]
put = [
  { header = "gjzwfwpt_rid", text = "{rid}" },
  { header = "gjzwfwpt_sid", text = "{sid}" },
  { header = "gjzwfwpt_rtime", text = "{stamp}" },
  { header = "gjzwfwpt_sign", text = "{sign}" },
]
"#;

/// A province's gateway: appKey, and the MD5 of appKey, secret and time.
pub(crate) const APP_KEY_TIME: &str = r#"
values = { app_key = "hengdong" }
stamp = { format = "millis", window = "5m" }
keys = [{ secret = { env = "APP_SECRET" } }]
steps = [{ name = "sign", digest = "md5", of = "{app_key}{secret}{stamp}" }]
put = [
  { header = "appKey", text = "{app_key}" },
  { header = "requestTime", text = "{stamp}" },
  { header = "sign", text = "{sign}" },
]
"#;

/// Parameters of a form sorted, the secret behind them, MD5 in upper case.
pub(crate) const SORTED_MD5: &str = r#"
values = { app_id = "hd-12345" }
stamp = { format = "seconds", window = "5m" }
nonce = { length = 32, of = "alnum" }
keys = [{ secret = { env = "APP_SECRET" } }]
steps = [
  { name = "sorted", params = ["form"] },
  { name = "plain", text = "{sorted}&key={secret}" },
  { name = "sign", digest = "md5", of = "{plain}", case = "upper" },
]
put = [
  { field = "app_id", text = "{app_id}" },
  { field = "timestamp", text = "{stamp}" },
  { field = "nonce_str", text = "{nonce}" },
  { field = "sign", text = "{sign}" },
]
"#;

/// people.cn's message board (人民网领导留言板): md5(path + param + half of md5(appCode) + token). Only going out.
pub(crate) const PEOPLE: &str = r#"
values = { app_code = { env = "APP_CODE" } }
keys = [{ secret = { env = "TOKEN" } }]
steps = [
  { name = "half", digest = "md5", of = "{app_code}", take = "0..16" },
  { name = "signature", digest = "md5", of = "{path}{field:param}{half}{secret}" },
]
put = [
  { field = "appCode", text = "{app_code}" },
  { field = "token", text = "{secret}" },
  { field = "signature", text = "{signature}" },
]
"#;

/// Standard Webhooks, `v1`.
pub(crate) const STANDARD_WEBHOOKS: &str = r#"
stamp = { format = "seconds", window = "5m" }
nonce = {}
keys = [{ secret = { env = "WEBHOOK_SECRET" }, as = "base64", prefix = "whsec_" }]
steps = [{ name = "sign", hmac = "sha256", of = "{nonce}.{stamp}.{body}" }]
put = [
  { header = "webhook-id", text = "{nonce}" },
  { header = "webhook-timestamp", text = "{stamp}" },
  { header = "webhook-signature", text = "v1,{sign}", several = " " },
]
"#;

/// The callback of WeChat and WeCom, with its encrypted echo. Its rule has no border between nonce and ciphertext: what
/// vouches for the message is the frame inside, which is for us alone.
pub(crate) const WECHAT: &str = r#"
values = { receive_id = "wx5823bf96d3bd56c7" }
stamp = { format = "seconds", window = "5m" }
nonce = {}
keys = [{ secret = { env = "CALLBACK_TOKEN" } }]
steps = [
  { name = "plain", texts = ["{secret}", "{stamp}", "{nonce}", "{field:/xml/Encrypt}"], sort = "value", borderless = true },
  { name = "sign", digest = "sha1", of = "{plain}" },
]
put = [
  { query = "timestamp", text = "{stamp}" },
  { query = "nonce", text = "{nonce}" },
  { query = "msg_signature", text = "{sign}" },
]
seal = [{ into = "/xml/Encrypt", by = "aes-cbc", iv = "key", pad = 32, frame = { random = 16, owner = "{receive_id}" }, keys = [{ secret = { env = "ENCODING_AES_KEY" }, as = "base64" }] }]

[echo]
steps = [
  { name = "plain", texts = ["{secret}", "{stamp}", "{nonce}", "{query.echostr}"], sort = "value", borderless = true },
  { name = "sign", digest = "sha1", of = "{plain}" },
]
put = [
  { query = "timestamp", text = "{stamp}" },
  { query = "nonce", text = "{nonce}" },
  { query = "msg_signature", text = "{sign}" },
]
seal = [{ what = "query", fields = ["echostr"], by = "aes-cbc", iv = "key", pad = 32, frame = { random = 16, owner = "{receive_id}" }, keys = [{ secret = { env = "ENCODING_AES_KEY" }, as = "base64" }] }]
"#;

/// 国密: the body by SM4-ECB in base64, an SM2 signature in hexadecimal over the ciphertext. `PUBLIC_KEY` stands for
/// the far side's.
pub(crate) const SM4_SM2: &str = r#"
values = { app_id = "430424" }
stamp = { format = "millis", window = "5m" }
keys = [{ secret = { env = "SM2_PRIVATE" }, public = "PUBLIC_KEY" }]
steps = [{ name = "sign", sign = "sm2", of = "{app_id}\n{stamp}\n{body}", as = "hex" }]
put = [
  { header = "x-app-id", text = "{app_id}" },
  { header = "x-timestamp", text = "{stamp}" },
  { header = "x-sign", text = "{sign}" },
]
seal = [{ by = "sm4-ecb", keys = [{ secret = { env = "SM4_KEY" }, as = "hex" }], media_type = "text/plain" }]
"#;
