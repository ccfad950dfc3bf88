//! Numbers of records, policies, accounts, licences, plates; passwords and names in services that are said to be such.

use super::{
    Scan,
    code::{Code, code},
    cues::{self, Cue},
    guard,
};
use crate::redact::Kind;

/// More are no code. It keeps the time bounded where a text has no spaces.
const MOST_TOKENS: usize = 64;

pub(super) fn find(scan: &mut Scan<'_>) {
    let mut at = 0;
    while at < scan.tokens.len() {
        let found = glued(scan, at)
            .map(|end| (at, end, Kind::Record))
            .or_else(|| called(scan, at));
        match found {
            Some((start, end, kind)) if scan.is_free(start..end) => {
                scan.take(start..end, kind);
                at = end;
            }
            _ => at += 1,
        }
    }
}

/// "XR4821907": letters and many digits in one word need nobody to call them a number.
fn glued(scan: &Scan<'_>, start: usize) -> Option<usize> {
    let tokens = &scan.tokens;
    if !(tokens.is_word(start) || tokens.is_digits(start) || tokens.low(start) == "#")
        || (start > 0 && !tokens.has_space(start) && !tokens.is_mark(start - 1))
    {
        return None;
    }
    let begin = start + usize::from(tokens.low(start) == "#");
    let (mut end, mut letters, mut digits) = (begin, 0, 0);
    while end < begin + MOST_TOKENS && (end == begin || !tokens.has_space(end)) {
        let low = tokens.low(end);
        if tokens.is_digits(end) {
            digits += low.len();
        } else if tokens.is_word(end) && (tokens.is_upper(end) || low.len() <= 2) {
            letters += low.chars().count();
        } else if !(matches!(low, "-" | "_" | "/")
            && !tokens.has_space(end + 1)
            && (tokens.is_word(end + 1) || tokens.is_digits(end + 1)))
        {
            break;
        }
        end += 1;
    }
    // "#IN-5508"
    let is_signed = begin > start && digits >= 3 && letters + digits >= 4;
    let is_hyphened =
        digits >= 5 && letters > 0 && tokens.is_upper(begin) && tokens.low(begin + 1) == "-";
    let is_code = is_signed
        || is_hyphened
        || letters > 0 && digits >= 5 && letters + digits >= 7 && letters <= digits + 4;
    // "12345mg" is a dose.
    let is_dose = tokens.is_digits(start)
        && guard::is_unit(tokens.low(end.saturating_sub(1)))
        && tokens.is_word(end.saturating_sub(1))
        && end == start + 2;
    (is_code && !is_dose).then_some(end)
}

/// What is said to be a number of something. Gives where it begins and ends.
fn called(scan: &Scan<'_>, at: usize) -> Option<(usize, usize, Kind)> {
    let tokens = &scan.tokens;
    let low = tokens.low(at);
    let low = low.strip_suffix("'s").unwrap_or(low);
    let kind = match cues::at(tokens, at) {
        Some(Cue::Password) => Kind::Password,
        Some(Cue::Ssn) => Kind::Ssn,
        _ if matches!(
            low,
            "username"
                | "handle"
                | "login"
                | "userid"
                | "snapchat"
                | "instagram"
                | "venmo"
                | "gamertag"
        ) =>
        {
            Kind::Username
        }
        // An insurer's card has letters too.
        Some(Cue::Card) if low == "card" => Kind::Record,
        _ if cues::is_record(low) || low == "number" => Kind::Record,
        _ => return None,
    };
    let mut link = link(scan, at + 1);
    link.has_is |= low.len() < tokens.low(at).len();
    let found = code(scan, link.end).filter(|code| code.end > link.end);
    if matches!(kind, Kind::Username | Kind::Password) && link.has_is {
        return secret(scan, link.end, found.map(|code| code.end)).map(|end| (link.end, end, kind));
    }
    let found = found?;
    // "gave me number A dash 4417"
    if low == "number" && (found.letters == 0 || found.digits < 4 || link.end > at + 2) {
        return None;
    }
    if low == "card" && (found.letters == 0 || found.digits < 6) {
        return None;
    }
    if WEAK.contains(low) && !link.has_number && !link.has_last {
        return None;
    }
    let is_number = is_number(scan, (low, kind), &link, &found);
    if !is_number {
        return None;
    }
    // "MRN 48213": the word before it belongs to it.
    let is_next = link.end == at + 1 && matches!(tokens.low(at), "mrn" | "chart");
    let mut start = if is_next { at } else { link.end };
    if start > 0 && tokens.low(start - 1) == "#" {
        start -= 1;
    }
    Some((start, found.end, kind))
}

/// Whether what was spelled is the number of what was named.
fn is_number(scan: &Scan<'_>, (low, kind): (&str, Kind), link: &Link, found: &Code) -> bool {
    let total = found.letters + found.digits;
    let is_abbreviation = matches!(low, "mrn" | "vin" | "npi" | "dea" | "iban" | "mbi" | "acct");
    let is_named = link.has_number || is_abbreviation;
    let is_mixed = found.letters > 0 && found.digits > 2;
    let fits = match kind {
        Kind::Ssn => {
            is_national(found.letters, found.digits) || (link.has_last && found.digits == 4)
        }
        _ if found.digits == 0 => false,
        _ if is_named || link.has_last => {
            total >= 3 && (found.digits >= 3 || (total >= 4 && found.digits >= 2))
        }
        _ => is_said(link) && ((found.digits >= 5) || (is_mixed && total >= 5)),
    };
    let is_dictated = link.words == 0
        && found.digits == 4
        && found.letters == 0
        && has_own_numbers(low)
        && !is_year(scan, link.end);
    fits || is_dictated
}

