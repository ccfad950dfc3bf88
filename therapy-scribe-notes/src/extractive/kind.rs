//! What belongs into a section, by its name and by what its format says of it.

use std::cmp::Ordering;

/// What belongs into a section.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Every statement of risk.
    Risk,
    /// What nobody says in a session: short themes, ids, codes.
    Label,
    /// Scores as they were said. From here on in the order in which sections choose: the particular ones first, and last
    /// the one that takes what is left.
    Scores,
    /// Where this word was said, with the answer.
    Named(&'static str),
    /// What the session is about, as the clinician says it.
    Topic,
    /// What is to be reached.
    Goal,
    /// Agreements, and what comes.
    Plan,
    /// The group as a whole, as the clinician speaks of it.
    Process,
    /// The clinician's reflections, and what was said about scores.
    Assessment,
    /// What the clinician did or proposed.
    Intervention,
    /// What was said about this.
    Asked(String),
    /// What the client begins with.
    Presenting,
    /// How the client took it.
    Response,
    /// How the client is at the end.
    Closing,
    /// What clients say of each other.
    Interaction,
    /// What the client reports.
    Report,
}

/// Words of names and titles. The first that fits counts: a history of a problem is asked for as a history.
static NAMES: [(Kind, &str); 18] = [
    (
        Kind::Risk,
        "risk risks safety suicide suicidality harm violence",
    ),
    (
        Kind::Label,
        "theme themes id ids tag tags keyword keywords code codes icd cpt",
    ),
    (Kind::Asked(String::new()), "history status"),
    (
        Kind::Scores,
        "objective instrument instruments score scores measure measures questionnaire",
    ),
    (
        Kind::Intervention,
        "intervention interventions technique techniques",
    ),
    (
        Kind::Response,
        "response responses engagement participation reaction",
    ),
    (Kind::Goal, "goal goals objectives aim aims"),
    (
        Kind::Plan,
        "plan plans homework next task tasks agreement agreements followup follow referrals services",
    ),
    (Kind::Named("positive"), "positive"),
    (Kind::Named("negative"), "negative"),
    (Kind::Named("scan"), "scan"),
    (Kind::Closing, "closure closing"),
    (Kind::Topic, "topic topics agenda"),
    (Kind::Process, "process"),
    (Kind::Interaction, "interaction interactions dynamics"),
    (
        Kind::Assessment,
        "assessment impression progress evaluation analysis formulation",
    ),
    (
        Kind::Presenting,
        "presenting complaint complaints concern concerns",
    ),
    (
        Kind::Report,
        "data subjective behavior behaviour problem problems symptom symptoms perspective report events client patient statements summary narrative",
    ),
];

/// What descriptions say, where a name says nothing.
const DESCRIPTIONS: [(Kind, &[&str]); 5] = [
    (Kind::Risk, &["suicid", "self-harm", "statement of risk"]),
    (
        Kind::Plan,
        &["homework", "next session", "was agreed", "were agreed"],
    ),
    (
        Kind::Intervention,
        &["clinician did", "therapist did", "technique"],
    ),
    (Kind::Response, &["took it", "responded to"]),
    (
        Kind::Report,
        &[
            "client said",
            "client reported",
            "client's words",
            "client says",
            "client reports",
        ],
    ),
];

/// What a section holds beside, where no section of the format is for it alone.
pub(super) const BESIDE: [(Kind, &str); 4] = [
    (Kind::Scores, "score"),
    (Kind::Intervention, "interventions used"),
    (Kind::Response, "responded"),
    (Kind::Assessment, "clinician did"),
];

/// What formats tell writers about writing, which is not what a section is about.
const OF_WRITING: &str = "said stated named names note write written keep list short brief briefly sentence word words quote \
    quoted possible exactly empty null none given record only never always every each part kind far one two three four five few where \
    itself needs left leave own what's key statement statements long longer first last entry entries without them their than more \
    that both will can when again how know end look looked looks show shows transcript nobody stay stays earlier past came come \
    comes still going goes put over now mind found find felt people person while between within among other others toward";

impl Kind {
    /// Which chooses first. What is asked for makes no difference.
    pub(super) fn compared(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Asked(_), Self::Asked(_)) | (Self::Named(_), Self::Named(_)) => Ordering::Equal,
            _ => self.cmp(other),
        }
    }

    /// By the property's name, its title, and its description.
    pub(super) fn of(name: &str, title: &str, description: &str) -> Self {
        let asked = || Self::Asked(topic(&format!("{title} {description}")));
        for text in [name, title] {
            match by_name(text) {
                Some(Self::Asked(_)) => return asked(),
                Some(kind) => return kind,
                None => {}
            }
        }
        let description = description.to_lowercase();
        let says =
            |(_, words): &&(Self, &[&str])| words.iter().any(|word| description.contains(word));
        let told = DESCRIPTIONS.iter().find(says);
        told.map_or_else(asked, |(kind, _)| kind.clone())
    }
}

fn by_name(text: &str) -> Option<Kind> {
    let text = text.to_lowercase();
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let fits = |names: &str| names.split(' ').any(|name| words.contains(&name));
    let named = NAMES.iter().find(|(_, names)| fits(names));
    named.map(|(kind, _)| kind.clone())
}

/// What is asked for: the words that say what a section is about.
fn topic(text: &str) -> String {
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '-' || c == '\''));
    let is_about = |word: &&str| {
        let word = word.to_lowercase();
        word.len() > 2 && !OF_WRITING.split_whitespace().any(|other| other == word)
    };
    words.filter(is_about).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_before_titles_and_titles_before_descriptions() {
        let of = Kind::of;
        assert_eq!(of("risk_assessment", "Risk assessment", ""), Kind::Risk);
        assert_eq!(
            of("goal_ids", "Goals of the treatment plan", ""),
            Kind::Label
        );
        assert_eq!(of("objective", "", ""), Kind::Scores);
        assert_eq!(of("objectives", "", ""), Kind::Goal);
        assert_eq!(of("s1", "Plan for next week", ""), Kind::Plan);
        assert_eq!(of("s2", "Gefahr", "Any suicidal ideation."), Kind::Risk);
        let history = of(
            "history_of_problem",
            "History of problem",
            "The course of it: onset, triggers.",
        );
        assert_eq!(
            history,
            Kind::Asked("History problem The course onset triggers".to_owned())
        );
        assert_eq!(
            of("sleep", "Sleep", "In one sentence."),
            Kind::Asked("Sleep".to_owned())
        );
    }
}
