//! Drafting against the emulator's gateway and against models that are scripted.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod bodies;
mod directory;
mod extractive;
mod facts;
mod formats;
mod gateway;
mod long;
mod misbehaving;
mod openai;
mod progress;
mod pseudonyms;
mod raw;
mod render;
mod review;
mod rules;
mod scores;
mod scripted;
mod sign;
mod spy;
mod subset;
mod tools;
mod writer;

use std::time::Duration;

use therapy_scribe_core::{
    ApiKey, ConnectionId, Finality, MediaTime, Role, RoleMap, SpeakerId, Transcript, Turn, TurnId,
    Word,
};
use therapy_scribe_emulator::{ChatReply, Emulator};
use therapy_scribe_notes::{Gateway, GatewayConfig};
use therapy_scribe_transport::{Connector, Origin};

/// A few invented sentences of two people.
fn transcript() -> Transcript {
    session(&[
        ("A", "How did you sleep this week?"),
        (
            "B",
            "Badly. I woke up at four every night and worried about work.",
        ),
        ("A", "Let us look at what went through your mind then."),
    ])
}

/// A is the therapist, B the client; others are speakers without a role.
fn session(lines: &[(&str, &str)]) -> Transcript {
    let connection = ConnectionId::default();
    let mut at = 0;
    let turns = (0..).zip(lines).map(|(order, (letter, text))| {
        let speaker = SpeakerId::from_letters(connection, letter);
        let words = text.split(' ').map(|word| {
            at += 300;
            let (start, end) = (MediaTime::from_millis(at), MediaTime::from_millis(at + 250));
            Word::new(word, start, end).spoken_by(speaker, None)
        });
        let words = words.collect();
        Turn::new(
            TurnId::new(connection, order),
            Finality::Final,
            speaker,
            words,
        )
    });
    let roles = [("A", Role::Therapist), ("B", Role::Client)];
    let roles = roles
        .into_iter()
        .filter_map(|(letter, role)| Some((SpeakerId::from_letters(connection, letter)?, role)));
    Transcript::from_turns(turns.collect::<Vec<_>>(), roles.collect::<RoleMap>())
}

async fn emulator(replies: impl IntoIterator<Item = ChatReply>) -> Emulator {
    Emulator::builder()
        .chat_replies(replies)
        .start()
        .await
        .unwrap()
}

/// A gateway that does not wait between its tries.
fn gateway(emulator: &Emulator, models: &[&str]) -> Gateway {
    let config = GatewayConfig::builder()
        .models(models.iter().copied())
        .waits(&[Duration::ZERO, Duration::ZERO])
        .build()
        .unwrap();
    Gateway::at(
        &Connector::new().unwrap(),
        &Origin::parse(&emulator.llm_gateway_url()).unwrap(),
        ApiKey::new("key").unwrap(),
        config,
    )
    .unwrap()
}
