//! What the site's own mail server found when it checked the sender: `Authentication-Results` (RFC 8601). Anybody can write
//! such a field; only the topmost that names a trusted server counts.

use crate::Fields;

/// Signs looked at in one field: no server writes more.
const LONGEST: usize = 32 * 1024;

/// What the checks say together.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Verdict {
    /// The sender's domain is who it claims to be.
    Pass,
    /// Nothing can be said: nothing was checked, or it could not be.
    None,
    /// A check failed: perhaps somebody else wrote it.
    Fail,
}

impl Verdict {
    /// One stable word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::None => "none",
            Self::Fail => "fail",
        }
    }
}

/// The results of one server's checks; each the word of RFC 8601 in lower case, for example `pass` or `softfail`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Authentication {
    /// What they say together: DMARC, where it decided; else SPF and DKIM, of which one suffices.
    pub verdict: Verdict,
    /// SPF of the envelope's sender.
    pub spf: Option<String>,
    /// DKIM; `pass` if any of several signatures passed.
    pub dkim: Option<String>,
    /// DMARC of the domain in `From`.
    pub dmarc: Option<String>,
}

/// Reads the topmost field whose server is `trusted`; names of servers are compared without case. `None` where no field is
/// trusted, or the one that is has a version that nobody knows.
pub fn read(fields: &Fields, trusted: &[String]) -> Option<Authentication> {
    let value = fields.all("authentication-results").find(|value| {
        let head = sections(value).next().unwrap_or_default();
        head.first().is_some_and(|server| {
            trusted.iter().any(|own| !own.trim().is_empty() && own.trim().eq_ignore_ascii_case(&server.text))
        })
    })?;
    let mut sections = sections(value);
    let version = sections.next()?.into_iter().nth(1);
    if version.is_some_and(|version| version.text != "1") {
        return None;
    }
    let mut found = Authentication { verdict: Verdict::None, spf: None, dkim: None, dmarc: None };
    let mut spf_of_envelope = false;
    for section in sections {
        let Some((method, result)) = method(&section) else { continue };
        match method.as_str() {
            "spf" => {
                // Some servers check the greeting beside the envelope; the envelope is what counts.
                let of_envelope = section.iter().any(|token| token.text.eq_ignore_ascii_case("smtp.mailfrom"));
                if found.spf.is_none() || (of_envelope && !spf_of_envelope) {
                    found.spf = Some(result);
                    spf_of_envelope = of_envelope;
                }
            }
            "dkim" if found.dkim.is_none() || result == "pass" => found.dkim = Some(result),
            "dmarc" if found.dmarc.is_none() => found.dmarc = Some(result),
            _ => {}
        }
    }
    found.verdict = found.judged();
    Some(found)
}

impl Authentication {
    fn judged(&self) -> Verdict {
        match self.dmarc.as_deref() {
            Some("pass") => return Verdict::Pass,
            Some("fail") => return Verdict::Fail,
            _ => {}
        }
        let results = [self.spf.as_deref(), self.dkim.as_deref()];
        if results.contains(&Some("pass")) {
            Verdict::Pass
        } else if results.iter().any(|result| matches!(result, Some("fail" | "hardfail" | "policy"))) {
            Verdict::Fail
        } else {
            Verdict::None
        }
    }
}

/// A word of the field, or `=`.
struct Token {
    text: String,
    quoted: bool,
}

