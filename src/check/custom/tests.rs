//! Each check over small bodies: what it must find, and what it must leave alone.

use crate::check::tests::said_of;

/// The schema of a builder `acme` with one rule, and for bodies of it how the report about each must begin.
fn hold(check: &str, members: &str, cases: &[(&str, &[&str])]) {
    let rule = format!("\"rules\": [{{\"rule\": \"custom\", \"check\": \"{check}\", \"fields\": [\"x\"]}}]");
    let schema = format!(
        "{{\"plugin\": \"acme\", \"source\": \"github.com/acme/acme\", \"version\": \"1.0.0\", \"components\": {{\"builder\": {{\"acme\": {{{members}}}}}}}}}"
    );
    let schema =
        schema.replace("\"attributes\": {", "\"attributes\": {\"x\": {\"type\": \"string\"}, ").replace("RULE", &rule);
    for (text, expected) in cases {
        let said = said_of(&schema, text);
        let fits =
            said.len() == expected.len() && said.iter().zip(*expected).all(|(said, expected)| said.contains(expected));
        assert!(fits, "{check}: {text}\n  said: {said:#?}\n  not:  {expected:#?}");
    }
}

fn texts(names: &[&str]) -> String {
    names.iter().map(|name| format!("\"{name}\": {{\"type\": \"string\"}}")).collect::<Vec<_>>().join(", ")
}

#[test]
fn shared_images_have_named_keys() {
    hold(
        "shared-kms-keys",
        "\"attributes\": {\"region_kms_key_ids\": {\"type\": \"map(string)\"}, \"ami_users\": {\"type\": \"list(string)\"}}, RULE",
        &[
            ("region_kms_key_ids = { a = \"\" }", &[]),
            ("region_kms_key_ids = { a = \"k\" }\nami_users = [\"1\"]", &[]),
            (
                "region_kms_key_ids = { a = \"k\", b = \"\" }\nami_users = [\"1\"]",
                &[
                    "error invalid-attribute-value at 2: `region_kms_key_ids` names no key for `b` when `ami_users` is set",
                ],
            ),
        ],
    );
}

#[test]
fn launch_templates_are_where_the_image_is() {
    let members = format!(
        "\"attributes\": {{{}, \"ami_regions\": {{\"type\": \"list(string)\"}}}}, \"blocks\": {{\"fast_launch\": {{\"nesting\": \"single\", \"blocks\": {{\"region_launch_templates\": {{\"nesting\": \"list\", \"attributes\": {{\"region\": {{\"type\": \"string\"}}}}}}}}}}}}, RULE",
        texts(&["region"])
    )
    .replace("\"nesting\": \"list\", \"attributes\": {", "\"nesting\": \"list\", \"attributes\" : {");
    let launch = |regions: &[&str]| {
        let blocks: Vec<String> =
            regions.iter().map(|region| format!("region_launch_templates {{\nregion = \"{region}\"\n}}")).collect();
        format!("fast_launch {{\n{}\n}}", blocks.join("\n"))
    };
    let here = "region = \"a\"\nami_regions = [\"b\"]\n";
    hold(
        "fast-launch-regions",
        &members,
        &[
            (&format!("{here}{}", launch(&["a", "b"])), &[]),
            (&launch(&["c"]), &[]),
            (
                &format!("{here}{}", launch(&["c"])),
                &["a launch template is for the region `c`, where the image is not"],
            ),
            (&format!("{here}{}", launch(&["a", "a"])), &["the region `a` has two launch templates"]),
        ],
    );
}

#[test]
fn the_root_device_is_launched() {
    let members = "\"attributes\": {\"y\": {\"type\": \"string\"}}, \"blocks\": {\"ami_root_device\": {\"nesting\": \"single\", \"attributes\" : {\"source_device_name\": {\"type\": \"string\"}}}, \"launch_block_device_mappings\": {\"nesting\": \"list\", \"attributes\" : {\"device_name\": {\"type\": \"string\"}, \"omit_from_artifact\": {\"type\": \"bool\"}}}}, RULE";
    let root = "ami_root_device {\nsource_device_name = \"/dev/xvdf\"\n}\n";
    let volume =
        |inside: &str| format!("{root}launch_block_device_mappings {{\ndevice_name = \"/dev/xvdf\"\n{inside}\n}}");
    hold(
        "root-device-mapping",
        members,
        &[
            ("", &[]),
            (&volume(""), &[]),
            (root, &["no volume of `launch_block_device_mappings` is named `/dev/xvdf`"]),
            (&volume("omit_from_artifact = true"), &["is the root device and cannot be left out"]),
        ],
    );
}

#[test]
fn azure_is_reached_with_complete_credentials() {
    let names = [
        "subscription_id",
        "client_id",
        "client_secret",
        "client_cert_path",
        "client_jwt",
        "oidc_request_url",
        "oidc_request_token",
        "tenant_id",
    ];
    let members =
        format!("\"attributes\": {{{}, \"use_azure_cli_auth\": {{\"type\": \"bool\"}}}}, RULE", texts(&names));
    hold(
        "azure-credentials",
        &members,
        &[
            ("", &[]),
            ("subscription_id = \"s\"", &[]),
            ("use_azure_cli_auth = true\ntenant_id = \"t\"", &[]),
            ("subscription_id = \"s\"\nclient_id = \"c\"\nclient_secret = \"p\"", &[]),
            ("subscription_id = \"s\"\nclient_id = \"c\"\noidc_request_url = \"u\"\noidc_request_token = \"t\"", &[]),
            ("client_secret = \"p\"", &["error required-attribute at 2"]),
            (
                "tenant_id = \"t\"",
                &["error required-attribute at 2: the credentials of the source `acme` are not complete"],
            ),
            (
                "subscription_id = \"s\"\nclient_id = \"c\"\nclient_secret = \"p\"\nclient_jwt = \"j\"",
                &["error conflicting-attributes at 5: the source `acme` takes only one proof"],
            ),
        ],
    );
}

