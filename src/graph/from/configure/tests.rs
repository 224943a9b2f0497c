use crate::graph::fixture::{Fixture, facts, joined, map, shown, steps, strings};
use crate::graph::plan::{Accepts, Arriving, Command, CommandForm, Condition, Deed, Plan, Question};
use crate::graph::{Node, NodeKind};
use crate::resolve::value::{Origin, Type, Unknown, Value, ValueKind};
use crate::schema::{AttributeType, Kind, Lookup, Schemas};

const TOOLS: [&str; 9] = [
    "ansible",
    "ansible-local",
    "chef-client",
    "chef-solo",
    "goss",
    "inspec",
    "puppet-masterless",
    "puppet-server",
    "salt-masterless",
];

fn plan(node: &Node) -> Option<&Plan> {
    if let NodeKind::Configure(it) = &node.kind {
        return it.plan.as_ref();
    }
    let NodeKind::Test(it) = &node.kind else { panic!("{node:?}") };
    it.plan.as_ref()
}

/// The acts of a plan, a line each.
fn acts(tool: &str, arguments: &[(&str, Value)]) -> Vec<String> {
    let mut fixture = Fixture::new();
    fixture.provisioner(tool, arguments);
    let graph = fixture.graph();
    let plan = plan(steps(&graph)[0]).expect("a plan");
    plan.acts.iter().map(|act| format!("{}{}", conditions(&act.when), deed(&act.deed))).collect()
}

fn conditions(all: &[Condition]) -> String {
    let one = |Condition { question, holds }: &Condition| {
        let not = if *holds { "" } else { "!" };
        match question {
            Question::IsFolder(path) => format!("{not}folder({})? ", path.path.value),
            Question::HasLine(path, begins) => format!("{not}{begins}({})? ", path.path.value),
        }
    };
    all.iter().map(one).collect()
}

fn deed(deed: &Deed) -> String {
    let from = |source: &Arriving| source.path.value.clone();
    match deed {
        Deed::Folder { source, destination } => format!("{}/* -> {}", from(source), shown(destination)),
        Deed::FolderAs { source, destination } => format!("{}/ -> {}", from(source), shown(destination)),
        Deed::File { source, destination, secret } => {
            format!("{}{} -> {}", if *secret { "secret " } else { "" }, from(source), shown(destination))
        }
        Deed::Content { attribute: _, text, destination } => format!("{:?} -> {}", shown(text), shown(destination)),
        Deed::Template { source, fields, destination } => {
            format!("render {} with {} -> {}", from(source), fields.len(), shown(destination))
        }
        Deed::Mirror(mirror) => {
            let around = mirror.around.as_ref().map(from).unwrap_or_default();
            let also: Vec<String> = mirror.also.iter().map(from).collect();
            format!("mirror around {around} also {} -> {}", also.join(" "), shown(&mirror.root))
        }
        Deed::Command(Command { attribute: _, span: _, form, accepts }) => {
            let accepts = match accepts {
                Accepts::Any => " || true".to_owned(),
                Accepts::Codes(codes) if codes.as_slice() == [0] => String::new(),
                Accepts::Codes(codes) => format!(" {codes:?}"),
            };
            match form {
                CommandForm::Shell(fragments) => {
                    let fragments = fragments.iter().map(|part| conditions(&part.when) + &shown(&part.text));
                    format!("$ {}{accepts}", fragments.collect::<String>())
                }
                CommandForm::Program { folder, environment, words } => {
                    let all: Vec<String> =
                        environment.iter().chain(words).map(|text| format!("[{}]", shown(text))).collect();
                    format!("{}$ {}{accepts}", shown(folder), all.join(" "))
                }
            }
        }
    }
}

