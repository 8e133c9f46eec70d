//! The English words, as an expression over normalised words (x flag: spaces in it mean nothing, a space
//! in an utterance is `\s`).

use super::Expression;
use regex::Regex;
use std::sync::LazyLock;

pub(super) static SWEARS: Expression = LazyLock::new(|| {
    let aimed = format!(r"(?:{MILD})\s(?:{MILD}\s)*(?:{US})");
    let all = format!(r"(?x)(?:^|\s)(?:{ABUSE}|{aimed}|{ANGER})(?:\s|$)");
    Regex::new(&all).ok()
});

/// Wherever they stand.
const ABUSE: &str = r"
    (?:mother)?fuck(?:s|ed|er|ers|ing|in)? | (?:bull|horse)?shit(?:s|ty|e)? | arse?hole(?:s)? | asshole(?:s)? | bastards | you\sbastard | bitch(?:es|ing)? | bollocks |
    wtf | goddamn(?:ed|it)? | god\sdamn(?:ed|it)? | (?:god\s)?damn\s(?:it|you|this|that) | damnit | dammit | dumbass | jackass | dickhead(?:s)? | (?:you|little|stupid)\sprick(?:s)? | wanker(?:s)? | twat | cunt(?:s)? |
    piss\soff | pissed\soff | pissing\sme\soff | pisses\sme\soff | bugger\soff | sod\soff | screw\s(?:you|this) | shut\s(?:the\s\w+\s)?up | go\sto\shell | what\sthe\s(?:hell|heck) |
    (?:who|why|where|how)\sthe\shell | bloody\shell | kiss\smy\sass | pain\sin\sthe\sass | up\syour\sass | full\sof\scrap |
    (?:this|it|that|what)\s(?:is\s)?(?:such\s|a\s|total\s|complete\s|absolute\s|utter\s)*crap | crappy | holy\scrap | cut\sthe\scrap
";

/// Only where they are aimed at us.
const MILD: &str = r"
    damn | damned | bloody | stupid | dumb | idiotic | useless | worthless | hopeless | pathetic | rubbish | crap | shitty | freaking | frigging | fricking | goddamn |
    ridiculous | terrible | horrible | awful | lousy | annoying | hell\sof\sa | worst | moronic | brainless | incompetent
";

const US: &str = r"
    machine | machines | robot | robots | bot | bots | chatbot | computer | computers | system | systems | recording | recordings | ai | automation | thing\si\sam\stalking\sto |
    menu | hotline | phone\s(?:line|system|menu|service) | answering\smachine | voice\s(?:system|bot|assistant|menu) | assistant | automated\s\w+ | customer\s(?:service|support|care) | service | company | people | queue
";

const ANGER: &str = r"
    (?:this|that|it)\sis\s(?:so\s|just\s|really\s|absolutely\s|completely\s|totally\s|beyond\s|getting\s|becoming\s|quite\s|such\s|an?\s|utterly\s|fucking\s|bloody\s|simply\s)*
        (?:ridiculous|unacceptable|outrageous|outrage|disgrace|disgraceful|absurd|insane|joke|bad\sjoke|pathetic|infuriating|unbelievable|insulting|insult|nonsense|bullshit|
           waste\sof\s(?:my\s)?time|driving\sme\s(?:crazy|mad|nuts|insane)|making\sme\s(?:angry|mad|furious)|stupid|idiotic|useless|hopeless|farce|scandal|terrible\sservice|too\sstupid)
        (?:$|\s(?:i|you|why|how|can|just|put|get|give|let|now|and|already|really|with|for|that\si|what)) |
    (?:how|what\san?)\s(?:absolutely\s|utterly\s)?(?:ridiculous|disgrace|stupid|joke|farce|load\sof\s(?:crap|rubbish|nonsense)|bunch\sof\s(?:idiots|crap)|waste\sof\s(?:my\s)?time)$ |
    (?:you\sare|are\syou|you)\s(?:all\s|so\s|such\s|really\s|just\s|an?\s|completely\s|absolutely\s|totally\s|utterly\s|being\s|fucking\s|bloody\s|complete\s|total\s|bunch\sof\s|the\s|even\s)*
        (?:idiots?|idiotic|morons?|stupid|dumb|useless|hopeless|worthless|pathetic|deaf|liars?|crooks?|thieves|incompetent|ridiculous|worst|kidding\sme|joking\swith\sme|garbage|trash|rubbish|annoying)
        (?:$|\s(?:i|why|can|just|at|and|or|machine|robot|bot|computer|you|put|get|give|again|something|what)) |
    (?:this|that|it)\sis\s(?:such\s)?(?:a|an\sabsolute)\snightmare$ |
    (?:idiots?|morons?|imbeciles?)$ | (?:what|you)\s(?:an?\s)?(?:bunch\sof\s)?(?:idiots?|morons?) |
    stop\s(?:wasting\smy\stime|annoying\sme|this\snonsense) | (?:you\sare\s|stop\s)?wasting\smy\stime | waste\sof\smy\stime |
    (?:i\sam\s)?(?:so\s|really\s|getting\s|just\s)*(?:sick|tired|sick\sand\stired|fed\sup)\s(?:of|with)\s(?:
        you|your\s(?:company|service|system|menu|bot|robot|excuses)|waiting|being\s(?:put\son\shold|on\shold|ignored|passed\saround|transferred)|repeating\s(?:myself|it)|
        talking\sto\s(?:a|an|you|this|machines|robots|bots|computers)|this\s(?:machine|robot|bot|system|menu|nonsense|crap|game|company|service|call|shit)|this$|it\sall$) |
    i\s(?:really\s|just\s|fucking\s|so\s)*(?:hate|despise|loathe)\s(?:you|this|these|that|your|talking\sto|dealing\swith|machines|robots|bots|computers)
        (?:$|\s(?:machine|machines|robot|robots|bot|bots|system|systems|company|service|menu|a|guys|people|computer|computers|thing|things|hotline|phone|stupid|damn)) |
    i\sam\s(?:really\s|so\s|very\s|extremely\s|getting\s|getting\sreally\s|absolutely\s)*(?:angry|furious|mad\sat\syou|pissed|outraged|livid)
        (?:$|\s(?:with\syou|at\syou|about\sthis|now|right\snow|because|and)) |
    for\s(?:god|gods|god\sis|christ|christs|christ\sis|heaven|heavens|fuck|fucks|fuck\sis|crying\sout|pete|petes|goodness)\s(?:sake|sakes|loud) | jesus\s(?:fucking\s)?christ |
    do\syou\snot\s(?:get\sit|understand\s(?:anything|english|plain\senglish)) | (?:you\s)?(?:do\snot|never)\sunderstand\sanything | can\syou\snot\s(?:hear|understand)\sanything |
    i\s(?:will|am\sgoing\sto)\ssue\syou | (?:worst|terrible|horrible|awful|lousy)\s(?:customer\s)?service(?:\s(?:ever|i\shave\sever\s\w+))?
";
