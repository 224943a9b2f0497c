//! What the account, or the way to it, can refuse: each in words, with the next thing to do.

/// Why something of the account could not be read or set up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The feature `aws` is off.
    #[error(
        "this `formwork` was built without AWS's client\ninstall one that has it with `cargo install formwork --features \
         aws`, or take a released binary"
    )]
    NotBuiltIn,
    /// TLS needs instructions that this processor does not have.
    #[error("this processor cannot encrypt connections: it lacks {0}\nrun this command on another machine")]
    Processor(String),
    /// There is nothing to call with.
    #[error("cannot start the client of AWS: {0}")]
    Start(String),
    /// Nobody gave credentials, or what was given does not yield any.
    #[error(
        "there are no credentials for AWS: {0}\nsign in with `aws sso login` or `aws configure`, choose a profile with \
         `AWS_PROFILE`, or set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`"
    )]
    NoCredentials(String),
    /// AWS does not accept the credentials.
    #[error(
        "AWS does not accept these credentials: {0}\nthey may have expired: sign in anew, or choose others with `AWS_PROFILE`"
    )]
    WrongCredentials(String),
    /// Nobody said which Region.
    #[error(
        "no Region is given\ngive it with `--set aws-image-builder.region=eu-west-1`, with `AWS_REGION`, or in the profile"
    )]
    NoRegion,
    /// The first call got no answer.
    #[error(
        "AWS cannot be reached: {why}\nlook at the network, at `AWS_ENDPOINT_URL`, and whether there is a Region `{region}`"
    )]
    Unreachable {
        /// What came instead of an answer.
        why: String,
        /// The Region that was asked.
        region: String,
    },
    /// The policy of who calls does not allow it.
    #[error("not allowed to {request}: {message}\nwhoever runs this needs `{action}` in their policy")]
    Denied {
        /// What was asked for, as a verb: `create the component …`.
        request: String,
        /// What the service says of it.
        message: String,
        /// What a policy calls it: `imagebuilder:CreateComponent`.
        action: String,
    },
    /// The bucket of the assets is not there.
    #[error(
        "there is no bucket `{0}` that this account can see\nmake it with `aws s3 mb s3://{0}`, or name another with `--set \
         aws-image-builder.bucket=NAME`"
    )]
    NoBucket(String),
    /// There are assets and no bucket.
    #[error("some files go to a bucket, and none is named\nname it with `--set aws-image-builder.bucket=NAME`")]
    NoBucketNamed,
    /// The account has as many as it may.
    #[error(
        "cannot {request}: the account has as many as it may ({message})\nask AWS for a higher quota, or delete what is not used"
    )]
    Quota {
        /// What was asked for.
        request: String,
        /// What the service says of it.
        message: String,
    },
    /// Somebody else looks after a resource of this name.
    #[error(
        "the {what} belongs to the stack `{stack}` of CloudFormation\ndeploy the form `cloudformation` there, or give the \
         project another name in `formwork.yaml`"
    )]
    OfStack {
        /// The resource.
        what: String,
        /// The stack.
        stack: String,
    },
    /// A version is there with another content. Versions are made from content, so this one was made by somebody else.
    #[error("the {what} is there with another content\ndelete it, or give the project another name in `formwork.yaml`")]
    Taken {
        /// The resource, with its version.
        what: String,
    },
    /// The service says no.
    #[error("cannot {request}: {message} ({code})")]
    Refused {
        /// What was asked for.
        request: String,
        /// The service's name of the fault.
        code: String,
        /// What the service says of it.
        message: String,
    },
    /// No answer came, or none that can be read, as often as it was asked for.
    #[error("cannot {request}: {why}\nrun the command again: it goes on where it stopped")]
    Unanswered {
        /// What was asked for.
        request: String,
        /// What came instead.
        why: String,
    },
    /// The files do not say what they ought to.
    #[error("`{path}` is no request that can be made: {why}")]
    NoRequest {
        /// The file, below the target's folder.
        path: String,
        /// What is wrong with it.
        why: String,
    },
}

/// How a call failed, before it is known what it was for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failed {
    /// The service answered that it will not.
    Refused {
        /// The service's name of the fault.
        code: String,
        /// What the service says of it.
        message: String,
    },
    /// No answer came, or none that can be read, as often as it was asked for.
    Unanswered(String),
}

impl Failed {
    /// Whether what was asked for is not there.
    pub(super) fn is_missing(&self) -> bool {
        const CODES: [&str; 6] =
            ["ResourceNotFoundException", "NotFoundException", "NoSuchEntity", "NotFound", "NoSuchKey", "NoSuchBucket"];
        matches!(self, Self::Refused { code, .. } if CODES.contains(&code.as_str()))
    }

