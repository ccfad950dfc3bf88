//! What is heard during the talk, for confirmations by voice.

use super::{
    desk::ScribeDesk,
    save::{SAVING, SaveOutcome},
};
use crate::{Announcement, Answer, Doubt, Heard, Said};

/// What the clinician's words meant for the open request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HeardAs {
    /// They were no answer, since no question was asked.
    NotAsked,
    /// Yes: what was asked for is signed and on its way.
    Confirmed,
    /// No.
    Declined,
    /// Something else; the request is void.
    Unclear,
    /// The question must be asked again.
    AskAgain(Doubt),
    /// It was too late.
    Expired,
}

impl ScribeDesk {
    /// The agent's voice is audible now: for each piece that is played and is not silence.
    pub fn agent_audible(&self) {
        let now = self.now();
        self.shared.lock().confirmations.agent_audible(now);
    }

    /// The agent has ended saying this; the words are those that were really heard.
    pub fn agent_said(&self, text: &str, spoken: Heard) {
        let now = self.now();
        self.shared
            .lock()
            .confirmations
            .agent_said(now, text, spoken);
    }

    /// What the clinician has said: the recogniser's last word, never a partial, and nothing that was typed or made up. A
    /// yes to the question that was just asked signs what was asked for and hands it to the sink. Must be told before the
    /// calls of the model's answer to it are run.
    #[expect(
        clippy::must_use_candidate,
        reason = "what it does counts, and is announced"
    )]
    pub fn clinician_said(&self, said: Said<'_>) -> HeardAs {
        let mut state = self.shared.lock();
        let answer = state.confirmations.clinician_said(self.shared.now(), said);
        let settled = match answer {
            Answer::NotAsked => return HeardAs::NotAsked,
            Answer::Yes(confirmation) => {
                return match self.act(&mut state, confirmation) {
                    None | Some(SaveOutcome::Saving) => HeardAs::Confirmed,
                    Some(_) => HeardAs::Unclear,
                };
            }
            Answer::AskAgain(doubt) => {
                let question = state.question(self.shared.signer.clinician().name());
                let words = format!(
                    "The clinician's answer could not be heard safely, and nothing was saved. Ask exactly this once more and then stop: \"{question}\""
                );
                self.shared
                    .announcements
                    .push(Announcement::new(words).about(SAVING));
                return HeardAs::AskAgain(doubt);
            }
            Answer::No => (SaveOutcome::Declined, HeardAs::Declined),
            Answer::Void => (SaveOutcome::Unclear, HeardAs::Unclear),
            Answer::Expired => (SaveOutcome::Expired, HeardAs::Expired),
        };
        self.shared.settle(&mut state, settled.0);
        settled.1
    }
}
