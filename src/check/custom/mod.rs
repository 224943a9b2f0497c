//! Demands of plugins that no other kind of rule can say: one file each.
//!
//! A schema names them by [`CustomCheck`]. A check looks at known values only, and at members that are missing only where
//! everything that was written is there.

mod azure_capture_target;
mod azure_credentials;
mod azure_winrm_password;
mod boot_iso_source;
mod fast_launch_regions;
mod ipconfig_per_adapter;
mod one_created_image;
mod one_iso_source;
mod root_device_mapping;
mod shared_kms_keys;
mod signer_is_key;
mod snapshots_differ;

#[cfg(test)]
mod tests;

use crate::check::Rule;
use crate::check::context::{Context, Inside, Subject};
use crate::check::member::State;
use crate::diagnostic::{Diagnostic, Sink};
use crate::resolve::template::Argument;
use crate::schema::CustomCheck;

/// The codes are those of `conflicts`, `required` and `values`, which declare them.
pub(super) const RULE: Rule = Rule { declares: &[], check };

/// What a check looks at: the body that has the rule, and the component it belongs to.
#[derive(Clone, Copy)]
struct Asked<'a> {
    subject: &'a Subject<'a>,
    inside: Inside<'a>,
}

fn check(context: &Context<'_>, sink: &mut Sink) {
    for subject in &context.subjects() {
        for inside in subject.insides() {
            for rule in &inside.schema.rules {
                let Some(check) = rule.check else { continue };
                if inside.holds(&rule.when) != Some(true) {
                    continue;
                }
                let Some(demand) = subject.demand(rule.severity, rule.since) else { continue };
                for diagnostic in ask(check)(&Asked { subject, inside }) {
                    demand.report(diagnostic, sink);
                }
            }
        }
    }
}

fn ask(check: CustomCheck) -> fn(&Asked<'_>) -> Vec<Diagnostic> {
    match check {
        CustomCheck::SharedKmsKeys => shared_kms_keys::check,
        CustomCheck::FastLaunchRegions => fast_launch_regions::check,
        CustomCheck::RootDeviceMapping => root_device_mapping::check,
        CustomCheck::AzureCredentials => azure_credentials::check,
        CustomCheck::AzureCaptureTarget => azure_capture_target::check,
        CustomCheck::AzureWinrmPassword => azure_winrm_password::check,
        CustomCheck::OneCreatedImage => one_created_image::check,
        CustomCheck::SignerIsKey => signer_is_key::check,
        CustomCheck::OneIsoSource => one_iso_source::check,
        CustomCheck::BootIsoSource => boot_iso_source::check,
        CustomCheck::IpconfigPerAdapter => ipconfig_per_adapter::check,
        CustomCheck::SnapshotsDiffer => snapshots_differ::check,
    }
}

impl<'a> Asked<'a> {
    /// Whether a member is set for certain.
    fn is_set(&self, field: &str) -> bool {
        self.inside.state(field) == State::Set
    }

    /// Whether a member is set, or may be for what is known.
    fn may_be_set(&self, field: &str) -> bool {
        self.inside.state(field) != State::Unset
    }

    /// The known text of an attribute that is set.
    fn text(&self, field: &str) -> Option<(String, &'a Argument)> {
        text(&self.inside, field)
    }

    /// A text of the user's as a message may show it: `the text` where it is a secret.
    fn quoted(text: &str, argument: &Argument) -> String {
        if argument.value.is_sensitive() { "the text".to_owned() } else { format!("`{text}`") }
    }
}

/// The known text of an attribute that is set.
fn text<'a>(inside: &Inside<'a>, field: &str) -> Option<(String, &'a Argument)> {
    let argument = inside.argument(field).filter(|_| inside.state(field) == State::Set)?;
    Some((argument.value.as_str()?.into_owned(), argument))
}
