//! What an operator may write for a mailbox that is asked by IMAP. Nothing is compiled or contacted here.

use std::collections::BTreeMap;
use std::path::PathBuf;

use huiliu_contract::{Period, SecretRef};
use huiliu_kit::auth::User;
use schemars::JsonSchema;
use serde::Deserialize;

/// A mailbox that is asked by IMAP.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImapOptions {
    /// Where the mailbox is and who we are to it.
    #[schemars(extend("x-zh" = "邮箱怎么连"))]
    pub connect: ImapConnect,
    /// Which letters are taken, and what is done with them there afterwards.
    #[serde(default)]
    #[schemars(extend("x-zh" = "取哪些信,取完怎么办"))]
    pub poll: ImapPoll,
}

/// Where the mailbox is and who we are to it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImapConnect {
    /// The mail server's host, or its IP address.
    #[schemars(extend("x-zh" = "收信服务器(IMAP)的主机名或 IP 地址,例如 imap.qiye.163.com"))]
    pub host: String,
    /// Its port; 993 by default, 143 with `tls = "starttls"` or `"off"`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "端口;默认 993,starttls 和 off 默认 143"))]
    pub port: Option<u16>,
    /// How the line is kept secret; `implicit` by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "怎么加密:默认 implicit(一连上就加密)"))]
    pub tls: ImapTls,
    /// The account, usually the whole address, plain or kept as a secret.
    #[schemars(extend("x-zh" = "邮箱账号,一般就是完整的邮箱地址"))]
    pub user: User,
    /// Its password; with most Chinese providers the authorisation code, not the one for their web pages. Either this or
    /// `token`.
    #[serde(default)]
    #[schemars(extend("x-zh" = "密码;163、126、QQ 等要填客户端授权码,不是网页登录密码。和 token 二选一"))]
    pub password: Option<SecretRef>,
    /// An access token for XOAUTH2, in the place of a password. A file is read anew at each login, so that whoever renews the
    /// token need not tell us.
    #[serde(default)]
    #[schemars(extend("x-zh" = "XOAUTH2 访问令牌(代替密码);写成文件的,每次登录都重新读,由换令牌的程序更新"))]
    pub token: Option<SecretRef>,
    /// Whether the server belongs to NetEase or runs Coremail, which let nobody read who has not said who he is; known by its
    /// name where it is one of 163.com, 126.com, yeah.net or qq.com.
    #[serde(default)]
    #[schemars(extend("x-zh" = "是不是网易或 Coremail 的服务器(先要报客户端身份才让读信);163、126、yeah、qq 按域名自动认出"))]
    pub netease: Option<bool>,
    /// Whom the server's people may write to about our logins; the account's own address by default.
    #[serde(default)]
    #[schemars(extend("x-zh" = "报给服务器的联系邮箱;默认就是账号本身"))]
    pub contact: Option<String>,
    /// Certificates to trust instead of the system's (PEM), for a server that signs its own.
    #[serde(default)]
    #[schemars(extend("x-zh" = "对方自签证书的文件(PEM);填了就只信它"))]
    pub ca_file: Option<PathBuf>,
    /// SHA-256 of the certificate or of its public key: exactly this one is trusted, whoever signed it, whatever name and time
    /// it shows. Several while one takes the place of another.
    #[serde(default)]
    #[schemars(extend("x-zh" = "只认这张证书:证书或公钥的 SHA-256 指纹,不再看签发者、域名和有效期;换证书期间新旧都写"))]
    pub pin: Vec<String>,
    /// Addresses of the host where the name service does not know it: the host on the left.
    #[serde(default)]
    #[schemars(extend("x-zh" = "指定域名的地址(域名解析不到时):左边主机,右边 IP 地址列表"))]
    pub resolve: BTreeMap<String, Vec<String>>,
    /// From which address of this machine the connection leaves.
    #[serde(default)]
    #[schemars(extend("x-zh" = "从本机哪个 IP 地址出去(有几块网卡时)"))]
    pub bind: Option<String>,
    /// The longest time for a command, and for a megabyte of a letter; 60s by default, 1s to 2m. A connection has at most 20s.
    #[serde(default)]
    #[schemars(extend("x-zh" = "每条命令、每 1 MB 信件最多等多久,默认60s;建立连接最多 20s"))]
    pub timeout: Option<Period>,
}

