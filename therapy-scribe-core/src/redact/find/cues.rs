//! Words that say what a number is.

use super::{Scan, tokens::Tokens};

/// What is farther away says nothing, whatever stands between.
const MOST_TOKENS: usize = 100;

/// What a number may be by the words around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cue {
    Phone,
    Ssn,
    Birth,
    Card,
    CardCode,
    Expiry,
    Record,
    Zip,
    Password,
    /// The last digits of a switchboard's number.
    Extension,
    /// "number", which may be of anything.
    Number,
}

/// What people say between the parts of a number and mean nothing by.
pub(super) fn is_filler(low: &str) -> bool {
    FILLERS.contains(low)
}

/// The sounds of somebody who thinks.
pub(super) fn is_hesitation(low: &str) -> bool {
    matches!(
        low,
        "um" | "uh" | "uhm" | "umm" | "er" | "erm" | "ah" | "hm" | "hmm" | "mm" | "," | "…"
    )
}

/// Words that are said for marks.
pub(super) fn is_spoken_mark(low: &str) -> bool {
    matches!(
        low,
        "dash"
            | "hyphen"
            | "minus"
            | "dot"
            | "point"
            | "period"
            | "space"
            | "slash"
            | "stroke"
            | "comma"
            | "plus"
    )
}

/// What a word at a place says about numbers near it.
pub(super) fn at(tokens: &Tokens<'_>, at: usize) -> Option<Cue> {
    let low = tokens.low(at);
    let low = low.strip_suffix("'s").unwrap_or(low);
    Some(match low {
        "phone" | "phones" | "telephone" | "cell" | "cellphone" | "mobile" | "landline"
        | "call" | "calling" | "called" | "calls" | "text" | "texting" | "texted" | "reach"
        | "reached" | "dial" | "dialed" | "voicemail" | "fax" | "faxed" | "pager" | "ring"
        | "whatsapp" | "callback" | "tel" | "hotline" | "beeper" | "contact" | "signal" => {
            Cue::Phone
        }
        "extension" | "ext" => Cue::Extension,
        "social" | "ssn" | "itin" | "nino" | "nhs" | "socials" => Cue::Ssn,
        "sin" if tokens.is_upper(at) => Cue::Ssn,
        "insurance" if matches!(tokens.low_before(at), "national" | "social") => Cue::Ssn,
        "security" if tokens.low_before(at) == "social" => Cue::Ssn,
        "world"
            if tokens
                .phrase(at.saturating_sub(2), "into the world")
                .is_some() =>
        {
            Cue::Birth
        }
        "n" if tokens.phrase(at, "n i number").is_some()
            || tokens.phrase(at, "n . i . number").is_some() =>
        {
            Cue::Ssn
        }
        "s" if tokens.phrase(at, "s s n").is_some() => Cue::Ssn,
        "born" | "birthday" | "birthdate" | "birthdays" | "dob" | "birth" | "bday" => Cue::Birth,
        "d" if tokens.phrase(at, "d o b").is_some() || tokens.phrase(at, "d . o . b").is_some() => {
            Cue::Birth
        }
        "card" | "visa" | "mastercard" | "amex" | "debit" | "credit" | "discover" | "maestro" => {
            Cue::Card
        }
        "express" if tokens.low_before(at) == "american" => Cue::Card,
        "cvv" | "cvc" | "cvv2" | "cvc2" | "cid" => Cue::CardCode,
        "code" if tokens.low_before(at) == "security" => Cue::CardCode,
        "back" if tokens.phrase(at.saturating_sub(2), "on the back").is_some() => Cue::CardCode,
        "exp" | "expires" | "expiry" | "expiration" | "expiring" => Cue::Expiry,
        "thru" | "through" if matches!(tokens.low_before(at), "valid" | "good") => Cue::Expiry,
        "zip" | "zipcode" | "postcode" | "postal" | "zips" => Cue::Zip,
        "password" | "passcode" | "pin" | "passwords" | "pincode" | "passphrase" => Cue::Password,
        "number" | "numbers" | "digits" => Cue::Number,
        // Clients and hospitals are spoken of without any number.
        "client" | "patient" | "service" | "unit" | "report" | "order" | "hospital" | "health"
        | "bank" | "device" | "military" | "alien"
            if !matches!(tokens.low(at + 1), "number" | "id" | "#" | "no") =>
        {
            return None;
        }
        _ if is_record(low) => Cue::Record,
        _ => return None,
    })
}