#[test]
fn ansible_local_stages_and_runs_there() {
    let acts = acts(
        "ansible-local",
        &[
            ("playbook_file", Value::string("play/site.yml")),
            ("galaxy_file", Value::string("req.yml")),
            ("collection_paths", strings(&["c/mine"])),
            ("staging_directory", Value::string("/s")),
            ("extra_arguments", strings(&["-v", "--check"])),
            ("clean_staging_directory", Value::bool(true)),
        ],
    );
    let begin = "ANSIBLE_COLLECTIONS_PATH=$ANSIBLE_COLLECTIONS_PATH:";
    let run = "ANSIBLE_FORCE_COLOR=1 PYTHONUNBUFFERED=1 ansible-playbook /s/site.yml --extra-vars \"packer_build_name=app \
               packer_builder_type=docker packer_http_addr=ERR_HTTP_ADDR_NOT_IMPLEMENTED_BY_BUILDER -o IdentitiesOnly=yes\" \
               -v --check -c local -i /s/packer-provisioner-ansible-local{{.Number}}";
    assert_eq!(
        acts,
        [
            "$ mkdir -p '/s'".to_owned(),
            "play/site.yml -> /s/site.yml".to_owned(),
            "req.yml -> /s/req.yml".to_owned(),
            "\"127.0.0.1\" -> /s/packer-provisioner-ansible-local{{.Number}}".to_owned(),
            "$ mkdir -p '/s/collections/mine'".to_owned(),
            "c/mine/* -> /s/collections/mine".to_owned(),
            "roles:(req.yml)? $ cd /s && ansible-galaxy install -r /s/req.yml -p /s/galaxy_roles".to_owned(),
            "!roles:(req.yml)? !collections:(req.yml)? $ cd /s && ansible-galaxy install -r /s/req.yml -p /s/galaxy_roles"
                .to_owned(),
            "collections:(req.yml)? $ cd /s && ansible-galaxy collection install -r /s/req.yml -p /s/galaxy_collections"
                .to_owned(),
            format!(
                "$ cd /s && collections:(req.yml)? {begin}/s/galaxy_collections:/s/collections \
                 !collections:(req.yml)? {begin}/s/collections \
                 roles:(req.yml)? ANSIBLE_ROLES_PATH=$ANSIBLE_ROLES_PATH:/s/galaxy_roles {run}"
            ),
            "$ rm -rf '/s'".to_owned(),
        ]
    );
}

#[test]
fn playbooks_keep_their_places() {
    let several = |folder: Option<&str>, playbooks: &[&str]| -> Vec<String> {
        let mut arguments = vec![("playbook_files", strings(playbooks)), ("staging_directory", Value::string("/s"))];
        arguments.extend(folder.map(|folder| ("playbook_dir", Value::string(folder))));
        let runs = acts("ansible-local", &arguments);
        let run = |line: String| {
            let (_, behind) = line.split_once("ansible-playbook ")?;
            Some(behind.split(' ').next().unwrap_or_default().to_owned())
        };
        runs.into_iter().filter_map(run).collect()
    };
    assert_eq!(several(None, &["a.yml", "./x/../b/c.yml"]), ["/s/a.yml", "/s/b/c.yml"]);
    assert_eq!(several(Some("play/"), &["play/a.yml", "player/b.yml"]), ["/s/a.yml", "/s/player/b.yml"]);
    assert_eq!(several(Some("."), &["play/a.yml"]), ["/s/play/a.yml"]);
    assert_eq!(several(None, &["../up/a.yml"]), ["/s/up/a.yml"]);
}

#[test]
fn ansible_runs_where_its_files_lie() {
    let acts = acts(
        "ansible",
        &[
            ("playbook_file", Value::string("./play/site.yml")),
            ("inventory_directory", Value::string("hosts")),
            ("groups", strings(&["web"])),
            ("galaxy_file", Value::string("req.yml")),
            ("galaxy_force_with_deps", Value::bool(true)),
            ("roles_path", Value::string("roles")),
            ("ansible_env_vars", strings(&["ANSIBLE_HOME=/h"])),
            ("extra_arguments", strings(&["-e", "a=b c"])),
            ("use_proxy", Value::bool(false)),
        ],
    );
    let galaxy = "[ANSIBLE_HOME=/h] [ansible-galaxy]";
    let line = "default ansible_host=127.0.0.1 ansible_user={{.User}} ansible_port=22 ansible_connection=local\\n";
    let hosts = "{{.Here}}/hosts/packer-provisioner-ansible{{.Number}}";
    assert_eq!(
        acts,
        [
            "mirror around ./play/site.yml also ansible.cfg hosts req.yml roles -> /tmp/packer-provisioner-ansible-{{.Number}}"
                .to_owned(),
            format!("\"{line}[web]\\n{line}\" -> {hosts}"),
            format!(
                "roles:(req.yml)? {{{{.Here}}}}$ {galaxy} [install] [-r] [req.yml] [--force-with-deps] [-p] [roles]"
            ),
            format!(
                "!roles:(req.yml)? !collections:(req.yml)? {{{{.Here}}}}$ {galaxy} [install] [-r] [req.yml] \
                 [--force-with-deps] [-p] [roles]"
            ),
            format!(
                "collections:(req.yml)? {{{{.Here}}}}$ {galaxy} [collection] [install] [-r] [req.yml] [--force-with-deps]"
            ),
            format!(
                "{{{{.Here}}}}$ [ANSIBLE_HOME=/h] [ansible-playbook] [-e] [packer_build_name=\"app\"] [-e] \
                 [packer_builder_type=docker] [-e] [a=b c] [-e] [ansible_connection=local] [-i] [{hosts}] \
                 [{{{{.Here}}}}/play/site.yml]"
            ),
            "$ rm -rf '/tmp/packer-provisioner-ansible-{{.Number}}'".to_owned(),
        ]
    );
}

