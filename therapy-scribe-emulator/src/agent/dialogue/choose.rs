//! Which reply fits.

use std::collections::HashSet;

use serde_json::Value;

use super::{Manner, Reply};

/// Which of the replies have had their one time.
#[derive(Debug, Default)]
pub(crate) struct Spent(HashSet<usize>);

impl Spent {
    /// The reply to what was said.
    pub(crate) fn choose(&mut self, replies: &[Reply], said: &str) -> Option<Reply> {
        let said = words(said);
        let left = || {
            let all = replies.iter().enumerate();
            all.filter(|(index, _)| !self.0.contains(index))
        };
        let by_words = left().find(|(_, reply)| {
            !reply.heard.is_empty() && reply.heard.iter().all(|phrase| occurs(phrase, &said))
        });
        let (index, reply) = by_words.or_else(|| left().find(|(_, r)| r.heard.is_empty()))?;
        if reply.once || reply.heard.is_empty() {
            self.0.insert(index);
        }
        Some(reply.clone())
    }
}

/// One reply to all results of a turn: each is a tool's name, what it gave, and whether it failed.
pub(crate) fn combined(replies: &[Reply], results: &[(String, Value, bool)]) -> Reply {
    let mut whole = Reply::default();
    let mut said = Vec::new();
    for (name, result, failed) in results {
        let fits = |reply: &&Reply| {
            reply.tool.as_ref().is_none_or(|tool| tool == name)
                && reply.failed.is_none_or(|wanted| wanted == *failed)
                && reply
                    .given
                    .iter()
                    .all(|(field, value)| at(result, field) == Some(value))
        };
        let Some(reply) = replies.iter().find(fits) else {
            said.push(
                if *failed {
                    "That did not work."
                } else {
                    "Done."
                }
                .to_owned(),
            );
            continue;
        };
        said.extend(reply.says.as_ref().map(|says| filled(says, result)));
        whole.calls.extend(reply.calls.iter().cloned());
        whole.results.extend(reply.results.iter().cloned());
        if reply.manner != Manner::Spoken {
            whole.manner = reply.manner;
        }
    }
    whole.says = (!said.is_empty()).then(|| said.join(" "));
    whole
}

/// Lower-case words without punctuation.
fn words(text: &str) -> Vec<String> {
    let bare = |c: char| !c.is_alphanumeric() && c != '\'';
    text.split(bare)
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

fn occurs(phrase: &str, said: &[String]) -> bool {
    let phrase = words(phrase);
    !phrase.is_empty() && said.windows(phrase.len()).any(|part| part == phrase)
}

fn at<'a>(result: &'a Value, field: &str) -> Option<&'a Value> {
    if field.starts_with('/') {
        result.pointer(field)
    } else {
        result.get(field)
    }
}

/// `{name}` is that field of the result; what the result lacks stays as it is.
fn filled(says: &str, result: &Value) -> String {
    let mut text = String::with_capacity(says.len());
    let mut rest = says;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let field = after
            .split_once('}')
            .and_then(|(name, tail)| Some((at(result, name)?, tail)));
        match field {
            Some((Value::String(value), tail)) => {
                text.push_str(value);
                rest = tail;
            }
            Some((value, tail)) => {
                text.push_str(&value.to_string());
                rest = tail;
            }
            None => {
                text.push('{');
                rest = after;
            }
        }
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::agent::Dialogue;

    fn replies(json: &Value) -> Vec<Reply> {
        Dialogue::from_json(&json!({"replies": json}).to_string())
            .unwrap()
            .replies
    }

    fn says(reply: Option<Reply>) -> Option<String> {
        reply.and_then(|reply| reply.says)
    }

    #[test]
    fn words_choose_before_the_order_does() {
        let replies = replies(&json!([
            {"says": "first"}, {"heard": ["dap note", "please"], "says": "note"}, {"says": "second"},
            {"heard": ["yes"], "once": true, "says": "saved"}]));
        let mut spent = Spent::default();
        let mut ask = |said| says(spent.choose(&replies, said));
        assert_eq!(ask("Please, a DAP note!").as_deref(), Some("note"));
        assert_eq!(ask("a note, DAP, please").as_deref(), Some("first"));
        assert_eq!(ask("Yes.").as_deref(), Some("saved"));
        assert_eq!(ask("Yes.").as_deref(), Some("second"));
        assert_eq!(ask("Yes."), None);
        assert_eq!(ask("please a dap note").as_deref(), Some("note"));
    }

    #[test]
    fn results_choose_by_tool_by_fields_and_by_failure() {
        let replies = replies(&json!([
            {"failed": true, "says": "No: {error}."},
            {"tool": "save", "given": {"status": "ask"}, "says": "{ask} {missing}"},
            {"tool": "read", "given": {"/facts/words": 3}, "says": "{/facts/words} words", "calls": [{"name": "next"}]}]));
        let result = |name: &str, value, failed| (name.to_owned(), value, failed);
        let given = [
            result("save", json!({"status": "ask", "ask": "Save it?"}), false),
            result("read", json!({"facts": {"words": 3}}), false),
            result("save", json!({"error": "locked"}), true),
            result("save", json!("prose"), false),
        ];
        let reply = combined(&replies, &given);
        assert_eq!(
            reply.says.as_deref(),
            Some("Save it? {missing} 3 words No: locked. Done.")
        );
        assert_eq!(reply.calls[0].name, "next");
    }

    #[test]
    fn a_slip_of_the_pen_is_refused_with_its_place() {
        let refused = Dialogue::from_json("{\"replies\":\n[{\"herd\":[]}]}").unwrap_err();
        assert_eq!((refused.line, refused.column), (2, 8));
    }
}
