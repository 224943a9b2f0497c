//! The `docker` builder.

use super::taker::{self, Taker};
use crate::graph::{BaseImage, Image, Keep, Machine, Node, NodeKind, Start};
use crate::resolve::value::{Origin, Type, Value};
use crate::source::Spanned;

/// Base, machine and image.
pub(super) fn builder(mut taker: Taker<'_>, image: Image) -> (Node, Node, Node) {
    let component = taker.component;
    let base = base(&mut taker);
    let base = taker::node(component, NodeKind::BaseImage(base), taker.so_far());
    let image = result(&mut taker, image);
    let image = taker::node(component, NodeKind::Image(image), taker.so_far());
    let machine = machine(&mut taker);
    let machine = taker.finish(NodeKind::Machine(machine));
    (base, machine, image)
}

fn base(taker: &mut Taker<'_>) -> BaseImage {
    let platform = taker.text("platform");
    // With a `build` block the plugin asks for the base's newest copy in the block only: then `pull` is a fact.
    let (start, pull) = if let Some(path) = taker.text("build.path") {
        taker.note_text("build.path", &path.value, path.span);
        let context = taker.text("build.build_dir");
        if let Some(context) = &context {
            taker.note_text("build.build_dir", &context.value, context.span);
        }
        let arguments = taker.map("build.arguments");
        let arguments = arguments.map_or_else(Vec::new, |arguments| {
            arguments.value.into_iter().map(|(name, value)| (name, value, arguments.span)).collect()
        });
        (Start::Dockerfile { path, context, arguments, pull: taker.bool("build.pull") }, None)
    } else {
        let pull = taker.bool("pull");
        let image = taker.text("image").unwrap_or_else(|| {
            // `check` has said that one of both is needed.
            let unknown = Value::unknown(Type::String, Origin::Error, taker.span());
            Spanned::new(unknown.as_text().cloned().unwrap_or_default(), taker.span())
        });
        (Start::Container(image), pull)
    };
    taker.leave(|name| matches!(name, "build" | "pull" | "image" | "platform") || name.starts_with("build."));
    BaseImage { start, platform, pull }
}

fn result(taker: &mut Taker<'_>, image: Image) -> Image {
    let undecided = ["commit", "discard"]
        .iter()
        .any(|name| taker.value(name).is_some_and(|argument| argument.value.as_bool().is_none()));
    let commit = taker.is_true("commit");
    let discard = taker.is_true("discard");
    let keep = if undecided {
        Keep::Platform
    } else if commit {
        Keep::Image
    } else if let Some(path) = taker.text("export_path") {
        taker.note_text("export_path", &path.value, path.span);
        Keep::Archive(path)
    } else if discard {
        Keep::Nothing
    } else {
        Keep::Platform
    };
    let settings = taker.texts("changes");
    let settings = settings.map_or_else(Vec::new, |changes| {
        changes.value.into_iter().map(|change| Spanned::new(change, changes.span)).collect()
    });
    let (author, message) = (taker.text("author"), taker.text("message"));
    taker.leave(|name| matches!(name, "commit" | "discard" | "export_path" | "changes" | "author" | "message"));
    Image { keep, settings, author, message, ..image }
}

fn machine(taker: &mut Taker<'_>) -> Machine {
    Machine {
        platform: taker.component.ty.value.clone(),
        user: taker.text("exec_user"),
        windows: taker.is_true("windows_container"),
        // The plugin's documented default is true, but decoding HCL2 sets what is not written to false.
        fix_upload_owner: taker.is_true("fix_upload_owner"),
    }
}
