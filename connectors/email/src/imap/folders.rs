//! Folders: which there are, what they are called on the wire, which of them holds the junk, and opening one.

use async_imap::imap_proto::{MailboxDatum, NameAttribute, Response, ResponseCode, Status};

use super::build::same;
use super::line::{Line, Opened, quoted};
use super::trouble::{Trouble, What};
use super::utf7::{decode, encode};

/// A folder that is read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Folder {
    /// As the file has it, or as people see it.
    pub(super) name: String,
    /// As it goes over the wire.
    pub(super) wire: String,
    pub(super) junk: bool,
}

/// A folder that is there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct There {
    pub(super) wire: String,
    /// As people see it, levels parted by `/`.
    pub(super) name: String,
    /// What parts levels there.
    pub(super) parted_by: Option<String>,
    junk: bool,
    opens: bool,
}

/// What junk is called where nothing marks its folder.
const JUNK: [&str; 9] =
    ["junk", "spam", "junk e-mail", "junk email", "bulk mail", "垃圾邮件", "垃圾箱", "垃圾邮箱", "垃圾信件"];

/// All folders (RFC 3501, 6.3.8), with their uses where the server marks them (RFC 6154).
pub(super) async fn list(line: &mut Line) -> Result<Vec<There>, Trouble> {
    let mut all = Vec::new();
    let cost = line.plain();
    line.run("LIST \"\" \"*\"", cost, |answer| {
        if let Response::MailboxData(MailboxDatum::List(found)) = answer {
            let parted_by = found.delimiter.as_deref().filter(|by| !by.is_empty()).map(str::to_owned);
            let seen = decode(&found.name);
            let name = match parted_by.as_deref() {
                Some(by) if by != "/" => seen.replace(by, "/"),
                _ => seen,
            };
            let opens = !found.name_attributes.iter().any(|attribute| match attribute {
                NameAttribute::NoSelect => true,
                NameAttribute::Extension(word) => word.eq_ignore_ascii_case("\\NonExistent"),
                _ => false,
            });
            let junk = found.name_attributes.contains(&NameAttribute::Junk);
            all.push(There { wire: found.name.clone().into_owned(), name, parted_by, junk, opens });
        }
    })
    .await?;
    Ok(all)
}

/// The folders to be read, those of the file first, then the one of junk where it is not among them.
///
/// # Errors
///
/// [`What::Refused`], with the names of those there are, where one of the file is not there.
pub(super) fn chosen(wanted: &[String], junk: bool, there: &[There]) -> Result<Vec<Folder>, Trouble> {
    let marked = there.iter().find(|one| one.junk && one.opens);
    let named = || there.iter().find(|one| one.opens && JUNK.contains(&last(&one.name).to_lowercase().as_str()));
    let of_junk = marked.or_else(named);
    let mut out = Vec::new();
    for name in wanted {
        let found = there.iter().find(|one| one.opens && same(&one.name, name));
        // Not every server lists the inbox, and every one has it.
        let wire = match found {
            Some(one) => one.wire.clone(),
            None if name.eq_ignore_ascii_case("INBOX") => "INBOX".to_owned(),
            None => {
                let trouble = Trouble::new(What::Refused, format!("there is no folder `{name}` (`poll.folders`)"));
                return Err(trouble.saying(names(there)));
            }
        };
        let junk = of_junk.is_some_and(|one| one.wire == wire);
        out.push(Folder { name: name.clone(), wire, junk });
    }
    if let Some(one) = of_junk.filter(|one| junk && out.iter().all(|folder| folder.wire != one.wire)) {
        out.push(Folder { name: one.name.clone(), wire: one.wire.clone(), junk: true });
    }
    Ok(out)
}

/// The names of those that can be opened.
pub(super) fn names(there: &[There]) -> String {
    let names: Vec<_> = there.iter().filter(|one| one.opens).map(|one| one.name.as_str()).collect();
    names.join(", ")
}

fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// What a folder of the file is called on the wire, whether it is there or is still to be made.
pub(super) fn target(name: &str, there: &[There]) -> String {
    if let Some(found) = there.iter().find(|one| same(&one.name, name)) {
        return found.wire.clone();
    }
    let parted_by = there.iter().find_map(|one| one.parted_by.as_deref()).unwrap_or("/");
    encode(&name.replace('/', parted_by))
}

