//! Signatures: what is signed stays what it is, and what comes later is signed too.

use std::fmt;

use async_trait::async_trait;
use proptest::prelude::*;
use therapy_scribe_core::BoxError;
use therapy_scribe_notes::{
    Addendum, Clinician, Cosignature, Draft, EhrSink, Error, Later, NoteRecord, NoteStatus,
    Retraction, SignedNote, Signer as _, Verifier, WallTime,
};

use crate::review::{at, dap, roe, signer};

fn supervisor() -> Clinician {
    Clinician::new("c-2", "Dr. Ann Major", "PhD")
}

fn trusted() -> Verifier {
    Verifier::trusting([
        signer(roe(), 1).public_key(),
        signer(supervisor(), 2).public_key(),
    ])
}

/// A draft without a runtime around it.
fn draft() -> Draft {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(dap())
}

#[test]
fn what_comes_later_is_signed_and_names_its_note() {
    let note = draft().sign(&signer(roe(), 1), at(10)).unwrap();
    let addendum = note
        .addendum("Called back: slept.", &signer(roe(), 1), at(20))
        .unwrap();
    let opened = Addendum::open(&addendum.to_bytes(), &trusted()).unwrap();
    assert_eq!(
        (opened.text(), opened.note_id()),
        ("Called back: slept.", note.id())
    );
    let mut record = NoteRecord::new(SignedNote::open(&note.to_bytes(), &trusted()).unwrap());
    assert_eq!(record.status(), NoteStatus::Current);
    for _ in 0..2 {
        record
            .add(Later::open(&addendum.to_bytes(), &trusted()).unwrap())
            .unwrap();
    }
    assert_eq!(record.later().len(), 1);
    let retraction = note
        .retract("The wrong client.", &signer(roe(), 1), at(15))
        .unwrap();
    record
        .add(Later::open(&retraction.to_bytes(), &trusted()).unwrap())
        .unwrap();
    assert_eq!(record.status(), NoteStatus::Retracted);
    assert!(matches!(
        record.later(),
        [Later::Retraction(_), Later::Addendum(_)]
    ));
    let shown = record.to_markdown();
    assert!(shown.starts_with("> RETRACTED") && shown.contains("Called back: slept."));
}

#[test]
fn a_supervised_clinicians_note_awaits_another_ones_signature() {
    let student = signer(Clinician::new("c-30", "Sam Poe", "MA").supervised(), 3);
    let note = draft().sign(&student, at(0)).unwrap();
    let mut record = NoteRecord::new(note.clone());
    assert_eq!(record.status(), NoteStatus::AwaitingCosignature);
    assert!(matches!(note.cosign(&student, at(1)), Err(Error::Cosigner)));
    let cosigned = note.cosign(&signer(supervisor(), 2), at(1)).unwrap();
    assert!(Cosignature::open(&cosigned.to_bytes(), &trusted()).is_ok());
    record.add(Later::Cosignature(cosigned)).unwrap();
    assert_eq!(record.status(), NoteStatus::Current);
}

#[test]
fn a_note_in_anothers_place_names_it_and_leaves_it() {
    let mut draft = draft();
    let first = draft.sign(&signer(roe(), 1), at(10)).unwrap();
    draft.edit("plan", "Sleep diary.", &roe(), at(11)).unwrap();
    let by = signer(roe(), 1);
    let late = draft.sign_superseding(&first, "Plan.", &by, at(9));
    assert!(matches!(late, Err(Error::Order)));
    let no_reason = draft.sign_superseding(&first, "", &by, at(12));
    assert!(matches!(no_reason, Err(Error::Needed(_))));
    let second = draft
        .sign_superseding(&first, "Plan.", &by, at(12))
        .unwrap();
    assert_eq!(second.supersedes(), Some(first.id()));
    assert_ne!(second.id(), first.id());
    let mut record = NoteRecord::new(first);
    record
        .add(Later::open(&second.to_bytes(), &trusted()).unwrap())
        .unwrap();
    assert_eq!(record.status(), NoteStatus::Superseded);
    let own = NoteRecord::new(second.clone()).add(Later::Superseding(second));
    assert!(matches!(own, Err(Error::Untrusted(_))));
}

