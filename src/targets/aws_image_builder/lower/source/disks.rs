//! Disks: Packer has a list for the instance and one for the AMI, Image Builder one for both.

use super::facts::{self, Block, Facts};
use crate::graph::{Fact, Node};
use crate::targets::aws_image_builder::lower::Lowering;
use crate::targets::aws_image_builder::model::{BlockDevice, Ebs};

pub(super) fn devices(
    l: &mut Lowering<'_>,
    node: &Node,
    facts: &mut Facts<'_>,
    root: Option<&str>,
) -> Vec<BlockDevice> {
    let mut out: Vec<BlockDevice> = Vec::new();
    for block in facts.blocks("launch_block_device_mappings") {
        out.extend(device(l, node, &block));
    }
    for block in facts.blocks("ami_block_device_mappings") {
        let Some(device) = device(l, node, &block) else { continue };
        match out.iter_mut().find(|other| other.device == device.device) {
            None => {
                let how = "the build instance has this disk as well: one list serves it and the AMI";
                l.report.near(node, &block.name, block.span, how);
                out.push(device);
            }
            Some(other) if *other == device => {}
            Some(other) => {
                if let Some(merged) = merged(other, &device) {
                    *other = merged;
                    continue;
                }
                let why = format!(
                    "`{}` is another disk while it builds: one list serves the instance and the AMI",
                    device.device
                );
                l.report.refused(
                    node,
                    &block.name,
                    block.span,
                    &why,
                    Some("say the same of it in both lists".to_owned()),
                );
            }
        }
    }
    encryption(l, node, facts, root, &mut out);
    if facts.take("no_ephemeral").and_then(|fact| truth(l, node, fact)) == Some(true) {
        for letter in 'a'..='z' {
            out.push(BlockDevice { device: format!("xvdc{letter}"), absent: true, ..BlockDevice::default() });
        }
    }
    out
}

/// Both of a device, where the one for the AMI only adds to the other.
fn merged(launch: &BlockDevice, ami: &BlockDevice) -> Option<BlockDevice> {
    fn both<T: Clone + PartialEq>(a: &Option<T>, b: &Option<T>) -> Option<Option<T>> {
        match (a, b) {
            (Some(a), Some(b)) if a != b => None,
            (a, b) => Some(a.clone().or_else(|| b.clone())),
        }
    }
    let BlockDevice { device, absent, virtual_name, ebs } = launch;
    if *absent != ami.absent {
        return None;
    }
    let ebs = match (ebs, &ami.ebs) {
        (Some(a), Some(b)) => {
            let Ebs { volume_type, volume_size, iops, throughput, delete_on_termination, encrypted, kms_key, snapshot } =
                a;
            Some(Ebs {
                volume_type: both(volume_type, &b.volume_type)?,
                volume_size: both(volume_size, &b.volume_size)?,
                iops: both(iops, &b.iops)?,
                throughput: both(throughput, &b.throughput)?,
                // What becomes of the disk of an instance made from the AMI; the build instance's does not outlive it.
                delete_on_termination: b.delete_on_termination.or(*delete_on_termination),
                encrypted: both(encrypted, &b.encrypted)?,
                kms_key: both(kms_key, &b.kms_key)?,
                snapshot: both(snapshot, &b.snapshot)?,
            })
        }
        (a, b) => a.clone().or_else(|| b.clone()),
    };
    Some(BlockDevice {
        device: device.clone(),
        absent: *absent,
        virtual_name: both(virtual_name, &ami.virtual_name)?,
        ebs,
    })
}

