//! Runs programs so that none outlives its time: in a process group of their own,
//! with no standard input, their output in files, and killed as a group when late.

use std::{
    fmt,
    io::{Read, Seek},
    os::unix::process::CommandExt,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// How a program ended. `code` is absent when a signal (ours, if it was late) ended it.
#[derive(Clone)]
pub(crate) struct Ended {
    pub(crate) command: String,
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    pub(crate) fn ok(&self) -> bool {
        self.code == Some(0)
    }

    /// This end as a result: the error tells the whole story.
    pub(crate) fn success(self) -> Result<Self, String> {
        if self.ok() { Ok(self) } else { Err(self.to_string()) }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => writeln!(f, "`{}` ended with {code}", self.command)?,
            None => writeln!(f, "`{}` was killed", self.command)?,
        }
        for text in [&self.stdout, &self.stderr] {
            // The end of a log is where the cause stands.
            let lines: Vec<&str> = text.lines().collect();
            for line in &lines[lines.len().saturating_sub(30)..] {
                writeln!(f, "    {line}")?;
            }
        }
        Ok(())
    }
}

/// Runs `program` in `folder` to its end, at most five minutes.
pub(crate) fn run<I>(folder: &Path, program: &Path, arguments: I, environment: &[(String, String)]) -> Ended
where
    I: IntoIterator,
    I::Item: Into<String>,
{
    let arguments: Vec<String> = arguments.into_iter().map(Into::into).collect();
    let mut stdout = tempfile::tempfile().unwrap();
    let mut stderr = tempfile::tempfile().unwrap();
    let mut child = Command::new(program)
        .args(&arguments)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(stdout.try_clone().unwrap())
        .stderr(stderr.try_clone().unwrap())
        .process_group(0)
        .spawn()
        .unwrap_or_else(|error| panic!("cannot run {}: {error}", program.display()));
    let deadline = Instant::now() + Duration::from_secs(300);
    let mut pause = Duration::from_millis(1);
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if Instant::now() > deadline {
            let group = format!("-{}", child.id());
            Command::new("kill").args(["-KILL", "--", &group]).status().unwrap();
            break child.wait().unwrap();
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    };
    let mut texts = [Vec::new(), Vec::new()];
    for (file, text) in [&mut stdout, &mut stderr].into_iter().zip(&mut texts) {
        file.rewind().unwrap();
        file.read_to_end(text).unwrap();
    }
    let [stdout, stderr] = texts.map(|text| String::from_utf8_lossy(&text).into_owned());
    let program = program.file_name().unwrap_or_default().to_string_lossy();
    Ended { command: format!("{program} {}", arguments.join(" ")), code: status.code(), stdout, stderr }
}
