//! How the session stands, and what of it is kept. Pure: the clock is an argument.

use std::time::Duration;

use huiliu_contract::{Fault, Keepsake, Personal, Reached, Standing};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::fields::Fields;
use crate::jar::Jar;
use url::Url;

/// The form of this release. Another one's is read as nothing.
const FORM: u8 = 1;

/// A session of which nothing is known is taken for over after so long a silence: what servers usually bear.
const SILENCE: Duration = Duration::from_secs(30 * 60);

/// A login page as it was filled in so far, waiting for what its picture shows.
pub(super) struct Pending {
    pub(super) id: String,
    pub(super) jar: Jar,
    pub(super) filled: Filled,
    pub(super) until: Option<Timestamp>,
}

/// A login form, but for the account.
#[derive(Clone)]
pub(super) struct Filled {
    pub(super) to: Url,
    pub(super) page: Option<Url>,
    pub(super) fields: Fields,
    pub(super) letters: &'static encoding_rs::Encoding,
}

/// What a file says of it, as far as the state depends on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    pub(super) tries: u32,
    pub(super) lasts: Option<Duration>,
    pub(super) wait: Duration,
    pub(super) keeps_alive: bool,
    pub(super) person: bool,
}

/// The state.
#[derive(Default)]
pub(super) struct State {
    pub(super) jar: Jar,
    pub(super) since: Option<Timestamp>,
    pub(super) used: Option<Timestamp>,
    /// Wrong answers, and passwords of which nobody knows whether they arrived, in a row.
    tries: u32,
    rest: Option<Rest>,
    yields: Option<Timestamp>,
    /// Since when a person is needed.
    person: Option<Timestamp>,
    /// This password was good once: one that is lost on the way is none of the wrong ones.
    proven: bool,
    pub(super) pending: Option<Pending>,
    pub(super) serial: u64,
    changed: bool,
}

/// Why no login is made.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Rest {
    since: Timestamp,
    why: String,
}

/// As it is kept. It has no `Debug`: it is a secret until it is sealed.
#[derive(Serialize, Deserialize)]
struct Kept {
    form: u8,
    /// The address that gave it. Another one shall never see it.
    from: String,
    /// Whose account it is.
    account: String,
    /// Which password it was; what rests because of it rests no longer for another one.
    password: String,
    #[serde(default)]
    cookies: String,
    #[serde(default)]
    since: Option<Timestamp>,
    #[serde(default)]
    used: Option<Timestamp>,
    #[serde(default)]
    tries: u32,
    #[serde(default)]
    rest: Option<Rest>,
    #[serde(default)]
    yields: Option<Timestamp>,
    #[serde(default)]
    person: Option<Timestamp>,
    #[serde(default)]
    proven: bool,
}

/// Whose session it is: digests, nothing readable.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Whose {
    pub(super) from: String,
    pub(super) account: String,
    pub(super) password: String,
}

impl State {
    /// Takes up what was kept.
    pub(super) fn adopt(&mut self, kept: &Keepsake, whose: &Whose) {
        let Ok(kept) = serde_json::from_slice::<Kept>(kept.0.reveal()) else { return };
        if kept.form != FORM || kept.from != whose.from || kept.account != whose.account {
            return;
        }
        self.jar = Jar::read(&kept.cookies);
        (self.since, self.used, self.yields, self.person) = (kept.since, kept.used, kept.yields, kept.person);
        if kept.password == whose.password {
            (self.tries, self.rest, self.proven) = (kept.tries, kept.rest, kept.proven);
        }
    }

    /// What is to be kept, if it changed.
    pub(super) fn keepsake(&mut self, whose: &Whose) -> Option<Keepsake> {
        if !std::mem::take(&mut self.changed) {
            return None;
        }
        let kept = Kept {
            form: FORM,
            from: whose.from.clone(),
            account: whose.account.clone(),
            password: whose.password.clone(),
            cookies: self.since.map(|_| self.jar.written()).unwrap_or_default(),
            since: self.since,
            used: self.used,
            tries: self.tries,
            rest: self.rest.clone(),
            yields: self.yields,
            person: self.person,
            proven: self.proven,
        };
        // Its members are texts and numbers: writing it cannot fail.
        Some(Keepsake(Personal::new(serde_json::to_vec(&kept).unwrap_or_default())))
    }

