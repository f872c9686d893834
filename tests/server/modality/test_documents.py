"""What a text file says of itself, and that nothing in it can run."""

import pytest

from anagnorisis.domain import Unreadable
from anagnorisis.modality import documents

PAGE = """<!doctype html><html><head><title>Of &amp; bees</title>
<meta name="author" content="Ida Moss"><meta content="2021-04-05" property="article:published_time">
<meta name=keywords content="bees, summer">
<script>alert(1)</script><style>p {color: red}</style></head>
<body><nav>Menu</nav><h1>On <em>bees</em></h1><div>First</div><div>second</div>
<p onclick="steal()">Third <a href="https://example.org/x" target=_blank>there</a>,
<a href="other.html">here</a>, <a href="javascript:steal()">no</a>.</p>
<img src="bee.jpg" onerror="steal()"></body></html>"""


def test_a_page_gives_its_title_author_date_and_keywords() -> None:
    page = documents.read(PAGE.encode(), "bees.html")
    assert (page.title, page.heading, page.author) == ("Of & bees", "On bees", "Ida Moss")
    assert page.published == "2021-04-05"
    assert [word.strip() for word in page.keywords] == ["bees", "summer"]


def test_a_page_keeps_text_and_structure_and_loses_what_could_run_or_fetch() -> None:
    page = documents.read(PAGE.encode(), "bees.htm")
    assert "<h1>On <em>bees</em></h1>" in page.html
    for gone in ("script", "alert", "style", "onclick", "onerror", "javascript:", "<img", "Menu", "steal"):
        assert gone not in page.html


def test_links_lead_out_of_the_house_only_and_tell_nobody_where_they_came_from() -> None:
    page = documents.read(PAGE.encode(), "bees.html")
    assert '<a href="https://example.org/x" rel="noopener noreferrer nofollow">there</a>' in page.html
    assert "other.html" not in page.html
    assert "here" in page.html


@pytest.mark.parametrize(
    "payload",
    [
        "<svg onload=alert(1)>",
        "<svg/onload=alert(1)>",
        "<img src=x onerror=alert(1)>",
        "<a href='jav&#x09;ascript:alert(1)'>x</a>",
        "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
        "<form action=javascript:alert(1)><button>x</button></form>",
        "<body onload=alert(1)>",
        "<p style='background:url(javascript:alert(1))'>x</p>",
        "<![CDATA[<script>alert(1)</script>]]>",
    ],
)
@pytest.mark.parametrize("name", ["a.html", "a.xhtml", "a.md", "a.txt"])
def test_no_known_trick_survives_as_markup(payload: str, name: str) -> None:
    page = documents.read(f"Before\n\n{payload}\n\nafter".encode(), name).html
    tags = [piece.split(">")[0] for piece in page.split("<")[1:]]
    assert not [tag for tag in tags if "alert" in tag or "script" in tag or " on" in tag.lower()]


def test_the_plain_text_of_a_page_has_a_line_for_each_block() -> None:
    page = documents.read(PAGE.encode(), "bees.html")
    assert page.plain == "On bees\nFirst\nsecond\nThird there, here, no."


def test_markup_written_as_text_stays_text() -> None:
    page = documents.read(b"<p>Write &lt;b&gt; for &amp;amp; bold</p>", "a.html")
    assert page.plain == "Write <b> for &amp; bold"
    assert page.html == "<p>Write &lt;b&gt; for &amp;amp; bold</p>"


def test_self_closed_elements_of_xhtml_do_not_swallow_the_page() -> None:
    page = documents.read(
        b"<?xml version='1.0'?><html><head><title/><script src='x.js'/></head>"
        b"<body><p>One<br/>two</p><div class='x'/><p>three</p></body></html>",
        "a.xhtml",
    )
    assert page.plain == "One\ntwo\nthree"


def test_character_data_sections_of_xhtml_are_text() -> None:
    page = documents.read(
        b"<?xml version='1.0'?><html><body><p><![CDATA[1 < 2]]></p></body></html>", "a.xhtml"
    )
    assert page.plain == "1 < 2"


def test_markdown_becomes_headings_lists_and_tables() -> None:
    note = documents.read(b"# Bread\n\n- flour\n- *water*\n\n|a|b|\n|-|-|\n|1|2|\n", "bread.md")
    assert note.heading == "Bread"
    assert "<li><em>water</em></li>" in note.html
    assert "<td>1</td>" in note.html


def test_front_matter_is_read_and_not_shown() -> None:
    note = documents.read(
        b"---\ntitle: 'Good bread'\nauthor: Ida\ndate: 2020-01-02\ntags:\n  - food\n  - slow\n---\nMix.\n",
        "b.md",
    )
    assert (note.title, note.author, note.published, note.keywords) == (
        "Good bread",
        "Ida",
        "2020-01-02",
        ("food", "slow"),
    )
    assert note.plain == "Mix."


def test_tags_of_front_matter_may_stand_in_brackets() -> None:
    assert documents.read(b"---\ntags: [a, 'b c']\n---\nx", "b.md").keywords == ("a", "b c")


def test_a_rule_on_top_of_markdown_is_not_front_matter() -> None:
    note = documents.read(b"---\nJust a line.\n\n---\n\nMore.", "b.md")
    assert "Just a line." in note.plain
    assert "More." in note.plain


def test_wrapped_lines_of_plain_text_flow_together_and_verse_stays_verse() -> None:
    wrapped = "This line is long enough to have been wrapped at a margin\nby whoever wrote it."
    text = documents.read(f"{wrapped}\n\nTyger tyger\nburning bright\n".encode(), "a.txt")
    assert text.html == (f"<p>{wrapped.replace(chr(10), ' ')}</p>\n<p>Tyger tyger<br>burning bright</p>")


def test_plain_text_is_shown_as_written_even_if_it_looks_like_markup() -> None:
    text = documents.read(b"Use <b> & <script>", "a.txt")
    assert text.html == "<p>Use &lt;b&gt; &amp; &lt;script&gt;</p>"
    assert text.plain == "Use <b> & <script>"


def test_a_page_of_very_many_parts_is_read_and_one_of_very_deep_parts_refused() -> None:
    assert documents.read(b"<div><p>One</div>" * 5000, "a.html").plain.count("One") == 5000
    for name in ("a.html", "a.xhtml", "a.md"):
        with pytest.raises(Unreadable, match="deep"):
            documents.read(b"<div>" * 5000 + b"One", name)


def test_an_empty_document_has_no_words() -> None:
    for name in ("a.txt", "a.md", "a.html"):
        assert documents.read(b" \n\n", name).plain == ""
