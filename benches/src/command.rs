//! The command that measures one group again.

use core::fmt::Write;

use crate::measure::plan::Part;
use crate::options::{Options, PAYLOAD_BYTES_DEFAULT};

/// What `forebay bench` has to be told to do the same: with the messages of one run where they are
/// not the group's own, and so many rounds.
pub(crate) fn command(options: &Options, part: &Part, messages: u64, rounds: u32) -> String {
    let title = &part.group.shape.title;
    let mut text = format!("forebay bench {}", part.workload.name());
    let narrow = narrowest(options, part);
    // Writing to a string cannot fail.
    let lists = [
        ("threads", &narrow.threads),
        ("waiters", &narrow.waiters),
        ("connections", &narrow.connections),
        ("pipeline", &narrow.pipelines),
    ];
    for (flag, values) in lists {
        if !values.is_empty() {
            let values: Vec<String> = values.iter().map(ToString::to_string).collect();
            let _ = write!(text, " --{flag} {}", values.join(","));
        }
    }
    if !options.levels.is_empty() {
        let levels: Vec<String> = options.levels.iter().map(ToString::to_string).collect();
        let _ = write!(text, " --level {}", levels.join(","));
    }
    if part.workload.groups(&narrow).len() > 1 {
        let _ = write!(text, " --group '{title}'");
    }
    if part.payload != PAYLOAD_BYTES_DEFAULT {
        let _ = write!(text, " --payload {}", part.payload);
    }
    let again = Options {
        messages: None,
        ..narrow
    };
    let own = again.messages_of(&part.group, part.payload);
    match part.seconds {
        // More of them than anybody can ask for.
        Some(seconds) if part.group.slow && messages > own => {
            let _ = write!(text, " --seconds {seconds}");
        }
        _ if messages != own => {
            let _ = write!(text, " --messages {messages}");
        }
        _ => {}
    }
    let _ = write!(text, " --rounds {rounds}");
    if !part.memory {
        text.push_str(" --no-memory");
    }
    if !options.engines.is_empty() {
        let engines: Vec<String> = options.engines.iter().map(ToString::to_string).collect();
        let _ = write!(text, " --engine {}", engines.join(" "));
    }
    text
}

/// The options with one number of threads, and so on, that leads to this group, where one does.
fn narrowest(options: &Options, part: &Part) -> Options {
    let title = &part.group.shape.title;
    let titles = |options: &Options| -> Vec<String> {
        let groups = part.workload.groups(options).into_iter();
        groups.map(|group| group.shape.title).collect()
    };
    let mut narrow = options.clone();
    let lists: [fn(&mut Options) -> &mut Vec<usize>; 4] = [
        |options| &mut options.threads,
        |options| &mut options.waiters,
        |options| &mut options.connections,
        |options| &mut options.pipelines,
    ];
    for list in lists {
        let with = |numbers: Vec<usize>| {
            let mut candidate = narrow.clone();
            *list(&mut candidate) = numbers;
            candidate
        };
        let given = list(&mut narrow.clone()).clone();
        let without = with(Vec::new());
        let of_one = given.iter().map(|&one| with(vec![one]));
        if titles(&without) == titles(&narrow) {
            narrow = without;
        } else if let Some(one) = of_one.into_iter().find(|one| titles(one).contains(title)) {
            narrow = one;
        }
    }
    narrow
}
