//! Filling any JSON schema with quotes of the transcript, and with nothing else.

use std::cell::Cell;

use serde_json::{Map, Value, json};

use super::{
    choose::{LONGEST, Topic, clip, is_therapist, joined, quotes, themes, topic},
    transcript::{Line, transcript},
};

/// Deeper schemas get null: none that a model takes is that deep.
const DEEPEST: usize = 24;
/// The most values of one note.
const MOST_VALUES: u32 = 10_000;
/// The most entries of a list.
const MOST_ITEMS: usize = 4;

/// What the model writes: a value of the schema that was asked for, else a few quotes as prose.
pub(super) fn content(request: &Value) -> String {
    let lines = transcript(request);
    match request.pointer("/response_format/json_schema/schema") {
        Some(root) => {
            let filler = Filler {
                root,
                lines: &lines,
                left: Cell::new(MOST_VALUES),
            };
            filler.value(root, "", 0).to_string()
        }
        None => joined(&quotes(&lines, None), LONGEST),
    }
}

struct Filler<'a> {
    root: &'a Value,
    lines: &'a [Line],
    /// How many values may still be made: a schema that refers to itself twice doubles with each level.
    left: Cell<u32>,
}

impl Filler<'_> {
    /// A value that satisfies `schema`. `name` is the property it is for.
    fn value(&self, schema: &Value, name: &str, depth: usize) -> Value {
        if depth > DEEPEST || self.left.get() == 0 {
            return Value::Null;
        }
        self.left.set(self.left.get() - 1);
        if let Some(target) = self.target(schema) {
            return self.value(target, name, depth + 1);
        }
        if let Some(constant) = schema.get("const") {
            return constant.clone();
        }
        let first = |key: &str| schema.get(key)?.as_array()?.first();
        if let Some(first) = first("enum") {
            return first.clone();
        }
        if let Some(branch) = ["anyOf", "oneOf", "allOf"].into_iter().find_map(|key| {
            let branches = schema.get(key)?.as_array()?;
            let is_null = |branch: &&Value| kind(branch) == "null" && branch.get("$ref").is_none();
            branches
                .iter()
                .find(|branch| !is_null(branch))
                .or(branches.first())
        }) {
            return self.value(branch, name, depth + 1);
        }
        match kind(schema) {
            "object" => self.object(schema, depth),
            "array" => self.array(schema, name, depth),
            "string" => self.string(schema, name),
            // Numbers can't be quoted: where nothing may stand, nothing does.
            "integer" | "number" if is_nullable(schema) => Value::Null,
            "integer" => whole(bound(schema).ceil()),
            "number" => json!(bound(schema)),
            "boolean" => false.into(),
            _ => Value::Null,
        }
    }

    /// What a local `$ref` points to.
    fn target(&self, schema: &Value) -> Option<&Value> {
        let path = schema.get("$ref")?.as_str()?.strip_prefix('#')?;
        self.root.pointer(path)
    }

    fn object(&self, schema: &Value, depth: usize) -> Value {
        let properties = schema.get("properties").and_then(Value::as_object);
        let filled = properties
            .into_iter()
            .flatten()
            .map(|(name, schema)| (name.clone(), self.value(schema, name, depth + 1)));
        Value::Object(filled.collect::<Map<_, _>>())
    }

    fn array(&self, schema: &Value, name: &str, depth: usize) -> Value {
        let items = schema.get("items").unwrap_or(&Value::Null);
        let items = self.target(items).unwrap_or(items);
        let limit = |key: &str| usize::try_from(schema.get(key)?.as_u64()?).ok();
        let least = limit("minItems").unwrap_or(0).min(1000);
        let most = limit("maxItems").unwrap_or(MOST_ITEMS).max(least);
        let mut filled: Vec<Value> = if kind(items) == "string" && items.get("enum").is_none() {
            let longest = longest(items);
            let texts = self.list(name, about(schema)).into_iter();
            texts
                .take(most)
                .map(|text| clip(&text, longest).into())
                .collect()
        } else if kind(items) == "object" {
            self.entries(items, name, most.min(MOST_ITEMS), depth)
        } else {
            Vec::new()
        };
        while filled.len() < least {
            filled.push(self.value(items, name, depth + 1));
        }
        filled.into()
    }

    /// Short strings for a list: ids of lines, themes, or quotes.
    fn list(&self, name: &str, description: &str) -> Vec<String> {
        // They are of a plan, and not of the transcript.
        if name.contains("goal") && is_evidence(name) {
            return Vec::new();
        }
        if is_evidence(name) {
            let cited = quotes(self.lines, Some(Topic::Client));
            return cited
                .iter()
                .filter_map(|quote| quote.line.id.clone())
                .collect();
        }
        if name.contains("theme") || name.contains("topic") {
            return themes(self.lines);
        }
        let chosen = quotes(self.lines, topic(name, description));
        chosen
            .iter()
            .map(|quote| quote.attributed(LONGEST))
            .collect()
    }

    /// Each entry of a list of objects is about one line; or about one speaker, if it asks who it is about.
    fn entries(&self, items: &Value, name: &str, most: usize, depth: usize) -> Vec<Value> {
        let properties = items.get("properties").and_then(Value::as_object);
        let asks_who =
            properties.is_some_and(|properties| properties.keys().any(|key| is_person(key)));
        let mut subjects: Vec<Vec<Line>> = Vec::new();
        for quote in quotes(self.lines, topic(name, about(items))) {
            let line = Line {
                id: quote.line.id.clone(),
                speaker: quote.line.speaker.clone(),
                text: quote.text.to_owned(),
            };
            let is_subject = |lines: &&mut Vec<Line>| {
                let earlier = lines.first();
                earlier.is_some_and(|earlier| asks_who && earlier.speaker == line.speaker)
            };
            match subjects.iter_mut().find(is_subject) {
                Some(lines) => lines.push(line),
                None => subjects.push(vec![line]),
            }
        }
        // Two sentences of one line have one id: an entry with an id of its own gets the first.
        let has_id = properties.is_some_and(|properties| properties.contains_key("id"));
        subjects.dedup_by(|next, earlier| has_id && id(next).is_some() && id(next) == id(earlier));
        let filled = |lines: &Vec<Line>| {
            let filler = Filler {
                root: self.root,
                lines,
                left: Cell::new(self.left.get()),
            };
            let value = filler.value(items, "", depth + 1);
            self.left.set(filler.left.get());
            value
        };
        subjects.iter().take(most).map(filled).collect()
    }

    fn string(&self, schema: &Value, name: &str) -> Value {
        let longest = longest(schema);
        if is_evidence(name) {
            let id = self.lines.iter().find_map(|line| line.id.clone());
            return clip(&id.unwrap_or_default(), longest).into();
        }
        if let Some(line) = self.lines.first().filter(|_| is_person(name)) {
            return clip(&line.speaker, longest).into();
        }
        let topic = topic(name, about(schema));
        let mut chosen = quotes(self.lines, topic);
        // Quotes say whose they are: where nobody is to be named, only who leads the session is quoted.
        let said: Vec<_> = about(schema).split_whitespace().collect();
        if said.join(" ").contains("Names no member") {
            chosen.retain(|quote| is_therapist(quote.line));
        }
        // An entry about one line says that line, whatever its fields are called; risk stays risk.
        if chosen.is_empty() && self.lines.len() == 1 && topic != Some(Topic::Risk) {
            chosen = quotes(self.lines, None);
        }
        if chosen.is_empty() && is_nullable(schema) {
            return Value::Null;
        }
        joined(&chosen, longest).into()
    }
}

