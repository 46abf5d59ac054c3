//! The machine-readable part (RFC 3464, section 2): groups of fields, one a recipient, in whatever order servers write them.

use huiliu_contract::Personal;

use super::{MOST_RECIPIENTS, Recipient, Verdict, code};
use crate::meaning::plain;

/// The fields of one recipient.
#[derive(Default)]
struct Group {
    original: Option<String>,
    last: Option<String>,
    action: Option<String>,
    status: Option<String>,
    diagnostic: Option<String>,
}

impl Group {
    /// Where a field is kept; none for those that say nothing here.
    fn slot(&mut self, name: &str) -> Option<&mut Option<String>> {
        match name {
            "original-recipient" => Some(&mut self.original),
            "final-recipient" => Some(&mut self.last),
            "action" => Some(&mut self.action),
            "status" => Some(&mut self.status),
            "diagnostic-code" => Some(&mut self.diagnostic),
            _ => None,
        }
    }

    fn recipient(self) -> Option<Recipient> {
        let original = self.original.as_deref().map(typed).filter(|address| address.contains('@'));
        let address = original.or_else(|| self.last.as_deref().map(typed)).unwrap_or_default().to_owned();
        let word = |text: Option<String>| {
            let text = text.unwrap_or_default();
            text.split(|c: char| c.is_whitespace() || c == '(' || c == ';')
                .next()
                .unwrap_or_default()
                .to_ascii_lowercase()
        };
        let (action, diagnostic) = (word(self.action), self.diagnostic.unwrap_or_default());
        if address.is_empty() && action.is_empty() {
            return None;
        }
        let code = code::exact(self.status.as_deref().unwrap_or_default(), &diagnostic);
        let verdict = match action.as_str() {
            "failed" => Verdict::Failed,
            "delayed" => Verdict::Delayed,
            "delivered" => Verdict::Delivered,
            "relayed" => Verdict::Relayed,
            "expanded" => Verdict::Expanded,
            _ => match code.class() {
                Some(2) => Verdict::Delivered,
                Some(4) => Verdict::Delayed,
                _ => Verdict::Failed,
            },
        };
        Some(Recipient {
            address: Personal::new(address),
            action,
            status: code.to_string(),
            diagnostic: Personal::new(diagnostic),
            verdict,
            permanent: verdict == Verdict::Failed && code.is_permanent(),
        })
    }
}

/// An address without the type before it (`rfc822;`) and without brackets.
fn typed(value: &str) -> &str {
    let address = value.split_once(';').map_or(value, |(_, address)| address);
    address.trim().trim_start_matches('<').trim_end_matches('>').trim()
}

/// The recipients of a report.
pub(super) fn recipients(text: &str) -> Vec<Recipient> {
    let mut found = Vec::new();
    let mut group = Group::default();
    // The field that a folded line goes on with.
    let mut open: Option<String> = None;
    for (_, line) in plain::lines(text) {
        if line.trim().is_empty() {
            found.extend(std::mem::take(&mut group).recipient());
            open = None;
        } else if line.starts_with([' ', '\t']) {
            if let Some(value) = open.as_deref().and_then(|name| group.slot(name)).and_then(Option::as_mut) {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            let name = name.trim().to_ascii_lowercase();
            // Servers forget the empty line between two recipients.
            if name != "original-recipient" && group.slot(&name).is_some_and(|slot| slot.is_some()) {
                found.extend(std::mem::take(&mut group).recipient());
            }
            if let Some(slot) = group.slot(&name) {
                slot.get_or_insert_with(|| value.trim().to_owned());
            }
            open = Some(name);
        }
        if found.len() >= MOST_RECIPIENTS {
            break;
        }
    }
    found.extend(group.recipient());
    found.truncate(MOST_RECIPIENTS);
    found
}
