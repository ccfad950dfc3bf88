//! Ordinary words, for two questions: whether a name is one too, and whether what looks like a misspelt name is.

use std::{collections::HashSet, sync::LazyLock};

/// Words that are names as well.
const NAMES_TOO: &str = "ace angel april art ash august autumn baker ball banks beach bean bell best bill bird birds bishop black blue bond \
    bright brook brown bud bull burns bush butler camp cannon carpenter case cash castle chambers chance charity \
    chase cherry chip christian christmas church clay cliff cook cross crystal dash dawn day dean don drew driver \
    earnest east english eve faith fields fine fish flowers ford foster fox frank french frost gardener gates gay \
    gem gene german ginger glass gold golden good grace grant grave graves gray green grey guy hall ham hand happy \
    hardy harmony haven head heart herb high hill hills holiday hood hook hope horn house hunt hunter ice irons jean \
    job joy judge june justice kid king kitty knight lake lamb lance land lane large last law liberty light little \
    lock long love low major man mark marsh max may mercy merry miles misty mix moody moon nail new nice nick noble \
    norm north oak page park parks pat patience peace pearl penny pierce pike pool pope porter post power powers \
    price prince prudence queen rain ray rebel reed rice rich rider rivers rob robin rod roman rose royal rush rusty \
    sage sands sandy savage school sharp shepherd shore short silver singer skip sky small snow song south speed \
    spring star stark steel sterling stone storm street strong sue summer sunny sweet swift tail teller temple time \
    tower towns trace trip true tune virtue wade walker ward warm waters way weeks wells west white wild will winner \
    winter wise wolf wood woods young";

