"""What podcasts say of what can be played, and encodings that lie."""

import pytest
from tests.feeds import entry, rss

from anagnorisis.sources.feeds import charset, extras, reading
from anagnorisis.sources.feeds.told import Media

HERE = "https://site.example/feed"


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("3723", 3723),
        ("62:03", 3723),
        ("1:02:03", 3723),
        ("12.5", 12.5),
        ("", 0),
        ("soon", 0),
        ("1:2:3:4", 0),
        ("-5", 0),
    ],
)
def test_lengths_are_read_as_podcasts_write_them(written: str, seconds: float) -> None:
    assert extras.seconds_of(written) == seconds


@pytest.mark.parametrize(("ttl", "seconds"), [("60", 3600), ("999999", 7 * 86_400), ("x", 0), ("-5", 0)])
def test_how_long_a_feed_holds_is_at_most_a_week(ttl: str, seconds: int) -> None:
    assert extras.read(rss([entry(1)], more=f"<ttl>{ttl}</ttl>"), 1).ttl_s == seconds


def test_tags_are_left_out_where_entries_cannot_be_told_apart() -> None:
    body = rss([entry(1, more="<itunes:duration>9</itunes:duration>")])
    assert extras.read(body, 1).media == {0: Media(seconds=9.0)}
    assert extras.read(body, 2).media == {}
    assert extras.read(b"<rss podcast-1.0.dtd", 0).media == {}
    assert extras.read(b"podcast-1.0.dtd \xff", 0).media == {}


def test_video_feeds_have_their_length_and_picture() -> None:
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"><title>t</title>
    <entry><id>yt:1</id><title>v</title><published>2025-06-10T04:00:00Z</published><link href="https://v.example/1"/>
    <media:group><media:content duration="61"/><media:thumbnail url="https://i.example/1.jpg"/>
    <media:description>words</media:description></media:group></entry></feed>"""
    (one,) = reading.read(body, "", HERE).entries
    assert (one.media.seconds, one.media.picture) == (61.0, "https://i.example/1.jpg")


def test_sound_comes_before_other_enclosures() -> None:
    more = "<enclosure url='/i.jpg' type='image/jpeg' length='1'/>"
    more += "<enclosure url='/a.mp3' type='audio/mpeg' length='x'/>"
    (one,) = reading.read(rss([entry(1, more=more)]), "", HERE).entries
    assert (one.media.address, one.media.bytes) == ("https://site.example/a.mp3", 0)


def test_entries_without_an_address_of_their_own_have_none() -> None:
    body = b"<rss version='2.0'><channel><title>t</title><link>https://site.example/</link><item><title>a</title>"
    body += b"<guid isPermaLink='false'>x</guid></item><item><guid>https://site.example/2</guid></item></channel></rss>"
    assert [one.link for one in reading.read(body, "", HERE).entries] == ["", "https://site.example/2"]


def test_the_longest_text_of_an_entry_is_taken() -> None:
    body = b"<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>t</title><item>"
    body += b"<guid>1</guid><description>short</description><content:encoded>&lt;p&gt;much longer&lt;/p&gt;"
    body += b"</content:encoded></item></channel></rss>"
    assert reading.read(body, "", HERE).entries[0].html == "<p>much longer</p>"


@pytest.mark.parametrize(
    "written", ["yesterday", "0000-00-00", "Tue, 99 Foo 2025", "9999999999999", "1850-01-01"]
)
def test_dates_that_no_calendar_has_do_no_harm(written: str) -> None:
    body = rss([entry(1)]).decode()
    date = body[body.index("<pubDate>") + 9 : body.index("</pubDate>")]
    (one,) = reading.read(body.replace(date, written).encode(), "", HERE).entries
    assert one.published is None or one.published >= 0


def test_at_most_two_thousand_entries_are_taken() -> None:
    assert len(reading.read(rss([entry(n) for n in range(2100)]), "", HERE).entries) == reading.MOST_ENTRIES


@pytest.mark.parametrize(
    ("body", "header", "text"),
    [
        ("Käse".encode(), "", "Käse"),
        ("Käse".encode("latin-1"), "text/xml; charset=latin-1", "Käse"),
        ("\ufeffKäse".encode(), "text/xml; charset=latin-1", "Käse"),
        ("Käse".encode("utf-16"), "", "Käse"),
        (
            "<?xml version='1.0' encoding='koi8-r'?>Сыр".encode("koi8-r"),
            "",
            "<?xml version='1.0' encoding='koi8-r'?>Сыр",
        ),
        ("日本".encode("shift_jis"), 'text/xml; charset="Shift_JIS"', "日本"),
        ("日本".encode("iso2022_jp"), "text/xml; charset=iso-2022-jp", "日本"),
        (b"plain", "text/xml; charset=no-such-thing", "plain"),
        (b"plain", "text/xml; charset=utf-16", "plain"),
    ],
)
def test_bytes_become_text_by_header_mark_or_prolog(body: bytes, header: str, text: str) -> None:
    assert charset.text_of(body, header) == text
    assert text.endswith(charset.plain_utf8(body, header).decode().removeprefix("\ufeff"))


def test_what_no_encoding_explains_is_looked_at() -> None:
    sample = ("Der Käse für Zoë ist süß und schön, sagte Jürgen. " * 20).encode("windows-1252")
    assert "Käse" in charset.text_of(sample, "")
    assert charset.text_of(b"\x81\x8d\xff\xfe\x00", "") is not None