/// Opens a folder (RFC 3501, 6.3.1), for reading only where nothing shall be changed there.
pub(super) async fn open<'a>(line: &'a mut Line, wire: &str, writes: bool) -> Result<&'a Opened, Trouble> {
    let mut opened = Opened { wire: wire.to_owned(), validity: 0, next: None, writes };
    line.opened = None;
    let cost = line.plain();
    let command = format!("{} {}", if writes { "SELECT" } else { "EXAMINE" }, quoted(wire));
    let asked = line.run(&command, cost, |answer| {
        if let Response::Data { status: Status::Ok, outcome } = answer {
            match outcome.code {
                Some(ResponseCode::UidValidity(number)) => opened.validity = number,
                Some(ResponseCode::UidNext(number)) => opened.next = Some(number),
                _ => {}
            }
        }
    });
    if let Err(trouble) = asked.await {
        return Err(unopened(trouble, line.told));
    }
    Ok(line.opened.insert(opened))
}

/// Why a folder does not open. What NetEase calls an unsafe login ends the connection: it may be opened anew, with a word about
/// who we are.
fn unopened(trouble: Trouble, told: bool) -> Trouble {
    let is_unsafe = trouble.leaves_the_line() && trouble.says("unsafe login");
    match (is_unsafe, told) {
        (true, true) => trouble
            .while_("the server calls our login unsafe, though it was told who we are; ask its people")
            .becoming(What::Denied),
        (true, false) => trouble.while_("the server wants to be told who we are").becoming(What::Unsafe),
        _ => trouble.while_("a folder cannot be opened"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there(name: &str, parted_by: &str, junk: bool) -> There {
        There {
            wire: encode(name),
            name: name.replace(parted_by, "/"),
            parted_by: Some(parted_by.into()),
            junk,
            opens: true,
        }
    }

    fn told(folders: &[Folder]) -> Vec<(&str, bool)> {
        folders.iter().map(|folder| (folder.name.as_str(), folder.junk)).collect()
    }

    #[test]
    fn junk_is_read_too_by_its_mark_or_else_by_its_name() {
        let inbox = ["INBOX".to_owned()];
        let marked = [there("INBOX", "/", false), there("Spam", "/", false), there("杂", "/", true)];
        assert_eq!(told(&chosen(&inbox, true, &marked).unwrap()), [("INBOX", false), ("杂", true)]);
        let named = [there("INBOX", "/", false), there("垃圾邮件", "/", false)];
        let found = chosen(&inbox, true, &named).unwrap();
        assert_eq!((found[1].wire.as_str(), found[1].junk), ("&V4NXPpCuTvY-", true));
        assert_eq!(told(&chosen(&inbox, false, &named).unwrap()), [("INBOX", false)]);
        let both = ["垃圾邮件".to_owned(), "INBOX".to_owned()];
        assert_eq!(told(&chosen(&both, true, &named).unwrap()), [("垃圾邮件", true), ("INBOX", false)]);
    }

    #[test]
    fn levels_are_written_alike_whatever_the_server_parts_them_by() {
        let all = [there("INBOX", ".", false), there("INBOX.工单", ".", false)];
        let found = chosen(&["INBOX/工单".to_owned()], true, &all).unwrap();
        assert_eq!(found[0].wire, encode("INBOX.工单"));
        assert_eq!(target("INBOX/已处理", &all), encode("INBOX.已处理"));
        assert_eq!(target("INBOX/工单", &all), encode("INBOX.工单"));
    }

    #[test]
    fn a_folder_that_is_not_there_is_told_with_those_that_are() {
        let all = [there("INBOX", "/", false), there("工单", "/", false)];
        let trouble = chosen(&["工单箱".to_owned()], true, &all).unwrap_err();
        assert!(trouble.message().contains("`工单箱`") && trouble.says("inbox, 工单"), "{trouble:?}");
        assert_eq!(told(&chosen(&["inbox".to_owned()], true, &[]).unwrap()), [("inbox", false)]);
    }
}
