//! Looks at what was lowered for what no other judge sees: texts inside documents, references of the wrong kind, rules
//! that hold between fields. What comes of the template is said to the user; what could only be our own fault is, too,
//! because an image that is not made does less harm than one that is wrong.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::document::{Action, Document, Phase, Step};
use super::lower::{BUILD_DATE, PLACEHOLDERS};
use super::model::{
    BlockDevice, Component, ContainerDistribution, ContainerRecipe, Distribution, Ebs, Infrastructure,
    LaunchPermission, Pipeline, ProfileUse, Project, Recipe, RecipeKind, Schedule, Value,
};

/// What is wrong with the resources of an image; nothing if all is well.
pub(super) fn verify(project: &Project, image: &str) -> Vec<String> {
    let mut found = Vec::new();
    for component in project.components.iter().filter(|it| it.image == image) {
        self::component(component, &mut found);
    }
    for recipe in project.recipes.iter().filter(|it| it.image == image) {
        self::recipe(project, recipe, &mut found);
    }
    for infrastructure in project.infrastructures.iter().filter(|it| it.image == image) {
        self::infrastructure(infrastructure, &mut found);
    }
    for distribution in project.distributions.iter().filter(|it| it.image == image) {
        self::distribution(distribution, &mut found);
    }
    for pipeline in project.pipelines.iter().filter(|it| it.image == image) {
        self::pipeline(pipeline, &mut found);
        let container = matches!(project.recipe(pipeline.recipe).kind, RecipeKind::Container(_));
        let metadata = project.infrastructure(pipeline.infrastructure).metadata.as_ref();
        let far = metadata.is_none_or(|it| it.http_tokens.as_deref() != Some("required") || it.hop_limit >= Some(2));
        if container && !far {
            found.push("a container reaches the metadata of its instance over two hops".to_owned());
        }
    }
    let mut names = BTreeSet::new();
    for name in project.components.iter().map(|component| &component.name) {
        if !names.insert(name) {
            found.push(format!("two components are called `{name}`"));
        }
    }
    found
}

fn pattern(text: &'static str) -> Regex {
    Regex::new(text).expect("internal error: a pattern of this file")
}

fn component(component: &Component, found: &mut Vec<String>) {
    static REFERENCE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\{\{\s*([^}]*?)\s*\}\}"));
    let Document { description: _, parameters, phases } = &component.document;
    let names: BTreeSet<&str> = parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    let text = &component.text;
    let references: Vec<&str> =
        REFERENCE.captures_iter(text).filter_map(|it| it.get(1)).map(|it| it.as_str()).collect();
    if references.len() != text.matches("{{").count() {
        found.push(format!("{} holds braces that the document language would take for a reference", component.file));
    }
    for name in references.iter().filter(|name| !names.contains(*name)) {
        found.push(format!("{} refers to `{name}`, which is no parameter of it", component.file));
    }
    for name in names.iter().filter(|name| !references.contains(*name)) {
        found.push(format!("{} has the parameter `{name}` and does not use it", component.file));
    }
    for Phase { kind, steps } in phases {
        let mut taken = BTreeSet::new();
        for Step { name, action, timeout, attempts: _, on_failure: _ } in steps {
            if !taken.insert(name) {
                found.push(format!("{} has two steps `{name}` in its phase {}", component.file, kind.word()));
            }
            if *timeout == Some(0) {
                found.push(format!("the step `{name}` of {} may take no time", component.file));
            }
            if let Action::ExecuteBash(script) | Action::ExecutePowerShell(script) = action
                && script.contains('\r')
            {
                found.push(format!("the script of `{name}` in {} has a carriage return", component.file));
            }
        }
    }
}

