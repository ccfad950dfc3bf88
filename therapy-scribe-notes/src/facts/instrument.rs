//! The instruments whose scores are looked for, and a score.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use therapy_scribe_core::{MediaTime, Phi, Role};

/// A questionnaire or scale with a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Instrument {
    /// Generalised anxiety, seven items: 0 to 21.
    Gad7,
    /// Generalised anxiety, two items: 0 to 6.
    Gad2,
    /// Depression, nine items: 0 to 27.
    Phq9,
    /// Depression, two items: 0 to 6.
    Phq2,
    /// Trauma symptoms: 0 to 80.
    Pcl5,
    /// Alcohol use: 0 to 40.
    Audit,
    /// Alcohol consumption, three items: 0 to 12.
    AuditC,
    /// Insomnia severity: 0 to 28.
    Isi,
    /// Depression, Beck's second inventory: 0 to 63.
    BdiII,
    /// Suicide severity. Ideation goes from 0 to 5, its intensity to 25.
    Cssrs,
    /// Obsessions and compulsions: 0 to 72.
    OciR,
    /// Depression around birth: 0 to 30.
    Epds,
    /// Disability. By its version and way of scoring up to 48, 100 or 180.
    Whodas,
    /// Work and social adjustment: 0 to 40.
    Wsas,
    /// Outcome rating: 0 to 40.
    Ors,
    /// Session rating: 0 to 40.
    Srs,
    /// Subjective units of distress: 0 to 10, or 0 to 100 where that is said.
    Sud,
    /// Validity of cognition: 1 to 7.
    Voc,
}

/// Each with its name, its range, and how it is said: letters and numbers one by one, longer forms first. `sud` stands
/// for a substance use disorder too, which has no number.
pub(super) const ALL: [(Instrument, &str, u32, u32, &[&str]); 18] = [
    (Instrument::Gad7, "GAD-7", 0, 21, &["gad 7", "g a d 7"]),
    (Instrument::Gad2, "GAD-2", 0, 6, &["gad 2", "g a d 2"]),
    (Instrument::Phq9, "PHQ-9", 0, 27, &["phq 9", "p h q 9"]),
    (Instrument::Phq2, "PHQ-2", 0, 6, &["phq 2", "p h q 2"]),
    (Instrument::Pcl5, "PCL-5", 0, 80, &["pcl 5", "p c l 5"]),
    // Before the longer name's first word.
    (Instrument::AuditC, "AUDIT-C", 0, 12, &["audit c"]),
    (Instrument::Audit, "AUDIT", 0, 40, &["audit"]),
    (Instrument::Isi, "ISI", 0, 28, &["isi", "i s i"]),
    (
        Instrument::BdiII,
        "BDI-II",
        0,
        63,
        &["bdi ii", "bdi 2", "b d i ii", "b d i 2", "bdi", "b d i"],
    ),
    (
        Instrument::Cssrs,
        "C-SSRS",
        0,
        25,
        &["c ssrs", "cssrs", "c s s r s"],
    ),
    (Instrument::OciR, "OCI-R", 0, 72, &["oci r", "o c i r"]),
    (Instrument::Epds, "EPDS", 0, 30, &["epds", "e p d s"]),
    (
        Instrument::Whodas,
        "WHODAS",
        0,
        180,
        &["whodas 2.0", "whodas 2 point 0", "whodas 2", "whodas"],
    ),
    (Instrument::Wsas, "WSAS", 0, 40, &["wsas", "w s a s"]),
    (Instrument::Ors, "ORS", 0, 40, &["ors", "o r s"]),
    (Instrument::Srs, "SRS", 0, 40, &["srs", "s r s"]),
    (
        Instrument::Sud,
        "SUD",
        0,
        10,
        &[
            "suds",
            "sud",
            "s u d s",
            "s u d",
            "subjective units of distress",
            "subjective units of disturbance",
        ],
    ),
    (
        Instrument::Voc,
        "VOC",
        1,
        7,
        &["voc", "v o c", "validity of cognition"],
    ),
];

impl Instrument {
    /// Its name, such as `GAD-7`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// The lowest and the highest score that it can have.
    #[must_use]
    pub fn range(self) -> (u32, u32) {
        let (_, least, most) = self.row();
        (least, most)
    }

    fn row(self) -> (&'static str, u32, u32) {
        let row = ALL.iter().find(|(instrument, ..)| *instrument == self);
        row.map_or(("", 0, 0), |(_, name, least, most, _)| {
            (name, *least, *most)
        })
    }
}

impl fmt::Display for Instrument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Instrument {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Instrument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let row = ALL.iter().find(|(_, known, ..)| *known == name);
        row.map(|(instrument, ..)| *instrument)
            .ok_or_else(|| D::Error::custom("no instrument that is known"))
    }
}

