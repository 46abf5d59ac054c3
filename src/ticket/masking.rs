//! The masked view of a draft (脱敏), for every screen where no reason was given to see more. It hides
//! what it is told is personal, and in free text whatever has the form of a number or an address of a
//! person; it cannot know a name that only stands in the text.

use serde_json::{Map, Value};

use super::{Draft, Sex};

/// Two-character family names that are met; any other name is taken to have one of one character.
const DOUBLE_NAMES: [&str; 20] = [
    "欧阳", "上官", "司马", "诸葛", "东方", "尉迟", "皇甫", "令狐", "公孙", "慕容", "司徒", "夏侯", "长孙", "宇文",
    "轩辕", "端木", "南宫", "独孤", "澹台", "闻人",
];

const HIDDEN: &str = "***";

impl Draft {
    /// This draft with everything personal hidden. Fields that no rule reads show their names only.
    pub fn masked(&self) -> Self {
        let mut view = self.clone();
        let person = &mut view.person;
        let real_names = [self.person.name.as_deref(), self.accused.name.as_deref()];
        person.name = self.person.name.as_deref().map(|name| mask_name(name, self.person.sex));
        for field in [&mut person.phone, &mut person.contact, &mut person.id_no] {
            *field = field.as_deref().map(mask_contact);
        }
        person.email = person.email.as_deref().map(mask_email);
        person.address = person.address.as_deref().map(mask_address);
        view.accused.name = self.accused.name.as_deref().map(|name| mask_name(name, None));
        view.accused.phone = view.accused.phone.as_deref().map(mask_contact);
        view.query_code = view.query_code.map(|_| HIDDEN.into());
        let matter = &mut view.matter;
        for text in [&mut matter.title, &mut matter.content, &mut matter.place.text].into_iter().flatten() {
            *text = self.mask_letter(text, &real_names);
        }
        matter.place.coordinates = None;
        for instruction in &mut view.instructions {
            instruction.text = self.mask_letter(&instruction.text, &real_names);
        }
        for file in &mut view.files {
            file.name = file.name.as_deref().map(|name| self.mask_letter(name, &real_names));
            file.link = file.link.as_ref().map(|_| HIDDEN.into());
        }
        view.extra = hide_map(&self.extra);
        view
    }

    /// A text that is about this draft, an answer for instance, with what is personal in it hidden: the names of its
    /// people, its sender's address, and whatever has the form of a person's number or address.
    pub fn mask_about(&self, text: &str) -> String {
        self.mask_letter(text, &[self.person.name.as_deref(), self.accused.name.as_deref()])
    }

    fn mask_letter(&self, text: &str, names: &[Option<&str>; 2]) -> String {
        let mut out = text.to_owned();
        for (name, sex) in names.iter().zip([self.person.sex, None]) {
            if let Some(name) = name.filter(|name| name.chars().count() >= 2 && out.contains(*name)) {
                out = out.replace(name, &mask_name(name, sex));
            }
        }
        if let Some(address) = self.person.address.as_deref().filter(|a| a.chars().count() >= 4 && out.contains(*a)) {
            out = out.replace(address, &mask_address(address));
        }
        mask_text(&out)
    }
}

/// The text of a field by its key in `[fields]`, hidden as in a masked draft; none where the field is no person's, or is
/// free text.
pub fn mask_field(field: &str, text: &str) -> Option<String> {
    Some(match field {
        "name" | "accused_name" => mask_name(text, None),
        "phone" | "contact" | "id_no" | "accused_phone" => mask_contact(text),
        "email" => mask_email(text),
        "address" => mask_address(text),
        "query_code" | "coordinates" => HIDDEN.into(),
        _ => return None,
    })
}

/// A name as reports print it: 刘先生, 刘女士, or 刘** where the sex is not known.
pub(super) fn mask_name(name: &str, sex: Option<Sex>) -> String {
    let name = name.trim();
    let family = DOUBLE_NAMES.into_iter().find(|double| name.starts_with(double) && name.chars().count() > 2);
    let family: String = family.map_or_else(|| name.chars().take(1).collect(), str::to_owned);
    match sex {
        _ if family.is_empty() => String::new(),
        Some(Sex::Male) => family + "先生",
        Some(Sex::Female) => family + "女士",
        _ => family + "**",
    }
}

