//! What the user gives besides the files.

use std::collections::BTreeMap;

/// What the user gives besides the files; the default is nothing.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// `--var`, in order.
    pub variables: Vec<(String, String)>,
    /// `--var-file`, in order.
    pub var_files: Vec<String>,
    /// `--data`, in order: `TYPE.NAME.ATTRIBUTE` of a data source, and what it would have found.
    pub data: Vec<(String, String)>,
    /// The environment, where it may be read (`--env`).
    pub environment: Option<BTreeMap<String, String>>,
    /// `--only`, in order.
    pub only: Vec<String>,
    /// `--except`, in order.
    pub except: Vec<String>,
    /// `--sensitive`: variables to treat as sensitive.
    pub sensitive: Vec<String>,
    /// `--param`: variables to leave open.
    pub open: Vec<String>,
    /// `--freeze`: variables to fix.
    pub frozen: Vec<String>,
    /// A variable without a value is an error.
    pub require_values: bool,
    /// What the clock says, in seconds since 1970.
    pub now: Option<i64>,
    /// Folders that file functions may read besides their own.
    pub readable: Vec<String>,
    /// The version that the Packer has which the template is for; nothing: the one whose language this is.
    pub packer_version: Option<String>,
}

/// Patterns as Packer's `-only` has them, matched against whole names; `*` crosses every character.
#[derive(Debug)]
pub struct Patterns {
    globs: Vec<globset::GlobMatcher>,
}

impl Patterns {
    /// Reads patterns; gives the first one that is none, and why.
    pub fn new(patterns: &[String]) -> Result<Self, (String, String)> {
        let read = |pattern: &String| {
            globset::GlobBuilder::new(pattern)
                .literal_separator(false)
                .backslash_escape(true)
                .build()
                .map(|glob| glob.compile_matcher())
                .map_err(|error| (pattern.clone(), error.kind().to_string()))
        };
        Ok(Self { globs: patterns.iter().map(read).collect::<Result<_, _>>()? })
    }

    /// Whether one of them matches.
    pub fn matches(&self, name: &str) -> bool {
        self.globs.iter().any(|glob| glob.is_match(name))
    }

    /// Which of them match none of the names, by place.
    pub fn unmatched<'n>(&self, names: impl Iterator<Item = &'n str> + Clone) -> Vec<usize> {
        let misses = |glob: &globset::GlobMatcher| !names.clone().any(|name| glob.is_match(name));
        (0..self.globs.len()).filter(|&at| misses(&self.globs[at])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_crosses_dots_and_slashes() {
        let cases = [
            ("*.docker.web", "release.docker.web", true),
            ("docker.*", "docker.a/b.c", true),
            ("docker.[ab]", "docker.b", true),
            ("docker.[!ab]", "docker.b", false),
            ("docker.{x,web}", "docker.web", true),
            ("docker.web", "release.docker.web", false),
        ];
        for (pattern, name, expected) in cases {
            let patterns = Patterns::new(&[pattern.to_owned()]).expect("a pattern");
            assert_eq!(patterns.matches(name), expected, "{pattern} on {name}");
        }
        assert!(Patterns::new(&["[a".to_owned()]).is_err());
    }
}
