//! Words of addresses: what streets are called, and the states that follow a town.

use super::tokens::Tokens;

/// How sure a word makes that it is a street's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Street {
    /// "street", "avenue": hardly ever anything else behind a number.
    Sure,
    /// "way", "drive", "court": words of other sentences too.
    Maybe,
}

/// What kind of street a word names.
pub(super) fn street(low: &str) -> Option<Street> {
    if SURE.contains(low) {
        return Some(Street::Sure);
    }
    MAYBE.contains(low).then_some(Street::Maybe)
}

/// "north", "SW": before a street's name or behind it.
pub(super) fn direction(low: &str) -> bool {
    DIRECTIONS.contains(low)
}

/// What stands before the number of a flat.
pub(super) fn unit(low: &str) -> bool {
    UNITS.contains(low)
}

/// Words that stand in no street's name, but between a number and "way" or "drive" in other sentences.
pub(super) fn is_no_name(low: &str) -> bool {
    NO_NAMES.contains(low)
}

/// Whether a state or a province stands here, and where it ends.
pub(super) fn state(tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    let low = tokens.low(at);
    if let Some(end) = LONG_STATES
        .iter()
        .find_map(|state| tokens.phrase(at, state))
    {
        return Some(end);
    }
    if STATES.contains(low) {
        return Some(at + 1);
    }
    // "B.C."
    let is_dotted = tokens.is_letter(at)
        && tokens.low(at + 1) == "."
        && tokens.is_letter(at + 2)
        && tokens.is_upper(at);
    if is_dotted && LETTERS.contains(format!("{low}{}", tokens.low(at + 2)).as_str()) {
        return Some(at + 3 + usize::from(tokens.low(at + 3) == "."));
    }
    let is_code = tokens.is_upper(at) && LETTERS.contains(low);
    is_code.then_some(at + 1)
}

static DIRECTIONS: Words = Words::new(|| {
    words("north south east west northeast northwest southeast southwest n s e w ne nw se sw")
});

static UNITS: Words = Words::new(|| {
    words(
        "apartment apt unit suite ste # floor fl room rm flat building bldg lot trailer number tower basement penthouse ph \
    space",
    )
});

static NO_NAMES: Words = Words::new(|| {
    words(
        "minute minutes min hour hours second seconds day days week weeks month months year years time times mile miles block \
    blocks more other different of to in on at a an and or is was are were for from with by my your his her their our i \
    you he she it we they that this these those people kids person step steps percent mg milligrams points session \
    sessions ways things way feet foot lane lanes out down up old out-of when if but because so then than not no long \
    good bad big small cars trips houses tickets nights night meter meters yards what just really have had has got get \
    go went took take",
    )
});

/// Of two words.
const LONG_STATES: [&str; 16] = [
    "new york",
    "new jersey",
    "new mexico",
    "new hampshire",
    "north carolina",
    "south carolina",
    "north dakota",
    "south dakota",
    "west virginia",
    "rhode island",
    "british columbia",
    "nova scotia",
    "new brunswick",
    "puerto rico",
    "northern ireland",
    "prince edward",
];

static SURE: Words = Words::new(|| {
    words(
        "street st avenue ave av road rd lane ln boulevard blvd terrace parkway pkwy crescent cres mews hwy cir ter trl pl ct \
    dr expressway freeway turnpike alley broadway plaza gardens esplanade causeway cul-de-sac strasse straße heights \
    byway quay wynd",
    )
});

static MAYBE: Words = Words::new(|| {
    words(
        "drive court place way circle trail square sq loop highway route close grove row walk run path hill pike crossing \
    bend ridge point pass park cove view green landing creek glen hollow meadow meadows rise vale bay knoll manor spur \
    trace commons mount yard race wharf mill gate end croft orchard farm estate cottages buildings house lodge villa \
    quayside cottage",
    )
});

static STATES: Words = Words::new(|| {
    words(
        "alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho illinois \
    indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri montana \
    nebraska nevada ohio oklahoma oregon pennsylvania tennessee texas utah vermont virginia washington wisconsin wyoming \
    ontario quebec alberta manitoba saskatchewan england scotland wales d.c calif mass penn fla wash ariz colo conn minn \
    tenn",
    )
});

use crate::redact::words::{Words, words};
static LETTERS: Words = Words::new(|| {
    words(
        "vic nsw qld tas al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok or pa ri \
    sc sd tn tx ut vt va wa wv wi wy dc on qc bc ab mb sk ns nb pe nl pr",
    )
});
