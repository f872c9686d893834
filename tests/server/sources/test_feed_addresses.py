"""One spelling for each address: what is added to it does not count, and what names another page does."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anagnorisis.sources.feeds.addresses import canonical, joined

PARTS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_.~%é /?&=+", max_size=12)
PAGES = st.builds(
    lambda scheme, host, path, query: f"{scheme}://{host}/{path}{'?' + query if query else ''}",
    st.sampled_from(["http", "https"]),
    st.sampled_from(["site.example", "WWW.Site.example", "a.b.example:8080"]),
    st.lists(st.text("abc123-_.", min_size=1, max_size=5), max_size=3).map("/".join),
    st.lists(st.sampled_from(["id=1", "b=2", "a=%C3%A9", "q=x+y", "empty="]), max_size=3, unique=True).map(
        "&".join
    ),
)
TRACKING = st.sampled_from(
    ["utm_source=x", "utm_medium=rss", "fbclid=abc", "gclid=1", "mc_cid=2", "UTM_Term=3"]
)


@given(PAGES, TRACKING)
def test_what_tells_where_a_reader_came_from_does_not_count(page: str, added: str) -> None:
    assert canonical(page + ("&" if "?" in page else "?") + added) == canonical(page)


@given(PAGES)
def test_scheme_fragment_last_slash_and_case_of_the_host_do_not_count(page: str) -> None:
    plain = canonical(page)
    assert canonical(page + "#part") == plain
    assert canonical(page.replace("https://", "http://")) == plain
    if "?" not in page:
        assert canonical(page.rstrip("/") + "/") == plain


@given(PAGES)
def test_the_spelling_of_a_spelling_is_itself(page: str) -> None:
    assert canonical(canonical(page)) == canonical(page)


@given(PARTS, st.text(max_size=30))
def test_anything_has_a_spelling_that_stays(host: str, rest: str) -> None:
    for odd in (f"https://{host}/{rest}", rest, f"{host}:{rest}", f"https://{rest}"):
        once = canonical(odd)
        assert canonical(once) == once
        once.encode("utf-8", "surrogateescape")


@given(PAGES, PAGES)
def test_another_path_is_another_page(one: str, other: str) -> None:
    paths = [page.split("://")[1].split("/", 1)[1].split("?")[0].strip("/") for page in (one, other)]
    if paths[0] != paths[1]:
        assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("HTTP://WWW.Example.com:80/A/?utm_source=x&b=2&a=1#top", "https://example.com/A?a=1&b=2"),
        ("https://example.com", "https://example.com/"),
        ("https://example.com//a//b/", "https://example.com/a/b"),
        ("https://example.com/%7Eme/%c3%a9", "https://example.com/~me/%C3%A9"),
        ("https://example.com:8443/a", "https://example.com:8443/a"),
        ("urn:uuid:1", "urn:uuid:1"),
        ("https://[::1]:80:80/", "https://[::1]:80:80/"),
    ],
)
def test_addresses_as_sites_write_them(address: str, plain: str) -> None:
    assert canonical(address) == plain


@pytest.mark.parametrize(
    ("address", "there"),
    [
        ("/a", "https://site.example/a"),
        ("b", "https://site.example/x/b"),
        ("//other.example/c", "https://other.example/c"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("", ""),
        ("https://[", ""),
    ],
)
def test_an_address_is_meant_where_it_stands(address: str, there: str) -> None:
    assert joined("https://site.example/x/y", address) == there


SIMPLE = st.text("abc/.-_?&=%#~", max_size=12)


@given(
    SIMPLE,
    st.sampled_from(
        ["https://site.example/x/y", "http://a.example:81", "https://[::1]/x", "HTTPS://S.example/"]
    ),
)
def test_the_short_way_joins_as_the_long_one_does(address: str, base: str) -> None:
    for said in (address, f"/{address}", f"//x.example/{address}", f"https://other.example/{address}"):
        assert urlsplit(joined(base, said)).geturl() == urlsplit(urljoin(base, said) if said else "").geturl()
