use std::sync::LazyLock;

use super::*;
use crate::diagnostic::fix;

static SCHEMAS: LazyLock<Schemas> = LazyLock::new(Schemas::embedded);

/// How bad a finding is, whether it has a fix, and whether that is safe.
type Verdict = (Severity, Option<bool>);

/// What is found in a template: severity, message, whether there is a fix and whether it is safe.
fn findings(text: &str) -> Vec<(Severity, String, Option<bool>)> {
    let mut sources = SourceMap::new();
    let file = sources.add("template.json", text, FileOrigin::Disk);
    let mut sink = Sink::new();
    find(&sources, file, &SCHEMAS, &mut sink);
    let told = |found: Diagnostic| (found.severity, found.message, found.fix.map(|fix| fix.safe));
    sink.into_sorted().into_iter().map(told).collect()
}

/// A template after all that can be fixed, round by round.
fn fixed(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..200 {
        let mut sources = SourceMap::new();
        let file = sources.add("template.json", text.as_str(), FileOrigin::Disk);
        let mut sink = Sink::new();
        find(&sources, file, &SCHEMAS, &mut sink);
        let fixes = fix::choose(sink.diagnostics().iter().filter_map(|found| found.fix.as_ref()));
        if fixes.is_empty() {
            return text;
        }
        text = fix::apply(&text, file, fixes.iter().flat_map(|fix| &fix.edits));
        let json: Result<serde_json::Value, _> = serde_json::from_str(text.trim_start_matches('\u{feff}'));
        assert!(json.is_ok(), "a fix broke the text: {text}");
    }
    panic!("there is no end to it: {text}");
}

