//! Finds in a legacy template what later versions of Packer and its plugins call otherwise, and says what to write
//! instead: what `packer fix` knows.
//!
//! Comes in: the text of a template in legacy JSON, and the schemas, which tell whether an old name still works. Goes out:
//! findings, each with the edits that bring the template up to date and leave its layout as it is. What a fixer changes is
//! the same for every template; whether it is worth a word depends on the plugin of today (`Standing`).

mod builders;
mod change;
mod machines;
mod rewrite;
mod steps;
#[cfg(test)]
mod tests;
mod texts;
mod types;
mod vsphere;

use crate::declare_diagnostic;
use crate::diagnostic::{self, Diagnostic, Edit, Fix, Severity, Sink};
use crate::parse::data::{Data, DataKind, Decoded, json};
use crate::schema::{Kind, Lookup, Schemas};
use crate::source::{FileId, FileOrigin, SourceMap, Span};

use change::{Change, Standing};
use rewrite::Object;

declare_diagnostic! {
    pub static OUTDATED_TEMPLATE = {
        code: "outdated-template",
        severity: Error,
        since: "0.1.0",
        summary: "a JSON template uses what Packer or a plugin has renamed, folded into something else or dropped",
    }
}

/// Findings about a name that are silent where it is said that the name is an old one.
const SUPERSEDED: [&str; 8] = [
    "attribute-as-block",
    "deprecated",
    "removed-attribute",
    "unknown-attribute",
    "unknown-block",
    "unknown-builder",
    "unknown-component",
    "unknown-engine-function",
];

/// A part of a template that belongs to a plugin.
struct Part<'a> {
    kind: Kind,
    /// Its type, where it has one.
    ty: Option<&'a Decoded>,
    object: Object<'a>,
}

impl Part<'_> {
    fn ty(&self) -> &str {
        self.ty.map_or("", |ty| ty.text.as_str())
    }

    fn is_builder(&self) -> bool {
        self.kind == Kind::Builder
    }
}

/// A template, as far as fixers look at it.
struct Outline<'a> {
    root: Object<'a>,
    parts: Vec<Part<'a>>,
}

/// What a fixer changes in a part.
type Look = for<'a> fn(&Part<'a>, &Outline<'a>) -> Vec<Change>;

/// What Packer's fixers are called, in the order in which they are run.
const FIXERS: [(&str, Look); 34] = [
    ("iso-md5", builders::iso_md5),
    ("createtime", texts::create_time),
    ("virtualbox-gaattach", machines::guest_additions_attach),
    ("pp-vagrant-override", steps::vagrant_override),
    ("virtualbox-rename", types::virtualbox),
    ("vmware-rename", types::vmware),
    ("parallels-headless", machines::parallels_headless),
    ("parallels-deprecations", machines::parallels),
    ("sshkeypath", builders::ssh_key_path),
    ("sshdisableagent", builders::ssh_disable_agent),
    ("scaleway-access-key", builders::scaleway),
    ("manifest-filename", steps::manifest),
    ("amazon-shutdown_behavior", builders::shutdown_behavior),
    ("amazon-enhanced-networking", builders::enhanced_networking),
    ("amazon-private-ip", builders::private_ip),
    ("amazon-temp-sec-cidrs", builders::source_cidr),
    ("docker-email", steps::login_email),
    ("docker-tag-tags", steps::docker_tag),
    ("powershell-escapes", texts::powershell),
    ("vmware-compaction", machines::compaction),
    ("hyperv-deprecations", machines::hyperv_temp_path),
    ("hyperv-vmxc-typo", machines::hyperv_vmcx),
    ("hyperv-cpu-and-ram", machines::hyperv_sizes),
    ("clean-image-name", texts::clean_name),
    ("spot-price-auto-product", builders::spot_price_auto_product),
    ("qemu-disk-size", machines::qemu_disk_size),
    ("galaxy-command", steps::galaxy_command),
    ("comm-config", machines::virtualbox_ports),
    ("ssh-wait-timeout", builders::ssh_wait_timeout),
    ("vsphere-iso-net-disk", vsphere::network_and_disk),
    ("iso-checksum-type-and-url", builders::iso_checksum),
    ("qemu-host-port", machines::qemu_ports),
    ("azure-exclude_from_latest", builders::exclude_from_latest),
    ("proxmox-type", types::proxmox),
];

/// Reports what is outdated in a legacy template.
pub fn find(sources: &SourceMap, file: FileId, schemas: &Schemas, sink: &mut Sink) {
    // What is wrong with the text itself was said when the template was read.
    let mut said = Sink::new();
    let data = json::read(sources, file, &mut said);
    let Some(outline) = outline(&data, &sources.file(file).text) else { return };
    for (rank, (_, look)) in FIXERS.iter().enumerate() {
        for part in &outline.parts {
            for change in look(part, &outline) {
                let Some(mut diagnostic) = diagnostic(change, part, rank, schemas) else { continue };
                if said.has_errors() {
                    diagnostic.fix = None;
                }
                sink.report(diagnostic);
            }
        }
    }
}

