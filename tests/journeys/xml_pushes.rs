//! Pushes that are no JSON: XML in GB2312, forms of parts with files, and a far side that tests the address first.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use huiliu_farside::letter::Letter;
use huiliu_farside::writing::{Writing, parts};
use serde_json::json;

use crate::outcomes::token;
use crate::scene::{Plan, Scene};
use crate::written::{TOKEN, letters_received};

const XML: &str = r#"
format = "xml"
xml    = { lists = ["/letters/letter"] }
items  = "/letters/letter"
id     = "letterNo"
"#;

const ANSWER: &str = r#"
[answer]
taken   = { body = "<?xml version=\"1.0\"?><r><code>0</code><count>{count}</count></r>" }
refused = { body = "<r><code>1</code><why>{detail}</why></r>" }
"#;

/// A list of these letters, as a platform writes it that knows GB2312 only.
fn list(head: &str, letters: &[Letter]) -> Vec<u8> {
    let letter = |letter: &Letter| {
        let members = letter.document.as_object().unwrap().iter();
        let fields: String =
            members.map(|(name, value)| format!("<{name}>{}</{name}>", value.as_str().unwrap())).collect();
        format!("  <p:letter>{fields}</p:letter>\n")
    };
    let letters: String = letters.iter().map(letter).collect();
    let whole = format!("{head}<p:letters xmlns:p=\"urn:portal\">\n{letters}</p:letters>");
    encoding_rs::GBK.encode(&whole).0.into_owned()
}