/// Whether a text is a family name of two characters and nothing else.
pub(crate) fn is_double_family_name(text: &str) -> bool {
    DOUBLE_NAMES.contains(&text)
}

/// A number in a field of its own: whatever its form, hardly anything of it is shown.
fn mask_contact(text: &str) -> String {
    let text = text.trim();
    let masked = mask_text(text);
    if masked != text || text.is_empty() {
        return masked;
    }
    let first: String = text.chars().take(1).collect();
    first + HIDDEN
}

fn mask_email(text: &str) -> String {
    let first: String = text.trim().chars().take(1).collect();
    match text.rsplit_once('@') {
        Some((_, host)) if !first.is_empty() => format!("{first}***@{}", host.trim()),
        _ => HIDDEN.into(),
    }
}

/// An address down to its town; village, street number and door are hidden.
fn mask_address(text: &str) -> String {
    let end =
        text.char_indices().filter(|(_, c)| "省市县区乡镇".contains(*c)).map(|(at, c)| at + c.len_utf8()).next_back();
    match end {
        Some(end) => format!("{}****", &text[..end]),
        None => text.chars().take(2).collect::<String>() + "****",
    }
}

fn hide_map(fields: &Map<String, Value>) -> Map<String, Value> {
    fields.keys().map(|key| (mask_text(key), Value::String(HIDDEN.into()))).collect()
}

/// A text with what has the form of a telephone number, an identity or card number or an e-mail address masked.
///
/// A run of digits counts even if it is written full-width, or in groups with one blank or dash between.
pub fn mask_text(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        if let Some(end) = email_end(&chars, at) {
            out.push(chars[at]);
            out.push_str("***");
            at = end;
        } else if digit(chars[at]) && (at == 0 || !digit(chars[at - 1])) {
            at = push_run(&chars, at, &mut out);
        } else {
            out.push(chars[at]);
            at += 1;
        }
    }
    out
}

fn digit(c: char) -> bool {
    c.is_ascii_digit() || ('\u{ff10}'..='\u{ff19}').contains(&c)
}

/// If a local part of an e-mail address begins here: where its `@` stands.
fn email_end(chars: &[char], at: usize) -> Option<usize> {
    let local = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '%');
    if !local(chars[at]) || at.checked_sub(1).is_some_and(|before| local(chars[before])) {
        return None;
    }
    let end = at + chars[at..].iter().take_while(|&&c| local(c)).count();
    (chars.get(end) == Some(&'@') && chars.get(end + 1).is_some_and(char::is_ascii_alphanumeric)).then_some(end)
}

/// Writes the run of digits that begins at `at`, masked if it is long enough to be somebody's; says where it ends.
fn push_run(chars: &[char], at: usize, out: &mut String) -> usize {
    let plain = at + chars[at..].iter().take_while(|&&c| digit(c)).count();
    let (grouped, digits) = grouped_end(chars, at);
    let first = super::matching::narrow(chars[at]);
    let person = matches!((digits, first), (11, '1') | (13, '8') | (10..=12, '0')) || (15..=19).contains(&digits);
    let mut end = if person { grouped } else { plain };
    // The last place of an identity number may be an X.
    if matches!(chars.get(end), Some('x' | 'X' | 'ｘ' | 'Ｘ')) && count_digits(&chars[at..end]) == 17 {
        end += 1;
    }
    let run: Vec<char> = chars[at..end].iter().copied().filter(|&c| c != ' ' && c != '-').collect();
    let (head, tail) = match run.len() {
        0..7 => return push_plain(&chars[at..plain], plain, out),
        7..11 => (2, 2),
        11..=14 => (3, 4),
        _ => (4, 2),
    };
    out.extend(&run[..head]);
    out.extend(std::iter::repeat_n('*', run.len() - head - tail));
    out.extend(&run[run.len() - tail..]);
    end
}

