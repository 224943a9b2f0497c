//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::diagnostic::Severity;

/// Compiles Packer templates into the native image pipelines of the platforms that run them.
#[derive(Debug, Parser)]
#[command(name = "formwork", version, disable_help_subcommand = true, propagate_version = false)]
pub(super) struct Arguments {
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", value_enum)]
    pub(super) color: Color,
    /// Print results and errors only
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Find what is wrong with templates
    Check(Check),
    /// Emit the pipeline of a target
    Compile(Compile),
    /// Say what an edit will create, replace, update or leave, and why
    Plan(Plan),
    /// Set up in an account what a template compiles to, and change there what an edit changed
    Publish(Publish),
    /// Print the graph of a configuration
    Graph(GraphCommand),
    /// Evaluate an expression in a configuration's scope, or one per line of standard input
    Eval(Eval),
    /// Print variables, locals, data sources, sources and builds with their values
    Inspect(Inspect),
    /// Lay template files and var-files out as `packer fmt` does
    Fmt(Fmt),
    /// Change templates so that findings are gone whose cure is certain
    Fix(Fix),
    /// Write a template in another spelling of the language
    Convert(Convert),
    /// Say where a value comes from and what it reaches
    Why(Why),
    /// Print the page of a diagnostic
    Explain(Explain),
    /// List everything that can be found
    Rules(List),
    /// List the targets, or the options of one
    Targets(Targets),
    /// List the components that are known, or print the reference of one
    Schemas(Schemas),
}

/// Which configurations of `formwork.yaml`, where no path is given.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Choice {
    /// A configuration of `formwork.yaml`
    #[arg(long, value_name = "NAME")]
    pub(super) configuration: Vec<String>,
    /// Only variants whose name matches
    #[arg(long, value_name = "GLOB")]
    pub(super) variant: Vec<String>,
}

/// Options of commands that read templates.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Values")]
pub(super) struct Reading {
    /// Give a variable its value
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = assignment)]
    pub(super) variables: Vec<(String, String)>,
    /// Read values of variables from a file
    #[arg(long = "var-file", value_name = "FILE")]
    pub(super) var_files: Vec<String>,
    /// Give what a data source would have found
    #[arg(long = "data", value_name = "TYPE.NAME.ATTR=VALUE", value_parser = assignment)]
    pub(super) data: Vec<(String, String)>,
    /// Let `env()` and `PKR_VAR_*` read the environment
    #[arg(long)]
    pub(super) env: bool,
    /// Only images whose name matches
    #[arg(long, value_name = "GLOB", value_delimiter = ',')]
    pub(super) only: Vec<String>,
    /// Not images, provisioners and post-processors whose name matches
    #[arg(long, value_name = "GLOB", value_delimiter = ',')]
    pub(super) except: Vec<String>,
    /// What relative paths in the template are relative to
    #[arg(long, value_name = "DIR")]
    pub(super) cwd: Option<PathBuf>,
    /// Let file functions read there too
    #[arg(long, value_name = "DIR")]
    pub(super) read: Vec<String>,
    /// What the clock says: seconds since 1970, or a date and time as `2026-01-31T12:00:00Z`
    #[arg(long, value_name = "TIME", value_parser = super::time::parse)]
    pub(super) now: Option<i64>,
    /// Leave these variables open in the output
    #[arg(long, value_name = "GLOB")]
    pub(super) param: Vec<String>,
    /// Write the values of these variables out
    #[arg(long, value_name = "GLOB")]
    pub(super) freeze: Vec<String>,
    /// Treat these variables as sensitive
    #[arg(long, value_name = "GLOB")]
    pub(super) sensitive: Vec<String>,
    /// A variable without a value is an error
    #[arg(long)]
    pub(super) require_values: bool,
    /// Read this file instead of the `formwork.yaml` that is found
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Check {
    /// Template files and component documents, or folders, which are descended; without any all configurations of
    /// `formwork.yaml`, or the current folder
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<String>,
    #[command(flatten)]
    pub(super) choice: Choice,
    #[command(flatten)]
    pub(super) reading: Reading,
    /// How findings are printed
    #[arg(long, value_name = "FORMAT", default_value = "human", value_enum)]
    pub(super) format: Format,
    /// What makes the exit code 1
    #[arg(long, value_name = "SEVERITY", default_value = "error", value_enum)]
    pub(super) fail_on: Threshold,
    /// Do not descend into folders
    #[arg(long)]
    pub(super) no_recursive: bool,
    /// Leave out files and folders that match, as in `.gitignore`
    #[arg(long, value_name = "GLOB")]
    pub(super) exclude: Vec<String>,
    /// List the configurations and where their relative paths start
    #[arg(long)]
    pub(super) list: bool,
    /// How many configurations are checked at a time
    #[arg(long, value_name = "N")]
    pub(super) jobs: Option<std::num::NonZeroUsize>,
}

