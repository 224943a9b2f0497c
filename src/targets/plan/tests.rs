use super::*;
use crate::graph::plan::{Act, Mirror};
use crate::resolve::value::Hole;
use crate::source::{FileId, MemoryFiles, Spanned};

fn span() -> Span {
    Span::new(FileId(0), 0, 0)
}

fn arriving(path: &str) -> Arriving {
    Arriving { attribute: "it", path: Spanned::new(path.to_owned(), span()) }
}

fn field(name: &str) -> Text {
    Text::hole(Hole { what: HoleKind::Field(name.to_owned()), known: None, sensitive: false, span: span() })
}

fn decided(deeds: Vec<(Vec<Condition>, Deed)>, files: &MemoryFiles) -> Result<Vec<Task>, Problem> {
    let acts = deeds.into_iter().map(|(when, deed)| Act { when, deed }).collect();
    let plan = Plan { subject: None, from_host: None, acts, remarks: Vec::new(), impossible: Vec::new() };
    decide(&plan, span(), Known { number: "7", user: "admin", output: "out/target" }, files)
}

/// The tree of a mirror: where the template's folder becomes, and the parts.
fn tree(around: Option<&str>, also: &[&str], mentioned: &[&str], files: &MemoryFiles) -> (String, Vec<String>) {
    let mirror = Mirror {
        around: around.map(arriving),
        also: also.iter().map(|path| arriving(path)).collect(),
        mentioned: mentioned.iter().map(|text| Text::literal(*text)).collect(),
        root: Text::literal("/r"),
    };
    let tasks = decided(vec![(Vec::new(), Deed::Mirror(mirror))], files).expect("a tree");
    let [Task::Tree { here, parts, .. }] = tasks.as_slice() else { panic!("{tasks:?}") };
    let shown = |Part { folder, place, names }: &Part| match names {
        None => format!("{folder} -> {place}"),
        Some(names) => format!("{folder} {names:?} -> {place}"),
    };
    (here.clone(), parts.iter().map(shown).collect())
}

fn project() -> MemoryFiles {
    MemoryFiles::new()
        .with("play/site.yml", "")
        .with("play/roles/a/tasks/main.yml", "")
        .with("req.yml", "roles:\n- x\n")
        .with("old.yml", "- x\n")
        .with("vars/a.yml", "")
        .with("site.yml", "")
        .with(".git/config", "")
        .with("made/manifest.json", "")
        .with("made/fidelity.json", "")
        .with(".vault_pass", "")
        .with("it.pkr.hcl", "")
        .with("it.auto.pkrvars.hcl", "")
        .with("out/target/main.tf", "")
        .with("out/kept", "")
}

#[test]
fn what_lies_around_a_file_arrives_with_it() {
    let files = project();
    assert_eq!(tree(Some("./play/site.yml"), &[], &[], &files), ("/r/tree".into(), vec!["play -> play".into()]));
    let also = tree(Some("play/site.yml"), &["req.yml", "play/roles", "missing"], &[], &files);
    assert_eq!(also.1, [". {\"req.yml\"} -> ".to_owned(), "play -> play".to_owned()]);
}

#[test]
fn neither_history_nor_output_travels() {
    let (here, parts) = tree(Some("site.yml"), &[], &[], &project());
    assert_eq!(here, "/r/tree");
    assert_eq!(
        parts,
        [
            ". {\"old.yml\", \"play\", \"req.yml\", \"site.yml\", \"vars\"} -> ".to_owned(),
            "out {\"kept\"} -> out".to_owned(),
        ]
    );
}

#[test]
fn paths_in_words_arrive() {
    let words = ["@vars/a.yml", "--inventory=req.yml", "-v", "a=b", "..", "/etc"];
    let (_, parts) = tree(None, &[], &words, &project());
    assert_eq!(parts, [". {\"req.yml\"} -> ".to_owned(), "vars {\"a.yml\"} -> vars".to_owned()]);
}

#[test]
fn what_lies_above_keeps_its_place() {
    let files = MemoryFiles::new().with("../shared/main.yml", "").with("req.yml", "");
    let (here, parts) = tree(Some("../shared/main.yml"), &["req.yml"], &[], &files);
    assert_eq!(here, "/r/tree/1");
    assert_eq!(parts, [". {\"req.yml\"} -> 1".to_owned(), "../shared -> shared".to_owned()]);
}

