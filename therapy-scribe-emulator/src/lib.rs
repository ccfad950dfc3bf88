//! A local stand-in for the AssemblyAI services, for tests and demos.