/// A number of points, with two places behind the point at most; in JSON a text, since signatures are over whole numbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Points(u32);

impl Points {
    /// So many.
    #[must_use]
    pub const fn whole(points: u32) -> Self {
        Self(points.saturating_mul(100))
    }

    /// So many hundredths of one: 350 are 3.5 points.
    #[must_use]
    pub const fn hundredths(hundredths: u32) -> Self {
        Self(hundredths)
    }

    /// In hundredths of one.
    #[must_use]
    pub const fn as_hundredths(self) -> u32 {
        self.0
    }
}

/// `14`, `3.5`.
impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 100, self.0 % 100);
        match (rest, rest % 10) {
            (0, _) => write!(f, "{whole}"),
            (_, 0) => write!(f, "{whole}.{}", rest / 10),
            _ => write!(f, "{whole}.{rest:02}"),
        }
    }
}

/// What somebody scored is about them.
impl fmt::Debug for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Points")
    }
}

impl FromStr for Points {
    type Err = NoPoints;

    fn from_str(text: &str) -> Result<Self, NoPoints> {
        let (whole, rest) = text.split_once('.').unwrap_or((text, "0"));
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !is_number(whole) || !is_number(rest) || whole.len() > 4 || rest.len() > 2 {
            return Err(NoPoints);
        }
        let tens = if rest.len() == 1 { 10 } else { 1 };
        let (whole, rest): (u32, u32) = (
            whole.parse().map_err(|_| NoPoints)?,
            rest.parse().map_err(|_| NoPoints)?,
        );
        Ok(Self(whole * 100 + rest * tens))
    }
}

/// A text that is no number of [`Points`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a number of points, such as `14` or `3.5`")]
#[non_exhaustive]
pub struct NoPoints;

impl Serialize for Points {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Points {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

/// A score as it was said, or as the host knows it. `Debug` shows the instrument only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InstrumentScore {
    /// Of what.
    pub instrument: Instrument,
    /// The score; after a correction, what it was corrected to.
    pub score: Points,
    /// The other one, where two were said: "six or seven".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub or: Option<Points>,
    /// Out of how many, where that was said: "six out of ten".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out_of: Option<u32>,
    /// The sentence in which it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Phi<String>>,
    /// When; unknown for what was not said, and in a transcript without times.
    #[serde(rename = "at_ms", default, skip_serializing_if = "Option::is_none")]
    pub at: Option<MediaTime>,
    /// Who said it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said_by: Option<Role>,
}

impl InstrumentScore {
    /// A score that the host knows, as from a form.
    #[must_use]
    pub const fn new(instrument: Instrument, score: Points) -> Self {
        Self {
            instrument,
            score,
            or: None,
            out_of: None,
            quote: None,
            at: None,
            said_by: None,
        }
    }

    /// The highest score that makes sense: the instrument's, or what was said, as with distress out of a hundred.
    fn most(&self) -> u32 {
        let (_, most) = self.instrument.range();
        match (self.instrument, self.out_of) {
            (Instrument::Sud, Some(100)) => 100,
            (_, Some(said)) => most.min(said),
            _ => most,
        }
    }

    /// Whether the score can't be one of this instrument, so that somebody should look: misheard, or of another one.
    #[must_use]
    pub fn is_outside_range(&self) -> bool {
        let (least, most) = (
            Points::whole(self.instrument.range().0),
            Points::whole(self.most()),
        );
        [Some(self.score), self.or]
            .into_iter()
            .flatten()
            .any(|score| score < least || score > most)
    }
}

impl fmt::Debug for InstrumentScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InstrumentScore({})", self.instrument)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_outside_the_range_is_marked() {
        let outside = |instrument, score, out_of| {
            let mut score = InstrumentScore::new(instrument, Points::hundredths(score));
            score.out_of = out_of;
            score.is_outside_range()
        };
        assert!(!outside(Instrument::Gad7, 2100, None));
        assert!(outside(Instrument::Gad7, 2200, None));
        assert!(outside(Instrument::Voc, 50, None));
        assert!(outside(Instrument::Sud, 8000, None));
        assert!(!outside(Instrument::Sud, 8000, Some(100)));
        assert!(outside(Instrument::Sud, 1100, Some(10)));
    }

    #[test]
    fn points_read_back() {
        for text in ["0", "14", "3.5", "32.25", "100"] {
            assert_eq!(text.parse::<Points>().unwrap().to_string(), text);
        }
        assert_eq!("7.05".parse::<Points>().unwrap().to_string(), "7.05");
        for text in ["", ".5", "5.", "1.234", "-1", "x", "99999"] {
            assert!(text.parse::<Points>().is_err(), "{text}");
        }
    }
}
