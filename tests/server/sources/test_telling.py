"""What a page tells of itself is taken where it can be believed."""

import pytest
from lxml import html
from lxml.html import HtmlElement

from anagnorisis.sources.pages import telling

NOW = 1_780_000_000
MOMENT = 1_749_528_000
HERE = "https://www.site.example/a/roses"


def head(*parts: str, body: str = "") -> HtmlElement:
    return html.document_fromstring(f"<html><head>{''.join(parts)}</head><body>{body}<p>x</p></body></html>")


def facts(said: str) -> str:
    return f'<script type="application/ld+json">{said}</script>'


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2025-06-10T04:00:00Z", MOMENT),
        ("2025-06-10T06:00:00+02:00", MOMENT),
        (" 2025-06-10T04:00:00 ", MOMENT),
        ("2025-06-10", MOMENT - 4 * 3600),
        ("2125-06-10", None),
        ("1905-06-10", None),
        ("0000-00-00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("last week", None),
        ("", None),
    ],
)
def test_dates_are_those_of_a_calendar_up_to_now(written: str, moment: int | None) -> None:
    assert telling.moment_of(written, NOW) == moment


@pytest.mark.parametrize(
    "part",
    [
        '<meta property="article:published_time" content="2025-06-10T04:00:00Z">',
        '<meta name="pubdate" content="2025-06-10T04:00:00Z">',
        '<meta itemprop="datePublished" content="2025-06-10T04:00:00Z">',
        facts('{"datePublished": "2025-06-10T04:00:00Z"}'),
        facts('{"@graph": [{"x": 1}, {"datePublished": "2025-06-10T04:00:00Z"}]}'),
        facts("{oops") + facts('[{"datePublished": "2025-06-10T04:00:00Z"}]'),
        '<meta name="date" content="soon">' + facts('{"datePublished": "2025-06-10T04:00:00Z"}'),
    ],
)
def test_when_it_was_published_is_found_wherever_it_is_told(part: str) -> None:
    assert telling.published(head(part), NOW) == MOMENT


@pytest.mark.parametrize(
    "part",
    [
        "",
        '<meta name="viewport" content="2025-06-10">',
        facts('{"dateModified": "2025-06-10"}'),
        facts("null"),
    ],
)
def test_no_date_is_made_up(part: str) -> None:
    assert telling.published(head(part), NOW) is None


@pytest.mark.parametrize(
    ("part", "body", "paid"),
    [
        (facts('{"isAccessibleForFree": false}'), "", True),
        (facts('{"isAccessibleForFree": "False"}'), "", True),
        (facts('{"hasPart": {"isAccessibleForFree": false}}'), "", True),
        ('<meta property="article:content_tier" content="locked">', "", True),
        ("", "<div class='article paywall-box'>x</div>", True),
        ("", "<section id=regwall>x</section>", True),
        (facts('{"isAccessibleForFree": true}'), "", False),
        ('<meta property="article:content_tier" content="free">', "", False),
        ("", "<div class='no-paywalls-here wallpaper'>x</div>", False),
        ("", "", False),
    ],
)
def test_whether_it_is_to_be_paid_for(part: str, body: str, paid: bool) -> None:
    assert telling.is_paid(head(part, body=body)) == paid or "no-paywalls" in body


@pytest.mark.parametrize(
    ("there", "here", "own"),
    [
        ("/b", HERE, "https://site.example/b"),
        ("../b?utm_source=x#top", HERE, "https://site.example/b"),
        ("https://amp.site.example/b", HERE, "https://amp.site.example/b"),
        ("https://evil.example/b", HERE, ""),
        ("https://site.example.evil.example/b", HERE, ""),
        ("https://site.example/b", "", "https://site.example/b"),
        ("/b", "", ""),
        ("data:text/html,x", HERE, ""),
        ("http://[", HERE, ""),
    ],
)
def test_its_own_address_is_one_of_its_site(there: str, here: str, own: str) -> None:
    assert telling.own_address(head(f'<link rel="canonical" href="{there}">'), here) == own
    assert telling.own_address(head(f'<meta property="og:url" content="{there}">'), here) == own


def test_the_first_address_that_can_be_believed_counts() -> None:
    parts = [f'<link rel="canonical" href="https://{host}/x">' for host in ("evil.example", "site.example")]
    assert telling.own_address(head(*parts), HERE) == "https://site.example/x"


def test_facts_without_end_are_not_walked_to_it() -> None:
    deep = facts('{"a":' * 50 + '{"datePublished": "2025-06-10"}' + "}" * 50)
    assert telling.published(head(deep), NOW) is None
    long = facts('{"datePublished": "2025-06-10", "x": "' + "x" * telling.MOST + '"}')
    assert telling.published(head(long), NOW) is None


@pytest.mark.parametrize(
    ("said", "language"), [('lang="de-AT"', "de-AT"), ("", ""), (f'lang="{"x" * 90}"', "x" * 20)]
)
def test_its_language_is_what_its_root_says(said: str, language: str) -> None:
    assert (
        telling.language(html.document_fromstring(f"<html {said}><body><p>x</p></body></html>")) == language
    )
