//! Reads what the files of this target set up, whichever form they are in.
//!
//! It reads what was written, so that the files of an earlier run, of another revision and of this one are compared alike.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::targets::inventory::{Inventory, Resource, Rule};

/// Texts of files by their paths below the target's folder.
type Texts<'a> = BTreeMap<&'a str, &'a str>;

/// What the files set up; nothing where no file does.
pub(super) fn read(files: &BTreeMap<String, Vec<u8>>) -> Result<Option<Inventory>, String> {
    let texts = files.iter().filter_map(|(path, bytes)| Some((path.as_str(), std::str::from_utf8(bytes).ok()?)));
    let texts: Texts<'_> = texts.collect();
    let (form, resources) = if let Some(text) = texts.get("template.yaml") {
        ("CloudFormation", cloudformation(text)?)
    } else if let Some(text) = texts.get("main.tf") {
        ("Terraform", terraform(text, &texts)?)
    } else if texts.keys().any(|path| path.starts_with("api/")) {
        ("requests", requests(&texts)?)
    } else {
        return Ok(None);
    };
    Ok(Some(Inventory { form: form.to_owned(), resources }))
}

/// What each form calls what people call by the first name.
const KINDS: [(&str, &str, &str, &str); 13] = [
    ("component", "AWS::ImageBuilder::Component", "aws_imagebuilder_component", "CreateComponent"),
    ("image recipe", "AWS::ImageBuilder::ImageRecipe", "aws_imagebuilder_image_recipe", "CreateImageRecipe"),
    (
        "container recipe",
        "AWS::ImageBuilder::ContainerRecipe",
        "aws_imagebuilder_container_recipe",
        "CreateContainerRecipe",
    ),
    (
        "infrastructure configuration",
        "AWS::ImageBuilder::InfrastructureConfiguration",
        "aws_imagebuilder_infrastructure_configuration",
        "CreateInfrastructureConfiguration",
    ),
    (
        "distribution configuration",
        "AWS::ImageBuilder::DistributionConfiguration",
        "aws_imagebuilder_distribution_configuration",
        "CreateDistributionConfiguration",
    ),
    ("pipeline", "AWS::ImageBuilder::ImagePipeline", "aws_imagebuilder_image_pipeline", "CreateImagePipeline"),
    ("image", "AWS::ImageBuilder::Image", "aws_imagebuilder_image", "StartImagePipelineExecution"),
    (
        "lifecycle policy",
        "AWS::ImageBuilder::LifecyclePolicy",
        "aws_imagebuilder_lifecycle_policy",
        "CreateLifecyclePolicy",
    ),
    ("role", "AWS::IAM::Role", "aws_iam_role", "CreateRole"),
    ("instance profile", "AWS::IAM::InstanceProfile", "aws_iam_instance_profile", "CreateInstanceProfile"),
    // In the other forms these are parts of a role and a profile.
    ("managed policy of a role", "-", "aws_iam_role_policy_attachment", "AttachRolePolicy"),
    ("policy of a role", "-", "aws_iam_role_policy", "PutRolePolicy"),
    ("role of an instance profile", "-", "-", "AddRoleToInstanceProfile"),
];

fn kind(word: &str) -> String {
    let found = KINDS.iter().find(|(_, stack, module, operation)| [*stack, *module, *operation].contains(&word));
    found.map_or(word, |(kind, ..)| kind).to_owned()
}

