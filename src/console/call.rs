//! A command's side: it asks the daemon over its socket, and only where nothing holds the data folder it opens the
//! store itself and runs the same handler.

use std::io;
use std::sync::Arc;

use tokio::net::UnixStream;

use super::line::{self, MAX_ANSWER};
use super::serve::own_name;
use super::{Answer, Call, Code, Control, House, Problem, handle};
use crate::outcomes::{Levels, Outcomes};
use crate::store::{self, Actor, Home, StoreError};

/// Asks the daemon of a data folder, or else the store in it; `offline` stands for the daemon then, and `levels` say what
/// words of satisfaction mean.
pub async fn call(home: &Home, offline: Arc<dyn Control>, levels: Levels, call: Call) -> Answer {
    match ask(home, &call).await {
        Ok(answer) => answer,
        Err(error) if is_absent(&error) => alone(home, offline, levels, call).await,
        Err(error) => Answer::Problem(unreachable(home, &error)),
    }
}

/// Whether no daemon runs on a data folder.
pub fn nobody_runs(home: &Home) -> bool {
    std::os::unix::net::UnixStream::connect(home.socket()).is_err_and(|error| is_absent(&error))
}

async fn ask(home: &Home, call: &Call) -> io::Result<Answer> {
    let mut stream = UnixStream::connect(home.socket()).await?;
    line::write(&mut stream, call).await?;
    let answer = line::read(&mut stream, MAX_ANSWER).await?;
    answer.ok_or_else(|| io::Error::new(io::ErrorKind::UnexpectedEof, "it closed without an answer"))
}

/// Nobody listens: there is no socket, or a dead process left it.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused)
}

fn unreachable(home: &Home, error: &io::Error) -> Problem {
    let socket = home.socket();
    let socket = socket.display();
    if error.kind() == io::ErrorKind::PermissionDenied {
        return Problem::new(
            Code::Unreachable,
            format!("没有权限连接 {socket};请用运行汇流的用户执行(sudo -u 用户名 huiliu …)"),
            format!("no permission to use {socket}; run this as the user huiliu runs as (sudo -u USER huiliu …)"),
        );
    }
    Problem::new(
        Code::Unreachable,
        format!("连接运行中的汇流({socket})失败:{error}"),
        format!("the daemon at {socket} cannot be asked: {error}"),
    )
}

async fn alone(home: &Home, offline: Arc<dyn Control>, levels: Levels, call: Call) -> Answer {
    if !home.folder.exists() {
        return Answer::Problem(Problem::new(
            Code::Unreachable,
            format!("数据目录 {} 还不存在;先运行一次 huiliu run", home.folder.display()),
            format!("the data folder {} does not exist yet; start huiliu run once", home.folder.display()),
        ));
    }
    let opening = home.clone();
    let opened = tokio::task::spawn_blocking(move || store::open(&opening)).await;
    let store = match opened.unwrap_or(Err(StoreError::Closed)) {
        Ok(store) => store,
        Err(error) => return Answer::Problem(error.into()),
    };
    let outcomes = Outcomes::new(store.clone(), levels);
    let house = House { store, outcomes, control: offline, zone: home.zone.clone() };
    let actor = Actor { who: own_name(), why: call.why };
    let answer = Box::pin(handle(&house, call.request, &actor)).await;
    // Closing waits for the writer's thread.
    let _ = tokio::task::spawn_blocking(move || drop(house)).await;
    answer
}
