//! What the language allows and a gateway cannot: that a document decides how large the result becomes (a text times a
//! number of the document, a text put between all characters of another), and that the machine's own zone is read.
//!
//! It looks at the written program, before anything runs, and is strict: what it cannot see to be harmless is a mistake.

use std::ops::Range;

use vrl::parser::Span;
use vrl::parser::ast::{
    Assignment, AssignmentTarget, Container, Expr, FunctionArgument, FunctionCall, Literal, Node, Opcode, Predicate,
    Query, QueryTarget, RootExpr, Unary,
};
use vrl::path::{OwnedSegment, OwnedValuePath, PathPrefix};

use super::Diagnostic;

/// The longest text that is put between others.
const MAX_BETWEEN: usize = 256;
/// The highest place in a list that a program may name.
const MAX_INDEX: usize = 10_000;

/// Functions that give a number, whatever they are given.
const NUMERIC: [&str; 14] = [
    "to_int",
    "to_float",
    "parse_int",
    "parse_float",
    "int",
    "float",
    "length",
    "strlen",
    "round",
    "floor",
    "ceil",
    "abs",
    "mod",
    "to_unix_timestamp",
];

/// Arguments that are written as a text: function, name, place.
const LITERAL: [(&str, &str, usize); 5] = [
    ("replace", "with", 2),
    ("join", "separator", 1),
    ("flatten", "separator", 1),
    ("parse_timestamp", "timezone", 2),
    ("format_timestamp", "timezone", 2),
];

/// Everything of the kind in a program. A text that is no program has none: the language says what is wrong with it.
pub(super) fn inspect(text: &str) -> Vec<Diagnostic> {
    let mut walk = Walk { found: Vec::new() };
    let Ok(program) = vrl::parser::parse(text) else { return walk.found };
    for root in program.0 {
        if let RootExpr::Expr(node) = root.into_inner() {
            walk.expr(node);
        }
    }
    walk.found
}

struct Walk {
    found: Vec<Diagnostic>,
}

impl Walk {
    fn say(&mut self, at: Span, problem: (&str, String), remedy: (&str, &str)) {
        let span: Range<usize> = at.start()..at.end();
        let problem = (problem.0.to_owned(), problem.1);
        self.found.push(Diagnostic::own(span, problem, (remedy.0.to_owned(), remedy.1.to_owned())));
    }

    fn all(&mut self, nodes: impl IntoIterator<Item = Node<Expr>>) {
        nodes.into_iter().for_each(|node| self.expr(node));
    }

    fn expr(&mut self, node: Node<Expr>) {
        let (span, expr) = node.take();
        match expr {
            // A text with places in it takes variables only, each once as it is written.
            Expr::Literal(_) | Expr::Variable(_) | Expr::Break(_) => {}
            Expr::Container(node) => self.container(node.into_inner()),
            Expr::IfStatement(node) => {
                let node = node.into_inner();
                match node.predicate.into_inner() {
                    Predicate::One(one) => self.expr(*one),
                    Predicate::Many(many) => self.all(many),
                }
                self.all(node.if_node.into_inner());
                self.all(node.else_node.into_iter().flat_map(Node::into_inner));
            }
            Expr::Op(node) => {
                let op = node.into_inner();
                if *op.1.inner() == Opcode::Mul && !(numeric(op.0.inner()) && numeric(op.2.inner())) {
                    self.say(
                        span,
                        (
                            "乘法两边要看得出是数:对方发来的若是文字,乘一个大数会撑满内存",
                            "a product of what may be a text could grow without bounds".into(),
                        ),
                        (
                            "写明是数,例如 to_int!(.count) * 100",
                            "say that it is a number, for example to_int!(.count) * 100",
                        ),
                    );
                }
                self.expr(*op.0);
                self.expr(*op.2);
            }
            Expr::Assignment(node) => match node.into_inner() {
                Assignment::Single { target, expr, .. } => {
                    self.target(target);
                    self.expr(*expr);
                }
                Assignment::Infallible { ok, err, expr, .. } => {
                    self.target(ok);
                    self.target(err);
                    self.expr(*expr);
                }
            },
            Expr::Query(node) => self.query(node),
            Expr::FunctionCall(node) => self.call(node.into_inner()),
            Expr::Unary(node) => {
                let Unary::Not(not) = node.into_inner();
                self.expr(*not.into_inner().take().1);
            }
            Expr::Abort(node) => self.all(node.into_inner().message.map(|message| *message)),
            Expr::Return(node) => self.expr(*node.into_inner().expr),
        }
    }

