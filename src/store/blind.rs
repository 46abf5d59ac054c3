//! Under which blind keys a ticket is kept and found again: one place, so that what intake writes is what the
//! console looks for. What is typed goes through the same normalisation as what was mapped.

use super::{Digest, Keys};
use crate::ticket::{Draft, FindInputs, Person, letters_only};

const PHONE: &str = "phone";
const ID_NO: &str = "id_no";
const NAME_PHONE4: &str = "name_phone4";

impl Keys {
    /// The keys by which a person finds a ticket: telephone numbers, name with the last four digits, identity number.
    pub fn findable(&self, parts: &FindInputs) -> Vec<Digest> {
        let phones = parts.phones.iter().map(|phone| self.blind(PHONE, &[phone.as_bytes()]));
        let name = parts.name_phone4.iter().map(|pair| self.blind(NAME_PHONE4, &[pair.as_bytes()]));
        let id_no = parts.id_no.iter().map(|id_no| self.blind(ID_NO, &[id_no.as_bytes()]));
        phones.chain(name).chain(id_no).collect()
    }

    /// The key of a whole telephone number as typed; none if it has too few or too many digits.
    pub fn of_phone(&self, typed: &str) -> Option<Digest> {
        let typed = of_person(Person { phone: Some(typed.into()), ..Person::default() });
        typed.phones.first().map(|phone| self.blind(PHONE, &[phone.as_bytes()]))
    }

    /// The key of an identity number as typed; none if it has no letter or digit.
    pub fn of_id_no(&self, typed: &str) -> Option<Digest> {
        let typed = of_person(Person { id_no: Some(typed.into()), ..Person::default() });
        typed.id_no.map(|id_no| self.blind(ID_NO, &[id_no.as_bytes()]))
    }

    /// The key of a name with the last four digits of a telephone number; none if these are not four digits, or if
    /// the name has no letter.
    pub fn of_name(&self, name: &str, last4: &str) -> Option<Digest> {
        let digits = letters_only(last4);
        let name = letters_only(name);
        let whole = digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()) && !name.is_empty();
        whole.then(|| self.blind(NAME_PHONE4, &[format!("{name}\n{digits}").as_bytes()]))
    }
}

fn of_person(person: Person) -> FindInputs {
    Draft { person, ..Draft::default() }.find_inputs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_found_however_it_is_typed() {
        let keys = Keys::from_hex(&"07".repeat(32), &"09".repeat(32)).unwrap();
        let kept = keys.findable(&of_person(Person {
            name: Some("刘某".into()),
            phone: Some("13800000000".into()),
            id_no: Some("43042419000101002X".into()),
            ..Person::default()
        }));
        assert_eq!(kept.len(), 3);
        let typed = [
            keys.of_phone("+86 138-0000-0000"),
            keys.of_phone("１３８00000000"),
            keys.of_name(" 刘 某 ", "００00"),
            keys.of_id_no("43042419000101002x"),
        ];
        assert!(typed.iter().all(|key| key.is_some_and(|key| kept.contains(&key))), "{typed:?}");
        let useless =
            [keys.of_phone("0000"), keys.of_name("刘某", "000"), keys.of_name("", "0000"), keys.of_id_no("-")];
        assert_eq!(useless, [None; 4]);
    }
}
