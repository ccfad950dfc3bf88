//! Reading a practice's schema file.

use std::{cell::RefCell, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::strict::{refused, shown};
use crate::Result;

/// More than any note needs, and little enough to be read at once.
const MOST_BYTES: usize = 256 * 1024;

/// The document, if no name stands in it twice: JSON leaves open which of two holds, and its author would not be told.
pub(super) fn read(json: &[u8]) -> Result<Value> {
    if json.len() > MOST_BYTES {
        return Err(refused("", "the file is larger than 256 KiB"));
    }
    // Written by several editors; JSON itself has none.
    let json = json.strip_prefix("\u{feff}".as_bytes()).unwrap_or(json);
    let twice = RefCell::new(None);
    let mut reader = serde_json::Deserializer::from_slice(json);
    let root = Place {
        above: None,
        name: "",
        twice: &twice,
    };
    // The parser stops at 128 levels.
    let value = root.deserialize(&mut reader);
    let value = value.and_then(|value| reader.end().map(|()| value));
    value.map_err(|_| match twice.take() {
        Some(path) => refused(&path, "this name is there twice"),
        None => refused("", "the file is not JSON, or is nested too deeply"),
    })
}

/// Where in the document, and where a name was found twice. A path is written only then.
#[derive(Clone, Copy)]
struct Place<'a> {
    above: Option<&'a Place<'a>>,
    name: &'a str,
    twice: &'a RefCell<Option<String>>,
}

impl Place<'_> {
    fn inside<'a>(&'a self, name: &'a str) -> Place<'a> {
        Place {
            above: Some(self),
            name,
            twice: self.twice,
        }
    }

    fn path(&self) -> String {
        match self.above {
            Some(above) => format!("{}/{}", above.path(), shown(self.name)),
            None => String::new(),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Place<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.inside(&list.len().to_string()))? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            let inside = self.inside(&name);
            if map.contains_key(&name) {
                self.twice.replace(Some(inside.path()));
                return Err(A::Error::custom("twice"));
            }
            let value = fields.next_value_seed(inside)?;
            map.insert(name, value);
        }
        Ok(map.into())
    }
}
