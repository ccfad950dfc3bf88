//! Talks in which nobody has confirmed: none of them saves.

use therapy_scribe_agent::{Accept, Heard, HeardAs, Said};
use therapy_scribe_notes::{Clinician, WallTime};

use crate::talk::{QUESTION, Talk, wait};

/// One step of a talk. The note is there, and it was asked to be saved, before the first.
#[derive(Clone, Copy)]
enum Step {
    /// The agent asks, to the end.
    Ask,
    /// The agent says this.
    Agent(&'static str),
    /// It is cut off while it says this.
    Cut(&'static str),
    /// The clinician says this a while later.
    Says(&'static str),
    /// So many milliseconds after the agent's last sound, so surely.
    SaysAfter(u64, &'static str, f32),
    /// This is heard while the agent is audible.
    Echo(&'static str),
    /// Speech that began so long before now.
    Began(u64, &'static str),
    /// Speech whose beginning nobody noticed.
    Unnoticed(&'static str),
    Call(&'static str, &'static str),
    Edit,
    Undo,
    Wait(u64),
    /// The host's yes to what was open first, showing this content or what was open first.
    ConfirmFirst(Option<&'static str>),
    Decline,
}

use Step::{
    Agent, Ask, Began, Call, ConfirmFirst, Cut, Decline, Echo, Edit, Says, SaysAfter, Undo,
    Unnoticed, Wait,
};

const YES: Step = Says("Yes, save it.");
const AGAIN: Step = Call("save_to_ehr", r#"{"confirmation":"yes"}"#);

/// Talks without a genuine confirmation.
const TALKS: &[(&str, &[Step])] = &[
    ("nobody answers", &[Ask, AGAIN, AGAIN]),
    ("a yes before the question", &[YES]),
    (
        "a yes before the question, and then the question",
        &[YES, Ask, AGAIN],
    ),
    (
        "a yes to a question that was cut off",
        &[Cut(QUESTION), YES],
    ),
    (
        "a yes while the question is spoken",
        &[Ask, Began(500, "Yes, save it.")],
    ),
    (
        "a yes that began before the question",
        &[Wait(3000), Ask, Began(4000, "Yes.")],
    ),
    (
        "a yes to something else",
        &[Agent("Did she sleep better?"), YES],
    ),
    (
        "a yes to another question afterwards",
        &[Ask, Agent("By the way, is the plan right?"), YES],
    ),
    (
        "a yes to a remark afterwards",
        &[Ask, Agent("One moment."), YES],
    ),
    (
        "the agent answers for the clinician",
        &[Ask, Agent("Yes, save it.")],
    ),
    (
        "the agent answers, and the clinician agrees to that",
        &[Ask, Agent("Yes, save it."), Says("Yes.")],
    ),
    (
        "an echo of the question",
        &[Ask, SaysAfter(200, "Yes.", 1.0)],
    ),
    (
        "an echo within the second",
        &[Ask, SaysAfter(990, "Yes, save it.", 1.0)],
    ),
    (
        "an echo while the agent speaks on",
        &[Ask, Echo("Yes, save it.")],
    ),
    (
        "three echoes",
        &[
            Ask,
            SaysAfter(100, "Yes.", 1.0),
            Ask,
            SaysAfter(100, "Yes.", 1.0),
            Ask,
            SaysAfter(100, "Yes.", 1.0),
            YES,
        ],
    ),
    (
        "an echo, and then a yes without a question",
        &[Ask, SaysAfter(100, "Yes.", 1.0), YES],
    ),
    (
        "a yes that was hardly heard",
        &[Ask, SaysAfter(2000, "Yes.", 0.4)],
    ),
    (
        "a yes that was hardly heard, and another",
        &[Ask, SaysAfter(2000, "Yes.", 0.79), YES],
    ),
    ("a yes that nobody heard begin", &[Ask, Unnoticed("Yes.")]),
    ("a late yes", &[Ask, Wait(119_000), YES]),
    ("a very late yes", &[Ask, Wait(3_600_000), YES]),
    (
        "a late yes after another call",
        &[Ask, Wait(119_000), AGAIN, YES],
    ),
    ("hesitation", &[Ask, Says("Um.")]),
    ("hesitation, and a yes", &[Ask, Says("Um, yes."), YES]),
    ("a condition", &[Ask, Says("Yes, if the plan is right.")]),
    (
        "a correction",
        &[Ask, Says("Yes, but change the plan first."), YES],
    ),
    ("yes and no", &[Ask, Says("Yes. No, wait.")]),
    (
        "a question back",
        &[Ask, Says("Yes?"), Says("What does it say?"), YES],
    ),
    ("a mumbled yes", &[Ask, Says("Yeah.")]),
    ("a sure", &[Ask, Says("Sure, why not.")]),
    ("an order without a yes", &[Ask, Says("Save it."), YES]),
    ("a quoted yes", &[Ask, Says("She said yes, save it.")]),
    ("silence", &[Ask, Says(""), YES]),
    ("noise", &[Ask, Says("..."), YES]),
    ("a no", &[Ask, Says("No.")]),
    ("a no, and a yes", &[Ask, Says("No."), YES]),
    (
        "a no, another call, and a yes without a question",
        &[Ask, Says("No, not yet."), AGAIN, AGAIN, YES],
    ),
    ("an edit after the question", &[Ask, Edit, YES]),
    ("an edit that is undone", &[Ask, Edit, Undo, YES]),
    ("an edit, and another call", &[Ask, Edit, AGAIN, YES]),
    (
        "an addendum after the question",
        &[
            Ask,
            Call("add_addendum", r#"{"text":"Client agreed to everything."}"#),
            YES,
        ],
    ),
    (
        "a flag resolved after the question",
        &[
            Ask,
            Call("resolve_risk_flag", r#"{"flag":"1","reason":"none"}"#),
            YES,
        ],
    ),
    (
        "a section rewritten after the question",
        &[
            Ask,
            Call("revise_note", r#"{"section":"plan","instruction":"x"}"#),
            Wait(2000),
            YES,
        ],
    ),
    (
        "a new note after the question",
        &[
            Ask,
            Call("generate_note", r#"{"format":"dap"}"#),
            Wait(2000),
            YES,
        ],
    ),
    (
        "the question read out of a note",
        &[
            Agent("Client asked: Shall I save it to my record? Then client cried."),
            YES,
        ],
    ),
    (
        "a question whether it was saved",
        &[Agent("Was the file saved?"), YES],
    ),
    ("an empty reply", &[Agent(""), YES]),
    ("a silent reply", &[Cut(""), YES]),
    (
        "the host shows another note",
        &[ConfirmFirst(Some("another"))],
    ),
    (
        "the host shows another note, and then this one",
        &[ConfirmFirst(Some("another")), ConfirmFirst(None)],
    ),
    (
        "the host confirms after a no",
        &[Decline, ConfirmFirst(None)],
    ),
    (
        "the host confirms after a spoken no",
        &[Ask, Says("No."), ConfirmFirst(None)],
    ),
    (
        "the host confirms too late",
        &[Wait(120_500), ConfirmFirst(None)],
    ),
    (
        "the host confirms what was edited since",
        &[Edit, ConfirmFirst(None)],
    ),
    (
        "the host confirms an old request",
        &[Edit, AGAIN, ConfirmFirst(None)],
    ),
    (
        "a barge-in",
        &[Cut("Shall I sign this note"), Says("Yes."), AGAIN],
    ),
];

async fn step(talk: &mut Talk, step: Step, first: &therapy_scribe_agent::PendingSave) {
    let by = Clinician::new("c-17", "Dr. Jane Roe", "PhD");
    let at = WallTime::from_unix_millis(1_790_000_050_000);
    match step {
        Ask => talk.agent(QUESTION).await,
        Agent(text) => talk.agent(text).await,
        Cut(text) => talk.desk.agent_said(text, Heard::Cut),
        Says(text) => {
            talk.says(text).await;
        }
        SaysAfter(millis, text, sure) => {
            talk.says_after(millis, text, Some(sure)).await;
        }
        Echo(text) => {
            wait(1500).await;
            let began = talk.desk.now();
            talk.desk.agent_audible();
            wait(1500).await;
            let _ = talk.desk.clinician_said(Said::new(text, Some(began)));
        }
        Began(ago, text) => {
            let began = talk
                .desk
                .now()
                .saturating_sub(std::time::Duration::from_millis(ago));
            wait(2000).await;
            let _ = talk.desk.clinician_said(Said::new(text, Some(began)));
        }
        Unnoticed(text) => {
            let _ = talk.desk.clinician_said(Said::new(text, None));
        }
        Call(name, args) => {
            talk.call(name, serde_json::from_str(args).unwrap()).await;
        }
        Edit => talk
            .desk
            .edit(|draft| draft.edit("plan", "Mine.", &by, at).unwrap())
            .unwrap(),
        Undo => talk
            .desk
            .edit(|draft| draft.undo(&by, at).unwrap())
            .unwrap(),
        Wait(millis) => wait(millis).await,
        ConfirmFirst(shown) => {
            let shown = shown.map_or(
                first.content.clone(),
                therapy_scribe_agent::ContentHash::new,
            );
            talk.desk.confirm(first.request, &shown).await.unwrap_err();
        }
        Decline => assert!(talk.desk.decline(first.request)),
    }
}

async fn run(steps: &[Step], accept: Accept) -> Talk {
    let mut talk = Talk::with_note(accept).await;
    assert_eq!(talk.save().await["status"], "needs_confirmation");
    let first = talk.desk.next_pending().await;
    for next in steps {
        step(&mut talk, *next, &first).await;
    }
    talk.desk.finish().await;
    talk
}

#[tokio::test(start_paused = true)]
async fn no_talk_without_a_genuine_confirmation_saves() {
    for (what, steps) in TALKS {
        for accept in [Accept::HostOrVoice, Accept::Host] {
            // Where voices count for nothing, a spoken no does not void the host's yes.
            if accept == Accept::Host && what.contains("spoken no") {
                continue;
            }
            let mut talk = run(steps, accept).await;
            assert_eq!(talk.record.count(), 0, "{what}");
            assert!(talk.desk.signed().is_none(), "{what}");
            let status = talk.save().await["status"].clone();
            assert!(
                !["saved", "queued", "already_saved", "saving"].contains(&status.as_str().unwrap()),
                "{what}"
            );
        }
    }
    assert!(TALKS.len() + crate::injected::SAID.len() >= 60);
}

/// The same steps with a genuine yes do save: the tests above fail for the reason that they say.
#[tokio::test(start_paused = true)]
async fn a_genuine_confirmation_saves_once_after_every_detour() {
    let detours: [&[Step]; 7] = [
        &[Ask, YES],
        &[YES, Ask, YES],
        &[Cut(QUESTION), Says("Yes."), Ask, YES],
        &[Ask, SaysAfter(100, "Yes.", 1.0), Ask, YES],
        &[Ask, SaysAfter(1100, "Yes.", 0.9)],
        &[Ask, Says("No."), AGAIN, AGAIN, Ask, YES],
        &[Ask, Edit, AGAIN, AGAIN, Ask, YES],
    ];
    for steps in detours {
        let talk = run(steps, Accept::HostOrVoice).await;
        assert_eq!(talk.record.count(), 1);
        let mut talk = talk;
        for again in [YES, AGAIN, Ask, YES, AGAIN] {
            if let Says(text) = again {
                assert_eq!(talk.says(text).await, HeardAs::NotAsked);
            } else if let Ask = again {
                talk.agent(QUESTION).await;
            } else {
                talk.save().await;
            }
        }
        assert_eq!(talk.record.count(), 1);
        let without_voice = run(steps, Accept::Host).await;
        assert_eq!(without_voice.record.count(), 0);
    }
}
