//! Recipes that are refused where they are built: each mistake with its key, what was found, what helps.

use huiliu_farside::site::Premises;
use huiliu_kit::recipe::{RecipeOptions, Way};

use super::{built, tried};

fn site() -> Premises {
    Premises::new().with("KEY", "s3cret-key-0123456").with("EMPTY", "").with("HEX", "0123456789abcdeffedcba9876543210")
}

/// The one mistake of a recipe.
fn mistake(written: &str, way: Way) -> String {
    let wrong = tried(written, way, &site()).map(|_| ()).unwrap_err();
    assert_eq!(wrong.len(), 1, "{wrong:#?}");
    wrong.into_iter().next().unwrap()
}

const KEY: &str = "keys = [{ secret = { env = \"KEY\" } }]\n";
const PUT: &str = "put = [{ header = \"x-sign\", text = \"{sign}\" }]\n";

#[test]
fn a_placeholder_that_is_not_known_is_told_with_the_nearest() {
    let told =
        mistake(&format!("{KEY}{PUT}steps = [{{ name = \"sign\", hmac = \"sha256\", of = \"{{bdoy}}\" }}]"), Way::Out);
    assert!(
        told.starts_with("recipe.steps.0.of: `{bdoy}` is unknown; did you mean `{body}`?; known are {method}, "),
        "{told}"
    );
    let told = mistake(
        &format!(
            "{KEY}{PUT}steps = [{{ name = \"sign\", hmac = \"sm3\", of = \"{{plain}}\" }}, {{ name = \"plain\", text = \"x\" }}]"
        ),
        Way::Out,
    );
    assert!(told.contains("`{plain}` is a step that comes later"), "{told}");
    let told = mistake(
        &format!("{KEY}{PUT}steps = [{{ name = \"sign\", hmac = \"sm3\", of = \"{{stamp}}{{body}}\" }}]"),
        Way::Out,
    );
    assert!(told.contains("nothing says what it is; write `stamp`"), "{told}");
    let told =
        mistake(&format!("{KEY}{PUT}steps = [{{ name = \"sign\", hmac = \"sm3\", of = \"{{body\" }}]"), Way::Out);
    assert!(told.contains("a brace stands alone"), "{told}");
}

#[test]
fn all_mistakes_are_told_at_once() {
    let wrong = tried(
        r#"
        stamp = { format = "fortnights", window = "9d" }
        nonce = { length = 900 }
        values = { "a b" = "x" }
        keys = [{ secret = { env = "EMPTY" } }, { secret = { env = "NOWHERE" } }, { id = "x" }, { secret = { env = "KEY" }, as = "hex", until = "2027-13-01" }]
        steps = [{ name = "body", text = "x" }, { name = "two", text = "x", digest = "md5" }, { name = "take", text = "x", take = "9..2", pair = "{name}" }]
        put = [{ header = "a b", text = "x" }, { header = "a", query = "b", text = "x" }]
        seal = [{ by = "sm4-cbc", what = "fields" }]
        "#,
        Way::Out,
        &site(),
    )
    .map(|_| ())
    .unwrap_err();
    for key in [
        "values.a b",
        "stamp.window",
        "stamp.format",
        "nonce.length",
        "keys.0.secret",
        "keys.1.secret",
        "keys.2",
        "keys.3.secret",
        "steps.0.name",
        "steps.1",
        "steps.2.pair",
        "steps.2.take",
        "put.0.header",
        "put.1",
        "seal.0.fields",
    ] {
        assert!(wrong.iter().any(|one| one.starts_with(&format!("recipe.{key}: "))), "{key} in {wrong:#?}");
    }
    assert!(!wrong.iter().any(|one| one.contains("s3cret-key")), "{wrong:#?}");
}

#[test]
fn what_anybody_could_make_is_no_signature() {
    let open = "steps = [{ name = \"sign\", digest = \"sha256\", of = \"{body}\" }]\n";
    assert!(mistake(&format!("{KEY}{PUT}{open}"), Way::Out).contains("no step reads the secret"));
    assert!(mistake(&format!("{KEY}{PUT}{open}"), Way::In).contains("nothing here proves who sent it"));
    assert!(mistake("", Way::Out).contains("puts nothing into the request"));
    assert!(
        mistake(
            &format!(
                "{KEY}seal = [{{ by = \"aes-cbc\" , keys = [{{ secret = {{ env = \"HEX\" }}, as = \"hex\" }}] }}]"
            ),
            Way::In
        )
        .contains("nothing here proves")
    );
    built("seal = [{ by = \"aes-gcm\" , keys = [{ secret = { env = \"HEX\" }, as = \"hex\" }] }]", Way::In, &site());
}