fn builder(ty: &str, members: &str) -> String {
    format!(r#"{{"builders": [{{"type": "{ty}", {members}}}]}}"#)
}

#[test]
fn the_layout_stays() {
    let cases = [
        // A member goes with its comma, wherever it stands.
        (
            "{\n  \"builders\": [\n    {\n      \"vhd_temp_path\": \"x\",\n      \"type\": \"hyperv-iso\"\n    }\n  ]\n}\n",
            "{\n  \"builders\": [\n    {\n      \"type\": \"hyperv-iso\"\n    }\n  ]\n}\n",
        ),
        (
            "{\n  \"builders\": [\n    {\n      \"type\": \"hyperv-iso\",\n      \"vhd_temp_path\": \"x\"\n    }\n  ]\n}\n",
            "{\n  \"builders\": [\n    {\n      \"type\": \"hyperv-iso\"\n    }\n  ]\n}\n",
        ),
        (
            r#"{"builders":[{"type":"hyperv-iso","vhd_temp_path":"x","cpu":2,"ram_size":512}]}"#,
            r#"{"builders":[{"type":"hyperv-iso","cpus":2,"memory":512}]}"#,
        ),
        // Two members become one, byte-order mark, tabs and line ends of Windows stay.
        (
            "\u{feff}{\"builders\": [{\r\n\t\"type\": \"qemu\",\r\n\t\"iso_checksum_type\": \"sha256\",\r\n\t\"iso_checksum\": \"ab\"\r\n}]}",
            "\u{feff}{\"builders\": [{\r\n\t\"type\": \"qemu\",\r\n\t\"iso_checksum\": \"sha256:ab\"\r\n}]}",
        ),
        (
            "{\"builders\": [{\n  \"type\": \"qemu\",\n  \"iso_checksum_url\": \"http://x/{{user `sums`}}\",\n  \"iso_checksum_type\": \"sha256\"\n}]}",
            "{\"builders\": [{\n  \"type\": \"qemu\",\n  \"iso_checksum\": \"file:http://x/{{user `sums`}}\"\n}]}",
        ),
        // What is put in stands as its neighbours do.
        (
            "{\"builders\": [\n  {\n    \"type\": \"vmware-iso\",\n    \"remote_type\": \"esx5\"\n  }\n]}",
            "{\"builders\": [\n  {\n    \"type\": \"vmware-iso\",\n    \"remote_type\": \"esx5\",\n    \"disk_type_id\": \"zeroedthick\",\n    \"skip_compaction\": true\n  }\n]}",
        ),
        (
            "{\"builders\": [{\n  \"type\": \"vsphere-iso\",\n  \"network\": \"n\",\n  \"networkCard\": \"vmxnet3\"\n}]}",
            "{\"builders\": [{\n  \"type\": \"vsphere-iso\",\n  \"network_adapters\": [\n    {\n      \"network\": \"n\",\n      \"network_card\": \"vmxnet3\"\n    }\n  ]\n}]}",
        ),
        (
            "{\"builders\": [{\n  \"type\": \"vsphere-iso\",\n  \"disk_size\": 1,\n  \"storage\": [\n    {\n      \"disk_size\": 2\n    }\n  ]\n}]}",
            "{\"builders\": [{\n  \"type\": \"vsphere-iso\",\n  \"storage\": [\n    {\n      \"disk_size\": 1\n    },\n    {\n      \"disk_size\": 2\n    }\n  ]\n}]}",
        ),
        (
            "{\"post-processors\": [{\n  \"type\": \"vagrant\",\n  \"vmware\": {\n    \"output\": \"x\"\n  }\n}]}",
            "{\"post-processors\": [{\n  \"type\": \"vagrant\",\n  \"override\": {\n    \"vmware\": {\n      \"output\": \"x\"\n    }\n  }\n}]}",
        ),
        (
            r#"{"post-processors": [{"type": "vagrant", "aws": {"a": 1}, "override": { "vmware": {"b": 2} }}]}"#,
            r#"{"post-processors": [{"type": "vagrant", "override": {"vmware": {"b": 2}, "aws": {"a": 1}}}]}"#,
        ),
        (
            r#"{"post-processors": [["compress", {"tag": "a,b", "type": "docker-tag", "repository": "r"}]]}"#,
            r#"{"post-processors": [["compress", {"tags": ["a", "b"], "type": "docker-tag", "repository": "r"}]]}"#,
        ),
        // Two fixers of one builder, one after the other.
        (&builder("qemu", r#""iso_md5": "ab""#), &builder("qemu", r#""iso_checksum": "md5:ab""#)),
        // Only the backtick goes.
        (
            r#"{"provisioners": [{"type": "powershell", "environment_vars": ["A=`$b", "B={{user `c`}}"]}]}"#,
            r#"{"provisioners": [{"type": "powershell", "environment_vars": ["A=$b", "B={{user `c`}}"]}]}"#,
        ),
        (
            &builder("amazon-ebs", r#""ami_name": "x-{{isotime | clean_ami_name}} clean_ami_name""#),
            &builder("amazon-ebs", r#""ami_name": "x-{{isotime | clean_resource_name}} clean_ami_name""#),
        ),
    ];
    for (before, after) in cases {
        assert_eq!(fixed(before), after, "{before}");
        assert_eq!(findings(after), [], "{after}");
    }
}

#[test]
fn a_builder_that_is_renamed_is_renamed_where_it_is_called_so() {
    let before = r#"{"builders": [{"type": "virtualbox", "guest_additions_attach": true}],
  "provisioners": [{"type": "shell", "only": ["virtualbox"], "override": {"virtualbox": {"inline": []}}}]}"#;
    let after = r#"{"builders": [{"type": "virtualbox-iso", "guest_additions_mode": "attach"}],
  "provisioners": [{"type": "shell", "only": ["virtualbox-iso"], "override": {"virtualbox-iso": {"inline": []}}}]}"#;
    assert_eq!(fixed(before), after);
    // One that has a name keeps it, and one whose new name is taken needs somebody who decides.
    let named =
        r#"{"builders": [{"type": "vmware", "name": "x"}], "provisioners": [{"type": "shell", "only": ["x"]}]}"#;
    assert_eq!(fixed(named), named.replace("\"vmware\"", "\"vmware-iso\""));
    let taken = r#"{"builders": [{"type": "vmware"}, {"type": "vmware-iso"}]}"#;
    assert_eq!(fixed(taken), taken);
    let mine = r#"{"builders": [{"type": "virtualbox-iso", "name": "virtualbox"}], "provisioners": [{"type": "shell", "override": {"virtualbox": {}}}]}"#;
    assert_eq!(findings(mine), []);
}

#[test]
fn how_bad_it_is_depends_on_the_plugin_of_today() {
    use Severity::{Error, Note, Warning};
    let both = r#""ssh_key_path": "a", "ssh_private_key_file": "b""#;
    let cases: [(String, &[Verdict]); 16] = [
        (builder("qemu", r#""iso_checksum_type": "md5", "iso_checksum": "x""#), &[(Error, Some(true))]),
        // It says its kind already.
        (builder("qemu", r#""iso_checksum_type": "md5", "iso_checksum": "{{user `a`}}:x""#), &[(Error, Some(true))]),
        (builder("qemu", r#""iso_checksum_type": "md5""#), &[(Error, None)]),
        (builder("qemu", r#""ssh_host_port_min": 2222"#), &[(Warning, Some(true))]),
        (builder("qemu", r#""disk_size": 4096"#), &[(Note, Some(true))]),
        (builder("qemu", r#""disk_size": "4096""#), &[]),
        (builder("qemu", both), &[(Error, Some(false))]),
        (builder("qemu", r#""ssh_wait_timeout": "5m""#), &[(Warning, Some(true))]),
        // No such thing under either name.
        (builder("docker", r#""iso_checksum_type": "md5", "iso_checksum": "x""#), &[]),
        // Whose plugin is not known here.
        (builder("nobody", r#""ssh_key_path": "a""#), &[(Warning, Some(false))]),
        (builder("vmware", r#""vm_name": "a""#), &[(Error, Some(true))]),
        (builder("proxmox", r#""vm_name": "a""#), &[(Warning, Some(true))]),
        (builder("virtualbox", r#""ssh_key_path": "a""#), &[(Error, Some(true)), (Error, Some(true))]),
        // The plugin of today has it again.
        (builder("scaleway", r#""access_key": "a""#), &[]),
        (builder("amazon-ebs", r#""ssh_private_ip": "{{user `private`}}""#), &[(Error, None)]),
        (builder("virtualbox-iso", r#""guest_additions_attach": "what""#), &[]),
    ];
    for (text, expected) in cases {
        let found = findings(&text);
        let short: Vec<_> = found.iter().map(|(severity, _, fix)| (*severity, *fix)).collect();
        assert_eq!(short, expected, "{text} {found:?}");
    }
}

#[test]
fn a_text_that_is_no_json_is_not_edited() {
    let found = findings("{\"builders\": [{\"type\": \"qemu\", \"iso_md5\": \"x\", // why\n}]}");
    assert_eq!(found.iter().map(|(_, _, fix)| *fix).collect::<Vec<_>>(), [None]);
}

/// Numbers that look like dice, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % end
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

const MEMBERS: &[&str] = &[
    r#""iso_md5": "ab""#,
    r#""iso_checksum": "cd""#,
    r#""iso_checksum_type": "sha256""#,
    r#""iso_checksum_url": "http://x""#,
    r#""ssh_key_path": "k""#,
    r#""ssh_private_key_file": "k2""#,
    r#""ssh_disable_agent": true"#,
    r#""ssh_wait_timeout": "5m""#,
    r#""guest_additions_attach": true"#,
    r#""guest_os_distribution": "x""#,
    r#""guest_os_type": "y""#,
    r#""headless": true"#,
    r#""ssh_host_port_min": 1"#,
    r#""host_port_min": 2"#,
    r#""disk_size": 4000"#,
    r#""network": "n""#,
    r#""networkCard": "c""#,
    r#""network_card": "d""#,
    r#""network_adapters": [{"network": "m"}]"#,
    r#""storage": []"#,
    r#""remote_type": "esx5""#,
    r#""disk_type_id": "eager""#,
    r#""skip_compaction": false"#,
    r#""vm_name": "{{isotime | clean_image_name}}""#,
    r#""_comment": "a, b: {c}""#,
    r#""login_email": "e""#,
    r#""cpu": 1"#,
    r#""ram_size": 2"#,
    r#""vhd_temp_path": "v""#,
];

const TYPES: &[&str] = &[
    "virtualbox",
    "virtualbox-iso",
    "vmware",
    "vmware-iso",
    "parallels-iso",
    "hyperv-iso",
    "qemu",
    "vsphere-iso",
    "proxmox",
    "nobody",
];

/// A builder with members in any order, laid out as somebody may have.
fn random(dice: &mut Dice) -> String {
    let mut members = vec![format!("\"type\": \"{}\"", dice.one(TYPES))];
    for _ in 0..dice.below(7) {
        let member = dice.one(MEMBERS);
        let key = member.split(':').next().unwrap_or_default();
        if !members.iter().any(|known| known.starts_with(key)) {
            members.insert(dice.below(members.len() + 1), member.to_owned());
        }
    }
    let (open, gap, close) = dice.one(&[
        ("", ", ", ""),
        ("", ",", ""),
        ("\n  ", ",\n  ", "\n"),
        ("\r\n\t", ",\r\n\t", "\r\n"),
        (" ", " , ", " "),
    ]);
    format!("{{\"builders\": [{{{open}{}{close}}}]}}\n", members.join(gap))
}

#[test]
fn fixing_twice_is_fixing_once_and_leaves_nothing_to_fix() {
    let mut dice = Dice(7);
    for _ in 0..600 {
        let text = random(&mut dice);
        let once = fixed(&text);
        assert_eq!(fixed(&once), once, "{text}");
        let left: Vec<_> = findings(&once).into_iter().filter(|(_, _, fix)| fix.is_some()).collect();
        assert_eq!(left, [], "{text}{once}");
        // A key never stands twice, and line ends are those of the file.
        let mut sources = SourceMap::new();
        let file = sources.add("template.json", once.as_str(), FileOrigin::Disk);
        let data = json::read(&sources, file, &mut Sink::new());
        let outline = outline(&data, &once).expect("a template");
        for member in outline.parts[0].object.members {
            let same = outline.parts[0].object.members.iter().filter(|other| other.key.text == member.key.text);
            assert_eq!(same.count(), 1, "{text}{once}");
        }
        assert_eq!(text.contains("\r\n"), once.contains("\r\n"), "{text}{once}");
    }
}

#[test]
fn all_of_packers_fixers_are_there() {
    let names: std::collections::BTreeSet<&str> = fixers().collect();
    assert_eq!(names.len(), FIXERS.len());
    assert!(run_fixer("nothing", "{}").is_err() && run_fixer("iso-md5", "[]").is_err());
}