    /// How it stands.
    pub(super) fn standing(&mut self, terms: &Terms, now: Timestamp) -> Standing {
        if let Some(Rest { since, why }) = &self.rest {
            return Standing::Resting { since: *since, why: why.clone() };
        }
        if let Some(until) = self.yields.filter(|until| now < *until) {
            return Standing::Yielded { until };
        }
        match self.since.filter(|_| self.holds(terms, now)) {
            Some(since) => Standing::In { since, until: terms.lasts.and_then(|lasts| later(since, lasts)) },
            // Since it was asked first: asked again it is no other standing.
            None if terms.person => Standing::Person { since: *self.person.get_or_insert(now) },
            None => Standing::Out,
        }
    }

    fn holds(&self, terms: &Terms, now: Timestamp) -> bool {
        self.since.is_some_and(|since| terms.lasts.and_then(|lasts| later(since, lasts)).is_none_or(|end| now < end))
    }

    /// Why nothing may be sent there now; none where it may.
    pub(super) fn bars(&self, channel: &str, now: Timestamp) -> Option<Fault> {
        if let Some(Rest { why, .. }) = &self.rest {
            return Some(Fault::denied(format!("{why}; it rests until `huiliu channel resume {channel}`")));
        }
        let until = self.yields.filter(|until| now < *until)?;
        let wait = Duration::try_from(until.duration_since(now)).unwrap_or_default().max(Duration::from_secs(1));
        Some(Fault::Unavailable {
            message: "somebody uses the account in a browser and is left alone".into(),
            retry_after: Some(wait),
            reached: Reached::No,
            quoted: None,
        })
    }

    /// Whether we are logged in; notes that a session is over whose time has come.
    pub(super) fn is_in(&mut self, terms: &Terms, now: Timestamp) -> bool {
        if self.since.is_some() && !self.holds(terms, now) {
            self.lose(now);
        }
        self.since.is_some()
    }

    /// A login went well.
    pub(super) fn enter(&mut self, jar: Jar, now: Timestamp) {
        let serial = self.serial;
        *self = Self { jar, since: Some(now), used: Some(now), proven: true, serial, changed: true, ..Self::default() };
    }

    /// It was used, and these are its cookies now.
    pub(super) fn touch(&mut self, jar: Jar, now: Timestamp) {
        self.changed |= self.since.is_some() && self.jar != jar;
        (self.jar, self.used) = (jar, Some(now));
    }

    /// The session is over.
    pub(super) fn lose(&mut self, now: Timestamp) {
        self.changed |= self.since.is_some();
        (self.jar, self.since) = (Jar::default(), None);
        self.person = self.person.or(Some(now));
    }

    /// Somebody else uses the account.
    pub(super) fn give_way(&mut self, terms: &Terms, now: Timestamp) {
        self.lose(now);
        self.yields = later(now, terms.wait);
        self.changed = true;
    }

    /// No login is made before a person resumes it.
    pub(super) fn rest(&mut self, why: &str, now: Timestamp) {
        self.lose(now);
        self.rest = Some(Rest { since: now, why: why.to_owned() });
        self.pending = None;
        self.changed = true;
    }

    /// A wrong answer; how many are left before it rests.
    pub(super) fn wrong(&mut self, terms: &Terms, now: Timestamp) -> u32 {
        self.tries += 1;
        self.changed = true;
        let left = terms.tries.saturating_sub(self.tries);
        if left == 0 {
            self.rest(&format!("what the picture shows was read wrongly {} times", self.tries), now);
        }
        left
    }

    /// A password of which nobody knows whether it arrived. It counts unless it was good before.
    pub(super) fn uncertain(&mut self, terms: &Terms, now: Timestamp) {
        if self.proven && !terms.person {
            return;
        }
        self.tries += 1;
        self.changed = true;
        if self.tries >= terms.tries {
            self.rest("logins were not answered, and nobody knows how many wrong ones are counted there", now);
        }
    }

    /// A person has mended it.
    pub(super) fn resume(&mut self) {
        self.changed |= self.rest.is_some() || self.tries > 0 || self.yields.is_some();
        (self.rest, self.tries, self.yields) = (None, 0, None);
    }

    /// Whether the session, left alone, would be over at that time.
    pub(super) fn ends_before(&self, terms: &Terms, at: Timestamp) -> bool {
        let Some(since) = self.since else { return true };
        let by_length = terms.lasts.and_then(|lasts| later(since, lasts)).is_some_and(|end| end <= at);
        let silence = self.used.and_then(|used| later(used, SILENCE)).is_some_and(|end| end <= at);
        by_length || (!terms.keeps_alive && silence)
    }

