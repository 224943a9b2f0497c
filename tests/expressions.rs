//! Expressions whose worth was found to differ from what Packer's own functions gave, and a generator of random ones.
#![expect(clippy::print_stdout, reason = "the counts are what one wants to see")]

#[path = "support/expressions.rs"]
mod expressions;

use expressions::{Answer, answer, generator::Generator};

/// An expression, its type and value, or `!` where it fails. `?` is not known.
const WORTH: &[(&str, &str)] = &[
    // Numbers remember how many bits they have.
    ("log(3, 8)", "number 0.5283208335737187"),
    ("log(6, 8)", "number 0.8616541669070521"),
    ("pow(5, -11)", "number 0.00000002048"),
    ("pow(9, 17)", "number 16677181699666568"),
    ("pow(3.14159, 7)", "number 3020.275369894183"),
    ("pow(6, 1.5)", "number 14.696938456699069"),
    ("pow(0, -1)", "number +Inf"),
    ("length(\"abc\") / length(\"abcdefg\")", "number 0.42857142857142857144"),
    ("-0", "number -0"),
    ("1 / -0", "number -Inf"),
    ("-(0) * 5", "number -0"),
    ("5 - 5", "number 0"),
    ("1 % (1 / 0)", "!"),
    ("signum(1e21)", "!"),
    // Texts.
    ("title(\"ǆ\")", "string \"ǅ\""),
    ("regexall(\"\\\\p{L}+\", \"a1b\")", "list(string) [\"a\",\"b\"]"),
    ("regex_replace(\"b\", \"x*\", \"$é\")", "string \"b\""),
    ("regex_replace(\"ab\", \"(a)\", \"<$1>\")", "string \"<a>b\""),
    ("regex_replace(\"ab\", \"a\", \"$$\")", "string \"$b\""),
    ("format(\"%s\", null)", "any ?"),
    ("formatlist(\"%s\", null)", "any ?"),
    ("substr(format(\"%s\", null), 0, 1)", "string ?"),
    ("uuidv5(\"6BA7B8109DAD11D180B400C04FD430C8\", \"b\")", "string \"3f10dbe8-4cbd-5e31-9b1f-af0cb9dda9cf\""),
    (
        "uuidv5(\"urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8\", \".5\")",
        "string \"b56d5331-d9f5-5209-bec5-a888f5ef0de8\"",
    ),
    ("uuidv5(\"{6ba7b810-9dad-11d1-80b4-00c04fd430c8}\", \"~\")", "string \"a63f8a53-12d1-5980-9ff6-30d702189993\""),
    ("jsondecode(\"1.\")", "!"),
    ("jsonencode(1 / 0)", "!"),
    // Encodings.
    ("textencodebase64(\"Z\", \"ISO_8859-1:1987\")", "string \"Wg==\""),
    ("textdecodebase64(\"w6k=\", \"l1\")", "string \"Ã©\""),
    ("textencodebase64(\"a\", \"utf8\")", "!"),
    ("textencodebase64(\"a\", \"ascii\")", "!"),
    ("textencodebase64(\"a\", \"UTF-16\")", "string \"/v8AYQ==\""),
    ("textencodebase64(\"é\", \"IBM850\")", "string \"gg==\""),
    ("textencodebase64(\"a\", \"IBM037\")", "string \"gQ==\""),
    ("textencodebase64(\"日\", \"Shift_JIS\")", "string \"k/o=\""),
    ("textencodebase64(\"日\", \"windows-1252\")", "!"),
    ("textdecodebase64(\"/w==\", \"UTF-8\")", "!"),
    // Networks.
    ("cidrsubnets(\"0.0.0.0/0\", 3)", "!"),
    ("cidrsubnets(\"10.0.0.0/8\", 8, 8)", "list(string) [\"10.0.0.0/16\",\"10.1.0.0/16\"]"),
    ("cidrsubnet(\"fd00::/8\", 100, 7)", "!"),
    ("cidrsubnet(\"10.0.0.0/8\", -3, 0)", "string \"10.0.0.0/5\""),
    // Collections.
    ("compact([\"a\"])[*]", "list(string) [\"a\"]"),
    ("compact([null])[*].a", "!"),
    ("convert([], set(string))[*][0]", "!"),
    ("convert(null, set(number))[*]", "!"),
    ("coalescelist([true], \"x\")", "!"),
    ("coalescelist([], [1])", "tuple([number]) [1]"),
    ("merge({ a = 1 }, null)", "object({a=number}) {\"a\":1}"),
    ("convert(regexall(\"(\\\\d+)\", \"#\"), set(number))", "!"),
    (
        "csvdecode(\"\\\"a\\nb\\\",c\\n1,2\")",
        "list(object({\"a\\nb\"=string,c=string})) [{\"a\\nb\":\"1\",\"c\":\"2\"}]",
    ),
    // Conditions.
    ("false && 1", "!"),
    ("false && nope", "bool false"),
    ("null || true", "bool true"),
    ("true ? 1 : {}[*].a", "!"),
    ("true ? [\"a\"] : [null, {}, convert([], set(string))]", "!"),
    ("false ? setunion(convert([\"a\"], set(bool))) : 9", "number 9"),
    ("true ? [1] : format(\"%e\", [])", "tuple([number]) [1]"),
    ("[for x in [] : x if convert(null, bool)]", "!"),
    ("[for x in [] : x if can(1, 2)]", "!"),
    // Spreading.
    ("try([1, 2]...)", "number 1"),
    ("can(false, []...)", "bool true"),
    ("can(1, [2]...)", "!"),
    // YAML.
    ("yamlencode(\"a\\n\\n\")", "string \"|+\\n  a\\n\\n\""),
    (
        "yamlencode({ a = [], b = [{ c = 1 }], d = {} })",
        "string \"\\\"a\\\": []\\n\\\"b\\\":\\n- \\\"c\\\": 1\\n\\\"d\\\": {}\\n\"",
    ),
    ("yamlencode([[1], \"\\t\"])", "string \"- - 1\\n- \\\"\\\\t\\\"\\n\""),
    ("yamldecode(\"a: >\\n  x\\n  y\\n\\n  z\")", "object({a=string}) {\"a\":\"x y\\nz\"}"),
    ("yamldecode(\"a: |-\\n  yes\")", "object({a=string}) {\"a\":\"true\"}"),
    ("yamldecode(\"a: 2001-12-14t21:59:43.10-05:00\")", "object({a=string}) {\"a\":\"2001-12-14T21:59:43-05:00\"}"),
    ("yamldecode(\"a: !!int 0x1F\")", "object({a=number}) {\"a\":31}"),
    ("yamldecode(\"b: &b {x: 1}\\nd:\\n  <<: *b\\n  y: 2\").d", "object({true=number,x=number}) {\"true\":2,\"x\":1}"),
    ("yamldecode(\"a: &x [*x]\")", "!"),
    ("yamldecode(\"? [a]\\n: b\")", "!"),
    ("yamldecode(\"! a\")", "!"),
    ("yamldecode(\"%YAML 1.2\\n---\\na: 1\")", "!"),
    ("yamldecode(\"null\")", "any ?"),
    // Compression: what was compressed comes out again elsewhere; here only that it is gzip.
    ("substr(base64gzip(\"test\"), 0, 4)", "string \"H4sI\""),
];

