"""HTML of strangers made safe, with its pictures: each becomes a name below the text's own address."""

import hashlib
import html
import re

import nh3

from anagnorisis.sources.feeds.addresses import joined
from anagnorisis.sources.feeds.told import Cleaned

MOST = 2 << 20
"""Characters of one text that are kept; what is longer is cut."""
DEEPEST = 500
REL = "noopener noreferrer nofollow"
BLOCKS = (
    "address article aside blockquote caption dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 "
    "h6 header hgroup li main ol p pre section summary table tbody td tfoot th thead tr ul br hr"
)
INLINE = (
    "a abbr b bdi bdo cite code del dfn em i img ins kbd mark q rp rt ruby s samp small strong sub sup time "
    "u var wbr"
)
WITHOUT_CONTENT = (
    "button canvas form iframe map math nav noscript object script select style svg template textarea title"
)
_STACKING = re.compile(r"<(/?)([a-z][a-z0-9]*)\b[^<>]*(/?)>", re.IGNORECASE)
_IMAGE = re.compile(r'<img((?: [a-z]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')
_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
_SAFE = nh3.Cleaner(
    tags={*BLOCKS.split(), *INLINE.split()},
    clean_content_tags={*WITHOUT_CONTENT.split()},
    attributes={
        "*": {"lang", "dir", "title"},
        "a": {"href"},
        "img": {"src", "alt", "width", "height"},
        "ol": {"start"},
        "td": {"colspan", "rowspan"},
        "th": {"colspan", "rowspan"},
        "time": {"datetime"},
    },
    link_rel=None,
    url_schemes={"http", "https", "mailto"},
    url_relative="pass_through",
)
_LINK = re.compile(r'<a((?: [a-z]+="[^"]*")*)>')


def clean(raw: str, base: str) -> Cleaned:
    """`raw` with only text, structure, links and pictures left; addresses in it are meant as in `base`.

    Markup stacked deeper than any reader needs loses all of it: the time to parse grows with its square.
    """
    raw = raw[:MOST]
    if _too_deep(raw):
        raw = html.escape(re.sub(r"<[^>]*>", " ", raw))
    pictures: dict[str, str] = {}

    def picture(found: re.Match[str]) -> str:
        said = {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(found[1])}
        address = joined(base, said.get("src", ""))
        if not address or {said.get("width"), said.get("height")} & {"0", "1"}:
            return ""
        mark = hashlib.blake2b(address.encode("utf-8", "replace"), digest_size=8).hexdigest()
        pictures[mark] = address
        return f'<img src="picture/{mark}" alt="{html.escape(said.get("alt", ""))}" loading="lazy">'

    def link(found: re.Match[str]) -> str:
        said = dict(_ATTRIBUTE.findall(found[1]))
        address = html.unescape(said.get("href", ""))
        whole = address if address.startswith("mailto:") else joined(base, address)
        return f'<a href="{html.escape(whole)}" rel="{REL}">' if whole else "<a>"

    safe = _LINK.sub(link, _SAFE.clean(raw))
    return Cleaned(_IMAGE.sub(picture, safe).strip(), pictures)


def plain(text: str) -> str:
    """A title or a name without markup, on one line."""
    once = html.unescape(text) if "&lt;" in text else text
    bare = nh3.clean(once, tags=set(), clean_content_tags={"script", "style"}) if "<" in once else once
    return " ".join(html.unescape(bare).split())[:500]


def _too_deep(raw: str) -> bool:
    if raw.count("<") <= DEEPEST:
        return False
    depth = 0
    for found in _STACKING.finditer(raw):
        if found[3] or found[2].lower() in _VOID:
            continue
        depth = max(0, depth - 1) if found[1] else depth + 1
        if depth > DEEPEST:
            return True
    return False
