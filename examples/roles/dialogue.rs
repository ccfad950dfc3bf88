//! A dialogue as it is read, and what is found in it.

use serde_json::{Map, Value, json};
use therapy_scribe::{
    ConnectionId, Finality, MediaTime, Role, RoleMapper, SpeakerId, Turn, TurnId, Word,
    roles::{Combined, RoleFinding, RoleReport, Setting},
};

pub(crate) struct Dialogue {
    id: Value,
    turns: Vec<Spoken>,
    /// The speakers' names, in the order of their ids.
    names: Vec<String>,
}

struct Spoken {
    speaker: SpeakerId,
    text: String,
    start: MediaTime,
    end: MediaTime,
}

impl Dialogue {
    pub(crate) fn parse(line: &str) -> Result<Self, String> {
        let mut value: Value = serde_json::from_str(line)
            .map_err(|error| format!("no JSON, column {}", error.column()))?;
        let Some(Value::Array(turns)) = value.get_mut("turns").map(Value::take) else {
            return Err("it has no turns".to_owned());
        };
        let mut dialogue = Self {
            id: value.get_mut("id").map(Value::take).unwrap_or_default(),
            turns: Vec::new(),
            names: Vec::new(),
        };
        for (index, turn) in turns.iter().enumerate() {
            let wrong = || format!("turn {index} has no speaker or no text");
            let text = |name: &str| turn.get(name).and_then(Value::as_str);
            let (Some(speaker), Some(said)) = (text("speaker"), text("text")) else {
                return Err(wrong());
            };
            // Turns without times stand a second apart, which keeps their order.
            let (start, end) = match (time(turn, "start_ms"), time(turn, "end_ms")) {
                (Some(start), end) => (start, end.unwrap_or(start)),
                (None, _) => after(index),
            };
            let speaker = dialogue.speaker(speaker).ok_or_else(wrong)?;
            dialogue.turns.push(Spoken {
                speaker,
                text: said.to_owned(),
                start,
                end,
            });
        }
        Ok(dialogue)
    }

    fn speaker(&mut self, name: &str) -> Option<SpeakerId> {
        let known = self.names.iter().position(|known| known == name);
        let index = known.unwrap_or(self.names.len());
        if known.is_none() {
            self.names.push(name.to_owned());
        }
        Some(SpeakerId::new(
            ConnectionId::default(),
            u16::try_from(index).ok()?,
        ))
    }

    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.turns.iter().map(|turn| turn.text.as_str())
    }

    /// What is found in the first turns.
    pub(crate) fn roles(
        &self,
        turns: Option<usize>,
        setting: Setting,
        names: (&str, &str),
    ) -> Value {
        let mut mapper = Combined::new(setting);
        let turns = self.turns.iter().take(turns.unwrap_or(usize::MAX));
        for (order, turn) in (0..).zip(turns) {
            mapper.add(&turn.to_turn(order));
        }
        let report = mapper.report();
        let speakers = (0..).zip(&self.names).filter_map(|(index, name)| {
            let finding = report
                .speakers
                .get(&SpeakerId::new(ConnectionId::default(), index))?;
            Some((name.clone(), shown(finding, names)))
        });
        json!({
            "id": self.id,
            "status": report.status,
            "speakers": speakers.collect::<Map<_, _>>(),
            "swaps": swaps(&report),
        })
    }
}

fn swaps(report: &RoleReport) -> Vec<Value> {
    let swaps = report.swaps.iter();
    swaps
        .map(|swap| json!({"from_turn": swap.from.order(), "to_turn": swap.to.order()}))
        .collect()
}

fn shown(finding: &RoleFinding, (therapist, client): (&str, &str)) -> Value {
    let role = finding.role.map(|role| match role {
        Role::Therapist => therapist.to_owned(),
        Role::Client => client.to_owned(),
        other => other.to_string(),
    });
    let rounded = (f64::from(finding.probability().get()) * 10_000.0).round() / 10_000.0;
    let deciding: Vec<_> = finding.deciding.iter().map(|turn| turn.order()).collect();
    json!({"role": role, "probability": rounded, "status": finding.status, "deciding_turns": deciding})
}

impl Spoken {
    fn to_turn(&self, order: u64) -> Turn {
        let words = self.text.split_whitespace();
        Turn::new(
            TurnId::new(ConnectionId::default(), order),
            Finality::Final,
            Some(self.speaker),
            words
                .map(|word| Word::new(word, self.start, self.end))
                .collect(),
        )
    }
}

fn time(turn: &Value, name: &str) -> Option<MediaTime> {
    turn.get(name)?.as_u64().map(MediaTime::from_millis)
}

fn after(index: usize) -> (MediaTime, MediaTime) {
    let start = u64::try_from(index)
        .unwrap_or(u64::MAX)
        .saturating_mul(1000);
    (
        MediaTime::from_millis(start),
        MediaTime::from_millis(start.saturating_add(1000)),
    )
}
