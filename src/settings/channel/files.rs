//! `[files]`: from where the files are fetched that a channel's items name by a link, and which are kept.

use huiliu_contract::Period;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::document::Document;
use super::super::{Mistake, Text};

/// `[files]`. Without it nothing is fetched, and links are handed on as they came.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FilesTable {
    /// Hosts from which files are fetched, besides that of `connect.url`: names or addresses, without port.
    #[schemars(extend("x-zh" = "可以去哪些主机取附件(不写端口);connect.url 的主机不用写"))]
    pub allow_hosts: Vec<String>,
    /// Hosts that may lie in a private network or on this machine.
    #[schemars(extend("x-zh" = "哪些主机可以在内网或本机(不写端口)"))]
    pub allow_private: Vec<String>,
    /// The largest file that is kept, in MiB, 1 to 500; absent is 50.
    #[schemars(range(min = 1, max = 500), extend("x-zh" = "单个附件最大多少MiB,默认50"))]
    pub max_mib: Option<u16>,
    /// Which files are kept; absent is all of these but archives.
    #[schemars(extend("x-zh" = "收哪些类型;不写就是除压缩包(archive)以外都收"))]
    pub types: Option<Vec<FileType>>,
    /// How long a file that does not come waits before each further attempt; after the last a person is asked. Absent: 5 s,
    /// 30 s, 5 min, 30 min, 2 h, 6 h, 12 h.
    #[schemars(extend("x-zh" = "取不到时隔多久再试,依次写;试完仍取不到就转人工"))]
    pub retries: Vec<Period>,
    /// How many files may be fetched at once, 1 to 16; absent is 2.
    #[schemars(range(min = 1, max = 16), extend("x-zh" = "同时最多取几个附件,默认2"))]
    pub in_flight: Option<u8>,
}

/// A sort of file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FileType {
    /// jpg, png, gif, bmp, webp, tiff, heic.
    #[schemars(extend("x-zh" = "图片"))]
    Image,
    /// pdf.
    #[schemars(extend("x-zh" = "pdf"))]
    Pdf,
    /// doc, docx, xls, xlsx, ppt, pptx, wps, et, dps, ofd, rtf, odt, ods.
    #[schemars(extend("x-zh" = "办公文档(含 wps、ofd)"))]
    Office,
    /// txt, csv.
    #[schemars(extend("x-zh" = "纯文本"))]
    Text,
    /// mp3, wav, m4a, amr, aac, ogg, wma.
    #[schemars(extend("x-zh" = "录音"))]
    Audio,
    /// mp4, mov, avi, 3gp, wmv, mkv, flv, webm.
    #[schemars(extend("x-zh" = "视频"))]
    Video,
    /// zip.
    #[schemars(extend("x-zh" = "zip 压缩包"))]
    Zip,
    /// rar, 7z, gz, tar.
    #[schemars(extend("x-zh" = "其他压缩包"))]
    Archive,
}

impl FileType {
    /// Every sort.
    pub const ALL: [Self; 8] =
        [Self::Image, Self::Pdf, Self::Office, Self::Text, Self::Audio, Self::Video, Self::Zip, Self::Archive];
}

impl FilesTable {
    /// The largest file that is kept, in bytes.
    pub fn most(&self) -> u64 {
        u64::from(self.max_mib.unwrap_or(50)) * 1024 * 1024
    }

    /// Whether files of this sort are kept.
    pub fn takes(&self, sort: FileType) -> bool {
        self.types.as_ref().map_or(sort != FileType::Archive, |types| types.contains(&sort))
    }

    /// How many files may be fetched at once.
    pub fn in_flight(&self) -> usize {
        usize::from(self.in_flight.unwrap_or(2)).max(1)
    }
}

/// What no schema says of `[files]`: a host is a host, without scheme, port or path.
pub(super) fn check(document: &Document) -> Vec<Mistake> {
    let Some(table) = document.value().get("files").and_then(serde_json::Value::as_object) else { return Vec::new() };
    let mut mistakes = Vec::new();
    for key in ["allow_hosts", "allow_private"] {
        for host in table.get(key).and_then(serde_json::Value::as_array).into_iter().flatten() {
            let Some(host) = host.as_str() else { continue };
            if url::Host::parse(host).is_ok() {
                continue;
            }
            let text = Text::new(format!("“{host}”不是主机名"), format!("`{host}` is not the name of a host"));
            let remedy = Text::new(
                "只写主机名或地址,例如 files.example.gov.cn,不写 https://、端口和路径;IPv6 地址写在方括号里",
                "write the host alone, for example files.example.gov.cn: no https://, port or path; IPv6 in brackets",
            );
            mistakes.push(document.mistake(&format!("files.{key}"), text).remedy(remedy));
        }
    }
    mistakes
}
