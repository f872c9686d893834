"""Addresses have one reading, or none."""

import pytest

from anagnorisis.domain import BadValue
from anagnorisis.egress.target import Target, host_in, read

PLAIN = {
    "https://example.org": "https://example.org/",
    "HTTPS://Example.ORG:443/A?b=c#d": "https://example.org/A?b=c",
    "http://example.org.:8080/ä ö".replace(" ", "%20"): "http://example.org:8080/%C3%A4%20%C3%B6",
    "https://bücher.example/": "https://xn--bcher-kva.example/",
    "https://ＥＸＡＭＰＬＥ.org/": "https://example.org/",
    "https://old_host.example/x|y": "https://old_host.example/x%7Cy",
    "http://[2606:4700:0:0::1111]/": "http://[2606:4700::1111]/",
    "http://8.8.8.8?x": "http://8.8.8.8/?x",
    "http://１.1.1.1/": "http://1.1.1.1/",
    "https://example.org/a%2Fb?c=%26&d=[1]": "https://example.org/a%2Fb?c=%26&d=%5B1%5D",
}
MEANINGLESS = [
    "",
    "example.org",
    "//example.org/",
    "ftp://example.org/",
    "file:///etc/passwd",
    "gopher://example.org/",
    "http://",
    "http:///x",
    "http://:80/",
    "http://example.org:0/",
    "http://example.org:70000/",
    "http://example.org:x/",
    "http://a b/",
    "http://example.org/\r\nHost: x",
    "http://example.org\\@127.0.0.1/",
    "http://ada:secret@example.org/",
    "http://example..org/",
    "http://.example.org/",
    "http://-a.example/",
    "http://example.org../",
    "http://%65xample.org/",
    "http://[::1",
    "http://[fe80::1%25eth0]/",
    "http://[v1.x]/",
    "http://" + "a" * 64 + ".example/",
    "http://" + "a." * 130 + "example/",
    "https://example.org/" + "x" * 5000,
    "http://\u0000/",
    "http://a\u202eb.example/",
]


@pytest.mark.parametrize("url", PLAIN)
def test_an_address_is_read_in_its_plain_spelling(url: str) -> None:
    assert read(url).url == PLAIN[url]
    assert read(PLAIN[url]).url == PLAIN[url]


@pytest.mark.parametrize("url", MEANINGLESS)
def test_what_could_mean_two_things_is_refused(url: str) -> None:
    with pytest.raises(BadValue):
        read(url)


def test_where_a_redirect_leads_is_read_as_strictly() -> None:
    here = read("https://example.org/a/b?c")
    assert here.joined("../d").url == "https://example.org/d"
    assert here.joined("//other.example/x") == Target("https", "other.example", 443, "/x")
    with pytest.raises(BadValue):
        here.joined("http://[::1%25lo]/")
    with pytest.raises(BadValue):
        here.joined("file:///etc/passwd")


@pytest.mark.parametrize(
    ("text", "plain"), [("NAS.local.", "nas.local"), ("[fd00::0005]", "fd00::5"), ("fd00::5", "fd00::5")]
)
def test_a_host_has_one_spelling(text: str, plain: str) -> None:
    assert host_in(text) == plain
