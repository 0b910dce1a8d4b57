//! A connection whose password is being compared.

use std::sync::Arc;

use super::Connection;
use super::run::Ending;
use crate::command::connection::Authentication;
use crate::server::Event;

impl Connection {
    /// Waits until it is known who the client is, and writes the reply unless the client wants none.
    /// Commands that arrive meanwhile are kept; a client that goes away is not waited for.
    pub(super) async fn authenticate(
        &mut self,
        mut authentication: Authentication,
        is_silent: bool,
    ) -> Result<(), Ending> {
        let client = Arc::clone(&self.session.client);
        let mut is_told = false;
        let user = loop {
            tokio::select! {
                biased;
                read = self.look_after() => if read? == 0 {
                    return Err(Ending::Gone);
                },
                () = client.told(), if !is_told => {
                    if client.has_been_told(Event::Kill) {
                        return Err(Ending::Killed);
                    }
                    is_told = true;
                }
                user = authentication.login() => break user,
            }
        };
        if is_told {
            // What it was is heard of when there is nothing else to do.
            client.remind();
        }
        let start = self.output.len();
        let (session, output) = (&mut self.session, &mut self.output);
        let concluded = authentication.conclude(user, &self.server, session, output);
        if let Err(refusal) = concluded {
            self.session.stats.count_error(refusal.code());
            self.refuse(&refusal);
        }
        if is_silent {
            self.output.truncate(start);
        }
        Ok(())
    }
}
