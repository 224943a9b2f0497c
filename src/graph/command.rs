//! Understands how a shell provisioner starts its scripts: the command as written becomes its recognised parts.
//!
//! Only what certainly means the same is recognised, in a command that
//! - makes the script executable (Packer has done that already),
//! - reads profiles or the environment file,
//! - runs the script once as its last act, perhaps by an interpreter, by `sudo`, `su` or `sh -c`.
//!
//! Anything else stays as written: conditions, redirections, expansions, commands behind the script (they would hide its
//! exit status), programs that nobody here knows. A password piped into `sudo` is dropped and kept nowhere.

use super::shell_words::{Token, Word, split};
use crate::resolve::value::{HoleKind, Piece, Text};

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
    /// The script sees the environment values: `{{.Vars}}` or `{{.EnvVarFile}}` is there, and reaches the script.
    pub environment: bool,
    /// Words before the script's path (`sh`, `-eux`); empty: the script's own shebang decides.
    pub interpreter: Vec<Text>,
    /// Words behind the script's path.
    pub arguments: Vec<Text>,
    /// `sudo`, `su`: as another user than the machine's.
    pub user: Option<RunAs>,
    /// Files that the machine's user reads before it (`source ~/.bash_profile`), as shell words: `$HOME` is not expanded.
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

/// What is known of the environment values that fill `{{.Vars}}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnvironmentForm {
    /// They are written in the usual format, `NAME='value' `.
    pub usual: bool,
    /// No value has a character that means something to a shell, so they survive being put in quotes once more.
    pub plain: bool,
}

/// Understands a rendered `execute_command` with the holes `Path`, `Vars` and `EnvVarFile`.
pub fn understand(command: &Text, form: EnvironmentForm) -> Invocation {
    recognise(command, form).map_or_else(|| Invocation::Verbatim(command.clone()), Invocation::Direct)
}

/// The program of a shebang line and its one argument, as a kernel reads them; nothing if the line is no shebang.
pub fn shebang(line: &str) -> Option<(&str, Option<&str>)> {
    let rest = line.strip_prefix("#!")?.trim_matches([' ', '\t', '\r', '\n']);
    let (program, argument) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
    let argument = argument.trim_matches([' ', '\t']);
    (!program.is_empty()).then_some((program, (!argument.is_empty()).then_some(argument)))
}

/// Programs that do nothing but run the script that they are given.
const INTERPRETERS: &[&str] = &[
    "ash", "bash", "dash", "ksh", "mksh", "node", "perl", "php", "pwsh", "python", "python2", "python3", "ruby", "sh",
    "zsh",
];

fn recognise(command: &Text, form: EnvironmentForm) -> Option<DirectInvocation> {
    let mut tokens = split(command)?;
    // The last `;` separates nothing.
    while matches!(tokens.last(), Some(Token::Operator(operator)) if operator == ";") {
        tokens.pop();
    }
    let mut invocation = DirectInvocation::default();
    let mut rest = tokens.as_slice();
    while let Some(end) = separator(rest) {
        let words = words(&rest[..end])?;
        let and = matches!(&rest[end], Token::Operator(operator) if operator == "&&");
        if !words.is_empty() || and {
            preparation(&words, and, form, &mut invocation)?;
        }
        rest = &rest[end + 1..];
    }
    run(rest, form, &mut invocation)?;
    Some(invocation)
}

/// Where the next `;` or `&&` stands.
fn separator(tokens: &[Token]) -> Option<usize> {
    tokens.iter().position(|token| matches!(token, Token::Operator(operator) if operator == ";" || operator == "&&"))
}

/// The words, if nothing but words stands there.
fn words(tokens: &[Token]) -> Option<Vec<&Word>> {
    tokens
        .iter()
        .map(|token| match token {
            Token::Word(word) => Some(word),
            Token::Operator(_) => None,
        })
        .collect()
}

/// `chmod +x PATH`, `source FILE`: what may stand before the script.
fn preparation(words: &[&Word], and: bool, form: EnvironmentForm, invocation: &mut DirectInvocation) -> Option<()> {
    let words = match words {
        [sudo, rest @ ..]
            if literal(sudo) == Some("sudo") && rest.first().and_then(|word| literal(word)) == Some("chmod") =>
        {
            rest
        }
        words => words,
    };
    match words {
        // The script is executable already.
        [chmod, mode, path] if literal(chmod) == Some("chmod") && field(path) == Some("Path") => {
            matches!(literal(mode)?, "+x" | "a+x" | "+rx" | "a+rx" | "755" | "0755").then_some(())
        }
        [source, file] if matches!(literal(source)?, "source" | ".") => {
            if field(file) == Some("EnvVarFile") {
                invocation.environment = form.usual;
                return form.usual.then_some(());
            }
            // Behind `&&` the script would not run without the profile.
            if and || !plain_holes(&file.written) {
                return None;
            }
            invocation.profiles.push(file.written.clone());
            Some(())
        }
        _ => None,
    }
}