/// Words of four to seven letters that begin sentences, or that clinicians can't do without.
const OTHERS: &str = "able about above accept access across action actual after again agree ahead alarm alike alive alley allow ally alone \
    along already also alter always among ample anger angle angry animal answer anvil anxious any anyone apart apply \
    apron area arena argue arise armed arms around arrive arson aside asked asleep assay attic avoid await awake \
    award aware away awful baby back badly bare bars based basic beat became become been before began begin behind \
    being belief belly below bench bent better between beyond binge birth bite blame bleed blind blood board body \
    born both bother bottom bound brain brake brave bread break breath breathe bring broke broken brother brunt \
    brush build bully burn burned business busy call called calm came cancer candy care cared careful carry cars \
    cases catch cause caused certain chain chair change charge cheap check chest child choice choose chose city \
    claim clean clear clearly clerk clients clinic clock close closed clothes coach coast coffee cold come comes \
    common control cope core corner could count couple course court cover covid crash crazy cried cries crisis crowd \
    cruel cure curse cut daily dairy damage dance danger dare dark date dated dates dead deal dear death debt decide \
    deep delay denied deny depth diary died diet differ dinner dirty doctor does doing done door doubt down dozen \
    draft drain dream dress drink drinks drive drove drug drugs drunk during each early earn earth easier easily \
    easy eaten eating edge effort eight either elder elect eleven elite else empty ended ending enemy energy enjoy \
    enough enter entire equal erase error essay evade even evening event every exact exam except exile exist expect \
    extra eyes face faced fact factor fail failed faint fair fairly fairy fall fallen false family fancy fast father \
    fault favor fear feast feel feeling feels fell felt female ferry fever field fiery fifteen fifth fifty fight \
    figure fill filth final finally find finds fire first five fixed flake flame flare flash flat flesh float flood \
    floor fluid focus foggy follow food force forced forge forget forgot form formal former forth forty forward \
    fought found four fourth frail fraud freak free fresh friday friend friends from front fruit fuel full funny \
    further gang gave general gentle gets getting ghost giant girl girls give given gives giving glad glare gloom \
    goal goals goes going gone goodbye grade grand grasp grass grate great greed greet grief grill groan gross group \
    grow grown grows guard guess guide guilt guilty habit habits hair hairy half handle handy hang happen hard \
    harder hardly harm harsh haste hate haunt have having heal heals health healthy hear heard hearing heat heavy \
    held hell hello help helped helps hence here hers hide hinge hits hobby hold holds hole home homes honey honor \
    horse hospital hotel hour hours huge human hungry hurry hurt hurts husband idea ideal ideas idiot image imagine \
    inner input inside instead into issue issues itself jelly jerk join joined joint joke jolly juice jump just keep \
    keeps kept kids kill killed kind kinds knew knife knock know known knows label labor lack laid late later laugh \
    lay layer lead leads learn least leave leaves left legal legs lemon less letter level liar life lift like liked \
    likely likes limit line lines list listen live lived lives living loan local lonely look looked looks loose lose \
    loss lost lots loud loved loving lower loyal luck lucky lunch lungs lying made magic mainly maize make maker \
    makes making male mania manic manor many maple march mare marine market marry match matter maybe mayor maze \
    meals mean means meant meat media medical meds meet meets merit metal meter method mice middle might mind minds \
    mine minor minus minute miss missed model mom moment monday money month months mood moods moral more morning \
    most mostly mother motor mouse mouth move moved movie much music must myself naive name named names nanny nasty \
    naval near nearly need needed needs nerve nervous never news next night nights nine nobody noise none noon \
    normal nose note noted notes nothing notice novel numb number nurse object obvious occur ocean odd offer office \
    often okay older once one ones only onset onto open opened opera orbit order organ other others ought ounce ours \
    outer over owner pace pack paid pain paint panel panic paper parent parents part partly partner parts party pass \
    passed past paste patch path pattern pause pays peer penal people perhaps period person petty phase phone photo \
    piano pick picked piece pills pilot pink pitch place places plain plan plans plant plate play played please \
    plenty plus point points polar police pond poor pose posed pound pray press pretty pride print prior private \
    prize probe prone proof proud prove proxy pull pulled pulse punch pupil pure purge push pushed puts quest quick \
    quiet quit quite quote race radio rage raise raised rally ran range rape rapid rarely rate rather ratio reach \
    react read ready real really reason recall recent record reduce refer relax relief rely remain remind rent \
    repeat reply report rest result retire return review ridge right rigid ring rise risk risks rival river road \
    robot role room rooms root rota rough round route rules running rural sad safe safely safer safety said saint \
    sake salad same sat sauce save saved saying says scale scare scared scary scene scope score scores scream scrub \
    search season seat second secret section sedan see seeing seek seem seemed seems seen self sell send sense sent \
    serious serve session set seven several severe shake shame shape share shared she sheet shelf shell shift shine \
    shirt shock shoes shoot shop shot should shout show showed shown shows shrug shut sick side sides siege sight \
    sign signs silly simple simply since single sister sit site sits sitting six size skate skill skills skin slack \
    slave sleep slept slice slide slogan slope slow slowly smart smell smile smoke smoked snake sober social soft \
    sold solid solve some soon sorry sort sound sounds space spare spark speak special spend spent spice spike spine \
    spite split spoil spoke spoon sport stack staff stage stain stair stake stale stamp stand stare start started \
    starve state stated stay stayed stays steady steal steam steep step steps stick stiff still sting stir stock \
    stomach stood stop stopped store story stove straight strange straw stray stress strip stuck student study stuff \
    stupid style such sudden suffer sugar suicide suite support sure surely swear sweat sweep swell swing sworn \
    syrup table take taken takes taking tale talk talked talking tally tango task taste taught teach team tears \
    teeth tell tells tend tends tense term terms terrible terse test text than thank thanks that theft their theirs \
    them theme then there these they thick thief thigh thing things think thinks third thirty this thorn those \
    though thought threat three threw through throw thumb thus tiger tight timer times tired title today told tone \
    tongue took tool tools topic total touch tough toward towel toxic track trail train trash trauma travel treat \
    treated trend trial tribe trick tried tries troop trouble truck truly trunk trust truth trying turn turned \
    twelve twenty twice twist type uncle under union unit unity unless until upon upper upset upward urban urge \
    urine usage used useful user uses using usual usually vague valid value vault venue very video view viral virus \
    visit vital vivid voice vomit wage wagon waist wait waited wake waking walk walked wander want wanted wants warn \
    wary was wash waste watch water wave weak wear weary week weekend weekly weigh weight weird well went were what \
    whatever wheat wheel when where whether which while whine who whole whom whose why widow width wife window windy \
    wine wish within without woe woke woman women won wonder word words wore work worked works world worried worry \
    worse worst would wound wrist write written wrong wrote yacht yard yeah year years yell yes yet yield you your \
    yours yourself youth zero";

static ORDINARY: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    NAMES_TOO
        .split_whitespace()
        .chain(OTHERS.split_whitespace())
        .collect()
});

/// Whether a word, in small letters, is an ordinary one.
pub(super) fn is_ordinary(word: &str) -> bool {
    ORDINARY.contains(word)
}
