//! The clinician's own yes: what waits for it is shown, asked about on the terminal, and done.

use serde_json::json;
use therapy_scribe::agent::{NotConfirmed, PendingSave, SaveOutcome, ScribeDesk};

use tokio::task::JoinHandle;

use super::{Confirm, show::Show};
use crate::{
    person::{Keyboard, Reply},
    services::AnyError,
};

const QUESTION: &str = "Sign and save this? [y/N]";

type Saving = JoinHandle<Result<SaveOutcome, NotConfirmed>>;

/// What has become of standard input.
pub(crate) enum Line {
    Typed(String),
    Answer,
    End,
}

/// Asks while everything else goes on.
pub(crate) struct Asker {
    desk: ScribeDesk,
    show: Show,
    confirm: Confirm,
    yes: bool,
    /// Whether the lines of standard input are answers; else nobody can be asked.
    can_ask: bool,
    pub(crate) keyboard: Keyboard,
    open: Option<PendingSave>,
    saving: Option<Saving>,
    /// What the person has decided last.
    pub(crate) declined: bool,
}

impl Asker {
    pub(crate) fn new(desk: &ScribeDesk, show: Show, confirm: Confirm, yes: bool) -> Self {
        Self {
            desk: desk.clone(),
            show,
            confirm,
            yes,
            can_ask: true,
            keyboard: Keyboard::default(),
            open: None,
            saving: None,
            declined: false,
        }
    }

    /// The same where the lines of standard input are no answers, unless a person types them.
    pub(crate) fn among_lines(mut self) -> Self {
        self.can_ask = self.keyboard.is_terminal();
        self
    }

    /// Whether an answer is waited for, or what was confirmed is being done.
    pub(crate) const fn is_busy(&self) -> bool {
        self.open.is_some() || self.saving.is_some()
    }

    /// A person decides on what is shown to them, and nobody else.
    pub(crate) fn show(&mut self, pending: PendingSave) {
        let shown = pending.shown.expose();
        let event = json!({"type": "pending", "shown": shown});
        self.show.event(&event, &format!("\n{shown}"));
        self.declined = false;
        if self.confirm == Confirm::Voice {
            return;
        }
        if self.yes {
            self.save(&pending);
        } else if self.can_ask {
            self.open = Some(pending);
            self.keyboard.asked();
        } else {
            self.decline(&pending);
            self.show.remark(
                "       [Not saved: nobody can be asked while standard input is what is typed. Use a terminal, or --yes.]",
            );
        }
    }

    /// Waits for the answer, and for what follows from it. Cancel safe.
    pub(crate) async fn next(&mut self) -> Result<(), AnyError> {
        if let Some(saving) = &mut self.saving {
            let outcome = saving.await?;
            self.saving = None;
            self.tell(outcome);
            return Ok(());
        }
        let Some(pending) = self.open.clone() else {
            return std::future::pending().await;
        };
        let reply = self.keyboard.reply().await;
        self.show.typed();
        match reply {
            Reply::Yes => self.save(&pending),
            Reply::No => self.decline(&pending),
            Reply::Early => {
                self.show
                    .remark("       [That was typed before the question.]");
                return Ok(());
            }
            Reply::End => {
                self.decline(&pending);
                self.show.remark(
                    "\n       [Not saved: standard input has ended, so nobody can answer.]",
                );
            }
        }
        self.open = None;
        Ok(())
    }

    /// The next line that is no answer, if one is taken. Answers are dealt with. Cancel safe.
    pub(crate) async fn line(&mut self, is_taken: bool) -> Result<Line, AnyError> {
        if self.is_busy() {
            self.next().await?;
            return Ok(Line::Answer);
        }
        if !is_taken {
            return std::future::pending().await;
        }
        let line = self.keyboard.next().await;
        self.show.typed();
        Ok(line.map_or(Line::End, Line::Typed))
    }

    /// Stops asking about what can't be confirmed any more, and asks again about what can where the question is out of sight.
    pub(crate) fn look(&mut self) {
        let is_it = |open: &PendingSave| {
            let pending = self.desk.pending();
            pending.is_some_and(|pending| pending.request == open.request)
        };
        if self.open.as_ref().is_some_and(|open| !is_it(open)) {
            self.open = None;
            self.show.event(
                &json!({"type": "question_void"}),
                "       [Not asked any more: two minutes have passed, or the note was changed. Nothing was saved.]",
            );
        }
        if self.open.is_some() && !self.show.is_prompted() {
            self.show.prompt(QUESTION);
        }
    }

    fn save(&mut self, pending: &PendingSave) {
        let (desk, pending) = (self.desk.clone(), pending.clone());
        self.saving = Some(tokio::spawn(async move {
            desk.confirm(pending.request, &pending.content).await
        }));
    }

    fn decline(&mut self, pending: &PendingSave) {
        self.declined = self.desk.decline(pending.request);
    }

    fn tell(&self, outcome: Result<SaveOutcome, NotConfirmed>) {
        match outcome {
            Ok(outcome) => {
                let told = format!("{outcome:?}").to_lowercase();
                let event = json!({"type": "save", "outcome": told});
                self.show.event(&event, &format!("       [{told}]"));
            }
            Err(error) => self.show.event(
                &json!({"type": "save", "outcome": "not_confirmed"}),
                &format!("       [{error}]"),
            ),
        }
    }
}