#[test]
fn a_stamp_or_nonce_that_is_not_signed_or_not_there() {
    let with = |more: &str, of: &str, put: &str| {
        format!(
            "{KEY}{more}steps = [{{ name = \"sign\", hmac = \"sha256\", of = \"{of}\" }}]\nput = [{put}{{ header = \"x-sign\", text = \"{{sign}}\" }}]"
        )
    };
    let time = "{ header = \"x-time\", text = \"{stamp}\" }, ";
    assert!(
        mistake(&with("stamp = {}\n", "{stamp}{body}", ""), Way::In).contains("nothing says where `{stamp}` stands")
    );
    assert!(mistake(&with("stamp = {}\n", "{body}", time), Way::In).contains("`{stamp}` is not signed"));
    built(&with("stamp = {}\n", "{body}", time), Way::Out, &site());
    built(&with("stamp = {}\n", "{header.x-time}\\n{body}", time), Way::In, &site());
    let once = "{ header = \"x-once\", text = \"{nonce}\" }, ";
    assert!(mistake(&with("nonce = {}\n", "{nonce}.{body}", once), Way::In).contains("a nonce needs a `stamp`"));
}

/// Bytes that could be moved over a border would let a signature that was seen vouch for another body.
#[test]
fn texts_without_borders_are_refused_where_they_are_verified() {
    let with = |of: &str, more: &str| {
        format!(
            "{KEY}stamp = {{}}\nnonce = {{{more}}}\nsteps = [{{ name = \"sign\", hmac = \"sha256\", of = \"{of}\" }}]\n\
             put = [{{ header = \"x-time\", text = \"{{stamp}}\" }}, {{ header = \"x-once\", text = \"{{nonce}}\" }}, {{ header = \"x-sign\", text = \"{{sign}}\" }}]"
        )
    };
    for (of, more) in [
        ("{nonce}{stamp}{body}", ""),
        ("{nonce}{body}{stamp}", ""),
        ("{stamp}{body}{nonce}", ""),
        ("{stamp}{nonce}a{body}", ""),
        ("{stamp}{nonce}={body}", ""),
        ("{stamp}{nonce}.{path}{body}", ""),
        ("{stamp}{nonce}.{header.x-a}{body}", ""),
        ("{stamp}{nonce}.{query.a}.{body}", ""),
    ] {
        assert!(mistake(&with(of, more), Way::In).contains("one signature fits two messages"), "{of}");
        built(&with(of, more), Way::Out, &site());
    }
    for (of, more) in [
        ("{stamp}.{nonce}.{body}", ""),
        ("{body}.{nonce}.{stamp}", ""),
        ("{nonce}{stamp}{body}", "length = 32"),
        ("{method}\\n{path}\\n{query}\\n{header.x-a}\\n{nonce}\\n{stamp}\\n{body}", ""),
        ("{stamp}{secret}.{nonce}.{body}", ""),
    ] {
        built(&with(of, more), Way::In, &site());
    }
    let parts = |step: &str| {
        format!("{KEY}steps = [{step}, {{ name = \"sign\", digest = \"md5\", of = \"{{plain}}{{secret}}\" }}]\n{PUT}")
    };
    for step in [
        "{ name = \"plain\", params = [\"json\"], pair = \"{name}{value}\" }",
        "{ name = \"plain\", params = [\"json\"], join = \"\" }",
        "{ name = \"plain\", params = [\"json\"], pair = \"{value}\" }",
        "{ name = \"plain\", texts = [\"{query.a}\", \"{body}\"], sort = \"value\" }",
        "{ name = \"plain\", texts = [\"{query.a}\", \"{body}\"] }",
        "{ name = \"plain\", texts = [\"{query.a}\", \"{body}\"], join = \"&\" }",
        "{ name = \"plain\", text = \"{query.a}&{body}\" }",
    ] {
        assert!(mistake(&parts(step), Way::In).contains("borderless"), "{step}");
        built(&parts(&step.replace(" }", ", borderless = true }")), Way::In, &site());
    }
    built(&parts("{ name = \"plain\", params = [\"json\"] }"), Way::In, &site());
    built(
        &parts("{ name = \"plain\", texts = [\"{query.a}\", \"{query.b}\"], join = \"&\", encode = \"rfc3986\" }"),
        Way::In,
        &site(),
    );
}

#[test]
fn a_signature_cannot_hold_itself() {
    let with = |of: &str, put: &str| {
        format!(
            "{KEY}steps = [{{ name = \"sign\", hmac = \"sha256\", of = \"{of}\" }}]\nput = [{{ {put}, text = \"{{sign}}\" }}]"
        )
    };
    assert!(mistake(&with("{body}", "field = \"/sign\""), Way::In).contains("a signature cannot hold itself"));
    built(&with("{body}", "field = \"/sign\""), Way::Out, &site());
    for (of, put) in [
        ("{header.x-sign}", "header = \"x-sign\""),
        ("{query.sign}", "query = \"sign\""),
        ("{field:/a}", "field = \"/a/sign\""),
    ] {
        assert!(mistake(&with(of, put), Way::Out).contains("a signature cannot hold itself"), "{of}");
    }
    built(&with("{query}", "query = \"sign\""), Way::In, &site());
    let inside = "steps = [{ name = \"all\", params = [\"json\"] }, { name = \"sign\", hmac = \"sm3\", of = \"{all}\" }]\nput = [{ field = \"/head/sign\", text = \"{sign}\" }]\n";
    assert!(mistake(&format!("{KEY}{inside}"), Way::In).contains("leave it out by `without`"));
}

