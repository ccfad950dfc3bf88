//! Which of our roles a value of the service stands for.

use std::{collections::BTreeMap, fmt};

use therapy_scribe_core::Role;

/// Words for roles, in any case. `Debug` shows how many: names of people may be among them.
#[derive(Clone, PartialEq, Eq)]
pub struct RoleNames(BTreeMap<String, Role>);

impl RoleNames {
    /// These as well.
    #[must_use]
    pub fn with<'a>(mut self, names: impl IntoIterator<Item = (&'a str, Role)>) -> Self {
        let lower = |(name, role): (&str, Role)| (name.trim().to_lowercase(), role);
        self.0.extend(names.into_iter().map(lower));
        self
    }

    /// The role that a word stands for.
    #[must_use]
    pub fn role(&self, value: &str) -> Option<Role> {
        self.0.get(&value.trim().to_lowercase()).copied()
    }
}

/// What our roles are called, and what else people call a therapist and a client.
impl Default for RoleNames {
    fn default() -> Self {
        let roles = [
            Role::Therapist,
            Role::CoTherapist,
            Role::Client,
            Role::Partner,
            Role::FamilyMember,
            Role::Interpreter,
        ];
        let own = roles.map(|role| (role.to_string(), role));
        let own = own.iter().map(|(name, role)| (name.as_str(), *role));
        let others = [
            ("clinician", Role::Therapist),
            ("counselor", Role::Therapist),
            ("counsellor", Role::Therapist),
            ("psychotherapist", Role::Therapist),
            ("patient", Role::Client),
        ];
        Self(BTreeMap::new()).with(own.chain(others))
    }
}

impl fmt::Debug for RoleNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RoleNames({})", self.0.len())
    }
}
