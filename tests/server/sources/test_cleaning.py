"""What is left of strangers' HTML cannot run, asks nobody outside, and is still the same text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.harmless import RUNS, Look, assert_harmless
from tests.payloads import payloads

from anagnorisis.sources.feeds.cleaning import DEEPEST, MOST, clean, plain

BASE = "https://site.example/blog/one"


def test_there_are_many_payloads_and_they_differ() -> None:
    made = [text for _, text in payloads()]
    assert len(made) > 1200 and len(set(made)) == len(made)


def test_no_payload_leaves_anything_that_runs_or_asks() -> None:
    for number, payload in payloads():
        cleaned = clean(f"<p>before</p>{payload}<p>after</p>", BASE)
        assert_harmless(cleaned.html)
        assert "<p>before</p>" in cleaned.html, (number, payload)
        assert all(there.startswith(("https://", "http://")) for there in cleaned.pictures.values())


def test_no_payload_in_a_title_leaves_a_tag() -> None:
    for _, payload in payloads():
        assert not Look(plain(f"Title {payload}")).tags & RUNS
        assert "<script" not in plain(f"Title {payload}").lower().replace("&lt;", "<")[:6]


@given(st.text(st.sampled_from("<>/\"'=& abcimgsrcplo!-#;:x\n\t"), max_size=200))
def test_nothing_whatever_is_left_that_runs(text: str) -> None:
    assert_harmless(clean(text, BASE).html)


@given(st.text(max_size=100))
def test_to_clean_twice_changes_nothing_more_than_once(text: str) -> None:
    once = clean(f"<p>{text}</p><a href='https://x.example/'>a</a>", BASE).html
    assert clean(once, BASE).html == once


@pytest.mark.parametrize(
    ("raw", "html"),
    [
        ("<p>Hi <b>you</b></p>", "<p>Hi <b>you</b></p>"),
        ("a &lt; b &amp; c", "a &lt; b &amp; c"),
        (
            "<a href='two'>x</a>",
            '<a href="https://site.example/blog/two" rel="noopener noreferrer nofollow">x</a>',
        ),
        (
            "<a href='#top'>x</a>",
            '<a href="https://site.example/blog/one#top" rel="noopener noreferrer nofollow">x</a>',
        ),
        (
            "<a href='mailto:me@x.example'>x</a>",
            '<a href="mailto:me@x.example" rel="noopener noreferrer nofollow">x</a>',
        ),
        ("<a onclick=x() name=y>x</a>", "<a>x</a>"),
        ("<h2 class=x id=y style='color:red'>T</h2>", "<h2>T</h2>"),
        ("<ol start=3><li>x</ol>", '<ol start="3"><li>x</li></ol>'),
        ("<font color=red>x</font>", "x"),
        ("<p>x<script>y</script>z</p>", "<p>xz</p>"),
        ("", ""),
    ],
)
def test_text_structure_and_links_stay(raw: str, html: str) -> None:
    assert clean(raw, BASE).html == html


def test_pictures_become_names_and_what_only_counts_readers_goes() -> None:
    cleaned = clean(
        "<img src=/a.png alt='A &quot;cat&quot; > dog' width=600><img src=/pixel.gif width=1 height=1>"
        "<img src='data:image/png;base64,AAAA'><img alt=none><img src=/a.png><img src='http://x.example/b.jpg?a=1&amp;b=2'>",
        BASE,
    )
    assert sorted(cleaned.pictures.values()) == [
        "http://x.example/b.jpg?a=1&b=2",
        "https://site.example/a.png",
    ]
    assert cleaned.html.count("<img") == 3
    mark = next(mark for mark, there in cleaned.pictures.items() if there.endswith("a.png"))
    assert f'<img src="picture/{mark}" alt="A &quot;cat&quot; &gt; dog" loading="lazy">' in cleaned.html
    assert_harmless(cleaned.html)


def test_what_is_stacked_too_deeply_keeps_its_words_only() -> None:
    deep = "<div>" * (DEEPEST + 5) + "words" + "</div>" * (DEEPEST + 5)
    assert clean(deep, BASE).html.strip() == "words"
    wide = "<p>x</p>" * (DEEPEST + 5)
    assert clean(wide, BASE).html == wide
    voids = "<br>" * (DEEPEST + 5)
    assert clean(voids, BASE).html == voids


def test_what_is_endless_is_cut() -> None:
    assert len(clean("x" * (MOST + 100), BASE).html) == MOST


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("On <b>tea</b>", "On tea"),
        ("On &lt;b&gt;tea&lt;/b&gt;", "On tea"),
        ("Tea &amp; cake", "Tea & cake"),
        ("1 < 2", "1 < 2"),
        ("  a\n b\t c ", "a b c"),
        ("<script>x()</script>Tea", "Tea"),
        ("x" * 600, "x" * 500),
    ],
)
def test_titles_are_bare_and_on_one_line(text: str, title: str) -> None:
    assert plain(text) == title