fn recipe(project: &Project, recipe: &Recipe, found: &mut Vec<String>) {
    if recipe.components.len() > super::budget::MOST_COMPONENTS {
        found.push(format!(
            "it has {} components, and a recipe has {} at most",
            recipe.components.len(),
            super::budget::MOST_COMPONENTS
        ));
    }
    let mut used = BTreeSet::new();
    for component in &recipe.components {
        if !used.insert(component.component) {
            found.push("its recipe has a component twice".to_owned());
        }
        let declared = &project.component(component.component).document.parameters;
        if !declared.iter().map(|it| &it.name).eq(component.parameters.iter().map(|(name, _)| name)) {
            found.push("its recipe does not give a component what it asks for".to_owned());
        }
    }
    match &recipe.kind {
        RecipeKind::Image { block_devices, user_data: _, ami_tags: _ } => image_recipe(recipe, block_devices, found),
        RecipeKind::Container(container) => container_recipe(recipe, container, found),
    }
}

fn image_recipe(recipe: &Recipe, block_devices: &[BlockDevice], found: &mut Vec<String>) {
    static PARENT: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^(ami-[0-9a-z]{8,17}|ssm:\S+|arn:\S+|prod-[a-z0-9]+)$"));
    if let Some(parent) = recipe.parent.known().filter(|parent| !PARENT.is_match(parent)) {
        found.push(format!(
            "`{parent}` is nothing to start from: an AMI's id, ssm:NAME, an ARN of Image Builder or a product's id is"
        ));
    }
    let mut devices = BTreeSet::new();
    for device in block_devices {
        if !devices.insert(&device.device) {
            found.push(format!("two disks are called {}", device.device));
        }
        self::device(device, found);
    }
}

fn container_recipe(recipe: &Recipe, container: &ContainerRecipe, found: &mut Vec<String>) {
    static PARENT: LazyLock<Regex> = LazyLock::new(|| {
        pattern(concat!(
            r"^(arn:\S+:image/\S+|([A-Za-z0-9.-]+(:[0-9]+)?/)?[a-z0-9]+([._/-]+[a-z0-9]+)*",
            r"(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?)$"
        ))
    });
    let ContainerRecipe { dockerfile, file, data: _, repository, platform: _, host_image: _, host_devices: _ } =
        container;
    if let Some(parent) = recipe.parent.known().filter(|it| !PARENT.is_match(it) || *it == "scratch") {
        found.push(format!("`{parent}` is nothing to start from: an image's reference or an ARN of Image Builder is"));
    }
    self::repository(repository, found);
    let mut rest = dockerfile.as_str();
    for placeholder in PLACEHOLDERS {
        match rest.split_once(placeholder) {
            Some((before, after)) => {
                if before.contains("{{") {
                    found.push(format!("{file} holds braces that Image Builder would take for a placeholder"));
                }
                rest = after;
            }
            None => found.push(format!("{file} lacks `{placeholder}`")),
        }
    }
    if rest.contains("{{") {
        found.push(format!("{file} holds braces that Image Builder would take for a placeholder"));
    }
}

/// Whether ECR would have a repository of that name.
fn repository(name: &Value, found: &mut Vec<String>) {
    static NAME: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^([a-z0-9]+([._-]+[a-z0-9]+)*/)*[a-z0-9]+([._-]+[a-z0-9]+)*$"));
    let text = placeheld(name);
    if !NAME.is_match(&text) || !(2..=256).contains(&text.len()) {
        found.push(format!("`{text}` cannot be the name of a repository of ECR"));
    }
}

fn device(device: &BlockDevice, found: &mut Vec<String>) {
    let BlockDevice { device, absent: _, virtual_name: _, ebs } = device;
    let Some(ebs) = ebs else { return };
    let Ebs { volume_type, volume_size, iops, throughput, delete_on_termination: _, encrypted, kms_key, snapshot: _ } =
        ebs;
    let mut range = |what: &str, value: &Option<u64>, low: u64, high: u64| {
        if let Some(value) = value.filter(|value| !(low..=high).contains(value)) {
            found.push(format!("`{what}` of {device} is {value}, and may be {low} to {high}"));
        }
    };
    range("volume_size", volume_size, 1, 16_000);
    range("iops", iops, 100, 64_000);
    range("throughput", throughput, 125, 1_000);
    let kinds = ["standard", "io1", "io2", "gp2", "gp3", "sc1", "st1"];
    if let Some(kind) = volume_type.as_ref().filter(|kind| !kinds.contains(&kind.as_str())) {
        found.push(format!("`volume_type` of {device} is `{kind}`, and may be {}", kinds.join(", ")));
    }
    if kms_key.is_some() && *encrypted == Some(false) {
        found.push(format!("{device} has a key and is not encrypted"));
    }
}

