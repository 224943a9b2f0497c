//! The blocks and arguments of the template language itself, in the terms that components are described in.
//!
//! [`root`] is the whole: a file's body, with the body of every block inside. A body whose `rest` is
//! [`Rest::Component`] holds only the arguments that Packer takes out before the plugin sees the others. No text of the
//! language's own arguments is rendered as a Go template.

use indexmap::IndexMap;

use super::model::{Attribute, Block, Body, Format, Kind, Nesting, Range, Render, Rest};
use super::rule::{Rule, RuleKind, Severity};
use super::{AttributeType, Deprecated};

/// The values of `build` that every builder gives, while a build runs. `build.name` is known before.
pub const BUILD_VALUES: [&str; 15] = [
    "ID",
    "Host",
    "Port",
    "User",
    "Password",
    "ConnType",
    "PackerRunUUID",
    "PackerHTTPIP",
    "PackerHTTPPort",
    "PackerHTTPAddr",
    "SSHPublicKey",
    "SSHPrivateKey",
    "SSHPrivateKeyFile",
    "SSHAgentAuth",
    "WinRMPassword",
];

/// The body of a template's files, taken together.
pub fn root() -> Body {
    let blocks = [
        block("packer", &[], None, packer()),
        block("variable", &["name"], None, variable()),
        block("variables", &[], None, Body { rest: Rest::Declarations, ..Body::default() }),
        block("local", &["name"], None, local()),
        block("locals", &[], None, Body { rest: Rest::Declarations, ..Body::default() }),
        block("data", &["type", "name"], None, component(Kind::DataSource, false)),
        block("source", &["type", "name"], None, component(Kind::Builder, true)),
        block("build", &[], None, build()),
        block("hcp_packer_registry", &[], Some(1), hcp_packer_registry()),
        Block { ignored: true, ..block("communicator", &["type", "name"], None, ignored()) },
    ];
    Body { blocks: named_blocks(blocks), ..Body::default() }
}

/// The body of `build`.
pub fn build() -> Body {
    let nested_source =
        Body { attributes: named([attribute("name", AttributeType::String)]), ..component(Kind::Builder, true) };
    let post_processors = Body {
        blocks: named_blocks([block("post-processor", &["type"], None, post_processor())]),
        dynamic: true,
        ..Body::default()
    };
    let registry = Block {
        deprecated: Some(Deprecated { replacement: None }),
        note: Some("the block of the same name at the top level is preferred".to_owned()),
        ..block("hcp_packer_registry", &[], Some(1), hcp_packer_registry())
    };
    Body {
        attributes: named([
            attribute("name", AttributeType::String),
            attribute("description", AttributeType::String),
            attribute("sources", list_of_strings()),
        ]),
        blocks: named_blocks([
            block("source", &["source"], None, nested_source),
            block("provisioner", &["type"], None, provisioner()),
            block("error-cleanup-provisioner", &["type"], Some(1), provisioner()),
            block("post-processor", &["type"], None, post_processor()),
            block("post-processors", &[], None, post_processors),
            registry,
            Block { ignored: true, ..block("from", &["source"], None, ignored()) },
        ]),
        dynamic: true,
        ..Body::default()
    }
}

/// What Packer takes out of every provisioner's body.
pub fn provisioner() -> Body {
    Body {
        attributes: named([
            attribute("name", AttributeType::String),
            formatted("pause_before", AttributeType::String, Format::Duration),
            formatted("max_retries", AttributeType::Number, Format::Integer),
            formatted("timeout", AttributeType::String, Format::Duration),
            attribute("continue_on_error", AttributeType::Bool),
            attribute("only", list_of_strings()),
            attribute("except", list_of_strings()),
            // Build name to an object of arguments, which are the component's to check.
            attribute("override", AttributeType::Any),
        ]),
        rules: vec![only_or_except()],
        ..component(Kind::Provisioner, true)
    }
}

/// What Packer takes out of every post-processor's body.
pub fn post_processor() -> Body {
    Body {
        attributes: named([
            attribute("name", AttributeType::String),
            attribute("only", list_of_strings()),
            attribute("except", list_of_strings()),
            formatted("keep_input_artifact", AttributeType::Bool, Format::Tristate),
        ]),
        rules: vec![only_or_except()],
        ..component(Kind::PostProcessor, true)
    }
}

/// The attributes that every component accepts because Packer passes its own facts by them. A template that sets one is
/// overwritten.
pub fn injected() -> IndexMap<String, Attribute> {
    let computed = |name: &str, ty| Attribute { computed: true, undocumented: true, ..attribute(name, ty) };
    named([
        computed("packer_build_name", AttributeType::String),
        computed("packer_builder_type", AttributeType::String),
        computed("packer_core_version", AttributeType::String),
        computed("packer_debug", AttributeType::Bool),
        computed("packer_force", AttributeType::Bool),
        computed("packer_on_error", AttributeType::String),
        computed("packer_user_variables", AttributeType::Map(Box::new(AttributeType::String))),
        computed("packer_sensitive_variables", list_of_strings()),
    ])
}

