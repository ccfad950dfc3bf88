//! Who signs.

use std::fmt;

use serde_json::{Value, json};

use crate::{Error, Result};

/// A clinician, as the host has authenticated them. `Debug` shows the id only.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Clinician {
    id: String,
    name: String,
    credential: String,
    licence: Option<String>,
    is_supervised: bool,
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
            is_supervised: false,
        }
    }

    /// The same with a licence number.
    #[must_use]
    pub fn licence(mut self, licence: impl Into<String>) -> Self {
        self.licence = Some(licence.into());
        self
    }

    /// The same as one who works under supervision: what they sign awaits a
    /// [`Cosignature`](crate::Cosignature).
    #[must_use]
    pub const fn supervised(mut self) -> Self {
        self.is_supervised = true;
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

    /// Fails for one without a name: what is signed or decided is somebody's.
    pub(crate) fn named(&self) -> Result<()> {
        if self.name.trim().is_empty() {
            return Err(Error::Needed("the clinician's name"));
        }
        Ok(())
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({
            "id": self.id, "name": self.name, "credential": self.credential, "licence": self.licence,
            "supervised": self.is_supervised,
        })
    }
}

impl fmt::Debug for Clinician {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clinician({})", self.id)
    }
}