fn infrastructure(infrastructure: &Infrastructure, found: &mut Vec<String>) {
    if infrastructure.subnet.is_some() && infrastructure.security_groups.is_empty() {
        found.push("it has a subnet and no security group".to_owned());
    }
    if let ProfileUse::Named(name) = &infrastructure.profile
        && name.known().is_some_and(|name| name.is_empty() || name.contains([':', '/']))
    {
        found.push("the instance profile has to be named by its name".to_owned());
    }
    if infrastructure.resource_tags.len() > 30 {
        found.push("the build's resources have more than 30 tags".to_owned());
    }
    if let Some(placement) = &infrastructure.placement {
        let hosts = [&placement.host, &placement.host_resource_group];
        let given = hosts.iter().filter(|host| host.is_some()).count();
        if given > 1 || (given == 1) != (placement.tenancy.as_deref() == Some("host")) {
            found.push("the tenancy `host` wants either a host or a resource group of hosts".to_owned());
        }
    }
}

fn distribution(distribution: &Distribution, found: &mut Vec<String>) {
    static NAME: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[-_A-Za-z0-9{][-_A-Za-z0-9\s:{}.]+[-_A-Za-z0-9}]$"));
    static REGION: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[a-z]{2,}(-[a-z]+)+-\d+$"));
    static ACCOUNT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[0-9]{12}$"));
    let mut regions = Vec::new();
    for region in &distribution.regions {
        if regions.contains(&&region.region) {
            found.push("a Region is there twice".to_owned());
        }
        regions.push(&region.region);
        if let Some(name) = region.region.known().filter(|name| !REGION.is_match(name)) {
            found.push(format!("`{name}` is no Region"));
        }
        if let Some(container) = &region.container {
            self::container(container, found);
        }
        let Some(ami) = &region.ami else { continue };
        let text = placeheld(&ami.name);
        if !text.contains(BUILD_DATE) {
            found.push("the AMI's name has no date of the build".to_owned());
        }
        if !NAME.is_match(&text) || text.len() > 127 {
            found.push(format!("`{text}` cannot be the name of an AMI"));
        }
        if let Some(LaunchPermission { users, groups, organizations: _, units: _ }) = &ami.launch_permission {
            for user in users.iter().filter_map(Value::known).filter(|user| !ACCOUNT.is_match(user)) {
                found.push(format!("`{user}` is no account: that is twelve digits"));
            }
            for group in groups.iter().filter_map(Value::known).filter(|group| *group != "all") {
                found.push(format!("`{group}` is no group that an AMI can be shared with: only `all` is"));
            }
        }
        if ami.tags.len() > 50 {
            found.push("the AMI has more than 50 tags".to_owned());
        }
    }
}

fn container(container: &ContainerDistribution, found: &mut Vec<String>) {
    static TAG: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$"));
    let ContainerDistribution { description: _, repository, tags } = container;
    self::repository(repository, found);
    for tag in tags.iter().map(placeheld).filter(|tag| !TAG.is_match(tag)) {
        found.push(format!("`{tag}` cannot be the tag of an image"));
    }
}

/// The text of a value, a letter for what is not known.
fn placeheld(value: &Value) -> String {
    use super::model::Part;
    let part = |part: &Part| match part {
        Part::Text(text) => text.clone(),
        Part::Setting(_) | Part::Region | Part::Account | Part::Partition | Part::RoleArn(_) => "x".to_owned(),
    };
    value.parts.iter().map(part).collect()
}