#[derive(Debug, Args)]
pub(super) struct Compile {
    /// A template file, or the folder of a configuration; without one all configurations of `formwork.yaml`, or the
    /// current folder
    #[arg(value_name = "PATH")]
    pub(super) path: Option<String>,
    #[command(flatten)]
    pub(super) choice: Choice,
    /// What to compile for, instead of what `formwork.yaml` says
    #[arg(long = "target", value_name = "NAME", value_delimiter = ',')]
    pub(super) targets: Vec<String>,
    /// Where the output goes [default: `formwork-out`, a folder in it for each configuration of `formwork.yaml`]
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Print one file instead of writing; which one, where there are several
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, conflicts_with_all = ["check", "diff"])]
    pub(super) stdout: Option<Option<String>>,
    /// Only say whether the files on disk are what would be written
    #[arg(long)]
    pub(super) check: bool,
    /// Print what would change instead of writing it
    #[arg(long)]
    pub(super) diff: bool,
    /// Fail on everything that is not exact
    #[arg(long)]
    pub(super) strict: bool,
    /// Leave out what the target cannot say
    #[arg(long, value_name = "IMAGE:CONSTRUCT", value_parser = accepted)]
    pub(super) accept: Vec<crate::targets::Accepted>,
    /// Set an option of a target
    #[arg(long = "set", value_name = "TARGET[/IMAGE].OPTION=VALUE", value_parser = setting)]
    pub(super) settings: Vec<crate::targets::Setting>,
    #[command(flatten)]
    pub(super) reading: Reading,
    /// How findings are printed
    #[arg(long, value_name = "FORMAT", default_value = "human", value_enum)]
    pub(super) format: Format,
    /// What makes the exit code 1
    #[arg(long, value_name = "SEVERITY", default_value = "error", value_enum)]
    pub(super) fail_on: Threshold,
    /// How many things are done at a time
    #[arg(long, value_name = "N")]
    pub(super) jobs: Option<std::num::NonZeroUsize>,
}

#[derive(Debug, Clone, Args)]
pub(super) struct Plan {
    /// A template file, or the folder of a configuration
    #[arg(value_name = "PATH")]
    pub(super) path: Option<String>,
    #[command(flatten)]
    pub(super) choice: Choice,
    /// The target whose files are compared
    #[arg(long, value_name = "NAME")]
    pub(super) target: Option<String>,
    /// Where the output was written to [default: `formwork-out`, as for `compile`]
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Compare with the files in this folder
    #[arg(long, value_name = "DIR", conflicts_with = "since")]
    pub(super) from: Option<PathBuf>,
    /// Compare with what the template made as it was at a revision of git
    #[arg(long, value_name = "REF")]
    pub(super) since: Option<String>,
    /// Compare with what the account has; the target is `aws-image-builder`
    #[arg(long, conflicts_with_all = ["since", "from", "out"])]
    pub(super) live: bool,
    /// Leave out what the target cannot say
    #[arg(long, value_name = "IMAGE:CONSTRUCT", value_parser = accepted)]
    pub(super) accept: Vec<crate::targets::Accepted>,
    /// Set an option of a target
    #[arg(long = "set", value_name = "TARGET[/IMAGE].OPTION=VALUE", value_parser = setting)]
    pub(super) settings: Vec<crate::targets::Setting>,
    /// How it is printed
    #[arg(long, value_name = "FORMAT", default_value = "human", value_enum)]
    pub(super) format: PlanFormat,
    #[command(flatten)]
    pub(super) reading: Reading,
}

