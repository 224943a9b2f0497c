//! Commands as people write them, and what is understood of them.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::resolve::value::{Hole, ParameterId};
use crate::source::{FileOrigin, SourceMap, Span};

fn place() -> Span {
    let mut map = SourceMap::new();
    let id = map.add("a", "", FileOrigin::Disk);
    map.file(id).span(id)
}

/// `{{.Path}}` becomes a field, `<name>` a parameter with the value `known`.
fn command(template: &str, known: Option<&str>) -> Text {
    let mut text = Text::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '<']) {
        let (open, close) = if rest[at..].starts_with("{{.") { ("{{.", "}}") } else { ("<", ">") };
        let Some(inner) = rest[at..].strip_prefix(open) else {
            text.push_str(&rest[..=at]);
            rest = &rest[at + 1..];
            continue;
        };
        let (name, behind) = inner.split_once(close).unwrap();
        text.push_str(&rest[..at]);
        let (what, known) = if open == "<" {
            (HoleKind::Parameter(ParameterId(0)), known.map(str::to_owned))
        } else {
            (HoleKind::Field(name.to_owned()), None)
        };
        text.push_hole(Hole { what, known, sensitive: open == "<", span: place() });
        rest = behind;
    }
    text.push_str(rest);
    text
}

fn words(texts: &[Text]) -> String {
    let shown = |text: &Text| {
        text.pieces()
            .iter()
            .map(|piece| match piece {
                Piece::Literal(literal) => literal.clone(),
                Piece::Hole(_) => "<>".to_owned(),
            })
            .collect::<String>()
    };
    texts.iter().map(shown).collect::<Vec<_>>().join(" ")
}

const USUAL: EnvironmentForm = EnvironmentForm { usual: true, plain: true };

/// In short: `vars`, `as USER(+env)(+login)`, `by INTERPRETER`, `with ARGUMENTS`, `after PROFILES`; `-` if verbatim.
fn understood(template: &str, known: Option<&str>, form: EnvironmentForm) -> String {
    let command = command(template, known);
    match understand(&command, form) {
        Invocation::Verbatim(text) => {
            assert_eq!(text, command);
            "-".to_owned()
        }
        Invocation::Direct(DirectInvocation { environment, interpreter, arguments, user, profiles }) => {
            let mut out = Vec::new();
            if environment {
                out.push("vars".to_owned());
            }
            if let Some(RunAs { user, keeps_environment, login }) = user {
                let keeps = if keeps_environment { "+env" } else { "" };
                let login = if login { "+login" } else { "" };
                out.push(format!("as {}{keeps}{login}", words(&[user])));
            }
            for (word, texts) in [("by", interpreter), ("with", arguments), ("after", profiles)] {
                if !texts.is_empty() {
                    out.push(format!("{word} {}", words(&texts)));
                }
            }
            out.join(", ")
        }
    }
}

