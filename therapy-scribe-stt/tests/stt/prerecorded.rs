//! Recordings over HTTP, against a scripted server that checks every request by the document's own tables.

mod calls;
mod emulated;
mod jobs;
mod refusals;
mod requests;
mod server;
mod service;
mod soak;
mod validator;

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use therapy_scribe_core::{ApiKey, BoxError};
use therapy_scribe_stt::prerecorded::{
    JobTicket, PollPlan, RecordClient, Stage, TicketStore, Transcription,
};
use therapy_scribe_transport::{Connector, Origin};

/// A client of a server on loopback.
fn client(origin: &Origin) -> RecordClient {
    let key = ApiKey::new("CANARY-KEY").unwrap();
    RecordClient::at(&Connector::new().unwrap(), origin, origin, key).unwrap()
}

/// Polls that do not make a test wait.
fn quick() -> PollPlan {
    let millis = std::time::Duration::from_millis;
    PollPlan::default().waits(millis(1), millis(2)).unwrap()
}

fn plain() -> Transcription {
    Transcription::individual().build().unwrap()
}

/// Keeps every version of a ticket.
#[derive(Debug, Default, Clone)]
struct Tickets(Arc<Mutex<Vec<JobTicket>>>);

impl Tickets {
    fn stages(&self) -> Vec<Stage> {
        let tickets = self.0.lock().unwrap();
        tickets.iter().map(|ticket| ticket.stage).collect()
    }

    fn last(&self) -> JobTicket {
        self.0.lock().unwrap().last().unwrap().clone()
    }
}

#[async_trait]
impl TicketStore for Tickets {
    async fn keep(&self, ticket: &JobTicket) -> Result<(), BoxError> {
        self.0.lock().unwrap().push(ticket.clone());
        Ok(())
    }

    async fn load(&self, key: &str) -> Result<Option<JobTicket>, BoxError> {
        let tickets = self.0.lock().unwrap();
        Ok(tickets.iter().rfind(|ticket| ticket.key == key).cloned())
    }
}

/// Everything that an error says, its causes included.
fn told(error: &dyn std::error::Error) -> String {
    let mut said = format!("{error} {error:?} {error:#?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        said = format!("{said} {error} {error:?}");
        cause = error.source();
    }
    said
}