    /// Whether what `operation` was to make is there already. An instance profile has at most one role.
    pub(super) fn is_there(&self, operation: &str) -> bool {
        let Self::Refused { code, .. } = self else { return false };
        match code.as_str() {
            "ResourceAlreadyExistsException" | "EntityAlreadyExists" => true,
            "LimitExceeded" => operation == "AddRoleToInstanceProfile",
            _ => false,
        }
    }

    /// Whether a part that was made a moment ago is not known everywhere yet. A new instance profile is unknown to the
    /// service for some seconds, and a new role cannot be assumed.
    pub(super) fn is_early(&self) -> bool {
        let Self::Refused { code, message } = self else { return false };
        let about = message.to_ascii_lowercase();
        code.starts_with("Invalid")
            && ((about.contains("instance profile") && about.contains("not exist"))
                || (about.contains("role") && (about.contains("assume") || about.contains("not exist"))))
    }

    /// The error, where it is known what was asked for: `request` is a verb with its object.
    pub(super) fn of(self, operation: &str, request: &str) -> Error {
        let request = request.to_owned();
        match self {
            Self::Unanswered(why) => Error::Unanswered { request, why },
            Self::Refused { code, message } => match code.as_str() {
                "AccessDenied"
                | "AccessDeniedException"
                | "ForbiddenException"
                | "Forbidden"
                | "UnauthorizedOperation" => Error::Denied { request, message, action: action(operation) },
                "ExpiredToken"
                | "ExpiredTokenException"
                | "InvalidClientTokenId"
                | "UnrecognizedClientException"
                | "SignatureDoesNotMatch"
                | "InvalidSignatureException"
                | "InvalidAccessKeyId" => Error::WrongCredentials(message),
                "ServiceQuotaExceededException" | "ResourceLimitExceeded" => Error::Quota { request, message },
                _ => Error::Refused { request, code, message },
            },
        }
    }
}

/// What a policy calls an operation.
fn action(operation: &str) -> String {
    match operation {
        "HeadObject" => "s3:GetObject".to_owned(),
        "HeadBucket" => "s3:ListBucket".to_owned(),
        "PutObject" => "s3:PutObject".to_owned(),
        "GetCallerIdentity" => "sts:GetCallerIdentity".to_owned(),
        _ if operation.contains("Role") || operation.contains("InstanceProfile") => format!("iam:{operation}"),
        _ => format!("imagebuilder:{operation}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: &str, message: &str) -> Failed {
        Failed::Refused { code: code.to_owned(), message: message.to_owned() }
    }

    #[test]
    fn each_refusal_says_what_to_do() {
        for (operation, code, expected) in [
            ("CreateComponent", "AccessDeniedException", "`imagebuilder:CreateComponent`"),
            ("GetRolePolicy", "AccessDenied", "`iam:GetRolePolicy`"),
            ("AddRoleToInstanceProfile", "AccessDenied", "`iam:AddRoleToInstanceProfile`"),
            ("HeadObject", "Forbidden", "`s3:GetObject`"),
            ("GetCallerIdentity", "ExpiredToken", "sign in anew"),
            ("CreateComponent", "ServiceQuotaExceededException", "higher quota"),
            ("CreateComponent", "InvalidParameterException", "cannot make it: no (InvalidParameterException)"),
        ] {
            let said = refused(code, "no").of(operation, "make it").to_string();
            assert!(said.contains(expected), "{said}");
        }
        assert!(Failed::Unanswered("nothing".to_owned()).of("X", "make it").to_string().contains("again"));
    }

    #[test]
    fn what_is_only_early_is_told_from_what_is_wrong() {
        let profile = "The value supplied for parameter 'instanceProfileName' is not valid. The provided instance profile \
                       does not exist.";
        assert!(refused("InvalidParameterValueException", profile).is_early());
        assert!(refused("InvalidRequestException", "The role cannot be assumed").is_early());
        assert!(!refused("InvalidParameterValueException", "the AMI name is wrong").is_early());
        assert!(!refused("ServiceException", profile).is_early());
        assert!(refused("NoSuchEntity", "").is_missing() && !refused("NoSuchEntity", "").is_there("CreateRole"));
        assert!(refused("LimitExceeded", "").is_there("AddRoleToInstanceProfile"));
        assert!(!refused("LimitExceeded", "").is_there("CreateRole"));
    }
}
