//! What in somebody's words tells of their role, and who speaks next.

mod phrases;
mod tokens;
mod weights;

use std::fmt;

use tokens::Tokens;
pub(super) use weights::CHANGE;

use crate::Word;

macro_rules! cues {
    ($($(#[doc = $doc:literal])* $name:ident $text:literal,)*) => {
        /// One kind of evidence in a stretch of speech: phrases that do the same thing, or how the stretch begins and ends.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Cue {
            $($(#[doc = $doc])* $name,)*
        }

        impl Cue {
            /// All of them, in the order of the table of weights.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its name, in lower case.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

cues! {
    /// A question about "you": "do you", "have you been", "what did you".
    QuestionYou "question_you",
    /// An open question or an invitation: "how was", "what about", "tell me".
    QuestionOpen "question_open",
    /// Another question by its shape: "is there", "does it", "anything else".
    QuestionOther "question_other",
    /// A question mark, where there is punctuation.
    QuestionMark "question_mark",
    /// "You" and "your", without "you know" and "thank you".
    SecondPerson "second_person",
    /// Giving back what was said: "it sounds like", "you feel", "part of you".
    Reflection "reflection",
    /// Taking part and praise: "that makes sense", "sorry to hear", "good for you".
    Empathy "empathy",
    /// Wondering aloud: "i'm curious", "i'm wondering".
    Wondering "wondering",
    /// What will be done, and when: "let's", "our session", "next week we", "before we".
    Agenda "agenda",
    /// Beginning and ending: "what brings you", "our time is", "see you next".
    Frame "frame",
    /// A questionnaire or a scale read out: "over the last two weeks", "on a scale".
    Instrument "instrument",
    /// Something to do until next time: "homework", "i want you to".
    Homework "homework",
    /// Advice: "you should", "you might", "make sure".
    Advice "advice",
    /// "I" as who leads uses it: "i'd like to", "i hear", "i'm going to".
    LeadingI "leading_i",
    /// The stretch begins by taking note: "okay", "right", "great", "i see".
    Acknowledges "acknowledges",
    /// The stretch is a sound of listening and nothing else: "mm-hmm".
    Backchannel "backchannel",
    /// "I" and "me", as the speaker's own story.
    FirstPerson "first_person",
    /// "My": whose life is told.
    Possessive "possessive",
    /// Feelings, doubts and needs of one's own: "i feel", "i can't", "i don't know".
    Disclosure "disclosure",
    /// What happened and hurts: "it hurts", "i woke up", "has been getting worse".
    Narrative "narrative",
    /// The stretch begins with an answer: "yeah", "no", "not really", "i guess".
    Answers "answers",
    /// Other people: "he", "she", "they".
    ThirdPerson "third_person",
    /// Hesitation and softening: "like", "just", "kind of", "you know".
    Hedge "hedge",
    /// Asking for help or thanking: "thank you", "doctor", "what should i".
    AsksForHelp "asks_for_help",
    /// The stretch is long.
    Long "long",
    /// It begins with a word that answers or takes note.
    StartsAnew "starts_anew",
    /// It begins in the middle: "and", "because", "that".
    StartsOn "starts_on",
    /// It begins in lower case where others begin with a capital.
    StartsLow "starts_low",
    /// It ends where a sentence can't: "the", "of", "my".
    EndsOpen "ends_open",
    /// It ends without a mark, where there is punctuation elsewhere in it.
    EndsBare "ends_bare",
    /// It ends with a full stop, or another mark that closes.
    EndsClosed "ends_closed",
    /// It ends with a question, by its mark or by the shape of its last words.
    EndsAsking "ends_asking",
    /// It is of one to three words.
    Short "short",
}

impl Cue {
    /// Log-odds that one occurrence is worth for "a therapist says this", from the table of weights; 0 for those that only
    /// tell where one voice ends.
    #[must_use]
    pub fn weight(self) -> f32 {
        weights::of(self).role
    }
}

/// How often each [`Cue`] occurs in a stretch of speech of one person.
///
/// `Debug` shows counts, never text.
#[derive(Clone, PartialEq, Eq)]
pub struct Cues {
    counts: [u8; Cue::ALL.len()],
    words: u32,
    english: u32,
}

/// So many cues of one's own life are a story.
const TELLS: u8 = 3;

/// More of one kind in one stretch adds nothing.
const MOST: u8 = 4;

impl Cues {
    /// The cues of a text, with or without punctuation and capitals.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        tokens::count(&Tokens::of(text.split_whitespace()))
    }

    /// The cues of consecutive words of one speaker.
    pub(crate) fn of_words(words: &[Word]) -> Self {
        tokens::count(&Tokens::of(words.iter().map(Word::text)))
    }

    /// How often it occurs, at most four times.
    #[must_use]
    pub fn get(&self, cue: Cue) -> u8 {
        self.counts.get(slot(cue)).copied().unwrap_or(0)
    }

    /// How many words there are.
    #[must_use]
    pub const fn words(&self) -> u32 {
        self.words
    }

    /// How many of them are among the commonest English words.
    pub(crate) const fn english(&self) -> u32 {
        self.english
    }

    /// Log-odds for "a therapist says this". Whoever tells much of themselves says "you" of people in general.
    pub(crate) fn role(&self) -> f32 {
        let sum = self.sum(|weights| weights.role);
        if self.total(&Self::OWN) < TELLS {
            return sum;
        }
        let general = Self::GENERAL.iter();
        let you: f32 = general
            .map(|cue| cue.weight() * f32::from(self.get(*cue)))
            .sum();
        sum - you / 2.0
    }

    const OWN: [Cue; 4] = [
        Cue::FirstPerson,
        Cue::Possessive,
        Cue::Disclosure,
        Cue::Narrative,
    ];
    const GENERAL: [Cue; 3] = [Cue::SecondPerson, Cue::Reflection, Cue::Advice];

    fn total(&self, cues: &[Cue]) -> u8 {
        cues.iter().map(|cue| self.get(*cue)).sum()
    }

    /// Log-odds that the voice changes after it, as far as its own end tells.
    pub(crate) fn end(&self) -> f32 {
        self.sum(|weights| weights.end)
    }

    /// Log-odds that the voice has changed before it, as far as its own beginning tells.
    pub(crate) fn start(&self) -> f32 {
        self.sum(|weights| weights.start)
    }

    fn sum(&self, weight: fn(&weights::Weights) -> f32) -> f32 {
        let counted = Cue::ALL.iter().zip(&self.counts);
        counted
            .filter(|(_, count)| **count > 0)
            .map(|(cue, count)| weight(weights::of(*cue)) * f32::from(*count))
            .sum()
    }

    fn add(&mut self, cue: Cue) {
        if let Some(count) = self.counts.get_mut(slot(cue)) {
            *count = MOST.min(*count + 1);
        }
    }
}

impl fmt::Debug for Cues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let found = Cue::ALL.iter().filter(|cue| self.get(**cue) > 0);
        f.debug_map()
            .entries(found.map(|cue| (cue.name(), self.get(*cue))))
            .finish()
    }
}

#[expect(clippy::as_conversions, reason = "a cue's place in the table")]
const fn slot(cue: Cue) -> usize {
    cue as usize
}
