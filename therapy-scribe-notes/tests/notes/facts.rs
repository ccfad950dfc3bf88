//! What is known of a session without a model.

use std::sync::Arc;

use therapy_scribe_core::{
    Gap, GapReason, MediaTime, Role, SpeakerId, SttEvent, Transcript, TranscriptAssembler,
};
use therapy_scribe_notes::{
    Clinician, Dap, Delivery, Draft, Error, Instrument, InstrumentScore, KeySigner, LocalTime,
    NoteWriter, Participant, Points, Service, ServiceTime, SessionFacts, SignedNote, Signer,
    Verifier, WallTime,
};

use crate::{scripted::Scripted, session, transcript};

/// 2026-11-25 17:31:04 UTC.
const START: u64 = 1_795_627_864_000;

fn local(millis: u64, offset: i16) -> LocalTime {
    LocalTime::new(WallTime::from_unix_millis(millis), offset).unwrap()
}

/// So many seconds after the start.
fn lasting(seconds: u64) -> SessionFacts {
    SessionFacts::default()
        .with_times(local(START, 60), local(START + seconds * 1000, 60))
        .unwrap()
        .with_service(Service::IndividualPsychotherapy)
}

#[test]
fn the_code_follows_from_whole_minutes() {
    let edges = [
        (15, None),
        (16, Some("90832")),
        (37, Some("90832")),
        (38, Some("90834")),
        (52, Some("90834")),
        (53, Some("90837")),
        (90, Some("90837")),
    ];
    for (minutes, code) in edges {
        assert_eq!(lasting(minutes * 60).cpt_suggestion(), code, "{minutes}");
        let almost_one_more = lasting(minutes * 60 + 59);
        assert_eq!(almost_one_more.cpt_suggestion(), code, "{minutes}");
    }
}

#[test]
fn no_code_is_suggested_unless_the_host_says_that_it_is_individual_psychotherapy() {
    let facts = lasting(3600).with_service(Service::Other);
    assert_eq!((facts.minutes(), facts.cpt_suggestion()), (Some(60), None));
    assert_eq!(SessionFacts::default().minutes(), None);
}

#[test]
fn a_session_over_midnight_has_its_first_date_and_its_whole_length() {
    // 23:40 to 00:33 in UTC+01:00.
    let start = local(1_795_646_400_000, 60);
    let end = local(1_795_646_400_000 + 53 * 60_000, 60);
    let facts = SessionFacts::default().with_times(start, end).unwrap();
    assert_eq!(facts.date().as_deref(), Some("2026-11-25"));
    assert_eq!(
        (start.clock(), end.clock()),
        ("23:40:00".into(), "00:33:00".into())
    );
    assert_eq!(end.date(), "2026-11-26");
    assert_eq!(facts.minutes(), Some(53));
}

#[test]
fn a_clock_that_goes_back_makes_no_session_shorter() {
    // Central Europe, 2026-10-25: at 03:00 it is 02:00 again.
    let start = local(1_792_888_200_000, 120);
    let end = local(1_792_891_380_000, 60);
    let facts = SessionFacts::default().with_times(start, end).unwrap();
    assert_eq!(
        (start.clock(), end.clock()),
        ("02:30:00".into(), "02:23:00".into())
    );
    assert_eq!(facts.minutes(), Some(53));
}

#[test]
fn a_clock_that_goes_forward_makes_no_session_longer() {
    // 2026-03-29: at 02:00 it is 03:00.
    let start = local(1_774_744_200_000, 60);
    let end = local(1_774_747_380_000, 120);
    let facts = SessionFacts::default().with_times(start, end).unwrap();
    assert_eq!(
        (start.clock(), end.clock()),
        ("01:30:00".into(), "03:23:00".into())
    );
    assert_eq!(facts.minutes(), Some(53));
}

#[test]
fn a_session_that_ends_before_it_starts_is_refused() {
    let facts = SessionFacts::default();
    let refused = facts.with_times(local(START, 0), local(START - 1, 0));
    assert!(matches!(refused, Err(Error::Facts(_))));
}

/// Paused from 10:00 to 15:30 on the channels of both, and without sound for a while.
fn paused() -> Transcript {
    let mut assembler = TranscriptAssembler::default();
    let ms = MediaTime::from_millis;
    let gaps = [
        (600_000, 930_000, GapReason::Paused, "A"),
        (600_020, 930_000, GapReason::Paused, "B"),
        (1_000_000, 1_090_000, GapReason::SourceStarved, "A"),
    ];
    for (from, to, reason, of) in gaps {
        let speaker = of.parse::<SpeakerId>().ok();
        let gap = Gap::new(ms(from), ms(to), reason).of(speaker);
        assembler.apply(&SttEvent::Gap(gap));
    }
    assembler.snapshot()
}

