//! How an emulator behaves.

use std::{
    net::Ipv4Addr,
    ops::RangeInclusive,
    sync::{Arc, Mutex},
};

use tokio::{net::TcpListener, sync::watch};

use super::{Emulator, Settings, SpeakerLetters, StartError, State};
use crate::{
    agent::{self, AgentFault, AgentQuirk, Agents, Dialogue},
    faults::{Fault, Plan},
    gateway::{self, ChatReply, Gateway, LocalServer},
    prerecorded::{self, Prerecorded, TranscriptFault, TranscriptQuirk},
    script::Script,
    server,
    streaming::{Recordings, Tokens},
};

/// Configures an [`Emulator`].
#[derive(Debug)]
#[must_use]
pub struct Builder {
    script: Option<Script>,
    faults: Vec<Fault>,
    port: u16,
    gateway: gateway::Settings,
    agent: agent::Settings,
    prerecorded: prerecorded::Settings,
    settings: Settings,
}

impl Builder {
    pub(super) fn new() -> Self {
        Self {
            script: None,
            faults: Vec::new(),
            port: 0,
            gateway: gateway::Settings::default(),
            agent: agent::Settings::default(),
            prerecorded: prerecorded::Settings {
                polls: 1,
                ..prerecorded::Settings::default()
            },
            settings: Settings {
                speed: 1.0,
                seed: 1,
                key: None,
                begin_delay_ms: 0..=1500,
                termination_delay_ms: None,
                redacted_names: Arc::default(),
                letters: SpeakerLetters::SwappedEverySecondSession,
                refused_models: Vec::new(),
                opens_per_minute: None,
                throttle: 1.25,
                lose_word_at_cut: false,
                rewords: true,
            },
        }
    }

    /// What is said in the audio.
    pub fn script(mut self, script: Script) -> Self {
        self.script = Some(script);
        self
    }

    /// What goes wrong with streaming sessions, each once (11.12). Default: nothing. Further calls add to it.
    pub fn faults(mut self, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.faults.extend(faults);
        self
    }

    /// The port; 0 takes a free one, which is the default.
    pub const fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// How many protocol seconds pass in one. All protocol times scale. Default 1; 0.01 to 1000 are used.
    pub const fn speed(mut self, speed: f64) -> Self {
        self.settings.speed = if speed.is_nan() {
            1.0
        } else {
            speed.clamp(0.01, 1000.0)
        };
        self
    }

