"""A page becomes its article: words, a view with its pictures, who and when; or a plain reason why not."""

import pytest
from tests.feeds import prose
from tests.harmless import assert_harmless
from tests.pages import LAZY, SCRIPTED, WALL, page
from tests.payloads import payloads

from anagnorisis.domain import Unreadable
from anagnorisis.sources.pages.extracting import PAID, SHORT, extract
from anagnorisis.sources.pages.extracting import SCRIPTED as SAYS_SCRIPTED
from anagnorisis.sources.pages.found import ENGINES, next_engine
from anagnorisis.sources.pages.lazy import chosen

HERE = "https://www.site.example/roses?utm_source=x"
DATED = '<meta property="article:published_time" content="2025-06-10T04:00:00Z">'


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_finds_the_article(engine) -> None:
    found = extract(page(head=DATED), "text/html", HERE, engine)
    assert (found.title, found.published, found.language) == ("On roses", 1_749_528_000, "en-GB")
    assert "<h1" not in found.html  # it is the title, which stands above every text
    assert found.author == "Ada Lovelace" and found.engine == engine
    for n in range(5):
        assert prose(100 + n, 80) in found.html
    assert bool(found.plain) == (engine in ("usual", "trafilatura"))
    assert ("Section 3" in found.html) == (engine == "whole")


def test_the_words_are_the_article_and_not_what_stands_around_it() -> None:
    found = extract(page(), "text/html", HERE)
    assert prose(100, 80) in found.plain and prose(104, 80) in found.plain
    assert "Section 3" not in found.plain and "rights reserved" not in found.plain
    assert "Section 3" not in found.html and "Most read" not in found.html


@pytest.mark.parametrize("engine", ENGINES)
def test_pictures_that_scripts_would_load_are_there_and_counters_are_not(engine) -> None:
    found = extract(page(inside=LAZY), "text/html", HERE, engine)
    shown = {one.rpartition("/")[2] for one in found.pictures.values()}
    assert shown == {"one.png", "two.png", "three-1200.png"}
    assert {one.partition(".example")[0] for one in found.pictures.values()} == {"https://www.site"}
    for mark in found.pictures:
        assert f'src="picture/{mark}"' in found.html


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("/a.png 400w, /b.png 1200w, /c.png 3000w", "/b.png"),
        ("/c.png 3000w, /d.png 2000w", "/d.png"),
        ("/a.png, /b.png 2x", "/b.png"),
        ("/one,two.png 1x", "/one,two.png"),
        ("", ""),
        ("  ,  ", ""),
    ],
)
def test_of_a_set_of_pictures_the_one_for_a_reader_is_taken(written: str, address: str) -> None:
    assert chosen(written) == address


@pytest.mark.parametrize(
    ("head", "address"),
    [
        ("<link rel=canonical href='https://site.example/roses/'>", "https://site.example/roses"),
        ("<link rel=canonical href='/roses?fbclid=1'>", "https://site.example/roses"),
        ("<meta property='og:url' content='https://m.site.example/roses'>", "https://m.site.example/roses"),
        ("<link rel=canonical href='https://other.example/roses'>", ""),
        ("<link rel=canonical href='javascript:x()'>", ""),
        ("", ""),
    ],
)
def test_its_own_address_is_believed_on_its_own_site(head: str, address: str) -> None:
    assert extract(page(head=head), "", HERE).address == address


def test_a_file_says_itself_where_it_is_from() -> None:
    head = "<link rel=canonical href='https://site.example/roses'>"
    found = extract(page(head=head, inside="<p><img src=/one.png></p>"), "", "")
    assert found.address == "https://site.example/roses"
    assert [*found.pictures.values()] == ["https://site.example/one.png"]


@pytest.mark.parametrize(("charset", "title"), [("windows-1251", "О розах"), ("shift_jis", "薔薇のこと")])
def test_a_page_is_read_in_the_letters_it_is_written_in(charset: str, title: str) -> None:
    assert extract(page(title=title, charset=charset), "text/html", HERE).title == title
    bare = page(title=title, charset=charset).replace(f'<meta charset="{charset}">'.encode(), b"")
    assert extract(bare, f"text/html; charset={charset}", HERE).title == title


def test_a_text_without_spaces_has_words_too() -> None:
    told = "".join(f"<p>{'薔薇は雨と忍耐を必要とします。' * 4}</p>" for _ in range(4))
    assert "薔薇" in extract(page(paragraphs=0, inside=told), "text/html", HERE).plain


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (SCRIPTED, SAYS_SCRIPTED),
        (b"<html><body><div id=app></div><script src=/a.js></script></body></html>", SAYS_SCRIPTED),
        (page(head=WALL, paragraphs=0), PAID),
        (page(paragraphs=0), SHORT),
        (b"<p>Hi</p>", SHORT),
        (b"", "no page"),
        (b"\0\0\0", "no page"),
    ],
)
def test_why_there_is_no_text_is_said(body: bytes, says: str) -> None:
    with pytest.raises(Unreadable) as refused:
        extract(body, "text/html", HERE)
    assert says in refused.value.what


def test_a_wall_is_told_of_unless_all_of_the_text_is_there() -> None:
    assert "those who pay" in extract(page(head=WALL, paragraphs=1), "", HERE).note
    assert extract(page(head=WALL), "", HERE).note == ""
    assert extract(page(head=WALL), "", HERE).published == 1_749_528_000
    assert extract(page(paragraphs=1), "", HERE).note == ""


def test_broken_facts_of_a_page_cost_nothing() -> None:
    deep = '<script type="application/ld+json">' + "[" * 5000 + "</script>"
    head = deep + "<script type='application/ld+json'>{oops</script><meta name=date content='tomorrow'>"
    assert extract(page(head=head), "", HERE).published is None


def test_engines_follow_each_other_in_a_round() -> None:
    tried = ["usual"]
    for _ in ENGINES:
        tried.append(next_engine(tried[-1]))
    assert tried == [*ENGINES, "usual"]


@pytest.mark.parametrize("engine", ENGINES)
def test_no_script_of_a_page_is_kept_in_any_disguise(engine) -> None:
    hostile = [text for _, text in payloads()]
    for at in range(0, len(hostile), 400):
        body = page(inside="".join(f"<p>{one}</p>" for one in hostile[at : at + 400]))
        assert_harmless(extract(body, "", HERE, engine).html)