/// Things whose number follows at once: "group 6042".
fn has_own_numbers(low: &str) -> bool {
    OWN_NUMBERS.contains(low)
}

/// "case 2019"
fn is_year(scan: &Scan<'_>, at: usize) -> bool {
    let number = scan.numbers.from(at);
    number.is_some_and(|number| {
        number
            .value()
            .is_some_and(|year| (1900..2100).contains(&year))
    })
}

/// The words between what has a number and the number.
struct Link {
    end: usize,
    has_number: bool,
    has_is: bool,
    has_last: bool,
    words: usize,
}

fn is_said(link: &Link) -> bool {
    link.has_is || link.words == 0
}

fn link(scan: &Scan<'_>, start: usize) -> Link {
    let tokens = &scan.tokens;
    let is_coded = has_code(tokens.low(start.saturating_sub(1)));
    let mut link = Link {
        end: start,
        has_number: false,
        has_is: false,
        has_last: false,
        words: 0,
    };
    for _ in 0..14 {
        let at = link.end;
        let whole = tokens.low(at);
        let low = whole
            .strip_suffix("'s")
            .filter(|_| !matches!(whole, "it's" | "that's"))
            .unwrap_or(whole);
        link.has_is |= low.len() < whole.len();
        match low {
            "code" if is_coded => link.has_number = true,
            "number" | "numbers" | "locator" | "#" | "num" | "№" | "id" | "no" | "nr"
            | "digits" => {
                link.has_number = true;
            }
            "is" | "it's" | "its" | "that's" | "was" | "are" | "reads" | "says" | "to" | "be"
            | "as" | ":" | "=" => link.has_is = true,
            "last" | "ending" | "ends" | "starting" | "starts" | "begins" | "beginning" => {
                link.has_last = true;
            }
            "four" | "4" | "three" | "3" | "five"
                if link.has_last && matches!(tokens.low_before(at), "last") => {}
            _ if LINKS.contains(low) || cues::is_filler(low) => {}
            _ => break,
        }
        let is_sentence =
            tokens.ends_sentence(at) && low != "?" && !link.has_number && !link.has_is;
        // A letter of the code, as in "ID A-1234", is no article.
        if is_sentence
            || (low == "no"
                && tokens.low(at + 1) != "."
                && scan.numbers.from(at + 1).is_none()
                && !link.has_number
                && !tokens.is_mark(at + 1)
                && !link.has_is)
        {
            break;
        }
        link.words += usize::from(
            tokens.is_word(at) && !cues::is_filler(low) || matches!(low, "is" | "it's" | "that's"),
        );
        link.end = at + 1;
    }
    link
}

/// "sort code", "confirmation code": the code is a number.
fn has_code(low: &str) -> bool {
    matches!(
        low,
        "sort"
            | "confirmation"
            | "reference"
            | "referral"
            | "booking"
            | "tracking"
            | "authorization"
            | "member"
            | "patient"
            | "client"
    )
}

/// Nine digits in the United States and Canada, ten of the NHS, two letters, six digits and a letter in Britain.
fn is_national(letters: usize, digits: usize) -> bool {
    matches!((letters, digits), (0, 9 | 10) | (2 | 3, 6))
}

/// A password or a name in a service: what stands there up to a space.
fn secret(scan: &Scan<'_>, start: usize, spelled: Option<usize>) -> Option<usize> {
    let tokens = &scan.tokens;
    if !(tokens.is_word(start) || tokens.is_digits(start) || tokens.is_mark(start))
        || tokens.is_break(start)
    {
        return None;
    }
    let mut end = start + 1;
    while end < (start + MOST_TOKENS).min(tokens.len())
        && !tokens.has_space(end)
        && !tokens.is_break(end)
        && !tokens.ends_sentence(end)
        && !matches!(tokens.low(end), "," | "\"")
    {
        end += 1;
    }
    let whole = tokens.text.get(tokens.bytes(&(start..end)))?;
    let is_odd = whole.contains(|c: char| !c.is_alphabetic())
        && whole.contains(char::is_alphanumeric)
        && whole.chars().count() >= 4;
    let spelled = spelled.filter(|end| *end > start + 1);
    is_odd.then_some(end).into_iter().chain(spelled).max()
}

use crate::redact::words::{Words, words};
static OWN_NUMBERS: Words = Words::new(|| {
    words(
        "badge group member chart claim policy file account acct ticket docket permit employee student locker mrn id patient \
    record client",
    )
});

/// Things that have a number only where it is called one.
static WEAK: Words = Words::new(|| {
    words(
        "serial service unit device hospital health order report client bank tax loan locker military alien case",
    )
});

/// Words and marks between what has a number and the number.
static LINKS: Words = Words::new(|| {
    let mut all = words(
        "the my your his her their our for of in with on code card under at here listed plate plan record policy member account license licence social security insurance mrn key this there currently \
        patient group file health medical would should he she state new and , . - – ( ) “ ?",
    );
    all.extend(["\"", "\n"]);
    all
});
