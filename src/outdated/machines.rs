//! Fixers of builders of virtual machines.

use super::change::{Change, Standing, Wins, changed, removed, renamed};
use super::rewrite::{New, Rewrite};
use super::{Outline, Part};
use crate::parse::data::DataKind;

fn is(part: &Part<'_>, types: &[&str]) -> bool {
    part.is_builder() && types.contains(&part.ty())
}

pub(super) fn guest_additions_attach(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    const OLD: &str = "guest_additions_attach";
    const NEW: &str = "guest_additions_mode";
    if !is(part, &["virtualbox", "virtualbox-iso"]) {
        return Vec::new();
    }
    let Some(DataKind::Bool(attach)) = part.object.value(OLD).map(|value| &value.kind) else { return Vec::new() };
    let mode = if *attach { "attach" } else { "upload" };
    let told = |mut change: Change| {
        change.message = format!("`{OLD}` was replaced by `{NEW}`");
        change.help(format!("write `\"{NEW}\": \"{mode}\"`"))
    };
    changed(part, OLD, NEW, Wins::Old, Some(&New::text(mode))).map(told).into_iter().collect()
}

pub(super) fn virtualbox_ports(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    if !part.is_builder() || !part.ty().starts_with("virtualbox") {
        return Vec::new();
    }
    let names = [
        ("ssh_host_port_min", "host_port_min"),
        ("ssh_host_port_max", "host_port_max"),
        ("ssh_skip_nat_mapping", "skip_nat_mapping"),
    ];
    names.into_iter().filter_map(|(old, new)| renamed(part, old, new, Wins::New)).collect()
}

pub(super) fn qemu_ports(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    if !is(part, &["qemu"]) {
        return Vec::new();
    }
    let names = [("ssh_host_port_min", "host_port_min"), ("ssh_host_port_max", "host_port_max")];
    names.into_iter().filter_map(|(old, new)| renamed(part, old, new, Wins::Old)).collect()
}

pub(super) fn qemu_disk_size(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    const NAME: &str = "disk_size";
    if !is(part, &["qemu"]) {
        return Vec::new();
    }
    let Some(DataKind::Number(size)) = part.object.value(NAME).map(|value| &value.kind) else { return Vec::new() };
    if !size.bytes().all(|byte| byte.is_ascii_digit()) {
        return Vec::new();
    }
    let mut rewrite = Rewrite::new(part.object);
    rewrite.set(NAME, &New::text(&format!("{size}M")));
    let message = "`disk_size` is a text with a unit today; a bare number counts megabytes".to_owned();
    let change = Change::of(part, NAME, rewrite, message).label("a number without a unit");
    vec![change.help(format!("write `\"disk_size\": \"{size}M\"`")).standing(Standing::Idle)]
}

pub(super) fn parallels_headless(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    if !is(part, &["parallels-iso", "parallels-pvm"]) {
        return Vec::new();
    }
    removed(part, "headless").into_iter().collect()
}

pub(super) fn parallels(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    if !is(part, &["parallels-iso", "parallels-pvm"]) {
        return Vec::new();
    }
    let gone = removed(part, "parallels_tools_host_path");
    gone.into_iter().chain(renamed(part, "guest_os_distribution", "guest_os_type", Wins::Old)).collect()
}

pub(super) fn hyperv_temp_path(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    if !is(part, &["hyperv-iso"]) {
        return Vec::new();
    }
    removed(part, "vhd_temp_path").into_iter().collect()
}

pub(super) fn hyperv_vmcx(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    if !is(part, &["hyperv-vmcx"]) {
        return Vec::new();
    }
    renamed(part, "clone_from_vmxc_path", "clone_from_vmcx_path", Wins::Old).into_iter().collect()
}

pub(super) fn hyperv_sizes(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    if !is(part, &["hyperv-vmcx", "hyperv-iso"]) {
        return Vec::new();
    }
    let names = [("cpu", "cpus"), ("ram_size", "memory")];
    names.into_iter().filter_map(|(old, new)| renamed(part, old, new, Wins::Old)).collect()
}

/// On ESXi only thin disks can be compacted. The plugin knows that, unless it is told of another kind of disk.
pub(super) fn compaction(part: &Part<'_>, _: &Outline<'_>) -> Vec<Change> {
    const DISK: &str = "disk_type_id";
    const SKIP: &str = "skip_compaction";
    let object = part.object;
    if !is(part, &["vmware-iso"]) || object.string("remote_type").is_none_or(|remote| remote.text != "esx5") {
        return Vec::new();
    }
    let disk = object.value(DISK);
    let skips = matches!(object.value(SKIP).map(|skip| &skip.kind), Some(DataKind::Bool(true)));
    let is_thin = object.string(DISK).is_some_and(|disk| disk.text == "thin");
    if is_thin || (disk.is_some() && skips) {
        return Vec::new();
    }
    let mut rewrite = Rewrite::new(object);
    if disk.is_none() {
        rewrite.add_behind("remote_type", DISK, New::text("zeroedthick"));
    }
    let behind = if disk.is_some() { DISK } else { "remote_type" };
    if object.has(SKIP) {
        rewrite.set(SKIP, &New::raw("true"));
    } else {
        rewrite.add_behind(behind, SKIP, New::raw("true"));
    }
    let change = if disk.is_some() {
        let message = "a disk on ESXi that is not `thin` cannot be compacted".to_owned();
        let help = "write `\"skip_compaction\": true`";
        let decided = matches!(object.value(DISK).map(|disk| &disk.kind), Some(DataKind::String(disk)) if !disk.text.contains("{{"))
            && object.value(SKIP).is_none_or(|skip| matches!(skip.kind, DataKind::Bool(_)));
        // What a variable decides is not known here.
        let standing = if decided { Standing::Rejected } else { Standing::Silent };
        let key = if object.has(SKIP) { SKIP } else { DISK };
        Change::of(part, key, rewrite, message).label("not compacted").help(help).standing(standing)
    } else {
        let message = "without `disk_type_id`, a disk on ESXi is `zeroedthick` and not compacted".to_owned();
        let help = "write `\"disk_type_id\": \"zeroedthick\"` and `\"skip_compaction\": true`, or choose `thin`";
        Change::of(part, "remote_type", rewrite, message).label("ESXi").help(help).standing(Standing::Idle)
    };
    vec![change]
}
