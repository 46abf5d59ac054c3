//! An office's back end without an API (省长信箱): pages for people, a login with a captcha, sessions that end, forms whose
//! hidden fields are good once. It believes nothing that is said to it and counts by itself.
//!
//! All of it lies under `/admin/`: `login.jsp` with its `captcha.jpg`, posted to `login.do`; `letter/list.jsp` (a table) and
//! `letter/list.do` (JSON, rows in `res.tbody`), by `page`, `size` (or `pagesize`), `from` and `to` (days);
//! `letter/detail.jsp?id=` and `letter/detail.do`; the forms `letter/{sign,back,delay,finish,reply}.jsp?id=`, saved at
//! `letter/save.do`; `upload_files.php`, which takes files first and gives paths for them; `file?id=`.

mod book;
mod item;
mod options;
mod pages;
mod png;
mod service;
#[cfg(test)]
mod tests;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub use book::{Asked, PortalStats, Tried};
pub use item::FIRST;
pub use options::{Layout, Loss, PASSWORD, PortalOptions};

use crate::desk::Told;
use crate::dice::Dice;
use crate::platform::Trick;
use crate::port::Port;
use crate::roads::Matter;
use book::Book;

/// A running back end; it stops when it is dropped.
#[derive(Debug)]
pub struct Portal {
    book: Arc<Mutex<Book>>,
    port: Port,
}

impl Portal {
    /// Starts one; it returns when it can be asked.
    pub async fn start(options: PortalOptions) -> io::Result<Self> {
        let listen = options.listen;
        let book = Arc::new(Mutex::new(Book::new(options)));
        let port = Port::open(service::router(Arc::clone(&book)), listen).await?;
        Ok(Self { book, port })
    }

    /// Where it listens, also while it is shut.
    pub fn addr(&self) -> SocketAddr {
        self.port.addr()
    }

    /// Its address, as `connect.url` wants it.
    pub fn url(&self) -> String {
        format!("http://{}/admin/", self.addr())
    }

    /// Adds so many letters, each later than all before.
    pub fn grow(&self, letters: u64) {
        self.with(|book| (0..letters).for_each(|_| book.grow(false)));
    }

    /// Adds a letter whose row shows no number.
    pub fn grow_malformed(&self) {
        self.with(|book| book.grow(true));
    }

    /// Hands it a letter under this number; it stands in the list behind all others.
    pub fn hand(&self, number: &str, matter: &Matter) {
        self.with(|book| book.hand(number, matter));
    }

    /// Rewrites a letter that was handed to it; what was asked about it is asked no more. False where there is none.
    pub fn rewrite(&self, number: &str, content: &str) -> bool {
        self.with(|book| {
            let Some(letter) = book.find(number) else { return false };
            if letter.is_open() && letter.state != "退回重办" {
                FIRST.clone_into(&mut letter.state);
            }
            let Some(handed) = &mut letter.handed else { return false };
            content.clone_into(&mut handed.matter.content);
            handed.hits += 1;
            true
        })
    }

    /// Shows a letter's row a little different, though nothing about the letter is. False where it is not in the list.
    pub fn touch(&self, number: &str) -> bool {
        self.with(|book| {
            let letter = book.find(number).filter(|letter| letter.is_open());
            letter.and_then(|letter| letter.handed.as_mut()).map(|handed| handed.hits += 1).is_some()
        })
    }

    /// Puts a letter that was handed to it into a state as soon as its page was read, with these words. False where there is
    /// none.
    pub fn want(&self, number: &str, state: &'static str, said: &str) -> bool {
        self.with(|book| {
            let handed = book.find(number).and_then(|letter| letter.handed.as_mut());
            handed.map(|handed| handed.wanted = Some((state, said.to_owned()))).is_some()
        })
    }

    /// Draws so many faults from now on, by a seed; none without one.
    pub fn draw_faults(&self, seed: Option<u64>, most: u32) {
        self.with(|book| book.dice = seed.map(|seed| (Dice::new(seed), most)));
    }

    /// Whether somebody is logged in.
    pub fn is_entered(&self) -> bool {
        self.with(|book| book.sessions.values().any(|session| !session.kicked))
    }

    /// Changes a letter's text where it stands. False where there is no such letter.
    pub fn revise(&self, number: &str) -> bool {
        self.with(|book| book.find(number).map(|letter| letter.revision += 1).is_some())
    }

    /// Takes a letter off the list, as one that was handled elsewhere.
    pub fn remove(&self, number: &str) {
        self.with(|book| book.letters.retain(|letter| letter.number() != number));
    }

    /// The numbers of all letters, oldest first; none for a malformed one.
    pub fn numbers(&self) -> Vec<Option<String>> {
        self.with(|book| book.letters.iter().map(|letter| (!letter.malformed).then(|| letter.number())).collect())
    }

