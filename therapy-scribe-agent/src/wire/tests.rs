//! Every event, as it comes and as it might.

use serde_json::json;

use super::*;

#[test]
fn i19_odd_shapes_parse() {
    for (args, expected) in [
        (
            r#""arguments":{"topic":"sleep"}"#,
            json!({"topic": "sleep"}),
        ),
        (
            r#""arguments":"{\"topic\":\"sleep\"}""#,
            json!({"topic": "sleep"}),
        ),
        (r#""arguments":null"#, json!({})),
        (
            r#""arguments":null,"args":{"topic":"sleep"}"#,
            json!({"topic": "sleep"}),
        ),
        (r#""arguments":"""#, json!({})),
        (r#""arguments":"null""#, json!({})),
        (r#""arguments":"half {""#, json!("half {")),
        (r#""x":1"#, json!({})),
    ] {
        let text = format!(r#"{{"type":"tool.call","call_id":"c","name":"n",{args}}}"#);
        let Message::ToolCall { args, .. } = decode(&text) else {
            panic!("{text}")
        };
        assert_eq!(args, expected, "{text}");
    }
    for timestamp in [
        r#""timestamp":1790210427.11,"#,
        r#""timestamp":"2026-09-24T10:00:00Z","#,
        "",
    ] {
        let text = format!(r#"{{"type":"input.speech.started",{timestamp}"new":{{"field":[]}}}}"#);
        assert_eq!(decode(&text), Message::SpeechStarted);
    }
    assert_eq!(
        decode(r#"{"type":"call.warning","x":1}"#),
        Message::Unknown("call.warning".to_owned())
    );
    assert!(matches!(decode("{"), Message::Malformed(_)));
    assert!(matches!(decode("[]"), Message::Malformed(_)));
    assert!(matches!(decode(r#"{"type":7}"#), Message::Malformed(_)));
    assert!(matches!(
        decode(r#"{"type":"reply.audio","data":7}"#),
        Message::Malformed(_)
    ));
}

#[test]
fn that_a_session_began_or_ended_is_never_missed() {
    let Message::Ready(ready) = decode(
        r#"{"type":"session.ready","session_id":"sess_1","expires_at":1790214022,"timestamp":1790210427.0,
            "config":{"tools":[{"name":"a","http":null,"timeout_seconds":45},{"name":"b","http":{"url":"x"}},7]}}"#,
    ) else {
        panic!()
    };
    assert_eq!(
        ready.expires_at.zip(ready.timestamp),
        Some((1_790_214_022.0, 1_790_210_427.0))
    );
    assert_eq!(ready.echo.tools.len(), 2);
    assert!(ready.echo.tools[1].is_http);
    assert!(matches!(
        decode(r#"{"type":"session.ready","session_id":7,"config":"x"}"#),
        Message::Ready(_)
    ));
    assert_eq!(
        decode(r#"{"type":"session.ended","session_duration_seconds":"35.5"}"#),
        Message::Ended {
            seconds: Some(35.5)
        }
    );
    assert_eq!(
        decode(r#"{"type":"session.ended"}"#),
        Message::Ended { seconds: None }
    );
}

#[test]
fn errors_have_small_codes_in_either_form_and_nothing_else_passes_for_one() {
    for text in [
        r#"{"type":"session.error","code":"UNAUTHORIZED","param":null}"#,
        r#"{"type":"error","error_code":"unauthorized"}"#,
    ] {
        let Message::Error(error) = decode(text) else {
            panic!("{text}")
        };
        assert_eq!((error.code.as_str(), error.param), ("unauthorized", None));
    }
    let Message::Error(error) = decode(r#"{"type":"error","code":"Anna said no","param":"a b"}"#)
    else {
        panic!()
    };
    assert_eq!((error.code.as_str(), error.param), ("unknown", None));
}

#[test]
fn a_status_is_open() {
    for (status, expected) in [
        ("\"completed\"", Status::Completed),
        ("\"interrupted\"", Status::Interrupted),
        ("\"cancelled\"", Status::Other),
        ("null", Status::Completed),
    ] {
        let text = format!(r#"{{"type":"reply.done","status":{status}}}"#);
        assert_eq!(
            decode(&text),
            Message::ReplyDone {
                reply: None,
                status: expected
            }
        );
    }
}
