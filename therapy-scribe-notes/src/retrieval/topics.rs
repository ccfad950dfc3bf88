//! Words that belong to what is asked for: who asks for sleep wants insomnia too.

use std::collections::HashSet;

use super::stem::stem;

/// Asked for with one of the first, said with one of the second. Phrases are taken as they stand. Where both are the same
/// the words mean about the same; where they are not, the first is the wider one: who asks for the family means the
/// sister too, and not the other way round.
const TOPICS: [(&str, &str); 34] = [
    (
        "sleep, insomnia, rest, night",
        "sleep, insomnia, nightmare, awake, wake, bed, tired, exhausted, alarm, dream, nap",
    ),
    (
        "suicide, suicidal, suicidality, self-harm, risk, safety, crisis",
        "suicide, suicidal, kill myself, end my life, ending my life, end it all, wake up again, didn't wake up, not wake up, want to die, wanted to die, better off dead, better off without, disappear, hurt myself, harm myself, cut myself, overdose, crisis line, safety plan, hotline",
    ),
    (
        "risk, safety, violence, homicidal",
        "kill, hit, hurt, weapon, gun, knife, threaten, strangle, choke, unsafe",
    ),
    (
        "abuse, trauma, assault",
        "abuse, trauma, assault, molest, rape, beat, hit, touch, flashback, accident, attack",
    ),
    (
        "medication, medicine, meds, drug, dose, prescription",
        "medication, medicine, meds, pill, tablet, dose, milligram, mg, prescribe, prescription, refill, side effect, psychiatrist, sertraline, zoloft, fluoxetine, prozac, escitalopram, lexapro, citalopram, venlafaxine, duloxetine, bupropion, wellbutrin, mirtazapine, trazodone, quetiapine, lamotrigine, lithium, lorazepam, alprazolam, xanax, clonazepam, buspirone, hydroxyzine, propranolol, methylphenidate, adderall, aripiprazole",
    ),
    (
        "alcohol, drinking, drink",
        "alcohol, drink, beer, wine, whiskey, vodka, bar, sober, hangover, relapse",
    ),
    (
        "substance, drug, addiction, use",
        "drug, weed, cannabis, marijuana, cocaine, opioid, heroin, pill, high, sober, relapse, vape, smoke, alcohol, drink",
    ),
    (
        "anxiety, anxious, worry, fear, panic",
        "anxiety, anxious, worry, nervous, panic, afraid, scared, fear, tense, dread, on edge, racing, chest, overwhelm",
    ),
    (
        "depression, depressed, mood, sad",
        "depress, depressed, depression, sad, down, hopeless, empty, cry, numb, low, worthless, motivation, mood",
    ),
    (
        "anger, angry",
        "anger, angry, mad, furious, rage, yell, shout, snap, irritate, argue, fight",
    ),
    (
        "shame, guilt, ashamed",
        "shame, ashamed, guilt, guilty, embarrass, stupid, worthless, fault, blame",
    ),
    (
        "grief, loss",
        "grief, grieve, die, death, funeral, lose, loss, miss, passed away",
    ),
    (
        "family, relative",
        "family, mother, mom, mum, father, dad, parent, sister, brother, sibling, son, daughter, child, grandmother, grandfather, aunt, uncle, cousin, wife, husband",
    ),
    ("parent", "mother, mom, mum, father, dad, parent"),
    ("mother", "mother, mom, mum, mama"),
    ("father", "father, dad, papa"),
    ("sibling", "sister, brother, sibling"),
    ("child", "child, son, daughter, baby, boy, girl"),
    (
        "partner, relationship, marriage, spouse",
        "partner, relationship, marriage, husband, wife, boyfriend, girlfriend, spouse, married, divorce, separate, date",
    ),
    (
        "friend, social, support",
        "friend, roommate, neighbor, alone, lonely, isolate, party, support",
    ),
    (
        "work, job, career, employment",
        "work, job, boss, manager, colleague, coworker, office, meeting, shift, fired, promotion, deadline, staff, client call",
    ),
    (
        "school, study, university",
        "school, class, teacher, exam, university, college, study, grade, homework assignment",
    ),
    (
        "money, finance",
        "money, rent, debt, pay, bill, afford, loan, salary, insurance",
    ),
    (
        "eating, food, appetite, weight",
        "eat, food, appetite, weight, meal, binge, purge, hungry, diet, calorie",
    ),
    (
        "pain, body, physical, health",
        "pain, ache, headache, stomach, chest, tight, doctor, hospital, nausea, dizzy, breath",
    ),
    (
        "exercise, activity",
        "exercise, walk, run, gym, yoga, swim, activity",
    ),
    (
        "homework, exercise, practice, assignment",
        "homework, practice, thought record, diary, journal, worksheet, exercise, assignment, log",
    ),
    (
        "plan, next, follow-up, appointment",
        "plan, next week, next time, next session, next tuesday, tomorrow, appointment, schedule, follow up, until then",
    ),
    (
        "score, questionnaire, instrument, measure, form",
        "score, gad-7, phq-9, gad, phq, questionnaire, form, pcl-5, audit, scale, out of ten",
    ),
    (
        "coping, skill, technique",
        "cope, skill, breathe, breathing, grounding, mindfulness, meditation, technique, tool, relax, calm",
    ),
    (
        "goal, progress, improvement",
        "goal, progress, better, improve, improvement, worse, same, change, easier",
    ),
    (
        "thought, belief, cognition",
        "thought, think, belief, believe, evidence, convinced, sure that, assume, should",
    ),
    (
        "religion, faith, spirituality",
        "god, church, faith, pray, religion, spiritual, mosque, temple",
    ),
    (
        "sex, intimacy",
        "sex, sexual, intimacy, intimate, libido, desire",
    ),
];