#[test]
fn conditions_are_answered() {
    let has = |file: &str, begins, holds| Condition { question: Question::HasLine(arriving(file), begins), holds };
    let folder = |path: &str, holds| Condition { question: Question::IsFolder(arriving(path)), holds };
    let deed = || Deed::Content { attribute: "", text: Text::new(), destination: Text::literal("/x") };
    let done = |when: Vec<Condition>| decided(vec![(when, deed())], &project()).map(|tasks| tasks.len());
    assert_eq!(done(vec![has("req.yml", "roles:", true)]), Ok(1));
    assert_eq!(done(vec![has("old.yml", "roles:", true)]), Ok(0));
    assert_eq!(done(vec![folder("play", true), folder("req.yml", false)]), Ok(1));
    assert_eq!(done(vec![folder("play", false)]), Ok(0));
    assert!(done(vec![folder("missing", true)]).is_err_and(|problem| problem.why.contains("missing")));
}

#[test]
fn fields_are_filled() {
    let mut text = Text::literal("n");
    for name in ["Number", "User", "Host", "Port"] {
        text.push(&field(name));
        text.push_str(" ");
    }
    let deed = Deed::Content { attribute: "", text, destination: Text::literal("/x") };
    let tasks = decided(vec![(Vec::new(), deed)], &project()).expect("a task");
    let [Task::Content { text, .. }] = tasks.as_slice() else { panic!("{tasks:?}") };
    assert_eq!(text.as_literal(), Some("n7 admin 127.0.0.1 22 "));
}

#[test]
fn templates_of_the_user_are_rendered() {
    let files = MemoryFiles::new()
        .with("good.rb", "path [{{.CookbookPaths}}] {{ env `X` | print }}{{.Gone}}")
        .with("plain.rb", "path [{{.CookbookPaths}}]\n")
        .with("if.rb", "{{if .CookbookPaths}}x{{end}}");
    let render = |file: &str| {
        let deed = Deed::Template {
            source: arriving(file),
            fields: vec![("CookbookPaths", Text::literal("\"/c\""))],
            destination: Text::literal("/x"),
        };
        decided(vec![(Vec::new(), deed)], &files)
    };
    let tasks = render("plain.rb").expect("a task");
    assert!(
        matches!(&tasks[..], [Task::Content { text, .. }] if text.as_literal() == Some("path [\"/c\"]\n")),
        "{tasks:?}"
    );
    assert!(render("if.rb").is_err_and(|problem| problem.why.contains("computes")));
    assert!(render("good.rb").is_err());
}

#[test]
fn an_installation_names_versions() {
    let words = |value: &str| {
        Installation::parse(value, "3").map(|it| it.install().as_literal().unwrap_or_default().to_owned())
    };
    assert!(words("2.17.14").is_ok_and(|text| text.contains(" 'ansible-core==2.17.14';")));
    assert!(
        words("ansible==10.7.0, jmespath==1.0.1")
            .is_ok_and(|text| text.contains(" 'ansible==10.7.0' 'jmespath==1.0.1';"))
    );
    for wrong in ["", "true", "latest", "ansible", "ansible-core>=2", "2.17'; rm -rf /; '", "x==1$(id)"] {
        assert!(words(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn an_installation_is_in_reach_of_what_needs_it() {
    let it = Installation::parse("2.17.14", "3").expect("a version");
    let What::Shell(text) = it.within(What::Shell(Text::literal("ansible-playbook x"))) else { panic!() };
    assert_eq!(text.as_literal(), Some("PATH=$PATH:/tmp/formwork-ansible-3/bin; export PATH; ansible-playbook x"));
    let program = What::Program {
        folder: Text::literal("/f"),
        environment: Vec::new(),
        words: vec![Text::literal("ansible-playbook")],
    };
    let What::Program { words, environment, .. } = it.within(program) else { panic!() };
    let words: Vec<_> = words.iter().filter_map(Text::as_literal).collect();
    assert_eq!(words, ["/tmp/formwork-ansible-3/bin/python", "/tmp/formwork-ansible-3/bin/ansible-playbook"]);
    assert_eq!(environment.len(), 1);
}
