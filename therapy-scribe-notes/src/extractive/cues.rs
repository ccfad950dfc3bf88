//! How well a sentence fits into a section, by what is said in it and by whom.

use super::{
    kind::Kind,
    session::{Session, Side},
};
use crate::{retrieval::Sentence, risk::lexicon::phrases};

const SCORES: &str = "gad-7, gad7, gad, phq-9, phq9, phq, pcl-5, pcl5, pcl, audit, oq-45, ors, srs, bdi, bdi-ii, \
    y-bocs, moca, questionnaire, score, out of ten, out of 10, zero to ten, 0 to 10, one to ten, 1 to 10, one to \
    seven, 1 to 7, sud, suds, voc, scale, how disturbing, how true";
const PLAN: &str = "for homework, as homework, your homework is, homework until, next week, next time, next \
    session, next month, next monday, next tuesday, next wednesday, next thursday, next friday, until then, \
    until next, this week could you, could you keep, could you try, can you keep, can you try, would you keep, \
    will you, would you be willing, we will, we'll, i will, i'll, let us keep, let's keep, keep a, keep the, \
    going to try, i can try, i can do that, i could try, practice, appointment, schedule, refer, referral, \
    agree, agreed, plan to, once a day, twice a week, every day, every evening, every morning, follow up, crisis \
    line, safety plan, bring it, write down, thought record going";
const TOPIC: &str = "today we, topic, agenda, we talk about, will talk about, talk about, focus, check in, \
    check-in, welcome, bring today, brings you, bring you, last time we";
const GOAL: &str = "goal, objective, work on, aim, want to be able, like to be able, hope to, want to reach, \
    working toward, working on";
const PROCESS: &str = "group, everybody, everyone, each of you, all of you, you all, both of you, the others, \
    together, thank you both, thank you all";
const REFLECTION: &str = "sounds like, it seems, you seem, i hear, i'm hearing, i notice, i noticed, i wonder, \
    part of you, matters to you, so you, makes sense, important to you, it looks like, what i see, you have \
    been, you've been, i imagine, that must, it must, you were able, progress, improve, pattern, diagnosis, \
    lower than, higher than, better than, worse than, same as, than last, up from, down from, consistent with";
const INTERVENTION: &str = "let us, let's, evidence, thought record, breathe, breath, grounding, imagine, \
    picture, notice, role play, role-play, exercise, i'd like you to, i would like you to, i want you to, i \
    invite you, try to, what would you say, stay with, close your eyes, follow my, tap, worksheet, technique, \
    skill, explain, remind yourself, reframe, another way, alternative, homework go, what went through your \
    mind, what did you find, how would it be, on the other hand, what if, ask yourself, teach, model, rate, \
    compare, challenge";
const RESPONSE: &str = "better, worse, lighter, calmer, calm, relaxed, relief, relieved, helped, help, hard, \
    easier, harder, realize, realized, makes sense, i see, i noticed, i notice, i felt, i feel, it feels, \
    different, never thought of, i can, i could, i tried, i wrote, i found, it worked, didn't work, nobody said, \
    less, more than before, proud, hopeful, surprised";
const STATE: &str = "feel, felt, feels, calm, tired, okay, lighter, better, relieved, fine, sad, good, worse, \
    relaxed, safe";
const OTHERS: &str = "you, he, she, they, him, her, them, we, us, our, my wife, my husband, my partner, my \
    mother, my father, my son, my daughter, my sister, my brother";
const FIRST_PERSON: &str = "i, i'm, i've, i'd, i'll, me, my, mine, myself, we, our";
/// What a client's report is made of.
const MATTERS: &str = "sleep, sleeping, insomnia, wake, nightmare, tired, exhausted, eat, appetite, weight, pain, \
    headache, chest, stomach, panic, anxious, anxiety, worry, afraid, scared, fear, nervous, tense, sad, \
    depressed, depression, mood, cry, hopeless, empty, numb, lonely, alone, angry, anger, guilt, guilty, \
    ashamed, shame, stupid, worthless, stress, stressed, overwhelmed, concentrate, energy, motivation, drink, \
    alcohol, beer, wine, smoke, weed, drug, medication, pill, tablet, milligram, milligrams, mg, dose, doctor, \
    hospital, work, job, boss, meeting, school, exam, money, rent, family, mother, father, mom, dad, sister, \
    brother, wife, husband, partner, friend, son, daughter, child, argue, fight, divorce, died, death, week, \
    weeks, month, months, night, nights, day, days, times, every, since, happened, thought, think, voices, \
    memory, flashback";

