//! Two letters side by side.
//!
//! Only the same words of the same person are one letter. Likeness of texts is never enough: the same complaint about
//! another house number is more like the first than an honest second telling of it. So words must be equal, letter by
//! letter, and everything that is not certain is said as a doubt.

use crate::settings::SameLetterTable;
use crate::ticket::{Doubt, Draft, Likeness, Phone, letters_only};

/// The fewest letters by which a text alone, without a contact, may look like another.
const LEAST: usize = 20;

/// The fewest letters of a text that was cut, to be taken for the beginning of another.
const LEAST_CUT: usize = 30;

/// What of a draft is compared. All of it is personal; it never leaves memory.
pub struct Letter {
    text: String,
    /// Whether the text is only the beginning of what was written.
    cut: bool,
    phones: Vec<Phone>,
    email: Option<String>,
    id_no: Option<String>,
    name: Option<String>,
    hidden: Option<Doubt>,
}

impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Letter(…)")
    }
}

impl Letter {
    /// Reads a draft as its channel's file says.
    pub fn of(draft: &Draft, table: &SameLetterTable) -> Self {
        let person = &draft.person;
        let written = [&draft.matter.content, &draft.matter.title];
        let written = written.into_iter().flatten().find(|text| !text.trim().is_empty()).map_or("", String::as_str);
        let cut = table.cut.is_some_and(|most| written.chars().count() >= most as usize);
        let mut text = std::borrow::Cow::Borrowed(written);
        for pattern in &table.strip {
            if let std::borrow::Cow::Owned(stripped) = pattern.0.replace_all(&text, "") {
                text = stripped.into();
            }
        }
        let hidden = match (person.confidential, person.anonymous) {
            (Some(true), _) => Some(Doubt::Confidential),
            (_, Some(true)) => Some(Doubt::Anonymous),
            _ => None,
        };
        let letters = |text: &Option<String>| text.as_deref().map(letters_only).filter(|text| !text.is_empty());
        Self {
            text: letters_only(&text),
            cut,
            phones: person.phones(),
            email: person.email.as_deref().map(|email| email.trim().to_lowercase()).filter(|email| !email.is_empty()),
            id_no: letters(&person.id_no),
            name: person.name.as_deref().map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned),
            hidden,
        }
    }

    /// The words under which letters that may be this one are looked for: where its sender can be reached, masked or not,
    /// and its text, if it is whole and long enough. Each begins with what it is.
    pub fn marks(&self) -> Vec<String> {
        if self.text.is_empty() {
            return Vec::new();
        }
        let mut marks: Vec<String> = Vec::new();
        let reach = self.phones.iter().filter_map(Phone::visible).map(|(head, tail)| format!("phone\n{head}\n{tail}"));
        let email = self.email.iter().map(|email| format!("email\n{email}"));
        let text = Some(&self.text).filter(|text| !self.cut && text.chars().count() >= LEAST);
        for mark in reach.chain(email).chain(text.map(|text| format!("text\n{text}"))) {
            if !marks.contains(&mark) {
                marks.push(mark);
            }
        }
        marks
    }

    /// Judges two letters. It has no direction.
    pub fn compare(&self, other: &Self) -> Likeness {
        if !self.same_text(other) || both_differ(&self.id_no, &other.id_no) {
            return Likeness::Other;
        }
        let doubt = match self.contact(other) {
            Some(Contact::Same) => None,
            Some(Contact::Masked) => Some(Doubt::MaskedContact),
            Some(Contact::None) if self.text.chars().count().min(other.text.chars().count()) >= LEAST => {
                Some(Doubt::NoContact)
            }
            _ => return Likeness::Other,
        };
        let name = self.other_name(other).then_some(Doubt::OtherName);
        // What a citizen asked to be kept apart is said first.
        match self.hidden.or(other.hidden).or(doubt).or(name) {
            Some(doubt) => Likeness::Doubtful(doubt),
            None => Likeness::Same,
        }
    }

    fn same_text(&self, other: &Self) -> bool {
        let begins = |part: &Self, whole: &Self| {
            part.cut && whole.text.starts_with(&part.text) && part.text.chars().count() >= LEAST_CUT
        };
        !self.text.is_empty() && (self.text == other.text || begins(self, other) || begins(other, self))
    }

    /// Where both can be reached; none if at different places.
    fn contact(&self, other: &Self) -> Option<Contact> {
        let whole =
            |letter: &Self| letter.phones.iter().filter_map(Phone::whole).map(str::to_owned).collect::<Vec<_>>();
        let (mine, theirs) = (whole(self), whole(other));
        let same = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
        if mine.iter().any(|phone| theirs.contains(phone))
            || same(&self.email, &other.email)
            || same(&self.id_no, &other.id_no)
        {
            return Some(Contact::Same);
        }
        let agree = |a: &Phone, b: &Phone| (a.whole().is_none() || b.whole().is_none()) && a.visible() == b.visible();
        if self.phones.iter().any(|a| other.phones.iter().any(|b| agree(a, b))) {
            return Some(Contact::Masked);
        }
        let silent = |letter: &Self| letter.phones.is_empty() && letter.email.is_none() && letter.id_no.is_none();
        (silent(self) || silent(other)).then_some(Contact::None)
    }

    fn other_name(&self, other: &Self) -> bool {
        let (Some(a), Some(b)) = (&self.name, &other.name) else { return false };
        // 刘某, 刘*, 刘先生: only the family name is said.
        let hidden = |name: &str| {
            name.chars().any(|c| "某*＊×xX●".contains(c)) || name.contains("先生") || name.contains("女士")
        };
        if hidden(a) || hidden(b) {
            return a.chars().next() != b.chars().next();
        }
        letters_only(a) != letters_only(b)
    }
}

