//! Roles by what is said: who asks and says "you", against who says "I".

use std::collections::BTreeMap;

use super::{Role, RoleAssignment, RoleMap, RoleMapper};
use crate::{Confidence, SpeakerId, Turn, Word};

/// Tells therapist from client by pronouns and questions, in English, and abstains when the two sound alike.
///
/// It looks at the two voices that say most. Each "you" and each question speaks for the therapist, each "I" for the
/// client; the balance becomes a probability, and below 90 % nobody gets a role. Nor does anybody where the two speak of
/// "you" and "I" about equally often, however long they talk: small differences add up by chance. A third voice gets none.
#[derive(Debug, Clone, Default)]
pub struct Linguistic {
    voices: BTreeMap<SpeakerId, Cues>,
}

/// What one voice has said, counted.
#[derive(Debug, Clone, Copy, Default)]
struct Cues {
    words: u32,
    first_person: u32,
    second_person: u32,
    questions: u32,
}

/// Log-odds for "this voice is the therapist's" that one occurrence is worth. Round numbers, not fitted: a small mapper
/// should be right for plain reasons.
const SECOND_PERSON: f32 = 0.35;
const FIRST_PERSON: f32 = -0.35;
const QUESTION: f32 = 0.5;
/// Fewer words than this from either voice settle nothing.
const ENOUGH_WORDS: u32 = 12;
/// How much more of a therapist's words than of a client's are "you" rather than "I". Between two who chat it is about
/// nothing; in the sessions that this was looked at with it is a tenth.
const TILT: f32 = 0.03;
/// Below this, nobody gets a role.
const SURE: f32 = 0.9;

impl RoleMapper for Linguistic {
    fn add(&mut self, turn: &Turn) {
        for word in turn.words() {
            if let Some(speaker) = word.speaker() {
                self.voices
                    .entry(speaker)
                    .or_default()
                    .count(word, u32::saturating_add);
            }
        }
    }

    fn remove(&mut self, turn: &Turn) {
        for word in turn.words() {
            if let Some(cues) = word
                .speaker()
                .and_then(|speaker| self.voices.get_mut(&speaker))
            {
                cues.count(word, u32::saturating_sub);
            }
        }
        self.voices.retain(|_, cues| cues.words > 0);
    }

    fn roles(&self) -> RoleMap {
        let mut voices: Vec<_> = self.voices.iter().collect();
        voices.sort_by_key(|(speaker, cues)| (std::cmp::Reverse(cues.words), **speaker));
        let [(one, first), (other, second), ..] = voices.as_slice() else {
            return RoleMap::default();
        };
        if first.words.min(second.words) < ENOUGH_WORDS {
            return RoleMap::default();
        }
        let log_odds = first.log_odds() - second.log_odds();
        let probability = 1.0 / (1.0 + (-log_odds.abs()).exp());
        let tilt = (first.tilt() - second.tilt()) * log_odds.signum();
        if probability < SURE || tilt < TILT {
            return RoleMap::default();
        }
        let (therapist, client) = if log_odds > 0.0 {
            (**one, **other)
        } else {
            (**other, **one)
        };
        let mut roles = RoleMap::default();
        roles.insert(
            therapist,
            RoleAssignment::found(Role::Therapist, Confidence::new(probability)),
        );
        roles.insert(
            client,
            RoleAssignment::found(Role::Client, Confidence::new(probability)),
        );
        roles
    }
}

impl Cues {
    fn count(&mut self, word: &Word, step: fn(u32, u32) -> u32) {
        let text = word.text();
        let bare = text.trim_matches(|c: char| !c.is_alphanumeric());
        // "I'm" and "you're" count by what stands before the apostrophe.
        let head = bare.split(['\'', '’']).next().unwrap_or_default();
        let is = |list: &[&str]| list.iter().any(|entry| head.eq_ignore_ascii_case(entry));
        self.words = step(self.words, 1);
        if is(&["i", "me", "my", "mine", "myself"]) {
            self.first_person = step(self.first_person, 1);
        }
        if is(&["you", "your", "yours", "yourself"]) {
            self.second_person = step(self.second_person, 1);
        }
        if text.trim_end_matches(['"', '”', '\'']).ends_with('?') {
            self.questions = step(self.questions, 1);
        }
    }