#[test]
fn chef_installs_itself_and_is_told_its_files() {
    let acts = acts(
        "chef-solo",
        &[
            ("roles_path", Value::string("r")),
            ("encrypted_data_bag_secret_path", Value::string("secret")),
            ("environments_path", Value::string("e")),
            ("chef_environment", Value::string("prod")),
            ("prevent_sudo", Value::bool(true)),
            ("version", Value::string("17")),
            ("run_list", strings(&["recipe[a]"])),
            ("execute_command", Value::string("run-chef")),
            ("staging_directory", Value::string("/s")),
        ],
    );
    assert_eq!(
        acts,
        [
            "$ curl -L https://omnitruck.chef.io/install.sh | bash -s -- -v 17",
            "$ mkdir -p '/s'",
            "$ chmod 0777 '/s'",
            "$ mkdir -p '/s/roles'",
            "$ chmod 0777 '/s/roles'",
            "r/* -> /s/roles",
            "secret secret -> /s/encrypted_data_bag_secret",
            "$ mkdir -p '/s/environments'",
            "$ chmod 0777 '/s/environments'",
            "e/* -> /s/environments",
            "\"\\nchef_license \\t\\t\\\"accept-silent\\\"\\ncookbook_path \\t[]\\n\\nrole_path\\t\\t\\\"/s/roles\\\"\\n\\n\\n\
             encrypted_data_bag_secret \\\"/s/encrypted_data_bag_secret\\\"\\n\\nenvironment_path \\\"/s/environments\\\"\\n\
             environment \\\"prod\\\"\\n\\n\" -> /s/solo.rb",
            "\"{\\n  \\\"run_list\\\": [\\n    \\\"recipe[a]\\\"\\n  ]\\n}\" -> /s/node.json",
            "$ run-chef",
        ]
    );
}

#[test]
fn a_chef_client_leaves_the_server_as_it_was() {
    let acts = acts(
        "chef-client",
        &[
            ("server_url", Value::string("https://chef")),
            ("node_name", Value::string("n")),
            ("validation_key_path", Value::string("v.pem")),
            ("skip_install", Value::bool(true)),
            ("skip_clean_client", Value::bool(true)),
        ],
    );
    let staging = "/tmp/packer-chef-client";
    assert_eq!(acts[2], format!("secret v.pem -> {staging}/validation.pem"));
    assert_eq!(acts[5], format!("$ sudo chef-client --no-color -c {staging}/client.rb -j {staging}/first-boot.json"));
    assert_eq!(acts[7], format!("$ sudo knife node delete n -y -c {staging}/knife.rb"));
    assert_eq!(acts[8], format!("$ sudo rm -rf '{staging}' || true"));
    assert_eq!(acts.len(), 9);
}

