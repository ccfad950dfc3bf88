//! The note of a group: a shared part, and an entry for each member.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names;
use crate::Problem;

/// A note of a group session. All but `members` is shared: it goes into the record of each member, and so names none of
/// them. An entry goes into its member's record alone, and names no other.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Group {
    /// The topic of the session and how it was structured. Names no member.
    pub topic: String,
    /// What happened in the group as a whole: climate, cohesion, support, conflict, how the topic was taken up. Names no
    /// member and tells no member's story.
    pub process: String,
    /// What the facilitator did with the group: each technique by its name, skills taught, exercises. Names no member.
    pub intervention: String,
    /// Task for all, and the topic and date of the next session. Names no member.
    pub plan: String,
    /// One entry for each member who was there.
    pub members: Vec<Member>,
    /// Two to four short themes of the group, each of two to five words.
    pub themes: Vec<String>,
}

/// What one client of the group said and did. No other member is named in it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Member {
    /// Who it is, as the transcript names the speaker.
    pub member: String,
    /// What this member said and did in the session. Of others only as "another member".
    pub participation: String,
    /// How this member took the interventions and the others' contributions, and progress that was reported.
    pub response: String,
    /// This member's own task and follow-up, if there is any.
    pub plan: String,
    /// One short sentence for each statement of risk by this member: suicidal or homicidal ideation, self-harm, violence,
    /// abuse, neglect. Quote the words that were said. Empty if there was none.
    pub risk_flags: Vec<String>,
}

no_content!(Member);
built_in! { Group, "group", 1, "Group session note",
    "Each entry goes into the record of its member alone, and the shared part into everybody's. Never name a member, \
    or tell who somebody is, in the shared part or in another member's entry: write \"another member\".",
    named_elsewhere
}

/// No member stands in another one's record.
fn named_elsewhere(note: &Group) -> Vec<Problem> {
    let labels: Vec<&str> = note.members.iter().map(|of| of.member.as_str()).collect();
    let mut problems = Vec::new();
    let mut look = |place: String, text: &str, own: Option<usize>| {
        if names::names_another(text, &labels, own) {
            let rule = match own {
                Some(_) => "must name no other member: write \"another member\"",
                None => "is shared by all, and must name no member",
            };
            problems.push(Problem::new(place, rule));
        }
    };
    let shared = [
        ("topic", &note.topic),
        ("process", &note.process),
        ("intervention", &note.intervention),
        ("plan", &note.plan),
    ];
    for (name, text) in shared {
        look(format!("/{name}"), text, None);
    }
    for (index, theme) in note.themes.iter().enumerate() {
        look(format!("/themes/{index}"), theme, None);
    }
    for (index, entry) in note.members.iter().enumerate() {
        let at = format!("/members/{index}");
        let texts = [
            ("participation", &entry.participation),
            ("response", &entry.response),
            ("plan", &entry.plan),
        ];
        for (name, text) in texts {
            look(format!("{at}/{name}"), text, Some(index));
        }
        for (flag, text) in entry.risk_flags.iter().enumerate() {
            look(format!("{at}/risk_flags/{flag}"), text, Some(index));
        }
    }
    problems.extend(names::twice(&labels).map(|index| {
        let place = format!("/members/{index}/member");
        Problem::new(
            place,
            "must be a member who has no entry yet: one entry for each",
        )
    }));
    problems
}
