//! What was said so far, in whole turns; the oldest are forgotten.

use std::{collections::VecDeque, fmt};

use therapy_scribe_notes::{ChatMessage, ChatToolCall, Speaker};

use crate::ToolOutcome;

/// So much is remembered, in characters and in messages; the turn that goes on is remembered whatever its length.
const CHARACTERS: usize = 60_000;
const MESSAGES: usize = 200;

/// A turn begins with a line and has an answer for each call, so that what is left is a conversation still.
#[derive(Default)]
pub(super) struct History(VecDeque<Vec<ChatMessage>>);

impl History {
    /// A line of the clinician's, or a notice.
    pub(super) fn begin(&mut self, line: &str) {
        self.0
            .push_back(vec![ChatMessage::new(Speaker::User, line)]);
        self.forget();
    }

    pub(super) fn answer(&mut self, text: impl Into<String>) {
        self.push(ChatMessage::new(Speaker::Assistant, text));
    }

    pub(super) fn called(&mut self, text: String, calls: Vec<ChatToolCall>) {
        self.push(ChatMessage::calling(text, calls));
    }

    pub(super) fn outcome(&mut self, outcome: &ToolOutcome) {
        self.push(outcome.to_chat_message());
    }

    pub(super) fn messages(&self) -> Vec<ChatMessage> {
        self.0.iter().flatten().cloned().collect()
    }

    fn push(&mut self, message: ChatMessage) {
        if let Some(turn) = self.0.back_mut() {
            turn.push(message);
        }
    }

    fn forget(&mut self) {
        let length = |turn: &Vec<ChatMessage>| turn.iter().map(|m| m.text.len()).sum::<usize>();
        let mut characters: usize = self.0.iter().map(length).sum();
        let mut messages: usize = self.0.iter().map(Vec::len).sum();
        while self.0.len() > 1 && (characters > CHARACTERS || messages > MESSAGES) {
            if let Some(oldest) = self.0.pop_front() {
                characters -= length(&oldest);
                messages -= oldest.len();
            }
        }
    }
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "History({} turns)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_turns_are_forgotten_whole_and_the_last_never() {
        let mut history = History::default();
        for number in 0..150 {
            history.begin(&number.to_string());
            history.answer("x");
        }
        let messages = history.messages();
        assert_eq!(messages.len(), MESSAGES);
        assert_eq!(messages[0].text, "50");
        assert_eq!(messages[0].speaker, Speaker::User);
        history.begin(&"x".repeat(2 * CHARACTERS));
        assert_eq!(history.messages().len(), 1);
    }
}
