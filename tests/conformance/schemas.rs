//! The components that Packer's tests run against, in the form of our schema files.

use std::path::Path;

use formwork::schema::Schemas;
use serde_json::{Value as Json, json};

/// What stands in for plugins, by suite.
pub(crate) struct Mocks {
    json: Json,
}

impl Mocks {
    pub(crate) fn read(folder: &Path) -> Self {
        let text = std::fs::read_to_string(folder.join("mock-schema.json")).unwrap();
        Self { json: serde_json::from_str(&text).unwrap() }
    }

    /// What is known in a suite: the built-in components as we describe them, and the stand-ins.
    pub(crate) fn schemas(&self, suite: &str) -> Schemas {
        let mut schemas = Schemas::embedded();
        let mut components = serde_json::Map::new();
        for (list, kind) in [
            ("builders", "builder"),
            ("provisioners", "provisioner"),
            ("post_processors", "post-processor"),
            ("datasources", "data-source"),
        ] {
            let mut own = serde_json::Map::new();
            for (name, what) in self.json["suites"][suite][list].as_object().into_iter().flatten() {
                let Some(schema) = self.json["schemas"].get(what.as_str().unwrap_or_default()) else { continue };
                let mut component = self.body(&schema["attributes"], &schema["nested"]);
                match kind {
                    "builder" => {
                        component["generated_vars"] =
                            self.json["suites"][suite]["generated_variables"].get(name).cloned().unwrap_or(json!([]));
                    }
                    "data-source" => {
                        let output = schema.get("output").unwrap_or(&schema["attributes"]);
                        component["outputs"] = outputs(output, &schema["nested"]);
                    }
                    _ => {}
                }
                own.insert(name.clone(), component);
            }
            components.insert(kind.to_owned(), Json::Object(own));
        }
        let file = json!({
            "plugin": "mock",
            "source": "example.com/mock/mock",
            "version": "1.0.0",
            "components": components,
        });
        schemas.add("mock.json", &file.to_string()).unwrap();
        schemas
    }

    fn body(&self, attributes: &Json, nested: &Json) -> Json {
        let mut body = json!({ "attributes": {}, "blocks": {} });
        for (name, member) in attributes.as_object().into_iter().flatten() {
            let kind = member["kind"].as_str().unwrap_or_default();
            if kind == "attr" {
                body["attributes"][name] = json!({ "type": member["type"] });
            } else {
                let mut block = self.body(&nested[member["nested"].as_str().unwrap_or_default()], nested);
                block["nesting"] = json!(if kind == "block_list" { "list" } else { "single" });
                body["blocks"][name] = block;
            }
        }
        body
    }
}

/// What a data source gives: its blocks are objects there.
fn outputs(attributes: &Json, nested: &Json) -> Json {
    let mut all = json!({});
    for (name, _) in attributes.as_object().into_iter().flatten() {
        all[name] = json!({ "type": ty(&attributes[name], nested) });
    }
    all
}

fn ty(member: &Json, nested: &Json) -> String {
    let object = || {
        let inner = &nested[member["nested"].as_str().unwrap_or_default()];
        let members = inner.as_object().into_iter().flatten();
        let members: Vec<String> = members.map(|(name, inner)| format!("{name}={}", ty(inner, nested))).collect();
        format!("object({{{}}})", members.join(", "))
    };
    match member["kind"].as_str().unwrap_or_default() {
        "attr" => member["type"].as_str().unwrap_or("any").to_owned(),
        "block_list" => format!("list({})", object()),
        _ => object(),
    }
}
