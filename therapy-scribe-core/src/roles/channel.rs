//! Roles by channel.

use std::collections::{BTreeMap, BTreeSet};

use super::{Role, RoleMap, RoleMapper};
use crate::{ConnectionId, SpeakerId, Turn, Word};

/// Every participant has a channel of their own, as in a telehealth call: whoever is heard on it has its role.
///
/// A capture of several channels numbers their first connections from zero, in the order of the channels.
#[derive(Debug, Clone, Default)]
pub struct Channels {
    roles: BTreeMap<ConnectionId, Role>,
    heard: BTreeSet<SpeakerId>,
}

impl Channels {
    /// The roles of the channels, in their order.
    #[must_use]
    pub fn new(roles: impl IntoIterator<Item = Role>) -> Self {
        let channels = (0..).map(ConnectionId::new);
        Self {
            roles: channels.zip(roles).collect(),
            heard: BTreeSet::new(),
        }
    }
}

impl RoleMapper for Channels {
    fn add(&mut self, turn: &Turn) {
        self.heard
            .extend(turn.words().iter().filter_map(Word::speaker));
    }

    /// Who was heard on a channel stays somebody of that channel.
    fn remove(&mut self, _turn: &Turn) {}

    fn roles(&self) -> RoleMap {
        let role = |speaker: &SpeakerId| Some((*speaker, *self.roles.get(&speaker.connection())?));
        self.heard.iter().filter_map(role).collect()
    }
}
