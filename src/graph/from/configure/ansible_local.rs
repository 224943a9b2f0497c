//! `ansible-local`: Ansible, which has to be in the machine, on files that are uploaded.

use super::{
    Acts, Around, Taker, all_arriving, always, arriving, base, field, flag, has_line, joined, lexical, text, text_or,
    texts,
};
use crate::graph::plan::{Accepts, Arriving, Condition, Fragment, Plan};
use crate::resolve::value::Text;

/// What Packer says where a builder serves no files.
const NO_SERVER: &str = "ERR_HTTP_ADDR_NOT_IMPLEMENTED_BY_BUILDER";

pub(super) fn plan(taker: &mut Taker<'_>, around: Around<'_>) -> Option<Plan> {
    let mut acts = Acts::new(taker);
    let number = field("Number", taker.span());
    let staging = text_or(taker, "staging_directory", || text!["/tmp/packer-provisioner-ansible-local/", number])?;
    let command =
        text_or(taker, "command", || Text::literal("ANSIBLE_FORCE_COLOR=1 PYTHONUNBUFFERED=1 ansible-playbook"))?;
    let folder = arriving(taker, "playbook_dir")?;
    let playbook = arriving(taker, "playbook_file")?;
    let playbooks = all_arriving(taker, "playbook_files")?.unwrap_or_default();
    if playbook.is_some() && !playbooks.is_empty() {
        return None;
    }
    let subject = playbook.as_ref().or(playbooks.first())?.path.value.clone();
    let galaxy = Galaxy::read(taker, &mut acts, &staging)?;
    let inventory = arriving(taker, "inventory_file")?;
    let groups = if inventory.is_some() {
        acts.idle(taker, &["inventory_groups"], "`inventory_file` has them");
        Vec::new()
    } else {
        texts(taker, "inventory_groups")?
    };

    match &folder {
        Some(folder) => acts.upload(folder.clone(), staging.clone()),
        None => acts.folder(&staging),
    }
    let mut runs = Vec::new();
    if let Some(playbook) = playbook {
        let place = text![staging, "/", base(&playbook.path.value)];
        runs.push(place.clone());
        acts.file(playbook, place);
    } else {
        for playbook in playbooks {
            runs.push(one_of_many(&mut acts, playbook, folder.as_ref(), &staging));
        }
    }
    if let Some(galaxy) = &galaxy {
        acts.file(galaxy.file.clone(), galaxy.place.clone());
    }
    let hosts = match inventory {
        Some(file) => {
            let place = text![staging, "/", base(&file.path.value)];
            acts.file(file, place.clone());
            place
        }
        None => {
            let place = text![staging, "/packer-provisioner-ansible-local", number];
            let mut hosts = Text::new();
            for group in &groups {
                hosts.push(&text!["[", group, "]\n127.0.0.1\n"]);
            }
            if groups.is_empty() {
                hosts.push_str("127.0.0.1");
            }
            acts.content("inventory_groups", hosts, place.clone());
            place
        }
    };
    for (attribute, name) in [("group_vars", "group_vars"), ("host_vars", "host_vars")] {
        if let Some(folder) = arriving(taker, attribute)? {
            acts.upload(folder, text![staging, "/", name]);
        }
    }
    for role in all_arriving(taker, "role_paths")?.unwrap_or_default() {
        let place = text![staging, "/roles/", base(&role.path.value)];
        acts.upload(role, place);
    }
    let collections = all_arriving(taker, "collection_paths")?.unwrap_or_default();
    let own_collections = (!collections.is_empty()).then(|| text![staging, "/collections"]);
    for collection in collections {
        let place = text![staging, "/collections/", base(&collection.path.value)];
        acts.upload(collection, place);
    }
    let more = all_arriving(taker, "playbook_paths")?.unwrap_or_default();
    if !more.is_empty() {
        acts.folder(&text![staging, "/playbooks"]);
    }
    for folder in more {
        let place = text![staging, "/playbooks/", base(&folder.path.value)];
        acts.upload(folder, place);
    }
    if let Some(galaxy) = &galaxy {
        galaxy.install(&mut acts, &staging);
    }
    let said = text![
        " --extra-vars \"packer_build_name=",
        around.build,
        " packer_builder_type=",
        around.builder,
        " packer_http_addr=",
        NO_SERVER,
        " -o IdentitiesOnly=yes\" ",
    ];
    let arguments = joined(&texts(taker, "extra_arguments")?, " ");
    for playbook in runs {
        let mut fragments = vec![always(text!["cd ", staging, " && "])];
        fragments.extend(environment(galaxy.as_ref(), own_collections.as_ref()));
        fragments.push(always(text![command, " ", playbook, said, arguments, " -c local -i ", hosts]));
        acts.command("extra_arguments", taker.span(), fragments, Accepts::Codes(vec![0]));
    }
    if flag(taker, "clean_staging_directory")? {
        acts.shell(text!["rm -rf '", staging, "'"]);
    }
    acts.plan(Some(subject), None)
}

