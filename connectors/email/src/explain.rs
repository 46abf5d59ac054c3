//! What a channel with these options does, in plain words.

use huiliu_contract::{Sentence, Topic};

use crate::imap::{Afterwards, ImapConnect};
use crate::options::Options;
use crate::outlet;

/// Every sentence.
pub(crate) fn explain(options: &Options) -> Vec<Sentence> {
    let mut said = Vec::new();
    said.extend(options.connect.imap.as_ref().map(|imap| of_mailbox(imap, options)));
    said.extend(options.connect.lmtp.as_ref().map(|lmtp| {
        let whose = if lmtp.recipients.is_empty() { &options.connect.addresses } else { &lmtp.recipients };
        Sentence::new(
            Topic::Arrives,
            format!("邮件服务器把寄给 {} 的信用 LMTP 交过来;落盘以后才回答收妥", whose.join("、")),
            format!(
                "A mail server hands over letters to {} by LMTP; they are acknowledged once they are on disk",
                whose.join(", ")
            ),
            &["connect.lmtp", "connect.addresses"],
        )
    }));
    said.push(Sentence::new(
        Topic::Known,
        "一封信按它的编号、发件人、日期、主题和正文的原样认;同一封信从哪个门来都是同一件,信没有更正",
        "A letter is known by its id, sender, date, subject and body as they were sent: by whichever door it comes it is the \
         same, and it has no revisions",
        &[],
    ));
    said.push(of_what_is_no_submission(options));
    said.extend(of_trusted(options));
    said.extend(outlet::explain(&options.r#return));
    said
}

fn of_mailbox(imap: &ImapConnect, options: &Options) -> Sentence {
    let (host, poll) = (&imap.host, &options.poll);
    let (junk, junk_en) = if poll.junk { (",垃圾邮件也看", " and the junk") } else { ("", "") };
    let (after, after_en) = match &poll.afterwards {
        Afterwards::Nothing => {
            ("收妥的信在邮箱里不动".to_owned(), "letters that are kept stay there as they are".to_owned())
        }
        Afterwards::Seen => ("收妥的信标为已读".to_owned(), "letters that are kept are marked as read".to_owned()),
        Afterwards::Keyword(word) => {
            (format!("收妥的信打上标签 {word}"), format!("letters that are kept get the keyword {word}"))
        }
        Afterwards::Move(to) => (format!("收妥的信移到“{to}”"), format!("letters that are kept are moved to {to}")),
        Afterwards::DeleteAfterDays(days) => (
            format!("收妥的信 {days} 天后删掉"),
            format!("letters that are kept are deleted {days} days after they came"),
        ),
    };
    let folders = poll.folders.join("、");
    Sentence::new(
        Topic::Arrives,
        format!("到 {host} 的邮箱里取信:{folders}{junk};有新信马上取;{after}"),
        format!("It takes letters out of the mailbox at {host}: {folders}{junk_en}; new ones at once; {after_en}"),
        &["connect.imap.host", "poll.folders", "poll.junk", "poll.afterwards"],
    )
}

fn of_what_is_no_submission(options: &Options) -> Sentence {
    let notices = options.receive.notices.join("、");
    let (of_these, of_these_en) = match notices.as_str() {
        "" => (String::new(), String::new()),
        some => (format!(",还有 {some} 的信"), format!(", and letters from {some}")),
    };
    Sentence::new(
        Topic::Arrives,
        format!(
            "退信、自动回复、群发邮件、回执、我们自己的信不立件{of_these};都列在 huiliu dead list --unticketed,可以改立"
        ),
        format!(
            "Bounces, automatic answers, mailing lists, notices and our own letters make no tickets{of_these_en}; they are \
             listed by huiliu dead list --unticketed and can be made tickets of"
        ),
        &["receive.notices"],
    )
}

/// Whom the channel believes, and whose letters hold another's.
fn of_trusted(options: &Options) -> Vec<Sentence> {
    let mut said = Vec::new();
    let (servers, clerks) = (&options.receive.trusted_servers, &options.receive.clerks);
    let (zh, en) = match servers.is_empty() {
        true => (
            "没有写本单位的邮件服务器,发件人是真是假不看".to_owned(),
            "No mail server's checks of senders are believed".to_owned(),
        ),
        false => (
            format!("发件人是真是假,只看 {} 验过的结果;没通过的照样收,标明、不发回执", servers.join("、")),
            format!(
                "Whether a sender is genuine is what {} found; a letter that fails is taken, marked, and gets no receipt",
                servers.join(", ")
            ),
        ),
    };
    said.push(Sentence::new(Topic::Arrives, zh, en, &["receive.trusted_servers"]));
    let (zh, en) = match clerks.is_empty() {
        true => ("谁寄来的就算谁的信".to_owned(), "A letter is its sender's".to_owned()),
        false => (
            format!("{} 转来的信,以里面群众的信为准", clerks.join("、")),
            format!("Of what {} pass on, the citizen's letter inside counts", clerks.join(", ")),
        ),
    };
    said.push(Sentence::new(Topic::Arrives, zh, en, &["receive.clerks"]));
    if !options.receive.reply_domains.is_empty() {
        let domains = options.receive.reply_domains.join("、");
        said.push(Sentence::new(
            Topic::Returns,
            format!("来信要求回到 {domains} 的地址时照办,别的回给发件人"),
            format!("Where a letter asks for it, answers go to addresses at {domains}; else to its sender"),
            &["receive.reply_domains"],
        ));
    }
    said
}
