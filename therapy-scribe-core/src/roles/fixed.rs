//! Roles that are known beforehand.

use super::{RoleMap, RoleMapper};
use crate::Turn;

/// Roles that the host knows, such as those of a telehealth call in which every participant has a channel.
#[derive(Debug, Clone, Default)]
pub struct FixedRoles(RoleMap);

impl FixedRoles {
    /// These roles, whatever is said.
    #[must_use]
    pub const fn new(roles: RoleMap) -> Self {
        Self(roles)
    }
}

impl RoleMapper for FixedRoles {
    fn add(&mut self, _turn: &Turn) {}

    fn remove(&mut self, _turn: &Turn) {}

    fn roles(&self) -> RoleMap {
        self.0.clone()
    }
}