/// Puts a resource together from what is said of it.
fn resource(word: &str, address: String, said: &Json, terraform: bool) -> Resource {
    let mut out = Resource { kind: kind(word), address, ..Resource::default() };
    let text = |names: [&str; 3]| names.iter().find_map(|name| said.get(*name)?.as_str()).map(str::to_owned);
    out.version = text(["Version", "version", "semanticVersion"]);
    out.name = text(["Name", "name", "RoleName"]).unwrap_or_else(|| out.address.clone());
    let description = text(["Description", "description", "-"]).unwrap_or_default();
    match description.split_once(" of ") {
        Some((constructs, image)) if out.kind == "component" => {
            out.constructs = constructs.split(", ").map(str::to_owned).collect();
            out.image = Some(image.to_owned());
        }
        Some((_, image)) if out.kind == "role" => out.image = Some(image.to_owned()),
        Some((image, _)) => out.image = Some(image.to_owned()),
        None => {}
    }
    // Packer's names of images have a dot; other words are none.
    out.image = out.image.take().filter(|image| image.contains('.'));
    if let Json::Object(entries) = said {
        for (name, value) in entries {
            // The version says that something changed, and a token the same; what changed is told by itself.
            if !["Version", "version", "semanticVersion", "clientToken"].contains(&name.as_str()) {
                flatten(name, value, &mut out.facts);
            }
        }
    }
    let document = out.facts.remove("Data").or_else(|| out.facts.remove("data"));
    if let Some(document) = document {
        steps(&document, &mut out.facts);
    }
    out.rule = match out.kind.as_str() {
        "component" | "image recipe" | "container recipe" => Rule::Anew(vec!["Tags", "tags"]),
        "image" => Rule::Anew(Vec::new()),
        // There it is set up anew with its recipe.
        "pipeline" if terraform => Rule::Follows,
        _ => Rule::InPlace,
    };
    out
}

/// The steps of a component document as facts; a text that is none stays one.
fn steps(document: &str, facts: &mut BTreeMap<String, String>) {
    let Ok(root) = serde_saphyr::from_str::<Json>(document) else {
        facts.insert("document".to_owned(), document.to_owned());
        return;
    };
    for phase in root["phases"].as_array().into_iter().flatten() {
        let phase_name = phase["name"].as_str().unwrap_or_default();
        for (at, step) in phase["steps"].as_array().into_iter().flatten().enumerate() {
            let name = step["name"].as_str().unwrap_or_default();
            facts.insert(format!("{phase_name} step `{name}`"), format!("{at} {step}"));
        }
    }
    for parameter in root["parameters"].as_array().into_iter().flatten() {
        flatten("document parameter", parameter, facts);
    }
}

/// Every scalar with the path to it; a list of scalars is one.
fn flatten(path: &str, value: &Json, facts: &mut BTreeMap<String, String>) {
    let scalar = |value: &Json| match value {
        Json::String(text) => Some(text.clone()),
        Json::Object(_) | Json::Array(_) => None,
        Json::Null | Json::Bool(_) | Json::Number(_) => Some(value.to_string()),
    };
    match value {
        Json::Object(entries) => {
            for (name, value) in entries {
                flatten(&format!("{path}.{name}"), value, facts);
            }
        }
        Json::Array(items) => match items.iter().map(scalar).collect::<Option<Vec<_>>>() {
            Some(items) => {
                facts.insert(path.to_owned(), items.join(", "));
            }
            None => items.iter().enumerate().for_each(|(at, item)| flatten(&format!("{path}[{at}]"), item, facts)),
        },
        Json::String(_) | Json::Null | Json::Bool(_) | Json::Number(_) => {
            facts.insert(path.to_owned(), scalar(value).unwrap_or_default());
        }
    }
}

/// Finds the references to other resources among the facts.
fn refer(resources: &mut [Resource], part: impl Fn(&str, &str) -> Option<String>) {
    let addresses: BTreeSet<String> = resources.iter().map(|it| it.address.clone()).collect();
    for resource in resources {
        let found = resource.facts.iter().filter_map(|(fact, value)| part(fact, value));
        resource.references = found.filter(|it| addresses.contains(it) && *it != resource.address).collect();
    }
}

fn cloudformation(text: &str) -> Result<Vec<Resource>, String> {
    let root: Json = serde_saphyr::from_str(text)
        .map_err(|error| format!("`template.yaml` cannot be read: {}", first_line(&error)))?;
    let Some(all) = root["Resources"].as_object() else { return Ok(Vec::new()) };
    let one = |(name, it): (&String, &Json)| {
        resource(it["Type"].as_str().unwrap_or_default(), name.clone(), &it["Properties"], false)
    };
    let mut out: Vec<Resource> = all.iter().map(one).collect();
    refer(&mut out, |fact, value| match fact.rsplit_once('.') {
        Some((_, "Ref")) => Some(value.to_owned()),
        Some((_, "Fn::GetAtt")) => value.split(',').next().map(str::to_owned),
        _ => None,
    });
    Ok(out)
}

