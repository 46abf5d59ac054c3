//! A channel's own program: one text in VRL (<https://vrl.dev>) that reshapes a document before the rules read it. Compiled
//! once with every mistake at its place; then run on one document after the other.
//!
//! A run depends on the program and the document and on nothing else: the functions that programs may call ([`allowed`])
//! leave out clock, randomness, network, environment and logging. So a sample proves it, and a document that is read
//! again becomes the same.
//!
//! No type of the language's crate is seen outside: its releases change them.

pub mod allowed;
mod convert;
mod diagnostic;
mod failed;
mod inspect;

#[cfg(test)]
mod tests;

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::Value;
use vrl::compiler::runtime::{Runtime, Terminate};
use vrl::compiler::state::{ExternalEnv, RuntimeState};
use vrl::compiler::{CompileConfig, TargetValue, TimeZone, compile_with_external};
use vrl::value::kind::Collection;
use vrl::value::{Kind, ObjectMap, Secrets};

pub use diagnostic::Diagnostic;
pub use failed::Failed;

/// The longest text of a program, in bytes.
pub const MAX_TEXT: usize = 64 << 10;
/// The most steps (expressions) of a run.
pub const MAX_STEPS: usize = 100_000;
/// So many steps a run always has, whatever the size of its document.
const MIN_STEPS: usize = 2_000;
/// Steps times the document's bytes, beyond [`MIN_STEPS`]: a step can copy about as much as the document holds, so this
/// bounds time and memory.
const MAX_WORK: usize = 1 << 30;
/// A result may be so many times as large as the document …
const GROWTH: usize = 4;
/// … and so many bytes more.
const MORE: usize = 1 << 20;

/// A compiled program.
pub struct Program {
    program: vrl::compiler::Program,
    text: String,
    zone: TimeZone,
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Program").field("bytes", &self.text.len()).finish_non_exhaustive()
    }
}

impl Program {
    /// Compiles a program of at most [`MAX_TEXT`] bytes. Times that name no zone are in `zone`, an IANA name.
    ///
    /// Fails with every mistake that is known: what the language finds, a function that programs may not call, and what
    /// would let a document decide how large the result becomes. What is computed and then thrown away is a mistake too.
    pub fn compile(text: &str, zone: &str) -> Result<Self, Vec<Diagnostic>> {
        if text.len() > MAX_TEXT {
            return Err(vec![Diagnostic::too_long(text.len())]);
        }
        if text.trim().is_empty() {
            return Err(vec![Diagnostic::empty()]);
        }
        let Some(named) = TimeZone::parse(zone).filter(|_| !matches!(zone, "" | "local")) else {
            return Err(vec![Diagnostic::unknown_zone(zone)]);
        };
        let document = Kind::object(Collection::any());
        let external = ExternalEnv::new_with_kind(document, Kind::object(Collection::empty()));
        let functions = allowed::functions();
        let compiled = compile_with_external(text, &functions, &external, CompileConfig::default());
        let mut wrong = inspect::inspect(text);
        let program = match compiled {
            Ok(compiled) => {
                wrong.extend(compiled.warnings.iter().map(|warning| Diagnostic::of(text, warning)));
                Some(compiled.program)
            }
            Err(found) => {
                wrong.extend(found.iter().map(|found| Diagnostic::of(text, found)));
                None
            }
        };
        wrong.sort_by_key(|diagnostic| diagnostic.span.start);
        match program.filter(|_| wrong.is_empty()) {
            Some(program) => Ok(Self { program, text: text.to_owned(), zone: named }),
            None => Err(wrong),
        }
    }

    /// Runs the program on a document, which it finds as `.`, and yields what `.` is in the end: an object.
    ///
    /// Numbers, texts and keys that it does not touch come out exactly as they went in. What is bounded: the steps (and
    /// with them time and memory; there is no clock in it), the size and depth of the result.
    pub fn run(&self, document: &Value) -> Result<Value, Failed> {
        // The language is large, documents come from outside: a defect of it costs one document, never the channel.
        catch_unwind(AssertUnwindSafe(|| self.walk(document))).unwrap_or(Err(Failed::Defect))
    }

    fn walk(&self, document: &Value) -> Result<Value, Failed> {
        let mut taken = convert::Taken::default();
        let value = taken.take(document);
        let bytes = taken.bytes;
        let metadata = vrl::value::Value::Object(ObjectMap::new());
        let mut target = TargetValue { value, metadata, secrets: Secrets::new() };
        let most = MAX_STEPS.min(MAX_WORK / bytes.max(1)).max(MIN_STEPS);
        let mut steps = 0_usize;
        let mut control = || {
            steps += 1;
            if steps > most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let mut runtime = Runtime::new(RuntimeState::default());
        match runtime.resolve_with_control(&mut target, &self.program, &self.zone, &mut control) {
            Ok(_) => taken.give(target.value, bytes.saturating_mul(GROWTH).saturating_add(MORE)),
            Err(Terminate::Interrupted) => Err(Failed::TooLong { steps: most }),
            Err(Terminate::Abort(error) | Terminate::Error(error)) => Err(Failed::of(&self.text, &error)),
        }
    }
}
