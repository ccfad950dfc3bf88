//! The phrases of each cue, in plain lower-case tokens: "i'm" is `i m`, "don't" is `don t`.
//!
//! Where several match at one place, the longest counts and its words are used up: "you know" is no "you". Phrases are of
//! conversation about somebody's life; none is of one illness or one kind of visit. They stand in one text for each cue, with
//! commas between them.

use super::Cue;

/// Matched anywhere.
pub(super) const ANYWHERE: &[(Cue, &str)] = &[
    (
        Cue::QuestionYou,
        "do you, did you, are you, were you, have you, had you, can you, could you, would you, will you, don t you, didn \
         t you, aren t you, haven t you, wouldn t you, won t you, weren t you, what do you, what did you, what are you, \
         what were you, what have you, what would you, what could you, what can you, what will you, how do you, how did \
         you, how are you feeling, how are you doing with, how have you, how would you, how could you, how can you, how \
         were you, when do you, when did you, when are you, when you say, where do you, where did you, where are you, \
         where were you, where would you, why do you, why did you, why are you, who do you, who did you, which do you, so \
         do you, you mean, what s your, what was your, what is your, how s your, how is your, how was your, how are your, \
         is your, was your, are your, were your, does your, did your, has your, have your, do your, any of your, what \
         makes you, what made you, what keeps you, what kept you, what leads you, what led you, what helps you, what \
         makes it, does that fit, you ever, you still, you got any, have you ever, have you noticed, have you thought, \
         have you been, have you had, have you tried, do you think, do you feel, do you remember, do you have, do you \
         want, do you ever, do you find, would you say, would you like, would you be, you okay with, you mind, you been, \
         you having",
    ),
    (
        Cue::QuestionOpen,
        "tell me, tell us, say more, talk about, what about, how about, what was, what were, what kind of, what kinds of, \
         what sort of, what sorts of, what type of, what else, what happened, what happens, what s that like, what s it \
         like, what is it like, what was that like, what was it like, what would it, what would that, what does that, \
         what does it, what did that, what s going on, what is going on, what s been, what has been, what comes up, what \
         came up, what brought, what brings, what gets, what might, what could, what are some, what s the, what is the, \
         how was, how were, how has, how is, how s, how did, how does, how do, how would, how long, how often, how many, \
         how much, how old, how far, how bad, how come, how important, how confident, how ready, when did, when was, when \
         does, where did, where does, where is, where s, whereabouts, who s, who is, which one, why not, why is, walk me \
         through, describe, for example, give me an example, in what way, can i ask, may i ask, could i ask, help me \
         understand, i want to ask, i d like to ask, i wanted to ask, let me ask",
    ),
    (
        Cue::QuestionOther,
        "is there, are there, was there, were there, is that, is it, is this, was it, was that, does it, does that, does \
         this, did it, did that, has it, has that, has this, has anything, has there, would it, would that, could it, \
         could that, can it, will it, isn t it, is he, is she, are they, does he, does she, do they, did he, did she, did \
         they, any other, anything else, anything like that, any thoughts, any problems, any trouble, any history, any \
         changes, any idea, any pain, or is it, or not, right now or, on a day to day",
    ),
    (
        Cue::SecondPerson,
        "you, your, yours, yourself, you re, you ve, you ll, you d, u",
    ),
    (
        Cue::Reflection,
        "there s a part of you, there s a sadness, there s some, a sense of, on the other hand, kind of feeling, it sounds like, sounds like, sounds as if, that sounds, it seems like, seems like, it seems that, it looks like \
         you, so you, so you re, so you ve, so you were, so your, and you re, and you were, but you, you feel, you felt, \
         you re feeling, you re saying, you re telling, you re thinking, you were feeling, you said, you mentioned, you \
         told me, you were saying, you were telling, you want to, you wanted to, you re worried, you re afraid, you re \
         trying, you re really, you re not, you re also, you ve been, you ve had, you ve got, you ve tried, you ve done, \
         you ve already, you ve noticed, you don t, you didn t, you haven t, you can t, you couldn t, you wouldn t, part \
         of you, a part of you, on the one hand, on one hand, in other words, what i hear, what i m hearing, i m hearing, \
         i hear you, i hear that, if i understand, if i m hearing, let me see if, let me make sure, for you to, for you, \
         you notice, you noticed, you recognize, you realize, so it s, so that s, so there s, so there is, as if you, \
         like you re, like you, matters to you, important to you",
    ),
    (
        Cue::Empathy,
        "that took, courage, that s brave, i want to thank you, i m concerned, worried about you, i m sure you, took a lot of, \
         your strength, your strengths, sorry to hear, sorry that you, i m sorry you, that makes sense, makes sense, makes a lot of sense, i can \
         imagine, i can see, i can hear, i can understand, i understand, that must, must be, must have been, it must, i m \
         glad, glad to hear, glad that you, good to hear, good for you, that s great, that s good, that s wonderful, that \
         s really, that s a great, that s a good, that s understandable, understandable, great job, good job, well done, \
         proud of you, congratulations, i appreciate, thank you for telling, thank you for sharing, thank you for coming, \
         thanks for coming, thanks for sharing, thanks for telling, thank you for being, thank you for staying, thank you \
         for letting, no problem, of course, fair enough, that s okay, it s okay to, that takes",
    ),
    (
        Cue::Wondering,
        "my sense is, my sense, i get the sense, i was struck, i m struck, i m noticing, i m aware, i m thinking that you, i m wondering, i wonder, i was wondering, wondering if, i m curious, i am curious, curious about, curious if, i \
         m interested in, it s interesting",
    ),
    (
        Cue::Agenda,
        "let s, let us, we ll, we can, we could, we re going to, we re gonna, we re gon na, we are going to, we ve \
         talked, we talked about, we have talked, we discussed, we spoke, we need to, we should, we want to, we d like, \
         what we, when we, as we, last time, next time, today we, for today, first of all, next week, last session, next \
         session, our session, our sessions, each session, this session, in session, in here, start with, start by, to \
         start, begin with, move on, come back to, go back to, focus on, work on, talk about today, check in, go over, go \
         through, set some goals, goal, goals, the goal, treatment plan",
    ),
    (
        Cue::Frame,
        "i m doctor, i m dr, this is doctor, this is dr, it s doctor, i m your, i ll be your, name is doctor, name is dr, \
         i m a therapist, i m the therapist, i m a counselor, your full name, your name, your date of birth, date of \
         birth, can i confirm, could i confirm, can i just, could i just, can i check, could i check, can i get you, can \
         i have your, can i take, what brings you, what brought you, how can i help, how may i help, what can i do for \
         you, welcome, come in, have a seat, confidential, confidentiality, consent, our time, out of time, we have a few \
         minutes, a few minutes left, we ve got a few, running out of time, wrap up, before we, see you next, see you in, \
         i ll see you, any questions, questions for me, take care, to summarize, in summary, is it okay if, is it alright \
         if, is it all right if, is that okay, is that alright, is that all right, would it be okay, would it be all \
         right, would it be alright, okay with you, all right with you, alright with you, does that make sense, does that \
         sound, how does that sound, do you mind if, if that s okay, if that s all right, if it s okay, if you re okay",
    ),
    (
        Cue::Instrument,
        "why a, and not a, rather than a, ten would be, 10 would be, zero being, 0 being, over the last two weeks, over the past two weeks, last two weeks, past two weeks, scale of, scale from, on a \
         scale, one to ten, zero to ten, 1 to 10, 0 to 10, questionnaire, phq, gad, score, scored, rate your, rate that, \
         rate it, rate the, harm yourself, harming yourself, hurt yourself, hurting yourself, kill yourself, end your \
         life, ending your life, thoughts of suicide, suicidal thoughts, how often have you, several days, more than \
         half, screening, assessment, the form, this form, how many drinks, how many days, days a week do you, any \
         thoughts of, ten being, 10 being",
    ),
    (
        Cue::Homework,
        "homework, worksheet, thought record, i want you to, i d like you to, i would like you to, i ll have you, have \
         you try, between now and, between sessions, keep track, write down, write it down, practice this, try this, \
         invite you to, encourage you to, i d encourage, experiment, until next, this coming week, assignment, a diary, a \
         journal, take a moment, take a deep breath, deep breath, close your eyes, breathe in",
    ),
    (
        Cue::Advice,
        "you should, you need to, you could, you might, you may, you can, you have to, you ought, make sure, i would \
         recommend, i recommend, i d recommend, i would suggest, i suggest, i d suggest, if you, when you, whenever you, \
         once you, as you, some people, a lot of people, many people, most people, people who, research, studies, it s \
         important, important to, helpful to, might be helpful, it can be helpful, one of the things, one thing, what \
         that means, this means, the reason",
    ),
    (
        Cue::LeadingI,
        "i d like to, i would like to, i m going to, i m gonna, i m gon na, i am going to, i ll, i will, i hear, i see, i \
         want to make sure, i wanted to check, i just want to, i just wanted to, i do want to, i know you, i know that \
         you, i know that, i see that, i see you, i noticed, i notice, i think you, i think we, i think that you, i guess \
         what, i mean you, i invite, i believe you, let me, lem me, for me to know, i have here, i have some, i got it, i \
         get that, i hope you, i trust",
    ),
    (
        Cue::FirstPerson,
        "i, me, myself, mine, i m, i ve, i d, i am, i have, i had, i think",
    ),
    (Cue::Possessive, "my, my own"),
    (
        Cue::Disclosure,
        "i feel, i felt, i feel like, i felt like, i m feeling, i ve been feeling, makes me, made me, i can t, i couldn \
         t, i cannot, i don t, i don t know, i don t think, i don t want, i don t like, i didn t, i didn t know, i wasn \
         t, i haven t, i wouldn t, i won t, i guess, i mean, i just, i really, i need, i hate, i love, i like, i want, i \
         wanted, i wish, i try, i tried, i m trying, i ve tried, i keep, i kept, i never, i ve never, i always, i m \
         always, i usually, i sometimes, i m not, i m so, i m just, i m really, i m afraid, i m scared, i m worried, i m \
         tired, i m stressed, i m anxious, i was so, i was just, i should, i have to, i had to, i would, i could, i know, \
         i knew, i thought, i probably, i hope, i worry, i get, i got, i do, i did, to me, for me, with me, at me, about \
         me, on me",
    ),
    (
        Cue::Narrative,
        "i was, i ve been, i have been, i ve had, i went, i came, i said, i told, i started, i stopped, i used to, i \
         woke, i wake, i slept, i sleep, i ended up, i work, i worked, i lost, i took, i saw, i found, i had a, i have a, \
         i drink, i drank, i smoke, i eat, i ate, i live, i noticed that i, it hurts, it hurt, it started, it s been, it \
         was, it just, it s just, it s like, it s hard, getting worse, so much, all the time, every \
         night, at night, a few days, he said, she said, they said, he told me, she told me, he was, she was, they were, \
         we were, we had, we went, i remember, one day, yesterday, the other day, ago",
    ),
    (
        Cue::ThirdPerson,
        "he, she, him, her, his, they, them, their, he s, she s, they re",
    ),
    (
        Cue::Hedge,
        "you know, like, just, kind of, sort of, kinda, stuff, whatever, honestly, actually, basically, probably, maybe, \
         or something, and stuff, and everything, you know what i mean, whatnot",
    ),
    (
        Cue::AsksForHelp,
        "thank you, thanks, doctor, doc, what should i, should i, do i, am i, what do i, how do i, how can i, help me, \
         okay thank you",
    ),
];

