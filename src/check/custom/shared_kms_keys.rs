//! What is shared is encrypted with named keys: nobody else can use the default key of an account.

use super::Asked;
use crate::check::member::{State, state_of};
use crate::check::values::INVALID_ATTRIBUTE_VALUE;
use crate::diagnostic::Diagnostic;
use crate::schema::{Attribute, AttributeType};

pub(super) fn check(asked: &Asked<'_>) -> Vec<Diagnostic> {
    let found = || {
        let share = ["ami_users", "ami_org_arns", "ami_ou_arns", "snapshot_users"].into_iter();
        let share = share.into_iter().find(|share| asked.is_set(share))?;
        let keys = asked.inside.argument("region_kms_key_ids")?;
        let text = Attribute::new("", AttributeType::String);
        let (region, _) = keys.value.as_entries()?.iter().find(|(_, key)| state_of(key, &text) == State::Unset)?;
        let region = Asked::quoted(region, keys);
        Some(
            INVALID_ATTRIBUTE_VALUE
                .at(keys.span, format!("`region_kms_key_ids` names no key for {region} when `{share}` is set"))
                .label("an image with the default key cannot be shared")
                .help(format!("name a key, or remove `{share}`")),
        )
    };
    found().into_iter().collect()
}
