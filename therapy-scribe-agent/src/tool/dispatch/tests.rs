use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use proptest::prelude::*;
use schemars::JsonSchema;
use serde::Deserialize;

use super::*;
use crate::{Tool, ToolSpec};

#[derive(Deserialize, JsonSchema)]
struct Args {
    #[serde(default)]
    millis: u64,
    #[serde(default)]
    how: How,
}

#[derive(Deserialize, JsonSchema, Default)]
#[serde(rename_all = "snake_case")]
enum How {
    #[default]
    Well,
    Badly,
    Panic,
    Long,
    NotYet,
}

/// Takes as long as it is told, and ends as it is told.
struct Worker {
    spec: ToolSpec,
    done: Arc<AtomicUsize>,
}

#[async_trait]
impl Tool for Worker {
    type Args = Args;
    type Output = String;

    fn spec(&self) -> ToolSpec {
        self.spec.clone()
    }

    async fn call(&self, args: Args) -> Result<String, ToolError> {
        tokio::time::sleep(Duration::from_millis(args.millis)).await;
        self.done.fetch_add(1, Ordering::Relaxed);
        match args.how {
            How::Well => Ok("done".to_owned()),
            How::Badly => Err(ToolError::failed("the shelf is empty")),
            How::Panic => panic!("CANARY"),
            How::Long => Ok("x".repeat(9000)),
            How::NotYet => Err(ToolError::not_yet("there is no note yet")),
        }
    }
}

fn tools() -> (ToolSet, Arc<AtomicUsize>) {
    let done = Arc::new(AtomicUsize::new(0));
    let specs = [
        ToolSpec::read("look", "Looks."),
        ToolSpec::draft("change", "Changes."),
        ToolSpec::commit("save", "Asks."),
    ];
    let mut set = ToolSet::new();
    for spec in specs {
        set.add(Worker {
            spec,
            done: Arc::clone(&done),
        })
        .unwrap();
    }
    (set, done)
}

fn call(id: &str, name: &str, args: Value) -> ToolCall {
    ToolCall::new(CallId::new(id), name, args)
}

async fn all(dispatcher: &mut Dispatcher) -> Vec<(String, Value, Option<ToolErrorKind>)> {
    let mut settled = Vec::new();
    while let Some(next) = dispatcher.next().await {
        assert_eq!(
            next.outcome.is_error,
            next.failure
                .is_some_and(|kind| kind != ToolErrorKind::NotYet)
        );
        settled.push((
            next.outcome.id.to_string(),
            next.outcome.result.into_inner(),
            next.failure,
        ));
    }
    settled
}

async fn outcome(name: &str, args: Value) -> (Value, Option<ToolErrorKind>) {
    let mut dispatcher = Dispatcher::new(tools().0);
    assert_eq!(dispatcher.start(call("a", name, args)), Started::Accepted);
    let mut settled = all(&mut dispatcher).await;
    assert_eq!(settled.len(), 1);
    let (_, told, failure) = settled.remove(0);
    (told, failure)
}

#[tokio::test(start_paused = true)]
async fn every_way_to_end_is_an_outcome() {
    assert_eq!(outcome("look", json!({})).await, (json!("done"), None));
    assert_eq!(outcome("look", json!(null)).await, (json!("done"), None));
    let (told, failure) = outcome("look", json!({"how": "badly"})).await;
    assert_eq!(
        (told, failure),
        (
            json!({"error": "the shelf is empty"}),
            Some(ToolErrorKind::Failed)
        )
    );
    let (told, failure) = outcome("look", json!({"how": "not_yet"})).await;
    assert_eq!(
        (told, failure),
        (
            json!({"status": "not_yet", "why": "there is no note yet"}),
            Some(ToolErrorKind::NotYet)
        )
    );
    let (told, failure) = outcome("look", json!({"how": "panic"})).await;
    assert!(!told.to_string().contains("CANARY"));
    assert_eq!(failure, Some(ToolErrorKind::Panicked));
    assert_eq!(
        outcome("look", json!({"millis": 10_001})).await.1,
        Some(ToolErrorKind::Timeout)
    );
    assert_eq!(
        outcome("look", json!({"how": "long"})).await.1,
        Some(ToolErrorKind::TooLong)
    );
    assert_eq!(
        outcome("look", json!({"millis": -1})).await.1,
        Some(ToolErrorKind::Arguments)
    );
    let (told, failure) = outcome("lok", json!({})).await;
    assert_eq!(
        told,
        json!({"error": "there is no such tool; there are: look, change, save"})
    );
    assert_eq!(failure, Some(ToolErrorKind::UnknownTool));
}

