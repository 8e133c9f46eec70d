//! The English words for control, as expressions over normalised words (x flag: spaces in the
//! expressions mean nothing, a space in an utterance is `\s`).

use super::{Expression, row_of};
use std::sync::LazyLock;

pub(super) static CONTROL: Expression = LazyLock::new(|| {
    let kinds = [
        ("slower", SLOWER),
        ("louder", LOUDER),
        ("repeat", REPEAT),
        ("wait", WAIT),
        ("over", START_OVER),
        ("back", GO_BACK),
        ("stop", STOP),
        ("bye", GOODBYE),
    ];
    row_of(&kinds, AROUND, r"(?:\s|$)")
});

/// Over words as they are heard: "uh huh" has none where hesitations are taken away.
pub(super) static BACKCHANNEL: Expression = LazyLock::new(|| {
    let listens = r"
        m+ | m+\sh+m+ | m+h+m+ | h+m+ | uh\shuh | aha | ah\sha | ok | okay | k |
        yes | yeah | yep | yup | right | alright | all\sright | sure | fine | good | great |
        i\ssee | got\sit | i\sgot\sit | understood | i\sunderstand | of\scourse
    ";
    row_of(
        &[("listens", listens)],
        r"oh | ah | uh | um | er | well",
        r"(?:\s|$)",
    )
});

const AROUND: &str = r"
    please | sorry | (?:i\sam|i\sbeg\syour)\s(?:so\s|very\s)?(?:sorry|pardon) | excuse\sme | hello | hi | hey |
    ok | alright | all\sright | oh | well | so | no | yes | yeah | yep | right | good | great | fine | sure |
    now | then | just | actually | really | maybe | perhaps | but | and | again | thanks | thank\syou(?:\s(?:so|very)\smuch)? |
    (?:can|could|will|would|may|might)\s(?:you|we|i)(?:\splease)?(?:\sjust)? |
    would\syou\smind | do\syou\smind | is\sit\spossible\sto | (?:can|could)\si\s(?:get|ask)\syou\sto |
    i\s(?:want|need|would\slike)(?:\syou)?\sto | i\sthink | let\sus | let\sme | try\sto |
    for\sme | if\syou\s(?:can|could|do\snot\smind|would) | (?:a|one)\s(?:little\s)?(?:bit|little|tiny\sbit) |
    kind\sof | sir | madam | maam | dear | my\sfriend | man | whoa | wow | look | listen | i\ssaid |
    because | before\si\sforget | there | here
";

const REPEAT: &str = r"
    (?:repeat|repeating|restate|replay)
        (?:\s(?:it|this|yourself|that(?:\slast)?(?:\s(?:one|part|bit|again|sentence|question|answer))?|
               (?:all|any|some)\sof\s(?:it|that)|everything|
               (?:the|your)\s(?:last\s|first\s|whole\s)?(?:one|part|bit|thing|sentence|question|answer|message|response|
                    options|choices|menu|address|number|phone\snumber|hours|times|time|price|name|instructions|information)|
               what\syou\s(?:just\s|have\sjust\s)?(?:said|told\sme|asked)))?
        (?:\s(?:again|once\smore|one\smore\stime|over))? |
    (?:say|saying|tell\sme|read|play|go\sover|run)\s(?:it\s|that\s|this\s|me\s|all\sthat\s|what\syou\s(?:just\s)?said\s)?
        (?:all\s)?(?:by\sme\s|to\sme\s)?(?:again|once\smore|once\sagain|one\smore\stime|over) |
    say\sthat | say\sagain | say\swhat | tell\sme\swhat\syou\s(?:just\s)?said |
    (?:hear|have|get)\s(?:that|it|this)\s(?:again|once\smore|one\smore\stime) |
    (?:i\s(?:want|need|would\slike)\s)(?:to\shave\s)?(?:that|it)\s(?:repeated|said\sagain)(?:\sfor\sme)? |
    ask\s(?:me\s)?(?:the\squestion|that|it)\sagain |
    pardon(?:\sme)? | come\sagain | what(?:\swhat)* | you\ssaid\swhat | again\splease |
    once\smore | once\sagain | one\smore\stime | one\stime\smore | another\stime |
    what\s(?:did|do|have|were|are)\syou\s(?:just\s)?(?:say|said|saying|ask|asked|asking|mention|tell\sme)(?:\sto\sme|\sthere|\sjust\snow)? |
    what\s(?:was|is)\sthat(?:\s(?:one|last\s(?:one|part|bit|thing)))?(?:\s(?:you\s(?:just\s)?said))?(?:\sagain)? |
    what\s(?:was|were|is|are)\s(?:the|your)\s(?:last\s)?(?:question|part|options|choices)(?:\syou\ssaid)?(?:\sagain)? |
    (?:i\s)?(?:did|could|do|can)\snot\s(?:quite\s|really\s|fully\s)?
        (?:catch|get\sthat|get\swhat|understand|follow|make\sout)(?:\s(?:that|you|any\sof\sthat|all\sof\sthat|a\sword|a\sthing|what\syou\s(?:just\s)?(?:said|say|are\ssaying)|
            the\s(?:last|first)\s(?:part|bit|one|thing)|you\s(?:just\s)?(?:said|say)))?(?:\s(?:very\s)?(?:clearly|well|properly|at\sall|either))? |
    (?:i\s)?(?:did|could)\snot\s(?:quite\s|really\s)?hear(?:\s(?:it|that|you|this|any\sof\sthat|what\syou\s(?:just\s)?said|the\s(?:last|first)\s(?:part|bit|one)))?
        (?:\s(?:very\s)?(?:clearly|well|properly|at\sall))? |
    i\smissed\s(?:that(?:\slast)?(?:\s(?:one|part|bit))?|what\syou\s(?:just\s)?said|the\s(?:last|first)\s(?:part|bit|one)|some\sof\sthat)