    fn container(&mut self, container: Container) {
        match container {
            Container::Group(group) => self.expr(group.into_inner().into_inner()),
            Container::Block(block) => self.all(block.into_inner()),
            Container::Array(list) => self.all(list.into_inner()),
            Container::Object(object) => self.all(object.into_inner().into_iter().map(|(_, value)| value)),
        }
    }

    fn target(&mut self, node: Node<AssignmentTarget>) {
        let (span, target) = node.take();
        match target {
            AssignmentTarget::Noop | AssignmentTarget::External(None) => {}
            AssignmentTarget::Query(query) => self.query(Node::new(span, query)),
            AssignmentTarget::Internal(_, path) => self.indices(span, path.as_ref()),
            AssignmentTarget::External(Some(path)) => {
                self.prefix(span, path.prefix);
                self.indices(span, Some(&path.path));
            }
        }
    }

    fn query(&mut self, node: Node<Query>) {
        let (span, query) = node.take();
        self.indices(span, Some(query.path.inner()));
        match query.target.into_inner() {
            QueryTarget::Internal(_) => {}
            QueryTarget::External(prefix) => self.prefix(span, prefix),
            QueryTarget::FunctionCall(call) => self.call(call),
            QueryTarget::Container(container) => self.container(container),
        }
    }

    fn prefix(&mut self, span: Span, prefix: PathPrefix) {
        if prefix == PathPrefix::Metadata {
            self.say(
                span,
                ("% 开头的路径里什么也没有", "there is nothing behind %".into()),
                ("程序只看得到来件本身,路径以 . 开头", "a program sees its document only: begin the path with ."),
            );
        }
    }

    fn indices(&mut self, span: Span, path: Option<&OwnedValuePath>) {
        let high = |segment: &OwnedSegment| matches!(segment, OwnedSegment::Index(at) if at.unsigned_abs() > MAX_INDEX);
        if path.is_some_and(|path| path.segments.iter().any(high)) {
            self.say(
                span,
                ("列表的位置写得太大", format!("no place in a list beyond {MAX_INDEX} can be named")),
                ("最多写到 10000", "10000 is the highest"),
            );
        }
    }

    fn call(&mut self, call: FunctionCall) {
        let name = call.ident.inner().to_string();
        for (function, keyword, place) in LITERAL {
            let by_place = call.arguments.iter().filter(|argument| argument.ident.is_none()).nth(place);
            let by_name = |argument: &&Node<FunctionArgument>| {
                argument.ident.as_ref().is_some_and(|ident| ident.inner().as_ref() == keyword)
            };
            let given = call.arguments.iter().find(by_name).or(by_place).filter(|_| name == function);
            if let Some(argument) = given
                && !written(argument.expr.inner(), keyword)
            {
                self.say(
                    argument.span(),
                    (
                        "这个参数要直接写出来",
                        format!("`{keyword}` of {function} is written out, at most {MAX_BETWEEN} bytes"),
                    ),
                    match keyword {
                        "timezone" => (
                            "写时区名,例如 \"Asia/Shanghai\",不能写 \"local\"",
                            "write a zone's name, for example \"Asia/Shanghai\", not \"local\"",
                        ),
                        _ => ("写一段不超过256字节的文字,例如 \", \"", "write a short text, for example \", \""),
                    },
                );
            }
        }
        self.all(call.arguments.into_iter().map(|argument| argument.into_inner().expr));
        self.all(call.closure.into_iter().flat_map(|closure| closure.into_inner().block.into_inner()));
    }
}

/// A text written out, short; for a zone, one with a name.
fn written(expr: &Expr, keyword: &str) -> bool {
    let Expr::Literal(literal) = expr else { return false };
    let text = match literal.inner() {
        Literal::RawString(text) => text,
        // An empty text has no pieces.
        Literal::String(template) => match template.as_literal_string() {
            Some(text) => text,
            None => return template.to_string().is_empty() && keyword != "timezone",
        },
        _ => return false,
    };
    match keyword {
        "timezone" => !matches!(text, "" | "local"),
        _ => text.len() <= MAX_BETWEEN,
    }
}

fn numeric(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(literal) => matches!(literal.inner(), Literal::Integer(_) | Literal::Float(_)),
        Expr::FunctionCall(call) => NUMERIC.contains(&call.ident.inner().as_ref()),
        Expr::Container(container) => match container.inner() {
            Container::Group(group) => numeric(group.inner().0.inner()),
            _ => false,
        },
        Expr::Op(op) => {
            let sides = numeric(op.0.inner()) && numeric(op.2.inner());
            matches!(op.1.inner(), Opcode::Mul | Opcode::Div | Opcode::Add | Opcode::Sub | Opcode::Err) && sides
        }
        _ => false,
    }
}
