//! Sessions that are longer than a model reads.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use serde_json::{Value, json};
use therapy_scribe_core::{Privacy, Transcript};
use therapy_scribe_notes::{
    ChatModel, ChatReply, ChatRequest, Clinician, Draft, Error, FindingKind, Finish, Formats,
    NoteRequest, NoteWriter, Progress, Result, WallTime,
};

use crate::{emulator, gateway, openai::local, rules::note, session};

/// Drafts each part by its number, and merges without any risk.
#[derive(Debug)]
struct Reader {
    window: u32,
    /// The note of a part, by its number.
    part: fn(&str) -> Value,
    merged: Value,
    asked: Mutex<Vec<ChatRequest>>,
}

impl Reader {
    fn new(window: u32) -> Arc<Self> {
        Self::of(
            window,
            |k| dap(k, &[&format!("Flag of part {k}.")]),
            dap("all", &[]),
        )
    }

    fn of(window: u32, part: fn(&str) -> Value, merged: Value) -> Arc<Self> {
        let asked = Mutex::default();
        Arc::new(Self {
            window,
            part,
            merged,
            asked,
        })
    }

    fn asked(&self) -> Vec<ChatRequest> {
        self.asked.lock().unwrap().clone()
    }
}

#[async_trait]
impl ChatModel for Reader {
    fn name(&self) -> &'static str {
        "reader"
    }

    fn privacy(&self) -> Privacy {
        Privacy::local()
    }

    fn context_window(&self) -> Option<u32> {
        Some(self.window)
    }

    async fn complete(&self, request: &ChatRequest) -> Result<ChatReply> {
        self.asked.lock().unwrap().push(request.clone());
        let text = &request.messages[0].text;
        let part = text.strip_prefix("This is part ");
        let part = part.and_then(|rest| rest.split(' ').next());
        let note = part.map_or_else(|| self.merged.clone(), self.part);
        if note.is_null() {
            return Err(Error::Declined);
        }
        let mut reply = ChatReply::new(note.to_string(), Finish::Complete);
        reply.model = Some("m".to_owned());
        (reply.usage.input_tokens, reply.usage.output_tokens) = (100, 10);
        Ok(reply)
    }
}

fn dap(data: &str, flags: &[&str]) -> Value {
    json!({"data": data, "assessment": "", "plan": "", "risk_flags": flags, "themes": ["sleep"]})
}

/// Two people who say so many sentences, each of them another one.
fn long_session(lines: usize) -> Transcript {
    let said: Vec<_> = (0..lines)
        .map(|n| format!("This is what I wanted to say about night number {n} of this week."))
        .collect();
    let spoken = said.iter().enumerate();
    let lines: Vec<_> = spoken
        .map(|(n, said)| (if n % 2 == 0 { "A" } else { "B" }, said.as_str()))
        .collect();
    session(&lines)
}

async fn draft(
    model: Arc<Reader>,
    transcript: &Transcript,
    id: &str,
) -> (Result<Draft>, Vec<Progress>) {
    let mut stages = Vec::new();
    let request = NoteRequest::new(Formats::new().get(id).unwrap());
    let drafted = NoteWriter::new(model)
        .draft_with(transcript, request, &mut |stage| stages.push(stage))
        .await;
    (drafted, stages)
}

/// The ids in a request's transcript.
fn ids(request: &ChatRequest) -> Vec<&str> {
    let lines = request.messages[0].text.lines();
    let said = lines.filter_map(|line| line.strip_prefix("[U"));
    said.filter_map(|line| line.get(..4)).collect()
}

#[tokio::test]
async fn a_long_session_is_drafted_in_parts_with_the_ids_of_the_whole() {
    let (model, transcript) = (Reader::new(8192), long_session(400));
    let (drafted, stages) = draft(Arc::clone(&model), &transcript, "dap").await;
    let drafted = drafted.unwrap();
    let asked = model.asked();
    let (merge, parts) = asked.split_last().unwrap();
    assert!(parts.len() > 1, "{} parts", parts.len());
    assert!(ids(merge).is_empty());
    let told: BTreeSet<_> = parts.iter().flat_map(ids).collect();
    assert_eq!(told.len(), transcript.utterances().count());
    assert_eq!(told.last(), Some(&"0400"));
    for pair in parts.windows(2) {
        let (before, after) = (ids(&pair[0]), ids(&pair[1]));
        assert!(before.is_sorted() && after.first() <= before.last());
    }
    for request in &asked {
        let texts = request.messages.iter().map(|message| message.text.len());
        let letters = request.system.len() + texts.sum::<usize>();
        // Its schema is told as well, up to twice.
        assert!(letters / 3 + usize::try_from(request.max_tokens).unwrap() < 8192);
        assert_eq!(request.max_tokens, 8192 / 5);
    }
    assert_eq!(drafted.section("data"), Some("all"));
    let calls = u64::try_from(asked.len()).unwrap();
    let source = drafted.provenance();
    assert_eq!(
        (source.input_tokens, source.output_tokens),
        (100 * calls, 10 * calls)
    );
    assert_eq!(source.model.as_deref(), Some("m"));
    // Who is asked about what, then the merge, then the look through it.
    let asks = stages.iter().zip(1..).take(parts.len());
    for (stage, number) in asks {
        assert!(
            matches!(stage, Progress::Asking { provider, part, of, .. } if provider == "reader" && (*part, *of) == (number, parts.len())),
            "{stage:?}"
        );
    }
    assert!(matches!(
        stages[parts.len()..],
        [Progress::Merging { notes, .. }, Progress::Checking] if notes == parts.len()
    ));
}

