//! Terms that the recogniser should expect, and starter lists for therapy.

use super::checks::ConfigError;

/// Up to 100 terms of up to 50 characters each (`streaming-stt.md` 2.3). Names of drugs, instruments, people.
///
/// `Debug` shows how many, not which: they may be names.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Keyterms(Vec<String>);

/// What the service takes in one session.
const MOST: usize = 100;
/// Longer terms are documented to be ignored.
const LONGEST: usize = 50;

impl Keyterms {
    /// These terms, white space trimmed, doubles removed.
    ///
    /// # Errors
    /// [`ConfigError::Keyterms`] for more than 100 terms, or one that is empty or longer than 50 characters.
    pub fn new<S: Into<String>>(terms: impl IntoIterator<Item = S>) -> Result<Self, ConfigError> {
        Self::default().with(terms)
    }

    /// These terms and more.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with<S: Into<String>>(
        mut self,
        terms: impl IntoIterator<Item = S>,
    ) -> Result<Self, ConfigError> {
        for term in terms {
            let term = term.into().trim().to_owned();
            let length = term.chars().count();
            if length == 0 || length > LONGEST {
                return Err(ConfigError::Keyterms("each must have 1 to 50 characters"));
            }
            if !self.0.contains(&term) {
                self.0.push(term);
            }
        }
        if self.0.len() > MOST {
            Err(ConfigError::Keyterms("at most 100 can be sent"))
        } else {
            Ok(self)
        }
    }

    /// Cognitive behavioural therapy.
    #[must_use]
    pub fn cbt() -> Self {
        Self::starter(&[
            "CBT",
            "thought record",
            "automatic thoughts",
            "core beliefs",
            "cognitive distortion",
            "catastrophizing",
            "behavioral activation",
            "exposure hierarchy",
            "exposure and response prevention",
            "Socratic questioning",
            "SUDS",
            "homework",
        ])
    }

    /// Eye movement desensitization and reprocessing.
    #[must_use]
    pub fn emdr() -> Self {
        Self::starter(&[
            "EMDR",
            "bilateral stimulation",
            "target memory",
            "negative cognition",
            "positive cognition",
            "SUD",
            "VOC",
            "desensitization",
            "installation",
            "body scan",
            "safe place",
            "floatback",
        ])
    }

    /// Trauma work.
    #[must_use]
    pub fn trauma() -> Self {
        Self::starter(&[
            "PTSD",
            "complex PTSD",
            "flashback",
            "hypervigilance",
            "dissociation",
            "grounding",
            "window of tolerance",
            "avoidance",
            "intrusive memories",
            "prolonged exposure",
            "cognitive processing therapy",
            "stuck points",
        ])
    }

    /// Psychiatric medication.
    #[must_use]
    pub fn medication() -> Self {
        Self::starter(&[
            "sertraline",
            "fluoxetine",
            "escitalopram",
            "citalopram",
            "paroxetine",
            "venlafaxine",
            "duloxetine",
            "bupropion",
            "mirtazapine",
            "trazodone",
            "buspirone",
            "hydroxyzine",
            "lamotrigine",
            "lithium",
            "valproate",
            "quetiapine",
            "aripiprazole",
            "olanzapine",
            "risperidone",
            "clonazepam",
            "lorazepam",
            "alprazolam",
            "methylphenidate",
            "lisdexamfetamine",
            "prazosin",
            "propranolol",
            "naltrexone",
            "zolpidem",
        ])
    }

    /// Questionnaires.
    #[must_use]
    pub fn instruments() -> Self {
        Self::starter(&[
            "PHQ-9", "GAD-7", "PCL-5", "C-SSRS", "AUDIT-C", "DASS-21", "OQ-45", "CORE-10",
            "Y-BOCS", "MADRS", "WHO-5", "ISI",
        ])
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn as_slice(&self) -> &[String] {
        &self.0
    }

    fn starter(terms: &[&str]) -> Self {
        Self(terms.iter().map(|term| (*term).to_owned()).collect())
    }
}

impl std::fmt::Debug for Keyterms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keyterms({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_starter_lists_fit_into_one_session() {
        let lists = [
            Keyterms::cbt(),
            Keyterms::emdr(),
            Keyterms::trauma(),
            Keyterms::medication(),
            Keyterms::instruments(),
        ];
        let all = lists
            .into_iter()
            .try_fold(Keyterms::default(), |all, list| all.with(list.0));
        assert!(all.is_ok_and(|all| all.len() > 60));
    }

    #[test]
    fn too_many_and_too_long_are_refused() {
        assert!(Keyterms::new((0..101).map(|n| format!("term {n}"))).is_err());
        assert!(Keyterms::new(["x".repeat(51)]).is_err());
        assert!(Keyterms::new([" "]).is_err());
        assert_eq!(Keyterms::new(["é".repeat(50)]).unwrap().len(), 1);
    }
}
