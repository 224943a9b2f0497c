//! `ansible`: Ansible on the host, which reaches the machine by ssh. As a plan it runs in the machine itself, on files that
//! lie there as they lie on the host.

use super::ansible_local::{collections_asked, roles_asked};
use super::{Acts, Around, Taker, arriving, field, flag, lexical, optional, says, text, text_or, texts};
use crate::graph::plan::{Accepts, Arriving, Command, CommandForm, Deed, Mirror, Plan};
use crate::resolve::value::Text;
use crate::source::Spanned;

/// Attributes about the way from the host to the machine.
const CONNECTION: &[&str] = &[
    "ansible_proxy_key_type",
    "ansible_ssh_extra_args",
    "ansible_winrm_use_http",
    "local_port",
    "sftp_command",
    "ssh_authorized_key_file",
    "ssh_host_key_file",
    "use_proxy",
    "use_sftp",
];

pub(super) fn plan(taker: &mut Taker<'_>, around: Around<'_>) -> Option<Plan> {
    let mut acts = Acts::new(taker);
    let span = taker.span();
    let number = field("Number", span);
    let root = text!["/tmp/packer-provisioner-ansible-", number];
    let here = field("Here", span);
    let playbook = arriving(taker, "playbook_file")??;
    let command = text_or(taker, "command", || Text::literal("ansible-playbook"))?;
    let arguments = texts(taker, "extra_arguments")?;
    let environment = environment(taker, &root)?;
    let galaxy = Galaxy::read(taker, &mut acts)?;
    acts.remark(taker, CONNECTION, "nothing connects: Ansible runs in the image itself");
    acts.remark(taker, &["skip_version_check"], "the version of Ansible is not asked for");
    acts.remark(taker, &["keep_inventory_file"], "the inventory goes with everything else that Ansible was given");
    for all in [&arguments, &environment] {
        let of_vault = ["--vault-pass", "--vault-id", "ANSIBLE_VAULT_PASSWORD_FILE"];
        if all.iter().any(|text| of_vault.iter().any(|option| says(text, option))) {
            let how = "the file with the vault's password lies on the host, and nothing that is emitted may hold it";
            acts.impossible("", span, how);
        }
    }
    if playbook.path.value.starts_with('/') {
        let how = "the playbook's path is absolute, and only what lies by the template can be brought along";
        acts.impossible("", playbook.path.span, how);
    }

    let folder = arriving(taker, "inventory_directory")?;
    let inventory = arriving(taker, "inventory_file")?;
    // Ansible looks for it where it is started.
    let settings = Arriving { attribute: "playbook_file", path: Spanned::new("ansible.cfg".to_owned(), span) };
    let given = [Some(&settings), folder.as_ref(), inventory.as_ref()].into_iter().flatten();
    let also: Vec<Arriving> = given.chain(galaxy.files()).cloned().collect();
    let mut mentioned = vec![command.clone()];
    mentioned.extend(arguments.iter().chain(&environment).cloned());
    acts.push(Deed::Mirror(Mirror { around: Some(playbook.clone()), also, mentioned, root: root.clone() }));
    let hosts_place = match (&inventory, &folder) {
        (Some(file), _) => {
            let others = ["groups", "empty_groups", "host_alias", "inventory_file_template", "user"];
            acts.remark(taker, &others, "`inventory_file` says who is reached and how");
            inside(&here, &file.path.value)
        }
        (None, folder) => {
            let hosts = hosts(taker)?;
            // Variables lie beside the inventory, where its folder is given.
            let place = folder.as_ref().map_or_else(|| root.clone(), |folder| inside(&here, &folder.path.value));
            let place = text![place, "/packer-provisioner-ansible", number];
            acts.content("groups", hosts, place.clone());
            place
        }
    };
    galaxy.install(&mut acts, &here, &environment);
    let mut words = vec![command];
    let mut extra = |value: Text| words.extend([Text::literal("-e"), value]);
    if !around.build.is_empty() {
        extra(text![format!("packer_build_name={:?}", around.build)]);
    }
    extra(text!["packer_builder_type=", around.builder]);
    words.extend(arguments);
    // Behind all others, so that it counts.
    words.extend([Text::literal("-e"), Text::literal("ansible_connection=local")]);
    words.extend([Text::literal("-i"), hosts_place, inside(&here, &playbook.path.value)]);
    acts.push(program("extra_arguments", taker, here, environment, words));
    acts.shell(text!["rm -rf '", root, "'"]);
    acts.plan(Some(playbook.path.value), Some("Ansible"))
}

