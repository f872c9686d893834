"""Where the house listens and how it is encrypted there; what does not fit together is refused."""

from pathlib import Path
from typing import Any

import pytest

from anagnorisis.auth.binding import encryption, listens_at
from anagnorisis.config import Settings
from anagnorisis.domain import BadValue

FILES = {"cert": Path("c.pem"), "key": Path("k.pem")}


@pytest.mark.parametrize(
    ("said", "encrypted", "host"),
    [
        ({}, "none", "127.0.0.1"),
        ({"host": "localhost"}, "none", "localhost"),
        ({"host": "::1"}, "none", "::1"),
        ({"lan": True}, "own", None),
        ({"host": "0.0.0.0"}, "own", "0.0.0.0"),
        ({"host": "192.168.1.5", "lan": True}, "own", "192.168.1.5"),
        ({"host": "0.0.0.0", **FILES}, "files", "0.0.0.0"),
        ({**FILES}, "files", "127.0.0.1"),
        ({"tls": "own"}, "own", "127.0.0.1"),
        ({"tls": "own", **FILES}, "own", "127.0.0.1"),
        ({"tls": "off"}, "none", "127.0.0.1"),
        ({"tls": "acme", "names": ("a.org",), "acme_hook": Path("h")}, "acme", "127.0.0.1"),
        ({"tls": "proxy", "host": "0.0.0.0", "trusted_proxies": ("10.0.0.2",)}, "none", "0.0.0.0"),
    ],
)
def test_how_it_is_encrypted_follows_from_where_it_listens(
    said: dict[str, Any], encrypted: str, host: str | None
) -> None:
    settings = Settings(**said)
    assert encryption(settings) == encrypted
    assert listens_at(settings) in ({host} if host else {"::", "0.0.0.0"})


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"host": "0.0.0.0", "tls": "off"}, "Other devices could reach 0.0.0.0"),
        ({"lan": True, "tls": "off"}, "plain HTTP cannot keep a session"),
        ({"host": "house.lan", "tls": "off"}, "plain HTTP cannot keep a session"),
        ({"tls": "proxy"}, "trusted_proxies"),
        ({"tls": "files"}, "give --cert and --key"),
        ({"tls": "acme"}, "your domain in `names`"),
        ({"tls": "acme", "names": ("a.org",)}, "acme_hook"),
        ({"cert": Path("c.pem")}, "belong together"),
        ({"key": Path("k.pem"), "tls": "own"}, "belong together"),
    ],
)
def test_what_does_not_fit_together_is_refused(said: dict[str, Any], why: str) -> None:
    with pytest.raises(BadValue, match=why):
        encryption(Settings(**said))
