//! The teeth runner: weakens one site at a time and sees to it that a model fails.
//!
//! Each mutant runs in a process of its own: the test binary itself, told to run one model, with
//! the site in the environment. A failure is a panic or an abort. A time-out proves nothing and
//! fails the runner, and so does a model that was not found.

use core::time::Duration;
use forebay_sync::teeth::{Site, VARIABLE};
use std::env::{current_exe, temp_dir};
use std::fs::{self, File};
use std::io;
use std::process::{self, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::Instant;

/// No mutant may take longer to fail.
const TIME_MAX: Duration = Duration::from_secs(240);

/// What is known about the sites of one primitive. The models are tests of the calling binary.
#[derive(Clone, Copy, Debug)]
pub struct Teeth {
    /// The sites whose mutants die, each with a model that kills it.
    pub killers: &'static [(Site, &'static str)],
    /// The sites whose mutants live.
    pub survivors: &'static [Survivor],
}

/// A site that no model shows to be needed.
#[derive(Clone, Copy, Debug)]
pub struct Survivor {
    /// The site.
    pub site: Site,
    /// Why it is as strong as it is nevertheless.
    pub reason: &'static str,
    /// The models that come nearest. When one of them fails, the reason is wrong.
    pub models: &'static [&'static str],
}

impl Teeth {
    /// Runs every mutant against its models.
    ///
    /// # Panics
    /// When a mutant that must die survives, when one that must survive dies, and when a model
    /// cannot be run or does not end.
    pub fn bite(&self) {
        let killed = self
            .killers
            .iter()
            .map(|&(site, model)| (site, model, Verdict::Killed));
        let survived = self.survivors.iter().flat_map(|survivor| {
            survivor
                .models
                .iter()
                .map(|&model| (survivor.site, model, Verdict::Survived))
        });
        let mut surprises = Vec::new();
        for (site, model, expected) in killed.chain(survived) {
            let verdict = run(site, model);
            println!("{site:?} in {model}: {verdict:?}");
            if verdict != expected {
                surprises.push((site, model, verdict));
            }
        }
        assert!(
            surprises.is_empty(),
            "mutants with another fate than the table says: {surprises:?}"
        );
    }
}

/// How one mutant fared in one model.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Verdict {
    Killed,
    Survived,
    /// Not a verdict on the mutant: something is wrong with the run.
    Unclear(String),
}

fn run(site: Site, model: &str) -> Verdict {
    try_run(site, model).unwrap_or_else(|error| Verdict::Unclear(error.to_string()))
}

fn try_run(site: Site, model: &str) -> io::Result<Verdict> {
    // A file, not a pipe: nobody empties a pipe while we wait with a limit.
    let path = temp_dir().join(format!("{}-{model}-{}", site.name(), process::id()));
    let output = File::create(&path)?;
    let mut child = Command::new(current_exe()?)
        .args(["--exact", model, "--nocapture", "--test-threads=1"])
        .env(VARIABLE, site.name())
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .spawn()?;
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > TIME_MAX {
            child.kill()?;
            child.wait()?;
            fs::remove_file(&path)?;
            return Ok(Verdict::Unclear(format!("no end after {TIME_MAX:?}")));
        }
        sleep(Duration::from_millis(5));
    };
    let output = String::from_utf8_lossy(&fs::read(&path)?).into_owned();
    fs::remove_file(&path)?;
    Ok(verdict(status, &output))
}

fn verdict(status: ExitStatus, output: &str) -> Verdict {
    if !output.contains("running 1 test") {
        return Verdict::Unclear("the model was not found".to_owned());
    }
    // A model that only ran out of its bound has not shown what is wrong.
    if output.contains("exceeded maximum number of branches") {
        return Verdict::Unclear("the model exceeded its bound".to_owned());
    }
    if status.success() {
        return Verdict::Survived;
    }
    // The line after the first panic's place is its message.
    let message = output
        .lines()
        .skip_while(|line| !line.contains("panicked at"))
        .nth(1);
    println!("{}", message.unwrap_or("an abort without a panic"));
    Verdict::Killed
}