#[test]
fn puppet_takes_a_manifest_of_either_kind() {
    let acts = acts(
        "puppet-masterless",
        &[
            ("manifest_file", Value::string("m/site.pp")),
            ("facter", map(&[("b", Value::string("2")), ("a", Value::string("1"))])),
            ("puppet_bin_dir", Value::string("/opt/bin")),
            ("ignore_exit_codes", Value::bool(true)),
            ("prevent_sudo", Value::bool(true)),
            ("staging_directory", Value::string("/s")),
        ],
    );
    let run = "cd /s && FACTER_a='1' FACTER_b='2' FACTER_packer_build_name='app' FACTER_packer_builder_type='docker' \
               /opt/bin/puppet apply --detailed-exitcodes /s/manifests";
    assert_eq!(
        acts[4..],
        [
            "folder(m/site.pp)? m/site.pp/* -> /s/manifests".to_owned(),
            "!folder(m/site.pp)? m/site.pp -> /s/manifests/site.pp".to_owned(),
            format!("$ folder(m/site.pp)? {run}!folder(m/site.pp)? {run}/site.pp || true"),
        ]
    );
}

#[test]
fn salt_moves_its_trees() {
    let acts = acts(
        "salt-masterless",
        &[
            ("local_state_tree", Value::string("states")),
            ("skip_bootstrap", Value::bool(true)),
            ("disable_sudo", Value::bool(true)),
            ("custom_state", Value::string("web")),
            ("no_exit_on_failure", Value::bool(true)),
        ],
    );
    assert_eq!(
        acts,
        [
            "$ mkdir -p '/tmp/salt'",
            "states/ -> states",
            "$ mv 'states' '/tmp/salt/states'",
            "$ stat '/srv/salt' > /dev/null 2>&1 || rm -rf '/srv/salt'",
            "$ mv '/tmp/salt/states' '/srv/salt'",
            "$ salt-call --local state.sls web --file-root=/srv/salt --pillar-root=/srv/pillar -l info || true",
        ]
    );
}

#[test]
fn goss_comes_from_where_it_is_told() {
    let paths = |arguments: &[(&str, Value)]| {
        let mut all = vec![("tests", strings(&["t.yaml"]))];
        all.extend(arguments.iter().cloned());
        let acts = acts("goss", &all);
        acts.into_iter().find(|act| act.starts_with("$ curl")).unwrap_or_default()
    };
    let curl = |path: &str, url: &str| format!("$ curl -sL -o {path} {url} || wget -q -O {path} {url} || true");
    let release = "https://github.com/goss-org/goss/releases/download";
    let url = format!("{release}/v0.4.2/goss-linux-amd64");
    assert_eq!(paths(&[]), curl("/tmp/goss-0.4.2-linux-amd64", &url));
    let alpha = map(&[("GOSS_USE_ALPHA", Value::string("1"))]);
    let url = format!("{release}/v0.3.9/goss-alpha-linux-arm64");
    assert_eq!(
        paths(&[("version", Value::string("0.3.9")), ("arch", Value::string("arm64")), ("vars_env", alpha)]),
        curl("/tmp/goss-0.3.9-linux-arm64", &url)
    );
    let own = "https://mirror/v1.2.3/goss-linux-386";
    assert_eq!(paths(&[("url", Value::string(own))]), curl("/tmp/goss-1.2.3-linux-386", own));
    let user = [("username", Value::string("u")), ("password", Value::string("p")), ("skip_ssl", Value::bool(true))];
    assert!(paths(&user).starts_with("$ curl -sL -k -u u:p -o "), "{}", paths(&user));
}

#[test]
fn inspec_is_told_the_build() {
    let acts = acts(
        "inspec",
        &[
            ("profile", Value::string("profile")),
            ("valid_exit_codes", Value::of(ValueKind::List(Type::Number, vec![Value::number(100_i64)]))),
        ],
    );
    let told = "/tmp/packer-provisioner-inspec-{{.Number}}/packer-provisioner-inspec.{{.Number}}.yml";
    assert_eq!(
        acts[1..],
        [
            format!("\"packer_build_name: app\\npacker_builder_type: docker\\n\" -> {told}"),
            format!("{{{{.Here}}}}$ [inspec] [exec] [profile] [--backend] [local] [--input-file] [{told}] [0, 100]"),
            "$ rm -rf '/tmp/packer-provisioner-inspec-{{.Number}}'".to_owned(),
        ]
    );
}

