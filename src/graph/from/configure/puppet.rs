//! `puppet-masterless` and `puppet-server`: Puppet, which has to be in the machine.

use super::{
    Acts, Around, Taker, all_arriving, always, arriving, base, filled, flag, is_folder, is_unix, joined, map, optional,
    sudo, text, text_or, texts,
};
use crate::graph::plan::{Accepts, Deed, Fragment, Plan};
use crate::resolve::value::{Hole, HoleKind, Text};

pub(super) fn masterless(taker: &mut Taker<'_>, around: Around<'_>) -> Option<Plan> {
    let mut acts = Acts::new(taker);
    let puppet = Puppet::read(taker, &mut acts, around, "/tmp/packer-puppet-masterless", "staging_directory")?;
    let staging = &puppet.staging;
    let mut hiera = Text::new();
    if let Some(file) = arriving(taker, "hiera_config_path")? {
        hiera = text![staging, "/hiera.yaml"];
        acts.file(file, hiera.clone());
    }
    let manifests = text![staging, "/manifests"];
    let mut manifest_dir = Text::new();
    if let Some(folder) = arriving(taker, "manifest_dir")? {
        manifest_dir = manifests.clone();
        acts.upload(folder, manifests.clone());
    }
    let mut modules = Vec::new();
    for (at, folder) in all_arriving(taker, "module_paths")?.unwrap_or_default().into_iter().enumerate() {
        let place = text![staging, format!("/module-{at}")];
        modules.push(place.clone());
        acts.upload(folder, place);
    }
    let modules = joined(&modules, ":");
    let manifest = arriving(taker, "manifest_file")??;
    acts.folder(&manifests);
    let file = text![manifests, "/", base(&manifest.path.value)];
    let source = manifest.clone();
    let deed = Deed::Folder { source: source.clone(), destination: manifests.clone() };
    acts.push_if(vec![is_folder(&manifest, true)], deed);
    let deed = Deed::File { source, destination: file.clone(), secret: false };
    acts.push_if(vec![is_folder(&manifest, false)], deed);
    // One of these, as what it is on the host decides.
    let runs = [(manifests, true), (file, false)];
    let mut commands = Vec::new();
    for (run, folder) in runs {
        let fields = [
            ("ManifestFile", run.clone()),
            ("HieraConfigPath", hiera.clone()),
            ("ManifestDir", manifest_dir.clone()),
            ("ModulePath", modules.clone()),
            ("ModulePathJoiner", Text::literal(":")),
        ];
        let option = |name: &str, value: &Text| {
            if value.is_empty() { Text::new() } else { text!["--", name, "='", value, "' "] }
        };
        let usual = text![
            "puppet apply --detailed-exitcodes ",
            option("modulepath", &modules),
            option("hiera_config", &hiera),
            option("manifestdir", &manifest_dir),
        ];
        commands.push((puppet.command(&usual, &run, &fields), vec![is_folder(&manifest, folder)]));
    }
    puppet.run(&mut acts, commands);
    acts.plan(Some(manifest.path.value), None)
}

pub(super) fn server(taker: &mut Taker<'_>, around: Around<'_>) -> Option<Plan> {
    let mut acts = Acts::new(taker);
    let puppet = Puppet::read(taker, &mut acts, around, "/tmp/packer-puppet-server", "staging_dir")?;
    let staging = &puppet.staging;
    let mut certificates = Text::new();
    if let Some(folder) = arriving(taker, "client_cert_path")? {
        certificates = text![staging, "/certs"];
        acts.upload(folder, certificates.clone());
    }
    if let Some(argument) = taker.value("client_private_key_path") {
        let how = "private keys lie in that folder of the host, and nothing that is emitted may hold them";
        acts.impossible("client_private_key_path", argument.span, how);
    }
    let server = puppet
        .named(taker, &mut acts, "puppet_server", "PuppetServer", |taker, name| text_or(taker, name, Text::new))?;
    let node =
        puppet.named(taker, &mut acts, "puppet_node", "PuppetNode", |taker, name| text_or(taker, name, Text::new))?;
    let option = |name: &str, value: &Text| {
        if value.is_empty() { Text::new() } else { text!["--", name, "='", value, "' "] }
    };
    let usual = text![
        "puppet agent --onetime --no-daemonize --detailed-exitcodes ",
        option("server", &server),
        option("certname", &node),
        option("certdir", &certificates),
    ];
    let fields = [
        ("PuppetServer", server),
        ("PuppetNode", node),
        ("ClientCertPath", certificates),
        ("ClientPrivateKeyPath", Text::new()),
    ];
    let command = puppet.command(&usual, &Text::new(), &fields);
    puppet.run(&mut acts, vec![(command, Vec::new())]);
    acts.plan(None, None)
}

