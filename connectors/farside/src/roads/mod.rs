//! The far sides of the shipped channels, each with its own numbers, states, manners and faults, behind one face, so
//! that the demo and the stories can replay letters over all of them without knowing how any of them speaks.
//!
//! A road believes nothing that is said to it and counts by itself.

mod all;
pub mod guojia;
mod hands;
pub mod hengyang;
mod office;
pub mod portals;
pub mod renminwang;
pub mod sheets;
pub mod sheng;
pub mod shengzhang;
pub mod shizhang;
pub mod tongyi;
pub mod weixin;
pub mod xiangyiban;
pub mod xianzhang;
pub mod zhengfuwang;
pub mod zhengxieyun;
pub mod zhihui;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use async_trait::async_trait;
use huiliu_contract::Secret;
use jiff::Timestamp;

pub use all::all;
pub use office::Office;

/// What a citizen wants, before any road gives it a form. All of it is invented.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Matter {
    /// One line.
    pub title: String,
    /// The whole text.
    pub content: String,
    /// 诉求类型: 咨询, 求助, 投诉, 举报, 建议 or 感谢.
    pub sort: String,
    /// 归口类别, its levels parted by `/`.
    pub category: String,
    /// The citizen's name.
    pub name: String,
    /// 男 or 女.
    pub sex: String,
    /// A mobile number that nobody has.
    pub phone: String,
    /// Where the citizen lives.
    pub address: String,
    /// Where it happened.
    pub place: String,
    /// 界别, where a member of the CPPCC writes.
    pub org: Option<String>,
    /// Whether the citizen asks for confidence (保密).
    pub confidential: bool,
    /// Whether the answer may be published (同意公开).
    pub agree_public: bool,
    /// When the citizen sent it.
    pub submitted_at: Timestamp,
    /// When the road hands it over to the county; not before it was sent.
    pub handed_at: Timestamp,
    /// By when the road wants it done, where it sets a limit.
    pub deadline: Option<Timestamp>,
    /// The number another road gave to the same letter (上级编号).
    pub parent_no: Option<String>,
    /// A file that came along: name and bytes.
    pub file: Option<(String, Vec<u8>)>,
}

/// What a road asks about a letter that it handed over before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Asking {
    /// 补充.
    Supplement(String),
    /// 催办.
    Urge(String),
    /// 督办.
    Supervise(String),
    /// 退回重办.
    Redo(String),
    /// 撤诉.
    Withdraw(String),
}

/// What a road counted by itself. Nothing here is told by the gateway.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Tally {
    /// Different letters handed over; revisions, repeats and acts are not in it.
    pub handed: u64,
    /// Letters told again that had been told before, as they were.
    pub repeated: u64,
    /// Letters that it changed after it had handed them over.
    pub revised: u64,
    /// Acts about letters.
    pub acts: u64,
    /// Letters that the county signed for, where the road has that.
    pub signed: u64,
    /// Letters that the county told it are concluded, each once.
    pub closed: u64,
    /// Write-backs that it did not believe: unknown number, wrong proof, wrong state, no answer in it.
    pub refused: u64,
    /// Faults that it played.
    pub faults: u64,
}

/// What a channel file needs in order to speak with this road instead of the real one.
#[derive(Clone, Default, Debug)]
pub struct Fitting {
    /// Dotted keys of `channel.toml` and the TOML value that stands there from now on; `None` takes the key out.
    pub keys: Vec<(String, Option<String>)>,
    /// Names under `secrets/` and what stands in them.
    pub secrets: Vec<(String, Secret)>,
    /// Further files, by their path below the channel's folder.
    pub files: Vec<(String, Vec<u8>)>,
}

/// The far side of one shipped channel.
#[async_trait]
pub trait Road: Send + Sync {
    /// The shipped channel's code, which is its folder's name.
    fn channel(&self) -> &'static str;

    /// What the shipped file needs. `house` is the folder that holds `config/`, for roads that drop files there.
    fn fitting(&self, house: &std::path::Path) -> Fitting;

    /// Where the gateway listens; told before anything is handed over, and again if that changes.
    fn meet(&self, gateway: SocketAddr);

    /// Faults from now on, by a seed: the same seed plays the same faults. Without a seed it plays none.
    fn play_faults(&self, seed: Option<u64>);

    /// Hands a letter over by this road: listed for whoever asks, pushed until acknowledged, or written into a sheet at the
    /// next [`Road::flush`]. Its own number of the letter.
    async fn hand_over(&self, matter: &Matter) -> std::io::Result<String>;

    /// Tells a letter again as it was.
    async fn repeat(&self, number: &str) -> std::io::Result<()>;

    /// Changes a letter's text after it was handed over. False where this road never changes one.
    async fn revise(&self, number: &str, content: &str) -> std::io::Result<bool>;

    /// Asks something about a letter. False where this road has no such act.
    async fn ask(&self, number: &str, asking: &Asking) -> std::io::Result<bool>;

    /// Lets go of what it held back (a sheet of the day). Nothing to do on other roads.
    async fn flush(&self) -> std::io::Result<()> {
        Ok(())
    }

    /// What a person must do at the far side's own pages for outcomes that leave as a sheet: reads the sheets that lie in the
    /// outbox below `house` as that person would. Nothing to do on other roads.
    async fn carry(&self, _house: &std::path::Path) -> std::io::Result<()> {
        Ok(())
    }

    /// What stands in the picture at its door now, as a person reads it; none where no picture waits.
    fn picture(&self) -> Option<String> {
        None
    }

    /// What it counted.
    fn tally(&self) -> Tally;

    /// The letters that it was told are concluded, by its own numbers, with the public answer that arrived.
    fn closed(&self) -> BTreeMap<String, String>;

    /// Letters that it still waits to have answered, handed back or declined; empty on roads that do not keep that in mind.
    fn unanswered(&self) -> Vec<String> {
        Vec::new()
    }
}