#[test]
fn keys_that_are_none_are_told_without_showing_them() {
    let sign = |by: &str| format!("{KEY}{PUT}steps = [{{ name = \"sign\", sign = \"{by}\", of = \"{{body}}\" }}]");
    assert!(mistake(&sign("sm2"), Way::Out).starts_with("recipe.keys.0.secret: this is no SM2 key"));
    assert!(mistake(&sign("rsa_sha256"), Way::Out).starts_with("recipe.keys.0.secret: this is no RSA key"));
    assert!(mistake(&sign("sm2"), Way::In).contains("no key of `keys` has a `public`"));
    let seal = |by: &str| {
        format!(
            "{KEY}{PUT}steps = [{{ name = \"sign\", hmac = \"sm3\", of = \"{{body}}\" }}]\nseal = [{{ by = \"{by}\" }}]"
        )
    };
    let told = mistake(&seal("sm4-cbc"), Way::Out);
    assert!(told.contains("a key has 18 bytes; SM4 needs 16") && told.contains("as = \"hex\""), "{told}");
    assert!(mistake(&seal("sm2"), Way::Out).contains("no key has a `public`"));
    for iv in ["\"key\"", "{ hex = { env = \"HEX\" } }"] {
        let told = tried(
            &format!(
                "{KEY}seal = [{{ by = \"sm4-gcm\", iv = {iv}, keys = [{{ secret = {{ env = \"HEX\" }}, as = \"hex\" }}] }}]"
            ),
            Way::Out,
            &site(),
        );
        assert!(told.map(|_| ()).unwrap_err()[0].contains("GCM is broken by an initial vector that is used twice"));
    }
}

#[test]
fn each_part_belongs_to_one_direction() {
    let simple = format!("{KEY}{PUT}steps = [{{ name = \"sign\", hmac = \"sm3\", of = \"{{body}}\" }}]\n");
    let answer = "[answer]\nsteps = [{ name = \"sign\", hmac = \"sm3\", of = \"{path}{body}\" }]\nput = [{ query = \"sign\", text = \"{sign}\" }]\n";
    let wrong = tried(&format!("{simple}{answer}"), Way::Out, &site()).map(|_| ()).unwrap_err();
    assert!(wrong[0].starts_with("recipe.answer.steps.0.of: `{path}` is unknown"), "{wrong:#?}");
    assert!(wrong[1].contains("an answer has no query"), "{wrong:#?}");
    assert!(mistake(&format!("{simple}[answer]\n"), Way::In).contains("`answer` belongs to requests that we send"));
    assert!(mistake(&format!("{simple}[echo]\n"), Way::Out).contains("`echo` belongs to pushes that we receive"));
}

#[test]
fn a_body_that_is_written_anew_is_not_what_was_signed() {
    let written = format!(
        "{KEY}{PUT}steps = [{{ name = \"sign\", hmac = \"sm3\", of = \"{{body}}\" }}]\n\
         seal = [{{ what = \"fields\", fields = [\"/phone\"], order = \"after_signing\", by = \"sm4-gcm\", keys = [{{ secret = {{ env = \"HEX\" }}, as = \"hex\" }}] }}]"
    );
    assert!(mistake(&written, Way::In).starts_with("recipe.seal.0.order: `sign` signs the body byte by byte"));
    built(&written, Way::Out, &site());
}

#[test]
fn query_parameters_are_sealed_before_signing_only() {
    let written = format!(
        "{KEY}{PUT}steps = [{{ name = \"sign\", hmac = \"sm3\", of = \"{{query}}\" }}]\n\
         seal = [{{ what = \"query\", fields = [\"a\"], order = \"after_signing\", by = \"sm4-gcm\", keys = [{{ secret = {{ env = \"HEX\" }}, as = \"hex\" }}] }}]"
    );
    assert!(mistake(&written, Way::Out).starts_with("recipe.seal.0.order: "));
    built(&written.replace("after_signing", "before_signing"), Way::Out, &site());
}

#[test]
fn a_key_that_is_not_known_is_refused_where_it_is_read() {
    for (written, named) in [
        ("stpes = []", "stpes"),
        ("steps = [{ name = \"a\", txet = \"x\" }]", "txet"),
        ("[answer]\nanswer = {}", "answer"),
        ("seal = [{ by = \"sm4-ctr\" }]", "sm4-ctr"),
    ] {
        let wrong = toml::from_str::<RecipeOptions>(written).unwrap_err().to_string();
        assert!(wrong.contains(named), "{wrong}");
    }
    let schema = schemars::schema_for!(RecipeOptions);
    let schema = schema.as_value();
    for name in ["values", "stamp", "nonce", "keys", "steps", "put", "seal", "answer", "echo"] {
        assert!(schema["properties"][name]["x-zh"].is_string(), "{name}");
    }
}
