//! What `[return]` of a mailbox says, in plain words.

use huiliu_contract::{OutcomeKind, Sentence, Topic};
use huiliu_kit::auth::User;
use huiliu_kit::explain::secret;
use huiliu_mailer::{MailerOptions, Sender, Tls};

use super::options::ReturnOptions;

/// All of it, in the order in which people read it.
pub fn explain(back: &ReturnOptions) -> Vec<Sentence> {
    if !back.is_written() {
        return Vec::new();
    }
    let mut said = Vec::new();
    if back.signed.is_some() {
        said.push(receipt(back));
    }
    let answers: Vec<_> = back
        .ways()
        .into_iter()
        .filter(|(kind, way)| way.is_some() && *kind != OutcomeKind::Signed)
        .map(|(kind, _)| kind)
        .collect();
    if !answers.is_empty() {
        let zh: Vec<_> = answers.iter().map(|kind| kind.zh()).collect();
        let en: Vec<_> = answers.iter().map(|kind| kind.road_word()).collect();
        let keys: Vec<_> = answers.iter().map(|kind| format!("return.{}", kind.road_word())).collect();
        let mut sentence = Sentence::new(
            Topic::Returns,
            format!("这些用邮件回给来信人,接着他的来信:{}", zh.join("、")),
            format!("Told by mail, in the citizen's own thread: {}", en.join(", ")),
            &["return.html", "return.domain"],
        );
        sentence.keys.extend(keys);
        said.push(sentence);
        let mib = back.files_mib.unwrap_or(10);
        said.push(Sentence::new(
            Topic::Returns,
            format!("答复的附件一封信最多带 {mib} MiB,带不下的在信里说明"),
            format!("Up to {mib} MiB of files go along with an answer; the mail says what does not fit"),
            &["return.files_mib"],
        ));
    }
    said.extend(back.smtp.as_ref().map(account));
    said
}

fn receipt(back: &ReturnOptions) -> Sentence {
    let ration = &back.ration;
    let pause = ration.pause.unwrap_or(huiliu_contract::Period::seconds(600)).spoken();
    let (day, domain) = (ration.per_day.unwrap_or(5), ration.per_domain.unwrap_or(200));
    let minute = ration.per_minute.unwrap_or(30);
    let lookup = back.lookup.as_deref().map(|at| format!(",写明到哪里查({at})")).unwrap_or_default();
    let lookup_en = back.lookup.as_deref().map(|at| format!(", with where to look it up ({at})")).unwrap_or_default();
    Sentence::new(
        Topic::Returns,
        format!(
            "收到来信自动回执编号和查询码{lookup};同一地址隔{}一封、一天{day}封,同一域名一小时{domain}封,总共一分钟{minute}封,超了就不回执",
            pause.0
        ),
        format!(
            "A receipt tells number and query code{lookup_en}; one address gets one in {}, {day} a day, one domain {domain} an hour, all together {minute} a minute; what is more is withheld",
            pause.1
        ),
        &["return.signed", "return.lookup", "return.ration"],
    )
}

fn account(smtp: &MailerOptions) -> Sentence {
    let from = smtp.from_name.as_ref().map_or_else(|| smtp.from.clone(), |name| format!("{name} <{}>", smtp.from));
    let (tls, tls_en) = match smtp.tls {
        Tls::Tls => ("加密", "with TLS"),
        Tls::Starttls => ("先连上再加密", "with STARTTLS"),
        Tls::None => ("不加密(本机)", "in the clear, on this machine"),
    };
    let (who, who_en) = match &smtp.user {
        None => ("不登录".to_owned(), "without a login".to_owned()),
        Some(User::Plain(name)) => (format!("账号 {name}"), format!("as {name}")),
        Some(User::Secret(at)) => secret(at),
    };
    let proof = smtp.password.as_ref().or(smtp.xoauth2.as_ref()).map(secret);
    let (proof, proof_en) = proof.unwrap_or_default();
    let (sender, sender_en) = match &smtp.envelope_sender {
        Sender::Account => ("退信退到发件人地址", "notices of failed delivery go to that address"),
        Sender::Empty => ("不收退信(空的信封发件人)", "no notices of failed delivery come (an empty envelope sender)"),
        Sender::Bounce(..) => {
            ("每封信有自己的退信地址", "each mail has an address of its own for notices of failed delivery")
        }
    };
    let host = &smtp.host;
    Sentence::new(
        Topic::Returns,
        format!("从 {host} 发出({tls};{who};{proof}),发件人 {from};{sender}"),
        format!("Leaves by {host} ({tls_en}; {who_en}; {proof_en}) from {from}; {sender_en}"),
        &["return.smtp"],
    )
}