#[test]
fn azure_images_go_somewhere() {
    let names = ["capture_container_name", "managed_image_name", "managed_image_resource_group_name"];
    let members = format!("\"attributes\": {{{}, \"skip_create_image\": {{\"type\": \"bool\"}}}}, RULE", texts(&names));
    hold(
        "azure-capture-target",
        &members,
        &[
            ("", &["error required-attribute at 1: the source `acme` does not say where its image goes"]),
            ("skip_create_image = true", &[]),
            ("capture_container_name = \"c\"", &[]),
            ("managed_image_name = \"m\"\nmanaged_image_resource_group_name = \"g\"", &[]),
        ],
    );
}

#[test]
fn azure_passwords_are_not_simple() {
    let members = "\"attributes\": {\"communicator\": {\"type\": \"string\", \"default\": \"ssh\"}, \"winrm_password\": {\"type\": \"string\", \"sensitive\": true}}, RULE";
    hold(
        "azure-winrm-password",
        members,
        &[
            ("winrm_password = \"simple\"", &[]),
            ("communicator = \"winrm\"\nwinrm_password = \"Not-S1mple\"", &[]),
            ("communicator = \"winrm\"\nwinrm_password = \"simple\"", &["`winrm_password` is too simple for Azure"]),
        ],
    );
}

#[test]
fn one_disk_becomes_the_image() {
    let members = "\"attributes\": {\"y\": {\"type\": \"string\"}}, \"blocks\": {\"disk_attachment\": {\"nesting\": \"list\", \"attributes\" : {\"create_image\": {\"type\": \"bool\"}}}}, RULE";
    let disk = "disk_attachment {\ncreate_image = true\n}\n";
    hold(
        "one-created-image",
        members,
        &[
            (disk, &[]),
            (&format!("{disk}disk_attachment {{\ncreate_image = false\n}}"), &[]),
            (&disk.repeat(2), &["error conflicting-attributes at 6: only one disk can become the image"]),
        ],
    );
}

#[test]
fn two_names_of_a_key_agree() {
    hold(
        "signer-is-key",
        &format!("\"attributes\": {{{}}}, RULE", texts(&["signer", "key"])),
        &[
            ("signer = \"a\"\nkey = \"a\"", &[]),
            ("key = \"a\"", &[]),
            ("signer = \"a\"\nkey = \"b\"", &["error conflicting-attributes at 3"]),
        ],
    );
}

#[test]
fn discs_have_one_source() {
    let members = format!(
        "\"attributes\": {{{}, \"iso_urls\": {{\"type\": \"list(string)\"}}, \"cd_files\": {{\"type\": \"list(string)\"}}}}, RULE",
        texts(&["iso_file", "iso_url"])
    );
    hold(
        "one-iso-source",
        &members,
        &[
            ("iso_file = \"f\"", &[]),
            ("iso_url = \"u\"\niso_urls = [\"u\"]", &[]),
            ("", &["error required-attribute at 1: the source `acme` does not say where a disc comes from"]),
            ("iso_file = \"f\"\ncd_files = [\"a\"]", &["error conflicting-attributes at 3"]),
        ],
    );
    let boot = members.replace("RULE", "\"blocks\": {\"boot_iso\": {\"nesting\": \"single\"}}, RULE");
    hold(
        "boot-iso-source",
        &boot,
        &[
            ("boot_iso {}", &[]),
            ("iso_url = \"u\"", &[]),
            ("", &["error required-attribute at 1: the source `acme` needs a disc to boot from"]),
        ],
    );
}

#[test]
fn ip_configurations_have_adapters() {
    let members = "\"attributes\": {\"y\": {\"type\": \"string\"}}, \"blocks\": {\"ipconfig\": {\"nesting\": \"list\"}, \"network_adapters\": {\"nesting\": \"list\"}}, RULE";
    hold(
        "ipconfig-per-adapter",
        members,
        &[
            ("network_adapters {}\nipconfig {}", &[]),
            (
                "network_adapters {}\nipconfig {}\nipconfig {}",
                &["error invalid-attribute-value at 4: there are 2 blocks `ipconfig` for 1 network adapter"],
            ),
        ],
    );
}

#[test]
fn snapshots_are_two() {
    hold(
        "snapshots-differ",
        &format!("\"attributes\": {{{}}}, RULE", texts(&["attach_snapshot", "target_snapshot"])),
        &[
            ("attach_snapshot = \"a\"\ntarget_snapshot = \"b\"", &[]),
            ("target_snapshot = \"b\"", &[]),
            ("attach_snapshot = \"a\"\ntarget_snapshot = \"a\"", &["the snapshot `a` is both"]),
        ],
    );
}