fn pipeline(pipeline: &Pipeline, found: &mut Vec<String>) {
    let Some(Schedule { expression, time_zone: _, only_on_updates: _ }) = &pipeline.schedule else { return };
    if !is_schedule(expression) {
        found.push(format!(
            "`{expression}` is no schedule: `cron(MINUTE HOUR DAY MONTH WEEKDAY YEAR)` with one `?` for the days is, and `rate(7 days)`"
        ));
    }
}

/// Whether the service would take it for a schedule.
fn is_schedule(text: &str) -> bool {
    static FIELD: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[0-9A-Za-z*,/#LW?-]+$"));
    static RATE: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^rate\((?:1 (?:minute|hour|day)|(?:[2-9]|[1-9][0-9]+) (?:minutes|hours|days))\)$"));
    if let Some(inner) = text.strip_prefix("cron(").and_then(|rest| rest.strip_suffix(')')) {
        let fields: Vec<&str> = inner.split_whitespace().collect();
        let [_, _, day, _, weekday, _] = fields.as_slice() else { return false };
        let marks = [day, weekday].iter().filter(|field| ***field == "?").count();
        return marks == 1 && fields.iter().all(|field| FIELD.is_match(field));
    }
    RATE.is_match(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules_have_six_fields_and_one_question_mark() {
        for good in ["cron(0 3 ? * sun *)", "cron(0/15 * * * ? *)", "rate(1 day)", "rate(7 days)"] {
            assert!(is_schedule(good), "{good}");
        }
        for bad in
            ["cron(0 3 * * sun *)", "cron(0 3 ? * ? *)", "cron(0 3 * * *)", "rate(1 days)", "rate(0 days)", "daily"]
        {
            assert!(!is_schedule(bad), "{bad}");
        }
    }

    fn found(parent: &str, repository: &str, more: &str, tag: &str) -> usize {
        let recipe = Recipe {
            image: "docker.app".to_owned(),
            name: "p-app".to_owned(),
            version: String::new(),
            description: String::new(),
            parent: Value::text(parent),
            components: Vec::new(),
            working_directory: None,
            tags: std::collections::BTreeMap::new(),
            kind: RecipeKind::Image { block_devices: Vec::new(), user_data: None, ami_tags: Default::default() },
        };
        let [first, second, third] = PLACEHOLDERS;
        let recipe_of = ContainerRecipe {
            dockerfile: format!("FROM {first}\n{second}\n{third}\n{more}\n"),
            file: "containers/app.Dockerfile".to_owned(),
            data: crate::targets::aws_image_builder::model::Data::Inline,
            repository: Value::text(repository),
            platform: None,
            host_image: None,
            host_devices: Vec::new(),
        };
        let mut found = Vec::new();
        container_recipe(&recipe, &recipe_of, &mut found);
        let there =
            ContainerDistribution { description: None, repository: Value::text("app"), tags: vec![Value::text(tag)] };
        container(&there, &mut found);
        found.len()
    }

    #[test]
    fn what_no_judge_sees_of_a_container_is_found() {
        for parent in
            ["debian:12", "a.b:5000/c/d@sha256:", "public.ecr.aws/x/y:1.0", "arn:aws:imagebuilder:r:aws:image/a/x.x.x"]
        {
            let parent = if parent.ends_with(':') { format!("{parent}{}", "0a".repeat(32)) } else { parent.to_owned() };
            assert_eq!(found(&parent, "team/app_1", "CMD [\"a\"]", "1.0-x"), 0, "{parent}");
        }
        assert_eq!(found("Debian", "app", "", "1"), 1);
        assert_eq!(found("scratch", "app", "", "1"), 1);
        assert_eq!(found("ami-0123456789abcdef0", "Team/app", "", "1"), 1);
        assert_eq!(found("debian", "a", "", "1"), 1);
        assert_eq!(found("debian", "app", "LABEL a={{b}}", "1"), 1);
        assert_eq!(found("debian", "app", "LABEL a={{{ imagebuilder:components }}}", "1"), 1);
        assert_eq!(found("debian", "app", "", "-1"), 1);
        assert_eq!(found("debian", "app", "", &"1".repeat(129)), 1);
    }
}
