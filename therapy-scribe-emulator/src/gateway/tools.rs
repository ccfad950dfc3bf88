//! Calls of tools (`llm-gateway.md` 7). No model is asked here: words decide. The tool whose name and description share
//! most with the last line of the user's is called, and what it gave is read out.

mod arguments;
mod results;

use serde_json::{Value, json};

use super::{Answer, transcript::sentences, write::Writer};

/// So much do words of a tool's name and of its description count.
const OF_NAME: i32 = 4;
const OF_DESCRIPTION: i32 = 2;
/// Words that say nothing about what is wanted.
const EMPTY: [&str; 42] = [
    "a",
    "an",
    "the",
    "to",
    "of",
    "for",
    "it",
    "its",
    "this",
    "that",
    "is",
    "are",
    "in",
    "on",
    "at",
    "by",
    "me",
    "my",
    "you",
    "your",
    "and",
    "or",
    "not",
    "with",
    "be",
    "was",
    "were",
    "will",
    "can",
    "please",
    "call",
    "when",
    "clinician",
    "ask",
    "from",
    "as",
    "all",
    "now",
    "we",
    "i",
    "do",
    "so",
];

/// What a stand-in for a model does next.
#[derive(Debug, PartialEq)]
enum Next {
    Calls(Vec<(String, Value)>),
    Says(String),
}

/// The answer to a request with tools; `None` where none are offered, or none may be called.
pub(super) fn answer(writer: Writer<'_>) -> Option<Answer> {
    match next(writer.request)? {
        Next::Calls(calls) => Some(writer.calls(&calls)),
        Next::Says(text) => Some(writer.limited(&text)),
    }
}

fn next(request: &Value) -> Option<Next> {
    let tools = request.get("tools")?.as_array()?;
    let choice = request.get("tool_choice").unwrap_or(&Value::Null);
    if tools.is_empty() || *choice == "none" {
        return None;
    }
    let tools: Vec<Tool> = tools.iter().filter_map(Tool::read).collect();
    let messages = request.get("messages")?.as_array()?;
    let role = |message: &Value| {
        message
            .get("role")
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    if messages.last().and_then(role).as_deref() == Some("tool") {
        let given = messages
            .iter()
            .rev()
            .take_while(|m| role(m).as_deref() == Some("tool"));
        let mut said: Vec<_> = given.map(results::spoken).collect();
        said.reverse();
        return Some(Next::Says(said.join(" ")));
    }
    let last = messages
        .iter()
        .rev()
        .find(|m| role(m).as_deref() == Some("user"));
    let line = last
        .and_then(|message| message.get("content")?.as_str())
        .unwrap_or_default()
        .trim();
    if let Some(name) = choice.pointer("/function/name").and_then(Value::as_str) {
        let tool = tools.iter().find(|tool| tool.name == name)?;
        let arguments = arguments::fill(tool, line).unwrap_or_else(|| json!({}));
        return Some(Next::Calls(vec![(name.to_owned(), arguments)]));
    }
    Some(by_words(&tools, line))
}

fn by_words(tools: &[Tool], line: &str) -> Next {
    // Not somebody's wish, but news for them.
    if let Some(notice) = line
        .strip_prefix('[')
        .and_then(|line| line.strip_suffix(']'))
    {
        let news = notice.split_once(": ").map_or(notice, |(_, news)| news);
        let told = sentences(news).filter(|sentence| !sentence.starts_with("Say so"));
        let told = told.collect::<Vec<_>>().join(" ");
        return Next::Says(told.replace("; say so", ""));
    }
    let asked = line.split_once(':').map_or(line, |(asked, _)| asked);
    let asked: Vec<String> = words(asked).collect();
    let fitting = tools.iter().filter_map(|tool| {
        let score = tool.score(&asked);
        (score > 0).then_some(())?;
        Some((score, tool, arguments::fill(tool, line)?))
    });
    // Of two that fit as well, the first.
    let best = fitting.reduce(|best, other| if other.0 > best.0 { other } else { best });
    if let Some((_, tool, arguments)) = best {
        return Next::Calls(vec![(tool.name.to_owned(), arguments)]);
    }
    let names: Vec<_> = tools.iter().map(|tool| tool.name).collect();
    Next::Says(format!(
        "No model is here, only a stand-in that chooses tools by their words, and none fits. There are: {}.",
        names.join(", ")
    ))
}

/// A tool as it is offered.
#[derive(Debug, Clone, Copy)]
struct Tool<'a> {
    name: &'a str,
    description: &'a str,
    parameters: &'a Value,
}

impl<'a> Tool<'a> {
    fn read(offer: &'a Value) -> Option<Self> {
        let function = offer.get("function")?;
        Some(Self {
            name: function.get("name")?.as_str()?,
            description: function
                .get("description")
                .and_then(Value::as_str)
                .unwrap_or_default(),
            parameters: function.get("parameters").unwrap_or(&Value::Null),
        })
    }

    fn score(&self, asked: &[String]) -> i32 {
        let name: Vec<String> = words(self.name).collect();
        let mut description: Vec<String> = words(self.description).collect();
        description.sort_unstable();
        description.dedup();
        description.retain(|word| !name.contains(word));
        let of_name = name
            .iter()
            .map(|word| if asked.contains(word) { OF_NAME } else { -1 });
        let told = description.iter().filter(|word| asked.contains(word));
        of_name.sum::<i32>() + told.map(|_| OF_DESCRIPTION).sum::<i32>()
    }
}

/// Words that say something, in lower case and without a plural's ending.
fn words(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '\'');
    words.filter_map(plain)
}

fn plain(word: &str) -> Option<String> {
    let word = word
        .trim_matches(|c: char| !c.is_alphanumeric())
        .to_lowercase();
    if word.is_empty() || EMPTY.contains(&word.as_str()) {
        return None;
    }
    let stem = word
        .strip_suffix('s')
        .filter(|stem| stem.len() > 2 && !stem.ends_with('s'));
    Some(stem.map(str::to_owned).unwrap_or(word))
}

#[cfg(test)]
mod tests;
