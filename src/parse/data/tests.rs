//! What data becomes as a template: blocks and attributes, and what is said where it is neither.

use crate::diagnostic::Sink;
use crate::parse::{hcl, json, yaml};
use crate::schema::Schemas;
use crate::source::{FileOrigin, SourceMap};
use crate::syntax::{Body, Document, Expr, ExprKind, Item, Part, Spelling, Step, Template};

/// A tree as text, places and spellings left out: what two spellings of one thing have in common.
fn outline(body: &Body) -> String {
    let items = body.items.iter().map(|item| match item {
        Item::Attribute(attribute) => {
            let sign = if attribute.undecided { "?=" } else { "=" };
            format!("{}{sign}{}", attribute.name.value, expr(&attribute.value))
        }
        Item::Block(block) => {
            let labels: String = block.labels.iter().map(|label| format!(" {}", label.value)).collect();
            format!("{}{labels}{{{}}}", block.kind.value, outline(&block.body))
        }
        Item::Error(_) => "!".to_owned(),
    });
    items.collect::<Vec<_>>().join("; ")
}

fn expr(value: &Expr) -> String {
    let list = |items: &[Expr]| items.iter().map(expr).collect::<Vec<_>>().join(",");
    match &value.kind {
        ExprKind::Null => "null".to_owned(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Number(digits) => digits.clone(),
        ExprKind::Template(template) => text(template),
        ExprKind::Tuple(items) => format!("[{}]", list(items)),
        ExprKind::Object(items) => {
            let items: Vec<String> =
                items.iter().map(|item| format!("{}:{}", expr(&item.key), expr(&item.value))).collect();
            format!("{{{}}}", items.join(","))
        }
        ExprKind::Variable(name) => name.clone(),
        ExprKind::Traversal { of, steps } => {
            let steps = steps.iter().map(|step| match step {
                Step::Attribute(name) => format!(".{}", name.value),
                Step::Index(index, _) => format!("[{}]", expr(index)),
                Step::LegacyIndex(_) | Step::Splat { .. } => panic!("no test has one"),
            });
            expr(of) + &steps.collect::<String>()
        }
        ExprKind::Call(call) => format!("{}({})", call.name.value, list(&call.arguments)),
        ExprKind::Binary(operands) => {
            let (left, operator, right) = &**operands;
            format!("({} {:?} {})", expr(left), operator.value, expr(right))
        }
        ExprKind::Unary(operator, operand) => format!("{:?} {}", operator.value, expr(operand)),
        ExprKind::Error => "!".to_owned(),
        ExprKind::Splat(_) | ExprKind::For(_) | ExprKind::Conditional(_) | ExprKind::Parens(_) => {
            panic!("no test has one")
        }
    }
}

fn text(template: &Template) -> String {
    let parts = template.parts.iter().map(|part| match part {
        Part::Literal(text) => text.value.clone(),
        Part::Interpolation(value) => format!("<{}>", expr(value)),
        Part::If { .. } | Part::For { .. } => panic!("no test has one"),
    });
    format!("'{}'", parts.collect::<String>())
}

struct Read {
    document: Document,
    sources: SourceMap,
    said: Vec<String>,
    helps: Vec<String>,
}

impl Read {
    fn outline(&self) -> String {
        outline(&self.document.body)
    }
}

fn read(name: &str, text: &str) -> Read {
    let mut sources = SourceMap::new();
    let file = sources.add(name, text, FileOrigin::Disk);
    let mut sink = Sink::new();
    let schemas = Schemas::embedded();
    let document = if name.ends_with(".json") {
        json::parse_template(&sources, file, &schemas, &mut sink)
    } else if name.ends_with(".yaml") {
        yaml::parse_template(&sources, file, &schemas, &mut sink)
    } else {
        hcl::parse(&sources, file, &mut sink).document
    };
    let found = sink.into_sorted();
    let helps = found.iter().map(|found| found.help.clone().expect("there is always a next step")).collect();
    let said = found.iter().map(|found| {
        let at = sources.position(found.span);
        format!("{} at {}:{}: {}", found.code(), at.line, at.column, found.message)
    });
    let said = said.collect();
    Read { document, sources, said, helps }
}

#[test]
fn json_is_the_tree_that_hcl_is() {
    let cases = [
        ("{}", ""),
        ("[{\"locals\": {\"a\": 1}}, {\"locals\": {\"b\": -2}}]", "locals { a = 1 }\nlocals { b = -2 }"),
        (
            "{\"source\": {\"null\": {\"x\": {\"communicator\": \"none\"}, \"y\": {}}}}",
            "source \"null\" \"x\" { communicator = \"none\" }\nsource \"null\" \"y\" {}",
        ),
        // Lists at any level.
        (
            "{\"source\": [{\"null\": [{\"x\": [{\"ssh_port\": 1}]}]}, {\"null\": {\"y\": {}}}]}",
            "source null x { ssh_port = 1 }\nsource null y {}",
        ),
        (
            "{\"build\": {\"provisioner\": [{\"shell\": [{\"inline\": [\"a\"]}, {}]}, {\"file\": {}}], \"sources\": []}}",
            "build {\nprovisioner shell { inline = [\"a\"] }\nprovisioner shell {}\nprovisioner file {}\nsources = []\n}",
        ),
        // A list of objects inside of a list of bodies is one body.
        (
            "{\"build\": [[{\"name\": \"a\"}, {\"sources\": []}], null]}",
            "build {\nname = \"a\"\nsources = []\n}\nbuild {}",
        ),
        ("{\"build\": null, \"locals\": []}", ""),
        ("{\"locals\": {\"a\": 1}, \"locals\": {\"b\": 2}}", "locals { a = 1 }\nlocals { b = 2 }"),
        (
            "{\"//\": 1, \"build\": {\"//\": [], \"name\": \"x\"}, \"locals\": {\"//\": 2}}",
            "build { name = \"x\" }\nlocals {}",
        ),
        // Templates, and where there are none.
        (
            "{\"locals\": {\"a\": \"${1 + 1}\", \"b\": \"x${var.y[\\\"z\\\"]}\", \"c\": \"$${d}\"}}",
            "locals {\na = \"${1 + 1}\"\nb = \"x${var.y[\"z\"]}\"\nc = \"$${d}\"\n}",
        ),
        (
            "{\"variable\": {\"a\": {\"type\": \"map(string)\", \"default\": \"${env(\\\"X\\\")}\", \"description\": \"${x}\", \
             \"validation\": {\"condition\": \"${var.a}\", \"error_message\": \"${m}\"}}}}",
            "variable \"a\" {\ntype = map(string)\ndefault = \"${env(\"X\")}\"\ndescription = \"$${x}\"\n\
             validation {\ncondition = \"${var.a}\"\nerror_message = \"$${m}\"\n}\n}",
        ),
        (
            "{\"packer\": {\"required_version\": \"${x}\", \"required_plugins\": {\"a\": {\"version\": \"${y}\"}}}}",
            "packer {\nrequired_version = \"$${x}\"\nrequired_plugins { a = { version = \"$${y}\" } }\n}",
        ),
        (
            "{\"local\": {\"a\": {\"expression\": \"${b}\", \"sensitive\": true}}}",
            "local a {\nexpression = \"${b}\"\nsensitive = true\n}",
        ),
        (
            "{\"build\": {\"source\": {\"null.x\": {\"name\": \"${n}\", \"ssh_host\": \"${h}\"}}}}",
            "build {\nsource \"null.x\" {\nname = \"$${n}\"\nssh_host = \"${h}\"\n}\n}",
        ),
        (
            "{\"build\": {\"post-processors\": [{\"post-processor\": [{\"manifest\": {}}, {\"manifest\": {}}]}, \
             {\"post-processor\": {\"manifest\": {}}}]}}",
            "build {\npost-processors {\npost-processor manifest {}\npost-processor manifest {}\n}\n\
             post-processors {\npost-processor manifest {}\n}\n}"
                .trim(),
        ),
        (
            "{\"build\": {\"dynamic\": {\"source\": {\"for_each\": [\"a\"], \"iterator\": \"i\", \"labels\": [\"null.x\"], \
             \"content\": {\"name\": \"${i.value}\", \"ssh_host\": \"${i.key}\"}}}}}",
            "build {\ndynamic source {\nfor_each = [\"a\"]\niterator = i\nlabels = [\"null.x\"]\n\
             content {\nname = \"${i.value}\"\nssh_host = \"${i.key}\"\n}\n}\n}",
        ),
    ];
    for (json, hcl) in cases {
        let read = read("x.pkr.json", json);
        assert_eq!(read.said, [""; 0], "{json}");
        let twin = self::read("x.pkr.hcl", hcl);
        assert_eq!(twin.said, [""; 0], "{hcl}");
        assert_eq!(read.outline(), twin.outline(), "{json}");
        assert_eq!(read.document.body.spelling, Spelling::Json);
    }
}

#[test]
fn keys_of_values_are_templates_and_names_of_arguments_are_not() {
    let read = read("x.pkr.json", "{\"locals\": {\"${a}\": {\"${b}\": \"${c}\"}}}");
    assert_eq!(read.outline(), "locals{${a}={'<b>':'<c>'}}");
}

#[test]
fn a_component_that_nothing_describes_leaves_objects_undecided() {
    let cases = [
        ("{\"a\": {\"b\": 1}}", "a?={'b':1}"),
        ("{\"a\": [{\"b\": 1}, {}]}", "a?=[{'b':1},{}]"),
        ("{\"a\": []}", "a=[]"),
        ("{\"a\": [1, {}]}", "a=[1,{}]"),
        ("{\"a\": \"${x}\"}", "a='<x>'"),
        // Repeated, they can only be blocks.
        ("{\"a\": {\"b\": 1}, \"c\": 1, \"a\": [{\"b\": 2}]}", "c=1; a?=[{'b':1},{'b':2}]"),
        (
            "{\"dynamic\": {\"a\": {\"for_each\": [], \"content\": {\"b\": {}}}}}",
            "dynamic a{for_each=[]; content{b?={}}}",
        ),
    ];
    for (body, expected) in cases {
        let read = read("x.pkr.json", &format!("{{\"source\": {{\"unheard-of\": {{\"x\": {body}}}}}}}"));
        assert_eq!(read.said, [""; 0], "{body}");
        assert_eq!(read.outline(), format!("source unheard-of x{{{expected}}}"));
    }
    // What Packer takes out of every component's body is known all the same.
    let read = read("x.pkr.json", "{\"build\": {\"provisioner\": {\"unheard-of\": {\"override\": {\"x\": {}}}}}}");
    assert_eq!(read.outline(), "build{provisioner unheard-of{override={'x':{}}}}");
}

#[test]
fn what_has_the_wrong_shape_is_said_where_it_stands() {
    let cases = [
        ("\"x\"", "!", "root-not-object at 1:1: a template is an object, not a string"),
        ("[1]", "!", "wrong-shape at 1:2: arguments and blocks are properties of an object, not a number"),
        ("{\"build\": 1}", "!", "wrong-shape at 1:11: `build` is a block, and a number is none"),
        (
            "{\"build\": [true]}",
            "build{!}",
            "wrong-shape at 1:12: arguments and blocks are properties of an object, not a bool",
        ),
        (
            "{\"locals\": [[]]}",
            "locals{!}",
            "wrong-shape at 1:13: arguments and blocks are properties of an object, not an array",
        ),
        ("{\"source\": {}}", "!", "wrong-shape at 1:12: `source` needs a property whose name is its type"),
        (
            "{\"source\": {\"null\": null}}",
            "!",
            "wrong-shape at 1:21: `source` needs a property whose name is its name",
        ),
        (
            "{\"source\": [\"null\"]}",
            "!",
            "wrong-shape at 1:13: `source` needs an object whose property is named for its type, not a string",
        ),
        (
            "{\"source\": {\"null\": {\"communicator\": \"none\"}}}",
            "!",
            "wrong-shape at 1:38: `communicator` is read as the name of `source`, and a string is no block",
        ),
        ("{\"locals\": {\"a\": 1, \"a\": 2}}", "locals{a=1}", "duplicate-argument at 1:21: `a` is given twice"),
        (
            "{\"build\": [[{\"name\": \"a\"}, {\"name\": \"b\"}]]}",
            "build{name='a'}",
            "duplicate-argument at 1:29: `name` is given twice",
        ),
        (
            "{\"locals\": {\"a\": \"x${1 +}\"}}",
            "locals{a='x<!>'}",
            "expected-expression at 1:25: expected a value, found `}`",
        ),
        (
            "{\"variable\": {\"a\": {\"type\": \"list(\"}}}",
            "variable a{type=!}",
            "unclosed-bracket at 1:34: `(` is never closed",
        ),
    ];
    for (json, outline, said) in cases {
        let read = read("x.pkr.json", json);
        assert_eq!((read.outline().as_str(), read.said.join("\n").as_str()), (outline, said), "{json}");
    }
    let read = read("x.pkr.json", "{\"source\": {\"null\": {\"communicator\": \"none\"}}}");
    assert_eq!(read.helps, ["write `\"source\": { \"null\": { \"NAME\": { … } } }`"]);
}

#[test]
fn places_are_those_of_the_file() {
    let read = read(
        "x.pkr.json",
        "{\"build\": {\"provisioner\": [{\"shell\": {\"inline\": [\"\\u0041 ${var.x}\"]}}, {\"shell\": {}}]}}",
    );
    let build = read.document.body.blocks().next().expect("a build");
    let headers: Vec<&str> = build.body.blocks().map(|block| read.sources.text(block.header())).collect();
    assert_eq!(headers, ["\"shell\"", "\"shell\""]);
    let second = build.body.blocks().nth(1).expect("a second one");
    assert_eq!(read.sources.text(second.span), "\"shell\": {}");
    let shell = build.body.blocks().next().expect("a first one");
    let ExprKind::Tuple(items) = &shell.body.attribute("inline").expect("it is there").value.kind else { panic!() };
    let ExprKind::Template(template) = &items[0].kind else { panic!() };
    let Some(Part::Interpolation(inside)) = template.parts.get(1) else { panic!() };
    assert_eq!(read.sources.text(inside.span), "var.x");
}
