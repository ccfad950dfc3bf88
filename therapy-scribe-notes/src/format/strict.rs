//! The strict subset of JSON Schema that every model behind the gateway takes (`llm-gateway.md` 4.3).

use serde_json::{Map, Value, json};

use crate::{Error, Result};

/// What may stand anywhere; at the root a file may say which dialect it is in, since the subset means the same in all.
const ANNOTATIONS: [&str; 2] = ["title", "description"];
const DIALECT: &str = "$schema";
/// What the subset has, and bounds, which are not sent.
const KEYWORDS: [&str; 9] = [
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "minimum",
    "maximum",
    "anyOf",
];
/// The advice that holds for every vendor: fewer than 60 properties, and 4 levels of objects.
const MOST_PROPERTIES: usize = 59;
const MOST_LEVELS: usize = 4;
/// Lists of lists and unions in unions are counted too.
const MOST_STEPS: usize = 16;
/// OpenAI takes 1000; Google has a ceiling that nobody knows.
const MOST_VALUES: usize = 200;
/// Of names, descriptions and values. OpenAI takes 120 000.
const MOST_CHARACTERS: usize = 60_000;

/// The schema of a note, with closed objects and everything required in order; or what a model would refuse, with its
/// place.
pub(super) fn strict(schema: &Value) -> Result<Value> {
    let mut size = Size::default();
    let strict = size.schema(schema, "", Depth::default())?;
    if strict.get("type") != Some(&json!("object")) {
        return Err(refused("", "the note itself must be an object"));
    }
    Ok(strict)
}

pub(super) fn refused(path: &str, reason: &'static str) -> Error {
    let path = if path.is_empty() { "/" } else { path };
    Error::Format {
        path: path.to_owned(),
        reason,
    }
}

/// How deep a schema lies.
#[derive(Debug, Clone, Copy, Default)]
struct Depth {
    steps: usize,
    objects: usize,
}

impl Depth {
    const fn step(self) -> Self {
        Self {
            steps: self.steps + 1,
            ..self
        }
    }

    const fn object(self) -> Self {
        Self {
            steps: self.steps + 1,
            objects: self.objects + 1,
        }
    }
}

/// What has been read so far.
#[derive(Debug, Default)]
struct Size {
    properties: usize,
    values: usize,
    characters: usize,
}

impl Size {
    fn schema(&mut self, schema: &Value, at: &str, depth: Depth) -> Result<Value> {
        let Value::Object(fields) = schema else {
            return Err(refused(at, "a schema of its own is needed here"));
        };
        if depth.steps > MOST_STEPS {
            return Err(refused(at, "it is nested too deeply"));
        }
        let is_known = |key: &str| {
            KEYWORDS.contains(&key)
                || ANNOTATIONS.contains(&key)
                || (key == DIALECT && depth.steps == 0)
        };
        if let Some(unknown) = fields.keys().find(|key| !is_known(key)) {
            let at = format!("{at}/{}", shown(unknown));
            return Err(refused(&at, "models do not support this construct"));
        }
        let mut strict = Map::new();
        for key in ANNOTATIONS {
            if let Some(text) = fields.get(key) {
                self.text(text, &format!("{at}/{key}"))?;
                strict.insert(key.to_owned(), text.clone());
            }
        }
        if let Some(branches) = fields.get("anyOf") {
            allow(fields, &["anyOf"], at)?;
            let branches = self.branches(branches, &format!("{at}/anyOf"), depth.step())?;
            strict.insert("anyOf".to_owned(), branches);
            return Ok(strict.into());
        }
        let (kind, nullable) = kind(fields, at)?;
        strict.extend(fields.get_key_value("type").map(owned));
        match kind {
            "object" => self.object(fields, &mut strict, at, depth)?,
            "array" => {
                allow(fields, &["type", "items"], at)?;
                let items = fields.get("items").unwrap_or(&Value::Null);
                let items = self.schema(items, &format!("{at}/items"), depth.step())?;
                strict.insert("items".to_owned(), items);
            }
            "string" => {
                allow(fields, &["type", "enum"], at)?;
                if let Some(values) = fields.get("enum") {
                    self.values(values, nullable, &format!("{at}/enum"))?;
                    strict.insert("enum".to_owned(), values.clone());
                }
            }
            "integer" => bounds(fields, &mut strict, at)?,
            _ => allow(fields, &["type"], at)?,
        }
        Ok(strict.into())
    }

    fn object(
        &mut self,
        fields: &Map<String, Value>,
        strict: &mut Map<String, Value>,
        at: &str,
        depth: Depth,
    ) -> Result<()> {
        let known = ["type", "properties", "required", "additionalProperties"];
        allow(fields, &known, at)?;
        if fields
            .get("additionalProperties")
            .is_some_and(|more| *more != json!(false))
        {
            let at = format!("{at}/additionalProperties");
            return Err(refused(&at, "maps with free keys are not supported"));
        }
        let depth = depth.object();
        if depth.objects > MOST_LEVELS {
            return Err(refused(
                at,
                "objects may lie four levels deep and no deeper",
            ));
        }
        let all = format!("{at}/properties");
        let properties = fields.get("properties").and_then(Value::as_object);
        let properties = properties.filter(|properties| !properties.is_empty());
        let properties =
            properties.ok_or_else(|| refused(&all, "an object needs named properties"))?;
        required(fields, properties, at)?;
        let mut closed = Map::new();
        for (name, schema) in properties {
            self.name(name, &all)?;
            let property = self.schema(schema, &format!("{all}/{name}"), depth)?;
            closed.insert(name.clone(), property);
        }
        // Google writes in this order, the others in that of the properties.
        let names: Vec<_> = closed.keys().cloned().collect();
        strict.insert("properties".to_owned(), closed.into());
        strict.insert("required".to_owned(), names.into());
        strict.insert("additionalProperties".to_owned(), false.into());
        Ok(())
    }