#[derive(Debug, Args)]
pub(super) struct Publish {
    /// Where to
    #[arg(value_name = "PLATFORM", value_enum)]
    pub(super) platform: Platform,
    /// A template file, or the folder of a configuration
    #[arg(value_name = "PATH")]
    pub(super) path: Option<String>,
    #[command(flatten)]
    pub(super) choice: Choice,
    /// Only say what would be done
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Leave out what the target cannot say
    #[arg(long, value_name = "IMAGE:CONSTRUCT", value_parser = accepted)]
    pub(super) accept: Vec<crate::targets::Accepted>,
    /// Set an option of the target
    #[arg(long = "set", value_name = "TARGET[/IMAGE].OPTION=VALUE", value_parser = setting)]
    pub(super) settings: Vec<crate::targets::Setting>,
    /// How it is printed
    #[arg(long, value_name = "FORMAT", default_value = "human", value_enum)]
    pub(super) format: ListFormat,
    #[command(flatten)]
    pub(super) reading: Reading,
}

#[derive(Debug, Args)]
pub(super) struct GraphCommand {
    /// A template file, or the folder of a configuration
    #[arg(value_name = "PATH")]
    pub(super) path: Option<String>,
    #[command(flatten)]
    pub(super) choice: Choice,
    /// How it is printed
    #[arg(long, value_name = "FORMAT", default_value = "json", value_enum)]
    pub(super) format: GraphFormat,
    #[command(flatten)]
    pub(super) reading: Reading,
}

#[derive(Debug, Args)]
pub(super) struct Eval {
    /// A template file or a folder, then an expression; one argument is the path if that exists
    #[arg(value_name = "PATH] [EXPR", num_args = 0..=2)]
    pub(super) arguments: Vec<String>,
    #[command(flatten)]
    pub(super) choice: Choice,
    /// Print the types of the values
    #[arg(long = "type")]
    pub(super) types: bool,
    /// How it is printed
    #[arg(long, value_name = "FORMAT", default_value = "human", value_enum)]
    pub(super) format: ListFormat,
    #[command(flatten)]
    pub(super) reading: Reading,
}

#[derive(Debug, Args)]
pub(super) struct Inspect {
    /// A template file, or the folder of a configuration
    #[arg(value_name = "PATH")]
    pub(super) path: Option<String>,
    #[command(flatten)]
    pub(super) choice: Choice,
    /// How it is printed
    #[arg(long, value_name = "FORMAT", default_value = "human", value_enum)]
    pub(super) format: ListFormat,
    #[command(flatten)]
    pub(super) reading: Reading,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Only HCL is formatted, as in Packer: `*.pkr.hcl` and `*.pkrvars.hcl` of a folder, any `*.hcl` that is \
                        named. Templates and values in JSON or YAML are left alone."
)]
pub(super) struct Fmt {
    /// Files, or folders, which are descended, or `-` for standard input to standard output
    #[arg(default_value = ".", value_name = "PATH")]
    pub(super) paths: Vec<String>,
    /// Do not descend into folders
    #[arg(long)]
    pub(super) no_recursive: bool,
    /// Leave out files and folders that match, as in `.gitignore`
    #[arg(long, value_name = "GLOB")]
    pub(super) exclude: Vec<String>,
    /// Only print the names of files that are laid out otherwise; exit code 1 if there are any
    #[arg(long)]
    pub(super) check: bool,
    /// Print what would change instead of writing it
    #[arg(long)]
    pub(super) diff: bool,
}

