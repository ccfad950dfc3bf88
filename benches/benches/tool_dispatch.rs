//! What it costs to call tools: checking arguments, a task for each call, one outcome for each.

use std::hint::black_box;

use async_trait::async_trait;
use criterion::Criterion;
use serde::Deserialize;
use serde_json::json;
use therapy_scribe_agent::{
    CallId, Tool, ToolCall, ToolError, ToolSet, ToolSpec,
    schemars::{self, JsonSchema},
};

#[derive(Deserialize, JsonSchema)]
struct Asked {
    topic: String,
    most: Option<u32>,
}

struct Echo;

#[async_trait]
impl Tool for Echo {
    type Args = Asked;
    type Output = String;

    fn spec(&self) -> ToolSpec {
        ToolSpec::read("echo", "Says it again.")
    }

    async fn call(&self, asked: Asked) -> Result<String, ToolError> {
        Ok(format!("{} {:?}", asked.topic, asked.most))
    }
}

fn calls(count: usize) -> Vec<ToolCall> {
    let args = json!({"topic": "what she said about her sister", "most": "3"});
    let call =
        |index: usize| ToolCall::new(CallId::new(format!("call_{index}")), "echo", args.clone());
    (0..count).map(call).collect()
}

fn main() {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
    else {
        return;
    };
    let Ok(tools) = ToolSet::new().with(Echo) else {
        return;
    };
    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("tool dispatch");
    for count in [1, 8, 32] {
        group.bench_function(format!("{count} calls beside each other"), |bench| {
            bench.iter(|| black_box(runtime.block_on(tools.run(calls(count)))));
        });
    }
    group.bench_function("register", |bench| {
        bench.iter(|| black_box(ToolSet::new().with(Echo).is_ok()));
    });
    group.finish();
    criterion.final_summary();
}
