//! Addresses: whose they are, and that a letter waits for a channel that is away instead of going back.

use std::fs;

use super::{AWAY, CITY, COUNTY, Scene, UNKNOWN, letter, mailbox, start};
use crate::gateway::{StartError, build_channel, letters_elsewhere};
use crate::settings::{self, Lang, Variables};

#[tokio::test(flavor = "multi_thread")]
async fn letters_wait_while_a_channel_is_off_wrong_or_gone() {
    let county = mailbox("县长信箱", "live", &[COUNTY]);
    let mut scene = Scene::open(&[("city", &mailbox("市民热线", "live", &[CITY])), ("county", &county)]).await;
    let taken = async |scene: &Scene| scene.deliver(&[COUNTY], &letter(1, "")).await[0].starts_with("250");
    assert!(taken(&scene).await);
    scene.write("county", &county.replace("live", "off"));
    scene.reload().await;
    assert_eq!(scene.deliver(&[COUNTY, "who@city.example"], &letter(2, "")).await, [AWAY, UNKNOWN]);
    // Also after a start, and so where the file cannot be read any more: its addresses are remembered.
    for written in [county.replace("live", "off"), "[channel\n".into()] {
        scene.stop().await;
        scene.write("county", &written);
        scene.start().await;
        assert_eq!(scene.deliver(&[COUNTY, "who@city.example"], &letter(2, "")).await, [AWAY, UNKNOWN], "{written}");
    }
    scene.write("county", &county);
    scene.reload().await;
    assert!(taken(&scene).await);
    // A file that goes wrong changes nothing of a channel that runs.
    scene.write("county", "[channel\n");
    scene.reload().await;
    assert!(taken(&scene).await);
    scene.remove("county");
    scene.reload().await;
    assert_eq!(scene.deliver(&[COUNTY], &letter(2, "")).await, [AWAY]);
    scene.stop().await;
    scene.start().await;
    assert_eq!(scene.deliver(&[COUNTY, CITY], &letter(1, "")).await[0], AWAY);
    // Another channel may take the address over.
    scene.write("city", &mailbox("市民热线", "live", &[CITY, COUNTY]));
    scene.reload().await;
    assert!(taken(&scene).await);
    // One that nobody ever could read may have any address: until it can be read, nothing goes back.
    scene.write("new", "[channel\n");
    scene.reload().await;
    assert_eq!(scene.deliver(&["who@city.example", "hotline+x@city.example"], &letter(2, "")).await[0], AWAY);
    assert!(taken(&scene).await);
    scene.remove("new");
    scene.reload().await;
    assert_eq!(scene.deliver(&["who@city.example"], &letter(2, "")).await, [UNKNOWN]);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_two_channels_that_run_have_one_address() {
    let city = mailbox("市民热线", "live", &[CITY]);
    let mut scene = Scene::open(&[("city", &city), ("county", &mailbox("县长信箱", "live", &[COUNTY]))]).await;
    let to_whom = async |scene: &Scene, to: &str, number: u32| {
        let before = (scene.tickets("city").await, scene.tickets("county").await);
        scene.deliver(&[to], &letter(number, "")).await;
        (scene.tickets("city").await - before.0, scene.tickets("county").await - before.1)
    };
    // The one that wants what another has goes on as it was.
    scene.write("city", &mailbox("市民热线", "live", &[CITY, COUNTY]));
    scene.reload().await;
    assert_eq!((to_whom(&scene, COUNTY, 1).await, to_whom(&scene, CITY, 2).await), ((0, 1), (1, 0)));
    let config = scene.config();
    let check = |code: &str| {
        let gateway = settings::Gateway::load(&config, &Variables::default()).unwrap();
        let infos: Vec<_> = super::KINDS.iter().map(|kind| (kind.info)()).collect();
        let files = gateway.channels(&infos);
        let channel = files.of(code).unwrap().result.as_ref().unwrap();
        let (connector, _) = build_channel(channel, &gateway, &Variables::default(), super::KINDS).unwrap();
        letters_elsewhere(channel, &connector, &gateway, &Variables::default(), super::KINDS)
    };
    // At a start, and so in a check, the first of them has it.
    assert_eq!((check("city").len(), check("county").len()), (0, 1));
    let told = check("county")[0].shown(Lang::Zh);
    assert!(told.contains("“12345@county.example”的来信已经归渠道 city"), "{told}");
    scene.stop().await;
    let Err(StartError::Mistakes(mistakes)) = start(&scene.config(), true).await else { panic!("it started") };
    assert_eq!(mistakes.len(), 1);
    scene.start().await;
    assert_eq!(to_whom(&scene, COUNTY, 3).await, (1, 0));
    // Both swap in one go.
    scene.write("city", &mailbox("市民热线", "live", &[COUNTY]));
    scene.write("county", &mailbox("县长信箱", "live", &[CITY]));
    scene.reload().await;
    assert_eq!((to_whom(&scene, COUNTY, 4).await, to_whom(&scene, CITY, 5).await), ((1, 0), (0, 1)));
    // What is off wants nothing.
    scene.write("city", &mailbox("市民热线", "off", &[COUNTY]));
    scene.write("county", &mailbox("县长信箱", "live", &[CITY, COUNTY]));
    scene.reload().await;
    assert_eq!((check("city").len(), check("county").len(), to_whom(&scene, COUNTY, 6).await), (0, 0, (0, 1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_takes_letters_wants_a_listener() {
    let scene = Scene::open(&[("county", &mailbox("县长信箱", "live", &[COUNTY]))]).await;
    fs::write(scene.config().join("gateway.toml"), "data = \"data2\"\n[http]\nlisten = \"127.0.0.1:0\"\n").unwrap();
    let Err(error) = start(&scene.config(), true).await else { panic!("it started") };
    let told = error.shown(Lang::En);
    assert!(told.contains("gateway.toml has no [lmtp]") && told.contains("channel.toml"), "{told}");
    // One that is off may wait for it.
    scene.write("county", &mailbox("县长信箱", "off", &[COUNTY]));
    let gateway = start(&scene.config(), true).await.unwrap();
    assert_eq!(gateway.letters, None);
    gateway.stop().await;
}
