//! What the engine renders, fails at and carries through.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]

use super::super::value::Piece;
use super::*;
use crate::source::{FileId, FileOrigin, SourceMap};

fn place() -> Span {
    let mut map = SourceMap::new();
    let id: FileId = map.add("a.pkr.hcl", "ssh_host = \"\"", FileOrigin::Disk);
    map.file(id).span(id)
}

fn engine() -> Engine<'static> {
    Engine {
        build_name: Some("web-1"),
        build_type: Some("docker"),
        packer_version: Some("1.11.0"),
        parameters: &["zero", "one"],
        ..Engine::new(Language::Hcl2)
    }
}

/// What was reported: code, message, help.
type Said = Vec<(&'static str, String, Option<String>)>;

fn render_with(text: &Text, engine: &Engine<'_>) -> (Rendered, Said) {
    let mut sink = Sink::new();
    let rendered = render(text, place(), engine, &mut sink);
    let said = sink
        .into_sorted()
        .into_iter()
        .map(|diagnostic| (diagnostic.code(), diagnostic.message.clone(), diagnostic.help.clone()))
        .collect();
    (rendered, said)
}

/// The text, or the code of what was reported.
fn outcome(template: &str) -> Result<String, &'static str> {
    let (rendered, said) = render_with(&template.into(), &engine());
    match said.first() {
        Some((code, ..)) if *code != WITHOUT_DATA.code => Err(code),
        Some(_) | None => Ok(rendered.text.as_literal().unwrap().to_owned()),
    }
}

fn parameter(id: u32, known: Option<&str>, sensitive: bool) -> Hole {
    Hole { what: HoleKind::Parameter(ParameterId(id)), known: known.map(str::to_owned), sensitive, span: place() }
}

fn with_hole(before: &str, hole: Hole, after: &str) -> Text {
    let mut text = Text::literal(before);
    text.push_hole(hole);
    text.push_str(after);
    text
}

/// The pieces in short: `[zero]` for parameters, `[.Path]` for fields, `[Clock isotime]` for unknowns.
fn shape(text: &Text) -> String {
    text.pieces()
        .iter()
        .map(|piece| match piece {
            Piece::Literal(literal) => literal.clone(),
            Piece::Hole(hole) => match &hole.what {
                HoleKind::Parameter(id) => format!("[{}]", id.0),
                HoleKind::Field(name) => format!("[.{name}]"),
                HoleKind::Unknown(unknown) => {
                    let call = unknown.call.as_ref().map(|call| {
                        let arguments: Vec<_> =
                            call.arguments.iter().map(|argument| shape(argument.as_text().unwrap())).collect();
                        format!(" {}({})", call.function, arguments.join(","))
                    });
                    format!("[{:?}{}]", unknown.origin, call.unwrap_or_default())
                }
            },
        })
        .collect()
}