#[tokio::test]
async fn every_flag_of_every_part_is_in_the_note_though_the_merge_left_them_out() {
    for (window, lines) in [(8192, 400), (4096, 600), (100_000, 10)] {
        let model = Reader::new(window);
        let (drafted, _) = draft(Arc::clone(&model), &long_session(lines), "dap").await;
        let drafted = drafted.unwrap();
        let asked = model.asked();
        let parts = asked
            .iter()
            .filter(|request| !ids(request).is_empty())
            .count();
        let flags = drafted.value()["risk_flags"].as_array().unwrap();
        let of_parts = if parts == 1 { 0 } else { parts };
        assert_eq!(flags.len(), of_parts, "{parts} parts: {flags:?}");
        let found = drafted.findings().iter();
        let risks = found.filter(|finding| finding.kind == FindingKind::Risk);
        assert_eq!(risks.count(), of_parts);
        // As many merges as there are parts, less one, at the very most.
        assert!(
            asked.len() < 2 * parts.max(2),
            "{} calls for {parts}",
            asked.len()
        );
    }
}

#[tokio::test]
async fn a_part_that_no_model_writes_is_a_failure_of_the_whole_draft() {
    let part = |k: &str| if k == "2" { Value::Null } else { dap(k, &[]) };
    let model = Reader::of(8192, part, dap("all", &[]));
    let (drafted, stages) = draft(model, &long_session(400), "dap").await;
    assert!(matches!(drafted, Err(Error::Declined)), "{drafted:?}");
    assert_eq!(stages.len(), 2);
}

#[tokio::test]
async fn a_rule_is_asked_of_the_whole_note_and_not_of_its_parts() {
    /// Closed without a SUD, which another part may have; and so long that only two are read at once.
    fn closed() -> Value {
        let completed = [
            ("phases", json!(["desensitization"])),
            ("completed", json!(["desensitization"])),
            (
                "plan",
                json!("Client will write the diary. ".repeat(200).trim_end()),
            ),
        ];
        note("emdr", &completed)
    }
    let model = Reader::of(9000, |_| closed(), closed());
    let (drafted, stages) = draft(Arc::clone(&model), &long_session(600), "emdr").await;
    let found = drafted.unwrap();
    assert_eq!(found.findings()[0].kind, FindingKind::Rule);
    let merges = stages
        .iter()
        .filter(|stage| matches!(stage, Progress::Merging { .. }));
    assert!(merges.count() > 1);
    // Of the last merge alone: once by the model that wrote it, and once from the beginning.
    let repairs = stages.iter().filter(|stage| **stage == Progress::Repairing);
    assert_eq!(repairs.count(), 2);
}

#[tokio::test]
async fn a_section_is_written_anew_from_all_parts_as_the_clinician_said() {
    let model = Reader::of(
        8192,
        |k| json!({"plan": k}),
        json!({"plan": "Sleep diary."}),
    );
    let transcript = long_session(400);
    let format = Formats::new().get("dap").unwrap();
    let first = Reader::new(100_000);
    let mut draft = NoteWriter::new(first)
        .draft(&transcript, format)
        .await
        .unwrap();
    let clinician = Clinician::new("c-17", "Dr. Jane Roe", "PhD");
    let by = (&clinician, WallTime::from_unix_millis(1_790_000_000_000));
    let writer = NoteWriter::new(Arc::<Reader>::clone(&model));
    writer
        .regenerate(
            &mut draft,
            &transcript,
            "plan",
            "Mention the sleep diary.",
            by,
        )
        .await
        .unwrap();
    assert_eq!(
        (draft.section("plan"), draft.section("data")),
        (Some("Sleep diary."), Some("all"))
    );
    let asked = model.asked();
    assert!(asked.len() > 2);
    for request in asked {
        let last = request.messages.last().unwrap();
        assert!(last.text.ends_with("Mention the sleep diary."));
    }
}

#[tokio::test]
async fn what_can_not_be_done_in_a_few_parts_is_not_begun() {
    for (window, lines) in [(2048, 3), (4000, 3000)] {
        let model = Reader::new(window);
        let (drafted, stages) = draft(Arc::clone(&model), &long_session(lines), "dap").await;
        assert!(matches!(drafted, Err(Error::TooLong { .. })), "{drafted:?}");
        assert!(model.asked().is_empty() && stages.is_empty());
    }
}

#[tokio::test]
async fn the_gateway_knows_its_smallest_window_once_the_catalogue_was_asked() {
    let emulator = emulator([]).await;
    let gateway = gateway(&emulator, &["gemini-2.5-flash", "claude-sonnet-4-6"]);
    assert_eq!(gateway.context_window(), None);
    let writer = NoteWriter::new(Arc::new(gateway.clone()));
    writer
        .check(WallTime::from_unix_millis(1_795_000_000_000))
        .await
        .unwrap();
    assert_eq!(gateway.context_window(), Some(200_000));
    emulator.stop().await;
}

#[tokio::test]
async fn a_small_server_is_never_sent_more_than_it_reads() {
    let emulator = emulator([]).await;
    let model = local(&emulator, |config| config.context_window(8192));
    let writer = NoteWriter::new(Arc::new(model));
    let format = Formats::new().get("dap").unwrap();
    let drafted = writer.draft(&long_session(400), format).await.unwrap();
    let asked = emulator.chat_requests();
    assert!(asked.len() > 2 && drafted.provenance().input_tokens > 8192);
    for request in asked {
        let budget = usize::try_from(request["max_tokens"].as_u64().unwrap()).unwrap();
        assert!(request.to_string().len() / 3 + budget <= 8192);
    }
    emulator.stop().await;
}
