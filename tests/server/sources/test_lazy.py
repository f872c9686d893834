"""Pictures that scripts would load are plain ones afterwards; what nobody sees is gone."""

import pytest
from lxml import html
from lxml.html import HtmlElement

from anagnorisis.sources.pages.lazy import CANDIDATE, LONGEST, chosen, promote

BLANK = "data:image/gif;base64,R0lGOD"


def promoted(body: str) -> HtmlElement:
    root = html.document_fromstring(f"<html><body><p>Words around it.</p>{body}</body></html>")
    promote(root)
    return root


def sources(body: str) -> list[str]:
    return [image.get("src") for image in promoted(body).iter("img")]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<img src=/a.png>", ["/a.png"]),
        (f"<img src='{BLANK}' data-src=/a.png>", ["/a.png"]),
        ("<img data-original=/a.png>", ["/a.png"]),
        ("<img src=/small.png data-lazy-src=/a.png>", ["/a.png"]),
        (f"<img src='{BLANK}' data-srcset='/a.png 400w, /b.png 900w'>", ["/b.png"]),
        ("<img srcset='/a.png 400w, /b.png 900w'>", ["/b.png"]),
        ("<img src=/a.png srcset='/b.png 900w'>", ["/a.png"]),
        ("<img src=/a.png data-src='{{ image.url }}'>", ["/a.png"]),
        ("<img src=/static/placeholder-16x9.png srcset='/b.png 2x'>", ["/b.png"]),
        ("<img src=/my/loading.gif>", []),
        (f"<img src='{BLANK}'>", []),
        ("<img>", []),
        ("<img src=/a.png width=1 height=1>", []),
        ("<img src=/a.png height=' 0 '>", []),
        ("<picture><source srcset='/a.webp 900w'><img></picture>", ["/a.webp"]),
        (
            "<picture><source data-srcset='/a.webp'><source srcset='/b.webp'><img src=''></picture>",
            ["/a.webp"],
        ),
        ("<picture><source srcset='/a.webp'><img src=/b.png></picture>", ["/b.png"]),
    ],
)
def test_a_picture_has_the_address_that_a_script_would_give_it(body: str, found: list[str]) -> None:
    assert sources(body) == found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (f"<img src='{BLANK}'><noscript><img src=/a.png></noscript>", ["/a.png"]),
        ("<noscript><img src=/a.png></noscript>", ["/a.png"]),
        (f"<div><img src='{BLANK}'></div><noscript><img src=/a.png></noscript>", ["/a.png"]),
        ("<noscript>Please switch scripts on.</noscript>", []),
        (f"<noscript><img src='{BLANK}'></noscript>", []),
    ],
)
def test_what_those_without_scripts_get_stands_for_the_empty_picture_before_it(
    body: str, found: list[str]
) -> None:
    assert sources(body) == found
    if found:
        assert not [*promoted(body).iter("noscript")]


@pytest.mark.parametrize(
    "body",
    [
        "<img src=/a.png><noscript><img src=/a-again.png></noscript>",
        f"<noscript><img src=/a.png>{'Words for people without scripts. ' * 9}</noscript>",
    ],
)
def test_a_picture_that_is_there_is_not_shown_twice(body: str) -> None:
    assert [*promoted(body).iter("noscript")]


@pytest.mark.parametrize(
    ("body", "frames"),
    [
        ("<div><img src=/a.png></div>", 1),
        ("<div><div><a href=/x><img src=/a.png></a></div></div>", 1),
        ("<div><img src=/a.png><img src=/b.png></div>", 0),
        ("<div>Words<img src=/a.png></div>", 0),
        ("<p><img src=/a.png></p>", 0),
        ("<div><picture><source srcset=/a.webp><img src=/a.png></picture></div>", 1),
    ],
)
def test_a_block_that_is_a_picture_alone_is_a_figure(body: str, frames: int) -> None:
    assert len([*promoted(body).iter("figure")]) == frames


def test_words_around_a_dropped_picture_stay() -> None:
    root = promoted("<p>Before <img src=/x.gif width=1> after.</p>")
    assert "Before  after." in root.text_content()


def test_a_set_without_end_is_not_read_to_it() -> None:
    assert chosen("/a.png 100w, " * 100_000) == "/a.png"
    assert chosen("x" * 10 * LONGEST) == ""
    assert CANDIDATE.search(",,,, ,") is None