#[test]
fn go_templates_render_as_go_renders_them() {
    // Every result was taken from Go's own text/template.
    for (template, wanted) in [
        ("a {{/* nothing */}} b", "a  b"),
        ("a {{- /* nothing */ -}} b", "ab"),
        ("a {{- `x` -}} \n b", "axb"),
        ("{{`{{`}} .Id }}", "{{ .Id }}"),
        ("}}", "}}"),
        ("{{-3}}", "-3"),
        ("{{ \"\\x41\\u00e9\\101\\n\" }}", "AéA\n"),
        ("{{ 'a' }} {{ 0x1F }} {{ 0755 }} {{ 1_000 }} {{ 1e6 }} {{ 2.50 }} {{ 1e3 }}", "97 31 493 1000 1e+06 2.5 1000"),
        ("{{ true }}{{ .X }}{{ . }}{{ $ }}", "true<no value><no value><no value>"),
        ("{{ $x := `a` }}{{ $x }}{{ $x = `b` }}{{ $x }}", "ab"),
        ("{{ if `` }}a{{ else if 0 }}b{{ else if not nil }}c{{ else }}d{{ end }}", "c"),
        ("{{ with `x` }}{{ . }}{{ else }}n{{ end }}{{ with .X }}y{{ else with 1 }}{{ . }}{{ end }}", "x1"),
        ("{{ range 3 }}{{ . }}{{ if eq . 1 }}{{ break }}{{ end }},{{ else }}none{{ end }}", "0,1"),
        ("{{ range $x := 3 }}{{ if eq $x 1 }}{{ continue }}{{ end }}{{ $x }}{{ end }}", "02"),
        ("{{ range .X }}a{{ else }}none{{ end }}", "none"),
        ("{{ define `t` }}<{{ . }}>{{ end }}{{ template `t` 1 }}{{ template `t` }}", "<1><<no value>>"),
        ("{{ block `b` `x` }}[{{ . }}]{{ end }}{{ template `b` 2 }}", "[x][2]"),
        ("{{ print 1 2 `a` 3 nil }}", "1 2a3 <nil>"),
        ("{{ println 1 `a` }}", "1 a\n"),
        (
            "{{ printf `%05d|%-4s|%q|%x|%v|%T|%6.2f|%%` 42 `ab` `q\"` `hi` nil 1 3.14159 }}",
            "00042|ab  |\"q\\\"\"|6869|<nil>|int|  3.14|%",
        ),
        (
            "{{ printf `%d %s %[1]v %[3]v` `a` }}{{ printf `%d` }}",
            "%!d(string=a) %!s(MISSING) a %!v(BADINDEX)%!d(MISSING)",
        ),
        ("{{ printf `a` 1 }}{{ printf `%#v %U` 1e6 -3 }}", "a%!(EXTRA int=1)1e+06 U+FFFFFFFFFFFFFFFD"),
        ("{{ html `<a href=\"x\">&'` }}", "&lt;a href=&#34;x&#34;&gt;&amp;&#39;"),
        ("{{ js `it's <b>=` }}", "it\\'s \\u003Cb\\u003E\\u003D"),
        ("{{ urlquery `a b/ü` }}", "a+b%2F%C3%BC"),
        ("{{ len `aü` }} {{ index `abc` 1 }} {{ slice `abcd` 1 3 }}", "3 98 bc"),
        (
            "{{ eq 1 2 1 }} {{ ne `a` `b` }} {{ lt 1 2 }} {{ le 2.5 2.5 }} {{ gt `b` `a` }} {{ ge 1 2 }}",
            "true true true true true false",
        ),
        ("{{ and 1 0 (index `a` 9) }} {{ or 0 `x` }} {{ not 1 }}", "0 x false"),
        ("{{ (print `a`) | upper }}", "A"),
    ] {
        assert_eq!(outcome(template), Ok(wanted.to_owned()), "{template}");
    }
}

#[test]
fn packers_functions_work_as_in_packer() {
    for (template, wanted) in [
        ("{{build_name}} {{ build_type }} {{packer_version}}", "web-1 docker 1.11.0"),
        ("{{ upper `aß` }}{{ lower `ÀB` }}", "Aßàb"),
        ("{{split build_name \"-\" 0}}/{{split build_name \"-\" 1}}", "web/1"),
        ("{{ \"foo-bar-baz\" | replace \"-\" \"/\" 1}}", "foo/bar-baz"),
        ("{{ replace \"-\" \"/\" -1 \"foo-bar-baz\" }}", "foo/bar/baz"),
        ("{{ \"I Am Henry VIII\" | replace_all \" \" \"-\" }}", "I-Am-Henry-VIII"),
        ("{{ `a b` | upper | replace_all ` ` `_` }}", "A_B"),
        ("no action, { one brace }", "no action, { one brace }"),
    ] {
        assert_eq!(outcome(template), Ok(wanted.to_owned()), "{template}");
    }
    let clean = |how, name: &str| {
        let engine = Engine { clean_names: Some(how), ..engine() };
        let text = Text::literal(format!("{{{{ clean_resource_name `{name}` }}}}"));
        render_with(&text, &engine).0.text.as_literal().unwrap().to_owned()
    };
    assert_eq!(clean(CleanNames::Amazon, "a:b(c)é"), "a-b(c)-");
    assert_eq!(clean(CleanNames::GoogleCompute, "A_b.c-1"), "a-b-c-1");
    assert_eq!(clean(CleanNames::Azure, "a b_c.-_"), "a-b_c");
}

