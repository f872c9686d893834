"""The feeds of a page are found where it names them, where its kind of site has them, or where others do."""

import pytest

from anagnorisis.sources.feeds import finding, sites

HERE = "https://site.example/blog/"
CHANNEL = "UC" + "a" * 22


def found(page: str, address: str = HERE) -> list[str]:
    return [one.address for one in finding.read(page.encode(), "text/html", address).offers]


@pytest.mark.parametrize(
    ("link", "there"),
    [
        ("<link rel=alternate type=application/rss+xml href=/feed>", "https://site.example/feed"),
        (
            "<LINK REL='Alternate' TYPE='application/atom+xml' HREF='a.xml'>",
            "https://site.example/blog/a.xml",
        ),
        (
            "<link rel='alternate home' type='application/rss+xml; charset=x' href=//x.example/f>",
            "https://x.example/f",
        ),
        ("<link rel=alternate type=application/feed+json href=f.json>", "https://site.example/blog/f.json"),
        ("<base href='https://b.example/'><link rel=alternate type=text/xml href=f>", "https://b.example/f"),
        ("<body><p><link rel=alternate type=application/rss+xml href=/late>", "https://site.example/late"),
    ],
)
def test_a_feed_that_a_page_names_is_found(link: str, there: str) -> None:
    assert found(f"<html><head><title>x</title>{link}") == [there]


@pytest.mark.parametrize(
    "link",
    [
        "<link rel=stylesheet type=application/rss+xml href=/feed>",
        "<link rel=alternate type=text/html hreflang=de href=/de>",
        "<link rel=alternate type=application/rss+xml>",
        "<link rel=alternate type=application/rss+xml href='javascript:x()'>",
        "<!-- <link rel=alternate type=application/rss+xml href=/feed> -->",
        "<a rel=alternate type=application/rss+xml href=/feed>x</a>",
    ],
)
def test_what_is_no_feed_is_not_found(link: str) -> None:
    assert found(f"<html><head>{link}") == []


def test_feeds_stand_in_the_order_of_the_page_each_once_with_their_titles() -> None:
    one = "<link rel=alternate type=application/rss+xml title='Posts &amp; <i>more</i>' href=/a>"
    page = finding.read(f"<title> My\n site </title>{one}{one.replace('/a', '/b')}{one}".encode(), "", HERE)
    assert [offer.address for offer in page.offers] == ["https://site.example/a", "https://site.example/b"]
    assert (page.title, page.offers[0].title) == ("My site", "Posts & more")


def test_a_page_says_which_picture_is_its_own() -> None:
    assert finding.read(b"<link rel='shortcut icon' href=/i.ico><link rel=icon href=/j>", "", HERE).icon == (
        "https://site.example/i.ico"
    )
    assert finding.read(b"<title>x</title>", "", HERE).icon == ""


@pytest.mark.parametrize(
    "page", [b"", b"\0\0\0", b"<", b"<html", b"\xff\xfe\x00", b"<html>" + b"<div>" * 5000]
)
def test_no_page_is_too_broken_to_be_asked(page: bytes) -> None:
    assert finding.read(page, "", HERE).offers == ()


def test_a_page_in_another_encoding_is_read() -> None:
    page = "<meta charset=iso-8859-1><title>Käse</title>".encode("iso-8859-1")
    assert finding.read(page, "text/html", HERE).title == "Käse"


@pytest.mark.parametrize(
    ("address", "feed"),
    [
        (f"https://www.youtube.com/channel/{CHANNEL}", f"{sites.TUBE_FEED}channel_id={CHANNEL}"),
        (f"https://m.youtube.com/channel/{CHANNEL}/videos", f"{sites.TUBE_FEED}channel_id={CHANNEL}"),
        ("https://www.youtube.com/playlist?list=PL123", f"{sites.TUBE_FEED}playlist_id=PL123"),
        ("https://www.youtube.com/channel/short", ""),
        ("https://www.youtube.com/@somebody", ""),
        ("https://site.example/channel/x", ""),
    ],
)
def test_channels_have_their_feed_by_their_address(address: str, feed: str) -> None:
    assert sites.known(address) == feed


@pytest.mark.parametrize(
    "within",
    [
        f'{{"channelId":"{CHANNEL}"}}',
        f'{{"externalId": "{CHANNEL}"}}',
        f'<meta itemprop="channelId" content="{CHANNEL}">',
    ],
)
def test_channels_with_a_name_say_their_number_in_their_page(within: str) -> None:
    there = found(f"<html><body>{within}", "https://www.youtube.com/@somebody")
    assert there == [f"{sites.TUBE_FEED}channel_id={CHANNEL}"]
    assert found(f"<html><body>{within}", HERE) == []


def test_others_keep_their_feed_in_a_few_usual_places() -> None:
    assert sites.usual("https://site.example/blog/page?x=1")[0] == "https://site.example/feed"
    assert len(sites.usual(HERE)) == len(sites.USUAL)
