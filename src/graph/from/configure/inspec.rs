//! `inspec`: tests that run on the host, which reaches the machine by ssh. As a plan they run in the machine itself.

use super::ansible::inside;
use super::{Acts, Around, Taker, arriving, field, optional, text, text_or, texts};
use crate::graph::plan::{Accepts, Arriving, Command, CommandForm, Deed, Mirror, Plan};
use crate::resolve::value::Text;
use crate::source::Spanned;

/// Attributes about the way from the host to the machine.
const CONNECTION: &[&str] = &["backend", "host", "local_port", "ssh_authorized_key_file", "ssh_host_key_file", "user"];

pub(super) fn plan(taker: &mut Taker<'_>, around: Around<'_>) -> Option<Plan> {
    let mut acts = Acts::new(taker);
    let span = taker.span();
    let number = field("Number", span);
    let root = text!["/tmp/packer-provisioner-inspec-", number];
    let here = field("Here", span);
    acts.remark(taker, CONNECTION, "nothing connects: InSpec runs in the image itself");
    let profile = optional(taker, "profile", |taker| taker.text("profile"))??;
    let command = text_or(taker, "command", || Text::literal("inspec"))?;
    let arguments = texts(taker, "extra_arguments")?;
    let environment = texts(taker, "inspec_env_vars")?;
    let folder = arriving(taker, "attributes_directory")?;
    let files = texts(taker, "attributes")?;
    let codes = optional(taker, "valid_exit_codes", |taker| taker.numbers("valid_exit_codes"))?;
    let codes = codes.map_or_else(|| vec![0, 101], |codes| codes.value);
    let codes = if codes.is_empty() { vec![0] } else { codes };

    let mut mentioned = vec![command.clone(), profile.value.clone()];
    mentioned.extend(arguments.iter().chain(&files).cloned());
    let also: Vec<Arriving> = folder.iter().cloned().collect();
    acts.push(Deed::Mirror(Mirror { around: None, also, mentioned, root: root.clone() }));
    let place = folder.as_ref().map_or_else(|| root.clone(), |folder| inside(&here, &folder.path.value));
    let told = text![place, "/packer-provisioner-inspec.", number, ".yml"];
    let content = text!["packer_build_name: ", around.build, "\npacker_builder_type: ", around.builder, "\n"];
    acts.content("attributes", content, told.clone());
    let mut words = vec![command, Text::literal("exec"), profile.value.clone()];
    words.extend(["--backend", "local", "--input-file"].map(Text::literal));
    words.extend(files);
    words.push(told);
    words.extend(arguments);
    let form = CommandForm::Program { folder: here, environment, words };
    // A signal ends it as well as any other status; a program that succeeded has succeeded.
    let mut all = vec![0];
    all.extend(codes.into_iter().filter(|code| *code != 0));
    let accepts = Accepts::Codes(all);
    acts.push(Deed::Command(Command { attribute: "profile", span, form, accepts }));
    acts.shell(text!["rm -rf '", root, "'"]);
    let Spanned { value: profile, span: _ } = profile;
    acts.plan(profile.known().map(std::borrow::Cow::into_owned), Some("InSpec"))
}
