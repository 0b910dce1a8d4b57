//! `forebay inspect`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use forebay_wal::{DiskStorage, Inspection, KindSummary, LeftOut, Salvage};
use serde_json::{Value, json};

pub(crate) const LONG_ABOUT: &str = "\
Show what is in the log of a data directory, and where it is damaged.

Nothing is changed, and no lock is taken. While an engine has the directory open the end of the log \
may look torn; look again when it is closed.

A damaged log is refused by the engine. --salvage makes a new one of everything that its checksums \
prove to be good, and says what is missing in it.";

pub(crate) const AFTER_HELP: &str = "\
Examples:
  forebay inspect data                      segments, records, checkpoints, damage
  forebay inspect data --json               the same as one JSON object
  forebay inspect data --salvage rescued    a new directory with what is good

Exit codes: 0 the log is whole, 1 it is damaged or cannot be read, 2 bad arguments.";

/// The arguments of `forebay inspect`.
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// The data directory
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,

    /// Print one JSON object to stdout instead of a table
    #[arg(long)]
    pub json: bool,

    /// Make a new log in OUT, which must not be there, of all that is good
    #[arg(long, value_name = "OUT")]
    pub salvage: Option<PathBuf>,
}

/// Looks and reports.
#[must_use]
pub fn run(arguments: &InspectArgs) -> ExitCode {
    match report(arguments) {
        Ok((text, code)) => {
            // A reader that has left has seen what it wanted.
            drop(io::stdout().lock().write_all(text.as_bytes()));
            code
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn report(arguments: &InspectArgs) -> Result<(String, ExitCode), String> {
    let directory = arguments.directory.display();
    let storage = DiskStorage::read_only(&arguments.directory);
    let told = |error: forebay_wal::Error| format!("{directory}: {error}");
    let seen = forebay_wal::inspect(&storage).map_err(told)?;
    let salvaged = match &arguments.salvage {
        Some(out) if out.exists() => {
            return Err(format!(
                "{} is there already: name a new directory",
                out.display()
            ));
        }
        Some(out) => {
            let into = Arc::new(DiskStorage::new(out));
            Some(forebay_wal::salvage(&storage, into).map_err(told)?)
        }
        None => None,
    };
    let code = if seen.verdict.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    };
    let text = if arguments.json {
        format!("{}\n", as_json(&seen, salvaged.as_ref()))
    } else {
        as_table(&seen, salvaged.as_ref())
    };
    Ok((text, code))
}

/// The records of all segments by kind.
fn kinds(seen: &Inspection) -> BTreeMap<u8, KindSummary> {
    let mut all: BTreeMap<u8, KindSummary> = BTreeMap::new();
    for (kind, one) in seen.segments.iter().flat_map(|segment| &segment.kinds) {
        let sum = all.entry(*kind).or_default();
        sum.records += one.records;
        sum.bytes += one.bytes;
    }
    all
}

fn as_table(seen: &Inspection, salvaged: Option<&Salvage>) -> String {
    let mut lines = vec![format!(
        "{:<28} {:>12} {:>8} {:>10} {:>12}  epochs",
        "file", "bytes", "frames", "records", "end"
    )];
    for segment in &seen.segments {
        let records: u64 = segment.kinds.values().map(|kind| kind.records).sum();
        let epochs = segment.epochs;
        let epochs =
            epochs.map_or_else(|| "-".to_owned(), |(first, last)| format!("{first}-{last}"));
        lines.push(format!(
            "{:<28} {:>12} {:>8} {:>10} {:>12}  {epochs}",
            segment.file, segment.bytes, segment.frames, records, segment.end
        ));
        lines.extend(segment.damage.iter().map(damage_line));
    }
    for checkpoint in &seen.checkpoints {
        lines.push(match &checkpoint.contents {
            Ok((bytes, position)) => format!(
                "{:<28} {bytes:>12}  replay begins at segment {:016x} offset {}",
                checkpoint.file,
                position.segment(),
                position.offset()
            ),
            Err(damage) => format!("  ! {damage}"),
        });
    }
    lines.push(format!(
        "\n{} spare segments of {} bytes",
        seen.spares, seen.segment_bytes
    ));
    for (what, names) in [("unfinished", &seen.unfinished), ("unknown", &seen.strange)] {
        if !names.is_empty() {
            lines.push(format!("{what}: {}", names.join(", ")));
        }
    }
    lines.push(format!(
        "\n{:<28} {:>12} {:>12}",
        "kind of record", "records", "bytes"
    ));
    for (kind, one) in kinds(seen) {
        lines.push(format!("{kind:<28} {:>12} {:>12}", one.records, one.bytes));
    }
    lines.push(match &seen.verdict {
        Ok(report) => format!(
            "\nThe log is whole: {} records in {} frames since the checkpoint's segment.",
            report.records, report.frames
        ),
        Err(damage) => format!("\nThe log is damaged: {damage}."),
    });
    if let Some(done) = salvaged {
        let checkpoint = done.checkpoint_bytes;
        let checkpoint = checkpoint.map_or_else(
            || "no checkpoint".to_owned(),
            |bytes| format!("a checkpoint of {bytes} bytes"),
        );
        lines.push(format!(
            "Salvaged: {checkpoint} and {} records of {} bytes, {} of which may never have been \
             acknowledged.",
            done.records, done.record_bytes, done.unfinished
        ));
        lines.push(format!("Left out: {} parts.", done.left_out.len()));
        lines.extend(done.left_out.iter().map(damage_line));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn damage_line(part: &LeftOut) -> String {
    format!(
        "  ! {} offset {}, {} bytes: {}",
        part.file, part.offset, part.bytes, part.damage
    )
}

fn as_json(seen: &Inspection, salvaged: Option<&Salvage>) -> Value {
    let parts = |parts: &[LeftOut]| -> Vec<Value> {
        let value = |part: &LeftOut| {
            json!({
                "file": part.file, "offset": part.offset, "bytes": part.bytes,
                "damage": part.damage.to_string(),
            })
        };
        parts.iter().map(value).collect()
    };
    let by_kind = |kinds: &BTreeMap<u8, KindSummary>| -> Value {
        let value = |(kind, one): (&u8, &KindSummary)| {
            let summary = json!({ "records": one.records, "bytes": one.bytes });
            (kind.to_string(), summary)
        };
        Value::Object(kinds.iter().map(value).collect())
    };
    let segments = seen.segments.iter().map(|one| {
        json!({
            "file": one.file, "bytes": one.bytes, "frames": one.frames, "end": one.end,
            "epochs": one.epochs, "kinds": by_kind(&one.kinds), "damage": parts(&one.damage),
        })
    });
    let checkpoints = seen.checkpoints.iter().map(|one| match &one.contents {
        Ok((bytes, from)) => json!({
            "file": one.file, "bytes": bytes,
            "segment": from.segment(), "offset": from.offset(),
        }),
        Err(damage) => json!({ "file": one.file, "damage": damage.to_string() }),
    });
    let verdict = match &seen.verdict {
        Ok(report) => json!({
            "whole": true, "records": report.records, "frames": report.frames,
            "cut_bytes": report.cut_bytes,
        }),
        Err(found) => json!({
            "whole": false, "file": found.file(), "offset": found.offset(),
            "damage": found.damage().to_string(),
        }),
    };
    json!({
        "segment_bytes": seen.segment_bytes,
        "segments": segments.collect::<Vec<_>>(),
        "checkpoints": checkpoints.collect::<Vec<_>>(),
        "spares": seen.spares,
        "unfinished": seen.unfinished,
        "unknown": seen.strange,
        "kinds": by_kind(&kinds(seen)),
        "verdict": verdict,
        "salvage": salvaged.map(|done| json!({
            "checkpoint_bytes": done.checkpoint_bytes, "records": done.records,
            "record_bytes": done.record_bytes, "unfinished": done.unfinished,
            "left_out": parts(&done.left_out),
        })),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use forebay_wal::{Config, Level, Record, Wal};

    struct Directory(PathBuf);

    impl Drop for Directory {
        fn drop(&mut self) {
            drop(std::fs::remove_dir_all(&self.0));
        }
    }

    fn arguments(base: &Directory, salvage: bool) -> InspectArgs {
        InspectArgs {
            directory: base.0.join("data"),
            json: true,
            salvage: salvage.then(|| base.0.join("out")),
        }
    }

    #[test]
    fn damage_is_named_and_the_rest_is_salvaged() {
        let name = format!("forebay-inspect-{}", std::process::id());
        let base = Directory(std::env::temp_dir().join(name));
        std::fs::create_dir_all(&base.0).unwrap();
        let config = Config {
            segment_bytes: 64 << 10,
            record_bytes_max: 1 << 10,
            ..Config::default()
        };
        let data = base.0.join("data");
        {
            let (log, _) = Wal::open(Arc::new(DiskStorage::new(&data)), config).unwrap();
            for number in 0..3 {
                let ticket = log.append(Record::new(number, 0, b"body")).unwrap();
                log.wait(ticket, Level::Group).unwrap();
            }
        }
        let (text, code) = report(&arguments(&base, false)).unwrap();
        let whole: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(code, ExitCode::SUCCESS);
        assert_eq!(whole["verdict"]["records"], 3, "{whole}");
        assert_eq!(whole["kinds"]["2"]["bytes"], 4, "{whole}");

        let segment = data.join("segment-0000000000000001");
        let mut bytes = std::fs::read(&segment).unwrap();
        bytes[2 * 4096 + 70] ^= 1;
        std::fs::write(&segment, bytes).unwrap();
        let (text, code) = report(&arguments(&base, true)).unwrap();
        let damaged: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(code, ExitCode::FAILURE);
        assert_eq!(damaged["verdict"]["offset"], 8192, "{damaged}");
        assert_eq!(damaged["salvage"]["records"], 2, "{damaged}");
        assert_eq!(
            damaged["salvage"]["left_out"][0]["bytes"], 4096,
            "{damaged}"
        );
        let again = report(&arguments(&base, true)).unwrap_err();
        assert!(again.contains("name a new directory"), "{again}");
        let out = InspectArgs {
            directory: base.0.join("out"),
            json: false,
            salvage: None,
        };
        assert!(
            report(&out)
                .unwrap()
                .0
                .contains("The log is whole: 2 records")
        );
    }
}
