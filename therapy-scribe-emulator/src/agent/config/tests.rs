use super::*;

fn refusal<'a>(update: &Value, stage: Stage) -> Option<(&'a str, String)> {
    let mut config = Config::new();
    let refused = config.update(update, stage).err()?;
    assert_eq!(config, Config::new(), "nothing of it is taken");
    Some((refused.code, refused.param.unwrap()))
}

/// Code, place, update.
const REFUSALS: &str = r#"
invalid_format | session | "x"
invalid_format | sys | {"sys": 1}
invalid_format | greeting | {"greeting": null}
invalid_value | agent_id | {"agent_id": "agent_1", "tools": []}
agent_not_found | agent_id | {"agent_id": "agent_1"}
invalid_value | llm | {"llm": []}
invalid_webhook | webhook | {"webhook": {"url": "x"}}
invalid_value | output.voice | {"output": {"voice": "ivy"}}
invalid_value | output.volume | {"output": {"volume": 101}}
invalid_value | output.format | {"output": {"format": "audio/pcm"}}
invalid_format | input | {"input": []}
invalid_value | input.format.sample_rate | {"input": {"format": {"encoding": "audio/pcm", "sample_rate": 16000}}}
invalid_value | input.language_codes | {"input": {"language_codes": ["en", "pl"]}}
invalid_value | input.transcription_mode | {"input": {"transcription_mode": "fast"}}
invalid_value | input.turn_detection.min_silence | {"input": {"turn_detection": {"min_silence": 49}}}
invalid_value | input.turn_detection.min_silence | {"input": {"turn_detection": {"min_silence": 900, "max_silence": 900}}}
invalid_value | input.turn_detection.interruption_delay | {"input": {"turn_detection": {"interruption_delay": 1001}}}
invalid_value | tools | {"tools": {}}
invalid_value | tools[0].type | {"tools": [{"name": "x"}]}
invalid_value | tools[1].name | {"tools": [{"type": "function", "name": "x"}, {"type": "function", "name": ""}]}
invalid_value | tools[0].parameters.properties | {"tools": [{"type": "function", "name": "x", "parameters": {"properties": []}}]}
invalid_value | tools[0].timeout_seconds | {"tools": [{"type": "function", "name": "x", "timeout_seconds": 301}]}
invalid_value | tools[0].execution_mode | {"tools": [{"type": "function", "name": "x", "execution_mode": "wait"}]}
"#;

// 7.1, 2.1 to 2.4
#[test]
fn what_is_wrong_in_an_update_is_told_by_code_and_place() {
    for line in REFUSALS.lines().skip(1) {
        let fields: Vec<&str> = line.splitn(3, " | ").collect();
        let update = serde_json::from_str(fields[2]).unwrap();
        let refused = refusal(&update, Stage::First);
        assert_eq!(refused, Some((fields[0], fields[1].to_owned())), "{line}");
    }
    let many = json!({"input": {"keyterms": vec!["x"; 101]}});
    assert!(refusal(&many, Stage::First).is_some());
}

// 2.1, 2.3, 2.4
#[test]
fn what_may_not_change_later_is_told_by_name() {
    let rows = [
        (json!({"greeting": "Hi"}), "immutable_field", "greeting"),
        (
            json!({"output": {"voice": "jane"}}),
            "immutable_field",
            "output.voice",
        ),
        (
            json!({"input": {"type": "audio"}}),
            "immutable_field",
            "input.type",
        ),
        (
            json!({"agent_id": "agent_1"}),
            "agent_id_not_first",
            "agent_id",
        ),
    ];
    for (update, code, param) in rows {
        assert_eq!(
            refusal(&update, Stage::Later),
            Some((code, param.to_owned())),
            "{update}"
        );
    }
    assert_eq!(
        refusal(
            &json!({"tools": [], "system_prompt": "x", "output": {"volume": 40}}),
            Stage::Later
        ),
        None
    );
}

// Appendix A, end of turn; 2.3
#[test]
fn the_patience_of_a_turn_is_the_modes_or_the_windows() {
    let silences = |input: Value| {
        let mut config = Config::new();
        config
            .update(&json!({"input": input}), Stage::First)
            .unwrap();
        (config.turns().least_ms, config.turns().most_ms)
    };
    assert_eq!(silences(json!({})), (1900, 1900));
    assert_eq!(
        silences(json!({"transcription_mode": "min_latency"})),
        (1300, 1300)
    );
    assert_eq!(
        silences(json!({"transcription_mode": "max_accuracy"})),
        (3200, 3200)
    );
    assert_eq!(
        silences(json!({"turn_detection": {"vad_threshold": 0.5}})),
        (1000, 3000)
    );
    assert_eq!(
        silences(json!({"turn_detection": {"min_silence": 1200, "max_silence": 3600}})),
        (1200, 3600)
    );
}

#[test]
fn the_echo_has_what_holds_and_what_was_not_said() {
    let mut config = Config::new();
    let first = json!({"system_prompt": "P", "output": {"voice": "jane"}, "input": {"format": {"encoding": "audio/pcmu"}},
        "tools": [{"type": "function", "name": "x", "timeout_seconds": 30}]});
    config.update(&first, Stage::First).unwrap();
    let echo = config.echo("sess_1");
    assert_eq!(echo["id"], "sess_1");
    assert_eq!(
        echo["input"]["format"],
        json!({"encoding": "audio/pcmu", "sample_rate": 8000})
    );
    assert_eq!(echo["output"]["format"]["sample_rate"], 24_000);
    assert_eq!(echo["tools"][0]["execution_mode"], "interactive");
    assert_eq!(echo["tools"][0]["timeout_seconds"], 30);
    assert_eq!(
        (config.input(), config.output()),
        (Encoding::Mulaw, Encoding::Pcm)
    );
    assert_eq!(config.volume(), 100);
}
