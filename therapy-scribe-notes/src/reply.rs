//! From what a model wrote to a value (`llm-gateway.md` 4.4, 6.3).

use serde_json::Value;

use crate::{ChatReply, Finish};

/// What an answer is worth.
#[derive(Debug, PartialEq)]
pub(crate) enum Outcome {
    /// A JSON value; whether it has the right form is another question.
    Value(Value),
    /// It ends in its middle.
    Cut,
    /// The model would not.
    Declined,
    /// Prose.
    Prose,
}

pub(crate) fn read(reply: &ChatReply) -> Outcome {
    let text = reply.content.expose().trim();
    match reply.finish {
        Finish::Declined => return Outcome::Declined,
        Finish::OutOfBudget => return Outcome::Cut,
        Finish::Complete | Finish::ToolCall | Finish::Unknown => {}
    }
    // Nothing at all is a refusal that was not called one.
    if text.is_empty() {
        return Outcome::Declined;
    }
    match parse(text).or_else(|| parse(fenced(text)?)) {
        Some(value) => Outcome::Value(value),
        None if breaks_off(text) => Outcome::Cut,
        None => Outcome::Prose,
    }
}

/// An object that begins and does not end was cut, whatever the vendor calls it.
fn breaks_off(text: &str) -> bool {
    text.starts_with('{') && serde_json::from_str::<Value>(text).is_err_and(|error| error.is_eof())
}

fn parse(text: &str) -> Option<Value> {
    serde_json::from_str::<Value>(text)
        .ok()
        .filter(Value::is_object)
}

/// What stands inside one Markdown fence.
fn fenced(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("```")?;
    let (_, body) = rest.split_once('\n')?;
    body.split_once("```").map(|(inside, _)| inside.trim())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_fence_is_taken_off_and_no_more_is_guessed() {
        let read = |text: &str, finish| read(&ChatReply::new(text, finish));
        let note = json!({"a": 1});
        assert_eq!(
            read("{\"a\":1}", Finish::Complete),
            Outcome::Value(note.clone())
        );
        assert_eq!(
            read("{\"a\":1}", Finish::Unknown),
            Outcome::Value(note.clone())
        );
        assert_eq!(
            read(
                "Here it is:\n```json\n{\"a\":1}\n```\nDone.",
                Finish::Complete
            ),
            Outcome::Value(note)
        );
        assert_eq!(
            read("The client slept badly.", Finish::Complete),
            Outcome::Prose
        );
        assert_eq!(read("[1]", Finish::Complete), Outcome::Prose);
        assert_eq!(read("{\"a\":", Finish::Complete), Outcome::Cut);
        assert_eq!(
            read("{\"a\":1} I hope this helps.", Finish::Complete),
            Outcome::Prose
        );
        assert_eq!(read("{\"a\":1}", Finish::OutOfBudget), Outcome::Cut);
        assert_eq!(read(" ", Finish::Complete), Outcome::Declined);
        assert_eq!(read("{}", Finish::Declined), Outcome::Declined);
    }
}
