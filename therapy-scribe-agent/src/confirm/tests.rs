use proptest::prelude::*;

use super::*;

const QUESTION: &str = "Shall I sign the note and save it to the record?";

fn at(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn content(text: &str) -> ContentHash {
    ContentHash::new(text)
}

/// Asked for at 0, the question over at 10 s.
fn asked() -> Confirmations {
    let mut machine = Confirmations::new(Accept::HostOrVoice);
    machine.request(at(0), content("a"));
    machine.agent_said(at(10_000), QUESTION, Heard::Whole);
    machine
}

fn said(text: &str, began: u64) -> Said<'_> {
    Said::new(text, Some(at(began)))
}

#[test]
fn a_yes_after_the_question_is_one_confirmation() {
    let mut machine = asked();
    let Answer::Yes(confirmation) =
        machine.clinician_said(at(13_000), said("Yes, save it.", 11_200))
    else {
        panic!("no yes");
    };
    assert_eq!(confirmation.content(), &content("a"));
    assert_eq!(confirmation.by(), ConfirmedBy::Voice);
    assert_eq!(
        machine.clinician_said(at(14_000), said("Yes.", 13_500)),
        Answer::NotAsked
    );
    let again = machine.confirm(at(14_000), confirmation.request(), &content("a"));
    assert_eq!(again, Err(NotConfirmed::NotOpen));
}

#[test]
fn a_yes_before_the_question_or_during_it_is_no_yes() {
    let mut machine = Confirmations::new(Accept::HostOrVoice);
    machine.request(at(0), content("a"));
    assert_eq!(
        machine.clinician_said(at(5_000), said("Yes.", 4_000)),
        Answer::NotAsked
    );
    machine.agent_said(at(10_000), QUESTION, Heard::Whole);
    assert_eq!(
        machine.clinician_said(at(12_000), said("Yes.", 9_000)),
        Answer::AskAgain(Doubt::Early)
    );
    assert_eq!(
        machine.clinician_said(at(14_000), said("Yes.", 13_000)),
        Answer::NotAsked
    );
}

#[test]
fn a_question_that_was_cut_or_is_another_is_not_asked() {
    for (text, spoken) in [(QUESTION, Heard::Cut), ("The note is ready.", Heard::Whole)] {
        let mut machine = Confirmations::new(Accept::HostOrVoice);
        machine.request(at(0), content("a"));
        machine.agent_said(at(10_000), text, spoken);
        assert_eq!(
            machine.clinician_said(at(13_000), said("Yes.", 12_000)),
            Answer::NotAsked
        );
    }
    let mut machine = asked();
    machine.agent_said(at(12_000), "Did she sleep better?", Heard::Whole);
    assert_eq!(
        machine.clinician_said(at(15_000), said("Yes.", 14_000)),
        Answer::NotAsked
    );
}

#[test]
fn an_echo_of_the_question_is_no_yes() {
    let mut machine = asked();
    assert_eq!(
        machine.clinician_said(at(12_000), said("Yes.", 10_900)),
        Answer::AskAgain(Doubt::Echo)
    );
    let mut machine = asked();
    machine.agent_audible(at(12_000));
    assert_eq!(
        machine.clinician_said(at(14_000), said("Yes.", 11_500)),
        Answer::AskAgain(Doubt::Echo)
    );
    let mut machine = asked();
    assert_eq!(
        machine.clinician_said(at(12_000), said("No.", 10_500)),
        Answer::AskAgain(Doubt::Echo)
    );
    assert!(machine.open().is_some());
}

#[test]
fn an_unsure_yes_is_asked_for_again_and_an_unsure_no_is_believed() {
    let unsure = Confidence::new(0.79);
    let mut machine = asked();
    assert_eq!(
        machine.clinician_said(at(13_000), said("Yes.", 12_000).confidence(unsure)),
        Answer::AskAgain(Doubt::Unsure)
    );
    machine.agent_said(at(20_000), QUESTION, Heard::Whole);
    assert_eq!(
        machine.clinician_said(at(23_000), said("No.", 22_000).confidence(unsure)),
        Answer::No
    );
    let mut machine = asked();
    assert_eq!(
        machine.clinician_said(at(13_000), Said::new("Yes.", None)),
        Answer::AskAgain(Doubt::Early)
    );
}

#[test]
fn a_question_is_asked_three_times_at_most() {
    let mut machine = asked();
    for again in 1..=3 {
        let answer =
            machine.clinician_said(at(again * 10_000 + 500), said("Yes.", again * 10_000 + 200));
        let expected = if again == 3 {
            Answer::Void
        } else {
            Answer::AskAgain(Doubt::Echo)
        };
        assert_eq!(answer, expected);
        machine.agent_said(at((again + 1) * 10_000), QUESTION, Heard::Whole);
    }
    assert!(machine.open().is_none());
}

#[test]
fn anything_else_voids_the_question() {
    for text in ["Um.", "Yes, but wait.", "What was the plan again?", ""] {
        let mut machine = asked();
        assert_eq!(
            machine.clinician_said(at(13_000), said(text, 12_000)),
            Answer::Void
        );
        assert_eq!(
            machine.clinician_said(at(15_000), said("Yes.", 14_500)),
            Answer::NotAsked
        );
    }
}

#[test]
fn a_late_yes_is_no_yes() {
    let mut machine = asked();
    assert_eq!(
        machine.clinician_said(at(130_001), said("Yes.", 129_000)),
        Answer::Expired
    );
    let mut machine = asked();
    let (id, content) = machine
        .open()
        .map(|(id, content)| (id, content.clone()))
        .unwrap();
    assert_eq!(
        machine.confirm(at(130_001), id, &content),
        Err(NotConfirmed::Expired)
    );
    let mut machine = asked();
    assert_eq!(machine.deadline(), Some(at(130_000)));
    assert!(!machine.expire(at(130_000)) && machine.expire(at(130_001)));
}

