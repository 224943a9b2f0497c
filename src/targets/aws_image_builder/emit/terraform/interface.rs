//! What goes into the module, and what comes out of it.

use std::collections::BTreeSet;

use hcl::expr::{Conditional, Expression};

use super::super::super::model::{Pipeline, Project, Setting};
use super::super::hcl::{Build, call, first, object, path, string};
use super::Module;
use super::names::{identifier, snake, unique};

/// Variables of a module cannot have these names; the last ones are ours.
const RESERVED: [&str; 9] =
    ["source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals", "build"];

/// The module's variable for each setting, in their order.
pub(in super::super::super) fn variables(project: &Project) -> Vec<String> {
    let mut taken: BTreeSet<String> = RESERVED.iter().map(|name| (*name).to_owned()).collect();
    let mut out = Vec::new();
    for setting in &project.settings {
        let wished = match &setting.variable {
            // What is asked for is where the secret lies.
            Some(variable) if setting.pattern.is_some() => format!("{}_secret_arn", identifier(variable)),
            Some(variable) => identifier(variable),
            None => snake(&setting.name),
        };
        out.push(unique(&mut taken, &wished));
    }
    out
}

impl<'a> Module<'a> {
    pub(super) fn variable_blocks(&self) -> Vec<Build> {
        let mut out: Vec<Build> = Vec::new();
        for (name, setting) in self.variables.iter().zip(&self.project.settings) {
            let Setting { name: _, variable: _, description, default, pattern } = setting;
            let mut block = Build::new("variable", &[name]);
            block.set("type", path("string"));
            block.set("description", string(description));
            block.maybe("default", default.as_deref().map(string));
            block.set("nullable", Expression::Bool(false));
            if let Some(pattern) = pattern {
                let matches = call("regex", vec![string(&format!("^(?:{pattern})$")), path(&format!("var.{name}"))]);
                let mut validation = Build::new("validation", &[]);
                validation.set("condition", call("can", vec![matches]));
                validation.set("error_message", string(&format!("The value has to match {pattern}.")));
                block.add(validation);
            }
            out.push(block);
        }
        let mut build = Build::new("variable", &["build"]);
        build.set("type", path("bool"));
        let images = if self.built && self.buildable.contains(&false) {
            let built = self.project.pipelines.iter().filter(|pipeline| pipeline.build);
            built.map(|pipeline| pipeline.image.as_str()).collect::<Vec<_>>().join(", ")
        } else {
            "an image of each pipeline".to_owned()
        };
        build.set("description", string(&format!("Build {images} now, and anew whenever something of it changes")));
        build.set("default", Expression::Bool(self.built));
        build.set("nullable", Expression::Bool(false));
        out.push(build);
        out
    }

    /// Each a map with Packer's names of the images as keys.
    pub(super) fn outputs(&self) -> Vec<Build> {
        let pipelines = &self.project.pipelines;
        let output = |name: &str, description: &str, entries: Vec<(&str, Expression)>| {
            let mut block = Build::new("output", &[name]);
            block.set("description", string(description));
            block.set("value", object(entries));
            block
        };
        let arn = |address: &String| path(&format!("{address}.arn"));
        let each = |of: &dyn Fn(usize, &Pipeline) -> Option<Expression>| -> Vec<(&str, Expression)> {
            let entry = |(at, it): (usize, &'a Pipeline)| Some((it.image.as_str(), of(at, it)?));
            pipelines.iter().enumerate().filter_map(entry).collect()
        };
        let built = |at: usize, attribute: &str| {
            let image = first(&self.images[at], attribute);
            self.buildable[at].then(|| Expression::from(Conditional::new(path("var.build"), image, Expression::Null)))
        };
        let mut out = vec![
            output("pipeline_arns", "ARN of each image's pipeline", each(&|at, _| Some(arn(&self.pipelines[at])))),
            output("recipe_arns", "ARN of each image's recipe", each(&|_, it| Some(arn(&self.recipes[it.recipe.0])))),
            output(
                "infrastructure_configuration_arns",
                "ARN of each image's infrastructure configuration",
                each(&|_, it| Some(arn(&self.infrastructures[it.infrastructure.0]))),
            ),
            output(
                "distribution_configuration_arns",
                "ARN of each image's distribution configuration",
                each(&|_, it| it.distribution.map(|id| arn(&self.distributions[id.0]))),
            ),
            output("image_arns", "ARN of each image that is built, null of others", each(&|at, _| built(at, "arn"))),
            output(
                "image_outputs",
                "AMIs and container images of each image that is built, null of others",
                each(&|at, _| built(at, "output_resources")),
            ),
        ];
        let profiles: Vec<_> = self.project.profiles.iter().zip(&self.profiles).collect();
        if !profiles.is_empty() {
            let entries = profiles.iter().map(|(it, address)| (it.name.as_str(), arn(address))).collect();
            out.push(output(
                "instance_profile_arns",
                "ARN of each instance profile that is made, by its name",
                entries,
            ));
        }
        out
    }
}