/// Words that say nothing of what is asked for.
const EMPTY: &str = "a an the and or but if of to in on at for from by with about as is are was were be been being am do does did done has \
    have had will would can could should may might must not no it its this that these those there here what which who whom whose when where why \
    how i me my we us our you your he him his she her hers they them their mention report describe say tell talk speak ask discuss session client \
    patient therapist anything something everything please show find quote last time so much many any all some up out into over just very more most";

/// What is asked for, as it is looked for.
#[derive(Debug)]
pub(super) struct Asked {
    /// One for each word that says something.
    pub(super) terms: Vec<Term>,
}

/// A word that is asked for, with what belongs to it.
#[derive(Debug)]
pub(super) struct Term {
    pub(super) stem: String,
    pub(super) related: Vec<Vec<String>>,
}

/// The tables by stems: made once for a session, since every question is looked up in them.
pub(super) struct Topics {
    empty: HashSet<String>,
    /// Asked for, and said.
    topics: Vec<[Vec<Phrase>; 2]>,
}

/// The stems of one or more words.
type Phrase = Vec<String>;

impl Topics {
    pub(super) fn new() -> Self {
        let topics = TOPICS.iter().map(|(asked, said)| [list(asked), list(said)]);
        Self {
            empty: EMPTY.split_whitespace().map(stem).collect(),
            topics: topics.collect(),
        }
    }

    pub(super) fn asked(&self, topic: &str) -> Asked {
        let mut terms: Vec<Term> = Vec::new();
        for word in topic.split(|c: char| c.is_whitespace() || matches!(c, '/' | ',')) {
            let stem = stem(word);
            let is_known = terms.iter().any(|term| term.stem == stem);
            if stem.is_empty() || self.empty.contains(&stem) || is_known {
                continue;
            }
            let related = self.related(&stem);
            terms.push(Term { stem, related });
        }
        Asked { terms }
    }

    fn related(&self, asked: &str) -> Vec<Phrase> {
        let has = |[names, _]: &&[Vec<Phrase>; 2]| names.iter().any(|name| name == &[asked]);
        let members = self.topics.iter().filter(has).flat_map(|[_, said]| said);
        members
            .filter(|member| *member != &[asked])
            .cloned()
            .collect()
    }
}

fn list(words: &str) -> Vec<Phrase> {
    let phrases = words.split(',');
    phrases
        .map(|phrase| phrase.split_whitespace().map(stem).collect())
        .collect()
}
