//! Filling any JSON schema with quotes.

use serde_json::{Map, Value, json};

use super::extract::Line;

/// Deeper schemas get null: none that a model takes is that deep.
const DEEPEST: usize = 12;
/// No field is longer, in characters.
const LONGEST: usize = 600;

/// Words that make a line worth quoting for a kind of field.
const PLAN: [&str; 9] = [
    "homework",
    "next week",
    "next time",
    "practice",
    "thought record",
    "try ",
    "until",
    "plan",
    "agree",
];
const ASSESSMENT: [&str; 9] = [
    "gad",
    "phq",
    "score",
    "better",
    "worse",
    "sounds like",
    "notice",
    "progress",
    "mood",
];
const RISK: [&str; 12] = [
    "wake up",
    "kill",
    "suicid",
    "better off",
    "hurt myself",
    "harm",
    "end it",
    "end my life",
    "abuse",
    "hit me",
    "weapon",
    "not be here",
];

/// A value that satisfies `schema`. `name` is the property it is for.
pub(super) fn value(schema: &Value, name: &str, lines: &[Line], depth: usize) -> Value {
    if depth > DEEPEST {
        return Value::Null;
    }
    if let Some(constant) = schema.get("const") {
        return constant.clone();
    }
    if let Some(first) = schema
        .get("enum")
        .and_then(Value::as_array)
        .and_then(|all| all.first())
    {
        return first.clone();
    }
    if let Some(branch) = ["anyOf", "oneOf", "allOf"]
        .iter()
        .find_map(|key| schema.get(*key)?.as_array()?.first())
    {
        return value(branch, name, lines, depth + 1);
    }
    match kind(schema) {
        "object" => object(schema, lines, depth),
        "array" => array(schema, name, lines, depth),
        "string" => string(schema, name, lines).into(),
        "integer" => bound(schema, 0.0)
            .ceil()
            .to_string()
            .parse::<i64>()
            .map_or(Value::from(0), Value::from),
        "number" => json!(bound(schema, 0.0)),
        "boolean" => false.into(),
        _ => Value::Null,
    }
}

/// Verbatim quotes with their speakers: `Client: "…"`.
pub(super) fn quotes<'a>(lines: impl Iterator<Item = &'a Line>, most: usize) -> String {
    let mut text = String::new();
    for line in lines.take(most) {
        let quote = format!("{}: \"{}\"", line.speaker, line.text);
        if text.chars().count() + quote.chars().count() + 1 > LONGEST {
            break;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&quote);
    }
    text
}

/// The type; of several the first that is not null.
fn kind(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(kind)) => kind,
        Some(Value::Array(kinds)) => kinds
            .iter()
            .filter_map(Value::as_str)
            .find(|kind| *kind != "null")
            .unwrap_or("null"),
        _ if schema.get("properties").is_some() => "object",
        _ => "null",
    }
}

fn object(schema: &Value, lines: &[Line], depth: usize) -> Value {
    let properties = schema.get("properties").and_then(Value::as_object);
    let filled = properties
        .into_iter()
        .flatten()
        .map(|(name, schema)| (name.clone(), value(schema, name, lines, depth + 1)));
    Value::Object(filled.collect::<Map<_, _>>())
}

fn array(schema: &Value, name: &str, lines: &[Line], depth: usize) -> Value {
    let items = schema.get("items").unwrap_or(&Value::Null);
    let limit = |key: &str| {
        schema
            .get(key)
            .and_then(Value::as_u64)
            .and_then(|n| usize::try_from(n).ok())
    };
    let least = limit("minItems").unwrap_or(0);
    let most = limit("maxItems").unwrap_or(4).max(least);
    let mut filled: Vec<Value> = if kind(items) == "string" && items.get("enum").is_none() {
        picks(name, lines)
            .into_iter()
            .take(most)
            .map(Value::from)
            .collect()
    } else {
        (0..least.max(1).min(most))
            .map(|_| value(items, name, lines, depth + 1))
            .collect()
    };
    while filled.len() < least {
        filled.push(value(items, name, lines, depth + 1));
    }
    filled.into()
}

