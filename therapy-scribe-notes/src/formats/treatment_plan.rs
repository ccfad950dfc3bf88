//! The treatment plan, whose goals notes may cite.

use std::{collections::BTreeSet, sync::Arc};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{NoteFormat, Problem, Result, WithGoals};

/// A treatment plan.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct TreatmentPlan {
    /// The problems that are to be treated, with their impact on daily life as stated. Diagnoses only as they were named.
    pub problems: String,
    /// What the client brings that helps, and what stands in the way.
    pub strengths_and_barriers: String,
    /// The goals that were agreed, one entry each.
    pub goals: Vec<Goal>,
    /// Kind, length and frequency of sessions, other services and referrals, as agreed.
    pub services: String,
    /// How both will know that treatment can end, and when the plan is looked at again.
    pub discharge_and_review: String,
    /// What the client said to the plan: own wishes, agreement, disagreement.
    pub client_participation: String,
    /// One short sentence for each statement of risk: suicidal or homicidal ideation, self-harm, violence, abuse,
    /// neglect. Quote the words that were said. Empty if there was none.
    pub risk_flags: Vec<String>,
}

/// One goal that was agreed, with its steps.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Goal {
    /// Its id, by which notes cite it: G1, G2 and so on, or as the session calls it. An earlier goal keeps its id.
    pub id: String,
    /// What is to be different, in plain words and the person's own where possible.
    pub goal: String,
    /// The measurable steps toward it that were agreed.
    pub objectives: Vec<Objective>,
}

/// One measurable step that was agreed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Objective {
    /// What the person will do or be able to do.
    pub objective: String,
    /// Where it stands now, in the measure's own terms, as it was said. Empty if it was not.
    pub baseline: String,
    /// What is to be reached, in the same terms, as it was agreed: a number, a frequency, something that can be seen.
    pub target: String,
    /// How it is measured, and by whom: an instrument, a diary, a count, a report.
    pub measure: String,
    /// By when, as it was said: a date, or a span of time. Empty if it was not.
    pub target_date: String,
    /// What will be done toward it, and how often.
    pub interventions: String,
}

no_content!(Goal, Objective);
built_in! { TreatmentPlan, "treatment_plan", 1, "Treatment plan",
    "Write down what was agreed, not what would be usual. An objective is something that can be measured, with a \
    target and a measure that were agreed; what is wished for without them stays in the words of its goal.",
    unmeasurable
}

impl TreatmentPlan {
    /// The same format, of notes that may cite the goals of this plan.
    ///
    /// # Errors
    /// As [`WithGoals::new`].
    pub fn cited_by(&self, format: Arc<dyn NoteFormat>) -> Result<WithGoals> {
        let goals = self.goals.iter().map(|goal| (&*goal.id, &*goal.goal));
        WithGoals::new(format, goals)
    }
}

fn unmeasurable(plan: &TreatmentPlan) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut ids = BTreeSet::new();
    for (index, goal) in plan.goals.iter().enumerate() {
        let at = format!("/goals/{index}");
        let id = goal.id.trim();
        if id.is_empty() || id.chars().count() > WithGoals::LONGEST_ID || !ids.insert(id) {
            let rule = "must be a short id that no other goal has, such as G1";
            problems.push(Problem::new(format!("{at}/id"), rule));
        }
        for (index, step) in goal.objectives.iter().enumerate() {
            for (name, text) in [("target", &step.target), ("measure", &step.measure)] {
                if text.trim().is_empty() {
                    let place = format!("{at}/objectives/{index}/{name}");
                    let rule = "must be given as it was agreed; if it was not, this is no objective and belongs into the words of its goal";
                    problems.push(Problem::new(place, rule));
                }
            }
        }
    }
    problems
}