    /// The share of "you" less the share of "I".
    #[expect(
        clippy::cast_precision_loss,
        clippy::as_conversions,
        reason = "counts of words in one session are small"
    )]
    fn tilt(self) -> f32 {
        (self.second_person as f32 - self.first_person as f32) / self.words.max(1) as f32
    }

    #[expect(
        clippy::cast_precision_loss,
        clippy::as_conversions,
        reason = "counts of words in one session are small"
    )]
    fn log_odds(self) -> f32 {
        self.second_person as f32 * SECOND_PERSON
            + self.first_person as f32 * FIRST_PERSON
            + self.questions as f32 * QUESTION
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ConnectionId, Finality, MediaTime, TurnId};

    const A: SpeakerId = SpeakerId::new(ConnectionId::new(0), 0);
    const B: SpeakerId = SpeakerId::new(ConnectionId::new(0), 1);

    fn turn(order: u64, speaker: SpeakerId, text: &str) -> Turn {
        let time = MediaTime::from_millis(order * 1000);
        let words = text
            .split_whitespace()
            .map(|word| Word::new(word, time, time))
            .collect();
        Turn::new(
            TurnId::new(ConnectionId::default(), order),
            Finality::Final,
            Some(speaker),
            words,
        )
    }

    fn session() -> [Turn; 4] {
        [
            turn(
                0,
                A,
                "I almost didn't come today, I was so tired that I slept through my alarm.",
            ),
            turn(
                1,
                B,
                "I'm glad that you did. What was it like for you to get out of the door?",
            ),
            turn(
                2,
                A,
                "I kept thinking that I would only waste your time with my worries.",
            ),
            turn(
                3,
                B,
                "It sounds like you had a hard week. How did you sleep?",
            ),
        ]
    }

    #[test]
    fn the_one_who_asks_is_the_therapist_even_when_the_client_begins() {
        let mut mapper = Linguistic::default();
        for turn in &session() {
            mapper.add(turn);
        }
        assert_eq!(mapper.roles().role(B), Some(Role::Therapist));
        assert_eq!(mapper.roles().role(A), Some(Role::Client));
    }

    #[test]
    fn two_who_sound_alike_get_no_role() {
        let mut mapper = Linguistic::default();
        mapper.add(&turn(
            0,
            A,
            "The train was late again, and the platform was full of people and bags.",
        ));
        mapper.add(&turn(
            1,
            B,
            "The weather was bad, and the roads were closed until late in the evening.",
        ));
        assert!(mapper.roles().is_empty());
    }

    #[test]
    fn a_few_words_settle_nothing() {
        let mut mapper = Linguistic::default();
        mapper.add(&turn(0, A, "How are you?"));
        mapper.add(&turn(1, B, "I am fine, I think."));
        assert!(mapper.roles().is_empty());
    }

    #[test]
    fn revised_labels_leave_no_trace_of_the_old_ones() {
        let (mut revised, mut right) = (Linguistic::default(), Linguistic::default());
        for turn in session() {
            let wrong = Turn::new(
                turn.id(),
                Finality::Final,
                Some(A),
                turn.words().iter().map(unlabelled).collect(),
            );
            revised.add(&wrong);
            revised.remove(&wrong);
            revised.add(&turn);
            right.add(&turn);
        }
        assert_eq!(revised.roles(), right.roles());
        assert!(!right.roles().is_empty());
    }

    fn unlabelled(word: &Word) -> Word {
        Word::new(word.text(), word.start(), word.end())
    }
}
