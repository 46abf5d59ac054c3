//! A channel's own program before the rules: the rules read what it leaves of a document.

use std::sync::Arc;

use huiliu_reshape::{Diagnostic, Program};
use serde_json::Value;

use super::{Failed, Unmappable};
use crate::settings::{Mistake, Reshaping, Text};

/// `[reshape]` of a channel, compiled; and where it was written.
#[derive(Debug)]
pub struct Reshape {
    program: Program,
    written: Arc<Reshaping>,
}

impl Reshape {
    /// Compiles a channel's program. Times that name no zone are in `zone`, an IANA name. Fails with every mistake.
    pub fn compile(written: &Arc<Reshaping>, zone: &str) -> Result<Self, Vec<Mistake>> {
        let mistake = |found: Diagnostic| {
            let mistake = written.mistake(&found.span, Text::new(found.zh, found.en));
            match found.remedy {
                Some((zh, en)) => mistake.remedy(Text::new(zh, en)),
                None => mistake,
            }
        };
        match Program::compile(&written.text, zone) {
            Ok(program) => Ok(Self { program, written: written.clone() }),
            Err(found) => Err(found.into_iter().map(mistake).collect()),
        }
    }

    /// What the rules read of a document.
    pub(super) fn run(&self, document: &Value) -> Result<Value, Unmappable> {
        self.program.run(document).map_err(|why| {
            let reason = match why.at().map(|at| self.written.line(at)) {
                Some((file, line)) => {
                    Text::new(format!("{file} 第{line}行:{}", why.zh()), format!("line {line} of {file}: {}", why.en()))
                }
                None => Text::new(why.zh(), why.en()),
            };
            let remedy = Text::new(
                "改好高级处理 [reshape] 的程序,存盘生效后用 huiliu dead retry 重新处理;来件本身有误的,请对方改了重推",
                "mend the program in [reshape], then huiliu dead retry; if the document is at fault, ask the source to \
                 send it again",
            );
            let rule = "reshape".to_owned();
            Unmappable {
                failed: vec![Failed {
                    field: "", field_zh: "高级处理", rule, place: String::new(), reason, remedy
                }],
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use huiliu_contract::Act;
    use serde_json::json;

    use super::*;
    use crate::normalize::tests::compile;
    use crate::settings::{ActsTable, AfterClose, Source};

    fn program(text: &str) -> Reshape {
        let source = Source::new("reshape.vrl", text);
        Reshape::compile(&Arc::new(Reshaping::of_file(source)), "Asia/Shanghai").unwrap()
    }

    #[test]
    fn rules_and_acts_read_what_the_program_leaves() {
        let acts = ActsTable {
            from: Some("kind".into()),
            label: None,
            codes: BTreeMap::from([("urge".to_owned(), Act::Urge)]),
            refer: None,
            decision: None,
            after_close: AfterClose::default(),
            names: None,
            unknown: Default::default(),
        };
        let program = program(".t = string!(.a) + string!(.b)\ndel(.a)\nif .c == 3 { .kind = \"urge\" }");
        let mapping = compile("title = \"t\"").unwrap().with_acts(&acts).unwrap().with_program(program);
        let document = json!({ "a": "路灯", "b": "不亮", "c": 1 });
        let reading = mapping.read(&document).unwrap();
        assert_eq!(reading.draft.matter.title.as_deref(), Some("路灯不亮"));
        assert_eq!(serde_json::Value::Object(reading.draft.extra), json!({ "b": "不亮", "c": 1 }));
        assert!(reading.act.is_none());
        let urged = mapping.read(&json!({ "a": "", "b": "", "c": 3 })).unwrap();
        assert_eq!(urged.act.map(|act| act.act), Some(Act::Urge));
    }

    #[test]
    fn what_fails_names_the_line_and_quotes_nothing() {
        let mapping = compile("title = \"t\"").unwrap().with_program(program("# 楼号\n.t = parse_int!(.n)\n"));
        let failed = mapping.read(&json!({ "n": "13900001111" , "m": 1 }));
        assert!(failed.is_ok(), "{failed:?}");
        let failed = mapping.read(&json!({ "n": "张三" })).unwrap_err();
        assert_eq!((failed.failed.len(), failed.failed[0].rule.as_str()), (1, "reshape"));
        let told = format!("{failed} {failed:?}");
        assert!(told.contains("line 2 of reshape.vrl") && told.contains("第2行"), "{told}");
        assert!(!told.contains("张三"), "{told}");
    }
}
