//! The daemon's side of the socket: who may speak, and under whose name it goes on record. A connection is one
//! request and one answer.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::line::{self, MAX_REQUEST};
use super::{Answer, Call, House, Problem, handle};
use crate::store::Actor;

/// How long a request may take to arrive. Whoever connects is on this machine and sends at once.
const ARRIVES_WITHIN: Duration = Duration::from_secs(30);

/// The longest path of a socket that Linux takes, in bytes.
const MAX_PATH: usize = 107;

/// Listens at a path, readable and writable by the owner alone from its first moment. What a dead process left
/// there is replaced, so the data folder's lock must be held.
pub fn bind(path: &Path) -> io::Result<UnixListener> {
    let aside = path.with_extension("new");
    if aside.as_os_str().len() > MAX_PATH {
        let text = format!(
            "the path {} has more than {MAX_PATH} bytes, which is too long for a socket; choose a shorter data folder",
            aside.display()
        );
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    }
    match fs::remove_file(&aside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&aside)?;
    fs::set_permissions(&aside, Permissions::from_mode(0o600))?;
    fs::rename(&aside, path)?;
    Ok(listener)
}

/// Answers commands until `stop`; those under way are answered first.
pub async fn serve(listener: UnixListener, house: House, stop: CancellationToken) {
    let tracker = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, _)) => {
                let (house, stop) = (house.clone(), stop.clone());
                tracker.spawn(async move {
                    if let Err(error) = converse(stream, &house, &stop).await {
                        tracing::warn!(%error, "a command's connection failed");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "the command socket does not accept");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    tracker.close();
    tracker.wait().await;
}

async fn converse(mut stream: UnixStream, house: &House, stop: &CancellationToken) -> io::Result<()> {
    let uid = stream.peer_cred()?.uid();
    let arrived = tokio::select! {
        arrived = tokio::time::timeout(ARRIVES_WITHIN, line::read::<Call>(&mut stream, MAX_REQUEST)) => arrived,
        () = stop.cancelled() => return Ok(()),
    };
    let answer = match arrived {
        Err(_) => return Ok(()),
        Ok(Ok(None)) => return Ok(()),
        Ok(Err(error)) if error.kind() == io::ErrorKind::InvalidData => Answer::Problem(Problem::invalid(
            format!("看不懂这个请求({error});命令和运行中的汇流版本要一致"),
            format!("the request is not understood ({error}); command and daemon must be of one version"),
        )),
        Ok(Err(error)) => return Err(error),
        Ok(Ok(Some(_))) if !may_speak(uid, uzers::get_effective_uid()) => Answer::Problem(Problem::refused(
            "只有运行汇流的用户和 root 可以下命令;用 sudo -u 换成那个用户",
            "only the user that huiliu runs as, and root, may give commands; use sudo -u to become that user",
        )),
        Ok(Ok(Some(call))) => {
            let actor = Actor { who: who(uid), why: call.why };
            Box::pin(handle(house, call.request, &actor)).await
        }
    };
    line::write(&mut stream, &answer).await
}

/// Who may give commands. The socket's mode says the same; this holds where a folder was opened up by hand.
fn may_speak(peer: u32, own: u32) -> bool {
    peer == own || peer == 0
}

/// The name under which a Unix user goes on record.
pub(super) fn who(uid: u32) -> String {
    match uzers::get_user_by_uid(uid) {
        Some(user) => format!("unix:{}", user.name().to_string_lossy()),
        None => format!("unix:uid-{uid}"),
    }
}

/// The user who runs this process, for commands that open the store themselves.
pub fn own_name() -> String {
    who(uzers::get_current_uid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_owner_and_root_may_speak() {
        assert!(may_speak(1000, 1000) && may_speak(0, 1000));
        assert!(!may_speak(1001, 1000) && !may_speak(1000, 0));
    }

    #[test]
    fn a_user_without_a_name_is_still_told_apart() {
        assert_eq!(who(0), "unix:root");
        assert_eq!(who(4_000_000_123), "unix:uid-4000000123");
    }

    #[tokio::test]
    async fn the_socket_is_the_owners_alone_and_a_dead_one_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("huiliu.sock");
        drop(bind(&path).unwrap());
        let _listener = bind(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(UnixStream::connect(&path).await.is_ok());
        let long = folder.path().join("x".repeat(120)).join("huiliu.sock");
        assert!(bind(&long).unwrap_err().to_string().contains("shorter data folder"));
    }
}
