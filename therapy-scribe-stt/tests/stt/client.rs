//! Opening, sending, changing and ending a session over a socket.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use therapy_scribe_core::{
    ApiKey, AudioFormat, AudioSourceExt, BoxError, ConnectionId, MediaTime, SampleRate,
    SpeechToText, SttEvent, SttOpen,
};
use therapy_scribe_emulator::{Builder, Emulator};
use therapy_scribe_stt::{
    ConfigUpdate, Error, StreamingConfig, SttClient, SttEvents, SttHandle, TokenProvider,
    TurnDetection,
    config::{Encoding, SpeechModel},
};
use therapy_scribe_transport::{Connector, Origin};

use crate::speech;

pub(crate) const SPEED: f64 = 100.0;

pub(crate) async fn emulator(change: impl FnOnce(Builder) -> Builder) -> Emulator {
    let usual = Emulator::builder()
        .script(speech::script())
        .speed(SPEED)
        .begin_delay_ms(0..=100);
    change(usual).start().await.unwrap()
}

pub(crate) fn client(emulator: &Emulator, config: StreamingConfig) -> SttClient {
    let origin = Origin::parse(&emulator.streaming_url()).unwrap();
    let key = ApiKey::new("key").unwrap();
    SttClient::at(Connector::new().unwrap(), &origin, key, config)
}

pub(crate) fn open() -> SttOpen {
    let format = AudioFormat::mono(SampleRate::HZ_16000);
    SttOpen::new(
        ConnectionId::default(),
        MediaTime::from_millis(5000),
        format,
    )
}

pub(crate) async fn connect(
    emulator: &Emulator,
    config: StreamingConfig,
) -> (SttHandle, SttEvents) {
    client(emulator, config).connect(open()).await.unwrap()
}

/// Everything until the end, while the speech is sent at its pace.
pub(crate) async fn whole_session(handle: &SttHandle, events: SttEvents) -> Vec<SttEvent> {
    let sending = async {
        let mut source = speech::Source::default().paced(SPEED);
        speech::send(handle, &mut source).await;
        handle.finish().await.unwrap();
    };
    tokio::join!(sending, speech::all(events)).1
}