/// What both have in common.
struct Puppet {
    staging: Text,
    working: Text,
    facter: Text,
    no_sudo: bool,
    bin: Text,
    arguments: Text,
    own: Option<crate::source::Spanned<Text>>,
    accepts: Accepts,
    clean: bool,
}

impl Puppet {
    fn read(
        taker: &mut Taker<'_>,
        acts: &mut Acts,
        around: Around<'_>,
        staging: &str,
        attribute: &str,
    ) -> Option<Self> {
        if !is_unix(taker, "guest_os_type")? {
            return None;
        }
        let staging = text_or(taker, attribute, || Text::literal(staging))?;
        let ignores = flag(taker, "ignore_exit_codes")?;
        let mut puppet = Self {
            working: staging.clone(),
            staging,
            facter: Text::new(),
            no_sudo: flag(taker, "prevent_sudo")?,
            bin: Text::new(),
            arguments: Text::new(),
            own: optional(taker, "execute_command", |taker| taker.text("execute_command"))?,
            accepts: if ignores { Accepts::Any } else { Accepts::Codes(vec![0, 2]) },
            clean: flag(taker, "clean_staging_directory")?,
        };
        acts.open = Some(sudo(puppet.no_sudo));
        let own = |taker: &mut Taker<'_>, name: &str| text_or(taker, name, Text::new);
        puppet.bin = puppet.named(taker, acts, "puppet_bin_dir", "PuppetBinDir", own)?;
        let list = |taker: &mut Taker<'_>, name: &str| Some(joined(&texts(taker, name)?, " "));
        puppet.arguments = puppet.named(taker, acts, "extra_arguments", "ExtraArguments", list)?;
        let working = puppet.named(taker, acts, "working_directory", "WorkingDir", own)?;
        if !working.is_empty() {
            puppet.working = working;
        }
        let facts = |taker: &mut Taker<'_>, name: &str| {
            let mut facts = map(taker, name)?;
            facts.insert("packer_build_name".to_owned(), Text::literal(around.build));
            facts.insert("packer_builder_type".to_owned(), Text::literal(around.builder));
            let facts: Vec<Text> = facts.iter().map(|(name, value)| text!["FACTER_", name, "='", value, "'"]).collect();
            Some(joined(&facts, " "))
        };
        puppet.facter = puppet.named(taker, acts, "facter", "FacterVars", facts)?;
        acts.folder(&puppet.staging);
        Some(puppet)
    }

    /// What reaches the command by one of its fields, unless that is the template's own and does not have it.
    fn named(
        &self,
        taker: &mut Taker<'_>,
        acts: &mut Acts,
        attribute: &'static str,
        field: &str,
        read: impl FnOnce(&mut Taker<'_>, &str) -> Option<Text>,
    ) -> Option<Text> {
        let has = |hole: &Hole| matches!(&hole.what, HoleKind::Field(name) if name == field);
        if self.own.as_ref().is_some_and(|own| !own.value.holes().any(has)) {
            acts.idle(taker, &[attribute], "`execute_command` does not have it");
            return Some(Text::new());
        }
        read(taker, attribute)
    }

    /// The command: the usual one, or the user's with its fields.
    fn command(&self, usual: &Text, last: &Text, fields: &[(&str, Text)]) -> Text {
        let mut all = vec![
            ("Debug", Text::literal("false")),
            ("FacterVars", self.facter.clone()),
            ("PuppetBinDir", self.bin.clone()),
            ("Sudo", Text::literal((!self.no_sudo).to_string())),
            ("WorkingDir", self.working.clone()),
        ];
        all.extend(fields.iter().cloned());
        // Arguments have these fields as well, all but themselves.
        let arguments = filled(&self.arguments, &all);
        all.push(("ExtraArguments", arguments.clone()));
        if let Some(own) = &self.own {
            return filled(&own.value, &all);
        }
        let sudo = if self.no_sudo { "" } else { "sudo -E " };
        let bin = if self.bin.is_empty() { Text::new() } else { text![self.bin, "/"] };
        let arguments = if arguments.is_empty() { Text::new() } else { text![arguments, " "] };
        text!["cd ", self.working, " && ", self.facter, " ", sudo, bin, usual, arguments, last]
    }

    fn run(&self, acts: &mut Acts, commands: Vec<(Text, Vec<crate::graph::plan::Condition>)>) {
        let fragments = commands.into_iter().map(|(text, when)| Fragment { when, text }).collect();
        let span = self.own.as_ref().map_or(acts.span, |own| own.span);
        acts.command("execute_command", span, fragments, self.accepts.clone());
        if self.clean {
            let text = text![sudo(self.no_sudo), "rm -rf '", self.staging, "'"];
            acts.command("clean_staging_directory", acts.span, vec![always(text)], Accepts::Codes(vec![0]));
        }
    }
}