/// `method [/ version] = result` at the head of a section; `None` for `none` and for what is written wrongly.
fn method(section: &[Token]) -> Option<(String, String)> {
    let equals = section.iter().position(|token| !token.quoted && token.text == "=")?;
    let (method, result) = (section.first()?, section.get(equals + 1)?);
    // Between the method and its sign only a version may stand.
    let versioned = section
        .get(1..equals)
        .unwrap_or_default()
        .iter()
        .all(|token| token.text.trim_start_matches('/').bytes().all(|byte| byte.is_ascii_digit()));
    let method = method.text.split('/').next().unwrap_or_default();
    let is_word = |text: &str| {
        !text.is_empty() && text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    (versioned && is_word(method) && is_word(&result.text))
        .then(|| (method.to_ascii_lowercase(), result.text.to_ascii_lowercase()))
}

/// The sections between semicolons as words; comments are left out, however deep, and quotes taken off.
fn sections(value: &str) -> impl Iterator<Item = Vec<Token>> {
    let mut sections = vec![Vec::new()];
    let mut word: Option<Token> = None;
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    let mut end = |word: &mut Option<Token>, next: bool| {
        if let (Some(word), Some(section)) = (word.take(), sections.last_mut()) {
            section.push(word);
        }
        if next {
            sections.push(Vec::new());
        }
    };
    for c in value.chars().take(LONGEST) {
        let literal = std::mem::take(&mut escaped);
        if depth > 0 {
            match c {
                _ if literal => {}
                '\\' => escaped = true,
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            continue;
        }
        match c {
            '\\' if quoted && !literal => escaped = true,
            '"' if quoted && !literal => quoted = false,
            '"' if !quoted => {
                quoted = true;
                word.get_or_insert_with(|| Token { text: String::new(), quoted: true });
            }
            _ if quoted => {
                if let Some(word) = &mut word {
                    word.text.push(c);
                }
            }
            '(' => {
                depth = 1;
                end(&mut word, false);
            }
            ';' => end(&mut word, true),
            '=' => {
                end(&mut word, false);
                word = Some(Token { text: "=".into(), quoted: false });
                end(&mut word, false);
            }
            c if c.is_whitespace() => end(&mut word, false),
            c => word.get_or_insert_with(|| Token { text: String::new(), quoted: false }).text.push(c),
        }
    }
    end(&mut word, false);
    sections.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_one(value: &str) -> Option<Authentication> {
        read_all(&[value])
    }

    fn read_all(values: &[&str]) -> Option<Authentication> {
        let fields = values.iter().map(|value| ("Authentication-Results".to_owned(), (*value).to_owned()));
        read(&Fields::new(fields), &["mx.hengdong.example".into()])
    }

    fn told(found: Option<Authentication>) -> String {
        let Some(found) = found else { return "nothing".into() };
        let word = |result: Option<String>| result.unwrap_or_else(|| "-".into());
        format!("{} {} {} {}", found.verdict.word(), word(found.spf), word(found.dkim), word(found.dmarc))
    }

    #[test]
    fn results_are_read_as_the_rfc_writes_them() {
        for (value, expected) in [
            (
                "mx.hengdong.example; spf=pass smtp.mailfrom=a.cn; dkim=pass header.d=a.cn; dmarc=pass",
                "pass pass pass pass",
            ),
            ("MX.Hengdong.Example 1; none", "none - - -"),
            ("mx.hengdong.example;none", "none - - -"),
            ("mx.hengdong.example", "none - - -"),
            ("\"mx.hengdong.example\"; dmarc=fail (p=REJECT) header.from=a.cn; spf=pass", "fail pass - fail"),
            ("mx.hengdong.example (checked (by us\\) ;spf=pass)); SPF = SoftFail", "none softfail - -"),
            ("mx.hengdong.example; dkim=fail reason=\"bad; dmarc=pass\"; spf=fail", "fail fail fail -"),
            ("mx.hengdong.example; dkim=fail header.d=a.cn; dkim=pass header.d=b.cn", "pass - pass -"),
            ("mx.hengdong.example; spf=pass smtp.helo=a; spf=fail smtp.mailfrom=b@c.cn", "fail fail - -"),
            ("mx.hengdong.example; spf=fail smtp.mailfrom=b@c.cn; spf=pass smtp.helo=a", "fail fail - -"),
            ("mx.hengdong.example; dkim/1=pass; dmarc = temperror", "pass - pass temperror"),
            ("mx.hengdong.example; dmarc=none; spf=neutral", "none neutral - none"),
            ("mx.hengdong.example; auth=pass smtp.auth=lisi; iprev=fail", "none - - -"),
            ("mx.hengdong.example; spf; =pass; dkim==pass; dmarc=", "none - - -"),
            ("mx.hengdong.example 2; spf=pass", "nothing"),
            ("mx.elsewhere.example; spf=pass", "nothing"),
            ("mx.hengdong.example.evil.test; spf=pass", "nothing"),
            ("", "nothing"),
            ("(mx.hengdong.example) evil.test; spf=pass", "nothing"),
        ] {
            assert_eq!(told(read_one(value)), expected, "{value}");
        }
    }

    #[test]
    fn only_the_topmost_field_of_a_trusted_server_counts() {
        let elsewhere = "mx.elsewhere.example; dmarc=fail";
        let ours = "mx.hengdong.example; dmarc=fail";
        let forged = "mx.hengdong.example; dmarc=pass";
        assert_eq!(told(read_all(&[elsewhere, ours, forged])), "fail - - fail");
        // A version that nobody knows does not open the way to one that the sender wrote.
        assert_eq!(told(read_all(&["mx.hengdong.example 9; dmarc=fail", forged])), "nothing");
        let fields = Fields::new([("Authentication-Results".to_owned(), "; spf=pass".to_owned())]);
        assert_eq!(read(&fields, &[String::new(), " ".into()]), None);
    }
}