/// How well sentences fit into a section.
pub(super) struct Cues {
    kind: Kind,
    /// What must be said, one of these at least; empty where nothing must.
    said: Vec<Vec<String>>,
    /// What makes it fit better.
    better: Vec<Vec<String>>,
}

impl Cues {
    pub(super) fn of(kind: &Kind) -> Self {
        let (said, better) = match kind {
            Kind::Scores => (SCORES, ""),
            Kind::Named(word) => (*word, ""),
            Kind::Plan => (PLAN, ""),
            Kind::Goal => (GOAL, ""),
            Kind::Topic => (TOPIC, ""),
            Kind::Process => (PROCESS, ""),
            Kind::Assessment => (REFLECTION, SCORES),
            Kind::Intervention => (INTERVENTION, ""),
            Kind::Response => (RESPONSE, STATE),
            Kind::Closing => (STATE, ""),
            Kind::Interaction => (OTHERS, MATTERS),
            Kind::Presenting | Kind::Report => (FIRST_PERSON, MATTERS),
            Kind::Risk | Kind::Label | Kind::Asked(_) => ("", ""),
        };
        Self {
            kind: kind.clone(),
            said: phrases(said),
            better: phrases(better),
        }
    }

    /// Whether what comes first counts, and not what fits best.
    pub(super) const fn is_in_order(&self) -> bool {
        matches!(self.kind, Kind::Presenting | Kind::Topic)
    }

    /// Whether the answer belongs to the question.
    pub(super) const fn takes_answers(&self) -> bool {
        matches!(
            self.kind,
            Kind::Scores | Kind::Named(_) | Kind::Goal | Kind::Plan
        )
    }

    /// 0 for what does not belong there.
    pub(super) fn score(&self, session: &Session<'_>, index: usize) -> usize {
        let Some(sentence) = session.sentences().get(index) else {
            return 0;
        };
        if !self.may_say(session, index, sentence) {
            return 0;
        }
        let hits = |list: &[Vec<String>]| {
            let phrases = list.iter();
            phrases.filter(|phrase| sentence.holds(phrase)).count()
        };
        match (hits(&self.said), hits(&self.better)) {
            (said, matters) if self.is_report() => report(said, matters, sentence),
            (0, _) => 0,
            (said, better) => (said + better).min(4) * 2,
        }
    }

    const fn is_report(&self) -> bool {
        matches!(self.kind, Kind::Report | Kind::Presenting)
    }

    fn may_say(&self, session: &Session<'_>, index: usize, sentence: &Sentence) -> bool {
        let side = session.side(sentence);
        let is_told = side != Side::Clinician && !sentence.is_question();
        match self.kind {
            Kind::Topic => side != Side::Client && session.is_within(index, 0..4),
            Kind::Process | Kind::Intervention | Kind::Assessment => side != Side::Client,
            Kind::Response | Kind::Report => is_told,
            Kind::Interaction => is_told && sentence.stems.len() > FEW,
            Kind::Presenting => is_told && session.is_within(index, 0..4),
            Kind::Closing => is_told && session.is_within(index, 8..10),
            _ => true,
        }
    }
}

/// So few words say nothing without anything of the person's own.
const FEW: usize = 3;

fn report(first_person: usize, matters: usize, sentence: &Sentence) -> usize {
    let is_short = sentence.stems.len() <= FEW;
    match (first_person, matters) {
        (0, 0) => 0,
        (_, 0) if is_short => 0,
        _ => first_person.min(2) + matters.min(4) * 2,
    }
}
