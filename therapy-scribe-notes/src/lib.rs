//! Note formats, drafting, review and signature for therapy sessions.