#[test]
fn families_in_the_wild_are_understood() {
    for (template, wanted) in [
        ("chmod +x {{.Path}}; {{.Vars}} {{.Path}}", "vars"),
        ("chmod +x {{.Path}}; . {{.EnvVarFile}} && {{.Path}}", "vars"),
        ("echo 'pw' | {{.Vars}} sudo -S -E bash '{{.Path}}'", "vars, as root+env, by bash"),
        ("echo 'pw' | {{.Vars}} sudo -S -E sh -eux '{{.Path}}'", "vars, as root+env, by sh -eux"),
        ("sudo sh -c '{{.Vars}} {{.Path}}'", "vars, as root+env"),
        ("{{.Vars}} sudo -E bash '{{.Path}}'", "vars, as root+env, by bash"),
        ("chmod +x {{.Path}}; source $HOME/.bash_profile; {{.Vars}} {{.Path}}", "vars, after $HOME/.bash_profile"),
        (
            "chmod +x {{.Path}}; source $HOME/.bash_profile; {{.Vars}} pwsh -f {{.Path}}",
            "vars, by pwsh -f, after $HOME/.bash_profile",
        ),
        ("source $HOME/.bash_profile; sudo {{.Vars}} {{.Path}}", "vars, as root+env, after $HOME/.bash_profile"),
        ("sudo sh -c '{{.Vars}} pwsh -f {{.Path}}'", "vars, as root+env, by pwsh -f"),
        (
            "chmod +x {{.Path}}; source $HOME/.bash_profile; sudo {{.Vars}} {{.Path}}",
            "vars, as root+env, after $HOME/.bash_profile",
        ),
        ("source $HOME/.bash_profile; {{.Vars}} {{.Path}}", "vars, after $HOME/.bash_profile"),
        ("/bin/sh -c '{{.Vars}} {{.Path}}'", "vars"),
        ("{{.Vars}} bash {{.Path}}", "vars, by bash"),
        ("echo 'pw' | sudo -S sh -c '{{.Vars}} {{.Path}}'", "vars, as root+env"),
        ("echo 'pw' | {{.Vars}} sudo -E -S bash '{{.Path}}'", "vars, as root+env, by bash"),
        ("sudo {{.Vars}} -S -E bash '{{.Path}}'", "vars, as root+env, by bash"),
        ("chmod +x {{.Path}}; {{.Path}} <dir>/version-info.json", "with <>/version-info.json"),
        ("chmod +x {{.Path}}; {{.Vars}} sudo -E sh {{.Path}}", "vars, as root+env, by sh"),
        ("{{.Vars}} sudo -E su - app -c \"bash -eu '{{.Path}}'\"", "as app+login, by bash -eu"),
        ("echo 'pw' | {{.Vars}} sudo -E -S sh {{.Path}}", "vars, as root+env, by sh"),
        // The exit status would be that of `rm`.
        ("chmod +x {{.Path}}; sudo env {{.Vars}} {{.Path}} ; rm -f {{.Path}}", "-"),
        ("chmod +x {{.Path}}; sudo env {{.Vars}} bash {{.Path}} ; rm -f {{.Path}}", "-"),
        ("if [[ \"${ENABLE}\" == *\"true\"* ]]; then chmod +x {{.Path}}; sudo {{.Path}}; fi", "-"),
        ("BUILD_NAME=<n>; if [[ \"$BUILD_NAME\" == a ]]; then sudo {{.Vars}} -S -E bash {{.Path}}; fi", "-"),
        ("{{.Vars}} cmd /c C:/Windows/Temp/script.bat", "-"),
        ("{{.Vars}} cmd /c {{.Path}}", "-"),
    ] {
        assert_eq!(understood(template, Some("/opt/x"), USUAL), wanted, "{template}");
    }
}

#[test]
fn options_are_read_as_sudo_and_su_read_them() {
    for (template, wanted) in [
        ("{{.Path}}", ""),
        ("sudo {{.Path}}", "as root"),
        ("sudo -EH {{.Path}}", "as root+env"),
        ("sudo -nu app {{.Path}}", "as app"),
        ("sudo -uapp -i {{.Path}}", "as app+login"),
        ("sudo --user=app --login {{.Path}}", "as app+login"),
        ("sudo --preserve-env --user app {{.Vars}} {{.Path}}", "vars, as app+env"),
        ("sudo -u <user> {{.Path}}", "as <>"),
        ("echo <pw> | sudo -S -p '' {{.Vars}} bash -e {{.Path}}", "vars, as root+env, by bash -e"),
        ("printf '%s\\n' 'pw' | sudo -S {{.Path}}", "as root"),
        ("sudo env {{.Vars}} bash {{.Path}}", "vars, as root+env, by bash"),
        ("env {{.Vars}} bash {{.Path}}", "vars, by bash"),
        ("/usr/bin/env bash {{.Path}}", "by /usr/bin/env bash"),
        ("sudo su -c {{.Path}}", "as root"),
        ("sudo su - -c '{{.Vars}} {{.Path}}'", "vars, as root+env+login"),
        ("sudo su app -c {{.Path}}", "as app"),
        ("sudo su -c {{.Path}} app", "as app"),
        ("sudo chmod 755 {{.Path}} && sudo {{.Vars}} {{.Path}};\n", "vars, as root+env"),
        ("python3.11 -u {{.Path}} --fast 'a b'", "by python3.11 -u, with --fast a b"),
        (". ~/.profile\n{{.Vars}} {{.Path}}", "vars, after ~/.profile"),
    ] {
        assert_eq!(understood(template, Some("app"), USUAL), wanted, "{template}");
    }
}