#[test]
fn a_statement_of_one_kind_is_never_taken_for_another() {
    let note = draft().sign(&signer(roe(), 1), at(0)).unwrap();
    let by = signer(roe(), 1);
    let addendum = note.addendum("More.", &by, at(1)).unwrap().to_bytes();
    assert!(SignedNote::open(&addendum, &trusted()).is_err());
    assert!(Retraction::open(&addendum, &trusted()).is_err());
    assert!(Addendum::open(&note.to_bytes(), &trusted()).is_err());
    let nobody = signer(Clinician::new("c-0", "", ""), 1);
    assert!(matches!(
        note.addendum("More.", &nobody, at(1)),
        Err(Error::Needed(_))
    ));
    assert!(matches!(
        note.addendum(" ", &by, at(1)),
        Err(Error::Needed(_))
    ));
    let earlier = WallTime::from_unix_millis(1);
    assert!(matches!(
        note.retract("So.", &by, earlier),
        Err(Error::Order)
    ));
}

#[test]
fn debug_shows_nothing_of_a_note_and_of_what_came_later() {
    let by = signer(roe(), 1);
    let note = draft().sign(&by, at(0)).unwrap();
    let later = [
        format!("{:?}", note.addendum("CANARY", &by, at(1)).unwrap()),
        format!("{:?}", note.retract("CANARY", &by, at(1)).unwrap()),
        format!("{note:?}"),
    ];
    assert!(
        later
            .iter()
            .all(|shown| !shown.contains("CANARY") && !shown.contains("Slept"))
    );
}

/// Numbers that look random, the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        for (left, by) in [(true, 13), (false, 7), (true, 17)] {
            self.0 ^= if left { self.0 << by } else { self.0 >> by };
        }
        usize::try_from(self.0 % u64::try_from(limit).unwrap()).unwrap()
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap()
    }
}

/// One to four bytes changed, taken out, put in or moved.
fn forge(bytes: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(4) {
        let place = random.below(bytes.len());
        let other = random.below(bytes.len());
        match random.below(4) {
            0 => bytes[place] = random.byte(),
            1 => drop(bytes.remove(place)),
            2 => bytes.insert(place, random.byte()),
            _ => bytes.swap(place, other),
        }
    }
}

#[test]
fn a_hundred_thousand_forgeries_never_open() {
    let by = signer(roe(), 1);
    let note = draft().sign(&by, at(0)).unwrap();
    let addendum = note.addendum("More.", &by, at(1)).unwrap().to_bytes();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for good in [note.to_bytes(), addendum] {
        assert!(Later::open(&good, &trusted()).is_ok());
        for _ in 0..50_000 {
            let mut forged = good.clone();
            forge(&mut forged, &mut random);
            assert!(forged == good || Later::open(&forged, &trusted()).is_err());
        }
    }
}