/// Greetings and set phrases that both say. They use up their words.
pub(super) const NOTHING: &str = "how are you, how are you doing, how you doing, how are you today, how are you doing today, and you, how about \
     you, what about you, good to see you, nice to see you, see you, you too, what do you mean, do you know what i \
     mean, let you, if you will, you see, you bet, you re welcome, you re right, can you hear me, hear you, see you \
     here, hear me, see me, my name is, my name s, nice to meet you, lovely to meet you, good to meet you, nice to \
     see you here, are you the doctor, are you there, thank you so much for that";

/// Only where a stretch begins, after fillers.
pub(super) const FIRST: &[(Cue, &str)] = &[
    (
        Cue::Acknowledges,
        "okay, ok, alright, all right, right, great, good, wonderful, excellent, perfect, gotcha, got it, i see, \
         interesting, wow, nice, awesome, fantastic, absolutely, very good",
    ),
    (
        Cue::Answers,
        "yeah, yes, yep, yup, no, nope, nah, sure, exactly, i guess, not really, not at all, not that, not too, probably, \
         definitely, maybe, uh huh, i mean, because, i don t know, i think so, true, correct, of course, \
         none, nothing, never, sometimes, not yet, not so, i am, i do, i did",
    ),
];

/// A stretch of nothing but these is listening.
pub(super) const LISTENING: &str = "mm, hmm, hm, mhm, mmm, mmhmm, uh, huh, ah, oh, mhmm";

