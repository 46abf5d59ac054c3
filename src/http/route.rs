//! A route as one thing: who serves it, and all that the document says of it. Whoever adds one cannot leave the saying out.

use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use http::Method;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::table::Desk;

/// How a schema is rendered: for a generator that gathers what it names.
pub(super) type Render = fn(&mut SchemaGenerator) -> Schema;

/// A route.
pub(super) struct Route {
    pub(super) method: Method,
    pub(super) path: &'static str,
    pub(super) server: Server,
    pub(super) about: About,
    /// Whether it asks for the token.
    pub(super) token: bool,
    /// Whether it answers 503 while the store cannot be read or written.
    pub(super) store: bool,
    pub(super) parameters: Vec<Parameter>,
    /// A struct whose members are the parameters of the query.
    pub(super) query: Option<Render>,
    /// What its body may be; none takes none.
    pub(super) takes: Vec<Content>,
    pub(super) answers: Vec<Answered>,
}

/// Who serves it.
pub(super) enum Server {
    /// The router.
    Router(Box<MethodRouter<Desk>>),
    /// The door of pushes, which stands before the router.
    Door,
}

/// What a route is for.
pub(super) struct About {
    /// Its one name among all.
    pub(super) id: &'static str,
    pub(super) tag: Tag,
    pub(super) zh: &'static str,
    pub(super) en: &'static str,
}

/// What routes are sorted by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    Channels,
    Events,
    Outcomes,
    Tickets,
    House,
}

impl Tag {
    pub(super) const ALL: [Self; 5] = [Self::Channels, Self::Events, Self::Outcomes, Self::Tickets, Self::House];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Channels => "channels",
            Self::Events => "events",
            Self::Outcomes => "outcomes",
            Self::Tickets => "tickets",
            Self::House => "house",
        }
    }

    /// In Chinese and English.
    pub(super) fn about(self) -> (&'static str, &'static str) {
        match self {
            Self::Channels => ("渠道:推送、上传文件、登记来信", "Channels: pushes, files, letters that are entered"),
            Self::Events => ("流转消息:热线系统自己来取", "Events, for a core that fetches them"),
            Self::Outcomes => ("办理反馈:热线系统告诉汇流办得怎样", "Outcomes: what the core tells us"),
            Self::Tickets => {
                ("统一工单:下载附件、登记热线工单号", "Tickets: their files, and the core's numbers of them")
            }
            Self::House => {
                ("运行:健康检查、指标、重新读取配置", "The house: probes, metrics, reading the configuration anew")
            }
        }
    }
}

/// A parameter outside the query.
pub(super) struct Parameter {
    pub(super) name: &'static str,
    /// `path` or `header`.
    pub(super) place: &'static str,
    pub(super) zh: &'static str,
    pub(super) en: &'static str,
    pub(super) schema: Render,
}

/// A body in one form.
pub(super) struct Content {
    pub(super) media_type: &'static str,
    /// None where it is not ours to say, or bytes.
    pub(super) schema: Option<Render>,
    /// Of a form of parts: the one part that is JSON, by name and media type.
    pub(super) part: Option<(&'static str, &'static str)>,
}

/// An answer.
pub(super) struct Answered {
    /// None stands for all others.
    pub(super) status: Option<u16>,
    pub(super) zh: &'static str,
    pub(super) en: &'static str,
    pub(super) contents: Vec<Content>,
    /// Names of headers, and what they say.
    pub(super) headers: Vec<(&'static str, &'static str, &'static str)>,
}

/// The schema of a type, by reference.
pub(super) fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// The schema of a type itself: its members are wanted.
fn members_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    T::json_schema(generator)
}

/// JSON of a type.
pub(super) fn json<T: JsonSchema>() -> Content {
    Content::of("application/json", of::<T>)
}

/// Plain text.
pub(super) fn text() -> Content {
    Content::of("text/plain", of::<String>)
}

