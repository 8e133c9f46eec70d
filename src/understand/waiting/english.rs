//! The English words, as expressions over normalised words (x flag: spaces in the expressions mean
//! nothing, a space in an utterance is `\s`).

use super::{Expression, row_of};
use std::sync::LazyLock;

pub(super) static WAITING: Expression = LazyLock::new(|| {
    let call_back = format!("{CALL_BACK}{TIME}");
    let kinds = [
        ("cancel", CANCEL),
        ("callback", &call_back),
        ("message", MESSAGE),
        ("howlong", HOW_LONG),
        ("stay", STAY),
        ("back", BACK),
    ];
    row_of(&kinds, AROUND, r"(?:\s|$)")
});

pub(super) static DROPS: Expression =
    LazyLock::new(|| row_of(&[("drops", DROPPED)], AROUND, r"(?:\s|$)"));

const AROUND: &str = r"
    please | sorry | i\sam\ssorry | excuse\sme | hello | hi | hey | ok | okay | alright | all\sright | oh | well | so | no | nope | yes | yeah |
    yep | right | good | great | fine | sure | perfect | now | then | just | actually | really | maybe | perhaps | but | and | or | again |
    thanks | thank\syou(?:\s(?:so|very)\smuch)? | then\splease | if\syou\s(?:can|could|do\snot\smind|would) | if\s(?:that\sis\s)?possible |
    i\s(?:think|guess)(?:\sthat)? | i\s(?:will|would|could|am\sgoing\sto) | in\sthat\scase | you\sknow\swhat | let\sus | that\sis | that\sis\sok |
    (?:can|could|will|would|may|might)\s(?:you|i|we|someone|somebody|anyone|anybody|they|a\sperson|a\scolleague)(?:\splease)?(?:\sjust)? |
    would\syou\smind | do\syou\smind | is\sit\spossible(?:\sto|\sfor\syou\sto)? | is\sthere\s(?:a|any)\sway(?:\sto|\syou\scould|\sof)? |
    i\s(?:would\s)?(?:want|need|like|prefer|love|rather|would\srather|would\sprefer)(?:\s(?:you|someone|somebody))?(?:\sto)? |
    i\swould\slike | (?:how|what)\sabout(?:\syou)? | let\sme | have\s(?:someone|somebody|them|a\scolleague) | get\s(?:someone|somebody)\sto |
    for\sme | sir | madam | maam | man | listen | look | because | since |
    i\s(?:do\snot|can\snot|really\scan\snot|really\sdo\snot)\s(?:have\s(?:the\s|any\s|much\s|that\smuch\s|so\smuch\s)?time|wait(?:\s(?:that|so|this|any)?\s?(?:long|longer|anymore|now|all\sday))?|
        want\sto\s(?:wait|hold)(?:\s(?:that|so|this|any)\s(?:long|longer))?|stay\son\sthe\s(?:line|phone)(?:\sthat\slong)?) |
    i\s(?:have|need|have\sgot|got)\sto\s(?:go|run|leave|hang\sup|get\sback\sto\swork)(?:\snow)? | i\sam\s(?:in\sa\s(?:hurry|rush)|at\swork|driving|busy(?:\s(?:right\s)?now)?) |
    (?:that|this|it)\sis\stoo\slong | too\slong | that\slong | i\shave\sno\stime
";

/// When, where and why.
const TIME: &str = r"
    (?:\s(?:later|tomorrow|today|tonight|soon|then|instead|now|please|again|as\ssoon\sas\s(?:possible|you\scan)|
        when\s(?:you|they|someone|somebody|a\sperson|an\sagent|it)\s(?:can|could|is|are|have\stime|has\stime)
            (?:\s(?:free|available|ready|there|back|open|my\sturn))?|
        when\syou\s(?:open|reopen)(?:\sagain)?|(?:tomorrow|this|in\sthe)\s(?:morning|afternoon|evening)|after\slunch|
        (?:on|at|under)\s(?:my|this|that|the|the\ssame)\s(?:cell\s|mobile\s|phone\s)?(?:number|phone|cell|mobile)|
        in\s(?:a|an|half\san|one|two|five|ten|twenty|thirty)\s(?:minute|minutes|hour|hours|while)|
        (?:and\s(?:i\s(?:will\s)?)?keep|without\slosing)\smy\s(?:place|spot)|instead\sof\s(?:waiting|holding)))*
";

