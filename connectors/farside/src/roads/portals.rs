//! What roads by a back end for people share: letters in a list, their pages, and forms that are filled in.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use huiliu_contract::Secret;

use super::{Asking, Fitting, Matter, Road, Tally};
use crate::portal::{Portal, PortalOptions};

/// How one road by a back end differs from others.
pub(super) struct Manner {
    /// The shipped channel's code; the secrets of its file are `<code>.user` and `<code>.pass`.
    pub(super) channel: &'static str,
    /// The number of its letter of this serial number, from 1.
    pub(super) number: fn(u64, &Matter) -> String,
    /// The state that asks this, and the text to it.
    pub(super) act: fn(&Asking) -> Option<(&'static str, &str)>,
    /// Further keys of its file that must be changed.
    pub(super) keys: &'static [(&'static str, Option<&'static str>)],
}

/// A road by a back end.
pub struct BackEnd {
    portal: Portal,
    manner: &'static Manner,
    user: String,
    password: Secret,
    counted: Mutex<Tally>,
}

/// So many faults it draws in all: each may cost seconds.
const FAULTS: u32 = 4;

impl BackEnd {
    pub(super) async fn start(manner: &'static Manner, options: PortalOptions) -> io::Result<Self> {
        let (user, password) = (options.user.clone(), options.password.clone());
        let portal = Portal::start(PortalOptions { strict: true, ..options }).await?;
        portal.judge(true);
        Ok(Self { portal, manner, user, password, counted: Mutex::default() })
    }

    /// The back end itself, for what else is done to it.
    pub fn portal(&self) -> &Portal {
        &self.portal
    }

    fn counted(&self) -> MutexGuard<'_, Tally> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self, number: &str, done: bool) -> io::Result<()> {
        match done {
            true => Ok(()),
            false => Err(io::Error::new(io::ErrorKind::NotFound, format!("no letter {number} was handed over"))),
        }
    }
}

#[async_trait]
impl Road for BackEnd {
    fn channel(&self) -> &'static str {
        self.manner.channel
    }

    fn fitting(&self, _: &Path) -> Fitting {
        let own = self.manner.keys.iter().map(|(key, value)| ((*key).to_owned(), value.map(str::to_owned)));
        let url = format!("\"{}\"", self.portal.url());
        let common = [
            ("connect.url", Some(url.as_str())),
            ("connect.limit", Some("\"200/s\"")),
            ("poll.every", Some("\"300ms\"")),
            ("poll.hours", None),
            ("poll.window", Some("\"1500d\"")),
            ("return.watch", Some("\"200ms\"")),
        ];
        let keys = common.map(|(key, value)| (key.to_owned(), value.map(str::to_owned))).into_iter().chain(own);
        let secret = |ending: &str, secret: Secret| (format!("{}.{ending}", self.manner.channel), secret);
        let secrets = vec![secret("user", Secret::new(self.user.as_str())), secret("pass", self.password.clone())];
        Fitting { keys: keys.collect(), secrets, files: Vec::new() }
    }

    /// It is not pushed to.
    fn meet(&self, _: SocketAddr) {}

    fn play_faults(&self, seed: Option<u64>) {
        self.portal.draw_faults(seed, FAULTS);
    }

    async fn hand_over(&self, matter: &Matter) -> io::Result<String> {
        let mut counted = self.counted();
        counted.handed += 1;
        let number = (self.manner.number)(counted.handed, matter);
        self.portal.hand(&number, matter);
        Ok(number)
    }

    /// A letter that is done stands in no list any more: there is nothing to tell again.
    async fn repeat(&self, number: &str) -> io::Result<()> {
        self.known(number, self.portal.state(number).is_some())?;
        self.counted().repeated += u64::from(self.portal.touch(number));
        Ok(())
    }

    async fn revise(&self, number: &str, content: &str) -> io::Result<bool> {
        self.known(number, self.portal.rewrite(number, content))?;
        self.counted().revised += 1;
        Ok(true)
    }

    async fn ask(&self, number: &str, asking: &Asking) -> io::Result<bool> {
        let Some((state, said)) = (self.manner.act)(asking) else { return Ok(false) };
        self.known(number, self.portal.want(number, state, said))?;
        self.counted().acts += 1;
        Ok(true)
    }

    fn picture(&self) -> Option<String> {
        self.portal.captcha().filter(|_| !self.portal.is_entered())
    }

    fn tally(&self) -> Tally {
        let stats = self.portal.stats();
        let closed = self.closed().len() as u64;
        Tally { closed, refused: stats.refused, faults: stats.faults, ..*self.counted() }
    }

    fn unanswered(&self) -> Vec<String> {
        self.portal.open()
    }

    fn closed(&self) -> BTreeMap<String, String> {
        let mut closed = BTreeMap::new();
        for (number, told) in self.portal.all_told() {
            let said = match told.verb.as_str() {
                "finish" => &told.body["replyContent"],
                "reply" => &told.body["text"],
                _ => continue,
            };
            closed.insert(number, said.as_str().unwrap_or_default().replace("\r\n", "\n"));
        }
        closed
    }
}