/// Short strings for a list: risk language quoted whole, themes as a few words.
fn picks(name: &str, lines: &[Line]) -> Vec<String> {
    if name.contains("risk") {
        return holding(lines, &RISK)
            .map(|line| clip(&format!("{}: \"{}\"", line.speaker, line.text)))
            .collect();
    }
    let mut spoken: Vec<&Line> = lines
        .iter()
        .filter(|line| is_client(line) && line.text.split_whitespace().count() >= 4)
        .collect();
    spoken.sort_by_key(|line| std::cmp::Reverse(line.text.len()));
    let words = |line: &&Line| {
        line.text
            .split_whitespace()
            .take(5)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let short = |text: String| text.trim_end_matches([',', '.', '?', '!']).to_owned();
    spoken.iter().take(3).map(words).map(short).collect()
}

fn string(schema: &Value, name: &str, lines: &[Line]) -> String {
    let about = format!(
        "{name} {}",
        schema
            .get("description")
            .and_then(Value::as_str)
            .unwrap_or_default()
    )
    .to_lowercase();
    let chosen = if ["plan", "homework"].iter().any(|word| name.contains(word)) {
        quotes(holding(lines, &PLAN), 3)
    } else if name.contains("assess") || name.contains("analysis") || name.contains("response") {
        quotes(holding(lines, &ASSESSMENT), 3)
    } else if name.contains("risk") {
        quotes(holding(lines, &RISK), 3)
    } else if ["data", "subjective", "client", "complaint"]
        .iter()
        .any(|word| about.contains(word))
    {
        quotes(lines.iter().filter(|line| is_client(line)), 4)
    } else {
        quotes(lines.iter(), 2)
    };
    if chosen.is_empty() {
        "Nothing in the transcript.".to_owned()
    } else {
        clip(&chosen)
    }
}

fn holding<'a>(lines: &'a [Line], words: &'a [&str]) -> impl Iterator<Item = &'a Line> {
    lines.iter().filter(move |line| {
        let text = line.text.to_lowercase();
        words.iter().any(|word| text.contains(word))
    })
}

fn is_client(line: &Line) -> bool {
    !line.speaker.to_lowercase().contains("therapist")
}

/// The smallest number that the schema allows from `usual` on.
fn bound(schema: &Value, usual: f64) -> f64 {
    let get = |key: &str| schema.get(key).and_then(Value::as_f64);
    let least = get("minimum")
        .or_else(|| get("exclusiveMinimum").map(|least| least + 1.0))
        .unwrap_or(usual);
    least.max(usual).min(get("maximum").unwrap_or(f64::MAX))
}

fn clip(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> Vec<Line> {
        let line = |speaker: &str, text: &str| Line {
            speaker: speaker.to_owned(),
            text: text.to_owned(),
        };
        vec![
            line("Client", "I almost did not come today at all."),
            line("Therapist", "For homework, keep a thought record."),
            line("Client", "Sometimes I wish I did not wake up."),
        ]
    }

    #[test]
    fn every_construct_of_the_strict_subset_is_filled() {
        let schema = json!({"type": "object", "properties": {
            "data": {"type": "string"}, "plan": {"type": "string"},
            "risk_flags": {"type": "array", "items": {"type": "string"}}, "themes": {"type": "array", "items": {"type": "string"}},
            "setting": {"type": "string", "enum": ["office", "video"]}, "score": {"type": ["integer", "null"], "minimum": 3},
            "level": {"anyOf": [{"type": "number"}, {"type": "null"}]}, "ok": {"type": "boolean"},
            "entries": {"type": "array", "minItems": 1, "items": {"type": "object", "properties": {"text": {"type": "string"}}}}}});
        let filled = value(&schema, "", &lines(), 0);
        assert!(filled["plan"].as_str().unwrap().contains("thought record"));
        assert_eq!(
            filled["risk_flags"],
            json!(["Client: \"Sometimes I wish I did not wake up.\""])
        );
        assert_eq!(
            (
                &filled["setting"],
                &filled["score"],
                &filled["level"],
                &filled["ok"]
            ),
            (&json!("office"), &json!(3), &json!(0.0), &json!(false))
        );
        assert_eq!(filled["entries"].as_array().unwrap().len(), 1);
        for theme in filled["themes"].as_array().unwrap() {
            let theme = theme.as_str().unwrap();
            assert!(
                lines().iter().any(|line| line.text.starts_with(theme)),
                "{theme} is a quote"
            );
        }
    }

    #[test]
    fn a_bottomless_schema_ends() {
        let mut schema = json!({"type": "string"});
        for _ in 0..100 {
            schema = json!({"type": "object", "properties": {"x": schema}});
        }
        assert!(value(&schema, "", &[], 0).is_object());
    }
}
