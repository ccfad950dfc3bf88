//! The file with names.

use std::path::Path;

use serde_json::Value;
use therapy_scribe::redact::KnownNames;

/// Reads names from a file.
pub(crate) fn read(path: &Path) -> Result<KnownNames, String> {
    let shown = path.display();
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("cannot read {shown}: {error}"))?;
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with(['{', '[']) {
        let value: Value = serde_json::from_str(text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            format!("{shown} is no JSON (line {line}, column {column})")
        })?;
        return Ok(of_json("", &value, KnownNames::new()));
    }
    Ok(text.lines().fold(KnownNames::new(), of_line))
}

/// Every string is a name, and the nearest key says of what.
fn of_json(role: &str, value: &Value, names: KnownNames) -> KnownNames {
    match value {
        Value::String(name) => add(role, name, names),
        Value::Array(all) => all
            .iter()
            .fold(names, |names, one| of_json(role, one, names)),
        Value::Object(fields) => fields.iter().fold(names, |names, (key, one)| {
            // `{"name":"Anna","role":"client"}`
            let own = value
                .get("role")
                .or_else(|| value.get("kind"))
                .and_then(Value::as_str);
            match key.as_str() {
                "role" | "kind" | "relation" => names,
                "name" | "names" => of_json(own.unwrap_or(role), one, names),
                key => of_json(key, one, names),
            }
        }),
        _ => names,
    }
}

fn of_line(names: KnownNames, line: &str) -> KnownNames {
    let line = line.split('#').next().unwrap_or_default().trim();
    let line = line.trim_start_matches(['-', '*', '•']).trim();
    match line.split_once(':') {
        Some((role, all)) => all
            .split(';')
            .fold(names, |names, name| add(role, name, names)),
        None => add("", line, names),
    }
}

fn add(role: &str, name: &str, names: KnownNames) -> KnownNames {
    let role = role.trim().to_lowercase();
    let is = |words: &[&str]| words.iter().any(|word| role.starts_with(word));
    if is(&[
        "place", "city", "cities", "town", "street", "location", "countr",
    ]) {
        names.place(name)
    } else if is(&[
        "org",
        "employer",
        "school",
        "compan",
        "clinics",
        "hospital",
        "workplace",
    ]) {
        names.organization(name)
    } else {
        names.person(name)
    }
}
