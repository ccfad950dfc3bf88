//! Reading a transcript: our own, or plain turns.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use therapy_scribe::{
    ConnectionId, Finality, MediaTime, Role, RoleMap, SpeakerId, Transcript, Turn, TurnId, Word,
};

use crate::services::AnyError;

/// `{"turns":[{"role":"client","text":"…"}]}`. Where several have one role, `speaker` tells them apart; `start_ms` may say
/// when a turn begins.
#[derive(Deserialize)]
struct Plain {
    turns: Vec<PlainTurn>,
}

#[derive(Deserialize)]
struct PlainTurn {
    role: Option<Role>,
    speaker: Option<String>,
    text: String,
    #[serde(default)]
    start_ms: u64,
}

/// Reads a file of either kind. Errors say where the file is, and nothing of what stands in it.
pub(crate) fn transcript(path: &Path) -> Result<Transcript, AnyError> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("cannot read the transcript {shown}: {error}"))?;
    let document = document(text.trim_start_matches('\u{feff}'));
    let read = document.and_then(|document| {
        let ours = Transcript::from_json(&document.to_string()).ok();
        ours.or_else(|| plain(Plain::deserialize(&document).ok()?))
    });
    let wrong = || {
        format!(
            "{shown} is no transcript: it should be what `transcribe --json` writes, or \
            {{\"turns\":[{{\"role\":\"client\",\"text\":\"…\"}}]}} with the roles therapist, co_therapist, client, partner, \
            family_member, interpreter"
        )
    };
    Ok(read.ok_or_else(wrong)?)
}

/// The whole file, or the last of its lines that is a transcript, as programs here write it.
fn document(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().or_else(|| {
        let lines = text.lines().rev();
        let mut documents = lines.filter_map(|line| serde_json::from_str::<Value>(line).ok());
        documents.find(|document| {
            document
                .get("type")
                .is_some_and(|kind| kind == "transcript")
        })
    })
}

fn plain(plain: Plain) -> Option<Transcript> {
    let connection = ConnectionId::default();
    let mut voices: Vec<(Option<Role>, Option<String>)> = Vec::new();
    let mut turns = Vec::new();
    for (order, turn) in (0..).zip(plain.turns) {
        let voice = (turn.role, turn.speaker);
        let known = voices.iter().position(|known| *known == voice);
        let index = known.unwrap_or_else(|| {
            voices.push(voice);
            voices.len() - 1
        });
        let speaker = SpeakerId::new(connection, u16::try_from(index).ok()?);
        // Nobody knows when each word was said; none is given a time that could be taken for one.
        let at = MediaTime::from_millis(turn.start_ms);
        let words = turn.text.split_whitespace();
        let words = words.map(|word| Word::new(word, at, at)).collect();
        let id = TurnId::new(connection, order);
        turns.push(Turn::new(id, Finality::Final, Some(speaker), words));
    }
    let roles = (0..)
        .zip(voices)
        .filter_map(|(index, (role, _))| Some((SpeakerId::new(connection, index), role?)));
    Some(Transcript::from_turns(turns, roles.collect::<RoleMap>()))
}
