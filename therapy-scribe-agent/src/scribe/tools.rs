//! The tools, by the names and arguments that hosts know from the provider's tutorials.

mod note;
mod session;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::desk::ScribeDesk;
use crate::{NoArgs, Tool, ToolError, ToolRefused, ToolSet, ToolSpec};

/// A tool that is a function of the desk.
struct Act<A> {
    desk: ScribeDesk,
    spec: ToolSpec,
    run: fn(&ScribeDesk, A) -> Result<Value, ToolError>,
}

#[async_trait]
impl<A: DeserializeOwned + JsonSchema + Send> Tool for Act<A> {
    type Args = A;
    type Output = Value;

    fn spec(&self) -> ToolSpec {
        self.spec.clone()
    }

    async fn call(&self, args: A) -> Result<Value, ToolError> {
        (self.run)(&self.desk, args)
    }
}

/// Asks for what only the clinician can do.
struct SaveToEhr(ScribeDesk);

#[derive(Deserialize, JsonSchema)]
struct Confirmed {
    /// What the clinician said about saving, in their words.
    #[serde(default)]
    confirmation: String,
}

#[async_trait]
impl Tool for SaveToEhr {
    type Args = Confirmed;
    type Output = Value;

    fn spec(&self) -> ToolSpec {
        ToolSpec::commit(
            "save_to_ehr",
            "Call this when the clinician asks to sign the note, to save it, or to push it to the EHR or record, and to find out what became of that. It asks for their confirmation; it saves nothing by itself.",
        )
    }

    async fn call(&self, args: Confirmed) -> Result<Value, ToolError> {
        self.0.ask_to_save(args.confirmation).await
    }
}

#[derive(Deserialize, JsonSchema)]
struct Format {
    /// The kind of note, as the clinician calls it.
    #[schemars(example = &"dap", example = &"soap")]
    format: String,
}

#[derive(Deserialize, JsonSchema)]
struct Topic {
    /// What to look for, in a few words of the clinician's.
    #[schemars(example = &"sleep", example = &"what she said about her sister")]
    topic: String,
}

#[derive(Deserialize, JsonSchema)]
struct Text {
    /// What to add, as the clinician dictated it, word for word.
    text: String,
}

#[derive(Deserialize, JsonSchema)]
struct OfSection {
    /// The section, as the clinician calls it.
    #[schemars(example = &"assessment", example = &"plan")]
    section: String,
}

#[derive(Deserialize, JsonSchema)]
struct Revision {
    /// The section, as the clinician calls it.
    section: String,
    /// What the clinician wants changed, in their words.
    instruction: String,
}

#[derive(Deserialize, JsonSchema)]
struct Resolved {
    /// The flag's number, or some of its words.
    flag: String,
    /// The clinician's reason, in their words.
    reason: String,
}

impl ScribeDesk {
    /// The tools of this desk, all of them from the start: one that can't run yet says why.
    ///
    /// # Errors
    /// None in practice: a test makes them.
    pub fn tools(&self) -> Result<ToolSet, ToolRefused> {
        let formats: Vec<_> = self.shared.formats.ids().collect();
        let generate = format!(
            "Call this when the clinician asks for a note of a kind other than DAP. One of: {}.",
            formats.join(", ")
        );
        let mut tools = ToolSet::new();
        let draft = ToolSpec::draft;
        let dap = "Call this when the clinician asks for the DAP note, or for a note without naming a kind.";
        tools.add(
            self.tool(draft("generate_dap_note", dap), |desk, _: NoArgs| {
                desk.generate("dap")
            }),
        )?;
        tools.add(
            self.tool(draft("generate_note", &generate), |desk, args: Format| {
                desk.generate(&args.format)
            }),
        )?;
        self.add_reading(&mut tools)?;
        let add = "Call this when the clinician dictates something to add to the note. Pass their words as they are.";
        tools.add(self.tool(draft("add_addendum", add), |desk, args: Text| {
            desk.add_addendum(&args.text)
        }))?;
        let revise =
            "Call this when the clinician wants a section of the draft written differently.";
        tools.add(
            self.tool(draft("revise_note", revise), |desk, args: Revision| {
                desk.revise(&args.section, args.instruction)
            }),
        )?;
        let resolve = "Call this when the clinician has looked at a risk flag, leaves it as it is, and has said why. Never without their reason.";
        tools.add(self.tool(
            draft("resolve_risk_flag", resolve),
            |desk, args: Resolved| desk.resolve_flag(&args.flag, &args.reason),
        ))?;
        tools.add(SaveToEhr(self.clone()))?;
        Ok(tools)
    }

    fn add_reading(&self, tools: &mut ToolSet) -> Result<(), ToolRefused> {
        let read = ToolSpec::read;
        let search = "Call this when the clinician asks what was said about something in the session. It quotes.";
        tools.add(
            self.tool(read("search_session", search), |desk, args: Topic| {
                Ok(desk.search(&args.topic))
            }),
        )?;
        let note = "Call this when the clinician wants to hear a section of the note. Read out what it returns, and nothing else.";
        tools.add(self.tool(read("read_note", note), |desk, args: OfSection| {
            desk.read(&args.section)
        }))?;
        let flags = "Call this when the clinician asks about risk or risk flags.";
        tools.add(
            self.tool(read("list_risk_flags", flags), |desk, _: NoArgs| {
                desk.risk_flags()
            }),
        )?;
        let themes = "Call this when the clinician asks for the themes of the session.";
        tools.add(self.tool(read("list_themes", themes), |desk, _: NoArgs| desk.themes()))?;
        let follow = "Call this when the clinician asks what to follow up on, or what the homework was. It quotes what was said, and invents nothing.";
        tools.add(
            self.tool(read("suggest_follow_ups", follow), |desk, _: NoArgs| {
                Ok(desk.follow_ups())
            }),
        )
    }

    fn tool<A>(&self, spec: ToolSpec, run: fn(&Self, A) -> Result<Value, ToolError>) -> Act<A> {
        Act {
            desk: self.clone(),
            spec,
            run,
        }
    }
}