/// The command that runs the script, with what is piped into it.
fn run(tokens: &[Token], form: EnvironmentForm, invocation: &mut DirectInvocation) -> Option<()> {
    let pipe = tokens.iter().position(|token| matches!(token, Token::Operator(operator) if operator == "|"));
    let Some(pipe) = pipe else {
        return simple(&words(tokens)?, false, form, invocation);
    };
    // Only a password is piped, and only into `sudo -S`: anything else would be input of the script.
    let left = words(&tokens[..pipe])?;
    match left.as_slice() {
        [echo, _password] if literal(echo) == Some("echo") => {}
        [printf, format, _password]
            if literal(printf) == Some("printf") && matches!(literal(format), Some("%s\\n" | "%s" | "%b\\n")) => {}
        _ => return None,
    }
    simple(&words(&tokens[pipe + 1..])?, true, form, invocation)
}

/// `[VARS] [sudo …] [env] [VARS] [su …] [INTERPRETER …] PATH [ARGUMENT …]`
fn simple(words: &[&Word], password: bool, form: EnvironmentForm, invocation: &mut DirectInvocation) -> Option<()> {
    let mut rest = words;
    let outside = take_vars(&mut rest, form)?;
    if rest.first().and_then(|word| literal(word)) == Some("sudo") {
        rest = &rest[1..];
        let sudo = sudo(&mut rest, form)?;
        let outside = outside || invocation.environment;
        // Without `-E` it is the machine's configuration that says whether the values get through, and a login shell
        // (`-i`) has an environment of its own.
        if password && !sudo.stdin || outside && (!sudo.keeps || sudo.login) {
            return None;
        }
        invocation.environment = sudo.values || outside;
        let keeps_environment = sudo.keeps || sudo.values;
        invocation.user = Some(RunAs { user: sudo.user, keeps_environment, login: sudo.login });
    } else if password {
        return None;
    } else {
        invocation.environment |= outside;
    }
    if rest.first().and_then(|word| literal(word)) == Some("env") {
        rest = &rest[1..];
        let values = take_vars(&mut rest, form)?;
        invocation.environment |= values;
        if let Some(user) = invocation.user.as_mut().filter(|_| values) {
            user.keeps_environment = true;
        }
    }
    match rest.first().and_then(|word| literal(word)) {
        Some("su") => su(&rest[1..], form, invocation),
        Some(shell) if is_command_shell(shell) && rest.get(1).is_some_and(|word| is_command_flag(word)) => {
            let [_, _, inner] = rest else { return None };
            nested(inner, form, invocation)
        }
        Some(_) | None => script(rest, invocation),
    }
}

/// Takes `{{.Vars}}` off the front. Nothing if they are in a format that may mean anything.
fn take_vars(rest: &mut &[&Word], form: EnvironmentForm) -> Option<bool> {
    let mut found = false;
    while let Some((first, behind)) = rest.split_first() {
        if field(first) != Some("Vars") {
            break;
        }
        if !form.usual || first.quoted {
            return None;
        }
        found = true;
        *rest = behind;
    }
    Some(found)
}

struct Sudo {
    user: Text,
    keeps: bool,
    values: bool,
    login: bool,
    stdin: bool,
}

/// Options and values of `sudo`, which takes them in any order.
fn sudo(rest: &mut &[&Word], form: EnvironmentForm) -> Option<Sudo> {
    let mut sudo = Sudo { user: Text::literal("root"), keeps: false, values: false, login: false, stdin: false };
    loop {
        sudo.values |= take_vars(rest, form)?;
        let Some((first, behind)) = rest.split_first() else { return Some(sudo) };
        let Some(option) = literal(first).filter(|option| option.starts_with('-')) else { return Some(sudo) };
        *rest = behind;
        let value = |rest: &mut &[&Word]| {
            let (value, behind) = rest.split_first()?;
            *rest = behind;
            plain(value).then(|| value.text.clone())
        };
        match option {
            "--preserve-env" => sudo.keeps = true,
            "--set-home" | "--non-interactive" => {}
            "--stdin" => sudo.stdin = true,
            "--login" => sudo.login = true,
            "--user" => sudo.user = value(rest)?,
            "--" => return Some(sudo),
            long if long.starts_with("--") => match long.strip_prefix("--user=") {
                Some(user) if !user.is_empty() => sudo.user = Text::literal(user),
                Some(_) | None => return None,
            },
            short => {
                let mut letters = short[1..].chars();
                while let Some(letter) = letters.next() {
                    match letter {
                        'E' => sudo.keeps = true,
                        'H' | 'n' => {}
                        'S' => sudo.stdin = true,
                        'i' => sudo.login = true,
                        'u' | 'p' => {
                            let attached = letters.as_str();
                            let value = if attached.is_empty() { value(rest)? } else { Text::literal(attached) };
                            letters = "".chars();
                            if letter == 'u' {
                                sudo.user = value;
                            }
                        }
                        _ => return None,
                    }
                }
            }
        }
    }
}

