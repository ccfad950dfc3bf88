//! From evidence to roles.

use std::collections::BTreeMap;

use super::{
    Reading,
    heard::{self, Odds, log_odds},
    voices::{self, Voice, Voices},
};
use crate::{
    SpeakerId,
    roles::{Role, RoleFinding, RoleHints, RoleReport, RoleStatus, Setting},
};

/// What one voice says of itself depends on itself: ten stretches are not ten independent witnesses.
const TEMPER: f32 = 0.6;
/// The same for who stands beside whom, and the most that it can tell.
const BESIDE: f32 = 0.3;
const MOST_BESIDE: f32 = 4.0;
/// From these log-odds on somebody gets a role (73 %), and from these on it is settled (99 %).
const ANSWER: f32 = 1.0;
const SETTLED: f32 = 4.6;
/// Fewer words than this from two voices together settle nothing.
const ENOUGH_WORDS: u32 = 12;
/// What is said must be worth this much by itself; who spoke first is not enough.
const SPOKEN: f32 = 0.05;
/// How many times what chance alone makes of the difference between two voices.
const BEYOND_CHANCE: f32 = 0.6;
/// Before this many stretches it asks for less, since the first ones are far apart or they are not.
const MANY: u32 = 20;
/// The same, before a role is settled.
const FAR_BEYOND_CHANCE: f32 = 2.5;
/// Fewer common English words than this share: no language that the cues are of.
const ENGLISH: f32 = 0.25;
/// A voice with less of the words than this may stay without a role, and the session is clear all the same.
const MARGINAL: f32 = 0.05;
/// Two voices of one role that stand beside each other so often, and change there as clearly as this at least, may be two
/// people.
const TALKS: u32 = 8;
const TALK: f32 = 2.4;
/// And more clearly than beside the others by this factor: one who says several things in a row under two labels makes
/// changes too.
const CLEARER: f32 = 1.3;
/// Rounds in which the voices of a session settle on who is whom.
const ROUNDS: usize = 6;