#[derive(Debug, Args)]
pub(super) struct Fix {
    /// Template files, or folders, which are descended; without any all configurations of `formwork.yaml`, or the
    /// current folder
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<String>,
    #[command(flatten)]
    pub(super) choice: Choice,
    #[command(flatten)]
    pub(super) reading: Reading,
    /// Make also those changes after which the template may do something else
    #[arg(long)]
    pub(super) unsafe_fixes: bool,
    /// Print what would change instead of writing it
    #[arg(long)]
    pub(super) diff: bool,
    /// Do not descend into folders
    #[arg(long)]
    pub(super) no_recursive: bool,
    /// Leave out files and folders that match, as in `.gitignore`
    #[arg(long, value_name = "GLOB")]
    pub(super) exclude: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct Convert {
    /// A template file, a var-file, or the folder of a configuration
    #[arg(default_value = ".", value_name = "PATH")]
    pub(super) path: String,
    /// The spelling to write
    #[arg(long, value_name = "SPELLING", value_enum)]
    pub(super) to: Spelling,
    /// Where the files go; without it one file is printed, and those of a folder are written beside the old ones
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Overwrite files that are there and differ
    #[arg(long)]
    pub(super) force: bool,
    #[command(flatten)]
    pub(super) reading: Reading,
    /// How findings are printed; as JSON they are the result, and no file is printed
    #[arg(long, value_name = "FORMAT", default_value = "human", value_enum)]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
#[command(override_usage = "formwork why [OPTIONS] [PATH] <ADDRESS>")]
pub(super) struct Why {
    /// A template file or a folder, then an address such as `var.version` or `source.docker.app.image`
    #[arg(value_name = "ADDRESS", num_args = 1..=2, required = true)]
    pub(super) arguments: Vec<String>,
    #[command(flatten)]
    pub(super) choice: Choice,
    /// How it is printed
    #[arg(long, value_name = "FORMAT", default_value = "human", value_enum)]
    pub(super) format: ListFormat,
    #[command(flatten)]
    pub(super) reading: Reading,
}

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The code, as findings show it
    #[arg(value_name = "CODE")]
    pub(super) code: String,
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// How it is printed
    #[arg(long, value_name = "FORMAT", default_value = "human", value_enum)]
    pub(super) format: ListFormat,
}

#[derive(Debug, Args)]
pub(super) struct Targets {
    /// The target whose options to list
    #[arg(value_name = "NAME")]
    pub(super) name: Option<String>,
    /// How it is printed
    #[arg(long, value_name = "FORMAT", default_value = "human", value_enum)]
    pub(super) format: ListFormat,
}

#[derive(Debug, Args)]
pub(super) struct Schemas {
    /// A component, such as `amazon-ebs`; where several kinds have the name, `provisioner/shell-local` is one
    #[arg(value_name = "COMPONENT")]
    pub(super) component: Option<String>,
    /// The project file; its `schemas` count too
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<std::path::PathBuf>,
    /// How it is printed
    #[arg(long, value_name = "FORMAT", default_value = "human", value_enum)]
    pub(super) format: ListFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// With source lines
    Human,
    /// One line each
    Concise,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Spelling {
    /// Packer's own language
    Hcl,
    /// The same, mapped to JSON
    Json,
    /// That mapping as YAML
    Yaml,
    /// The JSON that Packer had before HCL, for what it can say
    Legacy,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    Human,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum PlanFormat {
    Human,
    Json,
    Markdown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Platform {
    /// EC2 Image Builder, in the account that your credentials are of
    Aws,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum GraphFormat {
    Json,
    Dot,
    Mermaid,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Threshold {
    Error,
    Warning,
    Note,
}

impl Threshold {
    pub(super) fn severity(self) -> Severity {
        match self {
            Self::Error => Severity::Error,
            Self::Warning => Severity::Warning,
            Self::Note => Severity::Note,
        }
    }
}

fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) | None => Err("write it as `NAME=VALUE`".to_owned()),
    }
}

fn accepted(text: &str) -> Result<crate::targets::Accepted, String> {
    crate::targets::Accepted::parse(text).ok_or_else(|| "write it as `IMAGE:CONSTRUCT`".to_owned())
}

fn setting(text: &str) -> Result<crate::targets::Setting, String> {
    crate::targets::Setting::parse(text).ok_or_else(|| "write it as `TARGET[/IMAGE].OPTION=VALUE`".to_owned())
}