/// Takes out what says of an outdated name only that it is unknown or deprecated.
pub fn supersede(sink: &mut Sink) {
    let outdated = sink.diagnostics().iter().filter(|diagnostic| diagnostic.code() == OUTDATED_TEMPLATE.code);
    let places = |found: &Diagnostic| {
        let others: Vec<Span> = found.others.iter().map(|(span, _)| *span).collect();
        std::iter::once(found.span).chain(others)
    };
    let spans: Vec<Span> = outdated.flat_map(places).collect();
    if spans.is_empty() {
        return;
    }
    let same_place =
        |span: Span| spans.iter().any(|own| own.file == span.file && own.start < span.end && span.start < own.end);
    sink.retain(|diagnostic| !SUPERSEDED.contains(&diagnostic.code()) || !same_place(diagnostic.span));
}

/// A template after one of Packer's fixers, whatever the plugins of today say. Fails with what has to be changed by hand,
/// or if there is no such fixer.
pub fn run_fixer(name: &str, text: &str) -> Result<String, String> {
    let (_, look) = FIXERS.iter().find(|(known, _)| *known == name).ok_or_else(|| format!("no fixer `{name}`"))?;
    let mut text = text.to_owned();
    loop {
        let mut sources = SourceMap::new();
        let file = sources.add("template.json", text.as_str(), FileOrigin::Disk);
        let mut said = Sink::new();
        let data = json::read(&sources, file, &mut said);
        let Some(outline) = outline(&data, &text).filter(|_| !said.has_errors()) else {
            return Err("this is no template".to_owned());
        };
        let mut fixes = Vec::new();
        for part in &outline.parts {
            for Change { message, edits, safe, within, .. } in look(part, &outline) {
                if edits.is_empty() {
                    return Err(message);
                }
                fixes.push(Fix::new(safe, edits).within(within));
            }
        }
        let chosen = diagnostic::fix::choose(&fixes);
        if chosen.is_empty() {
            return Ok(text);
        }
        let edits: Vec<&Edit> = chosen.iter().flat_map(|fix| &fix.edits).collect();
        text = diagnostic::fix::apply(&text, file, edits);
    }
}

/// The names of Packer's fixers, in their order.
pub fn fixers() -> impl Iterator<Item = &'static str> {
    FIXERS.iter().map(|(name, _)| *name)
}

fn outline<'a>(data: &'a Data, text: &'a str) -> Option<Outline<'a>> {
    let root = Object::of(data, text)?;
    let mut parts = Vec::new();
    let mut add = |data: &'a Data, kind: Kind| {
        let Some(object) = Object::of(data, text) else { return };
        parts.push(Part { kind, ty: object.string("type"), object });
    };
    let all = |name: &str| match root.value(name).map(|value| &value.kind) {
        Some(DataKind::Array(items)) => items.as_slice(),
        _ => &[],
    };
    all("builders").iter().for_each(|builder| add(builder, Kind::Builder));
    all("provisioners").iter().for_each(|provisioner| add(provisioner, Kind::Provisioner));
    if let Some(cleanup) = root.value("error-cleanup-provisioner") {
        add(cleanup, Kind::Provisioner);
    }
    for step in all("post-processors") {
        let chain = if let DataKind::Array(chain) = &step.kind { chain.as_slice() } else { std::slice::from_ref(step) };
        chain.iter().for_each(|step| add(step, Kind::PostProcessor));
    }
    Some(Outline { root, parts })
}

/// What is said about a change, if anything.
fn diagnostic(change: Change, part: &Part<'_>, rank: usize, schemas: &Schemas) -> Option<Diagnostic> {
    let Change { span, message, label, others, help, edits, mut safe, within, standing } = change;
    let ty = part.ty();
    let lookup = match (standing, types::successor(part)) {
        // Under its old name nobody describes a builder; its attributes are those of the new one.
        (Standing::Name { .. } | Standing::Rejected, Some(new)) => schemas.component(part.kind, new),
        (_, _) => schemas.component(part.kind, ty),
    };
    let mut help = help;
    let severity = match (standing, lookup) {
        (Standing::Silent, _) => return None,
        (Standing::Rejected, Lookup::Described(_)) => Severity::Error,
        (Standing::Idle, _) => Severity::Note,
        (Standing::Works, _) => Severity::Warning,
        (Standing::Type, Lookup::Unknown) => Severity::Error,
        (Standing::Type, Lookup::Described(_) | Lookup::Named(_)) => Severity::Warning,
        (Standing::Name { old, new }, Lookup::Described(component)) => {
            let knows = |name: &str| {
                component.body.blocks.contains_key(name)
                    || component.body.attributes.get(name).is_some_and(|attribute| attribute.removed.is_none())
            };
            match (new.is_none_or(knows), knows(old)) {
                // The plugin has no such thing under either name.
                (false, _) => return None,
                (true, true) => Severity::Warning,
                (true, false) => Severity::Error,
            }
        }
        (Standing::Name { .. } | Standing::Rejected, Lookup::Named(_) | Lookup::Unknown) => {
            // The plugin may have kept what others have given up.
            safe = false;
            if !help.is_empty() {
                help.push_str("; the plugin is not described here: leave it if the plugin still takes the old form");
            }
            Severity::Warning
        }
    };
    let mut diagnostic = OUTDATED_TEMPLATE.at(span, message).label(label).help(help).severity(severity);
    for other in others {
        diagnostic = diagnostic.also(other, "and this with it");
    }
    if !edits.is_empty() {
        diagnostic = diagnostic.fix(Fix::new(safe, edits).within(within).rank(rank));
    }
    Some(diagnostic)
}
