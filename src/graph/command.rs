//! Understands how a shell provisioner starts its scripts: the command as written becomes its recognised parts.

use crate::resolve::value::Text;

/// How a script is started.
#[derive(Clone, Debug, PartialEq)]
pub enum Invocation {
    /// Everything in the command is understood.
    Direct(DirectInvocation),
    /// The command with its holes, to be run as it is.
    Verbatim(Text),
}

/// The recognised parts of a command that starts a script.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DirectInvocation {
    /// `{{.Vars}}` is there: the script sees the environment values.
    pub environment: bool,
    /// Words before the script's path (`sh`, `-eux`); empty: the script's own shebang decides.
    pub interpreter: Vec<Text>,
    /// Words behind the script's path.
    pub arguments: Vec<Text>,
    /// `sudo`, `su`: as another user than the machine's.
    pub user: Option<RunAs>,
    /// Files read before it (`source ~/.bash_profile`).
    pub profiles: Vec<Text>,
}

/// As whom a command runs.
#[derive(Clone, Debug, PartialEq)]
pub struct RunAs {
    /// `root` for a plain `sudo`.
    pub user: Text,
    /// The environment is kept (`-E`, or values named in the command).
    pub keeps_environment: bool,
    /// A login shell is started (`-i`, `su -`).
    pub login: bool,
}