fn device(l: &mut Lowering<'_>, node: &Node, block: &Block<'_>) -> Option<BlockDevice> {
    let mut out = BlockDevice::default();
    let mut ebs = Ebs::default();
    let mut good = true;
    for (key, fact) in &block.facts {
        if fact.value.is_null() || fact.value.as_text().is_some_and(crate::resolve::value::Text::is_empty) {
            continue;
        }
        match *key {
            "device_name" => match text(l, node, fact) {
                Some(name) => out.device = name,
                None => good = false,
            },
            "virtual_name" => out.virtual_name = text(l, node, fact),
            "volume_type" => ebs.volume_type = text(l, node, fact),
            // Nought is what a template says that leaves the choice to AWS.
            "volume_size" => ebs.volume_size = number(l, node, fact).filter(|size| *size > 0),
            "iops" => ebs.iops = number(l, node, fact).filter(|iops| *iops > 0),
            "throughput" => ebs.throughput = number(l, node, fact).filter(|throughput| *throughput > 0),
            "delete_on_termination" => ebs.delete_on_termination = truth(l, node, fact),
            "encrypted" => ebs.encrypted = truth(l, node, fact),
            "no_device" => out.absent = truth(l, node, fact) == Some(true),
            "kms_key_id" | "snapshot_id" => {
                let value = match facts::text(&fact.value) {
                    Some(text) => l.as_value(&text),
                    None => Err(super::missing(l, &fact.value)),
                };
                match value {
                    Ok(value) if *key == "kms_key_id" => ebs.kms_key = Some(value),
                    Ok(value) => ebs.snapshot = Some(value),
                    Err((why, help)) => drop(l.report.refused(node, &fact.name, fact.span, &why, help)),
                }
            }
            "omit_from_artifact" => {
                if truth(l, node, fact) == Some(true) {
                    let why = "every disk of the build instance gets into the AMI";
                    l.report.refused(node, &fact.name, fact.span, why, None);
                }
            }
            other => {
                let why = format!("nothing is known of `{other}`");
                l.report.refused(node, &fact.name, fact.span, &why, None);
            }
        }
    }
    if out.device.is_empty() || !good {
        if good {
            l.report.refused(node, &block.name, block.span, "the disk has no `device_name`", None);
        }
        return None;
    }
    // Packer says of a disk that it stays unless told otherwise, and of an ephemeral one nothing.
    if !out.absent && out.virtual_name.is_none() {
        ebs.delete_on_termination = Some(ebs.delete_on_termination.unwrap_or(false));
        out.ebs = Some(ebs);
    }
    Some(out)
}

/// `encrypt_boot` with its key: the root device of the build instance is encrypted, and so is the AMI's.
fn encryption(
    l: &mut Lowering<'_>,
    node: &Node,
    facts: &mut Facts<'_>,
    root: Option<&str>,
    out: &mut Vec<BlockDevice>,
) {
    let Some(fact) = facts.take("encrypt_boot") else { return };
    let Some(encrypt) = truth(l, node, fact) else { return };
    let one = (out.len() == 1).then(|| out[0].device.clone());
    let usual = out.iter().map(|device| &device.device).find(|name| matches!(name.as_str(), "/dev/xvda" | "/dev/sda1"));
    let device = root.map(str::to_owned).or_else(|| usual.cloned()).or(one);
    let Some(device) = device else {
        // Without a disk of its own the root is what it was.
        if !encrypt {
            return;
        }
        let help = Some(format!("name it with {}", l.setting("root-device", "/dev/xvda")));
        l.report.refused(node, &fact.name, fact.span, "the name of the root device is not known", help);
        return;
    };
    let at = out.iter().position(|other| other.device == device).unwrap_or_else(|| {
        out.push(BlockDevice { device, ebs: Some(Ebs::default()), ..BlockDevice::default() });
        out.len() - 1
    });
    let ebs = out[at].ebs.get_or_insert_default();
    ebs.encrypted = Some(encrypt);
    // The distribution takes the key as well.
    let key = node.facts.iter().find(|fact| fact.name == "kms_key_id").filter(|_| encrypt && ebs.kms_key.is_none());
    if let Some(Ok(key)) =
        key.and_then(|key| facts::text(&key.value)).filter(|key| !key.is_empty()).map(|key| l.as_value(&key))
    {
        out[at].ebs.get_or_insert_default().kms_key = Some(key);
    }
}

fn text(l: &mut Lowering<'_>, node: &Node, fact: &Fact) -> Option<String> {
    match facts::text(&fact.value) {
        Some(text) => l.known(node, &fact.name, fact.span, &text),
        None => unknown(l, node, fact),
    }
}

fn number(l: &mut Lowering<'_>, node: &Node, fact: &Fact) -> Option<u64> {
    match facts::number(&fact.value) {
        Some(number) => Some(number),
        None => text(l, node, fact).and_then(|text| match text.parse() {
            Ok(number) => Some(number),
            Err(_) => unknown(l, node, fact),
        }),
    }
}

fn truth(l: &mut Lowering<'_>, node: &Node, fact: &Fact) -> Option<bool> {
    facts::truth(&fact.value).or_else(|| unknown(l, node, fact))
}

fn unknown<T>(l: &mut Lowering<'_>, node: &Node, fact: &Fact) -> Option<T> {
    let (why, help) = super::missing(l, &fact.value);
    l.report.refused(node, &fact.name, fact.span, &why, help);
    None
}
