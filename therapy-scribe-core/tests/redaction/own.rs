//! What people say, one line for each way to say it.

use therapy_scribe_core::redact::{Kinds, KnownNames, Redactor};

fn names() -> KnownNames {
    KnownNames::new()
        .client("Maribel Vega")
        .family("Will Vega")
        .family("Grace")
        .clinician("Dr. Roe")
        .place("Larkspur")
}

fn told(text: &str) -> String {
    Redactor::new(names(), Kinds::identifiers()).text(text).text
}

const TELEPHONES: &[(&str, &str)] = &[
    (
        "It's 5 5 5, 0 1 8 7 if you need my cell.",
        "It's [PHONE_1] if you need my cell.",
    ),
    (
        "Ring me on oh seven seven double oh, nine hundred, one two three.",
        "Ring me on [PHONE_1].",
    ),
    (
        "The office fax is 503.555.0147 ext. 9.",
        "The office fax is [PHONE_1].",
    ),
    (
        "Her mobile's +44 7700 900123 but she never picks up.",
        "Her mobile's [PHONE_1] but she never picks up.",
    ),
    (
        "call one eight hundred five five five oh one nine nine",
        "call [PHONE_1]",
    ),
    (
        "the crisis line is 988 and for emergencies call 911",
        "the crisis line is 988 and for emergencies call 911",
    ),
    (
        "so my new cell is three oh three, wait no, three oh two, five five five, oh one four seven",
        "so my new cell is [PHONE_1]",
    ),
    (
        "dial zero zero four four, twenty, seven nine four six, zero nine five eight",
        "dial [PHONE_1]",
    ),
    ("text STOP to 55501 to quit", "text STOP to 55501 to quit"),
    (
        "Okay so it's, um, area code 415, and then it's 555, and then 0126.",
        "Okay so it's, um, [PHONE_1].",
    ),
    (
        "If it's after six call 555 0109 extension forty two",
        "If it's after six call [PHONE_1]",
    ),
    (
        "T: What's a good callback number? C: five five five, oh one two nine.",
        "T: What's a good callback number? C: [PHONE_1].",
    ),
];

#[test]
fn telephone_numbers_are_found_as_they_are_said() {
    for (text, redacted) in TELEPHONES {
        assert_eq!(told(text), *redacted);
    }
}

const ELECTRONIC: &[(&str, &str)] = &[
    (
        "You can email me, it's tom underscore baker nineteen at outlook dot com.",
        "You can email me, it's [EMAIL_1].",
    ),
    ("s-m-i-t-h dot j at yahoo dot com", "[EMAIL_1]"),
    (
        "dr.lee at clinic dot example dot org is what the card says",
        "[EMAIL_1] is what the card says",
    ),
    (
        "visit therapy-notes.com/login or portal.myclinic.health",
        "visit [URL_1] or [URL_2]",
    ),
    ("it's www dot blue lake therapy dot com", "it's [URL_1]"),
    (
        "um it's jo at jo hyphen bakes dot co dot uk",
        "um it's [EMAIL_1]",
    ),
    (
        "go to h t t p colon slash slash my care dot io",
        "go to [URL_1]",
    ),
    (
        "My email's maria (dot) r (at) example (dot) com",
        "My email's [EMAIL_1]",
    ),
    (
        "that's b as in boy, i, l, l, 22, at aol dot com",
        "that's [EMAIL_1]",
    ),
    (
        "my apple id is z zhang 88 at me dot com",
        "my apple id is [EMAIL_1]",
    ),
    (
        "I typed mywellness.app/reset and nothing",
        "I typed [URL_1] and nothing",
    ),
    (
        "There's a petition on change dot org slash p slash close dash the dash ward",
        "There's a petition on [URL_1]",
    ),
];

#[test]
fn electronic_addresses_are_found_as_they_are_said() {
    for (text, redacted) in ELECTRONIC {
        assert_eq!(told(text), *redacted);
    }
}

