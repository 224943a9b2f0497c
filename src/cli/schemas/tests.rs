use super::*;
use crate::diagnostic::render::human::Style;

const ACME: &str = r#"{
    "plugin": "acme", "source": "github.com/acme/acme", "version": "1.0.0",
    "components": {
        "builder": {"acme": {
            "description": "makes an image",
            "attributes": {
                "disk_size": {"type": "number", "description": "how large the disk is", "default": 10, "range": {"min": 1}},
                "disk_type": {"type": "string"}, "disk_name": {"type": "string"}, "disk_path": {"type": "string"},
                "region": {"type": "string", "env": ["ACME_REGION"], "one_of": ["eu", "us"]},
                "token": {"type": "string", "required": true, "sensitive": true},
                "old": {"type": "string", "deprecated": {"replacement": "region"}},
                "wait": {"type": "string", "format": "duration", "default_when": [{"when": [{"field": "region", "test": {"eq": "eu"}}], "value": "5m"}]}
            },
            "blocks": {"nic": {"nesting": "list", "description": "a network adapter", "attributes": {"network": {"type": "string"}}}},
            "rules": [{"rule": "requires", "fields": ["disk_size", "disk_type"]},
                      {"rule": "required", "fields": ["wait"], "when": [{"field": "region", "test": {"in": ["eu", "us"]}}]}]
        }},
        "provisioner": {"acme": {}}
    }
}"#;

fn acme() -> Schemas {
    let mut schemas = Schemas::embedded();
    schemas.add("acme.json", ACME).expect("a schema");
    schemas
}

#[test]
fn a_page_tells_what_is_required_first_and_what_is_past_last() {
    let schemas = acme();
    let found = named(&schemas, "builder/acme").expect("it is there");
    let text = terminal::draw(&page::page(found[0]), Style { color: false, width: Some(80) });
    let expected = "\
acme
  builder of the plugin acme (github.com/acme/acme)

  Makes an image.

  source \"acme\" \"NAME\" {
    token = \"…\"
    …
  }

Required
  token  string
      A secret.

Optional
  region  string
      One of `eu` and `us`. Taken from the environment where it is not given:
      `ACME_REGION`.
  wait  string
      A duration, as in `90s` or `1h30m`. Default: `5m` when `region` is `eu`.

Optional: disk_…
  disk_size  number
      How large the disk is. At least 1. Default: `10`.
  disk_type  string
  disk_name  string
  disk_path  string

Not to be used any more
  old  string
      Deprecated: use `region`.

Blocks
  nic { … }  any number
      A network adapter.

    Optional
      network  string


Rules
  `disk_size` needs `disk_type`.
  When `region` is `eu` or `us`, `wait` is required.

Values of build
  `ID`, `Host`, `Port`, `User` and the others that every source has
";
    assert_eq!(text, expected);
}

#[test]
fn every_page_keeps_to_the_width() {
    let schemas = Schemas::embedded();
    for component in all(&schemas) {
        let text = terminal::draw(&page::page(component), Style { color: false, width: Some(60) });
        let long =
            text.lines().find(|line| line.chars().count() > 60 && line.trim().contains(' ') && !line.contains('`'));
        // A name with its type is not broken.
        assert!(long.is_none_or(|line| line.trim().contains("  ")), "{}: {long:?}", component.name);
        let colored = terminal::draw(&page::page(component), Style { color: true, width: Some(60) });
        assert!(colored.contains("\u{1b}["));
    }
}

#[test]
fn names_lead_to_components() {
    let schemas = acme();
    let kinds = |given: &str| -> Result<Vec<&str>, String> {
        match named(&schemas, given) {
            Ok(found) => Ok(found.iter().map(|component| component.kind.as_str()).collect()),
            Err(Failure(message)) => Err(message),
        }
    };
    assert_eq!(kinds("acme"), Ok(vec!["builder", "provisioner"]));
    assert_eq!(kinds("source/acme"), Ok(vec!["builder"]));
    assert_eq!(kinds("data/amazon-ami"), Ok(vec!["data-source"]));
    let wrong = [
        ("amazon-esb", "there is no component `amazon-esb`; did you mean `amazon-ebs`?"),
        (
            "maker/acme",
            "there is no kind of component `maker`; the kinds are: `builder`, `data-source`, `post-processor` and `provisioner`",
        ),
        ("ansibl/x", "there is no kind of component `ansibl`"),
        ("nothing-like-it", "there is no component `nothing-like-it`; `formwork schemas` lists all there are"),
    ];
    for (given, message) in wrong {
        assert!(kinds(given).is_err_and(|said| said.starts_with(message)), "{given}: {:?}", kinds(given));
    }
    assert!(kinds("amazon").is_err_and(|said| said.contains("the plugin `amazon` has: `amazon-ami`")));
}

#[test]
fn json_has_everything_that_is_said() {
    let schemas = acme();
    let found = named(&schemas, "builder/acme").expect("it is there");
    let json = json::component(found[0]);
    assert_eq!(json["attributes"]["token"]["required"], true);
    assert_eq!(json["attributes"]["wait"]["default_when"][0]["when"][0]["test"]["eq"], "eu");
    assert_eq!(json["blocks"]["nic"]["attributes"]["network"]["type"], "string");
    assert_eq!(json["rules"][0]["text"], "`disk_size` needs `disk_type`.");
    assert!(json["attributes"]["token"].get("default").is_none());
}
