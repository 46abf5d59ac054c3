//! A form as it stands on its page now, and what was composed put into its boxes. Pure.

use encoding_rs::Encoding;
use huiliu_contract::Fault;
use huiliu_page::{Charset, Field, Form, Kind, folded};
use url::Url;

use crate::fields::{Fields, letters, put};
use crate::seen::Seen;

/// A form, ready to be sent.
#[derive(Debug)]
pub(super) struct Ready {
    /// The page it stands on.
    pub(super) page: Url,
    pub(super) action: Option<String>,
    pub(super) parts: bool,
    pub(super) fields: Fields,
    /// Boxes for files that stay empty.
    pub(super) no_files: Vec<String>,
    /// Under which name files go.
    pub(super) part: Option<String>,
    pub(super) letters: &'static Encoding,
}

/// What is to be filled in.
#[derive(Clone)]
pub(super) struct Wanted {
    pub(super) way: String,
    pub(super) fill: Fields,
    /// The box for files.
    pub(super) part: Option<String>,
}

impl Wanted {
    /// Finds the form on a page and fills it in.
    ///
    /// # Errors
    ///
    /// [`Fault::Malformed`] naming the box that is not there, or cannot hold what was composed.
    pub(super) fn fill_in(&self, seen: &Seen, charset: Charset) -> Result<Ready, Fault> {
        let page = seen.page()?;
        let forms = page.forms();
        let names: Vec<&String> = self.fill.iter().map(|(name, _)| name).chain(&self.part).collect();
        let holds = |form: &&Form| names.iter().filter(|name| find(form, name).is_some()).count();
        // A form that is asked for nothing is the one that posts.
        let best = forms.iter().filter(|form| !names.is_empty() || form.method == "post").max_by_key(holds);
        let quoting = |fault: Fault| fault.quoting(seen.answer.quote());
        let form = best.ok_or_else(|| quoting(self.changed("there is no form on its page")))?;
        if let Some(gone) = names.iter().find(|name| find(form, name).is_none()) {
            return Err(quoting(self.changed(&format!("the form has no box `{gone}`"))));
        }
        let mut fields = form.sent();
        for (name, text) in &self.fill {
            let Some(field) = find(form, name) else { continue };
            put(&mut fields, &field.name, &self.typed(field, name, text)?);
        }
        let part = self.part.as_ref().and_then(|name| find(form, name)).map(|field| field.name.clone());
        let empty =
            form.fields.iter().filter(|field| field.kind == Kind::File && !field.disabled && !field.name.is_empty());
        let no_files = empty.map(|field| field.name.clone()).filter(|name| Some(name) != part.as_ref()).collect();
        Ok(Ready {
            page: seen.url.clone(),
            action: form.action.clone(),
            parts: form.enctype == "multipart/form-data",
            fields,
            no_files,
            part,
            letters: letters(&seen.answer, charset),
        })
    }

    /// What a box sends for a text.
    fn typed(&self, field: &Field, name: &str, text: &str) -> Result<Vec<String>, Fault> {
        match field.kind {
            Kind::Choice | Kind::Choices | Kind::Radio => {
                let same = |choice: &&huiliu_page::Choice| choice.value == text || folded(&choice.text) == folded(text);
                let chosen = field.options.iter().find(same).map(|choice| vec![choice.value.clone()]);
                chosen.ok_or_else(|| {
                    let known: Vec<&str> = field.options.iter().map(|choice| choice.text.as_str()).collect();
                    self.changed(&format!(
                        "the box `{name}` does not offer what was composed; it offers: {}",
                        known.join(", ")
                    ))
                })
            }
            Kind::Tick => match text {
                "true" | "1" | "是" => Ok(field.options.iter().map(|choice| choice.value.clone()).take(1).collect()),
                "false" | "0" | "否" | "" => Ok(Vec::new()),
                _ => Err(self.changed(&format!("the box `{name}` is a tick; fill in true or false (`words` helps)"))),
            },
            Kind::File => Err(self.changed(&format!("the box `{name}` takes files; name it as `files`"))),
            // As browsers send several lines.
            Kind::Area => Ok(vec![text.replace("\r\n", "\n").replace('\n', "\r\n")]),
            _ => Ok(vec![text.to_owned()]),
        }
    }

    fn changed(&self, what: &str) -> Fault {
        Fault::malformed(format!("`return.{}` cannot be filled in, for the page was changed: {what}", self.way))
    }
}

/// The box of that name, or behind that label.
fn find<'f>(form: &'f Form, name: &str) -> Option<&'f Field> {
    let labelled = || {
        let same = |field: &&Field| field.label.as_ref().is_some_and(|label| folded(label) == folded(name));
        form.fields.iter().filter(|field| field.kind != Kind::Submit && !field.name.is_empty()).find(same)
    };
    form.field(name).or_else(labelled)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    const PAGE: &str = "<form action=search><input name=q></form><form action=save.do method=post enctype=multipart/form-data>\
        <input type=hidden name=token value=t1><table><tr><td>答复内容</td><td><textarea name=reply></textarea></td></tr>\
        <tr><td>是否公开</td><td><select name=pub><option value=1>公开<option value=0 selected>不公开</select></td></tr></table>\
        <input type=checkbox name=sms value=y><input type=file name=a><input type=file name=b><input type=submit name=go value=交>\
        </form>";

    fn filled(fill: &[(&str, &str)], part: Option<&str>) -> Result<Ready, Fault> {
        let url = Url::parse("http://far/admin/reply.jsp?id=1").unwrap();
        let seen = Seen::of_file(&Bytes::from_static(PAGE.as_bytes()), url, Charset::Auto);
        let fill = fill.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect();
        Wanted { way: "closed".into(), fill, part: part.map(str::to_owned) }.fill_in(&seen, Charset::Auto)
    }

    #[test]
    fn boxes_are_found_by_name_or_label_and_hidden_fields_go_along() {
        let ready = filled(&[("答复内容", "一\n二"), ("pub", "公开"), ("sms", "true")], Some("b")).unwrap();
        let sent: Vec<_> = ready.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let wanted = [("token", "t1"), ("reply", "一\r\n二"), ("pub", "1"), ("go", "交"), ("sms", "y")];
        let mut sorted = sent.clone();
        sorted.sort();
        let mut wanted_sorted = wanted.to_vec();
        wanted_sorted.sort();
        assert_eq!(sorted, wanted_sorted);
        assert_eq!((ready.action.as_deref(), ready.parts), (Some("save.do"), true));
        assert_eq!((ready.part.as_deref(), ready.no_files), (Some("b"), vec!["a".to_owned()]));
    }

    #[test]
    fn a_box_that_is_gone_or_offers_something_else_is_named() {
        for (fill, part, said) in [
            (&[("replyContent", "x")][..], None, "no box `replyContent`"),
            (&[("reply", "x")], Some("attachFile"), "no box `attachFile`"),
            (&[("pub", "保密")], None, "it offers: 公开, 不公开"),
            (&[("sms", "maybe")], None, "is a tick"),
        ] {
            let fault = filled(fill, part).unwrap_err();
            assert!(fault.word() == "malformed" && fault.to_string().contains(said), "{fault}");
        }
    }
}