const NUMBERS: &[(&str, &str)] = &[
    (
        "Social security is five five five, one two, three four five six.",
        "Social security is [SSN_1].",
    ),
    (
        "The last four of my social are one one two zero.",
        "The last four of my social are [SSN_1].",
    ),
    (
        "Her national insurance number is QQ 12 34 56 C.",
        "Her national insurance number is [SSN_1].",
    ),
    (
        "card is 5555 5555 5555 4444 exp 09/28 security code 321",
        "card is [CARD_1] exp [CARD_2] security code [CARD_3]",
    ),
    ("amex 3782 822463 10005", "amex [CARD_1]"),
    (
        "Member ID XYZ123456789, group 70412.",
        "Member ID [RECORD_1], group [RECORD_2].",
    ),
    (
        "driver's license D as in dog 4 4 0 9 1 2 7",
        "driver's license [RECORD_1]",
    ),
    (
        "license plate is 7 K L M 482",
        "license plate is [RECORD_1]",
    ),
    (
        "My username is sadpanda_88 and the password is Hunter2!",
        "My username is [USERNAME_1] and the password is [PASSWORD_1]!",
    ),
    ("SSN ***-**-1234", "SSN [SSN_1]"),
    (
        "put it on the amex, three seven eight two, eight two two four six three one, zero zero zero five",
        "put it on the amex, [CARD_1]",
    ),
    ("IBAN GB29 NWBK 6016 1331 9268 19", "IBAN [RECORD_1]"),
    ("MRN: H-0047712", "MRN: [RECORD_1]"),
    (
        "confirmation code is QX7RT2",
        "confirmation code is [RECORD_1]",
    ),
    (
        "I gave them my social, four two five, then sixty six, then nine one nine one",
        "I gave them my social, [SSN_1]",
    ),
    (
        "mastercard ending five one double zero",
        "mastercard ending [CARD_1]",
    ),
    (
        "Chart number's M like mother, 3 3 0 9 2",
        "Chart number's [RECORD_1]",
    ),
    (
        "reference number five five A B nine one",
        "reference number [RECORD_1]",
    ),
];

#[test]
fn numbers_of_persons_and_records_are_found() {
    for (text, redacted) in NUMBERS {
        assert_eq!(told(text), *redacted);
    }
}

const BIRTHS: &[(&str, &str)] = &[
    (
        "Date of birth? Seven twelve seventy-nine.",
        "Date of birth? [DATE_OF_BIRTH_1].",
    ),
    (
        "born on the 4th of July 1976 in Ohio",
        "born [DATE_OF_BIRTH_1] in Ohio",
    ),
    ("DOB 1985-06-14", "DOB [DATE_OF_BIRTH_1]"),
    (
        "He turned 40 on March 2nd.",
        "He turned 40 [DATE_OF_BIRTH_1].",
    ),
    (
        "We live at 2218 Old Mill Road, Unit 7, Asheville, NC 28801.",
        "We live at [ADDRESS_1].",
    ),
    (
        "my address is nine oh four west pine street apartment twelve seattle washington nine eight one oh one",
        "my address is [ADDRESS_1]",
    ),
    (
        "She moved to 17B Baker Street, London NW1 6XE.",
        "She moved to [ADDRESS_1].",
    ),
    (
        "Ship it to PO Box 881, Fairbanks, Alaska 99701",
        "Ship it to [ADDRESS_1]",
    ),
    (
        "I live off Route 9, past the school",
        "I live off [ADDRESS_1], past the school",
    ),
    (
        "yeah so I'm at three forty two East Eighteenth Street, number five C",
        "yeah so I'm at [ADDRESS_1]",
    ),
    (
        "You can send that to Apartment 9, 77 Harbour View Terrace, Leith, EH6 6QF",
        "You can send that to [ADDRESS_1]",
    ),
    (
        "They stay at the Pine Motel, 900 Highway 101 North, room 12.",
        "They stay at the Pine Motel, [ADDRESS_1].",
    ),
    (
        "Send it care of the shelter, 500 South Main, Suite B",
        "Send it care of the shelter, [ADDRESS_1]",
    ),
    (
        "we rent at Unit 12/45 Collins Street, Melbourne VIC 3000",
        "we rent at [ADDRESS_1]",
    ),
    (
        "On March 3rd, 2024 she was seen; DOB 3/4/81.",
        "On March 3rd, 2024 she was seen; DOB [DATE_OF_BIRTH_1].",
    ),
    (
        "He died on September 9, 2001, in the towers.",
        "He died on September 9, 2001, in the towers.",
    ),
    (
        "I've been sober since 11/04/2015.",
        "I've been sober since 11/04/2015.",
    ),
    (
        "My anniversary is 6/12/1998.",
        "My anniversary is 6/12/1998.",
    ),
];