pub(super) struct Judge<'a> {
    setting: Setting,
    voices: &'a Voices,
    hints: &'a RoleHints,
    /// Whose role is not known beforehand, with the log-odds for therapist.
    open: BTreeMap<SpeakerId, f32>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(setting: Setting, voices: &'a Voices, hints: &'a RoleHints) -> Self {
        let all = voices.all.iter();
        let open = all
            .filter(|(speaker, _)| !hints.certain.contains_key(speaker))
            .map(|(speaker, voice)| {
                let hint = hints.odds.get(speaker).copied().unwrap_or_default();
                (*speaker, TEMPER * log_odds(voice.odds) + hint)
            });
        Self {
            setting,
            voices,
            hints,
            open: open.collect(),
        }
    }

    pub(super) fn report(&self, reading: Option<Reading>) -> RoleReport {
        let mut report = RoleReport {
            status: RoleStatus::Settled,
            ..RoleReport::default()
        };
        for (speaker, known) in &self.hints.certain {
            report.speakers.insert(*speaker, RoleFinding::of(*known));
        }
        let swapped = reading.filter(|_| self.open.len() == self.voices.all.len());
        let found = match (self.setting, self.open.len()) {
            _ if !self.is_english() => self.nobody(),
            (_, 0) => BTreeMap::new(),
            (_, 1) if self.hints.certain.is_empty() => self.nobody(),
            (_, 1) => self.last_one(),
            (Setting::Individual, _) => match swapped {
                Some(reading) => {
                    report.swaps.clone_from(&reading.swaps);
                    let mut found = self.nobody();
                    found.extend(read(&reading));
                    found
                }
                None => self.individual(),
            },
            _ => self.one_therapist(),
        };
        report.speakers.extend(found);
        report.status = self.status(&report);
        report
    }

    /// Whether somebody is known beforehand to be this.
    fn knows(&self, role: Role) -> bool {
        self.hints.certain.values().any(|known| known.role == role)
    }

    fn is_english(&self) -> bool {
        let (english, words) =
            self.voices
                .all
                .values()
                .fold((0u32, 0u32), |(english, words), voice| {
                    (
                        english.saturating_add(voice.english),
                        words.saturating_add(voice.words),
                    )
                });
        heard::share(english, words) >= ENGLISH
    }

    fn nobody(&self) -> BTreeMap<SpeakerId, RoleFinding> {
        let all = self.open.iter();
        all.map(|(speaker, odds)| {
            (
                *speaker,
                RoleFinding::from_odds(*odds, RoleStatus::NeedsConfirmation),
            )
        })
        .collect()
    }

    /// One voice is left, beside those that are known.
    fn last_one(&self) -> BTreeMap<SpeakerId, RoleFinding> {
        let prior = match (self.knows(Role::Therapist), self.knows(Role::Client)) {
            (true, false) => -2.0,
            (false, true) => 2.0,
            _ => 0.0,
        };
        let all = self.open.iter();
        all.map(|(speaker, odds)| {
            (
                *speaker,
                RoleFinding::from_odds(odds + prior, clear(odds + prior)),
            )
        })
        .collect()
    }

    /// Each voice is the therapist's or the client's, and there is one of each at least.
    fn individual(&self) -> BTreeMap<SpeakerId, RoleFinding> {
        if let (2, true) = (self.open.len(), self.hints.certain.is_empty()) {
            return self.two();
        }
        let by = |one: &f32, other: &f32| one.total_cmp(other);
        let most = self
            .open
            .iter()
            .max_by(|one, other| by(one.1, other.1))
            .map(|(speaker, _)| *speaker);
        let least = self
            .open
            .iter()
            .min_by(|one, other| by(one.1, other.1))
            .map(|(speaker, _)| *speaker);
        let all = self.open.iter();
        let alone: BTreeMap<_, _> = all
            .map(|(speaker, own)| (*speaker, own - self.partner(*speaker).unwrap_or(0.0)))
            .collect();
        let mut odds = alone.clone();
        for _ in 0..ROUNDS {
            let before = odds.clone();
            for (speaker, own) in &alone {
                let beside: f32 = before
                    .iter()
                    .filter(|(other, _)| *other != speaker)
                    .map(|(other, theirs)| {
                        let different = BESIDE * log_odds(self.voices.beside(*speaker, *other).0);
                        // Different from a client is a therapist, as far as the client is sure.
                        -different * (theirs / 2.0).tanh()
                    })
                    .sum();
                odds.insert(*speaker, own + beside.clamp(-MOST_BESIDE, MOST_BESIDE));
            }
        }
        let all = |is: fn(&f32) -> bool| odds.values().all(is);
        if !self.knows(Role::Therapist) && all(|odds| *odds < 0.0)
            || !self.knows(Role::Client) && all(|odds| *odds > 0.0)
        {
            // Somebody has to be the other one, but nobody sounds like it.
            return self.nobody();
        }
        let found = odds.iter().map(|(speaker, odds)| {
            let is_alone = Some(*speaker) == most || Some(*speaker) == least;
            let is_other = !is_alone && self.is_another_person(*speaker, *odds);
            let against_own = alone
                .get(speaker)
                .is_some_and(|own| own * odds < 0.0 && own.abs() >= ANSWER);
            let status = if is_other || against_own {
                RoleStatus::NeedsConfirmation
            } else {
                clear(*odds)
            };
            (*speaker, RoleFinding::from_odds(*odds, status))
        });
        found.collect()
    }

    /// The odds of the other voice of a connection that hears two: it told them apart, so they are two people.
    fn partner(&self, speaker: SpeakerId) -> Option<f32> {
        let of_connection = self
            .voices
            .all
            .iter()
            .filter(|(other, _)| other.connection() == speaker.connection());
        let words: u32 = of_connection.clone().map(|(_, voice)| voice.words).sum();
        let main: Vec<_> = of_connection
            .filter(|(_, voice)| heard::share(voice.words, words) >= MARGINAL)
            .collect();
        let [(one, _), (other, _)] = main.as_slice() else {
            return None;
        };
        match (**one == speaker, **other == speaker) {
            (true, false) => self.open.get(other).copied(),
            (false, true) => self.open.get(one).copied(),
            _ => None,
        }
    }

    fn two(&self) -> BTreeMap<SpeakerId, RoleFinding> {
        let mut all = self.open.iter();
        let (Some((one, first)), Some((other, second))) = (all.next(), all.next()) else {
            return self.nobody();
        };
        let voice = |speaker| self.voices.all.get(speaker).copied().unwrap_or_default();
        let (mine, theirs) = (voice(one), voice(other));
        let odds = first - second;
        let status = doubted(clear(odds), odds, &mine, &theirs);
        BTreeMap::from([
            (*one, RoleFinding::from_odds(odds, status)),
            (*other, RoleFinding::from_odds(-odds, status)),
        ])
    }

    /// Whether a voice that sounds like another of the same role talks with it, so that they are two people: the voice
    /// changes between them more clearly than between one of them and the others.
    fn is_another_person(&self, speaker: SpeakerId, odds: f32) -> bool {
        let beside = |is_same: bool| {
            let others = self.open.iter().filter(|(other, theirs)| {
                **other != speaker && ((**theirs > 0.0) == (odds > 0.0)) == is_same
            });
            let all = others.map(|(other, _)| self.voices.beside(speaker, *other));
            all.fold((0, 0), |(talk, times): (Odds, u32), (odds, count)| {
                (talk + odds, times + count)
            })
        };
        let ((same, times), (others, of)) = (beside(true), beside(false));
        let change = log_odds(others) / heard::share(of.max(1), 1);
        times >= TALKS && log_odds(same) >= (CLEARER * change).max(TALK) * heard::share(times, 1)
    }

    /// Exactly one of many is the therapist; the others are clients.
    fn one_therapist(&self) -> BTreeMap<SpeakerId, RoleFinding> {
        if self.knows(Role::Therapist) {
            let all = self.open.iter();
            return all
                .map(|(speaker, odds)| {
                    (
                        *speaker,
                        RoleFinding::from_odds(odds - 3.0, clear(odds - 3.0)),
                    )
                })
                .collect();
        }
        let mut order: Vec<_> = self.open.iter().collect();
        order.sort_by(|one, other| other.1.total_cmp(one.1));
        let [(therapist, best), rest @ ..] = order.as_slice() else {
            return self.nobody();
        };
        let others: f32 = rest.iter().map(|(_, odds)| (**odds - **best).exp()).sum();
        let odds = -others.ln();
        let second = rest.first().map(|(speaker, _)| **speaker);
        let voice = |speaker| self.voices.all.get(&speaker).copied().unwrap_or_default();
        let mine = voice(**therapist);
        let theirs = second.map(voice).unwrap_or_default();
        let status = doubted(clear(odds), odds, &mine, &theirs);
        let mut found = BTreeMap::from([(**therapist, RoleFinding::from_odds(odds, status))]);
        for (speaker, own) in rest {
            let mut own = (**own - **best).min(0.0) - 0.5;
            if status == RoleStatus::NeedsConfirmation {
                own = own.max(-1.0);
            }
            found.insert(
                **speaker,
                RoleFinding::from_odds(own, status.max(clear(own - 1.0))),
            );
        }
        found
    }

    /// How clear the session is as a whole.
    fn status(&self, report: &RoleReport) -> RoleStatus {
        let all: u32 = self.voices.all.values().map(|voice| voice.words).sum();
        let counts = |speaker: &SpeakerId| {
            let words = self.voices.all.get(speaker).map_or(0, |voice| voice.words);
            self.voices.all.len() <= 2 || heard::share(words, all) >= MARGINAL
        };
        let found = report
            .speakers
            .iter()
            .filter(|(speaker, _)| counts(speaker));
        let status = found
            .map(|(_, finding)| finding.status)
            .max()
            .unwrap_or(RoleStatus::NeedsConfirmation);
        let has = |role| {
            report
                .speakers
                .values()
                .any(|finding| finding.role == Some(role))
        };
        if has(Role::Therapist) {
            status
        } else {
            RoleStatus::NeedsConfirmation
        }
    }
}