/// What a host may do, in any order.
#[derive(Debug, Clone)]
enum Step {
    Edit(String),
    Undo,
    Accept,
    Sign,
    Supersede,
    Addendum,
    Retract,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        "[a-z ]{0,8}".prop_map(Step::Edit),
        Just(Step::Undo),
        Just(Step::Accept),
        Just(Step::Sign),
        Just(Step::Supersede),
        Just(Step::Addendum),
        Just(Step::Retract),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_sequence_of_steps_changes_what_was_signed(steps in prop::collection::vec(step(), 1..30)) {
        let by = signer(roe(), 1);
        let mut draft = draft();
        let mut records: Vec<(NoteRecord, Vec<u8>, String)> = Vec::new();
        for (minute, step) in (1..).zip(steps) {
            match (step, records.last_mut()) {
                (Step::Edit(text), _) => draft.edit("plan", &text, &roe(), at(minute)).unwrap(),
                (Step::Undo, _) => drop(draft.undo(&roe(), at(minute))),
                (Step::Accept, _) => draft.accept("plan", &roe(), at(minute)).unwrap(),
                (Step::Supersede, Some((record, ..))) => {
                    let note = draft.sign_superseding(record.note(), "so", &by, at(minute)).unwrap();
                    record.add(Later::Superseding(note.clone())).unwrap();
                    let plan = draft.section("plan").unwrap().to_owned();
                    records.push((NoteRecord::new(note.clone()), note.to_bytes(), plan));
                }
                (Step::Addendum, Some((record, ..))) => {
                    let more = record.note().addendum("more", &by, at(minute)).unwrap();
                    record.add(Later::open(&more.to_bytes(), &trusted()).unwrap()).unwrap();
                }
                (Step::Retract, Some((record, ..))) => {
                    let gone = record.note().retract("so", &by, at(minute)).unwrap();
                    record.add(Later::Retraction(gone)).unwrap();
                }
                _ => {
                    let note = draft.sign(&by, at(minute)).unwrap();
                    let plan = draft.section("plan").unwrap().to_owned();
                    records.push((NoteRecord::new(note.clone()), note.to_bytes(), plan));
                }
            }
        }
        for (record, bytes, plan) in &records {
            let opened = SignedNote::open(bytes, &trusted()).unwrap();
            prop_assert_eq!(&opened, record.note());
            prop_assert_eq!(opened.section("plan"), Some(plan.as_str()));
            for (other, ..) in &records {
                for later in other.later() {
                    let mut record = NoteRecord::new(record.note().clone());
                    let is_its = other.note().id() == record.note().id();
                    prop_assert_eq!(record.add(later.clone()).is_ok(), is_its);
                }
            }
        }
    }
}

/// Takes notes, and counts them.
#[derive(Debug, Default)]
struct Counting(std::sync::Mutex<Vec<String>>);

#[async_trait]
impl EhrSink for Counting {
    async fn save(&self, note: &SignedNote) -> Result<(), BoxError> {
        self.0.lock().unwrap().push(note.id().to_owned());
        Ok(())
    }
}

#[tokio::test]
async fn a_record_that_takes_no_statements_says_so() {
    let by = signer(roe(), 1);
    let note = dap().await.sign(&by, at(0)).unwrap();
    let sink = Counting::default();
    sink.save(&note).await.unwrap();
    let more = Later::Addendum(note.addendum("more", &by, at(1)).unwrap());
    let refused = sink.append(&more).await.unwrap_err();
    assert!(refused.to_string().contains("takes no statements"));
    let _: &dyn fmt::Debug = &sink;
    assert_eq!(sink.0.lock().unwrap().as_slice(), [note.id()]);
}

/// Signed by version 0.1.0: they open for as long as there is a version that reads notes. `scripts/verify-note` reads them
/// too, when CI runs.
#[test]
fn what_was_signed_once_opens_for_ever() {
    let student = signer(Clinician::new("c-30", "", ""), 3).public_key();
    let trusted = Verifier::trusting([student, signer(supervisor(), 2).public_key()]);
    let note = SignedNote::open(include_bytes!("signed/note.json"), &trusted).unwrap();
    assert_eq!(note.section("plan"), Some("Thought record."));
    let mut record = NoteRecord::new(note);
    assert_eq!(record.status(), NoteStatus::AwaitingCosignature);
    let later: [&[u8]; 3] = [
        include_bytes!("signed/addendum.json"),
        include_bytes!("signed/cosignature.json"),
        include_bytes!("signed/retraction.json"),
    ];
    for bytes in later {
        record.add(Later::open(bytes, &trusted).unwrap()).unwrap();
    }
    assert_eq!(record.status(), NoteStatus::Retracted);
    let Later::Addendum(addendum) = &record.later()[0] else {
        panic!("{:?}", record.later());
    };
    assert!(
        addendum
            .text()
            .starts_with("Called back: „slept well“.\n\t\u{1}")
    );
}
