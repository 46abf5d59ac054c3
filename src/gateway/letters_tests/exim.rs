//! A real mail server on the other side: Debian's Exim, run by nobody in particular from a folder of its own, without a daemon.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::{COUNTY, FROM, Scene, letter, mailbox};

const EXIM: &str = "/usr/sbin/exim4";

/// Exim with a queue of its own, that hands all letters for the county over to one port.
struct Exim(PathBuf);

impl Exim {
    fn new(folder: &Path, port: &str) -> Self {
        let exim = Self(folder.to_owned());
        assert!(
            Path::new(EXIM).exists(),
            "this story needs Exim: apt-get install --no-install-recommends exim4-daemon-light"
        );
        for name in ["spool", "log"] {
            fs::create_dir_all(folder.join(name)).unwrap();
        }
        // A copy has no set-uid bit, so it stays who it is.
        fs::copy(EXIM, folder.join("exim")).unwrap();
        let (user, group) =
            if root() { ("nobody".into(), "nogroup".into()) } else { (said("id", "-un"), said("id", "-gn")) };
        let at = folder.display();
        let written = format!(
            "exim_path = {at}/exim\nkeep_environment =\nprimary_hostname = localhost\nspool_directory = {at}/spool\n\
             log_file_path = {at}/log/%s\nexim_user = {user}\nexim_group = {group}\ntrusted_users = {user}\n\
             never_users =\ndeliver_drop_privilege = true\ndisable_ipv6 = true\n\
             begin routers\nhotline:\n  driver = manualroute\n  domains = county.example\n  route_list = * 127.0.0.1\n\
             \x20 self = send\n  transport = huiliu\n\
             begin transports\nhuiliu:\n  driver = smtp\n  protocol = lmtp\n  port = {port}\n  allow_localhost\n\
             begin retry\n* * F,1h,1s\n"
        );
        fs::write(folder.join("conf"), written).unwrap();
        if root() {
            assert!(Command::new("chown").arg("-R").arg("nobody:nogroup").arg(folder).status().unwrap().success());
        }
        exim
    }

    fn run(&self, args: &[&str], input: &str) -> Output {
        let exim = self.0.join("exim");
        let mut command = Command::new(if root() { "setpriv".as_ref() } else { exim.as_os_str() });
        if root() {
            command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups", "--inh-caps=-all"]).arg(&exim);
        }
        command.arg("-C").arg(self.0.join("conf")).args(args);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        output
    }

    /// Takes a letter of a citizen and tries at once to hand it over.
    fn post(&self, to: &[&str], letter: &str) {
        self.run(&[&["-odf", "-i", "-f", FROM], to].concat(), letter);
    }

    /// How many letters wait in the queue.
    fn waiting(&self) -> String {
        String::from_utf8(self.run(&["-bpc"], "").stdout).unwrap().trim().to_owned()
    }

    fn log(&self) -> String {
        fs::read_to_string(self.0.join("log/main")).unwrap()
    }
}

fn root() -> bool {
    uzers::get_current_uid() == 0
}

fn said(program: &str, arg: &str) -> String {
    String::from_utf8(Command::new(program).arg(arg).output().unwrap().stdout).unwrap().trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_mail_server_hands_its_letters_over_and_keeps_what_must_wait() {
    let county = mailbox("县长信箱", "live", &[COUNTY]).replace("[fields]", "body_limit = 100000\n[fields]");
    let scene = Scene::open(&[("county", &county)]).await;
    let folder = tempfile::tempdir().unwrap();
    // Whoever Exim runs as must get there.
    fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let port = scene.at().rsplit_once(':').unwrap().1.to_owned();
    let exim = Exim::new(&folder.path().join("exim"), &port);
    // Dots, and enough lines for many packets.
    let long = format!("{}.\r\n..\r\n.x\r\n", "一行很长的话。\r\n".repeat(2000));
    exim.post(&[COUNTY], &(letter(1, "") + &long));
    assert_eq!((scene.tickets("county").await, exim.waiting().as_str()), (1, "0"), "{}", exim.log());
    let number = exim.log().lines().find_map(|line| Some(line.split_once("C=\"250 2.0.0 ")?.1.to_owned()));
    assert!(number.as_deref().is_some_and(|number| number.ends_with(" new\"")), "{}", exim.log());
    // The channel is off: the letter waits in the queue, and comes when it is on again.
    scene.write("county", &county.replace("live", "off"));
    scene.reload().await;
    exim.post(&[COUNTY], &letter(2, ""));
    assert_eq!((scene.tickets("county").await, exim.waiting().as_str()), (1, "1"));
    assert!(exim.log().contains("450 4.2.1 the channel takes nothing in now, come again"), "{}", exim.log());
    scene.write("county", &county);
    scene.reload().await;
    exim.run(&["-qff"], "");
    assert_eq!((scene.tickets("county").await, exim.waiting().as_str()), (2, "0"), "{}", exim.log());
    // Of two recipients one is nobody's: the other has its letter.
    exim.post(&[COUNTY, "who@county.example"], &letter(3, ""));
    assert_eq!(scene.tickets("county").await, 3);
    assert!(exim.log().contains("550 5.1.1 no channel takes letters under this address"), "{}", exim.log());
}