#[test]
fn faults_have_their_codes() {
    for (template, code) in [
        ("{{", SYNTAX.code),
        ("{{ `a }}", SYNTAX.code),
        ("{{ \"a }}", SYNTAX.code),
        ("{{ \"\\q\" }}", SYNTAX.code),
        ("{{ if true }}", SYNTAX.code),
        ("{{ end }}", SYNTAX.code),
        ("{{ else }}", SYNTAX.code),
        ("{{ }}", SYNTAX.code),
        ("{{ (1 }}", SYNTAX.code),
        ("{{ 1) }}", SYNTAX.code),
        ("{{ $x }}", SYNTAX.code),
        ("{{ break }}", SYNTAX.code),
        ("{{ 1 | 2 }}", SYNTAX.code),
        ("{{ a-b }}", SYNTAX.code),
        ("{{ 08 }}", SYNTAX.code),
        ("{{ 99999999999999999999 }}", SYNTAX.code),
        ("{{ define `a` }}x{{ end }}{{ define `a` }}y{{ end }}", SYNTAX.code),
        ("{{/* a }}", SYNTAX.code),
        ("{{nope}}", UNKNOWN_FUNCTION.code),
        ("{{ if false }}{{ nope }}{{ end }}", UNKNOWN_FUNCTION.code),
        ("{{clean_resource_name `a b`}}", UNKNOWN_FUNCTION.code),
        ("{{user `x`}}", UNAVAILABLE.code),
        ("{{env `HOME`}}", UNAVAILABLE.code),
        ("{{build `ID`}}", UNAVAILABLE.code),
        ("{{template_dir}}", UNAVAILABLE.code),
        ("{{vault `a` `b`}}", UNAVAILABLE.code),
        ("{{consul_key `a`}}", UNAVAILABLE.code),
        ("{{aws_secretsmanager `a`}}", UNAVAILABLE.code),
        ("{{sed `a` `b`}}", UNAVAILABLE.code),
        ("{{split build_name \"-\" 2}}", FAILED.code),
        ("{{split `a` `-` -1}}", FAILED.code),
        ("{{ upper }}", FAILED.code),
        ("{{ upper 1 }}", FAILED.code),
        ("{{ upper .X }}", FAILED.code),
        ("{{ upper `a` `b` }}", FAILED.code),
        ("{{ index `a` 1 }}", FAILED.code),
        ("{{ lt 1 `a` }}", FAILED.code),
        ("{{ `a` 1 }}", FAILED.code),
        ("{{ nil }}", FAILED.code),
        ("{{ with `a` }}{{ .B }}{{ end }}", FAILED.code),
        ("{{ range `a` }}{{ end }}", FAILED.code),
        ("{{ template `x` }}", FAILED.code),
        ("{{ isotime `a` `b` }}", FAILED.code),
    ] {
        assert_eq!(outcome(template), Err(code), "{template}");
    }
}

#[test]
fn helps_say_what_to_type() {
    for (template, help) in [
        ("{{ user `host` }}", "write `${var.host}`"),
        ("{{ build `ID` }}", "write `${build.ID}`"),
        ("{{ template_dir }}", "write `${path.root}`"),
        ("{{ env `HOME` }}", "declare a variable with `default = env(\"HOME\")` and write `${var.…}`"),
        ("{{ timestmp }}", "the nearest name is `timestamp`; for a literal `{{` write `{{`{{`}}`"),
        ("{{ .Id }}", "if another program is to read the braces, write `{{`{{`}} .Id }}`"),
    ] {
        let (_, said) = render_with(&template.into(), &engine());
        assert_eq!(said[0].2.as_deref(), Some(help), "{template}");
    }
}

