//! What configuration management and tests want done in the machine, in words of no tool.
//!
//! A plan is a list of acts: files arrive, commands run. Some depend on what the host's files are, which only whoever
//! lowers can look at. Texts may have these fields besides the holes that all texts have: `Number` (tells the plans of an
//! image apart), `User` (the machine's user), `Host` and `Port` (the machine as seen from itself), and `Here` (the folder
//! of the machine that stands for the one that relative paths of the template start from, see [`Mirror`]).

use crate::resolve::value::Text;
use crate::source::{Span, Spanned};

/// What a tool wants done.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What it is called after: a playbook, a cookbook, a file of tests; a path or a name.
    pub subject: Option<String>,
    /// The program that the template's own tool runs on the host, from where it reaches the machine. Here it runs in the
    /// machine, and has to be there.
    pub from_host: Option<&'static str>,
    /// In the order in which they happen; never empty.
    pub acts: Vec<Act>,
    /// What of the template has nothing to do, or not quite what it says, where this is done. The values of such attributes
    /// are facts of the node.
    pub remarks: Vec<Remark>,
    /// What of the template cannot be done by anybody but the template's own tool; without an attribute, nothing of it
    /// can. The values of such attributes are facts of the node.
    pub impossible: Vec<Remark>,
}

/// What is to be said of an attribute.
#[derive(Clone, Debug)]
pub struct Remark {
    /// Its dotted name; empty for the whole component.
    pub attribute: &'static str,
    /// Where it stands.
    pub span: Span,
    /// What becomes of it.
    pub how: &'static str,
    /// The template's own tool does just this with it.
    pub exact: bool,
}

/// Something that is done, if its conditions hold.
#[derive(Clone, Debug)]
pub struct Act {
    /// All of them have to hold.
    pub when: Vec<Condition>,
    /// What is done.
    pub deed: Deed,
}

/// A question about the host's files, and the answer that is wanted.
#[derive(Clone, Debug)]
pub struct Condition {
    /// What is asked.
    pub question: Question,
    /// What has to be true of it.
    pub holds: bool,
}

/// A question about the host's files.
#[derive(Clone, Debug)]
pub enum Question {
    /// Is the path a folder?
    IsFolder(Arriving),
    /// Does a line of the file begin with this?
    HasLine(Arriving, &'static str),
}

/// Something of the host: its path, relative to the folder that relative paths start from or absolute.
#[derive(Clone, Debug)]
pub struct Arriving {
    /// The attribute that names it.
    pub attribute: &'static str,
    /// Its path as written.
    pub path: Spanned<String>,
}

/// What is done.
#[derive(Clone, Debug)]
pub enum Deed {
    /// What is in a folder of the host arrives in a folder that is there.
    Folder {
        /// The folder.
        source: Arriving,
        /// Where to.
        destination: Text,
    },
    /// A folder of the host arrives as this path, or, where that is a folder already, below it.
    FolderAs {
        /// The folder.
        source: Arriving,
        /// Where to.
        destination: Text,
    },
    /// A file of the host arrives, with the mode that new files have and not its own.
    File {
        /// The file.
        source: Arriving,
        /// Its new path.
        destination: Text,
        /// It is a secret, such as a key: nothing that is emitted may hold it.
        secret: bool,
    },
    /// A text becomes a file.
    Content {
        /// The attribute that has most of it; empty for the whole component.
        attribute: &'static str,
        /// The text.
        text: Text,
        /// The path of the file.
        destination: Text,
    },
    /// A file of the host is rendered, and becomes a file.
    Template {
        /// The file, a text of the template engine.
        source: Arriving,
        /// What its fields are.
        fields: Vec<(&'static str, Text)>,
        /// The path of the file.
        destination: Text,
    },
    /// Files of the host arrive with their places in relation to each other.
    Mirror(Mirror),
    /// A command runs as the machine's user.
    Command(Command),
}

/// Files of the host that lie in the machine as they lie there, so that relative paths keep their meaning. The folder
/// that relative paths of the template start from becomes the folder `Here`.
#[derive(Clone, Debug)]
pub struct Mirror {
    /// Everything that lies beside this file arrives with it.
    pub around: Option<Arriving>,
    /// What else arrives, as far as it is there.
    pub also: Vec<Arriving>,
    /// Words in which paths may stand: what is there arrives, too.
    pub mentioned: Vec<Text>,
    /// The folder of the machine below which it lies.
    pub root: Text,
}

/// A command that runs as the machine's user.
#[derive(Clone, Debug)]
pub struct Command {
    /// The attribute that has most of it; empty for the whole component.
    pub attribute: &'static str,
    /// Where that stands.
    pub span: Span,
    /// What runs.
    pub form: CommandForm,
    /// What its exit status means.
    pub accepts: Accepts,
}

/// What runs.
#[derive(Clone, Debug)]
pub enum CommandForm {
    /// A text that the user's shell reads; it starts in the user's own folder. Its fragments, one behind the other.
    Shell(Vec<Fragment>),
    /// A program with its arguments, which no shell reads.
    Program {
        /// The folder that it starts in.
        folder: Text,
        /// `NAME=value`, later ones winning.
        environment: Vec<Text>,
        /// The program and its arguments; never empty.
        words: Vec<Text>,
    },
}

/// A part of a command.
#[derive(Clone, Debug)]
pub struct Fragment {
    /// It is there if all of these hold.
    pub when: Vec<Condition>,
    /// What it says.
    pub text: Text,
}

/// Which exit statuses count as success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepts {
    /// These; never empty.
    Codes(Vec<i64>),
    /// All of them.
    Any,
}

impl Plan {
    /// Visits every text of it.
    pub(super) fn visit(&mut self, see: &mut dyn FnMut(&mut Text)) {
        let Plan { subject: _, from_host: _, acts, remarks: _, impossible: _ } = self;
        for Act { when: _, deed } in acts {
            match deed {
                Deed::Folder { source: _, destination }
                | Deed::FolderAs { source: _, destination }
                | Deed::File { source: _, destination, secret: _ } => see(destination),
                Deed::Content { attribute: _, text, destination } => {
                    see(text);
                    see(destination);
                }
                Deed::Template { source: _, fields, destination } => {
                    fields.iter_mut().for_each(|(_, text)| see(text));
                    see(destination);
                }
                Deed::Mirror(Mirror { around: _, also: _, mentioned, root }) => {
                    mentioned.iter_mut().for_each(&mut *see);
                    see(root);
                }
                Deed::Command(Command { attribute: _, span: _, form, accepts: _ }) => match form {
                    CommandForm::Shell(fragments) => fragments.iter_mut().for_each(|part| see(&mut part.text)),
                    CommandForm::Program { folder, environment, words } => {
                        see(folder);
                        environment.iter_mut().chain(words).for_each(&mut *see);
                    }
                },
            }
        }
    }

    /// Whether something is empty that says it never is.
    pub(super) fn is_empty(&self) -> bool {
        self.acts.is_empty()
            || self.acts.iter().any(|act| {
                matches!(
                    &act.deed,
                    Deed::Command(command) if matches!(&command.accepts, Accepts::Codes(codes) if codes.is_empty())
                        || matches!(&command.form, CommandForm::Program { words, .. } if words.is_empty())
                )
            })
    }
}

/// A path without `.`, `x/..` and doubled slashes; empty for the folder itself.
pub fn lexical(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let out = parts.join("/");
    if path.starts_with('/') { format!("/{out}") } else { out }
}
