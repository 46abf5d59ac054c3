//! The table of everything that is served over HTTP. The router and the OpenAPI document are both made of it, so that neither
//! has a route that the other lacks.

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;

use super::route::{Route, Server};
use super::{
    Api, Front, api, desk, document, files, handed, health, login, note, offer, preview, problem, push, reload, report,
};

/// What handlers may ask for.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) api: Arc<Api>,
    pub(super) front: Arc<Front>,
}

impl FromRef<Desk> for Arc<Api> {
    fn from_ref(desk: &Desk) -> Self {
        desk.api.clone()
    }
}

/// Every route; each room of this floor brings its own.
pub(super) fn table() -> Vec<Route> {
    let rooms = [
        push::routes(),
        handed::routes(),
        desk::routes(),
        note::routes(),
        offer::routes(),
        api::routes(),
        files::routes(),
        preview::routes(),
        login::routes(),
        reload::routes(),
        health::routes(),
        document::routes(),
        report::routes(),
    ];
    rooms.into_iter().flatten().collect()
}

/// The router of what stands behind the door of pushes.
pub(super) fn router(desk: Desk) -> Router {
    let routes = table().into_iter().filter_map(|route| match route.server {
        Server::Router(serves) => Some((route.path, serves)),
        Server::Door => None,
    });
    let router = routes.fold(Router::new(), |router, (path, serves)| router.route(path, *serves));
    router.fallback(problem::no_such_route).method_not_allowed_fallback(problem::no_such_method).with_state(desk)
}
