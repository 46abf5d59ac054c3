//! What an operator may write for letters by mail. Nothing is compiled or contacted here.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::imap::{ImapConnect, ImapPoll};
use crate::outlet::ReturnOptions;

/// What belongs to the kind in a channel's file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Which mailbox it is and how letters come out of it.
    #[schemars(extend("x-zh" = "怎么连:是哪个邮箱,信从哪里来"))]
    pub connect: Connect,
    /// Which letters are taken out of the mailbox (with `connect.imap`), and what is done with them there afterwards.
    #[serde(default)]
    #[schemars(extend("x-zh" = "怎么取:取哪些文件夹的信,取完怎么办(配 connect.imap)"))]
    pub poll: ImapPoll,
    /// How letters are read, by whichever door they come.
    #[serde(default)]
    #[schemars(extend("x-zh" = "怎么读信"))]
    pub receive: ReceiveOptions,
    /// What is told by mail, and how.
    #[serde(default)]
    #[schemars(extend("x-zh" = "怎么回:哪些结果发邮件告诉来信人"))]
    pub r#return: ReturnOptions,
}

/// Which mailbox it is and how letters come out of it: it is asked by IMAP, or a mail server hands them over (LMTP), or both.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Connect {
    /// The addresses under which people write to this mailbox. A letter from one of them is our own and no submission.
    #[schemars(length(min = 1), extend("x-zh" = "这个邮箱的地址(群众写到哪个地址),别名都写上"))]
    pub addresses: Vec<String>,
    /// The mailbox is asked by IMAP.
    #[serde(default)]
    #[schemars(extend("x-zh" = "用 IMAP 到邮箱里取信"))]
    pub imap: Option<ImapConnect>,
    /// The site's own mail server hands letters over by LMTP; `[lmtp]` in `gateway.toml` says where.
    #[serde(default)]
    #[schemars(extend("x-zh" = "由本单位的邮件服务器用 LMTP 把信直接交过来(gateway.toml 的 [lmtp] 写在哪里收)"))]
    pub lmtp: Option<LmtpOptions>,
}

/// Letters that a mail server hands over.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LmtpOptions {
    /// Whose letters are taken; `connect.addresses` by default.
    #[schemars(extend("x-zh" = "收给哪些地址的信,默认就是 addresses"))]
    pub recipients: Vec<String>,
    /// The largest letter that is taken, in MB; 50 by default, 1 to 200. A larger one is refused, and its sender is told.
    #[schemars(extend("x-zh" = "最大收多大的信(MB),默认50;更大的退给发信人"))]
    pub largest_mb: Option<u32>,
}

/// How letters are read.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReceiveOptions {
    /// The names by which the site's own mail server signs its checks of senders (the first word of `Authentication-Results`,
    /// RFC 8601). What others write there counts for nothing.
    #[schemars(extend("x-zh" = "本单位邮件服务器在 Authentication-Results 里写的名字;只信它验过的发件人,别人写的不看"))]
    pub trusted_servers: Vec<String>,
    /// Addresses of colleagues who pass citizens' letters on: of theirs the letter inside counts, and who wrote it.
    #[schemars(extend("x-zh" = "哪些同事会转发群众来信;他们转来的,以里面那封信和写信人为准"))]
    pub clerks: Vec<String>,
    /// Senders of mere notices, as addresses or as `@domain`: their letters are listed and become no tickets.
    #[schemars(extend("x-zh" = "哪些发件人只发系统通知(写地址,或写 @域名):列出来,不立件"))]
    pub notices: Vec<String>,
    /// Domains besides the sender's own to which an answer may go where the letter asks for it (Reply-To).
    #[schemars(extend("x-zh" = "来信要求回到别的地址时,允许回到哪些域名(与发件人同域的不用写)"))]
    pub reply_domains: Vec<String>,
}