/// Where a path of the host lies in the machine.
pub(super) fn inside(here: &Text, path: &str) -> Text {
    match lexical(path).as_str() {
        "" => here.clone(),
        absolute if absolute.starts_with('/') => Text::literal(absolute),
        relative => text![here, "/", relative],
    }
}

fn program(attribute: &'static str, taker: &Taker<'_>, folder: Text, environment: Vec<Text>, words: Vec<Text>) -> Deed {
    let form = CommandForm::Program { folder, environment, words };
    Deed::Command(Command { attribute, span: taker.span(), form, accepts: Accepts::Codes(vec![0]) })
}

/// The environment. What Ansible keeps for itself goes with everything else.
fn environment(taker: &mut Taker<'_>, root: &Text) -> Option<Vec<Text>> {
    let own = texts(taker, "ansible_env_vars")?;
    let home = "ANSIBLE_HOME=";
    let mut all = Vec::new();
    if !own.iter().any(|text| says(text, home)) {
        all.push(text![home, root, "/home"]);
    }
    all.extend(own);
    Some(all)
}

/// The inventory: the machine, and the groups it is in.
fn hosts(taker: &mut Taker<'_>) -> Option<Text> {
    let span = taker.span();
    let alias = text_or(taker, "host_alias", || Text::literal("default"))?;
    let user = text_or(taker, "user", || field("User", span))?;
    let template = optional(taker, "inventory_file_template", |taker| taker.text("inventory_file_template"))?;
    let line = match template {
        Some(template) => super::filled(&template.value, &[("HostAlias", alias), ("User", user)]),
        None => {
            text![alias, " ansible_host=127.0.0.1 ansible_user=", user, " ansible_port=22 ansible_connection=local\n"]
        }
    };
    let mut hosts = line.clone();
    for group in texts(taker, "groups")? {
        hosts.push(&text!["[", group, "]\n", line]);
    }
    for group in texts(taker, "empty_groups")? {
        hosts.push(&text!["[", group, "]\n"]);
    }
    Some(hosts)
}

/// Roles and collections that `ansible-galaxy` fetches.
struct Galaxy {
    file: Option<Arriving>,
    command: Text,
    roles: Option<Arriving>,
    collections: Option<Arriving>,
    flags: Vec<Text>,
    span: crate::source::Span,
}

impl Galaxy {
    fn read(taker: &mut Taker<'_>, acts: &mut Acts) -> Option<Self> {
        let file = arriving(taker, "galaxy_file")?;
        if file.is_none() {
            let others = ["galaxy_command", "galaxy_force_install", "galaxy_force_with_deps"];
            acts.idle(taker, &others, "without `galaxy_file` nothing is fetched");
        }
        let mut flags = Vec::new();
        if file.is_some() && flag(taker, "galaxy_force_install")? {
            flags.push(Text::literal("-f"));
        }
        if file.is_some() && flag(taker, "galaxy_force_with_deps")? {
            flags.push(Text::literal("--force-with-deps"));
        }
        let command = match &file {
            Some(_) => text_or(taker, "galaxy_command", || Text::literal("ansible-galaxy"))?,
            None => Text::new(),
        };
        Some(Self {
            file,
            command,
            roles: arriving(taker, "roles_path")?,
            collections: arriving(taker, "collections_path")?,
            flags,
            span: taker.span(),
        })
    }

    /// What of it lies on the host, perhaps.
    fn files(&self) -> impl Iterator<Item = &Arriving> {
        [&self.file, &self.roles, &self.collections].into_iter().flatten()
    }

    fn install(&self, acts: &mut Acts, here: &Text, environment: &[Text]) {
        let Some(file) = &self.file else { return };
        let words = |kind: &[&str], place: Option<&Arriving>| {
            let mut words = vec![self.command.clone()];
            words.extend(kind.iter().map(|word| Text::literal(*word)));
            words.extend([Text::literal("install"), Text::literal("-r"), Text::literal(&file.path.value)]);
            words.extend(self.flags.iter().cloned());
            if let Some(place) = place {
                words.extend([Text::literal("-p"), Text::literal(&place.path.value)]);
            }
            words
        };
        let roles = roles_asked(file).into_iter().map(|when| (when, words(&[], self.roles.as_ref())));
        let collections = (collections_asked(file), words(&["collection"], self.collections.as_ref()));
        for (when, words) in roles.chain([collections]) {
            let form = CommandForm::Program { folder: here.clone(), environment: environment.to_vec(), words };
            let accepts = Accepts::Codes(vec![0]);
            acts.push_if(when, Deed::Command(Command { attribute: "galaxy_file", span: self.span, form, accepts }));
        }
    }
}