fn is_evidence(name: &str) -> bool {
    let name = name.to_lowercase();
    name.contains("evidence")
        || name == "id"
        || name == "ids"
        || name.ends_with("_id")
        || name.ends_with("_ids")
}

/// Whether a field asks who it is, by the way transcripts name speakers.
fn is_person(name: &str) -> bool {
    ["speaker", "member", "partner", "participant"].contains(&name)
}

fn id(lines: &[Line]) -> Option<&str> {
    lines.first()?.id.as_deref()
}

fn about(schema: &Value) -> &str {
    schema
        .get("description")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn longest(schema: &Value) -> usize {
    let most = schema.get("maxLength").and_then(Value::as_u64);
    most.and_then(|most| usize::try_from(most).ok())
        .map_or(LONGEST, |most| most.min(LONGEST))
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
        _ if schema.get("items").is_some() => "array",
        _ => "null",
    }
}

fn is_nullable(schema: &Value) -> bool {
    let kinds = schema.get("type").and_then(Value::as_array);
    kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind == "null"))
}

/// The number nearest to zero that the schema allows.
fn bound(schema: &Value) -> f64 {
    let get = |key: &str| schema.get(key).and_then(Value::as_f64);
    let least = get("minimum").or_else(|| get("exclusiveMinimum").map(|least| least + 1.0));
    let most = get("maximum").or_else(|| get("exclusiveMaximum").map(|most| most - 1.0));
    0.0_f64
        .max(least.unwrap_or(f64::MIN))
        .min(most.unwrap_or(f64::MAX))
}

