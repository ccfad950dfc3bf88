//! The strict subset, as `llm-gateway.md` 4.3 states it and not as the crate does; and what a practice's file may not hold.

use serde_json::{Value, json};
use therapy_scribe_notes::{Error, Formats, NoteFormat as _, SchemaFormat, check_note};

/// What the table says, row by row. Returns the number of properties and of levels.
fn check(schema: &Value, at: &str) -> (usize, usize) {
    const ALLOWED: [&str; 8] = [
        "type",
        "properties",
        "items",
        "required",
        "additionalProperties",
        "enum",
        "anyOf",
        "description",
    ];
    let fields = schema.as_object().unwrap();
    for key in fields.keys() {
        assert!(ALLOWED.contains(&key.as_str()), "{at} has `{key}`");
    }
    let list = |key: &str| {
        fields
            .get(key)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    assert!(
        fields.contains_key("type") || !list("anyOf").is_empty(),
        "{at} has no type"
    );
    assert!(list("enum").iter().all(Value::is_string), "{at}/enum");
    let mut parts: Vec<_> = list("anyOf")
        .iter()
        .map(|branch| check(branch, &format!("{at}/anyOf")))
        .collect();
    parts.extend(
        fields
            .get("items")
            .map(|items| check(items, &format!("{at}/items"))),
    );
    let mut own = (0, 0);
    if fields.get("type") == Some(&json!("object")) {
        let properties = check_closed(schema, at);
        own = (properties.len(), 1);
        parts.extend(properties);
    }
    let deepest = parts
        .iter()
        .map(|(_, levels)| levels)
        .max()
        .copied()
        .unwrap_or(0);
    (
        own.0 + parts.iter().map(|(count, _)| count).sum::<usize>(),
        own.1 + deepest,
    )
}

/// An object: all that its properties hold.
fn check_closed(schema: &Value, at: &str) -> Vec<(usize, usize)> {
    assert_eq!(schema["additionalProperties"], false, "{at} is open");
    let properties = schema["properties"].as_object().unwrap();
    // Google writes in the order of `required`.
    let names: Vec<_> = properties.keys().collect();
    assert_eq!(schema["required"], json!(names), "{at}/required");
    let property = |(name, property): (&String, &Value)| {
        let at = format!("{at}/properties/{name}");
        let told = property["description"].as_str().unwrap_or_default();
        assert!(told.len() > 20, "{at} tells its writer nothing");
        check(property, &at)
    };
    properties.iter().map(property).collect()
}

#[test]
fn every_built_in_schema_is_in_the_subset_that_all_vendors_take() {
    let formats = Formats::new();
    for id in formats.ids() {
        let format = formats.get(id).unwrap();
        let schema = format.schema();
        assert_eq!(schema["type"], "object", "{id}");
        let (properties, levels) = check(schema, id);
        assert!(
            properties < 60 && levels <= 4,
            "{id}: {properties} properties, {levels} levels"
        );
        assert!(schema.to_string().len() < 120_000, "{id}");
        let name = format!("{id}_v{}", format.version());
        assert!(
            name.len() <= 64 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'),
            "{name}"
        );
    }
}

#[test]
fn a_schema_that_was_sent_once_can_come_back_as_a_file() {
    let formats = Formats::new();
    for id in formats.ids() {
        let schema = formats.get(id).unwrap().schema().clone();
        let read = SchemaFormat::from_json(id, 1, schema.to_string()).unwrap();
        assert_eq!(*read.schema(), schema, "{id}");
    }
}

fn object(properties: &Value) -> Value {
    let names: Vec<_> = properties.as_object().unwrap().keys().cloned().collect();
    json!({"type": "object", "required": names, "properties": properties})
}

/// Where a file is refused.
fn refused(file: impl AsRef<[u8]>) -> String {
    match SchemaFormat::from_json("own", 1, file) {
        Err(Error::Format { path, .. }) => path,
        other => panic!("{other:?}"),
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn a_file_is_refused_with_the_path_of_what_a_model_would_not_take() {
    let text = || json!({"type": "string"});
    let whole = |bounds: Value| {
        let mut schema = json!({"type": "integer"});
        schema
            .as_object_mut()
            .unwrap()
            .extend(bounds.as_object().unwrap().clone());
        object(&json!({"n": schema}))
    };
    let mut optional = object(
        &json!({"a": text(), "b": {"type": "array", "items": object(&json!({"c": text()}))}}),
    );
    optional["properties"]["b"]["items"]["required"] = json!([]);
    let with = |key: &str, value: Value| {
        let mut schema = object(&json!({"a": text()}));
        schema[key] = value;
        schema
    };
    for (schema, path) in [
        (
            object(&json!({"a": {"$ref": "#/$defs/a"}})),
            "/properties/a/$ref",
        ),
        (
            object(&json!({"a": {"type": "string", "pattern": "^x$"}})),
            "/properties/a/pattern",
        ),
        (optional, "/properties/b/items/properties/c"),
        (with("$defs", json!({})), "/$defs"),
        (with("x-y~z/", json!(1)), "/x-y~0z~1"),
        (with("required", json!(["a", "b"])), "/required"),
        (with("required", json!(["a", "a"])), "/required"),
        (with("required", json!("a")), "/properties/a"),
        (
            with("additionalProperties", json!(true)),
            "/additionalProperties",
        ),
        (with("description", json!(["x"])), "/description"),
        (with("minimum", json!(1)), "/minimum"),
        (with("type", json!(["object", "null"])), "/"),
        (with("type", json!("thing")), "/type"),
        (json!({"anyOf": [object(&json!({"a": text()}))]}), "/"),
        (json!({"type": "object"}), "/properties"),
        (json!({"type": "object", "properties": {}}), "/properties"),
        (json!([]), "/"),
        (object(&json!({"": text()})), "/properties"),
        (object(&json!({"a b": text()})), "/properties"),
        (object(&json!({"a": true})), "/properties/a"),
        (object(&json!({"a": {}})), "/properties/a/type"),
        (
            object(&json!({"a": {"type": ["string", "integer"]}})),
            "/properties/a/type",
        ),
        (
            object(&json!({"a": {"type": "number"}})),
            "/properties/a/type",
        ),
        (
            object(&json!({"a": {"type": "array"}})),
            "/properties/a/items",
        ),
        (
            object(&json!({"a": {"type": "string", "maxLength": 3}})),
            "/properties/a/maxLength",
        ),
        (
            object(&json!({"a": {"type": "string", "format": "date"}})),
            "/properties/a/format",
        ),
        (
            object(&json!({"a": {"type": "string", "$schema": "x"}})),
            "/properties/a/$schema",
        ),
        (
            object(&json!({"a": {"type": "string", "minimum": 3}})),
            "/properties/a/minimum",
        ),
        (
            object(&json!({"a": {"type": "string", "enum": []}})),
            "/properties/a/enum",
        ),
        (
            object(&json!({"a": {"type": "string", "enum": ["x", "x"]}})),
            "/properties/a/enum/1",
        ),
        (
            object(&json!({"a": {"type": "string", "enum": ["x", null]}})),
            "/properties/a/enum/1",
        ),
        (
            object(&json!({"a": {"type": "integer", "enum": [1]}})),
            "/properties/a/enum",
        ),
        (object(&json!({"a": {"anyOf": []}})), "/properties/a/anyOf"),
        (
            object(&json!({"a": {"anyOf": [{"type": "string", "pattern": ""}]}})),
            "/properties/a/anyOf/0/pattern",
        ),
        (
            object(&json!({"a": {"oneOf": [text()]}})),
            "/properties/a/oneOf",
        ),
        (whole(json!({"minimum": 0.5})), "/properties/n/minimum"),
        (
            whole(json!({"minimum": 3, "maximum": 2})),
            "/properties/n/maximum",
        ),
        (
            whole(json!({"exclusiveMinimum": 3})),
            "/properties/n/exclusiveMinimum",
        ),
    ] {
        assert_eq!(refused(schema.to_string()), path, "{schema}");
    }
}

#[test]
fn a_name_that_stands_twice_is_refused_with_its_path() {
    let file = r#"{"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}, "a": {"type": "integer"}}}"#;
    assert_eq!(refused(file), "/properties/a");
    assert_eq!(refused(r#"{"a": [0, {"b~/": 1, "b~/": 2}]}"#), "/a/1/b~0~1");
}

#[test]
fn large_and_deep_files_are_refused_and_do_no_harm() {
    let text = || json!({"type": "string"});
    let many = (0..60).map(|index| (format!("p{index}"), text()));
    assert_eq!(refused(object(&many.collect()).to_string()), "/properties");
    let values: Vec<_> = (0..201).map(|index| index.to_string()).collect();
    let values = object(&json!({"a": {"type": "string", "enum": values}}));
    assert_eq!(refused(values.to_string()), "/properties/a/enum");
    let long = object(&json!({"a": {"type": "string", "description": "x".repeat(70_000)}}));
    assert_eq!(refused(long.to_string()), "/properties/a/description");
    let nested =
        |levels: usize, wrap: fn(Value) -> Value| (0..levels).fold(text(), |inner, _| wrap(inner));
    let objects = |levels| nested(levels, |inner| object(&json!({"a": inner})));
    assert!(SchemaFormat::from_json("own", 1, objects(4).to_string()).is_ok());
    assert_eq!(refused(objects(5).to_string()), "/properties/a".repeat(4));
    let lists = nested(40, |inner| json!({"type": "array", "items": inner}));
    assert!(refused(object(&json!({"a": lists})).to_string()).ends_with("/items/items"));
    for levels in [200, 10_000, 80_000] {
        for open in ["[", "{\"a\":", "{\"items\":"] {
            assert_eq!(refused(open.repeat(levels)), "/", "{open} {levels}");
        }
    }
    for file in ["", "{", "nul", "{} {}", "\u{0}"] {
        assert_eq!(refused(file), "/", "{file}");
    }
    assert_eq!(refused(vec![b' '; 300 * 1024]), "/");
    assert_eq!(refused([0xff, 0xfe]), "/");
    // Read by the host, past the parser's own limit.
    let deep = (0..500).fold(text(), |inner, _| json!({"type": "array", "items": inner}));
    assert!(SchemaFormat::from_value("own", 1, &object(&json!({"a": deep}))).is_err());
    for id in ["", "Own", "a b", "ä", &"a".repeat(49)] {
        assert!(
            SchemaFormat::from_json(id, 1, objects(1).to_string()).is_err(),
            "{id}"
        );
    }
}

#[test]
fn what_a_file_says_is_told_and_what_it_bounds_is_checked() {
    let file = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Check-in", "description": "Be brief.",
        "type": "object", "required": ["mood", "days"], "properties": {
            "days": {"type": "array", "items": {"type": "string", "enum": ["Mon", "Tue"]}},
            "mood": {"title": "Mood (1 to 5)", "description": "As said.", "type": ["integer", "null"], "minimum": 1, "maximum": 5}}});
    let format = SchemaFormat::from_json("check_in", 3, format!("\u{feff}{file}")).unwrap();
    assert_eq!(
        (format.title(), format.guidance(), format.version()),
        ("Check-in", "Be brief.", 3)
    );
    let titles: Vec<_> = format
        .sections()
        .iter()
        .map(|section| &*section.title)
        .collect();
    assert_eq!(titles, ["Days", "Mood (1 to 5)"]);
    let schema = format.schema();
    assert_eq!(
        (&schema["additionalProperties"], &schema["required"]),
        (&json!(false), &json!(["days", "mood"]))
    );
    let mood =
        json!({"description": "As said.\nMust be from 1 to 5.", "type": ["integer", "null"]});
    assert_eq!(
        (&schema["properties"]["mood"], schema.get("$schema")),
        (&mood, None)
    );
    let told = |note: Value| {
        check_note(&format, &note)
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(told(json!({"days": ["Mon"], "mood": 5})), [""; 0]);
    assert_eq!(
        told(json!({"days": [], "mood": 6})),
        ["`/mood` must be from 1 to 5"]
    );
    assert_eq!(
        told(json!({"days": ["CANARY"], "mood": 6})),
        ["`/days/0` is none of the allowed values"]
    );
}