#[test]
fn what_only_a_build_knows_becomes_a_hole() {
    let fields = Engine { fields: &["Vars", "Path", "SourceAMITags"], build_name: None, ..engine() };
    for (template, wanted) in [
        ("{{timestamp}}", "[Clock timestamp()]"),
        ("a-{{isotime \"2006-01-02\"}}", "a-[Clock isotime(2006-01-02)]"),
        ("{{isotime | upper}}", "[Clock upper([Clock isotime()])]"),
        ("{{strftime `%Y`}}", "[Clock strftime(%Y)]"),
        ("{{uuid}}", "[Random(\"uuid\") uuid()]"),
        ("{{pwd}}", "[Machine(\"pwd\") pwd()]"),
        ("{{build_name}}", "[Packer(\"build_name\") build_name()]"),
        ("chmod +x {{.Path}}; {{ .Vars }} {{ .Path }}", "chmod +x [.Path]; [.Vars] [.Path]"),
        ("{{ .SourceAMITags.Name }}", "[.SourceAMITags.Name]"),
        ("{{ print `a` .Path }}{{ printf `%s!` .Path }}", "a[.Path][.Path]!"),
        ("{{ lower .Path }}", "[Packer(\".Path\") lower([.Path])]"),
        ("{{ if .Vars }}a{{ else }}b{{ end }}c", "[Packer(\".Vars\")]c"),
        ("{{ $x := 1 }}{{ if .Vars }}{{ $x = 2 }}{{ end }}{{ $x }}", "[Packer(\".Vars\")][Packer(\".Vars\")]"),
        ("{{ range 2 }}a{{ if $.Vars }}{{ break }}{{ end }}{{ end }}b", "[Packer(\".Vars\")]b"),
        ("{{ $x := .Vars }}{{ $x.A }}{{ split `a` `b` .Path }}", "[.Vars.A][Packer(\".Path\") split(a,b,[.Path])]"),
        ("{{ range .Vars }}a{{ end }}", "[Packer(\".Vars\")]"),
        ("{{ with .Path }}{{ . }}{{ end }}", "[Packer(\".Path\")]"),
        ("{{ or .Path `x` }}", "[Packer(\".Path\")]"),
        ("{{ and `x` .Path }}", "[Packer(\".Path\")]"),
    ] {
        let (rendered, said) = render_with(&template.into(), &fields);
        assert_eq!(shape(&rendered.text), wanted, "{template}");
        assert!(said.is_empty(), "{template}: {said:?}");
    }
    let (rendered, said) = render_with(&"{{ .path }}".into(), &fields);
    assert_eq!((rendered.text.as_literal(), said[0].0), (Some("<no value>"), WITHOUT_DATA.code));
    assert_eq!(said[0].2.as_deref(), Some("the name is `.Path`"));
}

#[test]
fn holes_are_carried_and_never_read_as_source() {
    let unknown = || Hole {
        what: HoleKind::Unknown(Box::new(Unknown { ty: Type::String, origin: Origin::Data("d.x".into()), call: None })),
        known: None,
        sensitive: false,
        span: place(),
    };
    // before, hole, after → text, parameters that shape it
    for (before, hole, after, wanted, shapes) in [
        ("{{upper `a`}} ", parameter(0, Some("{{nope}}"), false), "", "A [0]", false),
        ("\u{10FFFF}{{upper `a`}}", parameter(0, None, false), "\u{10FFFF}", "\u{10FFFF}A[0]\u{10FFFF}", false),
        ("{{ print `a-", parameter(0, Some("b"), false), "-c` }}", "a-[0]-c", false),
        ("{{ upper `a-", parameter(0, Some("b"), false), "-c` }}", "A-B-C", true),
        ("{{ upper \"a\\t", parameter(0, Some("b"), false), "\" }}", "A\tB", true),
        ("{{ upper `a-", parameter(1, None, false), "` }}", "[Variable(\"one\") upper(a-[1])]", true),
        ("{{ upper `a-", unknown(), "` }}", "[Data(\"d.x\") upper(a-[Data(\"d.x\")])]", false),
        ("{{ if `", parameter(0, Some(""), false), "` }}a{{ else }}b{{ end }}", "b", true),
        ("{{ if `x", parameter(0, None, false), "` }}a{{ else }}b{{ end }}", "a", false),
        ("{{ if ", parameter(0, Some("true"), false), " }}a{{ else }}b{{ end }}", "a", true),
        ("{{ ", parameter(0, Some("upper `x`"), false), " }}", "X", true),
        ("{{ foo", unknown(), " }}", "[Data(\"d.x\")]", false),
        ("{{ print ", unknown(), " }}", "[Data(\"d.x\")]", false),
    ] {
        let text = with_hole(before, hole, after);
        let (rendered, said) = render_with(&text, &engine());
        assert_eq!(shape(&rendered.text), wanted, "{before}…{after}");
        assert_eq!(!rendered.shaped_by.is_empty(), shapes, "{before}…{after}");
        assert!(said.is_empty(), "{said:?}");
    }
}

#[test]
fn an_error_leaves_the_text_and_is_silent_later() {
    let (rendered, said) = render_with(&"a {{ nope }}".into(), &engine());
    assert_eq!(said.len(), 1);
    assert_eq!(shape(&rendered.text), "a {{ nope }}[Error]");
    let (again, said) = render_with(&rendered.text, &engine());
    assert!(said.len() <= 1, "{again:?}");
}