/// `su [-] [USER] -c COMMAND`: below `sudo`, where it asks for no password.
fn su(mut rest: &[&Word], form: EnvironmentForm, invocation: &mut DirectInvocation) -> Option<()> {
    // As anybody but root it would ask.
    let outer = invocation.user.take().filter(|outer| outer.user.as_literal() == Some("root"))?;
    let mut user = None;
    let mut inner = None;
    let mut login = false;
    let mut keeps = outer.keeps_environment;
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        match literal(first) {
            Some("-" | "-l" | "--login") => login = true,
            Some("-c" | "--command") => {
                let (command, behind) = rest.split_first()?;
                rest = behind;
                inner = Some(*command);
            }
            Some(option) if option.starts_with('-') => return None,
            Some(_) | None if user.is_none() && plain(first) => user = Some(first.text.clone()),
            Some(_) | None => return None,
        }
    }
    // A login clears the environment.
    keeps &= !login;
    invocation.environment &= keeps;
    let user = user.unwrap_or_else(|| Text::literal("root"));
    invocation.user = Some(RunAs { user, keeps_environment: keeps, login: login || outer.login });
    nested(inner?, form, invocation)
}

/// The command in `sh -c COMMAND`: one simple command.
fn nested(command: &Word, form: EnvironmentForm, invocation: &mut DirectInvocation) -> Option<()> {
    if command.expands {
        return None;
    }
    let tokens = split(&command.text)?;
    let words = words(&tokens)?;
    let mut rest = words.as_slice();
    // The values have quotes of their own, which end those around them.
    let values = take_vars(&mut rest, EnvironmentForm { usual: form.usual && form.plain, ..form })?;
    invocation.environment |= values;
    if let Some(user) = invocation.user.as_mut().filter(|_| values) {
        user.keeps_environment = true;
    }
    script(rest, invocation)
}

/// `[INTERPRETER …] PATH [ARGUMENT …]`
fn script(words: &[&Word], invocation: &mut DirectInvocation) -> Option<()> {
    let path = words.iter().position(|word| field(word) == Some("Path"))?;
    let (before, behind) = (&words[..path], &words[path + 1..]);
    if !before.iter().chain(behind).all(|word| plain(word)) {
        return None;
    }
    let program = match before {
        [] => None,
        [env, program, ..] if base(literal(env)?) == "env" => Some(program),
        [program, ..] => Some(program),
    };
    if let Some(program) = program {
        let name = base(literal(program)?);
        let version = name.trim_start_matches("python3.");
        let known =
            INTERPRETERS.contains(&name) || version != name && version.bytes().all(|byte| byte.is_ascii_digit());
        if !known || before.iter().skip(1).any(|word| literal(word).is_none_or(|option| runs_text(name, option))) {
            return None;
        }
    }
    invocation.interpreter = before.iter().map(|word| word.text.clone()).collect();
    invocation.arguments = behind.iter().map(|word| word.text.clone()).collect();
    Some(())
}

/// Whether the path behind this option is no script of the program: text to run, a module, an argument.
fn runs_text(program: &str, option: &str) -> bool {
    match program {
        "ash" | "bash" | "dash" | "ksh" | "mksh" | "sh" | "zsh" => {
            option == "-" || option.starts_with('-') && !option.starts_with("--") && option.contains(['c', 's'])
        }
        "pwsh" => {
            let option = option.to_ascii_lowercase();
            matches!(option.as_str(), "-" | "-c" | "-command" | "-e" | "-ec" | "-encodedcommand" | "-s")
        }
        _ => option == "-" || ["-c", "-e", "-E", "-m", "-p", "-r", "-n"].iter().any(|text| option.starts_with(text)),
    }
}

fn is_command_shell(program: &str) -> bool {
    matches!(base(program), "sh" | "bash" | "dash" | "ash")
}

/// `-c`, also with flags that change nothing for one simple command.
fn is_command_flag(word: &Word) -> bool {
    matches!(literal(word), Some("-c" | "-ec" | "-ce" | "-euc" | "-uec"))
}

fn base(program: &str) -> &str {
    program.rsplit_once('/').map_or(program, |(_, name)| name)
}

/// The word, if nothing in it is a hole or expands.
fn literal(word: &Word) -> Option<&str> {
    if word.expands { None } else { word.text.as_literal() }
}

/// The field, if the word is that and nothing else.
fn field(word: &Word) -> Option<&str> {
    match word.text.pieces() {
        [Piece::Hole(hole)] => match &hole.what {
            HoleKind::Field(name) => Some(name),
            HoleKind::Parameter(_) | HoleKind::Unknown(_) => None,
        },
        _ => None,
    }
}

/// Whether the word is a value: nothing in it expands, and no hole can become syntax.
fn plain(word: &Word) -> bool {
    !word.expands && plain_holes(&word.text)
}

/// Whether every hole has a value that a shell takes for one word. Packer splices it before the shell splits; a value
/// that is not known could be anything.
fn plain_holes(text: &Text) -> bool {
    let plain = |value: &str| {
        let letter = |character: char| character.is_ascii_alphanumeric() || "_-./:@%+,=".contains(character);
        !value.is_empty() && value.chars().all(letter)
    };
    text.holes().all(|hole| hole.known.as_deref().is_some_and(plain))
}

#[cfg(test)]
mod tests;