/// How the line is kept secret.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImapTls {
    /// TLS from the first byte on (RFC 8314).
    #[default]
    #[schemars(extend("x-zh" = "一连上就加密(993)"))]
    Implicit,
    /// TLS asked for before anything else is said; a server that has none is not spoken with.
    #[schemars(extend("x-zh" = "先明文连上再转加密(143),转不成就不用"))]
    Starttls,
    /// None; only for a server on this machine.
    #[schemars(extend("x-zh" = "不加密;只许服务器就在本机"))]
    Off,
}

/// Which letters are taken, and what is done with them there afterwards.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ImapPoll {
    /// The folders that are read, as people see their names, levels parted by `/`; `INBOX` by default. New letters of the
    /// first one are told to us at once where the server can.
    #[schemars(extend("x-zh" = "读哪些文件夹,写看见的名字,下级用 / 隔开;默认收件箱 INBOX。第一个文件夹有新信会立刻知道"))]
    pub folders: Vec<String>,
    /// Whether the folder of junk is read too: real complaints land there. They are marked. On by default.
    #[schemars(extend("x-zh" = "垃圾邮件文件夹也读(真的诉求常被误判),读来的会标明;默认读"))]
    pub junk: bool,
    /// Where the very first time begins: `now` by default, `all`, or a date such as `2026-11-01`.
    #[schemars(extend("x-zh" = "第一次从哪里开始:now 只收以后来的(默认),all 全收,或从某一天起,例如 2026-11-01"))]
    pub start: String,
    /// How far back letters are looked through again when the server has numbered its folder anew; 30d by default. What was
    /// taken already is known again and makes nothing twice.
    #[schemars(extend("x-zh" = "服务器重新编号(如重建索引)后,往回重看多久的信,默认30d;已收过的认得出,不会重复"))]
    pub look_back: Period,
    /// The largest letter that is taken whole, in MB; 50 by default, 1 to 200. Of a larger one its first 256 KB come in, it is
    /// marked, and stays where it is.
    #[schemars(extend("x-zh" = "最大收多大的信(MB),默认50;更大的只取开头 256 KB 并标明,原信留在邮箱里"))]
    pub largest_mb: u32,
    /// How long is waited between two looks where the server cannot tell of new letters (IDLE, RFC 2177); 60s by default, 5s to
    /// 4m.
    #[schemars(extend("x-zh" = "服务器不能主动通知新信时,隔多久看一次,默认60s"))]
    pub without_idle: Period,
    /// What is done on the server with letters that are kept here for good; nothing by default.
    #[schemars(extend("x-zh" = "信收妥以后在邮箱里怎么处理;默认不动"))]
    pub afterwards: Afterwards,
    /// Into which folder goes what could not be taken whole: too large, or not to be read; without it such letters are not
    /// touched.
    #[schemars(extend("x-zh" = "收不全的信(太大、取不出)移到哪个文件夹;不写就不动"))]
    pub unfit_to: Option<String>,
}

impl Default for ImapPoll {
    fn default() -> Self {
        Self {
            folders: vec!["INBOX".into()],
            junk: true,
            start: "now".into(),
            look_back: Period::seconds(30 * 86_400),
            largest_mb: 50,
            without_idle: Period::seconds(60),
            afterwards: Afterwards::default(),
            unfit_to: None,
        }
    }
}

/// What is done on the server with letters that are kept here for good. It is for people who look into the mailbox: what was
/// taken is never told by it.
#[derive(Clone, PartialEq, Eq, Default, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Afterwards {
    /// Nothing.
    #[default]
    #[schemars(extend("x-zh" = "不动"))]
    Nothing,
    /// They are marked as read.
    #[schemars(extend("x-zh" = "标为已读"))]
    Seen,
    /// They get this keyword, such as `Huiliu`.
    #[schemars(extend("x-zh" = "打上这个标签,例如 Huiliu"))]
    Keyword(String),
    /// They are moved into this folder, which is made where it is missing.
    #[schemars(extend("x-zh" = "移到这个文件夹,没有就新建"))]
    Move(String),
    /// They are deleted so many days after they came, 1 to 3650.
    #[schemars(extend("x-zh" = "来信多少天后从邮箱里删除"))]
    DeleteAfterDays(u32),
}