#[test]
fn every_attribute_is_answered() {
    let schemas = Schemas::embedded();
    for tool in TOOLS {
        let Lookup::Described(component) = schemas.component(Kind::Provisioner, tool) else {
            panic!("{tool} has no schema")
        };
        let mut arguments = Vec::new();
        for (name, attribute) in &component.body.attributes {
            let value = match (name.as_str(), &attribute.ty) {
                ("playbook_files", _) if tool == "ansible-local" => continue,
                // For Windows; an old name.
                ("elevated_user" | "elevated_password" | "galaxycommand", _) => continue,
                ("guest_os_type" | "target_os", _) => Value::string("unix"),
                ("version", _) => Value::string("0.4.2"),
                ("json_string", _) => Value::string("{}"),
                (_, AttributeType::Bool) => Value::bool(true),
                (_, AttributeType::Number) => Value::number(1_i64),
                (_, AttributeType::String) => Value::string("x/y-1-z"),
                ("valid_exit_codes", _) => Value::of(ValueKind::List(Type::Number, vec![Value::number(1_i64)])),
                (_, AttributeType::List(_) | AttributeType::Set(_)) => strings(&["x/y-1-z"]),
                (_, AttributeType::Map(_)) => map(&[("x", Value::string("1"))]),
                (_, AttributeType::Any | AttributeType::Object(_)) => Value::string("x/y-1-z"),
            };
            arguments.push((name.as_str(), value));
        }
        let mut fixture = Fixture::new();
        fixture.provisioner(tool, &arguments);
        let graph = fixture.graph();
        let node = steps(&graph)[0];
        let plan = plan(node).unwrap_or_else(|| panic!("{tool} has no plan"));
        let said = |name: &str| plan.remarks.iter().chain(&plan.impossible).any(|it| it.attribute == name);
        let left: Vec<&str> = facts(node).into_iter().filter(|name| !said(name)).collect();
        assert!(left.is_empty(), "{tool} leaves {left:?}");
    }
}

#[test]
fn what_decides_has_to_be_known() {
    let unknown = Value::of(ValueKind::Unknown(Unknown {
        ty: Type::String,
        origin: Origin::Variable("x".to_owned()),
        call: None,
    }));
    let cases = [
        ("ansible-local", "playbook_file", unknown.clone()),
        ("ansible", "playbook_file", unknown.clone()),
        ("chef-solo", "json_string", unknown.clone()),
        ("puppet-masterless", "manifest_file", unknown.clone()),
        ("salt-masterless", "local_state_tree", unknown.clone()),
        ("goss", "tests", unknown),
        // Commands for a shell of Windows are not made.
        ("chef-solo", "guest_os_type", Value::string("Windows")),
        ("goss", "target_os", Value::string("Windows")),
    ];
    for (tool, name, value) in cases {
        let mut fixture = Fixture::new();
        fixture.provisioner(tool, &[(name, value)]);
        let graph = fixture.graph();
        assert!(plan(steps(&graph)[0]).is_none(), "{tool}");
        assert_eq!(facts(steps(&graph)[0]), [name], "{tool}");
    }
}

#[test]
fn parameters_stay_open_in_what_runs() {
    let mut fixture = Fixture::new();
    let (open, secret) = (fixture.variable("open", Some("o"), false), fixture.variable("secret", None, true));
    let argument = joined(&[&Value::string("a="), &open]);
    fixture.provisioner(
        "ansible",
        &[
            ("playbook_file", Value::string("p.yml")),
            ("extra_arguments", crate::graph::fixture::list([argument, secret])),
        ],
    );
    let graph = fixture.graph();
    let plan = plan(steps(&graph)[0]).expect("a plan");
    let run = plan.acts.iter().map(|act| deed(&act.deed)).find(|act| act.contains("[ansible-playbook]"));
    assert!(run.as_deref().is_some_and(|run| run.contains("[a=<0>] [<1>]")), "{run:?}");
}

#[test]
fn the_password_of_a_vault_stays_on_the_host() {
    for argument in ["--vault-password-file=~/.vault", "--vault-id", "--vault-pass-file"] {
        let mut fixture = Fixture::new();
        let arguments = [("playbook_file", Value::string("p.yml")), ("extra_arguments", strings(&[argument]))];
        fixture.provisioner("ansible", &arguments);
        let graph = fixture.graph();
        let plan = plan(steps(&graph)[0]).expect("a plan");
        assert_eq!(plan.impossible.len(), 1, "{argument}");
    }
}
