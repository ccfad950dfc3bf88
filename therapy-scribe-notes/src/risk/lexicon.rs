//! Words that speak of risk. They are meant to find too much rather than too little; a clinician reads what they find.

use std::ops::Range;

use crate::retrieval::stem;

/// Suicide, self-harm, violence, abuse, neglect: words and phrases, which are compared by their stems.
const PHRASES: &str = "suicide, suicidal, suicidality, kill, overdose, overdosed, homicide, homicidal, murder, \
    self-harm, self harm, self-injury, end my life, end your life, end his life, end her life, end their life, \
    end it, end it all, end everything, ending things, taking my own life, take my own life, took his own life, \
    took her own life, wake up again, not wake up, didn't wake up, don't wake up, never wake up, wouldn't wake \
    up, won't wake up, want to die, wanted to die, wanna die, wish to die, like to die, ready to die, going to \
    die, rather die, rather be dead, better off dead, be dead, was dead, were dead, better off without me, \
    better off without you, no reason to live, nothing to live for, not want to live, don't want to live, didn't \
    want to live, want to live anymore, want to live any more, not want to be here, don't want to be here, \
    didn't want to be here, not be here anymore, not be here any more, not to be here, don't want to exist, stop \
    existing, can't go on, cannot go on, can not go on, can't do this anymore, give up on life, disappear, hang \
    myself, hanged himself, hanged herself, jump off, jump in front, drown myself, shoot myself, shot himself, \
    shot herself, all the pills, all my pills, all the tablets, all of the tablets, all of the pills, stockpile, \
    saved up pills, last attempt, previous attempt, goodbye letter, goodbye note, crisis line, hotline, safety \
    plan, hurt myself, hurt yourself, hurt himself, hurt herself, hurt themselves, harm myself, harm yourself, \
    harm himself, harm herself, harm themselves, cut myself, cut yourself, cut himself, cut herself, burn \
    myself, burned herself, burned himself, scratch myself, hit myself, punish myself, hurt somebody, hurt \
    someone, hurt anybody, hurt anyone, hurt people, hurt others, hurt other people, hurt him, hurt her, hurt \
    me, hurt them, hurt us, hurt you, hurt the, hurt my, harm somebody, harm someone, harm anyone, harm others, \
    gun, firearm, weapon, knife, stab, shoot, strangle, choke, threat, threaten, violent, violence, assault, \
    attack me, attack him, attack her, beat me, beat him, beat her, beat us, beat them, beat up, beat my, beats \
    the, hit me, hit him, hit her, hit us, hit them, hit you, hit my, hit the, punch, slap, kicked me, kicked \
    him, kicked her, pushed me, shoved me, grabbed me, held me down, threw me, throws things, threw things, \
    afraid of him, afraid of her, scared of him, scared of her, afraid to go home, scared to go home, abuse, \
    abusive, abuser, molest, rape, touched me, touches me, touched her, touched him, forced me, force me, forces \
    me, made me do, won't let me leave, unsafe, not safe, neglect, neglected, left alone for, no food at home, \
    nothing to eat at home, locked in, locked me in, locked out, locked me out, child protective, protective \
    services, restraining order";

/// What is asked on after risk came up: "And do you have a plan?"
const FOLLOWING: &str = "plan, means, access, pill, tablet, attempt, intent, intend, intention, act on, safe, \
    safety, those thoughts, these thoughts, such thoughts, the thought gets, thought of it, think of it, done \
    it, do it, tried before, how often, promise, urge, call me";

/// The phrases as they are looked for. Made once for a session.
pub(crate) struct Lexicon {
    phrases: Vec<Vec<String>>,
    following: Vec<Vec<String>>,
}

impl Lexicon {
    pub(crate) fn new() -> Self {
        Self {
            phrases: phrases(PHRASES),
            following: phrases(FOLLOWING),
        }
    }

    /// Which words of an utterance speak of risk, by the stems of all its words. Where no full stops were heard, a sentence
    /// may be cut anywhere, so that whole utterances are looked through.
    pub(crate) fn find(&self, stems: &[String]) -> Vec<Range<usize>> {
        let starts = 0..stems.len();
        let found = starts.flat_map(|start| {
            let rest = stems.get(start..).unwrap_or_default();
            let fits = self
                .phrases
                .iter()
                .filter(|phrase| rest.starts_with(phrase));
            fits.map(move |phrase| start..start + phrase.len())
        });
        found.collect()
    }

    /// Whether a question, soon after risk came up, is still about it.
    pub(crate) fn goes_on(&self, stems: &[String]) -> bool {
        let holds = |phrase: &Vec<String>| stems.windows(phrase.len()).any(|part| part == phrase);
        self.following.iter().any(holds)
    }
}

/// Phrases with commas between them, by the stems of their words.
pub(crate) fn phrases(list: &str) -> Vec<Vec<String>> {
    let words = |phrase: &str| phrase.split_whitespace().map(stem).collect();
    list.split(',').map(words).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_risk(text: &str) -> bool {
        let stems: Vec<_> = text.split_whitespace().map(stem).collect();
        !Lexicon::new().find(&stems).is_empty()
    }

    #[test]
    fn what_speaks_of_risk_is_found_in_each_of_its_forms() {
        for said in [
            "Sometimes I think it would be easier if I just didn’t wake up.",
            "I was thinking about killing myself.",
            "No, I have never had suicidal thoughts.",
            "Have you thought about ending your life?",
            "They'd be better off without me",
            "he hits me when he drinks",
            "She threatened to take the kids.",
            "I keep a gun in the drawer.",
            "I cut myself on Sunday.",
            "There was nothing to eat at home.",
        ] {
            assert!(is_risk(said), "{said}");
        }
        for said in [
            "I slept badly.",
            "My father died in May.",
            "Cut the bread.",
            "",
        ] {
            assert!(!is_risk(said), "{said}");
        }
    }
}