#[test]
fn births_and_addresses_are_found_and_other_dates_stay() {
    for (text, redacted) in BIRTHS {
        assert_eq!(told(text), *redacted);
    }
}

const KEPT: &[&str] = &[
    "the crisis line is 988 and for emergencies call 911",
    "I take 20 mg of fluoxetine, 0.5 mg lorazepam twice a day, and 1,000 IU of vitamin D.",
    "PHQ-9 total 17, item 9 scored 1. GAD-7 14. PCL-5 was 41, AUDIT-C 6, C-SSRS negative.",
    "Diagnosis F33.1, F43.10, Z63.0, and DSM-5 code 296.32.",
    "I slept 4, 5, 6, 4, 7, 5, 6 hours this week.",
    "We did 3 sets of 10, heart rate 110, BP 118 over 76.",
    "Count backward: 100, 93, 86, 79, 72.",
    "In 2019, 2020 and 2021 I was in the hospital.",
    "I make 45,000 a year and owe 12,500 on the car.",
    "The session is at 3:30 on March 14th, 2024, code 90837 for 53 minutes.",
    "Started lithium 300 mg on 4/2/2023, level was 0.8.",
    "It was about 10, 15 minutes, maybe 20 minutes' drive.",
    "I walked 10,000 steps on day 5.",
    "I weigh 182, used to be 210, 215.",
    "My score went 21, 18, 15, 12 over four weeks.",
    "She's 4 foot 11, 98 pounds, 16 years old.",
    "Take exit 9, two lights, then a right on the highway.",
    "The 12-step group meets at 7 p.m. in room 204.",
    "We talked for 45 minutes about her 3 kids, aged 4, 7, and 11.",
    "text STOP to 55501 to quit",
    "Lithium level 0.9, TSH 2.1, A1c 5.6, glucose 104.",
    "On the MMSE she got 26 of 30, MoCA 22/30.",
    "Venlafaxine XR 225, then 150, now 75.",
    "BMI 31, BP 140/90, pulse 88, temp 98.6.",
    "Buspirone 10 mg TID, hydroxyzine 25 prn, melatonin 3 to 5 mg.",
    "ICD-10 F41.1, F32.A, and R45.851; billed 99214 plus 90836.",
    "I rate it a 7, then 8, then 6, then 5.",
    "EMDR set of 24, SUD 8, then 5, then 2, VOC 6.",
    "I did box breathing, four four four four, and 5-4-3-2-1.",
    "Y-BOCS 28, HAM-D 19, MADRS 30, ISI 21, BDI-II 33.",
    "Six months sober, 90 meetings in 90 days.",
    "She's on Concerta 54, up from 36.",
    "we have ten sessions left, session 14 of 24",
    "12-year-old, grade 7, IEP since 2019.",
    "I spent 1,200 on shoes and 3,400 on a couch.",
    "The 2016 election, the 2020 lockdown.",
    "It was like 3 a.m., 4 a.m., I had 2 beers, 3 shots.",
    "Code 296.33 on the form, and 300.02 before.",
    "DSM criteria 1 through 9, I meet 5.",
    "LSAS 82, PSS 27, WSAS 24, ORS 21.5.",
    "Lamotrigine 25 for two weeks, 50 for two weeks, then 100, 150, 200.",
    "The second week of June is our anniversary, June 12th.",
    "We upped it on January 4th and again on 2/1.",
    "Follow up on May 6th at 2:30.",
    "He died on September 9, 2001, in the towers.",
    "I've been sober since 11/04/2015.",
    "My anniversary is 6/12/1998.",
    "I have 3 cats, 2 dogs, and 14 chickens.",
    "Take 1 tablet at 8, 1 at 2, and 2 at bedtime.",
    "Her labs: Na 138, K 4.1, Cl 102, BUN 14.",
    "Quetiapine 25-50 mg, up to 100-150 at night.",
    "ACEs score of 7, PSS 29, DERS 118.",
    "Bipolar I 296.43, ADHD 314.01, PTSD 309.81.",
    "I got a 1450 on the SAT and a 3.9 GPA.",
    "The house cost 450,000 and the loan is 6.5 percent over 30 years.",
    "I drink 2, 3, sometimes 4 beers, 5 nights a week.",
    "CBT-I session 4 of 8, sleep efficiency 78%, 82%, 85%.",
    "She scored 85 on verbal, 92 on perceptual, 104 on memory, 97 on speed.",
    "WAIS-IV FSIQ 104, VCI 110, PRI 98, WMI 95, PSI 100.",
    "He's in the 95th percentile, T-score 72, 68, 65.",
    "My pulse was 118, 121, 125, 119.",
    "90834, 90837, or 90791?",
    "Phase 1, 2 and 3; steps 1 through 12.",
    "In room 214, bed 2, at 0600 and 1800.",
    "The year 2008, I was 22, then 2010, I was 24.",
    "He has 20/20 vision, 6'1\", 190.",
    "NDC 0093-7146-98 is the generic.",
    "Section 504 plan, Title 9, Code 5150 hold, a 72-hour hold.",
    "Chapter 11, page 394, line 12.",
    "Beck scored 31, Young's schema, the Columbia was negative, Hamilton 22.",
];

