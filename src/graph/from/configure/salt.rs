//! `salt-masterless`: Salt, installed by its own script, on states that are uploaded.

use super::{Acts, Taker, always, arriving, flag, is_unix, optional, sudo, text, text_or};
use crate::graph::plan::{Accepts, Deed, Plan};
use crate::resolve::value::Text;

const SCRIPT: &str = "https://bootstrap.saltproject.io";

pub(super) fn plan(taker: &mut Taker<'_>) -> Option<Plan> {
    if !is_unix(taker, "guest_os_type")? {
        return None;
    }
    let mut acts = Acts::new(taker);
    let span = taker.span();
    let sudo = sudo(flag(taker, "disable_sudo")?);
    let skip = flag(taker, "skip_bootstrap")?;
    let temporary = text_or(taker, "temp_config_dir", || Text::literal("/tmp/salt"))?;
    let failures = flag(taker, "no_exit_on_failure")?;
    if let Some(argument) = taker.value("formulas") {
        let how = "formulas are fetched on the host before it begins, and no host takes part";
        acts.impossible("formulas", argument.span, how);
    }
    if skip {
        acts.idle(taker, &["bootstrap_args"], "with `skip_bootstrap` nothing is installed");
    } else {
        let bootstrap = text_or(taker, "bootstrap_args", Text::new)?;
        // Whether the script could be fetched and what it says, the plugin does not look at.
        let file = "/tmp/install_salt.sh";
        let fetch = text!["curl -L ", SCRIPT, " -o ", file, " || wget -O ", file, " ", SCRIPT];
        acts.command("skip_bootstrap", span, vec![always(fetch)], Accepts::Any);
        let run = text![sudo, "sh ", file, " ", bootstrap];
        acts.command("bootstrap_args", span, vec![always(run)], Accepts::Any);
    }
    let made = |acts: &mut Acts, path: &Text| acts.shell(text![sudo, "mkdir -p '", path, "'"]);
    let moved = |acts: &mut Acts, from: &Text, to: &Text| acts.shell(text![sudo, "mv '", from, "' '", to, "'"]);
    made(&mut acts, &temporary);
    let config = Text::literal("/etc/salt");
    let minion = arriving(taker, "minion_config")?;
    let has_minion = minion.is_some();
    for (file, name) in [(minion, "minion"), (arriving(taker, "grains_file")?, "grains")] {
        let Some(file) = file else { continue };
        // It arrives where the user begins, who may not write to the other folders.
        acts.file(file, Text::literal(name));
        let place = text![temporary, "/", name];
        moved(&mut acts, &Text::literal(name), &place);
        made(&mut acts, &config);
        moved(&mut acts, &place, &text![config, "/", name]);
    }
    let remote_states = text_or(taker, "remote_state_tree", || Text::literal("/srv/salt"))?;
    let remote_pillar = text_or(taker, "remote_pillar_roots", || Text::literal("/srv/pillar"))?;
    let states = arriving(taker, "local_state_tree")??;
    let subject = states.path.value.clone();
    let pillar = arriving(taker, "local_pillar_roots")?;
    let trees = [(Some(states), "states", &remote_states), (pillar, "pillar", &remote_pillar)];
    for (source, name, remote) in trees {
        let Some(source) = source else { continue };
        acts.push(Deed::FolderAs { source, destination: Text::literal(name) });
        let place = text![temporary, "/", name];
        moved(&mut acts, &Text::literal(name), &place);
        // Only what is not there is removed: what is there gets the tree below it.
        acts.shell(text![sudo, "stat '", remote, "' > /dev/null 2>&1 || ", sudo, "rm -rf '", remote, "'"]);
        moved(&mut acts, &place, remote);
    }
    let state = optional(taker, "custom_state", |taker| taker.text("custom_state"))?;
    let state = state.map_or_else(|| Text::literal("state.highstate"), |state| text!["state.sls ", state.value]);
    let bin = text_or(taker, "salt_bin_dir", Text::new)?;
    let bin = if bin.is_empty() { Text::new() } else { text![bin, "/"] };
    let roots =
        if has_minion { Text::new() } else { text![" --file-root=", remote_states, " --pillar-root=", remote_pillar] };
    let passed = if failures { "" } else { " --retcode-passthrough" };
    let level = text_or(taker, "log_level", || Text::literal("info"))?;
    let arguments = text_or(taker, "salt_call_args", Text::new)?;
    let arguments = if arguments.is_empty() { Text::new() } else { text![" ", arguments] };
    let call = text![sudo, bin, "salt-call --local ", state, roots, passed, " -l ", level, arguments];
    let accepts = if failures { Accepts::Any } else { Accepts::Codes(vec![0]) };
    acts.command("salt_call_args", span, vec![always(call)], accepts);
    acts.plan(Some(subject), None)
}