";

const SLOWER: &str = r"
    slower | more\sslowly | slowly | less\sfast |
    (?:slow|slowing)(?:\s(?:it|that|things))?\sdown(?:\s(?:your|the)\s(?:speech|voice|speed|talking|speaking))?(?:\swhen\syou\s(?:speak|talk))? |
    slow\s(?:your|the)\s(?:speech|speaking|talking|voice)(?:\sdown)? |
    (?:speak|speaking|talk|talking|go|read|reading|say|saying)(?:\s(?:it|that|this|it\sall|to\sme))?(?:\s(?:a|one)\s(?:little\sbit|little|bit)|\smuch|\sa\slot|\smore)?\s(?:slow|slower|slowly) |
    (?:not|do\snot\s(?:speak|talk|go)|stop\s(?:speaking|talking))\s(?:so|that|too)\s(?:fast|quick|quickly) |
    (?:(?:you\sare|it\sis|that\sis|this\sis|that\swas|you)\s)?(?:(?:speaking|talking|going|speak|talk|go)\s)?
        (?:a\s(?:little\sbit|little|bit)\s|way\s|much\s|far\s|just\s)?too\s(?:fast|quick|quickly)(?:\sfor\sme)?
";

const LOUDER: &str = r"
    louder | more\sloudly | (?:speak|talk)\sup |
    (?:speak|speaking|talk|talking|say|saying)(?:\s(?:it|that|this|to\sme))?(?:\s(?:a|one)\s(?:little\sbit|little|bit)|\smuch|\sa\slot|\smore)?\s(?:loud|louder|loudly) |
    (?:turn|put)\s(?:it|(?:the|your)\s(?:volume|sound)|yourself)\sup | turn\sup(?:\s(?:the|your)\s(?:volume|sound))? |
    (?:increase|raise)\s(?:the|your)\svolume | volume\sup | more\svolume |
    (?:i\s)?(?:can\snot|can\shardly|can\sbarely|do\snot|hardly|can\snot\sreally|still\scan\snot)\shear(?:\s(?:you|it|that|this|anything|nothing|a\s(?:thing|word)|what\syou\sare\ssaying))?
        (?:\s(?:so\s|very\s|too\s|that\s)?(?:clearly|well|good|properly|at\sall|right\snow|anymore))? |
    (?:you\sare|it\sis|that\sis|this\sis|(?:the|your)\s(?:sound|volume|voice|line)\sis)\s(?:speaking\s|talking\s)?(?:a\s(?:little\sbit|little|bit)\s|way\s|much\s|far\s|very\s|so\s|really\s)?(?:too\s)?(?:quiet|quietly|soft|softly|faint|low) |
    too\s(?:quiet|quietly|soft|faint) | i\sam\s(?:a\s(?:little|bit)\s)?hard\sof\shearing
";

const WAIT: &str = r"
    (?:wait|waiting|hold|hang|hold\sit)(?:\s(?:on|up|it|there|for\sme|please))?(?:\sfor)?(?:\s(?:just\s)?(?:a|one|two|half\sa)\s(?:quick\s)?(?:moment|second|seconds|sec|minute|minutes|min|while|tick))? |
    hold\sthe\sline | stay\s(?:on\sthe\sline|there|with\sme) | do\snot\shang\sup | bear\swith\sme | pause |
    (?:(?:just|give\sme|gimme|only|need)\s)*(?:a|one|two|half\sa|another)\s(?:quick\s|short\s|little\s)?(?:moment|second|seconds|sec|secs|minute|minutes|min|tick) |
    (?:just\s)?(?:moment|second|minute)\splease |
    give\sme\s(?:some\stime|time|a\slittle\stime) | i\sneed\s(?:some|more|a\slittle)\stime | not\syet |
    i\s(?:will\s)?be\sright\sback |
    (?:let\sme|i\s(?:need|have|want)\sto|i\smust|i\sam|i\swill|while\si|until\si)(?:\sjust|\squickly|\sgoing\sto)?\s
        (?:look|looking|find|finding|get|getting|grab|grabbing|fetch|search|searching|think|thinking|see|check|checking)
        (?:\s(?:it|it\sup|for\sit|about\s(?:it|that)|
            (?:for\s)?(?:my|a|the|something|some)\s(?:insurance\s|reference\s|customer\s|phone\s|order\s|account\s|patient\s|id\s|credit\s|bank\s)?
            (?:card|number|pen|pencil|paper|papers|glasses|wallet|purse|bag|calendar|notes|letter|bill|receipt|id|to\swrite(?:\swith|\son)?)))?