#[test]
fn a_voice_is_not_heard_unless_the_host_wants_it() {
    let mut machine = Confirmations::new(Accept::default());
    let id = machine.request(at(0), content("a"));
    machine.agent_said(at(10_000), QUESTION, Heard::Whole);
    assert_eq!(
        machine.clinician_said(at(13_000), said("Yes.", 12_000)),
        Answer::NotAsked
    );
    assert_eq!(
        machine.confirm(at(14_000), id, &content("a")).unwrap().by(),
        ConfirmedBy::Host
    );
}

#[test]
fn an_edit_voids_and_what_was_not_shown_is_not_confirmed() {
    let mut machine = asked();
    assert!(!machine.changed(Some(&content("a"))));
    assert!(machine.changed(Some(&content("b"))));
    assert_eq!(
        machine.clinician_said(at(13_000), said("Yes.", 12_000)),
        Answer::NotAsked
    );
    let id = machine.request(at(20_000), content("b"));
    assert_eq!(
        machine.confirm(at(21_000), id, &content("a")),
        Err(NotConfirmed::Changed)
    );
    assert_eq!(
        machine.confirm(at(21_000), id, &content("b")),
        Err(NotConfirmed::NotOpen)
    );
}

#[test]
fn asking_again_for_the_same_is_the_same_request() {
    let mut machine = asked();
    let (id, _) = machine.open().unwrap();
    assert_eq!(machine.request(at(60_000), content("a")), id);
    assert_eq!(machine.deadline(), Some(at(130_000)));
    let other = machine.request(at(60_000), content("b"));
    assert_ne!(other, id);
    assert_eq!(
        machine.clinician_said(at(63_000), said("Yes.", 62_000)),
        Answer::NotAsked
    );
}

#[test]
fn what_was_said_is_not_shown() {
    let shown = format!("{:?} {:?}", said("CANARY", 0), asked());
    assert!(!shown.contains("CANARY"));
}

#[derive(Debug, Clone)]
enum Step {
    Request(u8),
    Agent(u8, bool),
    Audible,
    Said(u8, u16, u8),
    Confirm(u8),
    Changed(u8),
    Wait(u32),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0u8..3).prop_map(Step::Request),
        (0u8..3, any::<bool>()).prop_map(|(what, whole)| Step::Agent(what, whole)),
        Just(Step::Audible),
        (0u8..5, 0u16..3000, 0u8..3).prop_map(|(what, ago, sure)| Step::Said(what, ago, sure)),
        (0u8..3).prop_map(Step::Confirm),
        (0u8..3).prop_map(Step::Changed),
        (0u32..90_000).prop_map(Step::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Judged by what was seen from outside, not by the machine's own state.
    #[test]
    fn every_yes_has_its_own_request_and_a_question_that_was_heard(steps in proptest::collection::vec(step(), 0..40)) {
        let mut machine = Confirmations::new(Accept::HostOrVoice);
        let (mut now, mut confirmed, mut requested) = (1_000_000_u64, Vec::new(), Vec::new());
        let (mut asked, mut heard) = (None::<u64>, None::<u64>);
        for step in steps {
            now += 1;
            match step {
                Step::Request(what) => {
                    let id = machine.request(at(now), content(&what.to_string()));
                    requested.push((id, what));
                }
                Step::Agent(what, whole) => {
                    let text = ["The note is ready.", QUESTION, ""][usize::from(what)];
                    let spoken = if whole { Heard::Whole } else { Heard::Cut };
                    machine.agent_said(at(now), text, spoken);
                    heard = Some(now);
                    asked = (whole && what == 1).then_some(now);
                }
                Step::Audible => {
                    machine.agent_audible(at(now));
                    heard = Some(now);
                }
                Step::Said(what, ago, sure) => {
                    let text = ["Yes.", "Yes, save it.", "No.", "Um, yes.", "Yes, but."][usize::from(what)];
                    let began = now - u64::from(ago);
                    let mut said = said(text, began);
                    if sure > 0 {
                        said.confidence = Some(Confidence::new(if sure == 1 { 0.5 } else { 0.9 }));
                    }
                    if let Answer::Yes(confirmation) = machine.clinician_said(at(now), said) {
                        prop_assert!(what < 2 && sure != 1);
                        let asked = asked.unwrap();
                        prop_assert!(began > asked && now - asked <= 120_000);
                        prop_assert!(began >= heard.unwrap() + 1000);
                        confirmed.push(confirmation);
                    }
                }
                Step::Confirm(what) => {
                    let shown = content(&what.to_string());
                    if let Some((id, _)) = requested.last()
                        && let Ok(confirmation) = machine.confirm(at(now), *id, &shown)
                    {
                        prop_assert_eq!(confirmation.content(), &shown);
                        confirmed.push(confirmation);
                    }
                }
                Step::Changed(what) => {
                    machine.changed(Some(&content(&what.to_string())));
                }
                Step::Wait(millis) => now += u64::from(millis),
            }
        }
        let mut ids: Vec<_> = confirmed.iter().map(Confirmation::request).collect();
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        prop_assert_eq!(ids.len(), count);
        for confirmation in &confirmed {
            let what = confirmation.content().as_str();
            prop_assert!(requested.iter().any(|(id, about)| *id == confirmation.request() && about.to_string() == what));
        }
    }
}