/// What an entry of `required_plugins` holds.
pub fn required_plugin() -> Body {
    Body {
        attributes: named([
            required(attribute("version", AttributeType::String)),
            required(attribute("source", AttributeType::String)),
        ]),
        ..Body::default()
    }
}

/// The body that `dynamic` blocks have, in place of the body of the block they make. `content` has that one.
pub fn dynamic() -> Body {
    let content = Block { nesting: Nesting::Single, required: true, ..block("content", &[], Some(1), Body::default()) };
    Body {
        attributes: named([
            required(attribute("for_each", AttributeType::Any)),
            // A bare name, not an expression.
            attribute("iterator", AttributeType::Any),
            attribute("labels", list_of_strings()),
        ]),
        blocks: named_blocks([content]),
        ..Body::default()
    }
}

fn packer() -> Body {
    Body {
        attributes: named([attribute("required_version", AttributeType::String)]),
        blocks: named_blocks([block(
            "required_plugins",
            &[],
            None,
            Body { rest: Rest::Declarations, ..Body::default() },
        )]),
        ..Body::default()
    }
}

fn variable() -> Body {
    let validation = Body {
        attributes: named([
            required(attribute("condition", AttributeType::Bool)),
            required(attribute("error_message", AttributeType::String)),
        ]),
        ..Body::default()
    };
    Body {
        attributes: named([
            formatted("type", AttributeType::Any, Format::TypeExpression),
            attribute("default", AttributeType::Any),
            attribute("description", AttributeType::String),
            attribute("sensitive", AttributeType::Bool),
        ]),
        blocks: named_blocks([block("validation", &[], None, validation)]),
        ..Body::default()
    }
}

fn local() -> Body {
    Body {
        attributes: named([
            required(attribute("expression", AttributeType::Any)),
            attribute("sensitive", AttributeType::Bool),
        ]),
        ..Body::default()
    }
}

/// The body of `hcp_packer_registry`.
pub fn hcp_packer_registry() -> Body {
    let labels = || AttributeType::Map(Box::new(AttributeType::String));
    let replaced = Deprecated { replacement: Some("bucket_labels".to_owned()) };
    Body {
        attributes: named([
            Attribute {
                pattern: Some("^[A-Za-z0-9-]{3,36}$".to_owned()),
                ..attribute("bucket_name", AttributeType::String)
            },
            Attribute {
                length: Some(Range { min: None, max: Some(255.0) }),
                ..attribute("description", AttributeType::String)
            },
            Attribute { deprecated: Some(replaced), ..attribute("labels", labels()) },
            attribute("bucket_labels", labels()),
            attribute("build_labels", labels()),
            attribute("channels", list_of_strings()),
        ]),
        rules: vec![conflicts("labels", "bucket_labels")],
        rest: Rest::Ignored,
        ..Body::default()
    }
}

fn component(kind: Kind, dynamic: bool) -> Body {
    Body { rest: Rest::Component(kind), dynamic, ..Body::default() }
}

fn ignored() -> Body {
    Body { rest: Rest::Ignored, ..Body::default() }
}

fn only_or_except() -> Rule {
    conflicts("only", "except")
}

fn conflicts(first: &str, second: &str) -> Rule {
    Rule {
        rule: RuleKind::Conflicts,
        fields: vec![first.to_owned(), second.to_owned()],
        when: Vec::new(),
        value: None,
        op: None,
        max: None,
        check: None,
        since: None,
        severity: Severity::Error,
        note: None,
    }
}

fn list_of_strings() -> AttributeType {
    AttributeType::List(Box::new(AttributeType::String))
}

fn attribute(name: &str, ty: AttributeType) -> Attribute {
    Attribute { render: Render::Never, ..Attribute::new(name, ty) }
}

fn formatted(name: &str, ty: AttributeType, format: Format) -> Attribute {
    Attribute { format: Some(format), ..attribute(name, ty) }
}

fn required(attribute: Attribute) -> Attribute {
    Attribute { required: true, ..attribute }
}

fn block(name: &str, labels: &[&str], max: Option<usize>, body: Body) -> Block {
    Block {
        name: name.to_owned(),
        description: None,
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        nesting: Nesting::List,
        required: false,
        min: None,
        max,
        body,
        deprecated: None,
        removed: None,
        ignored: false,
        note: None,
    }
}

fn named<const N: usize>(attributes: [Attribute; N]) -> IndexMap<String, Attribute> {
    attributes.into_iter().map(|attribute| (attribute.name.clone(), attribute)).collect()
}

fn named_blocks<const N: usize>(blocks: [Block; N]) -> IndexMap<String, Block> {
    blocks.into_iter().map(|block| (block.name.clone(), block)).collect()
}