fn read(reading: &Reading) -> BTreeMap<SpeakerId, RoleFinding> {
    let sign = if reading.first_is_therapist {
        1.0
    } else {
        -1.0
    };
    let odds = sign * TEMPER * log_odds(reading.worth);
    BTreeMap::from([
        (reading.pair.0, RoleFinding::from_odds(odds, clear(odds))),
        (reading.pair.1, RoleFinding::from_odds(-odds, clear(odds))),
    ])
}

fn clear(odds: f32) -> RoleStatus {
    if odds.abs() >= SETTLED {
        RoleStatus::Settled
    } else if odds.abs() >= ANSWER {
        RoleStatus::Provisional
    } else {
        RoleStatus::NeedsConfirmation
    }
}

/// Less sure, where what was said is little or no more than chance would give.
fn doubted(status: RoleStatus, odds: f32, mine: &Voice, theirs: &Voice) -> RoleStatus {
    let spoken = log_odds(mine.odds - theirs.odds) * odds.signum();
    let chance = voices::chance(mine, theirs);
    let heard = heard::share(mine.stretches + theirs.stretches, MANY).min(1.0);
    if mine.words + theirs.words < ENOUGH_WORDS
        || TEMPER * spoken < SPOKEN
        || spoken < BEYOND_CHANCE * heard * chance
    {
        RoleStatus::NeedsConfirmation
    } else if spoken < FAR_BEYOND_CHANCE * chance {
        status.max(RoleStatus::Provisional)
    } else {
        status
    }
}
