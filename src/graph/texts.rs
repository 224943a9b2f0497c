//! Visits every text of a node, for what concerns all of them: holes, parameters, secrets.

use super::command::{DirectInvocation, Invocation, RunAs};
use super::{
    ArtifactFile, BaseImage, Configure, Distribution, EnvironmentValue, Foreign, HostCommand, Image, Keep, Machine,
    Node, NodeKind, Parameter, Restart, Run, Script, Start, StepOptions, Test, Upload, UploadSource,
};
use crate::resolve::value::{Text, Value, ValueKind};

/// Visits every text of a node, those in its facts included.
pub(super) fn visit(node: &mut Node, see: &mut dyn FnMut(&mut Text)) {
    let Node { kind, construct: _, written: _, facts, origin: _ } = node;
    for fact in facts {
        value(&mut fact.value, see);
    }
    match kind {
        NodeKind::Parameter(it) => {
            // Nothing of it is a text with holes.
            let Parameter {
                id: _,
                name: _,
                default: _,
                sensitive: _,
                description: _,
                open: _,
                wanted: _,
                because: _,
                validated: _,
            } = it;
        }
        NodeKind::BaseImage(it) => base(it, see),
        NodeKind::Machine(it) => {
            let Machine { platform: _, user, windows: _, fix_upload_owner: _ } = it;
            if let Some(user) = user {
                see(&mut user.value);
            }
        }
        NodeKind::Upload(it) => upload(it, see),
        NodeKind::Run(it) => run(it, see),
        NodeKind::Configure(Configure { options, tool: _, plan }) | NodeKind::Test(Test { options, tool: _, plan }) => {
            step_options(options);
            if let Some(plan) = plan {
                plan.visit(see);
            }
        }
        NodeKind::Restart(Restart { options })
        | NodeKind::Foreign(Foreign { component: _, role: _, options, plugin: _ }) => step_options(options),
        NodeKind::HostCommand(it) => host_command(it, see),
        NodeKind::Wait(_) => {}
        NodeKind::Image(it) => image(it, see),
        NodeKind::Distribution(it) => distribution(it, see),
        NodeKind::ArtifactFile(it) => artifact_file(it, see),
    }
}

fn step_options(options: &StepOptions) {
    // Nothing of it is a text with holes.
    let StepOptions { name: _, pause_before: _, timeout: _, retries: _, continue_on_error: _ } = options;
}

fn base(it: &mut BaseImage, see: &mut dyn FnMut(&mut Text)) {
    let BaseImage { start, platform, pull: _ } = it;
    match start {
        Start::Container(image) => see(&mut image.value),
        Start::Dockerfile { path, context, arguments, pull: _ } => {
            see(&mut path.value);
            if let Some(context) = context {
                see(&mut context.value);
            }
            for (_, value, _) in arguments {
                see(value);
            }
        }
        Start::Platform(_) | Start::Nothing(_) => {}
    }
    if let Some(platform) = platform {
        see(&mut platform.value);
    }
}

fn upload(it: &mut Upload, see: &mut dyn FnMut(&mut Text)) {
    let Upload { options, direction: _, sources, destination, generated: _ } = it;
    step_options(options);
    for source in sources {
        match source {
            UploadSource::Path(text) | UploadSource::Content(text) => see(&mut text.value),
        }
    }
    see(&mut destination.value);
}

fn run(it: &mut Run, see: &mut dyn FnMut(&mut Text)) {
    let Run {
        options,
        scripts,
        environment,
        invocation,
        command,
        remote_folder,
        remote_file,
        remote_path,
        keep_script: _,
        environment_file: _,
        environment_format,
        exit_codes: _,
        expect_disconnect: _,
        pause_after: _,
        verbatim: _,
        shell: _,
    } = it;
    step_options(options);
    scripts.iter_mut().for_each(|it| script(it, see));
    environment_values(environment, see);
    match invocation {
        Invocation::Verbatim(text) => see(text),
        Invocation::Direct(direct) => {
            let DirectInvocation { environment: _, interpreter, arguments, user, profiles } = direct;
            for text in interpreter.iter_mut().chain(arguments).chain(profiles) {
                see(text);
            }
            if let Some(RunAs { user, keeps_environment: _, login: _ }) = user {
                see(user);
            }
        }
    }
    see(&mut command.value);
    see(remote_folder);
    for text in [remote_file, remote_path, environment_format].into_iter().flatten() {
        see(&mut text.value);
    }
}

fn script(it: &mut Script, see: &mut dyn FnMut(&mut Text)) {
    match it {
        Script::Inline { shebang, lines, span: _ } => shebang.iter_mut().chain(lines).for_each(see),
        Script::File(path) => see(&mut path.value),
    }
}

fn environment_values(all: &mut [EnvironmentValue], see: &mut dyn FnMut(&mut Text)) {
    for EnvironmentValue { name, value, span: _ } in all {
        see(name);
        see(value);
    }
}

fn host_command(it: &mut HostCommand, see: &mut dyn FnMut(&mut Text)) {
    let HostCommand { options, scripts, environment, command, only_on: _, exit_codes: _ } = it;
    step_options(options);
    scripts.iter_mut().for_each(|it| script(it, see));
    environment_values(environment, see);
    command.iter_mut().for_each(see);
}

fn image(it: &mut Image, see: &mut dyn FnMut(&mut Text)) {
    let Image { name: _, build: _, platform: _, source: _, keep, settings, author, message } = it;
    match keep {
        Keep::Archive(path) => see(&mut path.value),
        Keep::Image | Keep::Nothing | Keep::Platform => {}
    }
    settings.iter_mut().chain(author).chain(message).for_each(|text| see(&mut text.value));
}

fn distribution(it: &mut Distribution, see: &mut dyn FnMut(&mut Text)) {
    match it {
        Distribution::Tag { repository, tags } => {
            [repository].into_iter().chain(tags).for_each(|text| see(&mut text.value));
        }
        Distribution::Push => {}
        Distribution::Import { repository, tag, settings, platform } => {
            let all = [repository].into_iter().chain(tag).chain(settings).chain(platform);
            all.for_each(|text| see(&mut text.value));
        }
    }
}

fn artifact_file(it: &mut ArtifactFile, see: &mut dyn FnMut(&mut Text)) {
    match it {
        ArtifactFile::Manifest { path, custom, strip_path: _, strip_time: _ } => {
            path.iter_mut().for_each(|text| see(&mut text.value));
            custom.iter_mut().for_each(|(_, value)| see(value));
        }
        ArtifactFile::Save(path) => see(&mut path.value),
        ArtifactFile::Checksum { types, output } => {
            types.iter_mut().chain(output).for_each(|text| see(&mut text.value))
        }
        ArtifactFile::Compress(output) => output.iter_mut().for_each(|text| see(&mut text.value)),
        ArtifactFile::Replace(files) => files.iter_mut().for_each(|text| see(&mut text.value)),
    }
}

/// Visits every text of a value.
fn value(it: &mut Value, see: &mut dyn FnMut(&mut Text)) {
    match &mut it.kind {
        ValueKind::String(text) => see(text),
        ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => {
            items.iter_mut().for_each(|item| value(item, see));
        }
        ValueKind::Map(_, entries) | ValueKind::Object(entries) => {
            entries.values_mut().for_each(|item| value(item, see));
        }
        ValueKind::Null(_) | ValueKind::Bool(_) | ValueKind::Number(_) | ValueKind::Unknown(_) => {}
    }
}