/// A playbook of several; gives where it lies in the machine.
fn one_of_many(acts: &mut Acts, playbook: Arriving, folder: Option<&Arriving>, staging: &Text) -> Text {
    let path = lexical(&playbook.path.value);
    let inside = folder.and_then(|folder| {
        let folder = lexical(&folder.path.value);
        if folder.is_empty() { Some(path.as_str()) } else { path.strip_prefix(&folder)?.strip_prefix('/') }
    });
    if let Some(inside) = inside {
        return text![staging, "/", inside];
    }
    // Packer puts it below its whole path, which is that of one machine.
    let path: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | "..")).collect();
    let place = text![staging, "/", path.join("/")];
    let (above, _) = path.split_at(path.len().saturating_sub(1));
    let parts: Vec<&str> = above.to_vec();
    let parent = if parts.is_empty() { staging.clone() } else { text![staging, "/", parts.join("/")] };
    acts.folder(&parent);
    acts.file(playbook, place.clone());
    place
}

/// Roles and collections that `ansible-galaxy` fetches.
struct Galaxy {
    file: Arriving,
    place: Text,
    command: Text,
    force: bool,
    roles: Text,
    collections: Text,
}

impl Galaxy {
    fn read(taker: &mut Taker<'_>, acts: &mut Acts, staging: &Text) -> Option<Option<Self>> {
        let Some(file) = arriving(taker, "galaxy_file")? else {
            let others = ["galaxy_command", "galaxy_force_install", "galaxy_roles_path", "galaxy_collections_path"];
            acts.idle(taker, &others, "without `galaxy_file` nothing is fetched");
            return Some(None);
        };
        let command = text_or(taker, "galaxy_command", || Text::literal("ansible-galaxy"))?;
        let force = flag(taker, "galaxy_force_install")?;
        let roles = text_or(taker, "galaxy_roles_path", || text![staging, "/galaxy_roles"])?;
        let collections = text_or(taker, "galaxy_collections_path", || text![staging, "/galaxy_collections"])?;
        let place = text![staging, "/", base(&file.path.value)];
        Some(Some(Self { file, place, command, force, roles, collections }))
    }

    fn install(&self, acts: &mut Acts, staging: &Text) {
        let force = if self.force { " -f" } else { "" };
        let roles = text!["cd ", staging, " && ", self.command, " install -r ", self.place, " -p ", self.roles, force];
        let collections = text![
            "cd ",
            staging,
            " && ",
            self.command,
            " collection install -r ",
            self.place,
            " -p ",
            self.collections,
            force
        ];
        for (text, when) in [(roles, roles_asked(&self.file)), (collections, vec![collections_asked(&self.file)])] {
            for when in when {
                let span = self.file.path.span;
                let form = crate::graph::plan::CommandForm::Shell(vec![always(text.clone())]);
                let accepts = Accepts::Codes(vec![0]);
                let command = crate::graph::plan::Command { attribute: "galaxy_file", span, form, accepts };
                acts.push_if(when, crate::graph::plan::Deed::Command(command));
            }
        }
    }
}

/// Roles are installed if the file has a list of them, or is one itself: either of these.
pub(super) fn roles_asked(file: &Arriving) -> Vec<Vec<Condition>> {
    let (roles, collections) = ("roles:", "collections:");
    vec![vec![has_line(file, roles, true)], vec![has_line(file, roles, false), has_line(file, collections, false)]]
}

/// Collections are installed if the file has a list of them.
pub(super) fn collections_asked(file: &Arriving) -> Vec<Condition> {
    vec![has_line(file, "collections:", true)]
}

/// Where Ansible finds what was fetched and uploaded.
fn environment(galaxy: Option<&Galaxy>, own: Option<&Text>) -> Vec<Fragment> {
    let mut fragments = Vec::new();
    let line = |paths: &[&Text]| {
        let mut text = Text::literal("ANSIBLE_COLLECTIONS_PATH=$ANSIBLE_COLLECTIONS_PATH");
        for path in paths {
            text.push(&text![":", path]);
        }
        text![text, " "]
    };
    match (galaxy, own) {
        (Some(galaxy), own) => {
            let paths: Vec<&Text> = [Some(&galaxy.collections), own].into_iter().flatten().collect();
            fragments.push(Fragment { when: collections_asked(&galaxy.file), text: line(&paths) });
            if let Some(own) = own {
                let when = vec![has_line(&galaxy.file, "collections:", false)];
                fragments.push(Fragment { when, text: line(&[own]) });
            }
            let text = text!["ANSIBLE_ROLES_PATH=$ANSIBLE_ROLES_PATH:", galaxy.roles, " "];
            fragments.push(Fragment { when: vec![has_line(&galaxy.file, "roles:", true)], text });
        }
        (None, Some(own)) => fragments.push(always(line(&[own]))),
        (None, None) => {}
    }
    fragments
}
