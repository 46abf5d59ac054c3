//! Where a database was left, for people. Pure.

use huiliu_contract::Remark;

use crate::place::Place;
use crate::plan::Rule;

/// What a place says.
pub(crate) fn place(place: &Place, rule: Rule) -> Remark {
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    match (&place.since, rule) {
        (Some(at), Rule::Time(_)) => {
            zh.push(format!("已取到 {at}"));
            en.push(format!("taken up to {at}"));
        }
        (Some(at), _) => {
            zh.push(format!("已取到编号 {at}"));
            en.push(format!("taken up to number {at}"));
        }
        (None, _) => {
            zh.push("从头取".to_owned());
            en.push("from the front".to_owned());
        }
    }
    if let Some(walk) = &place.walk {
        let at = walk.at.as_ref().and_then(|at| at.mark.as_deref());
        let (behind, behind_en) = match at {
            Some(at) => (format!("接着从 {at} 后面取"), format!("what is behind {at} is next")),
            None => ("接着取没有时间(编号)的行".to_owned(), "rows without a mark are next".to_owned()),
        };
        zh.push(format!("这一轮读了 {} 行,{behind}", walk.seen));
        en.push(format!("{} rows of this walk are read, {behind_en}", walk.seen));
    }
    Remark { zh: zh.join(";"), en: en.join("; ") }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::place::{Spot, Walk};

    #[test]
    fn a_place_is_told_in_words() {
        let rule = Rule::Time(Duration::from_secs(1));
        assert_eq!(super::place(&Place::default(), rule).zh, "从头取");
        let spot = Spot { mark: Some("2026-11-28 09:02:03".into()), tie: Some("7".into()) };
        let walk = Some(Walk { from: None, at: Some(spot), high: None, seen: 500 });
        let place = Place { since: Some("2026-11-27 00:00:00".into()), walk, swept: None };
        assert_eq!(
            super::place(&place, rule).en,
            "taken up to 2026-11-27 00:00:00; 500 rows of this walk are read, what is behind 2026-11-28 09:02:03 is next"
        );
    }
}