    /// What chance depends on. Default 1.
    pub const fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// The only key that is accepted. Default: any that does not begin with `bad`.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.settings.key = Some(key.into());
        self
    }

    /// Milliseconds until `Begin`; 11.4: 0 to 1500 by default, up to 12 000 under load.
    pub const fn begin_delay_ms(mut self, range: RangeInclusive<u64>) -> Self {
        self.settings.begin_delay_ms = range;
        self
    }

    /// Milliseconds from `Terminate` to `Termination`; 11.11: 640 by default and 1200 with an open turn, up to 12 000 on a
    /// bad day. Diarization adds 400.
    pub const fn termination_delay_ms(mut self, range: RangeInclusive<u64>) -> Self {
        self.settings.termination_delay_ms = Some(range);
        self
    }

    /// Words that redaction takes for names. Default: none. Numbers are always found.
    pub fn redacted_names<S: Into<String>>(mut self, names: impl IntoIterator<Item = S>) -> Self {
        self.settings.redacted_names = names.into_iter().map(Into::into).collect();
        self
    }

    /// How speakers get their letters (11.13). Default: swapped in every second session.
    pub const fn speaker_letters(mut self, letters: SpeakerLetters) -> Self {
        self.settings.letters = letters;
        self
    }

    /// Models that are refused by name, as a self-hosted service does with those it lacks.
    pub fn refuse_models<S: Into<String>>(mut self, models: impl IntoIterator<Item = S>) -> Self {
        self.settings.refused_models = models.into_iter().map(Into::into).collect();
        self
    }

    /// How many sessions may be opened in a protocol minute; those beyond are refused with 1008 (8.3, 11.12). Unlimited by
    /// default. Free accounts have 5.
    pub const fn open_limit(mut self, per_minute: usize) -> Self {
        self.settings.opens_per_minute = Some(per_minute);
        self
    }

    /// How much faster than real time audio is worked off: 1.0 to 1.25, the default (11.5).
    pub const fn throttle(mut self, factor: f64) -> Self {
        self.settings.throttle = factor.clamp(0.1, 1000.0);
        self
    }

    /// Whether the word at a forced cut is lost (11.9). Default: no.
    pub const fn lose_word_at_cut(mut self, lose: bool) -> Self {
        self.settings.lose_word_at_cut = lose;
        self
    }

    /// Whether a session that hears again what an earlier one has heard gets some of it in other wording (11.13): digits for
    /// number words and back, other case and punctuation, a few words in a hundred taken for similar ones; and the edges of
    /// its turns absorb up to 1.0 s of silence before and 1.3 s after. Words that are heard for the first time come as the
    /// script has them. Default: yes.
    pub const fn rewording(mut self, on: bool) -> Self {
        self.settings.rewords = on;
        self
    }

    /// How the next calls of models are answered, in this order; after them as usual.
    pub fn chat_replies(mut self, replies: impl IntoIterator<Item = ChatReply>) -> Self {
        self.gateway.replies = replies.into_iter().collect();
        self
    }

    /// What the local server does for the form of answers. Default: [`LocalServer::Schema`].
    pub const fn local_server(mut self, server: LocalServer) -> Self {
        self.gateway.local = server;
        self
    }

    /// Models whose provider is down: 503, or the request's own fallback (15.7).
    pub fn models_down<S: Into<String>>(mut self, models: impl IntoIterator<Item = S>) -> Self {
        self.gateway.down = models.into_iter().map(Into::into).collect();
        self
    }

    /// Models that the account may not use: 400 (11.2).
    pub fn deny_models<S: Into<String>>(mut self, models: impl IntoIterator<Item = S>) -> Self {
        self.gateway.denied = models.into_iter().map(Into::into).collect();
        self
    }

    /// How many chat requests a minute each model takes (15.8). Default: 30, as for a paid account.
    pub const fn chats_per_minute(mut self, requests: usize) -> Self {
        self.gateway.requests_per_minute = requests;
        self
    }

    /// Whether answers say which model wrote them (15.7). Default: yes.
    pub const fn name_model(mut self, name: bool) -> Self {
        self.gateway.names_model = name;
        self
    }

    /// With which `finish_reason` a model ends a complete answer (6.2). Default: its vendor's word.
    pub fn finish_word(mut self, model: impl Into<String>, word: impl Into<String>) -> Self {
        self.gateway.finish_words.insert(model.into(), word.into());
        self
    }

    /// What is said in talks with the voice agent, and which tools it calls. Default: nothing.
    pub fn dialogue(mut self, dialogue: Dialogue) -> Self {
        self.agent.dialogue = dialogue;
        self
    }

    /// How the voice agent service behaves oddly. Further calls add to it.
    pub fn agent_quirks(mut self, quirks: impl IntoIterator<Item = AgentQuirk>) -> Self {
        self.agent.quirks.extend(quirks);
        self
    }

    /// What goes wrong with the voice agent, each once. Further calls add to it.
    pub fn agent_faults(mut self, faults: impl IntoIterator<Item = AgentFault>) -> Self {
        self.agent.faults.extend(faults);
        self
    }

    /// For how many polls a pre-recorded transcript is in processing, after one in which it is queued. Default: 1.
    pub const fn transcript_polls(mut self, polls: u32) -> Self {
        self.prerecorded.polls = polls;
        self
    }

    /// What goes wrong with pre-recorded transcription, each once. Further calls add to it.
    pub fn transcript_faults(mut self, faults: impl IntoIterator<Item = TranscriptFault>) -> Self {
        self.prerecorded.faults.extend(faults);
        self
    }

    /// How pre-recorded transcription behaves oddly. Further calls add to it.
    pub fn transcript_quirks(mut self, quirks: impl IntoIterator<Item = TranscriptQuirk>) -> Self {
        self.prerecorded.quirks.extend(quirks);
        self
    }

    /// Listens on 127.0.0.1.
    ///
    /// # Errors
    /// [`StartError`] when the port can't be had.
    pub async fn start(self) -> Result<Emulator, StartError> {
        let failed = |source| StartError {
            port: self.port,
            source,
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port))
            .await
            .map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (segments, language) = self.script.map_or_else(
            || (Vec::new(), "en".to_owned()),
            |script| (script.segments, script.language),
        );
        let origin = format!("http://{address}");
        let agents = Agents::new(self.agent, origin, self.settings.seed, self.settings.speed);
        let segments: Arc<[_]> = segments.into();
        let names = Arc::clone(&self.settings.redacted_names);
        let prerecorded = Prerecorded::new(
            self.prerecorded,
            Arc::clone(&segments),
            language.clone(),
            names,
        );
        let state = Arc::new(State {
            settings: self.settings,
            recordings: Arc::new(Recordings::new(segments)),
            language,
            plan: Plan::new(self.faults),
            tokens: Tokens::default(),
            gateway: Gateway::new(self.gateway),
            agents,
            prerecorded,
            sessions: Mutex::default(),
            opens: Mutex::default(),
            began: tokio::time::Instant::now(),
        });
        let (stop, stopped) = watch::channel(false);
        let server = tokio::spawn(server::run(listener, Arc::clone(&state), stopped));
        Ok(Emulator {
            address,
            state,
            stop,
            server: Some(server),
        })
    }
}
