//! `[lmtp]` of `gateway.toml`: where the site's own mail server hands letters over.

use std::net::SocketAddr;
use std::path::PathBuf;

use huiliu_contract::{Misconfigured, Period};
use huiliu_kit::network::Network;
use schemars::JsonSchema;
use serde::Deserialize;

/// The longest path of a socket, in bytes, with room for the name it has until it is ready.
const LONGEST_PATH: usize = 100;

/// The listener for letters (LMTP, RFC 2033). It knows no passwords, so the line must be safe: this machine, or peers that are
/// named.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LmtpSettings {
    /// Address and port; port 0 takes a free one. Either this or `socket`.
    #[schemars(with = "Option<String>", extend("x-zh" = "监听地址和端口;和 socket 写一样", "format" = "socket-address"))]
    pub listen: Option<SocketAddr>,
    /// A socket of this machine instead, by its path. Relative to the parent of the configuration folder; absolute once
    /// loaded.
    #[schemars(extend("x-zh" = "本机套接字的路径;和 listen 写一样"))]
    pub socket: Option<PathBuf>,
    /// Who may use the socket, as the mode of a file in octal; 0660 where nothing is written: its owner and its group.
    #[schemars(regex(pattern = "^0?[0-7]{3}$"), extend("x-zh" = "套接字的权限,八进制三位数,例如 0660"))]
    pub mode: Option<String>,
    /// Peers that may connect besides this machine: addresses or networks such as `10.0.0.0/24`. Needed where the address is
    /// not this machine's alone.
    #[schemars(extend("x-zh" = "除本机外谁可以连:地址或网段;监听地址不只本机能连时必须写"))]
    pub allow: Vec<String>,
    /// How long nothing may come before the connection is closed.
    #[schemars(extend("x-zh" = "多久没有动静就断开"))]
    pub idle_timeout: Period,
    /// How long one letter may take to come.
    #[schemars(extend("x-zh" = "一封信最长传多久"))]
    pub letter_timeout: Period,
    /// Connections open at once, 1 to 1024; further ones are told to come again. Each may hold one letter in memory.
    #[schemars(range(min = 1, max = 1024), extend("x-zh" = "同时最多几个连接;多的请对方稍后再来"))]
    pub connections: u32,
}

impl Default for LmtpSettings {
    fn default() -> Self {
        Self {
            listen: None,
            socket: None,
            mode: None,
            allow: Vec::new(),
            idle_timeout: Period::seconds(300),
            letter_timeout: Period::seconds(600),
            connections: 32,
        }
    }
}

impl LmtpSettings {
    /// Who may use the socket, as the bits of a file's mode.
    pub fn mode_bits(&self) -> u32 {
        self.mode.as_deref().and_then(|mode| u32::from_str_radix(mode, 8).ok()).unwrap_or(0o660)
    }

    /// What no schema can know is wrong with it. `http` is where pushes are taken.
    pub(super) fn mistakes(&self, http: SocketAddr) -> Vec<Misconfigured> {
        let mut found = Vec::new();
        let mut tell = |key: &str, en: &str, zh: &str| found.push(Misconfigured::new(key, en, zh));
        if self.listen.is_some() == self.socket.is_some() {
            tell("lmtp", "write `listen` or `socket`, one of them", "listen 和 socket 写一样,只写一样");
        }
        if self.listen.is_some_and(|at| at == http && at.port() != 0) {
            tell("lmtp.listen", "[http] listens on this port already", "这个端口已经是 [http] 的");
        }
        if self.listen.is_none() && !self.allow.is_empty() {
            tell("lmtp.allow", "`allow` goes with `listen`", "allow 是和 listen 一起用的");
        }
        if self.socket.is_none() && self.mode.is_some() {
            tell("lmtp.mode", "`mode` goes with `socket`", "mode 是和 socket 一起用的");
        }
        if self.socket.as_ref().is_some_and(|path| path.as_os_str().len() > LONGEST_PATH) {
            tell("lmtp.socket", "the path is too long for a socket (100 bytes)", "路径太长,套接字最多 100 字节");
        }
        let mut everything = false;
        for (at, text) in self.allow.iter().enumerate() {
            match Network::parse(text) {
                Some(network) => everything |= network.is_everything(),
                None => tell(
                    &format!("lmtp.allow.{at}"),
                    &format!(
                        "`{}` is no network; write an address or a network such as `10.0.0.0/24`, with zeros behind the prefix",
                        text.escape_debug()
                    ),
                    &format!("“{text}”不是网段;请写地址或 10.0.0.0/24 这样的网段,前缀之后的位要是 0"),
                ),
            }
        }
        let open = self.listen.is_some_and(|at| !at.ip().is_loopback()) && (self.allow.is_empty() || everything);
        if open {
            tell(
                "lmtp.listen",
                "LMTP knows no passwords: whoever reaches this address could hand letters over; name the mail server in \
                 `allow` (not everybody), or listen on 127.0.0.1",
                "LMTP 没有口令,谁连得上谁就能投信:请在 allow 写明邮件服务器的地址(不能是全部),或只监听 127.0.0.1",
            );
        }
        found
    }
}