fn terraform(text: &str, texts: &Texts<'_>) -> Result<Vec<Resource>, String> {
    let body = hcl::parse(text).map_err(|error| format!("`main.tf` cannot be read: {}", first_line(&error)))?;
    let mut out = Vec::new();
    let built = texts.get("variables.tf").and_then(|text| hcl::parse(text).ok()).is_some_and(|body| builds(&body));
    for block in body.blocks().filter(|block| block.identifier() == "resource") {
        let labels: Vec<&str> = block.labels().iter().map(hcl::BlockLabel::as_str).collect();
        let [kind, label] = labels.as_slice() else { continue };
        if *kind == "aws_imagebuilder_image" && !built {
            continue;
        }
        out.push(resource(kind, format!("{kind}.{label}"), &module_body(block.body(), texts), true));
    }
    refer(&mut out, |_, value| {
        let mut parts = value.split('.');
        Some(format!("{}.{}", parts.next()?, parts.next()?.split('[').next()?))
    });
    Ok(out)
}

/// Whether images are built if nobody says anything.
fn builds(body: &hcl::Body) -> bool {
    let is_build = |block: &&hcl::Block| block.labels().iter().any(|label| label.as_str() == "build");
    let block = body.blocks().find(is_build);
    let default = block.and_then(|block| block.body().attributes().find(|it| it.key() == "default"));
    default.is_some_and(|it| *it.expr() == hcl::Expression::Bool(true))
}