fn push_plain(run: &[char], end: usize, out: &mut String) -> usize {
    out.extend(run);
    end
}

fn count_digits(chars: &[char]) -> usize {
    chars.iter().filter(|&&c| digit(c)).count()
}

/// The end of digits with single blanks or dashes between, and how many digits they are.
fn grouped_end(chars: &[char], at: usize) -> (usize, usize) {
    let (mut end, mut digits, mut i) = (at, 0, at);
    while i < chars.len() {
        if digit(chars[i]) {
            digits += 1;
            end = i + 1;
        } else if !matches!(chars[i], ' ' | '-') || i > end {
            break;
        }
        i += 1;
    }
    (end, digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::{Matter, Person};
    use proptest::prelude::*;

    #[test]
    fn names_are_printed_as_the_county_prints_them() {
        assert_eq!(mask_name("刘某某", Some(Sex::Male)), "刘先生");
        assert_eq!(mask_name("刘某某", Some(Sex::Female)), "刘女士");
        assert_eq!(mask_name("刘某某", None), "刘**");
        assert_eq!(mask_name("欧阳某", Some(Sex::Unknown)), "欧阳**");
        assert_eq!(mask_name("", None), "");
    }

    #[test]
    fn numbers_in_text_are_masked_and_others_stay() {
        assert_eq!(mask_text("电话13800000000请回电"), "电话138****0000请回电");
        assert_eq!(mask_text("电话 138-0000-0000。"), "电话 138****0000。");
        assert_eq!(mask_text("身份证43042419000101002X。"), "身份证4304************2X。");
        assert_eq!(mask_text("座机0734-5200000"), "座机073****0000");
        assert_eq!(mask_text("我是1３８00000000"), "我是1３８****0000");
        assert_eq!(mask_text("邮箱abc.d@example.cn"), "邮箱a***@example.cn");
        assert_eq!(mask_text("2026-05-06 08:30 第12号,共300元"), "2026-05-06 08:30 第12号,共300元");
    }

    #[test]
    fn a_masked_draft_shows_no_planted_value() {
        let planted = ["刘小某", "13800000000", "43042419000101002X", "liu@example.cn", "乙村12号", "wx_liu", "秘密"];
        let draft = Draft {
            person: Person {
                name: Some(planted[0].into()),
                sex: Some(Sex::Male),
                phone: Some(planted[1].into()),
                contact: Some(planted[5].into()),
                id_no: Some(planted[2].into()),
                email: Some(planted[3].into()),
                address: Some(format!("衡东县甲镇{}", planted[4])),
                ..Person::default()
            },
            matter: Matter {
                title: Some(format!("{}反映路灯", planted[0])),
                content: Some(format!(
                    "我叫{},住衡东县甲镇{},电话{},证件{}",
                    planted[0], planted[4], planted[1], planted[2]
                )),
                ..Matter::default()
            },
            extra: serde_json::from_str(r#"{"extend1":{"a":"秘密"}}"#).unwrap(),
            ..Draft::default()
        };
        let text = serde_json::to_string(&draft.masked()).unwrap();
        for value in planted {
            assert!(!text.contains(value), "{value} in {text}");
        }
        assert!(text.contains("刘先生") && text.contains("衡东县甲镇****") && text.contains("extend1"), "{text}");
    }

    proptest! {
        #[test]
        fn no_phone_survives(before in "[a-z一-龥,。]{0,8}", n in 10_000_000_u64..100_000_000, after in "[一-龥,。]{0,8}") {
            let phone = format!("138{n}");
            let masked = mask_text(&format!("{before}{phone}{after}"));
            prop_assert!(!masked.contains(&phone));
        }

        #[test]
        fn text_without_digits_or_at_is_left_alone(text in "[a-z一-龥,。 -]{0,30}") {
            prop_assert_eq!(mask_text(&text), text);
        }

        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _ = mask_text(&text);
        }
    }
}
