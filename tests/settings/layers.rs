//! Variables over the file: which count, and that none is passed over in silence.

use insta::assert_snapshot;

use crate::scene::Scene;

#[test]
fn a_variable_lies_over_the_file() {
    let scene =
        Scene::new("data = \"here\"\n[limits]\npushes = 5\n[core]\nbatch = 7\nheaders = { \"X.Y[0]\" = \"z\" }\n")
            .variable("HUILIU__DATA", "/srv/huiliu")
            .variable("HUILIU__CORE__URL", "http://127.0.0.1:9600/")
            .variable("HUILIU__CORE__ORDERED_BATCH", "true")
            .variable("HUILIU__CORE__AUTH__BEARER__ENV", "HUILIU_CORE_TOKEN")
            .variable("HUILIU__LIMITS__PUSHES", "12")
            .variable("HUILIU_CORE_TOKEN", "hush");
    let settings = scene.gateway().unwrap().settings;
    let table = settings.core.unwrap();
    let core = table.rest().unwrap();
    assert_eq!(settings.data.to_str(), Some("/srv/huiliu"));
    assert_eq!((core.url.as_str(), core.batch, core.ordered_batch), ("http://127.0.0.1:9600/", 7, true));
    assert_eq!(core.headers["X.Y[0]"], "z");
    assert_eq!(settings.limits.pushes, 12);
    assert!(core.auth.is_some());
}

#[test]
fn a_variable_without_effect_is_told() {
    for (name, variable, value) in [
        ("one_underscore", "HUILIU_CORE__URL", "http://127.0.0.1:1/"),
        ("one_underscore_only", "HUILIU_DATA", "/srv"),
        ("unknown", "HUILIU__HTTP__LISTN", "127.0.0.1:1"),
        ("a_table", "HUILIU__HTTP", "127.0.0.1:1"),
        ("an_entry_of_a_free_table", "HUILIU__BUDGETS__SHENG", "60/min"),
        ("an_empty_part", "HUILIU__HTTP____LISTEN", "127.0.0.1:1"),
    ] {
        let told = Scene::new("").variable(variable, value).told();
        assert_snapshot!(format!("variable_{name}"), told);
    }
}

#[test]
fn the_layer_that_gave_a_wrong_value_is_named() {
    let scene = Scene::new("[http]\nbody_timeout = \"30\"\n[limits]\npushes = 4\n")
        .variable("HUILIU__LIMITS__PUSHES", "lots")
        .variable("HUILIU__HTTP__LISTEN", "");
    assert_snapshot!(scene.told());
}

#[test]
fn variables_of_others_are_left_alone() {
    let scene =
        Scene::new("").variable("HUILIU_CORE_TOKEN", "x").variable("HUILIU_CONFIG", "y").variable("HUILIUS", "z");
    scene.gateway().unwrap();
}

#[test]
fn the_list_of_variables_shows_no_values() {
    let scene = Scene::new("").variable("TOKEN", "hush");
    assert_eq!(format!("{:?}", scene.variables()), "[\"TOKEN\"]");
}