#[test]
fn nothing_sensitive_is_shown_or_forgotten() {
    let secret = || parameter(0, Some("hunter2"), true);
    let (rendered, _) = render_with(&with_hole("{{ upper `", secret(), "` }}"), &engine());
    assert!(rendered.sensitive);
    let (rendered, _) = render_with(&with_hole("{{ print `", secret(), "` }}"), &engine());
    assert!(!rendered.sensitive && rendered.text.holes().all(|hole| hole.sensitive));
    let hidden = parameter(0, None, true);
    let (rendered, _) = render_with(&with_hole("{{ upper `", hidden, "` }}"), &engine());
    assert!(rendered.text.holes().all(|hole| hole.sensitive));
    for (before, after) in [
        ("{{ split `", "` `-` 4 }}"),
        ("{{ ", " }}"),
        ("{{ .x", " }}"),
        ("{{ template `t", "` }}"),
        ("{{ define `t", "` }}"),
        ("{{ nope `", "` }}"),
        ("{{ user `", "` }}"),
        ("{{ index `a` (len `", "`) }}"),
    ] {
        let mut sink = Sink::new();
        render(&with_hole(before, secret(), after), place(), &engine(), &mut sink);
        assert!(!sink.is_empty(), "{before}");
        for diagnostic in sink.diagnostics() {
            let all = format!("{diagnostic:?}");
            assert!(!all.contains("hunter2"), "{all}");
        }
    }
}

#[test]
fn a_second_rendering_reads_what_the_first_one_wrote() {
    let once = render_with(&"{{`{{ upper `}}`a` {{`}}`}}".into(), &engine()).0.text;
    assert_eq!(once.as_literal(), Some("{{ upper `a` }}"));
    assert_eq!(render_with(&once, &engine()).0.text.as_literal(), Some("A"));
}

#[test]
fn legacy_templates_keep_what_they_have() {
    let legacy = Engine::new(Language::LegacyJson);
    for (template, wanted) in [
        ("{{user `x`}}", "[Variable(\"x\") user(x)]"),
        ("{{template_dir}}/a", "[Machine(\"template_dir\") template_dir()]/a"),
    ] {
        let (rendered, said) = render_with(&template.into(), &legacy);
        assert_eq!(shape(&rendered.text), wanted);
        assert!(said.is_empty());
    }
}

#[test]
fn what_a_legacy_variable_brings_into_an_action_is_rendered_first() {
    let template: Text = "{{ `a{{lower \"BC\"}}` | upper }}".into();
    let (rendered, _) = render_with(&template, &Engine::new(Language::LegacyJson));
    assert_eq!(rendered.text.as_literal(), Some("ABC"));
    let (rendered, _) = render_with(&template, &Engine::new(Language::Hcl2));
    assert_eq!(rendered.text.as_literal(), Some("A{{LOWER \"BC\"}}"));
    let clock: Text = "{{ `a-{{timestamp}}` | upper }}".into();
    let (rendered, _) = render_with(&clock, &Engine::new(Language::LegacyJson));
    assert_eq!(rendered.text.as_literal(), None, "the clock is not known");
}

#[test]
fn templates_cannot_run_away() {
    for template in [
        "{{ range 9223372036854775807 }}a{{ end }}".to_owned(),
        "{{ range 100000 }}{{ range 100000 }}{{ end }}{{ end }}".to_owned(),
        format!("{{{{ $x := `aaaaaaaa` }}}}{}{{{{ $x }}}}", "{{ $x = print $x $x }}".repeat(60)),
        format!("{{{{ $x := .Path }}}}{}{{{{ $x }}}}", "{{ $x = replace_all $x $x $x }}".repeat(60)),
        "{{ define `a` }}{{ template `a` }}{{ end }}{{ template `a` }}".to_owned(),
        "{{ define `a` }}{{ template `a` }}{{ template `a` }}{{ end }}{{ template `a` }}".to_owned(),
        "{{ printf `%1000000d%1000000d%1000000d%1000000d%1000000d` 1 1 1 1 1 }}".to_owned(),
        format!("{}{}", "{{ if true }}".repeat(5_000), "{{ end }}".repeat(5_000)),
        format!("{{{{ {}1{} }}}}", "(".repeat(5_000), ")".repeat(5_000)),
        "{{ replace_all `` `".to_owned() + &"a".repeat(20_000) + "` `" + &"b".repeat(20_000) + "` }}",
    ] {
        let engine = Engine { fields: &["Path"], ..engine() };
        let (_, said) = render_with(&Text::literal(template.as_str()), &engine);
        assert_eq!(said.len(), 1, "{}", &template[..60.min(template.len())]);
    }
    // A chain of calls over something unknown stays short enough to be walked.
    let chain = "{{ $x := .Path }}".to_owned() + &"{{ $x = upper $x }}".repeat(2_000) + "{{ $x }}";
    let (rendered, _) = render_with(&Text::literal(chain), &Engine { fields: &["Path"], ..engine() });
    assert!(rendered.text.holes().all(|hole| hole.known.is_none()) && !rendered.text.is_empty());
    // Long, not deep: fine.
    let long = "{{ if false }}".to_owned() + &"{{ else if false }}".repeat(5_000) + "{{ end }}";
    assert_eq!(outcome(&long), Ok(String::new()));
    let many = "{{ $x := 1 }}".repeat(2_000) + "{{ $x }}";
    assert_eq!(outcome(&many), Ok("1".to_owned()));
}

