//! The one way into the record: asked by a model, decided by the clinician.

mod outcome;
mod signing;

use std::time::Duration;

use serde_json::{Value, json};
use therapy_scribe_core::Phi;
use therapy_scribe_notes::Draft;
use tokio::time::timeout;

pub use outcome::SaveOutcome;

use super::{
    desk::ScribeDesk,
    state::{Note, Signed, State, no_note},
};
use crate::{Accept, Announcement, Confirmation, ContentHash, NotConfirmed, RequestId, ToolError};

/// How long a call waits for a sink that is at work.
const WAIT: Duration = Duration::from_secs(3);
/// What announcements about it are about.
pub(super) const SAVING: &str = "saving";

/// Something that waits for the clinician's confirmation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PendingSave {
    /// Names it for [`ScribeDesk::confirm`].
    pub request: RequestId,
    /// What would be signed.
    pub content: ContentHash,
    /// What to show: the note, or the text of an addendum, as Markdown.
    pub shown: Phi<String>,
}

impl ScribeDesk {
    /// What waits for a confirmation.
    #[must_use]
    pub fn pending(&self) -> Option<PendingSave> {
        let mut state = self.shared.lock();
        self.shared.expire(&mut state);
        state.pending()
    }

    /// The next request that waits for a confirmation: each is told once. For one waiter. Cancel safe.
    pub async fn next_pending(&self) -> PendingSave {
        loop {
            {
                let mut state = self.shared.lock();
                let news = state
                    .pending()
                    .filter(|pending| state.told != Some(pending.request));
                if let Some(pending) = news {
                    state.told = Some(pending.request);
                    return pending;
                }
            }
            self.shared.asked.notified().await;
        }
    }

    /// The clinician's yes on the host's user interface, to a request that was shown with its content: signs it and hands it
    /// to the sink. Only ever to be called for something that a person did.
    ///
    /// Dropping the future does not stop what was confirmed.
    ///
    /// # Errors
    /// [`NotConfirmed`] when the request is not open any more, or was for something else than what was shown.
    pub async fn confirm(
        &self,
        request: RequestId,
        shown: &ContentHash,
    ) -> Result<SaveOutcome, NotConfirmed> {
        {
            let mut state = self.shared.lock();
            let now = self.shared.now();
            let confirmation = state.confirmations.confirm(now, request, shown);
            let confirmation = confirmation.inspect_err(|why| match why {
                NotConfirmed::Expired => self.shared.settle(&mut state, SaveOutcome::Expired),
                NotConfirmed::Changed => self.shared.settle(&mut state, SaveOutcome::Changed),
                NotConfirmed::NotOpen => {}
            });
            let confirmation = confirmation?;
            if let Some(outcome) = self.act(&mut state, confirmation) {
                return Ok(outcome);
            }
        }
        self.delivered().await;
        Ok(self.shared.lock().delivery())
    }

    /// The clinician's no on the host's user interface. `false` when the request is not open any more.
    #[must_use = "it may have been too late"]
    pub fn decline(&self, request: RequestId) -> bool {
        let mut state = self.shared.lock();
        let was_open = state.confirmations.decline(request);
        if was_open {
            self.shared.settle(&mut state, SaveOutcome::Declined);
        }
        was_open
    }

    /// Hands what is signed and queued to the sink once more. For the host; no model can ask for it. `None` when nothing is
    /// queued.
    pub async fn retry(&self) -> Option<SaveOutcome> {
        {
            let mut state = self.shared.lock();
            let Note::Signed(signed) = &mut state.note else {
                return None;
            };
            if signed.queue.is_empty() {
                return None;
            }
            self.deliver(signed);
        }
        self.delivered().await;
        Some(self.shared.lock().delivery())
    }

    /// Waits until the sink has answered for what was confirmed, half a minute for each part at most.
    pub async fn finish(&self) {
        self.delivered().await;
    }

    /// What the model gave as `confirmation` when it called `save_to_ehr`, the oldest first. For the host's records.
    #[must_use]
    pub fn claimed_confirmations(&self) -> Vec<Phi<String>> {
        self.shared.lock().claims()
    }

    /// What a model's call of `save_to_ehr` comes to. It never saves.
    pub(super) async fn ask_to_save(&self, claim: String) -> Result<Value, ToolError> {
        self.shared.lock().claim(claim);
        // What was confirmed a moment ago is told with its end, if that is near.
        let _ = timeout(WAIT, self.delivered()).await;
        let mut state = self.shared.lock();
        self.shared.expire(&mut state);
        if let Some(outcome) = state.news() {
            self.shared.announcements.withdraw(SAVING);
            return Ok(outcome.told());
        }
        match &state.note {
            Note::None => {
                state.at_rest()?;
                Err(no_note())
            }
            Note::Draft(draft) => {
                state.at_rest()?;
                let open = draft
                    .findings()
                    .iter()
                    .filter(|finding| finding.is_blocking())
                    .count();
                if open > 0 {
                    let words = format!(
                        "{open} finding(s) on the screen must be resolved before the note can be signed"
                    );
                    return Err(ToolError::not_yet(words));
                }
                self.request(&mut state)
            }
            Note::Signed(signed) if signed.is_delivering => Ok(SaveOutcome::Saving.told()),
            Note::Signed(signed) if !signed.queue.is_empty() => Ok(SaveOutcome::Queued.told()),
            Note::Signed(signed) if signed.addendum.is_some() => self.request(&mut state),
            Note::Signed(_) => {
                Ok(json!({"status": "already_saved", "say": "The note is saved already."}))
            }
        }
    }

