//! The OpenAPI 3.1 document of the whole interface, rendered from the table of routes and from the types that are read and
//! written. Its schemas are JSON Schema 2020-12, as `huiliu schema` prints it.

mod render;
mod schemas;
#[cfg(test)]
mod tests;
mod webhooks;

use std::sync::{Arc, LazyLock};

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use self::schemas::Schemas;
use super::Api;
use super::problem::{Problem, not_verified};
use super::route::{About, Content, Route, Tag, json as json_of};
use super::table::table;

const DESCRIPTION: &str = "\
The core system tells Huiliu what became of tickets (outcomes), fetches events where it is not posted to, and downloads files; \
channels push submissions. Events that Huiliu posts to a core of kind `rest` stand under `webhooks`. Everything but pushes, \
probes and metrics asks for the bearer token that is printed once at the first start. What is not done is told as a `Problem`: \
one stable word in `error`, and a message that says what helps; a path or method that is not here as 404 `no_such_route` or 405 \
`no_such_method`. New members may be added to answers; none is renamed or removed.";

const DESCRIPTION_ZH: &str = "\
热线系统用这里的接口告诉汇流办理反馈、自己来取流转消息、下载附件;各渠道向这里推送来件。汇流向 kind = \"rest\" 的热线系统推送的流转消息\
写在 webhooks 里。除了推送、健康检查和指标,都要带令牌(首次启动时显示一次)。没有做成的,一律回答 Problem:error 是固定不变的一个词,\
message 写明怎么办;没有的路径或方法回答 404 no_such_route、405 no_such_method。回答里以后可能增加新的栏,不会改名或取消。";

/// The document, as JSON.
pub fn openapi() -> Value {
    let mut schemas = Schemas::new();
    let table = table();
    let paths = paths(&table, &mut schemas);
    let webhooks = webhooks::all(&mut schemas);
    let responses = json!({
        "NotVerified": render::response(&not_verified_answer(), &mut schemas),
        "ComeAgain": render::response(&come_again_answer(), &mut schemas),
    });
    let tags = Tag::ALL.map(|tag| json!({ "name": tag.name(), "description": tag.about().1, "x-zh": tag.about().0 }));
    json!({
        "openapi": "3.1.1",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "Huiliu 汇流",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
            "x-zh": DESCRIPTION_ZH,
            "license": { "name": "Apache-2.0", "identifier": env!("CARGO_PKG_LICENSE") },
        },
        "servers": [{ "url": "/", "description": "Where this document is served." }],
        "tags": tags,
        "security": [{ "token": [] }],
        "paths": paths,
        "webhooks": webhooks,
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token of the core's interface, printed once at the first start.",
                },
            },
            "responses": responses,
            "schemas": schemas.components(),
        },
    })
}

fn paths(table: &[Route], schemas: &mut Schemas) -> Value {
    let mut paths = Map::new();
    for route in table {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.as_str().to_ascii_lowercase()] = render::operation(route, schemas);
    }
    paths.into()
}

fn not_verified_answer() -> super::route::Answered {
    super::route::Answered {
        status: Some(401),
        zh: "没有令牌,或令牌不对",
        en: "`not_verified`: the bearer token is missing or wrong.",
        contents: vec![json_of::<Problem>()],
        headers: Vec::new(),
    }
}

fn come_again_answer() -> super::route::Answered {
    super::route::Answered {
        status: Some(503),
        zh: "现在做不了,稍后再来",
        en: "`store`: the store failed, nothing was done. `not_now`: the gateway is stopping. Come again.",
        contents: vec![json_of::<Problem>()],
        headers: vec![("Retry-After", "隔几秒再来", "In so many seconds.")],
    }
}

pub(super) fn routes() -> Vec<Route> {
    let about = About {
        id: "getOpenapi",
        tag: Tag::House,
        zh: "这份接口说明(OpenAPI 3.1)",
        en: "This document (OpenAPI 3.1); `huiliu schema api` prints the same.",
    };
    let get = Route::get("/api/v1/openapi.json", document, about);
    vec![get.answers(200, "接口说明", "The document.", [Content::of("application/json", any_document)])]
}

/// Enough of the document to be told from anything else.
fn any_document(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "object", "required": ["openapi", "info", "paths", "webhooks", "components"] })
}

async fn document(State(api): State<Arc<Api>>, headers: HeaderMap) -> Response {
    static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| openapi().to_string().into());
    if !api.allows(&headers) {
        return not_verified();
    }
    let mut answer = DOCUMENT.clone().into_response();
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}
