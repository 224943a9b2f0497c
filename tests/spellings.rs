//! One template in HCL, JSON and YAML is one graph.

#![expect(clippy::disallowed_methods, reason = "tests run the program on real files")]

mod support;

use serde_json::Value;
use support::{formwork, root};

const CASE: &str = "tests/golden/one-template-in-three-spellings/in";

/// The graph without the places where things are written.
fn graph(spelling: &str) -> Value {
    let folder = root().join(CASE);
    let output = formwork(&folder, &["graph".to_owned(), spelling.to_owned()]);
    assert!(output.status.success(), "{spelling}: {}", String::from_utf8_lossy(&output.stderr));
    let mut graph = serde_json::from_slice(&output.stdout).expect("the graph is JSON");
    without_places(&mut graph);
    graph
}

fn without_places(value: &mut Value) {
    match value {
        Value::Object(members) => {
            let is_place = |value: &Value| ["file", "line", "column"].iter().all(|name| value.get(name).is_some());
            members.retain(|_, member| !is_place(member));
            members.values_mut().for_each(without_places);
            // A sentence that ends with a place.
            if let Some(Value::String(because)) = members.get_mut("because") {
                because.truncate(because.rfind(" at ").unwrap_or(because.len()));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(without_places),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn spellings_of_one_template_are_one_graph() {
    let hcl = graph("hcl");
    assert!(hcl["nodes"].as_array().is_some_and(|nodes| nodes.len() > 5), "{hcl}");
    for spelling in ["json", "yaml"] {
        assert_eq!(graph(spelling), hcl, "{spelling}");
    }
}
