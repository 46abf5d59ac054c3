//! One connection of the small mail server: a command a line, and what is answered to it.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::{sleep, timeout};

use super::{Flaw, PASSWORD, Shared, Stored, USER};

/// How a connection stands.
struct Talk<'a> {
    shared: &'a Arc<Shared>,
    lines: BufReader<OwnedReadHalf>,
    out: OwnedWriteHalf,
    told: bool,
    open: Option<String>,
}

/// Talks until the other side, or a habit, ends it.
pub(super) async fn talk(stream: TcpStream, shared: &Arc<Shared>) -> io::Result<()> {
    let (read, out) = stream.into_split();
    let mut talk = Talk { shared, lines: BufReader::new(read), out, told: false, open: None };
    talk.say("* OK a small server is ready").await?;
    let mut line = String::new();
    loop {
        line.clear();
        if talk.lines.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let (tag, command) = line.trim_end().split_once(' ').unwrap_or((line.trim_end(), ""));
        let noted = if command.starts_with("LOGIN") { "LOGIN" } else { command };
        shared.book().commands.push(noted.to_owned());
        let (silent, refused) = {
            let habits = shared.habits();
            let begins = |with: Option<&str>| with.is_some_and(|with| command.starts_with(with));
            (begins(habits.silent), begins(habits.refuses))
        };
        if silent {
            continue;
        }
        if refused {
            talk.say(&format!("{tag} NO not today")).await?;
        } else if !talk.answer(tag, command).await? {
            return talk.out.shutdown().await;
        }
    }
}