    /// The model is told this: a call that asks to save afterwards is a new wish, and no question of what became of it.
    pub(super) fn told(&self, announcement: &Announcement) {
        if announcement.about == Some(SAVING) {
            self.shared.lock().outcome = None;
        }
    }

    /// Opens a request for what would be signed now.
    pub(super) fn request(&self, state: &mut State) -> Result<Value, ToolError> {
        let content = state.note.content();
        let content = content.ok_or_else(|| {
            ToolError::failed("the note can't be signed: a format holds fractions")
        })?;
        let before = state.confirmations.open().map(|(id, _)| id);
        let request = state.confirmations.request(self.shared.now(), content);
        state.outcome = None;
        self.shared.announcements.withdraw(SAVING);
        if before != Some(request) {
            self.shared.asked.notify_one();
            self.watch(request);
        }
        let question = state.question(self.shared.signer.clinician().name());
        let ask = match state.confirmations.accept() {
            Accept::HostOrVoice => format!(
                "Ask exactly this and then stop: \"{question}\" Only the clinician's next words decide. Do not call this again to answer for them."
            ),
            Accept::Host => {
                "Say that it waits for their confirmation on the screen. You can't confirm it."
                    .to_owned()
            }
        };
        Ok(json!({"status": "needs_confirmation", "ask": ask}))
    }

    /// Does what was confirmed, once: whoever calls this has given up the confirmation. `None` when the sink is at work.
    pub(super) fn act(&self, state: &mut State, confirmation: Confirmation) -> Option<SaveOutcome> {
        match self.shared.sign(state, confirmation) {
            Ok(signed) => {
                self.deliver(signed);
                None
            }
            Err(outcome) => {
                self.shared.settle(state, outcome);
                Some(outcome)
            }
        }
    }

    fn deliver(&self, signed: &mut Signed) {
        if !signed.is_delivering {
            signed.is_delivering = true;
            let shared = std::sync::Arc::clone(&self.shared);
            self.jobs.spawn(async move { shared.deliver().await });
        }
    }

    async fn delivered(&self) {
        loop {
            let delivered = self.shared.delivered.notified();
            tokio::pin!(delivered);
            // Listens before it looks.
            delivered.as_mut().enable();
            let is_delivering =
                matches!(&self.shared.lock().note, Note::Signed(signed) if signed.is_delivering);
            if !is_delivering {
                return;
            }
            delivered.await;
        }
    }

    /// Says so when a request's time is up.
    fn watch(&self, request: RequestId) {
        let shared = std::sync::Arc::clone(&self.shared);
        self.jobs.spawn(async move {
            loop {
                let deadline = {
                    let state = shared.lock();
                    let is_open = state
                        .confirmations
                        .open()
                        .is_some_and(|(id, _)| id == request);
                    state.confirmations.deadline().filter(|_| is_open)
                };
                let Some(deadline) = deadline else {
                    return;
                };
                tokio::time::sleep_until(shared.until(deadline + Duration::from_millis(1))).await;
                shared.expire(&mut shared.lock());
            }
        });
    }
}

impl State {
    fn pending(&self) -> Option<PendingSave> {
        let (request, content) = self.confirmations.open()?;
        let shown = match &self.note {
            Note::None => return None,
            Note::Draft(draft) => Draft::to_markdown(draft),
            Note::Signed(signed) => format!("# Addendum\n\n{}\n", signed.addendum.as_deref()?),
        };
        Some(PendingSave {
            request,
            content: content.clone(),
            shown: shown.into(),
        })
    }

    pub(super) fn question(&self, signer: &str) -> String {
        match &self.note {
            Note::Signed(_) => {
                format!("Shall I sign this addendum as {signer} and add it to the record?")
            }
            _ => format!("Shall I sign this note as {signer} and save it to the record?"),
        }
    }

    /// How far what was signed has come.
    fn delivery(&self) -> SaveOutcome {
        match &self.note {
            Note::Signed(signed) if signed.is_delivering => SaveOutcome::Saving,
            Note::Signed(signed) if signed.queue.is_empty() => SaveOutcome::Saved,
            Note::Signed(_) => SaveOutcome::Queued,
            _ => SaveOutcome::Changed,
        }
    }

    /// What no call has read yet, and is worth reading before the clinician is asked anew.
    fn news(&mut self) -> Option<SaveOutcome> {
        if self.confirmations.open().is_some() {
            return None;
        }
        let outcome = self.outcome.take()?;
        let is_gone = matches!(outcome, SaveOutcome::Unclear | SaveOutcome::Changed);
        (!is_gone).then_some(outcome)
    }
}