pub(crate) fn text(events: &[SttEvent]) -> String {
    let texts = events.iter().filter_map(|event| match event {
        SttEvent::Final(turn) => Some(turn.text()),
        _ => None,
    });
    texts.collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn what_is_said_comes_back_in_recording_time_and_the_end_is_complete() {
    let emulator = emulator(|usual| usual).await;
    let (handle, events) = connect(&emulator, StreamingConfig::one_room(2).unwrap()).await;
    let events = whole_session(&handle, events).await;
    assert_eq!(
        text(&events),
        "I slept badly. What kept you awake? Thoughts about work."
    );
    let first = events.iter().find_map(|event| match event {
        SttEvent::Final(turn) => Some(turn.start().as_millis()),
        _ => None,
    });
    // The connection's audio begins at five seconds; edges absorb up to a second of silence.
    assert!((4500..=5600).contains(&first.unwrap()), "{first:?}");
    let Some(SttEvent::Closed(stats)) = events.last() else {
        panic!("{events:?}")
    };
    assert!(stats.complete);
    assert_eq!(stats.audio_sent, Duration::from_millis(speech::LENGTH_MS));
    assert_eq!(stats.audio_heard, Some(Duration::from_secs(12)));
    emulator.stop().await;
}

#[tokio::test]
async fn every_model_and_encoding_holds_a_session() {
    let emulator = emulator(|usual| usual).await;
    for (model, encoding) in [
        (SpeechModel::Universal36Pro, Encoding::PcmMulaw),
        (SpeechModel::U3RtPro, Encoding::PcmS16Le),
        (SpeechModel::UniversalStreamingEnglish, Encoding::PcmMulaw),
        (
            SpeechModel::UniversalStreamingMultilingual,
            Encoding::PcmS16Le,
        ),
        (SpeechModel::WhisperRt, Encoding::PcmS16Le),
    ] {
        let config = StreamingConfig::builder()
            .models([model.clone()])
            .encoding(encoding)
            .turns(TurnDetection::therapy())
            .build()
            .unwrap();
        let (handle, events) = connect(&emulator, config).await;
        let events = whole_session(&handle, events).await;
        let said = text(&events).to_lowercase().replace(['.', '?'], "");
        assert_eq!(
            said, "i slept badly what kept you awake thoughts about work",
            "{model} {encoding:?}"
        );
    }
    emulator.stop().await;
}

#[tokio::test]
async fn formatted_finals_come_once() {
    let emulator = emulator(|usual| usual).await;
    let config = StreamingConfig::builder()
        .models([SpeechModel::UniversalStreamingEnglish])
        .turns(TurnDetection::therapy())
        .format_turns(true)
        .build()
        .unwrap();
    let (handle, events) = connect(&emulator, config).await;
    let events = whole_session(&handle, events).await;
    assert_eq!(
        text(&events),
        "I slept badly. What kept you awake? Thoughts about work."
    );
    emulator.stop().await;
}

#[tokio::test]
async fn audio_is_sent_as_the_configuration_says_or_not_at_all() {
    let emulator = emulator(|usual| usual).await;
    let opus = StreamingConfig::builder()
        .encoding(Encoding::Opus)
        .build()
        .unwrap();
    let frame = speech::frames().next().unwrap();
    let (encoded, _events) = connect(&emulator, opus.clone()).await;
    assert!(matches!(encoded.send(&frame).await, Err(Error::Config(_))));
    let too_large = Bytes::from(vec![0; 128 * 1024 + 1]);
    assert!(matches!(
        encoded.send_encoded(too_large).await,
        Err(Error::MessageTooLarge)
    ));
    assert!(encoded.send_encoded(vec![1; 80].into()).await.is_ok());
    // A capture has frames only.
    let refused = SpeechToText::connect(&client(&emulator, opus), open()).await;
    assert!(refused.is_err());

    let (pcm, _events) = connect(&emulator, StreamingConfig::telehealth().unwrap()).await;
    assert!(matches!(
        pcm.send_encoded(vec![1; 80].into()).await,
        Err(Error::Config(_))
    ));
    let other = AudioFormat::mono(SampleRate::HZ_8000);
    let other = therapy_scribe_core::AudioFrame::new(other, MediaTime::ZERO, vec![0; 800]);
    assert!(matches!(pcm.send(&other).await, Err(Error::Config(_))));
    assert!(pcm.send(&frame).await.is_ok());
    emulator.stop().await;
}

#[tokio::test]
async fn a_change_that_the_model_has_not_got_never_leaves() {
    let emulator = emulator(|usual| usual).await;
    let config = StreamingConfig::builder()
        .models([SpeechModel::UniversalStreamingEnglish])
        .build()
        .unwrap();
    let (handle, events) = connect(&emulator, config).await;
    let refused = handle.update(ConfigUpdate::new().prompt("CBT")).await;
    assert!(matches!(refused, Err(Error::Config(_))));
    let update = ConfigUpdate::new().turns(&TurnDetection::therapy());
    handle.update(update).await.unwrap();
    let events = whole_session(&handle, events).await;
    assert!(matches!(events.last(), Some(SttEvent::Closed(stats)) if stats.complete));
    let controls = emulator.sessions().remove(0).controls;
    assert_eq!(controls[0]["max_turn_silence"], 3600);
    assert!(
        controls
            .iter()
            .all(|control| control.get("prompt").is_none())
    );
    emulator.stop().await;
}

/// A host's server that holds the key.
#[derive(Debug)]
struct Server {
    client: SttClient,
}

#[async_trait]
impl TokenProvider for Server {
    async fn token(&self) -> Result<ApiKey, BoxError> {
        let minute = Duration::from_secs(60);
        Ok(self.client.mint_token(minute, minute * 60).await?)
    }
}

#[tokio::test]
async fn temporary_tokens_open_sessions_and_only_fresh_ones_do() {
    let emulator = emulator(|usual| usual.api_key("key")).await;
    let config = || StreamingConfig::one_room(2).unwrap();
    let server = Server {
        client: client(&emulator, config()),
    };
    let origin = Origin::parse(&emulator.streaming_url()).unwrap();
    let wrong = ApiKey::new("another").unwrap();
    let browser = SttClient::at(Connector::new().unwrap(), &origin, wrong, config());
    assert!(matches!(browser.connect(open()).await, Err(Error::Auth)));
    let browser = browser.tokens(Arc::new(server));
    let (handle, events) = browser.connect(open()).await.unwrap();
    let events = whole_session(&handle, events).await;
    assert!(matches!(events.last(), Some(SttEvent::Closed(stats)) if stats.complete));

    let out_of_range = client(&emulator, config())
        .mint_token(Duration::from_secs(601), Duration::from_secs(60))
        .await;
    assert!(matches!(out_of_range, Err(Error::Config(_))));
    emulator.stop().await;
}