/// A body as data: blocks of a name are a list, expressions that are no data are their text.
fn module_body(body: &hcl::Body, texts: &Texts<'_>) -> Json {
    let mut out = serde_json::Map::new();
    for attribute in body.attributes() {
        // How Terraform goes about it, not what it makes.
        if !["depends_on", "count"].contains(&attribute.key()) {
            out.insert(attribute.key().to_owned(), expression(attribute.expr(), texts));
        }
    }
    for block in body.blocks().filter(|block| !["lifecycle", "timeouts"].contains(&block.identifier())) {
        let list = out.entry(block.identifier().to_owned()).or_insert_with(|| Json::Array(Vec::new()));
        if let Json::Array(list) = list {
            list.push(module_body(block.body(), texts));
        }
    }
    Json::Object(out)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the crate may know more forms, and all have a text")]
fn expression(value: &hcl::Expression, texts: &Texts<'_>) -> Json {
    use hcl::Expression;
    match value {
        Expression::Null => Json::Null,
        Expression::Bool(value) => Json::Bool(*value),
        Expression::String(text) => Json::String(text.clone()),
        Expression::Array(items) => items.iter().map(|item| expression(item, texts)).collect(),
        Expression::Object(entries) => {
            let key = |key: &hcl::ObjectKey| match key {
                hcl::ObjectKey::Identifier(name) => name.to_string(),
                hcl::ObjectKey::Expression(Expression::String(name)) => name.clone(),
                other => other.to_string(),
            };
            Json::Object(entries.iter().map(|(name, value)| (key(name), expression(value, texts))).collect())
        }
        Expression::FuncCall(call) if call.name.name.as_str() == "file" => {
            let path = call.args.first().map(ToString::to_string).unwrap_or_default();
            let path = path.trim_matches('"').trim_start_matches("${path.module}/").to_owned();
            Json::String(texts.get(path.as_str()).map_or(path.clone(), |text| (*text).to_owned()))
        }
        other => Json::String(other.to_string()),
    }
}

fn requests(texts: &Texts<'_>) -> Result<Vec<Resource>, String> {
    let mut out = Vec::new();
    for (path, text) in texts.iter().filter(|(path, _)| path.starts_with("api/") || path.starts_with("iam/")) {
        let operation = path.rsplit('/').next().and_then(|file| file.split_once('-'));
        let operation = operation.map(|(_, rest)| rest.trim_end_matches(".json")).unwrap_or_default();
        let body: Json =
            serde_json::from_str(text).map_err(|error| format!("`{path}` cannot be read: {}", first_line(&error)))?;
        let known = KINDS.iter().any(|(.., known)| *known == operation);
        // What belongs to another resource is told by what it is about.
        let target =
            ["InstanceProfileName", "RoleName", "imagePipelineArn"].iter().find_map(|name| body[*name].as_str());
        // An ARN ends in the name.
        let target = target.map(|target| target.rsplit('/').next().unwrap_or(target));
        let more = ["PolicyArn", "PolicyName"].iter().find_map(|name| body[*name].as_str());
        let address = match (target, more) {
            (Some(target), Some(more)) => format!("{target} {more}"),
            (Some(target), None) => target.to_owned(),
            (None, _) => body["name"].as_str().unwrap_or(path).to_owned(),
        };
        let mut made = resource(operation, address.clone(), &body, false);
        if !known || target.is_some() {
            made.name = address;
        }
        out.push(made);
    }
    Ok(out)
}

fn first_line(error: &dyn std::fmt::Display) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

/// Attributes of a source, by the start of the fact that is made from them.
const ATTRIBUTES: [(&str, &str, &[&str]); 28] = [
    ("infrastructure configuration", "instancetypes", &["instance_type"]),
    ("infrastructure configuration", "instanceprofilename", &["iam_instance_profile"]),
    ("infrastructure configuration", "subnetid", &["subnet_id"]),
    ("infrastructure configuration", "securitygroupids", &["security_group_ids", "security_group_id"]),
    ("infrastructure configuration", "keypair", &["ssh_keypair_name"]),
    ("infrastructure configuration", "instancemetadataoptions", &["metadata_options"]),
    ("infrastructure configuration", "placement", &["placement", "tenancy", "availability_zone"]),
    ("infrastructure configuration", "resourcetags", &["run_tags", "run_tag", "run_volume_tags"]),
    ("container recipe", "parentimage", &["image"]),
    ("container recipe", "dockerfiletemplate", &["changes", "run_command"]),
    ("image recipe", "parentimage", &["source_ami", "source_ami_filter"]),
    (
        "image recipe",
        "blockdevicemapping",
        &["launch_block_device_mappings", "ami_block_device_mappings", "encrypt_boot"],
    ),
    ("image recipe", "additionalinstanceconfiguration", &["user_data", "user_data_file"]),
    ("image recipe", "userdatabase64", &["user_data", "user_data_file"]),
    ("image recipe", "amitags", &["tags", "tag", "run_tags"]),
    ("distribution configuration", "amidistributionconfiguration.name", &["ami_name"]),
    ("distribution configuration", "amidistributionconfiguration.description", &["ami_description"]),
    ("distribution configuration", "amidistributionconfiguration.amitags", &["tags", "tag", "run_tags"]),
    ("distribution configuration", "amidistributionconfiguration.kmskeyid", &["region_kms_key_ids", "kms_key_id"]),
    ("distribution configuration", "userids", &["ami_users"]),
    ("distribution configuration", "usergroups", &["ami_groups"]),
    ("distribution configuration", "organizationarns", &["ami_org_arns"]),
    ("distribution configuration", "organizationalunitarns", &["ami_ou_arns"]),
    ("distribution configuration", "licenseconfigurationarns", &["license_specifications"]),
    ("distribution configuration", "fastlaunch", &["fast_launch"]),
    ("distribution configuration", "region", &["ami_regions", "region"]),
    ("lifecycle policy", "policydetail", &["deprecate_at", "force_deregister"]),
    ("role", "polic", &["temporary_iam_instance_profile_policy_document"]),
];

/// The attributes of a source that a fact of a resource may be made from.
pub(super) fn attributes(kind: &str, fact: &str) -> &'static [&'static str] {
    // The same word in every form, without numbers of places.
    let mut plain = String::new();
    let mut inside = false;
    for c in fact.chars() {
        match c {
            '[' => inside = true,
            ']' => inside = false,
            '_' => {}
            c if !inside => plain.push(c.to_ascii_lowercase()),
            _ => {}
        }
    }
    let found = ATTRIBUTES.iter().find(|(whose, part, _)| *whose == kind && plain.contains(part));
    found.map_or(&[], |(_, _, attributes)| attributes)
}
