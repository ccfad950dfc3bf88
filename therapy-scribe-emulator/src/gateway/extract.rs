//! What the emulated model writes: quotes of the transcript, nothing else.

use serde_json::Value;

use super::fill;

/// One line of a transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) speaker: String,
    pub(super) text: String,
}

/// The content of an answer: a value of the schema that was asked for, else a few quotes as prose.
pub(super) fn content(request: &Value) -> String {
    let lines = transcript(request);
    match request.pointer("/response_format/json_schema/schema") {
        Some(schema) => fill::value(schema, "", &lines, 0).to_string(),
        None => fill::quotes(lines.iter(), 3),
    }
}

/// The transcript in a request's messages: lines such as `[U0001 0:12 Therapist] text` or `Client: text`. Without any,
/// the sentences of the last user message.
fn transcript(request: &Value) -> Vec<Line> {
    let messages = request.get("messages").and_then(Value::as_array);
    let texts: Vec<String> = messages
        .into_iter()
        .flatten()
        .filter(|message| message.get("role").and_then(Value::as_str) == Some("user"))
        .map(|message| text_of(message.get("content")))
        .chain(
            request
                .get("prompt")
                .and_then(Value::as_str)
                .map(str::to_owned),
        )
        .collect();
    let lines: Vec<Line> = texts
        .iter()
        .flat_map(|text| text.lines())
        .filter_map(line)
        .collect();
    if !lines.is_empty() {
        return lines;
    }
    let last = texts.last().map_or("", String::as_str);
    let sentences = last
        .split_inclusive(['.', '?', '!'])
        .map(str::trim)
        .filter(|sentence| !sentence.is_empty());
    sentences
        .map(|text| Line {
            speaker: "Speaker".to_owned(),
            text: text.to_owned(),
        })
        .collect()
}

fn text_of(content: Option<&Value>) -> String {
    match content {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => parts
            .iter()
            .filter_map(|part| part.get("text").and_then(Value::as_str))
            .collect::<Vec<_>>()
            .join("\n"),
        _ => String::new(),
    }
}

fn line(line: &str) -> Option<Line> {
    let line = line.trim();
    let (head, text) = match line.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => line
            .split_once(':')
            .filter(|(head, _)| head.len() <= 24 && head.starts_with(char::is_uppercase))?,
    };
    // In brackets the speaker stands after id and time.
    let named = |word: &&str| !word.starts_with(|c: char| c.is_ascii_digit()) && !is_id(word);
    let speaker: Vec<&str> = head.split_whitespace().filter(named).collect();
    let text = text.trim();
    if speaker.is_empty() || text.is_empty() || speaker.first() == Some(&"gap") {
        return None;
    }
    Some(Line {
        speaker: speaker.join(" "),
        text: text.to_owned(),
    })
}

fn is_id(word: &str) -> bool {
    word.len() > 1
        && word.starts_with(['U', 'T'])
        && word.bytes().skip(1).all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lines_of_a_transcript_are_found_among_others() {
        let text = "Transcript:\n<<<\n[U0001 0:12 Therapist] How was it?\n[T0002 Client] Hard.\n[gap 0:20 to 0:30]\nClient: And long.\n>>>";
        let request = json!({"messages": [{"role": "system", "content": "Therapist: no"}, {"role": "user", "content": text}]});
        let found: Vec<_> = transcript(&request)
            .into_iter()
            .map(|line| (line.speaker, line.text))
            .collect();
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            found,
            [
                pair("Therapist", "How was it?"),
                pair("Client", "Hard."),
                pair("Client", "And long.")
            ]
        );
    }
}