#[test]
fn a_pause_of_the_recorder_is_listed_and_counts_unless_the_host_says_otherwise() {
    let facts = SessionFacts::from_transcript(&paused());
    let facts = facts
        .with_times(local(START, 0), local(START + 55 * 60_000, 0))
        .unwrap();
    let lengths: Vec<_> = facts
        .pauses()
        .iter()
        .map(|pause| pause.length().as_secs())
        .collect();
    assert_eq!(lengths, [330]);
    assert_eq!(facts.service_time(), &ServiceTime::Elapsed);
    assert_eq!(facts.minutes(), Some(55));
    let shorter = facts.without_pauses();
    assert_eq!(shorter.minutes(), Some(49), "49 minutes and a half");
    assert_eq!(shorter.elapsed_minutes(), Some(55));
}

#[test]
fn a_service_time_that_was_set_says_who_did() {
    let clinician = Clinician::new("c-17", "Dr. Jane Roe", "PhD");
    let facts = lasting(3600).with_minutes(50, &clinician).unwrap();
    assert_eq!(
        (facts.minutes(), facts.elapsed_minutes()),
        (Some(50), Some(60))
    );
    assert_eq!(facts.cpt_suggestion(), Some("90834"));
    let ServiceTime::Set { by, name, .. } = facts.service_time() else {
        panic!("{facts:?}")
    };
    assert_eq!(
        (by.as_str(), name.expose().as_str()),
        ("c-17", "Dr. Jane Roe")
    );
    let nobody = Clinician::new("c-18", " ", "PhD");
    assert!(matches!(
        lasting(60).with_minutes(50, &nobody),
        Err(Error::Needed(_))
    ));
}

#[test]
fn participants_are_the_voices_that_were_heard() {
    let facts = SessionFacts::from_transcript(&session(&[
        ("A", "Welcome."),
        ("C", "Hello."),
        ("B", "Hello."),
        ("A", "Shall we?"),
    ]));
    let roles: Vec<_> = facts.participants().iter().map(|of| of.role).collect();
    assert_eq!(roles, [Some(Role::Therapist), None, Some(Role::Client)]);
}

fn everything() -> SessionFacts {
    let said = session(&[(
        "A",
        "Your GAD-7 is fourteen and your SUD is three point five.",
    )]);
    let mut score = InstrumentScore::new(Instrument::Voc, Points::whole(8));
    score.out_of = Some(7);
    let facts = SessionFacts::from_transcript(&said);
    let scores = facts.scores().to_vec().into_iter().chain([score]);
    facts
        .with_scores(scores)
        .with_times(local(START, 60), local(START + 53 * 60_000, 60))
        .unwrap()
        .with_service(Service::IndividualPsychotherapy)
        .with_delivery(Delivery::Other("walking".to_owned()))
        .with_participants([Participant::new(Role::Client).name("Ann CANARY")])
        .with_minutes(50, &Clinician::new("c-17", "Dr. Jane Roe", "PhD"))
        .unwrap()
}

#[test]
fn facts_read_back_from_their_json() {
    let facts = everything();
    let json = serde_json::to_value(&facts).unwrap();
    assert_eq!(json["date"], "2026-11-25");
    assert_eq!(json["start"]["time"], "18:31:04");
    assert_eq!(json["minutes"], 50);
    assert_eq!(json["cpt_suggestion"], "90834");
    assert_eq!(json["scores"][1]["score"], "3.5");
    assert_eq!(json["scores"][2]["outside_range"], "1 to 7");
    assert_eq!(
        serde_json::from_value::<SessionFacts>(json.clone()).unwrap(),
        facts
    );
    assert!(
        !format!("{facts:?} {:?} {:?}", facts.participants(), facts.scores()).contains("CANARY")
    );

    let mut wrong = json;
    wrong["end"]["unix_ms"] = 0.into();
    assert!(serde_json::from_value::<SessionFacts>(wrong).is_err());
}

async fn draft() -> Draft {
    let note = r#"{"data":"Slept badly.","assessment":"","plan":"","risk_flags":[],"themes":[]}"#;
    let writer = NoteWriter::new(Arc::new(Scripted::new([(1, note.to_owned())])));
    let format = Arc::new(Dap::format().unwrap());
    writer.draft(&transcript(), format).await.unwrap()
}

#[tokio::test]
async fn facts_are_signed_with_the_note() {
    let draft = draft().await.with_facts(everything());
    let key = KeySigner::generate(Clinician::new("c-17", "Dr. Jane Roe", "PhD")).unwrap();
    let note = draft.sign(&key, WallTime::from_unix_millis(START)).unwrap();
    let verifier = Verifier::trusting([key.public_key()]);
    let opened = SignedNote::open(&note.to_bytes(), &verifier).unwrap();
    assert_eq!(opened.facts(), Some(everything()));

    let later = String::from_utf8(note.to_bytes()).unwrap();
    let later = later.replace(r#""minutes":50"#, r#""minutes":53"#);
    assert!(SignedNote::open(later.as_bytes(), &verifier).is_err());
}

#[tokio::test]
async fn a_note_without_facts_says_so() {
    let key = KeySigner::generate(Clinician::new("c-17", "Dr. Jane Roe", "PhD")).unwrap();
    let note = draft()
        .await
        .sign(&key, WallTime::from_unix_millis(START))
        .unwrap();
    assert_eq!(note.facts(), None);
    assert!(
        String::from_utf8(note.to_bytes())
            .unwrap()
            .contains(r#""facts":null"#)
    );
}