#[test]
fn what_is_clinical_or_counted_stays() {
    for text in KEPT {
        assert_eq!(told(text), *text);
    }
}

const NAMES: &[(&str, &str)] = &[
    (
        "Will said that Grace will come. Will you ask Maribel's mother, the Vegas, or Maribell?",
        "[PERSON_2] said that [PERSON_3] will come. Will you ask [PERSON_1]'s mother, the [SURNAME_1]s, or [PERSON_1]?",
    ),
    (
        "Grace will be at Grace's house by May with Will's dad.",
        "[PERSON_3] will be at [PERSON_3]'s house by May with [PERSON_2]'s dad.",
    ),
    (
        "I hope grace finds me. Will it? May be.",
        "I hope grace finds me. Will it? May be.",
    ),
    (
        "maribel vega and will vega, her husband will, said hi",
        "[PERSON_1] [SURNAME_1] and [PERSON_2] [SURNAME_1], her husband will, said hi",
    ),
    (
        "MARIBEL VEGA CALLED. WILL VEGA TOO.",
        "[PERSON_1] [SURNAME_1] CALLED. [PERSON_2] [SURNAME_1] TOO.",
    ),
    (
        "Mrs. Vega-Lopez isn't Maribel's mother; Marbel is, says Dr Roe.",
        "Mrs. [SURNAME_1]-Lopez isn't [PERSON_1]'s mother; [PERSON_1] is, says Dr [PERSON_4].",
    ),
    (
        "V E G A, Vega, first name M-A-R-I-B-E-L.",
        "[SURNAME_1], [SURNAME_1], first name [PERSON_1].",
    ),
    (
        "Maribell, Maribal, and Mirabel all called. Larkspurr is far from Larkspur.",
        "[PERSON_1], [PERSON_1], and Mirabel all called. [PLACE_1] is far from [PLACE_1].",
    ),
    (
        "Will has a will. Grace period is over, Will. Ask Grace, will you?",
        "[PERSON_2] has a will. [PERSON_3] period is over, [PERSON_2]. Ask [PERSON_3], will you?",
    ),
    (
        "May I come in May? By the grace of God.",
        "May I come in May? By the grace of God.",
    ),
];

#[test]
fn names_are_found_where_they_are_meant() {
    for (text, redacted) in NAMES {
        assert_eq!(told(text), *redacted);
    }
}