#[test]
fn random_sources_never_panic() {
    const PARTS: &[&str] = &[
        "{{",
        "}}",
        "{{- ",
        " -}}",
        "/*",
        "*/",
        "if ",
        "else ",
        "end",
        "range ",
        "with ",
        "define ",
        "block ",
        "template ",
        "$x",
        ":=",
        "=",
        "|",
        "(",
        ")",
        "\"",
        "`",
        "'",
        "\\",
        ".",
        ".Path",
        " ",
        "\n",
        "é",
        "\u{10FFFF}",
        "1",
        "-",
        "0x",
        "e",
        "print ",
        "printf ",
        "upper ",
        "split ",
        "nil",
        "true",
        "break",
        "continue",
        "%",
        "%[1]d",
        "%*d",
        "slice ",
        "index ",
    ];
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below).unwrap()).unwrap()
    };
    let engine = Engine { fields: &["Path"], ..engine() };
    for _ in 0..30_000 {
        let mut text = Text::new();
        for _ in 0..random(12) {
            match random(12) {
                0 => text.push_hole(parameter(0, Some("a b"), false)),
                1 => text.push_hole(parameter(1, None, random(2) == 0)),
                _ => text.push_str(PARTS[random(PARTS.len())]),
            }
        }
        let (rendered, said) = render_with(&text, &engine);
        if said.iter().all(|(code, ..)| *code == WITHOUT_DATA.code) {
            assert!(rendered.text.holes().all(|hole| hole.origin() != Some(&Origin::Error)));
        } else {
            assert!(rendered.text.holes().any(|hole| hole.origin() == Some(&Origin::Error)));
        }
    }
}

#[test]
fn the_conformance_cases_of_the_engine_hold() {
    let Ok(folder) = std::env::var("FORMWORK_CONFORMANCE") else {
        eprintln!("skipped: FORMWORK_CONFORMANCE is not set");
        return;
    };
    let manifest = std::fs::read_to_string(format!("{folder}/packer-core/manifest.jsonl")).unwrap();
    let mut count = 0;
    for line in manifest.lines().filter(|line| line.contains("\"sdk-interpolate\"")) {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let context = &case["inline"]["context"];
        // What belongs to JSON templates is not this engine's: their calls become expressions.
        let foreign = ["enable_env", "user_variables", "data", "template_path"];
        let is_foreign =
            foreign.iter().any(|key| context[*key].is_object() || context[*key] == true || context[*key].is_string());
        if case["command"] != "render-template" || is_foreign {
            continue;
        }
        count += 1;
        let engine = Engine {
            build_name: context["build_name"].as_str(),
            build_type: context["build_type"].as_str(),
            packer_version: context["packer_version"].as_str(),
            ..Engine::new(Language::Hcl2)
        };
        let (rendered, said) = render_with(&case["inline"]["template"].as_str().unwrap().into(), &engine);
        let id = &case["id"];
        if case["expect"] == "error" {
            assert_eq!(said.len(), 1, "{id}");
        } else {
            assert!(said.is_empty(), "{id}: {said:?}");
            if let Some(output) = case["output"].as_str() {
                assert_eq!(rendered.text.as_literal(), Some(output), "{id}");
            } else {
                assert!(rendered.text.known().is_none(), "{id}");
            }
        }
    }
    assert!(count > 10, "only {count} cases were found");
}
