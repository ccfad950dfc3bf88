//! Who signs.

use std::fmt;

use serde_json::{Value, json};

/// A clinician, as the host has authenticated them. `Debug` shows the id only.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Clinician {
    id: String,
    name: String,
    credential: String,
    licence: Option<String>,
}

impl Clinician {
    /// By the host's id, the name to sign with, and the credential (`PhD`, `LCSW`).
    pub fn new(
        id: impl Into<String>,
        name: impl Into<String>,
        credential: impl Into<String>,
    ) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            credential: credential.into(),
            licence: None,
        }
    }

    /// The same with a licence number.
    #[must_use]
    pub fn licence(mut self, licence: impl Into<String>) -> Self {
        self.licence = Some(licence.into());
        self
    }

    /// The host's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The name to sign with.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({"id": self.id, "name": self.name, "credential": self.credential, "licence": self.licence})
    }
}

impl fmt::Debug for Clinician {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clinician({})", self.id)
    }
}
