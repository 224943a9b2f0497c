//! What each form calls a kind of resource, and the members of the API.
//!
//! CloudFormation writes members with a capital, Terraform with underscores, and a list of objects as blocks called after
//! one of them. What follows neither rule stands here, in one table for all forms. Sources: the registry schemas of
//! `AWS::ImageBuilder::*`, and the schema of the provider hashicorp/aws 6.

use super::resources::Kind;

impl Kind {
    /// The type in CloudFormation.
    pub(super) fn cloudformation(self) -> &'static str {
        match self {
            Self::Component => "AWS::ImageBuilder::Component",
            Self::ImageRecipe => "AWS::ImageBuilder::ImageRecipe",
            Self::ContainerRecipe => "AWS::ImageBuilder::ContainerRecipe",
            Self::Infrastructure => "AWS::ImageBuilder::InfrastructureConfiguration",
            Self::Distribution => "AWS::ImageBuilder::DistributionConfiguration",
            Self::Pipeline => "AWS::ImageBuilder::ImagePipeline",
            Self::Image => "AWS::ImageBuilder::Image",
            Self::Policy => "AWS::ImageBuilder::LifecyclePolicy",
        }
    }

    /// The type in Terraform.
    pub(super) fn terraform(self) -> &'static str {
        match self {
            Self::Component => "aws_imagebuilder_component",
            Self::ImageRecipe => "aws_imagebuilder_image_recipe",
            Self::ContainerRecipe => "aws_imagebuilder_container_recipe",
            Self::Infrastructure => "aws_imagebuilder_infrastructure_configuration",
            Self::Distribution => "aws_imagebuilder_distribution_configuration",
            Self::Pipeline => "aws_imagebuilder_image_pipeline",
            Self::Image => "aws_imagebuilder_image",
            Self::Policy => "aws_imagebuilder_lifecycle_policy",
        }
    }

    /// The operation of the API.
    pub(super) fn operation(self) -> &'static str {
        match self {
            Self::Component => "CreateComponent",
            Self::ImageRecipe => "CreateImageRecipe",
            Self::ContainerRecipe => "CreateContainerRecipe",
            Self::Infrastructure => "CreateInfrastructureConfiguration",
            Self::Distribution => "CreateDistributionConfiguration",
            Self::Pipeline => "CreateImagePipeline",
            Self::Image => "StartImagePipelineExecution",
            Self::Policy => "CreateLifecyclePolicy",
        }
    }
}

/// A member that follows no rule: its name in the API, in CloudFormation and in Terraform; nothing where the rule holds.
type Exception = (&'static str, Option<&'static str>, Option<&'static str>);

/// Members of a resource itself.
const OF_RESOURCES: [Exception; 1] = [("semanticVersion", Some("Version"), Some("version"))];

/// Members anywhere.
const ANYWHERE: [Exception; 9] = [
    ("launchPermission", Some("LaunchPermissionConfiguration"), None),
    ("userDataOverride", None, Some("user_data_base64")),
    ("components", None, Some("component")),
    ("parameters", None, Some("parameter")),
    ("blockDeviceMappings", None, Some("block_device_mapping")),
    ("distributions", None, Some("distribution")),
    ("fastLaunchConfigurations", None, Some("fast_launch_configuration")),
    ("policyDetails", None, Some("policy_detail")),
    ("recipes", None, Some("recipe")),
];

fn exception(member: &str, of_resource: bool) -> Option<&'static Exception> {
    let own = OF_RESOURCES.iter().filter(|_| of_resource);
    own.chain(&ANYWHERE).find(|(name, ..)| *name == member)
}

/// A member's name in CloudFormation.
pub(super) fn cloudformation(member: &str, of_resource: bool) -> String {
    if let Some((_, Some(name), _)) = exception(member, of_resource) {
        return (*name).to_owned();
    }
    let mut letters = member.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// A member's name in Terraform.
pub(super) fn terraform(member: &str, of_resource: bool) -> String {
    if let Some((_, _, Some(name))) = exception(member, of_resource) {
        return (*name).to_owned();
    }
    super::terraform::snake(member)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_spelled_as_each_form_does() {
        for (member, of_resource, stack, module) in [
            ("semanticVersion", true, "Version", "version"),
            // A lifecycle policy chooses recipes by it.
            ("semanticVersion", false, "SemanticVersion", "semantic_version"),
            ("timezone", false, "Timezone", "timezone"),
            ("kmsKeyId", false, "KmsKeyId", "kms_key_id"),
            ("launchPermission", false, "LaunchPermissionConfiguration", "launch_permission"),
            ("blockDeviceMappings", true, "BlockDeviceMappings", "block_device_mapping"),
            ("instanceTypes", true, "InstanceTypes", "instance_types"),
            ("recipes", false, "Recipes", "recipe"),
        ] {
            assert_eq!(cloudformation(member, of_resource), stack);
            assert_eq!(terraform(member, of_resource), module);
        }
    }
}