const CALL_BACK: &str = r"
    (?:(?:call|calling|ring|ringing|phone|phoning)\s(?:me|us)(?:\sback|\sup)? |
    (?:give|giving)\s(?:me|us)\sa\s(?:call(?:\sback)?|ring|callback|bell|buzz) |
    (?:be|get|being|getting)\s(?:called|rung|phoned)\sback |
    (?:(?:have|get|getting|request|arrange|schedule|book|take|choose|want|use)\s)?(?:(?:a|the|that)\s)?
        (?:call\sback|callback|return\scall)(?:\s(?:option|service))?)
";

const MESSAGE: &str = r"
    (?:(?:leave|leaving|record|recording|take|send|sending)\s(?:(?:you|them|us)\s)?)?(?:(?:a|the|my|you\sa)\s)?(?:quick\s|short\s|voice\s)?
        (?:message|voice\s?mail|voicemail|voice\smail)(?:\s(?:for\s(?:you|them|somebody|someone)|on\s(?:the|your)\s(?:machine|answering\smachine|voicemail)|after\sthe\stone|then|please))?
";

const HOW_LONG: &str = r"
    how\s(?:much\s)?(?:long|longer)(?:\s(?:will|does|is|would|do|must|am|until|till|to|before|more|has|have)
        (?:\s(?:it|that|this|i|the|you|we|my|there|expected|estimated|current|average|still|have|got|to|take|taking|wait|waiting|waited|hold|be|last|going|time|left|
            need|until|till|somebody|someone|a|person|an|agent|answers|is|free|turn|queue|line|here|on|for|more|longer|in|now))*)?(?:\s(?:time|wait))? |
    how\smany\s(?:people|callers|calls|persons|others|minutes|more)(?:\s(?:more|people|minutes|are|is|there|still|waiting|ahead|before|in|front|of|me|the|queue|line|left|do|i|have|to|wait|will|it|take|be))* |
    (?:what|which)\s(?:is\s)?(?:my\s)?(?:number|position|place|spot)(?:\s(?:am|is|are)?\s?(?:i|mine))?(?:\s(?:am\si|now|in|the|queue|line|currently|right))* |
    what\snumber\s(?:am\si|in\s(?:the\s)?(?:line|queue)\sam\si)(?:\s(?:in|at|the|queue|line|now|currently))* |
    where\s(?:am|do)\si(?:\s(?:stand|now|currently|in|the|queue|line|at))+ | where\sam\si\snow |
    what\sis\s(?:the|my)\s(?:expected\s|estimated\s|current\s)?(?:wait|waiting\stime|wait\stime|queue)(?:\s(?:now|like|time))? |
    (?:when|how\ssoon)\s(?:is\sit\smy\sturn|will\sit\sbe\smy\sturn|am\si\s(?:next|up)|will\s(?:i\sbe\snext|somebody|someone|anybody|a\sperson|an\sagent)
        (?:\s(?:answer|be|there|free|available|pick|up|talk|speak|to|me|come))*) |
    am\si\s(?:next|still\sin\s(?:the\s)?(?:line|queue)) | is\sit\smy\sturn(?:\s(?:soon|yet|now))? |
    (?:will|does|is)\s(?:it|this|that)\s(?:take\s|be\s|going\sto\stake\s|going\sto\sbe\s)?(?:much\s|very\s|so\s)?long(?:er)?
";

const STAY: &str = r"
    i\s(?:will|would\srather|would\sprefer\sto|would|can|am\sgoing\sto|am\shappy\sto|do\snot\smind|want\sto|prefer\sto|rather|have\stime\sto|am|think\si\swill)\s
        (?:just\s|rather\s|keep\s|still\s|stay\s)?(?:wait|waiting|hold|holding|stay|staying)
        (?:\s(?:here|on|a|the|line|in|queue|then|please|for|it|my|turn|somebody|someone|person|now|instead|bit|longer|little|while|with|you))* |
    (?:keep|keeping|go\son|continue|carry\son)\s(?:on\s)?(?:waiting|holding)(?:\s(?:here|then|please|in|the|queue|line))* |
    (?:wait|stay|hold)(?:\s(?:here|on|in|the|line|queue|then))* | (?:keep|hold)\s(?:me|my\s(?:place|spot))(?:\s(?:here|on|in|the|line|queue))* |
    (?:i\s)?(?:would\s)?rather\s(?:wait|stay|hold)(?:\s(?:here|on|the|line|in|queue|then))* | waiting\sis\s(?:fine|ok) |
    (?:there\sis\s)?no\s(?:need|reason)\sto\scall\s(?:me\s)?back | (?:i\swill|i\sam)\sstay(?:ing)?