enum Contact {
    Same,
    Masked,
    /// One of them says nothing.
    None,
}

fn both_differ(a: &Option<String>, b: &Option<String>) -> bool {
    a.as_ref().zip(b.as_ref()).is_some_and(|(a, b)| a != b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::{Matter, Person};
    use proptest::prelude::*;

    const LAMP: &str = "甲镇乙村三组的路灯坏了两个月,晚上老人出门很危险,请尽快派人来修好,谢谢。";

    fn table(toml: &str) -> SameLetterTable {
        toml::from_str(toml).unwrap()
    }

    fn draft(text: &str, person: Person) -> Draft {
        Draft { person, matter: Matter { content: Some(text.into()), ..Matter::default() }, ..Draft::default() }
    }

    fn reached(phone: &str) -> Person {
        Person { name: Some("刘二".into()), phone: Some(phone.into()), ..Person::default() }
    }

    fn judge(a: (&str, Person, &str), b: (&str, Person, &str)) -> Likeness {
        let letter = |(text, person, toml): (&str, Person, &str)| Letter::of(&draft(text, person), &table(toml));
        let (a, b) = (letter(a), letter(b));
        assert_eq!(a.compare(&b), b.compare(&a), "a judgement has no direction");
        a.compare(&b)
    }

    #[test]
    fn the_same_words_of_the_same_person_are_one_letter() {
        let one = || reached("138-0000-0000");
        assert_eq!(judge((LAMP, one(), ""), (LAMP, reached("13800000000"), "")), Likeness::Same);
        let told = format!("【转办】请贵单位办理。\n{LAMP}【来源:省长信箱】");
        let strip = r"strip = ['^【转办】[^\n]*\n', '【来源[^】]*】$']";
        assert_eq!(judge((&told, one(), strip), (LAMP, one(), "")), Likeness::Same);
        assert_eq!(judge((&told, one(), ""), (LAMP, one(), "")), Likeness::Other);
        let cut: String = LAMP.chars().take(35).collect();
        assert_eq!(judge((&cut, one(), "cut = 35"), (LAMP, one(), "")), Likeness::Same);
        assert_eq!(judge((&cut, one(), ""), (LAMP, one(), "")), Likeness::Other, "not known to be cut");
        assert_eq!(judge((&cut, one(), "cut = 35"), (&LAMP.replace("乙村", "丙村"), one(), "")), Likeness::Other);
    }

    #[test]
    fn another_house_or_another_person_is_another_letter() {
        let one = || reached("13800000000");
        assert_eq!(judge((LAMP, one(), ""), (&LAMP.replace("三组", "四组"), one(), "")), Likeness::Other);
        assert_eq!(judge((LAMP, one(), ""), (LAMP, reached("13900000000"), "")), Likeness::Other);
        let with_id = |id: &str| Person { id_no: Some(id.into()), ..one() };
        assert_eq!(
            judge((LAMP, with_id("430424199001010011"), ""), (LAMP, with_id("430424199001010038"), "")),
            Likeness::Other
        );
        assert_eq!(judge(("", one(), ""), ("", one(), "")), Likeness::Other, "nothing said is no letter");
    }

    #[test]
    fn what_is_not_sure_is_a_doubt() {
        let one = || reached("13800000000");
        let doubt = |a: Person, b: Person| judge((LAMP, a, ""), (LAMP, b, ""));
        assert_eq!(doubt(one(), reached("138****0000")), Likeness::Doubtful(Doubt::MaskedContact));
        assert_eq!(doubt(one(), reached("139****0000")), Likeness::Other);
        assert_eq!(doubt(one(), Person::default()), Likeness::Doubtful(Doubt::NoContact));
        let named = |name: &str| Person { name: Some(name.into()), ..one() };
        assert_eq!(doubt(named("刘二"), named("陈三")), Likeness::Doubtful(Doubt::OtherName));
        assert_eq!(doubt(named("刘二"), named("刘先生")), Likeness::Same);
        assert_eq!(doubt(named("刘二"), named("陈*")), Likeness::Doubtful(Doubt::OtherName));
        let confidential = Person { confidential: Some(true), ..one() };
        assert_eq!(doubt(one(), confidential), Likeness::Doubtful(Doubt::Confidential));
        let anonymous = Person { anonymous: Some(true), ..Person::default() };
        assert_eq!(doubt(one(), anonymous), Likeness::Doubtful(Doubt::Anonymous));
        assert_eq!(judge(("路灯坏了", one(), ""), ("路灯坏了", Person::default(), "")), Likeness::Other);
    }

    #[test]
    fn letters_that_may_be_one_share_a_mark() {
        let marks = |person: Person| Letter::of(&draft(LAMP, person), &table("")).marks();
        let whole = marks(reached("13800000000"));
        assert!(marks(reached("138****0000")).iter().any(|mark| whole.contains(mark)));
        assert!(marks(Person::default()).iter().any(|mark| whole.contains(mark)));
        assert!(Letter::of(&draft("", reached("13800000000")), &table("")).marks().is_empty());
        assert!(toml::from_str::<SameLetterTable>("strip = ['(']").is_err());
        assert!(toml::from_str::<SameLetterTable>("strip = ['a*']").is_err(), "it fits everywhere");
    }

    fn person() -> impl Strategy<Value = Person> {
        (proptest::option::of("1[38]800000000|138\\*{4}0000"), proptest::option::of("[甲乙]"), any::<bool>()).prop_map(
            |(phone, name, confidential)| Person { phone, name, confidential: Some(confidential), ..Person::default() },
        )
    }

    proptest! {
        /// Whatever is found alike is found under a common mark, and never without the same words.
        #[test]
        fn what_is_alike_can_be_found(a in person(), b in person(), x in "[丙丁]{0,2}", y in "[丙丁]{0,2}") {
            let letter = |person, tail: &str| Letter::of(&draft(&format!("{LAMP}{tail}"), person), &table(""));
            let (a, b) = (letter(a, &x), letter(b, &y));
            let found = a.compare(&b);
            prop_assert_eq!(found, b.compare(&a));
            if found != Likeness::Other {
                prop_assert_eq!(x, y);
                let marks = a.marks();
                prop_assert!(b.marks().iter().any(|mark| marks.contains(mark)));
            }
        }
    }
}
