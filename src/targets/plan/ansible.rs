//! Ansible for a step, where the machine has none: a virtual environment that is removed afterwards.

use super::What;
use crate::resolve::value::Text;

/// An Ansible that is there for one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installation {
    /// What `pip` is asked for, as words of a shell.
    requirements: String,
    /// The folder that holds it for as long as the step takes.
    folder: String,
}

impl Installation {
    /// Reads the option: a version of ansible-core, or requirements of `pip` that each pin a version. `number` tells the
    /// step from others. The error says what is wrong with the value.
    pub fn parse(value: &str, number: &str) -> Result<Self, String> {
        let version = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
        let plain = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "._=+-[]".contains(c));
        let example = "say `2.17.14` or `ansible==10.7.0`";
        let mut requirements = Vec::new();
        for word in value.split([' ', ',']).filter(|word| !word.is_empty()) {
            let word = if version(word) { format!("ansible-core=={word}") } else { word.to_owned() };
            let pinned = word.split_once("==").is_some_and(|(name, rest)| !name.is_empty() && version(rest));
            if !plain(&word) || !pinned {
                return Err(format!("`{word}` names no version: {example}"));
            }
            requirements.push(format!("'{word}'"));
        }
        if requirements.is_empty() {
            return Err(format!("it names no version: {example}"));
        }
        Ok(Self { requirements: requirements.join(" "), folder: format!("/tmp/formwork-ansible-{number}") })
    }

    /// What installs it: a virtual environment, with a `pip` that is fetched where the machine's Python has none.
    pub fn install(&self) -> Text {
        let Self { requirements, folder } = self;
        let pip = "https://bootstrap.pypa.io/pip/pip.pyz";
        let options = "install --quiet --no-cache-dir --disable-pip-version-check";
        let there = format!("{folder}/bin/python -m pip {options} {requirements}");
        let without = format!("rm -rf {folder} && python3 -m venv --without-pip {folder}");
        let fetch = format!("{{ curl -sSfL -o {folder}/pip.pyz {pip} || wget -q -O {folder}/pip.pyz {pip}; }}");
        let own = format!("{folder}/bin/python {folder}/pip.pyz {options} {requirements}");
        Text::literal(format!(
            "if python3 -m venv {folder} > /dev/null 2>&1; then {there}; else {without} && {fetch} && {own}; fi"
        ))
    }

    /// What removes it.
    pub fn remove(&self) -> Text {
        Text::literal(format!("rm -rf {}", self.folder))
    }

    /// A command with it in reach, behind what the machine has: what Ansible does there is done by the machine's own Python.
    #[must_use]
    pub fn within(&self, what: What) -> What {
        let folder = &self.folder;
        match what {
            What::Shell(text) => {
                let mut out = Text::literal(format!("PATH=$PATH:{folder}/bin; export PATH; "));
                out.push(&text);
                What::Shell(out)
            }
            What::Program { folder: start, environment, mut words } => {
                // By its interpreter, because a machine may run nothing that lies in /tmp.
                let own = words.first().and_then(Text::as_literal).filter(|word| OWN.contains(word));
                if let Some(program) = own.map(str::to_owned) {
                    let both = [format!("{folder}/bin/python"), format!("{folder}/bin/{program}")];
                    words.splice(0..1, both.map(Text::literal));
                }
                let path = format!("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:{folder}/bin");
                let environment = std::iter::once(Text::literal(path)).chain(environment).collect();
                What::Program { folder: start, environment, words }
            }
        }
    }
}

/// Programs of Ansible that a virtual environment has.
const OWN: [&str; 2] = ["ansible-playbook", "ansible-galaxy"];
