//! Finding the transcript in the messages of a request.

use serde_json::Value;

/// One line of a transcript.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(super) struct Line {
    /// The line's id, such as `U0001`, where it has one.
    pub(super) id: Option<String>,
    pub(super) speaker: String,
    pub(super) text: String,
}

/// Lines such as `[U0001 0:12 Therapist] text`, else lines such as `Client: text`, else the sentences of the last user
/// message. Instructions of the system are no transcript.
pub(super) fn transcript(request: &Value) -> Vec<Line> {
    let texts = texts(request);
    for read in [bracketed, named] {
        let lines: Vec<Line> = texts
            .iter()
            .flat_map(|text| text.lines())
            .filter_map(read)
            .collect();
        if !lines.is_empty() {
            return lines;
        }
    }
    let last = texts.last().map_or("", String::as_str);
    sentences(last)
        .map(|text| Line {
            id: None,
            speaker: "Speaker".to_owned(),
            text: text.to_owned(),
        })
        .collect()
}

/// Splits after points, question and exclamation marks.
pub(super) fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive(['.', '?', '!'])
        .map(str::trim)
        .filter(|sentence| sentence.chars().any(char::is_alphanumeric))
}

/// What users said in this request, as plain texts.
pub(super) fn texts(request: &Value) -> Vec<String> {
    texts_of(request, |role| role == Some("user"))
}

/// Whatever was said in this request: all of it takes room.
pub(super) fn all_texts(request: &Value) -> Vec<String> {
    texts_of(request, |_| true)
}

fn texts_of(request: &Value, is_wanted: impl Fn(Option<&str>) -> bool) -> Vec<String> {
    let messages = request.get("messages").and_then(Value::as_array);
    let prompt = request.get("prompt").and_then(Value::as_str);
    messages
        .into_iter()
        .flatten()
        .filter(|message| is_wanted(message.get("role").and_then(Value::as_str)))
        .map(|message| text_of(message.get("content")))
        .chain(prompt.map(str::to_owned))
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

/// `[U0001 0:12 Therapist] text`, or `[U0001] Therapist: text`.
fn bracketed(line: &str) -> Option<Line> {
    let (head, text) = line.trim().strip_prefix('[')?.split_once(']')?;
    let id = head.split_whitespace().find(|word| is_id(word));
    let is_name = |word: &&str| !word.starts_with(|c: char| c.is_ascii_digit()) && !is_id(word);
    let speaker: Vec<&str> = head.split_whitespace().filter(is_name).collect();
    if speaker.is_empty() {
        let line = named(text)?;
        return Some(Line {
            id: id.map(str::to_owned),
            ..line
        });
    }
    let text = text.trim();
    // `[gap 0:20 to 0:30]` says that something is missing.
    let is_speech = !text.is_empty() && speaker.first() != Some(&"gap");
    is_speech.then(|| Line {
        id: id.map(str::to_owned),
        speaker: speaker.join(" "),
        text: text.to_owned(),
    })
}

/// `Client: text`.
fn named(line: &str) -> Option<Line> {
    let (speaker, text) = line.trim().split_once(':')?;
    let is_name = speaker.len() <= 24
        && speaker.starts_with(char::is_uppercase)
        && speaker.split_whitespace().count() <= 3;
    let text = text.trim();
    (is_name && !text.is_empty()).then(|| Line {
        id: None,
        speaker: speaker.to_owned(),
        text: text.to_owned(),
    })
}

fn is_id(word: &str) -> bool {
    let digits = word.strip_prefix(['U', 'T', 'S']).unwrap_or_default();
    !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(text: &str) -> Vec<(Option<String>, String, String)> {
        let request = json!({"messages": [{"role": "system", "content": "Therapist: no"}, {"role": "user", "content": text}]});
        let lines = transcript(&request).into_iter();
        lines
            .map(|line| (line.id, line.speaker, line.text))
            .collect()
    }

    fn line(id: &str, speaker: &str, text: &str) -> (Option<String>, String, String) {
        let id = (!id.is_empty()).then(|| id.to_owned());
        (id, speaker.to_owned(), text.to_owned())
    }

    #[test]
    fn lines_of_a_transcript_are_found_among_others() {
        let text = "Transcript:\n<<<\n[U0001 0:12 Therapist] How was it?\n[T0002 Client] Hard: very.\n[gap 0:20 to 0:30]\nNote: no.\n[U0003] Client: Long.";
        assert_eq!(
            found(text),
            [
                line("U0001", "Therapist", "How was it?"),
                line("T0002", "Client", "Hard: very."),
                line("U0003", "Client", "Long.")
            ]
        );
        assert_eq!(
            found("Client: I slept.\nno line"),
            [line("", "Client", "I slept.")]
        );
        assert_eq!(
            found("I slept. Badly?"),
            [
                line("", "Speaker", "I slept."),
                line("", "Speaker", "Badly?")
            ]
        );
        assert_eq!(found(""), []);
    }
}