#[test]
fn what_once_differed_from_packer_does_not_any_more() {
    let mut wrong = Vec::new();
    for (expression, expected) in WORTH {
        let shown = match answer(expression) {
            Answer::Fails(_) => "!".to_owned(),
            Answer::Worth { ty, value, .. } => format!("{ty} {value}"),
        };
        if shown != *expected {
            wrong.push(format!("{expression}\n  is       {shown}\n  should be {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rsadecrypt_reads_pkcs1() {
    let key = include_str!("support/rsa-key.pem");
    let ciphertext = include_str!("support/rsa-ciphertext.txt").trim();
    let expression = format!("rsadecrypt({ciphertext:?}, {key:?})");
    let Answer::Worth { value, .. } = answer(&expression) else { panic!("it fails") };
    assert_eq!(value, "\"message from the other side\"");
    let Answer::Fails(_) = answer(&expression.replacen('A', "B", 1)) else { panic!("another text decrypts") };
}

/// Whatever is typed: no crash, the same answer twice, and `try`, `can`, lists and templates agree with it.
#[test]
fn random_expressions_keep_their_promises() {
    let mut generator = Generator::new(20_260_731);
    let (mut worth, mut failing) = (0, 0);
    for _ in 0..3000 {
        let expression = generator.expression();
        let first = answer(&expression);
        assert_eq!(first, answer(&expression), "twice: {expression}");
        let (can, tried) = (answer(&format!("can({expression})")), answer(&format!("try({expression}, \"instead\")")));
        match &first {
            Answer::Fails(reason) if reason == "syntax" => continue,
            Answer::Fails(_) => {
                failing += 1;
                assert_eq!(can.value(), Some("false"), "{expression}");
                assert_eq!(tried.value(), Some("\"instead\""), "{expression}");
            }
            Answer::Worth { known: true, ty, value, .. } => {
                worth += 1;
                assert_eq!(can.value(), Some("true"), "{expression}");
                assert_eq!(tried, first, "{expression}");
                let listed = answer(&format!("[{expression}][0]"));
                assert_eq!((listed.value(), listed.ty()), (Some(value.as_str()), Some(ty.as_str())), "{expression}");
                let converted = answer(&format!("convert({expression}, any)"));
                assert_eq!(converted, first, "{expression}");
            }
            Answer::Worth { known: false, .. } => {
                worth += 1;
                assert_eq!(can.value(), Some("?"), "{expression}");
                assert_eq!(tried.ty(), Some("any"), "{expression}");
            }
        }
    }
    println!("expressions: {worth} have a worth, {failing} fail");
    assert!(worth > 300 && failing > 300, "the generator makes too few of one kind");
}

/// What is computed from a secret is one.
#[test]
fn random_expressions_keep_secrets() {
    let mut generator = Generator::new(7);
    for _ in 0..600 {
        let inner = generator.expression();
        for expression in [
            format!("[{inner}, secret.text][1]"),
            format!("\"${{secret.text}}${{try(join(\",\", {inner}), \"x\")}}\""),
            format!("secret.flag ? try({inner}, 1) : try({inner}, 1)"),
            format!("upper(secret.text) == try(\"${{{inner}}}\", \"\")"),
            format!("[for x in secret.list : try({inner}, x)]"),
            format!("{{ (secret.text) = try({inner}, 1) }}"),
            format!("jsonencode([secret.text, try({inner}, 1)])"),
        ] {
            if let Answer::Worth { secret, .. } = answer(&expression) {
                assert!(secret, "{expression}");
            }
        }
    }
}