impl Content {
    pub(super) fn of(media_type: &'static str, schema: Render) -> Self {
        Self { media_type, schema: Some(schema), part: None }
    }

    /// Bytes, or what is not ours to say.
    pub(super) fn bytes(media_type: &'static str) -> Self {
        Self { media_type, schema: None, part: None }
    }

    /// A form of parts, one of which is JSON.
    pub(super) fn form(schema: Render, part: &'static str, media_type: &'static str) -> Self {
        Self { media_type: "multipart/form-data", schema: Some(schema), part: Some((part, media_type)) }
    }
}

impl Route {
    pub(super) fn get<H: Handler<T, Desk>, T: 'static>(path: &'static str, handler: H, about: About) -> Self {
        Self::new(Method::GET, path, Server::Router(Box::new(on(MethodFilter::GET, handler))), about)
    }

    pub(super) fn post<H: Handler<T, Desk>, T: 'static>(path: &'static str, handler: H, about: About) -> Self {
        Self::new(Method::POST, path, Server::Router(Box::new(on(MethodFilter::POST, handler))), about)
    }

    /// What the door of pushes serves.
    pub(super) fn door(method: Method, path: &'static str, about: About) -> Self {
        Self { token: false, ..Self::new(method, path, Server::Door, about) }
    }

    fn new(method: Method, path: &'static str, server: Server, about: About) -> Self {
        Self {
            method,
            path,
            server,
            about,
            token: true,
            store: false,
            parameters: Vec::new(),
            query: None,
            takes: Vec::new(),
            answers: Vec::new(),
        }
    }

    /// Asks for no token.
    pub(super) fn open(self) -> Self {
        Self { token: false, ..self }
    }

    /// Needs the store, and says 503 while it fails.
    pub(super) fn needs_store(self) -> Self {
        Self { store: true, ..self }
    }

    /// Takes bodies of any size, as far as the handler itself does.
    pub(super) fn unlimited(mut self) -> Self {
        if let Server::Router(serves) = self.server {
            self.server = Server::Router(Box::new(serves.layer(DefaultBodyLimit::disable())));
        }
        self
    }

    /// A part of the path.
    pub(super) fn at<T: JsonSchema>(mut self, name: &'static str, zh: &'static str, en: &'static str) -> Self {
        self.parameters.push(Parameter { name, place: "path", zh, en, schema: of::<T> });
        self
    }

    /// A request header that may be there.
    pub(super) fn reads(mut self, name: &'static str, zh: &'static str, en: &'static str) -> Self {
        self.parameters.push(Parameter { name, place: "header", zh, en, schema: of::<String> });
        self
    }

    pub(super) fn query<T: JsonSchema>(self) -> Self {
        Self { query: Some(members_of::<T>), ..self }
    }

    pub(super) fn takes(mut self, content: Content) -> Self {
        self.takes.push(content);
        self
    }

    /// What it answers with a status.
    pub(super) fn answers<const N: usize>(
        mut self,
        status: u16,
        zh: &'static str,
        en: &'static str,
        contents: [Content; N],
    ) -> Self {
        self.answers.push(Answered { status: Some(status), zh, en, contents: contents.into(), headers: Vec::new() });
        self
    }

    /// What it answers besides.
    pub(super) fn else_answers(mut self, zh: &'static str, en: &'static str, content: Content) -> Self {
        self.answers.push(Answered { status: None, zh, en, contents: vec![content], headers: Vec::new() });
        self
    }

    /// A header of the answer that was told last.
    pub(super) fn with(mut self, name: &'static str, zh: &'static str, en: &'static str) -> Self {
        if let Some(last) = self.answers.last_mut() {
            last.headers.push((name, zh, en));
        }
        self
    }

    /// A problem that it answers; the text names the words of `error` in backticks.
    pub(super) fn refuses(self, status: u16, zh: &'static str, en: &'static str) -> Self {
        self.answers(status, zh, en, [json::<super::problem::Problem>()])
    }
}