impl Talk<'_> {
    async fn say(&mut self, line: &str) -> io::Result<()> {
        self.raw(format!("{line}\r\n").as_bytes()).await
    }

    async fn raw(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes).await
    }

    /// Whether the connection goes on.
    async fn answer(&mut self, tag: &str, command: &str) -> io::Result<bool> {
        let habits = self.shared.habits().clone();
        let words: Vec<&str> = command.split(' ').collect();
        match words.as_slice() {
            ["LOGIN", user, password] => return self.login(tag, user, password).await,
            ["CAPABILITY"] => {
                let mut can = String::from("* CAPABILITY IMAP4rev1");
                for (word, can_not) in [
                    ("ID", habits.hides_id),
                    ("IDLE", habits.no_idle),
                    ("MOVE", habits.plain),
                    ("UIDPLUS", habits.plain),
                ] {
                    if !can_not {
                        can += &format!(" {word}");
                    }
                }
                self.say(&can).await?;
            }
            ["ID", ..] => {
                self.told = true;
                self.say("* ID (\"name\" \"small\")").await?;
            }
            ["LIST", ..] => {
                let names: Vec<String> = self.shared.book().folders.keys().cloned().collect();
                for name in names {
                    let mark = if name == "Junk" { "\\Junk" } else { "\\HasNoChildren" };
                    self.say(&format!("* LIST ({mark}) \"/\" \"{name}\"")).await?;
                }
            }
            ["SELECT" | "EXAMINE", name] => return self.select(tag, name.trim_matches('"')).await,
            ["CREATE", name] => drop(self.shared.book().folder(name.trim_matches('"')).clone()),
            ["IDLE"] => return self.idle(tag).await,
            ["LOGOUT"] => {
                self.say("* BYE").await?;
                self.say(&format!("{tag} OK bye")).await?;
                return Ok(false);
            }
            ["UID", "SEARCH", what @ ..] => {
                let found = self.with(|folder| folder.found(&what.join(" ")));
                let found: Vec<String> = found.iter().map(u32::to_string).collect();
                self.say(format!("* SEARCH {}", found.join(" ")).trim_end()).await?;
            }
            ["UID", "FETCH", set, what @ ..] => return self.fetch(tag, set, &what.join(" ")).await,
            ["UID", "STORE", set, _, flag] => {
                let (set, flag) = ((*set).to_owned(), flag.trim_matches(['(', ')']).to_owned());
                self.with(|folder| {
                    let named = folder.named(&set);
                    for letter in folder.letters.iter_mut().filter(|letter| named.contains(&letter.uid)) {
                        letter.flags.push(flag.clone());
                    }
                });
            }
            ["UID", word @ ("MOVE" | "COPY"), set, to] => {
                let (set, moves) = ((*set).to_owned(), *word == "MOVE");
                let taken = self.with(|folder| {
                    let named = folder.named(&set);
                    let taken: Vec<Stored> =
                        folder.letters.iter().filter(|letter| named.contains(&letter.uid)).cloned().collect();
                    folder.letters.retain(|letter| !moves || !named.contains(&letter.uid));
                    taken
                });
                let mut book = self.shared.book();
                for letter in taken {
                    book.add(to.trim_matches('"'), letter.raw, letter.flaw);
                }
            }
            ["UID", "EXPUNGE", set] => {
                let set = (*set).to_owned();
                self.with(|folder| {
                    let named = folder.named(&set);
                    folder.letters.retain(|letter| {
                        !(named.contains(&letter.uid) && letter.flags.iter().any(|flag| flag == "\\Deleted"))
                    });
                });
            }
            _ => {
                self.say(&format!("{tag} BAD what is that")).await?;
                return Ok(true);
            }
        }
        self.say(&format!("{tag} OK done")).await?;
        Ok(true)
    }

    fn with<T>(&self, how: impl FnOnce(&mut super::book::Folder) -> T) -> T {
        how(self.shared.book().folder(self.open.as_deref().unwrap_or("INBOX")))
    }

    async fn login(&mut self, tag: &str, user: &str, password: &str) -> io::Result<bool> {
        let (refusal, stale) = {
            let mut habits = self.shared.habits();
            let refusal = (!habits.refusals.is_empty()).then(|| habits.refusals.remove(0));
            (refusal, habits.stale_refusal)
        };
        if stale {
            self.say("X9999 NO that was refused long ago").await?;
        }
        let right = user.trim_matches('"') == USER && password.trim_matches('"') == PASSWORD;
        let text = match refusal {
            Some(text) => text,
            None if !right => b"NO [AUTHENTICATIONFAILED] wrong".to_vec(),
            None => b"OK logged in".to_vec(),
        };
        self.raw(&[tag.as_bytes(), b" ", &text, b"\r\n"].concat()).await?;
        Ok(true)
    }

    async fn select(&mut self, tag: &str, name: &str) -> io::Result<bool> {
        let habits = self.shared.habits().clone();
        if habits.unsafe_login && !self.told {
            self.say(&format!("{tag} NO SELECT Unsafe Login. Please contact the people of the server")).await?;
            return Ok(true);
        }
        let Some(folder) = self.shared.book().folders.get(name).cloned() else {
            self.say(&format!("{tag} NO no such folder")).await?;
            return Ok(true);
        };
        self.open = Some(name.to_owned());
        self.say(&format!("* {} EXISTS", folder.letters.len())).await?;
        self.say(&format!("* OK [UIDVALIDITY {}] numbered", folder.validity)).await?;
        if !habits.no_uidnext {
            self.say(&format!("* OK [UIDNEXT {}] next", folder.next)).await?;
        }
        self.say(&format!("{tag} OK [READ-WRITE] open")).await?;
        Ok(true)
    }

    async fn idle(&mut self, tag: &str) -> io::Result<bool> {
        let (no_idle, every) = {
            let habits = self.shared.habits();
            (habits.no_idle, habits.keep_alive)
        };
        if no_idle {
            self.say(&format!("{tag} BAD what is that")).await?;
            return Ok(true);
        }
        let before = self.with(|folder| folder.letters.len());
        self.say("+ waiting").await?;
        let mut line = String::new();
        loop {
            let shared = Arc::clone(self.shared);
            let came = shared.came.notified();
            let now = self.with(|folder| folder.letters.len());
            if now != before {
                self.say(&format!("* {now} EXISTS")).await?;
                self.lines.read_line(&mut line).await?;
                break;
            }
            tokio::select! {
                read = self.lines.read_line(&mut line) => {
                    read?;
                    break;
                }
                () = came => {}
                () = sleep(every.unwrap_or(std::time::Duration::MAX)) => self.say("* OK still here").await?,
            }
        }
        self.say(&format!("{tag} OK waited")).await?;
        Ok(true)
    }

    async fn fetch(&mut self, tag: &str, set: &str, what: &str) -> io::Result<bool> {
        let letters: Vec<(usize, Stored)> = self.with(|folder| {
            let named = folder.named(set);
            let all = folder.letters.iter().cloned().enumerate();
            all.filter(|(_, letter)| named.contains(&letter.uid)).collect()
        });
        let chatty = self.shared.habits().chatty;
        for (at, (place, letter)) in letters.iter().enumerate() {
            let number = place + 1;
            if what.contains("RFC822.SIZE") {
                let size = if let Flaw::Size(size) = letter.flaw { size } else { letter.raw.len() as u64 };
                let when = letter.at.strftime("%d-%b-%Y %H:%M:%S +0000");
                if letter.flaw != Flaw::Missing {
                    let uid = letter.uid;
                    self.say(&format!("* {number} FETCH (UID {uid} RFC822.SIZE {size} INTERNALDATE \"{when}\")"))
                        .await?;
                }
                continue;
            }
            let ends = {
                let mut habits = self.shared.habits();
                let ends = habits.bye_after == Some(at);
                habits.bye_after = habits.bye_after.filter(|_| !ends);
                ends
            };
            if ends {
                self.say("* BYE going down").await?;
                return Ok(false);
            }
            if chatty {
                self.say("* 1 FETCH (FLAGS (\\Seen) X-ODD \"caf\u{e9}\")").await?;
                self.raw(b"* OK [ALERT] \xb5\xc7\xc2\xbc\r\n").await?;
            }
            if !self.body(number, letter, what).await? {
                return Ok(false);
            }
        }
        let refused = letters.iter().any(|(_, letter)| letter.flaw == Flaw::Refused) && !what.contains("RFC822.SIZE");
        let word = if refused { "NO [SERVERBUG] some could not be had" } else { "OK done" };
        self.say(&format!("{tag} {word}")).await?;
        Ok(true)
    }

    /// Whether the connection goes on.
    async fn body(&mut self, number: usize, letter: &Stored, what: &str) -> io::Result<bool> {
        let asked = what.split_once('<').and_then(|(_, rest)| rest.split_once('>')?.0.split_once('.'));
        let part = asked.map(|(from, want)| (from.parse::<usize>().unwrap_or(0), want.parse::<usize>().unwrap_or(0)));
        let (from, to) = part.map_or((0, letter.raw.len()), |(from, want)| (from, from.saturating_add(want)));
        let mut raw = letter.raw.get(from.min(letter.raw.len())..to.min(letter.raw.len())).unwrap_or_default();
        let name = part.map_or_else(|| "BODY[]".to_owned(), |(from, _)| format!("BODY[]<{from}>"));
        let uid = letter.uid;
        if let Flaw::ShortOnce(by) = letter.flaw {
            raw = raw.get(..raw.len().saturating_sub(by)).unwrap_or_default();
            self.with(|folder| {
                folder.letters.iter_mut().filter(|one| one.uid == uid).for_each(|one| one.flaw = Flaw::None);
            });
        }
        match letter.flaw {
            Flaw::Missing | Flaw::Refused => return Ok(true),
            Flaw::Nil => self.say(&format!("* {number} FETCH (UID {uid} {name} NIL)")).await?,
            Flaw::Garbage(bytes) => self.raw(bytes).await?,
            Flaw::Announces(length) => {
                self.raw(format!("* {number} FETCH (UID {uid} {name} {{{length}}}\r\n").as_bytes()).await?;
                self.raw(raw).await?;
                // What was announced never comes; whoever waits for it has only its own patience.
                let mut line = String::new();
                let _ = timeout(std::time::Duration::from_secs(600), self.lines.read_line(&mut line)).await;
                return Ok(false);
            }
            Flaw::Cut => {
                self.raw(format!("* {number} FETCH (UID {uid} {name} {{{}}}\r\n", raw.len()).as_bytes()).await?;
                self.raw(raw.get(..raw.len() / 2).unwrap_or_default()).await?;
                return Ok(false);
            }
            Flaw::None | Flaw::Size(_) | Flaw::ShortOnce(_) => {
                self.raw(format!("* {number} FETCH (UID {uid} {name} {{{}}}\r\n", raw.len()).as_bytes()).await?;
                self.raw(raw).await?;
                self.say(")").await?;
            }
        }
        Ok(true)
    }
}