    /// The letters with which the county still has something to do; one that its writer took back is none.
    pub fn open(&self) -> Vec<String> {
        let open = |letter: &&item::Letter| letter.is_open() && letter.state != "来信人撤回";
        self.with(|book| book.letters.iter().filter(open).map(item::Letter::number).collect())
    }

    /// The state of a letter.
    pub fn state(&self, number: &str) -> Option<String> {
        self.with(|book| book.find(number).map(|letter| letter.state.clone()))
    }

    /// Puts a letter into a state.
    pub fn set_state(&self, number: &str, state: &str, reason: Option<&str>) {
        self.with(|book| {
            if let Some(letter) = book.find(number) {
                (letter.state, letter.reason) = (state.into(), reason.unwrap_or_default().into());
            }
        });
    }

    /// Whether what concludes a letter is judged first; it is not at first.
    pub fn judge(&self, judges: bool) {
        self.with(|book| book.judges = judges);
    }

    /// What the next lists meet.
    pub fn play(&self, tricks: impl IntoIterator<Item = Trick>) {
        self.with(|book| book.tricks.extend(tricks));
    }

    /// What the next pages of letters meet.
    pub fn play_on_details(&self, tricks: impl IntoIterator<Item = Trick>) {
        self.with(|book| book.detail_tricks.extend(tricks));
    }

    /// What the next forms meet when they are fetched.
    pub fn play_on_forms(&self, tricks: impl IntoIterator<Item = Trick>) {
        self.with(|book| book.form_tricks.extend(tricks));
    }

    /// What the next forms meet when they are sent.
    pub fn play_on_answers(&self, tricks: impl IntoIterator<Item = Trick>) {
        self.with(|book| book.save_tricks.extend(tricks));
    }

    /// What the next logins meet.
    pub fn play_on_logins(&self, tricks: impl IntoIterator<Item = Trick>) {
        self.with(|book| book.login_tricks.extend(tricks));
    }

    /// Changes what the list looks like.
    pub fn relayout(&self, layout: Layout) {
        self.with(|book| book.layout = layout);
    }

    /// Takes a box off its forms.
    pub fn drop_box(&self, name: &str) {
        self.with(|book| book.dropped.insert(name.into()));
    }

    /// Another password counts from now on.
    pub fn change_password(&self, password: &str) {
        self.with(|book| book.options.password = huiliu_contract::Secret::new(password));
    }

    /// Ends all sessions, as a restart over there does.
    pub fn end_sessions(&self) {
        self.with(|book| book.sessions.clear());
    }

    /// A colleague logs in with the same account, in a browser.
    pub fn colleague_logs_in(&self) {
        self.with(|book| drop(book.enter()));
    }

    /// Nobody is let in any more, whoever they are.
    pub fn estrange(&self) {
        self.with(|book| book.estranged = true);
    }

    /// Moves its clock on.
    pub fn pass(&self, time: Duration) {
        self.with(|book| book.pass(time));
    }

    /// How long it thinks before each answer.
    pub fn think(&self, time: Duration) {
        self.with(|book| book.slow = time);
    }

    /// What the last captcha shows.
    pub fn captcha(&self) -> Option<String> {
        self.with(|book| book.last_picture.clone())
    }

    /// Every request, in its order.
    pub fn asked(&self) -> Vec<Asked> {
        self.with(|book| book.asked.clone())
    }

    /// Every login that was tried.
    pub fn tried(&self) -> Vec<Tried> {
        self.with(|book| book.tried.clone())
    }

    /// How many logins went well.
    pub fn logins(&self) -> usize {
        self.tried().iter().filter(|tried| tried.went == "in").count()
    }

    /// The answers that it took about a letter, in order, without hidden fields.
    pub fn told(&self, number: &str) -> Vec<Told> {
        self.with(|book| book.told.iter().filter(|(id, _)| id == number).map(|(_, told)| told.clone()).collect())
    }

    /// The answers that it took, in order, each with the letter's number.
    pub fn all_told(&self) -> Vec<(String, Told)> {
        self.with(|book| book.told.clone())
    }

    /// What it counted.
    pub fn stats(&self) -> PortalStats {
        self.with(|book| book.stats.clone())
    }

    /// The most requests that came within any such time.
    pub fn most_within(&self, window: Duration) -> usize {
        let times: Vec<Duration> = self.asked().iter().map(|asked| asked.at).collect();
        let within = |from: &Duration| times.iter().filter(|at| **at >= *from && **at - *from < window).count();
        times.iter().map(within).max().unwrap_or(0)
    }

    /// Closes the port and all connections.
    pub async fn shut(&self) {
        self.port.shut().await;
    }

    /// Opens the same port again.
    pub async fn reopen(&self) -> io::Result<()> {
        self.port.reopen().await
    }

    fn with<T>(&self, act: impl FnOnce(&mut Book) -> T) -> T {
        act(&mut self.book.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