    /// Claude's rule for names; it also keeps pointers plain.
    fn name(&mut self, name: &str, at: &str) -> Result<()> {
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"_-.".contains(&b);
        if name.is_empty() || name.len() > 64 || !name.bytes().all(is_plain) {
            return Err(refused(
                at,
                "a name must be 1 to 64 letters, digits, `_`, `-` or `.` of ASCII",
            ));
        }
        self.properties += 1;
        if self.properties > MOST_PROPERTIES {
            return Err(refused(at, "there must be fewer than 60 properties in all"));
        }
        self.count(name, at)
    }

    fn branches(&mut self, branches: &Value, at: &str, depth: Depth) -> Result<Value> {
        let branches = branches.as_array().filter(|branches| !branches.is_empty());
        let branches = branches.ok_or_else(|| refused(at, "it must be a list of schemas"))?;
        let branch =
            |(index, branch): (usize, &Value)| self.schema(branch, &format!("{at}/{index}"), depth);
        branches.iter().enumerate().map(branch).collect()
    }

    fn values(&mut self, values: &Value, nullable: bool, at: &str) -> Result<()> {
        let list = values.as_array().filter(|values| !values.is_empty());
        let list = list.ok_or_else(|| refused(at, "it must be a list of texts"))?;
        self.values += list.len();
        if self.values > MOST_VALUES {
            return Err(refused(at, "there must be at most 200 values in all"));
        }
        for (index, value) in list.iter().enumerate() {
            let at = format!("{at}/{index}");
            if !(nullable && value.is_null()) {
                self.text(value, &at)?;
            }
            if list.iter().take(index).any(|earlier| earlier == value) {
                return Err(refused(&at, "this value is there twice"));
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &Value, at: &str) -> Result<()> {
        let text = text
            .as_str()
            .ok_or_else(|| refused(at, "it must be a text"))?;
        self.count(text, at)
    }

    fn count(&mut self, text: &str, at: &str) -> Result<()> {
        self.characters += text.chars().count();
        if self.characters > MOST_CHARACTERS {
            return Err(refused(at, "there is more text than models take"));
        }
        Ok(())
    }
}

/// The type, and whether null may stand in its place.
fn kind<'a>(fields: &'a Map<String, Value>, at: &str) -> Result<(&'a str, bool)> {
    let at = format!("{at}/type");
    let (kind, nullable) = match fields.get("type") {
        Some(Value::String(kind)) => (kind.as_str(), false),
        Some(Value::Array(kinds)) => match kinds.as_slice() {
            [Value::String(kind), Value::String(null)] if null == "null" && kind != "null" => {
                (kind.as_str(), true)
            }
            _ => return Err(refused(&at, "a list here must be one type and \"null\"")),
        },
        _ => return Err(refused(&at, "it needs a type")),
    };
    match kind {
        "object" | "array" | "string" | "integer" | "boolean" | "null" => Ok((kind, nullable)),
        "number" => Err(refused(
            &at,
            "a signature covers whole numbers only: take \"integer\", or \"string\"",
        )),
        _ => Err(refused(&at, "there is no such type")),
    }
}

/// Each property is required: what may be absent is null or empty.
fn required(fields: &Map<String, Value>, properties: &Map<String, Value>, at: &str) -> Result<()> {
    let required = fields.get("required").and_then(Value::as_array);
    let listed: Vec<_> = required.into_iter().flatten().collect();
    let is_listed = |name: &&String| listed.iter().any(|other| *other == *name);
    if let Some(optional) = properties.keys().find(|name| !is_listed(name)) {
        let at = format!("{at}/properties/{}", shown(optional));
        return Err(refused(
            &at,
            "a property must be in `required`; let it be null where it may be absent",
        ));
    }
    if listed.len() != properties.len() {
        let at = format!("{at}/required");
        return Err(refused(&at, "it must name each property once"));
    }
    Ok(())
}

/// Models are not told of bounds by the schema; what breaks them is found afterwards.
fn bounds(fields: &Map<String, Value>, strict: &mut Map<String, Value>, at: &str) -> Result<()> {
    allow(fields, &["type", "minimum", "maximum"], at)?;
    let mut least = i64::MIN;
    for key in ["minimum", "maximum"] {
        if let Some(bound) = fields.get(key) {
            let at = format!("{at}/{key}");
            let number = bound.as_i64().filter(|number| *number >= least);
            least = number.ok_or_else(|| refused(&at, "it is no bound of a whole number"))?;
            strict.insert(key.to_owned(), bound.clone());
        }
    }
    Ok(())
}

/// Beside annotations, which may stand anywhere.
fn allow(fields: &Map<String, Value>, keywords: &[&str], at: &str) -> Result<()> {
    let is_known =
        |key: &str| ANNOTATIONS.contains(&key) || key == DIALECT || keywords.contains(&key);
    match fields.keys().find(|key| !is_known(key)) {
        Some(other) => {
            let at = format!("{at}/{other}");
            Err(refused(&at, "it does not belong to this type"))
        }
        None => Ok(()),
    }
}

/// A name of the author's as part of a path.
pub(super) fn shown(name: &str) -> String {
    let name: String = name.chars().take(64).collect();
    name.replace('~', "~0").replace('/', "~1")
}

fn owned((key, value): (&String, &Value)) -> (String, Value) {
    (key.clone(), value.clone())
}