    #[cfg(test)]
    pub(super) fn tries(&self) -> u32 {
        self.tries
    }
}

/// A time so much later; none beyond what can be written.
pub(super) fn later(at: Timestamp, by: Duration) -> Option<Timestamp> {
    at.checked_add(jiff::SignedDuration::try_from(by).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMS: Terms = Terms {
        tries: 2,
        lasts: Some(Duration::from_secs(3600)),
        wait: Duration::from_secs(1800),
        keeps_alive: true,
        person: true,
    };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn whose(password: &str) -> Whose {
        Whose { from: "http://far/admin/".into(), account: "a".into(), password: password.into() }
    }

    #[test]
    fn a_session_and_its_rest_outlive_a_restart_and_belong_to_one_account_and_password() {
        let mut state = State::default();
        assert!(state.keepsake(&whose("p")).is_none());
        state.enter(Jar::default(), at(10));
        let kept = state.keepsake(&whose("p")).unwrap();
        assert!(state.keepsake(&whose("p")).is_none(), "nothing changed");
        let mut again = State::default();
        again.adopt(&kept, &whose("p"));
        assert!(again.is_in(&TERMS, at(3000)) && !again.is_in(&TERMS, at(3610)), "it lasts so long as it lasts");
        let mut elsewhere = State::default();
        elsewhere.adopt(&kept, &Whose { from: "http://other/".into(), ..whose("p") });
        assert!(!elsewhere.is_in(&TERMS, at(20)));
        state.rest("refused", at(20));
        let kept = state.keepsake(&whose("p")).unwrap();
        let adopted = |password: &str| {
            let mut again = State::default();
            again.adopt(&kept, &whose(password));
            again.standing(&TERMS, at(30)).word()
        };
        assert_eq!((adopted("p"), adopted("another")), ("resting", "person"));
    }

    #[test]
    fn a_person_is_wanted_since_one_moment_however_often_it_is_looked() {
        let mut state = State::default();
        let since = Standing::Person { since: at(5) };
        assert_eq!((state.standing(&TERMS, at(5)), state.standing(&TERMS, at(6))), (since.clone(), since));
    }

    #[test]
    fn tries_count_to_a_rest_and_a_person_begins_them_anew() {
        let mut state = State::default();
        assert_eq!((state.wrong(&TERMS, at(1)), state.wrong(&TERMS, at(2))), (1, 0));
        assert!(matches!(state.standing(&TERMS, at(3)), Standing::Resting { .. }));
        assert_eq!(state.bars("letters", at(3)).unwrap().word(), "denied");
        state.resume();
        assert!(state.bars("letters", at(3)).is_none() && state.tries() == 0);
        assert_eq!(state.standing(&TERMS, at(3)), Standing::Person { since: at(2) });
    }

    #[test]
    fn a_password_that_was_good_is_not_counted_when_a_line_is_cut() {
        let alone = Terms { person: false, ..TERMS };
        let mut state = State::default();
        state.enter(Jar::default(), at(1));
        (0..9).for_each(|_| state.uncertain(&alone, at(2)));
        assert_eq!(state.tries(), 0);
        let mut unproven = State::default();
        (0..2).for_each(|_| unproven.uncertain(&alone, at(2)));
        assert_eq!(unproven.standing(&alone, at(3)).word(), "resting");
    }

    #[test]
    fn a_colleague_is_left_alone_for_so_long() {
        let mut state = State::default();
        state.enter(Jar::default(), at(1));
        state.give_way(&TERMS, at(100));
        assert_eq!(state.standing(&TERMS, at(101)), Standing::Yielded { until: at(1900) });
        let Some(Fault::Unavailable { retry_after: Some(wait), reached: Reached::No, .. }) = state.bars("x", at(1000))
        else {
            panic!("it does not yield")
        };
        assert_eq!(wait.as_secs(), 900);
        assert!(state.bars("x", at(1900)).is_none());
    }

    #[test]
    fn the_end_of_a_session_is_foreseen() {
        let mut state = State::default();
        assert!(state.ends_before(&TERMS, at(0)), "there is none");
        state.enter(Jar::default(), at(0));
        assert!(!state.ends_before(&TERMS, at(3599)) && state.ends_before(&TERMS, at(3600)));
        let silent = Terms { keeps_alive: false, lasts: None, ..TERMS };
        assert!(!state.ends_before(&silent, at(1799)) && state.ends_before(&silent, at(1800)));
        assert!(!state.ends_before(&Terms { keeps_alive: true, ..silent }, at(99_999)));
    }
}