async fn push(scene: &Scene, code: &str, media_type: &str, body: Vec<u8>) -> (u16, String) {
    let url = format!("{}/channels/{code}", scene.house.url);
    let request = scene.client.post(url).bearer_auth(TOKEN).header("content-type", media_type).body(body);
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn a_list_of_one_in_gb2312_is_taken_and_what_lies_is_refused_and_kept_once() {
    let written = format!("{}\n{ANSWER}", letters_received("省平台", XML));
    let mut scene = Plan::new().await.channel("xmls", &written).start().await;
    let declared = "<?xml version=\"1.0\" encoding=\"GB2312\"?>\n";
    let one = list(declared, &[Letter::invented(1)]);
    let (status, said) = push(&scene, "xmls", "text/xml", one.clone()).await;
    assert_eq!((status, said.as_str()), (200, "<?xml version=\"1.0\"?><r><code>0</code><count>1</count></r>"));
    let told = scene.until_told(1).await;
    assert_eq!(told[0].external_id(), Letter::invented(1).number);
    for (ours, theirs) in [("title", "title"), ("content", "content")] {
        assert_eq!(told[0].event["data"]["matter"][ours], Letter::invented(1).document[theirs]);
    }
    // An empty list is one as well.
    assert_eq!(push(&scene, "xmls", "text/xml", list(declared, &[])).await.0, 200);

    // A DOCTYPE, and GB2312 that says it is UTF-8: told again and again, each is refused and kept once.
    let doctype = list(&format!("{declared}<!DOCTYPE p:letters [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>\n"), &[]);
    let lies = list("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", &[Letter::invented(2)]);
    for (body, word) in [(&doctype, "DOCTYPE"), (&lies, "UTF-8")] {
        for _ in 0..2 {
            let (status, said) = push(&scene, "xmls", "text/xml", body.clone()).await;
            assert!(status == 400 && said.contains(word) && said.starts_with("<r><code>1"), "{status} {said}");
            assert!(!said.contains("passwd"), "{said}");
        }
    }
    scene.house.kill();
    scene.start_again().await;
    let dead = scene.dead().await;
    assert_eq!(dead.iter().map(|dead| dead["kind"].clone()).collect::<Vec<_>>(), ["unreadable", "unreadable"]);
    // What was taken stands: the same letter among others, differently indented, is told again.
    let both = [Letter::invented(1), Letter::invented(2)];
    assert_eq!(push(&scene, "xmls", "application/xml; charset=gbk", list(declared, &both)).await.0, 200);
    assert_eq!(scene.until_told(2).await[1].external_id(), Letter::invented(2).number);
    assert_eq!((scene.counted("xmls", "repeat").await, scene.counted("xmls", "revised").await), (1.0, 0.0));
    scene.assert_nothing_waits().await;
}

/// The channel of a portal that sends forms; without `known` it knows no word for what letters are about.
fn forms(known: &str) -> String {
    let written = letters_received("随手拍", "id = \"/letter/letterNo\"\njson_parts = [\"letter\"]");
    let at = |name: &str| (format!("\"{name}\""), format!("\"/letter/{name}\""));
    let (fields, codes) = written.split_once("[codes]").unwrap();
    let (head, mut fields) = fields.split_once("[fields]").map(|(head, fields)| (head, fields.to_owned())).unwrap();
    for name in ["title", "content", "letterType", "name", "phone", "address", "isPublic", "submitTime"] {
        let (from, to) = at(name);
        let from_phone = fields.replace("clean = \"phone\"", "clean = \u{1}");
        fields = from_phone.replace(&from, &to).replace('\u{1}', "\"phone\"");
    }
    let codes = codes.replace("type   = {", &format!("type   = {{ {known}"));
    format!("{head}[fields]{fields}[codes]{codes}")
}

#[tokio::test]
async fn a_form_whose_mapping_fails_is_mended_and_tried_again_with_its_file() {
    let mut scene = Plan::new().await.channel("forms", &forms("")).start().await;
    let token = token(&scene);
    let mut letter = Letter::invented(1);
    letter.document["letterType"] = json!("随手拍");
    let photo = crate::files::jpeg(70_000);
    let body = parts(&letter, &[("現場\u{ff1b}1.jpg", &photo[..40_000]), ("2.jpg", &photo[..20_000])]);
    let (status, said) = push(&scene, "forms", Writing::Parts.media_type(), body.clone()).await;
    assert_eq!(status, 200, "{said}");
    let [dead] = &scene.dead().await[..] else { panic!("it is one unmapped letter") };
    assert_eq!(dead["kind"], "unmapped");
    let id = dead["id"].to_string();

    scene.house.kill();
    scene.rewrite("forms", &forms("\"随手拍\" = \"投诉\", "));
    scene.start_again().await;
    assert_eq!(push(&scene, "forms", Writing::Parts.media_type(), body).await.0, 200);
    assert_eq!(scene.counted("forms", "repeat").await, 1.0, "with its files it is the same, whatever the mapping");
    let (status, printed) = scene.ask(&["dead", "retry", &id, "--why", "the word is known now"]).await;
    assert_eq!(status, 0, "{printed}");
    let told = scene.until_told(1).await;
    assert_eq!(told[0].event["data"]["matter"]["title"], letter.document["title"]);
    let files = told[0].event["data"]["files"].as_array().unwrap();
    let names: Vec<_> = files.iter().map(|file| file["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["現場\u{ff1b}1.jpg", "2.jpg"], "raw GBK, in the order of the form");
    for (file, bytes) in files.iter().zip([&photo[..40_000], &photo[..20_000]]) {
        let answer = crate::files::download(&scene, &token, file["url"].as_str().unwrap()).await;
        assert_eq!(answer.status(), 200);
        assert!(answer.bytes().await.unwrap() == bytes, "byte for byte");
    }

    // A form that is cut is refused and kept; nothing of it is a letter.
    let mut cut = parts(&Letter::invented(2), &[("3.jpg", &photo[..10_000])]);
    cut.truncate(5_000);
    assert_eq!(push(&scene, "forms", Writing::Parts.media_type(), cut).await.0, 400);
    assert_eq!(crate::files::one_dead(&scene).await["kind"], "unreadable");
    // Told again it has another boundary, as clients draw one for each request; it is the same form all the same.
    let letter = Letter::invented(3);
    let again = |boundary: &str| {
        let part = |name: &str| format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        let cut = format!("{}{}\r\n{}and", part("letter"), letter.document, part("note"));
        (format!("multipart/form-data; boundary={boundary}"), cut.into_bytes())
    };
    for boundary in ["first", "a-second-one", "third"] {
        let (media_type, body) = again(boundary);
        assert_eq!(push(&scene, "forms", &media_type, body).await.0, 400);
    }
    assert_eq!(scene.dead().await.len(), 2, "kept once, whatever stands between its parts");
}

#[tokio::test]
async fn a_far_side_that_tests_the_address_gets_its_text_back_only_with_the_right_signature() {
    let handshake = r#"
handshake = { echo = "echostr", verify = { sha1_sorted = ["timestamp", "nonce"], token = { file = "secrets/letters.token" }, signature = "signature" } }
id = "letterNo"
"#;
    let written = letters_received("公众号", handshake);
    let scene = Plan::new().await.letters().channel("weixin", &written).start().await;
    let signature = |nonce: &str| {
        let mut parts = [TOKEN, "1764547200", nonce];
        parts.sort_unstable();
        hex::encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, parts.concat().as_bytes()))
    };
    let asked = |code: &str, signature: &str| {
        format!("/channels/{code}?signature={signature}&timestamp=1764547200&nonce=77&echostr=back%21{signature}")
    };
    let right = signature("77");
    assert_eq!(scene.get(&asked("weixin", &right)).await, (200, format!("back!{right}")));
    let wrong = signature("78");
    let (status, said) = scene.get(&asked("weixin", &wrong)).await;
    assert!(status == 401 && !said.contains(&wrong), "{status} {said}");
    assert_eq!(scene.get("/channels/weixin?echostr=back").await.0, 401);
    let head = scene.client.head(format!("{}{}", scene.house.url, asked("weixin", &right))).send().await.unwrap();
    assert_eq!(head.status(), 200);
    assert_eq!(scene.get(&asked("letters", &right)).await.0, 404, "a channel that declares none answers none");
    let refused = [("channel", "weixin"), ("reason", "not_verified")];
    assert_eq!(scene.metric("huiliu_push_refused_total", &refused).await, 2.0);
    assert!(scene.dead().await.is_empty(), "nothing of a test is kept");
    // The same channel takes letters as ever.
    crate::scene::ticket(scene.mailbox("weixin").push(&Letter::invented(1)).await);
}