/// Things that have a number.
pub(super) fn is_record(low: &str) -> bool {
    RECORDS.contains(low)
}

impl Scan<'_> {
    /// The nearest cue before a place, over at most `most` words and one end of a sentence, and how far it is.
    pub(super) fn cue_before(&self, place: usize, most: usize) -> Option<(Cue, usize)> {
        let (mut words, mut ends, mut number) = (0, 0, None);
        for at in (0..place).rev().take(MOST_TOKENS) {
            if self.tokens.is_hidden(at) || (self.claimed.get(at) == Some(&true)) {
                break;
            }
            let is_end = self.tokens.ends_sentence(at) || self.tokens.is_break(at);
            if is_end {
                ends += 1;
                // What was said in an earlier sentence is meant only where the number comes at once.
                if ends > 2 || words > 5 {
                    break;
                }
                continue;
            }
            if !self.tokens.is_word(at) || is_filler(self.tokens.low(at)) {
                continue;
            }
            words += 1;
            match self::at(&self.tokens, at) {
                Some(Cue::Number) => {
                    number.get_or_insert((Cue::Number, words));
                }
                Some(cue) if number.is_none_or(|(_, near)| words <= near + 4) => {
                    return Some((cue, words));
                }
                _ => {}
            }
            if words >= most {
                break;
            }
        }
        number
    }

    fn has_number_at_once(&self, at: usize) -> bool {
        let skipped = |at: &usize| {
            let low = self.tokens.low(*at);
            is_filler(low) || matches!(low, ":" | "on" | "was" | "of")
        };
        let next = (at..at + 4).find(|at| !skipped(at)).unwrap_or(at);
        self.numbers.from(next).is_some()
    }

    /// The nearest cue after a place, in the same sentence or at the next one's begin.
    pub(super) fn cue_after(&self, place: usize, most: usize) -> Option<Cue> {
        let (mut words, mut ends) = (0, 0);
        for at in (place..self.tokens.len()).take(MOST_TOKENS) {
            let is_other = matches!(self.tokens.low(at), ";" | "but");
            if is_other || self.tokens.is_hidden(at) || self.tokens.is_break(at) {
                break;
            }
            if self.tokens.ends_sentence(at) {
                ends += 1;
                if ends > 1 {
                    break;
                }
                continue;
            }
            if !self.tokens.is_word(at) {
                continue;
            }
            words += 1;
            match self::at(&self.tokens, at) {
                Some(Cue::Number) | None => {}
                // "…, DOB 3/4/81" is about what follows it.
                Some(Cue::Birth) if self.has_number_at_once(at + 1) => return None,
                found => return found,
            }
            if words >= most {
                break;
            }
        }
        None
    }
}

static FILLERS: Words = Words::new(|| {
    words(
        "um uh uhm umm er erm ah hm hmm mm mhm mmhm huh like so then and sorry no wait actually let me see think yes yeah yep \
    okay ok right again it's that's is you know got it i mean well rather that scratch sure alright gotcha perfect great \
    hang go ahead keep going look check find hold on followed",
    )
});

use crate::redact::words::{Words, words};
static RECORDS: Words = Words::new(|| {
    words(
        "mrn ohip phn hcn chart record records member membership policy claim claims case account acct license licence \
    passport id ids identification identifier group subscriber insurance medicaid medicare medi-cal patient file \
    confirmation reference ref routing plate plates vin badge student employee authorization authorisation auth preauth \
    prescription rx npi dea iban swift ticket order tracking invoice docket serial permit registration beneficiary \
    certificate encounter accession referral hospital health tag client report booking checking savings bank sort \
    tax ein payer dossier registry inmate warrant citation ehr emr mbi hic uci imei device service military alien loan \
    locker unit",
    )
});