";

const BACK: &str = r"
    (?:go|get|take\sme|bring\sme|put\sme|return|going|talk|speak)\s(?:me\s)?(?:back\s)?to\s(?:the|you|your)(?:\s(?:bot|robot|machine|menu|main\smenu|start|beginning|assistant|computer|virtual\sassistant|automated\s(?:system|assistant)))? |
    (?:go\s)?back\sto\s(?:the\s)?(?:bot|robot|machine|menu|main\smenu|start|beginning|assistant|computer|you) | go\sback |
    (?:ask\s(?:you\s)?|do\s|about\s|i\shave\s|to\sask\s|it\sis\sabout\s|it\sis\s)?(?:something|anything)\selse(?:\s(?:to\sask|instead))? |
    (?:ask|i\shave)\s(?:you\s)?(?:another|a\sdifferent|one\smore)\s(?:question|thing) |
    (?:i\s)?(?:do\snot|no\slonger)\s(?:want|need)\sto\s(?:wait|hold|talk\sto\s(?:them|anybody|anyone))(?:\s(?:anymore|any\slonger|any\smore))? |
    (?:leave|exit|get\sout\sof|quit|out\sof|take\sme\sout\sof)\sthe\s(?:queue|line) | stop\swaiting
";

const CANCEL: &str = r"
    (?:cancel|cancelling|canceling|delete|remove|drop|forget|stop|withdraw|call\soff)\s(?:about\s)?(?:the|my|that|this|a|your|our)?\s?(?:requested\s|scheduled\s)?
        (?:call\sback|callback|call\sbacks|return\scall)(?:\s(?:request|that\si\s(?:asked\sfor|ordered|requested)|you\spromised))? |
    i\s(?:do\snot|no\slonger)\s(?:need|want)\s(?:the|a|that|my|your|to\shave\sa)\s(?:call\sback|callback|return\scall)(?:\s(?:anymore|any\slonger|any\smore|after\sall))? |
    i\s(?:do\snot|no\slonger)\s(?:need|want)\s(?:you\s|anybody\s|anyone\s)?to\s(?:be\scalled|call\sme)\sback(?:\s(?:anymore|any\slonger|any\smore|after\sall))? |
    you\s(?:do\snot|no\slonger)\s(?:have|need)\sto\scall\s(?:me|us)(?:\sback)?(?:\s(?:anymore|any\slonger|any\smore|after\sall))? |
    do\snot\s(?:call|ring|phone)\s(?:me|us)(?:\sback)?(?:\s(?:anymore|any\slonger|any\smore|after\sall))? |
    i\s(?:was|am)\s(?:supposed\sto\sbe\scalled|waiting\sto\sbe\scalled)\sback\scancel\s(?:it|that)
";

const DROPPED: &str = r"
    (?:just\s)?leave\s(?:it|that)(?:\s(?:then|be))? | never\smind(?:\s(?:that|it))? | nevermind | forget\s(?:about\s)?(?:it|that) |
    (?:it\sis\s)?not\snecessary | (?:there\sis\s)?no\sneed(?:\sto)? | do\snot\sbother | (?:i\s)?(?:have\s)?changed\smy\smind |
    (?:i\s)?(?:would\s)?rather\snot | i\swould\sprefer\snot\sto | (?:i\s)?(?:do\snot\swant|do\snot\sneed)\s(?:that|it|to)(?:\safter\sall)? |
    (?:no\s)?cancel(?:\s(?:it|that|this))? | (?:not\s)?(?:after\sall)
";

pub(super) const PHRASES: [&str; 24] = [
    "call me back",
    "call me back please",
    "can you call me back",
    "please call me back",
    "call me back later",
    "ring me back",
    "can you ring me later",
    "i would like a call back",
    "call back please",
    "leave a message",
    "i want to leave a message",
    "can i leave a message",
    "voicemail",
    "how long will it take",
    "how long do i have to wait",
    "how much longer",
    "what number am i",
    "where am i in the queue",
    "i will wait",
    "i'll wait",
    "keep waiting",
    "something else",
    "go back to the bot",
    "cancel my call back",
];
