//! The note of an EMDR session.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Problem, format::uncited};

/// A note of an EMDR session.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Emdr {
    /// The phases that the session worked in, each once, in their order.
    pub phases: Vec<EmdrPhase>,
    /// The target: the memory, its worst image, and present triggers, no more of it than the record needs.
    pub target: String,
    /// The negative cognition, as the client put it.
    pub negative_cognition: String,
    /// The positive cognition, as the client put it.
    pub positive_cognition: String,
    /// Emotions at the target and where in the body they are felt, as the client named them.
    pub emotions_and_body: String,
    /// Validity of the positive cognition before processing, 1 to 7, as the client said it; null if it was not said.
    #[schemars(title = "VOC before processing (1 to 7)", range(min = 1, max = 7))]
    pub voc_before: Option<u8>,
    /// Subjective units of disturbance before processing, 0 to 10, as the client said it; null if it was not said.
    #[schemars(title = "SUD before processing (0 to 10)", range(min = 0, max = 10))]
    pub sud_before: Option<u8>,
    /// Bilateral stimulation and its kind, what came up over the sets in short, where processing stalled, interweaves,
    /// and how the client bore it.
    pub processing: String,
    /// The last disturbance that the client gave in the session, 0 to 10; null if it was not said. Never an estimate.
    #[schemars(title = "SUD at the end (0 to 10)", range(min = 0, max = 10))]
    pub sud_after: Option<u8>,
    /// The last validity of the positive cognition in the session, 1 to 7; null if it was not said. Never an estimate.
    #[schemars(title = "VOC at the end (1 to 7)", range(min = 1, max = 7))]
    pub voc_after: Option<u8>,
    /// What the client found in the body with target and positive cognition in mind. Empty if there was no body scan.
    pub body_scan: String,
    /// Those of the phases that were brought to their end, by what was said. A phase that goes on next time is not one.
    pub completed: Vec<EmdrPhase>,
    /// How the session was closed: stabilization or containment, the client's state at the end, what was said about
    /// processing that goes on between sessions.
    pub closure: String,
    /// What to note down until the next session, resources to practise, the next target or phase, and the date.
    pub plan: String,
    /// Ids of the goals of the treatment plan that the session worked on, exactly as they were given to you. Empty if
    /// none were given.
    #[schemars(title = "Goals of the treatment plan")]
    pub goal_ids: Vec<String>,
    /// One short sentence for each statement of risk: suicidal or homicidal ideation, self-harm, violence, abuse,
    /// neglect, dissociation that put the client in danger. Quote the words that were said. Empty if there was none.
    pub risk_flags: Vec<String>,
    /// Two to four short themes, each of two to five words.
    pub themes: Vec<String>,
}

/// A phase of EMDR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum EmdrPhase {
    /// History and treatment planning.
    History,
    /// Explanation, consent, resources and stabilization.
    Preparation,
    /// Target, cognitions, VOC, emotions, SUD and body.
    Assessment,
    /// Processing the target until the disturbance is gone.
    Desensitization,
    /// Strengthening the positive cognition.
    Installation,
    /// Looking for what is left in the body.
    #[serde(rename = "body scan")]
    BodyScan,
    /// Ending the session in a stable state.
    Closure,
    /// Looking back at earlier targets.
    Reevaluation,
}

built_in! { Emdr, "emdr", 1, "EMDR session note",
    "SUD and VOC are numbers that the client gave; never take one from how the client sounded. A phase is completed \
    only if the session says so or shows its end: desensitization with a last SUD, installation with a last VOC, the \
    body scan with what was found.",
    |note: &Emdr| uncited(&note.goal_ids),
    incomplete
}

/// What is said to be complete has what belongs to it; else it is not to be called so, and nothing is made up.
fn incomplete(note: &Emdr) -> Vec<Problem> {
    use EmdrPhase::{Assessment, BodyScan, Desensitization, Installation};
    const GIVEN: &str = "must be given where this phase is among the completed ones; if it was not said, the phase is not";
    let is_empty = |text: &str| text.trim().is_empty();
    let needed = [
        (Assessment, "/target", is_empty(&note.target)),
        (
            Assessment,
            "/negative_cognition",
            is_empty(&note.negative_cognition),
        ),
        (
            Assessment,
            "/positive_cognition",
            is_empty(&note.positive_cognition),
        ),
        (Assessment, "/voc_before", note.voc_before.is_none()),
        (Assessment, "/sud_before", note.sud_before.is_none()),
        (Desensitization, "/sud_after", note.sud_after.is_none()),
        (Installation, "/voc_after", note.voc_after.is_none()),
        (BodyScan, "/body_scan", is_empty(&note.body_scan)),
    ];
    let missing = needed
        .into_iter()
        .filter(|(phase, _, is_missing)| *is_missing && note.completed.contains(phase));
    let mut problems: Vec<_> = missing.map(|(_, at, _)| Problem::new(at, GIVEN)).collect();
    for (index, phase) in note.completed.iter().enumerate() {
        if !note.phases.contains(phase) {
            let rule = "must be one of the phases that the session worked in";
            problems.push(Problem::new(format!("/completed/{index}"), rule));
        }
    }
    problems
}
