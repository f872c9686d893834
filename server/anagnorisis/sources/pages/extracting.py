"""The bytes of a page become the article on it: words by one engine, what is shown by another."""

import re
import time

import trafilatura
from lxml import etree, html
from lxml.html import HtmlElement
from readability import Document
from readability.readability import Unparseable

from anagnorisis.domain import Unreadable
from anagnorisis.sources.feeds import charset
from anagnorisis.sources.feeds.addresses import joined
from anagnorisis.sources.feeds.cleaning import clean, plain
from anagnorisis.sources.pages import telling
from anagnorisis.sources.pages.found import Engine, Found
from anagnorisis.sources.pages.lazy import promote

UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
WORD = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+")
"""Where no spaces are written, each letter counts as a word."""
TAG, LINKED = re.compile(r"<[^>]*>"), re.compile(r"<a\b[^>]*>[^<]*(?:<(?!/a>)[^>]*>[^<]*)*</a>")
FEWEST_WORDS, SENTENCE = 25, 8
"""In all, without menus; words of a line from which on it is no entry of a menu."""
FREE_WORDS = 300
"""A page that is to be paid for and shows fewer has more than it shows."""
SCRIPTS = 20
"""Characters of script for each that people read, from which on scripts fill a page that has no text."""
ASKS = re.compile(
    r"(?:enable|requires?|activate|turn on|need)\W+(?:\w+\W+){0,4}javascript|javascript is", re.IGNORECASE
)
NO_PAGE = "what it sent is no page"
SCRIPTED = "it shows its text only to browsers that run its scripts, and this house runs none"
PAID = "its site shows the text only to those who pay"
SHORT = "there is hardly any text on it"
PAID_NOTE = "The site shows the whole text only to those who pay. What it shows to everybody is kept."
DATES = {"extensive_search": False, "original_date": True}
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def extract(body: bytes, content_type: str, address: str, engine: Engine = "usual") -> Found:
    """The article on the page in `body`, which came from `address`; empty for a file of somebody.

    Raises `Unreadable` for what is no page, and for one without a text.
    """
    text = CONTROLS.sub("", charset.text_of(body, content_type))
    root, now = _tree(text), int(time.time())
    paid, asks = telling.is_paid(root), _scripted(root, text)
    own = telling.own_address(root, address)
    base = _base(root, address or own)
    words, title, author, date = _words(text, address)
    title = plain(title or root.findtext(".//title") or "")
    _drop_heading(root, title)
    shown = _shown(root, base, engine)
    said = words if engine in ("usual", "trafilatura") else ""
    cleaned = clean(shown, base)
    count = max(_told(words), len(WORD.findall(TAG.sub(" ", LINKED.sub(" ", cleaned.html)))))
    if count < FEWEST_WORDS:
        raise Unreadable(PAID if paid else SCRIPTED if asks else SHORT)
    return Found(
        address=own,
        title=title,
        author=plain(author),
        published=telling.published(root, now) or telling.moment_of(date, now),
        language=telling.language(root),
        engine=engine,
        plain=said,
        raw=shown,
        html=cleaned.html,
        pictures=cleaned.pictures,
        note=PAID_NOTE if paid and count < FREE_WORDS else "",
    )


def _tree(text: str) -> HtmlElement:
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(NO_PAGE) from error
    if root.find("body") is None:
        raise Unreadable(NO_PAGE)
    return root


def _base(root: HtmlElement, address: str) -> str:
    return next(
        (there for one in root.iter("base") if (there := joined(address, one.get("href") or ""))), address
    )


def _words(text: str, address: str) -> tuple[str, str, str, str]:
    """Text, title, author and date (ISO) as trafilatura finds them; empty ones where it finds none."""
    found = trafilatura.bare_extraction(
        text,
        url=address or None,
        fast=True,
        include_comments=False,
        with_metadata=True,
        date_extraction_params=DATES,
    )
    if found is None or isinstance(found, dict):
        return "", "", "", ""
    return found.text or "", found.title or "", found.author or "", found.date or ""


def _drop_heading(root: HtmlElement, title: str) -> None:
    """The title stands above a text already; its own heading would say it twice."""
    for heading in root.iter("h1"):
        said = " ".join("".join(heading.itertext()).split())
        if said and title.startswith(said):
            heading.drop_tree()
            return


def _shown(root: HtmlElement, base: str, engine: Engine) -> str:
    """HTML of the article, as `engine` cuts it out."""
    promote(root)
    if engine == "trafilatura":
        whole = html.tostring(root, encoding="unicode")
        found = trafilatura.extract(
            whole,
            output_format="html",
            fast=True,
            include_comments=False,
            include_images=True,
            include_links=True,
            include_formatting=True,
        )
        return found or ""
    if engine == "whole":
        return str(html.tostring(root.find("body"), encoding="unicode"))
    try:
        return str(Document(root, url=base or None).summary(html_partial=True))
    except Unparseable:
        return str(html.tostring(root.find("body"), encoding="unicode"))


def _told(words: str) -> int:
    """Words of the lines that tell something."""
    return sum(n for line in words.splitlines() if (n := len(WORD.findall(line))) >= SENTENCE)


def _scripted(root: HtmlElement, text: str) -> bool:
    """Whether it looks like a page that is empty until its scripts have run."""
    if any(ASKS.search("".join(one.itertext())) for one in root.iter("noscript")) or ASKS.search(text[:2000]):
        return True
    scripts = sum(len(one.text or "") + 2000 * bool(one.get("src")) for one in root.iter("script"))
    seen = sum(len(one.strip()) for one in root.find("body").itertext() if one.strip())
    return scripts > SCRIPTS * max(seen - scripts, 1)
