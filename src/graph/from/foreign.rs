//! Components without neutral meaning, and those whose values are not known well enough to have one.

use std::sync::LazyLock;

use super::Role;
use super::taker::Taker;
use crate::graph::{Foreign, Node, NodeKind, StepOptions};
use crate::schema::{Lookup, Schemas};

/// Read once: a template may have many such components.
static SCHEMAS: LazyLock<Schemas> = LazyLock::new(Schemas::embedded);

/// All of it in facts, also what was taken already.
pub(super) fn foreign(taker: Taker<'_>, role: Role) -> Node {
    let mut taker = taker.again();
    let component = taker.component;
    let plugin = match SCHEMAS.component(component.kind, &component.ty.value) {
        Lookup::Described(described) => Some(described.plugin.plugin.clone()),
        Lookup::Named(plugin) => Some(plugin.plugin.clone()),
        Lookup::Unknown => None,
    };
    let options = match role {
        Role::Step | Role::ErrorCleanup => taker.options(),
        Role::AfterImage => {
            taker.keep_input_artifact();
            StepOptions { name: component.meta.name.as_ref().map(|name| name.value.clone()), ..StepOptions::default() }
        }
    };
    let foreign = Foreign { component: component.ty.value.clone(), role, options, plugin };
    taker.finish(NodeKind::Foreign(foreign))
}
