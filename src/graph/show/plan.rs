//! Plans as JSON.

use serde_json::{Value as Json, json as object};

use super::json::Shown;
use crate::graph::plan::{
    Accepts, Act, Arriving, Command, CommandForm, Condition, Deed, Fragment, Mirror, Plan, Question, Remark,
};

impl Shown<'_> {
    pub(super) fn plan(&self, it: &Plan) -> Json {
        let Plan { subject, from_host, acts, remarks, impossible } = it;
        let said = |all: &[Remark]| -> Json {
            let one = |Remark { attribute, span, how, exact }: &Remark| object!({ "attribute": attribute, "how": how, "exact": exact, "at": self.at(*span) });
            all.iter().map(one).collect()
        };
        object!({
            "subject": subject,
            "from_host": from_host,
            "acts": acts.iter().map(|act| self.act(act)).collect::<Vec<_>>(),
            "remarks": said(remarks),
            "impossible": said(impossible),
        })
    }

    fn act(&self, it: &Act) -> Json {
        let Act { when, deed } = it;
        let (does, with) = match deed {
            Deed::Folder { source, destination } => {
                ("folder", object!({ "source": arriving(source), "destination": self.text(destination) }))
            }
            Deed::FolderAs { source, destination } => {
                ("folder-as", object!({ "source": arriving(source), "destination": self.text(destination) }))
            }
            Deed::File { source, destination, secret } => (
                "file",
                object!({ "source": arriving(source), "destination": self.text(destination), "secret": secret }),
            ),
            Deed::Content { attribute: _, text, destination } => {
                ("content", object!({ "text": self.text(text), "destination": self.text(destination) }))
            }
            Deed::Template { source, fields, destination } => {
                let fields: serde_json::Map<String, Json> =
                    fields.iter().map(|(name, text)| ((*name).to_owned(), self.text(text))).collect();
                let destination = self.text(destination);
                ("template", object!({ "source": arriving(source), "fields": fields, "destination": destination }))
            }
            Deed::Mirror(Mirror { around, also, mentioned, root }) => (
                "mirror",
                object!({
                    "around": around.as_ref().map(arriving),
                    "also": also.iter().map(arriving).collect::<Vec<_>>(),
                    "mentioned": self.texts(mentioned),
                    "root": self.text(root),
                }),
            ),
            Deed::Command(command) => ("command", self.command(command)),
        };
        object!({ "when": conditions(when), "does": does, "with": with })
    }

    fn command(&self, it: &Command) -> Json {
        let Command { attribute: _, span: _, form, accepts } = it;
        let accepts = match accepts {
            Accepts::Codes(codes) => object!(codes),
            Accepts::Any => object!("any"),
        };
        match form {
            CommandForm::Shell(fragments) => {
                let fragments = fragments
                    .iter()
                    .map(|Fragment { when, text }| object!({ "when": conditions(when), "text": self.text(text) }));
                object!({ "shell": fragments.collect::<Vec<_>>(), "accepts": accepts })
            }
            CommandForm::Program { folder, environment, words } => object!({
                "program": self.texts(words),
                "environment": self.texts(environment),
                "folder": self.text(folder),
                "accepts": accepts,
            }),
        }
    }
}

fn arriving(it: &Arriving) -> Json {
    object!(it.path.value)
}

fn conditions(all: &[Condition]) -> Json {
    let one = |Condition { question, holds }: &Condition| match question {
        Question::IsFolder(path) => object!({ "is_folder": arriving(path), "holds": holds }),
        Question::HasLine(path, begins) => object!({ "has_line": begins, "file": arriving(path), "holds": holds }),
    };
    all.iter().map(one).collect()
}