";

const START_OVER: &str = r"
    (?:start|starting|begin|beginning)\s(?:all\s)?(?:over|again|anew|fresh|afresh)(?:\sagain|\sfrom\s(?:scratch|the\s(?:beginning|start|top)))? |
    (?:start|begin|go|do\s(?:it|this|that)|everything)?\s?(?:all\s)?(?:over\s)?(?:again\s)?from\s(?:scratch|the\s(?:very\s)?(?:beginning|start|top)) |
    restart | reset | over\sfrom\sthe\sbeginning |
    (?:(?:go|take\sme|get|get\sme|bring\sme|return|jump|going)\s)?(?:back\s|return\s)?to\sthe\s(?:very\s)?(?:beginning|start|main\smenu|first\smenu|menu|main\spage) |
    (?:the\s)?main\smenu | back\sto\s(?:main\smenu|start|square\sone|the\stop)
";

const GO_BACK: &str = r"
    (?:(?:go|take\sme|get|bring\sme|move|step|jump|going)\s)?back(?:\s(?:one|a|one\smore)(?:\s(?:step|question|menu|level))?|\sup)?
        (?:\sto\s(?:the|my|that)\s(?:previous|last|first|one|question)(?:\s(?:one|step|question|menu|thing|page|part|before))?)? |
    (?:go\s(?:back\s)?to\s)?(?:the\s)?previous(?:\s(?:one|step|question|menu|page|part))? |
    (?:one\s)?step\sback | the\s(?:one|question)\sbefore
";

const STOP: &str = r"
    stop(?:\s(?:it|that|this|now|there|right\sthere|(?:with\s)?(?:talking|speaking|reading)(?:\sto\sme|\snow)?))? |
    (?:be\s|keep\s|stay\s)?quiet | silence | shut\s(?:the\s(?:hell|fuck)\s)?up | hush | shush | sh+ |
    (?:that\sis\s)?enough(?:\s(?:of\sthat|of\sthis|already|now|talking))? | i\shave\sheard\senough |
    no\smore(?:\stalking)? | quit\s(?:it|talking) | stop\sstop | (?:you\s)?do\snot\stalk
";

const GOODBYE: &str = r"
    (?:good)?bye(?:\s(?:bye|now|for\snow|then))? | good\sbye | bye\sbye | buh\sbye | cheerio | farewell | cheers\sbye |
    (?:i\swill\s)?see\s(?:you|ya)(?:\s(?:later|soon|then|around|tomorrow|again|next\s(?:week|time)))? |
    (?:i\swill\s)?(?:talk|speak)\sto\syou\s(?:later|soon) | until\snext\stime |
    (?:you\s)?(?:have|enjoy)\s(?:a|the|your)\s(?:very\s)?(?:nice|good|great|lovely|wonderful|pleasant)?\s?(?:rest\sof\s(?:the|your)\s)?(?:day|evening|weekend|one|night|afternoon|morning|week)(?:\stoo|\sas\swell)? |
    good\snight | you\stoo | take\scare |
    that\s(?:is|was|will\sbe|would\sbe)\s(?:really\s)?(?:all|everything)(?:\si\s(?:need|needed|wanted|have|had)(?:\sto\s(?:know|ask))?)?(?:\sfor\s(?:now|today|me))? |
    (?:i\s(?:do\snot\s)?(?:need|want)\s)?nothing\selse | i\sam\sdone | we\sare\sdone | i\s(?:have|need|got)\sto\s(?:go|run)(?:\snow)? |
    (?:i\swill\s|i\sam\sgoing\sto\s)?hang\sup(?:\snow)?
";

pub(super) const PHRASES: [&str; 36] = [
    "repeat that please",
    "could you repeat that please",
    "can you repeat that",
    "can you say that again",
    "say that again please",
    "what did you say",
    "sorry what did you say",
    "pardon",
    "i didn't catch that",
    "i didn't hear that",
    "one more time please",
    "slower please",
    "a bit slower please",
    "slow down please",
    "can you speak more slowly",
    "you are speaking too fast",
    "louder please",
    "speak up please",
    "can you speak up",
    "i can't hear you",
    "wait a moment",
    "wait a minute",
    "hold on",
    "hang on",
    "one moment please",
    "just a minute",
    "one second please",
    "give me a moment",
    "start over",
    "start again",
    "go back",
    "go back please",
    "stop",
    "stop talking",
    "goodbye",
    "bye bye",
];