#[tokio::test(start_paused = true)]
async fn what_a_draft_tool_did_is_done_however_long_its_answer() {
    let (told, failure) = outcome("change", json!({"how": "long"})).await;
    assert_eq!((&told["status"], failure), (&json!("done"), None));
}

#[tokio::test(start_paused = true)]
async fn calls_run_beside_each_other_and_a_panic_stays_alone() {
    let (set, done) = tools();
    let began = Instant::now();
    let calls = (0..5).map(|n| {
        call(
            &n.to_string(),
            "look",
            json!({"millis": 1000, "how": if n == 2 { "panic" } else { "well" }}),
        )
    });
    let outcomes = set.run(calls).await;
    assert_eq!(began.elapsed(), Duration::from_secs(1));
    assert_eq!(done.load(Ordering::Relaxed), 5);
    let errors: Vec<_> = outcomes.iter().map(|outcome| outcome.is_error).collect();
    assert_eq!(errors, [false, false, true, false, false]);
}

#[tokio::test(start_paused = true)]
async fn an_id_that_comes_again_is_not_run_again() {
    let (set, done) = tools();
    let mut dispatcher = Dispatcher::new(set);
    assert_eq!(
        dispatcher.start(call("a", "change", json!({}))),
        Started::Accepted
    );
    assert_eq!(
        dispatcher.start(call("a", "change", json!({}))),
        Started::Duplicate
    );
    assert_eq!(all(&mut dispatcher).await.len(), 1);
    assert_eq!(
        dispatcher.start(call("a", "save", json!({}))),
        Started::Duplicate
    );
    assert_eq!(all(&mut dispatcher).await.len(), 0);
    assert_eq!(done.load(Ordering::Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn an_interruption_drops_what_was_read_and_reports_what_was_changed() {
    let (set, done) = tools();
    let mut dispatcher = Dispatcher::new(set);
    dispatcher.start(call("read", "look", json!({"millis": 1000})));
    dispatcher.start(call("draft", "change", json!({"millis": 1000})));
    dispatcher.interrupt();
    dispatcher.start(call("new", "look", json!({"millis": 2000})));
    let mut deliveries = Vec::new();
    while let Some(settled) = dispatcher.next().await {
        deliveries.push((
            settled.outcome.id.to_string(),
            settled.delivery(dispatcher.epoch()),
            settled.failure,
        ));
        if settled.name == "change" {
            let words = settled.report().instructions.into_inner();
            assert!(words.contains("`change` had been called") && words.contains("done"));
        }
    }
    let expected = [
        (
            "read".to_owned(),
            Delivery::Withhold,
            Some(ToolErrorKind::Cancelled),
        ),
        ("draft".to_owned(), Delivery::Report, None),
        ("new".to_owned(), Delivery::Answer, None),
    ];
    assert_eq!(deliveries, expected);
    assert_eq!(done.load(Ordering::Relaxed), 2);
}

#[tokio::test(start_paused = true)]
async fn a_turn_goes_on_with_the_set_it_began_with() {
    let (set, _) = tools();
    let only = set.only(["look"]).unwrap();
    let mut dispatcher = Dispatcher::new(only);
    dispatcher.start(call("a", "change", json!({})));
    assert_eq!(
        all(&mut dispatcher).await[0].2,
        Some(ToolErrorKind::UnknownTool)
    );
    dispatcher.begin_turn(set);
    dispatcher.start(call("b", "change", json!({})));
    assert_eq!(all(&mut dispatcher).await[0].2, None);
}

#[tokio::test(start_paused = true)]
async fn a_chain_of_calls_ends_and_a_new_turn_may_call_again() {
    let (set, done) = tools();
    let mut dispatcher = Dispatcher::new(set.clone());
    for link in 0..10 {
        dispatcher.start(call(&link.to_string(), "look", json!({})));
        let failure = all(&mut dispatcher).await[0].2;
        let expected = (link >= LONGEST_CHAIN).then_some(ToolErrorKind::TooMany);
        assert_eq!(failure, expected, "{link}");
    }
    dispatcher.begin_turn(set);
    for many in 0..40 {
        dispatcher.start(call(&format!("many {many}"), "look", json!({})));
    }
    let refused = all(&mut dispatcher).await;
    assert_eq!(
        refused
            .iter()
            .filter(|(_, _, failure)| failure.is_some())
            .count(),
        8
    );
    assert_eq!(done.load(Ordering::Relaxed), 8 + 32);
}

#[tokio::test(start_paused = true)]
async fn dropping_it_stops_every_call() {
    let (set, done) = tools();
    let mut dispatcher = Dispatcher::new(set);
    dispatcher.start(call("a", "change", json!({"millis": 10})));
    drop(dispatcher);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(done.load(Ordering::Relaxed), 0);
}

#[test]
fn a_stage_names_no_tool_that_is_hidden() {
    let (mut set, done) = tools();
    set.add(Worker {
        spec: ToolSpec::read("read_note", "Reads."),
        done,
    })
    .unwrap();
    let some = set.only(["look", "save"]).unwrap();
    assert!(crate::Stage::new("Save it; read_notes is another.", some.clone(), &set).is_ok());
    let refused = crate::Stage::new("Call `read_note`.", some, &set).unwrap_err();
    assert_eq!(
        (refused.tool.as_str(), refused.path.as_str()),
        ("read_note", "prompt")
    );
}

#[test]
fn names_descriptions_and_deadlines_are_checked() {
    let path = |spec: ToolSpec| {
        let worker = Worker {
            spec,
            done: Arc::default(),
        };
        ToolSet::new()
            .with(worker)
            .err()
            .map(|refused| refused.path)
    };
    assert_eq!(path(ToolSpec::read("a_1", "x")), None);
    for name in ["", "1a", "A", "a-b", "aai_x", "ä", &"a".repeat(65)] {
        assert_eq!(
            path(ToolSpec::read(name, "x")).as_deref(),
            Some("name"),
            "{name}"
        );
    }
    assert_eq!(
        path(ToolSpec::read("a", " ")).as_deref(),
        Some("description")
    );
    for timeout in [
        Duration::ZERO,
        Duration::from_secs(301),
        Duration::from_millis(1500),
    ] {
        assert_eq!(
            path(ToolSpec::read("a", "x").timeout(timeout)).as_deref(),
            Some("timeout")
        );
    }
    let twice = tools().0.with(Worker {
        spec: ToolSpec::read("look", "x"),
        done: Arc::default(),
    });
    assert_eq!(twice.unwrap_err().reason, "there is one of this name");
}

#[test]
fn models_are_told_the_tools_in_their_form() {
    let set = tools().0.only(["look"]).unwrap();
    let flat = set.to_flat_json();
    assert_eq!(flat[0]["type"], "function");
    assert_eq!(flat[0]["timeout_seconds"], 10);
    assert_eq!(flat[0]["parameters"]["type"], "object");
    let function = set.to_function_json();
    assert_eq!(function[0]["function"]["name"], "look");
    assert_eq!(function[0]["function"]["parameters"], flat[0]["parameters"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn each_id_has_one_outcome_whatever_happens(steps in proptest::collection::vec((0u8..6, 0u8..12, 0u8..6), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let (set, _) = tools();
            let mut dispatcher = Dispatcher::new(set.clone());
            let mut accepted = HashSet::new();
            let mut settled: HashMap<CallId, usize> = HashMap::new();
            for (what, id, how) in steps {
                let name = ["look", "change", "save", "nobody"][usize::from(how % 4)];
                let how = ["well", "badly", "panic", "long", "not_yet", "unheard of"][usize::from(how)];
                let id = CallId::new(id.to_string());
                match what {
                    0..=2 => {
                        let args = json!({"how": how, "millis": u64::from(what) * 7000});
                        if dispatcher.start(ToolCall::new(id.clone(), name, args)) == Started::Accepted {
                            assert!(accepted.insert(id));
                        }
                    }
                    3 => dispatcher.interrupt(),
                    4 => { dispatcher.cancel(&id); }
                    _ => if let Some(next) = dispatcher.next().await {
                        *settled.entry(next.outcome.id).or_default() += 1;
                    },
                }
            }
            while let Some(next) = dispatcher.next().await {
                *settled.entry(next.outcome.id).or_default() += 1;
            }
            assert!(!dispatcher.is_busy());
            assert!(settled.values().all(|count| *count == 1));
            assert_eq!(settled.into_keys().collect::<HashSet<_>>(), accepted);
        });
    }
}
