//! The notes of a session's parts, and the one that a model has made of them (pure; the calls are in `writing`).

use serde_json::Value;

use crate::risk;

/// The merged note with every risk flag of the parts, whatever the model has made of them, and with lists that say nothing
/// twice.
pub(crate) fn united(mut merged: Value, parts: &[Value]) -> Value {
    let parts: Vec<&Value> = parts.iter().collect();
    keep_risk(&mut merged, &parts);
    say_once(&mut merged);
    merged
}

/// Flags are taken from the same place of each part, entries of lists being the same where their first field is.
fn keep_risk(merged: &mut Value, parts: &[&Value]) {
    let Value::Object(fields) = merged else {
        return;
    };
    for (name, field) in fields {
        let same: Vec<&Value> = parts.iter().filter_map(|part| part.get(name)).collect();
        let has_risk = |value: &&Value| !risk::flags(value).is_empty();
        match field {
            Value::Array(flags) if name == risk::FLAGS => {
                let all = same.iter().filter_map(|flags| flags.as_array()).flatten();
                // In the parts' order, and before anything that the model has added.
                let mut united: Vec<Value> = all.cloned().collect();
                united.append(flags);
                *flags = united;
            }
            Value::Array(entries) => keep_entries(entries, &same),
            Value::Object(_) => keep_risk(field, &same),
            Value::Null => {
                if let Some(lost) = same.into_iter().find(has_risk) {
                    *field = lost.clone();
                }
            }
            _ => {}
        }
    }
}

fn keep_entries(entries: &mut Vec<Value>, parts: &[&Value]) {
    let theirs: Vec<&Value> = parts
        .iter()
        .filter_map(|list| list.as_array())
        .flatten()
        .collect();
    for part in &theirs {
        let is_there = entries.iter().any(|entry| is_same(entry, part));
        if !is_there && !risk::flags(part).is_empty() {
            entries.push((*part).clone());
        }
    }
    for entry in entries {
        let same: Vec<&Value> = theirs
            .iter()
            .filter(|part| is_same(entry, part))
            .copied()
            .collect();
        keep_risk(entry, &same);
    }
}

/// Whether two entries are about the same: the first field says what an entry is about.
fn is_same(entry: &Value, other: &Value) -> bool {
    let subject = |entry: &Value| {
        let (_, first) = entry.as_object()?.iter().next()?;
        first.as_str().map(plain)
    };
    entry == other || (subject(entry).is_some() && subject(entry) == subject(other))
}

fn say_once(value: &mut Value) {
    match value {
        Value::Array(items) => {
            let mut seen: Vec<Value> = Vec::new();
            items.retain(|item| {
                let item = item
                    .as_str()
                    .map_or_else(|| item.clone(), |text| plain(text).into());
                let is_new = !seen.contains(&item);
                if is_new {
                    seen.push(item);
                }
                is_new
            });
            items.iter_mut().for_each(say_once);
        }
        Value::Object(fields) => fields.values_mut().for_each(say_once),
        _ => {}
    }
}

/// A text but for case, spaces and the full stop.
fn plain(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    let text = words.join(" ").to_lowercase();
    text.trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_flag_that_the_merge_lost_is_there_again_and_none_is_there_twice() {
        let parts = [
            json!({"data": "a", "risk_flags": ["Client wished not to wake up."], "themes": ["sleep"]}),
            json!({"data": "b", "risk_flags": ["client wished  not to wake up", "Client denied a plan."], "themes": []}),
        ];
        let merged = json!({"data": "ab", "risk_flags": ["Client denied a plan.", "Client owns pills."], "themes": ["Sleep", "work", "sleep."]});
        let united = united(merged, &parts);
        assert_eq!(
            united,
            json!({"data": "ab", "themes": ["Sleep", "work"], "risk_flags":
                ["Client wished not to wake up.", "Client denied a plan.", "Client owns pills."]})
        );
    }

    #[test]
    fn a_members_flag_stays_the_members_and_a_lost_member_comes_back_with_it() {
        let member = |name: &str, flags: &[&str]| json!({"member": name, "risk_flags": flags});
        let parts = [
            json!({"members": [member("Anna", &["Anna's flag"]), member("Ben", &[])]}),
            json!({"members": [member("anna", &["Another"]), member("Cleo", &["Cleo's flag"]), member("Cleo", &["Her second"])]}),
        ];
        let merged = json!({"members": [member("Anna", &[])]});
        assert_eq!(
            united(merged, &parts),
            json!({"members": [member("Anna", &["Anna's flag", "Another"]), member("Cleo", &["Cleo's flag", "Her second"])]})
        );
    }

    #[test]
    fn an_object_that_the_merge_left_out_comes_back_where_it_held_risk() {
        let parts = [json!({"safety": {"risk_flags": ["a"]}, "other": {"x": "y"}})];
        let merged = json!({"safety": null, "other": null});
        assert_eq!(
            united(merged, &parts),
            json!({"safety": {"risk_flags": ["a"]}, "other": null})
        );
    }

    /// A note with flags of its own and of its members.
    fn note() -> impl Strategy<Value = Value> {
        let flags = || prop::collection::vec("[ab]{1,3}[.]?", 0..4);
        let members = prop::collection::vec(("[A-C]", flags()), 0..4);
        (flags(), members).prop_map(|(flags, members)| {
            let members: Vec<_> = members
                .into_iter()
                .map(|(name, flags)| json!({"member": name, "risk_flags": flags}))
                .collect();
            json!({"data": "x", "risk_flags": flags, "members": members})
        })
    }

    /// Whose flag it is, and which.
    fn owned(note: &Value) -> Vec<(String, String)> {
        let flags = risk::flags(note).into_iter();
        let owner = |place: &str| {
            let entry = place.split("/risk_flags").next().unwrap_or_default();
            let name = note.pointer(&format!("{entry}/member"));
            name.and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        flags
            .map(|(place, text)| (owner(&place), plain(text)))
            .collect()
    }

    proptest! {
        #[test]
        fn no_flag_of_any_part_is_ever_lost(
            parts in prop::collection::vec(note(), 1..4),
            merged in note(),
        ) {
            let united = united(merged.clone(), &parts);
            let kept = owned(&united);
            for flag in parts.iter().chain([&merged]).flat_map(owned) {
                prop_assert!(kept.contains(&flag), "{:?} is not in {}", flag, united);
            }
        }
    }
}