fn whole(number: f64) -> Value {
    let digits = format!("{number:.0}");
    digits.parse::<i64>().map_or(Value::from(0), Value::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TALK: &str = "[U0001 0:01 Client] I almost did not come today at all.\n[U0002 0:09 Therapist] Your GAD-7 is fourteen. For homework, keep a thought record.\n[U0003 0:20 Client] Sometimes I wish I did not wake up.";

    fn filled(schema: &Value) -> Value {
        let request = json!({"messages": [{"role": "user", "content": TALK}],
            "response_format": {"json_schema": {"schema": schema}}});
        serde_json::from_str(&content(&request)).unwrap()
    }

    #[test]
    fn a_dap_note_quotes_the_transcript_and_nothing_else() {
        let text = json!({"type": "string"});
        let list = json!({"type": "array", "items": text});
        let note = filled(&json!({"type": "object", "properties": {
            "data": text, "assessment": text, "plan": text, "risk_flags": list, "themes": list}}));
        assert_eq!(
            note["plan"],
            "Therapist: \"For homework, keep a thought record.\""
        );
        assert!(
            note["assessment"]
                .as_str()
                .unwrap()
                .contains("GAD-7 is fourteen.")
        );
        assert_eq!(
            note["risk_flags"],
            json!(["Client: \"Sometimes I wish I did not wake up.\""])
        );
        assert_eq!(
            note["themes"],
            json!(["I almost did not come today", "Sometimes I wish I did not"])
        );
        for field in ["data", "assessment", "plan"] {
            for quote in note[field].as_str().unwrap().split('"').skip(1).step_by(2) {
                assert!(TALK.contains(quote), "{quote}");
            }
        }
    }

    #[test]
    fn every_construct_of_the_strict_subset_is_filled() {
        let note = filled(
            &json!({"type": "object", "$defs": {"Setting": {"type": "string", "enum": ["office", "video"]}},
            "properties": {
            "setting": {"$ref": "#/$defs/Setting"}, "score": {"type": ["integer", "null"]}, "level": {"type": "integer", "minimum": 3, "maximum": 5},
            "ratio": {"anyOf": [{"type": "null"}, {"type": "number", "maximum": -1}]}, "ok": {"type": "boolean"}, "kind": {"const": "dap"},
            "nested": {"type": "object", "properties": {"safety": {"type": ["string", "null"], "maxLength": 20}}},
            "statements": {"type": "array", "minItems": 1, "items": {"type": "object", "properties": {
                "evidence": {"type": "array", "items": {"type": "string"}}, "text": {"type": "string"}, "risk_flag": {"type": ["string", "null"]}}}}}}),
        );
        assert_eq!(
            (&note["setting"], &note["kind"]),
            (&json!("office"), &json!("dap"))
        );
        assert_eq!((&note["score"], &note["level"]), (&Value::Null, &json!(3)));
        assert_eq!((&note["ratio"], &note["ok"]), (&json!(-1.0), &json!(false)));
        assert!(note["nested"]["safety"].as_str().unwrap().chars().count() <= 20);
        let first = &note["statements"][0];
        assert_eq!(first["evidence"], json!(["U0001"]));
        assert_eq!(
            first["text"],
            "Client: \"I almost did not come today at all.\""
        );
        assert_eq!(first["risk_flag"], Value::Null);
    }

    #[test]
    fn entries_about_people_are_one_for_each_and_goals_of_a_plan_are_not_quoted() {
        let text = json!({"type": "string"});
        let of = |properties: Value| json!({"type": "object", "properties": properties});
        let list = |items: &Value| json!({"type": "array", "items": items});
        let note = filled(&of(json!({
            "topic": {"type": "string", "description": "What it was. Names no\nmember."},
            "members": list(&of(json!({"member": text, "said": text}))),
            "goals": list(&of(json!({"id": text, "goal": text}))),
            "goal_ids": list(&text)})));
        let who = |index: usize| note["members"][index]["member"].as_str();
        assert_eq!(
            (who(0), who(1), who(2)),
            (Some("Client"), Some("Therapist"), None)
        );
        let said = note["members"][0]["said"].as_str().unwrap();
        assert!(
            said.contains("come today") && said.contains("wake up"),
            "{said}"
        );
        let ids: Vec<_> = note["goals"]
            .as_array()
            .unwrap()
            .iter()
            .map(|goal| &goal["id"])
            .collect();
        assert_eq!(ids, ["U0001", "U0002", "U0003"]);
        assert_eq!(note["goal_ids"], json!([]));
        let topic = note["topic"].as_str().unwrap();
        assert!(
            topic.starts_with("Therapist: ") && !topic.contains("Client"),
            "{topic}"
        );
    }

    #[test]
    fn a_bottomless_schema_ends() {
        let endless =
            json!({"type": "object", "properties": {"x": {"$ref": "#"}, "y": {"$ref": "#"}}});
        assert!(filled(&endless).is_object());
        assert_eq!(filled(&json!({"$ref": "#/nowhere"})), Value::Null);
        assert_eq!(filled(&json!(true)), Value::Null);
    }

    #[test]
    fn without_a_transcript_nothing_is_said() {
        let request = json!({"messages": [], "response_format": {"json_schema": {"schema":
            {"type": "object", "properties": {"plan": {"type": "string"}, "risk_flags": {"type": "array", "items": {"type": "string"}}}}}}});
        assert_eq!(content(&request), r#"{"plan":"","risk_flags":[]}"#);
    }
}
