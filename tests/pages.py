"""Pages made for tests: an article among what sites put around it, with lazy pictures, walls and scripts."""

from html import escape

from tests.feeds import prose

LAZY = """<figure><img src="data:image/gif;base64,R0lGOD" data-src="/one.png" alt="One"></figure>
<div class="ratio"><img class="lazy" src="/img/placeholder.gif">
<noscript><img src="/two.png" alt="Two"></noscript></div>
<picture><source srcset="/three-400.png 400w, /three-1200.png 1200w, /three-3000.png 3000w">
<img alt="Three"></picture>
<img src="/count.gif" width="1" height="1">"""
WALL = """<script type="application/ld+json">{"@context":"https://schema.org","@type":"NewsArticle",
"isAccessibleForFree":false,"datePublished":"2025-06-10T04:00:00+00:00"}</script>"""
SCRIPTED = b"""<!doctype html><html><head><title>App</title></head><body>
<div id="root"></div><noscript>You need to enable JavaScript to run this app.</noscript>
<script src="/app.js"></script></body></html>"""


def page(
    number: int = 1,
    *,
    title: str = "On roses",
    head: str = "",
    inside: str = "",
    words: int = 80,
    paragraphs: int = 5,
    charset: str = "utf-8",
) -> bytes:
    """A page as a news site writes it; its words are `prose` from `number` on."""
    told = "".join(f"<p>{prose(number * 100 + n, words)}.</p>" for n in range(paragraphs))
    menu = "".join(f"<li><a href='/{n}'>Section {n}</a></li>" for n in range(12))
    return f"""<!doctype html><html lang="en-GB"><head><meta charset="{charset}">
<title>{escape(title)} - The Garden</title>
<meta name="author" content="Ada Lovelace">{head}</head><body>
<header><nav><ul>{menu}</ul></nav></header>
<main><article><h1>{escape(title)}</h1>{told}{inside}</article></main>
<aside><h2>Most read</h2><ul>{menu}</ul></aside><footer>Copyright The Garden. All rights reserved.</footer>
</body></html>""".encode(charset)
