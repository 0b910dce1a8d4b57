//! Both servers, which are asked the same.

use forebay_resp::Reply;

use crate::comparison::comparable;
use crate::support::{Client, text};

/// A connection to each.
pub(crate) struct Pair {
    pub(crate) ours: Client,
    pub(crate) theirs: Client,
    /// How many commands were no errors.
    pub(crate) done: usize,
}

impl Pair {
    /// What both answer, if it is not the same.
    pub(crate) fn differ(&mut self, words: &[String]) -> Option<(String, String)> {
        self.ours.send(words);
        self.theirs.send(words);
        let (our_reply, our_bytes) = self.ours.receive().unwrap();
        let (their_reply, their_bytes) = self.theirs.receive().unwrap();
        self.done += usize::from(!their_reply.is_error());
        let is_same = our_bytes == their_bytes
            || comparable(words, &our_reply) == comparable(words, &their_reply);
        let show = |bytes: &[u8]| bytes.escape_ascii().to_string();
        (!is_same).then(|| (show(&our_bytes), show(&their_bytes)))
    }

    /// Sends commands within MULTI and EXEC.
    pub(crate) fn differ_within(&mut self, commands: &[Vec<String>]) -> Option<(String, String)> {
        let mut answers = [&mut self.ours, &mut self.theirs].map(|client| {
            client.call(&["MULTI"]);
            for words in commands {
                client.call(words);
            }
            client.call(&["EXEC"])
        });
        for answer in &mut answers {
            if let Reply::Array(replies) = answer {
                let replies = replies.iter().zip(commands);
                let replies: Vec<String> = replies
                    .map(|(reply, words)| comparable(words, reply))
                    .collect();
                *answer = Reply::Bulk(replies.join("\n    ").into());
            }
        }
        let [ours, theirs] = answers.each_ref().map(text);
        (ours != theirs).then_some((ours, theirs))
    }

    pub(crate) fn call(&mut self, command: &str) {
        for client in [&mut self.ours, &mut self.theirs] {
            client.ask(command);
        }
    }
}
