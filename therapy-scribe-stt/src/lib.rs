//! Streaming medical speech-to-text and session capture for therapy sessions.
