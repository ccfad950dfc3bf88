//! An AI scribe for therapy sessions.
