//! The root device of the image is made from one of the volumes that are launched.

use super::{Asked, text};
use crate::check::values::INVALID_ATTRIBUTE_VALUE;
use crate::diagnostic::Diagnostic;

pub(super) fn check(asked: &Asked<'_>) -> Vec<Diagnostic> {
    let found = || {
        let (reached, name) = asked.inside.reach("ami_root_device.source_device_name").into_iter().next()?;
        let (wanted, argument) = text(&reached, name)?;
        let shown = Asked::quoted(&wanted, argument);
        let mut is_sure = asked.subject.complete;
        for mapping in asked.inside.nested("launch_block_device_mappings") {
            match text(&mapping, "device_name") {
                Some((device, _)) if device == wanted => {
                    let omitted = mapping.argument("omit_from_artifact")?;
                    return (omitted.value.as_bool() == Some(true)).then(|| {
                        INVALID_ATTRIBUTE_VALUE
                            .at(
                                omitted.span,
                                format!("the volume {shown} is the root device and cannot be left out of the image"),
                            )
                            .label("leaves it out")
                            .also(argument.span, "made the root device here")
                            .help("remove `omit_from_artifact`")
                    });
                }
                Some(_) => {}
                None => is_sure = false,
            }
        }
        is_sure.then(|| {
            INVALID_ATTRIBUTE_VALUE
                .at(argument.span, format!("no volume of `launch_block_device_mappings` is named {shown}"))
                .label("to be made the root device")
                .help("name the `device_name` of one of them")
        })
    };
    found().into_iter().collect()
}