#[test]
fn what_might_mean_something_else_stays_as_written() {
    for template in [
        "",
        ";",
        "{{.Vars}}",
        "{{.Vars}}{{.Path}}",
        "'{{.Vars}}' {{.Path}}",
        "{{.Vars}} sudo bash {{.Path}}",
        ". {{.EnvVarFile}} && sudo {{.Path}}",
        "{{.Vars}} sudo -E -i {{.Path}}",
        "echo pw | sudo {{.Path}}",
        "echo pw | {{.Path}}",
        "cat /pw | sudo -S {{.Path}}",
        "yes | {{.Path}}",
        "sudo -s {{.Path}}",
        "sudo -g wheel {{.Path}}",
        "sudo -u $USER {{.Path}}",
        "sudo sudo {{.Path}}",
        "su - app -c {{.Path}}",
        "sudo -u app su - x -c {{.Path}}",
        "sudo su - app {{.Path}}",
        "sudo su - app -c \"$CMD {{.Path}}\"",
        "sh -c \"{{.Path}}; reboot\"",
        "sh -xc {{.Path}}",
        "bash -c {{.Path}} x",
        "{{.Path}} && reboot",
        "{{.Path}} || true",
        "{{.Path}}; true",
        "{{.Path}} > /log",
        "{{.Path}} &",
        "{{.Path}} $HOME",
        "{{.Path}} *.txt",
        "{{.Path}} # done",
        "{{.Path}} 'a",
        "cd /tmp && {{.Path}}",
        "set -e; {{.Path}}",
        "source ~/.profile && {{.Path}}",
        "chmod 700 {{.Path}}; {{.Path}}",
        "FOO=bar {{.Vars}} {{.Path}}",
        "time {{.Path}}",
        "exec {{.Path}}",
        "perl -e {{.Path}}",
        "python3 -m {{.Path}}",
        "bash -c '{{.Vars}} bash -c {{.Path}}'",
        "powershell -executionpolicy bypass \"& '{{.Path}}'; exit $LastExitCode\"",
    ] {
        assert_eq!(understood(template, Some("app"), USUAL), "-", "{template}");
    }
}

#[test]
fn values_that_could_become_syntax_are_not_trusted() {
    for known in [None, Some(""), Some("a b"), Some("a;b"), Some("$x")] {
        assert_eq!(understood("sudo -u <user> {{.Path}}", known, USUAL), "-", "{known:?}");
        assert_eq!(understood("{{.Path}} <argument>", known, USUAL), "-", "{known:?}");
        // What a password is does not matter: it is dropped.
        assert_eq!(understood("echo '<pw>' | sudo -S {{.Path}}", known, USUAL), "as root", "{known:?}");
    }
    let quoted = EnvironmentForm { plain: false, ..USUAL };
    assert_eq!(understood("sudo sh -c '{{.Vars}} {{.Path}}'", None, quoted), "-");
    assert_eq!(understood("sudo sh -c '{{.Path}}'", None, quoted), "as root");
    assert_eq!(understood("{{.Vars}} {{.Path}}", None, quoted), "vars");
    let unusual = EnvironmentForm { usual: false, ..USUAL };
    for template in ["{{.Vars}} {{.Path}}", ". {{.EnvVarFile}} && {{.Path}}", "sudo {{.Vars}} {{.Path}}"] {
        assert_eq!(understood(template, None, unusual), "-", "{template}");
    }
}

#[test]
fn a_password_is_kept_nowhere() {
    for template in ["echo 'hunter2' | sudo -S -E {{.Path}}", "echo <pw> | {{.Vars}} sudo -S -E bash {{.Path}}"] {
        let invocation = understand(&command(template, Some("hunter2")), USUAL);
        assert!(matches!(invocation, Invocation::Direct(_)));
        assert!(!format!("{invocation:?}").contains("hunter2"), "{template}");
    }
}

#[test]
fn shebangs_are_read_as_kernels_read_them() {
    for (line, wanted) in [
        ("#!/bin/sh -e", Some(("/bin/sh", Some("-e")))),
        ("#! /bin/bash -e -o pipefail \r\n", Some(("/bin/bash", Some("-e -o pipefail")))),
        ("#!/usr/bin/env python3", Some(("/usr/bin/env", Some("python3")))),
        ("#!/bin/sh", Some(("/bin/sh", None))),
        ("#!", None),
        ("echo", None),
    ] {
        assert_eq!(shebang(line), wanted, "{line}");
    }
}
