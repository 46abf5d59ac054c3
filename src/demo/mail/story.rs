//! The letters by mail in the demo's story: some come at first, one is sent off while the gateway is down, and what we sent
//! is answered. It waits for what it needs to see, and judges nothing.

use std::sync::Arc;
use std::time::Duration;

use huiliu_farside::core::Worked;
use jiff::civil::Date;
use tokio::task::JoinHandle;

use super::super::Trouble;
use super::super::stage::Stage;
use super::super::story::until;
use super::held::held;
use super::mails::Mail;
use super::post::Kept;
use super::written::{self, Becomes, Letter};

/// How often the postbox is looked into.
const LOOK: Duration = Duration::from_millis(200);

/// Titles of letters that must be open when something more is said about them.
pub(in super::super) fn hold(day: Date) -> impl Iterator<Item = String> {
    [written::by_desktop(day), written::by_page(day), written::by_phone(day)].into_iter().map(|letter| letter.subject)
}

/// Two citizens write, and a machine does.
pub(in super::super) async fn first_letters(stage: &Stage) -> Result<(), Trouble> {
    let day = stage.mail.day();
    for letter in [written::by_desktop(day), written::by_phone(day), written::by_a_machine(day)] {
        stage.mail.hand_over(letter).await?;
    }
    stage.screen.say(
        "电子邮箱:邮件服务器用 LMTP 投来 3 封(旧电脑的 GB18030、手机、一封自动回复),逐封落盘后才答“收下”",
        "mail: a mail server hands over 3 letters by LMTP (GB18030 under a false label, a telephone's, an automatic one)",
    );
    Ok(())
}

/// One more letter is sent off while the gateway is down: it waits in the mail server's queue.
pub(in super::super) fn in_the_queue(stage: &Arc<Stage>) -> JoinHandle<Result<(), Trouble>> {
    let stage = Arc::clone(stage);
    tokio::spawn(async move { stage.mail.hand_over(written::by_page(stage.mail.day())).await })
}

/// The gateway is back: what waited is kept, and a letter whose answer the mail server did not hear is handed over again.
pub(in super::super) async fn told_again(
    stage: &Stage,
    queued: JoinHandle<Result<(), Trouble>>,
) -> Result<(), Trouble> {
    queued.await.map_err(|error| Trouble::new("投信中断", error.to_string()))??;
    stage.mail.hand_over(written::by_desktop(stage.mail.day())).await?;
    let waited = stage.mail.book().waited;
    stage.screen.say(
        format!("电子邮箱:停摆时寄来的一封在对方队列里等,投了 {waited} 次没投进,现已收下;又投一遍的认得出"),
        format!("mail: a letter waited in its queue, {waited} attempts in vain, and is kept; one told again is known"),
    );
    Ok(())
}

/// Once three citizens have their receipts, one answers it, one asks by the query code, and a neighbour who got one passed on
/// writes.
pub(in super::super) async fn follow_ups(stage: &Stage) -> Result<(), Trouble> {
    let day = stage.mail.day();
    let (lights, page, phone) = (written::by_desktop(day), written::by_page(day), written::by_phone(day));
    let (to_lights, to_page, to_phone) =
        (receipt(stage, &lights).await?, receipt(stage, &page).await?, receipt(stage, &phone).await?);
    let code = to_page.code.ok_or_else(|| Trouble::new("没有查询码", "there is no query code"))?;
    for letter in [
        written::added(day, &phone, &to_phone.mail, &to_phone.number),
        written::asked_by_code(day, &page, &code, &to_page.number),
        written::passed_on(day, &to_lights.mail, &to_lights.number),
    ] {
        stage.mail.hand_over(letter).await?;
    }
    until("邮件的补充、催办和新件到热线系统", "what the mails say at the core", || async {
        let worked = stage.worker.worked();
        Ok(stage.mail.book().kept.iter().all(|kept| is_at_core(kept, &worked)))
    })
    .await?;
    stage.screen.say(
        "电子邮箱:回复回执的记为补充,写查询码来问的记为催办;邻居拿转来的回执写信,另立一件并写明原件",
        "mail: an answer to the receipt adds, a code urges; a neighbour's letter is a ticket that names the old one",
    );
    Ok(())
}

/// Waits until every citizen has the answer. What is not there in time is for the reconciliation to say.
pub(in super::super) async fn answered(stage: &Stage) -> Result<(), Trouble> {
    let all = || async {
        let held = held(&stage.mail, &stage.worker.worked());
        Ok(held.answers.len() == held.receipts.len())
    };
    let _ = until("邮件答复寄到", "the answers at the citizens'", all).await;
    show_new(stage);
    Ok(())
}

fn is_at_core(kept: &Kept, worked: &Worked) -> bool {
    let events = kept.number.as_ref().and_then(|number| worked.tickets.get(number)).map(|ticket| &ticket.events);
    let has = |kind: &str| events.is_some_and(|events| events.contains_key(kind));
    match &kept.letter.becomes {
        Becomes::Ticket | Becomes::Naming(_) => has("new"),
        Becomes::Act(kind, _) => has(kind),
        Becomes::Nothing => true,
    }
}

/// What a citizen got for a letter.
struct Got {
    mail: Mail,
    number: String,
    code: Option<String>,
}

/// Waits for the receipt of a letter.
async fn receipt(stage: &Stage, letter: &Letter) -> Result<Got, Trouble> {
    let kept = stage.mail.book().kept.into_iter().find(|kept| kept.letter.id == letter.id);
    let number = kept.and_then(|kept| kept.number).unwrap_or_default();
    let look = || {
        let worked = stage.worker.worked();
        let mail = held(&stage.mail, &worked).receipts.remove(&number)?;
        Some(Got { mail, number: number.clone(), code: worked.tickets.get(&number)?.query_code.clone() })
    };
    until("回执寄到来信人", "the receipt at the citizen's", || async { Ok(look().is_some()) }).await?;
    look().ok_or_else(|| Trouble::new("回执不见了", "the receipt is gone"))
}

/// Shows every mail that arrives, as its reader sees it.
pub(in super::super) async fn watch(stage: Arc<Stage>) {
    loop {
        show_new(&stage);
        tokio::time::sleep(LOOK).await;
    }
}

fn show_new(stage: &Stage) {
    for (mail, _) in stage.mail.mails().0 {
        if stage.mail.is_first_look(&mail) {
            show(stage, &mail);
        }
    }
}

fn show(stage: &Stage, mail: &Mail) {
    let to = mail.to.join(" ");
    let line = |holding: &str| mail.text.lines().find(|line| line.contains(holding)).unwrap_or_default();
    if mail.field("Auto-Submitted").is_some() {
        // Without the warning that stands in brackets behind the code.
        let code = line("查询码").split(['(', '(']).next().unwrap_or_default();
        let text = format!("{}{code}", line("编号"));
        stage.screen.quote(format!("回执 → {to}"), format!("receipt → {to}"), &text);
    } else {
        let longest = mail.text.lines().max_by_key(|line| line.len()).unwrap_or_default();
        stage.screen.quote(format!("答复 → {to}"), format!("answer → {to}"), longest);
    }
}
