//! The file with names.

use std::path::Path;

use serde_json::Value;
use therapy_scribe::redact::KnownNames;

/// Names and what they are of, as a file has them.
#[derive(Default)]
pub(crate) struct Names(Vec<(Of, String)>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Person,
    Place,
    Organization,
}

impl Names {
    /// For a redactor.
    pub(crate) fn known(&self) -> KnownNames {
        let add = |known: KnownNames, (of, name): &(Of, String)| match of {
            Of::Person => known.person(name),
            Of::Place => known.place(name),
            Of::Organization => known.organization(name),
        };
        self.0.iter().fold(KnownNames::new(), add)
    }

    /// Those of people, as they were given.
    pub(crate) fn people(&self) -> impl Iterator<Item = &str> {
        let people = self.0.iter().filter(|(of, _)| *of == Of::Person);
        people.map(|(_, name)| name.as_str())
    }
}

/// Reads names from a file.
pub(crate) fn read(path: &Path) -> Result<Names, String> {
    let shown = path.display();
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("cannot read {shown}: {error}"))?;
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with(['{', '[']) {
        let value: Value = serde_json::from_str(text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            format!("{shown} is no JSON (line {line}, column {column})")
        })?;
        return Ok(of_json("", &value, Names::default()));
    }
    Ok(text.lines().fold(Names::default(), of_line))
}

/// Every string is a name, and the nearest key says of what.
fn of_json(role: &str, value: &Value, names: Names) -> Names {
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

fn of_line(names: Names, line: &str) -> Names {
    let line = line.split('#').next().unwrap_or_default().trim();
    let line = line.trim_start_matches(['-', '*', '•']).trim();
    match line.split_once(':') {
        Some((role, all)) => all
            .split(';')
            .fold(names, |names, name| add(role, name, names)),
        None => add("", line, names),
    }
}

fn add(role: &str, name: &str, mut names: Names) -> Names {
    let role = role.trim().to_lowercase();
    let is = |words: &[&str]| words.iter().any(|word| role.starts_with(word));
    let of = if is(&[
        "place", "city", "cities", "town", "street", "location", "countr",
    ]) {
        Of::Place
    } else if is(&[
        "org",
        "employer",
        "school",
        "compan",
        "clinics",
        "hospital",
        "workplace",
    ]) {
        Of::Organization
    } else {
        Of::Person
    };
    if name.chars().any(char::is_alphabetic) {
        names.0.push((of, name.trim().to_owned()));
    }
    names
}