/// They stand before what a stretch begins with.
pub(super) const FILLERS: &str = "um, uh, er, erm, ah, oh";

/// A sentence goes on with these.
pub(super) const GOES_ON: &str = "and, but, because, cause, that, which, who, to, of, or, with, for, in, on, at, from, when, where, then, about, \
     like, just, as, than, if, into, by, been, going, not, be, being, out, up, down, off, back, really, a, the, my";

/// No sentence ends with these.
pub(super) const OPEN: &str = "a, an, the, and, but, or, because, of, to, in, on, at, for, with, from, by, my, your, his, her, their, our, its, \
     i, you, we, they, he, she, that, which, if, when, as, than, is, are, was, were, be, been, am, have, has, had, \
     do, does, did, will, would, can, could, should, not, just, like, really, very, so, some, any, this, these, \
     those, about, into, more, going, get, got, what, how, where, who, don, m, ve, re, ll, kind, sort, lot";

/// The commonest words of spoken English: where few of these are, it is another language.
pub(super) const ENGLISH: &str = "the, and, you, that, it, of, in, is, was, what, do, have, for, on, with, this, but, not, be, so, they, we, just, \
     my, your, are, at, or, if, he, she, can, there, about, all, out, how, know, then, when, would, been, like, get, \
     going, yeah, okay, think, good, right, were, had, did, from, an, really, up, any, some, will, them, want, \
     feel, because, don, t, s, m, ve, re, ll, i, to, a, yes, no";
